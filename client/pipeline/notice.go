package pipeline

import (
	"fmt"
	"sync"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// pauseAfter is how long the ledger may fail to answer before the pipeline
// says that it pauses: shorter troubles are everyday.
const pauseAfter = time.Second

// watch follows troubles of deliveries that run at once.
type watch struct {
	mu         sync.Mutex
	paused     bool
	retried    int
	mismatches int
}

func (w *watch) counts() (retried, mismatches int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.retried, w.mismatches
}

// trouble is told of each failed attempt, and of its end.
func (p *Pipeline) trouble(t book.Trouble) {
	w := &p.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.Err == nil {
		if w.paused {
			w.paused = false
			p.notify(Notice{Zh: "账本已恢复,继续处理", En: "the ledger answers again, going on"})
		}
		return
	}
	w.retried++
	switch ledger.CodeOf(t.Err) {
	case ledger.CodeMismatch:
		w.mismatches++
		return
	case ledger.CodeMVCC, ledger.CodePhantom:
		return
	}
	if w.paused || time.Since(t.Since) < pauseAfter {
		return
	}
	w.paused = true
	p.notify(Notice{Paused: true, Since: t.Since, Err: t.Err,
		Zh: fmt.Sprintf("账本暂不可用,已暂停,恢复后自动继续:%v", t.Err),
		En: fmt.Sprintf("the ledger does not answer; paused, goes on by itself: %v", t.Err)})
}

func (p *Pipeline) notify(n Notice) {
	if p.o.Notice != nil {
		p.o.Notice(n)
	}
}

// report calls Progress. The pipeline's lock is held, so calls do not
// overlap.
func (p *Pipeline) report() {
	if p.o.Progress != nil {
		p.o.Progress(p.counts())
	}
}

// count notes a decision.
func (p *Pipeline) count(r Result, err error) {
	p.progress.Decided++
	switch {
	case err != nil:
		p.progress.Failed++
	case r.Outcome == command.Accepted.String():
		p.progress.Accepted++
	case r.Outcome == command.AlreadyApplied.String():
		p.progress.Already++
	default:
		p.progress.Refused++
	}
}
