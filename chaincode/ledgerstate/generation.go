package ledgerstate

import (
	"strconv"
)

// A page, or a list of natural keys, from which something was erased lies
// under another key than before: one transaction purges the old key and writes
// the new one, since a purge and a put of one key would overwrite each other.
// The new key is that of the next generation. Which generation lives is told
// by a forward of its own, which is asked for only where generation 0 reads
// empty, and in a collection where nothing was ever erased not even then: the
// collection's secret, which every transaction reads anyway, says so. Nothing
// is slower for it until the first erasure, and later only what comes into
// being on a page or a list of its own reads a key more.

// home is where a page or a list lives.
type home struct {
	collection string
	prefix     string   // of its keys, "Ploan"
	name       string   // what the keys are derived from
	fixed      [][]byte // and what generation 0 has besides
}

// base is its key as long as nothing was erased from it.
func (v *View) base(h home) (string, error) {
	return v.derived(h.prefix, h.collection, h.name, h.fixed...)
}

// keyAt is its key at a generation.
func (v *View) keyAt(h home, gen int) (string, error) {
	if gen == 0 {
		return v.base(h)
	}
	secret, err := v.secret(h.collection)
	if err != nil {
		return "", err
	}
	return privateKey(h.prefix, secret, []byte(h.name), be32(gen)), nil
}

// forwardKey is where the generation of what has that base is told.
func (v *View) forwardKey(collection, base string) (string, error) {
	secret, err := v.secret(collection)
	if err != nil {
		return "", err
	}
	return privateKey("F", secret, []byte(base)), nil
}

// generation tells which generation lives; it is asked where generation 0
// reads empty. next is the key that must be read to know it, "" where it is
// known; 0 is also what has never been.
func (v *View) generation(collection, base string) (gen int, next string, err error) {
	if !v.erased[collection] {
		return 0, "", nil
	}
	key, err := v.forwardKey(collection, base)
	if err != nil {
		return 0, "", err
	}
	k := slotKey{collection, key}
	raw, known := v.writes[k]
	if !known {
		raw, known = v.cache[k]
	}
	if !known {
		return 0, key, nil
	}
	if raw == nil {
		return 0, "", nil
	}
	var s sealed
	if err := Decode(raw, &s); err != nil {
		return 0, "", Errorf("STATE_CORRUPT", "a forward of collection %s cannot be read", collection)
	}
	gen, err = strconv.Atoi(string(s.Body))
	if err != nil || gen < 1 {
		return 0, "", Errorf("STATE_CORRUPT", "a forward of collection %s names no generation", collection)
	}
	return gen, "", nil
}

// settle reads what must be read to know where something lives, and gives its
// generation, key and value; nil if it does not exist.
func (v *View) settle(h home) (gen int, key string, raw []byte, err error) {
	key, err = v.base(h)
	if err != nil {
		return 0, "", nil, err
	}
	if raw, err = v.read(h.collection, key); err != nil || raw != nil {
		return 0, key, raw, err
	}
	gen, next, err := v.generation(h.collection, key)
	if err == nil && next != "" {
		if _, err = v.read(h.collection, next); err == nil {
			gen, _, err = v.generation(h.collection, key)
		}
	}
	if err != nil || gen == 0 {
		return 0, key, nil, err
	}
	if key, err = v.keyAt(h, gen); err != nil {
		return 0, "", nil, err
	}
	if raw, err = v.read(h.collection, key); err == nil && raw == nil {
		err = Errorf("STATE_CORRUPT", "a forward of collection %s leads nowhere", h.collection)
	}
	return gen, key, raw, err
}

// generationOf is the generation at which a page lives, and its log pages with
// it, as committed.
func (v *View) generationOf(kind, collection, name string) (int, error) {
	base, err := v.pageKey(kind, collection, name)
	if err != nil || collection == "" || !v.erased[collection] {
		return 0, err
	}
	if p := v.pages[slotKey{collection, base}]; p != nil {
		return p.gen, nil
	}
	gen, _, _, err := v.settle(pageHome(kind, collection, name))
	return gen, err
}

// follow reads the pages that were moved by an erasure, few multi-gets for
// all: those whose generation 0 has been read and is empty.
func (v *View) follow(homes []home) error {
	byCollection := map[string][]string{}
	var moved []home
	for _, h := range homes {
		if !v.erased[h.collection] {
			continue
		}
		base, err := v.base(h)
		if err != nil {
			return err
		}
		if raw, known := v.cache[slotKey{h.collection, base}]; !known || raw != nil {
			continue
		}
		_, next, err := v.generation(h.collection, base)
		if err != nil {
			return err
		}
		if next != "" {
			byCollection[h.collection] = append(byCollection[h.collection], next)
		}
		moved = append(moved, h)
	}
	if len(moved) == 0 {
		return nil
	}
	if err := v.prefetchAll(byCollection); err != nil {
		return err
	}
	byCollection = map[string][]string{}
	for _, h := range moved {
		base, err := v.base(h)
		if err != nil {
			return err
		}
		gen, _, err := v.generation(h.collection, base)
		if err != nil {
			return err
		}
		if gen == 0 {
			continue
		}
		key, err := v.keyAt(h, gen)
		if err != nil {
			return err
		}
		byCollection[h.collection] = append(byCollection[h.collection], key)
	}
	return v.prefetchAll(byCollection)
}

// leave purges where something lived and gives the key of its next
// generation, to which the forward leads; "" where nothing of it is left, so
// that its name may come into being anew.
func (v *View) leave(h home, key string, gen int, left bool) (string, error) {
	base, err := v.base(h)
	if err != nil {
		return "", err
	}
	forward, err := v.forwardKey(h.collection, base)
	if err != nil {
		return "", err
	}
	v.purge(h.collection, key)
	if !left {
		if gen > 0 {
			v.purge(h.collection, forward)
		}
		return "", nil
	}
	s := sealed{Schema: 1, Body: strconv.AppendInt(nil, int64(gen+1), 10)}
	if s.Salt, err = v.salt(h.collection, forward); err != nil {
		return "", err
	}
	raw, err := Encode(s)
	if err != nil {
		return "", err
	}
	v.write(h.collection, forward, raw)
	return v.keyAt(h, gen+1)
}

// markErased notes in the collection's secret that there are forwards, unless
// that is noted. It is written once in a collection's life; transactions that
// are under way at that moment are sent again.
func (v *View) markErased(collection string) error {
	secret, err := v.secret(collection)
	if err != nil || v.erased[collection] {
		return err
	}
	s := erasedSecretValue{Schema: secretSchema, Secret: secret, Erased: true}
	if v.older[collection] {
		s.Schema = secretBeforeLists
	}
	if s.Salt, err = v.salt(collection, secretKey); err != nil {
		return err
	}
	raw, err := Encode(s)
	if err != nil {
		return err
	}
	v.write(collection, secretKey, raw)
	v.erased[collection] = true
	return nil
}

// purge takes a key out of the ledger and its values out of the members'
// databases, those of earlier blocks too.
func (v *View) purge(collection, key string) { v.purges[slotKey{collection, key}] = true }
