package evidencelog

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/syndtr/goleveldb/leveldb/util"
)

// indexSum is a sum over entries of the index of subjects, with a secret of
// its own for each audit: two sets of entries with one sum cannot be prepared.
type indexSum struct {
	seed  [2]maphash.Seed
	sum   [2]uint64
	count uint64
}

func newIndexSum() indexSum {
	return indexSum{seed: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
}

func (s *indexSum) add(subject [32]byte, n, seq uint64) {
	var b [48]byte
	copy(b[:], subject[:])
	binary.BigEndian.PutUint64(b[32:], n)
	binary.BigEndian.PutUint64(b[40:], seq)
	s.count++
	for i := range s.sum {
		s.sum[i] += maphash.Bytes(s.seed[i], b[:])
	}
}

// subjects compares the index of subjects with the leaves: by a sum, and only
// where that differs entry by entry.
func (a *audit) subjects() error {
	if !a.known {
		return nil // how far the index goes stands in the head
	}
	got := indexSum{seed: a.index.seed}
	same := a.walkIndex(got.add)
	if same && got == a.index {
		return nil
	}
	faults := a.report.Faults
	tampered := func(seq uint64, en string) {
		a.report.find(Finding{Verdict: Tampered, Place: "index", First: seq, Last: seq, Zh: "主体索引被篡改", En: en})
	}
	right := map[uint64]bool{}
	a.walkIndex(func(subject [32]byte, n, seq uint64) {
		if a.lost[seq] {
			return // nothing to hold it against
		}
		leaf, ok := a.leafAt(seq)
		if !ok || seq >= a.head.indexed || leaf.Subject != subject || leaf.SubjectSeq != n || right[seq] {
			tampered(seq, "the index leads to a leaf that is not this one of the subject's")
			return
		}
		right[seq] = true
	})
	for seq := range min(a.head.indexed, a.report.Size) {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		if right[seq] || a.lost[seq] {
			continue
		}
		if leaf, ok := a.leafAt(seq); ok && leaf.SubjectSeq > 0 {
			tampered(seq, "the index does not lead to this leaf")
		}
	}
	if !same && a.report.Faults == faults {
		a.report.place(Tampered, "index", "主体索引被篡改", "the index of subjects holds what is no entry")
	}
	return nil
}

func (a *audit) leafAt(seq uint64) (leaf Leaf, ok bool) {
	err := eachLeaf(a.db, seq, seq+1, func(_ uint64, raw []byte) (err error) {
		leaf, err = DecodeLeaf(raw)
		return err
	})
	return leaf, err == nil
}

// walkIndex goes over the index; false if it holds anything but entries.
func (a *audit) walkIndex(each func(subject [32]byte, n, seq uint64)) bool {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixSubject)), nil)
	defer walk.Release()
	fine := true
	for walk.Next() {
		subject, n, seqs, ok := indexEntry(walk.Key(), walk.Value())
		if fine = fine && ok; !ok {
			continue
		}
		for ; len(seqs) > 0; seqs = seqs[8:] {
			each(subject, n, binary.BigEndian.Uint64(seqs))
			n++
		}
	}
	return fine && walk.Error() == nil
}
