package embedded

import (
	"github.com/syndtr/goleveldb/leveldb"
)

// view is the state of all organizations at one height. Simulations share
// it; its snapshots are released when nobody reads them any more.
type view struct {
	height  uint64
	channel *leveldb.Snapshot
	orgs    map[string]*leveldb.Snapshot
	refs    int // guarded by Engine.viewMu
}

// renew makes the view of the height that was just committed.
func (e *Engine) renew(height uint64) error {
	v := &view{height: height, orgs: make(map[string]*leveldb.Snapshot, len(e.orgs)), refs: 1}
	var err error
	if v.channel, err = e.channel.GetSnapshot(); err != nil {
		return err
	}
	for _, o := range e.peers() {
		if v.orgs[o.MSP], err = o.db.GetSnapshot(); err != nil {
			return err
		}
	}
	e.viewMu.Lock()
	old := e.view
	e.view = v
	e.viewMu.Unlock()
	if old != nil {
		e.leave(old)
	}
	return nil
}

// enter gives the current view; whoever enters must leave.
func (e *Engine) enter() *view {
	e.viewMu.Lock()
	defer e.viewMu.Unlock()
	e.view.refs++
	return e.view
}

func (e *Engine) leave(v *view) {
	e.viewMu.Lock()
	v.refs--
	last := v.refs == 0
	e.viewMu.Unlock()
	if last {
		v.channel.Release()
		for _, s := range v.orgs {
			s.Release()
		}
	}
}
