package evidencelog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// Verify reads every leaf, tile, index entry and anchor again, computes every
// hash anew and says what is wrong and where. It goes by the log as it stands
// when called; appending goes on meanwhile. It always ends, whatever is stored.
func (l *Log) Verify(ctx context.Context, expect Expect) (*Report, error) {
	l.mu.RLock()
	if l.closed {
		l.mu.RUnlock()
		return nil, ErrClosed
	}
	snapshot, err := l.db.GetSnapshot()
	l.mu.RUnlock()
	if err != nil {
		return nil, err
	}
	defer snapshot.Release()
	a := &audit{ctx: ctx, db: snapshot, expect: expect, report: &Report{Findings: []Finding{}}}
	return a.report, a.run()
}

// Audit is Verify of a log that need not be in a state to be opened: where the
// database itself cannot be read that is a finding, not an error.
func Audit(ctx context.Context, dir string, expect Expect) (*Report, error) {
	l, err := openUnchecked(dir, Options{})
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		r := &Report{Findings: []Finding{}}
		r.place(Tampered, "database", "数据库无法读取", "the database cannot be opened: %v", damaged.Err)
		return r, nil
	}
	if err != nil {
		return nil, err
	}
	defer l.Close()
	return l.Verify(ctx, expect)
}

// store is what an audit reads: a snapshot.
type store interface {
	Get(key []byte, ro *opt.ReadOptions) ([]byte, error)
	NewIterator(slice *util.Range, ro *opt.ReadOptions) iterator.Iterator
}

type audit struct {
	ctx    context.Context
	db     store
	expect Expect
	report *Report

	head   head
	signed Checkpoint // the log's own last checkpoint
	known  bool       // signed could be read

	tree  levels
	bad   map[Hash]bool // hashes of leaves that are not there, or not what they were
	lost  map[uint64]bool
	ends  map[[32]byte]tail
	index indexSum
	keys  int // of head.keys, that the leaves so far have brought in
}

func (a *audit) run() error {
	a.bad, a.lost, a.ends = map[Hash]bool{}, map[uint64]bool{}, map[[32]byte]tail{}
	a.index = newIndexSum()
	a.readHead()
	a.foreignKeys()
	size, err := a.leaves()
	if err != nil {
		return err
	}
	if err := a.tiles(size); err != nil {
		return err
	}
	sound := a.root(size)
	a.rotationsEnd()
	a.compare(size, sound)
	a.anchors(size, sound)
	if err := a.subjects(); err != nil {
		return err
	}
	return a.ctx.Err()
}

// readHead reads what the log says of itself.
func (a *audit) readHead() {
	r := a.report
	name, err := a.db.Get(keyLog, nil)
	var ok bool
	r.Log, ok = strings.CutPrefix(string(name), storeVersion)
	want := r.Log
	if a.expect.Key != nil {
		want = a.expect.Key.Name()
	}
	if err != nil || !ok || checkLogName(r.Log) != nil || r.Log != want {
		r.place(Tampered, "head", "日志名称不对", "the log's name is %q, want %q", r.Log, want)
		r.Log = want
	}
	raw, err := a.db.Get(keyHead, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		r.place(Missing, "head", "缺少日志头", "there is no head")
		return
	}
	if err == nil {
		a.head, err = decodeHead(raw)
	}
	if err == nil {
		key := a.expect.Key
		if key == nil {
			key, err = verifier(r.Log, a.head.key())
		}
		if err == nil {
			a.signed, err = OpenCheckpoint(a.head.checkpoint, key)
		}
	}
	if err == nil && a.signed.Log != r.Log {
		err = fmt.Errorf("the checkpoint is of %s", a.signed.Log)
	}
	if err == nil && a.head.indexed > a.signed.Size {
		err = fmt.Errorf("%d leaves are indexed, there are %d", a.head.indexed, a.signed.Size)
	}
	if err == nil && !bytes.Equal(a.head.encode(), raw) {
		err = errors.New("not written as heads are")
	}
	if err != nil {
		r.place(Tampered, "head", "日志头不对", "the head of the log: %v", err)
		return
	}
	a.known, r.Size, r.Root, r.Keys = true, a.signed.Size, a.signed.Root, len(a.head.keys)
}

// foreignKeys finds what does not belong into the database at all.
func (a *audit) foreignKeys() {
	walk := a.db.NewIterator(nil, nil)
	defer walk.Release()
	for ok := walk.First(); ok; {
		key := walk.Key()
		known := false
		for _, prefix := range []string{prefixAnchor, prefixEntry, prefixSubject, prefixTile} {
			if bytes.HasPrefix(key, []byte(prefix)) {
				known, ok = true, walk.Seek(util.BytesPrefix([]byte(prefix)).Limit)
				break
			}
		}
		if known {
			continue
		}
		if !bytes.Equal(key, keyHead) && !bytes.Equal(key, keyLog) && !bytes.Equal(key, keyAnchors) {
			a.report.place(Tampered, "database", "数据库中有不明内容", "a foreign key %q", key)
		}
		ok = walk.Next()
	}
	if err := walk.Error(); err != nil {
		a.report.place(Tampered, "database", "数据库无法读取", "%v", err)
	}
}

// root compares the tree computed from what is stored with the log's own last
// checkpoint, and reports whether they agree: whether the log is at one with
// itself.
func (a *audit) root(size uint64) bool {
	if !a.known || size != a.signed.Size {
		return false
	}
	root := a.tree.rootAt(size)
	if root == a.signed.Root {
		return true
	}
	if a.report.Faults == 0 { // else what was found explains it
		a.report.place(Tampered, "head", "日志树与签名不符", "leaves and tiles give the root %s, the log signed %s", root, a.signed.Root)
	}
	return false
}

// compare holds the log against what was anchored.
func (a *audit) compare(size uint64, sound bool) {
	r, want := a.report, a.expect.Size
	switch {
	case want > size:
		r.find(Finding{Verdict: RolledBack, Place: "head", First: size, Last: want - 1, Zh: "日志比链上记录短", En: fmt.Sprintf("the log has %d leaves, %d were anchored", size, want)})
		return
	case want > 0 && sound && a.tree.rootAt(want) != a.expect.Root:
		r.place(Fork, "head", "日志与链上记录分叉", "the log's tree of %d leaves has the root %s, %s was anchored", want, a.tree.rootAt(want), a.expect.Root)
	}
	if want < size {
		r.find(Finding{Verdict: Unanchored, Place: "leaf", First: want, Last: size - 1, Zh: "尚未上链", En: "newer than what was anchored"})
	}
}

// anchors checks the marks of what was anchored.
func (a *audit) anchors(size uint64, sound bool) {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixAnchor)), nil)
	defer walk.Release()
	var sum anchorSum
	for walk.Next() {
		sum.add(walk.Key(), walk.Value())
		mark, at, err := decodeAnchor(walk.Key(), walk.Value())
		place := fmt.Sprintf("anchor %d", at)
		var c Checkpoint
		if err == nil {
			c, err = a.openOld(mark.Checkpoint)
			if err != nil && !a.known {
				continue // without a head it is not known which keys the log has had
			}
		}
		switch {
		case err != nil || c.Size != at:
			a.report.place(Tampered, place, "上链标记不对", "the mark of an anchor: %v", err)
		case at > size:
			a.report.place(RolledBack, place, "日志比上链标记短", "the log has %d leaves, %d were anchored", size, at)
		case sound && a.tree.rootAt(at) != c.Root:
			a.report.place(Fork, place, "日志与上链标记分叉", "the log signed two histories of %d leaves", at)
		}
	}
	if err := walk.Error(); err != nil {
		a.report.place(Tampered, "anchors", "上链标记无法读取", "%v", err)
		return
	}
	raw, err := a.db.Get(keyAnchors, nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		raw, err = (&anchorSum{}).encode(), nil
	}
	if err != nil || !bytes.Equal(raw, sum.encode()) {
		a.report.place(Tampered, "anchors", "上链标记有增减", "marks of anchors were added, changed or taken away")
	}
}

// openOld opens a checkpoint that any of the log's keys may have signed.
func (a *audit) openOld(signed []byte) (c Checkpoint, err error) {
	err = errors.New("the log's keys are not known")
	for i := len(a.head.keys) - 1; i >= 0; i-- {
		v, vErr := verifier(a.report.Log, a.head.keys[i])
		if vErr != nil {
			return c, vErr
		}
		if c, err = OpenCheckpoint(signed, v); err == nil {
			return c, nil
		}
	}
	return c, err
}

// anchorSum tells whether marks of anchors are all there and as they were: their number and the sum,
// without carry, of their hashes. It finds damage; a mark's truth is on the ledger.
type anchorSum struct {
	count uint64
	sum   Hash
}

func (s *anchorSum) add(key, value []byte) {
	s.count++
	h := hashNode(hashLeaf(key), hashLeaf(value))
	for i := range s.sum {
		s.sum[i] ^= h[i]
	}
}

func (s *anchorSum) encode() []byte {
	return append(binary.BigEndian.AppendUint64(nil, s.count), s.sum[:]...)
}

func decodeAnchorSum(b []byte) (s anchorSum, err error) {
	if len(b) != 8+len(s.sum) {
		return s, errors.New("the sum of the anchors is none")
	}
	s.count = binary.BigEndian.Uint64(b)
	copy(s.sum[:], b[8:])
	return s, nil
}
