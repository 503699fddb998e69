package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program is the built qxl and a state directory, used as a person would.
type program struct {
	bin   string
	state string
	env   []string
}

var (
	shared     *program
	sharedOnce sync.Once
	sharedErr  error
	workDir    string
)

func TestMain(m *testing.M) {
	if os.Getenv("QXL_E2E") != "1" {
		fmt.Println("NOT RUN: the end-to-end tests need QXL_E2E=1; they start a Fabric network (scripts/test does)")
		os.Exit(0)
	}
	var err error
	if workDir, err = os.MkdirTemp("", "qxl-e2e-"); err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	if shared != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		if out, err := shared.command(ctx, "down").CombinedOutput(); err != nil {
			fmt.Printf("down: %v\n%s\n", err, out)
			code = 1
		}
		cancel()
		if left := processes(shared.state); len(left) > 0 {
			fmt.Printf("processes left behind: %v\n", left)
			code = 1
		}
	}
	if code == 0 {
		os.RemoveAll(workDir)
	} else {
		fmt.Println("state kept for a look:", workDir)
	}
	os.Exit(code)
}

// processes lists those whose command line names the state directory.
func processes(state string) []string {
	var list []string
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, d := range dirs {
		raw, err := os.ReadFile(d)
		if err != nil {
			continue
		}
		if line := string(bytes.ReplaceAll(raw, []byte{0}, []byte{' '})); strings.Contains(line, state) {
			list = append(list, line)
		}
	}
	return list
}

// build builds qxl with tags.
func build(tags string) (string, error) {
	bin := filepath.Join(workDir, "qxl")
	if tags != "" {
		bin += "-" + tags
	}
	if _, err := os.Stat(bin); err == nil {
		return bin, nil
	}
	cmd := exec.Command("go", "build", "-trimpath", "-tags", tags, "-o", bin, "../../cmd/qxl")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %v\n%s", err, out)
	}
	return bin, nil
}

// network gives the shared Fabric network, founded, with a careless control
// contract in its chaincode (build tag unsalted).
func network(t *testing.T) *program {
	t.Helper()
	sharedOnce.Do(func() {
		bin, err := build("unsalted")
		if err != nil {
			sharedErr = err
			return
		}
		p := &program{bin: bin, state: filepath.Join(workDir, "state")}
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Minute)
		defer cancel()
		shared = p // what does not come up must be taken down too
		start := time.Now()
		out, err := p.command(ctx, "up", "--fabric", "--free-ports").CombinedOutput()
		if err != nil {
			sharedErr = fmt.Errorf("up: %v\n%s", err, out)
			return
		}
		fmt.Printf("network up in %s\n", time.Since(start).Round(time.Second))
	})
	require.NoError(t, sharedErr)
	return shared
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.bin, args...)
	cmd.Env = append(append(os.Environ(), "QXL_STATE="+p.state), p.env...)
	return cmd
}

// result of one run of the program.
type result struct {
	code   int
	stdout string
	stderr string
}

// run runs the program to its end.
func (p *program) run(t *testing.T, args ...string) result {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	var out, errw bytes.Buffer
	cmd := p.command(ctx, args...)
	cmd.Stdout, cmd.Stderr = &out, &errw
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), errw.String()}
}

// must runs the program, which has to succeed, and reads its JSON.
func (p *program) must(t *testing.T, document any, args ...string) result {
	t.Helper()
	r := p.run(t, append(args, "--json")...)
	require.Zero(t, r.code, "qxl %s\n%s\n%s", strings.Join(args, " "), r.stdout, r.stderr)
	if document != nil {
		require.NoError(t, json.Unmarshal([]byte(r.stdout), document), r.stdout)
	}
	return r
}
