package supervisor

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"
)

// listens reports whether an error came from a process that answered at all.
func listens(err error) bool { return !errors.Is(err, syscall.ECONNREFUSED) }

// follower remembers when a node last got ahead.
type follower struct {
	height uint64
	moved  time.Time
	pid    int
}

// follow names the nodes that are behind the highest and have not moved for
// the limit. A node's health endpoint says nothing of this: an orderer that has
// missed 500 blocks still calls itself well.
func follow(nodes []Node, seen map[string]follower, now time.Time, limit time.Duration) map[string]string {
	var top uint64
	for _, n := range nodes {
		top = max(top, n.Height)
	}
	lagging := map[string]string{}
	for _, n := range nodes {
		if n.Height == 0 || n.Phase != Running {
			delete(seen, n.Name) // not on the channel, or not there
			continue
		}
		f, ok := seen[n.Name]
		if !ok || n.Height != f.height || n.PID != f.pid || n.Height == top {
			seen[n.Name] = follower{n.Height, now, n.PID}
			continue
		}
		if idle := now.Sub(f.moved); idle >= limit {
			lagging[n.Name] = fmt.Sprintf("does not follow: at block %d for %s while others are at %d", n.Height, idle.Round(time.Second), top)
			delete(seen, n.Name)
		}
	}
	return lagging
}

const logLimit = 64 << 20

// trim keeps a log below its limit: what is there moves to LOG.1. The process
// writes on, since its log is open for appending.
func trim(log string) {
	info, err := os.Stat(log)
	if err != nil || info.Size() < logLimit {
		return
	}
	from, err := os.Open(log)
	if err != nil {
		return
	}
	defer from.Close()
	to, err := os.Create(log + ".1")
	if err != nil {
		return
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err == nil {
		_ = os.Truncate(log, 0) // else tried again at the next look
	}
}
