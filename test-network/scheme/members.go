package scheme

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/pipeline"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// Members are the people of a founded consortium, each with a connection of
// its own.
type Members struct {
	factory ledger.Factory
	tables  *consortium.Tables

	mu      sync.Mutex
	clients map[string]*book.Client
	height  uint64 // of whoever's peer has seen what was sent last
}

// sent notes how far the ledger has come at the peer of who sent something.
func (m *Members) sent(ctx context.Context, c *book.Client) error {
	h, err := c.Ledger().Height(ctx)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.height = max(m.height, h)
	return err
}

// caughtUp waits until a person's peer has what others have sent: a sender
// waits for its own peer alone.
func (m *Members) caughtUp(ctx context.Context, c *book.Client) error {
	m.mu.Lock()
	want := m.height
	m.mu.Unlock()
	for {
		h, err := c.Ledger().Height(ctx)
		if err != nil || h >= want {
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Open reads who is who.
func Open(ctx context.Context, f ledger.Factory) (*Members, error) {
	m := &Members{factory: f, clients: map[string]*book.Client{}}
	l, err := f.As(ctx, operator)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	m.tables, err = book.Show(ctx, l)
	return m, err
}

// Close ends the connections.
func (m *Members) Close() error {
	var first error
	for _, c := range m.clients {
		if err := c.Ledger().Close(); first == nil {
			first = err
		}
	}
	return first
}

// As is a person's client.
func (m *Members) As(ctx context.Context, person string) (*book.Client, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.clients[person]; c != nil {
		return c, nil
	}
	l, err := m.factory.As(ctx, person)
	if err != nil {
		return nil, err
	}
	m.clients[person] = book.New(l, book.FromTables(m.tables), mspOf(person))
	return m.clients[person], nil
}

func mspOf(person string) string {
	org, _, _ := strings.Cut(person, "/")
	return org + "MSP"
}

// send imports a day file; every line must be accepted.
func (m *Members) send(ctx context.Context, path string, f sample.File, receipt string) error {
	file, err := dayfile.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	c, err := m.As(ctx, f.As)
	if err != nil {
		return err
	}
	if err := m.caughtUp(ctx, c); err != nil {
		return err
	}
	org, _, _ := strings.Cut(f.As, "/")
	party, _ := m.tables.Party(mspOf(f.As))
	r, err := dayfile.Import(ctx, file, dayfile.Sender{Person: f.As, Organization: org, Party: party, Engine: c.Ledger().Engine(), Writer: c,
		BookOf: func(bank string) (string, bool) {
			name := m.tables.Book(bank + "MSP")
			return name, name != ""
		}}, dayfile.Options{Receipt: receipt})
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	if r.Accepted+r.Already != f.Lines {
		return fmt.Errorf("%s: %d of %d lines refused, see %s", f.Name, r.Progress.Refused, f.Lines, r.Path)
	}
	return m.sent(ctx, c)
}

// post sends commands of one kind, as many in a transaction as fit and in the
// order given, so that what the ledger logs is in the same order whatever IDs
// are drawn. It gives their outcomes.
func (m *Members) post(ctx context.Context, person, chaincode string, def command.Definition, contents []any) ([]book.Result, error) {
	c, err := m.As(ctx, person)
	if err != nil {
		return nil, err
	}
	if err := m.caughtUp(ctx, c); err != nil {
		return nil, err
	}
	if err := place(ctx, c, chaincode, def, contents); err != nil {
		return nil, err
	}
	spec := def.Describe()
	var results []book.Result
	for len(contents) > 0 {
		n := min(len(contents), batch)
		list := make([]command.Envelope, n)
		for i, content := range contents[:n] {
			if list[i], err = book.Envelope(spec.Name, content); err != nil {
				return nil, err
			}
		}
		r, err := c.Submit(ctx, chaincode, spec.Lane.Name, list...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", spec.Name, err)
		}
		results, contents = append(results, r...), contents[n:]
	}
	return results, m.sent(ctx, c)
}

// place gives the references of contents their opaque IDs: looked up, or drawn
// for what is born.
func place(ctx context.Context, c *book.Client, chaincode string, def command.Definition, contents []any) error {
	wanted := map[string][]*ledgerstate.Ref{}
	for _, content := range contents {
		item, err := pipeline.ItemOf(def, content)
		if err != nil {
			return err
		}
		for _, r := range item.Refs {
			switch {
			case !r.At.ID.IsZero() || r.With != nil:
			case r.Birth:
				r.At.ID = newPage()
			default:
				wanted[r.Kind.Code] = append(wanted[r.Kind.Code], r.At)
			}
		}
	}
	for kind, refs := range wanted {
		numbers := make([]string, len(refs))
		for i, r := range refs {
			numbers[i] = r.No
		}
		ids, err := c.Locate(ctx, chaincode, kind, numbers)
		if err != nil {
			return err
		}
		for i, r := range refs {
			if r.ID = ids[i]; r.ID.IsZero() {
				return fmt.Errorf("%s: no %s %s", def.Describe().Name, kind, r.No)
			}
		}
	}
	return nil
}

// newPage is an ID on a page of its own.
func newPage() ledgerstate.ID { return ledgerstate.ID{Page: strings.ToLower(rand.Text()[:13])} }

// batch keeps a transaction that asks books small.
const batch = 64
