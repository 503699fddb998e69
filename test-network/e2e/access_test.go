package e2e

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

const (
	accessDenied = "ACCESS_DENIED"
	notAMember   = "NOT_A_MEMBER"
)

// row is a line of the reviewed matrix: who may do one thing.
type row struct {
	chaincode command.Chaincode
	query     bool
	name      string
	may       map[command.Party][]string
}

// reviewedMatrix reads docs/access.csv. package chaincode's own test says
// that it is what the definitions say.
func reviewedMatrix(t *testing.T) []row {
	t.Helper()
	f, err := os.Open("../../docs/access.csv")
	require.NoError(t, err)
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	head := lines[0]
	require.Equal(t, []string{"chaincode", "kind", "name"}, head[:3])
	require.Len(t, head[3:], len(parties))
	var rows []row
	for _, l := range lines[1:] {
		r := row{command.Chaincode(l[0]), l[1] == "query", l[2], map[command.Party][]string{}}
		for i, p := range head[3:] {
			require.Contains(t, parties, command.Party(p))
			r.may[command.Party(p)] = strings.Fields(l[3+i])
		}
		rows = append(rows, r)
	}
	return rows
}

// cells are what one person may and may not do.
type cells struct {
	org   string
	party command.Party // "" for a rival bank's people
	role  string
	rows  []row
}

// person signs what goes to a chaincode; a subject has a certificate for each.
func (c cells) person(kind command.Chaincode) string { return holder(c.org, c.role, deployed(kind)) }

func (c cells) may(r row) bool { return c.party != "" && slices.Contains(r.may[c.party], c.role) }

// tally counts what has been executed.
type tally struct{ cells, allowed, elsewhere, committed, refusedAtOnce atomic.Int64 }

// TestEveryCellOfTheAccessMatrix has every command and query of
// docs/access.csv run on the real network by every organization's holder of
// every role, and of none; the rival bank's people try BankA's book besides.
func TestEveryCellOfTheAccessMatrix(t *testing.T) {
	m := open(t, network(t))
	enrolled := m.enrolEveryRole()
	rows := reviewedMatrix(t)
	var people []cells
	for _, party := range append(parties, "") {
		org := organizations[party]
		list := rows
		if party == "" {
			org = "BankB"
			list = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.chaincode != command.Book })
		}
		for _, role := range append(append([]string{"subject"}, staffRoles...), noRole) {
			people = append(people, cells{org, party, role, list})
		}
	}
	for _, c := range people {
		m.as(c.person(command.Book)) // opens the wallet
		m.as(c.person(command.Commons))
	}
	var n tally
	began := time.Now()
	require.NoError(t, each(t.Context(), people, func(ctx context.Context, c cells) error { return m.execute(ctx, c, &n) }))
	took := time.Since(began).Seconds()
	fmt.Printf("access matrix on the network: %d cells by %d people executed in %.1f s, %d allowed (%d of them at another organization's peer), %d transactions committed, %d refused by the endorsers; %d people enrolled for it in %.1f s\n",
		n.cells.Load(), len(people), took, n.allowed.Load(), n.elsewhere.Load(), n.committed.Load(), n.refusedAtOnce.Load(), enrolled.People, enrolled.Took.Seconds())
	require.EqualValues(t, 8*9*len(rows)-9*(len(rows)-len(people[len(people)-1].rows)), n.cells.Load())
	allowed := 0
	for _, r := range rows {
		for _, roles := range r.may {
			allowed += len(roles)
		}
	}
	require.EqualValues(t, allowed, n.allowed.Load())
}

// execute tries all cells of a person.
func (m *members) execute(ctx context.Context, c cells, n *tally) error {
	for _, kind := range []command.Chaincode{command.Book, command.Commons} {
		lanes := map[string][]row{}
		for _, r := range c.rows {
			if r.chaincode != kind {
				continue
			}
			n.cells.Add(1)
			if r.query {
				if err := m.ask(ctx, c, r, n); err != nil {
					return err
				}
				continue
			}
			lane := laneOf(r)
			lanes[lane] = append(lanes[lane], r)
		}
		for _, lane := range kind.Lanes() {
			if len(lanes[lane.Name]) > 0 {
				if err := m.post(ctx, c, lane, lanes[lane.Name], n); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func deployed(cc command.Chaincode) string {
	if cc == command.Book {
		return bookA
	}
	return command.CommonsName
}

func laneOf(r row) string {
	for _, d := range append(slices.Clone(chaincode.BookCommands), chaincode.CommonsCommands...) {
		if s := d.Describe(); s.Name == r.name && s.Lane.Chaincode == r.chaincode {
			return s.Lane.Name
		}
	}
	panic("docs/access.csv names a command that is not there: " + r.name)
}

// holders are the parties that keep what a query reads.
func holders(r row, p command.Party) bool {
	for _, q := range append(slices.Clone(chaincode.BookQueries), chaincode.CommonsQueries...) {
		if s := q.DescribeQuery(); s.Name == r.name && s.Chaincode == r.chaincode {
			for _, c := range s.Collections {
				if !c.Has(p) {
					return false
				}
			}
			return true
		}
	}
	panic("docs/access.csv names a query that is not there: " + r.name)
}

// ask tries a query at the person's own peer. Who may not is told so before
// anything else; who may, but whose peer does not hold the data, is told to
// ask another's, and is answered there.
func (m *members) ask(ctx context.Context, c cells, r row, n *tally) error {
	person := c.person(r.chaincode)
	q := ledger.Call{Chaincode: deployed(r.chaincode), Function: r.name + ":Ask", Transient: map[string][]byte{"query": []byte("{}")}}
	_, err := m.as(person).Ledger().Evaluate(ctx, q)
	code := ledger.CodeOf(err)
	if !c.may(r) {
		if code != accessDenied {
			return fmt.Errorf("query %s of %s as %s: %v, want %s", r.name, q.Chaincode, person, err, accessDenied)
		}
		return nil
	}
	n.allowed.Add(1)
	if m.hasPeer(c.org) && !holders(r, c.party) {
		if code != notAMember {
			return fmt.Errorf("query %s of %s as %s at the own peer: %v, want %s", r.name, q.Chaincode, person, err, notAMember)
		}
		n.elsewhere.Add(1)
		q.Endorsers = []string{"CommissionMSP"}
		_, err = m.as(person).Ledger().Evaluate(ctx, q)
		code = ledger.CodeOf(err)
	}
	// An empty question is answered or refused for what it lacks; anything
	// else is no answer.
	var e *ledger.Error
	if err != nil && (!errors.As(err, &e) || e.Stage != ledger.StageEvaluate || e.Retry || code == accessDenied || code == notAMember || code == "OTHER" || code == "CHAINCODE_REFUSED" || code == "CHAINCODE_PANIC") {
		return fmt.Errorf("query %s of %s as %s, who may: %v", r.name, q.Chaincode, person, err)
	}
	return nil
}

// post tries all commands of a lane in one transaction. Each carries nothing
// but a number: whoever may is told what is missing, whoever may not is told
// that, and where the organization has no place in the lane at all, nothing
// is endorsed.
func (m *members) post(ctx context.Context, c cells, lane command.Lane, rows []row, n *tally) error {
	cc, person := deployed(lane.Chaincode), c.person(lane.Chaincode)
	if lane.Joint() {
		cc = bookA
	}
	var commands []command.Envelope
	welcome := false
	for i, r := range rows {
		commands = append(commands, command.Envelope{Name: r.name, Content: json.RawMessage(fmt.Sprintf(`{"number":"cell-%d"}`, i))})
		welcome = welcome || (c.party != "" && len(r.may[c.party]) > 0)
	}
	results, err := m.submit(ctx, person, cc, lane.Name, commands)
	if !welcome {
		var e *ledger.Error
		if !errors.As(err, &e) || e.Code != accessDenied || e.Stage != ledger.StageEndorse {
			return fmt.Errorf("lane %s of %s as %s: %v, want %s at endorsement", lane.Name, cc, person, err, accessDenied)
		}
		n.refusedAtOnce.Add(1)
		return nil
	}
	if err != nil {
		return fmt.Errorf("lane %s of %s as %s: %w", lane.Name, cc, person, err)
	}
	n.committed.Add(1)
	for i, r := range rows {
		got := results[i]
		if got.Outcome != command.Refused.String() || got.Refusal == nil {
			return fmt.Errorf("command %s of %s as %s: %s, although it is empty", r.name, cc, person, got.Outcome)
		}
		if denied := got.Refusal.Code == accessDenied; denied == c.may(r) {
			return fmt.Errorf("command %s of %s as %s: %s", r.name, cc, person, got.Refusal.Code)
		}
		if c.may(r) {
			n.allowed.Add(1)
		}
	}
	return nil
}
