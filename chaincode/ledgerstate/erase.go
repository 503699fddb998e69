package ledgerstate

import (
	"slices"
	"strings"
)

// erasing takes an aggregate out of the collection: its page is written
// without it under the key of the next generation, and the old key purged with
// all that ever lay under it; so are the page's log pages and the list that
// its natural key shares with others. A key of its own is purged. Neighbours
// keep ID, bytes and log.
type erasing[S any] struct {
	kind *Kind[S]
	ref  Ref
	with func([]Entry[S]) ([]Entry[S], error)
}

// Erased takes an aggregate out for ever.
func (k *Kind[S]) Erased(ref Ref) Change { return erasing[S]{kind: k, ref: ref} }

// Redacted gives an aggregate another log, from which its state follows; what
// it was before is erased. It is what the law asks for where a part of an
// aggregate must be deleted, and no way to correct anything. The business
// numbers that the new log lacks are forgotten.
func (k *Kind[S]) Redacted(ref Ref, with func([]Entry[S]) ([]Entry[S], error)) Change {
	return erasing[S]{kind: k, ref: ref, with: with}
}

// Apply implements Change.
func (c erasing[S]) Apply(v *View, _ Stamp) error {
	k := c.kind
	if k.Collection == "" {
		return Errorf("ERASURE_PUBLIC", "kind %s is public: its values stand in the blocks", k.Code)
	}
	r, err := k.Get(v, "no", c.ref)
	if err != nil {
		return err
	}
	p, err := v.page(k.form(), c.ref.ID.Page)
	if err != nil {
		return err
	}
	if c.with != nil {
		log, err := k.Log(v, c.ref.ID, r)
		if err != nil {
			return err
		}
		anew := &Record[S]{Natural: r.Natural, kind: k}
		if anew.Log, err = c.with(log); err != nil {
			return err
		}
		for i := range anew.Log {
			anew.State = anew.Log[i].Event.Evolve(anew.State)
		}
		if err := v.vacate(p, c.ref.ID.Slot); err != nil {
			return err
		}
		p.put(c.ref.ID.Slot, anew)
		return nil
	}
	if !k.Under {
		if err := k.unlist(v, c.ref.No); err != nil {
			return err
		}
	}
	return v.vacate(p, c.ref.ID.Slot)
}

// unlist takes a natural key out of the index.
func (k *Kind[S]) unlist(v *View, natural string) error {
	at, err := k.seek(v, natural)
	if err != nil {
		return err
	}
	if x := at.list; x != nil && !at.id.IsZero() {
		i, _ := x.find(at.rest)
		x.List = slices.Delete(x.List, i, i+1)
		x.moved, x.dirty = true, true
		return v.markErased(k.Collection)
	}
	key, err := v.indexKey(k.Code, k.Collection, natural)
	if err != nil {
		return err
	}
	delete(v.writes, slotKey{k.Collection, key})
	v.cache[slotKey{k.Collection, key}] = nil // what comes after in this transaction does not find it either
	v.purge(k.Collection, key)
	return nil
}

// vacate empties a slot of a page that will be written anew with its log
// pages.
func (v *View) vacate(p *page, n uint8) error {
	if p.logs == nil {
		if err := v.markErased(p.collection); err != nil {
			return err
		}
		p.logs = make([][][]byte, p.rolled)
		for i := range p.logs {
			key, err := v.logKey(p.code, p.collection, p.name, i, p.gen)
			if err != nil {
				return err
			}
			raw, err := v.read(p.collection, key)
			if err != nil {
				return err
			}
			if p.logs[i], err = openLogs(raw); err != nil {
				return Errorf("STATE_CORRUPT", "log page %d of a page of kind %s cannot be read: %v", i, p.code, err)
			}
		}
	}
	p.slots[n] = slot{}
	p.dirty = true
	for _, logs := range p.logs {
		if int(n) < len(logs) {
			logs[n] = nil
		}
	}
	return nil
}

// move takes a page from which something is erased to its next generation, its
// log pages with it; gone: nothing is left of it.
func (v *View) move(p *page) (gone bool, err error) {
	for i := range p.logs {
		key, err := v.logKey(p.code, p.collection, p.name, i, p.gen)
		if err != nil {
			return false, err
		}
		delete(v.writes, slotKey{p.collection, key})
		v.purge(p.collection, key)
	}
	logs := p.logs
	p.logs = nil
	left := slices.ContainsFunc(p.slots, func(s slot) bool { return s.raw != nil || s.record != nil })
	if p.key, err = v.leave(pageHome(p.code, p.collection, p.name), p.key, p.gen, left); err != nil {
		return false, err
	}
	if !left {
		p.gen, p.rolled, p.slots, p.dirty = 0, 0, nil, false
		p.key, err = v.pageKey(p.code, p.collection, p.name)
		return true, err
	}
	p.gen++
	for i := range logs {
		key, err := v.logKey(p.code, p.collection, p.name, i, p.gen)
		if err != nil {
			return false, err
		}
		raw, err := v.sealLogs(p.collection, key, logs[i])
		if err != nil {
			return false, err
		}
		v.write(p.collection, key, raw)
	}
	return false, nil
}

// ReceiptPrefix begins the keys of receipts.
const ReceiptPrefix = "R:"

// ReceiptAt reads the receipt under a key; false where there is none.
func (v *View) ReceiptAt(collection, key string, receipt any) (bool, error) {
	if !strings.HasPrefix(key, ReceiptPrefix) {
		return false, nil
	}
	raw, err := v.read(collection, key)
	if err != nil || raw == nil {
		return false, err
	}
	return true, DecodeReceipt(raw, receipt)
}

// DecodeReceipt reads a receipt as stored.
func DecodeReceipt(raw []byte, receipt any) error {
	var s sealed
	if err := Decode(raw, &s); err != nil {
		return Errorf("STATE_CORRUPT", "a receipt cannot be read")
	}
	return Decode(s.Body, receipt)
}

// ReceiptErased purges the receipt under a key.
func ReceiptErased(collection, key string) Change { return receiptErased{collection, key} }

type receiptErased struct{ collection, key string }

// Apply implements Change.
func (c receiptErased) Apply(v *View, _ Stamp) error {
	v.purge(c.collection, c.key)
	return nil
}
