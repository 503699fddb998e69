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
	n := 5
	if s.Amended != nil {
		n++
	}
	err := enc.EncodeArrayLen(n)
	if err == nil {
		err = enc.EncodeInt(int64(s.Instalment))
	}
	if err == nil {
		err = enc.Encode(&s.Partly)
	}
	if err == nil {
		err = enc.EncodeInt(int64(s.Advance))
	}
	if err == nil {
		err = enc.EncodeInt(int64(s.Fee))
	}
	if err == nil {
		err = enc.Encode(&s.Paid)
	}
	if err == nil && s.Amended != nil {
		err = enc.Encode(s.Amended)
	}
	return err
}

// DecodeMsgpack reads it.
func (s *State) DecodeMsgpack(dec *msgpack.Decoder) error {
	*s = State{}
	n, err := fields(dec, 5, 6)
	if err == nil {
		s.Instalment, err = dec.DecodeInt()
	}
	if err == nil {
		err = dec.Decode(&s.Partly)
	}
	if err == nil {
		err = s.Advance.DecodeMsgpack(dec)
	}
	if err == nil {
		err = s.Fee.DecodeMsgpack(dec)
	}
	if err == nil {
		err = dec.Decode(&s.Paid)
	}
	if err == nil && n == 6 {
		s.Amended = &Amended{}
		err = dec.Decode(s.Amended)
	}
	return err
}

// EncodeMsgpack writes the ledger's form.
func (c Contract) EncodeMsgpack(enc *msgpack.Encoder) error {
	n := 4
	switch {
	case c.PenaltyHundredths != 0:
		n = 6
	case c.Allocation != nil:
		n = 5
	}
	err := enc.EncodeArrayLen(n)
	if err == nil {
		err = enc.Encode(&c.Terms)
	}
	for _, x := range [...]int{c.PenaltyPercent, c.GraceDays, c.NonPerforming} {
		if err == nil {
			err = enc.EncodeInt(int64(x))
		}
	}
	if err == nil && n > 4 {
		order := make([]byte, len(c.Allocation))
		for i, p := range c.Allocation {
			order[i] = byte(p)
		}
		err = enc.EncodeBytes(order)
	}
	if err == nil && n > 5 {
		err = enc.EncodeInt(int64(c.PenaltyHundredths))
	}
	return err
}

// DecodeMsgpack reads it.
func (c *Contract) DecodeMsgpack(dec *msgpack.Decoder) error {
	*c = Contract{}
	n, err := fields(dec, 4, 6)
	if err == nil {
		err = dec.Decode(&c.Terms)
	}
	for _, x := range [...]*int{&c.PenaltyPercent, &c.GraceDays, &c.NonPerforming} {
		if err == nil {
			*x, err = dec.DecodeInt()
		}
	}
	if err == nil && n > 4 {
		var order []byte
		order, err = dec.DecodeBytes()
		for _, p := range order {
			c.Allocation = append(c.Allocation, Part(p))
		}
	}
	if err == nil && n > 5 {
		c.PenaltyHundredths, err = dec.DecodeInt()
	}
	return err
}

// fields reads how many fields an array has.
func fields(dec *msgpack.Decoder, least, most int) (int, error) {
	n, err := dec.DecodeArrayLen()
	if err == nil && (n < least || n > most) {
		err = &Error{Code: "ACCOUNT_DAMAGED", Limit: "an array of fields", Zh: "存储的账户数据损坏", En: "the stored account is damaged", Hint: "verify the ledger"}
	}
	return n, err
}
