package e2e

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/fabric"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/topology"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// members is the shared network as Go code sees it: everybody's wallet
// and a gateway for each.
type members struct {
	t        *testing.T
	dir      layout.Dir
	topology *topology.Topology
	factory  *fabric.Factory
	forged   map[string]*wallet.Person // people whom no wallet holds
	who      book.Members              // from the ledger

	mu      sync.Mutex
	ledgers map[string]ledger.Ledger
	clients map[string]*book.Client
}

const bookA, bookB = "book-banka", "book-bankb"

// open connects to the shared network.
func open(t *testing.T, p *program) *members {
	t.Helper()
	dir, top := networkOf(t, p)
	passphrase := wallet.Passphrase(string(dir), nil)
	forged := map[string]*wallet.Person{}
	f := gatewayOf(t, dir, top, func(person string) (*wallet.Person, error) {
		if p := forged[person]; p != nil {
			return p, nil
		}
		return wallet.Open(string(dir), person, passphrase)
	})
	m := &members{t: t, dir: dir, topology: top, factory: f, forged: forged, ledgers: map[string]ledger.Ledger{}, clients: map[string]*book.Client{}}
	tables, err := book.Show(t.Context(), m.ledger("Commission/operator1"))
	require.NoError(t, err)
	m.who = book.FromTables(tables)
	return m
}

// networkOf is where a program's network lies, and what it is.
func networkOf(t *testing.T, p *program) (layout.Dir, *topology.Topology) {
	t.Helper()
	dir := layout.Dir(filepath.Join(p.state, "fabric"))
	top, err := topology.Load(dir.Topology())
	require.NoError(t, err)
	return dir, top
}

// gatewayOf connects to a network until the test ends.
func gatewayOf(t *testing.T, dir layout.Dir, top *topology.Topology, people func(string) (*wallet.Person, error)) *fabric.Factory {
	t.Helper()
	profile := fabric.Profile{Channel: top.Channel, Peers: map[string]fabric.Peer{}, Hosts: []string{"CommissionMSP"}, People: people}
	for _, o := range top.Organizations {
		if o.HasPeer() {
			root, err := os.ReadFile(dir.TLSRoot(o.Name))
			require.NoError(t, err)
			profile.Peers[o.MSP] = fabric.Peer{Endpoint: top.Address(o.Peers[0].Port), TLSRoot: root}
		}
	}
	f, err := fabric.Open(profile)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return f
}

// ledger is a person's connection.
func (m *members) ledger(person string) ledger.Ledger {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.ledgers[person]; l != nil {
		return l
	}
	l, err := m.factory.As(m.t.Context(), person)
	require.NoError(m.t, err)
	m.ledgers[person] = l
	return l
}

// as is a person who posts and asks.
func (m *members) as(person string) *book.Client {
	m.t.Helper()
	l := m.ledger(person)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.clients[person] == nil {
		org, _, _ := strings.Cut(person, "/")
		m.clients[person] = book.New(l, m.who, org+"MSP")
	}
	return m.clients[person]
}

// Roles that a certificate can carry, and none at all. Most make no sense in
// most organizations and must get their holder nowhere.
var staffRoles = []string{"operator", "officer", "reviewer", "approver", "auditor", "provider", "admin"}

const noRole = "none"

// holder is the person of an organization who carries just this role, made
// by enrolEveryRole. A subject's is the one for a book, or for commons.
func holder(org, role, bookName string) string {
	if role == "subject" {
		return org + "/s01-" + bookName
	}
	return org + "/cell-" + role
}

// enrolEveryRole has a person with each role and one without any enrolled in
// each organization, by the organizations' own authorities.
func (m *members) enrolEveryRole() *identity.Report {
	t := m.t
	t.Helper()
	extended, err := topology.Load(m.dir.Topology())
	require.NoError(t, err)
	books := []string{sample.BookOf("BankA"), sample.BookOf("BankB"), command.CommonsName}
	for i := range extended.Organizations {
		o := &extended.Organizations[i]
		o.Subjects = max(o.Subjects, 1)
		for _, role := range staffRoles {
			o.People = append(o.People, topology.Person{User: "cell-" + role, Role: role})
		}
		o.People = append(o.People, topology.Person{User: "cell-" + noRole})
	}
	set, err := programs.Provide(t.Context(), programs.Options{})
	require.NoError(t, err)
	report, err := identity.Enroll(t.Context(), identity.Options{Topology: extended, StateDir: string(m.dir), ServerPath: set.Path("fabric-ca-server"), Books: books})
	require.NoError(t, err)
	return report
}

// submit sends commands of a lane as one transaction, to the endorsers that
// the person's client would choose, and reads the outcomes as the
// Commission's auditor: not everybody who may try may read receipts.
func (m *members) submit(ctx context.Context, person, chaincode, lane string, commands []command.Envelope) ([]command.Result, error) {
	endorsers, err := m.as(person).Endorsers(chaincode, lane)
	if err != nil {
		return nil, err
	}
	call := batchOf(chaincode, lane, commands, endorsers...)
	if joint(lane) { // commons runs it for the book
		call.Chaincode, call.Function, call.Args = command.CommonsName, "batch:SubmitFor", append(call.Args, chaincode)
	}
	l := m.as(person).Ledger()
	commit, err := l.Submit(ctx, call)
	for try := 0; try < 100 && passing(err); try++ { // a peer lags behind the others
		time.Sleep(100 * time.Millisecond)
		commit, err = l.Submit(ctx, call)
	}
	if err != nil {
		return nil, err
	}
	for {
		a, err := m.as("Commission/cell-auditor").Receipt(ctx, chaincode, lane, commit.TxID, "")
		if err != nil {
			return nil, err
		}
		if a.Found {
			return a.Results, nil
		}
		select { // the Commission's peer commits the block a moment later
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// joint tells whether a lane's transactions go to commons, for a book that
// they name.
func joint(lane string) bool {
	return slices.ContainsFunc(command.Commons.Lanes(), func(l command.Lane) bool { return l.Name == lane && l.Joint() })
}

func passing(err error) bool {
	var e *ledger.Error
	return errors.As(err, &e) && e.Retry && !e.MayCommit
}

// batchOf is the call that a client makes of a batch, with the endorsers
// named.
func batchOf(chaincode, lane string, commands []command.Envelope, endorsers ...string) ledger.Call {
	seed := make([]byte, ledgerstate.SeedSize)
	rand.Read(seed)
	raw, err := json.Marshal(commands)
	if err != nil {
		panic(err)
	}
	return ledger.Call{Chaincode: chaincode, Function: "batch:Submit", Args: []string{lane, strconv.Itoa(len(commands))},
		Transient: map[string][]byte{"seed": seed, "commands": raw}, Endorsers: endorsers}
}

// parties of the matrix and the organization that stands for each.
var parties = []command.Party{command.Commission, command.CentralBank, command.Finance, command.Bank, command.Audit, command.Subject, command.Provider}

var organizations = map[command.Party]string{command.Commission: "Commission", command.CentralBank: "CentralBank", command.Finance: "Finance",
	command.Bank: "BankA", command.Audit: "Audit", command.Subject: "Subject", command.Provider: "Provider"}

// hasPeer tells whose people ask at their own organization's peer; the
// others' gateway is the Commission's.
func (m *members) hasPeer(org string) bool {
	o, ok := m.topology.Organization(org)
	require.True(m.t, ok, "no organization %s", org)
	return o.HasPeer()
}

// each runs jobs, some at once, and fails with all their errors.
func each[T any](ctx context.Context, list []T, do func(context.Context, T) error) error {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var errs []string
	limit := make(chan struct{}, 16)
	for _, x := range list {
		limit <- struct{}{}
		wg.Add(1)
		go func() {
			defer func() { <-limit; wg.Done() }()
			if err := do(ctx, x); err != nil {
				mu.Lock()
				errs = append(errs, err.Error())
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
	if len(errs) > 0 {
		return fmt.Errorf("%d of %d failed:\n%s", len(errs), len(list), strings.Join(errs[:min(len(errs), 20)], "\n"))
	}
	return nil
}
