// Package oneprocess keeps a folder to one process at a time. The file LOCK in
// it is locked by the operating system, which lets go of it however the process
// ends, and names the process to whoever comes second.
package oneprocess

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// HeldError says that another process has the folder.
type HeldError struct {
	Dir string
	PID int // 0 if not known
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("%s is open in %s; one process at a time", e.Dir, e.Holder())
}

// Holder names the process that has the folder.
func (e *HeldError) Holder() string {
	if e.PID > 0 {
		return fmt.Sprintf("process %d", e.PID)
	}
	return "another process"
}

// Take takes the folder for this process until Unlock. It does not wait: who
// comes second gets a *HeldError.
func Take(dir string) (*flock.Flock, error) {
	path := filepath.Join(dir, "LOCK")
	l := flock.New(path, flock.SetPermissions(0o600))
	got, err := l.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !got {
		raw, _ := os.ReadFile(path)
		pid, _ := strconv.Atoi(strings.TrimSpace(string(raw)))
		return nil, &HeldError{Dir: dir, PID: pid}
	}
	if err := os.WriteFile(path, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		return nil, errors.Join(err, l.Unlock())
	}
	return l, nil
}
