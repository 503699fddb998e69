package evidencelog

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gofrs/flock"
	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/client/oneprocess"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Log is an organization's log of evidence, open in this process alone. Its
// methods may be called from several goroutines; appends take turns.
type Log struct {
	dir  string
	name string
	o    Options
	lock *flock.Flock
	db   *leveldb.DB

	// tiles that are full, and so never change
	cache tileCache

	mu      sync.RWMutex // guards what follows
	signer  *noteSigner  // nil: read only
	tree    tree
	head    head
	tails   tails
	batch   leveldb.Batch // being written; kept for its room
	batches uint64        // begun, also those that failed
	pending []place       // of leaves that the index of subjects does not have yet
	broken  error         // of a write that may or may not have reached the disk
	closed  bool
}

// Create makes a new log with a key of its own: whole or not at all. The name
// is qxl/MSP/NUMBER.
func Create(dir, name string, o Options) (err error) {
	if err := checkLogName(name); err != nil {
		return err
	}
	if o = o.withDefaults(); o.Passphrase == nil {
		return ErrReadOnly
	}
	parent := filepath.Dir(dir)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return &ExistsError{dir}
	}
	made, err := os.MkdirTemp(parent, ".new-log-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(made)
	if err := fill(made, name, o); err != nil {
		return err
	}
	if err := wallet.SyncDir(made); err != nil {
		return err
	}
	if err := os.Rename(made, dir); errors.Is(err, fs.ErrExist) {
		return &ExistsError{dir}
	} else if err != nil {
		return err
	}
	return wallet.SyncDir(parent)
}

func fill(dir, name string, o Options) error {
	key, err := newKey(dir, o)
	if err != nil {
		return err
	}
	signer, err := newNoteSigner(name, key)
	if err != nil {
		return err
	}
	signed, err := Checkpoint{Log: name, Root: emptyRoot}.sign(signer)
	if err != nil {
		return err
	}
	db, err := leveldb.OpenFile(filepath.Join(dir, databaseFolder), databaseOptions())
	if err != nil {
		return err
	}
	var b leveldb.Batch
	b.Put(keyLog, []byte(storeVersion+name))
	b.Put(keyHead, (&head{keys: []ed25519.PublicKey{signer.pub()}, appended: o.Now(), checkpoint: signed}).encode())
	return errors.Join(db.Write(&b, &opt.WriteOptions{Sync: true}), db.Close())
}

// ExistsError: there is a log, or something else, in that folder already.
type ExistsError struct{ Dir string }

func (e *ExistsError) Error() string { return fmt.Sprintf("there is a log in %s already", e.Dir) }

// MissingError: there is no log in that folder.
type MissingError struct{ Dir string }

func (e *MissingError) Error() string { return fmt.Sprintf("there is no log in %s", e.Dir) }

// DamagedError: what is stored is not what the log's key signed. Audit says
// what exactly.
type DamagedError struct {
	Dir string
	Err error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the log in %s is damaged: %v", e.Dir, e.Err)
}
func (e *DamagedError) Unwrap() error { return e.Err }

// Open opens a log and checks the end of it: the signature of the last
// checkpoint and that the right edge of the tree has its root. Verify checks the rest.
func Open(dir string, o Options) (*Log, error) {
	l, err := openUnchecked(dir, o)
	if err != nil {
		return nil, err
	}
	if err := l.resume(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func openUnchecked(dir string, o Options) (*Log, error) {
	if _, err := os.Stat(filepath.Join(dir, databaseFolder)); errors.Is(err, fs.ErrNotExist) {
		return nil, &MissingError{dir}
	}
	held, err := oneprocess.Take(dir)
	if err != nil {
		return nil, err
	}
	db, err := openStore(dir)
	if err != nil {
		return nil, errors.Join(&DamagedError{dir, err}, held.Unlock())
	}
	return &Log{dir: dir, o: o.withDefaults(), lock: held, db: db}, nil
}

// resume reads where the log stands.
func (l *Log) resume() error {
	damaged := func(err error) error { return &DamagedError{l.dir, err} }
	name, err := l.db.Get(keyLog, nil)
	if err != nil {
		return damaged(fmt.Errorf("name of the log: %w", err))
	}
	var known bool
	if l.name, known = strings.CutPrefix(string(name), storeVersion); !known {
		return damaged(fmt.Errorf("it has the format %q, this program knows %q", name, storeVersion))
	}
	raw, err := l.db.Get(keyHead, nil)
	if err != nil {
		return damaged(fmt.Errorf("head: %w", err))
	}
	if l.head, err = decodeHead(raw); err != nil {
		return damaged(err)
	}
	v, err := verifier(l.name, l.head.key())
	if err != nil {
		return damaged(err)
	}
	c, err := OpenCheckpoint(l.head.checkpoint, v)
	if err != nil {
		return damaged(err)
	}
	l.tree.size = c.Size
	for level := uint8(0); c.Size>>(tileHeight*uint(level)) > 0; level++ {
		hashes := c.Size >> (tileHeight * uint(level))
		id := tileID{level, hashes / tileWidth}
		var edge []Hash
		if width := int(hashes % tileWidth); width > 0 {
			if edge, err = l.readTile(id, width); err != nil {
				return damaged(err)
			}
		}
		l.tree.edge = append(l.tree.edge, edge)
	}
	l.tree = l.tree.clone() // to have room to grow
	if root := l.tree.root(); root != c.Root {
		return damaged(fmt.Errorf("its tree has the root %s, its last checkpoint %s", root, c.Root))
	}
	if err := l.readPending(); err != nil {
		return damaged(err)
	}
	if l.o.Passphrase == nil {
		return nil
	}
	key, err := openKey(l.dir, l.head.key(), l.o)
	if err != nil {
		return err
	}
	l.signer = &noteSigner{v, key}
	return dropKeys(l.dir, l.head.key())
}

// Close ends the use of the log. What was acknowledged is on the disk already.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	return errors.Join(l.db.Close(), l.lock.Unlock())
}

// Name is the log's name, the origin of its checkpoints.
func (l *Log) Name() string { return l.name }

// Checkpoint is where the log stands, and the signed note that says so.
func (l *Log) Checkpoint() (Checkpoint, []byte) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return Checkpoint{Log: l.name, Size: l.tree.size, Root: l.tree.root()}, l.head.checkpoint
}

// Verifier is the key that the log's checkpoints are signed with, as a note
// verifier and in its text form.
func (l *Log) Verifier() (note.Verifier, string) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	text, _ := VerifierKey(l.name, l.head.key()) // both were checked when the log was opened
	v, _ := note.NewVerifier(text)
	return v, text
}

// usable reports why nothing can be appended, if so. The caller holds mu.
func (l *Log) usable() error {
	switch {
	case l.closed:
		return ErrClosed
	case l.broken != nil:
		return fmt.Errorf("the log must be opened again: %w", l.broken)
	case l.signer == nil:
		return ErrReadOnly
	}
	return nil
}
