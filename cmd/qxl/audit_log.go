package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// auditFlags say what is audited against what.
type auditFlags struct {
	as, folder, tiles, vault string
	receipts                 []string
	keys, noVault            bool
	number                   int
	until                    uint64
}

func (f *auditFlags) add(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringVar(&f.as, "as", "", "审计人 who audits: ORG/USER, whose peer tells what was anchored (needed)")
	fl.StringVar(&f.folder, "folder", "", "日志目录 folder of the log or a copy of it (the organization's own here by default)")
	fl.StringVar(&f.tiles, "tiles", "", "瓦片目录 folder of tiles that the owner exported, in place of the log's own")
	fl.StringVar(&f.vault, "vault", "", "保险库目录 folder of the vault behind the log (the organization's own, if it is here and so is the log)")
	fl.BoolVar(&f.noVault, "no-vault", false, "不查保险库 the log alone")
	fl.BoolVar(&f.keys, "keys", false, "查验密钥 open every key under the passphrase too, and each record with its own")
	fl.IntVar(&f.number, "log-number", 1, "序号 number of the organization's log")
	fl.Uint64Var(&f.until, "until", 0, "锚定序号 the anchor at which a copy was handed over: later ones do not count")
}

// audited is what an audit has in its hands.
type audited struct {
	*session
	client *book.Client
	audit.LogAudit
}

// with opens the log and asks the auditor's own peer what is anchored of it.
func (f *auditFlags) with(a *app, ctx context.Context, org string, do func(context.Context, *audited) error) error {
	if f.folder != "" && f.tiles != "" {
		return &problem{Exit: exitUsage, Code: "FLAG_CONFLICT", Field: "--tiles", Value: f.tiles, Zh: "日志目录与瓦片目录只能选一种", En: "give the log's folder or its tiles, not both"}
	}
	if !shortName.MatchString(org) {
		return &problem{Exit: exitUsage, Code: "ORG_NAME", Field: "ORG", Limit: shortName.String(), Value: org, Zh: "机构名称写法不对", En: "not an organization's short name", Hint: "for example BankA"}
	}
	return a.withClient(ctx, f.as, "", func(ctx context.Context, s *session, c *book.Client, _ string) (err error) {
		msp := ""
		for _, o := range s.topology.Organizations {
			if strings.EqualFold(o.Name, org) {
				org, msp = o.Name, o.MSP
			}
		}
		if msp == "" {
			return &problem{Exit: exitUsage, Code: "ORG_UNKNOWN", Field: "ORG", Value: org, Zh: "没有这个机构", En: "no such organization in the consortium", Hint: "qxl log status shows whose logs there are"}
		}
		x := &audited{session: s, client: c}
		if err := f.locate(a, org, &x.LogAudit); err != nil {
			return err
		}
		if f.keys {
			if x.Passphrase, _, err = a.passphrase(); err != nil {
				return err
			}
		}
		watch := newWatch(a)
		defer watch.end()
		if x.Ledger, err = audit.ReadAnchored(ctx, c, evidence.Origin(msp, f.number), f.until, func(done, of uint64) {
			watch.tell("检查点 checkpoints %d/%d", done, of)
		}); err != nil {
			return err
		}
		x.Now = time.Now()
		x.Step = func(stage audit.Stage, done, of uint64) {
			watch.tell("%s %d/%d", auditStages[stage], done, max(done, of))
		}
		if x.Witness != "" {
			if x.Witnessed, err = witnessed(ctx, c, msp, x.Ledger.Keys); err != nil {
				return err
			}
		}
		if f.tiles != "" {
			x.Source, err = evidencelog.ReadTiles(f.tiles)
		} else {
			x.Source, err = evidencelog.ReadFolder(x.LogFolder)
		}
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, x.Source.Close()) }()
		if x.Receipts, err = heldReceipts(f.receipts); err != nil {
			return err
		}
		return do(ctx, x)
	})
}

// witnessed is what the ledger has of an organization's witness: of each log
// what it cosigned last, as far as that is among the newest anchors.
func witnessed(ctx context.Context, c *book.Client, msp string, keys evidence.KeysAnswer) (anchor.Witnessed, error) {
	w := anchor.Witnessed{Keys: keys, Cosigned: map[string]uint64{}, Note: func(origin string, sequence uint64) (string, error) {
		var sheet evidence.CheckpointSheet
		err := c.Ask(ctx, command.CommonsName, evidence.ShowCheckpoint.Name, evidence.CheckpointQuery{Origin: origin, Sequence: sequence}, &sheet)
		return sheet.Note, err
	}}
	var all evidence.LogsAnswer
	if err := c.Ask(ctx, command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{}, &all); err != nil {
		return w, err
	}
	for _, log := range all.Logs {
		var part evidence.CheckpointsAnswer
		if err := c.Ask(ctx, command.CommonsName, evidence.Checkpoints.Name, evidence.CheckpointsQuery{Origin: log.Origin, After: log.Sequence - min(log.Sequence, 500), Limit: 500}, &part); err != nil {
			return w, err
		}
		for _, s := range part.Checkpoints {
			for _, x := range s.Cosignatures {
				if x.Witness == msp {
					w.Cosigned[log.Origin] = s.Sequence
				}
			}
		}
	}
	return w, nil
}

var auditStages = map[audit.Stage]string{audit.StageLog: "日志 leaves", audit.StageVault: "密文 records"}

// locate finds the folders: those named, else the organization's own here.
func (f *auditFlags) locate(a *app, org string, o *audit.LogAudit) error {
	o.LogFolder, o.Vault = f.folder, f.vault
	own := f.folder == "" && f.tiles == ""
	if !own && f.vault == "" || f.noVault {
		o.Vault = ""
	}
	if !own && !f.keys {
		return nil
	}
	state, err := a.state()
	if err != nil {
		return err
	}
	if own {
		o.LogFolder = logDir(state, org)
		if dir := filepath.Join(state, "vault", org); f.vault == "" && !f.noVault {
			if _, err := os.Stat(dir); err == nil {
				o.Vault = dir
			}
		}
		if dir := filepath.Join(state, "witness", org); f.keys {
			if _, err := os.Stat(dir); err == nil {
				o.Witness = dir
			}
		}
	}
	return nil
}

// heldReceipts reads receipts: files, or folders of them.
func heldReceipts(paths []string) (list []audit.HeldReceipt, err error) {
	files, err := filesOf(paths)
	for _, file := range files {
		text, err := readBounded(file, maxReceipt)
		if err != nil {
			return nil, inputFile(file, err)
		}
		list = append(list, audit.HeldReceipt{Name: file, Text: text})
	}
	return list, err
}

// maxReceipt is far more than a receipt has.
const maxReceipt = 1 << 20

func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

func newAuditLogCommand(a *app) *cobra.Command {
	var f auditFlags
	cmd := &cobra.Command{
		Use:   "log ORG",
		Short: "审计日志 read and hash an organization's whole log again, and hold it against the ledger",
		Long: `Reads and hashes every leaf and tile of a log, and every ciphertext of the vault behind it, and compares with all
checkpoints that the auditor's own peer has of it. Nothing that is read is believed, and nothing is changed.
The log is a folder (--folder), or tiles that its owner exported and handed over (--tiles; qxl log export).
--receipts are receipts that people hold: a log that is shorter than they say, or another, is found even before it is
anchored. --keys opens keys and records too; only the organization itself can do that.
结论 Verdicts: OK 完好, TAMPERED 被篡改, MISSING 缺失, REORDERED 顺序错乱, ROLLED-BACK 被回退, FORK 分叉, UNANCHORED 未上链,
ERASED-LAWFUL 依法删除, ERASED-UNLAWFUL 违规删除. docs/auditor.md says when each is given.
Exit code 0: clean; 1: something is wrong.`,
		Example: "  qxl audit log BankA --as Audit/auditor1\n  qxl audit log BankA --as Audit/auditor1 --tiles /mnt/banka-tiles --receipts receipts/",
		Args:    cobra.ExactArgs(1),
	}
	f.add(cmd)
	delay := cmd.Flags().Duration("delay", audit.DefaultDelay, "允许时限 how long leaves may wait for their anchor")
	cmd.Flags().StringArrayVar(&f.receipts, "receipts", nil, "回执 receipts that people hold: files or folders (several times)")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return f.with(a, cmd.Context(), args[0], func(ctx context.Context, x *audited) error {
			if x.Delay = *delay; f.until > 0 {
				x.Now = time.Time{} // a copy of that time waits for nothing
			}
			r, err := x.Run(ctx)
			if err != nil {
				return err
			}
			if err := a.print(r, func(w io.Writer) { writeLogAudit(w, r) }); err != nil || r.Clean() {
				return err
			}
			return silent(exitRefused)
		})
	}
	return cmd
}

func writeLogAudit(w io.Writer, r *audit.LogReport) {
	writeAnchored(w, r)
	fmt.Fprintf(w, "条目 leaves: %d，完好 good: %d\n", r.Size, r.Good)
	if r.Unanchored > 0 {
		late := "在允许时限内 within the allowed delay"
		if r.Late {
			late = "已超过允许时限 over the allowed delay"
		}
		fmt.Fprintf(w, "未上链 UNANCHORED: %d，%s\n", r.Unanchored, late)
	}
	if r.Receipts > 0 {
		fmt.Fprintf(w, "回执 receipts: %d\n", r.Receipts)
	}
	writeVaultAudit(w, r)
	writeFindings(w, r)
}

func writeAnchored(w io.Writer, r *audit.LogReport) {
	fmt.Fprintf(w, "日志 log: %s\n", r.Log)
	if r.Anchored.Sequence == 0 {
		fmt.Fprintln(w, "账本上尚无锚定 nothing of it is anchored")
		return
	}
	fmt.Fprintf(w, "账本 ledger: %d 个检查点 checkpoints, 最新 last: 序号 sequence %d, %d 条 leaves, %s\n", r.Anchored.Checkpoints, r.Anchored.Sequence, r.Anchored.Size, r.Anchored.At.Local().Format(time.DateTime))
}

func writeVaultAudit(w io.Writer, r *audit.LogReport) {
	v := r.Vault
	if v == nil {
		fmt.Fprintln(w, "未查保险库 the vault was not looked at")
		return
	}
	fmt.Fprintf(w, "保险库 vault: 记录 records %d，完好 whole %d，依法删除 erased by law %d，待存证 pending %d，密文 ciphertext %d 字节 bytes\n", v.Records, v.Whole, v.Erased, v.Pending, v.Bytes)
	if v.Opened {
		fmt.Fprintf(w, "密钥 keys: %d 个主体 subjects，每条记录均以其密钥打开 each record was opened with its own\n", v.Subjects)
		return
	}
	fmt.Fprintln(w, "密钥未查 keys were not looked at")
}

func writeFindings(w io.Writer, r *audit.LogReport) {
	for _, x := range r.Findings {
		at := x.Place
		if x.Place == "leaf" || x.Place == "record" {
			if at = fmt.Sprintf("%s %d", x.Place, x.First); x.Last > x.First {
				at = fmt.Sprintf("%s %d..%d", x.Place, x.First, x.Last)
			}
		}
		fmt.Fprintf(w, "%s %s %s: %s. %s\n", audit.VerdictNames[x.Verdict], x.Verdict, at, x.Zh, x.En)
	}
	if more := r.Faults - len(r.Findings); more > 0 {
		fmt.Fprintf(w, "另有 %d 处未列出 more, not listed\n", more)
	}
	if r.Clean() {
		fmt.Fprintln(w, "结论：没有发现问题 clean: nothing is wrong")
		return
	}
	fmt.Fprintf(w, "结论：%d 处问题 findings\n", r.Faults)
}
