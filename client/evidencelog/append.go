package evidencelog

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/syndtr/goleveldb/leveldb/opt"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Append puts entries at the log's end, in their order, all of them or none:
// one batch, on the disk with a signed checkpoint when Append returns. Entries
// that break a rule are an *invalid.Error that names the entry, and nothing is
// written. Key rotations are made by Rotate.
//
// An error of the disk leaves open whether the entries are in the log. Nothing
// can be appended then until the log is opened again, which shows it.
func (l *Log) Append(ctx context.Context, entries []Entry) ([]Receipt, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	if len(entries) > MaxBatch {
		return nil, &invalid.Error{Code: "LOG_BATCH", Field: "entries", Limit: strconv.Itoa(MaxBatch), Value: strconv.Itoa(len(entries)), Zh: "一次存证条数过多", En: "too many entries at once", Hint: "append them in several batches"}
	}
	for i := range entries {
		err := entries[i].check()
		if err == nil && entries[i].Kind == KindKeyRotate {
			err = errEntry("kind", "other kinds", entries[i].Kind.String(), "换钥须由换钥操作写入", "a key rotation is made by rotating the key", "qxl log rotate")
		}
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.usable(); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	leaves, err := l.place(entries)
	if err != nil {
		return nil, err
	}
	return l.commit(leaves, nil)
}

// place gives each entry its place in the log; commit does so in its
// subject's chain.
func (l *Log) place(entries []Entry) ([]Leaf, error) {
	leaves := make([]Leaf, len(entries))
	for i := range entries {
		leaves[i] = Leaf{Entry: entries[i], Seq: l.tree.size + uint64(i)}
		if entries[i].Kind == KindCorrection {
			if err := l.checkCorrection(&entries[i], leaves[:i]); err != nil {
				return nil, fmt.Errorf("entry %d: %w", i, err)
			}
		}
	}
	return leaves, nil
}

// checkCorrection: what is corrected is an earlier record of the same subject.
func (l *Log) checkCorrection(e *Entry, before []Leaf) error {
	var old Leaf
	switch {
	case e.Corrects >= l.tree.size+uint64(len(before)):
		return errEntry("corrects", "below "+strconv.FormatUint(l.tree.size+uint64(len(before)), 10), strconv.FormatUint(e.Corrects, 10), "更正所指的记录不在此前", "a correction names an earlier leaf", "")
	case e.Corrects >= l.tree.size:
		old = before[e.Corrects-l.tree.size]
	default:
		var err error
		if old, _, err = l.readLeaf(e.Corrects); err != nil {
			return err
		}
	}
	if old.Subject != e.Subject || (old.Kind != KindRecord && old.Kind != KindCorrection) {
		return errEntry("corrects", "a record of the same subject", strconv.FormatUint(e.Corrects, 10), "更正所指不是同一主体的记录", "the leaf named is no record of this subject", "qxl log list --subject lists them")
	}
	return nil
}

// commit writes leaves whose chains are not filled in yet, with the tiles and
// the head that follow from them, and now and then the index. newSigner signs
// too and takes over.
func (l *Log) commit(leaves []Leaf, newSigner *noteSigner) ([]Receipt, error) {
	ends, err := l.endsOf(leaves)
	if err != nil {
		return nil, err
	}
	t := l.tree.clone()
	receipts := make([]Receipt, len(leaves))
	places := make([]place, 0, len(leaves))
	b := &l.batch
	b.Reset()
	l.batches++
	arena := make([]byte, 0, 224*len(leaves)) // not one byte of it moves: receipts point into it
	chunk := 0                                // where the chunk begins in arena
	for i := range leaves {
		leaf := &leaves[i]
		if leaf.Subject != [32]byte{} {
			end := ends[i].in(l.batches)
			leaf.SubjectSeq, leaf.SubjectPrev = end.n+1, end.hash
		}
		if err := leaf.check(); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		start := len(arena) + 2
		arena = leaf.appendTo(append(arena, 0, 0))
		raw := arena[start:len(arena):len(arena)]
		binary.BigEndian.PutUint16(arena[start-2:], uint16(len(raw)))
		if n := i%chunkLeaves + 1; n == chunkLeaves || i == len(leaves)-1 {
			b.Put(entryKey(leaf.Seq+1-uint64(n)), arena[chunk:])
			chunk = len(arena)
		}
		hash := hashLeaf(raw)
		if leaf.SubjectSeq > 0 {
			ends[i].next = tail{leaf.SubjectSeq, hash}
			places = append(places, place{leaf.Subject, leaf.SubjectSeq, leaf.Seq})
		}
		t.append(hash, func(id tileID, hashes []Hash) { b.Put(tileKey(id), encodeTile(hashes)) })
		receipts[i] = Receipt{Log: l.name, Seq: leaf.Seq, Leaf: raw, LeafHash: hash, State: Sequenced}
	}
	for level, hashes := range t.edge {
		if len(hashes) > 0 {
			b.Put(tileKey(tileID{uint8(level), t.size >> (tileHeight * uint(level+1))}), encodeTile(hashes))
		}
	}
	signers := []note.Signer{l.signer}
	h := head{keys: l.head.keys, appended: l.o.Now(), indexed: l.head.indexed}
	if newSigner != nil {
		signers = append(signers, newSigner)
		h.keys = append(slices.Clip(h.keys), newSigner.pub())
	}
	if h.checkpoint, err = (Checkpoint{Log: l.name, Size: t.size, Root: t.root()}).sign(signers...); err != nil {
		return nil, err
	}
	index := t.size-h.indexed >= l.o.indexEvery
	if index {
		putIndex(b, append(slices.Clip(l.pending), places...))
		h.indexed = t.size
	}
	b.Put(keyHead, h.encode())
	if err := l.db.Write(b, &opt.WriteOptions{Sync: true}); err != nil {
		l.broken = err
		return nil, err
	}
	l.tree, l.head = t, h
	for _, end := range ends {
		if end != nil {
			end.tail = end.next
		}
	}
	if l.pending = append(l.pending, places...); index {
		l.pending = nil
		l.tails.age()
	}
	if newSigner != nil {
		l.signer = newSigner
	}
	for i := range receipts {
		receipts[i].Size, receipts[i].Checkpoint = t.size, h.checkpoint
	}
	return receipts, nil
}
