package ledgerstate

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/vmihailenco/msgpack/v5"
)

// sealLogs is a log page as stored: for each slot the entries that left it.
func (v *View) sealLogs(collection, key string, logs [][]byte) ([]byte, error) {
	body, err := Encode(logs)
	if err != nil {
		return nil, err
	}
	s := sealed{Schema: 1, Body: body}
	if collection != "" {
		if s.Salt, err = v.salt(collection, key); err != nil {
			return nil, err
		}
	}
	return Encode(s)
}

// roll implements stored.
func (r *Record[S]) roll(v *View, n int) ([]byte, error) {
	k := r.kind
	older := len(r.Log) - k.Keep
	if older < 1 {
		return nil, nil
	}
	for i := range r.Log[:older] {
		hint, err := v.hint(k.Collection, r.Log[i].Party, r.Log[i].Number)
		if err != nil {
			return nil, err
		}
		r.Hints = append(r.Hints, hint...)
	}
	raw, err := marshal(func(enc *msgpack.Encoder) error {
		if err := enc.EncodeUint8(k.Schema); err != nil {
			return err
		}
		return k.encodeLog(enc, r.Log[:older])
	})
	r.Log, r.Rolled = append([]Entry[S](nil), r.Log[older:]...), n+1
	return raw, err
}

// openLogs is what a log page holds, by slot.
func openLogs(raw []byte) ([][]byte, error) {
	if raw == nil {
		return nil, fmt.Errorf("absent")
	}
	var s sealed
	if err := Decode(raw, &s); err != nil {
		return nil, err
	}
	var logs [][]byte
	return logs, Decode(s.Body, &logs)
}

// rolled reads the entries of one slot from a log page; none if the slot had
// none to roll.
func (k *Kind[S]) rolled(raw []byte, slot uint8) ([]Entry[S], error) {
	logs, err := openLogs(raw)
	if err != nil {
		return nil, err
	}
	if int(slot) >= len(logs) || logs[slot] == nil {
		return nil, nil
	}
	dec := msgpack.NewDecoder(bytes.NewReader(logs[slot]))
	schema, err := dec.DecodeUint8()
	if err != nil {
		return nil, err
	}
	if schema != k.Schema {
		return nil, fmt.Errorf("schema version %d is not known here (this program knows %d)", schema, k.Schema)
	}
	return k.decodeLog(dec)
}

// Scan visits the aggregates of a kind page by page, from the page after the
// key `after` ("" for the first), and stops after the page at which visit has
// been called limit times or more. It returns the key to go on from, "" at
// the end. Queries only: a transaction that has run a private range may not
// write. The order is that of the keys, which means nothing.
func (k *Kind[S]) Scan(v *View, after string, limit int, visit func(ID, *Record[S]) error) (next string, err error) {
	prefix := "P" + k.Code + ":"
	start := prefix
	if after != "" {
		if !strings.HasPrefix(after, prefix) {
			return "", Errorf("AFTER_WRONG", "%.40q is no place in a list of kind %s: give back what the last answer called next", after, k.Code)
		}
		start = after + "\x00"
	}
	it, err := v.stub.GetPrivateDataByRange(k.Collection, start, prefix+"~")
	if err != nil {
		return "", fmt.Errorf("qxl LEDGER_READ: range of collection %q: %w", k.Collection, err)
	}
	defer it.Close()
	seen := 0
	for it.HasNext() {
		kv, err := it.Next()
		if err != nil {
			return "", fmt.Errorf("qxl LEDGER_READ: range of collection %q: %w", k.Collection, err)
		}
		page, err := decodePage(kv.Value)
		if err != nil {
			return "", err
		}
		slots := page.slots()
		for i := range slots {
			if slots[i].raw == nil {
				continue
			}
			r, err := k.record(&slots[i])
			if err != nil {
				return "", err
			}
			seen++
			if err := visit(ID{Page: page.Name, Slot: uint8(i)}, r); err != nil {
				return "", err
			}
		}
		if seen >= limit {
			return kv.Key, nil
		}
	}
	return "", nil
}

// DecodePage reads the page of a kind with one slot, as handed to another
// chaincode.
func (k *Kind[S]) DecodePage(raw []byte) (*Record[S], error) {
	page, err := decodePage(raw)
	if err != nil {
		return nil, err
	}
	slots := page.slots()
	if len(slots) != 1 || slots[0].raw == nil {
		return nil, Errorf("STATE_CORRUPT", "a page of kind %s has %d slots, not one", k.Code, len(slots))
	}
	return k.record(&slots[0])
}
