package main

import (
	"encoding/json"
	"math/big"
)

// portfolio is what a bank's filed loans come to at the end of a day.
type portfolio struct {
	Loans       int
	Filed, Bad  money
	Disbursed   money
	Compensated money
}

// checkRegistry: every filing is counted once, within the caps; each month's
// end that was judged gives the breaker that the rules give.
func (s *scheme) checkRegistry() error {
	type entry struct {
		Borrower, Bank, Contract string
		Credit, Reserved         bool
		Counted                  money
	}
	counted := map[string]int{}
	total, credit, household := map[string]money{}, map[string]money{}, map[string]bool{}
	for _, a := range s.registry.aggregates["cap"] {
		var x struct{ Entries []entry }
		if err := json.Unmarshal(a.State, &x); err != nil {
			return err
		}
		for _, e := range x.Entries {
			f := s.filings[e.Bank][e.Contract]
			if f == nil {
				s.same(e.Contract, "counted for", e.Bank, "no filing")
				continue
			}
			counted[e.Bank+"/"+e.Contract]++
			if e.Counted > f.Amount {
				s.same(e.Contract, "counted", e.Counted, f.Amount)
			}
			s.same(e.Contract, "counted as without security", e.Credit, f.Guarantee == "C1")
			total[e.Borrower] += e.Counted
			if e.Credit {
				credit[e.Borrower] += e.Counted
			}
			household[e.Borrower] = household[e.Borrower] || f.Type == "HERDER"
		}
	}
	for bank, filings := range s.filings {
		for contract, f := range filings {
			want := 1
			if f.Status == "REVOKED" {
				want = 0
			}
			s.same(contract, "times counted for "+bank, counted[bank+"/"+contract], want)
		}
	}
	caps := s.packs[len(s.packs)-1].Caps
	for borrower, sum := range total {
		most := caps.Total
		if household[borrower] {
			most = caps.Household
		}
		if sum > most || credit[borrower] > caps.Credit {
			s.same("a borrower", "counted above the cap", sum, most)
		}
	}
	for _, a := range s.registry.aggregates["bank"] {
		if err := s.checkBreaker(a); err != nil {
			return err
		}
	}
	return nil
}

// checkBreaker judges a bank's months again.
func (s *scheme) checkBreaker(a aggregate) error {
	status, below, last := "OK", 0, civil{}
	for _, e := range a.Log {
		var x struct {
			Day       civil
			Pack      string
			Portfolio portfolio
			Breaker   struct {
				Status string
				Below  int
			}
		}
		if err := json.Unmarshal(e.Event, &x); err != nil {
			return err
		}
		switch e.Name {
		case "Judged":
			where := a.Natural + " at " + x.Day.String()
			rule := s.at(x.Day.Time)
			s.same(where, "rule pack", x.Pack, rule.ID)
			p := s.portfolioOf(a.Natural, x.Day)
			p.Compensated = x.Portfolio.Compensated // as of then, in the ledger's order
			s.same(where, "portfolio", x.Portfolio, p)
			ratio := new(big.Rat)
			if p.Filed > 0 {
				ratio.SetFrac64(int64(p.Bad), int64(p.Filed))
			}
			reaches := func(limit percent) bool { return p.Filed > 0 && ratio.Cmp(&limit.Rat) >= 0 }
			if status == "OK" || status == "WARN" {
				counts := p.Loans >= rule.Bank.MinLoans || p.Filed >= rule.Bank.MinFiled
				status = "OK"
				if counts && reaches(rule.Bank.Warn) {
					status = "WARN"
				}
				if counts && reaches(rule.Bank.Suspend) {
					status = "SUSPEND"
				}
			} else {
				switch {
				case reaches(rule.Bank.ResumeBelow):
					below = 0
				case last.AddDate(0, 0, 1).Month() == x.Day.Month():
					below++
				default:
					below = 1
				}
				status = "SUSPEND"
				if below >= rule.Bank.ResumeMonths {
					status = "RESUMABLE"
				}
			}
			s.same(where, "breaker", x.Breaker.Status, status)
			s.same(where, "months below", x.Breaker.Below, below)
			last = x.Day
		case "Resumed":
			s.same(a.Natural, "resumed from", status, "RESUMABLE")
			status, below = "OK", 0
		}
	}
	return nil
}

// portfolioOf works a bank's filed loans out at the end of a day.
func (s *scheme) portfolioOf(bank string, day civil) portfolio {
	var p portfolio
	for contract, f := range s.filings[bank] {
		l := s.loans[bank][contract]
		if f.Status == "REVOKED" || f.Status == "DRAFT" || f.Date.After(day.Time) || l.from.After(day.Time) {
			continue
		}
		now := l.at(day.Time, nonPerforming)
		p.Disbursed += l.lent
		if now.outstanding == 0 {
			continue
		}
		p.Loans++
		p.Filed += now.outstanding
		if now.pastDue > nonPerforming {
			p.Bad += now.outstanding
		}
	}
	return p
}
