package e2e

import (
	"slices"
	"strings"

	"github.com/ipfs/go-cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// loss is a loan to a herder of which nothing was ever repaid: disbursed on 3
// January 2024, past due since 4 February.
type loss struct {
	*deal
	claim ledgerstate.Ref
}

var lentOn = calendar.MustParse("2024-01-03")

// lose has a bank lend 100,000 yuan, for good.
func (m *members) lose(bank string) *loss {
	m.t.Helper()
	d := m.newDeal(m.registered(bank, false, lentOn-200))
	d.day, d.asked, d.limit, d.amount, d.paid = lentOn, 300_000*money.Yuan, 200_000*money.Yuan, 150_000*money.Yuan, 100_000*money.Yuan
	m.lend(d)
	return &loss{deal: d, claim: newRef("BC" + digits(12))}
}

// filing is where the loan is filed: on a page of its own.
func (l *loss) filing() ledgerstate.Ref {
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: "f" + l.contract.ID.Page[1:]}, No: l.contract.No}
}

func (m *members) reserve(l *loss) compensation.ReserveContent {
	m.t.Helper()
	var a loan.BorrowerAnswer
	require.NoError(m.t, m.as(l.bank+"/officer1").Ask(m.t.Context(), l.book, "loan.Borrower", loan.BorrowerQuery{Loans: []string{l.contract.No}}, &a))
	return compensation.ReserveContent{Head: newHead(l.day), Filing: l.filing(), Loan: l.contract, Identity: a.Borrowers[0].Identity, Blind: a.Borrowers[0].Blind}
}

func (l *loss) file(day calendar.Date, amount money.Fen) compensation.FileContent {
	var codes []string
	for _, x := range consortium.Exclusions {
		codes = append(codes, x.Code)
	}
	return compensation.FileContent{Head: newHead(day), Filing: l.filing(), Loan: l.contract, Amount: &amount, Attests: codes}
}

func (l *loss) notify() compensation.NotifyContent {
	return compensation.NotifyContent{Head: newHead(calendar.MustParse("2024-05-10")), Claim: l.claim, Filing: l.filing()}
}

func (l *loss) submit() compensation.SubmitContent {
	c := compensation.SubmitContent{Head: newHead(calendar.MustParse("2024-05-22")), Claim: l.claim, Evidence: "LAWSUIT", EvidenceOn: calendar.MustParse("2024-05-20")}
	for _, i := range compensation.Dossier {
		if !i.Ledger {
			c.Documents = append(c.Documents, compensation.Document{Item: i.Code, CID: document(l.claim.No + i.Code)})
		}
	}
	return c
}

// document is the content address of a paper.
func document(text string) string {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte(text))
	if err != nil {
		panic(err)
	}
	return c.String()
}

func (l *loss) step(day string) compensation.ClaimContent {
	return compensation.ClaimContent{Head: newHead(calendar.MustParse(day)), Claim: l.claim}
}

func (l *loss) show(m *members) compensation.ClaimSheet {
	m.t.Helper()
	var s compensation.ClaimSheet
	require.NoError(m.t, m.as("Finance/officer1").Ask(m.t.Context(), l.book, "comp.Show", compensation.ClaimQuery{Claim: l.claim.No}, &s))
	return s
}

// agreement is what a bank needs before it files.
func (m *members) agreement(bank string) registry.AgreeContent {
	return registry.AgreeContent{Head: newHead(m.today()), Bank: bank + "MSP", From: calendar.MustParse("2022-09-01"), To: calendar.MustParse("2028-12-31"), Text: digest()}
}

const payee = "6217000000000003003" // BankA's account for compensation; invented

// pool opens the fund with 10,000,000 yuan at BankA.
func (m *members) pool() fund.OpenContent {
	day := m.today()
	return fund.OpenContent{Head: newHead(day), Year: day.Year(), Voucher: "JZ-" + text(8), Accounts: []fund.OpeningAccount{{Code: "A-1", Bank: "BankAMSP", Account: "6217000000000001001", Balance: 10_000_000 * money.Yuan}}}
}

func (m *members) injection() fund.ReceiptContent {
	day := m.today()
	return fund.ReceiptContent{Head: newHead(day), To: "A-1", Amount: 500_000 * money.Yuan, Value: day, Voucher: "BK-" + text(8)}
}

// confirm is the second signature under what an officer entered.
func (m *members) confirm(entry command.Head) {
	m.t.Helper()
	m.accepted("Finance/approver1", command.CommonsName, "fund.Confirm", fund.ConfirmContent{Head: newHead(entry.Date), Entry: entry.Number})
}

func (m *members) statement() fund.StatementAnswer {
	m.t.Helper()
	var a fund.StatementAnswer
	require.NoError(m.t, m.as("Finance/officer1").Ask(m.t.Context(), command.CommonsName, "fund.Statement", fund.StatementQuery{}, &a))
	return a
}

func (m *members) tender() fund.AnnounceContent {
	day := m.today()
	return fund.AnnounceContent{Head: newHead(day), Tender: newRef("ZB" + digits(8)), TenderTerms: fund.TenderTerms{Amount: 1_000_000 * money.Yuan, Months: 12,
		Deadline: day + 10, Reveal: day + 20, From: day - 300, To: day, Weights: fund.Weights{Growth: 30, Balance: 20, LoanRate: 15, Inclusive: 15, Performing: 10, DepositRate: 10}}}
}

func (m *members) allocation() fund.AllocateContent {
	m.t.Helper()
	var p fund.PreviewAnswer
	require.NoError(m.t, m.as("Finance/officer1").Ask(m.t.Context(), command.CommonsName, "fund.Preview", struct{}{}, &p))
	return fund.AllocateContent{Head: newHead(m.today()), Total: p.Total, Pages: fund.Pages{newID()}}
}

func (m *members) payment(l *loss, amount money.Fen) fund.OrderContent {
	return fund.OrderContent{Head: newHead(m.today()), Payment: newRef("FK" + digits(10)), Bank: l.bank + "MSP", From: "A-1", Account: payee, Voucher: "PZ-" + text(8), Lines: []fund.OrderLine{{Claim: l.claim.No, Amount: amount}}}
}

// pack is the last rule pack with another ID, in force from a day that has not
// come.
func (m *members) pack() consortium.ProposeContent {
	m.t.Helper()
	t := m.packs()
	p := slices.Clone(t.Packs)[len(t.Packs)-1]
	p.ID, p.From = "RC-E2E-"+strings.ToUpper(text(6)), t.Open+200
	p.Sum.PerLoanCap *= 10
	return consortium.ProposeContent{Head: newHead(t.Open), Change: consortium.Change{Packs: []consortium.RulePack{p}}}
}

func (m *members) packs() consortium.Tables {
	m.t.Helper()
	var t consortium.Tables
	require.NoError(m.t, m.as("Audit/auditor1").Ask(m.t.Context(), command.CommonsName, consortium.Show.Name, struct{}{}, &t))
	return t
}
