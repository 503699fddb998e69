package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	ledger "github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/erasure"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func newEraseCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{
		Use:   "erase",
		Short: "依法删除 erase from the ledger what the law orders erased",
		Long: `依法删除账本上的记录：一人提出、另一人批准、逐个集合执行；不良信息期满由账本按日计算，不需另行批准。
An erasure is ordered by one person, approved by another in another post, and carried out collection by
collection. Adverse information whose years are over goes by the ledger's own clock.

  qxl erase order ORD-2026-1 --subject PSEUDONYM --basis pipl-47 --as Commission/operator1 --bank BankA
  qxl erase approve ORD-2026-1 --as CentralBank/approver1 --bank BankA
  qxl erase run ORD-2026-1 --as Commission/operator1 --bank BankA
  qxl erase due --run --as BankA/officer1

编号与依据公开可见，不得含姓名或证号。Number and basis stay on the ledger: they name nobody. See docs/erasure.md.`,
	})
	cmd.AddCommand(newEraseOrderCommand(a), newEraseApproveCommand(a), newEraseWithdrawCommand(a), newEraseRunCommand(a), newEraseShowCommand(a), newEraseListCommand(a), newEraseDueCommand(a), newEraseAcknowledgeCommand(a))
	return cmd
}

// eraseFlags say who works on which book, and when.
type eraseFlags struct {
	as, bank, date string
	entrusted      bool
}

func (f *eraseFlags) add(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&f.as, "as", "", "签名人 who signs: ORG/USER (needed)")
	cmd.Flags().StringVar(&f.bank, "bank", "", "账簿所属银行 whose book: the bank's short name (a bank's own by default)")
	cmd.Flags().StringVar(&f.date, "date", "", "业务日期 YYYY-MM-DD (default: the open business day)")
	return cmd
}

func (a *app) withDesk(ctx context.Context, f *eraseFlags, do func(context.Context, *book.Client, *erasure.Desk) error) error {
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
		if date == 0 {
			tables, err := book.Show(ctx, c.Ledger())
			if err != nil {
				return err
			}
			date = tables.Open
		}
		if f.entrusted {
			c.Entrust(own)
		}
		return do(ctx, c, &erasure.Desk{Ledger: c, Book: own, Date: date})
	})
}

func newEraseOrderCommand(a *app) *cobra.Command {
	var f eraseFlags
	var who, contract, scope, basis string
	cmd := f.add(&cobra.Command{
		Use:   "order NUMBER",
		Short: "提出删除 order an erasure (1st of 3 steps)",
		Long: `查明该主体在本行账簿的全部记录并提出删除。未结清的贷款、法定保存期未满的记录、在办的补偿申请不得删除，
拒绝时说明理由；须保存的记录可用 --scope stop 停止处理。
Finds all that the book holds of a subject and orders its erasure. What lives, or must be kept by law, is refused with the
reason; what must be kept can be used no more: --scope stop.

依据 legal bases: ` + codesText(ledger.Bases),
		Example: "  qxl erase order ORD-2026-1 --subject 6pk3xq0v2m7tz --basis pipl-47 --as Commission/operator1 --bank BankA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("basis", basis); err != nil {
				return err
			}
			if (who == "") == (contract == "") {
				return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--subject", Zh: "请用 --subject 或 --loan 指明主体", En: "say whose records: --subject or --loan", Hint: "--subject takes the pseudonym, or the USCC or resident ID where the signer's organization knows it"}
			}
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, c *book.Client, d *erasure.Desk) error {
				pseudonym, err := subjectOf(ctx, c, d.Book, who, contract)
				if err != nil {
					return err
				}
				r, plan, err := d.Order(ctx, args[0], pseudonym, scope, basis)
				if err != nil {
					return err
				}
				return a.printStep(ledger.Make.Spec.Zh, args[0], r, plan, "qxl erase approve "+args[0]+" --as CentralBank/approver1 --bank …")
			})
		},
	})
	cmd.Flags().StringVar(&who, "subject", "", "信息主体 pseudonym, USCC or resident ID")
	cmd.Flags().StringVar(&contract, "loan", "", "或贷款合同编号 or a loan of the subject")
	cmd.Flags().StringVar(&scope, "scope", ledger.Subject, "范围 "+codesText(ledger.Scopes))
	cmd.Flags().StringVar(&basis, "basis", "", "法律依据 code of the legal basis (needed)")
	return cmd
}

func codesText(list []ledger.Code) string {
	parts := make([]string, len(list))
	for i, c := range list {
		parts[i] = c.Code + " " + c.Zh + " " + c.En
	}
	return strings.Join(parts, "; ")
}

// subjectOf finds a pseudonym by what a clerk knows.
func subjectOf(ctx context.Context, c *book.Client, chaincode, who, contract string) (string, error) {
	if contract != "" {
		var s loan.Sheet
		err := c.Ask(ctx, chaincode, loan.Show.Name, loan.LoanQuery{Loan: contract}, &s)
		return s.Subject, err
	}
	ids, err := c.Locate(ctx, chaincode, subject.Kind.Code, []string{who})
	if err == nil && !ids[0].IsZero() {
		return ids[0].Page, nil
	}
	return who, nil // whom this organization may not look up is named by the pseudonym
}

func (a *app) printStep(zh, number string, r book.Result, plan *ledger.PlanAnswer, next string) error {
	document := struct {
		Order       string             `json:"order"`
		Outcome     string             `json:"outcome"`
		Transaction string             `json:"transaction,omitempty"`
		Plan        *ledger.PlanAnswer `json:"plan,omitempty"`
	}{number, r.Outcome, r.TxID, plan}
	err := a.print(document, func(w io.Writer) {
		fmt.Fprintf(w, "%s %s: %s %s\n", zh, number, outcomeZh(r.Outcome), r.Outcome)
		if plan != nil {
			t := table{columns: []column{{"集合 collection", false}, {"记录 records", true}, {"回执 receipts", true}}}
			for _, p := range []struct {
				name string
				*ledger.PartPlan
			}{{"comp", &plan.Comp}, {"loan", &plan.Loan}, {"intake", &plan.Intake}} {
				t.add(p.name, strconv.Itoa(len(p.Items)), strconv.Itoa(len(p.Receipts)))
			}
			t.write(w)
		}
		if r.Refusal == nil && next != "" {
			fmt.Fprintf(w, "下一步 next: %s\n", next)
		}
	})
	if err == nil && r.Refusal != nil {
		return r.Refusal
	}
	return err
}

func newEraseApproveCommand(a *app) *cobra.Command {
	var f eraseFlags
	return f.add(&cobra.Command{
		Use:   "approve NUMBER",
		Short: "批准删除 approve an order, as another person in another post (2nd of 3 steps)",
		Long: `批准人须与申请人不同（证书、姓名、岗位均不同），并在本机构节点上另行查明删除范围。
Looks at the approver's own peer at what the order means, then approves it.`,
		Example: "  qxl erase approve ORD-2026-1 --as CentralBank/approver1 --bank BankA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, _ *book.Client, d *erasure.Desk) error {
				r, plan, err := d.Approve(ctx, args[0])
				if err != nil {
					return err
				}
				return a.printStep(ledger.Approve.Spec.Zh, args[0], r, plan, "qxl erase run "+args[0]+" --as Commission/operator1 --bank …")
			})
		},
	})
}

func newEraseWithdrawCommand(a *app) *cobra.Command {
	var f eraseFlags
	return f.add(&cobra.Command{
		Use:   "withdraw NUMBER",
		Short: "撤回申请 withdraw an order that is not approved",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, _ *book.Client, d *erasure.Desk) error {
				r, err := d.Withdraw(ctx, args[0])
				if err != nil {
					return err
				}
				return a.printStep(ledger.Withdraw.Spec.Zh, args[0], r, nil, "")
			})
		},
	})
}

func newEraseRunCommand(a *app) *cobra.Command {
	var f eraseFlags
	cmd := f.add(&cobra.Command{
		Use:   "run NUMBER",
		Short: "执行删除 carry an approved order out, or go on with it (3rd of 3 steps)",
		Long: `逐个集合删除并清除历史值；中断后再次运行即可继续。须由省发展改革委或账簿所属银行的人员办理（可见主体身份）。
Erases collection by collection, with every earlier value of the keys. Run again after an interruption it goes on. It
takes somebody of the Commission or of the book's bank, who hold identities.`,
		Example: "  qxl erase run ORD-2026-1 --as Commission/operator1 --bank BankA",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, _ *book.Client, d *erasure.Desk) error {
				d.Step = func(what string) { a.say("已办 done: %s", what) }
				r, err := d.Run(ctx, args[0])
				if err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) {
					t := table{columns: []column{{"集合 collection", false}, {"记录 records", true}, {"回执 receipts", true}, {"交易 transaction", false}}}
					for _, x := range r.Done {
						t.add(x.Collection, strconv.Itoa(x.Records), strconv.Itoa(x.Receipts), x.Transaction)
					}
					t.write(w)
					fmt.Fprintf(w, "删除令 order %s: %s\n", r.Order, r.Status)
					for _, x := range r.Left {
						fmt.Fprintf(w, "仍见其编号 one of its numbers is still in: %s %s\n", x.Collection, x.Key)
					}
				})
			})
		},
	})
	cmd.Flags().BoolVar(&f.entrusted, "entrusted", false, "账簿已代管 the book's bank has left or refuses: the authorities endorse alone (qxl network entrust)")
	return cmd
}

func newEraseShowCommand(a *app) *cobra.Command {
	var f eraseFlags
	return f.add(&cobra.Command{
		Use:   "show NUMBER",
		Short: "查询删除令 an order: who asked and approved, what was erased, who owes an acknowledgement",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, _ *book.Client, d *erasure.Desk) error {
				s, err := d.Show(ctx, args[0])
				if err != nil {
					return err
				}
				return a.print(s, func(w io.Writer) { writeOrders(w, s) })
			})
		},
	})
}

func newEraseListCommand(a *app) *cobra.Command {
	var f eraseFlags
	return f.add(&cobra.Command{
		Use:   "list",
		Short: "删除令清单 all orders, and what expired",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, c *book.Client, d *erasure.Desk) error {
				var list ledger.ListAnswer
				if err := c.Ask(ctx, d.Book, ledger.List.Name, struct{}{}, &list); err != nil {
					return err
				}
				return a.print(list, func(w io.Writer) {
					writeOrders(w, list.Orders...)
					writeTraces(w, list.Clock)
				})
			})
		},
	})
}

func writeOrders(w io.Writer, orders ...*ledger.Sheet) {
	t := table{columns: []column{{"删除令 order", false}, {"状态 status", false}, {"范围 scope", false}, {"依据 basis", false}, {"提出 ordered", false}, {"批准 approved", false}, {"办结 closed", false}, {"待回执 owing", false}}}
	var traces []ledger.TraceSheet
	for _, s := range orders {
		t.add(s.Order, s.StatusZh+" "+s.Status, s.Scope, s.Basis, s.Ordered.String()+" "+s.Requester, s.Approved.String()+" "+s.Approver, s.Closed.String(), strings.Join(s.Owing, " "))
		traces = append(traces, s.Traces...)
	}
	t.write(w)
	writeTraces(w, traces)
}

func writeTraces(w io.Writer, traces []ledger.TraceSheet) {
	if len(traces) == 0 {
		return
	}
	t := table{columns: []column{{"集合 collection", false}, {"依据 basis", false}, {"日期 date", false}, {"记录 records", false}, {"回执 receipts", true}}}
	for _, x := range traces {
		counts := make([]string, len(x.Counts))
		for i, c := range x.Counts {
			counts[i] = c.Kind + " " + strconv.Itoa(c.N)
		}
		t.add(x.Collection, x.Basis, x.Date.String(), strings.Join(counts, ", "), strconv.Itoa(x.Receipts))
	}
	t.write(w)
}

func newEraseDueCommand(a *app) *cobra.Command {
	var f eraseFlags
	var run bool
	cmd := f.add(&cobra.Command{
		Use:   "due",
		Short: "到期不良信息 arrears whose years are over; --run erases them",
		Long: `列出保存期限（征信业管理条例第十六条：自终止之日起五年）已满的不良信息；--run 删除之。期限由账本事实算出，不需批准。
日终处理 (qxl eod) 每日自动办理。
Lists the loans of persons whose arrears have been over for as long as they may be told, and with --run erases them. Which
they are follows from the ledger alone, so nobody has to approve it. The end of day (qxl eod) does this by itself.`,
		Example: "  qxl erase due --run --as BankA/officer1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, _ *book.Client, d *erasure.Desk) error {
				due, err := d.Due(ctx)
				if err != nil {
					return err
				}
				document := struct {
					Date calendar.Date    `json:"date"`
					Due  []ledger.DueLoan `json:"due"`
					*erasure.Expired
				}{Date: d.Date, Due: due}
				if run {
					if document.Expired, err = d.Expire(ctx, due); err != nil {
						return err
					}
				}
				if err := a.print(document, func(w io.Writer) {
					t := table{columns: []column{{"合同编号 loan", false}, {"不良起 from", false}, {"终止 ended", false}, {"保存至 kept until", false}}}
					for _, x := range due {
						for _, b := range x.Adverse {
							t.add(x.Loan, b.From.String(), b.Ended.String(), b.Keep.String())
						}
					}
					t.write(w)
					switch {
					case document.Expired != nil:
						fmt.Fprintf(w, "已删除 erased: %d 笔 loans\n", document.Loans)
						for _, x := range document.Refused {
							zh, en := x.Because.Texts()
							fmt.Fprintf(w, "拒绝 refused: %s %s / %s %s\n", x.Loan, zh, en, x.Because.Code)
						}
					case len(due) > 0:
						fmt.Fprintln(w, "下一步 next: qxl erase due --run")
					}
				}); err != nil {
					return err
				}
				if document.Expired != nil && len(document.Refused) > 0 {
					return silent(exitRefused)
				}
				return nil
			})
		},
	})
	cmd.Flags().BoolVar(&run, "run", false, "删除 erase what is due")
	return cmd
}

func newEraseAcknowledgeCommand(a *app) *cobra.Command {
	var f eraseFlags
	var certificate string
	cmd := f.add(&cobra.Command{
		Use:   "acknowledge NUMBER",
		Short: "回执删除 say that one's organization has deleted its copies",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c := &ledger.AcknowledgeContent{Order: args[0]}
			if err := needed("certificate", certificate); err != nil {
				return err
			}
			if err := c.Certificate.UnmarshalText([]byte(certificate)); err != nil {
				return flagProblem("--certificate", certificate, err)
			}
			return a.withDesk(cmd.Context(), &f, func(ctx context.Context, client *book.Client, d *erasure.Desk) error {
				c.Head.Number, c.Head.Date = args[0]+"/ack", d.Date
				r, err := client.Post(ctx, d.Book, ledger.Acknowledge, c)
				if err != nil {
					return err
				}
				return a.printStep(ledger.Acknowledge.Spec.Zh, args[0], r, nil, "")
			})
		},
	})
	cmd.Flags().StringVar(&certificate, "certificate", "", "删除证明的 SHA-256 of the certificate of deletion (needed)")
	return cmd
}
