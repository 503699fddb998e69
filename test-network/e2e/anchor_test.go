package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/ledger"
)

// keeper is an organization that keeps a log: who registers it and who
// anchors it.
type keeper struct{ org, signs, keeps string }

var keepers = []keeper{{"Commission", "approver1", "operator1"}, {"CentralBank", "approver1", "officer1"}, {"Finance", "approver1", "officer1"},
	{"BankA", "approver1", "officer1"}, {"BankB", "approver1", "officer1"}}

// submissions counts what a connection submits, and what the network found
// invalid of it. (Where an endorser lags behind the last block, nothing is
// ordered and the anchor is endorsed again: that is no conflict.)
type submissions struct {
	ledger.Ledger
	n, again, invalid *atomic.Int64
}

func (s *submissions) Submit(ctx context.Context, c ledger.Call) (*ledger.Commit, error) {
	s.n.Add(1)
	commit, err := s.Ledger.Submit(ctx, c)
	switch ledger.CodeOf(err) {
	case "":
	case ledger.CodeMismatch:
		s.again.Add(1)
	default:
		s.invalid.Add(1)
	}
	return commit, err
}

// newLog makes a log for an organization under an origin that the shared
// network does not know yet, and registers it.
func (m *members) newLog(k keeper) *evidencelog.Log {
	m.t.Helper()
	var a evidence.LogsAnswer
	require.NoError(m.t, m.as(k.org+"/"+k.keeps).Ask(m.t.Context(), command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{Owner: k.org + "MSP"}, &a))
	o := evidencelog.Options{WorkFactor: 4, Passphrase: func() ([]byte, error) { return []byte("test"), nil }}
	dir := filepath.Join(m.t.TempDir(), k.org)
	require.NoError(m.t, evidencelog.Create(dir, evidence.Origin(k.org+"MSP", len(a.Logs)+1), o))
	log, err := evidencelog.Open(dir, o)
	require.NoError(m.t, err)
	m.t.Cleanup(func() { log.Close() })
	_, key := log.Verifier()
	m.accepted(k.org+"/"+k.signs, command.CommonsName, evidence.RegisterLog.Name, &evidence.RegisterContent{Head: newHead(m.today()), Key: key})
	return log
}

// append grows a log by n leaves.
func appendLeaves(ctx context.Context, log *evidencelog.Log, n int) error {
	entries := make([]evidencelog.Entry, n)
	for i := range entries {
		entries[i].Kind = evidencelog.KindHeartbeat
	}
	_, err := log.Append(ctx, entries)
	return err
}

// TestOrganizationsAnchorTogether has five organizations anchor their logs at
// the same time: nobody's anchor is in another's way, each is accepted in its
// sequence, and a fork is refused by the network.
func TestOrganizationsAnchorTogether(t *testing.T) {
	m := open(t, network(t))
	rounds := pick(8, 40)
	logs := make([]*evidencelog.Log, len(keepers))
	for i, k := range keepers {
		logs[i] = m.newLog(k)
	}
	var sent, again, invalid atomic.Int64
	var group sync.WaitGroup
	begun := time.Now()
	for i, k := range keepers {
		group.Go(func() {
			s := &submissions{m.ledger(k.org + "/" + k.keeps), &sent, &again, &invalid}
			a := anchor.New(book.New(s, m.who, k.org+"MSP"), m.topology.Channel, book.Delivery{})
			for n := range rounds {
				if err := appendLeaves(t.Context(), logs[i], 100); err != nil {
					t.Error(err)
					return
				}
				h, err := a.Anchor(t.Context(), logs[i], false)
				if err != nil || !h.New || h.Sequence != uint64(n+1) || h.Anchor.Block == 0 {
					t.Errorf("%s anchors: %+v %v", k.org, h, err)
					return
				}
			}
		})
	}
	group.Wait()
	took := time.Since(begun)
	fmt.Printf("anchoring: %d organizations, %d anchors each, %.1f anchors/s together; %d sent, %d endorsed again, %d invalid\n", len(keepers), rounds,
		float64(rounds*len(keepers))/took.Seconds(), sent.Load(), again.Load(), invalid.Load())
	// Endorsers that all lag behind the log's own last anchor refuse the next
	// one; that refusal has read an old head, is found invalid and is sent again.
	// So a few may be invalid, but no log ever waits for another.
	require.Less(t, invalid.Load(), sent.Load()/2)

	for i, k := range keepers {
		r, err := logs[i].Prove(uint64(rounds)*100 - 1)
		require.NoError(t, err)
		require.Equal(t, evidencelog.Anchored, r.State)
		tx, err := m.ledger("Audit/auditor1").Transaction(t.Context(), r.Anchor.TxID)
		require.NoError(t, err)
		require.Equal(t, r.Anchor.Block, tx.Block)
		require.Equal(t, k.org+"MSP", tx.Creator.MSP)
		var endorsers []string
		for _, e := range tx.Endorsers {
			endorsers = append(endorsers, e.MSP)
		}
		require.ElementsMatch(t, []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}, endorsers)
	}

	// BankA's log, forked at the head's beginning by who has its key, and
	// BankA's checkpoint sent by another.
	log := logs[3]
	_, note := log.Checkpoint()
	c := evidence.AnchorContent{Head: newHead(m.today()), Sequence: uint64(rounds) + 1, Note: string(note)}
	m.refused(evidence.NotOwner.Code, "BankB/officer1", command.CommonsName, evidence.Anchor.Name, &c)
	c.Head, c.Proof = newHead(m.today()), [][]byte{make([]byte, 32)}
	m.refused(evidence.Inconsistent.Code, "BankA/officer1", command.CommonsName, evidence.Anchor.Name, &c)

	// The auditors of BankB witness it.
	secret, key, err := anchor.NewWitnessKey("BankBMSP")
	require.NoError(t, err)
	r, err := m.as("BankB/approver1").Post(t.Context(), command.CommonsName, evidence.RegisterWitness, &evidence.RegisterContent{Head: newHead(m.today()), Key: key})
	require.NoError(t, err)
	require.Equal(t, command.Accepted.String(), r.Outcome, "%v", r.Refusal)
	x, err := anchor.OpenWitness(t.TempDir(), "BankBMSP", secret)
	require.NoError(t, err)
	done, err := x.Cosign(t.Context(), m.as("BankB/auditor1"), log.Name(), anchor.Copy{Log: log}, book.Delivery{})
	require.NoError(t, err)
	require.True(t, done.New)
	var sheet evidence.CheckpointSheet
	require.Eventually(t, func() bool { // Audit's peer may have the block a moment later than BankB's
		sheet = evidence.CheckpointSheet{}
		err := m.as("Audit/auditor1").Ask(t.Context(), command.CommonsName, evidence.ShowCheckpoint.Name, evidence.CheckpointQuery{Origin: log.Name()}, &sheet)
		return err == nil && len(sheet.Cosignatures) == 1
	}, 30*time.Second, 100*time.Millisecond, "%+v", &sheet)
	m.accepted("BankB/approver1", command.CommonsName, evidence.RevokeKey.Name, &evidence.RevokeContent{Head: newHead(m.today()), Key: key, Reason: "the test is over"})
}
