package evidencelog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// tail is the end of a subject's chain: the number and hash of its last leaf.
type tail struct {
	n    uint64
	hash Hash
}

// tails remembers the ends of chains: all those with leaves that the index does
// not have, and many of those met lately. Of two generations the older is
// forgotten when the younger is full.
type tails struct{ young, old map[[32]byte]*chainEnd }

// chainEnd is where a chain ends, and where it will once a batch is on the
// disk: what a batch that failed has left in next is not looked at.
type chainEnd struct {
	tail
	next  tail
	batch uint64 // that set next
}

// in is the end of the chain as the leaves of a batch see it.
func (e *chainEnd) in(batch uint64) *tail {
	if e.batch != batch {
		e.batch, e.next = batch, e.tail
	}
	return &e.next
}

// tailsKept bounds a generation: about 40 MB.
const tailsKept = 1 << 18

func (c *tails) find(subject [32]byte) *chainEnd {
	e := c.young[subject]
	if e == nil {
		if e = c.old[subject]; e != nil {
			c.young[subject] = e
		}
	}
	return e
}

// set makes an end known that is on the disk.
func (c *tails) set(subject [32]byte, t tail) *chainEnd {
	e := c.find(subject)
	if e == nil {
		e = new(chainEnd)
		if c.young == nil {
			c.young = map[[32]byte]*chainEnd{}
		}
		c.young[subject] = e
	}
	e.tail = t
	return e
}

// age forgets the older ends. All have been indexed.
func (c *tails) age() {
	if len(c.young) > tailsKept {
		c.old, c.young = c.young, map[[32]byte]*chainEnd{}
	}
}

// place is a leaf's place in its subject's chain and in the log.
type place struct {
	subject [32]byte
	n, seq  uint64
}

// The index of subjects is written for many leaves at once, so that a
// subject's leaves of that time share a key: random keys are what a database
// of this kind is slowest at. Until then the leaves themselves tell.
const (
	indexEvery = 1 << 16 // leaves; so many are read when the log is opened
	indexShare = 1 << 10 // leaves of a key at most
)

// putIndex writes the index of places, which are in the order of the log, in
// the order of keys.
func putIndex(b *leveldb.Batch, places []place) {
	// Sorted by the beginnings of subjects and by what is in the log before:
	// moving and comparing whole subjects costs more than all the rest.
	order := make([]sortKey, len(places))
	for i := range places {
		order[i] = sortKey{binary.BigEndian.Uint64(places[i].subject[:]), i}
	}
	slices.SortFunc(order, func(x, y sortKey) int {
		if x.subject == y.subject {
			if c := bytes.Compare(places[x.i].subject[:], places[y.i].subject[:]); c != 0 {
				return c
			}
			return x.i - y.i
		}
		if x.subject < y.subject {
			return -1
		}
		return 1
	})
	var key [64]byte
	var value []byte
	for i := 0; i < len(order); {
		first := &places[order[i].i]
		value = value[:0]
		for ; i < len(order) && places[order[i].i].subject == first.subject && len(value) < 8*indexShare; i++ {
			value = binary.BigEndian.AppendUint64(value, places[order[i].i].seq)
		}
		b.Put(appendSubjectKey(key[:0], first.subject, first.n), value)
	}
}

// sortKey is a place's subject, as far as 8 bytes go, and its number.
type sortKey struct {
	subject uint64
	i       int
}

// indexEntry reads an entry of the index: whose it is, and where the leaves
// from the n-th on stand.
func indexEntry(key, value []byte) (subject [32]byte, n uint64, seqs []byte, ok bool) {
	const fixed = len(prefixSubject) + 32 + 1
	if len(key) != fixed+8 || key[fixed-1] != '/' || len(value) == 0 || len(value)%8 != 0 {
		return subject, 0, nil, false
	}
	return [32]byte(key[len(prefixSubject):]), binary.BigEndian.Uint64(key[fixed:]), value, true
}

// readPending reads the leaves that the index does not have.
func (l *Log) readPending() error {
	if l.head.indexed > l.tree.size {
		return fmt.Errorf("%d leaves are indexed, there are %d", l.head.indexed, l.tree.size)
	}
	l.pending = nil
	return l.eachLeaf(l.head.indexed, l.tree.size, func(seq uint64, raw []byte) error {
		leaf, err := DecodeLeaf(raw)
		if err != nil {
			return fmt.Errorf("leaf %d: %w", seq, err)
		}
		if leaf.SubjectSeq > 0 {
			l.pending = append(l.pending, place{leaf.Subject, leaf.SubjectSeq, seq})
			l.tails.set(leaf.Subject, tail{leaf.SubjectSeq, hashLeaf(raw)})
		}
		return nil
	})
}

// endsOf gives the ends of the chains that leaves go on with, nil for leaves
// without a subject. Subjects that are not remembered are looked for in the
// order of keys, so that neighbours share blocks.
func (l *Log) endsOf(leaves []Leaf) ([]*chainEnd, error) {
	ends := make([]*chainEnd, len(leaves))
	var unknown []int
	for i := range leaves {
		if leaves[i].Subject == ([32]byte{}) {
			continue
		}
		if ends[i] = l.tails.find(leaves[i].Subject); ends[i] == nil {
			unknown = append(unknown, i)
		}
	}
	if len(unknown) == 0 {
		return ends, nil
	}
	slices.SortFunc(unknown, func(a, b int) int { return bytes.Compare(leaves[a].Subject[:], leaves[b].Subject[:]) })
	walk := l.db.NewIterator(util.BytesPrefix([]byte(prefixSubject)), nil)
	defer walk.Release()
	for _, i := range unknown {
		subject := leaves[i].Subject
		if ends[i] = l.tails.find(subject); ends[i] != nil { // of a leaf just before
			continue
		}
		var t tail // of a subject that is new
		if seq, n, ok := lastOf(walk, subject); ok {
			leaf, hash, err := l.readLeaf(seq)
			if err != nil {
				return nil, err
			}
			if leaf.Subject != subject || leaf.SubjectSeq != n {
				return nil, &DamagedError{l.dir, fmt.Errorf("the index of subjects leads to leaf %d, which is another's", seq)}
			}
			t = tail{n, hash}
		}
		if err := walk.Error(); err != nil {
			return nil, &DamagedError{l.dir, err}
		}
		ends[i] = l.tails.set(subject, t)
	}
	return ends, nil
}

type seeker interface {
	Seek(key []byte) bool
	Last() bool
	Prev() bool
	Key() []byte
	Value() []byte
}

// seekBefore goes to the last key before this one.
func seekBefore(walk seeker, key []byte) bool {
	if walk.Seek(key) {
		return walk.Prev()
	}
	return walk.Last()
}

// lastOf finds a subject's last leaf in the index.
func lastOf(walk seeker, subject [32]byte) (seq, n uint64, ok bool) {
	after := appendSubjectKey(nil, subject, 0)
	after = after[:len(after)-8]
	after[len(after)-1]++
	if !seekBefore(walk, after) {
		return 0, 0, false
	}
	of, n, seqs, ok := indexEntry(walk.Key(), walk.Value())
	if !ok || of != subject {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(seqs[len(seqs)-8:]), n + uint64(len(seqs)/8) - 1, true
}

// Subject gives a subject's leaves in their order, by sequence number.
func (l *Log) Subject(subject [32]byte) ([]uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	prefix := appendSubjectKey(nil, subject, 0)
	walk := l.db.NewIterator(util.BytesPrefix(prefix[:len(prefix)-8]), nil)
	defer walk.Release()
	var found []uint64
	for walk.Next() {
		_, n, seqs, ok := indexEntry(walk.Key(), walk.Value())
		if !ok || n != uint64(len(found)+1) {
			return nil, &DamagedError{l.dir, fmt.Errorf("the index of subjects goes on with number %d after %d leaves", n, len(found))}
		}
		for ; len(seqs) > 0; seqs = seqs[8:] {
			found = append(found, binary.BigEndian.Uint64(seqs))
		}
	}
	for _, p := range l.pending {
		if p.subject == subject {
			found = append(found, p.seq)
		}
	}
	return found, walk.Error()
}
