package e2e

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// What an import says when the ledger stops answering, and when it goes on.
const (
	pausedZh  = "账本暂不可用,已暂停,恢复后自动继续"
	pausedEn  = "the ledger does not answer; paused, goes on by itself"
	resumedZh = "账本已恢复,继续处理"
	resumedEn = "the ledger answers again, going on"
)

// TestImportThroughFaults imports the sample on a new network and kills
// something with -9 during each file. In the end the ledger is what the
// embedded engine makes of the same files, at every member.
func TestImportThroughFaults(t *testing.T) {
	v := newProvince(t, pick(300, sample.FullSize))
	undisturbed := embedded(t)
	receipts := undisturbed.sendAll(t, v)
	digest := undisturbed.digest(t)
	n := &faulty{program: ownNetwork(t), province: v, receipts: receipts, dir: t.TempDir(), batch: pick("12", "60")}
	n.members = open(t, n.program)

	n.plain(t, "days-rates")
	n.plain(t, "approvals")
	n.during(t, "subjects", "a follower of the orderers", n.kill(n.follower))
	n.during(t, "grants", "an authority's peer (CentralBank)", n.kill(named("CentralBank-peer0")))
	n.during(t, "applications", "the leading orderer", n.kill(n.leader))
	n.plain(t, "withdrawals")
	n.during(t, "banka-acceptances", "the Commission's peer, which the lane cannot do without", n.killNeeded("Commission-peer0"))
	n.during(t, "banka-decisions", "the chaincode process of BankA", n.kill(named("BankA-chaincode")))
	n.during(t, "banka-loans", "the endorsing authority's peer between endorsement and commit, not restarted before the import had ended", n.killEndorser("BankA/officer2", bookA))
	n.during(t, "bankb-acceptances", "the chaincode process of the Commission", n.kill(named("Commission-chaincode")))
	n.during(t, "bankb-decisions", "the importing bank's only peer", n.killNeeded("BankB-peer0"))
	n.during(t, "bankb-loans", "all processes and their supervisor", n.killAll)
	n.plain(t, "revocations")

	require.Equal(t, digest, n.digest(t), "nothing lost, nothing twice")
	for name, r := range n.sendAll(t, v, "--batch", "200") {
		require.Zero(t, r.accepted, name)
		requireSame(t, receipts[name], r, name)
	}
	require.Equal(t, digest, n.digest(t))
}

// faulty is a network on which processes get killed during imports.
type faulty struct {
	*program
	province
	members  *members
	receipts map[string]receipt
	dir      string
	batch    string
	after    func() // what a harm leaves to be done when the import has ended
}

func (n *faulty) plain(t *testing.T, name string) {
	t.Helper()
	f := n.file(t, name)
	requireSame(t, n.receipts[f.Name], n.send(t, n.province, f, n.dir, "--batch", n.batch), name)
}

// during imports a file, does harm while transactions are in flight, waits
// for the import's end and sees that its receipt is complete, that every node
// has caught up and that every member has all private data.
func (n *faulty) during(t *testing.T, name, what string, harm func(*testing.T, *running) *running) {
	t.Helper()
	f := n.file(t, name)
	before := n.height(t)
	r := n.start(t, f)
	for n.height(t) < before+2 { // on its way
		require.False(t, r.over(), "%s ended before anything was killed; take a larger sample\n%s", f.Name, r.said())
		time.Sleep(10 * time.Millisecond)
	}
	harmed := time.Now()
	r = harm(t, r)
	code := r.wait(t)
	took := time.Since(harmed)
	if n.after != nil {
		n.after()
		n.after = nil
	}
	require.Equal(t, exitOf(f), code, "%s\n%s", f.Name, r.said())
	requireSame(t, n.receipts[f.Name], readReceipt(t, receiptPath(n.dir, f), f), f.Name)
	n.caughtUp(t)
	followed := time.Since(harmed)
	n.agree(t)
	fmt.Printf("killed -9 while importing %s: %s; import complete after %.1f s more, every node at the head after %.1f s, all members' data equal after %.1f s\n",
		f.Name, what, took.Seconds(), followed.Seconds(), time.Since(harmed).Seconds())
}

// running is an import in a process of its own.
type running struct {
	cmd   *exec.Cmd
	ended chan struct{}
	mu    sync.Mutex
	text  bytes.Buffer
}

// Write takes what the process prints.
func (r *running) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *running) said() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func (r *running) over() bool {
	select {
	case <-r.ended:
		return true
	default:
		return false
	}
}

func (r *running) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-r.ended:
	case <-time.After(3 * time.Minute):
		require.NoError(t, r.cmd.Process.Kill())
		<-r.ended
		t.Fatalf("the import does not end:\n%s", r.said())
	}
	return r.cmd.ProcessState.ExitCode()
}

// heard waits until the process has said something.
func (r *running) heard(t *testing.T, texts ...string) {
	t.Helper()
	require.Eventually(t, func() bool {
		for _, x := range texts {
			if !strings.Contains(r.said(), x) {
				return r.over()
			}
		}
		return true
	}, time.Minute, 20*time.Millisecond, "not said: %s\n%s", strings.Join(texts, "; "), r.said())
	for _, x := range texts {
		require.Contains(t, r.said(), x)
	}
}

func (n *faulty) start(t *testing.T, f sample.File) *running {
	t.Helper()
	return n.launch(t, importArgs(n.province, f, n.dir, "--batch", n.batch, "--in-flight", "2")...)
}

// launch starts the program, to be looked at while it runs.
func (p *program) launch(t *testing.T, args ...string) *running {
	t.Helper()
	r := &running{cmd: p.command(context.Background(), args...), ended: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = r, r
	require.NoError(t, r.cmd.Start())
	go func() { _ = r.cmd.Wait(); close(r.ended) }() // how it ended is in ProcessState
	t.Cleanup(func() {
		if !r.over() {
			_ = r.cmd.Process.Kill() // a failed test leaves nothing
			<-r.ended
		}
	})
	return r
}

// The network's processes, as qxl status and the supervisor know them.

type nodeStatus struct {
	Name, Kind, Phase string
	PID               int
	Healthy           bool
	Height, Leader    uint64
}

func (p *program) nodes(t *testing.T) []nodeStatus {
	t.Helper()
	r := p.run(t, "status", "--json") // exit 3 while a node is not well
	var s struct{ Nodes []nodeStatus }
	require.NoError(t, jsonOf(r.stdout, &s), "%s\n%s", r.stdout, r.stderr)
	return s.Nodes
}

func (p *program) runDir() string { return layout.Dir(p.state + "/fabric").Run() }

// signal signals processes of this network, by what the supervisor started
// them as; "" are all, the supervisor too.
func (p *program) signal(t *testing.T, s syscall.Signal, names ...string) {
	t.Helper()
	list, err := supervisor.Processes(p.runDir())
	require.NoError(t, err)
	sent := 0
	for pid, name := range list {
		if len(names) == 0 || slices.Contains(names, name) {
			require.NoError(t, syscall.Kill(pid, s), name)
			sent++
		}
	}
	require.GreaterOrEqual(t, sent, max(1, len(names)), "%v among %v", names, list)
}

// height is that of a peer that endorses nothing; 0 while it does not answer.
func (n *faulty) height(t *testing.T) uint64 {
	t.Helper()
	h, err := n.members.ledger("Audit/auditor1").Height(t.Context())
	if err != nil {
		return 0
	}
	return h
}

func named(name string) func(*testing.T) string {
	return func(*testing.T) string { return name }
}

// leader is the orderer that leads, as most of them see it.
func (n *faulty) leader(t *testing.T) string {
	t.Helper()
	votes := map[uint64]int{}
	var orderers []string
	for _, x := range n.nodes(t) {
		if x.Kind == "orderer" {
			orderers = append(orderers, x.Name) // consenters are counted in this order, from 1
			votes[x.Leader]++
		}
	}
	for id, count := range votes {
		if count > len(orderers)/2 {
			require.Less(t, int(id-1), len(orderers))
			return orderers[id-1]
		}
	}
	t.Fatalf("no leader: %v", votes)
	return ""
}

func (n *faulty) follower(t *testing.T) string {
	t.Helper()
	leader := n.leader(t)
	for _, x := range n.nodes(t) {
		if x.Kind == "orderer" && x.Name != leader {
			return x.Name
		}
	}
	t.Fatal("no follower")
	return ""
}

// kill kills one process, which the supervisor starts again.
func (n *faulty) kill(which func(*testing.T) string) func(*testing.T, *running) *running {
	return func(t *testing.T, r *running) *running {
		n.signal(t, syscall.SIGKILL, which(t))
		return r
	}
}

// killEndorser holds the orderers, so that what is endorsed stays
// uncommitted, and kills the peer of the authority that endorsed it. Nobody
// restarts that one until the import has ended: another authority endorses
// instead.
func (n *faulty) killEndorser(person, bookName string) func(*testing.T, *running) *running {
	return func(t *testing.T, r *running) *running {
		msps, err := n.members.as(person).Endorsers(bookName, command.LoanLane.Name)
		require.NoError(t, err)
		require.Len(t, msps, 2)
		var orderers []string
		for _, x := range n.nodes(t) {
			if x.Kind == "orderer" {
				orderers = append(orderers, x.Name)
			}
		}
		n.after = n.hold(t)
		n.signal(t, syscall.SIGSTOP, orderers...)
		time.Sleep(2 * time.Second) // what is in flight is endorsed by now
		before := n.height(t)
		n.signal(t, syscall.SIGKILL, strings.TrimSuffix(msps[1], "MSP")+"-peer0")
		time.Sleep(100 * time.Millisecond)
		require.Equal(t, before, n.height(t), "nothing is committed while the orderers are held")
		n.signal(t, syscall.SIGCONT, orderers...)
		require.False(t, r.over(), r.said())
		return r
	}
}

// killNeeded kills a peer without which the import cannot go on; the
// supervisor is held for a while, since it restarts a peer before anybody
// would notice.
func (n *faulty) killNeeded(name string) func(*testing.T, *running) *running {
	return func(t *testing.T, r *running) *running {
		free := n.hold(t)
		n.signal(t, syscall.SIGKILL, name)
		r.heard(t, pausedZh, pausedEn)
		require.False(t, r.over(), r.said())
		free()
		r.heard(t, resumedZh, resumedEn)
		return r
	}
}

// hold keeps the supervisor from restarting anything until free is called or
// the test is over.
func (p *program) hold(t *testing.T) (free func()) {
	t.Helper()
	p.signal(t, syscall.SIGSTOP, "supervisor")
	held := true
	free = func() {
		if held {
			held = false
			p.signal(t, syscall.SIGCONT, "supervisor")
			p.caughtUp(t)
		}
	}
	t.Cleanup(free)
	return free
}

// killAll kills everything, and with it the hope of an import that it would
// go on; it is interrupted, the network brought up, the file sent again.
func (n *faulty) killAll(t *testing.T, r *running) *running {
	n.signal(t, syscall.SIGKILL, "supervisor") // before it restarts the others
	n.signal(t, syscall.SIGKILL)
	r.heard(t, pausedZh, pausedEn)
	require.NoError(t, r.cmd.Process.Signal(syscall.SIGINT))
	require.Equal(t, 3, r.wait(t), r.said())
	r.heard(t, "已中断", "run the same command again")
	f := n.file(t, "bankb-loans")
	require.False(t, exists(receiptPath(n.dir, f)), "no receipt of what was not finished")
	begun := time.Now()
	n.must(t, nil, "up")
	fmt.Printf("all processes killed -9: qxl up in %.1f s\n", time.Since(begun).Seconds())
	return n.start(t, f)
}

// caughtUp waits until every node runs and is at the head.
func (p *program) caughtUp(t *testing.T) {
	t.Helper()
	var last []nodeStatus
	require.Eventually(t, func() bool {
		last = p.nodes(t)
		alive, err := supervisor.Processes(p.runDir())
		require.NoError(t, err)
		var top uint64
		for _, x := range last {
			top = max(top, x.Height)
		}
		for _, x := range last {
			if alive[x.PID] != x.Name { // the supervisor has not noticed yet
				return false
			}
			if !x.Healthy || x.Phase != string(supervisor.Running) || x.Kind != "chaincode" && x.Height != top {
				return false
			}
		}
		return true
	}, 2*time.Minute, 200*time.Millisecond, "%+v", last)
}

// agree asks every member's peer for the digests of each kind of aggregate
// that it holds, until all say the same: a value that a member lacks is an
// error there, and another digest.
func (n *faulty) agree(t *testing.T) {
	t.Helper()
	books := append(n.members.who.Names(), command.CommonsName)
	type holding struct{ cc, query, msp string }
	answers := map[string]string{} // of the first member
	asked := 0
	for _, cc := range books {
		queries := chaincode.CommonsQueries
		if cc != command.CommonsName {
			queries = chaincode.BookQueries
		}
		for _, q := range queries {
			spec := q.DescribeQuery()
			if !strings.HasPrefix(spec.Name, "digest.") || !permitted(spec.Access) {
				continue
			}
			for _, msp := range n.holders(cc, spec.Collections) {
				h := holding{cc, spec.Name, msp}
				var text string
				var err error
				require.Eventually(t, func() bool {
					text, err = n.lines(t, h.cc, h.query, h.msp)
					first, ok := answers[cc+spec.Name]
					return err == nil && (!ok || first == text)
				}, 90*time.Second, 500*time.Millisecond, "%+v: %v", h, err)
				answers[cc+spec.Name] = text
				asked++
			}
		}
	}
	require.Greater(t, asked, 20)
}

func permitted(access []command.Allow) bool {
	for _, a := range access {
		if a.Party == command.Commission {
			return true
		}
	}
	return false
}

// holders are the MSPs whose peers hold all these collections of a chaincode.
func (n *faulty) holders(cc string, collections []command.Collection) []string {
	var msps []string
	for _, o := range n.members.topology.Endorsers() {
		party := command.Party(o.Party)
		if o.Party == "Bank" {
			party = command.Bank
			if cc != "book-"+strings.ToLower(o.Name) {
				continue
			}
		}
		if !slices.ContainsFunc(collections, func(c command.Collection) bool { return !c.Has(party) }) {
			msps = append(msps, o.MSP)
		}
	}
	return msps
}

// lines are the digests that one member's peer computes.
func (n *faulty) lines(t *testing.T, cc, query, msp string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var b strings.Builder
	q := command.ExportQuery{}
	for {
		var a command.ExportAnswer
		err := n.members.as("Commission/operator1").AskAt(ctx, msp, cc, query, q, &a)
		if err != nil {
			if code := ledger.CodeOf(err); code == accessDenied || code == notAMember {
				require.NoError(t, err)
			}
			return "", err
		}
		for _, x := range a.Aggregates {
			fmt.Fprintln(&b, x.Natural, x.Digest)
		}
		if a.Next == "" {
			return b.String(), nil
		}
		q.After = a.Next
	}
}
