package vault

import (
	"encoding/binary"
	"errors"
	"iter"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/util"
)

func prefix(p []byte) *util.Range { return util.BytesPrefix(p) }

// Record reads a record, erased ones too.
func (v *Vault) Record(id RecordID) (*Record, error) {
	r, err := v.read(id.number())
	if errors.Is(err, leveldb.ErrNotFound) || (err == nil && r.ID != id) {
		return nil, &UnknownRecordError{Record: id}
	}
	return r, err
}

func (v *Vault) read(number uint64) (*Record, error) {
	raw, err := v.records.Get(numbered(atRecord, number), nil)
	if err != nil {
		return nil, err
	}
	r, err := decodeRecord(raw)
	if err == nil && r.ID.number() != number {
		err = errors.New("it is another record")
	}
	if err != nil {
		var id RecordID // as far as it can be told
		binary.BigEndian.PutUint64(id[:], number)
		return nil, &DamagedError{Record: id, Err: err}
	}
	return r, nil
}

// Records are all records in the order of writing, erased ones too.
func (v *Vault) Records() iter.Seq2[*Record, error] {
	return v.recordsBy([]byte{atRecord}, 1)
}

// Of are the records of a subject.
func (v *Vault) Of(subject [16]byte) iter.Seq2[*Record, error] {
	return v.recordsBy(append([]byte{atSubject}, subject[:]...), 1+len(subject))
}

// Pending are the records that are not in the log yet.
func (v *Vault) Pending() iter.Seq2[*Record, error] {
	return v.recordsBy([]byte{atPending}, 1)
}

// recordsBy follows an index whose keys hold the record's number at a place.
func (v *Vault) recordsBy(index []byte, at int) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		it := v.records.NewIterator(prefix(index), nil)
		defer it.Release()
		for it.Next() {
			if len(it.Key()) < at+8 {
				yield(nil, errors.New("index key is cut"))
				return
			}
			r, err := v.read(numberIn(it.Key(), at))
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, err)
		}
	}
}
