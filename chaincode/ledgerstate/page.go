package ledgerstate

import (
	"fmt"
	"sort"
)

// encoder is a Record of any kind.
type encoder interface{ encode() ([]byte, error) }

// slot is an aggregate of a page: raw as read, decoded once somebody asked.
type slot struct {
	raw    []byte
	record encoder
	dirty  bool
}

type page struct {
	kind       string
	collection string
	name       string
	key        string
	slots      []slot
	dirty      bool
}

// pageValue is a page as stored.
type pageValue struct {
	Schema uint8
	Salt   []byte
	Name   string
	Slots  [][]byte // nil where nothing lives
}

const pageSchema = 1

// generation of a page: an erasure writes the page without the erased slot
// at the next generation and purges the old key.
const generation = 0

func (v *View) pageKey(kind, collection, name string) (string, error) {
	if collection == "" {
		return "P" + kind + ":" + name, nil
	}
	return v.derived("P"+kind, collection, name, be32(generation))
}

// keyOf is what a private key is derived from.
type keyOf struct{ prefix, collection, name string }

// derived is the private key of a name, remembered for the transaction.
func (v *View) derived(prefix, collection, name string, more ...[]byte) (string, error) {
	of := keyOf{prefix, collection, name}
	if key, ok := v.keys[of]; ok {
		return key, nil
	}
	secret, err := v.secret(collection)
	if err != nil {
		return "", err
	}
	key := privateKey(prefix, secret, append([][]byte{[]byte(name)}, more...)...)
	v.keys[of] = key
	return key, nil
}

func (v *View) indexKey(kind, collection, natural string) (string, error) {
	if collection == "" {
		return "I" + kind + ":" + natural, nil
	}
	return v.derived("I"+kind, collection, natural)
}

func (v *View) logKey(kind, collection string, id ID, n int) (string, error) {
	if collection == "" {
		return fmt.Sprintf("G%s:%s.%06d", kind, id, n), nil
	}
	secret, err := v.secret(collection)
	if err != nil {
		return "", err
	}
	return privateKey("G"+kind, secret, []byte(id.String()), be32(n)), nil
}

// page gives the page of that name, an empty one if it does not exist.
func (v *View) page(kind, collection, name string, slots int) (*page, error) {
	key, err := v.pageKey(kind, collection, name)
	if err != nil {
		return nil, err
	}
	k := slotKey{collection, key}
	if p := v.pages[k]; p != nil {
		return p, nil
	}
	raw, err := v.read(collection, key)
	if err != nil {
		return nil, err
	}
	p := &page{kind: kind, collection: collection, name: name, key: key}
	if raw != nil {
		var stored string
		if stored, p.slots, err = decodePage(raw); err != nil {
			return nil, err
		}
		if stored != name {
			return nil, Errorf("STATE_CORRUPT", "a page of kind %s lies under another page's key", kind)
		}
	}
	if len(p.slots) > slots {
		return nil, Errorf("STATE_CORRUPT", "a page of kind %s has %d slots, limit %d", kind, len(p.slots), slots)
	}
	v.pages[k] = p
	return p, nil
}

func decodePage(raw []byte) (string, []slot, error) {
	var value pageValue
	if err := Decode(raw, &value); err != nil {
		return "", nil, Errorf("STATE_CORRUPT", "a page cannot be read: %v", err)
	}
	if value.Schema != pageSchema {
		return "", nil, Errorf("SCHEMA_UNKNOWN", "a page has schema version %d, this program knows %d", value.Schema, pageSchema)
	}
	slots := make([]slot, len(value.Slots))
	for i, raw := range value.Slots {
		slots[i].raw = raw
	}
	return value.Name, slots, nil
}

func (p *page) at(n uint8) *slot {
	if int(n) >= len(p.slots) {
		return nil
	}
	if s := &p.slots[n]; s.raw != nil || s.record != nil {
		return s
	}
	return nil
}

func (p *page) put(n uint8, r encoder) {
	for int(n) >= len(p.slots) {
		p.slots = append(p.slots, slot{})
	}
	s := &p.slots[n]
	s.record, s.dirty, p.dirty = r, true, true
}

func (v *View) dirtyPages() []*page {
	var dirty []*page
	for _, p := range v.pages {
		if p.dirty {
			dirty = append(dirty, p)
		}
	}
	sort.Slice(dirty, func(i, j int) bool {
		if dirty[i].collection != dirty[j].collection {
			return dirty[i].collection < dirty[j].collection
		}
		return dirty[i].key < dirty[j].key
	})
	return dirty
}

func (v *View) encodePage(p *page) error {
	value := pageValue{Schema: pageSchema, Name: p.name, Slots: make([][]byte, len(p.slots))}
	for i := range p.slots {
		s := &p.slots[i]
		if s.dirty {
			raw, err := s.record.encode()
			if err != nil {
				return err
			}
			s.raw, s.dirty = raw, false
		}
		value.Slots[i] = s.raw
	}
	if p.collection != "" {
		salt, err := v.salt(p.collection, p.key)
		if err != nil {
			return err
		}
		value.Salt = salt
	}
	raw, err := Encode(value)
	if err != nil {
		return err
	}
	v.write(p.collection, p.key, raw)
	p.dirty = false
	return nil
}
