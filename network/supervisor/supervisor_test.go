package supervisor

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is also the supervisor and the processes it keeps.
func TestMain(m *testing.M) {
	switch {
	case len(os.Args) > 2 && os.Args[1] == "supervise":
		if err := Run(context.Background(), os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case len(os.Args) > 3 && os.Args[1] == "node":
		node(os.Args[2], os.Args[3])
	}
	os.Exit(m.Run())
}

// node answers like a Fabric node; its height stands in a file.
func node(address, heightFile string) {
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) {})
	http.HandleFunc("/metrics", func(w http.ResponseWriter, r *http.Request) {
		height, _ := os.ReadFile(heightFile)
		fmt.Fprintf(w, "# HELP x\nledger_blockchain_height{channel=\"ch\"} %s\nconsensus_BFT_leader_id{channel=\"ch\"} 3\n", strings.TrimSpace(string(height)))
	})
	fmt.Println(http.ListenAndServe(address, nil))
	os.Exit(1)
}

type lab struct {
	t       *testing.T
	dir     string
	config  Config
	program string
}

func newLab(t *testing.T, nodes int) *lab {
	t.Helper()
	program, err := os.Executable()
	require.NoError(t, err)
	l := &lab{t: t, dir: filepath.Join(t.TempDir(), "run"), program: program}
	l.config.Limits = Limits{Poll: Duration(50 * time.Millisecond), Answer: Duration(300 * time.Millisecond), Frozen: 2,
		Behind: Duration(time.Second), Stop: Duration(2 * time.Second), Backoff: Duration(time.Second)}
	for i := range nodes {
		name := fmt.Sprintf("node%d", i)
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		address := listener.Addr().String()
		listener.Close()
		l.height(name, 5)
		l.config.Processes = append(l.config.Processes, Process{
			Name: name, Program: program, Args: []string{"node", address, l.heightFile(name)},
			Env: []string{"PATH=" + os.Getenv("PATH")}, Dir: t.TempDir(), Log: filepath.Join(l.dir, "..", "log", name+".log"),
			Probe: Probe{Health: "http://" + address + "/healthz", Metrics: "http://" + address + "/metrics", Channel: "ch"},
		})
	}
	require.NoError(t, Write(l.dir, l.config))
	t.Cleanup(func() {
		_, err := Stop(context.Background(), l.dir)
		require.NoError(t, err)
	})
	return l
}

func (l *lab) heightFile(name string) string { return filepath.Join(l.dir, "..", name+".height") }

func (l *lab) height(name string, h int) {
	require.NoError(l.t, os.WriteFile(l.heightFile(name), []byte(fmt.Sprint(h)), 0o644))
}

func (l *lab) start() {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	require.NoError(l.t, Start(ctx, l.dir, []string{l.program, "supervise"}, filepath.Join(l.dir, "..", "log", "supervisor.log")))
}

// until waits for a state; it returns the state that pleased.
func (l *lab) until(what string, ok func(State) bool) State {
	l.t.Helper()
	deadline := time.Now().Add(15 * time.Second)
	for time.Now().Before(deadline) {
		if s, running, err := Read(l.dir); err == nil && running && ok(s) {
			return s
		}
		time.Sleep(30 * time.Millisecond)
	}
	s, running, err := Read(l.dir)
	l.t.Fatalf("%s: never came about: running %v, %+v, %v", what, running, s, err)
	return s
}

func allRunning(n int) func(State) bool {
	return func(s State) bool {
		up := 0
		for _, x := range s.Nodes {
			if x.Phase == Running && x.Healthy {
				up++
			}
		}
		return up == n
	}
}

func pid(s State, name string) int { n, _ := s.Node(name); return n.PID }

func problem(s State) string {
	var b strings.Builder
	for _, e := range s.Events {
		b.WriteString(e.Node + ": " + e.What + "\n")
	}
	return b.String()
}

func TestRestartsAProcessThatDies(t *testing.T) {
	l := newLab(t, 2)
	l.start()
	before := l.until("both run", allRunning(2))
	n, _ := before.Node("node0")
	require.EqualValues(t, 5, n.Height)
	require.EqualValues(t, 3, n.Leader)
	require.NoError(t, syscall.Kill(pid(before, "node0"), syscall.SIGKILL))
	after := l.until("node0 runs again", func(s State) bool {
		n, _ := s.Node("node0")
		return n.Restarts == 1 && n.Phase == Running && n.PID != pid(before, "node0")
	})
	require.Equal(t, pid(before, "node1"), pid(after, "node1"), "the other is left alone")
	require.Contains(t, problem(after), "node0: ended: signal: killed; starting it again")
}

func TestRestartsAFrozenProcess(t *testing.T) {
	l := newLab(t, 1)
	l.start()
	before := l.until("runs", allRunning(1))
	require.NoError(t, syscall.Kill(pid(before, "node0"), syscall.SIGSTOP))
	after := l.until("runs again", func(s State) bool {
		return allRunning(1)(s) && pid(s, "node0") != pid(before, "node0")
	})
	require.Contains(t, problem(after), "node0: frozen: gave no answer 2 times in a row")
}

func TestRestartsANodeThatDoesNotFollow(t *testing.T) {
	l := newLab(t, 3)
	l.start()
	before := l.until("all run", allRunning(3))
	l.height("node0", 9)
	l.height("node1", 9)
	after := l.until("node2 is restarted", func(s State) bool { n, _ := s.Node("node2"); return n.Restarts > 0 })
	require.Contains(t, problem(after), "node2: does not follow: at block 5 for 1s while others are at 9")
	require.Equal(t, pid(before, "node1"), pid(after, "node1"))
}

func TestProcessesOutliveAKilledSupervisor(t *testing.T) {
	l := newLab(t, 2)
	l.start()
	before := l.until("both run", allRunning(2))
	require.NoError(t, syscall.Kill(before.PID, syscall.SIGKILL))
	require.Eventually(t, func() bool { _, running, _ := Read(l.dir); return !running }, 5*time.Second, 20*time.Millisecond)

	changed := l.config
	changed.Processes = append([]Process(nil), l.config.Processes...)
	changed.Processes[1].Env = append(changed.Processes[1].Env, "NEW=1")
	require.NoError(t, Write(l.dir, changed))
	l.start()
	after := l.until("both run", allRunning(2))
	require.Equal(t, pid(before, "node0"), pid(after, "node0"), "taken over")
	require.NotEqual(t, pid(before, "node1"), pid(after, "node1"), "started anew, for its configuration changed")

	require.NoError(t, syscall.Kill(pid(after, "node0"), syscall.SIGKILL))
	l.until("one taken over is watched like a child", func(s State) bool {
		return allRunning(2)(s) && pid(s, "node0") != pid(after, "node0")
	})
}

func TestStopLeavesNothingEvenWithoutASupervisor(t *testing.T) {
	l := newLab(t, 2)
	l.start()
	s := l.until("both run", allRunning(2))
	require.NoError(t, syscall.Kill(s.PID, syscall.SIGKILL))
	n, err := Stop(context.Background(), l.dir)
	require.NoError(t, err)
	require.GreaterOrEqual(t, n, 2)
	left, err := find(l.dir)
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestStopTouchesNoStranger(t *testing.T) {
	l := newLab(t, 1)
	// A stale file names this very process, as after a reboot.
	require.NoError(t, os.WriteFile(filepath.Join(l.dir, "node0.pid"), []byte(fmt.Sprintf("%d 1\n", os.Getpid())), 0o644))
	n, err := Stop(context.Background(), l.dir)
	require.NoError(t, err)
	require.Zero(t, n)
	l.start()
	s := l.until("runs", allRunning(1))
	require.NotEqual(t, os.Getpid(), pid(s, "node0"))
}

func TestRestartAndReload(t *testing.T) {
	l := newLab(t, 2)
	l.start()
	before := l.until("both run", allRunning(2))
	require.ErrorContains(t, Restart(l.dir, "node7"), "no process node7")
	require.NoError(t, Restart(l.dir, "node1"))
	after := l.until("node1 is another process", func(s State) bool {
		return allRunning(2)(s) && pid(s, "node1") != pid(before, "node1")
	})
	require.Equal(t, pid(before, "node0"), pid(after, "node0"))

	// The same configuration written again restarts nothing: what was counted stays.
	require.NoError(t, Write(l.dir, l.config))
	l.start()
	require.Never(t, func() bool {
		s, _, err := Read(l.dir)
		return err == nil && pid(s, "node1") != pid(after, "node1")
	}, 700*time.Millisecond, 50*time.Millisecond)

	less := Config{Processes: l.config.Processes[:1], Limits: l.config.Limits}
	require.NoError(t, Write(l.dir, less))
	l.start()
	l.until("node1 is taken away", func(s State) bool { _, there := s.Node("node1"); return !there })
}

func TestSecondSupervisorIsRefused(t *testing.T) {
	l := newLab(t, 1)
	l.start()
	l.until("runs", allRunning(1))
	require.ErrorIs(t, Run(context.Background(), l.dir), ErrRunning)
}

func TestAProcessThatCannotStartIsSaidToFail(t *testing.T) {
	l := newLab(t, 1)
	l.config.Processes[0].Program = filepath.Join(l.dir, "absent")
	require.NoError(t, Write(l.dir, l.config))
	l.start()
	s := l.until("fails", func(s State) bool { n, _ := s.Node("node0"); return n.Phase == Failing && n.Restarts > 1 })
	n, _ := s.Node("node0")
	require.Contains(t, n.Problem, "cannot start: ")
	require.Contains(t, n.Problem, "no such file or directory")
}

func TestMetricLine(t *testing.T) {
	v, ok := metric(`ledger_blockchain_height{channel="ch"} 1.2e+06`, "ledger_blockchain_height", "ch")
	require.True(t, ok)
	require.EqualValues(t, 1200000, v)
	for _, line := range []string{`ledger_blockchain_height{channel="other"} 5`, `ledger_blockchain_height 5`, `ledger_blockchain_height{channel="ch"} `, `ledger_blockchain_height{channel="ch"} -1`} {
		_, ok := metric(line, "ledger_blockchain_height", "ch")
		require.False(t, ok, line)
	}
}

func TestLastLines(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.log")
	require.Nil(t, LastLines(file, 3))
	require.NoError(t, os.WriteFile(file, []byte(strings.Repeat("x\n", 100000)+"a\nb\nc\n"), 0o644))
	require.Equal(t, []string{"b", "c"}, LastLines(file, 2))
}
