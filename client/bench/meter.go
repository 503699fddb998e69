package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Client is the kind of the program that measures.
const Client = "client"

// tick is the unit of /proc/PID/stat: USER_HZ, which is 100 on every Linux
// that Go runs on.
const tick = 10 * time.Millisecond

// usage is CPU time so far.
type usage struct {
	kinds map[string]time.Duration
	all   time.Duration // of the machine
}

// measure reads what the processes and the machine have used.
func measure(pids map[string][]int) (usage, error) {
	u := usage{kinds: map[string]time.Duration{}}
	for _, kind := range slices.Sorted(maps.Keys(pids)) {
		for _, pid := range pids[kind] {
			d, err := cpuOf(pid)
			if err != nil {
				return u, fmt.Errorf("CPU time of %s, process %d: %w", kind, pid, err)
			}
			u.kinds[kind] += d
		}
	}
	var err error
	u.all, err = cpuOfMachine()
	return u, err
}

// cpuOf reads user and system time of a process.
func cpuOf(pid int) (time.Duration, error) {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return parseStat(string(data))
}

// parseStat reads fields 14 and 15. The second field is the program's name in
// brackets and may hold anything.
func parseStat(line string) (time.Duration, error) {
	rest := line[strings.LastIndexByte(line, ')')+1:]
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0, fmt.Errorf("%d fields of a process's state, want 13 and more", len(fields))
	}
	return ticks(fields[11], fields[12])
}

func cpuOfMachine() (time.Duration, error) {
	data, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseMachine(string(data))
}

// parseMachine adds up what all processes have used: user, nice, system, irq
// and softirq.
func parseMachine(text string) (time.Duration, error) {
	first, _, _ := strings.Cut(text, "\n")
	f := strings.Fields(first)
	if len(f) < 8 || f[0] != "cpu" {
		return 0, fmt.Errorf("the machine's state begins with %q, not cpu", first)
	}
	return ticks(f[1], f[2], f[3], f[6], f[7])
}

func ticks(fields ...string) (time.Duration, error) {
	var sum time.Duration
	for _, f := range fields {
		n, err := strconv.ParseInt(f, 10, 64)
		if err != nil {
			return 0, err
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

// disk is the space that files take, in bytes. What vanishes meanwhile is not
// counted.
func disk(dir string) (int64, error) {
	var sum int64
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		if s, ok := info.Sys().(*syscall.Stat_t); ok {
			sum += s.Blocks * 512
		}
		return nil
	})
	return sum, err
}

// Machine is where it was measured.
type Machine struct {
	CPU    string `json:"cpu"`
	Cores  int    `json:"cores"`
	Memory int64  `json:"memory_bytes"`
}

// ThisMachine describes this machine.
func ThisMachine() Machine {
	m := Machine{Cores: runtime.NumCPU()}
	if data, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(data)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	var s syscall.Sysinfo_t
	if syscall.Sysinfo(&s) == nil {
		m.Memory = int64(s.Totalram) * int64(s.Unit)
	}
	return m
}

// load is the load average of the last minute.
func load() float64 {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	f, _, _ := strings.Cut(string(data), " ")
	n, _ := strconv.ParseFloat(f, 64)
	return n
}

// meter measures one run of a part.
type meter struct {
	bench  *Bench
	part   string
	begun  time.Time
	load   float64
	speed  float64
	disk   int64
	before usage
	pids   map[string][]int
	delays delays
}

func (b *Bench) start(part string) (*meter, error) {
	m := &meter{bench: b, part: part, load: load()}
	var err error
	if m.speed, err = speed(); err != nil {
		return nil, err
	}
	if m.pids, err = b.Processes(); err != nil {
		return nil, err
	}
	m.pids[Client] = append(m.pids[Client], os.Getpid())
	if m.disk, err = disk(b.Data); err != nil {
		return nil, err
	}
	m.before, err = measure(m.pids)
	m.begun = time.Now()
	return m, err
}

// stop waits until every peer has what was committed and gives the figures.
func (m *meter) stop(ctx context.Context) (Run, error) {
	d := m.delays.all()
	if len(d.each) == 0 {
		return Run{}, fmt.Errorf("part %s: nothing was committed", m.part)
	}
	if err := m.bench.everyPeer(ctx, d.lastBlock); err != nil {
		return Run{}, err
	}
	took := time.Since(m.begun)
	after, err := measure(m.pids)
	if err != nil {
		return Run{}, fmt.Errorf("a process ended during part %s: %w", m.part, err)
	}
	grown, err := disk(m.bench.Data)
	if err != nil {
		return Run{}, err
	}
	afterwards, err := speed()
	if err != nil {
		return Run{}, err
	}
	commands := float64(d.commands)
	r := Run{Part: m.part, Transactions: len(d.each), Commands: d.commands, Refused: d.refused, Seconds: took.Seconds(),
		TransactionsPerSecond: float64(len(d.each)) / took.Seconds(), CommandsPerSecond: commands / took.Seconds(),
		CPU: map[string]float64{}, DiskPerCommand: float64(grown-m.disk) / commands, Load: m.load, Speed: (m.speed + afterwards) / 2}
	others := after.all - m.before.all
	for kind, used := range after.kinds {
		used -= m.before.kinds[kind]
		others -= used
		r.CPU[kind] = used.Seconds() * 1000 / commands
	}
	r.Others = max(others.Seconds(), 0) / took.Seconds()
	r.P50, r.P95, r.P99 = d.percentile(50), d.percentile(95), d.percentile(99)
	return r, nil
}
