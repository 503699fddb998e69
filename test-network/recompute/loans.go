package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"sort"
	"time"
)

// packedLoan is a loan as a fact pack tells it, by what was entered: nothing
// that the ledger worked out is read.
type packedLoan struct {
	contract string
	terms    terms
	lent     money
	from     time.Time
	voucher  string
	entries  []posted
	settled  time.Time
	strange  string // an event that this program does not follow
}

type posted struct {
	number string
	on     time.Time
	amount money
}

func loansOf(p *pack) (map[string]*packedLoan, error) {
	loans := map[string]*packedLoan{}
	for _, a := range p.aggregates["loan"] {
		l := &packedLoan{contract: a.Natural}
		for _, e := range a.Log {
			if err := l.take(e); err != nil {
				return nil, fmt.Errorf("%s %s: %w", a.Natural, e.Number, err)
			}
		}
		sort.SliceStable(l.entries, func(i, j int) bool { return l.entries[i].on.Before(l.entries[j].on) })
		loans[a.Natural] = l
	}
	return loans, nil
}

func (l *packedLoan) take(e logged) error {
	switch e.Name {
	case "ContractSigned":
		var x struct {
			Contract struct {
				Account struct {
					Terms struct {
						Method   string `json:"method"`
						Rate     string `json:"rate"`
						Periods  int    `json:"periods"`
						Months   int    `json:"every_months"`
						Count    string `json:"day_count"`
						Rounding string `json:"rounding"`
						MonthEnd string `json:"month_end"`
						Multiple money  `json:"instalment_multiple"`
					}
					PenaltyPercent int
					GraceDays      int
					NonPerforming  int
					Allocation     []string
				}
			}
		}
		if err := json.Unmarshal(e.Event, &x); err != nil {
			return err
		}
		a, t := x.Contract.Account, x.Contract.Account.Terms
		if a.NonPerforming != nonPerforming || a.Allocation != nil {
			l.strange = "another order of payments"
		}
		rate, ok := new(big.Rat).SetString(t.Rate)
		if !ok {
			return fmt.Errorf("rate %q", t.Rate)
		}
		l.terms = terms{method: t.Method, rate: rate.Quo(rate, big.NewRat(100, 1)), periods: t.Periods, months: t.Months, count: t.Count,
			even: t.Rounding == "half-even", roll: t.MonthEnd == "roll", multiple: int64(t.Multiple), penalty: a.PenaltyPercent, grace: a.GraceDays}
	case "LoanDisbursed", "LoanRepaid":
		var x struct {
			Date     civil
			Amount   money
			Replaces string
		}
		if err := json.Unmarshal(e.Event, &x); err != nil {
			return err
		}
		if x.Replaces != "" {
			l.strange = e.Name + " in the place of another"
		}
		if e.Name == "LoanDisbursed" {
			l.lent, l.from, l.voucher = x.Amount, x.Date.Time, e.Number
		} else {
			l.entries = append(l.entries, posted{e.Number, x.Date.Time, x.Amount})
		}
	case "LoanSettled":
		l.settled = e.Date.Time
	case "LoanAccepted", "LoanRejected", "CreditDecided":
	default:
		l.strange = e.Name
	}
	return nil
}

// standing is a loan at the end of a day, worked out from its entries.
type standing struct {
	outstanding money
	pastDue     int64
	since       time.Time // first of the days up to this one on all of which it was so long past due
}

// at works the loan out, day by day, up to the end of a day.
func (l *packedLoan) at(on time.Time, above int64) standing {
	a := open(l.terms, int64(l.lent), l.from)
	var s standing
	next := 0
	for day := l.from; !day.After(on); day = day.AddDate(0, 0, 1) {
		for next < len(l.entries) && !l.entries[next].on.After(day) {
			a.repay(day, int64(l.entries[next].amount))
			next++
		}
		s.pastDue = a.pastDue(day)
		switch {
		case s.pastDue <= above:
			s.since = time.Time{}
		case s.since.IsZero():
			s.since = day
		}
	}
	s.outstanding = l.lent - money(a.repaidPrincipal)
	return s
}

// class is the class that days past due force.
func class(pastDue int64) string {
	switch {
	case pastDue > 360:
		return "loss"
	case pastDue > 270:
		return "doubtful"
	case pastDue > 90:
		return "substandard"
	case pastDue > 0:
		return "special_mention"
	}
	return "normal"
}
