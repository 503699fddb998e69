package audit

import (
	"context"
	"errors"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Anchored is what the ledger has of a log: all that an audit believes.
type Anchored struct {
	Log         string
	Keys        evidence.KeysAnswer // of all organizations
	Checkpoints []Point             // by sequence
	Last        time.Time           // of the last anchor's transaction; zero if there is none
}

// Point is an anchored checkpoint.
type Point struct {
	Sequence uint64
	Size     uint64
	Root     evidencelog.Hash
	Note     string
	TxID     string
}

// ReadAnchored reads all checkpoints of a log at the asker's own peer; those
// up to a sequence only, if it is not zero: a copy that was handed over was
// made at some time.
func ReadAnchored(ctx context.Context, c *book.Client, log string, until uint64, step func(done, of uint64)) (*Anchored, error) {
	if _, ok := evidence.OwnerOfLog(log); !ok {
		return nil, evidence.OriginForm.At("origin", evidence.Origin("MSP", 1), log)
	}
	a := &Anchored{Log: log}
	if err := c.Ask(ctx, command.CommonsName, evidence.Keys.Name, evidence.KeysQuery{}, &a.Keys); err != nil {
		return nil, err
	}
	var head evidence.LogSheet
	if err := c.Ask(ctx, command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: log}, &head); err != nil {
		return nil, err
	}
	last := head.Sequence
	if until > 0 {
		last = min(last, until)
	}
	for uint64(len(a.Checkpoints)) < last {
		var part evidence.CheckpointsAnswer
		if err := c.Ask(ctx, command.CommonsName, evidence.Checkpoints.Name, evidence.CheckpointsQuery{Origin: log, After: uint64(len(a.Checkpoints)), Limit: 500}, &part); err != nil {
			return nil, err
		}
		if len(part.Checkpoints) == 0 {
			return nil, errors.New("the peer has fewer checkpoints than its head says (hint: it may be catching up; try again)")
		}
		for _, s := range part.Checkpoints {
			if uint64(len(a.Checkpoints)) == last {
				break
			}
			p := Point{Sequence: s.Sequence, Size: s.Size, Note: s.Note, TxID: s.TxID}
			copy(p.Root[:], s.Root)
			a.Checkpoints = append(a.Checkpoints, p)
		}
		if step != nil {
			step(uint64(len(a.Checkpoints)), last)
		}
	}
	if last == 0 {
		return a, nil
	}
	tx, err := c.Ledger().Transaction(ctx, a.Checkpoints[last-1].TxID)
	if err != nil {
		return nil, err
	}
	a.Last = tx.Time
	return a, nil
}

// Head is the last checkpoint; nil if nothing is anchored.
func (a *Anchored) Head() *Point {
	if len(a.Checkpoints) == 0 {
		return nil
	}
	return &a.Checkpoints[len(a.Checkpoints)-1]
}

// verifiers are the log's keys, oldest first.
func (a *Anchored) verifiers() (list []note.Verifier, err error) {
	for _, o := range a.Keys.Organizations {
		ring, _ := o.Ring(a.Log)
		for _, k := range ring.Keys {
			v, err := note.NewVerifier(k.Verifier)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
	}
	return list, nil
}

// check holds what the peer answered against the log's signatures: sequences
// without a gap, sizes that never fall, each note signed with a key that counted.
func (a *Anchored) check(r *LogReport) (trees []evidencelog.Tree) {
	size := uint64(0)
	for i, p := range a.Checkpoints {
		c, err := anchor.Verified(p.Note, a.Log, a.Keys)
		switch {
		case err == nil && (p.Sequence != uint64(i)+1 || p.Size < size || c.Size != p.Size || evidencelog.Hash(c.Root) != p.Root):
			err = errors.New("sequence, size and root are not those of its note")
		case err == nil && p.Size == size && i > 0 && p.Root != a.Checkpoints[i-1].Root:
			err = errors.New("it has another root than the one before, of the same size")
		}
		if err != nil {
			r.place(evidencelog.Tampered, "ledger", "账本上的检查点不成立", "checkpoint %d: %v", i+1, err)
			continue
		}
		size = p.Size
		trees = append(trees, evidencelog.Tree{Size: p.Size, Root: p.Root})
	}
	return trees
}

// of tells whether a transaction anchored a checkpoint of this size.
func (a *Anchored) of(size uint64, tx string) bool {
	for _, p := range a.Checkpoints {
		if p.Size == size && p.TxID == tx {
			return true
		}
	}
	return false
}
