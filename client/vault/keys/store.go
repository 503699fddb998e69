package keys

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/qingxinlian/qxl/client/wallet"
)

const (
	kekFile     = "kek.age"
	subjectsDir = "subjects"
	namesDir    = "names"

	live = ".key"
	next = ".new"  // being written
	past = ".old"  // replaced, to be written over
	dead = ".dead" // destroyed, to be written over
)

// cached is how many subjects' keys stay in memory.
const cached = 4096

// What can be wrong.
var (
	ErrUnknown   = errors.New("no such subject in this vault")
	ErrDestroyed = errors.New("the subject's key is not in the key store: destroyed, or lost")
)

// DamagedError: a file of the store is cut, changed or of another store.
type DamagedError struct {
	File string
	Err  error
}

func (e *DamagedError) Error() string { return fmt.Sprintf("key file %s: %v", e.File, e.Err) }

func (e *DamagedError) Unwrap() error { return e.Err }

// ExposedError: others than the owner may read a key file.
type ExposedError struct {
	File string
	Mode fs.FileMode
}

func (e *ExposedError) Error() string {
	return fmt.Sprintf("key file %s can be read by others (mode %04o, limit 0600)", e.File, e.Mode)
}

// Store is an open key store. Its methods may be called from many goroutines.
type Store struct {
	dir    string
	seal   cipher.AEAD
	naming [32]byte

	mu    sync.Mutex
	cache map[ID]*Subject
}

// Create makes a key store with a random KEK; what is there already is not
// overwritten (fs.ErrExist).
func Create(dir string, passphrase []byte, workFactor int) error {
	kek := make([]byte, 32)
	_, _ = rand.Read(kek)
	defer clear(kek)
	sealed, err := wallet.SealSecret(kek, passphrase, workFactor)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, kekFile)
	if _, err := os.Stat(path); err == nil {
		return fmt.Errorf("key store %s: %w", dir, fs.ErrExist)
	}
	for _, d := range []string{subjectsDir, namesDir} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o700); err != nil {
			return err
		}
	}
	return wallet.ReplaceFile(path, sealed) // last: a store without it was never there
}

// Open opens a store and ends what a crash has interrupted.
func Open(dir string, passphrase []byte) (*Store, error) {
	s, err := Read(dir, passphrase)
	if err != nil {
		return nil, err
	}
	return s, s.recover()
}

// Read opens a store to be read as it is, and changes nothing in it.
func Read(dir string, passphrase []byte) (*Store, error) {
	sealed, err := readPrivate(filepath.Join(dir, kekFile))
	if err != nil {
		return nil, err
	}
	kek, err := wallet.OpenSecret(sealed, passphrase)
	if errors.Is(err, wallet.ErrPassphrase) {
		return nil, fmt.Errorf("key store %s: %w", dir, err)
	}
	if err == nil && len(kek) != 32 {
		err = fmt.Errorf("a key of %d bytes", len(kek))
	}
	if err != nil {
		return nil, &DamagedError{File: filepath.Join(dir, kekFile), Err: err}
	}
	defer clear(kek)
	s := &Store{dir: dir, cache: map[ID]*Subject{}}
	sealing, err := hkdf.Key(sha256.New, kek, nil, "qxl keys 1 sealing", 32)
	if err != nil {
		return nil, err
	}
	naming, err := hkdf.Key(sha256.New, kek, nil, "qxl keys 1 naming", 32)
	if err != nil {
		return nil, err
	}
	copy(s.naming[:], naming)
	s.seal, err = newGCM(sealing)
	return s, err
}

func (s *Store) subjects() string { return filepath.Join(s.dir, subjectsDir) }

func (s *Store) path(id ID, suffix string) string {
	return filepath.Join(s.subjects(), id.String()+suffix)
}

// namePath tells nothing of the name to who has not the KEK.
func (s *Store) namePath(name string) string {
	mac := hmac.New(sha256.New, s.naming[:])
	mac.Write([]byte(name))
	return filepath.Join(s.dir, namesDir, hex.EncodeToString(mac.Sum(nil))+".name")
}

// recover ends interrupted writing, renewing and destroying.
func (s *Store) recover() error {
	entries, err := os.ReadDir(s.subjects())
	if err != nil {
		return err
	}
	at := map[string]bool{}
	for _, e := range entries {
		at[e.Name()] = true
	}
	for name := range at {
		path := filepath.Join(s.subjects(), name)
		id, isPast := strings.CutSuffix(name, past)
		switch {
		case isPast && !at[id+live]: // between the two renamings of replace
			if err := os.Rename(filepath.Join(s.subjects(), id+next), filepath.Join(s.subjects(), id+live)); err != nil {
				return err
			}
			if err := wallet.SyncDir(s.subjects()); err != nil {
				return err
			}
			fallthrough
		case isPast, strings.HasSuffix(name, dead):
			if err := Shred(path); err != nil {
				return err
			}
		case strings.HasSuffix(name, next):
			if id := strings.TrimSuffix(name, next); at[id+past] && !at[id+live] {
				continue // it takes the place of the old one, above
			}
			if err := Shred(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// Subject finds a subject by name.
func (s *Store) Subject(name string) (*Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(name)
}

func (s *Store) find(name string) (*Subject, error) {
	path := s.namePath(name)
	raw, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, err
	}
	plain, err := openFile(s.seal, nameMagic, []byte(filepath.Base(path)), raw)
	if err != nil || len(plain) != len(ID{}) {
		return nil, &DamagedError{File: path, Err: errSealed}
	}
	found, err := s.load(ID(plain))
	if errors.Is(err, ErrDestroyed) {
		return nil, ErrUnknown // destroyed, and the crash left the name
	}
	return found, err
}

// Ensure finds a subject or makes its keys.
func (s *Store) Ensure(name string, now time.Time) (*Subject, error) {
	if name == "" || len(name) > maxName || !utf8.ValidString(name) {
		return nil, fmt.Errorf("a subject's name has 1 to %d bytes of UTF-8", maxName)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found, err := s.find(name)
	if !errors.Is(err, ErrUnknown) {
		return found, err
	}
	made := newSubject(name, now.UTC().Truncate(time.Second))
	if err := wallet.ReplaceFile(s.path(made.ID, live), sealFile(s.seal, subjectMagic, made.ID[:], made.encode())); err != nil {
		return nil, err
	}
	path := s.namePath(name)
	if err := wallet.ReplaceFile(path, sealFile(s.seal, nameMagic, []byte(filepath.Base(path)), made.ID[:])); err != nil {
		return nil, err
	}
	s.keep(made)
	return made.clone(), nil
}

// ByID gives a subject by the ID that records carry.
func (s *Store) ByID(id ID) (*Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(id)
}

func (s *Store) load(id ID) (*Subject, error) {
	if found := s.cache[id]; found != nil {
		return found.clone(), nil
	}
	path := s.path(id, live)
	raw, err := readPrivate(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", id, ErrDestroyed)
	}
	if err != nil {
		return nil, err
	}
	plain, err := openFile(s.seal, subjectMagic, id[:], raw)
	if err != nil {
		return nil, &DamagedError{File: path, Err: err}
	}
	defer clear(plain)
	found, err := decodeSubject(plain)
	if err == nil && found.ID != id {
		err = errors.New("it is of another subject")
	}
	if err != nil {
		return nil, &DamagedError{File: path, Err: err}
	}
	s.keep(found)
	return found.clone(), nil
}

func (s *Store) keep(found *Subject) {
	if len(s.cache) >= cached {
		clear(s.cache)
	}
	s.cache[found.ID] = found
}

// Renew gives a subject another wrapping key beside the one it has; until
// Settle both open what they wrapped. Renewing twice is renewing once.
func (s *Store) Renew(id ID) (*Subject, error) {
	return s.replace(id, func(subject *Subject) bool {
		if len(subject.wraps) > 1 {
			return false
		}
		subject.wraps = append([]wrap{newWrap()}, subject.wraps...)
		return true
	})
}

// Settle destroys the wrapping key that Renew replaced.
func (s *Store) Settle(id ID) (*Subject, error) {
	return s.replace(id, func(subject *Subject) bool {
		if len(subject.wraps) < 2 {
			return false
		}
		subject.wraps = subject.wraps[:1]
		return true
	})
}

// replace writes a subject's file anew and writes over the old one.
func (s *Store) replace(id ID, change func(*Subject) bool) (*Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	subject, err := s.load(id)
	if err != nil || !change(subject) {
		return subject, err
	}
	delete(s.cache, id)
	if err := wallet.WriteSynced(s.path(id, next), sealFile(s.seal, subjectMagic, id[:], subject.encode())); err != nil {
		return nil, err
	}
	if err := os.Rename(s.path(id, live), s.path(id, past)); err != nil {
		return nil, err
	}
	if err := os.Rename(s.path(id, next), s.path(id, live)); err != nil {
		return nil, err
	}
	if err := wallet.SyncDir(s.subjects()); err != nil {
		return nil, err
	}
	if err := Shred(s.path(id, past)); err != nil {
		return nil, err
	}
	s.keep(subject)
	return subject.clone(), nil
}

// Destroy ends a subject's keys, and with them everything that was wrapped
// or named by them. What is destroyed already stays so.
func (s *Store) Destroy(id ID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	subject, err := s.load(id)
	delete(s.cache, id)
	// A damaged file has a key that may still be read by somebody else's
	// means: it is destroyed all the same, its name stays.
	var damaged *DamagedError
	if err != nil && !errors.As(err, &damaged) && !errors.Is(err, ErrDestroyed) {
		return err
	}
	if !errors.Is(err, ErrDestroyed) {
		if err := os.Rename(s.path(id, live), s.path(id, dead)); err != nil {
			return err
		}
		if err := wallet.SyncDir(s.subjects()); err != nil { // from here on it is gone
			return err
		}
	}
	for _, suffix := range []string{dead, past, next} { // the latter two only where writing has failed
		if err := Shred(s.path(id, suffix)); err != nil {
			return err
		}
	}
	if subject == nil {
		return nil
	}
	return Shred(s.namePath(subject.Name))
}

// IDs are all subjects there are.
func (s *Store) IDs() ([]ID, error) {
	entries, err := os.ReadDir(s.subjects())
	if err != nil {
		return nil, err
	}
	var ids []ID
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), live)
		var id ID
		if ok && id.UnmarshalText([]byte(name)) == nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// readPrivate reads a file that nobody else may read.
func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &ExposedError{File: path, Mode: info.Mode().Perm()}
	}
	return os.ReadFile(path)
}
