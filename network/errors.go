package network

import (
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
)

// NodeError says that a node does not run, and why as far as its log tells.
type NodeError struct {
	Node  string
	Cause string
	Log   []string // its last lines
	Hint  string
}

func (e *NodeError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "node %s does not run: %s", e.Node, e.Cause)
	for _, line := range e.Log {
		if short := []rune(line); len(short) > 200 {
			line = string(short[:200]) + "…"
		}
		fmt.Fprintf(&b, "\n    %s", line)
	}
	fmt.Fprintf(&b, "\n(hint: %s)", e.Hint)
	return b.String()
}

// PortError says that a port of the network is taken.
type PortError struct {
	Port   int
	Owner  string // node it is for
	Holder string // process that has it, if known
}

func (e *PortError) Error() string {
	by := "by a process that cannot be seen"
	if e.Holder != "" {
		by = "by " + e.Holder
	}
	return fmt.Sprintf("port %d for %s is taken %s (hint: stop that process, or start the network on free ports or another portBase)", e.Port, e.Owner, by)
}

// OtherTopologyError says that a state directory holds another network.
type OtherTopologyError struct {
	Dir, Field, Have, Want string
}

func (e *OtherTopologyError) Error() string {
	return fmt.Sprintf("%s holds a network made from another topology: %s is %s there and %s in the file (hint: leave the topology out to use that network, or choose another state directory)", e.Dir, e.Field, e.Have, e.Want)
}

// failing is an error for the first node that keeps ending, or nil.
func failing(dir layout.Dir) error {
	s, running, err := supervisor.Read(dir.Run())
	if err != nil {
		return nil // not written yet
	}
	if !running {
		return &NodeError{Node: "supervisor", Cause: "it has ended", Log: supervisor.LastLines(dir.Log("supervisor"), 8), Hint: "qxl up starts it again"}
	}
	for _, n := range s.Nodes {
		// Once or twice may be the last breath of a killed predecessor.
		if n.Phase == supervisor.Failing && n.Restarts > 2 {
			return nodeError(dir, n)
		}
	}
	return nil
}

func nodeError(dir layout.Dir, n supervisor.Node) *NodeError {
	lines := supervisor.LastLines(dir.Log(n.Name), 12)
	cause := n.Problem
	for _, line := range lines {
		low := strings.ToLower(line)
		if strings.HasPrefix(low, "panic:") || strings.HasPrefix(low, "error") || strings.Contains(low, "fata") || strings.Contains(low, "bind:") {
			cause += ": " + strings.TrimSpace(line)
			break
		}
	}
	return &NodeError{Node: n.Name, Cause: cause, Log: lines,
		Hint: fmt.Sprintf("mend the cause, then qxl network restart %s; the whole log: qxl logs %s", n.Name, n.Name)}
}
