package schedule

import (
	"math/bits"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Instalment 一期 is one row of a plan.
type Instalment struct {
	N         int           `json:"n"` // from 1
	Due       calendar.Date `json:"due"`
	Principal money.Fen     `json:"principal"`
	Interest  money.Fen     `json:"interest"`
	Total     money.Fen     `json:"total"`
	Balance   money.Fen     `json:"balance"` // of principal, after this instalment
}

// Plan 还款计划 is the schedule that Terms give.
type Plan struct {
	Equal         money.Fen // EQI: the rounded equal instalment; else zero
	Instalments   []Instalment
	TotalInterest money.Fen
}

// Growing reports the first instalment that raises the balance, if any.
func (p Plan) Growing() (n int, growing bool) {
	for _, row := range p.Instalments {
		if row.Principal < 0 {
			return row.N, true
		}
	}
	return 0, false
}

// Build computes the plan of terms. Its only errors are *Error.
func Build(t Terms) (Plan, error) {
	if err := t.Validate(); err != nil {
		return Plan{}, err
	}
	factors := t.factors()
	plan := Plan{Instalments: make([]Instalment, len(factors.rows))}
	var each money.Fen // what an instalment is fixed to: EQI its total, EQP and EPI its principal
	switch t.Method {
	case EqualInstalment:
		each = t.equalInstalment(factors)
		plan.Equal = each
	case EqualPrincipal, FlatInterest:
		each, _ = t.Principal.MulDiv(1, int64(t.Periods), t.Rounding) // smaller than the principal
	}
	balance := t.Principal
	last := len(factors.rows) - 1
	for k, f := range factors.rows {
		base := balance
		if t.Method == FlatInterest {
			base = t.Principal
		}
		interest, ok := interestOf(base, f.num, factors.den, t.Rounding)
		if !ok {
			return Plan{}, tooLarge()
		}
		var principal money.Fen
		switch {
		case k == last:
			principal = balance
		case t.Method == EqualInstalment:
			principal = min(each-interest, balance)
		case t.Method == EqualPrincipal, t.Method == FlatInterest:
			principal = min(each, balance)
		case t.Method == Seasonal:
			principal = t.Dues[k].Principal
		}
		balance -= principal
		plan.TotalInterest += interest
		if balance > largest || plan.TotalInterest > largest {
			return Plan{}, tooLarge()
		}
		plan.Instalments[k] = Instalment{N: k + 1, Due: f.due, Principal: principal, Interest: interest, Total: principal + interest, Balance: balance}
	}
	return plan, nil
}

// largest keeps the sum of any two amounts of a plan within an int64.
const largest money.Fen = 1 << 62

func tooLarge() *Error {
	return &Error{Code: "AMOUNT_OVERFLOW", Field: "principal", Limit: largest.String(),
		Zh: "还款计划的金额超出可表示的范围", En: "the plan's amounts do not fit", Hint: "check principal, rate and term"}
}

// factors are the interest factors of a plan over one denominator:
// f_k = rows[k].num / den.
type factors struct {
	den  uint64
	rows []factor
}

type factor struct {
	num uint64
	due calendar.Date
}

// factors computes due dates and interest factors. Terms are valid, so no
// date is out of range, and rate × days and the denominator fit: a rate has
// at most 34 bits, three centuries of ACT/ACT at most 26.
func (t Terms) factors() factors {
	rows, months := t.Periods, t.EveryMonths
	if t.Method.atMaturity() {
		rows, months = 1, t.Periods*t.EveryMonths
	}
	count := t.DayCount
	if count == calendar.Unspecified && !t.Method.countsMonths() {
		count = calendar.Actual360
	}
	f := factors{rows: make([]factor, rows)}
	if count == calendar.Unspecified {
		f.den = uint64(money.One) * 12
	} else {
		f.den = uint64(money.One) * uint64(count.Denominator())
	}
	previous, series := t.From, t.From.Series(t.MonthEnd)
	for k := range f.rows {
		var due calendar.Date
		if t.Method == Seasonal {
			due = t.Dues[k].Date
		} else {
			due, _ = series.At((k + 1) * months)
		}
		num := int64(months)
		if count != calendar.Unspecified {
			fraction, _ := count.Fraction(previous, due)
			num = fraction.Num
		}
		f.rows[k] = factor{num: uint64(t.Rate) * uint64(num), due: due}
		previous = due
	}
	return f
}

// interestOf is round(balance × num/den) over a 128-bit product; false when
// it exceeds what a plan may hold.
func interestOf(balance money.Fen, num, den uint64, mode money.Rounding) (money.Fen, bool) {
	hi, lo := bits.Mul64(uint64(balance), num)
	if hi >= den {
		return 0, false
	}
	q, rem := bits.Div64(hi, lo, den)
	if half := den - rem; rem > half || rem == half && (mode == money.HalfUp || q&1 == 1) {
		q++
	}
	return money.Fen(q), q <= uint64(largest)
}
