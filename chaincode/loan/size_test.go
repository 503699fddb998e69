package loan

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// memory is the least stub that a view needs.
type memory struct {
	ledgerstate.Stub
	values map[string][]byte
}

func (m memory) GetTxID() string                                   { return "tx" }
func (m memory) GetPrivateData(c, k string) ([]byte, error)        { return m.values[c+k], nil }
func (m memory) GetPrivateDataHash(string, string) ([]byte, error) { return nil, nil }
func (m memory) PutPrivateData(c, k string, v []byte) error        { m.values[c+k] = v; return nil }
func (m memory) StartWriteBatch()                                  {}
func (m memory) FinishWriteBatch() error                           { return nil }

// large is a loan of 36 instalments as large as they come, with so many
// repayments.
func large(t testing.TB, m memory, ref ledgerstate.Ref, repayments int) *ledgerstate.View {
	v := ledgerstate.NewView(m, "BankAMSP", bytes.Repeat([]byte{1}, ledgerstate.SeedSize))
	if len(m.values) == 0 {
		require.NoError(t, v.PlaceSecret(Kind.Collection, bytes.Repeat([]byte{2}, ledgerstate.SecretSize)))
	}
	n := 0
	by := bytes.Repeat([]byte{7}, 8)
	apply := func(c ledgerstate.Change, date calendar.Date) {
		n++
		require.NoError(t, c.Apply(v, ledgerstate.Stamp{Number: fmt.Sprintf("HK-20240105-%04d", n), Party: "B", Date: date, By: by,
			Mark: func(string) ([]byte, error) { return by, nil }}))
	}
	at := calendar.MustParse("2024-01-05")
	hash := bytes.Repeat([]byte{9}, hashSize)
	terms := schedule.Terms{Method: schedule.EqualInstalment, Rate: 49_500_000, Periods: 36, EveryMonths: 1, DayCount: calendar.Actual365}
	apply(Kind.Born(ref, LoanAccepted{Date: at, Subject: strings.Repeat("s", 13), Application: "SQ-20240105-0001", Product: "AGR", Deadline: at, Grant: "SQS-20240105-0001", By: by,
		Profile: Profile{Type: subject.Enterprise, Region: "630121", Industry: "A0314", Size: identifier.Medium, Date: at}}), at)
	apply(Kind.Happened(ref, CreditDecided{Grant: "SQS-20240105-0001", Credit: Credit{Date: at, Limit: 500_000_000, Rate: 49_500_000, Months: 36, Method: schedule.EqualInstalment, Guarantee: "C1",
		LPRDate: at, Spread: 15_000_000, By: by}}), at)
	apply(Kind.Happened(ref, ContractSigned{Contract{Date: at, Amount: 500_000_000, Account: account.Contract{Terms: terms, PenaltyPercent: 50, GraceDays: 3, NonPerforming: 90}}}), at)
	apply(Kind.Happened(ref, LoanDisbursed{Date: at, Amount: 500_000_000, Voucher: hash, Payments: []Paid{{Payee: hash, Amount: 500_000_000}}}), at)
	for range repayments {
		at += 37 // each leaves an instalment partly paid, in arrears
		apply(Kind.Happened(ref, LoanRepaid{Date: at, Amount: 15_000_000}), at)
	}
	_, err := v.Flush()
	require.NoError(t, err)
	return v
}

// A loan with eight entries in its log stays below 900 bytes: what a page
// grows by with a second loan.
func TestALoanIsSmall(t *testing.T) {
	page := func(loans, repayments int) int {
		m := memory{values: map[string][]byte{}}
		for i := range loans {
			large(t, m, ledgerstate.Ref{ID: ledgerstate.ID{Page: "p", Slot: uint8(i)}, No: fmt.Sprintf("JK-20240105-%04d", i)}, repayments)
		}
		most := 0
		for _, v := range m.values {
			most = max(most, len(v))
		}
		return most
	}
	eight := page(2, 4) - page(1, 4)
	largest, entries := 0, 0
	for repayments := range 30 {
		if n := page(16, repayments); n > largest {
			largest, entries = n, 4+repayments
		}
	}
	t.Logf("a loan of 8 entries: %d bytes; the largest page of 16, after %d entries: %d", eight, entries, largest)
	require.Less(t, eight, 900)
	require.Less(t, largest, 16384)
}

// BenchmarkRepay is the rule of one repayment on a loan of 36 instalments in
// arrears, decoding and encoding left out: decide, then evolve.
func BenchmarkRepay(b *testing.B) {
	m := memory{values: map[string][]byte{}}
	ref := ledgerstate.Ref{ID: ledgerstate.ID{Page: "p"}, No: "JK-20240105-0001"}
	ctx := &command.Context{View: large(b, m, ref, 4), Reference: &consortium.Tables{Open: calendar.MustParse("2024-12-31")}}
	r, err := Kind.Get(ctx.View, "loan", ref)
	require.NoError(b, err)
	c := RepayContent{Head: command.Head{Number: "n", Date: r.State.Last + 40}, Loan: ref, Amount: money.Fen(15_000_000)}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Repay.Decide(ctx, c); err != nil {
			b.Fatal(err)
		}
		if l := (LoanRepaid{Date: c.Date, Amount: c.Amount}).Evolve(r.State); l.Last != c.Date {
			b.Fatal("not evolved")
		}
	}
}

// BenchmarkPage is a page of sixteen loans of eight entries: read, one
// repayment on each, written.
func BenchmarkPage(b *testing.B) {
	m := memory{values: map[string][]byte{}}
	var refs []ledgerstate.Ref
	for i := range 16 {
		ref := ledgerstate.Ref{ID: ledgerstate.ID{Page: "p", Slot: uint8(i)}, No: fmt.Sprintf("JK-20240105-%04d", i)}
		refs = append(refs, ref)
		large(b, m, ref, 4)
	}
	before := map[string][]byte{}
	for k, v := range m.values {
		before[k] = v
	}
	sum := sha256.Sum256(nil)
	open := &consortium.Tables{Open: calendar.MustParse("2024-07-01")}
	b.ReportAllocs()
	for b.Loop() {
		for k, v := range before {
			m.values[k] = v
		}
		v := ledgerstate.NewView(m, "BankAMSP", sum[:])
		ctx := &command.Context{View: v, Reference: open}
		for _, ref := range refs {
			c := RepayContent{Head: command.Head{Number: "n", Date: calendar.MustParse("2024-07-01")}, Loan: ref, Amount: money.Fen(15_000_000)}
			changes, err := Repay.Decide(ctx, c)
			if err != nil {
				b.Fatal(err)
			}
			if err := changes[0].Apply(v, ledgerstate.Stamp{Number: c.Number, Party: "B", Date: c.Date, By: sum[:8], Mark: func(string) ([]byte, error) { return sum[:8], nil }}); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := v.Flush(); err != nil {
			b.Fatal(err)
		}
	}
}
