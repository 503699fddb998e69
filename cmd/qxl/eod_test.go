package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/client/dayend"
)

// lent imports n bullet loans of 137,000 yuan, HT1 and so on, disbursed on 8
// July 2024 and due four months later; the open day is 27 December.
func lent(t *testing.T, n int) desk {
	t.Helper()
	d := newDesk(t)
	each := func(list ...line) (all []line) {
		for _, l := range list {
			for i := range n {
				x := line{l.record, map[string]string{}}
				for column, cell := range l.cells {
					x.cells[column] = cell
				}
				for _, column := range []string{"业务流水号", "申请编号", "合同编号"} {
					if cell, ok := x.cells[column]; ok {
						x.cells[column] = strings.TrimSuffix(cell, "1") + fmt.Sprint(i+1)
					}
				}
				all = append(all, x)
			}
		}
		return all
	}
	grant := line{granted.record, map[string]string{}}
	for column, cell := range granted.cells {
		grant.cells[column] = cell
	}
	grant.cells["查询次数上限"] = fmt.Sprint(2 * n)
	for _, f := range []struct {
		name, as string
		lines    []line
	}{
		{"subjects", "Commission/operator1", append([]line{registered, grant}, each(applied, routed)...)},
		{"acceptances", "BankA/officer1", each(accepted)},
		{"decisions", "BankA/approver1", each(credited("SX1", "4.65"))},
		{"contracts", "BankA/officer2", each(signed("QY1", "137000.00"), disbursed("FK1", "137000.00"))},
	} {
		org, _, _ := strings.Cut(f.as, "/")
		code, refused := d.send(d.file(f.name, org, f.lines...), f.as)
		require.Empty(t, refused)
		require.Equal(t, exitDone, code)
	}
	return d
}

type endOfDay struct {
	dayend.Report
	Text, Sheet string
}

func (d desk) eod(date string, code int) endOfDay {
	d.t.Helper()
	got, stdout, stderr := d.qxl("eod", date, "--as", "BankA/officer2", "--dir", d.dir, "--json")
	require.Equal(d.t, code, got, "%s%s", stdout, stderr)
	var r endOfDay
	require.NoError(d.t, json.Unmarshal([]byte(stdout), &r))
	return r
}

func (d desk) openDay(date string) {
	d.t.Helper()
	code, _, stderr := d.qxl("consortium", "open-day", "--as", "CentralBank/officer1", "--number", "KF"+date, "--date", date)
	require.Equal(d.t, exitDone, code, stderr)
}

// An officer's ends of day: what is past due is classified and told; run again
// it tells the same; when the arrears are paid, the class ends with its cause.
func TestEndOfDay(t *testing.T) {
	d := lent(t, 2)
	changes := func(r endOfDay) []string {
		list := []string{}
		for _, c := range r.Changes {
			list = append(list, fmt.Sprint(c.Kind, " ", c.Loan, " ", c.From, " ", c.To, " ", c.Reasons))
		}
		return list
	}
	first := d.eod("2024-12-27", exitDone)
	want := []string{"OVERDUE_BEGINS HT1 0 49 []", "OVERDUE_BEGINS HT2 0 49 []", "CLASS_WORSE HT1 normal special_mention [K01]", "CLASS_WORSE HT2 normal special_mention [K01]"}
	require.Equal(t, want, changes(first))
	require.Equal(t, "accepted", first.Closed)
	require.Equal(t, dayend.Count{Accepted: 2}, first.Classes)
	f := first.Figures
	require.Equal(t, []any{2, 2, "0.00", "274000.00", "274000.00"}, []any{f.Loans, f.OverdueLoans, f.Normal.String(), f.SpecialMention.String(), f.OverduePrincipal.String()})
	text, err := os.ReadFile(first.Text)
	require.NoError(t, err)
	require.Contains(t, string(text), "新增逾期 overdue begins  HT1")
	require.Contains(t, string(text), "结账 closed: ")

	again := d.eod("2024-12-27", exitDone)
	require.Equal(t, want, changes(again))
	require.Equal(t, "already applied", again.Closed)
	require.Equal(t, first.Figures, again.Figures)
	require.Zero(t, again.Classes)
	book, err := excelize.OpenFile(again.Sheet)
	require.NoError(t, err)
	defer book.Close()
	cell, err := book.GetCellValue("日终变动", "B3")
	require.NoError(t, err)
	require.Equal(t, "HT1", cell)

	d.openDay("2024-12-28")
	code, refused := d.send(d.file("arrears", "BankA", repaid("HK1", "2024-12-28", "200000.00")), "BankA/officer2")
	require.Equal(t, exitRefused, code)
	require.Equal(t, "LOAN_ABOVE_OWED", refused[0][0])
	owed := strings.ReplaceAll(refused[0][2], ",", "")
	code, _ = d.send(d.file("arrears2", "BankA", repaid("HK2", "2024-12-28", owed)), "BankA/officer2")
	require.Equal(t, exitDone, code)
	second := d.eod("2024-12-28", exitDone)
	require.Equal(t, []string{"CLASS_BETTER HT1 special_mention normal []", "OVERDUE_ENDS HT1 49 0 []"}, changes(second))
	require.Equal(t, openDay, second.Since)
	require.Equal(t, dayend.Count{Accepted: 1}, second.Classes)

	// More entries after the day was closed: it stays as it was closed.
	code, refused = d.send(d.file("late", "BankA", record("还款", "HK3", "2024-12-28", "合同编号", "HT2", "还款金额", "1000.00")), "BankA/officer2")
	require.Empty(t, refused)
	require.Equal(t, exitDone, code)
	late := d.eod("2024-12-28", exitRefused)
	require.Equal(t, "LOAN_DAY_CLOSED", late.Refusals[0].Because.Code)
	require.False(t, late.IsClosed())
}

func TestEndOfDayRefused(t *testing.T) {
	d := lent(t, 1)
	for _, c := range []struct {
		args []string
		exit int
		code string
	}{
		{[]string{"2024-12-26", "--as", "BankA/officer2"}, exitRefused, "LOAN_DAY_NOT_OPEN"},
		{[]string{"2024-12-32", "--as", "BankA/officer2"}, exitUsage, "DATE"},
		{[]string{"2024-12-27"}, exitUsage, "SIGNER_MISSING"},
		{[]string{"2024-12-27", "--as", "Commission/operator1"}, exitUsage, "BOOK_MISSING"},
		{[]string{"2024-12-27", "--as", "BankA/officer2", "--dir", filepath.Join(d.dir, "none")}, exitUsage, "DIRECTORY"},
	} {
		code, stdout, stderr := d.qxl(append([]string{"eod", "--json"}, c.args...)...)
		require.Equal(t, c.exit, code, stderr)
		require.Contains(t, stdout, `"code":"`+c.code, c.args)
	}
	code, stdout, _ := d.qxl("eod", "2024-12-27", "--as", "BankA/approver1", "--dir", d.dir)
	require.Equal(t, exitRefused, code, "an approver may look and not do")
	require.Contains(t, stdout, "ACCESS_DENIED")
	require.Contains(t, stdout, "未结账")
}

// Killed -9 at any moment and run again, it ends as if it had not been.
func TestEndOfDayKilledAndRunAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN with -short: it starts and kills processes")
	}
	d := lent(t, 24)
	self, err := os.Executable()
	require.NoError(t, err)
	program := filepath.Join(d.dir, "qxl") // as which TestMain runs the program
	require.NoError(t, os.Symlink(self, program))
	killed := 0
	for wait := 150 * time.Millisecond; killed < 4; wait += 80 * time.Millisecond {
		c := exec.Command(program, "--state", filepath.Join(d.dir, "state"), "eod", "2024-12-27", "--as", "BankA/officer2", "--dir", d.dir, "--engine", "embedded", "--batch", "2", "--in-flight", "1")
		var said bytes.Buffer
		c.Stderr = &said
		require.NoError(t, c.Start())
		time.Sleep(wait)
		_ = c.Process.Kill() // it may have ended
		if err := c.Wait(); err == nil {
			break // a fast machine
		}
		require.Equal(t, -1, c.ProcessState.ExitCode(), "killed, not failed: %s", &said)
		killed++
	}
	require.Positive(t, killed)
	r := d.eod("2024-12-27", exitDone)
	require.True(t, r.IsClosed())
	require.Len(t, r.Changes, 48, "told whole, whenever it was done")
	left, err := filepath.Glob(filepath.Join(d.dir, ".eod-*"))
	require.NoError(t, err)
	require.Empty(t, left)
	code, stdout, stderr := d.qxl("loan", "list", "--as", "BankA/officer1", "--json")
	require.Equal(t, exitDone, code, stderr)
	require.Equal(t, 24, strings.Count(stdout, `"class":"special_mention"`))
	for _, i := range []int{0, 11, 23} {
		code, stdout, _ := d.qxl("loan", "history", fmt.Sprintf("HT%d", i+1), "--as", "BankA/officer1", "--json")
		require.Equal(t, exitDone, code)
		require.Equal(t, 1, strings.Count(stdout, "EOD-20241227-SPECIAL_MENTION"), "once, and not twice")
	}
}

func TestQuoteAndExplain(t *testing.T) {
	d := lent(t, 1)
	code, stdout, stderr := d.qxl("loan", "quote", "HT1", "--as", "BankA/officer1", "--at", "2024-10-01")
	require.Equal(t, exitDone, code, stderr)
	for _, text := range []string{"全部提前还清 full", "2024-07-08 → 2024-10-01 85 天 days: 137,000.00 × 4.65% × 85/360", "= 1504.14583333，四舍五入 half-up → 1,504.15 元"} {
		require.Contains(t, stdout, text)
	}
	require.Regexp(t, `应付合计 to pay +138,504\.15\n`, stdout)
	code, stdout, stderr = d.qxl("loan", "quote", "HT1", "--as", "BankA/officer1", "--at", "2024-10-01", "--amount", "50000", "--json")
	require.Equal(t, exitDone, code, stderr)
	var q struct{ Amount, Balance string }
	require.NoError(t, json.Unmarshal([]byte(stdout), &q))
	require.Equal(t, []string{"50000.00", "88504.15"}, []string{q.Amount, q.Balance})
	code, _, stderr = d.qxl("loan", "quote", "HT1", "--as", "BankA/officer1")
	require.Equal(t, exitRefused, code)
	require.Contains(t, stderr, "没有未到期本金")

	code, stdout, stderr = d.qxl("loan", "explain", "HT1", "--as", "BankA/officer1")
	require.Equal(t, exitDone, code, stderr)
	for _, text := range []string{"第 1 期 利息 interest  2024-07-08 → 2024-11-08  ACT/360", "123 天 days: 137,000.00 × 4.65% × 123/360", "第 1 期 罚息 penalty", "49 天 days: 137,000.00 × 4.65% × 1.5 × 49/360", "第 1 期 复利 compound"} {
		require.Contains(t, stdout, text)
	}
}

// A debtor's other loans are named by their contract numbers, with commas.
func TestClassifyNamesOtherLoans(t *testing.T) {
	d := lent(t, 3)
	classify := func(args ...string) (int, string) {
		code, stdout, stderr := d.qxl(append([]string{"loan", "classify", "--as", "BankA/officer2", "--date", "2024-12-27", "--loan", "HT1"}, args...)...)
		return code, stdout + stderr
	}
	code, said := classify("--number", "FL1", "--class", "substandard", "--reasons", "K04,K12", "--because", "HT2, HT3")
	require.Equal(t, exitDone, code, said)
	_, stdout, _ := d.qxl("loan", "history", "HT1", "--as", "BankA/officer1", "--json")
	require.Contains(t, stdout, `"because":["HT2","HT3"]`)
	code, said = classify("--number", "FL2", "--class", "doubtful", "--reasons", "K07", "--because", "HT9")
	require.Equal(t, exitRefused, code)
	require.Contains(t, said, "HT9")
	content := filepath.Join(d.dir, "classify.json")
	require.NoError(t, os.WriteFile(content, []byte(`{"number":"FL3","date":"2024-12-27","loan":{"no":"HT2"},"class":"doubtful","reasons":["K07"],"because":[{"no":"HT1"}]}`), 0o600))
	code, stdout, stderr := d.qxl("loan", "classify", "--as", "BankA/officer2", "--content", content)
	require.Equal(t, exitDone, code, stdout+stderr)
}
