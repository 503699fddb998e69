package anchor

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	fnote "github.com/transparency-dev/formats/note"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Witnessed is what the ledger has of a witness and of what it remembers.
type Witnessed struct {
	Keys evidence.KeysAnswer // of all organizations
	// Note gives the anchored checkpoint of a log and sequence.
	Note func(origin string, sequence uint64) (string, error)
	// Cosigned is, by log, the sequence that it cosigned last.
	Cosigned map[string]uint64
}

// ForgottenError: a witness remembers less than it has cosigned. It would sign
// what contradicts that.
type ForgottenError struct {
	Origin              string
	Remembers, Cosigned uint64
}

func (e *ForgottenError) Error() string {
	return fmt.Sprintf("the witness remembers anchor %d of %s, and has cosigned anchor %d", e.Remembers, e.Origin, e.Cosigned)
}

// CheckWitness reads a witness's folder again: that its key opens and is one
// that the ledger has of it, that each checkpoint which it remembers was
// signed by its log and stands on the ledger, and that it remembers what it
// has cosigned. What is wrong is told by file: fs.ErrNotExist where one is
// missing, *ForgottenError.
func CheckWitness(dir, msp string, passphrase []byte, on Witnessed, wrong func(file string, err error)) error {
	if err := checkKey(dir, msp, passphrase, on.Keys); err != nil {
		wrong(keyFile, err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		if f.Name() == keyFile {
			continue
		}
		if err := checkSeen(filepath.Join(dir, f.Name()), on); err != nil {
			wrong(f.Name(), err)
		}
	}
	for origin := range on.Cosigned {
		if _, err := os.Lstat(filepath.Join(dir, seenFile(origin))); err != nil {
			wrong(seenFile(origin), err)
		}
	}
	return nil
}

func checkKey(dir, msp string, passphrase []byte, keys evidence.KeysAnswer) error {
	f, err := ReadKeyFile(dir)
	if err != nil {
		return err
	}
	secret, err := OpenKey(f.Sealed, passphrase)
	if err != nil {
		return err
	}
	s, err := fnote.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	v, err := fnote.NewVerifierForCosignatureV1(f.Key)
	if err != nil {
		return err
	}
	if s.Name() != evidence.WitnessName(msp) || v.Name() != s.Name() || v.KeyHash() != s.KeyHash() {
		return fmt.Errorf("the secret is the key %s+%08x, the file says %s", s.Name(), s.KeyHash(), f.Key)
	}
	for _, o := range keys.Organizations {
		ring, _ := o.Ring(s.Name())
		for _, k := range ring.Keys {
			if k.Verifier == f.Key {
				return nil
			}
		}
		if len(ring.Keys) > 0 {
			return fmt.Errorf("the ledger knows other keys of %s", s.Name())
		}
	}
	return nil // not registered yet
}

func checkSeen(path string, on Witnessed) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is no file")
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	s, err := readSeen(raw)
	if err != nil {
		return err
	}
	cp, err := Verified(s.Note, s.Origin, on.Keys)
	if err == nil && (cp.Size != s.Size || evidencelog.Hash(cp.Root) != s.Root || seenFile(s.Origin) != filepath.Base(path)) {
		err = errors.New("it is about another checkpoint than its note")
	}
	if err != nil {
		return err
	}
	there, err := on.Note(s.Origin, s.Sequence)
	if last := on.Cosigned[s.Origin]; err == nil && s.Sequence < last {
		err = &ForgottenError{s.Origin, s.Sequence, last}
	}
	if err == nil && there != s.Note {
		err = fmt.Errorf("the ledger has another checkpoint %d of %s", s.Sequence, s.Origin)
	}
	return err
}
