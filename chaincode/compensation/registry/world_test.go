package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	operator  = "Commission/operator"
	pboc      = "CentralBank/officer"
	finance   = "Finance/approver"
	exclusion = "DISHONEST_DEBTOR SERIOUS_DISHONESTY CLOSED UNRECOVERED"
)

func day(text string) calendar.Date { return calendar.MustParse(text) }

func yuan(text string) money.Fen {
	f, err := money.ParseFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

func percent(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// world is a consortium with two banks that lend to the same people.
type world struct {
	*chaincodetest.Ledger
	t     *testing.T
	n     int
	books map[string]string // by bank: BankA → book-banka
}

func newWorld(t *testing.T, open string) *world {
	w := &world{Ledger: chaincodetest.New(t, open), t: t, books: map[string]string{"BankA": chaincodetest.BookA, "BankB": chaincodetest.BookB}}
	w.Calendar(2022, 2028, chaincodetest.October(2022, 2028, 7))
	return w
}

// agreed gives both banks an agreement for all years of the tests.
func (w *world) agreed() *world {
	for _, bank := range []string{"BankA", "BankB"} {
		w.Must("commons", finance, "comp.Agree", registry.AgreeContent{Head: w.head("2022-01-01"), Bank: bank + "MSP", From: day("2022-01-01"), To: day("2028-12-31"), Text: strings.Repeat("ab", 32)})
	}
	return w
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: fmt.Sprintf("n-%d", w.n), Date: day(date)}
}

func ref(page string, slot int, no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID(page, slot), No: no}
}

func loanRef(no string) ledgerstate.Ref   { return chaincodetest.LoanRef(no) }
func filingRef(no string) ledgerstate.Ref { return chaincodetest.FilingRef(no) }

type lending = chaincodetest.Lending

func (w *world) lend(x lending) { w.t.Helper(); w.Lend(x) }

// reserve is a reservation as the bank's officer would send it.
func (w *world) reserve(bank, no, date string) compensation.ReserveContent {
	w.t.Helper()
	return w.ToReserve(bank, no, w.head(date))
}

func (w *world) file(no, date string) compensation.FileContent {
	return compensation.FileContent{Head: w.head(date), Filing: filingRef(no), Loan: loanRef(no), Attests: strings.Fields(exclusion)}
}

// filed reserves and files a loan.
func (w *world) filed(bank, no, date string) {
	w.t.Helper()
	w.Must(w.books[bank], bank+"/officer", "comp.Reserve", w.reserve(bank, no, date))
	w.Must(w.books[bank], bank+"/officer", "comp.File", w.file(no, date))
}

// refused checks a refusal whole.
func (w *world) refused(bank, name string, content any, code, field, limit, actual string) {
	w.t.Helper()
	r := w.Refused(code, w.books[bank], bank+"/officer", name, content)
	require.Equal(w.t, []string{field, limit, actual}, []string{r.Refusal.Field, r.Refusal.Limit, r.Refusal.Actual}, code)
}

func (w *world) caps(who, bank, no string) registry.CapsAnswer {
	w.t.Helper()
	var a registry.CapsAnswer
	require.NoError(w.t, w.Ask("commons", who, "comp.Caps", registry.CapsQuery{Bank: bank + "MSP", Loan: no}, &a))
	return a
}

func (w *world) view(bank, no string) compensation.FilingView {
	w.t.Helper()
	var v compensation.FilingView
	require.NoError(w.t, w.Ask(w.books[bank], bank+"/officer", "comp.ShowFiling", compensation.FilingQuery{Loan: no}, &v))
	return v
}

// refresh refreshes all buckets of a bank as of a day.
func (w *world) refresh(bank, date, as string) {
	w.t.Helper()
	var steps []chaincodetest.Step
	for n := 1; n <= registry.Buckets; n++ {
		steps = append(steps, chaincodetest.Step{Name: "comp.Refresh", Content: registry.RefreshContent{Head: w.head(date), Bank: bank + "MSP", Bucket: n, Day: day(as)}})
	}
	results, err := w.Batch("commons", pboc, "registry", steps...)
	require.NoError(w.t, err)
	for _, r := range results {
		require.Equal(w.t, "accepted", r.Outcome, "%v", r.Refusal)
	}
}

func init() { chaincode.BookCommands = append(chaincode.BookCommands, chaincodetest.GrantFreely) }
