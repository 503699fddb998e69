package dayfile_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// oneLine writes a line from its cells and reads it back.
func oneLine(t *testing.T, typ string, cells map[string]string) (any, error) {
	t.Helper()
	var b bytes.Buffer
	w, err := dayfile.NewWriter(&b, dayfile.UTF8, dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-03-18")})
	require.NoError(t, err)
	if err := w.Fill(typ, cells); err != nil {
		return nil, err
	}
	require.NoError(t, w.Close())
	f, err := dayfile.Check("lines.csv", bytes.NewReader(b.Bytes()))
	require.NoError(t, err, b.String())
	var value any
	require.NoError(t, f.Each(func(l *dayfile.Line) error { value = l.Content(); return nil }))
	var again bytes.Buffer
	w, err = dayfile.NewWriter(&again, dayfile.UTF8, f.Head)
	require.NoError(t, err)
	require.NoError(t, f.Each(func(l *dayfile.Line) error { return w.Write(l.Record, l.Value) }))
	require.NoError(t, w.Close())
	require.Equal(t, b.String(), again.String(), "written from what was read, the bytes are the same")
	return value, nil
}

func with(cells map[string]string, more ...string) map[string]string {
	all := map[string]string{}
	for k, v := range cells {
		all[k] = v
	}
	for i := 0; i < len(more); i += 2 {
		all[more[i]] = more[i+1]
	}
	return all
}

var signing = map[string]string{"业务流水号": "QY1", "业务日期": "2024-03-21", "合同编号": "C1", "合同金额": "60000.00", "年利率": "4.35"}

// A herder's contract: principal on the days and in the amounts agreed.
func TestSeasonalContract(t *testing.T) {
	value, err := oneLine(t, "签约", with(signing, "还款方式", "按季节还本", "还本日期", "2024-10-31;2025-10-31", "还本金额", "20000.00;40000.00"))
	require.NoError(t, err)
	require.Equal(t, []schedule.Due{{Date: calendar.MustParse("2024-10-31"), Principal: 2_000_000}, {Date: calendar.MustParse("2025-10-31"), Principal: 4_000_000}},
		value.(*loan.SignContent).Dues)
	_, err = oneLine(t, "签约", with(signing, "还款方式", "按季节还本", "还本日期", "2024-10-31;2025-10-31", "还本金额", "60000.00"))
	var p *dayfile.Problem
	require.ErrorAs(t, err, &p)
	require.Equal(t, []string{"LIST_LENGTH", "还本金额", "2 values, as in the columns before", "1 values"}, []string{p.Code, p.Column, p.Limit, p.Value})
}

// A floating rate below LPR, within a cap: only the spread may be negative.
func TestFloatingContract(t *testing.T) {
	terms := with(signing, "还款方式", "等额本息", "期数", "24", "每期月数", "1", "重定价方式", "每年1月1日", "利率上限", "6.5")
	value, err := oneLine(t, "签约", with(terms, "LPR加点", "-0.25"))
	require.NoError(t, err)
	c := value.(*loan.SignContent)
	require.Equal(t, loan.January, c.Reprice)
	require.Equal(t, "-0.25", c.Spread.String())
	require.Equal(t, "6.5", c.Cap.String())
	require.Nil(t, c.Floor)
	_, err = oneLine(t, "签约", with(terms, "LPR加点", "0.25", "利率下限", "-1"))
	require.ErrorContains(t, err, "利率下限")
}

// Arrears that were taken on: a column in which nothing is owed may be left
// out, and is left out when the line is written again.
func TestTakenArrears(t *testing.T) {
	line, err := dayfile.RecordOf("loan.TakeOn").Example()
	require.NoError(t, err)
	require.Equal(t, []loan.TakenArrears{{Instalment: 3, Principal: 490_000, Interest: 18_125}, {Instalment: 4, Principal: 495_000, Interest: 16_349}}, line.(*loan.TakeOnContent).Arrears)
}

// The debtor's other loans are named by their contract numbers.
func TestLoansNamedAsReason(t *testing.T) {
	value, err := oneLine(t, "五级分类", map[string]string{"业务流水号": "FL1", "业务日期": "2024-08-01", "合同编号": "C1", "五级分类": "次级", "分类原因": "同一债务人其他贷款不良", "同一债务人合同编号": "C2;C3"})
	require.NoError(t, err)
	c := value.(*loan.ClassifyContent)
	require.Equal(t, []string{"K04"}, c.Reasons)
	require.Len(t, c.Because, 2)
	require.Equal(t, "C3", c.Because[1].No)
}
