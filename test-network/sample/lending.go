package sample

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// lend takes an application through the bank, as far as the sample's time
// goes. It reports whether the loan was disbursed.
func (b *bank) lend(who *borrower, day calendar.Date) bool {
	d := b.apply(who, day)
	accepted := b.later(d.day, 1, 4)
	if accepted > Last || b.percent(1) && !who.large {
		return false // waits on the bank's desk
	}
	b.accept(d, accepted)
	if b.percent(60) {
		b.query(d, accepted)
	}
	if b.percent(9) && !who.large {
		b.reject(d)
		return false
	}
	decided := b.later(accepted, 1, 8)
	signed := b.later(decided, 0, 4)
	paid := b.later(signed, 0, 3)
	b.price(d, decided, signed)
	if decided > Last {
		return false
	}
	b.decide(d, decided, d.rate)
	if signed > Last {
		return false
	}
	b.sign(d, signed, d.amount)
	if paid > Last {
		return false
	}
	amount := d.amount
	if b.percent(4) && !who.large {
		amount -= amount / 10
	}
	b.disburse(d, paid, amount)
	d.terms.Principal, d.terms.Rate, d.terms.From = amount, d.rate, paid
	var err error
	d.account, err = account.Open(account.Contract{Terms: d.terms, PenaltyPercent: d.penalty, GraceDays: d.grace, NonPerforming: nonPerforming})
	if err != nil {
		panic(err)
	}
	b.lent = append(b.lent, d)
	b.service(d)
	return true
}

// manner is how a borrower pays.
type manner int

const (
	punctual  manner = iota
	early            // some days before the due date
	split            // part on the day, the rest soon after
	late             // now and then some weeks late
	cured            // non-performing for a while
	defaulted        // stops paying
)

// service makes the repayments up to the sample's last day, and the
// settlement if nothing is owed by then.
func (b *bank) service(d *deal) {
	how := manner(b.weighted(75, 5, 4, 9, 4, 3))
	if b.calm {
		how = punctual
	}
	plan := d.account.Plan().Instalments
	breaks := b.below(len(plan)) // where a late payer stumbles
	for i, row := range plan {
		if d.account.At(d.state, max(row.Due, d.day)).Due == 0 || i < d.state.Instalment {
			continue // paid in advance, or together with an earlier one
		}
		day := max(row.Due, d.day)
		switch {
		case how == early && row.Total > 0:
			if before := row.Due - calendar.Date(b.between(1, 5)); before >= d.day && d.account.At(d.state, before).Due == 0 {
				b.pay(d, before, row.Total)
				continue
			}
		case how == split:
			due := d.account.At(d.state, day).Due
			if b.pay(d, day, due*money.Fen(b.between(40, 80))/100) {
				day += calendar.Date(b.between(2, 12))
			}
		case how == late && (i == breaks || b.percent(10)):
			day += calendar.Date(b.between(2, 45))
		case how == cured && i == breaks:
			day += calendar.Date(b.between(95, 200))
			b.pay(d, day, d.account.At(d.state, day).Due*money.Fen(b.between(20, 60))/100)
			day += calendar.Date(b.between(5, 20))
		case how == defaulted && i >= breaks:
			if i == breaks && b.percent(60) {
				day += calendar.Date(b.between(10, 130))
				b.pay(d, day, row.Total/3)
			}
			b.close(d)
			return
		}
		b.pay(d, day, d.account.At(d.state, day).Due)
	}
	b.close(d)
}

// pay is a repayment, unless it lies beyond the sample's time.
func (b *bank) pay(d *deal, day calendar.Date, amount money.Fen) bool {
	if day > Last || amount <= 0 {
		return false
	}
	e := b.repay(d, day, amount)
	d.state, _ = d.account.Repay(d.state, day, amount)
	d.day = day
	d.lastAmount = amount
	if d.payments++; d.payments == 1 {
		d.firstNumber = e.cells["业务流水号"]
	}
	return true
}

// close settles what is paid and adds the loan to the totals.
func (b *bank) close(d *deal) {
	at := d.account.At(d.state, Last)
	b.totals.Loans++
	b.totals.Disbursed += d.terms.Principal
	b.totals.Outstanding += at.Outstanding
	b.totals.PrincipalRepaid += d.terms.Principal - at.Outstanding
	if at.Outstanding > 0 {
		b.balance = append(b.balance, balance{d.contract, at.Outstanding})
	}
	if at.DaysPastDue > 0 {
		b.totals.Overdue++
	}
	if d.account.Maturity() <= Last && d.account.Cleared(d.state, max(d.day, d.account.Maturity())) {
		day := b.later(max(d.day, d.account.Maturity()), 0, 3)
		if day <= Last {
			b.settle(d, day)
			b.totals.Settled++
			if b.percent(10) && day < Last {
				b.revoke(revocationStage, d, b.later(day, 1, 1))
			}
			return
		}
	}
	b.open = append(b.open, d)
	if d.payments >= 2 {
		b.repaid = append(b.repaid, d)
	}
}
