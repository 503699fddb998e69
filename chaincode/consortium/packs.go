package consortium

import (
	"sort"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// RulePack 规则包 is one version of the rules of risk compensation 风险补偿:
// data only. None of its numbers is law; the fund's regulation 资金管理办法
// states them, and they stand here because it will be revised. A loan is
// judged by the pack in force on its filing date 备案日, for ever: a pack that
// all three authorities have signed never changes, a new one follows it.
//
// Amounts are yuan in text and fen on the ledger, rates percent in text.
type RulePack struct {
	ID          string          `json:"id"`   // RC-QH-v2
	From        calendar.Date   `json:"from"` // first filing date that it judges
	Zh          string          `json:"zh"`
	En          string          `json:"en"`
	Eligible    Eligibility     `json:"eligible"`
	Caps        BorrowerCaps    `json:"caps"`
	Sum         SumRules        `json:"sum"`
	Recognition Recognition     `json:"recognition"`
	Bank        BankBreaker     `json:"bank_breaker"`
	Pool        PoolBreaker     `json:"pool_breaker"`
	Days        ClaimDays       `json:"days"`
	Recovery    RecoveryRules   `json:"recovery"`
	Annual      AnnualReporting `json:"annual"`
}

// Eligibility 备案条件 is what a loan needs to be filed.
type Eligibility struct {
	Borrowers     []string          `json:"borrowers"`           // subject types: ENTERPRISE, INDIVIDUAL_BUSINESS, HERDER, COOPERATIVE, FAMILY_RANCH
	Sizes         []identifier.Size `json:"sizes"`               // of an ENTERPRISE, as it was on the filing date
	Exclusions    []string          `json:"exclusions"`          // what the bank attests not to be the case, codes of Exclusions
	Industries    []string          `json:"excluded_industries"` // section, division or group: J, K701
	Region        string            `json:"region_prefix"`       // of the place of registration: 63
	MaxMonths     int               `json:"max_months"`          // longest term of a loan
	RateCapPoints money.Rate        `json:"rate_cap_points"`     // percentage points above the one-year LPR of the contract's date: 1.5 is 150 bp
	BackFiling    int               `json:"back_filing_working_days"`
}

// Term is a code that packs use, and what it says.
type Term struct{ Code, Zh, En string }

// Exclusions 排除情形: what a bank attests not to be the case when it files.
var Exclusions = []Term{
	{"DISHONEST_DEBTOR", "失信被执行人", "listed as a dishonest judgment debtor"},
	{"SERIOUS_DISHONESTY", "严重失信主体", "listed for serious dishonesty"},
	{"CLOSED", "注销、吊销或停业", "deregistered, licence revoked or closed"},
	{"UNRECOVERED", "已获补偿且尚未追偿到位", "compensated before and not yet recovered"},
}

// Evidence 追偿证明: what shows that the bank pursues the debt.
var Evidence = []Term{
	{"LAWSUIT", "诉讼受理", "a lawsuit has been accepted"},
	{"ARBITRATION", "仲裁", "arbitration has been accepted"},
	{"NOTARIAL", "公证执行", "enforcement of a notarized debt"},
	{"PAYMENT_ORDER", "支付令", "an order for payment"},
	{"TERMINATED", "终本裁定", "enforcement ended for want of assets"},
}

// BorrowerCaps 单户限额 are limits of one borrower's filed principal that is
// outstanding, over all banks together.
type BorrowerCaps struct {
	Total     money.Fen `json:"total"`
	Credit    money.Fen `json:"credit"`    // of loans without security (C1)
	Household money.Fen `json:"household"` // of a HERDER, instead of Total
}

// SumRules 补偿标准 bound the sum of a claim.
type SumRules struct {
	Ratios     []GuaranteeRatio `json:"ratios"` // by guarantee; a guarantee without a row is not filed
	Stack      money.Rate       `json:"stack_percent"`
	PerLoanCap money.Fen        `json:"per_loan_cap"`
	BankYear   money.Rate       `json:"bank_year_percent"` // of the fund at the year's opening: what one bank may get in a year
}

// GuaranteeRatio 补偿比例 is the share of the net loss for a way of securing
// the loan.
type GuaranteeRatio struct {
	Guarantee       string     `json:"guarantee"`         // C1 信用 … C5 组合
	Ratio           money.Rate `json:"ratio_percent"`     // of the net loss
	FirstLoanPoints money.Rate `json:"first_loan_points"` // 首贷 percentage points on top
}

// Recognition 不良认定 is when a loan may be claimed for.
type Recognition struct {
	OverdueAbove int      `json:"overdue_days_above"` // 90: from the 91st day
	Class        string   `json:"class"`              // the best class that still qualifies: substandard
	Evidence     []string `json:"evidence"`           // of recovery, one of these: codes of Evidence
	Notice       int      `json:"notice_working_days"`
	Claim        int      `json:"claim_months"` // after recognition
}

// BankBreaker 单行熔断 stops new filings of a bank whose filed loans go bad.
// Ratios compare exactly; below both minima a ratio says nothing.
type BankBreaker struct {
	Measure      string     `json:"measure"` // NPL 不良率 or COMPENSATED 累计代偿率
	Warn         money.Rate `json:"warn_percent"`
	Suspend      money.Rate `json:"suspend_percent"`
	ResumeBelow  money.Rate `json:"resume_below_percent"`
	ResumeMonths int        `json:"resume_months"` // consecutive month ends below, then a review minute
	MinLoans     int        `json:"min_loans"`     // either minimum suffices
	MinFiled     money.Fen  `json:"min_filed"`
}

// PoolBreaker 资金池熔断 stops new filings of everybody.
type PoolBreaker struct {
	Warn        money.Rate `json:"warn_percent"` // paid in the year, of the opening balance
	Freeze      money.Rate `json:"freeze_percent"`
	TopUpMonths int        `json:"top_up_months"` // months of expected payments that the available balance must cover
}

// ClaimDays 办理时限 are working days for each step of a claim.
type ClaimDays struct {
	Completeness int `json:"completeness"` // from submission: the operator accepts or returns
	Cure         int `json:"cure"`         // from the return: the bank submits again 补正
	Cures        int `json:"cures"`        // how often a claim may be returned; a count, not days
	Review       int `json:"review"`       // from acceptance: review and opinion together 联合审核
	Publish      int `json:"publish"`      // from the opinion: publicity begins
	Publicity    int `json:"publicity"`    // shortest publicity 公示
	Objection    int `json:"objection"`    // from the objection: answered and reviewed again
	Decision     int `json:"decision"`     // from the end of publicity: finance decides
	Payment      int `json:"payment"`      // from the end of publicity: the money leaves
	Return       int `json:"return"`       // from a recovery's receipt: the bank returns the fund's share
}

// RecoveryRules 追偿与追回.
type RecoveryRules struct {
	Clawback  money.Rate `json:"clawback_percent"` // of what was paid and not returned
	YearBasis int        `json:"interest_year_days"`
}

// AnnualReporting 年度清算: days of the following year, month and day.
type AnnualReporting struct {
	SelfReport     string `json:"self_report"`    // 01-31
	Reconciliation string `json:"reconciliation"` // 03-31
}

// packTable names the packs among the tables.
const packTable = "packs"

// authorities are the three that must all sign a pack.
var authorities = []command.Party{command.Commission, command.CentralBank, command.Finance}

func (p Proposal) signedBy(party command.Party) bool {
	signed := p.Party == party
	for _, s := range p.Signatures {
		signed = signed || s.Party == party
	}
	return signed
}

// addPacks adds packs by their first day. One that stands stays as it is,
// whatever comes under its ID.
func addPacks(old, packs []RulePack) []RulePack {
	for _, p := range packs {
		if newPack(old, p) != nil {
			continue
		}
		i := sort.Search(len(old), func(i int) bool { return old[i].From > p.From })
		list := append([]RulePack(nil), old[:i]...)
		old = append(append(list, p), old[i:]...)
	}
	return old
}

// newPack refuses a pack whose ID or first day another one has.
func newPack(packs []RulePack, p RulePack) error {
	for _, x := range packs {
		switch {
		case x.ID == p.ID:
			return PackExists.At("packs.id", nil, p.ID)
		case x.From == p.From:
			return PackExists.At("packs.from", nil, p.From)
		}
	}
	return nil
}

// fits refuses a change that the tables, as they are by now, do not allow.
func (c Change) fits(t Tables) error {
	if err := complete(c.apply(t).Members); err != nil {
		return err
	}
	for _, p := range c.Packs {
		if err := newPack(t.Packs, p); err != nil {
			return err
		}
		// No loan may have been filed under another pack on a day that this
		// one judges, so it comes into force on a day that has not opened.
		if p.From <= t.Open {
			return PackLate.At("packs.from", "after "+t.Open.String(), p.From)
		}
	}
	return nil
}

// PackAt is the pack that judges a loan filed on a day: the last one whose
// first day is not later.
func PackAt(packs []RulePack, filed calendar.Date) (RulePack, bool) {
	i := sort.Search(len(packs), func(i int) bool { return packs[i].From > filed })
	if i == 0 {
		return RulePack{}, false
	}
	return packs[i-1], true
}

// PackAt is the pack of the ledger that judges a loan filed on a day.
func (t *Tables) PackAt(filed calendar.Date) (RulePack, bool) { return PackAt(t.Packs, filed) }

// Pack finds a pack by its ID, as a filing remembers it.
func (t *Tables) Pack(id string) (RulePack, bool) {
	for i := range t.Packs {
		if t.Packs[i].ID == id {
			return t.Packs[i], true
		}
	}
	return RulePack{}, false
}

// Ratio is the row of a guarantee; none means that such loans are not filed.
func (p RulePack) Ratio(guarantee string) (GuaranteeRatio, bool) {
	for _, r := range p.Sum.Ratios {
		if r.Guarantee == guarantee {
			return r, true
		}
	}
	return GuaranteeRatio{}, false
}

// Takes reports whether a borrower of that type and size may be filed. Only
// an enterprise has a size.
func (p RulePack) Takes(borrower string, size identifier.Size) bool {
	listed := false
	for _, b := range p.Eligible.Borrowers {
		listed = listed || b == borrower
	}
	if !listed || borrower != "ENTERPRISE" {
		return listed
	}
	for _, s := range p.Eligible.Sizes {
		if s == size {
			return true
		}
	}
	return false
}

// ExcludesIndustry reports whether an industry is excluded. It is written as
// subjects state it, a class with its section: K7010.
func (p RulePack) ExcludesIndustry(industry string) bool {
	for _, x := range p.Eligible.Industries {
		if strings.HasPrefix(industry, x) {
			return true
		}
	}
	return false
}
