package ledgerstate

import (
	"bytes"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

var (
	// Unknown is refused where a command names an aggregate that does not
	// exist, or by an ID that belongs to another natural key.
	Unknown = refusal.New("UNKNOWN", "账本上没有这一编号", "no such record on the ledger", "")
	// Exists is refused where a birth's natural key is taken by another
	// business number.
	Exists = refusal.New("NUMBER_TAKEN", "该编号已被另一笔业务占用", "the number already belongs to another record", "")
	// IDWrong is refused where a birth proposes no ID, or none of a page.
	IDWrong = refusal.New("ID_WRONG", "未提供可用的内部编号", "the proposed ID names no slot of a page", "")
	// DuplicateNumber is refused where a business number comes again with
	// other content.
	DuplicateNumber = refusal.New("DUPLICATE_NUMBER", "同一业务流水号已登记过不同内容", "the business number was used before with other content", "")
)

// SlotTaken is returned for a birth whose proposed ID is in use: the client
// proposes another and tries again.
var SlotTaken = Errorf("SLOT_TAKEN", "the proposed ID is in use")

// Any is a kind whatever its state: what the batch needs to know of it.
type Any interface {
	KindCode() string
	CollectionName() string
	// Tell reads a page of the kind with its log pages.
	Tell(page []byte, logs [][]byte) ([]Told, error)
	// SharedTail is how many last characters may differ where natural keys
	// may share an index key; 0 where none do.
	SharedTail() int
	// unread is the next key that finding a natural key must read.
	unread(v *View, natural string) (key string, own bool, err error)
	// Seen tells whether the business number is in the aggregate's log.
	Seen(v *View, ref Ref, birth bool, party, number string, mark []byte) (bool, error)
	// Vacant tells whether a birth may take its ID: SlotTaken or a refusal
	// where it may not.
	Vacant(v *View, ref Ref) error
}

// Want is an aggregate that a command will read.
type Want struct {
	Kind  Any
	Ref   Ref
	Birth bool // the command brings it into being, so its natural key is looked up too
}

// Prefetch reads all keys that the references need, one multi-get per
// collection, and one more for those whose lists of natural keys are full.
func (v *View) Prefetch(wants []Want) error {
	for first := true; len(wants) > 0; first = false {
		byCollection := map[string][]string{}
		var order []string
		add := func(collection, key string) {
			if _, ok := byCollection[collection]; !ok {
				order = append(order, collection)
			}
			byCollection[collection] = append(byCollection[collection], key)
		}
		var births []Want
		var pages []home
		for _, w := range wants {
			if w.Ref.ID.IsZero() {
				continue
			}
			collection := w.Kind.CollectionName()
			if first {
				page, err := v.pageKey(w.Kind.KindCode(), collection, w.Ref.ID.Page)
				if err != nil {
					return err
				}
				add(collection, page)
				if v.erased[collection] {
					pages = append(pages, pageHome(w.Kind.KindCode(), collection, w.Ref.ID.Page))
				}
			}
			if !w.Birth {
				continue
			}
			key, own, err := w.Kind.unread(v, w.Ref.No)
			if err != nil {
				return err
			}
			if key == "" {
				continue
			}
			add(collection, key)
			if own && v.seed != nil { // something will be written, so what was read is validated
				v.births[slotKey{collection, key}] = true
			}
			births = append(births, w)
		}
		for _, collection := range order {
			if err := v.prefetch(collection, byCollection[collection]); err != nil {
				return err
			}
		}
		if err := v.follow(pages); err != nil {
			return err
		}
		wants = births
	}
	return nil
}

// Get finds an aggregate by ID and natural key; Unknown is refused where
// there is none.
func (k *Kind[S]) Get(v *View, field string, ref Ref) (*Record[S], error) {
	if ref.ID.IsZero() {
		return nil, Unknown.At(field, nil, ref.No)
	}
	r, err := k.at(v, ref.ID)
	if err != nil {
		return nil, err
	}
	if r == nil || r.Natural != ref.No {
		return nil, Unknown.At(field, nil, ref.No)
	}
	return r, nil
}

// At finds an aggregate by its ID alone; nil if there is none.
func (k *Kind[S]) At(v *View, id ID) (*Record[S], error) { return k.at(v, id) }

func (k *Kind[S]) at(v *View, id ID) (*Record[S], error) {
	p, err := v.page(k.form(), id.Page)
	if err != nil {
		return nil, err
	}
	s := p.at(id.Slot)
	if s == nil {
		return nil, nil
	}
	return k.record(s)
}

func (k *Kind[S]) record(s *slot) (*Record[S], error) {
	if s.record == nil {
		r, err := k.decode(s.raw)
		if err != nil {
			return nil, Errorf("STATE_CORRUPT", "an aggregate of kind %s cannot be read: %v", k.Code, err)
		}
		s.record = r
	}
	r, ok := s.record.(*Record[S])
	if !ok {
		return nil, Errorf("STATE_CORRUPT", "a page holds another kind than %s", k.Code)
	}
	return r, nil
}

// Seen tells whether the party's business number is in the aggregate's log
// already; with other content it refuses DuplicateNumber. For a birth the
// aggregate is sought by its natural key, wherever it lives.
func (k *Kind[S]) Seen(v *View, ref Ref, birth bool, party, number string, mark []byte) (bool, error) {
	id := ref.ID
	if birth && !k.Under {
		found, err := k.Locate(v, ref.No)
		if err != nil {
			return false, err
		}
		if found.IsZero() {
			return false, nil
		}
		id = found
	}
	if id.IsZero() {
		return false, nil
	}
	r, err := k.at(v, id)
	if err != nil || r == nil || r.Natural != ref.No {
		return false, err
	}
	e, err := k.find(v, id, r, party, number)
	if err != nil {
		return false, err
	}
	if e == nil {
		if birth {
			return false, Exists.At("no", nil, ref.No)
		}
		return false, nil
	}
	if !bytes.Equal(e.Mark, mark) {
		return false, DuplicateNumber.At("number", nil, number)
	}
	return true, nil
}

// find looks a business number up in the log, also in its rolled pages.
func (k *Kind[S]) find(v *View, id ID, r *Record[S], party, number string) (*Entry[S], error) {
	for i := range r.Log {
		if r.Log[i].Number == number && r.Log[i].Party == party {
			return &r.Log[i], nil
		}
	}
	if len(r.Hints) == 0 {
		return nil, nil
	}
	hint, err := v.hint(k.Collection, party, number)
	if err != nil {
		return nil, err
	}
	for i := 0; i+hintSize <= len(r.Hints); i += hintSize {
		if !bytes.Equal(r.Hints[i:i+hintSize], hint) {
			continue
		}
		log, err := k.Log(v, id, r)
		if err != nil {
			return nil, err
		}
		for i := range log {
			if log[i].Number == number && log[i].Party == party {
				return &log[i], nil
			}
		}
		return nil, nil
	}
	return nil, nil
}

func (v *View) hint(collection, party, number string) ([]byte, error) {
	secret := []byte("public")
	if collection != "" {
		var err error
		if secret, err = v.secret(collection); err != nil {
			return nil, err
		}
	}
	return mac(secret, []byte("hint"), []byte(party), []byte(number))[:hintSize], nil
}

// Mark is what a log keeps of a command's content.
func (v *View) Mark(collection, command string, content []byte) ([]byte, error) {
	secret := []byte("public")
	if collection != "" {
		var err error
		if secret, err = v.secret(collection); err != nil {
			return nil, err
		}
	}
	return mac(secret, []byte("content"), []byte(command), content)[:markSize], nil
}

// Log gives the whole log of an aggregate, oldest first.
func (k *Kind[S]) Log(v *View, id ID, r *Record[S]) ([]Entry[S], error) {
	var keys []string
	gen := 0
	if r.Rolled > 0 {
		var err error
		if gen, err = v.generationOf(k.Code, k.Collection, id.Page); err != nil {
			return nil, err
		}
	}
	for n := 0; n < r.Rolled; n++ {
		key, err := v.logKey(k.Code, k.Collection, id.Page, n, gen)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	if err := v.prefetch(k.Collection, keys); err != nil {
		return nil, err
	}
	var log []Entry[S]
	for n, key := range keys {
		raw, err := v.read(k.Collection, key)
		if err != nil {
			return nil, err
		}
		entries, err := k.rolled(raw, id.Slot)
		if err != nil {
			return nil, Errorf("STATE_CORRUPT", "log page %d of an aggregate of kind %s cannot be read: %v", n, k.Code, err)
		}
		log = append(log, entries...)
	}
	return append(log, r.Log...), nil
}

// Stamp is what a change needs to know of the command that caused it.
type Stamp struct {
	Number string
	Party  string
	Mark   func(collection string) ([]byte, error)
	Date   calendar.Date
	By     []byte
}

// Change is an event about to be applied to an aggregate.
type Change interface {
	Apply(*View, Stamp) error
}

type change[S any] struct {
	kind  *Kind[S]
	ref   Ref
	birth bool
	event Event[S]
}

// Happened is an event of an existing aggregate.
func (k *Kind[S]) Happened(ref Ref, e Event[S]) Change { return change[S]{k, ref, false, e} }

// Born is an aggregate's first event.
func (k *Kind[S]) Born(ref Ref, e Event[S]) Change { return change[S]{k, ref, true, e} }

// Apply evolves the aggregate in the overlay.
func (c change[S]) Apply(v *View, s Stamp) error {
	k := c.kind
	if c.birth {
		if err := k.Vacant(v, c.ref); err != nil {
			return err
		}
	}
	p, err := v.page(k.form(), c.ref.ID.Page)
	if err != nil {
		return err
	}
	var r *Record[S]
	if sl := p.at(c.ref.ID.Slot); sl != nil {
		if r, err = k.record(sl); err != nil {
			return err
		}
	} else {
		if !c.birth {
			return Unknown.At("id", nil, c.ref.No)
		}
		r = &Record[S]{Natural: c.ref.No, kind: k}
		if err := k.enter(v, c.ref); err != nil {
			return err
		}
	}
	if k.Plain {
		r.State = c.event.Evolve(r.State)
		p.put(c.ref.ID.Slot, r)
		return nil
	}
	mark, err := s.Mark(k.Collection)
	if err != nil {
		return err
	}
	r.State = c.event.Evolve(r.State)
	r.Log = append(r.Log, Entry[S]{Number: s.Number, Party: s.Party, Mark: mark, Date: s.Date, By: s.By, Event: c.event})
	p.put(c.ref.ID.Slot, r)
	return nil
}

// Vacant implements Any.
func (k *Kind[S]) Vacant(v *View, ref Ref) error {
	// An index entry without an ID, or for a slot that no page has, could
	// never be read again.
	if ref.ID.IsZero() || int(ref.ID.Slot) >= k.Slots {
		return IDWrong.At("id", "a page and a slot below "+strconv.Itoa(k.Slots), ref.ID)
	}
	p, err := v.page(k.form(), ref.ID.Page)
	if err == nil && p.at(ref.ID.Slot) != nil {
		return SlotTaken
	}
	return err
}
