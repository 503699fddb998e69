package vault

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/ipfs/go-cid"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Log is what a vault needs of the evidence log that its records are entered
// into.
type Log interface {
	Name() string
	Size() uint64
	Append(context.Context, []evidencelog.Entry) ([]evidencelog.Receipt, error)
	Leaf(seq uint64) (evidencelog.Leaf, evidencelog.Hash, error)
	Prove(seq uint64) (evidencelog.Receipt, error)
}

// Entered is a record with the receipt of its leaf.
type Entered struct {
	Record  *Record
	Receipt evidencelog.Receipt
}

// enteredAtOnce bounds what one call of Append gets.
const enteredAtOnce = 4096

// Enter appends every record that is not in the log yet, in the order of
// writing. A record that the log has already, because a crash came before
// this vault knew, is found there and not appended again.
func (v *Vault) Enter(ctx context.Context, log Log) ([]Entered, error) {
	v.entering.Lock()
	defer v.entering.Unlock()
	var all []Entered
	for {
		some, err := v.enterSome(ctx, log)
		all = append(all, some...)
		if err != nil || len(some) < enteredAtOnce {
			return all, err
		}
	}
}

func (v *Vault) enterSome(ctx context.Context, log Log) ([]Entered, error) {
	var out []Entered
	wanted := map[cid.Cid]*Entered{}
	for r, err := range v.Pending() {
		if err != nil {
			return nil, err
		}
		if out = append(out, Entered{Record: r}); len(out) == enteredAtOnce {
			break
		}
	}
	if len(out) == 0 {
		return nil, nil
	}
	for i := range out {
		wanted[out[i].Record.CID] = &out[i]
	}
	if err := v.findEntered(log, func(leaf evidencelog.Leaf) error {
		e := wanted[leaf.CID]
		if e == nil {
			return nil
		}
		var err error
		e.Receipt, err = log.Prove(leaf.Seq)
		delete(wanted, leaf.CID)
		return err
	}); err != nil {
		return nil, err
	}
	var entries []evidencelog.Entry
	var of []*Entered
	for i := range out {
		if wanted[out[i].Record.CID] == nil {
			continue
		}
		entry, err := v.Entry(out[i].Record.ID, log.Name())
		if err != nil {
			return nil, err
		}
		entries, of = append(entries, entry), append(of, &out[i])
	}
	if len(entries) > 0 {
		receipts, err := log.Append(ctx, entries)
		if err != nil {
			return nil, err
		}
		for i := range receipts {
			of[i].Receipt = receipts[i]
		}
	}
	return out, v.entered(log, out)
}

// findEntered shows the leaves that came since records were last entered.
func (v *Vault) findEntered(log Log, see func(evidencelog.Leaf) error) error {
	from := uint64(0)
	raw, err := v.records.Get(append([]byte{atLog}, log.Name()...), nil)
	switch {
	case err == nil && len(raw) == 8:
		from = binary.BigEndian.Uint64(raw)
	case err == nil:
		return errors.New("the log's position is damaged")
	case !errors.Is(err, leveldb.ErrNotFound):
		return err
	}
	size := log.Size()
	if size < from {
		return fmt.Errorf("the log %s has %d leaves, and records were entered when it had %d: it was rolled back", log.Name(), size, from)
	}
	for seq := from; seq < size; seq++ {
		leaf, _, err := log.Leaf(seq)
		if err != nil {
			return err
		}
		if err := see(leaf); err != nil {
			return err
		}
	}
	return nil
}

// entered keeps where records stand in the log.
func (v *Vault) entered(log Log, done []Entered) error {
	v.writing.Lock()
	defer v.writing.Unlock()
	var batch leveldb.Batch
	var size uint64
	for i := range done {
		leaf, err := evidencelog.DecodeLeaf(done[i].Receipt.Leaf)
		if err != nil {
			return err
		}
		r, err := v.Record(done[i].Record.ID) // again: its retention may have been set
		if err != nil {
			return err
		}
		r.Log, r.Seq, r.SubjectSeq = log.Name(), leaf.Seq, leaf.SubjectSeq
		raw, err := r.encode()
		if err != nil {
			return err
		}
		batch.Put(numbered(atRecord, r.ID.number()), raw)
		batch.Delete(numbered(atPending, r.ID.number()))
		done[i].Record = r
		size = max(size, leaf.Seq+1)
	}
	batch.Put(append([]byte{atLog}, log.Name()...), binary.BigEndian.AppendUint64(nil, size))
	return v.records.Write(&batch, durable)
}
