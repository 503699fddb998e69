package fund_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const statistician = "CentralBank/officer"

func percent(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

func tenderRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID("t"+strings.ToLower(no), 0), No: no}
}

// announce is a tender of 3,000,000 yuan for six months: bids to 5 August,
// opened to 7 August.
func (w *world) announce(no string) fund.AnnounceContent {
	return fund.AnnounceContent{Head: w.head(start), Tender: tenderRef(no), TenderTerms: fund.TenderTerms{
		Amount: fen("3000000.00"), Months: 6, Deadline: day("2024-08-05"), Reveal: day("2024-08-07"), From: day("2024-01-01"), To: day("2024-06-30"),
		Weights: fund.Weights{Growth: 35, Balance: 20, LoanRate: 15, Inclusive: 10, Performing: 10, DepositRate: 10}}}
}

func bid(no, bank, rate, amount string) fund.Bid {
	return fund.Bid{Tender: no, Bank: bank, Rate: percent(rate), Amount: fen(amount)}
}

func saltOf(bank string) []byte { return []byte((bank + strings.Repeat("*", 32))[:32]) }

func (w *world) seal(date string, b fund.Bid) fund.SealContent {
	return fund.SealContent{Head: w.head(date), Tender: tenderRef(b.Tender), Commitment: hex.EncodeToString(b.Commitment(saltOf(b.Bank)))}
}

func (w *world) reveal(date string, b fund.Bid) fund.RevealContent {
	return fund.RevealContent{Head: w.head(date), Tender: tenderRef(b.Tender), Salt: hex.EncodeToString(saltOf(b.Bank)), Rate: b.Rate, Amount: b.Amount}
}

var (
	factsA = fund.BankFacts{Bank: bankA, Lent: fen("8000000.00"), Credit: fen("5000000.00"), CreditBefore: fen("1000000.00"), Inclusive: fen("2000000.00"), LoanRate: percent("4.5"), Balance: fen("20000000.00"), NonPerforming: fen("400000.00")}
	factsB = fund.BankFacts{Bank: bankB, Lent: fen("4000000.00"), Credit: fen("3000000.00"), CreditBefore: fen("2000000.00"), Inclusive: fen("2000000.00"), LoanRate: percent("4"), Balance: fen("10000000.00"), NonPerforming: fen("100000.00")}
)

func (w *world) attest(date, no string, f fund.BankFacts) fund.AttestContent {
	return fund.AttestContent{Head: w.head(date), Tender: tenderRef(no), BankFacts: f}
}

func (w *world) about(date, no string) fund.TenderContent {
	return fund.TenderContent{Head: w.head(date), Tender: tenderRef(no)}
}

func (w *world) tender(who, no string) *fund.TenderSheet {
	w.t.Helper()
	var s fund.TenderSheet
	require.NoError(w.t, w.Ask("commons", who, "fund.ShowTender", fund.TenderQuery{Number: no}, &s))
	return &s
}

func TestATenderFromAnnouncementToDeposit(t *testing.T) {
	w := newWorld(t)
	a, b := bid("ZB1", bankA, "1.8", "2000000.00"), bid("ZB1", bankB, "2", "2000000.00")
	c := w.announce("ZB1")
	w.enter("fund.AnnounceTender", c)
	w.Must("commons", "BankA/approver", "fund.SealBid", w.seal(start, bid("ZB1", bankA, "1.5", "1000000.00")))
	w.openDay("2024-08-05")
	w.Must("commons", "BankA/approver", "fund.SealBid", w.seal("2024-08-05", a)) // another one replaces it
	w.Must("commons", "BankB/approver", "fund.SealBid", w.seal("2024-08-05", b))
	require.Equal(t, "BIDDING", w.tender(clerk, "ZB1").Stage)
	w.openDay("2024-08-06")
	w.Refused("FUND_COMMITMENT", "commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-06", bid("ZB1", bankA, "1.5", "1000000.00")))
	w.Must("commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-06", a))
	w.Must("commons", "BankB/approver", "fund.RevealBid", w.reveal("2024-08-06", b))
	w.Must("commons", statistician, "fund.AttestFacts", w.attest("2024-08-06", "ZB1", factsA))
	w.Must("commons", statistician, "fund.AttestFacts", w.attest("2024-08-06", "ZB1", factsB))
	w.openDay("2024-08-08")
	w.enter("fund.ScoreTender", w.about("2024-08-08", "ZB1"))
	// A: growth 4M of 4M: 35; balance 20; rate 15×4/4.5 = 13.333333; inclusive 10×(1/4)/(1/2) = 5;
	// performing 10×1%/2% = 5; deposit 10×1.8/2 = 9. B: 35×1/4 = 8.75; 10; 15; 10; 10; 10.
	require.Equal(t, []fund.Score{
		{Bank: bankA, Rank: 1, Growth: 35e6, Balance: 20e6, LoanRate: 13333333, Inclusive: 5e6, Performing: 5e6, DepositRate: 9e6, Total: 87333333},
		{Bank: bankB, Rank: 2, Growth: 8750000, Balance: 10e6, LoanRate: 15e6, Inclusive: 10e6, Performing: 10e6, DepositRate: 10e6, Total: 63750000},
	}, w.tender("Audit/auditor", "ZB1").Scores)
	w.Must("commons", director, "fund.AwardTender", w.about("2024-08-08", "ZB1"))
	require.Equal(t, []fund.Award{{Bank: bankA, Amount: fen("2000000.00"), Rate: percent("1.8"), Points: 87333333}, {Bank: bankB, Amount: fen("1000000.00"), Rate: percent("2"), Points: 63750000}}, w.tender(clerk, "ZB1").Awards)

	place := func(bank, to, account string) fund.PlaceContent {
		return fund.PlaceContent{Head: w.head("2024-08-08"), Tender: tenderRef("ZB1"), Bank: bank, From: "A-1", To: to, Account: account, Value: day("2024-08-08"), Voucher: fmt.Sprint("CF-", w.n)}
	}
	agree := w.agree(fund.ForDeposit, "A-DQ", bankA, elsewhere)
	agree.Date = day("2024-08-08")
	w.both("fund.AgreeAccount", agree)
	w.no("FUND_NO_DEPOSIT", clerk, "fund.PlaceDeposit", place(bankB, "A-DQ", elsewhere))
	w.no("FUND_DEPOSIT_BUSY", clerk, "fund.PlaceDeposit", place(bankB, "B-1", accountB))
	w.no("FUND_ACCOUNT_OTHER", clerk, "fund.PlaceDeposit", place(bankA, "A-DQ", accountA))
	one, two := place(bankA, "A-DQ", elsewhere), place(bankA, "A-DQ", elsewhere)
	w.enter("fund.PlaceDeposit", one)
	w.enter("fund.PlaceDeposit", two)
	w.confirm(one.Number, one.Date)
	w.no("FUND_DEPOSIT_BUSY", director, "fund.Confirm", fund.ConfirmContent{Head: w.head("2024-08-08"), Entry: two.Number})
	w.no("FUND_PLACED", clerk, "fund.PlaceDeposit", place(bankA, "A-DQ", elsewhere))
	s := w.statement("")
	require.Equal(t, fen("10000000.00"), s.Balance, "it stays the fund's")
	d := s.Deposits[1]
	require.Equal(t, []string{"A-DQ", "2000000.00", "2025-02-08", "1.8", "ZB1"}, []string{d.Code, d.Balance.String(), d.Matures.String(), d.Rate.String(), d.Tender})
	require.Equal(t, "AWARDED", w.tender(clerk, "ZB1").Stage)

	// A term deposit stays where it is until it matures, unless somebody says why not.
	out := w.transfer("2024-08-08", "A-DQ", "A-1", accountA, "1.00")
	w.no("FUND_TERM_RUNNING", clerk, "fund.Transfer", out)
	out.Early = true
	w.no("FUND_TEXT", clerk, "fund.Transfer", out)
	out.Note = "支付需要"
	w.both("fund.Transfer", out)

	// What was placed by mistake is undone, and can be placed again.
	w.both("fund.Transfer", w.transfer("2024-08-08", "A-1", "A-DQ", elsewhere, "1.00"))
	undo := fund.ReversalContent{Head: w.head("2024-08-08"), Entry: one.Number, Value: day("2024-08-08"), Voucher: "CZ", Reason: "账户有误"}
	w.both("fund.RequestReversal", undo)
	require.Zero(t, w.statement("").Deposits[1].Balance)
	require.True(t, w.statement("").Deposits[1].Matures.IsZero())
	again := place(bankA, "A-DQ", elsewhere)
	w.both("fund.PlaceDeposit", again)
	require.Equal(t, again.Number, w.tender(clerk, "ZB1").Awards[0].Entry)
}

func TestBidsAreSealedUntilTheDeadline(t *testing.T) {
	w := newWorld(t)
	w.enter("fund.AnnounceTender", w.announce("ZB1"))
	a, b := bid("ZB1", bankA, "1.8", "2000000.00"), bid("ZB1", bankB, "2", "2000000.00")
	w.Must("commons", "BankA/approver", "fund.SealBid", w.seal(start, a))
	w.Refused("FUND_BID_SEALED", "commons", "BankA/approver", "fund.RevealBid", w.reveal(start, a))
	early := w.seal(start, b)
	early.Date = day("2024-07-31")
	w.Refused("FUND_DATE_ORDER", "commons", "BankB/approver", "fund.SealBid", early)
	bad := w.seal(start, a)
	bad.Commitment = "ab"
	w.Refused("FUND_COMMITMENT_FORM", "commons", "BankA/approver", "fund.SealBid", bad)
	w.Refused("UNKNOWN", "commons", "BankA/approver", "fund.SealBid", w.seal(start, bid("ZB9", bankA, "1", "1.00")))
	w.openDay("2024-08-06")
	w.Refused("FUND_BID_LATE", "commons", "BankB/approver", "fund.SealBid", w.seal("2024-08-06", b))
	w.Refused("FUND_BID_LATE", "commons", "BankB/approver", "fund.SealBid", w.seal("2024-08-05", b)) // dating back does not help
	w.Refused("FUND_NO_BID", "commons", "BankB/approver", "fund.RevealBid", w.reveal("2024-08-06", b))
	w.Refused("FUND_BID_SEALED", "commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-05", a))
	other := w.reveal("2024-08-06", a)
	other.Rate += 10
	w.Refused("FUND_COMMITMENT", "commons", "BankA/approver", "fund.RevealBid", other)
	other = w.reveal("2024-08-06", a)
	other.Salt = strings.Repeat("0", 64)
	w.Refused("FUND_COMMITMENT", "commons", "BankA/approver", "fund.RevealBid", other)
	w.no("FUND_REVEAL_RUNS", clerk, "fund.ScoreTender", w.about("2024-08-06", "ZB1"))
	// A rival sees nothing of it, and a bank's people only their own.
	require.Empty(t, w.tender("BankB/officer", "ZB1").Offers)
	require.Len(t, w.tender("BankA/officer", "ZB1").Offers, 1)
	require.Nil(t, w.tender(clerk, "ZB1").Offers[0].Rate, "what is sealed nobody knows")
	w.openDay("2024-08-07") // the last day on which bids are opened
	w.no("FUND_REVEAL_RUNS", clerk, "fund.ScoreTender", w.about("2024-08-07", "ZB1"))
	w.openDay("2024-08-08")
	w.Refused("FUND_REVEAL_LATE", "commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-08", a))
	w.Refused("FUND_REVEAL_LATE", "commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-07", a))
	w.no("FUND_NO_BID", clerk, "fund.ScoreTender", w.about("2024-08-08", "ZB1")) // a bid that was not opened is void
}

func TestTendersRefused(t *testing.T) {
	w := newWorld(t)
	change := func(f func(*fund.AnnounceContent)) fund.AnnounceContent {
		c := w.announce("ZB2")
		f(&c)
		return c
	}
	w.no("FUND_TENDER_WEIGHTS", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Weights.Growth = 34 }))
	w.no("FUND_TENDER_WEIGHTS", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Weights.Growth, c.Weights.Balance = 56, -1 }))
	w.no("FUND_TENDER_TERM", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Months = 13 }))
	w.no("FUND_TENDER", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Deadline = day("2024-07-31") }))
	w.no("FUND_TENDER", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Reveal = c.Deadline }))
	w.no("FUND_TENDER", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.To = c.From - 1 }))
	w.no("FUND_NUMBER", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Tender.No = "ZB\n2" }))
	w.no("FUND_AMOUNT", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Amount = 0 }))
	w.no("FUND_AMOUNT", clerk, "fund.AnnounceTender", change(func(c *fund.AnnounceContent) { c.Amount = fen("10000000.01") }))

	w.enter("fund.AnnounceTender", w.announce("ZB1"))
	w.no("FUND_NOT_SCORED", director, "fund.AwardTender", w.about(start, "ZB1"))
	w.no("FUND_NOT_AWARDED", clerk, "fund.PlaceDeposit", fund.PlaceContent{Head: w.head(start), Tender: tenderRef("ZB1"), Bank: bankA, From: "A-1", To: "B-1", Account: accountB, Value: day(start), Voucher: "x"})
	a := bid("ZB1", bankA, "1.8", "2000000.00")
	w.Must("commons", "BankA/approver", "fund.SealBid", w.seal(start, a))
	w.openDay("2024-08-06")
	w.Must("commons", "BankA/approver", "fund.RevealBid", w.reveal("2024-08-06", a))
	wrong := func(f func(*fund.BankFacts)) fund.AttestContent {
		x := factsA
		f(&x)
		return w.attest("2024-08-06", "ZB1", x)
	}
	for _, f := range []func(*fund.BankFacts){
		func(x *fund.BankFacts) { x.Credit = x.Lent + 1 }, func(x *fund.BankFacts) { x.Inclusive = x.Lent + 1 },
		func(x *fund.BankFacts) { x.NonPerforming = x.Balance + 1 }} {
		w.no("FUND_FACTS", statistician, "fund.AttestFacts", wrong(f))
	}
	w.no("FUND_AMOUNT", statistician, "fund.AttestFacts", wrong(func(x *fund.BankFacts) { x.Lent = -1 }))
	w.no("FUND_BANK_UNKNOWN", statistician, "fund.AttestFacts", wrong(func(x *fund.BankFacts) { x.Bank = "FinanceMSP" }))
	_, err := w.Submit("commons", clerk, "fund.AttestFacts", wrong(func(*fund.BankFacts) {}))
	require.ErrorContains(t, err, "qxl ACCESS_DENIED")
	early := wrong(func(*fund.BankFacts) {})
	early.Date = day("2024-06-30")
	w.no("FUND_DATE_ORDER", statistician, "fund.AttestFacts", early)
	w.openDay("2024-08-08")
	w.no("FUND_FACTS_MISSING", clerk, "fund.ScoreTender", w.about("2024-08-08", "ZB1"))
	w.Must("commons", statistician, "fund.AttestFacts", w.attest("2024-08-08", "ZB1", factsA))
	both := "Finance/officer,approver"
	w.Must("commons", both, "fund.ScoreTender", w.about("2024-08-08", "ZB1"))
	w.no("SAME_PERSON", both, "fund.AwardTender", w.about("2024-08-08", "ZB1"))
	w.no("FUND_TENDER_OVER", statistician, "fund.AttestFacts", w.attest("2024-08-08", "ZB1", factsA))
	cancel := func(no string) fund.CancelContent {
		return fund.CancelContent{Head: w.head("2024-08-08"), Tender: tenderRef(no), Reason: "流标"}
	}
	w.Must("commons", director, "fund.AwardTender", w.about("2024-08-08", "ZB1"))
	w.no("FUND_TENDER_OVER", director, "fund.CancelTender", cancel("ZB1"))
	late := w.announce("ZB3")
	late.Date, late.Deadline, late.Reveal = day("2024-08-08"), day("2024-08-09"), day("2024-08-10")
	w.enter("fund.AnnounceTender", late)
	w.Must("commons", director, "fund.CancelTender", cancel("ZB3"))
	w.Refused("FUND_TENDER_OVER", "commons", "BankA/approver", "fund.SealBid", w.seal("2024-08-08", bid("ZB3", bankA, "1", "1.00")))
}

// A commitment to one bid opens no other, whichever of its parts is moved.
func TestCommitmentsAreOfOneBid(t *testing.T) {
	salt := saltOf(bankA)
	want := bid("ZB1", bankA, "1.8", "2000000.00")
	require.Equal(t, "qxl bid v1\ntender ZB1\nbank BankAMSP\nrate 1.8\namount 2000000.00\n", string(want.Canonical()))
	require.Equal(t, "3787bce5571233564741b8e826cf94de", hex.EncodeToString(want.Commitment(salt))[:32])
	for _, other := range []fund.Bid{bid("ZB2", bankA, "1.8", "2000000.00"), bid("ZB1", bankB, "1.8", "2000000.00"), bid("ZB1", bankA, "1.81", "2000000.00"), bid("ZB1", bankA, "1.8", "2000000.01")} {
		require.NotEqual(t, want.Commitment(salt), other.Commitment(salt))
	}
	require.NotEqual(t, want.Commitment(salt), want.Commitment(saltOf(bankB)))
}
