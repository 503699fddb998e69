package ledgerstate

import (
	"slices"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A kind's natural keys are found by index keys. A key of a birth's own costs
// more than the rest of it, so natural keys that differ in their last
// characters only may share one: see Kind.Tails.

// maxListed bounds a shared index key's list, which each birth writes anew:
// room for a hundred that differ in two digits, in less than the 12 kB at
// which pages roll.
const maxListed = 128

const indexSchema = 1

// indexValue is a shared index key as stored.
type indexValue struct {
	Schema uint8
	Salt   []byte
	Full   bool     // it has been full once: what it lacks may be elsewhere, for ever
	List   []listed // sorted by Rest
}

// listed is a natural key of a list.
type listed struct {
	Rest string // what follows the head that names the list
	ID   ID
}

// index is a shared index key in a view.
type index struct {
	home
	key string
	gen int // of what is committed
	indexValue
	dirty bool
	moved bool // something is erased from it
}

func (x *index) find(rest string) (at int, found bool) {
	return slices.BinarySearchFunc(x.List, rest, func(l listed, rest string) int { return strings.Compare(l.Rest, rest) })
}

func (x *index) put(rest string, id ID) {
	at, _ := x.find(rest)
	x.List = slices.Insert(x.List, at, listed{rest, id})
	x.Full = x.Full || len(x.List) >= maxListed
	x.dirty = true
}

// Head is a natural key without its last characters; "" where it has no
// more. Characters are Unicode's, so that no character is cut in two.
func Head(natural string, tail int) string {
	for ; tail > 0 && natural != ""; tail-- {
		_, size := utf8.DecodeLastRuneInString(natural)
		natural = natural[:len(natural)-size]
	}
	return natural
}

// SharedTail is how many last characters may differ where natural keys may
// share an index key; 0 where none do.
func (k *Kind[S]) SharedTail() int {
	if len(k.Tails) == 0 || k.Under {
		return 0
	}
	return k.Tails[0]
}

// listHome names the list of a head. The tail's length is part of it: the
// same head may stand before tails of several lengths.
func (k *Kind[S]) listHome(head string, tail int) home {
	return home{collection: k.Collection, prefix: "I" + k.Code + "-" + strconv.Itoa(tail), name: head}
}

// list gives a shared index key as the transaction sees it, empty if it does
// not exist; if it has not been read yet, the next key to read.
func (v *View) list(h home) (x *index, next string, err error) {
	key, err := v.base(h)
	if err != nil {
		return nil, "", err
	}
	at := slotKey{h.collection, key}
	if x := v.lists[at]; x != nil {
		return x, "", nil
	}
	raw, known := v.cache[at]
	if !known {
		return nil, key, nil
	}
	gen := 0
	if raw == nil && v.erased[h.collection] {
		if gen, next, err = v.generation(h.collection, key); err != nil || next != "" {
			return nil, next, err
		}
		if gen > 0 {
			if key, err = v.keyAt(h, gen); err != nil {
				return nil, "", err
			}
			if raw, known = v.cache[slotKey{h.collection, key}]; !known {
				return nil, key, nil
			}
		}
	}
	x = &index{home: h, key: key, gen: gen, indexValue: indexValue{Schema: indexSchema}}
	if raw != nil {
		if err := Decode(raw, &x.indexValue); err != nil {
			return nil, "", Errorf("STATE_CORRUPT", "a shared index key cannot be read: %v", err)
		}
		if x.Schema != indexSchema {
			return nil, "", Errorf("SCHEMA_UNKNOWN", "a shared index key has schema version %d, this program knows %d", x.Schema, indexSchema)
		}
	}
	v.lists[at] = x
	return x, "", nil
}

// place is what a look at the index has found so far.
type place struct {
	id   ID     // zero: none, if nothing is to be read
	next string // key that must be read to know more
	own  bool   // next belongs to this natural key alone
	list *index // where it stands, or a birth enters it; nil: under a key of its own
	rest string // as what
}

// look seeks a natural key in the lists from the one with the shortest head
// on, each of which sends on only once it is full, and last under a key of
// its own, where it may be in any case if the collection was opened before
// there were lists.
func (k *Kind[S]) look(v *View, natural string) (place, error) {
	var room place
	for _, tail := range k.Tails {
		head := Head(natural, tail)
		x, next, err := v.list(k.listHome(head, tail))
		if err != nil || x == nil {
			return place{next: next}, err
		}
		rest := natural[len(head):]
		if at, found := x.find(rest); found {
			return place{id: x.List[at].ID, list: x, rest: rest}, nil
		}
		if !x.Full {
			room = place{list: x, rest: rest}
			break
		}
	}
	if room.list != nil && !v.older[k.Collection] {
		return room, nil
	}
	key, err := v.indexKey(k.Code, k.Collection, natural)
	if err != nil {
		return place{}, err
	}
	at := slotKey{k.Collection, key}
	raw, known := v.writes[at]
	if !known {
		raw, known = v.cache[at]
	}
	if !known {
		return place{next: key, own: true}, nil
	}
	if raw == nil {
		return room, nil
	}
	var s sealed
	if err := Decode(raw, &s); err != nil {
		return place{}, Errorf("STATE_CORRUPT", "an index entry of kind %s cannot be read", k.Code)
	}
	id, err := ParseID(string(s.Body))
	if err != nil {
		return place{}, Errorf("STATE_CORRUPT", "an index entry of kind %s names no ID", k.Code)
	}
	return place{id: id}, nil
}

// unread is the next key that must be read to find a natural key; "" where
// all is known. own: no other natural key shares it.
func (k *Kind[S]) unread(v *View, natural string) (key string, own bool, err error) {
	if k.Under {
		return "", false, nil
	}
	p, err := k.look(v, natural)
	return p.next, p.own, err
}

// seek reads what must be read to find a natural key.
func (k *Kind[S]) seek(v *View, natural string) (place, error) {
	for {
		p, err := k.look(v, natural)
		if err != nil || p.next == "" {
			return p, err
		}
		if _, err := v.read(k.Collection, p.next); err != nil {
			return place{}, err
		}
	}
}

// Locate finds the ID that belongs to a natural key; zero if there is none.
func (k *Kind[S]) Locate(v *View, natural string) (ID, error) {
	if k.Under {
		return ID{}, Errorf("NO_INDEX", "aggregates of kind %s are found by the ID of another one", k.Code)
	}
	p, err := k.seek(v, natural)
	return p.id, err
}

// LocateAll is Locate for many natural keys with few multi-gets.
func (k *Kind[S]) LocateAll(v *View, naturals []string) ([]ID, error) {
	for {
		var keys []string
		for _, n := range naturals {
			key, _, err := k.unread(v, n)
			if err != nil {
				return nil, err
			}
			if key != "" {
				keys = append(keys, key)
			}
		}
		if len(keys) == 0 {
			break
		}
		if err := v.prefetch(k.Collection, keys); err != nil {
			return nil, err
		}
	}
	ids := make([]ID, len(naturals))
	for i, n := range naturals {
		id, err := k.Locate(v, n)
		if err != nil {
			return nil, err
		}
		ids[i] = id
	}
	return ids, nil
}

// enter puts a birth into the index; Exists is refused where its natural key
// is there already.
func (k *Kind[S]) enter(v *View, ref Ref) error {
	if k.Under {
		return nil
	}
	p, err := k.seek(v, ref.No)
	if err != nil {
		return err
	}
	if !p.id.IsZero() {
		return Exists.At("no", nil, ref.No)
	}
	if p.list != nil {
		p.list.put(p.rest, ref.ID)
		return nil
	}
	key, err := v.indexKey(k.Code, k.Collection, ref.No)
	if err != nil {
		return err
	}
	s := sealed{Schema: 1, Body: []byte(ref.ID.String())}
	if k.Collection != "" {
		if s.Salt, err = v.salt(k.Collection, key); err != nil {
			return err
		}
	}
	raw, err := Encode(s)
	if err != nil {
		return err
	}
	v.write(k.Collection, key, raw)
	return nil
}

// writeLists stores the lists that births have entered.
func (v *View) writeLists() error {
	var dirty []*index
	for _, x := range v.lists {
		if x.dirty {
			dirty = append(dirty, x)
		}
	}
	sort.Slice(dirty, func(i, j int) bool {
		return dirty[i].collection < dirty[j].collection || (dirty[i].collection == dirty[j].collection && dirty[i].key < dirty[j].key)
	})
	for _, x := range dirty {
		var err error
		if x.moved {
			// A list that has been full stays, though empty: what it lacks may be
			// elsewhere.
			if x.key, err = v.leave(x.home, x.key, x.gen, len(x.List) > 0 || x.Full); err != nil {
				return err
			}
			x.gen, x.moved, x.dirty = x.gen+1, false, false
			if x.key == "" {
				x.gen = 0
				continue
			}
		}
		if x.Salt, err = v.salt(x.collection, x.key); err != nil {
			return err
		}
		raw, err := Encode(x.indexValue)
		if err != nil {
			return err
		}
		v.write(x.collection, x.key, raw)
		x.dirty = false
	}
	return nil
}
