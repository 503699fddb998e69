package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
)

func newReconcileCommand(a *app) *cobra.Command {
	var as, bank string
	cmd := &cobra.Command{
		Use:   "reconcile FILE",
		Short: "总分核对 compare a bank's own balances with the ledger",
		Long: `Compares a bank's own balances, per loan and in total, with its book on the ledger and names each
difference: a loan that either side lacks, a balance that differs, totals that differ. docs/day-files.md
describes the file, CSV or XLSX. Exit code 1 if there is any difference.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := dayfile.Open(args[0])
			if err != nil {
				return inputFile(args[0], err)
			}
			defer f.Close()
			var r *dayfile.Reconciliation
			if err := a.withClient(cmd.Context(), as, bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
				if own == "" {
					return bookNeeded()
				}
				if sender := bookName(f.Head.Organization); sender != own {
					return &problem{Exit: exitUsage, Code: "SENDER_OTHER", Field: "报送机构", Limit: own, Value: f.Head.Organization,
						Zh: "文件的报送机构与账簿所属银行不一致", En: "the file's balances are another bank's than the book's", Hint: "choose the bank's own file, or --bank"}
				}
				r, err = dayfile.Reconcile(ctx, f, c, own)
				return err
			}); err != nil {
				return err
			}
			if err := a.print(r, func(w io.Writer) { writeReconciliation(w, r) }); err != nil {
				return err
			}
			if len(r.Differences) > 0 {
				return silent(exitRefused)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "who asks: ORG/USER 查询人 (needed)")
	f.StringVar(&bank, "bank", "", "whose book: the bank's short name (a bank's own by default) 账簿所属银行")
	return cmd
}

func writeReconciliation(w io.Writer, r *dayfile.Reconciliation) {
	for _, d := range r.Differences {
		fmt.Fprintln(w, d)
	}
	verdict := "相符 they agree"
	if n := len(r.Differences); n > 0 {
		verdict = fmt.Sprintf("%d 处不符 differences", n)
	}
	fmt.Fprintf(w, "%s: 本行 own %s, 账本 ledger %s, %d 笔 loans: %s\n", r.Date, r.Own.Display(), r.Ledger.Display(), r.Loans, verdict)
}
