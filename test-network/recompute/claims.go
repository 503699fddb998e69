package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"time"
)

// Findings are what the recomputation of a scheme found.
type Findings struct {
	Loans       int            `json:"loans"`
	Filed       int            `json:"filed"`
	Claims      int            `json:"claims"`
	Status      map[string]int `json:"claims_by_status"`
	Limbs       map[string]int `json:"allocations_by_limb"`
	Packs       map[string]int `json:"claims_by_pack"`
	Paid        string         `json:"paid"`
	Back        string         `json:"came_back"`
	Balance     string         `json:"balance"`
	PoolEvents  int            `json:"pool_events"`
	Compared    int            `json:"figures_compared"`
	Differences []Difference   `json:"differences"`
}

// Difference is a figure of the ledger's that comes out otherwise.
type Difference struct {
	Where      string `json:"where"`
	What       string `json:"what"`
	Ledger     string `json:"ledger"`
	Recomputed string `json:"recomputed"`
}

// scheme is everything that the packs tell.
type scheme struct {
	*rules
	Findings
	loans    map[string]map[string]*packedLoan // by bank's MSP and contract
	filings  map[string]map[string]*filing
	claims   []*claim // by bank, then number
	fund     *pack
	registry *pack
}

// same compares a figure of the ledger's with what comes out here.
func (s *scheme) same(where, what string, ledger, ours any) {
	s.Compared++
	if a, b := fmt.Sprint(ledger), fmt.Sprint(ours); a != b {
		s.Differences = append(s.Differences, Difference{where, what, a, b})
	}
}

// RecomputeClaims works the sums of all claims and the fund's pool out again,
// from the fact packs of a directory and what was published.
func RecomputeClaims(dir, packs, reference string) (*Findings, error) {
	s := &scheme{loans: map[string]map[string]*packedLoan{}, filings: map[string]map[string]*filing{},
		Findings: Findings{Status: map[string]int{}, Limbs: map[string]int{}, Packs: map[string]int{}, Differences: []Difference{}}}
	var err error
	if s.rules, err = readRules(packs, reference); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.facts"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var comps []*pack
	for _, name := range names {
		p, err := readPack(name)
		if err != nil {
			return nil, err
		}
		bank := mspOfBook(p.Chaincode)
		switch p.Collection {
		case "loan":
			if s.loans[bank], err = loansOf(p); err != nil {
				return nil, err
			}
			for _, l := range s.loans[bank] {
				if l.lent > 0 {
					s.Loans++
				}
			}
		case "comp":
			comps = append(comps, p)
		case "fund":
			s.fund = p
		case "registry":
			s.registry = p
		}
	}
	if s.fund == nil || s.registry == nil || len(comps) == 0 || len(comps) != len(s.loans) {
		return nil, fmt.Errorf("%s: packs are missing; needed are fund, registry, and loan and comp of each bank", dir)
	}
	for _, p := range comps {
		if err := s.takeBook(mspOfBook(p.Chaincode), p); err != nil {
			return nil, err
		}
	}
	for _, do := range []func() error{s.checkClaims, s.checkPool, s.checkMoney, s.checkRegistry} {
		if err := do(); err != nil {
			return nil, err
		}
	}
	return &s.Findings, nil
}

// mspOfBook is the bank of a book: book-banka is BankA's.
func mspOfBook(chaincode string) string {
	name := strings.TrimPrefix(chaincode, "book-bank")
	return "Bank" + strings.ToUpper(name) + "MSP"
}

// filing is a filing as it was made.
type filing struct {
	Status      string
	Contract    string
	Pack        string
	Date        civil
	Amount      money
	Type        string
	Guarantee   string
	FirstLoan   bool
	Compensated money
	Returned    money
}

// figures are what a claim's sum was worked out from.
type figures struct {
	At, Since, Recognised, Disbursed civil
	Voucher                          string
	Lent, Outstanding                money
	DaysPastDue                      int64
	Class                            string
	Received                         []receipt
	Entries                          int
	Counted                          money
	Sum                              struct {
		Principal, Recovered, Other, NetLoss, Ratio, PerLoanCap, Stack, Entitlement money
		Binding                                                                     string
	}
}

type receipt struct {
	Number string
	Date   civil
	Amount money
}

type government struct {
	Amount money `json:"amount"`
}

type evidence struct{ On civil }

// claim is what is followed of a claim's log.
type claim struct {
	bank, number string
	contract     string
	filing       *filing
	loan         *packedLoan
	status       string
	state        claimState
	log          []logged

	evidence evidence
	others   []government
	figures  *figures // in force
	proposed *adjustment

	approvals []approval
	parts     []part
	backs     []part
	interest  money // that came back with it
	recovered []receipt
	dues      []*due
	clawed    *clawback
}

type claimState struct {
	Status   string
	Contract string
	Award    *struct {
		On             civil
		Entitlement    money
		Paid           money
		Back, Interest money
		Allocated      *struct {
			Amount  money
			Binding string
		}
	}
	Dues []struct {
		Received, By     civil
		Amount, Returned money
		Late, LatePaid   money
		Until            civil
	}
	Clawed *struct{ Amount, Received, InterestPaid money }
}

type adjustment struct {
	Figures figures
	Others  []government
}

type approval struct {
	on          time.Time
	entitlement money
	binding     string
}

type part struct {
	on      time.Time
	amount  money
	voucher string
}

func (s *scheme) takeBook(bank string, p *pack) error {
	filings := map[string]*filing{}
	for _, a := range p.aggregates["filing"] {
		f := &filing{}
		if err := json.Unmarshal(a.State, f); err != nil {
			return fmt.Errorf("filing %s: %w", a.Natural, err)
		}
		filings[a.Natural] = f
		if f.Status != "REVOKED" && f.Status != "DRAFT" {
			s.Filed++
		}
	}
	s.filings[bank] = filings
	list := p.aggregates["claim"]
	slices.SortFunc(list, func(a, b aggregate) int { return strings.Compare(a.Natural, b.Natural) })
	for _, a := range list {
		c := &claim{bank: bank, number: a.Natural, log: a.Log}
		if err := json.Unmarshal(a.State, &c.state); err != nil {
			return fmt.Errorf("claim %s: %w", a.Natural, err)
		}
		c.contract, c.status = c.state.Contract, c.state.Status
		c.filing, c.loan = filings[c.contract], s.loans[bank][c.contract]
		if c.filing == nil || c.loan == nil {
			return fmt.Errorf("claim %s: its loan or filing is not in the packs", a.Natural)
		}
		if c.loan.strange != "" {
			return fmt.Errorf("loan %s: this program does not follow %s", c.contract, c.loan.strange)
		}
		s.claims = append(s.claims, c)
	}
	return nil
}

// checkClaims works each claim's sum out at every event that fixed one.
func (s *scheme) checkClaims() error {
	for _, c := range s.claims {
		s.Claims++
		s.Status[c.status]++
		s.Packs[c.filing.Pack]++
		judged := s.at(c.filing.Date.Time)
		s.same(c.number, "rule pack of the filing date", c.filing.Pack, judged.ID)
		for _, e := range c.log {
			if err := s.step(c, judged, e); err != nil {
				return fmt.Errorf("claim %s, %s: %w", c.number, e.Name, err)
			}
		}
	}
	return nil
}

// step follows one event of a claim.
func (s *scheme) step(c *claim, p *rulePack, e logged) error {
	read := func(into any) error { return json.Unmarshal(e.Event, into) }
	switch e.Name {
	case "ClaimSubmitted":
		var x struct {
			Evidence evidence
			Others   []government
			Figures  figures
		}
		if err := read(&x); err != nil {
			return err
		}
		c.evidence, c.others, c.figures = x.Evidence, x.Others, &x.Figures
		s.checkFigures(c, p, &x.Figures, c.others)
	case "ClaimAccepted":
		var x struct{ Figures figures }
		if err := read(&x); err != nil {
			return err
		}
		c.figures = &x.Figures
		s.checkFigures(c, p, &x.Figures, c.others)
	case "AdjustmentProposed":
		var x struct{ Adjustment adjustment }
		if err := read(&x); err != nil {
			return err
		}
		c.proposed = &x.Adjustment
		s.checkFigures(c, p, &x.Adjustment.Figures, x.Adjustment.Others)
	case "AdjustmentSigned":
		var x struct{ Dropped bool }
		if err := read(&x); err != nil {
			return err
		}
		if !x.Dropped {
			c.figures, c.others = &c.proposed.Figures, c.proposed.Others
		}
	case "ClaimApproved":
		var x struct {
			Entitlement money
			Binding     string
		}
		if err := read(&x); err != nil {
			return err
		}
		sum := s.sumOf(c, p, c.figures, c.others)
		s.same(c.number, "approved", x.Entitlement, sum.entitlement)
		s.same(c.number, "approved, bound by", x.Binding, sum.binding)
		c.approvals = append(c.approvals, approval{e.Date.Time, sum.entitlement, sum.binding})
	default:
		return s.moneyStep(c, p, e)
	}
	return nil
}

// sum is a claim worked out from the loan's entries.
type sum struct {
	since, recognised                                                           time.Time
	outstanding                                                                 money
	pastDue                                                                     int64
	received                                                                    []receipt
	entries                                                                     int
	principal, recovered, other, netLoss, ratio, perLoanCap, stack, entitlement money
	binding                                                                     string
}

// counted is the filed share of an amount.
func (c *claim) counted(amount money) money {
	if c.filing.Amount >= c.loan.lent {
		return amount
	}
	return scaled(amount, c.filing.Amount, c.loan.lent)
}

// sumOf works a claim out as of the day of its figures; nothing else of them is
// used.
func (s *scheme) sumOf(c *claim, p *rulePack, f *figures, others []government) sum {
	at := f.At.Time
	x := sum{since: c.loan.at(at, p.Recognition.OverdueAbove).since}
	x.recognised = x.since
	if c.evidence.On.After(x.recognised) {
		x.recognised = c.evidence.On.Time
	}
	then := c.loan.at(x.recognised, p.Recognition.OverdueAbove)
	x.outstanding, x.pastDue = then.outstanding, then.pastDue
	x.principal = c.counted(x.outstanding)
	for _, e := range c.loan.entries {
		switch {
		case !e.on.After(x.recognised):
			x.entries++
		case !e.on.After(at):
			x.received = append(x.received, receipt{e.number, civil{e.on}, e.amount})
			x.recovered += c.counted(e.amount)
		}
	}
	for _, g := range others {
		x.other += g.Amount
	}
	x.netLoss = max(0, x.principal-max(0, x.recovered))
	for _, r := range p.Sum.Ratios {
		if r.Guarantee == c.filing.Guarantee {
			ratio := new(big.Rat).Set(&r.Ratio.Rat)
			if c.filing.FirstLoan {
				ratio.Add(ratio, &r.FirstLoanPoints.Rat)
			}
			x.ratio = halfUp(times(x.netLoss, ratio))
		}
	}
	x.perLoanCap = p.Sum.PerLoanCap
	x.stack = max(0, down(times(x.netLoss, &p.Sum.Stack.Rat))-x.other)
	x.entitlement, x.binding = x.ratio, "ratio"
	if x.perLoanCap < x.entitlement {
		x.entitlement, x.binding = x.perLoanCap, "per_loan_cap"
	}
	if x.stack < x.entitlement {
		x.entitlement, x.binding = x.stack, "stack"
	}
	return x
}

func (s *scheme) checkFigures(c *claim, p *rulePack, f *figures, others []government) {
	x := s.sumOf(c, p, f, others)
	where := c.number + " on " + f.At.String()
	for _, v := range []struct {
		what         string
		ledger, ours any
	}{
		{"non-performing since", f.Since, civil{x.since}}, {"recognised", f.Recognised, civil{x.recognised}},
		{"disbursed on", f.Disbursed, civil{c.loan.from}}, {"disbursed by", f.Voucher, c.loan.voucher}, {"lent", f.Lent, c.loan.lent},
		{"outstanding", f.Outstanding, x.outstanding}, {"days past due", f.DaysPastDue, x.pastDue}, {"class", f.Class, class(x.pastDue)},
		{"entries before", f.Entries, x.entries}, {"received", f.Received, x.received}, {"filed amount", f.Counted, c.filing.Amount},
		{"principal", f.Sum.Principal, x.principal}, {"recovered", f.Sum.Recovered, x.recovered}, {"other government money", f.Sum.Other, x.other},
		{"net loss", f.Sum.NetLoss, x.netLoss}, {"limb ratio", f.Sum.Ratio, x.ratio}, {"limb per_loan_cap", f.Sum.PerLoanCap, x.perLoanCap},
		{"limb stack", f.Sum.Stack, x.stack}, {"entitlement", f.Sum.Entitlement, x.entitlement}, {"binding", f.Sum.Binding, x.binding},
	} {
		s.same(where, v.what, v.ledger, v.ours)
	}
}
