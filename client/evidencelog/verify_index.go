package evidencelog

import (
	"bytes"
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
	got := indexSum{seed: a.index.seed}
	same := a.walkIndex(got.add)
	if same && got == a.index {
		return nil
	}
	tampered := func(seq uint64, en string) {
		a.report.find(Finding{Verdict: Tampered, Place: "index", First: seq, Last: seq, Zh: "主体索引被篡改", En: en})
	}
	found := false
	a.walkIndex(func(subject [32]byte, n, seq uint64) {
		if a.lost[seq] {
			return // nothing to hold it against
		}
		leaf, ok := a.leafAt(seq)
		if !ok || leaf.Subject != subject || leaf.SubjectSeq != n {
			found = true
			tampered(seq, "the index leads to a leaf that is not this subject's")
		}
	})
	for seq := range a.report.Size {
		if err := a.ctx.Err(); err != nil {
			return err
		}
		leaf, ok := a.leafAt(seq)
		if a.lost[seq] || !ok || leaf.SubjectSeq == 0 {
			continue
		}
		var key [64]byte
		raw, err := a.db.Get(appendSubjectKey(key[:0], leaf.Subject, leaf.SubjectSeq), nil)
		if err != nil || !bytes.Equal(raw, binary.BigEndian.AppendUint64(nil, seq)) {
			found = true
			tampered(seq, "the index does not lead to this leaf")
		}
	}
	if !same && !found {
		a.report.place(Tampered, "index", "主体索引被篡改", "the index of subjects holds what is no entry")
	}
	return nil
}

func (a *audit) leafAt(seq uint64) (Leaf, bool) {
	raw, err := a.db.Get(entryKey(seq), nil)
	if err != nil {
		return Leaf{}, false
	}
	leaf, err := DecodeLeaf(raw)
	return leaf, err == nil
}

// walkIndex goes over the index; false if it holds anything but entries.
func (a *audit) walkIndex(each func(subject [32]byte, n, seq uint64)) bool {
	walk := a.db.NewIterator(util.BytesPrefix([]byte(prefixSubject)), nil)
	defer walk.Release()
	ok := true
	for walk.Next() {
		key, value := walk.Key(), walk.Value()
		if len(key) != len(prefixSubject)+32+1+8 || key[len(prefixSubject)+32] != '/' || len(value) != 8 {
			ok = false
			continue
		}
		each([32]byte(key[len(prefixSubject):]), binary.BigEndian.Uint64(key[len(prefixSubject)+33:]), binary.BigEndian.Uint64(value))
	}
	return ok && walk.Error() == nil
}
