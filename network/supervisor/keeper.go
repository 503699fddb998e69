package supervisor

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// keeper runs one process over and over.
type keeper struct {
	dir     string
	process Process
	limits  Limits
	board   *board
	adopt   *found // a process that outlived an earlier supervisor

	restart chan string // why: ends the present process; another follows
	stop    chan struct{}
	done    chan struct{}
}

func newKeeper(dir string, p Process, l Limits, b *board, adopt *found) *keeper {
	return &keeper{dir: dir, process: p, limits: l, board: b, adopt: adopt,
		restart: make(chan string, 1), stop: make(chan struct{}), done: make(chan struct{})}
}

// again asks for a restart; a request already waiting is enough.
func (k *keeper) again(why string) {
	select {
	case k.restart <- why:
	default:
	}
}

func (k *keeper) run() {
	defer close(k.done)
	name := k.process.Name
	pause := 200 * time.Millisecond
	for {
		begun := time.Now()
		ended, proc, err := k.begin()
		why := ""
		if err != nil {
			why = "cannot start: " + err.Error()
		} else {
			watching, cancel := context.WithCancel(context.Background())
			go k.watch(watching, proc)
			select {
			case how := <-ended:
				why = how
			case reason := <-k.restart:
				k.end(proc, ended)
				why = reason
			case <-k.stop:
				k.end(proc, ended)
			}
			cancel()
		}
		os.Remove(k.pidFile())
		select {
		case <-k.stop:
			k.board.update(name, func(n *Node) { n.Phase, n.PID, n.Healthy = Stopped, 0, false })
			return
		default:
		}
		if time.Since(begun) > time.Minute {
			pause = 200 * time.Millisecond
		}
		k.board.update(name, func(n *Node) {
			n.Phase, n.PID, n.Healthy, n.Problem = Failing, 0, false, why
			n.Restarts++
		})
		k.board.say(name, "%s; starting it again in %s", why, pause)
		select {
		case <-time.After(pause):
		case <-k.stop:
			k.board.update(name, func(n *Node) { n.Phase = Stopped })
			return
		}
		pause = min(2*pause, time.Duration(k.limits.Backoff))
	}
}

func (k *keeper) pidFile() string { return filepath.Join(k.dir, k.process.Name+".pid") }

// begin starts the process, or takes over the one that already runs. The
// channel tells how it ended.
func (k *keeper) begin() (<-chan string, found, error) {
	select { // what was asked before this start is met by it
	case <-k.restart:
	default:
	}
	ended := make(chan string, 1)
	var proc found
	if k.adopt != nil {
		proc, k.adopt = *k.adopt, nil
		k.board.say(k.process.Name, "taken over as process %d", proc.pid)
		go func() { // not our child: nobody tells us when it ends
			for proc.alive() {
				time.Sleep(250 * time.Millisecond)
			}
			ended <- "ended"
		}()
	} else {
		cmd, err := k.launch()
		if err != nil {
			return nil, proc, err
		}
		start, _ := startOf(cmd.Process.Pid)
		proc = found{pid: cmd.Process.Pid, name: k.process.Name, start: start}
		go func() {
			err := cmd.Wait()
			how := "ended by itself"
			if err != nil {
				how = "ended: " + err.Error()
			}
			ended <- how
		}()
	}
	k.board.update(k.process.Name, func(n *Node) {
		n.Phase, n.PID, n.Since = Starting, proc.pid, time.Now()
	})
	if err := os.WriteFile(k.pidFile(), []byte(fmt.Sprintf("%d %d\n", proc.pid, proc.start)), 0o644); err != nil {
		k.board.say(k.process.Name, "cannot write its process number: %v", err)
	}
	return ended, proc, nil
}

func (k *keeper) launch() (*exec.Cmd, error) {
	p := k.process
	if err := os.MkdirAll(filepath.Dir(p.Log), 0o755); err != nil {
		return nil, err
	}
	log, err := os.OpenFile(p.Log, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	fmt.Fprintf(log, "---- started %s\n", time.Now().Format(time.RFC3339))
	cmd := exec.Command(p.Program, p.Args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = p.Dir, log, log
	cmd.Env = append(append([]string{}, p.Env...), mark(k.dir, p.Name, p.spec()))
	// A group of its own: a signal to the supervisor's group is not its.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd, cmd.Start()
}

// end has the process finish, by force after a while.
func (k *keeper) end(proc found, ended <-chan string) {
	proc.signal(syscall.SIGTERM)
	proc.signal(syscall.SIGCONT) // a stopped process does not hear SIGTERM
	select {
	case <-ended:
	case <-time.After(time.Duration(k.limits.Stop)):
		k.board.say(k.process.Name, "did not end within %s: killed", time.Duration(k.limits.Stop))
		proc.signal(syscall.SIGKILL)
		<-ended
	}
}

// watch looks at the process until ctx ends, and asks for a restart when it
// neither answers nor ends.
func (k *keeper) watch(ctx context.Context, proc found) {
	name, begun, answered, late := k.process.Name, time.Now(), false, 0
	for {
		a := k.process.Probe.ask(ctx, time.Duration(k.limits.Answer))
		if ctx.Err() != nil {
			return
		}
		if a.err == nil {
			answered, late = true, 0
		} else if a.timeout {
			late++
		}
		k.board.update(name, func(n *Node) {
			n.Healthy = a.err == nil
			if a.err == nil {
				n.Phase, n.Problem = Running, ""
				n.Height, n.Leader = a.height, a.leader
			} else if answered {
				n.Problem = a.err.Error()
			}
		})
		switch {
		case late >= k.limits.Frozen:
			k.again("frozen: gave no answer " + strconv.Itoa(late) + " times in a row")
			return
		case a.err != nil && !a.timeout && time.Since(begun) > time.Duration(k.limits.Silent) && !listens(a.err):
			k.again("does not listen: " + a.err.Error())
			return
		}
		pause := time.Duration(k.limits.Poll)
		if !answered {
			pause = min(pause, 300*time.Millisecond)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		trim(k.process.Log)
	}
}
