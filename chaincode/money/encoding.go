package money

import (
	"encoding/json"
	"math"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// In JSON amounts, rates and roundings are text, as people write them, so
// that no reader turns them into floats. In msgpack, the ledger's form, they
// are integers of the shortest length. Both forms may be negative; whether a
// negative amount is allowed is for the rule that reads it.

func (f Fen) MarshalText() ([]byte, error) { return f.append(make([]byte, 0, 24)), nil }

func (f *Fen) UnmarshalText(text []byte) (err error) {
	*f, err = ParseSignedFen(string(text))
	return err
}

func (f *Fen) UnmarshalJSON(data []byte) error {
	return fromJSON(data, "AMOUNT", "5000.00", f.UnmarshalText)
}

func (f Fen) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeInt(int64(f)) }

func (f *Fen) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec)
	*f = Fen(n)
	return err
}

func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r *Rate) UnmarshalText(text []byte) (err error) {
	*r, err = ParseSignedRate(string(text))
	return err
}

func (r *Rate) UnmarshalJSON(data []byte) error {
	return fromJSON(data, "RATE", "3.85", r.UnmarshalText)
}

func (r Rate) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeInt(int64(r)) }

func (r *Rate) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec)
	*r = Rate(n)
	return err
}

func (r Rounding) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r *Rounding) UnmarshalText(text []byte) (err error) {
	*r, err = ParseRounding(string(text))
	return err
}

func (r Rounding) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(r)) }

func (r *Rounding) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec)
	if err != nil {
		return err
	}
	if n < 0 || n >= int64(len(roundingNames)) {
		return &Error{Code: "ROUNDING_UNKNOWN", Limit: "half-up, half-even", Zh: "舍入方式未知", En: "unknown rounding", Hint: "the stored value is damaged"}
	}
	*r = Rounding(n)
	return nil
}

func fromJSON(data []byte, prefix, example string, set func([]byte) error) error {
	var text string
	if len(data) == 0 || data[0] != '"' {
		return &Error{Code: prefix + "_FORMAT", Limit: "text in quotes", Value: invalid.Shown(string(data)),
			Zh: "须为带引号的文本", En: "a JSON number cannot carry an exact value here", Hint: `write it in quotes, like "` + example + `"`}
	}
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return set([]byte(text))
}

// decodeInt takes an integer that fits and nothing else: the library itself
// would read nil as zero and wrap a large unsigned integer.
func decodeInt(dec *msgpack.Decoder) (int64, error) {
	code, err := dec.PeekCode()
	if err != nil {
		return 0, err
	}
	const nilCode, uint64Code = 0xc0, 0xcf
	switch code {
	case nilCode:
		return 0, &Error{Code: "AMOUNT_FORMAT", Zh: "存储的数值缺失", En: "the stored number is missing", Hint: "the stored value is damaged"}
	case uint64Code:
		n, err := dec.DecodeUint64()
		if err == nil && n > math.MaxInt64 {
			return 0, overflow("stored number", "存储的数值", "")
		}
		return int64(n), err
	}
	return dec.DecodeInt64()
}
