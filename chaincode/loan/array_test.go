package loan

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// What was written before loans had more than repayments still reads, and is
// written as it was.
func TestEarlierRecordsRead(t *testing.T) {
	at := calendar.MustParse("2024-01-05")
	terms := schedule.Terms{Method: schedule.EqualInstalment, Principal: 500_000_00, From: at, Rate: 49_500_000, Periods: 36, EveryMonths: 1}
	for _, c := range []struct {
		text  string
		empty any
		want  any
	}{
		{"92cdb0efce0001e240", new(LoanRepaid), &LoanRepaid{Date: at, Amount: 123456}},
		{"93cdb0efcd012cc4020102", new(LoanCharged), &LoanCharged{Date: at, Amount: 300, Voucher: []byte{1, 2}}},
		{"94cdb0efce02faf080c401039193c40104ce02faf080c3", new(LoanDisbursed),
			&LoanDisbursed{Date: at, Amount: 50000000, Voucher: []byte{3}, Payments: []Paid{{Payee: []byte{4}, Amount: 50000000, Entrusted: true}}}},
		{"9193cdb0efce02faf080949a01ce02faf080ce02f34f602401cdb0ef0000000032035a", new(ContractSigned),
			&ContractSigned{Contract{Date: at, Amount: 500_000_00, Account: account.Contract{Terms: terms, PenaltyPercent: 50, GraceDays: 3, NonPerforming: 90}}}},
		{"9dc409444953425552534544a1739503a6363330313231a5413033313400cdb0efa141a3414752cdb0efcdb0f8c40107a099cdb0ef05040301a24331cdb0efffc4010893cdb0efce02faf080949a01ce02faf080ce02f34f602401cdb0ef00000000320000950297c20000000000000700950000000000cdb117", new(Loan),
			&Loan{Status: Disbursed, Subject: "s", Profile: Profile{Type: subject.Herder, Region: "630121", Industry: "A0314", Date: at}, Application: "A", Product: "AGR", Accepted: at, Deadline: at + 9, AcceptedBy: []byte{7},
				Credit:   Credit{Date: at, Limit: 5, Rate: 4, Months: 3, Method: schedule.EqualInstalment, Guarantee: "C1", LPRDate: at, Spread: -1, By: []byte{8}},
				Contract: Contract{Date: at, Amount: 500_000_00, Account: account.Contract{Terms: terms, PenaltyPercent: 50}}, Account: account.State{Instalment: 2, Advance: 7}, Last: at + 40}},
	} {
		raw, err := hex.DecodeString(c.text)
		require.NoError(t, err)
		require.NoError(t, ledgerstate.Decode(raw, c.empty), "%T", c.empty)
		require.Equal(t, c.want, c.empty)
		again, err := ledgerstate.Encode(c.empty)
		require.NoError(t, err)
		require.Equal(t, c.text, hex.EncodeToString(again), "%T", c.empty)
	}
}

// What few entries have comes back as it was; nothing else is read.
func TestRecordsWithMore(t *testing.T) {
	at := calendar.MustParse("2024-01-05")
	more := &More{Requests: []ReversalRequest{{Entry: "n", Reason: "错", By: []byte{1}}}, Reopened: at,
		TakenOn: &TakenOn{Opening: account.Opening{On: at, PaidTo: at, Balance: 7, Arrears: []account.Arrear{{Instalment: 1, Interest: 2}}}, Grant: "G", Voucher: []byte{2}, By: []byte{3}}}
	b := Booking{Recorded: MonthOf(at), Replaces: "n-1", Rebuilt: &Rebuilt{Status: Settled, Last: at, From: at, Principal: 5, More: more,
		Account: account.State{Amended: &account.Amended{Prepaid: 3, Classed: &account.Classed{On: at, Class: account.Loss, Reasons: []string{"K10"}}}}}}
	for _, c := range []struct{ empty, want any }{
		{new(LoanRepaid), &LoanRepaid{Date: at, Amount: 1, Booking: b}},
		{new(LoanRepaid), &LoanRepaid{Date: at, Amount: 1, Booking: Booking{Recorded: 5}}},
		{new(LoanCharged), &LoanCharged{Date: at, Amount: 1, Voucher: []byte{1}, Booking: b}},
		{new(LoanEntered), &LoanEntered{Entry: account.Entry{Date: at, Type: account.Misuse, Percent: 50}, Voucher: []byte{1}, Guarantor: []byte{2}, Reason: "r", Booking: b}},
		{new(LoanReversed), &LoanReversed{Date: at, Of: 3, Entry: "n-1", Reason: "r", Booking: b}},
		{new(Loan), &Loan{Status: Proposed, More: more}},
	} {
		raw, err := ledgerstate.Encode(c.want)
		require.NoError(t, err)
		require.NoError(t, ledgerstate.Decode(raw, c.empty), "%T", c.empty)
		require.Equal(t, c.want, c.empty)
		raw[0] = 0x90 // an array of no field, which for a plain struct is an empty one
		if _, plain := c.empty.(*LoanReversed); plain {
			raw[0] = 0x91
		}
		require.Error(t, ledgerstate.Decode(raw, c.empty), "%T", c.empty)
	}
}

func TestMonths(t *testing.T) {
	var m Month
	require.NoError(t, m.UnmarshalText([]byte("2024-12")))
	require.Equal(t, MonthOf(calendar.MustParse("2024-12-31")), m)
	require.Equal(t, "2024-12", m.String())
	require.Equal(t, "2025-01", (m + 1).String())
	require.Equal(t, "", Month(0).String())
	require.Error(t, m.UnmarshalText([]byte("2024-13")))
	require.NoError(t, m.UnmarshalText(nil))
	require.Zero(t, m)
}

// A content sent before there was more is known again: its mark is the same.
func TestContentsMarkAsBefore(t *testing.T) {
	ref := ledgerstate.Ref{ID: ledgerstate.ID{Page: "p", Slot: 3}, No: "JK"}
	h := command.Head{Number: "n", Date: 19727}
	for _, c := range []struct {
		text    string
		content any
	}{
		{"94a16ecd4d0fa24a4b05", &RepayContent{Head: h, Loan: ref, Amount: 5}},
		{"95a16ecd4d0fa24a4b05a176", &ChargeContent{Head: h, Loan: ref, Amount: 5, Voucher: "v"}},
		{"96a16ecd4d0fa24a4b05a1769193a17005c2", &DisburseContent{Head: h, Loan: ref, Amount: 5, Voucher: "v", Payments: []Payment{{Payee: "p", Amount: 5}}}},
		{"9ea16ecd4d0fa24a4b050000030100000000c000", &SignContent{Head: h, Loan: ref, Amount: 5, Periods: 3, EveryMonths: 1}},
		{"95a16ecd4d0fa24a4b05a172", &RepayContent{Head: h, Loan: ref, Amount: 5, Replaces: "r"}},
	} {
		raw, err := ledgerstate.Encode(c.content)
		require.NoError(t, err)
		require.Equal(t, c.text, hex.EncodeToString(raw), "%T", c.content)
	}
}
