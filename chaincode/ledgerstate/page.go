package ledgerstate

import (
	"fmt"
	"sort"
)

// stored is a Record of any kind.
type stored interface {
	encode() ([]byte, error)
	// roll hands over the entries but the last Keep, encoded, to the n-th log
	// page; nil if there are none.
	roll(v *View, n int) ([]byte, error)
}

// form is what a page needs to know of its Kind.
type form struct {
	code       string
	collection string
	slots      int
	full       int // bytes above which a page's logs roll
	open       func(*slot) (stored, error)
}

// slot is an aggregate of a page: raw as read, decoded once somebody asked.
type slot struct {
	raw    []byte
	record stored
	dirty  bool
}

type page struct {
	form
	name   string
	key    string
	gen    int // of what is committed
	slots  []slot
	rolled int // log pages written
	dirty  bool
	logs   [][][]byte // of a page that something is erased from: its log pages, by slot; nil for others
}

// pageValue is a page as stored.
type pageValue struct {
	Schema uint8
	Salt   []byte
	Name   string
	Rolled int
	Slots  [][]byte // nil where nothing lives
}

const pageSchema = 2

// fullPage is the size at which a page's older log entries roll. Larger pages
// roll less often, each roll being a key more to write; smaller ones are
// cheaper to write again. Loans that share a page are born and fall due
// together, so their logs grow together, and one key takes them all.
const fullPage = 12 << 10

// pageKey is where a page lies unless something was erased from it.
func (v *View) pageKey(kind, collection, name string) (string, error) {
	if collection == "" {
		return "P" + kind + ":" + name, nil
	}
	return v.base(pageHome(kind, collection, name))
}

func pageHome(kind, collection, name string) home {
	return home{collection: collection, prefix: "P" + kind, name: name, fixed: generationZero}
}

var generationZero = [][]byte{be32(0)}

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

// logKey is where the n-th log page of a page of a generation lies.
func (v *View) logKey(kind, collection, page string, n, gen int) (string, error) {
	if collection == "" {
		return fmt.Sprintf("G%s:%s.%06d", kind, page, n), nil
	}
	secret, err := v.secret(collection)
	if err != nil {
		return "", err
	}
	if gen > 0 {
		return privateKey("G"+kind, secret, []byte(page), be32(n), be32(gen)), nil
	}
	return privateKey("G"+kind, secret, []byte(page), be32(n)), nil
}

// page gives the page of that name, an empty one if it does not exist.
func (v *View) page(f form, name string) (*page, error) {
	key, err := v.pageKey(f.code, f.collection, name)
	if err != nil {
		return nil, err
	}
	k := slotKey{f.collection, key}
	if p := v.pages[k]; p != nil {
		return p, nil
	}
	p := &page{form: f, name: name, key: key}
	raw, err := v.read(f.collection, key)
	if err == nil && raw == nil && v.erased[f.collection] {
		p.gen, p.key, raw, err = v.settle(pageHome(f.code, f.collection, name))
	}
	if err != nil {
		return nil, err
	}
	if raw != nil {
		value, err := decodePage(raw)
		if err != nil {
			return nil, err
		}
		if value.Name != name {
			return nil, Errorf("STATE_CORRUPT", "a page of kind %s lies under another page's key", f.code)
		}
		p.slots, p.rolled = value.slots(), value.Rolled
	}
	if len(p.slots) > f.slots {
		return nil, Errorf("STATE_CORRUPT", "a page of kind %s has %d slots, limit %d", f.code, len(p.slots), f.slots)
	}
	v.pages[k] = p
	return p, nil
}

func decodePage(raw []byte) (pageValue, error) {
	var value pageValue
	if err := Decode(raw, &value); err != nil {
		return value, Errorf("STATE_CORRUPT", "a page cannot be read: %v", err)
	}
	if value.Schema != pageSchema {
		return value, Errorf("SCHEMA_UNKNOWN", "a page has schema version %d, this program knows %d", value.Schema, pageSchema)
	}
	return value, nil
}

func (p pageValue) slots() []slot {
	slots := make([]slot, len(p.Slots))
	for i, raw := range p.Slots {
		slots[i].raw = raw
	}
	return slots
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

func (p *page) put(n uint8, r stored) {
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
	if p.logs != nil {
		if gone, err := v.move(p); err != nil || gone {
			return err
		}
	}
	size, err := p.encodeSlots()
	if err != nil {
		return err
	}
	if size > p.full {
		if err := v.roll(p); err != nil {
			return err
		}
		if _, err := p.encodeSlots(); err != nil {
			return err
		}
	}
	value := pageValue{Schema: pageSchema, Name: p.name, Rolled: p.rolled, Slots: make([][]byte, len(p.slots))}
	for i := range p.slots {
		value.Slots[i] = p.slots[i].raw
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

// encodeSlots encodes what changed and gives the size of all.
func (p *page) encodeSlots() (size int, err error) {
	for i := range p.slots {
		s := &p.slots[i]
		if s.dirty {
			if s.raw, err = s.record.encode(); err != nil {
				return 0, err
			}
			s.dirty = false
		}
		size += len(s.raw)
	}
	return size, nil
}

// roll moves the older entries of a page's logs into a page of their own, so
// that pages stay small however long their aggregates live.
func (v *View) roll(p *page) error {
	logs, any := make([][]byte, len(p.slots)), false
	for i := range p.slots {
		s := p.at(uint8(i))
		if s == nil {
			continue
		}
		r, err := p.open(s)
		if err != nil {
			return err
		}
		if logs[i], err = r.roll(v, p.rolled); err != nil {
			return err
		}
		if logs[i] != nil {
			s.dirty, any = true, true
		}
	}
	if !any {
		return nil
	}
	key, err := v.logKey(p.code, p.collection, p.name, p.rolled, p.gen)
	if err != nil {
		return err
	}
	raw, err := v.sealLogs(p.collection, key, logs)
	if err != nil {
		return err
	}
	v.write(p.collection, key, raw)
	p.rolled++
	return nil
}
