package registry_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const officerA, officerB = "BankA/officer", "BankB/officer"

func fen(f money.Fen) *money.Fen { return &f }

// A loan is reserved before its money leaves, filed once it has, and counted
// once whatever is sent again.
func TestFilingFromReservationToFiled(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Lent: "-"})
	r := w.reserve("BankA", "L1", "2024-03-03")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", r)
	require.Equal(t, compensation.FilingDraft, w.view("BankA", "L1").Status)
	a := w.caps(operator, "BankA", "L1")
	require.Equal(t, yuan("100000"), *a.All)
	require.Equal(t, yuan("100000"), a.Loan)

	early := w.file("L1", "2024-03-04")
	w.refused("BankA", "comp.File", early, "FILING_LOAN_STATE", "loan", "DISBURSED", "SIGNED")
	w.Disburse("BankA", "L1", w.head("2024-03-04"), yuan("80000")) // less than reserved
	before := w.file("L1", "2024-03-03")
	w.refused("BankA", "comp.File", before, "FILING_BEFORE_DISBURSEMENT", "date", "2024-03-04", "2024-03-03")
	late := w.file("L1", "2024-03-12")
	w.refused("BankA", "comp.File", late, "FILING_BACK_FILED", "date", "2024-03-11", "2024-03-12")
	some := w.file("L1", "2024-03-11")
	some.Attests = some.Attests[1:]
	w.refused("BankA", "comp.File", some, "FILING_ATTESTATION", "attests", exclusion, "SERIOUS_DISHONESTY CLOSED UNRECOVERED")
	much := w.file("L1", "2024-03-11")
	much.Amount = fen(yuan("80000.01"))
	w.refused("BankA", "comp.File", much, "FILING_ABOVE_LOAN", "amount", "80000.00", "80000.01")

	f := w.file("L1", "2024-03-11")
	f.FirstLoan = true
	w.Must(chaincodetest.BookA, officerA, "comp.File", f)
	v := w.view("BankA", "L1")
	require.Equal(t, compensation.FilingFiled, v.Status)
	require.Equal(t, "RC-QH-v2", v.Pack)
	require.Equal(t, "A-L1", v.Application)
	require.Equal(t, []any{yuan("80000"), true, "C1", percent("3.85"), percent("3.45")}, []any{v.Amount, v.FirstLoan, v.Guarantee, v.Rate, v.LPR})
	require.Equal(t, yuan("80000"), *w.caps(operator, "BankA", "L1").All)

	for _, again := range []chaincodetest.Step{{Name: "comp.Reserve", Content: r}, {Name: "comp.File", Content: f}} {
		results, err := w.Batch(chaincodetest.BookA, officerA, "filing", again)
		require.NoError(t, err)
		require.Equal(t, "already applied", results[0].Outcome, again.Name)
	}
	w.refused("BankA", "comp.File", w.file("L1", "2024-03-11"), "FILING_STATE", "filing", "DRAFT", "FILED")
	second := w.reserve("BankA", "L1", "2024-03-11")
	second.Filing = ref("other", 0, "L1")
	w.refused("BankA", "comp.Reserve", second, "NUMBER_TAKEN", "no", "", "L1")
	require.Equal(t, yuan("80000"), *w.caps(operator, "BankA", "L1").All)
}

func TestConditionalFiling(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1})
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L1", "2024-03-04"))
	f := w.file("L1", "2024-03-05")
	f.Condition = "专精特新证书"
	w.refused("BankA", "comp.File", f, "FILING_CONDITION", "until", "", "")
	f.Until = day("2024-03-05")
	w.refused("BankA", "comp.File", f, "FILING_CONDITION_DAY", "until", "after 2024-03-05", "2024-03-05")
	f.Until = day("2024-05-31")
	w.Must(chaincodetest.BookA, officerA, "comp.File", f)
	require.Equal(t, compensation.FilingConditional, w.view("BankA", "L1").Status)
	require.True(t, w.view("BankA", "L1").Lapsed)

	met := compensation.FulfilContent{Head: w.head("2024-06-01"), Filing: filingRef("L1"), CID: "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"}
	w.Refused("FILING_CONDITION_LATE", chaincodetest.BookA, operator, "comp.Fulfil", met)
	met.Head = w.head("2024-05-31")
	w.Refused("ACCESS_DENIED", chaincodetest.BookA, "Commission/reviewer", "comp.Fulfil", met)
	w.Must(chaincodetest.BookA, operator, "comp.Fulfil", met)
	require.Equal(t, compensation.FilingEffective, w.view("BankA", "L1").Status)
	met.Head = w.head("2024-05-31")
	w.Refused("FILING_STATE", chaincodetest.BookA, operator, "comp.Fulfil", met)
}

// What is revoked is counted no more; a reservation may come again, a filing
// may not.
func TestRevocationFreesTheCap(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Lent: "-"})
	w.lend(lending{Bank: "BankA", No: "L2", Person: 1})
	w.filed("BankA", "L2", "2024-03-05")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L1", "2024-03-04"))
	require.Equal(t, yuan("200000"), *w.caps(operator, "BankA", "L1").All)
	revoke := func(no, date string) compensation.RevokeContent {
		return compensation.RevokeContent{Head: w.head(date), Filing: filingRef(no), Reason: "V01"}
	}
	w.refused("BankA", "comp.Revoke", revoke("L1", "2024-03-03"), "FILING_DATE_ORDER", "date", "2024-03-04", "2024-03-03")
	w.Must(chaincodetest.BookA, officerA, "comp.Revoke", revoke("L1", "2024-03-04"))
	require.Equal(t, yuan("100000"), *w.caps(operator, "BankA", "L2").All)
	w.refused("BankA", "comp.Revoke", revoke("L1", "2024-03-04"), "FILING_STATE", "filing", "DRAFT FILED CONDITIONAL EFFECTIVE", "REVOKED")

	again := w.reserve("BankA", "L1", "2024-03-05")
	w.refused("BankA", "comp.Reserve", again, "NUMBER_TAKEN", "no", "", "L1")
	again.Again, again.Amount = true, fen(yuan("50000"))
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", again)
	require.Equal(t, yuan("150000"), *w.caps(operator, "BankA", "L2").All)

	w.Must(chaincodetest.BookA, operator, "comp.Revoke", revoke("L2", "2024-03-06"))
	never := w.reserve("BankA", "L2", "2024-03-06")
	never.Again = true
	w.refused("BankA", "comp.Reserve", never, "FILING_STATE", "filing", "REVOKED", "REVOKED")
	require.Equal(t, yuan("50000"), *w.caps(operator, "BankA", "L1").All)
}

func TestWhatIsNotEligible(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	big := &subject.Figures{Employees: 900, Revenue: yuan("900000000"), Assets: yuan("100000000")}
	small := &subject.Figures{Employees: 20, Revenue: yuan("6000000"), Assets: yuan("1000000")}
	for i, x := range []struct {
		lending
		code, field, limit, actual string
	}{
		{lending{Type: subject.Enterprise, Figures: big}, "FILING_BORROWER_SIZE", "size", "[small micro]", "large"},
		{lending{Type: subject.Enterprise, Figures: small}, "", "", "", ""},
		{lending{Industry: "7010"}, "FILING_INDUSTRY", "industry", "not J K701", "K7010"},
		{lending{Industry: "6621"}, "FILING_INDUSTRY", "industry", "not J K701", "J6621"},
		{lending{Guarantee: "C4"}, "FILING_GUARANTEE", "guarantee", "C1 C2 C3", "C4"},
		{lending{Periods: 36}, "", "", "", ""},
		{lending{Rate: "4.95"}, "", "", "", ""}, // LPR 3.45 and 150 bp
	} {
		x.Bank, x.No, x.Person, x.Lent = "BankA", "E"+string(rune('a'+i)), i+1, "-"
		w.lend(x.lending)
		r := w.reserve("BankA", x.No, "2024-03-03")
		if x.code == "" {
			w.Must(chaincodetest.BookA, officerA, "comp.Reserve", r)
			continue
		}
		w.refused("BankA", "comp.Reserve", r, x.code, x.field, x.limit, x.actual)
	}
	require.Equal(t, "large", identifier.Large.String())
}

// Trap 2: the pack of the filing date judges, not that of the contract or of
// today.
func TestPackOfTheFilingDate(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Guarantee: "C3", Applied: "2023-06-25", Lent: "2023-06-29"})
	w.refused("BankA", "comp.Reserve", w.reserve("BankA", "L1", "2023-06-30"), "FILING_BORROWER_TYPE", "type", "ENTERPRISE", "INDIVIDUAL_BUSINESS")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", w.reserve("BankA", "L1", "2023-07-01"))
	w.Must(chaincodetest.BookA, officerA, "comp.File", w.file("L1", "2023-07-03"))
	require.Equal(t, "RC-QH-v2", w.view("BankA", "L1").Pack)
	old := w.reserve("BankA", "L1", "2021-12-31")
	old.Filing, old.Again = ref("other", 0, "L1"), false
	w.Refused("NUMBER_TAKEN", chaincodetest.BookA, officerA, "comp.Reserve", old)
}

// Trap 12: the LPR of the contract's day, not of the filing's.
func TestRateCapOfTheContractsDay(t *testing.T) {
	w := newWorld(t, "2024-08-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1, Rate: "4.95", Applied: "2024-07-18", Lent: "2024-07-23"}) // signed on the 20th; the LPR fell to 3.35 on the 22nd
	w.filed("BankA", "L1", "2024-07-24")
	require.Equal(t, percent("3.45"), w.view("BankA", "L1").LPR)
}

// Two banks share a borrower's caps. A refusal names the limit and nothing of
// what the other bank has filed.
func TestCapsOverAllBanks(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	for i, bank := range []string{"BankA", "BankB", "BankA"} {
		no := string(rune('X'+i)) + "1"
		w.lend(lending{Bank: bank, No: no, Person: 1, Amount: "4000000", Guarantee: "C3"})
		if i < 2 {
			w.filed(bank, no, "2024-03-05")
		}
	}
	third := w.reserve("BankA", "Z1", "2024-03-05")
	w.refused("BankA", "comp.Reserve", third, "REGISTRY_CAP_TOTAL", "amount", "10000000.00", "")
	third.Amount = fen(yuan("2000000"))
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", third)
	w.Must(chaincodetest.BookA, officerA, "comp.File", w.file("Z1", "2024-03-05"))
	require.Equal(t, yuan("2000000"), w.view("BankA", "Z1").Amount, "filed is less than lent")

	bankA := w.caps(officerA, "BankA", "X1")
	require.Nil(t, bankA.All)
	require.Zero(t, bankA.Loans)
	require.Equal(t, yuan("6000000"), bankA.Own)
	require.Equal(t, yuan("10000000"), bankA.Total)
	require.Equal(t, yuan("10000000"), *w.caps("Finance/officer", "BankA", "X1").All)
	require.ErrorContains(t, w.Ask("commons", officerA, "comp.Caps", registry.CapsQuery{Bank: "BankBMSP", Loan: "Y1"}, &bankA), "REGISTRY_OTHER_BANK")

	// Another borrower of the same bank has caps of its own.
	w.lend(lending{Bank: "BankB", No: "W1", Person: 2, Amount: "5000000"})
	w.filed("BankB", "W1", "2024-03-05")
	w.lend(lending{Bank: "BankA", No: "W2", Person: 2, Amount: "100"})
	last := w.reserve("BankA", "W2", "2024-03-05")
	last.Amount = fen(1)
	w.refused("BankA", "comp.Reserve", last, "REGISTRY_CAP_CREDIT", "amount", "5000000.00", "")
}

// The cap of credit loans counts no secured ones.
func TestSecuredLoansLeaveTheCreditCap(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "S1", Person: 1, Amount: "4000000", Guarantee: "C3"})
	w.filed("BankA", "S1", "2024-03-05")
	w.lend(lending{Bank: "BankB", No: "S2", Person: 1, Amount: "5000000"})
	w.filed("BankB", "S2", "2024-03-05")
	require.Equal(t, yuan("9000000"), *w.caps("Finance/officer", "BankA", "S1").All)
}

// Trap 10 in the registry: a herder by resident ID, with a household's cap.
func TestHouseholdCap(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	for i, bank := range []string{"BankA", "BankB"} {
		w.lend(lending{Bank: bank, No: "H" + string(rune('1'+i)), Person: 1, Amount: "200000", Type: subject.Herder, Industry: "0313"})
	}
	w.filed("BankA", "H1", "2024-03-05")
	r := w.reserve("BankB", "H2", "2024-03-05")
	require.True(t, strings.HasPrefix(r.Identity, "RID:"))
	w.refused("BankB", "comp.Reserve", r, "REGISTRY_CAP_HOUSEHOLD", "amount", "300000.00", "")
	r.Amount = fen(yuan("100000.01"))
	w.refused("BankB", "comp.Reserve", r, "REGISTRY_CAP_HOUSEHOLD", "amount", "300000.00", "")
	r.Amount = fen(yuan("100000"))
	w.Must(chaincodetest.BookB, officerB, "comp.Reserve", r)
}

// Filings of one borrower in one batch see each other; what is refused fails
// none of its neighbours.
func TestOneBatchSharesTheCaps(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	var steps []chaincodetest.Step
	for i := range 4 {
		no := "B" + string(rune('1'+i))
		w.lend(lending{Bank: "BankA", No: no, Person: 1, Amount: "2000000", Lent: "-"})
		steps = append(steps, chaincodetest.Step{Name: "comp.Reserve", Content: w.reserve("BankA", no, "2024-03-05")})
	}
	w.lend(lending{Bank: "BankA", No: "B5", Person: 2, Lent: "-"})
	steps = append(steps, chaincodetest.Step{Name: "comp.Reserve", Content: w.reserve("BankA", "B5", "2024-03-05")})
	results, err := w.Batch(chaincodetest.BookA, officerA, "filing", steps...)
	require.NoError(t, err)
	var got []string
	for _, r := range results {
		if got = append(got, r.Outcome); r.Refusal != nil {
			got[len(got)-1] = r.Refusal.Code
		}
	}
	require.Equal(t, []string{"accepted", "accepted", "REGISTRY_CAP_CREDIT", "REGISTRY_CAP_CREDIT", "accepted"}, got)
	require.Equal(t, yuan("4000000"), *w.caps(operator, "BankA", "B1").All)
	require.Equal(t, yuan("100000"), *w.caps(operator, "BankA", "B5").All)
}

// Trap 4: one receivable secures one filed loan of all banks.
func TestReceivableFinancedTwice(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "P1", Person: 1})
	w.lend(lending{Bank: "BankB", No: "P2", Person: 2})
	w.lend(lending{Bank: "BankB", No: "P3", Person: 3})
	first := w.reserve("BankA", "P1", "2024-03-05")
	first.Pledge = "QHZC-2024-0001"
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", first)
	second := w.reserve("BankB", "P2", "2024-03-05")
	second.Pledge = first.Pledge
	w.refused("BankB", "comp.Reserve", second, "REGISTRY_PLEDGED", "pledge", "", "")
	third := w.reserve("BankB", "P3", "2024-03-05")
	third.Pledge = "QHZC-2024-0002"
	w.Must(chaincodetest.BookB, officerB, "comp.Reserve", third)
	w.Must(chaincodetest.BookA, officerA, "comp.Revoke", compensation.RevokeContent{Head: w.head("2024-03-06"), Filing: filingRef("P1"), Reason: "V04"})
	second.Head = w.head("2024-03-06")
	w.Must(chaincodetest.BookB, officerB, "comp.Reserve", second)
}

// Trap 13: a renewal carries its loan on and is not counted beside it.
func TestRenewalIsNotCountedTwice(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "R1", Person: 1, Amount: "4000000"})
	w.filed("BankA", "R1", "2024-03-05")
	w.lend(lending{Bank: "BankA", No: "R2", Person: 1, Amount: "4000000", Applied: "2024-04-01", Lent: "-"})
	w.refused("BankA", "comp.Reserve", w.reserve("BankA", "R2", "2024-04-03"), "REGISTRY_CAP_CREDIT", "amount", "5000000.00", "")
	w.Must(chaincodetest.BookA, officerA, "loan.Repay", loan.RepayContent{Head: w.head("2024-04-04"), Loan: loanRef("R1"), Amount: yuan("340325.54")})
	w.Must(chaincodetest.BookA, "BankA/approver#2", "loan.Renew", loan.RenewContent{Head: w.head("2024-04-04"), Loan: loanRef("R2"), Of: loanRef("R1"), Compliant: true, Voucher: strings.Repeat("0c", 32)})
	w.filed("BankA", "R2", "2024-04-05")
	a := w.caps(operator, "BankA", "R2")
	require.Equal(t, w.view("BankA", "R2").Amount, *a.All, "the renewed loan counts no longer")
	require.Equal(t, compensation.FilingSettled, w.view("BankA", "R1").Status)
}

// Hostile: what a bank's officer may try with hand-made content.
func TestForgedFilings(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1})
	w.lend(lending{Bank: "BankA", No: "L2", Person: 2})
	w.lend(lending{Bank: "BankB", No: "M1", Person: 1})
	honest, other := w.reserve("BankA", "L1", "2024-03-05"), w.reserve("BankA", "L2", "2024-03-05")

	// Somebody else's identity, so that another borrower's cap is used.
	forged := honest
	forged.Identity = other.Identity
	w.refused("BankA", "comp.Reserve", forged, "FILING_IDENTITY", "identity", "", "")
	forged.Blind = other.Blind
	w.refused("BankA", "comp.Reserve", forged, "FILING_IDENTITY", "identity", "", "")
	forged = honest
	forged.Blind = strings.Repeat("00", 32)
	w.refused("BankA", "comp.Reserve", forged, "FILING_IDENTITY", "identity", "", "")
	forged.Blind = "00"
	w.refused("BankA", "comp.Reserve", forged, "FILING_IDENTITY_TEXT", "blind", "64 hex", "2")

	// Dated before its application, or before its contract.
	early := honest
	early.Date = day("2024-02-29")
	w.refused("BankA", "comp.Reserve", early, "FILING_BEFORE_APPLICATION", "date", "2024-03-01", "2024-02-29")
	early.Date = day("2024-03-02")
	w.refused("BankA", "comp.Reserve", early, "FILING_BEFORE_APPLICATION", "date", "2024-03-03", "2024-03-02")

	// Another bank's loan, in one's own book and in the other bank's.
	foreign := w.reserve("BankB", "M1", "2024-03-05")
	w.refused("BankA", "comp.Reserve", foreign, "UNKNOWN", "loan", "", "M1")
	_, err := w.Submit(chaincodetest.BookB, officerA, "comp.Reserve", foreign)
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")

	// A filing under another number than its loan's, and of another loan.
	forged = honest
	forged.Filing.No = "L9"
	w.refused("BankA", "comp.Reserve", forged, "FILING_NUMBER", "filing.no", "L1", "L9")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", honest)
	swapped := w.file("L1", "2024-03-05")
	swapped.Loan.ID = loanRef("L2").ID
	w.refused("BankA", "comp.File", swapped, "UNKNOWN", "loan", "", "L1")

	// More than was lent; nothing at all.
	more := other
	more.Amount = fen(yuan("100000.01"))
	w.refused("BankA", "comp.Reserve", more, "FILING_ABOVE_LOAN", "amount", "100000.00", "100000.01")
	more.Amount = fen(0)
	w.Refused("CLAIM_AMOUNT", chaincodetest.BookA, officerA, "comp.Reserve", more)

	// Others' caps are not for the asking.
	var a registry.CapsAnswer
	err = w.Ask("commons", officerA, "comp.Caps", registry.CapsQuery{Loan: "L1", Identity: other.Identity, Blind: other.Blind}, &a)
	require.ErrorContains(t, err, "FILING_IDENTITY")
	require.NoError(t, w.Ask("commons", officerA, "comp.Caps", registry.CapsQuery{Loan: "L2", Identity: other.Identity, Blind: other.Blind}, &a))
	require.Zero(t, a.Own)

	for _, who := range []string{"BankA/approver", "Finance/officer", "Commission/operator", "CentralBank/officer", "Audit/auditor"} {
		r, err := w.Submit(chaincodetest.BookA, who, "comp.Reserve", other)
		if err != nil {
			require.ErrorContains(t, err, "qxl ACCESS_DENIED", who)
			continue
		}
		require.Equal(t, command.AccessDenied.Code, r.Refusal.Code, who)
	}
}

func TestNoAgreementNoFiling(t *testing.T) {
	w := newWorld(t, "2024-06-30")
	w.lend(lending{Bank: "BankA", No: "L1", Person: 1})
	r := w.reserve("BankA", "L1", "2024-03-05")
	w.refused("BankA", "comp.Reserve", r, "REGISTRY_NO_AGREEMENT", "date", "", "2024-03-05")
	agree := registry.AgreeContent{Head: w.head("2024-03-01"), Bank: "BankAMSP", From: day("2024-03-06"), To: day("2024-12-31"), Text: strings.Repeat("ab", 32)}
	w.Refused("ACCESS_DENIED", "commons", "Finance/officer", "comp.Agree", agree)
	w.Must("commons", finance, "comp.Agree", agree)
	w.refused("BankA", "comp.Reserve", r, "REGISTRY_NO_AGREEMENT", "date", "", "2024-03-05")
	r.Date = day("2024-03-06")
	w.Must(chaincodetest.BookA, officerA, "comp.Reserve", r)
	// It has to hold on the day of the filing, too.
	w.lend(lending{Bank: "BankB", No: "L2", Person: 2})
	w.Must("commons", finance, "comp.Agree", registry.AgreeContent{Head: w.head("2024-03-01"), Bank: "BankBMSP", From: day("2024-03-01"), To: day("2024-03-05"), Text: agree.Text})
	w.Must(chaincodetest.BookB, officerB, "comp.Reserve", w.reserve("BankB", "L2", "2024-03-05"))
	w.refused("BankB", "comp.File", w.file("L2", "2024-03-06"), "REGISTRY_NO_AGREEMENT", "date", "", "2024-03-06")
	w.Must(chaincodetest.BookB, officerB, "comp.File", w.file("L2", "2024-03-05"))
	agree.Head, agree.From = w.head("2024-03-01"), day("2024-12-31")
	w.Refused("REGISTRY_AGREEMENT_DAYS", "commons", finance, "comp.Agree", agree)
	agree.Bank = "FinanceMSP"
	w.Refused("REGISTRY_BANK", "commons", finance, "comp.Agree", agree)
}

// What the registry counts is the same for any division of the same commands
// into batches, whatever the registry's secret is.
func TestPartitionsGiveTheSameDigests(t *testing.T) {
	run := func(size int) map[string]string {
		w := newWorld(t, "2024-06-30").agreed()
		var steps []chaincodetest.Step
		for i := range 6 {
			no := "D" + string(rune('1'+i))
			w.lend(lending{Bank: "BankA", No: no, Person: i / 2, Amount: "3000000", Lent: "-"})
			steps = append(steps, chaincodetest.Step{Name: "comp.Reserve", Content: w.reserve("BankA", no, "2024-03-05")})
		}
		for len(steps) > 0 {
			n := min(size, len(steps))
			_, err := w.Batch(chaincodetest.BookA, officerA, "filing", steps[:n]...)
			require.NoError(t, err)
			steps = steps[n:]
		}
		all := w.Digests("commons", "cap")
		for _, kind := range []string{"filing"} {
			for no, d := range w.Digests(chaincodetest.BookA, kind) {
				all[kind+no] = d
			}
		}
		for no, d := range w.Digests("commons", "bank") {
			all["bank"+no] = d
		}
		return all
	}
	one := run(1)
	require.Len(t, one, 3+3+2, "one of each borrower's two is above the cap")
	require.Equal(t, one, run(4))
}
