package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// fundVerbs are the fund's verbs that are more than one command: they work out
// what a clerk would otherwise retype. They replace the command's own verb of
// the same name.
var fundVerbs = []func(*app) *cobra.Command{
	newFundAllocateCommand, newFundOrderCommand, newFundPayCommand, newFundListCommand, newFundReconcileCommand,
	newFundBidCommand, newFundRevealCommand, newFundFactsCommand,
}

func newFundCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "fund", Short: "风险补偿资金 the compensation fund: pool, allocation, payments, tenders",
		Long: `The compensation fund 风险补偿资金. Every money event is entered by an officer of Finance and confirmed by
an approver: qxl fund inject …, then qxl fund confirm --entry NUMBER. docs/fund.md has the steps.
Accounts are given by their numbers; the ledger keeps an HMAC and the last four digits.`})
	own := map[string]bool{}
	for _, verb := range fundVerbs {
		v := verb(a)
		own[v.Name()] = true
		cmd.AddCommand(v)
	}
	for _, v := range roomVerbs(a, "fund") {
		if !own[v.Name()] {
			cmd.AddCommand(v)
		}
	}
	return cmd
}

// nameBanks lets people name a bank by its short name where a content holds
// its MSP.
func nameBanks(content any, members book.Members) {
	msp := func(name string) string {
		if m := members.Books[bookName(name)]; m != "" {
			return m
		}
		return name
	}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem())
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Struct:
			for i := range v.NumField() {
				f := v.Type().Field(i)
				name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
				switch {
				case !f.IsExported():
				case f.Type.Kind() == reflect.String && (name == "bank" || name == "holder"):
					v.Field(i).SetString(msp(v.Field(i).String()))
				default:
					walk(v.Field(i))
				}
			}
		}
	}
	walk(reflect.ValueOf(content))
}

// headFlags are the flags of every command's head.
type headFlags struct {
	as, number, date string
}

func (h *headFlags) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&h.as, "as", "", "签名人 who signs: ORG/USER (needed)")
	f.StringVar(&h.number, "number", "", "业务流水号 business number (needed)")
	f.StringVar(&h.date, "date", "", "业务日期 YYYY-MM-DD (needed)")
}

func (h *headFlags) head() (command.Head, error) {
	if h.number == "" {
		return command.Head{}, &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--number", Zh: "缺少业务流水号", En: "a required flag is missing"}
	}
	d, err := calendar.ParseDate(h.date)
	if err != nil {
		return command.Head{}, &problem{Exit: exitUsage, Code: "DATE", Field: "--date", Limit: "YYYY-MM-DD", Value: h.date, Zh: "日期格式不符", En: err.Error()}
	}
	return command.Head{Number: h.number, Date: d}, nil
}

// needed refuses an empty flag.
func needed(values ...string) error {
	for i := 0; i+1 < len(values); i += 2 {
		if values[i+1] == "" {
			return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--" + values[i], Zh: "缺少" + labelZh(values[i]), En: "a required flag is missing"}
		}
	}
	return nil
}

func newPage() ledgerstate.ID { return ledgerstate.ID{Page: strings.ToLower(rand.Text()[:13])} }

// post sends one command of the fund and prints its outcome.
func (a *app) post(ctx context.Context, c *book.Client, def command.Definition, content any) error {
	if err := def.Check(content); err != nil {
		return err
	}
	r, err := c.Post(ctx, command.CommonsName, def, content)
	if err != nil {
		return err
	}
	return a.printResult(def.Describe(), r)
}

func newFundAllocateCommand(a *app) *cobra.Command {
	var h headFlags
	var total string
	cmd := &cobra.Command{
		Use:   "allocate",
		Short: fund.Allocate.Zh + " allocate what is available to all approved claims",
		Long: `Allocates the available balance over every claim of every bank that is approved and not allocated: first what
each bank may still get in the year, then, if the pool falls short, in proportion. qxl fund preview shows it before.
--total is what it comes to; left out, it is what the preview says now.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			head, err := h.head()
			if err != nil {
				return err
			}
			return a.withClient(cmd.Context(), h.as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
				var p fund.PreviewAnswer
				if err := c.Ask(ctx, command.CommonsName, fund.Preview.Name, struct{}{}, &p); err != nil {
					return err
				}
				content := &fund.AllocateContent{Head: head, Total: p.Total}
				if total != "" {
					if err := content.Total.UnmarshalText([]byte(total)); err != nil {
						return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--total", Value: total, Zh: "金额无法识别", En: err.Error()}
					}
				}
				for range (p.New + 15) / 16 {
					content.Pages = append(content.Pages, newPage())
				}
				return a.post(ctx, c, fund.Allocate, content)
			})
		},
	}
	h.add(cmd)
	cmd.Flags().StringVar(&total, "total", "", "分配合计 what it must come to, yuan (default: the preview's)")
	return cmd
}

func writeShares(w io.Writer, p *fund.PreviewAnswer) {
	t := table{columns: []column{{"#", true}, {"银行 bank", false}, {"补偿申请 claim", false}, {"批准日期 approved", false}, {"核定补偿额(元) entitlement", true}, {"分配额(元) amount", true}, {"限制因素 binding", false}}}
	for i, s := range p.Shares {
		t.add(fmt.Sprint(i+1), s.Bank, s.Claim, s.Approved.String(), s.Entitlement.Display(), s.Amount.Display(), limbText(s.Binding))
	}
	t.write(w)
	fmt.Fprintf(w, "可用 available %s 元，分配合计 total %s 元（%s 万元）\n", p.Available.Display(), p.Total.Display(), tenThousand(p.Total))
}
