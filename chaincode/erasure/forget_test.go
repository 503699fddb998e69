package erasure_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// figures are what of a loan must not change when its old arrears are erased.
func figures(s loan.Sheet) any {
	if s.Account == nil {
		return s.Status
	}
	return []any{s.Status, s.Account.Figures, s.Account.Disbursed, s.Account.Paid.Sum(), s.Account.Paid.Principal, s.Account.Rate, s.Account.InForce, s.Last}
}

// Any life of a loan, with payments late, early, in part, reversed and
// back-dated: what expires is told no more, and on every day after it the
// loan stands where it stood, takes the same entries and refuses the same.
func TestWhatIsLeftOfALoanGoesOnAsBefore(t *testing.T) {
	const no, open = "HT0001", "2031-06-30"
	w := newWorld(t, open)
	w.Lend(chaincodetest.Lending{Bank: "BankA", No: no, Person: 1, Type: subject.Herder, Industry: "0314", Periods: 24})
	restore := w.Snapshot()
	today := calendar.MustParse(open)
	post := func(name string, content any) command.Result {
		r, err := w.Submit(book, officer, name, content)
		require.NoError(t, err)
		return r
	}
	head := func(day calendar.Date) command.Head { return w.head(day.String()) }
	ref := chaincodetest.LoanRef(no)
	erased, settled, live := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		restore()
		day := calendar.MustParse("2024-03-10")
		var numbers []string
		for range rapid.IntRange(1, 14).Draw(t, "steps") {
			day += calendar.Date(rapid.IntRange(1, 200).Draw(t, "days"))
			if day >= today {
				break
			}
			s := w.show(no, day.String())
			h := head(day)
			switch act := rapid.IntRange(0, 9).Draw(t, "act"); {
			case act == 0 && len(numbers) > 0: // reverse one
				n := rapid.SampledFrom(numbers).Draw(t, "reversed")
				post("loan.RequestReversal", loan.RequestReversalContent{Head: h, Loan: ref, Entry: n, Reason: "E01"})
				r, err := w.Submit(book, "BankA/reviewer", "loan.Reverse", loan.ReverseContent{Head: head(day), Loan: ref, Entry: n, Reason: "E01"})
				require.NoError(t, err)
				_ = r
			case act == 1: // back-dated
				h.Date -= calendar.Date(rapid.IntRange(1, 60).Draw(t, "back"))
				if post("loan.Repay", loan.RepayContent{Head: h, Loan: ref, Amount: money.MustFen("1000")}).Outcome == "accepted" {
					numbers = append(numbers, h.Number)
				}
			case act == 2:
				post("loan.Settle", loan.SettleContent{Head: h, Loan: ref})
			default:
				due := s.Account.Due
				if part := rapid.IntRange(0, 3).Draw(t, "part"); part == 0 {
					due /= 2
				} else if part == 1 {
					due += 500000
				}
				if due > 0 && post("loan.Repay", loan.RepayContent{Head: h, Loan: ref, Amount: due}).Outcome == "accepted" {
					numbers = append(numbers, h.Number)
				}
			}
		}
		var due erasure.DueAnswer
		require.NoError(t, w.Ask(book, officer, "erasure.Due", erasure.DueQuery{}, &due))
		if len(due.Loans) == 0 {
			require.Equal(t, "LOAN_NO_ADVERSE_EXPIRED", post("erasure.Expire", erasure.ExpireContent{Head: head(today), Loans: []ledgerstate.Ref{ref}}).Refusal.Code)
			return
		}
		last := due.Loans[0].Adverse[len(due.Loans[0].Adverse)-1].Ended
		var days []calendar.Date
		for d := today; d > last; d -= 97 {
			days = append(days, d)
		}
		before := map[calendar.Date]loan.Sheet{}
		for _, d := range days {
			before[d] = w.show(no, d.String())
		}
		probe := func() (results []string) { // what happens next, and is undone
			undo := w.Snapshot()
			for _, c := range []struct {
				name    string
				content any
			}{
				{"loan.Repay", loan.RepayContent{Head: command.Head{Number: "probe-1", Date: today}, Loan: ref, Amount: money.MustFen("1234.56")}},
				{"loan.Prepay", loan.PrepayContent{Head: command.Head{Number: "probe-2", Date: today}, Loan: ref, Amount: money.MustFen("20000"), Effect: "shorten"}},
				{"loan.Settle", loan.SettleContent{Head: command.Head{Number: "probe-3", Date: today}, Loan: ref}},
			} {
				r := post(c.name, c.content)
				code := ""
				if r.Refusal != nil {
					code = r.Refusal.Code + r.Refusal.Limit
				}
				results = append(results, r.Outcome+code+w.show(no, open).Account.Outstanding.String())
			}
			undo()
			return results
		}
		next := probe()
		r := post("erasure.Expire", erasure.ExpireContent{Head: head(today), Loans: []ledgerstate.Ref{ref}})
		require.Equal(t, "accepted", r.Outcome, "%v", r.Refusal)
		erased++
		for _, d := range days {
			was, is := before[d], w.show(no, d.String())
			require.Equal(t, figures(was), figures(is), "%s", d)
			for _, a := range is.Adverse {
				require.Contains(t, was.Adverse, a)
			}
		}
		now := w.show(no, open)
		require.Equal(t, len(before[today].Adverse)-len(due.Loans[0].Adverse), len(now.Adverse), "what expired is told no more, and nothing else is missing")
		if now.Status == loan.Settled {
			settled++
		} else {
			live++
		}
		require.Equal(t, next, probe())
		due = erasure.DueAnswer{}
		require.NoError(t, w.Ask(book, officer, "erasure.Due", erasure.DueQuery{}, &due))
		require.Empty(t, due.Loans)
	})
	require.Positive(t, erased, "nothing ever expired")
	t.Logf("%d lives erased: %d settled, %d live", erased, settled, live)
}
