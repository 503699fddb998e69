package dayfile_test

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// BenchmarkCheck reads a file of 10,000 repayments once; an import reads it
// twice.
func BenchmarkCheck(b *testing.B) {
	b.Run("CSV", func(b *testing.B) { benchmarkCheck(b, func(csv []byte) []byte { return csv }) })
	b.Run("XLSX", func(b *testing.B) { benchmarkCheck(b, func(csv []byte) []byte { return asSheet(b, csv) }) })
}

func benchmarkCheck(b *testing.B, as func([]byte) []byte) {
	var file bytes.Buffer
	w, err := dayfile.NewWriter(&file, dayfile.UTF8, dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-12-31")})
	require.NoError(b, err)
	const lines = 10_000
	for i := range lines {
		n := strconv.Itoa(i)
		require.NoError(b, w.Fill("还款", map[string]string{"业务流水号": "HK-" + n, "业务日期": "2024-12-31", "合同编号": "HT" + n, "还款金额": "1234.56"}))
	}
	require.NoError(b, w.Close())
	raw := as(file.Bytes())
	b.ReportAllocs()
	for b.Loop() {
		_, err := dayfile.Check("bench.csv", bytes.NewReader(raw))
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/lines, "ns/line")
}
