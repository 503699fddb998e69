package facts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Source is where a pack is made: a client whose ledger reads blocks too.
type Source struct {
	Client *book.Client
	Blocks ledger.Blocks
	By     string // MSP of the peer that is asked
	// Progress is told how far it has come: blocks read of all, values read.
	// It may be nil.
	Progress func(blocks, of uint64, values int)
}

// rounds bounds how often a collection that is written to meanwhile is read
// again.
const rounds = 20

// Export writes the pack of a collection as of the newest block that the peer
// has when its values have been read.
func Export(ctx context.Context, s Source, cc, collection string, out io.Writer) (*Trailer, error) {
	kinds, err := kindsOf(cc, collection)
	if err != nil {
		return nil, err
	}
	r := newReplay(cc, collection)
	for round := 1; ; round++ {
		facts, err := s.read(ctx, cc, collection)
		if err != nil {
			return nil, err
		}
		height, err := s.Client.Ledger().Height(ctx)
		if err != nil {
			return nil, err
		}
		if err := r.to(ctx, s.Blocks, height, func(done uint64) { s.tell(done, height, len(facts)) }); err != nil {
			return nil, err
		}
		stale := mismatch(r, facts)
		if stale == "" {
			return write(r, kinds, facts, s.By, out)
		}
		if round == rounds {
			return nil, fmt.Errorf("collection %s of %s: after %d readings %s; the peer lacks values, or the collection is written to all the time (hint: export when imports are done)", collection, cc, rounds, stale)
		}
		select { // a block was committed while values were read
		case <-time.After(time.Duration(round) * 100 * time.Millisecond):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

func (s Source) tell(blocks, of uint64, values int) {
	if s.Progress != nil {
		s.Progress(blocks, of, values)
	}
}

// read reads all values of the collection.
func (s Source) read(ctx context.Context, cc, collection string) ([]ledgerstate.Fact, error) {
	var all []ledgerstate.Fact
	q := command.FactsQuery{}
	for {
		var a command.FactsAnswer
		if err := s.Client.Ask(ctx, cc, "facts."+collection, q, &a); err != nil {
			return nil, err
		}
		all = append(all, a.Facts...)
		s.tell(0, 0, len(all))
		if a.Next == "" {
			return all, nil
		}
		q.After = a.Next
	}
}

// mismatch tells how the values differ from what the blocks say; "" if they
// do not.
func mismatch(r *replay, facts []ledgerstate.Fact) string {
	seen := 0
	for _, f := range facts {
		key, value := sha256.Sum256([]byte(f.Key)), sha256.Sum256(f.Value)
		w, ok := r.live[string(key[:])]
		if !ok || !bytes.Equal(w.value, value[:]) {
			return "a value is not the one in the blocks"
		}
		seen++
	}
	live := len(r.live)
	if _, ok := r.live[string(secretHash[:])]; ok {
		live--
	}
	if seen != live {
		return fmt.Sprintf("%d of %d values are missing", live-seen, live)
	}
	return ""
}

func write(r *replay, kinds map[string]ledgerstate.Any, facts []ledgerstate.Fact, by string, out io.Writer) (*Trailer, error) {
	w := newWriter(out)
	if err := w.line(Header{Format: Format, Chaincode: r.chaincode, Collection: r.collection, Blocks: r.blocks, Tip: hex.EncodeToString(r.tip), By: by}); err != nil {
		return nil, err
	}
	values := map[string][]byte{}
	for _, f := range facts {
		values[f.Key] = f.Value
	}
	for _, f := range facts {
		key := sha256.Sum256([]byte(f.Key))
		at := r.live[string(key[:])]
		told, err := tell(kinds, f, values)
		if err != nil {
			return nil, err
		}
		if err := w.line(Value{Fact: f, Block: at.block, Tx: at.tx, Aggregates: told}); err != nil {
			return nil, err
		}
	}
	t := Trailer{Values: len(facts), Purged: len(r.purged), Secret: hex.EncodeToString(secretHash[:])}
	return &t, w.end(t)
}

// tell reads a page with the log pages that it names.
func tell(kinds map[string]ledgerstate.Any, f ledgerstate.Fact, values map[string][]byte) ([]ledgerstate.Told, error) {
	code := ledgerstate.PageKind(f.Key)
	if code == "" {
		return nil, nil
	}
	kind := kinds[code]
	if kind == nil {
		return nil, fmt.Errorf("a page of kind %.20q, which this program does not know", code)
	}
	logs := make([][]byte, len(f.Logs))
	for i, key := range f.Logs {
		if logs[i] = values[key]; logs[i] == nil {
			return nil, fmt.Errorf("log page %d of a page of kind %s is not there", i, code)
		}
	}
	return kind.Tell(f.Value, logs)
}

// kindsOf are the kinds of a collection by code.
func kindsOf(cc, collection string) (map[string]ledgerstate.Any, error) {
	all, of := chaincode.BookKinds, command.Book
	if cc == command.CommonsName {
		all, of = chaincode.CommonsKinds, command.Commons
	}
	known := ""
	for _, c := range of.Collections() {
		known += " " + c.Name
		if c.Name != collection {
			continue
		}
		kinds := map[string]ledgerstate.Any{}
		for _, k := range all {
			if k.CollectionName() == collection {
				kinds[k.KindCode()] = k
			}
		}
		return kinds, nil
	}
	return nil, &invalid.Error{Code: "COLLECTION_UNKNOWN", Field: "collection", Limit: strings.TrimSpace(known), Value: invalid.Shown(collection),
		Zh: "没有这个集合", En: cc + " has no such collection"}
}
