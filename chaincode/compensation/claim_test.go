package compensation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

func TestAClaimFromNoticeToPayment(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", First: true})
	s, err := w.prefill("L1", "2024-05-08")
	require.NoError(t, err)
	require.Equal(t, yuan("225000"), s.Sum, "filled in before anything was entered")
	require.Equal(t, "ratio", s.Binding)
	w.on("L1", compensation.Paid)
	s = w.show("L1")
	require.Equal(t, "2024-05-06", s.Notice.Since.String(), "the 91st day past due")
	require.Equal(t, "2024-05-20", s.Notice.Due.String(), "ten working days later")
	require.False(t, s.Notice.Late)
	require.Equal(t, "2024-05-20", s.Recognised.String(), "pursued later than it was non-performing")
	require.Equal(t, yuan("500000"), s.NetLoss)
	require.Equal(t, yuan("225000"), s.Sum, "45 percent: it is a first loan")
	require.Equal(t, yuan("225000"), s.Award.Paid)
	require.Nil(t, s.Next, "nothing is awaited")
	var h compensation.HistoryAnswer
	require.NoError(t, w.Ask(book, "Finance/auditor", "comp.History", compensation.ClaimQuery{Claim: s.Claim}, &h))
	var names []string
	for _, e := range h.Entries {
		names = append(names, e.Command)
	}
	require.Equal(t, []string{"comp.Notify", "comp.Submit", "comp.AcceptComplete", "comp.Review", "comp.Opine", "comp.Publicise", "comp.Approve", "fund.Payout"}, names)
	require.Equal(t, yuan("225000"), h.Entries[7].Amount)
	require.Equal(t, compensation.Paid, h.Entries[7].Status)
}

// Every input of the sum names what it comes from.
func TestEveryInputIsTraceable(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", First: true})
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "42540.69"))
	w.Must(book, officer, "comp.Notify", w.notify("L1", "2024-06-10"))
	after := w.repay("L1", "2024-07-02", "1500.50")
	w.Must(book, officer, "loan.Repay", after)
	c := w.submit("L1", "2024-07-03")
	c.EvidenceOn = day("2024-06-20")
	c.Others = &[]compensation.Government{{From: "市级", Amount: yuan("1000"), CID: cidOf("city")}}
	w.Must(book, officer, "comp.Submit", c)
	s := w.show("L1")
	from := map[string]compensation.InputSheet{}
	for _, i := range s.Inputs {
		require.NotEmpty(t, i.From, i.Input)
		from[i.Input] = i
	}
	require.Equal(t, "2024-06-04", from["non_performing_since"].Value, "the second instalment is 91 days past due")
	require.Equal(t, "2024-06-20", from["recognised"].Value)
	var l loan.Sheet
	require.NoError(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "L1", At: day("2024-06-20")}, &l))
	require.Equal(t, l.Account.Outstanding.String(), from["outstanding"].Value)
	require.Contains(t, from["outstanding"].From, "1 entries")
	require.Equal(t, "1500.50", from["recovered"].Value)
	require.Equal(t, after.Number, s.Received[0].Entry, "by the loan's own entry")
	require.Equal(t, l.Account.Outstanding-yuan("1500.50"), s.NetLoss)
	for _, x := range []string{"disbursed", "filed", "days_past_due", "class", "other_government", "ratio", "first_loan"} {
		require.Contains(t, from, x)
	}
	// The dossier's items that the ledger knows are filled in.
	filled := map[string]string{}
	for _, i := range s.Dossier {
		if i.State == "ledger" {
			filled[i.Item] = i.Ledger
		}
	}
	require.Len(t, filled, 4)
	require.Contains(t, filled["D04"], "AL1")
	require.Equal(t, "授权 G01 G02", filled["D06"])
	require.Contains(t, filled["D07"], "1 笔, SHA-256 ")
	require.Contains(t, filled["D08"], "次级")
}

// Limbs: which is the least, and by whose rule.
func TestWhichLimbBinds(t *testing.T) {
	w := newWorld(t)
	for _, x := range []struct {
		lending
		others  string
		sum     string
		binding string
	}{
		{lending{No: "CREDIT"}, "", "200000", "ratio"},                // 40 %
		{lending{No: "FIRST", First: true}, "", "225000", "ratio"},    // and 5 points
		{lending{No: "MORT", Guarantee: "C3"}, "", "100000", "ratio"}, // 20 %
		{lending{No: "LARGE", Amount: yuan("4000000")}, "", "1500000", "per_loan_cap"},
		{lending{No: "OTHER"}, "250000", "150000", "stack"},                 // 80 % less what others gave
		{lending{No: "TIE"}, "200000", "200000", "ratio"},                   // the first in order
		{lending{No: "HALF", Filed: yuan("250000")}, "", "100000", "ratio"}, // half of it was filed
	} {
		w.lent(x.lending)
		w.Must(book, officer, "comp.Notify", w.notify(x.No, "2024-05-08"))
		c := w.submit(x.No, "2024-05-22")
		if x.others != "" {
			c.Others = &[]compensation.Government{{From: "市级", Amount: yuan(x.others), CID: cidOf("city")}}
		}
		sum := yuan(x.sum)
		c.Sum = &sum
		w.Must(book, officer, "comp.Submit", c)
		s := w.show(x.No)
		require.Equal(t, sum, s.Sum, x.No)
		require.Equal(t, x.binding, s.Binding, x.No)
		bound := 0
		for _, l := range s.Limbs {
			if l.Binding {
				bound++
				require.Equal(t, sum, l.Amount)
			}
		}
		require.Equal(t, 1, bound)
	}
}

func TestBadClaimsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", First: true})
	// Before the 91st day.
	w.refused(officer, "comp.Notify", w.notify("L1", "2024-05-05"), "CLAIM_NOT_NON_PERFORMING", "days_past_due", "91", "90")
	_, err := w.prefill("L1", "2024-05-05")
	require.ErrorContains(t, err, "CLAIM_NOT_NON_PERFORMING")
	w.Must(book, officer, "comp.Notify", w.notify("L1", "2024-05-06"))
	// A second claim, under another number.
	second := w.notify("L1", "2024-05-08")
	second.Claim = ref("another", 0, "C-OTHER")
	w.refused(officer, "comp.Notify", second, "CLAIM_FILING_TAKEN", "filing", "", "C-L1")

	// A sum above the cap, and any that is not the ledger's.
	for _, sum := range []string{"1500000.01", "225000.01", "224999.99"} {
		c := w.submit("L1", "2024-05-22")
		f := yuan(sum)
		c.Sum = &f
		w.refused(officer, "comp.Submit", c, "CLAIM_SUM", "sum", "225000.00 (ratio)", sum)
	}
	// A missing item is named; all of them are.
	c := w.submit("L1", "2024-05-22")
	c.Documents = c.Documents[:4]
	w.refused(officer, "comp.Submit", c, "CLAIM_DOSSIER_MISSING", "documents",
		"D09 催收记录(三次以上,其中至少一次书面), D10 诉讼、仲裁、公证执行、支付令或终本裁定文书, D12 尽职调查与尽职免责说明, D13 银行承诺书(无重复补偿、追偿返还)", "")
	c = w.submit("L1", "2024-05-22")
	c.Documents = append(c.Documents, compensation.Document{Item: "D07", CID: cidOf("x")})
	w.refused(officer, "comp.Submit", c, "CLAIM_DOSSIER_LEDGER", "documents.item", "", "D07 截至认定日的还款流水")
	for _, cid := range []string{"", "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", "bafkreix", cidOf("x") + "a", "BAFKREIHDWDCEFGH4DQKJV67UZCMW7OJEE6XEDZDETOJUZJEVTENXQUVYKU"} {
		c = w.submit("L1", "2024-05-22")
		c.Documents[0].CID = cid
		w.Refused("CLAIM_DOSSIER_CID", book, officer, "comp.Submit", c)
	}
	c = w.submit("L1", "2024-05-22")
	c.Documents[0].Item = "D14"
	w.refused(officer, "comp.Submit", c, "CLAIM_CODE", "documents.item", "D01..D13", "D14")
	// Evidence of recovery.
	c = w.submit("L1", "2024-05-22")
	c.Evidence = "LETTER"
	w.refused(officer, "comp.Submit", c, "CLAIM_CODE", "evidence", "LAWSUIT ARBITRATION NOTARIAL PAYMENT_ORDER TERMINATED", "LETTER")
	c = w.submit("L1", "2024-05-22")
	c.Evidence = ""
	w.Refused("CLAIM_CODE", book, officer, "comp.Submit", c)
	c = w.submit("L1", "2024-05-22")
	c.EvidenceOn = day("2024-05-23")
	w.refused(officer, "comp.Submit", c, "CLAIM_EVIDENCE_DATE", "evidence_on", "2024-01-05..2024-05-22", "2024-05-23")
	c.EvidenceOn = 0
	w.Refused("CLAIM_EVIDENCE_DATE", book, officer, "comp.Submit", c)
	// Other government money.
	c = w.submit("L1", "2024-05-22")
	c.Others = &[]compensation.Government{{From: "市级", Amount: -1, CID: cidOf("x")}}
	w.refused(officer, "comp.Submit", c, "CLAIM_AMOUNT", "other_government.amount", "0.01..10000000000000.00", "-0.01")
	// After six months.
	c = w.submit("L1", "2024-11-21")
	w.refused(officer, "comp.Submit", c, "CLAIM_WINDOW_OVER", "date", "2024-11-20", "2024-11-21")
	c = w.submit("L1", "2024-11-20")
	w.Must(book, officer, "comp.Submit", c)
	require.Equal(t, "2024-05-20", w.show("L1").Recognised.String())

	// The filing.
	w.lent(lending{No: "L2", Status: compensation.FilingConditional})
	w.refused(officer, "comp.Notify", w.notify("L2", "2024-05-08"), "CLAIM_FILING_STATE", "filing", "FILED EFFECTIVE", "CONDITIONAL")
	w.lent(lending{No: "L3", Status: compensation.FilingRevoked})
	w.refused(officer, "comp.Notify", w.notify("L3", "2024-05-08"), "CLAIM_FILING_STATE", "filing", "FILED EFFECTIVE", "REVOKED")
	// A loan that was never filed.
	w.Refused("UNKNOWN", book, officer, "comp.Notify", w.notify("L4", "2024-05-08"))
}

// A loan that pays again, or whose arrears were an error, is no longer claimed
// for, at any step before the sums are frozen.
func TestNoStepIsDatedBeforeTheLast(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Submitted)
	last := w.show("L1").Last.String()
	w.refused(operator, "comp.AcceptComplete", w.claim("L1", "2024-05-21"), "CLAIM_DATE_ORDER", "date", last, "2024-05-21")
}

func TestALoanThatPaysAgainIsNotClaimedFor(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Submitted)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-23", "300000"))
	r := w.Refused("CLAIM_NOT_NON_PERFORMING", book, operator, "comp.AcceptComplete", w.claim("L1", "2024-05-24"))
	require.Equal(t, "91", r.Refusal.Limit)
	require.Equal(t, compensation.Submitted, w.show("L1").Status)
}

// Between submission and acceptance the ledger may change, and the sum with it;
// afterwards it is frozen, but for an adjustment with two signatures.
func TestSumsAreFrozenFromTheAcceptanceOn(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Submitted)
	require.Equal(t, yuan("225000"), w.show("L1").Sum)
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-23", "1000"))
	w.Must(book, operator, "comp.AcceptComplete", w.claim("L1", "2024-05-24"))
	require.Equal(t, yuan("224550"), w.show("L1").Sum, "of 499,000")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-05-25", "2000"))
	w.Must(book, reviewer, "comp.Review", w.claim("L1", "2024-05-28"))
	require.Equal(t, yuan("224550"), w.show("L1").Sum, "frozen")

	propose := w.adjust("L1", "2024-05-29")
	w.Must(book, reviewer, "comp.ProposeAdjustment", propose)
	s := w.show("L1")
	require.Equal(t, yuan("224550"), s.Sum, "one signature changes nothing")
	require.Equal(t, yuan("223650"), s.Adjustment.Sum)
	w.refused(reviewer, "comp.ProposeAdjustment", w.adjust("L1", "2024-05-29"), "CLAIM_ADJUSTMENT_WAITS", "adjustment", "", propose.Number)
	w.refused(approver, "comp.SignAdjustment", w.signs("L1", "2024-05-29", "n-0"), "CLAIM_ADJUSTMENT_UNKNOWN", "adjustment", "", "n-0")
	w.Must(book, centralBank, "comp.Opine", w.opine("L1", "2024-05-30"))
	w.refused(clerk, "comp.Publicise", w.publicise("L1", "2024-06-03"), "CLAIM_ADJUSTMENT_WAITS", "adjustment", "", propose.Number)
	drop := w.signs("L1", "2024-06-03", propose.Number)
	drop.Drop = true
	w.Must(book, approver, "comp.SignAdjustment", drop)
	require.Equal(t, yuan("224550"), w.show("L1").Sum, "dropped")

	w.Must(book, clerk, "comp.Publicise", w.publicise("L1", "2024-06-03"))
	propose = w.adjust("L1", "2024-06-04")
	w.Must(book, reviewer, "comp.ProposeAdjustment", propose)
	w.refused(approver, "comp.Approve", w.claim("L1", "2024-06-12"), "CLAIM_ADJUSTMENT_WAITS", "adjustment", "", propose.Number)
	w.Must(book, approver, "comp.SignAdjustment", w.signs("L1", "2024-06-12", propose.Number))
	s = w.show("L1")
	require.Equal(t, yuan("223650"), s.Sum)
	require.Equal(t, compensation.Opinioned, s.Status, "a sum that was public is made public again")
	w.refused(reviewer, "comp.ProposeAdjustment", w.adjust("L1", "2024-06-13"), "CLAIM_ADJUSTMENT_NONE", "claim", "", "223650.00")
}

func TestReturnedOnceAndSubmittedAgain(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Returned)
	s := w.show("L1")
	require.Equal(t, []string{"D09"}, s.Returned.Items)
	require.Equal(t, "cure", s.Next.Step.String())
	require.Equal(t, "B", s.Next.Party)
	require.Equal(t, "2024-06-07", s.Next.By.String(), "ten working days")
	late := compensation.SubmitContent{Head: w.head("2024-06-08"), Claim: claimRef("L1")}
	w.refused(officer, "comp.Resubmit", late, "CLAIM_CURE_LATE", "date", "2024-06-07", "2024-06-08")
	again := compensation.SubmitContent{Head: w.head("2024-06-07"), Claim: claimRef("L1"), Documents: []compensation.Document{{Item: "D09", CID: cidOf("dunning 2")}}}
	w.Must(book, officer, "comp.Resubmit", again)
	s = w.show("L1")
	require.Equal(t, "LAWSUIT", s.Evidence.Code, "what is left out stays")
	for _, i := range s.Dossier {
		if i.Item == "D09" {
			require.Equal(t, []string{cidOf("dunning 2")}, i.CIDs, "in the place of the old one")
		}
	}
	w.refused(operator, "comp.ReturnForCorrection", w.correction("L1", "2024-06-11"), "CLAIM_RETURNED_ENOUGH", "claim", "1", "1")
	w.Must(book, operator, "comp.AcceptComplete", w.claim("L1", "2024-06-11"))
}

// Withdrawn and rejected claims free the filing: another one may follow.
func TestAnotherClaimAfterARejectionOrWithdrawal(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Rejected)
	require.Equal(t, "X02", w.show("L1").Reason)
	again := w.notify("L1", "2024-06-03")
	again.Claim = ref("secondclaim", 0, "C-L1-2")
	w.Must(book, officer, "comp.Notify", again)
	w.until("L2", compensation.Withdrawn)
	again = w.notify("L2", "2024-06-03")
	again.Claim = ref("thirdclaim", 0, "C-L2-2")
	w.Must(book, officer, "comp.Notify", again)
	// A rejection needs a reason of the list.
	w.until("L3", compensation.Submitted)
	w.refused(reviewer, "comp.Reject", w.reason("L3", "2024-06-03", ""), "CLAIM_REASON", "reason", "X01 X02 X03 X04 X05 X06 X07 X08 X09 X99", "")
	w.Refused("CLAIM_CODE", book, reviewer, "comp.Reject", w.reason("L3", "2024-06-03", "R01"))
	w.refused(approver, "comp.Reject", w.reason("L3", "2024-06-03", "X02"), "CLAIM_REJECT_BY", "identity", "C/operator C/reviewer", "F")
	w.until("L4", compensation.Accepted)
	w.refused(operator, "comp.Reject", w.reason("L4", "2024-06-03", "X02"), "CLAIM_REJECT_BY", "identity", "C/reviewer F/approver", "C/operator")
	w.Must(book, approver, "comp.Reject", w.reason("L4", "2024-06-03", "X02"))
}

// A late notice shows, and is left to the review.
func TestALateNoticeShows(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1"})
	w.Must(book, officer, "comp.Notify", w.notify("L1", "2024-05-21"))
	require.True(t, w.show("L1").Notice.Late)
	var h compensation.HistoryAnswer
	require.NoError(t, w.Ask(book, officer, "comp.History", compensation.ClaimQuery{Claim: "C-L1"}, &h))
	require.Len(t, h.Entries, 1)
}

// Trap 10: a herder has no USCC, no business licence and no size. Nothing of a
// claim asks for one.
func TestTrap10AHerderWithoutUSCC(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", Type: subject.Herder, Amount: yuan("200000"), First: true})
	w.on("L1", compensation.Publicised)
	s := w.show("L1")
	require.Equal(t, "HERDER", s.Filing.Type)
	require.Empty(t, s.Filing.Size)
	require.Equal(t, yuan("90000"), s.Sum)
	for _, i := range s.Dossier {
		if i.Item == "D05" {
			require.Equal(t, "居民身份证明及信用户评定", i.Zh)
		}
		if i.Item == "D11" {
			require.Equal(t, "given", i.State, "given though an unsecured loan needs none")
		}
	}
	// Without it, the missing item has the herder's name for it.
	w.lent(lending{No: "L2", Type: subject.Herder})
	w.Must(book, officer, "comp.Notify", w.notify("L2", "2024-05-08"))
	c := w.submit("L2", "2024-05-22")
	c.Documents = append(c.Documents[:3:3], c.Documents[5:]...) // without D05 and D09
	r := w.Refused("CLAIM_DOSSIER_MISSING", book, officer, "comp.Submit", c)
	require.Contains(t, r.Refusal.Limit, "D05 居民身份证明及信用户评定")
}

// A loan that is written off is claimed for all the same; a settled one is not.
func TestWrittenOffAndSettledLoans(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1"})
	w.Must(book, officer, "loan.Classify", loan.ClassifyContent{Head: w.head("2024-05-07"), Loan: loanRef("L1"), Class: account.Loss, Reasons: []string{"K09"}})
	w.Must(book, "BankA/approver", "loan.WriteOff", loan.WriteOffContent{Head: w.head("2024-05-07"), Loan: loanRef("L1"), Voucher: voucher, Reason: "无可供执行财产"})
	w.Must(book, officer, "comp.Notify", w.notify("L1", "2024-05-08"))
	w.Must(book, officer, "comp.Submit", w.submit("L1", "2024-05-22"))
	s := w.show("L1")
	require.Equal(t, yuan("200000"), s.Sum)
	var class string
	for _, i := range s.Inputs {
		if i.Input == "written_off" {
			require.Equal(t, "2024-05-07", i.Value)
		}
		if i.Input == "class" {
			class = i.Value
		}
	}
	require.Equal(t, "loss", class, "what the bank gave")

	w.lent(lending{No: "L2"})
	var l loan.Sheet
	require.NoError(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "L2", At: day("2024-05-08")}, &l))
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-05-08", (l.Account.Due+l.Account.Coming).String()))
	w.Refused("CLAIM_NOT_NON_PERFORMING", book, officer, "comp.Notify", w.notify("L2", "2024-05-08"))
}

// As much came in since the loan was recognised as it owed of principal then:
// it is bad still, for the interest that was paid from it, and nothing is lost
// that the fund shares.
func TestALoanOfWhichThePrincipalCameBackIsNotClaimedFor(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", First: true})
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-06-02", "499999.99"))
	s, err := w.prefill("L1", "2025-06-02")
	require.NoError(t, err)
	require.Equal(t, []string{"2024-05-06", "0.01"}, []string{s.Recognised.String(), s.NetLoss.String()}, "a fen is lost")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2025-06-02", "0.01"))
	var l loan.Sheet
	require.NoError(t, w.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: "L1", At: day("2025-06-02")}, &l))
	require.Equal(t, 148, l.Account.DaysPastDue, "the last instalment is unpaid")
	w.refused(officer, "comp.Notify", w.notify("L1", "2025-06-02"), "CLAIM_NOTHING_OWED", "net_loss", "above 0", "0.00")
	_, err = w.prefill("L1", "2025-06-02")
	require.ErrorContains(t, err, "CLAIM_NOTHING_OWED")
}

var voucher = "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"

// Each command that is sent again is already applied, and changes nothing; with
// other content it is refused.
func TestSentAgainIsAlreadyApplied(t *testing.T) {
	w := newWorld(t)
	w.lent(lending{No: "L1", First: true})
	sent := 0
	again := func(s step) {
		content := s.content("L1")
		w.Must(book, s.who, s.command, content)
		before, _ := json.Marshal(w.Digests(book, "claim"))
		r, err := w.Submit(book, s.who, s.command, content)
		require.NoError(t, err)
		require.Equal(t, "already applied", r.Outcome, s.command)
		after, _ := json.Marshal(w.Digests(book, "claim"))
		require.JSONEq(t, string(before), string(after), s.command)
		sent++
	}
	for _, s := range w.way(compensation.Recovering) {
		again(s)
	}
	for _, s := range w.way(compensation.ClawedBack)[8:] {
		again(s)
	}
	require.Equal(t, 12, sent)
	other := w.submit("L1", "2024-05-22")
	other.Number = "n-again"
	w.Refused("CLAIM_STATE", book, officer, "comp.Submit", other)
}

// What a subject may not learn: claims are no query of subjects.
func TestClaimsOfOthersAndOfOtherBanks(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Submitted)
	require.True(t, w.Denied(book, "Subject/subjectone1", true, "comp.Show"))
	require.True(t, w.Denied(book, "BankB/officer", true, "comp.Show"))
	require.True(t, w.Denied(book, "BankB/officer", false, "comp.Notify"), "a claim on another bank's loan")
	require.True(t, w.Denied(book, "Audit/auditor", true, "comp.Show"))
}
