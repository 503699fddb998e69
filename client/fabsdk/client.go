package fabsdk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Network is what the client needs of a Connection.
type Network interface {
	Submit(context.Context, ledger.Call) (*ledger.Commit, error)
	Evaluate(context.Context, ledger.Call) ([]byte, error)
	Committed(ctx context.Context, txID string) ([]byte, error)
	MSP() string
}

// Client posts commands and asks queries as one person. Its methods may be
// used concurrently.
type Client struct {
	net Network

	mu      sync.Mutex
	members []Member
}

// NewClient makes a client of a connection.
func NewClient(n Network) *Client { return &Client{net: n} }

// Member is an organization of the consortium, as the ledger names it.
type Member struct {
	MSP   string `json:"msp"`
	Party string `json:"party"`          // C, P, F, B, Audit, …
	Book  string `json:"book,omitempty"` // chaincode name of a bank's book
}

// RefusedError is a query, or a whole transaction, that a rule refused.
type RefusedError struct {
	Refusal *refusal.Refusal
	Err     error // the ledger's
}

func (e *RefusedError) Error() string { return e.Refusal.Error() }

// Unwrap gives errors.As both.
func (e *RefusedError) Unwrap() []error { return []error{e.Refusal, e.Err} }

// asRefused gives a ledger error the refusal that the chaincode sent in it.
func asRefused(err error) error {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return err
	}
	start := strings.IndexByte(e.Message, '{')
	if start < 0 {
		return err
	}
	r := &refusal.Refusal{}
	if json.NewDecoder(strings.NewReader(e.Message[start:])).Decode(r) != nil || r.Code != e.Code {
		return err
	}
	return &RefusedError{Refusal: r, Err: err}
}

// Ask runs a query at the peer of msp, "" for the own organization's, and
// gives the answer's JSON. What a rule refuses is a *RefusedError.
func (c *Client) Ask(ctx context.Context, msp, chaincode, query string, content []byte) (json.RawMessage, error) {
	if len(content) == 0 {
		content = []byte("{}")
	}
	if msp == "" {
		msp = c.net.MSP()
	}
	call := ledger.Call{Chaincode: chaincode, Function: query + ":Ask", Transient: map[string][]byte{"query": content}, Endorsers: []string{msp}}
	raw, err := c.net.Evaluate(ctx, call)
	var e *ledger.Error
	if errors.As(err, &e) && e.Retry && ctx.Err() == nil {
		// Once more: the first query races with discovery (see Open), and a
		// peer may be short of data for a moment.
		raw, err = c.net.Evaluate(ctx, call)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, asRefused(err))
	}
	if !json.Valid(raw) {
		return nil, fmt.Errorf("answer of %s is no JSON: %.40q", query, raw)
	}
	return raw, nil
}

const showQuery = "consortium.Show"

// Members reads who is who in the consortium, once.
func (c *Client) Members(ctx context.Context) ([]Member, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.members != nil {
		return c.members, nil
	}
	raw, err := c.Ask(ctx, "", surface.Commons, showQuery, nil)
	if err != nil {
		return nil, err
	}
	var tables struct {
		Members []Member `json:"members"`
	}
	if err := json.Unmarshal(raw, &tables); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", showQuery, err)
	}
	c.members = tables.Members
	return c.members, nil
}

// holder is the MSP of the organization that holds a place: the bank of a
// book for B.
func (c *Client) holder(ctx context.Context, party, chaincode string) (string, error) {
	members, err := c.Members(ctx)
	if err != nil {
		return "", err
	}
	var books []string
	for _, m := range members {
		if m.Party == party && (party != "B" || m.Book == chaincode) {
			return m.MSP, nil
		}
		if m.Book != "" {
			books = append(books, m.Book)
		}
	}
	if party == "B" {
		return "", &UsageError{Field: "--chaincode", Value: chaincode, Err: fmt.Errorf("no bank has the book %q", chaincode), Known: append([]string{surface.Commons}, books...)}
	}
	return "", fmt.Errorf("the consortium has no organization for %s", party)
}

// choices lists the sets of MSPs that may endorse a lane, the one to prefer
// first: the submitter's own organization among them.
func (c *Client) choices(ctx context.Context, chaincode string, lane surface.Lane) ([][]string, error) {
	var own, others [][]string
	for _, parties := range lane.Endorsers {
		var msps []string
		for _, p := range parties {
			msp, err := c.holder(ctx, p, chaincode)
			if err != nil {
				return nil, err
			}
			msps = append(msps, msp)
		}
		if slices.Contains(msps, c.net.MSP()) {
			own = append(own, msps)
		} else {
			others = append(others, msps)
		}
	}
	return append(own, others...), nil
}

// UsageError: what was asked for does not exist.
type UsageError struct {
	Field, Value string
	Err          error
	Known        []string
}

func (e *UsageError) Error() string {
	s := e.Err.Error()
	if len(e.Known) > 0 {
		s += "; there are " + strings.Join(e.Known, ", ")
	}
	return s
}
func (e *UsageError) Unwrap() error { return e.Err }
