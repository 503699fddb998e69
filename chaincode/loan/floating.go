package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Repricing 重定价方式 is when a floating rate is set anew. The zero value is
// never: a fixed rate.
type Repricing uint8

const (
	Fixed       Repricing = iota // 固定利率
	Anniversary                  // 对年对月对日: each year on the day of the disbursement
	January                      // 每年1月1日
)

var repricingNames = [...]struct{ code, zh string }{{"none", "固定利率"}, {"anniversary", "对年对月对日"}, {"january", "每年1月1日"}}

const knownRepricings = "none anniversary january"

func (r Repricing) String() string {
	if int(r) >= len(repricingNames) {
		return "unknown"
	}
	return repricingNames[r].code
}

// Zh is the way in Chinese.
func (r Repricing) Zh() string {
	if int(r) >= len(repricingNames) {
		return "未知"
	}
	return repricingNames[r].zh
}

// MarshalText writes the code.
func (r Repricing) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads the code.
func (r *Repricing) UnmarshalText(text []byte) error {
	for i, n := range repricingNames {
		if n.code == string(text) {
			*r = Repricing(i)
			return nil
		}
	}
	return CodeUnknown.At("reprice", knownRepricings, string(text))
}

// EncodeMsgpack writes the number.
func (r Repricing) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(r)) }

// DecodeMsgpack reads it.
func (r *Repricing) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := dec.DecodeUint8()
	*r = Repricing(n)
	return err
}

// Floating 浮动利率 is how a contract's rate follows the LPR of its tenor.
type Floating struct {
	Repricing Repricing
	Spread    money.Rate // 加点, possibly negative
	Cap       money.Rate // 上限; 0: none
	Floor     money.Rate // 下限; 0: none but zero
}

// rate is LPR plus spread within cap and floor.
func (f *Floating) rate(lpr money.Rate) money.Rate {
	rate := max(lpr+f.Spread, f.Floor, 0)
	if f.Cap > 0 {
		rate = min(rate, f.Cap)
	}
	return rate
}

// nextReset is the first reset day after a day; false for a fixed rate and
// where there is none before the loan's last due date.
func (c *Contract) nextReset(after, lastDue calendar.Date) (calendar.Date, bool) {
	if c.Floating == nil {
		return 0, false
	}
	first := c.Account.Terms.From
	after = max(after, first)
	var next calendar.Date
	switch c.Floating.Repricing {
	case Anniversary:
		for years := max(after.Year()-first.Year(), 1); ; years++ {
			d, err := first.AddMonths(12*years, c.Account.Terms.MonthEnd)
			if err != nil {
				return 0, false
			}
			if d > after {
				next = d
				break
			}
		}
	case January:
		d, err := calendar.NewDate(after.Year()+1, 1, 1)
		if err != nil {
			return 0, false
		}
		next = d
	}
	if next >= lastDue {
		return 0, false
	}
	return next, next > 0
}

// months is the term that was signed, which decides the tenor of its LPR.
func (c *Contract) months() int {
	t := c.Account.Terms
	if n := len(t.Dues); n > 0 {
		return monthsTo(c.Date, t.Dues[n-1].Date)
	}
	return t.Periods * t.EveryMonths
}

// monthsTo is the least number of months from one day that reach another.
func monthsTo(from, to calendar.Date) int {
	y1, m1, d1 := from.Civil()
	y2, m2, d2 := to.Civil()
	n := (y2-y1)*12 + m2 - m1
	if d2 > d1 {
		n++
	}
	return n
}

// fixing finds the LPR of a term's tenor that counts on a reset day: the last
// one published on or before it, in the year of repricing that ends there. An
// older one says that the table was not kept.
func fixing(t *consortium.Tables, on calendar.Date, months int) (lpr consortium.LPR, base money.Rate, since calendar.Date, ok bool) {
	since, err := on.AddMonths(-12, calendar.Clamp)
	if err != nil {
		return lpr, 0, since, false
	}
	lpr, base, ok = t.LPRAt(on, months)
	return lpr, base, since, ok && lpr.Published > since
}

// floats checks the terms of a floating rate as far as that goes without a
// ledger; nil for a fixed rate.
func (c SignContent) floats() (*Floating, *refusal.Refusal) {
	if c.Reprice == Fixed {
		if c.Spread != nil || c.Cap != nil || c.Floor != nil {
			return nil, FloatTerms.At("reprice", Anniversary.String()+" "+January.String(), c.Reprice)
		}
		return nil, nil
	}
	if int(c.Reprice) >= len(repricingNames) {
		return nil, CodeUnknown.At("reprice", knownRepricings, c.Reprice)
	}
	f := &Floating{Repricing: c.Reprice}
	if c.Spread == nil {
		return nil, FloatTerms.At("spread", "percent above LPR", nil)
	}
	f.Spread = *c.Spread
	if f.Spread < -account.MaxRate || f.Spread > account.MaxRate {
		return nil, FloatTerms.At("spread", "-"+account.MaxRate.String()+".."+account.MaxRate.String(), f.Spread)
	}
	if c.Cap != nil {
		if f.Cap = *c.Cap; f.Cap < c.Rate || f.Cap <= 0 || f.Cap > account.MaxRate {
			return nil, FloatTerms.At("cap", c.Rate.String()+".."+account.MaxRate.String(), f.Cap)
		}
	}
	if c.Floor != nil {
		if f.Floor = *c.Floor; f.Floor < 0 || f.Floor > c.Rate {
			return nil, FloatTerms.At("floor", "0.."+c.Rate.String(), f.Floor)
		}
	}
	return f, nil
}
