package fund

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// names are the values of a closed list: a code, which is stable, and its
// Chinese name. The first is that of no value.
type names []struct{ code, zh string }

func (n names) at(i uint8) struct{ code, zh string } {
	if int(i) >= len(n) {
		return struct{ code, zh string }{"UNKNOWN", "未知"}
	}
	return n[i]
}

func (n names) read(field string, text []byte, to *uint8) error {
	known := ""
	for i := 1; i < len(n); i++ {
		if n[i].code == string(text) {
			*to = uint8(i)
			return nil
		}
		if i > 1 {
			known += " "
		}
		known += n[i].code
	}
	return CodeUnknown.At(field, known, invalid.Shown(string(text)))
}

func (n names) decode(dec *msgpack.Decoder, to *uint8) error {
	i, err := dec.DecodeUint8()
	if err != nil {
		return err
	}
	if int(i) >= len(n) {
		return ledgerstate.Errorf("STATE_CORRUPT", "a code %d of the fund's lists", i)
	}
	*to = i
	return nil
}
