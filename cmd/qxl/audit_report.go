package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/audit/report"
	"github.com/qingxinlian/qxl/client/book"
)

func newAuditReportCommand(a *app) *cobra.Command {
	var as string
	var packs, logs, out []string
	var delay time.Duration
	var last int
	cmd := &cobra.Command{
		Use:   "report",
		Short: "审计报告 exceptions in one paper: XLSX, PDF, JSON",
		Long: `Looks for what somebody should look at: anchors that came late (of every log, by the auditor's own peer); and in the fact
packs that are given, each checked first: claims in which one person took two steps, entries dated before the one before
them, receivables that secure two loans, uses beyond a grant, records released without one. --log takes what
qxl audit log ORG --json printed. The ending of -o says in which form: .xlsx, .pdf, .json; several may be given.
Exit code 1 if there is an exception.`,
		Example: "  qxl audit report --as Audit/auditor1 --facts handed-over/ --log banka.json -o report.xlsx -o report.pdf",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(out) == 0 {
				return needed("output", "")
			}
			for _, path := range out {
				if reportForms[strings.ToLower(filepath.Ext(path))] == nil {
					return &problem{Exit: exitUsage, Code: "OUTPUT_FORM", Field: "--output", Limit: ".xlsx, .pdf, .json", Value: path, Zh: "不支持的文件格式", En: "the ending says in which form"}
				}
			}
			r, err := a.auditReport(cmd.Context(), as, packs, logs, delay, last)
			if err != nil {
				return err
			}
			for _, path := range out {
				write := reportForms[strings.ToLower(filepath.Ext(path))]
				if err := a.output(path, func(w io.Writer) error { return write(r, w) }); err != nil {
					return err
				}
			}
			if err := a.print(map[string]any{"files": out, "counts": r.Counts, "covered": r.Covered}, func(w io.Writer) { writeReport(w, r, out) }); err != nil || r.Clean() {
				return err
			}
			return silent(exitRefused)
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "审计人 who audits: ORG/USER, whose peer is asked (needed)")
	f.StringArrayVar(&packs, "facts", nil, "事实包 fact packs: files or folders (several times)")
	f.StringArrayVar(&logs, "log", nil, "日志审计结果 what qxl audit log ORG --json printed (several times)")
	f.StringArrayVarP(&out, "output", "o", nil, "输出文件 file to write: .xlsx, .pdf or .json (needed, several times)")
	f.DurationVar(&delay, "delay", audit.DefaultDelay, "允许时限 how far anchors of a log may lie apart")
	f.IntVar(&last, "anchors", 1000, "锚定次数 how many anchors of each log are looked at, the newest")
	return cmd
}

var reportForms = map[string]func(*report.Report, io.Writer) error{
	".xlsx": (*report.Report).WriteXLSX, ".pdf": (*report.Report).WritePDF, ".json": (*report.Report).WriteJSON,
}

// auditReport gathers a report.
func (a *app) auditReport(ctx context.Context, as string, packs, logs []string, delay time.Duration, last int) (*report.Report, error) {
	var r *report.Report
	if err := a.withClient(ctx, as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
		r = report.New(s.topology.Channel, as, time.Now())
		return a.anchorsOf(ctx, c, r, delay, last)
	}); err != nil {
		return nil, err
	}
	for _, path := range logs {
		raw, err := readBounded(path, maxLogReport)
		if err != nil {
			return nil, inputFile(path, err)
		}
		var l audit.LogReport
		if err := json.Unmarshal(raw, &l); err != nil || l.Log == "" {
			return nil, &problem{Exit: exitUsage, Code: "LOG_AUDIT_FORMAT", Field: "--log", Value: path, Zh: "不是日志审计结果", En: "not what qxl audit log --json prints"}
		}
		r.Log(&l)
	}
	return r, a.checkPacks(ctx, as, packs, func(p checkedPack) error { return r.Pack(p.pack, p.Verdict) })
}

// maxLogReport is far more than a report with its first findings has.
const maxLogReport = 16 << 20

// anchorsOf looks at the newest anchors of every log.
func (a *app) anchorsOf(ctx context.Context, c *book.Client, r *report.Report, delay time.Duration, last int) error {
	var all evidence.LogsAnswer
	if err := c.Ask(ctx, command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{}, &all); err != nil {
		return err
	}
	watch := newWatch(a)
	defer watch.end()
	for _, log := range all.Logs {
		var list []report.Anchor
		after := log.Sequence - min(log.Sequence, uint64(max(last, 1)))
		for after < log.Sequence {
			var part evidence.CheckpointsAnswer
			if err := c.Ask(ctx, command.CommonsName, evidence.Checkpoints.Name, evidence.CheckpointsQuery{Origin: log.Origin, After: after, Limit: 500}, &part); err != nil {
				return err
			}
			if len(part.Checkpoints) == 0 {
				break
			}
			for _, s := range part.Checkpoints {
				tx, err := c.Ledger().Transaction(ctx, s.TxID)
				if err != nil {
					return err
				}
				list = append(list, report.Anchor{Sequence: s.Sequence, Size: s.Size, Time: tx.Time})
				after = s.Sequence
				watch.tell("%s 锚定 anchors %d/%d", log.Origin, s.Sequence, log.Sequence)
			}
		}
		r.Anchors(log.Origin, list, delay, r.Made)
	}
	return nil
}

func writeReport(w io.Writer, r *report.Report, files []string) {
	for _, n := range report.Names {
		fmt.Fprintf(w, "%s %s: %d\n", n.Zh, n.Kind, r.Counts[n.Kind])
	}
	for _, c := range r.Covered {
		fmt.Fprintf(w, "范围 covered %s: %s %d\n", c.Where, c.What, c.Count)
	}
	fmt.Fprintf(w, "已写入 written: %s\n", strings.Join(files, ", "))
	if r.Clean() {
		fmt.Fprintln(w, "结论：没有例外 no exceptions")
		return
	}
	fmt.Fprintln(w, "结论：有例外，见报告 there are exceptions: see the report")
}
