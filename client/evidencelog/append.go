package evidencelog

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	"github.com/syndtr/goleveldb/leveldb"
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

// place gives each entry its place in the log and in its subject's chain; the
// hash of the leaf before is filled in by commit, which computes it.
func (l *Log) place(entries []Entry) ([]Leaf, error) {
	leaves := make([]Leaf, len(entries))
	if err := l.loadTails(entries); err != nil {
		return nil, err
	}
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

// commit writes leaves whose chains are not filled in yet, with the tiles, the
// index and the head that follow from them. newSigner signs too and takes over.
func (l *Log) commit(leaves []Leaf, newSigner *noteSigner) ([]Receipt, error) {
	t := l.tree.clone()
	changed := make(map[[32]byte]tail, len(leaves))
	receipts := make([]Receipt, len(leaves))
	arena := make([]byte, 0, 192*len(leaves))
	var b leveldb.Batch
	var key, value [64]byte // reused: a batch copies what it is given
	for i := range leaves {
		leaf := &leaves[i]
		if leaf.Subject != [32]byte{} {
			before, ok := changed[leaf.Subject]
			if !ok {
				before = l.tails.get(leaf.Subject)
			}
			leaf.SubjectSeq, leaf.SubjectPrev = before.n+1, before.hash
		}
		if err := leaf.check(); err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		start := len(arena)
		arena = leaf.appendTo(arena)
		bytes := arena[start:len(arena):len(arena)]
		hash := hashLeaf(bytes)
		if leaf.Subject != [32]byte{} {
			changed[leaf.Subject] = tail{leaf.SubjectSeq, hash}
			b.Put(appendSubjectKey(key[:0], leaf.Subject, leaf.SubjectSeq), binary.BigEndian.AppendUint64(value[:0], leaf.Seq))
		}
		b.Put(binary.BigEndian.AppendUint64(append(key[:0], prefixEntry...), leaf.Seq), bytes)
		t.append(hash, func(id tileID, hashes []Hash) { b.Put(tileKey(id), encodeTile(hashes)) })
		receipts[i] = Receipt{Log: l.name, Seq: leaf.Seq, Leaf: bytes, LeafHash: hash, State: Sequenced}
	}
	for level, hashes := range t.edge {
		if len(hashes) > 0 {
			b.Put(tileKey(tileID{uint8(level), t.size >> (tileHeight * uint(level+1))}), encodeTile(hashes))
		}
	}
	signers := []note.Signer{l.signer}
	h := head{keys: l.head.keys, appended: l.o.Now()}
	if newSigner != nil {
		signers = append(signers, newSigner)
		h.keys = append(slices.Clip(h.keys), newSigner.pub())
	}
	var err error
	if h.checkpoint, err = (Checkpoint{Log: l.name, Size: t.size, Root: t.root()}).sign(signers...); err != nil {
		return nil, err
	}
	b.Put(keyHead, h.encode())
	if err := l.db.Write(&b, &opt.WriteOptions{Sync: true}); err != nil {
		l.broken = err
		return nil, err
	}
	l.tree, l.head = t, h
	l.tails.put(changed)
	if newSigner != nil {
		l.signer = newSigner
	}
	for i := range receipts {
		receipts[i].Size, receipts[i].Checkpoint = t.size, h.checkpoint
	}
	return receipts, nil
}
