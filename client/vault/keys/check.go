package keys

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
)

// MissingError: a file of the store that another one speaks of is not there.
type MissingError struct{ File string }

func (e *MissingError) Error() string { return "key file " + e.File + " is not there" }

// Checked is what a store was found to hold.
type Checked struct {
	Subjects int
	// Wrapping are the keys under which records' keys may be wrapped.
	Wrapping map[ID]bool
	// Keyless are subjects whose name is there and whose key is not: it was
	// destroyed, and a crash left the name; or it was lost.
	Keyless []ID
	// Unfinished are files that a crash has left, and the next opening ends.
	Unfinished int
}

// Check reads every file of the store again. What is wrong with one is told:
// *DamagedError, *MissingError, *ExposedError.
func (s *Store) Check(wrong func(error)) (c Checked, err error) {
	c.Wrapping = map[ID]bool{}
	entries, err := os.ReadDir(s.subjects())
	if err != nil {
		return c, err
	}
	names := map[string]bool{} // that subjects have
	for _, e := range entries {
		path := filepath.Join(s.subjects(), e.Name())
		text, isLive := strings.CutSuffix(e.Name(), live)
		var id ID
		switch {
		case !e.Type().IsRegular():
			wrong(&DamagedError{path, errors.New("it is no file")})
			continue
		case strings.HasSuffix(e.Name(), next), strings.HasSuffix(e.Name(), past), strings.HasSuffix(e.Name(), dead):
			c.Unfinished++
			continue
		case !isLive || id.UnmarshalText([]byte(text)) != nil || id.String() != text:
			wrong(&DamagedError{path, errors.New("no file of a key store has this name")})
			continue
		}
		subject, err := s.ByID(id)
		if err != nil {
			wrong(err)
			continue
		}
		c.Subjects++
		for _, w := range subject.wraps {
			c.Wrapping[w.id] = true
		}
		name := s.namePath(subject.Name)
		names[filepath.Base(name)] = true
		if again, err := s.Subject(subject.Name); errors.Is(err, ErrUnknown) {
			wrong(&MissingError{name})
		} else if err != nil {
			wrong(err)
		} else if again.ID != id {
			wrong(&DamagedError{name, errors.New("it leads to another subject")})
		}
	}
	return c, s.checkNames(names, &c, wrong)
}

// checkNames finds names that no subject has. A damaged subject's name is
// among them.
func (s *Store) checkNames(known map[string]bool, c *Checked, wrong func(error)) error {
	dir := filepath.Join(s.dir, namesDir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if known[e.Name()] {
			continue
		}
		raw, err := readPrivate(path)
		if err == nil {
			var plain []byte
			if plain, err = openFile(s.seal, nameMagic, []byte(e.Name()), raw); err == nil && len(plain) == len(ID{}) {
				_, err = s.ByID(ID(plain))
				var damaged *DamagedError
				if errors.As(err, &damaged) {
					continue // told of the subject already
				}
				if errors.Is(err, ErrDestroyed) {
					c.Keyless = append(c.Keyless, ID(plain))
					continue
				}
			}
		}
		var exposed *ExposedError
		if err != nil && !errors.As(err, &exposed) {
			err = &DamagedError{path, errSealed}
		}
		if err == nil {
			err = &DamagedError{path, errors.New("it leads to a subject of another name")}
		}
		wrong(err)
	}
	return nil
}
