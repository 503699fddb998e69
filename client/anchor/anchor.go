package anchor

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Log is what is anchored: *evidencelog.Log.
type Log interface {
	Name() string
	Checkpoint() (evidencelog.Checkpoint, []byte)
	Consistency(from, to uint64) ([]evidencelog.Hash, error)
	// Anchored marks the leaves under a checkpoint; again is no error.
	Anchored(checkpoint []byte, a evidencelog.Anchor) error
}

// Anchorer anchors one organization's logs, one anchor of a log at a time. It
// may not be used concurrently: a log has one.
type Anchorer struct {
	client  *book.Client
	channel string
	how     book.Delivery

	heads map[string]*Head
	date  calendar.Date // the open day when it was asked last
}

// Head is where a log stands on the ledger, and by which transaction.
type Head struct {
	Origin   string             `json:"origin"`
	Sequence uint64             `json:"sequence"` // 0: nothing is anchored
	Size     uint64             `json:"size"`
	Root     evidencelog.Hash   `json:"root"`
	Anchor   evidencelog.Anchor `json:"anchor"`
	New      bool               `json:"new"` // anchored by this call
	At       time.Time          `json:"at"`  // time of the transaction

	note []byte
}

// New makes an anchorer of the person behind a client, who keeps the
// organization's log. The channel's name goes into receipts.
func New(c *book.Client, channel string, how book.Delivery) *Anchorer {
	return &Anchorer{client: c, channel: channel, how: how, heads: map[string]*Head{}}
}

// RolledBackError: the log is shorter than what is anchored of it.
type RolledBackError struct {
	Origin         string
	Size, Anchored uint64
}

func (e *RolledBackError) Error() string {
	return fmt.Sprintf("the log %s has %d leaves, and %d are anchored: it was rolled back; bring back the newest copy, anchor nothing", e.Origin, e.Size, e.Anchored)
}

// ForkedError: the log does not begin with what is anchored of it.
type ForkedError struct {
	Origin   string
	Anchored uint64
	Err      error
}

func (e *ForkedError) Error() string {
	return fmt.Sprintf("the log %s does not begin with the %d leaves that are anchored: it was forked or rewritten; bring back the true one, anchor nothing: %v", e.Origin, e.Anchored, e.Err)
}
func (e *ForkedError) Unwrap() error { return e.Err }

// Head asks where a log stands, unless its last anchor was this anchorer's
// own, and marks in the log what had been anchored without its knowing.
func (a *Anchorer) head(ctx context.Context, log Log) (*Head, error) {
	if h := a.heads[log.Name()]; h != nil {
		return h, nil
	}
	var s evidence.LogSheet
	if err := a.client.Ask(ctx, command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: log.Name()}, &s); err != nil {
		return nil, err
	}
	h := &Head{Origin: s.Origin, Sequence: s.Sequence, Size: s.Size, Root: evidencelog.Hash(s.Root), note: []byte(s.Note)}
	if s.Sequence > 0 {
		tx, err := a.client.Ledger().Transaction(ctx, s.TxID)
		if err != nil {
			return nil, err
		}
		h.At, h.Anchor = tx.Time, evidencelog.Anchor{Channel: a.channel, TxID: s.TxID, Block: tx.Block}
		if now, _ := log.Checkpoint(); now.Size < h.Size {
			return nil, &RolledBackError{h.Origin, now.Size, h.Size}
		}
		if err := log.Anchored(h.note, h.Anchor); err != nil {
			return nil, &ForkedError{h.Origin, h.Size, err}
		}
	}
	a.heads[log.Name()] = h
	return h, nil
}

// Anchor anchors what is new in a log. Where nothing is, it gives the head as
// it stands, or anchors the same tree again if beat is set: a heartbeat.
func (a *Anchorer) Anchor(ctx context.Context, log Log, beat bool) (Head, error) {
	for attempt := 0; ; attempt++ {
		h, err := a.head(ctx, log)
		if err != nil {
			return Head{}, err
		}
		now, note := log.Checkpoint()
		switch {
		case now.Size < h.Size:
			return Head{}, &RolledBackError{h.Origin, now.Size, h.Size}
		case now.Size == h.Size && h.Sequence > 0 && !beat:
			return *h, nil
		}
		next, err := a.send(ctx, log, h, now, note)
		if err == nil {
			a.heads[log.Name()] = next
			out := *next
			out.New = true
			return out, nil
		}
		// The head or the day may have moved: ask again, and try once more.
		delete(a.heads, log.Name())
		a.date = calendar.Date(0)
		if attempt > 0 || !moved(err) {
			return Head{}, err
		}
	}
}

// moved tells whether the ledger says that it stands elsewhere than we knew.
func moved(err error) bool {
	return evidence.SequenceWrong.Is(err) || evidence.SizeBack.Is(err) || ledgerstate.Exists.Is(err) || ledgerstate.DuplicateNumber.Is(err) ||
		command.DateTooEarly.Is(err) || command.DateTooLate.Is(err)
}

func (a *Anchorer) send(ctx context.Context, log Log, h *Head, now evidencelog.Checkpoint, note []byte) (*Head, error) {
	proof, err := log.Consistency(h.Size, now.Size)
	if err != nil {
		return nil, err
	}
	date, err := a.day(ctx)
	if err != nil {
		return nil, err
	}
	c := evidence.AnchorContent{Head: command.Head{Number: "anchor-" + strconv.FormatUint(h.Sequence+1, 10), Date: date},
		Sequence: h.Sequence + 1, Note: string(note), Proof: hashes(proof)}
	r, err := deliver(ctx, a.client, evidence.Anchor, &c, a.how)
	if err != nil {
		return nil, err
	}
	if r.Refusal != nil {
		if evidence.Inconsistent.Is(r.Refusal) {
			return nil, &ForkedError{h.Origin, h.Size, r.Refusal}
		}
		return nil, r.Refusal
	}
	next := &Head{Origin: h.Origin, Sequence: h.Sequence + 1, Size: now.Size, Root: now.Root, At: time.Now(), note: note}
	next.Anchor = evidencelog.Anchor{Channel: a.channel, TxID: r.TxID, Block: r.Block}
	if r.Outcome != command.Accepted.String() || r.Block == 0 { // applied by a transaction that we do not know
		delete(a.heads, h.Origin)
		return a.head(ctx, log)
	}
	if err := log.Anchored(note, next.Anchor); err != nil {
		return nil, err
	}
	return next, nil
}

// day is the open business day, as far as is known: a refusal of the date has
// it asked for again.
func (a *Anchorer) day(ctx context.Context) (calendar.Date, error) {
	if a.date == calendar.Date(0) {
		t, err := book.Show(ctx, a.client.Ledger())
		if err != nil {
			return 0, err
		}
		a.date = t.Open
	}
	return a.date, nil
}

// deliver posts one command of commons.
func deliver(ctx context.Context, c *book.Client, def command.Definition, content any, how book.Delivery) (book.Result, error) {
	if err := def.Check(content); err != nil {
		return book.Result{}, err
	}
	spec := def.Describe()
	e, err := book.Envelope(spec.Name, content)
	if err != nil {
		return book.Result{}, err
	}
	results, err := c.Deliver(ctx, book.Batch{Chaincode: command.CommonsName, Lane: spec.Lane.Name, Commands: []command.Envelope{e}}, how)
	if err != nil {
		return book.Result{}, err
	}
	return results[0], nil
}

func hashes(list []evidencelog.Hash) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i][:]
	}
	return out
}
