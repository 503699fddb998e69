package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// logVerbs are the verbs of qxl log that need no ledger.
var logVerbs = []func(*app) *cobra.Command{newLogInitCommand, newLogShowCommand, newLogProveCommand, newLogExportCommand, newLogCheckCommand}

// localFlags say whose log is meant.
type localFlags struct{ org string }

func (f *localFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.org, "org", "", "机构 the organization's short name (needed)")
}

var shortName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]{0,31}$`)

// dir is where the organization's log is.
func (f *localFlags) dir(a *app) (string, error) {
	if err := needed("org", f.org); err != nil {
		return "", err
	}
	if !shortName.MatchString(f.org) {
		return "", &problem{Exit: exitUsage, Code: "ORG_NAME", Field: "--org", Limit: shortName.String(), Value: f.org, Zh: "机构名称写法不对", En: "not an organization's short name", Hint: "for example --org BankA"}
	}
	state, err := a.state()
	if err != nil {
		return "", err
	}
	return logDir(state, f.org), nil
}

// with opens the log for reading.
func (f *localFlags) with(a *app, do func(*evidencelog.Log) error) error {
	dir, err := f.dir(a)
	if err != nil {
		return err
	}
	log, err := evidencelog.Open(dir, evidencelog.Options{})
	if err != nil {
		return err
	}
	return errors.Join(do(log), log.Close())
}

func newLogInitCommand(a *app) *cobra.Command {
	var f localFlags
	var msp string
	var number int
	cmd := &cobra.Command{
		Use:   "init",
		Short: "建立日志 make the organization's empty evidence log and its key",
		Long: `Makes an empty evidence log and the key that signs it, under the passphrase (QXL_PASSPHRASE or asked). Then tell the
ledger its key: qxl log register.`,
		Example: "  qxl log init --org BankA",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := f.dir(a)
			if err != nil {
				return err
			}
			if msp == "" {
				msp = f.org + "MSP"
			}
			origin := evidence.Origin(msp, number)
			if owner, ok := evidence.OwnerOfLog(origin); !ok || owner != msp {
				return &problem{Exit: exitUsage, Code: "LOG_NAME", Field: "--msp, --log-number", Limit: evidence.Origin("MSP", 1), Value: origin, Zh: "日志名称写法不对", En: "not a log's name"}
			}
			var o evidencelog.Options
			if o.Passphrase, o.WorkFactor, err = a.passphrase(); err != nil {
				return err
			}
			if err := evidencelog.Create(dir, origin, o); err != nil {
				if errors.As(err, new(*evidencelog.ExistsError)) {
					return &problem{Exit: exitUsage, Code: "LOG_EXISTS", Field: "--org", Value: f.org, Zh: "该机构的存证日志已存在", En: err.Error(), Hint: "qxl log show --org " + f.org}
				}
				return err
			}
			return f.with(a, func(log *evidencelog.Log) error {
				_, key := log.Verifier()
				return a.print(map[string]string{"log": origin, "key": key, "folder": dir}, func(w io.Writer) {
					fmt.Fprintf(w, "已建立存证日志 log made: %s\n公钥 key: %s\n下一步 next: qxl log register --as %s/approver1\n", origin, key, f.org)
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&msp, "msp", "", "成员标识 the organization's MSP (default: its short name with MSP)")
	cmd.Flags().IntVar(&number, "log-number", 1, "序号 number of the log: a second log is begun only after a lost key")
	return cmd
}

func newLogShowCommand(a *app) *cobra.Command {
	var f localFlags
	cmd := &cobra.Command{
		Use:   "show",
		Short: "日志现状 how long the log is, what is anchored, which key signs it",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return f.with(a, func(log *evidencelog.Log) error {
				c, signed := log.Checkpoint()
				anchored, err := log.AnchoredSize()
				if err != nil {
					return err
				}
				_, key := log.Verifier()
				answer := map[string]any{"log": log.Name(), "size": c.Size, "root": c.Root, "anchored_size": anchored, "key": key, "checkpoint": string(signed)}
				return a.print(answer, func(w io.Writer) {
					fmt.Fprintf(w, "日志 log: %s\n条目 leaves: %d，已锚定 anchored: %d\n公钥 key: %s\n\n%s", log.Name(), c.Size, anchored, key, signed)
				})
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newLogProveCommand(a *app) *cobra.Command {
	var f localFlags
	var out string
	cmd := &cobra.Command{
		Use:     "prove SEQ",
		Short:   "出具回执 the receipt of a leaf with its proof of inclusion",
		Example: "  qxl log prove 17 --org BankA --out receipt.txt",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return f.with(a, func(log *evidencelog.Log) error {
				c, _ := log.Checkpoint()
				seq, err := strconv.ParseUint(args[0], 10, 64)
				if err != nil || seq >= c.Size {
					p := &problem{Exit: exitUsage, Code: "LOG_SEQ", Field: "SEQ", Value: args[0], Zh: "日志中没有该序号", En: "no leaf of that number", Hint: "leaves count from 0"}
					if c.Size > 0 {
						p.Limit = fmt.Sprintf("0..%d", c.Size-1)
					}
					return p
				}
				if out != "" {
					if err := a.writeReceipt(vaultLog{log}, seq, out); err != nil {
						return err
					}
				}
				r, err := log.Prove(seq)
				if err != nil {
					return err
				}
				text, err := r.MarshalText()
				if err != nil {
					return err
				}
				answer := map[string]any{"log": r.Log, "seq": r.Seq, "leaf_hash": r.LeafHash, "state": r.State, "receipt": string(text)}
				return a.print(answer, func(w io.Writer) {
					if out == "" {
						_, _ = w.Write(text)
						return
					}
					fmt.Fprintf(w, "已出具回执 receipt of leaf %d: %s\n", r.Seq, out)
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&out, "out", "", "回执文件 file to write the receipt to")
	return cmd
}

func newLogExportCommand(a *app) *cobra.Command {
	var f localFlags
	cmd := &cobra.Command{
		Use:   "export DIR",
		Short: "导出日志 the log as C2SP tiles, which a web server gives out and standard tools read",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(a, func(log *evidencelog.Log) error {
				c, err := log.Export(cmd.Context(), args[0])
				if err != nil {
					return err
				}
				return a.print(map[string]any{"log": c.Log, "size": c.Size, "root": c.Root, "folder": args[0]}, func(w io.Writer) {
					fmt.Fprintf(w, "已导出 exported: %s，条目 leaves %d → %s\n", c.Log, c.Size, args[0])
				})
			})
		},
	}
	f.add(cmd)
	return cmd
}

func newLogCheckCommand(a *app) *cobra.Command {
	var f localFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "自检 read and hash every leaf and tile again, and name what is wrong",
		Long: `Reads and hashes the whole log again. It compares with nothing but the log's own signatures: that the log was not
rolled back or forked as a whole, only its anchors on the ledger tell. Exit code 1 when something is wrong.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := f.dir(a)
			if err != nil {
				return err
			}
			r, err := evidencelog.Audit(cmd.Context(), dir, evidencelog.Expect{})
			if err != nil {
				return err
			}
			// What is on the ledger is not looked at here.
			r.Findings = slices.DeleteFunc(r.Findings, func(x evidencelog.Finding) bool { return x.Verdict == evidencelog.Unanchored })
			if err := a.print(r, func(w io.Writer) { writeLogReport(w, r) }); err != nil || r.Clean() {
				return err
			}
			return silent(exitRefused)
		},
	}
	f.add(cmd)
	return cmd
}

func writeLogReport(w io.Writer, r *evidencelog.Report) {
	fmt.Fprintf(w, "日志 log: %s\n条目 leaves: %d，完好 good: %d，异常 faults: %d\n", r.Log, r.Size, r.Good, r.Faults)
	for _, x := range r.Findings {
		at := x.Place
		if x.Place == "leaf" {
			at = fmt.Sprintf("leaf %d..%d", x.First, x.Last)
		}
		fmt.Fprintf(w, "%s %s: %s %s\n", x.Verdict, at, x.Zh, x.En)
	}
}
