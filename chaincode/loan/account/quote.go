package account

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Quote 提前还款试算 is what a prepayment costs on a day, and why.
type Quote struct {
	On       calendar.Date         `json:"on"`
	Amount   money.Fen             `json:"amount"`  // to be paid
	Effect   string                `json:"effect"`  // reduce, shorten; full when it repays the loan
	Waiting  money.Fen             `json:"waiting"` // 预收; a prepayment leaves it waiting
	Fee      money.Fen             `json:"fee"`
	Due      Parts                 `json:"due"`       // what is due on the day and paid first, without fees
	Interest money.Fen             `json:"interest"`  // from the last due date to the day
	Repaid   money.Fen             `json:"principal"` // not due yet and repaid
	Balance  money.Fen             `json:"balance"`   // that the instalments after it repay
	Saved    money.Fen             `json:"saved_interest"`
	Figures  []Figure              `json:"figures"`
	Plan     []schedule.Instalment `json:"plan"` // after it
}

// Quote works out a prepayment of a day without making it; an amount of zero
// repays the loan. The day is not before the last entry's. It is refused as the
// prepayment would be.
func (a *Account) Quote(s State, on calendar.Date, amount money.Fen, effect Effect) (*Quote, error) {
	f := a.open(s)
	f.advance(on)
	p := f.beforehand(on)
	if p.balance == 0 {
		return nil, PrepayNothing.At("date", f.lastDue, on)
	}
	if amount == 0 {
		amount = p.due + p.interest + p.balance
	}
	q := &Quote{On: on, Amount: amount, Effect: effect.String(), Waiting: f.s.Advance, Fee: f.s.Fee, Interest: p.interest}
	for i := f.s.Instalment; f.isDue(i, on); i++ {
		x := f.unpaid(i)
		b := f.borne(x, f.rows[i].Due, on)
		q.Due = q.Due.plus(Parts{Penalty: b.penalty(), Compound: b.compound(), Interest: x.Interest, Principal: x.Principal})
	}
	q.Figures = append(f.explainArrears(on), f.explainPrepayment(p, on))
	before := interestAfter(f.rows, on)
	if _, refused := f.apply(&Entry{Date: on, Type: Prepay, Amount: amount, Effect: effect}); refused != nil {
		return nil, refused
	}
	k := f.running(on)
	q.Plan = f.rows[k:]
	if k < len(f.rows) {
		_, _, q.Balance = f.period(k)
	} else {
		q.Effect = "full"
	}
	q.Repaid = p.balance - q.Balance
	q.Saved = before - interestAfter(f.rows, on) - p.interest
	return q, nil
}

func interestAfter(rows []schedule.Instalment, on calendar.Date) money.Fen {
	var sum money.Fen
	for _, row := range rows {
		if row.Due > on {
			sum += row.Interest
		}
	}
	return sum
}
