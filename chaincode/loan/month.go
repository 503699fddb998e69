package loan

import (
	"fmt"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// Month is a month of a year, counted from the year 0; the zero value is none.
type Month int32

// MonthOf is the month of a day.
func MonthOf(d calendar.Date) Month {
	year, month, _ := d.Civil()
	return Month(year*12 + month - 1)
}

func (m Month) String() string {
	if m == 0 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m/12, m%12+1)
}

// MarshalText writes YYYY-MM.
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads it.
func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = 0
		return nil
	}
	d, err := calendar.ParseDate(string(text) + "-01")
	if err == nil {
		*m = MonthOf(d)
	}
	return err
}

// EncodeMsgpack writes the number.
func (m Month) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeInt(int64(m)) }

// DecodeMsgpack reads it.
func (m *Month) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := dec.DecodeInt32()
	*m = Month(n)
	return err
}
