package consortium

import (
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Vocabulary of packs. Rooms after this one own these codes; a test holds
// that they are theirs.
var (
	packBorrowers  = []string{"ENTERPRISE", "INDIVIDUAL_BUSINESS", "HERDER", "COOPERATIVE", "FAMILY_RANCH"}
	packGuarantees = []string{"C1", "C2", "C3", "C4", "C5"}
	packClasses    = []string{"substandard", "doubtful", "loss"}
	packMeasures   = []string{MeasureNPL, MeasureCompensated}
)

// What a bank's breaker measures.
const (
	MeasureNPL         = "NPL"         // 不良率: principal classed substandard or worse, of the principal of its filed loans
	MeasureCompensated = "COMPENSATED" // 累计代偿率: what it was paid, of what it lent on filed loans
)

// Limits of a pack's numbers: slips of the keyboard, not rules.
const (
	maxWorkingDays = 250
	maxMonths      = 360
	maxPackCode    = 32
)

// packCheck collects the first thing wrong with a pack.
type packCheck struct{ err error }

func (c *packCheck) that(ok bool, field string, limit, actual any) {
	if c.err == nil && !ok {
		c.err = PackWrong.At("packs."+field, limit, actual)
	}
}

func (c *packCheck) count(field string, n, least, most int) {
	c.that(n >= least && n <= most, field, strconv.Itoa(least)+".."+strconv.Itoa(most), n)
}

func (c *packCheck) days(field string, n int) { c.count("days."+field, n, 1, maxWorkingDays) }

func (c *packCheck) percent(field string, r, least money.Rate) {
	c.that(r >= least && r <= money.One, field, least.String()+"..100 percent", r)
}

func (c *packCheck) amount(field string, f money.Fen) {
	c.that(f > 0 && f <= money.Max, field, "0.01.."+money.Max.String(), f)
}

// among wants codes of a list, each once and at least one.
func (c *packCheck) among(field string, codes, list []string) {
	c.that(len(codes) > 0, field, strings.Join(list, " "), 0)
	for i, code := range codes {
		c.that(listed(list, code), field, strings.Join(list, " "), code)
		c.that(!listed(codes[:i], code), field, "each once", code)
	}
}

func listed(list []string, code string) bool {
	for _, x := range list {
		if x == code {
			return true
		}
	}
	return false
}

func termCodes(terms []Term) []string {
	codes := make([]string, len(terms))
	for i, t := range terms {
		codes[i] = t.Code
	}
	return codes
}

// valid refuses a pack that no rule could apply.
func (p RulePack) valid() error {
	if err := within("packs", p.Zh, p.En); err != nil {
		return err
	}
	c := &packCheck{}
	c.that(len(p.ID) > 0 && len(p.ID) <= maxPackCode && strings.IndexFunc(p.ID, notCode) < 0, "id", "1..32 letters, digits, - and .", len(p.ID))
	c.that(p.From.Valid(), "from", "a date", p.From)
	c.that(p.Zh != "" && p.En != "", "zh", "a name in Chinese and English", "")
	p.validEligibility(c)
	p.validSum(c)
	d := p.Recognition
	c.count("recognition.overdue_days_above", d.OverdueAbove, 0, 3660)
	c.among("recognition.class", []string{d.Class}, packClasses)
	c.among("recognition.evidence", d.Evidence, termCodes(Evidence))
	c.count("recognition.notice_working_days", d.Notice, 1, maxWorkingDays)
	c.count("recognition.claim_months", d.Claim, 1, maxMonths)
	p.validBreakers(c)
	for _, x := range []struct {
		field string
		n     int
	}{{"completeness", p.Days.Completeness}, {"cure", p.Days.Cure}, {"review", p.Days.Review}, {"publish", p.Days.Publish}, {"publicity", p.Days.Publicity},
		{"objection", p.Days.Objection}, {"decision", p.Days.Decision}, {"payment", p.Days.Payment}, {"return", p.Days.Return}} {
		c.days(x.field, x.n)
	}
	c.count("days.cures", p.Days.Cures, 0, 9)
	c.percent("recovery.clawback_percent", p.Recovery.Clawback, 0)
	c.that(p.Recovery.YearBasis == 360 || p.Recovery.YearBasis == 365, "recovery.interest_year_days", "360, 365", p.Recovery.YearBasis)
	c.that(dayOfYear(p.Annual.SelfReport), "annual.self_report", "MM-DD", len(p.Annual.SelfReport))
	c.that(dayOfYear(p.Annual.Reconciliation), "annual.reconciliation", "MM-DD", len(p.Annual.Reconciliation))
	return c.err
}

func (p RulePack) validEligibility(c *packCheck) {
	e := p.Eligible
	c.among("eligible.borrowers", e.Borrowers, packBorrowers)
	c.that(listed(e.Borrowers, "ENTERPRISE") == (len(e.Sizes) > 0), "eligible.sizes", "for ENTERPRISE, and for no other", len(e.Sizes))
	for i, s := range e.Sizes {
		c.that(s.Valid(), "eligible.sizes", "large medium small micro", uint8(s))
		for _, before := range e.Sizes[:i] {
			c.that(before != s, "eligible.sizes", "each once", s)
		}
	}
	if len(e.Exclusions) > 0 {
		c.among("eligible.exclusions", e.Exclusions, termCodes(Exclusions))
	}
	c.count("eligible.excluded_industries", len(e.Industries), 0, maxList)
	for _, x := range e.Industries {
		c.that(industryPrefix(x), "eligible.excluded_industries", "a section A..T, then up to 4 digits", len(x))
	}
	c.that(len(e.Region) >= 2 && len(e.Region) <= 6 && strings.IndexFunc(e.Region, notDigit) < 0, "eligible.region_prefix", "2..6 digits", len(e.Region))
	c.count("eligible.max_months", e.MaxMonths, 1, maxMonths)
	c.that(e.RateCapPoints >= 0 && e.RateCapPoints <= maxLPR, "eligible.rate_cap_points", "0..25 points", e.RateCapPoints)
	c.count("eligible.back_filing_working_days", e.BackFiling, 0, maxWorkingDays)
}

func (p RulePack) validSum(c *packCheck) {
	k := p.Caps
	c.amount("caps.total", k.Total)
	c.amount("caps.credit", k.Credit)
	c.amount("caps.household", k.Household)
	c.that(k.Credit <= k.Total, "caps.credit", k.Total, k.Credit)
	c.count("sum.ratios", len(p.Sum.Ratios), 1, len(packGuarantees))
	var seen []string
	for _, r := range p.Sum.Ratios {
		c.among("sum.ratios.guarantee", []string{r.Guarantee}, packGuarantees)
		c.that(!listed(seen, r.Guarantee), "sum.ratios.guarantee", "each once", len(seen))
		seen = append(seen, r.Guarantee)
		c.percent("sum.ratios.ratio_percent", r.Ratio, 0)
		c.that(r.FirstLoanPoints >= 0 && r.FirstLoanPoints <= money.One-r.Ratio, "sum.ratios.first_loan_points", "ratio and points within 100 percent", r.FirstLoanPoints)
	}
	c.percent("sum.stack_percent", p.Sum.Stack, 0)
	c.amount("sum.per_loan_cap", p.Sum.PerLoanCap)
	c.percent("sum.bank_year_percent", p.Sum.BankYear, 0)
}

func (p RulePack) validBreakers(c *packCheck) {
	b := p.Bank
	c.among("bank_breaker.measure", []string{b.Measure}, packMeasures)
	c.percent("bank_breaker.suspend_percent", b.Suspend, 1)
	c.that(b.Warn >= 0 && b.Warn <= b.Suspend, "bank_breaker.warn_percent", "not above "+b.Suspend.String(), b.Warn)
	c.that(b.ResumeBelow > 0 && b.ResumeBelow <= b.Suspend, "bank_breaker.resume_below_percent", "above 0, not above "+b.Suspend.String(), b.ResumeBelow)
	c.count("bank_breaker.resume_months", b.ResumeMonths, 1, 24)
	c.count("bank_breaker.min_loans", b.MinLoans, 1, 1_000_000)
	c.amount("bank_breaker.min_filed", b.MinFiled)
	q := p.Pool
	c.percent("pool_breaker.freeze_percent", q.Freeze, 1)
	c.that(q.Warn >= 0 && q.Warn <= q.Freeze, "pool_breaker.warn_percent", "not above "+q.Freeze.String(), q.Warn)
	c.count("pool_breaker.top_up_months", q.TopUpMonths, 1, 12)
}

func notCode(r rune) bool {
	return (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && notDigit(r) && r != '-' && r != '.'
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func industryPrefix(x string) bool {
	return len(x) >= 1 && len(x) <= 5 && x[0] >= 'A' && x[0] <= 'T' && strings.IndexFunc(x[1:], notDigit) < 0
}

// dayOfYear reads MM-DD, a day that every year has.
func dayOfYear(text string) bool {
	const ordinary = "2023-"
	_, err := calendar.ParseDate(ordinary + text)
	return err == nil
}
