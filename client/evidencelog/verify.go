package evidencelog

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
	"golang.org/x/mod/sumdb/note"
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
// database itself cannot be read that is a finding, not an error. It changes
// nothing in the database.
func Audit(ctx context.Context, dir string, expect Expect) (*Report, error) {
	s, err := ReadFolder(dir)
	if err != nil {
		return nil, err
	}
	r, err := s.Verify(ctx, expect)
	return r, errors.Join(err, s.Close())
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

	// exported: what is read is a folder of tiles, which has no index, no
	// anchors and no head but its checkpoint.
	exported bool

	tree  levels
	bad   map[Hash]bool // hashes of leaves that are not there, or not what they were
	lost  map[uint64]bool
	doubt []span // leaves whose hashes, as the log signed them, cannot be known
	ends  map[[32]byte]tail
	index indexSum
	keys  int // of head.keys, that the leaves so far have brought in
}

func (a *audit) run() error {
	a.bad, a.lost, a.ends = map[Hash]bool{}, map[uint64]bool{}, map[[32]byte]tail{}
	a.index = newIndexSum()
	if a.exported {
		if a.checkpoint(); !a.known {
			return a.ctx.Err() // how long the log is, is not known
		}
	} else {
		a.readHead()
		a.foreignKeys()
	}
	size, err := a.leaves()
	if err != nil {
		return err
	}
	if err := a.tiles(size); err != nil {
		return err
	}
	sound := a.root(size)
	a.compare(size, sound)
	if a.exported {
		for _, path := range a.db.(*tileFolder).long {
			a.report.place(Tampered, path, "叶子文件有多余内容", "the file has more in it than its leaves")
		}
		return a.ctx.Err()
	}
	a.rotationsEnd()
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
	if len(a.expect.Keys) > 0 {
		want = a.expect.Keys[0].Name()
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
		var key note.Verifier
		if key, err = verifier(r.Log, a.head.key()); err == nil {
			a.signed, err = OpenCheckpoint(a.head.checkpoint, key)
		}
	}
	if err == nil {
		err = a.registered()
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

// checkpoint is readHead of exported tiles.
func (a *audit) checkpoint() {
	r := a.report
	if len(a.expect.Keys) > 0 {
		r.Log = a.expect.Keys[0].Name()
	}
	signed, err := a.db.(*tileFolder).read(checkpointFile, maxCheckpoint)
	if errors.Is(err, leveldb.ErrNotFound) {
		r.place(Missing, "head", "缺少检查点", "there is no checkpoint")
		return
	}
	if err == nil {
		a.signed, err = OpenAny(signed, a.expect.Keys)
	}
	if err != nil {
		r.place(Tampered, "head", "检查点不对", "the checkpoint is not signed with a key that the ledger has of the log: %v", err)
		return
	}
	a.known, r.Log, r.Size, r.Root, r.Keys = true, a.signed.Log, a.signed.Size, a.signed.Root, 1
}

// registered holds the keys that the log names against those that the ledger
// knows. One may be a rotation ahead of the other, or a copy behind; they may
// not differ.
func (a *audit) registered() error {
	for i, key := range a.head.keys[:min(len(a.head.keys), len(a.expect.Keys))] {
		v, err := verifier(a.report.Log, key)
		if err != nil {
			return err
		}
		if want := a.expect.Keys[i]; v.KeyHash() != want.KeyHash() {
			return fmt.Errorf("key %d of the log is %08x, the ledger knows %08x", i+1, v.KeyHash(), want.KeyHash())
		}
	}
	return nil
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
	r, same := a.report, uint64(0)
	trees := a.expect.trees()
	for _, t := range trees {
		if t.Size > size || !sound {
			break
		}
		if a.doubtful(t.Size) {
			continue
		}
		if root := a.tree.rootAt(t.Size); root != t.Root {
			r.find(Finding{Verdict: Fork, Place: "head", First: same, Last: t.Size - 1, Zh: "日志与链上记录分叉", En: fmt.Sprintf("the log's tree of %d leaves has the root %s, %s was anchored or receipted; up to leaf %d they agree", t.Size, root, t.Root, same)})
			break
		}
		same = t.Size
	}
	if last := len(trees) - 1; last >= 0 && trees[last].Size > size {
		r.find(Finding{Verdict: RolledBack, Place: "head", First: size, Last: trees[last].Size - 1, Zh: "日志比链上记录短", En: fmt.Sprintf("the log has %d leaves, %d were anchored or receipted", size, trees[last].Size)})
		return
	}
	if a.expect.Size < size {
		r.find(Finding{Verdict: Unanchored, Place: "leaf", First: a.expect.Size, Last: size - 1, Zh: "尚未上链", En: "newer than what was anchored"})
	}
}

// span is a range of leaves.
type span struct{ first, last uint64 }

// doubtful tells whether a tree of this size ends amid leaves whose hashes
// cannot be known: what it should be cannot be said then.
func (a *audit) doubtful(size uint64) bool {
	return slices.ContainsFunc(a.doubt, func(s span) bool { return s.first < size && size <= s.last })
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
			if err == nil && a.expect.Mark != nil {
				err = a.expect.Mark(at, mark.Anchor)
			}
		}
		switch {
		case err != nil || c.Size != at:
			a.report.place(Tampered, place, "上链标记不对", "the mark of an anchor: %v", err)
		case at > size:
			a.report.place(RolledBack, place, "日志比上链标记短", "the log has %d leaves, %d were anchored", size, at)
		case sound && !a.doubtful(at) && a.tree.rootAt(at) != c.Root:
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
