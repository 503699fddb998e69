package ledgerstate

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// SecretKey is the private key under which a collection's secret lies. It is
// the one value that no fact pack holds.
const SecretKey = secretKey

// Fact is a private value as stored: what its public hashes are hashes of.
type Fact struct {
	Key   string   `json:"key"`
	Value []byte   `json:"value"`
	Logs  []string `json:"logs,omitempty"` // of a page: the keys of its older entries, oldest first
}

// Facts reads a collection's values in the order of their keys, but for its
// secret: those after the key `after`, until about limit bytes are read. It
// returns the key to go on from, "" at the end. Queries only.
func (v *View) Facts(collection, after string, limit int) (list []Fact, next string, err error) {
	start := ""
	if after != "" {
		start = after + "\x00"
	}
	it, err := v.stub.GetPrivateDataByRange(collection, start, "~")
	if err != nil {
		return nil, "", fmt.Errorf("qxl LEDGER_READ: range of collection %q: %w", collection, err)
	}
	defer it.Close()
	for size := 0; it.HasNext(); {
		kv, err := it.Next()
		if err != nil {
			return nil, "", fmt.Errorf("qxl LEDGER_READ: range of collection %q: %w", collection, err)
		}
		if kv.Key == secretKey {
			continue
		}
		f := Fact{Key: kv.Key, Value: kv.Value}
		if kind, ok := pageKind(kv.Key); ok {
			page, err := decodePage(kv.Value)
			if err != nil {
				return nil, "", err
			}
			gen := 0
			if page.Rolled > 0 {
				if gen, err = v.generationOf(kind, collection, page.Name); err != nil {
					return nil, "", err
				}
			}
			for n := range page.Rolled {
				key, err := v.logKey(kind, collection, page.Name, n, gen)
				if err != nil {
					return nil, "", err
				}
				f.Logs = append(f.Logs, key)
			}
		}
		list = append(list, f)
		if size += len(kv.Key) + len(kv.Value); size >= limit {
			return list, kv.Key, nil
		}
	}
	return list, "", nil
}

// pageKind is the kind whose page lies under a key.
func pageKind(key string) (string, bool) {
	kind, _, ok := strings.Cut(key, ":")
	if !ok {
		return "", false
	}
	return strings.CutPrefix(kind, "P")
}

// PageKind names the kind whose page lies under a key; "" if none does.
func PageKind(key string) string {
	kind, ok := pageKind(key)
	if !ok {
		return ""
	}
	return kind
}

// Told is an aggregate as a fact pack tells it.
type Told struct {
	ID      ID          `json:"id"`
	Kind    string      `json:"kind"`
	Natural string      `json:"natural"`
	State   any         `json:"state"`
	Log     []ToldEntry `json:"log"`
}

// ToldEntry is an entry of an aggregate's log.
type ToldEntry struct {
	Number string        `json:"number"`
	Party  string        `json:"party"`
	Date   calendar.Date `json:"date"`
	Name   string        `json:"name"`
	Event  any           `json:"event"`
}

// Tell reads a page of the kind with its log pages, and works each state out
// again from the whole log: an aggregate whose stored state is another one is
// an error.
func (k *Kind[S]) Tell(raw []byte, logs [][]byte) ([]Told, error) {
	page, err := decodePage(raw)
	if err != nil {
		return nil, err
	}
	if len(logs) != page.Rolled {
		return nil, fmt.Errorf("page %s of kind %s has %d log pages, %d are given", page.Name, k.Code, page.Rolled, len(logs))
	}
	var list []Told
	slots := page.slots()
	for i := range slots {
		if slots[i].raw == nil {
			continue
		}
		r, err := k.decode(slots[i].raw)
		if err != nil {
			return nil, fmt.Errorf("slot %d of page %s: %w", i, page.Name, err)
		}
		if r.Rolled > len(logs) {
			return nil, fmt.Errorf("slot %d of page %s has entries in %d log pages of %d", i, page.Name, r.Rolled, len(logs))
		}
		var log []Entry[S]
		for n := range r.Rolled {
			older, err := k.rolled(logs[n], uint8(i))
			if err != nil {
				return nil, fmt.Errorf("log page %d of page %s: %w", n, page.Name, err)
			}
			log = append(log, older...)
		}
		log = append(log, r.Log...)
		t := Told{ID: ID{Page: page.Name, Slot: uint8(i)}, Kind: k.Code, Natural: r.Natural, State: r.State, Log: make([]ToldEntry, len(log))}
		var state S
		for n, e := range log {
			state = e.Event.Evolve(state)
			name := fmt.Sprintf("%T", e.Event)
			t.Log[n] = ToldEntry{e.Number, e.Party, e.Date, name[strings.LastIndexByte(name, '.')+1:], e.Event}
		}
		if r.Rolled > 0 {
			stored, err := Encode(&r.State)
			if err != nil {
				return nil, err
			}
			again, err := Encode(&state)
			if err != nil {
				return nil, err
			}
			if !bytes.Equal(stored, again) {
				return nil, fmt.Errorf("%s %s: its log gives another state than the one stored", k.Code, r.Natural)
			}
		}
		list = append(list, t)
	}
	return list, nil
}
