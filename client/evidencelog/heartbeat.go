package evidencelog

import (
	"context"
	"time"
)

// HeartbeatDue is when the log must have another leaf: HeartbeatEvery after
// its last one, or after it was made. It survives a restart.
func (l *Log) HeartbeatDue() time.Time {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.head.appended.Add(HeartbeatEvery)
}

// Beat appends a heartbeat if one is due, and says whether it did. A clock
// that was set back makes it due too: better a leaf too many than silence.
func (l *Log) Beat(ctx context.Context) (Receipt, bool, error) {
	now, due := l.o.Now(), l.HeartbeatDue()
	if now.Before(due) && due.Sub(now) <= HeartbeatEvery {
		return Receipt{}, false, nil
	}
	receipts, err := l.Append(ctx, []Entry{{Kind: KindHeartbeat}})
	if err != nil {
		return Receipt{}, false, err
	}
	return receipts[0], true, nil
}
