package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/fundstatement"
)

// newFundOrderCommand writes a payment order over what a bank's claims were
// allocated, so that no sum is typed.
func newFundOrderCommand(a *app) *cobra.Command {
	var h headFlags
	var bank, payment, from, account, voucher, claims string
	cmd := &cobra.Command{
		Use:   "order",
		Short: fund.OrderPayout.Zh + " write a payment order for what a bank's claims were allocated",
		Long: `Writes a payment order 付款单 for all claims of a bank that are allocated and not wholly paid, or for those of
--claims. It pays nothing until another person pays it: qxl fund pay. Parts: qxl fund order-payout --lines.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			head, err := h.head()
			if err == nil {
				err = needed("bank", bank, "payment", payment, "from", from, "account", account, "voucher", voucher)
			}
			if err != nil {
				return err
			}
			return a.withClient(cmd.Context(), h.as, bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
				content := &fund.OrderContent{Head: head, Payment: ledgerstate.Ref{ID: newPage(), No: payment}, Bank: c.Members().Books[own], From: from, Account: account, Voucher: voucher}
				only := map[string]bool{}
				for _, no := range strings.FieldsFunc(claims, func(r rune) bool { return r == ',' }) {
					only[strings.TrimSpace(no)] = true
				}
				live, err := allocationsOf(ctx, c, content.Bank)
				if err != nil {
					return err
				}
				for _, l := range live {
					if len(only) == 0 || only[l.Claim] {
						content.Lines = append(content.Lines, fund.OrderLine{Claim: l.Claim, Amount: l.Unpaid})
					}
				}
				if len(content.Lines) == 0 || len(only) > 0 && len(content.Lines) < len(only) {
					return &problem{Exit: exitRefused, Code: fund.NotLive.Code, Field: "--claims", Value: claims, Zh: fund.NotLive.Zh, En: fund.NotLive.En, Hint: "qxl fund allocations --live true shows what waits"}
				}
				return a.post(ctx, c, fund.OrderPayout, content)
			})
		},
	}
	h.add(cmd)
	f := cmd.Flags()
	f.StringVar(&bank, "bank", "", "收款银行 the bank's short name (needed)")
	f.StringVar(&payment, "payment", "", "付款单号 number of the order (needed)")
	f.StringVar(&from, "from", "", "付款账户代码 code of the fund's account (needed)")
	f.StringVar(&account, "account", "", "收款账号 the bank's account as on the order (needed)")
	f.StringVar(&voucher, "voucher", "", "凭证号 voucher number (needed)")
	f.StringVar(&claims, "claims", "", "补偿申请编号 claim numbers, with commas (default: all that wait)")
	return cmd
}

// allocationsOf are the allocations of a bank that wait for payment, in order
// of approval, then number.
func allocationsOf(ctx context.Context, c *book.Client, msp string) ([]fund.AllocationLine, error) {
	var list []fund.AllocationLine
	q := fund.AllocationsQuery{Bank: msp, Live: true, Limit: 2000}
	for {
		var a fund.AllocationsAnswer
		if err := c.Ask(ctx, command.CommonsName, fund.Allocations.Name, q, &a); err != nil {
			return nil, err
		}
		list = append(list, a.Allocations...)
		if q.After = a.Next; a.Next == "" {
			break
		}
	}
	slices.SortFunc(list, func(x, y fund.AllocationLine) int {
		if x.Approved != y.Approved {
			return int(x.Approved - y.Approved)
		}
		return strings.Compare(x.Claim, y.Claim)
	})
	return list, nil
}

func showOrder(ctx context.Context, c *book.Client, number string) (*fund.OrderSheet, error) {
	o := &fund.OrderSheet{}
	return o, c.Ask(ctx, command.CommonsName, fund.ShowOrder.Name, fund.OrderQuery{Number: number}, o)
}

// paidLine is what became of one line of an order.
type paidLine struct {
	Claim   string `json:"claim"`
	Amount  string `json:"amount"`
	Outcome string `json:"outcome"`
	Code    string `json:"code,omitempty"`
	Zh      string `json:"zh,omitempty"`
	En      string `json:"en,omitempty"`
}

// payDocument is what became of an order.
type payDocument struct {
	Order       string     `json:"order"`
	Transaction string     `json:"transaction"`
	Lines       []paidLine `json:"lines"`
}

func newFundPayCommand(a *app) *cobra.Command {
	var as, date string
	cmd := &cobra.Command{
		Use:   "pay ORDER",
		Short: fund.Payout.Zh + " pay an order: all its lines in one transaction, by another person than who wrote it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			h := headFlags{as: as, number: "-", date: date}
			head, err := h.head()
			if err != nil {
				return err
			}
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
				o, err := showOrder(ctx, c, args[0])
				if err != nil {
					return err
				}
				own, ok := c.Members().BookOf(o.Bank)
				if !ok {
					return bookNeeded()
				}
				d, err := pay(ctx, c, own, o, head)
				if err != nil {
					return err
				}
				if err := a.print(d, d.write); err != nil {
					return err
				}
				for _, l := range d.Lines {
					if l.Code != "" {
						return silent(exitRefused)
					}
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "签名人 who signs: ORG/USER (needed)")
	cmd.Flags().StringVar(&date, "date", "", "业务日期 YYYY-MM-DD (needed)")
	return cmd
}

// pay pays the lines of an order that are not paid. Business numbers follow
// from order and claim, so whatever is sent twice is applied once.
func pay(ctx context.Context, c *book.Client, own string, o *fund.OrderSheet, head command.Head) (*payDocument, error) {
	d := &payDocument{Order: o.Number, Lines: []paidLine{}}
	var numbers []string
	var rows []fund.OrderRow
	for _, l := range o.Lines {
		if l.Paid.IsZero() {
			numbers, rows = append(numbers, l.Claim), append(rows, l)
		}
	}
	if len(rows) == 0 {
		return nil, fund.OrderPaid.At("order", nil, o.Number)
	}
	ids, err := c.Locate(ctx, own, compensation.ClaimKind.KindCode(), numbers)
	if err != nil {
		return nil, err
	}
	envelopes := make([]command.Envelope, len(rows))
	for i, l := range rows {
		content := compensation.PayoutContent{Head: command.Head{Number: payNumber(o.Number, l.Claim), Date: head.Date}, Claim: ledgerstate.Ref{ID: ids[i], No: l.Claim}, Order: o.Number}
		if envelopes[i], err = book.Envelope(fund.Payout.Name, content); err != nil {
			return nil, err
		}
	}
	results, err := c.Submit(ctx, own, fund.Payout.Lane.Name, envelopes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		d.Transaction = r.TxID
		l := paidLine{Claim: rows[i].Claim, Amount: rows[i].Amount.String(), Outcome: r.Outcome}
		if r.Refusal != nil {
			l.Code = r.Refusal.Code
			l.Zh, l.En = r.Refusal.Texts()
		}
		d.Lines = append(d.Lines, l)
	}
	return d, nil
}

// payNumber is the business number of a line's payment.
func payNumber(order, claim string) string {
	const most = 64
	if n := order + "/" + claim; len(n) <= most {
		return n
	}
	sum := sha256.Sum256([]byte(order + "\n" + claim))
	return hex.EncodeToString(sum[:])
}

func (d *payDocument) write(w io.Writer) {
	t := table{columns: []column{{"补偿申请 claim", false}, {"金额(元) amount", true}, {"结果 outcome", false}, {"原因 reason", false}}}
	for _, l := range d.Lines {
		reason := ""
		if l.Code != "" {
			reason = l.Code + " " + l.Zh
		}
		t.add(l.Claim, l.Amount, outcomeZh(l.Outcome)+" "+l.Outcome, reason)
	}
	t.write(w)
	fmt.Fprintf(w, "付款单 order %s, 交易 transaction %s\n", d.Order, d.Transaction)
}

func newFundListCommand(a *app) *cobra.Command {
	var as, out string
	cmd := &cobra.Command{
		Use:   "payment-list ORDER",
		Short: "付款清单 write a payment order as a workbook (XLSX) in official form",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("out", out); err != nil {
				return err
			}
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
				o, err := showOrder(ctx, c, args[0])
				if err != nil {
					return err
				}
				tables, err := book.Show(ctx, c.Ledger())
				if err != nil {
					return err
				}
				name := func(msp string, party command.Party) string {
					for _, m := range tables.Members {
						if m.MSP == msp || msp == "" && m.Party == party {
							return m.Name(tables.Open).Zh
						}
					}
					return msp
				}
				f, err := os.OpenFile(out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
				if err != nil {
					return fileExists(out, err)
				}
				err = fundstatement.WriteOrder(f, &fundstatement.Order{OrderSheet: *o, Payer: name("", command.Finance), Payee: name(o.Bank, ""), On: tables.Open})
				if e := f.Close(); err == nil {
					err = e
				}
				if err != nil {
					return err
				}
				return a.print(map[string]any{"order": o.Number, "file": out, "lines": len(o.Lines), "total": o.Total}, func(w io.Writer) {
					fmt.Fprintf(w, "付款清单 %s: %d 笔, %s 元（%s 万元）→ %s\n", o.Number, len(o.Lines), o.Total.Display(), tenThousand(o.Total), out)
				})
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "查询人 who asks: ORG/USER (needed)")
	cmd.Flags().StringVar(&out, "out", "", "输出文件 file to write, which must not exist (needed)")
	return cmd
}

// fileExists says why a file cannot be made.
func fileExists(path string, err error) error {
	p := &problem{Exit: exitUsage, Code: "FILE_CREATE", Field: "--out", Value: path, Zh: "无法写入文件", En: err.Error(), Hint: "choose another name"}
	if os.IsExist(err) {
		p.Code, p.Zh, p.En = "FILE_EXISTS", "文件已存在", "the file exists already"
	}
	return p
}
