package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"
)

// keySum holds the sum over what nothing else tells: that a share was given,
// or what an erasure was about. Records have their leaves and their keys.
var keySum = []byte("!sum")

// summed finds damage, lost entries among it: the number of entries and the
// sum, without carry, of their hashes. Who can write the database can write
// the sum too; what was anchored, nobody can.
type summed struct {
	count uint64
	sum   [sha256.Size]byte
}

// turn puts an entry in; a second time takes it out, and by is -1 then.
func (s *summed) turn(key, value []byte, by int) {
	s.count += uint64(by)
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(key))))
	h.Write(key)
	h.Write(value)
	for i, b := range h.Sum(nil) {
		s.sum[i] ^= b
	}
}

func (s *summed) encode() []byte {
	return append(binary.BigEndian.AppendUint64(nil, s.count), s.sum[:]...)
}

func decodeSum(raw []byte) (s summed, err error) {
	if len(raw) != 8+len(s.sum) {
		return s, errors.New("the sum over shares and erasures is damaged")
	}
	s.count = binary.BigEndian.Uint64(raw)
	copy(s.sum[:], raw[8:])
	return s, nil
}

type reader interface {
	Get(key []byte, ro *opt.ReadOptions) ([]byte, error)
	NewIterator(slice *util.Range, ro *opt.ReadOptions) iterator.Iterator
}

// sumOf computes the sum anew.
func sumOf(db reader) (s summed, err error) {
	for _, letter := range []byte{atShare, atErasure} {
		it := db.NewIterator(prefix([]byte{letter}), nil)
		for it.Next() {
			if !bytes.Equal(it.Key(), keySchema) { // which begins as a share does
				s.turn(it.Key(), it.Value(), 1)
			}
		}
		it.Release()
		err = errors.Join(err, it.Error())
	}
	return s, err
}

// beginSum gives a vault that has no sum one.
func (v *Vault) beginSum() error {
	if _, err := v.records.Get(keySum, nil); !errors.Is(err, leveldb.ErrNotFound) {
		return err
	}
	s, err := sumOf(v.records)
	if err != nil {
		return err
	}
	return v.records.Put(keySum, s.encode(), durable)
}

// putSummed writes a share or an erasure.
func (v *Vault) putSummed(key, value []byte) error {
	v.summing.Lock()
	defer v.summing.Unlock()
	raw, err := v.records.Get(keySum, nil)
	if err != nil {
		return err
	}
	s, err := decodeSum(raw)
	if err != nil {
		return err
	}
	before, err := v.records.Get(key, nil)
	switch {
	case err == nil:
		s.turn(key, before, -1)
	case !errors.Is(err, leveldb.ErrNotFound):
		return err
	}
	s.turn(key, value, 1)
	var batch leveldb.Batch
	batch.Put(key, value)
	batch.Put(keySum, s.encode())
	return v.records.Write(&batch, durable)
}
