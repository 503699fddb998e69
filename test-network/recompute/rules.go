package main

import (
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// rulePack is what of a rule pack the sums go by.
type rulePack struct {
	ID   string `json:"id"`
	From civil  `json:"from"`
	Caps struct {
		Total     money `json:"total"`
		Credit    money `json:"credit"`
		Household money `json:"household"`
	} `json:"caps"`
	Sum struct {
		Ratios []struct {
			Guarantee       string  `json:"guarantee"`
			Ratio           percent `json:"ratio_percent"`
			FirstLoanPoints percent `json:"first_loan_points"`
		} `json:"ratios"`
		Stack      percent `json:"stack_percent"`
		PerLoanCap money   `json:"per_loan_cap"`
		BankYear   percent `json:"bank_year_percent"`
	} `json:"sum"`
	Recognition struct {
		OverdueAbove int64 `json:"overdue_days_above"`
	} `json:"recognition"`
	Bank struct {
		Warn         percent `json:"warn_percent"`
		Suspend      percent `json:"suspend_percent"`
		ResumeBelow  percent `json:"resume_below_percent"`
		ResumeMonths int     `json:"resume_months"`
		MinLoans     int     `json:"min_loans"`
		MinFiled     money   `json:"min_filed"`
	} `json:"bank_breaker"`
	Days struct {
		Return int `json:"return"`
	} `json:"days"`
	Recovery struct {
		Clawback percent `json:"clawback_percent"`
		YearDays int64   `json:"interest_year_days"`
	} `json:"recovery"`
}

// percent is a fraction; packs write percent as text.
type percent struct{ big.Rat }

func (p *percent) UnmarshalJSON(raw []byte) error {
	text := string(raw)
	if text[0] == '"' {
		text = text[1 : len(text)-1]
	}
	if _, ok := p.SetString(text); !ok {
		return &json.UnmarshalTypeError{Value: text}
	}
	p.Quo(&p.Rat, big.NewRat(100, 1))
	return nil
}

// rules are what was published: rule packs, prime rates, days off.
type rules struct {
	packs []rulePack // by first filing date
	lpr   []published
	works map[string]bool // days that are worked though at a weekend, or not though on a weekday
}

type published struct {
	on   time.Time
	rate *big.Rat // a year
}

func readRules(packs, reference string) (*rules, error) {
	r := &rules{works: map[string]bool{}}
	raw, err := os.ReadFile(packs)
	if err == nil {
		err = json.Unmarshal(raw, &r.packs)
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(r.packs, func(a, b rulePack) int { return a.From.Compare(b.From.Time) })
	rows, err := linesOf(filepath.Join(reference, "lpr.csv"))
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		on, err := date(row[0])
		if err != nil {
			return nil, err
		}
		rate, _ := new(big.Rat).SetString(row[1])
		r.lpr = append(r.lpr, published{on, rate.Quo(rate, big.NewRat(100, 1))})
	}
	if rows, err = linesOf(filepath.Join(reference, "holidays.csv")); err != nil {
		return nil, err
	}
	for _, row := range rows {
		r.works[row[0]] = row[1] == "work"
	}
	return r, nil
}

// at is the pack by which a loan filed on a day is judged.
func (r *rules) at(filed time.Time) *rulePack {
	for i := len(r.packs) - 1; i >= 0; i-- {
		if !r.packs[i].From.After(filed) {
			return &r.packs[i]
		}
	}
	return nil
}

func (r *rules) pack(id string) *rulePack {
	for i := range r.packs {
		if r.packs[i].ID == id {
			return &r.packs[i]
		}
	}
	return nil
}

// workingDay is the n-th day worked after a day.
func (r *rules) workingDay(from time.Time, n int) time.Time {
	for n > 0 {
		from = from.AddDate(0, 0, 1)
		weekday := from.Weekday() != time.Saturday && from.Weekday() != time.Sunday
		if worked, special := r.works[from.Format(time.DateOnly)]; special && worked || !special && weekday {
			n--
		}
	}
	return from
}

// rateDays is Σ over the days from one to before another of the prime rate
// that held on each.
func (r *rules) rateDays(from, to time.Time) *big.Rat {
	sum := new(big.Rat)
	for i, p := range r.lpr {
		a, b := p.on, to
		if i+1 < len(r.lpr) && r.lpr[i+1].on.Before(b) {
			b = r.lpr[i+1].on
		}
		if a.Before(from) {
			a = from
		}
		if a.Before(b) {
			sum.Add(sum, new(big.Rat).Mul(p.rate, big.NewRat(days(a, b), 1)))
		}
	}
	return sum
}

func halfUp(x *big.Rat) money { return money(terms{}.round(x)) }

func down(x *big.Rat) money { return money(new(big.Int).Div(x.Num(), x.Denom()).Int64()) }

func times(m money, f *big.Rat) *big.Rat {
	return new(big.Rat).Mul(new(big.Rat).SetInt64(int64(m)), f)
}
