package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// wholePercent is 100 percent of a rate; rates are weighed in percent so that
// penalty and misuse need no fraction.
const wholePercent = 100

// price is the rate in force on a day.
func (f *folio) price(on calendar.Date) Price {
	p := Price{From: f.contract.Terms.From, Rate: f.contract.Terms.Rate}
	if f.s.Amended != nil {
		for _, next := range f.s.Amended.Prices {
			if next.From > on {
				break
			}
			p = next
		}
	}
	return p
}

// reprices reports whether the rate changes inside a period.
func (f *folio) reprices(from, to calendar.Date) bool {
	if f.s.Amended != nil {
		for _, p := range f.s.Amended.Prices {
			if p.From < to && p.From > from {
				return true
			}
		}
	}
	return false
}

// eachPrice calls for every part of a period that has one rate, in order.
func (f *folio) eachPrice(from, to calendar.Date, visit func(p Price, from, to calendar.Date)) {
	p := f.price(from)
	if f.s.Amended != nil {
		for _, next := range f.s.Amended.Prices {
			if next.From <= from {
				continue
			}
			if next.From >= to {
				break
			}
			visit(p, from, next.From)
			p, from = next, next.From
		}
	}
	if from < to {
		visit(p, from, to)
	}
}

// percentOf is how much of the rate, in hundredths of a percent, an unpaid sum
// bears on the days of a price: penalty on principal; compound interest at the
// rate, and at the penalty rate after the last due date. Of penalty for arrears
// and for misuse the heavier counts, not both (银发〔2003〕251号).
func (f *folio) percentOf(part Part, p Price, after bool) int {
	more := p.Misuse * hundredths
	if part == Penalty || after {
		more = max(f.contract.penalty(), more)
	}
	return wholePercent*hundredths + more
}

// piece is what an unpaid sum bears from a day up to another; the loan's last
// due date ends a piece, a new rate does not.
func (f *folio) piece(unpaid money.Fen, from, to calendar.Date, part Part) money.Fen {
	if unpaid == 0 || from >= to {
		return 0
	}
	if from < f.lastDue && f.lastDue < to {
		return f.borneBy(unpaid, from, f.lastDue, part) + f.borneBy(unpaid, f.lastDue, to, part)
	}
	return f.borneBy(unpaid, from, to, part)
}

// borneBy is a piece that does not cross the last due date.
func (f *folio) borneBy(unpaid money.Fen, from, to calendar.Date, part Part) money.Fen {
	after := from >= f.lastDue
	var weight int64
	if f.reprices(from, to) {
		f.eachPrice(from, to, func(p Price, from, to calendar.Date) {
			weight += int64(p.Rate) * int64(f.percentOf(part, p, after)) * int64(from.DaysUntil(to))
		})
	} else {
		p := f.price(from)
		weight = int64(p.Rate) * int64(f.percentOf(part, p, after)) * int64(from.DaysUntil(to))
	}
	// It fits: Open and Apply checked the limits.
	n, _ := unpaid.MulDiv(weight, int64(money.One)*wholePercent*hundredths*360, f.contract.Terms.Rounding)
	return n
}
