package loan_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// replayAnswer tells whether the log of each loan gives its state.
type replayAnswer struct {
	Loans   int      `json:"loans"`
	Entries int      `json:"entries"`
	Differ  []string `json:"differ"`
}

func init() {
	chaincode.BookQueries = append(chaincode.BookQueries, command.Query[struct{}, *replayAnswer]{
		QuerySpec: command.QuerySpec{Name: "test.Replay", Access: []command.Allow{{Party: command.Bank, Role: "auditor"}}, Chaincode: command.Book, Collections: []command.Collection{command.Loan}},
		Answer: func(ctx *command.Context, _ struct{}) (*replayAnswer, error) {
			a := &replayAnswer{}
			_, err := loan.Kind.Scan(ctx.View, "", 1<<20, func(id ledgerstate.ID, r *ledgerstate.Record[loan.Loan]) error {
				log, err := loan.Kind.Log(ctx.View, id, r)
				if err != nil {
					return err
				}
				var l loan.Loan
				for _, e := range log {
					l = e.Event.Evolve(l)
				}
				a.Loans++
				a.Entries += len(log)
				if !reflect.DeepEqual(l, r.State) {
					a.Differ = append(a.Differ, r.Natural)
				}
				return nil
			})
			return a, err
		},
	})
}

// history is a random life of one loan: a valid beginning, then commands that
// mostly fit and sometimes do not.
func history(t *rapid.T, w *world, no string) []chaincodetest.Step {
	at := day("2024-01-05")
	amount := money.Fen(rapid.Int64Range(100, 50000000).Draw(t, "amount"))
	method := schedule.Method(rapid.IntRange(1, 4).Draw(t, "method"))
	credit := w.credit(no, "2024-01-03")
	credit.Method = method
	sign := w.sign(no, "2024-01-04")
	sign.Method, sign.Amount, sign.Periods = method, amount, rapid.IntRange(1, 12).Draw(t, "periods")
	sign.Rate = percent(rapid.SampledFrom([]string{"0", "3.85", "4.95"}).Draw(t, "rate"))
	pay := w.disburse(no, "2024-01-05", amount.String())
	steps := []chaincodetest.Step{{Name: "loan.Sign", Content: sign}, {Name: "loan.Disburse", Content: pay}}
	for range rapid.IntRange(0, 30).Draw(t, "commands") {
		at += calendar.Date(rapid.SampledFrom([]int{0, 1, 7, 30, 31, 31, 31, 60, 100, -1}).Draw(t, "days"))
		date := at.String()
		switch rapid.IntRange(0, 9).Draw(t, "command") {
		case 0:
			steps = append(steps, chaincodetest.Step{Name: "loan.Settle", Content: w.settle(no, date)})
		case 1:
			steps = append(steps, chaincodetest.Step{Name: "loan.Charge", Content: loan.ChargeContent{Head: w.head(date), Loan: loanRef(no), Amount: money.Fen(rapid.Int64Range(1, 100000).Draw(t, "fee")), Voucher: voucher}})
		case 2: // sent again, as it was
			steps = append(steps, steps[rapid.IntRange(0, len(steps)-1).Draw(t, "again")])
		case 3:
			steps = append(steps, chaincodetest.Step{Name: "loan.Disburse", Content: w.disburse(no, date, amount.String())})
		default:
			x := money.Fen(rapid.OneOf(rapid.Int64Range(1, int64(amount)), rapid.Just(int64(amount)/int64(sign.Periods)+1)).Draw(t, "repayment"))
			steps = append(steps, chaincodetest.Step{Name: "loan.Repay", Content: w.repay(no, date, x.String())})
		}
	}
	return steps
}

// send submits steps in batches of the sizes drawn.
func send(t *rapid.T, l *world, steps []chaincodetest.Step, size *rapid.Generator[int]) []command.Result {
	var all []command.Result
	for len(steps) > 0 {
		n := min(size.Draw(t, "batch"), len(steps))
		r, err := l.Batch(book, officer, "loan", steps[:n]...)
		require.NoError(t, err)
		all = append(all, r...)
		steps = steps[n:]
	}
	return all
}

func TestAnyLifeOfALoan(t *testing.T) {
	one, two := newWorld(t, "2026-12-31"), newWorld(t, "2026-12-31")
	n, accepted, refused, again := 0, 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		no := fmt.Sprintf("P%d", n)
		two.n = one.n // both give the same business numbers from here
		for _, w := range []*world{one, two} {
			w.apply("A"+no, person, "2024-01-01")
			w.Must(book, officer, "loan.Accept", w.accept(no, "A"+no, "2024-01-02"))
		}
		steps := history(t, one, no)
		for _, w := range []*world{one, two} {
			credit := w.credit(no, "2024-01-03")
			credit.Number, credit.Method = "credit-"+no, steps[0].Content.(loan.SignContent).Method
			w.Must(book, approver, "loan.Credit", credit)
		}
		results := send(t, one, steps, rapid.Just(1))
		require.Equal(t, results, send(t, two, steps, rapid.IntRange(1, 12)), "any batches, the same outcomes")
		for i, r := range results {
			switch r.Outcome {
			case "accepted":
				accepted++
			case "already applied":
				again++
			default:
				refused++
				require.NotNil(t, r.Refusal, "%v", steps[i])
			}
		}
		require.Equal(t, one.Digests(book, "loan"), two.Digests(book, "loan"), "any batches, the same digest")

		var sheet loan.Sheet
		require.NoError(t, one.Ask(book, officer, "loan.Show", loan.LoanQuery{Loan: no}, &sheet))
		a := sheet.Account
		require.Equal(t, a.Disbursed, a.Paid.Principal+a.Outstanding)
		for _, x := range []money.Fen{a.Outstanding, a.OverduePrincipal, a.OverdueInterest, a.Penalty, a.Compound, a.Fee, a.Advance, a.Due, a.Coming} {
			require.GreaterOrEqual(t, x, money.Fen(0))
		}
		var h loan.HistoryAnswer
		require.NoError(t, one.Ask(book, officer, "loan.History", loan.LoanQuery{Loan: no}, &h))
		var repaid money.Fen
		for _, e := range h.Entries {
			if e.Command == "loan.Repay" {
				d := e.Detail.(map[string]any)
				var sum money.Fen
				for _, part := range []string{"fee", "penalty", "compound", "interest", "principal", "advance"} {
					sum += yuan(d[part].(string))
				}
				require.Equal(t, d["amount"], sum.String(), "the parts add up to the payment")
				repaid += sum
			}
		}
		require.Equal(t, repaid, a.Paid.Sum()+a.Advance, "nothing is lost")
	})
	require.Greater(t, accepted, 5*n/2, "the histories are mostly refusals")
	require.Greater(t, refused, 0)
	require.Greater(t, again, 0)

	var replay replayAnswer
	require.NoError(t, one.Ask(book, "BankA/auditor", "test.Replay", struct{}{}, &replay))
	require.Equal(t, n, replay.Loans)
	require.Empty(t, replay.Differ, "the log gives the state")
	var totals loan.TotalsAnswer
	require.NoError(t, one.Ask(book, "BankA/auditor", "loan.Totals", struct{}{}, &totals))
	require.Equal(t, totals.Disbursed, totals.PrincipalRepaid+totals.Outstanding)
	require.Equal(t, n, totals.Loans)

	// The balances, page by page, add up to the totals 总分核对.
	var q loan.BalancesQuery
	q.Limit = 7
	var disbursed, outstanding money.Fen
	rows := 0
	for {
		var b loan.BalancesAnswer
		require.NoError(t, one.Ask(book, "Finance/officer", "loan.Balances", q, &b))
		for _, x := range b.Balances {
			disbursed, outstanding = disbursed+x.Disbursed, outstanding+x.Outstanding
			rows++
		}
		if q.After = b.Next; b.Next == "" {
			break
		}
	}
	require.Equal(t, n, rows)
	require.Equal(t, totals.Disbursed, disbursed)
	require.Equal(t, totals.Outstanding, outstanding)
}
