package evidencelog

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/syndtr/goleveldb/leveldb/util"
)

// tail is the end of a subject's chain: the number and hash of its last leaf.
type tail struct {
	n    uint64
	hash Hash
}

// tails remembers the ends of the chains met lately. Of two generations the
// older is forgotten when the younger is full.
type tails struct{ young, old map[[32]byte]tail }

// tailsKept bounds a generation: about 15 MB.
const tailsKept = 1 << 17

func (c *tails) find(subject [32]byte) (tail, bool) {
	t, ok := c.young[subject]
	if !ok {
		t, ok = c.old[subject]
	}
	return t, ok
}

// get is for subjects that loadTails has seen to.
func (c *tails) get(subject [32]byte) tail {
	t, _ := c.find(subject)
	return t
}

func (c *tails) put(changed map[[32]byte]tail) {
	if c.young == nil || len(c.young)+len(changed) > tailsKept {
		c.old, c.young = c.young, make(map[[32]byte]tail, len(changed))
	}
	for subject, t := range changed {
		c.young[subject] = t
	}
}

// loadTails reads the ends of the chains that entries go on with. Subjects
// are looked for in the order of keys, so that neighbours share blocks.
func (l *Log) loadTails(entries []Entry) error {
	wanted := make(map[[32]byte]tail)
	var order [][32]byte
	for i := range entries {
		subject := entries[i].Subject
		if subject == ([32]byte{}) {
			continue
		}
		if _, seen := wanted[subject]; seen {
			continue
		}
		t, ok := l.tails.find(subject)
		wanted[subject] = t // what is used again counts as young
		if !ok {
			order = append(order, subject)
		}
	}
	if len(order) > 0 {
		slices.SortFunc(order, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
		walk := l.db.NewIterator(util.BytesPrefix([]byte(prefixSubject)), nil)
		defer walk.Release()
		for _, subject := range order {
			seq, n, ok := lastOf(walk, subject)
			if !ok {
				continue // the subject is new
			}
			leaf, hash, err := l.readLeaf(seq)
			if err != nil {
				return err
			}
			if leaf.Subject != subject || leaf.SubjectSeq != n {
				return &DamagedError{l.dir, fmt.Errorf("the index of subjects leads to leaf %d, which is another's", seq)}
			}
			wanted[subject] = tail{n, hash}
		}
		if err := walk.Error(); err != nil {
			return &DamagedError{l.dir, err}
		}
	}
	l.tails.put(wanted)
	return nil
}

type seeker interface {
	Seek(key []byte) bool
	Last() bool
	Prev() bool
	Key() []byte
	Value() []byte
}

// lastOf finds a subject's last leaf in the index.
func lastOf(walk seeker, subject [32]byte) (seq, n uint64, ok bool) {
	prefix := subjectPrefix(subject)
	after := subjectPrefix(subject)
	after[len(after)-1]++
	if walk.Seek(after) {
		ok = walk.Prev()
	} else {
		ok = walk.Last()
	}
	if !ok || !bytes.HasPrefix(walk.Key(), prefix) || len(walk.Key()) != len(prefix)+8 || len(walk.Value()) != 8 {
		return 0, 0, false
	}
	return binary.BigEndian.Uint64(walk.Value()), binary.BigEndian.Uint64(walk.Key()[len(prefix):]), true
}

// Subject gives a subject's leaves in their order, by sequence number.
func (l *Log) Subject(subject [32]byte) ([]uint64, error) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	prefix := subjectPrefix(subject)
	walk := l.db.NewIterator(util.BytesPrefix(prefix), nil)
	defer walk.Release()
	var seqs []uint64
	for walk.Next() {
		if len(walk.Key()) != len(prefix)+8 || len(walk.Value()) != 8 {
			return nil, &DamagedError{l.dir, fmt.Errorf("the index of subjects has an entry of %d bytes", len(walk.Value()))}
		}
		seqs = append(seqs, binary.BigEndian.Uint64(walk.Value()))
	}
	return seqs, walk.Error()
}
