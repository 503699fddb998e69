package supervisor

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Phase is where a process stands.
type Phase string

const (
	Starting Phase = "starting" // runs, has not answered yet
	Running  Phase = "running"  // has answered
	Failing  Phase = "failing"  // ended and will be started again
	Stopped  Phase = "stopped"  // ended because it was told to
)

// Node is the state of one process.
type Node struct {
	Name     string    `json:"name"`
	Phase    Phase     `json:"phase"`
	PID      int       `json:"pid,omitempty"`
	Since    time.Time `json:"since"` // start of the process
	Healthy  bool      `json:"healthy"`
	Height   uint64    `json:"height,omitempty"` // blocks; 0 if it has none
	Leader   uint64    `json:"leader,omitempty"` // orderers: consenter that leads, as this node sees it
	Restarts int       `json:"restarts"`         // since the supervisor began
	Problem  string    `json:"problem,omitempty"`
}

// Event is something the supervisor saw or did.
type Event struct {
	At   time.Time `json:"at"`
	Node string    `json:"node"`
	What string    `json:"what"`
}

// State is what the supervisor knows, as it lies in the run directory.
type State struct {
	PID    int       `json:"pid"`
	Since  time.Time `json:"since"`
	Nodes  []Node    `json:"nodes"`
	Events []Event   `json:"events"` // latest last
}

const keptEvents = 200

func stateFile(dir string) string { return filepath.Join(dir, "state.json") }

// Read returns what the supervisor of dir wrote last, and whether it runs.
func Read(dir string) (State, bool, error) {
	var s State
	data, err := os.ReadFile(stateFile(dir))
	if err == nil {
		err = json.Unmarshal(data, &s)
	}
	if err != nil {
		return s, false, fmt.Errorf("read supervisor state: %w", err)
	}
	running, err := isRunning(dir)
	return s, running, err
}

// Node finds a process in the state.
func (s State) Node(name string) (Node, bool) {
	for _, n := range s.Nodes {
		if n.Name == name {
			return n, true
		}
	}
	return Node{}, false
}

// board is the state as the supervisor writes it.
type board struct {
	dir     string
	mu      sync.Mutex
	state   State
	changed bool
	log     func(Event)
}

func (b *board) update(name string, f func(*Node)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = true
	for i := range b.state.Nodes {
		if b.state.Nodes[i].Name == name {
			f(&b.state.Nodes[i])
			return
		}
	}
	n := Node{Name: name}
	f(&n)
	b.state.Nodes = append(b.state.Nodes, n)
}

func (b *board) forget(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.changed = true
	for i, n := range b.state.Nodes {
		if n.Name == name {
			b.state.Nodes = append(b.state.Nodes[:i], b.state.Nodes[i+1:]...)
			return
		}
	}
}

func (b *board) say(name, format string, args ...any) {
	e := Event{At: time.Now(), Node: name, What: fmt.Sprintf(format, args...)}
	b.mu.Lock()
	b.changed = true
	b.state.Events = append(b.state.Events, e)
	if n := len(b.state.Events); n > keptEvents {
		b.state.Events = b.state.Events[n-keptEvents:]
	}
	b.mu.Unlock()
	b.log(e)
}

// flush writes the state if it changed.
func (b *board) flush() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.changed {
		return nil
	}
	b.changed = false
	return replaceJSON(stateFile(b.dir), b.state)
}
