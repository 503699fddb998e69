package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/dayfile/sheet"
)

// sheet writes the lines of a day file as a clerk keeps them in an office
// program: codes as text, amounts as numbers, dates as dates.
func (d desk) sheet(name, from string) string {
	d.t.Helper()
	var b bytes.Buffer
	w, err := sheet.NewWriter(&b, "明细")
	require.NoError(d.t, err)
	raw, err := os.ReadFile(from)
	require.NoError(d.t, err)
	forms := map[string]string{}
	for _, r := range dayfile.Records() {
		for i := range r.Columns {
			forms[r.Type+r.Columns[i].Header], _ = r.Columns[i].Form()
		}
	}
	var header []string
	lines := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(raw), "\ufeff")))
	lines.FieldsPerRecord = -1
	rows, err := lines.ReadAll()
	require.NoError(d.t, err)
	for _, cells := range rows {
		if cells[0] == "记录类型" {
			header = cells
			require.NoError(d.t, w.Header(cells...))
			continue
		}
		row := make([]any, len(cells))
		for i, cell := range cells {
			switch form, _, _ := strings.Cut(forms[cells[0]+header[i]], ","); {
			case cell == "":
			case strings.HasPrefix(form, "日期"):
				row[i] = calendar.MustParse(cell)
			case form == "金额" || form == "整数":
				amount, err := money.ParseFen(cell)
				require.NoError(d.t, err)
				row[i] = amount
			default:
				row[i] = cell
			}
		}
		require.NoError(d.t, w.Row(row...))
	}
	require.NoError(d.t, w.Close())
	path := filepath.Join(d.dir, name+".xlsx")
	require.NoError(d.t, os.WriteFile(path, b.Bytes(), 0o600))
	return path
}

// A bank that sends workbooks: imported, sent again, as CSV too, and
// reconciled; what a workbook may not hold exits 2 with sheet, row and column.
func TestWorkbooks(t *testing.T) {
	d := newDesk(t)
	for _, c := range []struct {
		name, as string
		lines    []line
	}{
		{"subjects", "Commission/operator1", []line{registered, granted, applied, routed}},
		{"acceptances", "BankA/officer1", []line{accepted}},
		{"decisions", "BankA/approver1", []line{credited("SX1", "4.65")}},
		{"contracts", "BankA/officer2", []line{signed("QY1", "137000.00"), disbursed("FK1", "137000.00")}},
	} {
		org, _, _ := strings.Cut(c.as, "/")
		code, refused := d.send(d.file(c.name, org, c.lines...), c.as)
		require.Empty(t, refused)
		require.Equal(t, exitDone, code)
	}

	table := d.file("repayments", "BankA", repaid("HK1", "2024-08-08", "1000.10"), repaid("HK2", "2024-09-08", "2000.20"))
	book := d.sheet("workbook", table)
	send := func(path string) (code int, document map[string]any) {
		t.Helper()
		code, stdout, stderr := d.qxl("import", path, "--as", "BankA/officer2", "--json")
		require.Equal(t, exitDone, code, stderr)
		require.NoError(t, json.Unmarshal([]byte(stdout), &document))
		return code, document
	}
	_, first := send(book)
	require.Equal(t, 2.0, first["accepted"])
	require.Equal(t, filepath.Join(d.dir, "workbook.receipt.csv"), first["receipt"])
	for _, path := range []string{book, table} { // the same commands, whatever they stand in
		_, again := send(path)
		require.Equal(t, 2.0, again["already"])
	}

	const left = "136176.29" // the repayments paid overdue interest before principal
	balances := d.file("own-balances", "BankA",
		line{"余额", map[string]string{"合同编号": loanNo, "余额日期": openDay.String(), "贷款余额": left}},
		line{"总账余额", map[string]string{"余额日期": openDay.String(), "贷款笔数": "1", "总账贷款余额": left}})
	for _, path := range []string{balances, d.sheet("balances", balances)} {
		code, stdout, stderr := d.qxl("reconcile", path, "--as", "BankA/officer2")
		require.Equal(t, exitDone, code, stdout+stderr)
		require.Contains(t, stdout, "相符")
	}

	for name, c := range map[string]struct {
		change func(f *excelize.File) error
		code   string
		field  string
		shown  string
	}{
		"formula":          {func(f *excelize.File) error { return f.SetCellFormula("明细", "E4", "500*2") }, "CELL_FORMULA", "还款金额", "第 4 行「还款金额」(明细!E4): 单元格为公式"},
		"merged cells":     {func(f *excelize.File) error { return f.MergeCell("明细", "D4", "D5") }, "CELL_MERGED", "D", "第 4 行「D」(明细!D4): 合并单元格"},
		"text number":      {func(f *excelize.File) error { return f.SetCellValue("明细", "E4", "1000.10") }, "CELL_TEXT_NUMBER", "还款金额", "第 4 行「还款金额」(明细!E4): 数值以文本形式存储"},
		"date as a number": {func(f *excelize.File) error { return f.SetCellStyle("明细", "C5", "C5", 0) }, "CELL_DATE_NUMBER", "业务日期", "第 5 行「业务日期」(明细!C5): 日期以数字形式存储"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := excelize.OpenFile(book)
			require.NoError(t, err)
			defer f.Close()
			require.NoError(t, c.change(f))
			path := filepath.Join(t.TempDir(), "bad.xlsx")
			require.NoError(t, f.SaveAs(path))
			code, stdout, _ := d.qxl("import", path, "--as", "BankA/officer2", "--json")
			require.Equal(t, exitUsage, code)
			var document struct{ Error problem }
			require.NoError(t, json.Unmarshal([]byte(stdout), &document), stdout)
			require.Equal(t, c.code, document.Error.Code)
			require.Equal(t, c.field, document.Error.Field)
			require.Contains(t, document.Error.En, c.shown)
			require.NoFileExists(t, dayfile.ReceiptPath(path))
		})
	}
}

// A workbook whose import is killed again and again is sent once: in the end
// the ledger holds each line, and the same lines as CSV change nothing.
func TestWorkbookWhoseImportIsKilled(t *testing.T) {
	d := newDesk(t)
	files := filepath.Join(d.dir, "files")
	code, _, stderr := d.qxl("sample", "--dir", files, "--loans", "200")
	require.Equal(t, exitDone, code, stderr)
	code, _, stderr = d.qxl("import", filepath.Join(files, "01-centralbank-days-rates.csv"), "--as", "CentralBank/officer1", "--engine", "embedded")
	require.Equal(t, exitDone, code, stderr)
	table := filepath.Join(files, "03-commission-subjects.csv")
	book := d.sheet("subjects", table)

	self, err := os.Executable()
	require.NoError(t, err)
	program := filepath.Join(d.dir, "qxl") // as which TestMain runs the program
	require.NoError(t, os.Symlink(self, program))
	receipt := dayfile.ReceiptPath(book)
	killed := 0
	for wait := 20 * time.Millisecond; killed < 4; wait += 20 * time.Millisecond {
		c := exec.Command(program, "--state", filepath.Join(d.dir, "state"), "import", book, "--as", "Commission/operator1", "--engine", "embedded", "--batch", "2", "--in-flight", "1")
		var said bytes.Buffer
		c.Stderr = &said
		require.NoError(t, c.Start())
		require.Eventually(t, func() bool { _, err := os.Stat(receipt + ".part"); return err == nil }, 10*time.Second, time.Millisecond, "it began to send: %s", &said)
		time.Sleep(wait)
		_ = c.Process.Kill() // it may have ended
		err := c.Wait()
		if err == nil {
			break // a fast machine
		}
		var exit *exec.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, -1, exit.ExitCode(), "killed, not failed")
		require.NoFileExists(t, receipt, "whole or not at all")
		require.NoError(t, os.Remove(receipt+".part"))
		killed++
	}
	require.Positive(t, killed)
	var document map[string]any
	for i, path := range []string{book, table} {
		code, stdout, stderr := d.qxl("import", path, "--as", "Commission/operator1", "--engine", "embedded", "--json")
		require.Equal(t, exitDone, code, stderr)
		require.NoError(t, json.Unmarshal([]byte(stdout), &document))
		require.Equal(t, document["lines"], document["accepted"].(float64)+document["already"].(float64))
		require.Positive(t, document["already"], "what was sent before it was killed")
		if i == 1 {
			require.Equal(t, document["lines"], document["already"])
		}
	}
}
