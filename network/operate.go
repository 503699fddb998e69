package network

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

// Supervise runs the supervisor in this process until SIGTERM. The argument is
// what the command of Options.Supervisor was given last.
func Supervise(ctx context.Context, runDir string) error { return supervisor.Run(ctx, runDir) }

// Down stops every process of the network and returns how many there were.
// The data stay.
func Down(ctx context.Context, stateDir string) (int, error) {
	return supervisor.Stop(ctx, layout.Dir(stateDir).Run())
}

// NodeStatus is one process as it is now.
type NodeStatus struct {
	supervisor.Node
	Organization string `json:"organization"`
	Kind         string `json:"kind"`
	Address      string `json:"address"`
	Version      string `json:"version,omitempty"`
	// Expires is when the first of its certificates does.
	Expires time.Time `json:"expires"`
}

// Status is the network as it is now.
type Status struct {
	Topology     *topology.Topology `json:"-"`
	Running      bool               `json:"running"`
	Consortium   string             `json:"consortium"`
	Channel      string             `json:"channel"`
	Nodes        []NodeStatus       `json:"nodes"`
	Certificates []identity.Expiry  `json:"certificates"` // soonest first
	Events       []supervisor.Event `json:"events"`       // what the supervisor did, latest last
}

// Inspect says how every node is.
func Inspect(ctx context.Context, stateDir string) (*Status, error) {
	n, err := open(Options{StateDir: stateDir})
	if err != nil {
		return nil, err
	}
	status := &Status{Topology: n.topology, Consortium: n.topology.Consortium, Channel: n.topology.Channel}
	state, running, err := supervisor.Read(n.dir.Run())
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	status.Running, status.Events = running, state.Events
	if status.Certificates, err = identity.Expiries(string(n.dir)); err != nil {
		return nil, err
	}
	all := nodes(n.topology)
	status.Nodes = make([]NodeStatus, len(all))
	var asking sync.WaitGroup
	for i, x := range all {
		s := &status.Nodes[i]
		*s = NodeStatus{Node: supervisor.Node{Name: x.id, Phase: supervisor.Stopped}, Organization: x.org, Kind: x.kind, Address: x.address}
		if seen, there := state.Node(x.id); there && running {
			s.Node = seen
		}
		for _, c := range status.Certificates { // soonest first
			if c.Org == x.org && c.Name == x.name && (c.Use == identity.UseNode || c.Use == identity.UseTLS) {
				s.Expires = c.NotAfter
				break
			}
		}
		if s.Healthy && x.operations != "" {
			asking.Go(func() { // what the supervisor saw may be seconds old
				height, err := x.probe(n.topology).Ask(ctx)
				switch {
				case errors.Is(err, syscall.ECONNREFUSED): // dead; a slow answer is the supervisor's to judge
					s.Healthy, s.Problem = false, "does not listen: "+err.Error()
					return
				case err == nil:
					s.Height = height
				}
				s.Version = version(ctx, x.operations)
			})
		}
	}
	asking.Wait()
	return status, nil
}

// version asks a node which release it is.
func version(ctx context.Context, operations string) string {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+operations+"/version", nil)
	if err != nil {
		return ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var v struct{ Version string }
	if json.NewDecoder(io.LimitReader(resp.Body, 4096)).Decode(&v) != nil {
		return ""
	}
	return v.Version
}

// NodeID finds a node by its name in the network, BankA-peer0, or as
// BankA/peer0.
func NodeID(t *topology.Topology, name string) (string, error) {
	name = strings.Replace(name, "/", "-", 1)
	var known []string
	for _, x := range nodes(t) {
		if strings.EqualFold(x.id, name) {
			return x.id, nil
		}
		known = append(known, x.id)
	}
	return "", fmt.Errorf("no node %q (hint: one of %s)", name, strings.Join(known, ", "))
}

// Restart ends one node and returns when its successor answers.
func Restart(ctx context.Context, stateDir, name string) error {
	n, err := open(Options{StateDir: stateDir})
	if err != nil {
		return err
	}
	id, err := NodeID(n.topology, name)
	if err != nil {
		return err
	}
	before, running, err := supervisor.Read(n.dir.Run())
	if err != nil || !running {
		return fmt.Errorf("restart %s: the network is not running (hint: qxl up)", id)
	}
	old, _ := before.Node(id)
	if err := supervisor.Restart(n.dir.Run(), id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		s, _, err := supervisor.Read(n.dir.Run())
		now, there := s.Node(id)
		if err == nil && there {
			if now.Phase == supervisor.Running && now.Healthy && now.PID != old.PID {
				return nil
			}
			if now.Phase == supervisor.Failing && now.Restarts > old.Restarts+1 {
				return nodeError(n.dir, now)
			}
		}
		select {
		case <-ctx.Done():
			return nodeError(n.dir, now)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// Log is the file of a node's log; "supervisor" is one too.
func Log(stateDir, name string) (string, error) {
	n, err := open(Options{StateDir: stateDir})
	if err != nil {
		return "", err
	}
	if name == "supervisor" {
		return n.dir.Log(name), nil
	}
	id, err := NodeID(n.topology, name)
	if err != nil {
		return "", err
	}
	return n.dir.Log(id), nil
}

// LastLines is the end of a log file.
func LastLines(file string, count int) []string { return supervisor.LastLines(file, count) }

// Follow copies what is added to a log to w until ctx ends.
func Follow(ctx context.Context, file string, w io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	defer f.Close()
	at, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read the log: %w", err)
	}
	for {
		if info, err := f.Stat(); err == nil && info.Size() < at { // trimmed
			if at, err = f.Seek(0, io.SeekStart); err != nil {
				return fmt.Errorf("read the log: %w", err)
			}
		}
		copied, err := io.Copy(w, f)
		if err != nil {
			return fmt.Errorf("read the log: %w", err)
		}
		at += copied
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(200 * time.Millisecond):
		}
	}
}
