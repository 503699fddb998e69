package supervisor

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// A process is recognized by what stands in its environment from its first
// instruction on. Unlike a process number, that survives lost files, is never
// reused, and cannot be a stranger's.
const markVariable = "QXL_NODE"

// self is the supervisor's own name among the marks.
const self = "supervisor"

func mark(dir, name, spec string) string {
	return markVariable + "=" + dir + "#" + name + "#" + spec
}

// found is a running process of a directory.
type found struct {
	pid   int
	name  string
	spec  string
	start uint64 // clock ticks after boot
}

// find lists the running processes of a directory.
func find(dir string) ([]found, error) {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	prefix := []byte(markVariable + "=" + dir + "#")
	var all []found
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		env, err := os.ReadFile(filepath.Join("/proc", e.Name(), "environ"))
		if err != nil {
			continue // gone, or another user's
		}
		for _, v := range bytes.Split(env, []byte{0}) {
			rest, ok := bytes.CutPrefix(v, prefix)
			if !ok {
				continue
			}
			name, spec, _ := strings.Cut(string(rest), "#")
			if start, alive := startOf(pid); alive {
				all = append(all, found{pid, name, spec, start})
			}
		}
	}
	return all, nil
}

// startOf is when a process began, and whether it is there and not a zombie.
func startOf(pid int) (uint64, bool) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The command's name, in parentheses, may hold anything.
	i := bytes.LastIndexByte(data, ')')
	if i < 0 {
		return 0, false
	}
	f := strings.Fields(string(data[i+1:]))
	if len(f) < 20 || f[0] == "Z" || f[0] == "X" {
		return 0, false
	}
	start, err := strconv.ParseUint(f[19], 10, 64)
	return start, err == nil
}

// alive reports whether it is still the same process.
func (f found) alive() bool {
	start, ok := startOf(f.pid)
	return ok && start == f.start
}

// signal sends a signal to the process if it is still the same.
func (f found) signal(s syscall.Signal) {
	if f.alive() {
		_ = syscall.Kill(f.pid, s) // it may end in between
	}
}
