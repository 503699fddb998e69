package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/fundstatement"
)

func newFundReconcileCommand(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "reconcile FILE",
		Short: "银行对账 compare a depository bank's statements with the fund's books",
		Long: `Compares a depository bank's statements of the fund's accounts with the ledger, voucher by voucher, and names
each difference. A statement that does not add up by itself is refused, with line and column. docs/day-files.md
describes the file, CSV (UTF-8, GB18030) or XLSX. Exit code 1 if there is any difference.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.reconciles(args[0], func(f *dayfile.File) (r any, differences int, write func(io.Writer), err error) {
				err = a.withClient(cmd.Context(), as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
					bank, ok := c.Members().Books[bookName(f.Head.Organization)]
					if !ok {
						return &problem{Exit: exitUsage, Code: "BANK_UNKNOWN", Field: "报送机构", Value: f.Head.Organization, Zh: "没有这家银行", En: "the file is of no bank of the consortium", Hint: "the head of the file names the depository bank, as in BankA"}
					}
					found, err := fundstatement.Reconcile(ctx, f, c, bank)
					if err == nil {
						r, differences, write = found, len(found.Differences), func(w io.Writer) { writeFundReconciliation(w, found) }
					}
					return err
				})
				return r, differences, write, err
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "查询人 who asks: ORG/USER (needed)")
	return cmd
}

func writeFundReconciliation(w io.Writer, r *fundstatement.Reconciliation) {
	for _, d := range r.Differences {
		fmt.Fprintln(w, d)
	}
	t := table{columns: []column{{"账户 account", false}, {"起 from", false}, {"止 to", false}, {"笔数 movements", true}, {"期末:银行(元) bank", true}, {"期末:账本(元) ledger", true}}}
	for _, s := range r.Accounts {
		t.add(s.Code, s.From.String(), s.To.String(), fmt.Sprint(s.Movements), s.Closing.Display(), s.LedgerClosing.Display())
	}
	t.write(w)
	verdict := "相符 they agree"
	if n := len(r.Differences); n > 0 {
		verdict = fmt.Sprintf("%d 处不符 differences", n)
	}
	fmt.Fprintf(w, "%s: %s\n", r.Bank, verdict)
}
