package registry_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Whatever banks reserve, file and revoke, in whatever order and batches, no
// borrower's cap is ever passed, and what is counted is what stands in the
// books.
func TestNoCapIsEverPassed(t *testing.T) {
	w := newWorld(t, "2024-06-30").agreed()
	type lent struct {
		bank, no string
		person   int
		credit   bool
		amount   money.Fen
	}
	var loans []lent
	for person := 1; person <= 2; person++ {
		for i := range 8 {
			x := lending{Bank: []string{"BankA", "BankB"}[i%2], No: fmt.Sprintf("P%d%d", person, i), Person: person, Amount: []string{"3000000", "1500000", "2500000", "4900000"}[i%4],
				Guarantee: []string{"C1", "C3", "C3", "C1"}[i/2]}
			if person == 2 {
				x.Type, x.Industry, x.Amount = subject.Herder, "0313", []string{"150000", "80000", "120000", "299999.99"}[i%4]
			}
			w.lend(x)
			loans = append(loans, lent{x.Bank, x.No, person, x.Guarantee == "C1", yuan(x.Amount)})
		}
	}
	reservations := map[string]compensation.ReserveContent{}
	for _, l := range loans {
		reservations[l.no] = w.reserve(l.bank, l.no, "2024-03-05")
	}
	restore := w.Snapshot()
	passed, full := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		restore()
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			bank := rapid.SampledFrom([]string{"BankA", "BankB"}).Draw(rt, "bank")
			var steps []chaincodetest.Step
			for range rapid.IntRange(1, 8).Draw(rt, "commands") {
				l := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(loans), func(l lent) bool { return l.bank != bank })).Draw(rt, "loan")
				switch rapid.SampledFrom([]string{"reserve", "reserve", "reserve", "again", "file", "revoke"}).Draw(rt, "act") {
				case "reserve":
					c := reservations[l.no]
					c.Head = w.head("2024-03-05")
					if rapid.Bool().Draw(rt, "part") {
						c.Amount = fen(l.amount / money.Fen(rapid.Int64Range(1, 4).Draw(rt, "of")))
					}
					steps = append(steps, chaincodetest.Step{Name: "comp.Reserve", Content: c})
				case "again":
					c := reservations[l.no]
					c.Head, c.Again = w.head("2024-03-05"), true
					steps = append(steps, chaincodetest.Step{Name: "comp.Reserve", Content: c})
				case "file":
					steps = append(steps, chaincodetest.Step{Name: "comp.File", Content: w.file(l.no, "2024-03-05")})
				case "revoke":
					steps = append(steps, chaincodetest.Step{Name: "comp.Revoke", Content: compensation.RevokeContent{Head: w.head("2024-03-05"), Filing: filingRef(l.no), Reason: "V04"}})
				}
			}
			results, err := w.Batch(w.books[bank], bank+"/officer", "filing", steps...)
			require.NoError(rt, err)
			for _, r := range results {
				if r.Refusal != nil && (r.Refusal.Code == "REGISTRY_CAP_TOTAL" || r.Refusal.Code == "REGISTRY_CAP_CREDIT" || r.Refusal.Code == "REGISTRY_CAP_HOUSEHOLD") {
					full++
				}
			}

			// What the books say, added up, and what the registry counts.
			total, credit, counted := map[int]money.Fen{}, map[int]money.Fen{}, map[string]money.Fen{}
			for name, book := range w.books {
				var a compensation.FilingsAnswer
				require.NoError(rt, w.Ask(book, name+"/officer", "comp.ListFilings", compensation.FilingsQuery{}, &a))
				for _, f := range a.Filings {
					if f.Status != compensation.FilingRevoked {
						counted[f.Contract] = f.Amount
					}
				}
			}
			for _, l := range loans {
				total[l.person] += counted[l.no]
				if l.credit {
					credit[l.person] += counted[l.no]
				}
				var a registry.CapsAnswer
				if err := w.Ask("commons", operator, "comp.Caps", registry.CapsQuery{Bank: l.bank + "MSP", Loan: l.no}, &a); err != nil {
					require.Zero(rt, counted[l.no], "%s: %v", l.no, err)
					continue
				}
				require.Equal(rt, counted[l.no], a.Loan, l.no)
				passed++
			}
			require.LessOrEqual(rt, total[1], yuan("10000000"))
			require.LessOrEqual(rt, credit[1], yuan("5000000"))
			require.LessOrEqual(rt, total[2], yuan("300000"))
		}
	})
	require.Greater(t, passed, 100)
	require.Greater(t, full, 20, "the caps were never reached")
}
