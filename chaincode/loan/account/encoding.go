package account

import (
	"github.com/vmihailenco/msgpack/v5"
)

// A state and a contract are arrays on the ledger. What few loans have stands
// last and is left out while it is empty: a loan that is only repaid takes no
// byte more than it did before there was anything else, and what was written
// then still reads.

// EncodeMsgpack writes the ledger's form.
func (s State) EncodeMsgpack(enc *msgpack.Encoder) error {
	fields := []any{s.Instalment, &s.Partly, s.Advance, s.Fee, &s.Paid}
	if s.Amended != nil {
		fields = append(fields, s.Amended)
	}
	return encodeFields(enc, fields)
}

// DecodeMsgpack reads it.
func (s *State) DecodeMsgpack(dec *msgpack.Decoder) error {
	*s = State{}
	var amended Amended
	n, err := decodeFields(dec, 5, &s.Instalment, &s.Partly, &s.Advance, &s.Fee, &s.Paid, &amended)
	if n > 5 {
		s.Amended = &amended
	}
	return err
}

// EncodeMsgpack writes the ledger's form.
func (c Contract) EncodeMsgpack(enc *msgpack.Encoder) error {
	fields := []any{&c.Terms, c.PenaltyPercent, c.GraceDays, c.NonPerforming}
	if c.Allocation != nil {
		fields = append(fields, []byte(c.allocation()))
	}
	return encodeFields(enc, fields)
}

// DecodeMsgpack reads it.
func (c *Contract) DecodeMsgpack(dec *msgpack.Decoder) error {
	*c = Contract{}
	var order []byte
	_, err := decodeFields(dec, 4, &c.Terms, &c.PenaltyPercent, &c.GraceDays, &c.NonPerforming, &order)
	for _, p := range order {
		c.Allocation = append(c.Allocation, Part(p))
	}
	return err
}

func (c Contract) allocation() string {
	order := make([]byte, len(c.Allocation))
	for i, p := range c.Allocation {
		order[i] = byte(p)
	}
	return string(order)
}

func encodeFields(enc *msgpack.Encoder, fields []any) error {
	if err := enc.EncodeArrayLen(len(fields)); err != nil {
		return err
	}
	for _, x := range fields {
		if err := enc.Encode(x); err != nil {
			return err
		}
	}
	return nil
}

// decodeFields reads an array of at least so many fields into as many as it
// has, and tells how many that were.
func decodeFields(dec *msgpack.Decoder, least int, fields ...any) (int, error) {
	n, err := dec.DecodeArrayLen()
	if err != nil {
		return 0, err
	}
	if n < least || n > len(fields) {
		return 0, &Error{Code: "ACCOUNT_DAMAGED", Limit: "an array of fields", Zh: "存储的账户数据损坏", En: "the stored account is damaged", Hint: "verify the ledger"}
	}
	for _, x := range fields[:n] {
		if err := dec.Decode(x); err != nil {
			return 0, err
		}
	}
	return n, nil
}
