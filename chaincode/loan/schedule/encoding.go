package schedule

import (
	"github.com/vmihailenco/msgpack/v5"
)

// A method is its code in JSON and an integer on the ledger.

func (m Method) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *Method) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMethod(string(text))
	return err
}

func (m Method) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(m)) }

func (m *Method) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := dec.DecodeInt64()
	if err != nil {
		return err
	}
	if n < 0 || n >= int64(len(methodNames)) {
		return unknownMethod("")
	}
	*m = Method(n)
	return nil
}
