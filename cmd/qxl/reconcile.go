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
			return a.reconciles(args[0], func(f *dayfile.File) (r any, differences int, write func(io.Writer), err error) {
				err = a.withClient(cmd.Context(), as, bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
					if own == "" {
						return bookNeeded()
					}
					if sender := bookName(f.Head.Organization); sender != own {
						return &problem{Exit: exitUsage, Code: "SENDER_OTHER", Field: "报送机构", Limit: own, Value: f.Head.Organization,
							Zh: "文件的报送机构与账簿所属银行不一致", En: "the file's balances are another bank's than the book's", Hint: "choose the bank's own file, or --bank"}
					}
					found, err := dayfile.Reconcile(ctx, f, c, own)
					if err == nil {
						r, differences, write = found, len(found.Differences), func(w io.Writer) { writeReconciliation(w, found) }
					}
					return err
				})
				return r, differences, write, err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "who asks: ORG/USER 查询人 (needed)")
	f.StringVar(&bank, "bank", "", "whose book: the bank's short name (a bank's own by default) 账簿所属银行")
	return cmd
}

// reconciles compares a file with the ledger and prints what came of it: exit
// code 1 where they differ.
func (a *app) reconciles(path string, compare func(*dayfile.File) (document any, differences int, write func(io.Writer), err error)) error {
	f, err := dayfile.Open(path)
	if err != nil {
		return inputFile(path, err)
	}
	defer f.Close()
	document, differences, write, err := compare(f)
	if err != nil {
		return err
	}
	if err := a.print(document, write); err != nil {
		return err
	}
	if differences > 0 {
		return silent(exitRefused)
	}
	return nil
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
