package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayend"
	"github.com/qingxinlian/qxl/client/erasure"
	"github.com/qingxinlian/qxl/client/pipeline"
	"github.com/qingxinlian/qxl/client/wallet"
)

func newEndOfDayCommand(a *app) *cobra.Command {
	var as, dir string
	var o dayend.Options
	cmd := &cobra.Command{
		Use:   "eod DATE",
		Short: "日终处理 a bank's end of day: arrears, classes, resets, accruals of all its loans",
		Long: `Looks at every loan of the bank's book at the end of the open business day DATE; resets floating rates
that are due, classifies what days past due or a debtor's other loans force, and closes the day with
its totals on the ledger. Erases arrears whose years are over (qxl erase due). Writes what changed since the day closed before to eod-BANK-DATE.txt and .xlsx.
Safe to run again after any interruption: what is done is not done twice. A day on which something was
refused is not closed; then the exit code is 1.`,
		Example: "  qxl eod 2024-12-31 --as BankA/officer2",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := calendar.ParseDate(args[0])
			if err != nil {
				return invalid.In("DATE", err)
			}
			if at, err := os.Stat(dir); err != nil || !at.IsDir() {
				return &problem{Exit: exitUsage, Code: "DIRECTORY", Field: "--dir", Value: dir, Zh: "目录不存在", En: "no such directory", Hint: "make it, or name another for the lists of changes"}
			}
			var r *dayend.Report
			var expired *erasure.Expired
			var name string
			if err := a.withClient(cmd.Context(), as, "", func(ctx context.Context, _ *session, c *book.Client, own string) error {
				org, _, err := wallet.Split(as)
				if err != nil {
					return err
				}
				if own == "" {
					return &problem{Exit: exitUsage, Code: "BOOK_MISSING", Field: "--as", Value: as, Zh: "日终由银行人员办理", En: "an end of day is a bank's own", Hint: "sign as an officer of the bank, for example --as BankA/officer2"}
				}
				show := &eodProgress{app: a}
				defer show.end()
				o.Ledger, o.Chaincode, o.Day, o.Progress = c, own, day, show.update
				o.Notice = func(n pipeline.Notice) {
					show.end()
					a.say("%s\n%s", n.Zh, n.En)
				}
				name = filepath.Join(dir, dayend.Name(org, day))
				if r, err = dayend.Run(ctx, o); err != nil {
					return err
				}
				// Adverse information goes on the day after the last on which it may
				// be told, whatever else the day has left open.
				d := &erasure.Desk{Ledger: c, Book: own, Date: day}
				due, err := d.Due(ctx)
				if err == nil {
					expired, err = d.Expire(ctx, due)
				}
				return err
			}); err != nil {
				return err
			}
			if err := writeLists(name, r); err != nil {
				return err
			}
			document := struct {
				*dayend.Report
				Expired *erasure.Expired `json:"adverse_erased"`
				Text    string           `json:"text"`
				Sheet   string           `json:"sheet"`
			}{r, expired, name + ".txt", name + ".xlsx"}
			if err := a.print(document, func(w io.Writer) {
				writeEndOfDay(w, r, mostShown, name)
				if expired.Loans > 0 || len(expired.Refused) > 0 {
					fmt.Fprintf(w, "不良信息到期删除 arrears erased whose years are over: %d 笔 loans\n", expired.Loans)
				}
				for _, x := range expired.Refused {
					zh, en := x.Because.Texts()
					fmt.Fprintf(w, "拒绝 refused: %s %s / %s %s\n", x.Loan, zh, en, x.Because.Code)
				}
			}); err != nil {
				return err
			}
			if !r.IsClosed() || len(expired.Refused) > 0 {
				return silent(exitRefused)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "who closes the day: ORG/USER 经办人 (needed)")
	f.StringVar(&dir, "dir", ".", "where the lists of changes are written 变动清单目录")
	f.IntVar(&o.BatchSize, "batch", 0, "commands in a transaction 每笔交易的指令数")
	f.IntVar(&o.InFlight, "in-flight", 0, "transactions at once 并发交易数")
	return cmd
}

// mostShown is how many changes go to the terminal; the files have them all.
const mostShown = 40

// writeLists writes the two lists, each whole or not at all.
func writeLists(name string, r *dayend.Report) error {
	for ending, write := range map[string]func(io.Writer) error{
		".txt":  func(w io.Writer) error { writeEndOfDay(w, r, len(r.Changes), ""); return nil },
		".xlsx": r.WriteSheet,
	} {
		if err := writeWhole(name+ending, write); err != nil {
			return fmt.Errorf("list of changes: %w", err)
		}
	}
	return nil
}

// writeWhole puts a file under its name once it is all there. It is for the
// officer's eyes alone.
func writeWhole(path string, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".eod-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // of what was not finished
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func writeEndOfDay(w io.Writer, r *dayend.Report, most int, files string) {
	since := "首次日终 the first"
	if !r.Since.IsZero() {
		since = "上一日终 closed before: " + r.Since.String()
	}
	fmt.Fprintf(w, "日终 end of day %s  (%s)\n\n", r.Day, since)
	if n := len(r.Changes); n > 0 {
		t := table{columns: []column{{"变动 change", false}, {"合同编号 loan", false}, {"变动前 from", true}, {"变动后 to", true}, {"逾期天数 days", true}, {"贷款余额 outstanding", true},
			{"逾期本金 overdue", true}, {"欠息 interest", true}, {"原因 why", false}}}
		for i := range r.Changes[:min(n, most)] {
			c := &r.Changes[i]
			zh, en := c.Kind.Texts()
			t.add(zh+" "+en, c.Loan, c.Word(c.From), c.Word(c.To), strconv.Itoa(c.DaysPastDue), c.Outstanding.Display(), c.OverduePrincipal.Display(), c.OverdueInterest.Display(), c.Why())
		}
		t.write(w)
		if n > most {
			fmt.Fprintf(w, "… 另有 %d 项，见清单文件 %d more are in the files\n", n-most, n-most)
		}
		fmt.Fprintln(w)
	}
	for i, x := range r.Refusals {
		if i == most && files != "" {
			fmt.Fprintf(w, "… 另有 %d 项被拒绝 %d more were refused\n", len(r.Refusals)-i, len(r.Refusals)-i)
			break
		}
		zh, en := x.Because.Texts()
		fmt.Fprintf(w, "拒绝 refused: %s %s  %s / %s  %s", x.Command, x.Loan, zh, en, x.Because.Code)
		if x.Because.Limit != "" || x.Because.Actual != "" {
			fmt.Fprintf(w, "  限制 limit %s, 实际 actual %s", x.Because.Limit, x.Because.Actual)
		}
		fmt.Fprintln(w)
	}
	t := table{columns: []column{{"合计 totals", false}, {"笔数 count", true}, {"金额 元", true}}}
	for _, s := range r.Sums() {
		count, amount := "", ""
		if s.Count >= 0 {
			count = strconv.Itoa(s.Count)
		}
		if s.Money {
			amount = s.Amount.Display()
		}
		t.add(s.Zh+" "+s.En, count, amount)
	}
	t.write(w)
	fmt.Fprintf(w, "\n重定价 resets: 已办理 %d, 已登记过 %d; 分类认定 classes: 已办理 %d, 已登记过 %d\n", r.Resets.Accepted, r.Resets.Already, r.Classes.Accepted, r.Classes.Already)
	if r.IsClosed() {
		fmt.Fprintf(w, "结账 closed: %s %s\n", outcomeZh(r.Closed), r.Closed)
	} else {
		fmt.Fprintln(w, "未结账：请先处理被拒绝的事项，再次运行 not closed: settle what was refused and run this again")
	}
	if files != "" {
		fmt.Fprintf(w, "清单 lists: %s.txt, %s.xlsx\n", files, files)
	}
}

// eodProgress shows how far an end of day is.
type eodProgress struct {
	app *app
	bar *progressbar.ProgressBar
	at  dayend.Progress
}

var eodStages = map[dayend.Stage]string{dayend.Looking: "扫描贷款 loans", dayend.Sending: "办理 commands"}

func (e *eodProgress) update(p dayend.Progress) {
	same := e.bar != nil && p.Stage == e.at.Stage
	e.at = p
	if !e.app.terminal() {
		return
	}
	if !same {
		e.end()
		total := p.Total
		if total == 0 {
			total = -1
		}
		e.bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(e.app.err), progressbar.OptionSetDescription(eodStages[p.Stage]),
			progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
	}
	_ = e.bar.Set(p.Done) // a bar that cannot be drawn is no failure
}

func (e *eodProgress) end() {
	if e.bar != nil {
		_ = e.bar.Clear()
		e.bar = nil
	}
}
