package vault_test

import (
	"context"
	"errors"
	"sync"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// memlog is a log in memory: it places entries as the real one does.
type memlog struct {
	mu     sync.Mutex
	leaves []evidencelog.Leaf
	fail   error // of the next Append, after it has been done: the caller does not learn of it
}

const logName = "qxl/BankAMSP/1"

func (l *memlog) Name() string { return logName }

func (l *memlog) Size() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return uint64(len(l.leaves))
}

func (l *memlog) Append(_ context.Context, entries []evidencelog.Entry) ([]evidencelog.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []evidencelog.Receipt
	for _, e := range entries {
		leaf := evidencelog.Leaf{Entry: e, Seq: uint64(len(l.leaves))}
		if e.Subject != [32]byte{} {
			leaf.SubjectSeq = 1
			for _, earlier := range l.leaves {
				if earlier.Subject == e.Subject {
					leaf.SubjectSeq, leaf.SubjectPrev = earlier.SubjectSeq+1, earlier.Hash()
				}
			}
		}
		raw, err := leaf.Encode()
		if err != nil {
			return nil, err
		}
		l.leaves = append(l.leaves, leaf)
		out = append(out, evidencelog.Receipt{Log: logName, Seq: leaf.Seq, Leaf: raw, LeafHash: leaf.Hash(), Size: uint64(len(l.leaves)), State: evidencelog.Sequenced})
	}
	if err := l.fail; err != nil {
		l.fail = nil
		return nil, err
	}
	return out, nil
}

func (l *memlog) Leaf(seq uint64) (evidencelog.Leaf, evidencelog.Hash, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq >= uint64(len(l.leaves)) {
		return evidencelog.Leaf{}, evidencelog.Hash{}, errors.New("no such leaf")
	}
	return l.leaves[seq], l.leaves[seq].Hash(), nil
}

func (l *memlog) Prove(seq uint64) (evidencelog.Receipt, error) {
	leaf, hash, err := l.Leaf(seq)
	if err != nil {
		return evidencelog.Receipt{}, err
	}
	raw, err := leaf.Encode()
	return evidencelog.Receipt{Log: logName, Seq: seq, Leaf: raw, LeafHash: hash, State: evidencelog.Sequenced}, err
}
