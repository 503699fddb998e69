package supervisor

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gofrs/flock"
)

// ErrRunning says that the directory has a supervisor already.
var ErrRunning = errors.New("a supervisor runs already for this directory")

func lockFile(dir string) string { return filepath.Join(dir, "supervisor.lock") }

// isRunning reports whether a supervisor holds the directory.
func isRunning(dir string) (bool, error) {
	if _, err := os.Stat(lockFile(dir)); err != nil {
		return false, nil
	}
	lock := flock.New(lockFile(dir))
	got, err := lock.TryRLock()
	if err != nil {
		return false, fmt.Errorf("ask for the supervisor's lock: %w", err)
	}
	if got {
		return false, lock.Unlock()
	}
	return true, nil
}

// Run supervises the processes of dir until ctx ends or SIGTERM comes, then
// stops them. SIGHUP reads the configuration again.
func Run(ctx context.Context, dir string) error {
	dir, err := canonical(dir)
	if err != nil {
		return err
	}
	lock := flock.New(lockFile(dir))
	// Whoever asks whether we run holds the lock for an instant.
	for i := 0; ; i++ {
		got, err := lock.TryLock()
		if err != nil {
			return fmt.Errorf("take the supervisor's lock: %w", err)
		}
		if got {
			break
		}
		if i == 20 {
			return ErrRunning
		}
		time.Sleep(50 * time.Millisecond)
	}
	defer lock.Unlock()
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP)
	defer signal.Stop(signals)

	s := &supervisor{dir: dir, keepers: map[string]*keeper{}, seen: map[string]follower{}}
	s.board = &board{dir: dir, changed: true, state: State{PID: os.Getpid(), Since: time.Now()},
		log: func(e Event) { log.Printf("%s: %s", e.Node, e.What) }}
	if err := s.takeOver(); err != nil {
		return err
	}
	if err := s.reload(); err != nil {
		return err
	}
	return s.loop(ctx, signals)
}

type supervisor struct {
	dir     string
	limits  Limits
	keepers map[string]*keeper
	board   *board
	orphans map[string]found
	seen    map[string]follower
}

// takeOver finds the processes that an earlier supervisor left.
func (s *supervisor) takeOver() error {
	all, err := find(s.dir)
	if err != nil {
		return err
	}
	s.orphans = map[string]found{}
	for _, f := range all {
		if f.name != self {
			s.orphans[f.name] = f
		}
	}
	return nil
}

// reload brings what runs in line with the configuration.
func (s *supervisor) reload() error {
	c, err := read(s.dir)
	if err != nil {
		return err
	}
	s.limits = c.Limits.completed()
	wanted := map[string]Process{}
	for _, p := range c.Processes {
		wanted[p.Name] = p
	}
	var ending []string
	for name, k := range s.keepers {
		if p, ok := wanted[name]; !ok || p.spec() != k.process.spec() {
			close(k.stop)
			ending = append(ending, name)
		}
	}
	for _, name := range ending {
		_, ok := wanted[name]
		<-s.keepers[name].done
		delete(s.keepers, name)
		if !ok {
			s.board.forget(name)
			s.board.say(name, "taken away")
		} else {
			s.board.say(name, "restarted as asked")
		}
	}
	for _, p := range c.Processes { // in order: the first in the file starts first
		if s.keepers[p.Name] != nil {
			continue
		}
		var adopt *found
		if f, ok := s.orphans[p.Name]; ok {
			delete(s.orphans, p.Name)
			if f.spec == p.spec() {
				adopt = &f
			} else {
				finish([]found{f}, time.Duration(s.limits.Stop))
			}
		}
		k := newKeeper(s.dir, p, s.limits, s.board, adopt)
		s.keepers[p.Name] = k
		go k.run()
	}
	var strays []found
	for name, f := range s.orphans {
		strays = append(strays, f)
		s.board.say(name, "process %d belongs to no node any more: stopped", f.pid)
	}
	finish(strays, time.Duration(s.limits.Stop))
	s.orphans = map[string]found{}
	return nil
}

func (s *supervisor) loop(ctx context.Context, signals <-chan os.Signal) error {
	flush := time.NewTicker(200 * time.Millisecond)
	defer flush.Stop()
	follows := time.NewTicker(time.Duration(s.limits.Poll))
	defer follows.Stop()
	for {
		select {
		case <-ctx.Done():
			return s.end()
		case sig := <-signals:
			if sig != syscall.SIGHUP {
				return s.end()
			}
			if err := s.reload(); err != nil {
				s.board.say(self, "%v", err)
			}
		case now := <-follows.C:
			s.board.mu.Lock()
			nodes := append([]Node(nil), s.board.state.Nodes...)
			s.board.mu.Unlock()
			for name, why := range follow(nodes, s.seen, now, time.Duration(s.limits.Behind)) {
				if k := s.keepers[name]; k != nil {
					k.again(why)
				}
			}
		case <-flush.C:
			if err := s.board.flush(); err != nil {
				log.Printf("supervisor: %v", err)
			}
		}
	}
}

func (s *supervisor) end() error {
	for _, k := range s.keepers {
		close(k.stop)
	}
	for _, k := range s.keepers {
		<-k.done
	}
	return s.board.flush()
}

// canonical is the one name of a directory, since marks are compared as text.
func canonical(dir string) (string, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(abs)
	if err != nil {
		return "", fmt.Errorf("find the run directory: %w", err)
	}
	return real, nil
}
