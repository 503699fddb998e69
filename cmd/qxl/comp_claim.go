package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/claimsheet"
	"github.com/qingxinlian/qxl/client/dossier"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

// A claim in three commands, and no figure typed: notice, claim, submit.

// claimFlags are those of a bank's officer at work on one claim.
type claimFlags struct {
	as, bank, date string
}

func (f *claimFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.as, "as", "", "签名人 who signs: ORG/USER (needed)")
	cmd.Flags().StringVar(&f.bank, "bank", "", "账簿所属银行 whose book: the bank's short name (a bank's own by default)")
	cmd.Flags().StringVar(&f.date, "date", "", "业务日期 YYYY-MM-DD (default: the open business day)")
}

// claiming is what the verbs about one claim share.
type claiming struct {
	*book.Client
	book   string
	date   calendar.Date
	tables *consortium.Tables
}

func (a *app) withClaim(ctx context.Context, f *claimFlags, do func(context.Context, *claiming) error) error {
	var date calendar.Date
	if f.date != "" {
		if err := date.UnmarshalText([]byte(f.date)); err != nil {
			return flagProblem("--date", f.date, err)
		}
	}
	return a.withClient(ctx, f.as, f.bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
		if own == "" {
			return bookNeeded()
		}
		tables, err := book.Show(ctx, c.Ledger())
		if err != nil {
			return err
		}
		if date == 0 {
			date = tables.Open
		}
		return do(ctx, &claiming{c, own, date, tables})
	})
}

func flagProblem(flag, value string, err error) error {
	return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: flag, Value: value, Zh: "参数值无法识别", En: err.Error(), Hint: "see --help for the form"}
}

// named gives a claim's sheet with the bank's name, as papers state it.
func (c *claiming) named(s *compensation.ClaimSheet) *compensation.ClaimSheet {
	x := *s
	for _, m := range c.tables.Members {
		if m.MSP == s.Bank {
			x.Bank = m.Name(c.date).Zh
		}
	}
	return &x
}

// prefill asks what the ledger fills in for a loan.
func (c *claiming) prefill(ctx context.Context, contract string, evidence calendar.Date) (*compensation.ClaimSheet, error) {
	s := &compensation.ClaimSheet{}
	return s, c.Ask(ctx, c.book, compensation.Prefill.Name, compensation.PrefillQuery{Contract: contract, EvidenceOn: evidence, At: c.date}, s)
}

// show asks for a claim by its number.
func (c *claiming) show(ctx context.Context, claim string) (*compensation.ClaimSheet, error) {
	s := &compensation.ClaimSheet{}
	return s, c.Ask(ctx, c.book, compensation.ShowClaim.Name, compensation.ClaimQuery{Claim: claim, At: c.date}, s)
}

// find gives the claim that a number means: the claim's own, or the contract
// number of its loan.
func (c *claiming) find(ctx context.Context, number string) (*compensation.ClaimSheet, error) {
	ids, err := c.Locate(ctx, c.book, compensation.ClaimKind.Code, []string{number})
	if err != nil {
		return nil, err
	}
	if !ids[0].IsZero() {
		return c.show(ctx, number)
	}
	return c.prefill(ctx, number, 0)
}

// claimNumber is a number for a new claim on a loan: the contract's, and which
// claim on it this is.
func (c *claiming) claimNumber(ctx context.Context, contract string) (string, error) {
	const most = 20
	var numbers []string
	for n := 1; n <= most; n++ {
		no := "BC-" + contract
		if n > 1 {
			no += fmt.Sprintf("-%d", n)
		}
		numbers = append(numbers, no)
	}
	ids, err := c.Locate(ctx, c.book, compensation.ClaimKind.Code, numbers)
	if err != nil {
		return "", err
	}
	for i, id := range ids {
		if id.IsZero() {
			return numbers[i], nil
		}
	}
	return "", &problem{Exit: exitUsage, Code: "CLAIM_NUMBER", Field: "--claim", Zh: "请指定补偿申请编号", En: "too many claims were made on this loan; give the new one a number", Hint: "--claim NO"}
}

func newCompNoticeCommand(a *app) *cobra.Command {
	var f claimFlags
	var claim string
	cmd := &cobra.Command{
		Use:   "notice CONTRACT",
		Short: "不良通知 give notice that a filed loan went bad (1st of 3 steps)",
		Long: `银行发现备案贷款不良后通知各方；申请编号自动生成。账本核对逾期天数与五级分类，未达标准的拒绝。
The bank gives notice that a filed loan is non-performing. Its claim gets a number; days past due and class are the ledger's.

接着 next: qxl comp claim CONTRACT --dir DIR, then qxl comp submit CONTRACT --dir DIR`,
		Example: "  qxl comp notice HTBANKA2023630105000029 --as BankA/officer1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withClaim(cmd.Context(), &f, func(ctx context.Context, c *claiming) error {
				s, err := c.prefill(ctx, args[0], 0)
				if err != nil {
					return err
				}
				if claim == "" {
					if claim = s.Claim; claim == "" { // notice was given before: the ledger says so
						if claim, err = c.claimNumber(ctx, args[0]); err != nil {
							return err
						}
					}
				}
				content := &compensation.NotifyContent{Head: command.Head{Number: "notice", Date: c.date},
					Claim: ledgerstate.Ref{No: claim}, Filing: ledgerstate.Ref{ID: s.Filing.ID, No: args[0]}}
				if err := findRef(ctx, c.Client, c.book, &refFlag{no: claim, to: &content.Claim, want: ledgerstate.Want{Kind: compensation.ClaimKind, Birth: true}}); err != nil {
					return err
				}
				r, err := c.Post(ctx, c.book, compensation.Notify, content)
				if err != nil {
					return err
				}
				return a.printClaimResult(ctx, c, compensation.Notify.Spec, r, claim)
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&claim, "claim", "", "补偿申请编号 number of the claim (default: BC- and the contract's)")
	return cmd
}

// printClaimResult shows what became of a command on a claim, and the claim.
func (a *app) printClaimResult(ctx context.Context, c *claiming, spec command.Spec, r book.Result, claim string) error {
	if r.Refusal != nil {
		return a.printResult(spec, r)
	}
	s, err := c.show(ctx, claim)
	if err != nil {
		return err
	}
	document := map[string]any{"command": spec.Name, "outcome": r.Outcome, "transaction": r.TxID, "claim": s}
	return a.print(document, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s  %s\n交易 transaction %s\n\n", spec.Zh, outcomeZh(r.Outcome), r.Outcome, r.TxID)
		writeClaim(w, s)
	})
}

func newCompClaimCommand(a *app) *cobra.Command {
	var f claimFlags
	var dir, evidence string
	cmd := &cobra.Command{
		Use:   "claim CONTRACT",
		Short: "预填补偿申请 a bad loan's claim as the ledger fills it in (2nd of 3 steps)",
		Long: `显示账本已填好的补偿申请：金额、金额的依据、由哪一项上限决定、还缺哪些材料。
Shows the claim on a filed loan as the ledger fills it in: the sum, where each input comes from, which limb binds, and what
is still missing.

With --dir it also writes the application with its computation (D01, XLSX and PDF) into a folder, made if needed. Put the
scanned papers beside it; each file's name begins with its item's code, for example "D02 借款合同.pdf".`,
		Example: "  qxl comp claim HTBANKA2023630105000029 --as BankA/officer1 --evidence-on 2024-05-20 --dir claim",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			var on calendar.Date
			if evidence != "" {
				if err := on.UnmarshalText([]byte(evidence)); err != nil {
					return flagProblem("--evidence-on", evidence, err)
				}
			}
			return a.withClaim(cmd.Context(), &f, func(ctx context.Context, c *claiming) error {
				s, err := c.prefill(ctx, args[0], on)
				if err != nil {
					return err
				}
				var written []string
				if dir != "" {
					if written, err = writeApplication(dir, c.named(s), c.date); err != nil {
						return err
					}
				}
				document := struct {
					*compensation.ClaimSheet
					Written []string `json:"written,omitempty"`
				}{s, written}
				return a.print(document, func(w io.Writer) {
					writeClaim(w, s)
					for _, name := range written {
						fmt.Fprintf(w, "已写入 written: %s\n", name)
					}
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&dir, "dir", "", "材料文件夹 folder of the claim's papers")
	cmd.Flags().StringVar(&evidence, "evidence-on", "", "追偿证明日期 date of the evidence of recovery, which may move the recognition day")
	return cmd
}

// writeApplication writes the application with its computation into the folder
// of papers, as the dossier's first item.
func writeApplication(dir string, s *compensation.ClaimSheet, on calendar.Date) ([]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	var written []string
	for _, ext := range []string{".xlsx", ".pdf"} {
		name := filepath.Join(dir, "D01 补偿申请书"+ext)
		if err := writeSheet(name, s, on); err != nil {
			return nil, err
		}
		written = append(written, name)
	}
	return written, nil
}

// writeSheet writes a claim's sheet into a file of the kind that its name says.
func writeSheet(name string, s *compensation.ClaimSheet, on calendar.Date) error {
	write := claimsheet.WriteXLSX
	switch strings.ToLower(filepath.Ext(name)) {
	case ".xlsx":
	case ".pdf":
		write = claimsheet.WritePDF
	default:
		return sheetKind(name)
	}
	return writeFile(name, func(w io.Writer) error { return write(w, s, on) })
}

func newCompSheetCommand(a *app) *cobra.Command {
	var f claimFlags
	var out string
	cmd := &cobra.Command{
		Use:   "sheet CLAIM",
		Short: "补偿申请书 a claim's application with its computation, as XLSX or PDF",
		Long: `写出补偿申请书（金额测算表），金额以元列示并同列万元；工作簿中的公式可重算金额。
Writes a claim as official papers have it. The workbook's formulas work the sum out again from the ledger's figures.`,
		Example: "  qxl comp sheet BC-HTBANKA2023630105000029 --out claim.xlsx --as Finance/officer1 --bank BankA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withClaim(cmd.Context(), &f, func(ctx context.Context, c *claiming) error {
				s, err := c.find(ctx, args[0])
				if err != nil {
					return err
				}
				if err := writeSheet(out, c.named(s), c.date); err != nil {
					return err
				}
				return a.print(map[string]any{"claim": s.Claim, "sum": s.Sum, "written": out}, func(w io.Writer) {
					fmt.Fprintf(w, "已写入 written: %s  %s 元（%s）\n", out, s.Sum.Display(), claimsheet.TenThousand(s.Sum))
				})
			})
		},
	}
	f.add(cmd)
	cmd.Flags().StringVar(&out, "out", "", "输出文件 .xlsx or .pdf (needed)")
	return cmd
}

// submitFolder lets the verb that submits a claim take its papers from a
// folder: qxl comp submit NO --dir DIR.
func submitFolder(a *app, verb *cobra.Command) {
	var dir, borrower string
	var keep bool
	flags := verb.Flags()
	flags.StringVar(&dir, "dir", "", "材料文件夹 folder of the claim's papers; with it, only the evidence of recovery is left to be named")
	flags.BoolVar(&keep, "vault", false, "材料存入保险库 with --dir: put the papers into the bank's vault, encrypted and in its log, and name their ciphertexts")
	flags.StringVar(&borrower, "subject", "", "信息主体 with --vault: the borrower's number in the vault, as its USCC; stays there")
	generic := verb.RunE
	verb.Use = "submit [CLAIM|CONTRACT]"
	verb.Short = "提交补偿申请 submit a claim, or submit a returned one again (3rd of 3 steps)"
	verb.Long += `

With --dir: the papers of a folder, each named by its item's code, "D02 借款合同.pdf"; the claim is named by its number or
its loan's contract number. The sum and all that the ledger knows are the ledger's. A claim that was returned is submitted
again; then only the papers that changed need be in the folder.

With --vault, in the same step: the papers go into the bank's vault, encrypted, and into its evidence log (qxl vault init, qxl log
init make them); the claim names their ciphertexts. What the vault has of this claim is not stored again.`
	verb.Example = "  qxl comp submit HTBANKA2023630105000029 --dir claim --evidence LAWSUIT --evidence-on 2024-05-20 --as BankA/officer1"
	verb.Args = cobra.MaximumNArgs(1)
	verb.RunE = func(cmd *cobra.Command, args []string) error {
		if dir == "" {
			if len(args) > 0 {
				return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--dir", Zh: "请给出材料文件夹", En: "say where the claim's papers are", Hint: "--dir DIR, or all fields as flags"}
			}
			return generic(cmd, args)
		}
		if len(args) == 0 {
			return &problem{Exit: exitUsage, Code: "NUMBER_MISSING", Field: "CLAIM", Zh: "请给出申请编号或合同编号", En: "say which claim: no number given", Hint: "see " + cmd.CommandPath() + " --help"}
		}
		f := claimFlags{as: flags.Lookup("as").Value.String(), bank: flags.Lookup("bank").Value.String(), date: flags.Lookup("date").Value.String()}
		papers, err := dossier.Read(dir)
		if err != nil {
			return err
		}
		if keep {
			if err := needed("subject", borrower); err != nil {
				return err
			}
		}
		content := &compensation.SubmitContent{Documents: dossier.Documents(papers), Evidence: flags.Lookup("evidence").Value.String()}
		if err := readSubmission(cmd, content); err != nil {
			return err
		}
		return a.withClaim(cmd.Context(), &f, func(ctx context.Context, c *claiming) error {
			s, err := c.find(ctx, args[0])
			if err != nil {
				return err
			}
			if s.Claim == "" {
				return &problem{Exit: exitUsage, Code: "CLAIM_NOT_NOTIFIED", Field: "CLAIM", Value: args[0], Zh: "尚未发出不良通知", En: "no notice was given for this loan yet", Hint: "qxl comp notice " + args[0]}
			}
			if keep {
				org, _, err := wallet.Split(f.as)
				if err != nil {
					return err
				}
				own := vaultFlags{org: org}
				if err := own.withLog(cmd, a, func(v *vault.Vault, log vaultLog) error {
					papers, err = dossier.Keep(ctx, v, log, dir, borrower, s.Claim, papers)
					return err
				}); err != nil {
					return err
				}
				content.Documents = dossier.Documents(papers)
			}
			def, number := command.Definition(compensation.Submit), "submit"
			if s.Status == compensation.Returned {
				def, number = compensation.Resubmit, fmt.Sprintf("resubmit-%d", s.Returned.Times)
			}
			content.Head, content.Claim = command.Head{Number: number, Date: c.date}, ledgerstate.Ref{ID: s.ID, No: s.Claim}
			if n := flags.Lookup("number"); n.Changed {
				content.Number = n.Value.String()
			}
			if err := def.Check(content); err != nil {
				return err
			}
			r, err := c.Post(ctx, c.book, def, content)
			if err != nil {
				return err
			}
			return a.printClaimResult(ctx, c, def.Describe(), r, s.Claim)
		})
	}
}

// readSubmission reads what of a claim only the bank knows, besides its papers.
func readSubmission(cmd *cobra.Command, c *compensation.SubmitContent) error {
	flags := cmd.Flags()
	if f := flags.Lookup("evidence-on"); f.Changed {
		if err := c.EvidenceOn.UnmarshalText([]byte(f.Value.String())); err != nil {
			return flagProblem("--evidence-on", f.Value.String(), err)
		}
	}
	if f := flags.Lookup("other-government"); f.Changed {
		list := []compensation.Government{}
		dec := json.NewDecoder(strings.NewReader(f.Value.String()))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&list); err != nil {
			return flagProblem("--other-government", f.Value.String(), err)
		}
		c.Others = &list
	}
	if f := flags.Lookup("sum"); f.Changed {
		var sum money.Fen
		if err := sum.UnmarshalText([]byte(f.Value.String())); err != nil {
			return flagProblem("--sum", f.Value.String(), err)
		}
		c.Sum = &sum
	}
	return nil
}
