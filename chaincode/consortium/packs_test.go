package consortium_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// third is a pack that may follow the two of the founding.
func third(t *testing.T) consortium.RulePack {
	p := chaincodetest.Packs(t)[1]
	p.ID, p.From = "RC-QH-v3", chaincodetest.Day(t, "2024-10-01")
	p.Sum.PerLoanCap = 200000000
	return p
}

func proposePack(t *testing.T, number string, packs ...consortium.RulePack) consortium.ProposeContent {
	return consortium.ProposeContent{Head: head(t, number, "2024-08-01"), Change: consortium.Change{Packs: packs}}
}

func sign(t *testing.T, number, proposal string) consortium.ApproveContent {
	return consortium.ApproveContent{Head: head(t, number, "2024-08-01"), Proposal: proposal}
}

func shown(t *testing.T, l *chaincodetest.Ledger) (show consortium.Tables) {
	require.NoError(t, l.Ask("commons", "BankA/officer", "consortium.Show", struct{}{}, &show))
	return show
}

// Whoever of the three proposes, a pack is in force when the other two have
// signed, and not before.
func TestRulePackNeedsAllThreeAuthorities(t *testing.T) {
	for proposer, others := range map[string][2]string{
		"Commission/operator": {"CentralBank/approver", "Finance/approver"},
		"CentralBank/officer": {"Finance/approver", "Commission/approver"},
		"Finance/officer":     {"Commission/approver", "CentralBank/approver"},
	} {
		l := chaincodetest.New(t, "2024-08-01")
		l.Must("commons", proposer, "consortium.Propose", proposePack(t, "p", third(t)))
		own, _, _ := strings.Cut(proposer, "/")
		l.Refused("ALREADY_SIGNED", "commons", own+"/approver", "consortium.Approve", sign(t, "own", "p"))
		l.Must("commons", others[0], "consortium.Approve", sign(t, "s1", "p"))
		show := shown(t, l)
		require.Len(t, show.Packs, 2, "a pack signed by two has no effect")
		require.Len(t, show.Pending, 1)
		require.Len(t, show.Pending[0].Signatures, 1)
		p, ok := show.PackAt(chaincodetest.Day(t, "2024-12-31"))
		require.True(t, ok)
		require.Equal(t, "RC-QH-v2", p.ID)
		l.Refused("ALREADY_SIGNED", "commons", others[0]+"#2", "consortium.Approve", sign(t, "again", "p"))
		r, err := l.Submit("commons", others[0], "consortium.Approve", sign(t, "s1", "p"))
		require.NoError(t, err)
		require.Equal(t, "already applied", r.Outcome)
		require.Len(t, shown(t, l).Packs, 2)
		l.Must("commons", others[1], "consortium.Approve", sign(t, "s2", "p"))
		show = shown(t, l)
		require.Len(t, show.Packs, 3)
		require.Empty(t, show.Pending)
		p, _ = show.PackAt(chaincodetest.Day(t, "2024-12-31"))
		require.Equal(t, "RC-QH-v3", p.ID)
		require.Equal(t, third(t), p, "what was signed is what stands")
	}
}

func TestRulePackIsSignedByAuthoritiesOnly(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for _, who := range []string{"BankA/officer", "Audit/auditor", "Finance/approver"} {
		r, err := l.Submit("commons", who, "consortium.Propose", proposePack(t, "p", third(t)))
		require.True(t, err != nil || r.Outcome == "refused", who)
	}
	l.Must("commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", third(t)))
	for _, who := range []string{"BankA/approver", "Audit/auditor", "Finance/officer"} {
		r, err := l.Submit("commons", who, "consortium.Approve", sign(t, "s", "p"))
		require.True(t, err != nil || r.Outcome == "refused", who)
	}
	require.Empty(t, shown(t, l).Pending[0].Signatures)
	l.Refused("TABLE_OWNER", "commons", "Finance/officer", "consortium.Propose", consortium.ProposeContent{Head: head(t, "rules", "2024-08-01"),
		Change: consortium.Change{Rules: &consortium.Parameters{DecisionDays: 1, NonPerforming: 1, PreLoanMaxDays: 1}}})
}

// What was signed never changes: neither its ID nor its first day comes again.
func TestSignedRulePackNeverChanges(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	old := chaincodetest.Packs(t)[1]
	old.Sum.PerLoanCap++
	l.Refused("RULE_PACK_EXISTS", "commons", "Finance/officer", "consortium.Propose", proposePack(t, "same", old))
	old.ID = "RC-QH-v9"
	l.Refused("RULE_PACK_EXISTS", "commons", "Finance/officer", "consortium.Propose", proposePack(t, "day", old))
	// Two proposals of one ID: the one that is signed first stands.
	first, second := third(t), third(t)
	second.From++
	l.Must("commons", "Finance/officer", "consortium.Propose", proposePack(t, "a", first))
	l.Must("commons", "Finance/officer", "consortium.Propose", proposePack(t, "b", second))
	for _, p := range []string{"a", "b"} {
		l.Must("commons", "Commission/approver", "consortium.Approve", sign(t, "c-"+p, p))
	}
	l.Must("commons", "CentralBank/approver", "consortium.Approve", sign(t, "p-a", "a"))
	l.Refused("RULE_PACK_EXISTS", "commons", "CentralBank/approver", "consortium.Approve", sign(t, "p-b", "b"))
	l.Must("commons", "Finance/officer", "consortium.Withdraw", sign(t, "w-b", "b"))
	show := shown(t, l)
	require.Empty(t, show.Pending)
	require.Equal(t, first, show.Packs[2])
}

// A pack judges days that have not opened when its last signature is given:
// nobody has filed under another pack on one of them.
func TestRulePackComesIntoForceLaterThanItsSignatures(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	p := third(t)
	p.From = chaincodetest.Day(t, "2024-08-01")
	l.Refused("RULE_PACK_LATE", "commons", "Commission/operator", "consortium.Propose", proposePack(t, "today", p))
	p.From++
	l.Must("commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", p))
	l.Must("commons", "Finance/approver", "consortium.Approve", sign(t, "f", "p"))
	l.Must("commons", "CentralBank/officer", "consortium.OpenDay", consortium.OpenDayContent{Head: head(t, "d", "2024-08-02")})
	l.Refused("RULE_PACK_LATE", "commons", "CentralBank/approver", "consortium.Approve", sign(t, "p", "p"))
	require.Len(t, shown(t, l).Packs, 2)
}

func TestOneRulePackAProposal(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	a, b := third(t), third(t)
	b.ID, b.From = "RC-QH-v4", b.From+1
	l.Refused("RULE_PACK", "commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", a, b))
	c := proposePack(t, "q", a)
	c.Change.Items = []consortium.Item{{Code: "WATER", Zh: "水费", Class: "CONSENT"}}
	l.Refused("ONE_TABLE", "commons", "Commission/operator", "consortium.Propose", c)
}

func TestFoundingRefusesTwoRulePacksOfOneID(t *testing.T) {
	c := founding(t, members(t)...)
	packs := chaincodetest.Packs(t)
	c.Tables = []consortium.Change{{Packs: packs[:1]}, {Packs: packs[1:]}}
	require.NoError(t, consortium.Found.Check(&c))
	packs[1].ID = packs[0].ID
	require.True(t, consortium.PackExists.Is(consortium.Found.Check(&c)))
	packs[1].ID, packs[1].From = "other", packs[0].From
	require.True(t, consortium.PackExists.Is(consortium.Found.Check(&c)))
}

// Trap 2: the day of filing chooses the version, to the day.
func TestRulePackIsChosenByFilingDate(t *testing.T) {
	packs := chaincodetest.Packs(t)
	for day, want := range map[string]string{"2021-12-31": "", "2022-01-01": "RC-QH-v1", "2023-06-30": "RC-QH-v1", "2023-07-01": "RC-QH-v2", "2030-01-01": "RC-QH-v2"} {
		p, ok := consortium.PackAt(packs, chaincodetest.Day(t, day))
		require.Equal(t, want != "", ok, day)
		require.Equal(t, want, p.ID, day)
	}
	v1, v2 := packs[0], packs[1]
	require.True(t, v1.Takes("ENTERPRISE", identifier.Micro))
	require.True(t, v1.Takes("ENTERPRISE", identifier.Small))
	for _, p := range packs {
		require.False(t, p.Takes("ENTERPRISE", identifier.Medium))
		require.False(t, p.Takes("ENTERPRISE", 0))
	}
	for _, borrower := range []string{"INDIVIDUAL_BUSINESS", "HERDER", "COOPERATIVE", "FAMILY_RANCH"} {
		require.False(t, v1.Takes(borrower, 0), borrower)
		require.True(t, v2.Takes(borrower, 0), borrower)
	}
	require.False(t, v2.Takes("", 0))
	for guarantee, want := range map[string][2]string{"C1": {"40", "40"}, "C2": {"", "20"}, "C3": {"", "20"}, "C4": {"", ""}, "C5": {"", ""}} {
		for i, p := range packs {
			r, ok := p.Ratio(guarantee)
			require.Equal(t, want[i] != "", ok)
			if ok {
				require.Equal(t, want[i], r.Ratio.String())
			}
		}
	}
	for industry, want := range map[string]bool{"J6621": true, "K7010": true, "K7020": false, "A0313": false} {
		require.Equal(t, want, v2.ExcludesIndustry(industry), industry)
	}
	tables := consortium.Tables{Packs: packs}
	p, ok := tables.Pack("RC-QH-v1")
	require.True(t, ok)
	require.Equal(t, v1, p)
	_, ok = tables.Pack("RC-QH-v3")
	require.False(t, ok)
}

// Trap 7: one figure below its bound takes a firm one size down, and the pack
// takes it by that size.
func TestTrap7RulePackTakesByTheSizeRule(t *testing.T) {
	retail, err := identifier.ParseIndustry("F5211")
	require.NoError(t, err)
	pack := chaincodetest.Packs(t)[1]
	for _, c := range []struct {
		employees int
		revenue   money.Fen // yuan
		size      identifier.Size
		taken     bool
	}{
		{9, 1_500_000, identifier.Micro, true}, {10, 1_500_000, identifier.Small, true}, {50, 4_000_000, identifier.Small, true},
		{50, 5_000_000, identifier.Medium, false}, {300, 200_000_000, identifier.Large, false},
	} {
		size, err := identifier.SizeOf(retail, identifier.Figures{Employees: c.employees, Revenue: c.revenue * money.Yuan})
		require.NoError(t, err)
		require.Equal(t, c.size, size)
		require.Equal(t, c.taken, pack.Takes("ENTERPRISE", size))
	}
}

// Each of these is refused for the field it names.
func TestRulePackOutOfRange(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	for field, spoil := range map[string]func(*consortium.RulePack){
		"id":                                func(p *consortium.RulePack) { p.ID = "RC QH" },
		"from":                              func(p *consortium.RulePack) { p.From = 0 },
		"zh":                                func(p *consortium.RulePack) { p.En = "" },
		"eligible.borrowers":                func(p *consortium.RulePack) { p.Eligible.Borrowers = []string{"BANK"} },
		"eligible.sizes":                    func(p *consortium.RulePack) { p.Eligible.Sizes = nil },
		"eligible.exclusions":               func(p *consortium.RulePack) { p.Eligible.Exclusions = []string{"CLOSED", "CLOSED"} },
		"eligible.excluded_industries":      func(p *consortium.RulePack) { p.Eligible.Industries = []string{"70"} },
		"eligible.region_prefix":            func(p *consortium.RulePack) { p.Eligible.Region = "" },
		"eligible.max_months":               func(p *consortium.RulePack) { p.Eligible.MaxMonths = 0 },
		"eligible.rate_cap_points":          func(p *consortium.RulePack) { p.Eligible.RateCapPoints = -money.Percent },
		"eligible.back_filing_working_days": func(p *consortium.RulePack) { p.Eligible.BackFiling = -1 },
		"caps.total":                        func(p *consortium.RulePack) { p.Caps.Total = 0 },
		"caps.credit":                       func(p *consortium.RulePack) { p.Caps.Credit = p.Caps.Total + 1 },
		"caps.household":                    func(p *consortium.RulePack) { p.Caps.Household = -1 },
		"sum.ratios":                        func(p *consortium.RulePack) { p.Sum.Ratios = nil },
		"sum.ratios.guarantee":              func(p *consortium.RulePack) { p.Sum.Ratios[1].Guarantee = p.Sum.Ratios[0].Guarantee },
		"sum.ratios.ratio_percent":          func(p *consortium.RulePack) { p.Sum.Ratios[0].Ratio = 101 * money.Percent },
		"sum.ratios.first_loan_points":      func(p *consortium.RulePack) { p.Sum.Ratios[0].FirstLoanPoints = 61 * money.Percent },
		"sum.stack_percent":                 func(p *consortium.RulePack) { p.Sum.Stack = -money.Percent },
		"sum.per_loan_cap":                  func(p *consortium.RulePack) { p.Sum.PerLoanCap = 0 },
		"sum.bank_year_percent":             func(p *consortium.RulePack) { p.Sum.BankYear = 101 * money.Percent },
		"recognition.overdue_days_above":    func(p *consortium.RulePack) { p.Recognition.OverdueAbove = -1 },
		"recognition.class":                 func(p *consortium.RulePack) { p.Recognition.Class = "normal" },
		"recognition.evidence":              func(p *consortium.RulePack) { p.Recognition.Evidence = nil },
		"recognition.notice_working_days":   func(p *consortium.RulePack) { p.Recognition.Notice = 0 },
		"recognition.claim_months":          func(p *consortium.RulePack) { p.Recognition.Claim = 0 },
		"bank_breaker.measure":              func(p *consortium.RulePack) { p.Bank.Measure = "" },
		"bank_breaker.suspend_percent":      func(p *consortium.RulePack) { p.Bank.Suspend = 0 },
		"bank_breaker.warn_percent":         func(p *consortium.RulePack) { p.Bank.Warn = p.Bank.Suspend + money.Percent },
		"bank_breaker.resume_below_percent": func(p *consortium.RulePack) { p.Bank.ResumeBelow = p.Bank.Suspend + money.Percent },
		"bank_breaker.resume_months":        func(p *consortium.RulePack) { p.Bank.ResumeMonths = 0 },
		"bank_breaker.min_loans":            func(p *consortium.RulePack) { p.Bank.MinLoans = 0 },
		"bank_breaker.min_filed":            func(p *consortium.RulePack) { p.Bank.MinFiled = 0 },
		"pool_breaker.freeze_percent":       func(p *consortium.RulePack) { p.Pool.Freeze = 101 * money.Percent },
		"pool_breaker.warn_percent":         func(p *consortium.RulePack) { p.Pool.Warn = p.Pool.Freeze + money.Percent },
		"pool_breaker.top_up_months":        func(p *consortium.RulePack) { p.Pool.TopUpMonths = 0 },
		"days.completeness":                 func(p *consortium.RulePack) { p.Days.Completeness = 0 },
		"days.cure":                         func(p *consortium.RulePack) { p.Days.Cure = 251 },
		"days.cures":                        func(p *consortium.RulePack) { p.Days.Cures = -1 },
		"days.review":                       func(p *consortium.RulePack) { p.Days.Review = 0 },
		"days.publish":                      func(p *consortium.RulePack) { p.Days.Publish = 0 },
		"days.publicity":                    func(p *consortium.RulePack) { p.Days.Publicity = 0 },
		"days.objection":                    func(p *consortium.RulePack) { p.Days.Objection = 0 },
		"days.decision":                     func(p *consortium.RulePack) { p.Days.Decision = 0 },
		"days.payment":                      func(p *consortium.RulePack) { p.Days.Payment = 0 },
		"days.return":                       func(p *consortium.RulePack) { p.Days.Return = 0 },
		"recovery.clawback_percent":         func(p *consortium.RulePack) { p.Recovery.Clawback = -money.Percent },
		"recovery.interest_year_days":       func(p *consortium.RulePack) { p.Recovery.YearBasis = 0 },
		"annual.self_report":                func(p *consortium.RulePack) { p.Annual.SelfReport = "02-29" },
		"annual.reconciliation":             func(p *consortium.RulePack) { p.Annual.Reconciliation = "" },
	} {
		p := third(t)
		spoil(&p)
		r := l.Refused("RULE_PACK", "commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", p))
		require.Equal(t, "packs."+field, r.Refusal.Field)
	}
	p := third(t)
	p.Zh = strings.Repeat("长", 1000)
	l.Refused("TEXT_LENGTH", "commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", p))
}

// The words that a pack may use are those of the rooms that own them.
func TestRulePackSpeaksTheRoomsCodes(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	p := third(t)
	p.Eligible.Borrowers, p.Sum.Ratios = nil, nil
	for _, s := range subject.Types() {
		p.Eligible.Borrowers = append(p.Eligible.Borrowers, s.String())
	}
	for _, g := range loan.Guarantees {
		p.Sum.Ratios = append(p.Sum.Ratios, consortium.GuaranteeRatio{Guarantee: g.Code, Ratio: money.Percent})
	}
	for i, class := range []account.Class{account.Substandard, account.Doubtful, account.Loss} {
		p.Recognition.Class = class.String()
		p.ID, p.From = "P"+class.String(), p.From+1
		l.Must("commons", "Commission/operator", "consortium.Propose", proposePack(t, "p"+string(rune('0'+i)), p))
	}
}

// A pack is stored and read as it was signed, also inside a proposal.
func TestRulePackRoundTrips(t *testing.T) {
	packs := chaincodetest.Packs(t)
	raw, err := ledgerstate.Encode(packs)
	require.NoError(t, err)
	var back []consortium.RulePack
	require.NoError(t, ledgerstate.Decode(raw, &back))
	require.Equal(t, packs, back)
	text, err := json.Marshal(packs)
	require.NoError(t, err)
	back = nil
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, packs, back)
	require.Less(t, len(raw), 1000, "every transaction of every book reads them")
}

// Who signed is a certificate, which each engine enrols for itself; that an
// authority signed counts in the digest.
func TestSignaturesCountInTheDigestWithoutCertificates(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	digest := func(l *chaincodetest.Ledger) string { return l.Digests("commons", "consortium")["consortium"] }
	l.Must("commons", "Commission/operator", "consortium.Propose", proposePack(t, "p", third(t)))
	before := digest(l)
	l.Must("commons", "Finance/approver", "consortium.Approve", sign(t, "f", "p"))
	require.NotEqual(t, before, digest(l))
	other := chaincodetest.New(t, "2024-08-01")
	other.Must("commons", "Commission/operator#2", "consortium.Propose", proposePack(t, "p", third(t)))
	other.Must("commons", "Finance/approver#2", "consortium.Approve", sign(t, "f", "p"))
	require.Equal(t, digest(l), digest(other))
}

func TestPackAtKnowsNoPackBeforeTheFirst(t *testing.T) {
	_, ok := consortium.PackAt(nil, calendar.First)
	require.False(t, ok)
}
