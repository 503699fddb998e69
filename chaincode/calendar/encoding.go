package calendar

import (
	"encoding/json"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// In JSON dates and conventions are text; no date is "". In msgpack, the
// ledger's form, they are integers: a date takes three bytes until 2079.

func (d Date) MarshalText() ([]byte, error) { return d.append(make([]byte, 0, 10)), nil }

func (d *Date) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*d = 0
		return nil
	}
	*d, err = ParseDate(string(text))
	return err
}

func (d *Date) UnmarshalJSON(data []byte) error {
	if len(data) == 0 || data[0] != '"' {
		return &Error{Code: "DATE_FORMAT", Limit: "YYYY-MM-DD", Value: invalid.Shown(string(data)),
			Zh: "日期须为带引号的文本", En: "a date is text", Hint: `write it in quotes, like "2024-01-31"`}
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	return d.UnmarshalText([]byte(text))
}

func (d Date) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeInt(int64(d)) }

func (d *Date) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec, int64(Last))
	*d = Date(n)
	return err
}

func (m MonthEnd) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m *MonthEnd) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMonthEnd(string(text))
	return err
}

func (m MonthEnd) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(m)) }

func (m *MonthEnd) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec, int64(len(monthEndNames)-1))
	*m = MonthEnd(n)
	return err
}

func (c DayCount) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

func (c *DayCount) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*c = Unspecified
		return nil
	}
	*c, err = ParseDayCount(string(text))
	return err
}

func (c DayCount) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(c)) }

func (c *DayCount) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decodeInt(dec, int64(len(dayCountNames)-1))
	*c = DayCount(n)
	return err
}

// The ledger's form of WorkingDays is an array of the first year, the last
// year and the exceptions, each as days after the one before it (the first
// after 31 December before the first year): about a byte for each.

func (w WorkingDays) EncodeMsgpack(enc *msgpack.Encoder) error {
	if err := enc.EncodeArrayLen(3); err != nil {
		return err
	}
	if err := enc.EncodeInt(int64(w.firstYear)); err != nil {
		return err
	}
	if err := enc.EncodeInt(int64(w.lastYear)); err != nil {
		return err
	}
	if err := enc.EncodeArrayLen(len(w.exceptions)); err != nil {
		return err
	}
	previous := civil(w.firstYear, 1, 1) - 1
	for _, d := range w.exceptions {
		if err := enc.EncodeInt(int64(d - previous)); err != nil {
			return err
		}
		previous = d
	}
	return nil
}

func (w *WorkingDays) DecodeMsgpack(dec *msgpack.Decoder) error {
	if n, err := dec.DecodeArrayLen(); err != nil || n != 3 {
		return damaged(err)
	}
	first, err := decodeInt(dec, lastYear)
	if err != nil {
		return err
	}
	last, err := decodeInt(dec, lastYear)
	if err != nil {
		return err
	}
	if first < firstYear || last < first {
		return damaged(nil)
	}
	n, err := dec.DecodeArrayLen()
	if err != nil || n < 0 || int64(n) > (last-first+1)*366 {
		return damaged(err)
	}
	d, end := civil(int(first), 1, 1)-1, civil(int(last), 12, 31)
	exceptions := make([]Date, n)
	for i := range exceptions {
		step, err := decodeInt(dec, int64(end-d))
		if err != nil {
			return err
		}
		if step == 0 {
			return damaged(nil)
		}
		d += Date(step)
		exceptions[i] = d
	}
	*w = WorkingDays{firstYear: int(first), lastYear: int(last), exceptions: exceptions}
	return nil
}

// decodeInt takes an integer of 0 to most and nothing else.
func decodeInt(dec *msgpack.Decoder, most int64) (int64, error) {
	code, err := dec.PeekCode()
	if err != nil {
		return 0, err
	}
	const nilCode = 0xc0
	if code == nilCode {
		return 0, damaged(nil)
	}
	n, err := dec.DecodeInt64()
	if err != nil {
		return 0, err
	}
	if n < 0 || n > most {
		return 0, damaged(nil)
	}
	return n, nil
}

func damaged(cause error) error {
	if cause != nil {
		return cause
	}
	return &Error{Code: "CALENDAR_DAMAGED", Zh: "存储的日期数据损坏", En: "the stored calendar value is damaged", Hint: "verify the ledger"}
}
