package book

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Times of the way of a batch.
const (
	// MismatchPause is long enough for an endorser to apply the block that
	// another one has applied already.
	MismatchPause = 25 * time.Millisecond
	// RetryPause and MaxRetryPause bound the growing pause after other errors.
	RetryPause    = 100 * time.Millisecond
	MaxRetryPause = 3 * time.Second
	// MismatchLimit is how long mismatches in a row are borne: longer than a
	// peer takes to catch up after its leading orderer has died.
	MismatchLimit = 60 * time.Second
	// SettleTime is how long a transaction of unknown fate is looked up
	// before its commands are sent again: longer than a change of the leading
	// orderer stalls the channel.
	SettleTime = 12 * time.Second
	// SettleNotice is after how much of it Notice is told why: a transaction
	// that is merely late is no trouble.
	SettleNotice = 2 * time.Second
	// DefaultPatience is how long Submit bears infrastructure that is down.
	DefaultPatience = 15 * time.Second
)

// Batch is commands of one lane that go into one transaction.
type Batch struct {
	Chaincode string // of a joint lane: the book
	Lane      string
	Commands  []command.Envelope
}

// Result is what became of one command, and in which transaction.
type Result struct {
	command.Result
	TxID  string
	Block uint64 // 0 where only the receipt was found
}

// Trouble is an error that is being borne. The zero value says that the
// trouble is over.
type Trouble struct {
	Err   error
	Since time.Time
	Next  time.Duration // pause before the next attempt
}

// Delivery says how hard to try.
type Delivery struct {
	// Patience bounds how long infrastructure that does not answer is borne;
	// 0 is DefaultPatience, with a gateway that cannot be reached reported at
	// once; Forever leaves it to the context.
	Patience time.Duration
	// Settle is how long a transaction of unknown fate is looked up before
	// its commands are sent again; 0 is SettleTime.
	Settle time.Duration
	// Notice is told of each failed attempt. It may be nil.
	Notice func(Trouble)
}

// Forever is the patience of an import: only the context ends it.
const Forever = time.Duration(1<<63 - 1)

// Submit posts commands of one lane as one transaction and gives a result
// for each. A refused command is a result, not an error.
func (c *Client) Submit(ctx context.Context, chaincode, lane string, commands ...command.Envelope) ([]Result, error) {
	return c.Deliver(ctx, Batch{chaincode, lane, commands}, Delivery{})
}

// Post is Submit for one command given by its definition.
func (c *Client) Post(ctx context.Context, chaincode string, def command.Definition, content any) (Result, error) {
	spec := def.Describe()
	e, err := Envelope(spec.Name, content)
	if err != nil {
		return Result{}, err
	}
	results, err := c.Submit(ctx, chaincode, spec.Lane.Name, e)
	if err != nil {
		return Result{}, err
	}
	return results[0], nil
}

// Deliver posts a batch and does not return before its fate is known, its
// patience is at an end, or ctx is. Commands are idempotent, so what may have
// been committed is sent again only after looking, and never counted twice.
// Errors: *ledger.Error of the last attempt, *UnsettledError around it where
// a transaction may still be committed.
func (c *Client) Deliver(ctx context.Context, b Batch, how Delivery) ([]Result, error) {
	lane, err := c.lane(b.Chaincode, b.Lane)
	if err != nil {
		return nil, err
	}
	d := &delivering{Client: c, Batch: b, lane: lane, chooser: c.chooser(b.Chaincode), how: how}
	return d.run(ctx)
}

type delivering struct {
	*Client
	Batch
	lane    command.Lane
	chooser *chooser
	how     Delivery

	open      []string  // transactions whose fate was not known when others were sent
	since     time.Time // begin of the present trouble
	kind      string    // code of its last error
	kindSince time.Time // first of these in a row
	pause     time.Duration
	told      bool // Notice knows of a transaction whose fate is looked up
}

func (d *delivering) run(ctx context.Context) ([]Result, error) {
	for {
		msps, turn := d.chooser.choose(d.lane.Endorse)
		commit, err := d.send(ctx, msps)
		d.chooser.report(turn, err)
		if err != nil && ledger.MayCommit(err) {
			id := txIDOf(err)
			commit, err = d.settle(ctx, id, err)
			if err != nil && ledger.MayCommit(err) && id != "" {
				d.open = append(d.open, id)
			}
		}
		if err == nil {
			d.calm()
			results, err := d.results(ctx, commit, msps)
			if err != nil {
				return nil, unsettled(d.open, err)
			}
			return d.attribute(ctx, results)
		}
		if err := d.bear(ctx, err); err != nil {
			return nil, unsettled(d.open, err)
		}
	}
}

// send is one attempt, with a transaction ID and a seed of its own.
func (d *delivering) send(ctx context.Context, msps []string) (*ledger.Commit, error) {
	c, err := call(d.Chaincode, d.lane, d.Commands)
	if err != nil {
		return nil, err
	}
	c.Endorsers = msps
	return d.ledger.Submit(ctx, c)
}

// bear waits before the next attempt; it returns the error when there shall
// be none.
func (d *delivering) bear(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if !retryable(err) {
		return err
	}
	code := ledger.CodeOf(err)
	now := time.Now()
	if d.since.IsZero() {
		d.since = now
	}
	if d.kind != code {
		d.kind, d.kindSince, d.pause = code, now, RetryPause
		if code == ledger.CodeMismatch {
			d.pause = MismatchPause
		}
	}
	limit := d.how.Patience
	if limit == 0 {
		limit = DefaultPatience
	}
	var e *ledger.Error
	errors.As(err, &e)
	switch {
	case code == ledger.CodeMismatch && !e.Retry && now.Sub(d.kindSince) > 4*MismatchPause:
		return err // an engine whose endorsers never lag: not deterministic
	case code == ledger.CodeMismatch && now.Sub(d.kindSince) > MismatchLimit:
		return err
	case e.Stage == ledger.StageConnect && d.how.Patience == 0:
		return err
	case now.Sub(d.since) > limit:
		return err
	}
	return d.wait(ctx, err)
}

// wait pauses, a little longer each time, with a jitter so that several
// batches do not come back together.
func (d *delivering) wait(ctx context.Context, err error) error {
	pause := d.pause/2 + rand.N(d.pause)
	if d.how.Notice != nil {
		d.how.Notice(Trouble{Err: err, Since: d.since, Next: pause})
	}
	top := MaxRetryPause
	if d.kind == ledger.CodeMismatch {
		top = 8 * MismatchPause
	}
	d.pause = min(d.pause*3/2, top)
	return sleep(ctx, pause, err)
}

// calm ends a trouble.
func (d *delivering) calm() {
	if (!d.since.IsZero() || d.told) && d.how.Notice != nil {
		d.how.Notice(Trouble{})
	}
	d.since, d.kind, d.told = time.Time{}, "", false
}

func sleep(ctx context.Context, pause time.Duration, err error) error {
	t := time.NewTimer(pause)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return errors.Join(err, ctx.Err())
	}
}

// settle finds out what became of a transaction that did not answer. It
// gives the commit, the error of an invalid transaction, or an error that
// says MayCommit: the ledger has answered for SettleTime and did not know it,
// so the commands may be sent again, or nobody could be asked.
func (d *delivering) settle(ctx context.Context, txID string, first error) (*ledger.Commit, error) {
	again := &ledger.Error{Stage: ledger.StageCommitStatus, TxID: txID, Code: ledger.CodeTimeout, MayCommit: true, Retry: true, Message: "not committed so far, after " + first.Error(), Err: first}
	if txID == "" {
		return nil, again
	}
	limit := d.how.Settle
	if limit == 0 {
		limit = SettleTime
	}
	begun := time.Now()
	if !d.since.IsZero() {
		begun = d.since
	}
	var known time.Duration // how long the ledger has answered
	for pause := RetryPause; ; pause = min(pause*3/2, time.Second) {
		tx, err := d.ledger.Transaction(ctx, txID)
		switch {
		case err == nil && tx.Validation == "VALID":
			return &ledger.Commit{TxID: txID, Block: tx.Block, Response: tx.Response}, nil
		case err == nil:
			return nil, &ledger.Error{Stage: ledger.StageCommit, TxID: txID, Code: tx.Validation, Retry: tx.Validation == ledger.CodeMVCC || tx.Validation == ledger.CodePhantom,
				Message: "found invalid: " + tx.Validation, Err: first}
		case ctx.Err() != nil:
			return nil, errors.Join(first, ctx.Err())
		case ledger.CodeOf(err) == ledger.CodeUnknownTx:
			if known >= limit {
				return nil, again
			}
			if known >= SettleNotice && !d.told && d.how.Notice != nil {
				d.told = true
				d.how.Notice(Trouble{Err: first, Since: begun, Next: pause})
			}
			if err := sleep(ctx, pause, first); err != nil {
				return nil, err
			}
			known += pause
		default: // the ledger cannot be asked: it is down
			if err := d.bear(ctx, err); err != nil {
				return nil, errors.Join(first, err)
			}
		}
	}
}

// results reads the outcomes of a committed transaction. The public response
// has only counts; it suffices where all outcomes are the same.
func (d *delivering) results(ctx context.Context, commit *ledger.Commit, endorsers []string) ([]Result, error) {
	results := make([]Result, len(d.Commands))
	fill := func(outcome command.Outcome) []Result {
		for i := range results {
			results[i] = Result{Result: command.Result{Command: d.Commands[i].Name, Outcome: outcome.String()}, TxID: commit.TxID, Block: commit.Block}
		}
		return results
	}
	var s command.Summary
	if len(commit.Response) > 0 && json.Unmarshal(commit.Response, &s) == nil {
		switch len(d.Commands) {
		case s.Accepted:
			return fill(command.Accepted), nil
		case s.Already:
			return fill(command.AlreadyApplied), nil
		}
	}
	a, err := d.receipt(ctx, commit.TxID, endorsers)
	if err != nil {
		return nil, err
	}
	if len(a.Results) != len(results) {
		return nil, fmt.Errorf("receipt of transaction %s holds %d outcomes for %d commands", commit.TxID, len(a.Results), len(results))
	}
	for i, r := range a.Results {
		results[i] = Result{Result: r, TxID: commit.TxID, Block: commit.Block}
	}
	return results, nil
}

// receipt reads the receipt of a transaction that is known to be committed,
// at the own peer and at its endorsers in turn: one may lag or lack the data.
func (d *delivering) receipt(ctx context.Context, txID string, endorsers []string) (*command.ReceiptAnswer, error) {
	peers := append([]string{""}, endorsers...)
	for i := 0; ; i++ {
		a, err := d.Receipt(ctx, d.Chaincode, d.Lane, txID, peers[i%len(peers)])
		switch {
		case err == nil && a.Found:
			return a, nil
		case err == nil:
			err = &ledger.Error{Stage: ledger.StageEvaluate, TxID: txID, Code: ledger.CodeDataMissing, Retry: true, Message: "the transaction is committed, its receipt is not there yet"}
		}
		if err := d.bear(ctx, err); err != nil {
			return nil, &UnsettledError{TxIDs: []string{txID}, Err: fmt.Errorf("transaction %s is committed, its receipt cannot be read: %w", txID, err)}
		}
	}
}

// attribute gives a command that was "already applied" by an earlier attempt
// of this very delivery the outcome of that attempt.
func (d *delivering) attribute(ctx context.Context, results []Result) ([]Result, error) {
	already := command.AlreadyApplied.String()
	for _, txID := range d.open {
		if !slices.ContainsFunc(results, func(r Result) bool { return r.Outcome == already }) {
			break
		}
		if txID == results[0].TxID {
			continue
		}
		if len(results) == 1 {
			// Of a single command that was accepted there is no receipt.
			tx, err := d.ledger.Transaction(ctx, txID)
			for err != nil && ledger.CodeOf(err) != ledger.CodeUnknownTx && d.bear(ctx, err) == nil {
				tx, err = d.ledger.Transaction(ctx, txID)
			}
			if err == nil && tx.Validation == "VALID" && accepted(tx.Response) == 1 {
				results[0] = Result{Result: command.Result{Command: d.Commands[0].Name, Outcome: command.Accepted.String()}, TxID: txID, Block: tx.Block}
			}
			continue
		}
		a, err := d.Receipt(ctx, d.Chaincode, d.Lane, txID, "")
		for err != nil && d.bear(ctx, err) == nil {
			a, err = d.Receipt(ctx, d.Chaincode, d.Lane, txID, "")
		}
		if err != nil {
			break // the outcomes stand, only their origin cannot be read
		}
		if !a.Found || len(a.Results) != len(results) {
			continue
		}
		for i := range results {
			if results[i].Outcome == already && a.Results[i].Outcome == command.Accepted.String() {
				results[i] = Result{Result: a.Results[i], TxID: txID}
			}
		}
	}
	return results, nil
}

// accepted reads how many commands a transaction's public answer counts.
func accepted(response []byte) int {
	var s command.Summary
	if json.Unmarshal(response, &s) != nil {
		return 0
	}
	return s.Accepted
}

func txIDOf(err error) string {
	var e *ledger.Error
	if errors.As(err, &e) {
		return e.TxID
	}
	return ""
}
