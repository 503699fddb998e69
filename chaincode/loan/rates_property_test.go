package loan_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// dated is a command with its date, for sorting.
type dated struct {
	date calendar.Date
	who  string
	step chaincodetest.Step
}

// Resets, agreed rates and classes among repayments: what was accepted in some
// order of arrival is accepted in the order of dates, and gives the same loan.
func TestRatesAndClassesInAnyOrderOfArrival(t *testing.T) {
	one, two := newWorld(t, "2027-12-31"), newWorld(t, "2027-12-31")
	for _, w := range []*world{one, two} {
		w.everyMethod()
		w.publish("2025-01-20", "3.1", "3.6")
		w.publish("2026-01-20", "2.9", "3.4")
	}
	n, late, resets := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		no := fmt.Sprintf("P%d", n)
		how := rapid.SampledFrom([]loan.Repricing{loan.Anniversary, loan.January}).Draw(t, "how")
		two.n = one.n
		for _, w := range []*world{one, two} {
			w.lend(no, floating(how))
		}
		var accepted []dated
		last := calendar.Date(0)
		for range rapid.IntRange(1, 12).Draw(t, "entries") {
			x := dated{date: day("2024-01-05") + calendar.Date(rapid.IntRange(0, 1200).Draw(t, "days")), who: officer}
			switch rapid.IntRange(0, 5).Draw(t, "sort") {
			case 0, 1:
				year := rapid.IntRange(2025, 2026).Draw(t, "year")
				on := fmt.Sprintf("%d-01-05", year)
				if how == loan.January {
					on = fmt.Sprintf("%d-01-01", year)
				}
				x.date = day(on)
				x.step = chaincodetest.Step{Name: "loan.Reset", Content: one.reset(no, on)}
			case 2:
				rate := rapid.SampledFrom([]string{"3", "3.85", "4.2"}).Draw(t, "rate")
				x.who, x.step = approver, chaincodetest.Step{Name: "loan.Reprice", Content: one.reprice(no, x.date.String(), rate)}
			case 3:
				class := rapid.SampledFrom([]string{"doubtful", "loss"}).Draw(t, "class")
				x.step = chaincodetest.Step{Name: "loan.Classify", Content: one.classify(no, x.date.String(), class, "K12")}
			default:
				amount := money.Fen(rapid.Int64Range(100, 15000000).Draw(t, "amount"))
				x.step = chaincodetest.Step{Name: "loan.Repay", Content: one.repay(no, x.date.String(), amount.String())}
			}
			r, err := one.Submit(book, x.who, x.step.Name, x.step.Content)
			require.NoError(t, err)
			if r.Outcome != "accepted" {
				continue
			}
			if x.date < last {
				late++
			}
			last = max(last, x.date)
			if x.step.Name == "loan.Reset" {
				resets++
			}
			accepted = append(accepted, x)
		}
		slices.SortStableFunc(accepted, func(a, b dated) int { return int(a.date) - int(b.date) })
		for _, x := range accepted {
			r, err := two.Submit(book, x.who, x.step.Name, x.step.Content)
			require.NoError(t, err)
			require.Equal(t, "accepted", r.Outcome, "%s of %s: %v", x.step.Name, x.date, r.Refusal)
		}
		at := "2027-12-31"
		if rapid.Bool().Draw(t, "earlier") {
			at = (day("2024-01-05") + calendar.Date(rapid.IntRange(0, 1200).Draw(t, "at"))).String()
		}
		a, b := one.show(no, at), two.show(no, at)
		require.Equal(t, b.Account, a.Account)
		require.Equal(t, a.Account.Disbursed, a.Account.Paid.Principal+a.Account.Outstanding)
	})
	require.Greater(t, late, n/2, "too few entries were back-dated")
	require.Greater(t, resets, n/4, "too few resets")
}
