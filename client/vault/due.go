package vault

import (
	"encoding/binary"
	"iter"

	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Due are the records that must be gone by a day, those of the earliest day
// first: adverse information 不良信息 five years after the end of the event
// (征信业管理条例 16). Erased ones are not among them.
func (v *Vault) Due(day calendar.Date) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		end := binary.BigEndian.AppendUint32([]byte{atDue}, uint32(day)+1)
		it := v.records.NewIterator(&util.Range{Start: []byte{atDue}, Limit: end}, nil)
		defer it.Release()
		for it.Next() {
			r, err := v.read(numberIn(it.Key(), 1+4))
			if !yield(r, err) || err != nil {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, err)
		}
	}
}
