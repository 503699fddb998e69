package dayfile_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// What is written reads the same, in each encoding, whatever stands in texts.
func TestWrittenFilesReadTheSame(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`甲乙丙丁扎西才让"",;'=+-@ 、()（）·ÅéΩЖ𠀀abcXYZ0189`)), 1, 40, 120)
	visible := rapid.Custom(func(t *rapid.T) string {
		for {
			if s := strings.Trim(text.Draw(t, "text"), " ;"); s != "" && !strings.Contains(s, ";;") && !strings.Contains(s, "; ") && !strings.Contains(s, " ;") {
				return s
			}
		}
	})
	amount := rapid.Map(rapid.Int64Range(1, 1_000_000_000_000), func(n int64) string { return money.Fen(n).String() })
	day := rapid.Map(rapid.IntRange(int(calendar.MustParse("2000-01-01")), int(calendar.MustParse("2030-12-31"))), func(n int) string { return calendar.Date(n).String() })
	rapid.Check(t, func(t *rapid.T) {
		encoding := rapid.SampledFrom([]dayfile.Encoding{dayfile.UTF8, dayfile.UTF8BOM, dayfile.GB18030}).Draw(t, "encoding")
		var b bytes.Buffer
		head := dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-03-18"), Note: visible.Draw(t, "note")}
		w, err := dayfile.NewWriter(&b, encoding, head)
		require.NoError(t, err)
		n := rapid.IntRange(0, 12).Draw(t, "lines")
		var want [][]string
		for i := range n {
			common := map[string]string{"业务流水号": fmt.Sprint("N", i), "业务日期": day.Draw(t, "day"), "合同编号": strings.ReplaceAll(visible.Draw(t, "contract"), ";", "")}
			if common["合同编号"] == "" || len(common["合同编号"]) > 64 {
				common["合同编号"] = "C"
			}
			common["合同编号"] = strings.TrimSpace(common["合同编号"])
			record := rapid.SampledFrom([]string{"还款", "放款", "结清", "授信"}).Draw(t, "record")
			switch record {
			case "还款":
				common["还款金额"] = amount.Draw(t, "amount")
			case "放款":
				common["放款金额"], common["凭证摘要"] = amount.Draw(t, "amount"), strings.Repeat("ab", 32)
				payee := strings.ReplaceAll(visible.Draw(t, "payee"), ";", "")
				if payee = strings.TrimSpace(payee); payee == "" {
					payee = "甲"
				}
				common["收款人"], common["收款账号末四位"], common["支付方式"] = payee, "0123", rapid.SampledFrom([]string{"受托支付", "自主支付"}).Draw(t, "way")
			case "授信":
				common["授权编号"], common["授信额度"], common["授信利率"] = "S1", amount.Draw(t, "limit"), money.Rate(rapid.Int64Range(0, 9_000_000).Draw(t, "rate")*10).String()
				common["授信期限月数"], common["还款方式"], common["担保方式"] = "12", "利随本清", "信用"
			}
			require.NoError(t, w.Fill(record, common), "%v", common)
			want = append(want, []string{record, common["业务流水号"], common["业务日期"], common["合同编号"]})
		}
		require.NoError(t, w.Close())
		require.Equal(t, n, w.Count())
		f, err := dayfile.Check("written.csv", bytes.NewReader(b.Bytes()))
		require.NoError(t, err, "%s", b.String())
		require.Equal(t, head.Note, f.Head.Note)
		require.Equal(t, encoding, f.Encoding)
		var got [][]string
		require.NoError(t, f.Each(func(l *dayfile.Line) error {
			got = append(got, l.Cells()[:4])
			return nil
		}))
		require.Equal(t, want, got)
		// Written from what was read, the bytes are the same.
		var again bytes.Buffer
		w, err = dayfile.NewWriter(&again, encoding, f.Head)
		require.NoError(t, err)
		require.NoError(t, f.Each(func(l *dayfile.Line) error { return w.Write(l.Record, l.Value) }))
		require.NoError(t, w.Close())
		require.Equal(t, b.Bytes(), again.Bytes())
	})
}
