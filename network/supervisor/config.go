package supervisor

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// Config is all a supervisor runs. It lies in the run directory, so that a
// supervisor started by anyone, at any time, does the same.
type Config struct {
	Processes []Process `json:"processes"`
	Limits    Limits    `json:"limits"`
}

// Process is one process to keep running.
type Process struct {
	Name    string   `json:"name"`
	Program string   `json:"program"`
	Args    []string `json:"args"`
	Env     []string `json:"env"` // all of it: nothing is inherited
	Dir     string   `json:"dir"`
	Log     string   `json:"log"`
	// Stamp is anything that, changed, has the process restarted: which build
	// the program is.
	Stamp string `json:"stamp,omitempty"`
	// Generation is counted up to have the process restarted.
	Generation int   `json:"generation"`
	Probe      Probe `json:"probe"`
}

// Probe says how to ask a process how it is. Empty fields are not asked.
type Probe struct {
	// Health is a URL that answers 200 while the process is well.
	Health string `json:"health,omitempty"`
	// Metrics is a URL of Prometheus metrics with ledger_blockchain_height.
	Metrics string `json:"metrics,omitempty"`
	// Channel is the channel whose height counts.
	Channel string `json:"channel,omitempty"`
	// TLS is an address that completes a handshake while the process is well.
	TLS  string `json:"tls,omitempty"`
	Cert string `json:"cert,omitempty"` // client certificate of that handshake
	Key  string `json:"key,omitempty"`
	Root string `json:"root,omitempty"`
}

// Limits say when a process is restarted. Zero means the default.
type Limits struct {
	// Poll is the time between two looks at a process.
	Poll Duration `json:"poll"` // 3 s
	// Answer is how long an answer may take.
	Answer Duration `json:"answer"` // 5 s
	// Frozen is after how many answers in a row that did not come in time a
	// living process counts as frozen.
	Frozen int `json:"frozen"` // 4
	// Silent is how long after its start a process may refuse connections.
	Silent Duration `json:"silent"` // 60 s
	// Behind is how long a node may be behind the highest without progress.
	Behind Duration `json:"behind"` // 45 s
	// Stop is how long a process has to end before it is killed.
	Stop Duration `json:"stop"` // 15 s
	// Backoff is the longest pause before a process that keeps ending is started again.
	Backoff Duration `json:"backoff"` // 20 s
}

func (l Limits) completed() Limits {
	set := func(d *Duration, v time.Duration) {
		if *d == 0 {
			*d = Duration(v)
		}
	}
	set(&l.Poll, 3*time.Second)
	set(&l.Answer, 5*time.Second)
	set(&l.Silent, time.Minute)
	set(&l.Behind, 45*time.Second)
	set(&l.Stop, 15*time.Second)
	set(&l.Backoff, 20*time.Second)
	if l.Frozen == 0 {
		l.Frozen = 4
	}
	return l
}

// Duration is a time.Duration that reads as "45s" in JSON.
type Duration time.Duration

func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// spec identifies what a process was started from.
func (p Process) spec() string {
	data, err := json.Marshal([]any{p.Program, p.Args, p.Env, p.Dir, p.Stamp, p.Generation})
	if err != nil {
		panic(err) // strings and numbers always encode
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

func configFile(dir string) string { return filepath.Join(dir, "supervisor.json") }

// Write stores the configuration for the supervisor of dir. Generations that
// an earlier configuration counted up are kept.
func Write(dir string, c Config) error {
	if old, err := read(dir); err == nil {
		counted := map[string]int{}
		for _, p := range old.Processes {
			counted[p.Name] = p.Generation
		}
		for i := range c.Processes {
			c.Processes[i].Generation += counted[c.Processes[i].Name]
		}
	}
	return write(dir, c)
}

func write(dir string, c Config) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("write supervisor configuration: %w", err)
	}
	return replaceJSON(configFile(dir), c)
}

func read(dir string) (Config, error) {
	var c Config
	data, err := os.ReadFile(configFile(dir))
	if err == nil {
		err = json.Unmarshal(data, &c)
	}
	if err != nil {
		return c, fmt.Errorf("read supervisor configuration: %w", err)
	}
	return c, nil
}

// replaceJSON writes a file whole or not at all. Environments may name secrets,
// so only the owner reads it.
func replaceJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(file), err)
	}
	tmp := file + ".tmp"
	if err := os.WriteFile(tmp, data, 0o600); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(file), err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("write %s: %w", filepath.Base(file), err)
	}
	return nil
}
