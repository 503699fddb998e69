package vault

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/client/vault/keys"
	"github.com/qingxinlian/qxl/client/wallet"
)

const (
	settingsFile  = "vault.json"
	blocksFolder  = "blocks"
	recordsFolder = "records"
	keysFolder    = "keys"
)

// Options say where a vault is and how its keys are opened.
type Options struct {
	// Dir is the vault's directory.
	Dir string
	// Passphrase opens the organization's key.
	Passphrase func() ([]byte, error)
	// Now is the clock; nil is time.Now.
	Now func() time.Time
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// Settings are written when the vault is made.
type Settings struct {
	Organization string `json:"organization"`
	// Keys is the directory of the key store, absolute or below the vault's.
	// It should be a disk of its own that ordinary backups leave out.
	Keys string `json:"keys"`
}

// Init makes an empty vault. workFactor is the scrypt cost of the
// passphrase, as in package wallet.
func Init(o Options, s Settings, workFactor int) error {
	path := filepath.Join(o.Dir, settingsFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("vault %s: %w", o.Dir, fs.ErrExist)
	}
	if s.Keys == "" {
		s.Keys = keysFolder
	}
	passphrase, err := o.Passphrase()
	if err != nil {
		return err
	}
	// A key store without a vault is what a crash here has left.
	if err := keys.Create(keysDir(o.Dir, s), passphrase, workFactor); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := keys.Open(keysDir(o.Dir, s), passphrase); err != nil {
		return err
	}
	raw, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return wallet.ReplaceFile(path, append(raw, '\n'))
}

func keysDir(dir string, s Settings) string {
	if filepath.IsAbs(s.Keys) {
		return s.Keys
	}
	return filepath.Join(dir, s.Keys)
}

// Vault is an open vault. Its methods may be called from many goroutines.
type Vault struct {
	Settings
	dir     string
	now     func() time.Time
	keys    *keys.Store
	blocks  *leveldb.DB
	records *leveldb.DB

	mu     sync.Mutex
	next   uint64          // the next record's number
	active map[uint64]bool // numbers of records that are being written

	entering   sync.Mutex   // one at a time appends to the log
	erasing    sync.Mutex   // one at a time erases
	writing    sync.Mutex   // reading and writing of a record that is there
	committing sync.RWMutex // new records on one side, destroying keys on the other
	summing    sync.Mutex   // what the sum is over
}

// ReadSettings reads what Init wrote.
func ReadSettings(dir string) (s Settings, err error) {
	raw, err := os.ReadFile(filepath.Join(dir, settingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return s, &NotVaultError{Dir: dir}
	}
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	return s, err
}

// Open opens a vault and ends what a crash has interrupted: writing of keys,
// and destroying of keys and ciphertext. Enter and Resume end what was
// interrupted before the log had it.
func Open(o Options) (*Vault, error) {
	o = o.withDefaults()
	s, err := ReadSettings(o.Dir)
	if err != nil {
		return nil, err
	}
	// The databases first: whoever has them open has the key store too.
	v := &Vault{Settings: s, dir: o.Dir, now: o.Now, active: map[uint64]bool{}}
	if v.records, err = openDatabase(filepath.Join(o.Dir, recordsFolder), recordOptions()); err != nil {
		return nil, err
	}
	if v.blocks, err = openDatabase(filepath.Join(o.Dir, blocksFolder), blockOptions()); err != nil {
		return nil, errors.Join(err, v.records.Close())
	}
	if err := v.openKeys(o); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	v.next = 1
	for db, letter := range map[*leveldb.DB]byte{v.blocks: inBlocks, v.records: atRecord} {
		if last, ok := lastNumber(db, letter); ok {
			v.next = max(v.next, last+1)
		}
	}
	if err := v.beginSum(); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	// An erasure that has begun goes on before anything else does.
	if err := v.unfinished(func(key []byte, request Request, job *erasure) error { return v.destroy(request, key, job) }); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return v, nil
}

func (v *Vault) openKeys(o Options) error {
	passphrase, err := o.Passphrase()
	if err != nil {
		return err
	}
	v.keys, err = keys.Open(keysDir(o.Dir, v.Settings), passphrase)
	// What scrypt took is given back now: a process that opens several stores
	// would else hold all of it at once.
	debug.FreeOSMemory()
	return err
}

// lastNumber is the largest number under a letter.
func lastNumber(db *leveldb.DB, letter byte) (uint64, bool) {
	it := db.NewIterator(prefix([]byte{letter}), nil)
	defer it.Release()
	if !it.Last() || len(it.Key()) < numberedBytes {
		return 0, false
	}
	return numberIn(it.Key(), 1), true
}

// Close closes the databases.
func (v *Vault) Close() error {
	return errors.Join(v.blocks.Close(), v.records.Close())
}
