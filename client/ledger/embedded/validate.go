package embedded

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// committedVersion is the version of a key in channel/ as of the last block.
// A draft asks for each key once.
func (e *Engine) committedVersion(key string, d *draft) (version, error) {
	if v, ok := d.before[key]; ok {
		return v, nil
	}
	var v version
	raw, err := e.channel.Get([]byte(key), nil)
	switch {
	case err == nil:
		v = readVersion(raw)
	case !errors.Is(err, leveldb.ErrNotFound):
		return version{}, err
	}
	d.before[key] = v
	return v, nil
}

// validate checks what a transaction read against the committed state and
// what came before it in the block.
func (e *Engine) validate(env *envelope, d *draft) (code, reason string, err error) {
	if env.settings != nil {
		return e.validateSettings(env.settings, d)
	}
	for _, r := range env.reads {
		now, inBlock := d.written[r.key]
		if !inBlock {
			if now, err = e.committedVersion(r.key, d); err != nil {
				return "", "", err
			}
		}
		if now != r.ver {
			return codeMVCC, fmt.Sprintf("%s was read at version %s and is at %s now", keyForPeople(r.key), r.ver, now), nil
		}
	}
	for _, r := range env.ranges {
		same, err := e.sameAgain(r, d)
		if err != nil {
			return "", "", err
		}
		if !same {
			return codePhantom, fmt.Sprintf("range [%q, %q) of %s has other results now", r.Start, r.End, r.ns), nil
		}
	}
	return codeValid, "", nil
}

func (e *Engine) validateSettings(s *settings, d *draft) (code, reason string, err error) {
	base := d.joined
	if base == nil {
		e.mu.RLock()
		now := e.settings
		e.mu.RUnlock()
		base = &now
	}
	joined, _, err := base.join(*s)
	if err != nil {
		return codeBadSettings, err.Error(), nil
	}
	d.joined = &joined
	return codeValid, "", nil
}

// sameAgain reads a range again.
func (e *Engine) sameAgain(r namedRange, d *draft) (bool, error) {
	bounds := &util.Range{Start: publicKey(r.ns, r.Start), Limit: publicKey(r.ns, r.End)}
	if r.End == "" {
		bounds.Limit = append([]byte("S"+r.ns), 1)
	}
	now := map[string]version{}
	walk := e.channel.NewIterator(bounds, nil)
	defer walk.Release()
	skip := len(r.ns) + 2
	for walk.Next() {
		now[string(walk.Key()[skip:])] = readVersion(walk.Value())
		if !r.Exhausted && len(now) > len(r.Keys) && len(d.written) == 0 {
			break // what follows the last key read does not matter
		}
	}
	if err := walk.Error(); err != nil {
		return false, err
	}
	for key, v := range d.written {
		if key < string(bounds.Start) || key >= string(bounds.Limit) {
			continue
		}
		if v == (version{}) {
			delete(now, key[skip:])
		} else {
			now[key[skip:]] = v
		}
	}
	keys := sorted(now)
	if !r.Exhausted {
		// Compared up to the last key that was read.
		n := 0
		if len(r.Keys) > 0 {
			last := r.Keys[len(r.Keys)-1]
			n = sort.Search(len(keys), func(i int) bool { return keys[i] > last })
		}
		keys = keys[:n]
	}
	if len(keys) != len(r.Keys) {
		return false, nil
	}
	for i, key := range keys {
		if key != r.Keys[i] || now[key] != r.Versions[i] {
			return false, nil
		}
	}
	return true, nil
}

// keyForPeople names a key of channel/ without any private key.
func keyForPeople(key string) string {
	parts := strings.SplitN(key[1:], "\x00", 3)
	if key[0] == 'H' && len(parts) == 3 {
		return fmt.Sprintf("%s collection %s key hash %x", parts[0], parts[1], parts[2])
	}
	ns, rest, _ := strings.Cut(key[1:], "\x00")
	return fmt.Sprintf("%s key %q", ns, rest)
}
