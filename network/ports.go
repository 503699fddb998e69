package network

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

// grace is how long a taken port is asked again: a process that was killed
// keeps its ports a moment longer than its name.
const grace = time.Second

// checkPorts fails on the first port of a node that somebody else has. The
// certificate authorities' are left to them: they need none once all are
// enrolled.
func checkPorts(t *topology.Topology, dir layout.Dir) error {
	for begun := time.Now(); ; time.Sleep(50 * time.Millisecond) {
		err := portsFree(t, dir)
		if err == nil || time.Since(begun) > grace {
			return err
		}
	}
}

func portsFree(t *topology.Topology, dir layout.Dir) error {
	for _, u := range t.Ports() {
		if u.Port == t.CA.Port || u.Port == t.CA.Operations {
			continue
		}
		l, err := net.Listen("tcp", t.Address(u.Port))
		if err == nil {
			l.Close()
			continue
		}
		pid, name := holder(u.Port)
		// Asked now, since the supervisor may have started it a moment ago.
		own, err := supervisor.Processes(dir.Run())
		if err != nil {
			return err
		}
		if _, ours := own[pid]; ours {
			continue
		}
		return &PortError{Port: u.Port, Owner: u.Owner, Holder: name}
	}
	return nil
}

// holder finds the process that listens on a port.
func holder(port int) (int, string) {
	inodes := map[string]bool{}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		listening(table, port, inodes)
	}
	if len(inodes) == 0 {
		return 0, ""
	}
	fds, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0, ""
	}
	for _, fd := range fds {
		link, err := os.Readlink(fd)
		if err != nil {
			continue
		}
		inode, ok := strings.CutPrefix(link, "socket:[")
		if !ok || !inodes[strings.TrimSuffix(inode, "]")] {
			continue
		}
		pid, err := strconv.Atoi(strings.Split(fd, "/")[2])
		if err != nil {
			continue
		}
		command, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		return pid, fmt.Sprintf("process %d (%s)", pid, strings.TrimSpace(string(command)))
	}
	return 0, ""
}

// listening collects the sockets of a kernel table that listen on the port.
func listening(table string, port int, inodes map[string]bool) {
	f, err := os.Open(table)
	if err != nil {
		return
	}
	defer f.Close()
	const listen = "0A"
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		w := strings.Fields(lines.Text())
		if len(w) < 10 || w[3] != listen {
			continue
		}
		_, hex, _ := strings.Cut(w[1], ":")
		if p, err := strconv.ParseUint(hex, 16, 16); err == nil && int(p) == port {
			inodes[w[9]] = true
		}
	}
}
