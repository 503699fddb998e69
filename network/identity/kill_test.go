package identity_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
)

type victim struct{ StateDir, ServerPath string }

// TestMain lets this test binary be the process that is killed.
func TestMain(m *testing.M) {
	if raw := os.Getenv("QXL_TEST_ENROLL"); raw != "" {
		var v victim
		if err := json.Unmarshal([]byte(raw), &v); err != nil {
			panic(err)
		}
		o := identity.Options{Topology: small(), StateDir: v.StateDir, ServerPath: v.ServerPath, Books: books, WorkFactor: 2}
		if _, err := identity.Enroll(context.Background(), o); err != nil {
			os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Killed -9 again and again at seeded moments, with pieces of the work done
// each time, the enrolment comes to its end, and what was there before a
// kill is there after it, unchanged and whole.
func TestKilledAgainAndAgain(t *testing.T) {
	o := options(t)
	o.Progress = nil
	const seed = 20260101
	random := rand.New(rand.NewPCG(seed, seed))
	raw, err := json.Marshal(victim{o.StateDir, o.ServerPath})
	require.NoError(t, err)
	whole := map[string]string{}
	kills, finished := 0, false
	for run := 0; run < 14 && !finished; run++ {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "QXL_TEST_ENROLL="+string(raw))
		var out strings.Builder
		cmd.Stderr = &out
		require.NoError(t, cmd.Start())
		// Some die before anything is issued, the others soon after the
		// folders of a few more nodes and people have appeared.
		aim := 0
		if run%3 > 0 {
			aim = issued(o.StateDir) + 1 + random.IntN(3)
		}
		delay := time.Duration(random.IntN(400)) * time.Millisecond
		if aim > 0 {
			delay /= 20
		}
		ended := make(chan struct{})
		go func() {
			for aim > 0 && issued(o.StateDir) < aim {
				select {
				case <-ended:
					return
				case <-time.After(2 * time.Millisecond):
				}
			}
			time.Sleep(delay)
			_ = cmd.Process.Kill()
		}()
		err := cmd.Wait()
		close(ended)
		var exit *exec.ExitError
		switch {
		case err == nil:
			finished = true
		case errors.As(err, &exit) && exit.Sys().(syscall.WaitStatus).Signaled():
			kills++
		default:
			t.Fatalf("run %d: %v: %s", run, err, out.String())
		}
		requireNoServer(t, o.StateDir)
		now := settled(t, o.StateDir)
		for path, data := range whole {
			require.Equal(t, data, now[path], "run %d has changed %s", run, path)
		}
		whole = now
	}
	t.Logf("seed %d: killed %d times, finished %v", seed, kills, finished)
	require.GreaterOrEqual(t, kills, 5)
	r := enroll(t, o)
	if finished {
		require.Zero(t, r.Organizations+r.Nodes+r.People)
	}
	for _, e := range identity.People(o.Topology, o.Books) {
		_, err := wallet.Open(o.StateDir, e.Org+"/"+e.User, wallet.Passphrase(o.StateDir, nil))
		require.NoError(t, err)
	}
	walk(t, o.StateDir, func(path string, _ []byte) { require.NotContains(t, path, "/.new-", "left by a kill") })
	all, err := identity.Expiries(o.StateDir)
	require.NoError(t, err)
	require.Len(t, all, 3+(3+2+1)+(2+1+2)+7)
}

// issued counts the nodes and people that are in their place.
func issued(dir string) int {
	nodes, _ := filepath.Glob(filepath.Join(dir, "identity", "*", "nodes", "[a-z]*"))
	people, _ := filepath.Glob(filepath.Join(dir, "identity", "*", "people", "[a-z]*"))
	return len(nodes) + len(people)
}

// settled is every file of nodes, people and MSPs that are in their place.
func settled(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	walk(t, filepath.Join(dir, "identity"), func(path string, data []byte) {
		rel, err := filepath.Rel(dir, path)
		require.NoError(t, err)
		if strings.Contains(rel, "/.new-") || strings.HasSuffix(rel, ".new") || strings.Contains(rel, "/ca/") || strings.HasSuffix(rel, "tlsca.pem") {
			return
		}
		files[rel] = string(data)
	})
	return files
}

// requireNoServer waits a moment for the kernel and then finds no server of
// this state directory.
func requireNoServer(t *testing.T, dir string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(servers(dir)) == 0 }, 3*time.Second, 10*time.Millisecond, "a certificate authority outlived its parent")
}

func servers(dir string) []int {
	var pids []int
	entries, err := os.ReadDir("/proc")
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline"))
		if err == nil && strings.Contains(string(line), dir) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// A registration whose enrolment was lost is taken up again: the identity is
// known to the authority, but nobody holds its secret.
func TestLostEnrolmentIsTakenUp(t *testing.T) {
	o := options(t)
	enroll(t, o)
	d := layout.Dir(o.StateDir)
	require.NoError(t, os.RemoveAll(d.Person("BankA", "officer1")))
	require.NoError(t, os.RemoveAll(d.Node("BankA", "peer0")))
	r := enroll(t, o)
	require.Equal(t, []int{0, 1, 1}, []int{r.Organizations, r.Nodes, r.People})
	p, err := wallet.Open(o.StateDir, "BankA/officer1", wallet.Passphrase(o.StateDir, nil))
	require.NoError(t, err)
	require.Equal(t, []string{"officer", "reviewer"}, p.Roles())
}

func TestIncompleteIdentityIsNotStartedAnew(t *testing.T) {
	o := options(t)
	enroll(t, o)
	d := layout.Dir(o.StateDir)
	require.NoError(t, os.RemoveAll(d.MSP("BankA")))
	before := snapshot(t, o.StateDir)
	_, err := identity.Enroll(t.Context(), o)
	var incomplete *identity.IncompleteError
	require.ErrorAs(t, err, &incomplete)
	require.Equal(t, "BankA", incomplete.Org)
	require.Equal(t, before, snapshot(t, o.StateDir))
}

func TestServerThatDoesNotStart(t *testing.T) {
	o := options(t)
	o.ServerPath = filepath.Join(t.TempDir(), "fabric-ca-server")
	_, err := identity.Enroll(t.Context(), o)
	var failed *identity.ServerError
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, "--fabric-bin")

	require.NoError(t, os.WriteFile(o.ServerPath, []byte("#!/bin/sh\necho the disk is on fire >&2\nexit 7\n"), 0o755))
	_, err = identity.Enroll(t.Context(), o)
	require.ErrorAs(t, err, &failed)
	require.ErrorContains(t, err, "exit status 7")
	require.ErrorContains(t, err, "the disk is on fire")
}

func TestWhatCannotBeEnrolled(t *testing.T) {
	o := identity.Options{Topology: small(), StateDir: t.TempDir()}
	_, err := identity.Enroll(t.Context(), o)
	require.ErrorContains(t, err, "organization Subject has 2 subjects, but no books")
	o.Books = books
	o.Topology.Synthetic = false
	_, err = identity.Enroll(t.Context(), o)
	require.ErrorIs(t, err, wallet.ErrNoPassphrase)
	_, err = identity.Enroll(t.Context(), identity.Options{})
	require.Error(t, err)
}
