package programs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build compiles the module's programs into bin, in a directory of its own.
func (m module) build(ctx context.Context, work, bin string, tell func(Step)) error {
	if err := os.MkdirAll(work, 0o755); err != nil {
		return fmt.Errorf("build %s: %w", m.name, err)
	}
	const profile = "cpu.pgo"
	files := map[string][]byte{"go.mod": m.mod, "go.sum": m.sum}
	flags := []string{"-v", "-trimpath", "-buildvcs=false", "-ldflags", m.ldflags, "-o", bin + string(filepath.Separator)}
	if m.profile != nil {
		files[profile] = m.profile
		flags = append(flags, "-pgo", filepath.Join(work, profile))
	}
	for file, data := range files {
		if err := os.WriteFile(filepath.Join(work, file), data, 0o644); err != nil {
			return fmt.Errorf("build %s: %w", m.name, err)
		}
	}
	if m.cgo {
		if err := compilerFor(ctx, work); err != nil {
			return err
		}
	}
	step := Step{Module: m.name, Doing: "downloading"}
	tell(step)
	deps, err := m.run(ctx, work, func(line string) {
		if strings.HasPrefix(line, "go: downloading ") {
			step.Done++
			tell(step)
		}
	}, append([]string{"list", "-deps"}, m.packages...)...)
	if err != nil {
		return err
	}
	// go build -v names each package it compiles; what the build cache already
	// holds it does not name, hence the count may end early.
	step = Step{Module: m.name, Doing: "compiling", Total: len(strings.Fields(deps))}
	tell(step)
	_, err = m.run(ctx, work, func(line string) {
		if !strings.ContainsAny(line, " :") {
			step.Done = min(step.Done+1, step.Total)
			tell(step)
		}
	}, append(append([]string{"build"}, flags...), m.packages...)...)
	if err != nil {
		return err
	}
	step.Done = step.Total
	tell(step)
	return nil
}

// run calls the go command, handing on each line of standard error.
func (m module) run(ctx context.Context, work string, line func(string), args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = work
	// The checkout's workspace and vendoring settings are not this module's.
	cmd.Env = append(os.Environ(), "GOWORK=off", "GO111MODULE=on", "GOFLAGS=-mod=readonly")
	var out strings.Builder
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return "", fmt.Errorf("build %s: %w (hint: install Go from https://go.dev/dl, or give --fabric-bin DIR)", m.name, err)
	}
	last := tail(stderr, line)
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return "", fmt.Errorf("build %s: %w", m.name, ctx.Err())
		}
		return "", fmt.Errorf("build %s: go %s: %w\n%s\n(hint: the Go module proxy must be reachable, see go env GOPROXY; or give --fabric-bin DIR)",
			m.name, args[0], err, strings.Join(last, "\n"))
	}
	return out.String(), nil
}

// tail hands on every line and keeps the last few that are not progress.
func tail(r io.Reader, line func(string)) []string {
	var last []string
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		text := lines.Text()
		line(text)
		if strings.HasPrefix(text, "go: downloading ") || !strings.ContainsAny(text, " :") {
			continue
		}
		if last = append(last, text); len(last) > 12 {
			last = last[1:]
		}
	}
	io.Copy(io.Discard, r)
	return last
}

// compilerFor fails early and clearly where no C compiler is installed: go
// build would make a program that fails at its first use.
func compilerFor(ctx context.Context, work string) error {
	cmd := exec.CommandContext(ctx, "go", "env", "CC")
	cmd.Dir = work
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("build fabric-ca: %w (hint: install Go from https://go.dev/dl, or give --fabric-bin DIR)", err)
	}
	cc := strings.Fields(string(out))
	if len(cc) == 0 {
		cc = []string{"gcc"}
	}
	if _, err := exec.LookPath(cc[0]); err != nil {
		return fmt.Errorf("build fabric-ca: no C compiler: %w (hint: apt install gcc libc6-dev, or give --fabric-bin DIR)", err)
	}
	return nil
}
