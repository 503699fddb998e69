package loan_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
)

// extractQuery shows what other rooms read of a loan.
type extractQuery struct {
	Loan  string        `json:"loan"`
	On    calendar.Date `json:"on"`
	Above int           `json:"above"`
	Class account.Class `json:"class"`
}

type extractAnswer struct {
	Facts    loan.Facts     `json:"facts"`
	Is       bool           `json:"is"`
	Since    calendar.Date  `json:"since"`
	Postings []loan.Posting `json:"postings"`
}

func init() {
	chaincode.BookQueries = append(chaincode.BookQueries, command.Query[extractQuery, extractAnswer]{
		QuerySpec: command.QuerySpec{Name: "test.Extract", Access: []command.Allow{{Party: command.Finance, Role: "auditor"}}, Chaincode: command.Book, Collections: []command.Collection{command.Loan}},
		Answer: func(ctx *command.Context, q extractQuery) (extractAnswer, error) {
			id, err := loan.Kind.Locate(ctx.View, q.Loan)
			if err != nil {
				return extractAnswer{}, err
			}
			x, err := loan.ExtractOf(ctx, "loan", ledgerstate.Ref{ID: id, No: q.Loan})
			if err != nil {
				return extractAnswer{}, err
			}
			a := extractAnswer{Postings: x.Postings(0, q.On)}
			if a.Facts, _, err = x.At(q.On); err != nil {
				return a, err
			}
			a.Since, a.Is, err = x.NonPerformingSince(q.Above, q.Class, q.On)
			return a, err
		},
	})
}

func (w *world) extract(no, on string, above int, class account.Class) extractAnswer {
	w.t.Helper()
	var a extractAnswer
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "test.Extract", extractQuery{no, day(on), above, class}, &a))
	return a
}

// since looks at every day by itself.
func (w *world) since(no, on string, above int, class account.Class) (calendar.Date, bool) {
	w.t.Helper()
	d := day(on)
	for ; d >= day("2024-01-05"); d-- {
		var s loan.Sheet
		require.NoError(w.t, w.Ask(book, "Finance/auditor", "loan.Show", loan.LoanQuery{Loan: no, At: d}, &s))
		if s.Status != loan.Disbursed || s.Account.DaysPastDue <= above || s.Account.InForce < class {
			break
		}
	}
	return d + 1, d < day(on)
}

func TestSinceWhenALoanIsNonPerforming(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	for _, no := range []string{"L1", "L2", "L3", "L4"} {
		w.lent(no, "C2")
	}
	// L1 pays nothing. L2 pays an instalment when 95 days past due, and is 64
	// then; L3 pays one so late that it is still above 90. L4 is classified
	// while its days past due are few.
	w.Must(book, officer, "loan.Repay", w.repay("L2", "2024-05-10", "42540.69"))
	w.Must(book, officer, "loan.Repay", w.repay("L3", "2024-07-20", "42540.69"))
	w.Must(book, "BankA/reviewer", "loan.Classify", loan.ClassifyContent{Head: w.head("2024-04-10"), Loan: loanRef("L4"), Class: account.Substandard, Reasons: []string{"K05"}})

	ends := []string{"2024-05-05", "2024-05-06", "2024-05-09", "2024-05-10", "2024-06-04", "2024-06-20", "2024-07-20", "2024-09-01", "2025-01-31"}
	for _, no := range []string{"L1", "L2", "L3", "L4"} {
		for _, limit := range []struct {
			above int
			class account.Class
		}{{90, account.Substandard}, {30, account.Substandard}, {60, account.SpecialMention}, {270, account.Substandard}} {
			for _, end := range ends {
				got := w.extract(no, end, limit.above, limit.class)
				since, is := w.since(no, end, limit.above, limit.class)
				require.Equal(t, is, got.Is, "%s at %s above %d", no, end, limit.above)
				if is {
					require.Equal(t, since, got.Since, "%s at %s above %d", no, end, limit.above)
				}
			}
		}
	}
	require.Equal(t, "2024-05-06", w.extract("L1", "2024-09-01", 90, account.Substandard).Since.String(), "the 91st day past due")
	require.False(t, w.extract("L1", "2024-05-05", 90, account.Substandard).Is, "the 90th")
}

func TestAnExtractTellsWhatStands(t *testing.T) {
	w := newWorld(t, "2025-06-30")
	w.lent("L1", "C2")
	first := w.repay("L1", "2024-02-05", "42540.69")
	w.Must(book, officer, "loan.Repay", first)
	guarantor := w.guarantee("L1", "2024-06-20", "1000")
	w.Must(book, officer, "loan.GuaranteePay", guarantor)
	wrong := w.repay("L1", "2024-06-21", "500")
	w.Must(book, officer, "loan.Repay", wrong)
	w.undo("L1", "2024-06-22", wrong.Number)

	x := w.extract("L1", "2024-07-01", 90, account.Substandard)
	var numbers []string
	for _, p := range x.Postings {
		numbers = append(numbers, p.Number)
	}
	require.Equal(t, []string{first.Number, guarantor.Number}, numbers, "without the reversed one")
	require.Equal(t, account.Guarantor, x.Postings[1].Payer)
	shown := w.show("L1", "2024-07-01")
	require.Equal(t, shown.Account.Outstanding, x.Facts.Outstanding)
	require.Equal(t, shown.Account.DaysPastDue, x.Facts.DaysPastDue)
	require.Equal(t, shown.Account.InForce, x.Facts.Class)
	require.Equal(t, yuan("500000"), x.Facts.Lent)
	require.NotEmpty(t, x.Facts.Voucher)
	require.Zero(t, x.Facts.WrittenOff)
	require.Zero(t, w.extract("L1", "2024-01-04", 90, account.Substandard).Facts.Lent, "the day before it was disbursed")
}
