package account

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Figure 计息说明 is how one amount of interest came about: the base times, for
// each step, rate × percent × fraction of a year, rounded once.
type Figure struct {
	What       string         `json:"what"` // interest, accrued, prepayment, penalty, compound; carried: of ended pieces less what was paid, with the part in Of
	Of         string         `json:"of,omitempty"`
	Instalment int            `json:"instalment,omitempty"`
	From       calendar.Date  `json:"from,omitzero"`
	To         calendar.Date  `json:"to,omitzero"` // not counted 算头不算尾
	Base       money.Fen      `json:"base"`
	DayCount   string         `json:"day_count,omitempty"`
	Steps      []Step         `json:"steps,omitempty"`
	Exact      string         `json:"exact,omitempty"` // yuan before rounding, to eight decimals, not rounded
	Rounding   money.Rounding `json:"rounding"`
	Amount     money.Fen      `json:"amount"`
}

// Step is a part of a period with one rate.
type Step struct {
	From    calendar.Date `json:"from"`
	To      calendar.Date `json:"to"`
	Days    int           `json:"days"` // actual
	Rate    money.Rate    `json:"rate"`
	Percent int           `json:"percent"` // of the rate, in hundredths of a percent: 15000 is one and a half times
	Num     int64         `json:"num"`     // fraction of a year
	Den     int64         `json:"den"`
}

// Explain gives every figure of interest that an account shows at the end of
// a day: of each instalment due or running as scheduled, what has accrued in
// the period that runs, and penalty and compound interest that are unpaid.
func (a *Account) Explain(s State, on calendar.Date) []Figure {
	f := a.open(s)
	f.advance(on)
	var list []Figure
	for k := 0; k < len(f.rows); k++ {
		whole := f.explainRow(k)
		list = append(list, whole)
		if f.rows[k].Due > on {
			if whole.From < on {
				list = append(list, f.accrued(whole, on))
			}
			break
		}
	}
	return append(list, f.explainArrears(on)...)
}

// Accrued 应计利息 is what the period that runs has borne by the end of a day.
func (a *Account) Accrued(s State, on calendar.Date) money.Fen {
	f := a.open(s)
	f.advance(on)
	k := f.running(on)
	if k == len(f.rows) {
		return 0
	}
	whole := f.explainRow(k)
	if whole.From >= on {
		return 0
	}
	return f.accrued(whole, on).Amount
}

// began is where the period of an instalment begins and what bears interest in
// it; false when the instalment was taken on.
func (f *folio) began(k int) (start calendar.Date, broken bool, balance money.Fen, ours bool) {
	if m := f.s.Amended; m != nil {
		for i := len(m.Legs) - 1; i >= 0; i-- {
			l := &m.Legs[i]
			if l.First == k {
				return l.Start, l.Broken, l.Balance, true
			}
			if l.First < k {
				break
			}
			if i == 0 && m.Opening != nil {
				return 0, false, 0, false
			}
		}
		if len(m.Legs) == 0 && m.Opening != nil {
			return 0, false, 0, false
		}
	}
	if k == 0 {
		return f.contract.Terms.From, false, f.contract.Terms.Principal, true
	}
	return f.rows[k-1].Due, false, f.rows[k-1].Balance, true
}

func (f *folio) explainRow(k int) Figure {
	row := &f.rows[k]
	start, broken, balance, ours := f.began(k)
	x := Figure{What: "interest", Instalment: row.N, To: row.Due, Amount: row.Interest, Rounding: f.contract.Terms.Rounding}
	if !ours {
		x.Of = "take_on"
		return x
	}
	x.From, x.Base = start, f.bearing(balance)
	f.steps(&x, row.Due, broken)
	return x
}

// steps fills in the steps of a plan's period, up to a day in it.
func (f *folio) steps(x *Figure, due calendar.Date, broken bool) {
	x.DayCount = f.counts(broken)
	before := int64(0)
	f.eachPrice(x.From, x.To, func(p Price, from, to calendar.Date) {
		num, den := f.elapsed(x.From, due, to, broken)
		x.Steps = append(x.Steps, Step{from, to, from.DaysUntil(to), p.Rate, (wholePercent + p.Misuse) * hundredths, num - before, den})
		before = num
	})
	x.exact()
}

// counts names the day count of a period.
func (f *folio) counts(broken bool) string {
	t := &f.contract.Terms
	switch {
	case broken || t.DayCount == calendar.Unspecified && !countsMonths(t.Method):
		return calendar.Actual360.String()
	case t.DayCount == calendar.Unspecified:
		return "months/12"
	}
	return t.DayCount.String()
}

// accrued is what a period's figure comes to on a day in it.
func (f *folio) accrued(whole Figure, on calendar.Date) Figure {
	x := Figure{What: "accrued", Instalment: whole.Instalment, From: whole.From, To: on, Base: whole.Base, Rounding: whole.Rounding}
	_, broken, _, _ := f.began(whole.Instalment - 1)
	f.steps(&x, whole.To, broken)
	x.Amount, _ = x.Rounding.Rat(x.sum()) // no more than the instalment's interest
	return x
}

// explainArrears shows what arrears bear.
func (f *folio) explainArrears(on calendar.Date) []Figure {
	var list []Figure
	for i := f.s.Instalment; f.isDue(i, on); i++ {
		p, row := f.unpaid(i), &f.rows[i]
		if row.Due.DaysUntil(on) <= f.contract.GraceDays {
			continue
		}
		for _, part := range []struct {
			part   Part
			base   money.Fen
			since  calendar.Date
			before money.Fen
		}{{Penalty, p.Principal, p.PrincipalSince, p.Penalty}, {Compound, p.Interest, p.InterestSince, p.Compound}} {
			if part.before != 0 {
				list = append(list, Figure{What: "carried", Of: part.part.String(), Instalment: row.N, To: part.since, Amount: part.before, Rounding: f.contract.Terms.Rounding})
			}
			for _, piece := range f.pieces(part.since, on) {
				if part.base > 0 && piece[0] < piece[1] {
					list = append(list, f.explainPiece(part.part, row.N, part.base, piece[0], piece[1]))
				}
			}
		}
	}
	return list
}

// pieces are the parts of a time that the last due date makes.
func (f *folio) pieces(from, to calendar.Date) [][2]calendar.Date {
	if from < f.lastDue && f.lastDue < to {
		return [][2]calendar.Date{{from, f.lastDue}, {f.lastDue, to}}
	}
	return [][2]calendar.Date{{from, to}}
}

func (f *folio) explainPiece(part Part, n int, base money.Fen, from, to calendar.Date) Figure {
	x := Figure{What: part.String(), Instalment: n, From: from, To: to, Base: base, DayCount: calendar.Actual360.String(), Rounding: f.contract.Terms.Rounding,
		Amount: f.piece(base, from, to, part)}
	after := from >= f.lastDue
	f.eachPrice(from, to, func(p Price, from, to calendar.Date) {
		days := from.DaysUntil(to)
		x.Steps = append(x.Steps, Step{from, to, days, p.Rate, f.percentOf(part, p, after), int64(days), 360})
	})
	x.exact()
	return x
}

// explainPrepayment shows the interest to the day of a prepayment.
func (f *folio) explainPrepayment(p prepayment, on calendar.Date) Figure {
	start, _, _ := f.period(p.running)
	x := Figure{What: "prepayment", Instalment: p.running + 1, From: start, To: on, Base: f.bearing(p.balance), Rounding: f.contract.Terms.Rounding, Amount: p.interest}
	f.steps(&x, on, true)
	return x
}

// sum is the exact amount in fen.
func (x *Figure) sum() *big.Rat {
	sum, step := new(big.Rat), new(big.Rat)
	for _, s := range x.Steps {
		step.SetFrac64(int64(s.Rate)*int64(s.Percent), int64(money.One)*wholePercent*hundredths)
		sum.Add(sum, step.Mul(step, big.NewRat(s.Num, s.Den)))
	}
	return sum.Mul(sum, new(big.Rat).SetInt64(int64(x.Base)))
}

// exact writes the sum in yuan.
func (x *Figure) exact() {
	const decimals = 8
	sum := x.sum()
	n := new(big.Int).Mul(sum.Num(), big.NewInt(1e6)) // 10^8 a yuan, 10^6 a fen
	n.Quo(n, sum.Denom())
	text := n.String()
	for len(text) <= decimals {
		text = "0" + text
	}
	x.Exact = text[:len(text)-decimals] + "." + text[len(text)-decimals:]
}
