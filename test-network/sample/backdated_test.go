package sample_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// recomputed are a bank's totals by the program that shares no code with us.
type recomputed struct {
	Organization, Disbursed, Outstanding string
	Loans                                int
	PrincipalRepaid                      string `json:"principal_repaid"`
	LeftOut                              int    `json:"left_out"`
}

func recompute(t testing.TB, dir string) []recomputed {
	out, err := exec.Command("go", "run", "../recompute", dir).Output()
	require.NoError(t, err)
	var banks []recomputed
	require.NoError(t, json.Unmarshal(out, &banks))
	return banks
}

// lentIn are the contracts that a bank's day files disburse and do not settle,
// with the day of the disbursement, by number.
func lentIn(t testing.TB, dir, bank string) (contracts []string, on map[string]calendar.Date) {
	on = map[string]calendar.Date{}
	names, err := filepath.Glob(filepath.Join(dir, "*"+strings.ToLower(bank)+"*.csv"))
	require.NoError(t, err)
	settled := map[string]bool{}
	for _, name := range names {
		raw, err := os.ReadFile(name)
		require.NoError(t, err)
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff"))))
		r.FieldsPerRecord = -1
		rows, err := r.ReadAll()
		require.NoError(t, err)
		var header []string
		for _, row := range rows {
			cell := func(name string) string { return row[slices.Index(header, name)] }
			switch row[0] {
			case "记录类型":
				header = row
			case "放款":
				if n := cell("合同编号"); on[n] == 0 {
					on[n] = calendar.MustParse(cell("业务日期"))
					contracts = append(contracts, n)
				}
			case "结清":
				settled[cell("合同编号")] = true
			}
		}
	}
	contracts = slices.DeleteFunc(contracts, func(n string) bool { return settled[n] })
	slices.Sort(contracts)
	return contracts, on
}

// Repayments and costs that are dated before others are counted at their date,
// or refused, by both alike: some before the disbursement, some that leave a
// later entry without anything to repay, costs where nothing is past due.
func TestBackDatedMoneyInBothTotals(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := generate(t, 120)
	w := openWorld(t, t.TempDir())
	defer w.close()
	w.sendAll(dir, m, dayfile.Options{})
	contracts, on := lentIn(t, dir, "BankA")
	open := sample.Last + 240 // by then most loans are in arrears
	require.Greater(t, len(contracts), 20)
	write := func(name, bank string, fill func(*dayfile.Writer)) string {
		path := filepath.Join(dir, name)
		f, err := os.Create(path)
		require.NoError(t, err)
		file, err := dayfile.NewWriter(f, dayfile.UTF8, dayfile.Head{Organization: bank, Date: open, Note: "合成数据"})
		require.NoError(t, err)
		fill(file)
		require.NoError(t, file.Close())
		require.NoError(t, f.Close())
		return path
	}
	w.send(write("z1-day.csv", "CentralBank", func(file *dayfile.Writer) {
		require.NoError(t, file.Fill("营业日", map[string]string{"业务流水号": "YY1", "业务日期": open.String()}))
	}), "CentralBank/officer1", dayfile.Options{})
	before := recompute(t, dir)

	r := rand.New(rand.NewPCG(7, 11))
	n := 0
	path := write("z2-backdated.csv", "BankA", func(file *dayfile.Writer) {
		for range 6 {
			for _, contract := range contracts {
				from := max(on[contract]-3, open-800)
				day := from + calendar.Date(r.IntN(from.DaysUntil(open)+1))
				cells := map[string]string{"业务流水号": fmt.Sprintf("BJ%d", n), "业务日期": day.String(), "合同编号": contract}
				amount := fmt.Sprintf("%d.%02d", 1+r.IntN(2000)*r.IntN(30), r.IntN(100))
				record := "还款"
				if n%5 == 4 {
					record, cells["费用金额"], cells["凭证摘要"] = "费用", amount, strings.Repeat("ab", 32)
				} else {
					cells["还款金额"] = amount
				}
				require.NoError(t, file.Fill(record, cells))
				n++
			}
		}
	})
	receipt := w.send(path, "BankA/officer2", dayfile.Options{})
	require.Equal(t, n, receipt.Total)

	after := recompute(t, dir)
	got := w.totals("BankA")
	require.Equal(t, []string{got.Disbursed.String(), got.PrincipalRepaid.String(), got.Outstanding.String()},
		[]string{after[0].Disbursed, after[0].PrincipalRepaid, after[0].Outstanding})
	require.Equal(t, receipt.Progress.Refused, after[0].LeftOut-before[0].LeftOut)
	require.NotEqual(t, before[0].PrincipalRepaid, after[0].PrincipalRepaid)
	require.Equal(t, before[1], after[1], "another bank's")
	raw, err := os.ReadFile(dayfile.ReceiptPath(path))
	require.NoError(t, err)
	codes := map[string]int{}
	for _, code := range []string{"LOAN_ENTRY_FALLS", "LOAN_ENTRY_BEFORE_LOAN", "LOAN_ABOVE_OWED", "LOAN_NOT_OVERDUE"} {
		codes[code] = bytes.Count(raw, []byte(","+code+","))
		require.NotZero(t, codes[code], "%s: %v", code, codes)
	}
	require.Greater(t, receipt.Accepted, n/4)
	t.Logf("%d lines: %d accepted, refused %v", n, receipt.Accepted, codes)
}
