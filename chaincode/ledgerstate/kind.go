package ledgerstate

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"sync"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Event is something that happened to an aggregate with state S. Evolve is
// pure and never fails: a rule decided before that the event may happen.
type Event[S any] interface {
	Evolve(S) S
}

// Kind is a sort of aggregate: where it is kept, how many share a page, and
// which events there are.
type Kind[S any] struct {
	Code       string // short, unique within its chaincode
	Collection string // "" for public state
	Slots      int    // aggregates per page, 1 to 256
	Keep       int    // log entries that stay with the aggregate when those of its page roll; 0: none ever stays
	Schema     uint8  // version of the encoding of S and its events
	// Under says that an aggregate lives under the ID of one of another kind,
	// by which it is found, or under one derived from its natural key. It has
	// no index key, which costs more than the rest of a birth.
	Under bool
	// Plain says that an aggregate is its state alone: no log is kept, so that
	// business numbers are found elsewhere. For what is worked out from other
	// aggregates and would roll at every write.
	Plain bool
	// Tails lets natural keys share index keys: those that differ in their
	// last Tails[0] characters share one until it is full; further ones share
	// it with those that differ in their last Tails[1] characters, and so on,
	// and what finds no list has a key of its own. Longest first; none: each
	// natural key has its own. Suits numbers that count up at their end and
	// are born many at once: births of one list at the same moment by two
	// submitters get into each other's way, and one is sent again.
	Tails  []int
	Zh, En string

	// Digest gives what of the state counts in the state digest, nil for all
	// of it: no opaque ID, pseudonym, fingerprint, time or transaction ID may
	// remain.
	Digest func(S) any

	types []reflect.Type
	codes map[reflect.Type]int
}

// NewKind declares a kind with its events; an event's position is its code in
// stored logs, so new ones are appended only.
func NewKind[S any](k Kind[S], events ...Event[S]) *Kind[S] {
	if k.Slots < 1 || k.Slots > 256 || k.Schema == 0 || k.Code == "" || strings.Contains(k.Code, "-") {
		panic("kind " + k.Code + ": slots, schema or code missing, or a hyphen in the code, which lists of natural keys have")
	}
	for i, tail := range k.Tails {
		if tail < 1 || i > 0 && tail >= k.Tails[i-1] || k.Collection == "" {
			panic("kind " + k.Code + ": tails are not positive and falling, or of public state")
		}
	}
	k.codes = map[reflect.Type]int{}
	for i, e := range events {
		t := reflect.TypeOf(e)
		k.codes[t] = i
		k.types = append(k.types, t)
	}
	return &k
}

// Entry is one event in an aggregate's log, with what makes it traceable and
// idempotent.
type Entry[S any] struct {
	Number string        // caller's business number
	Party  string        // party of the submitter, scope of the number
	Mark   []byte        // HMAC(collection secret, command ‖ content), 8 bytes
	Date   calendar.Date // business date
	By     []byte        // first 8 bytes of the submitter's certificate fingerprint
	Event  Event[S]
}

// Record is an aggregate as stored: its natural key, the state that its
// events gave, and the log.
type Record[S any] struct {
	Natural string
	State   S
	Log     []Entry[S] // the last entries, oldest first
	Rolled  int        // older entries are in its page's log pages before this one
	Hints   []byte     // 4 bytes per rolled entry: HMAC(secret, party ‖ number)

	kind *Kind[S]
}

// KindCode names the kind within its chaincode.
func (k *Kind[S]) KindCode() string { return k.Code }

// form is what the kind's pages need to know.
func (k *Kind[S]) form() form {
	full := fullPage
	switch {
	case k.Plain:
		full = math.MaxInt
	case k.Keep == 0:
		full = 0
	}
	return form{code: k.Code, collection: k.Collection, slots: k.Slots, full: full,
		open: func(s *slot) (stored, error) { return k.record(s) }}
}

// CollectionName is where the kind is kept; "" is public.
func (k *Kind[S]) CollectionName() string { return k.Collection }

// encoders are pooled: a page of sixteen loans is encoded thousands of times
// a second.
var encoders = sync.Pool{New: func() any { return &bytes.Buffer{} }}

func marshal(v func(*msgpack.Encoder) error) ([]byte, error) {
	buf := encoders.Get().(*bytes.Buffer)
	buf.Reset()
	enc := msgpack.GetEncoder()
	enc.Reset(buf)
	enc.UseArrayEncodedStructs(true)
	enc.UseCompactInts(true)
	enc.SetSortMapKeys(true)
	err := v(enc)
	msgpack.PutEncoder(enc)
	out := append([]byte(nil), buf.Bytes()...)
	encoders.Put(buf)
	return out, err
}

// Encode is the ledger's deterministic encoding of a value: msgpack with
// structs as arrays, compact integers and sorted map keys.
func Encode(v any) ([]byte, error) {
	return marshal(func(enc *msgpack.Encoder) error { return enc.Encode(v) })
}

// Decode reads what Encode wrote.
func Decode(b []byte, v any) error {
	dec := msgpack.GetDecoder()
	dec.Reset(bytes.NewReader(b))
	err := dec.Decode(v)
	msgpack.PutDecoder(dec)
	return err
}

func (r *Record[S]) encode() ([]byte, error) {
	return marshal(func(enc *msgpack.Encoder) error {
		if err := enc.EncodeMulti(r.kind.Schema, r.Natural, r.Rolled, r.Hints); err != nil {
			return err
		}
		// While nothing has rolled, the log says all that the state does.
		if r.Rolled == 0 && !r.kind.Plain {
			if err := enc.EncodeNil(); err != nil {
				return err
			}
		} else if err := enc.Encode(&r.State); err != nil {
			return err
		}
		return r.kind.encodeLog(enc, r.Log)
	})
}

func (k *Kind[S]) encodeLog(enc *msgpack.Encoder, log []Entry[S]) error {
	if err := enc.EncodeArrayLen(len(log)); err != nil {
		return err
	}
	for i := range log {
		e := &log[i]
		code, ok := k.codes[reflect.TypeOf(e.Event)]
		if !ok {
			return fmt.Errorf("kind %s: event %T is not declared", k.Code, e.Event)
		}
		if err := enc.EncodeMulti(e.Number, e.Party, e.Mark, e.Date, e.By, code); err != nil {
			return err
		}
		if err := enc.Encode(e.Event); err != nil {
			return err
		}
	}
	return nil
}

func (k *Kind[S]) decode(b []byte) (*Record[S], error) {
	dec := msgpack.GetDecoder()
	defer msgpack.PutDecoder(dec)
	dec.Reset(bytes.NewReader(b))
	r := &Record[S]{kind: k}
	schema, err := dec.DecodeUint8()
	if err != nil {
		return nil, err
	}
	if schema != k.Schema {
		return nil, fmt.Errorf("kind %s: schema version %d is not known here (this program knows %d)", k.Code, schema, k.Schema)
	}
	if err := dec.DecodeMulti(&r.Natural, &r.Rolled, &r.Hints); err != nil {
		return nil, err
	}
	if r.Rolled > 0 || k.Plain {
		err = dec.Decode(&r.State)
	} else {
		err = dec.DecodeNil()
	}
	if err != nil {
		return nil, err
	}
	if r.Log, err = k.decodeLog(dec); err != nil {
		return nil, err
	}
	if r.Rolled == 0 {
		for i := range r.Log {
			r.State = r.Log[i].Event.Evolve(r.State)
		}
	}
	return r, nil
}

func (k *Kind[S]) decodeLog(dec *msgpack.Decoder) ([]Entry[S], error) {
	n, err := dec.DecodeArrayLen()
	if err != nil {
		return nil, err
	}
	if n < 0 || n > 1<<16 {
		return nil, fmt.Errorf("kind %s: log of %d entries", k.Code, n)
	}
	log := make([]Entry[S], n, n+2)
	for i := range log {
		e := &log[i]
		var code int
		if err := dec.DecodeMulti(&e.Number, &e.Party, &e.Mark, &e.Date, &e.By, &code); err != nil {
			return nil, err
		}
		if code < 0 || code >= len(k.types) {
			return nil, fmt.Errorf("kind %s: unknown event code %d", k.Code, code)
		}
		v := reflect.New(k.types[code])
		if err := dec.Decode(v.Interface()); err != nil {
			return nil, err
		}
		e.Event = v.Elem().Interface().(Event[S])
	}
	return log, nil
}
