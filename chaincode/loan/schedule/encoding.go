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

// EncodeMsgpack writes terms as an array on the ledger. The dues stand last
// and are left out where a plan has none: what was written before there were
// any still reads.
func (t Terms) EncodeMsgpack(enc *msgpack.Encoder) error {
	n := 10
	if len(t.Dues) > 0 {
		n++
	}
	err := enc.EncodeArrayLen(n)
	for _, field := range []any{t.Method, t.Principal, t.Rate, t.Periods, t.EveryMonths, t.From, t.DayCount, t.Rounding, t.MonthEnd, t.Multiple, t.Dues}[:n] {
		if err == nil {
			err = enc.Encode(field)
		}
	}
	return err
}

// DecodeMsgpack reads it.
func (t *Terms) DecodeMsgpack(dec *msgpack.Decoder) error {
	*t = Terms{}
	n, err := dec.DecodeArrayLen()
	if err == nil && n != 10 && n != 11 {
		err = &Error{Code: "TERMS_DAMAGED", Limit: "an array of fields", Zh: "存储的贷款条款损坏", En: "the stored terms are damaged", Hint: "verify the ledger"}
	}
	if err != nil {
		return err
	}
	for _, field := range []any{&t.Method, &t.Principal, &t.Rate, &t.Periods, &t.EveryMonths, &t.From, &t.DayCount, &t.Rounding, &t.MonthEnd, &t.Multiple, &t.Dues}[:n] {
		if err := dec.Decode(field); err != nil {
			return err
		}
	}
	return nil
}
