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

// CheckWitness reads a witness's folder again: that its key opens and is one
// that the ledger has of it, and that each checkpoint which it remembers was
// signed by its log and stands on the ledger. What is wrong is told by file; fs.ErrNotExist where the
// key is missing.
func CheckWitness(dir, msp string, passphrase []byte, keys evidence.KeysAnswer, anchored Note, wrong func(file string, err error)) error {
	if err := checkKey(dir, msp, passphrase, keys); err != nil {
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
		if err := checkSeen(filepath.Join(dir, f.Name()), keys, anchored); err != nil {
			wrong(f.Name(), err)
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

// Note gives the anchored checkpoint of a log and sequence.
type Note func(origin string, sequence uint64) (string, error)

func checkSeen(path string, keys evidence.KeysAnswer, anchored Note) error {
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
	cp, err := Verified(s.Note, s.Origin, keys)
	if err == nil && (cp.Size != s.Size || evidencelog.Hash(cp.Root) != s.Root || seenFile(s.Origin) != filepath.Base(path)) {
		err = errors.New("it is about another checkpoint than its note")
	}
	if err != nil {
		return err
	}
	there, err := anchored(s.Origin, s.Sequence)
	if err == nil && there != s.Note {
		err = fmt.Errorf("the ledger has another checkpoint %d of %s", s.Sequence, s.Origin)
	}
	return err
}
