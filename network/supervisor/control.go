package supervisor

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Start brings up a supervisor for dir as a process of its own session, or has
// the one that runs read its configuration again. The command gets dir as its
// last argument and calls Run.
func Start(ctx context.Context, dir string, command []string, logFile string) error {
	dir, err := canonical(dir)
	if err != nil {
		return err
	}
	if f, err := running(dir); err != nil {
		return err
	} else if f != nil {
		f.signal(syscall.SIGHUP)
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(logFile), 0o755); err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	log, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	defer log.Close()
	os.Remove(stateFile(dir)) // a stale state must not be taken for the new one
	cmd := exec.Command(command[0], append(command[1:], dir)...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, log, log
	cmd.Env = append(os.Environ(), mark(dir, self, ""))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the supervisor: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for {
		if _, err := os.Stat(stateFile(dir)); err == nil {
			return nil
		}
		select {
		case err := <-ended:
			lines := LastLines(logFile, 5)
			return fmt.Errorf("start the supervisor: it ended: %v: %s (hint: see %s)", err, strings.Join(lines, " | "), logFile)
		case <-ctx.Done():
			return fmt.Errorf("start the supervisor: %w", context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// running finds the supervisor's process, if it holds its lock.
func running(dir string) (*found, error) {
	held, err := isRunning(dir)
	if err != nil || !held {
		return nil, err
	}
	all, err := find(dir)
	if err != nil {
		return nil, err
	}
	for _, f := range all {
		if f.name == self {
			return &f, nil
		}
	}
	return nil, fmt.Errorf("the supervisor of %s runs as another user or in the foreground (hint: stop it there)", dir)
}

// Reload has the running supervisor read its configuration again.
func Reload(dir string) error {
	dir, err := canonical(dir)
	if err != nil {
		return err
	}
	f, err := running(dir)
	if err != nil {
		return err
	}
	if f == nil {
		return errors.New("no supervisor runs (hint: qxl up)")
	}
	f.signal(syscall.SIGHUP)
	return nil
}

// Restart has the supervisor restart one process.
func Restart(dir, name string) error {
	c, err := read(dir)
	if err != nil {
		return err
	}
	for i := range c.Processes {
		if c.Processes[i].Name == name {
			c.Processes[i].Generation++
			if err := write(dir, c); err != nil {
				return err
			}
			return Reload(dir)
		}
	}
	return fmt.Errorf("no process %s", name)
}

// Stop ends the supervisor and every process of dir, and returns how many
// there were. None is left when it returns without error.
func Stop(ctx context.Context, dir string) (int, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	dir, err := canonical(dir)
	if err != nil {
		return 0, err
	}
	all, err := find(dir)
	if err != nil {
		return 0, err
	}
	count := len(all)
	for _, f := range all {
		if f.name == self {
			f.signal(syscall.SIGTERM)
			f.signal(syscall.SIGCONT)
		}
	}
	for _, f := range all { // it stops its own; wait for it, not for ever
		for f.name == self && f.alive() {
			select {
			case <-ctx.Done():
				return count, fmt.Errorf("stop the network: %w", context.Cause(ctx))
			case <-time.After(50 * time.Millisecond):
			}
		}
	}
	left, err := find(dir)
	if err != nil {
		return count, err
	}
	finish(left, 10*time.Second)
	if left, err = find(dir); err != nil {
		return count, err
	}
	if len(left) > 0 {
		return count, fmt.Errorf("stop the network: process %d (%s) does not end", left[0].pid, left[0].name)
	}
	return count, nil
}

// Processes are the running processes of dir by process number.
func Processes(dir string) (map[int]string, error) {
	if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	dir, err := canonical(dir)
	if err != nil {
		return nil, err
	}
	all, err := find(dir)
	if err != nil {
		return nil, err
	}
	by := map[int]string{}
	for _, f := range all {
		by[f.pid] = f.name
	}
	return by, nil
}

// finish ends processes that no supervisor keeps.
func finish(all []found, within time.Duration) {
	for _, f := range all {
		f.signal(syscall.SIGTERM)
		f.signal(syscall.SIGCONT)
	}
	deadline := time.Now().Add(within)
	for _, f := range all {
		for f.alive() && time.Now().Before(deadline) {
			time.Sleep(20 * time.Millisecond)
		}
		f.signal(syscall.SIGKILL)
	}
	for i := 0; i < 100; i++ { // a killed process needs a moment to be gone
		gone := true
		for _, f := range all {
			gone = gone && !f.alive()
		}
		if gone {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// LastLines is the end of a log.
func LastLines(file string, n int) []string {
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	const most = 64 << 10
	if info, err := f.Stat(); err == nil && info.Size() > most {
		if _, err := f.Seek(-most, 2); err != nil {
			return nil
		}
	}
	data := make([]byte, most)
	size, _ := f.Read(data)
	lines := strings.Split(strings.TrimRight(string(data[:size]), "\n"), "\n")
	return lines[max(0, len(lines)-n):]
}
