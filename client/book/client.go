package book

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Client posts to and reads from the consortium's chaincodes as one person.
// All methods may be used concurrently.
type Client struct {
	ledger  ledger.Ledger
	members Members
	own     string

	mu        sync.Mutex
	choosers  map[string]*chooser
	entrusted map[string]bool // books whose bank has left or refuses
}

// New makes a client for the person behind a connection. own is that
// person's MSP: its peer is preferred where a policy leaves the choice.
func New(l ledger.Ledger, m Members, own string) *Client {
	return &Client{ledger: l, members: m, own: own, choosers: map[string]*chooser{}}
}

// Open is New with the members that the ledger itself names.
func Open(ctx context.Context, l ledger.Ledger, own string) (*Client, error) {
	t, err := Show(ctx, l)
	if err != nil {
		return nil, err
	}
	return New(l, FromTables(t), own), nil
}

// Members says who is who in the consortium.
func (c *Client) Members() Members { return c.members }

// Ledger is the connection behind the client.
func (c *Client) Ledger() ledger.Ledger { return c.ledger }

// Entrust tells the client that a book's definition names the authorities
// alone (command.Entrusted): its bank is not asked to endorse any more.
func (c *Client) Entrust(chaincode string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entrusted == nil {
		c.entrusted = map[string]bool{}
	}
	c.entrusted[chaincode] = true
}

// lane is a lane as its chaincode's definition stands.
func (c *Client) lane(chaincode, name string) (command.Lane, error) {
	l, err := c.members.lane(chaincode, name)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entrusted[chaincode] {
		l.Endorse = command.Entrusted(l.Collections...)
	}
	return l, err
}

// Endorsers are the MSPs that would endorse a lane's next transaction.
func (c *Client) Endorsers(chaincode, lane string) ([]string, error) {
	l, err := c.lane(chaincode, lane)
	if err != nil {
		return nil, err
	}
	msps, _ := c.chooser(chaincode).choose(l.Endorse)
	return msps, nil
}

func (c *Client) chooser(chaincode string) *chooser {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.choosers[chaincode]
	if ch == nil {
		ch = newChooser(c.members, chaincode, c.own)
		c.choosers[chaincode] = ch
	}
	return ch
}

// Envelope makes a command ready to be sent.
func Envelope(name string, content any) (command.Envelope, error) {
	raw, err := json.Marshal(content)
	if err != nil {
		return command.Envelope{}, fmt.Errorf("content of %s: %w", name, err)
	}
	return command.Envelope{Name: name, Content: raw}, nil
}

// call builds the ledger call of one transaction: a command of its own for a
// single one, a batch for more.
func call(chaincode string, lane command.Lane, commands []command.Envelope) (ledger.Call, error) {
	seed := make([]byte, ledgerstate.SeedSize)
	if _, err := rand.Read(seed); err != nil {
		return ledger.Call{}, err
	}
	c := ledger.Call{Chaincode: chaincode, Transient: map[string][]byte{"seed": seed}}
	if len(commands) == 1 {
		c.Function, c.Transient["command"] = commands[0].Name+":Submit", commands[0].Content
	} else {
		raw, err := json.Marshal(commands)
		if err != nil {
			return ledger.Call{}, err
		}
		c.Function, c.Args, c.Transient["commands"] = "batch:Submit", []string{lane.Name, strconv.Itoa(len(commands))}, raw
	}
	if lane.Joint() { // commons runs it on the book's behalf
		c.Chaincode, c.Args = command.CommonsName, append(c.Args, chaincode)
		if len(commands) > 1 {
			c.Function = "batch:SubmitFor"
		}
	}
	return c, nil
}

// Ask runs a query at the submitter's own organization's peer (an
// organization without one: its gateway's) and decodes the answer, a pointer.
// What a rule refuses is a *RefusedError.
func (c *Client) Ask(ctx context.Context, chaincode, query string, content, answer any) error {
	return c.AskAt(ctx, "", chaincode, query, content, answer)
}

// AskAt is Ask at the peer of an organization; "" is the own one, or an
// authority's where the own organization does not hold what is asked for.
func (c *Client) AskAt(ctx context.Context, msp, chaincode, query string, content, answer any) error {
	if content == nil {
		content = struct{}{}
	}
	body, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("content of %s: %w", query, err)
	}
	q := ledger.Call{Chaincode: chaincode, Function: query + ":Ask", Transient: map[string][]byte{"query": body}}
	if msp != "" {
		q.Endorsers = []string{msp}
	}
	raw, err := c.ledger.Evaluate(ctx, q)
	if msp == "" && ledger.CodeOf(err) == ledger.CodeNotAMember { // a bank asks about a tender: the authorities hold it
		for _, p := range authorities {
			q.Endorsers = []string{c.members.Authorities[p]}
			if raw, err = c.ledger.Evaluate(ctx, q); ledger.CodeOf(err) != ledger.CodeNotAMember {
				break
			}
		}
	}
	if err != nil {
		return asked(query, err)
	}
	if err := json.Unmarshal(raw, answer); err != nil {
		return fmt.Errorf("answer of %s: %w", query, err)
	}
	return nil
}

// LocateChunk is how many natural keys one query looks up.
const LocateChunk = 1000

// Locate finds the opaque IDs of natural keys, in the order asked; the zero
// ID where there is none.
func (c *Client) Locate(ctx context.Context, chaincode, kind string, numbers []string) ([]ledgerstate.ID, error) {
	ids := make([]ledgerstate.ID, 0, len(numbers))
	for len(numbers) > 0 {
		n := min(len(numbers), LocateChunk)
		var a command.LocateAnswer
		if err := c.Ask(ctx, chaincode, "locate."+kind, command.LocateQuery{Numbers: numbers[:n]}, &a); err != nil {
			return nil, err
		}
		if len(a.IDs) != n {
			return nil, fmt.Errorf("locate.%s: asked for %d numbers, got %d", kind, n, len(a.IDs))
		}
		ids = append(ids, a.IDs...)
		numbers = numbers[n:]
	}
	return ids, nil
}

// Receipt reads what became of a transaction's commands, at the own peer or
// at that of msp. Found is false where the ledger has no such receipt.
func (c *Client) Receipt(ctx context.Context, chaincode, lane, txID, msp string) (*command.ReceiptAnswer, error) {
	a := &command.ReceiptAnswer{}
	q := map[string]string{"lane": lane, "tx": txID}
	if err := c.AskAt(ctx, msp, chaincode, "receipt."+lane, q, a); err != nil {
		return nil, err
	}
	return a, nil
}
