package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// A line of revolving credit is as many loans as drawdowns, as it is on the
// ledger: each drawdown is a loan 借据 of its own.

type simulatedDrawdown struct {
	Date   written `json:"date"`
	Amount written `json:"amount"`
}

// open opens the loan of the terms, or the loan of each drawdown.
func (t *simulatedTerms) open() ([]*account.Account, error) {
	switch {
	case t == nil:
		return nil, missing("terms")
	case t.Drawdowns == nil:
		c, err := t.contract()
		if err != nil {
			return nil, err
		}
		loan, err := account.Open(c)
		return []*account.Account{loan}, inside("terms", err)
	case len(t.Drawdowns) == 0:
		return nil, missing("terms.drawdowns")
	case t.Method != written(schedule.Revolving.String()):
		return nil, &invalid.Error{Code: "DRAWDOWNS_METHOD", Field: "terms.drawdowns", Limit: "with REV only", Value: invalid.Shown(string(t.Method)),
			Zh: "只有随借随还可以多次提款", En: "only revolving credit is drawn down several times", Hint: "give principal and from"}
	case t.Principal != "" || t.From != "":
		return nil, &invalid.Error{Code: "DRAWDOWNS_INSTEAD", Field: "terms.drawdowns", Limit: "in place of principal and from",
			Zh: "提款与本金、起息日不能并列", En: "drawdowns stand in place of principal and from", Hint: "leave principal and from out"}
	}
	loans := make([]*account.Account, len(t.Drawdowns))
	for i, d := range t.Drawdowns {
		one := *t
		one.Principal, one.From, one.Drawdowns = d.Amount, d.Date, nil
		opened, err := one.open()
		if err != nil {
			return nil, ofDrawdown(i, err)
		}
		loans[i] = opened[0]
	}
	return loans, nil
}

// ofDrawdown names the drawdown instead of the terms that it stands for.
func ofDrawdown(i int, err error) error {
	var e *invalid.Error
	if !errors.As(err, &e) {
		return err
	}
	part, known := map[string]string{"terms.principal": "amount", "terms.from": "date"}[e.Field]
	if !known {
		return err
	}
	named := *e
	named.Field = fmt.Sprintf("terms.drawdowns[%d].%s", i, part)
	return &named
}

// drawdown is the number of the loan that a command is of.
func (x *simulatedCommand) drawdown(loans int) (int, error) {
	if x.Drawdown == "" && loans > 1 {
		return 0, missing("drawdown")
	}
	return wholeNumber("drawdown", x.Drawdown, 0, loans-1)
}

// firstDay is the day from which there is a loan.
func firstDay(loans []*account.Account) calendar.Date {
	first := loans[0].Contract().Terms.From
	for _, loan := range loans {
		first = min(first, loan.Contract().Terms.From)
	}
	return first
}

// simulatedLine is what was drawn down by the end of a day: each loan, their
// sums, the most days past due and the worst class.
type simulatedLine struct {
	Drawdowns []simulatedDrawn `json:"drawdowns"`
	simulatedFigures
}

type simulatedDrawn struct {
	Drawdown int           `json:"drawdown"`
	Date     calendar.Date `json:"date"`
	Amount   money.Fen     `json:"amount"`
	*simulated
}

func lineOf(loans []*account.Account, results []*simulated, asOf calendar.Date) *simulatedLine {
	line := &simulatedLine{Drawdowns: []simulatedDrawn{}}
	for i, loan := range loans {
		terms := loan.Contract().Terms
		if terms.From > asOf {
			continue
		}
		x := results[i]
		line.Drawdowns = append(line.Drawdowns, simulatedDrawn{i, terms.From, terms.Principal, x})
		line.Outstanding += x.Outstanding
		line.OverduePrincipal += x.OverduePrincipal
		line.OverdueInterest += x.OverdueInterest
		line.Penalty += x.Penalty
		line.Compound += x.Compound
		line.Advance += x.Advance
		line.DaysPastDue = max(line.DaysPastDue, x.DaysPastDue)
		line.Class = max(line.Class, x.Class)
	}
	return line
}

func (x *simulatedLine) show(w io.Writer) {
	for _, d := range x.Drawdowns {
		fmt.Fprintf(w, "借据 drawdown %d: %s  %s 元\n", d.Drawdown, d.Date, d.Amount.Display())
		d.simulated.show(w)
		fmt.Fprintln(w)
	}
	fmt.Fprint(w, "合计 together")
	x.simulatedFigures.show(w)
}
