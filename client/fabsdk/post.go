package fabsdk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
	"github.com/qingxinlian/qxl/client/ledger"
)

// seedSize is ledgerstate.SeedSize, which this package may not import.
const seedSize = 32

// MaxBatch is how many commands of one lane may share a transaction.
const MaxBatch = 2000

// How long the way of a posting may take.
const (
	// DefaultPatience is how long trouble on the network is borne.
	DefaultPatience = 30 * time.Second
	// SettleTime is how long a transaction of unknown fate is looked up before
	// it is sent again: longer than a change of the leading orderer stalls the
	// channel.
	SettleTime = 12 * time.Second
	// retryPause is longer than an endorser that lags needs to apply a block.
	retryPause = 250 * time.Millisecond
)

// Command is one command on its way: the chaincode's command.Envelope, told
// again here for the reason in the package comment.
type Command struct {
	Name    string          `json:"name"`
	Content json.RawMessage `json:"content"`
}

// Posting is commands of one lane that go into one transaction.
type Posting struct {
	Chaincode string
	Lane      string // "" is the lane of the first command
	Commands  []Command
	Endorsers []string      // MSPs; nil leaves it to the lane
	Patience  time.Duration // 0 is DefaultPatience
	Settle    time.Duration // 0 is SettleTime
}

// Result is what became of one command.
type Result struct {
	Command string           `json:"command"`
	Outcome string           `json:"outcome"` // accepted, refused, already applied, retry
	Refusal *refusal.Refusal `json:"refusal,omitempty"`
}

// Outcomes of a command, as the chaincode spells them.
const (
	Accepted       = "accepted"
	Refused        = "refused"
	AlreadyApplied = "already applied"
	Retry          = "retry" // the proposed ID is in use
)

// Posted is a committed transaction. A refused command is a result, not an
// error.
type Posted struct {
	Transaction string   `json:"transaction"`
	Block       uint64   `json:"block,omitempty"` // 0 where the commit was found by looking it up
	Lane        string   `json:"lane"`
	Endorsers   []string `json:"endorsers"`
	Results     []Result `json:"results"`
}

// UnsettledError: the posting ended while it was not known whether one of
// these transactions is committed. Posting the same again is safe.
type UnsettledError struct {
	TxIDs []string
	Err   error
}

func (e *UnsettledError) Error() string {
	return fmt.Sprintf("%v; transaction %s may be committed all the same: post the same again, what was applied is reported as already applied", e.Err, e.TxIDs[len(e.TxIDs)-1])
}
func (e *UnsettledError) Unwrap() error { return e.Err }

// Lane finds the lane that a command takes.
func Lane(chaincode, command, lane string) (surface.Lane, error) {
	if surface.KindOf(chaincode) == "" {
		return surface.Lane{}, &UsageError{Field: "--chaincode", Value: chaincode, Err: fmt.Errorf("chaincode %q is neither commons nor book-<bank>", chaincode)}
	}
	if lane == "" {
		c, ok := surface.FindCommand(chaincode, command)
		if !ok {
			return surface.Lane{}, &UsageError{Field: "--command", Value: command, Known: surface.Commands(chaincode),
				Err: fmt.Errorf("%s has no command %q that this program knows; a newer one needs --lane", chaincode, command)}
		}
		lane = c.Lane
	}
	l, ok := surface.FindLane(chaincode, lane)
	if !ok {
		return l, &UsageError{Field: "--lane", Value: lane, Err: fmt.Errorf("%s has no lane %q", chaincode, lane), Known: surface.Lanes(chaincode)}
	}
	return l, nil
}

// Post posts commands of one lane as one transaction and gives a result for
// each. Commands are idempotent by business number, so what may have been
// committed is sent again only after looking, and never counts twice.
func (c *Client) Post(ctx context.Context, p Posting) (*Posted, error) {
	if n := len(p.Commands); n < 1 || n > MaxBatch {
		return nil, &UsageError{Field: "--content", Value: strconv.Itoa(n), Err: fmt.Errorf("%d commands, limit 1 to %d", n, MaxBatch)}
	}
	lane, err := Lane(p.Chaincode, p.Commands[0].Name, p.Lane)
	if err != nil {
		return nil, err
	}
	choices := [][]string{p.Endorsers}
	if len(p.Endorsers) == 0 {
		if choices, err = c.choices(ctx, p.Chaincode, lane); err != nil {
			return nil, err
		}
	}
	patience := p.Patience
	if patience == 0 {
		patience = DefaultPatience
	}
	var open []string
	for begun, turn := time.Now(), 0; ; {
		endorsers := choices[turn%len(choices)]
		commit, err := c.send(ctx, p, lane.Name, endorsers)
		if err != nil && ledger.MayCommit(err) {
			var e *ledger.Error
			errors.As(err, &e)
			if commit, err = c.settle(ctx, e, p.Settle); err != nil && ledger.MayCommit(err) {
				open = append(open, e.TxID)
			}
		}
		if err == nil {
			results, err := c.results(ctx, p, lane.Name, commit, endorsers)
			if err != nil {
				return nil, unsettled(open, fmt.Errorf("transaction %s is committed, but its receipt cannot be read: %w", commit.TxID, err))
			}
			return &Posted{Transaction: commit.TxID, Block: commit.Block, Lane: lane.Name, Endorsers: endorsers, Results: results}, nil
		}
		var e *ledger.Error
		if !errors.As(err, &e) || !e.Retry || time.Since(begun) > patience || ctx.Err() != nil {
			return nil, unsettled(open, asRefused(err))
		}
		if e.Code == ledger.CodeUnavailable || e.Code == ledger.CodeTimeout || e.Code == ledger.CodeDataMissing {
			turn++ // another authority, where the lane leaves the choice
		}
		if !pause(ctx, retryPause) {
			return nil, unsettled(open, errors.Join(err, ctx.Err()))
		}
	}
}

func unsettled(open []string, err error) error {
	if len(open) == 0 {
		return err
	}
	return &UnsettledError{TxIDs: open, Err: err}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

// send is one attempt, with a seed of its own. Arguments are public for ever:
// they hold the lane and a count, never content.
func (c *Client) send(ctx context.Context, p Posting, lane string, endorsers []string) (*ledger.Commit, error) {
	seed := make([]byte, seedSize)
	rand.Read(seed) // never fails
	call := ledger.Call{Chaincode: p.Chaincode, Endorsers: endorsers, Transient: map[string][]byte{"seed": seed}}
	if len(p.Commands) == 1 {
		call.Function = p.Commands[0].Name + ":Submit"
		call.Transient["command"] = p.Commands[0].Content
	} else {
		raw, err := json.Marshal(p.Commands)
		if err != nil {
			return nil, err
		}
		call.Function, call.Args = "batch:Submit", []string{lane, strconv.Itoa(len(p.Commands))}
		call.Transient["commands"] = raw
	}
	return c.net.Submit(ctx, call)
}

// settle finds out what became of a transaction whose fate is not known.
func (c *Client) settle(ctx context.Context, e *ledger.Error, limit time.Duration) (*ledger.Commit, error) {
	if limit == 0 {
		limit = SettleTime
	}
	for begun := time.Now(); ; {
		response, err := c.net.Committed(ctx, e.TxID)
		if err == nil {
			return &ledger.Commit{TxID: e.TxID, Response: response}, nil
		}
		var found *ledger.Error
		if errors.As(err, &found) && found.Stage == ledger.StageCommit {
			return nil, found
		}
		if time.Since(begun) > limit || !pause(ctx, 2*retryPause) {
			return nil, e
		}
	}
}

// summary is the public response: counts only.
type summary struct {
	Accepted int `json:"accepted"`
	Already  int `json:"already"`
}

// results gives each command its outcome. Where all are alike the public
// response says so; else the lane's private receipt does.
func (c *Client) results(ctx context.Context, p Posting, lane string, commit *ledger.Commit, endorsers []string) ([]Result, error) {
	var s summary
	if len(commit.Response) > 0 && json.Unmarshal(commit.Response, &s) == nil {
		outcome := map[int]string{s.Already: AlreadyApplied, s.Accepted: Accepted}[len(p.Commands)]
		if outcome != "" {
			results := make([]Result, len(p.Commands))
			for i, cmd := range p.Commands {
				results[i] = Result{Command: cmd.Name, Outcome: outcome}
			}
			return results, nil
		}
	}
	results, err := c.Receipt(ctx, p.Chaincode, lane, commit.TxID, endorsers)
	if err == nil && len(results) != len(p.Commands) {
		err = fmt.Errorf("it holds %d outcomes for %d commands", len(results), len(p.Commands))
	}
	return results, err
}

// receiptRounds bounds how often all peers are asked for a receipt: a peer
// that endorsed has it as soon as it has the block.
const receiptRounds = 20

// Receipt reads what became of a transaction's commands, at the own peer and
// at those of msps in turn: one may lag or lack the data.
func (c *Client) Receipt(ctx context.Context, chaincode, lane, txID string, msps []string) ([]Result, error) {
	query, err := json.Marshal(map[string]string{"lane": lane, "tx": txID})
	if err != nil {
		return nil, err
	}
	peers := append([]string{""}, msps...)
	var last error
	for range receiptRounds {
		for _, msp := range peers {
			raw, err := c.Ask(ctx, msp, chaincode, "receipt."+lane, query)
			var answer struct {
				Found   bool     `json:"found"`
				Results []Result `json:"results"`
			}
			if err == nil {
				err = json.Unmarshal(raw, &answer)
			}
			switch {
			case err == nil && answer.Found:
				return answer.Results, nil
			case err == nil:
				last = &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: ledger.CodeUnknownTx, Message: "no receipt of this transaction in lane " + lane}
			default:
				last = err
			}
		}
		if !pause(ctx, retryPause) {
			return nil, errors.Join(last, ctx.Err())
		}
	}
	return nil, last
}
