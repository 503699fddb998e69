package dayend

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func told(list []Change) []string {
	words := []string{}
	for i := range list {
		c := &list[i]
		words = append(words, fmt.Sprint(c.Loan, " ", c.Kind, " ", c.From, " ", c.To, " ", c.Reasons))
	}
	return words
}

func was(p loan.Position, days int, class account.Class, rate money.Rate) loan.Position {
	p.Was = &loan.Earlier{DaysPastDue: days, Class: class, Rate: rate}
	return p
}

func TestChanges(t *testing.T) {
	begins := was(given(floored(of("B", "b", 100), account.SpecialMention, 1), account.SpecialMention, "K01"), 0, account.Pass, 0)
	ends := was(of("A", "a", 100), 12, account.SpecialMention, 0)
	older := was(given(floored(of("C", "c", 100), account.SpecialMention, 40), account.SpecialMention, "K01"), 39, account.SpecialMention, 0)
	worse := was(given(floored(of("D", "d", 100), account.Substandard, 91), account.Substandard, "K01"), 90, account.SpecialMention, 0)
	reset := was(of("E", "e", 100), 0, account.Pass, 395*money.BasisPoint)
	reset.Rate = 385 * money.BasisPoint
	same := of("F", "f", 100)
	fresh := given(floored(of("G", "g", 100), account.SpecialMention, 3), account.SpecialMention, "K01")
	positions := []loan.Position{begins, ends, older, worse, reset, same}
	require.Equal(t, []string{"B OVERDUE_BEGINS 0 1 []", "B CLASS_WORSE normal special_mention [K01]", "D CLASS_WORSE special_mention substandard [K01]",
		"A CLASS_BETTER special_mention normal []", "E RATE_CHANGED 3.95 3.85 []", "A OVERDUE_ENDS 12 0 []"}, told(changes(positions, false)))
	// What no earlier day knew is told by what it is not.
	require.Empty(t, told(changes([]loan.Position{fresh}, false)), "the ledger says that nothing differs")
	fresh.New = true
	want := []string{"G OVERDUE_BEGINS 0 3 []", "G CLASS_WORSE normal special_mention [K01]"}
	require.Equal(t, want, told(changes([]loan.Position{fresh}, false)))
	fresh.New = false
	require.Equal(t, want, told(changes([]loan.Position{fresh, same}, true)), "on the first day")
}

func TestFiguresAddUp(t *testing.T) {
	settled := of("S", "s", 0)
	settled.Status = loan.Settled
	late := floored(of("B", "b", 50), account.Loss, 400)
	late.OverduePrincipal, late.OverdueInterest, late.Accrued = 1000, 20, 3
	f := figures([]loan.Position{of("A", "a", 100), late, settled, given(of("C", "c", 7), account.Doubtful, "K07")}, day)
	require.Equal(t, "EOD-20241227-CLOSE", f.Number)
	require.Equal(t, []any{3, 1, "100.00", "0.00", "0.00", "7.00", "50.00", "10.00", "0.20", "0.03"}, []any{f.Loans, f.OverdueLoans, f.Normal.String(), f.SpecialMention.String(),
		f.Substandard.String(), f.Doubtful.String(), f.Loss.String(), f.OverduePrincipal.String(), f.OverdueInterest.String(), f.Accrued.String()})
}

// The workbook opens and says what the list says, in cells of the right types.
func TestSheetOfChanges(t *testing.T) {
	p := was(given(floored(of("B", "b", 1234567), account.SpecialMention, 1), account.SpecialMention, "K01", "K12"), 0, account.Pass, 0)
	p.Rate = 385 * money.BasisPoint
	p.Was.Rate = p.Rate
	r := Report{Day: day, Closed: "accepted", Figures: figures([]loan.Position{p}, day), Changes: changes([]loan.Position{p}, false),
		Refusals: []Refusal{{Loan: "E", Command: "loan.Reset", Because: loan.ResetNoLPR.At("date", "after 2023-12-27", "2023-08-21")}}}
	var b bytes.Buffer
	require.NoError(t, r.WriteSheet(&b))
	f, err := excelize.OpenReader(&b)
	require.NoError(t, err)
	defer f.Close()
	rows, err := f.GetRows("日终变动")
	require.NoError(t, err)
	require.Equal(t, []string{"日终日期", "2024-12-27", "上一日终", "", "结账", "未结账"}, rows[0])
	require.Equal(t, columns, rows[1])
	require.Equal(t, []string{"分类下调", "B", "正常", "关注", "逾期; 还款能力变化", "1", "关注", "1,234,567.00", "0.00", "0.00", "3.85"}, rows[3])
	require.Equal(t, []string{"loan.Reset", "E", "after 2023-12-27", "2023-08-21"}, rows[5][:4])
	require.Equal(t, []string{"贷款笔数", "1", "1,234,567.00"}, rows[7])
}
