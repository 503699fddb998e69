package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/claimsheet"
)

// newCompPublicityCommand writes the list of claims in publicity, of all banks.
func newCompPublicityCommand(a *app) *cobra.Command {
	var as, out, at string
	cmd := &cobra.Command{
		Use:   "publicity",
		Short: "公示名单 the claims of all banks that are in publicity, names masked, as XLSX or PDF",
		Long: `汇总各银行正在公示的补偿申请，姓名脱敏，写成可发布的名单。姓名只在银行与发展改革委的节点上。
The list to publish. Names stand at the banks' and the Commission's peers alone, so the Commission asks.`,
		Example: "  qxl comp publicity --out gongshi.pdf --as Commission/operator1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			write, err := publicWriter(out)
			if err != nil {
				return err
			}
			var on calendar.Date
			if at != "" {
				if err := on.UnmarshalText([]byte(at)); err != nil {
					return flagProblem("--at", at, err)
				}
			}
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
				list, on, err := publicity(ctx, c, on)
				if err != nil {
					return err
				}
				if err := writeFile(out, func(w io.Writer) error { return write(w, list, on) }); err != nil {
					return err
				}
				var sum money.Fen
				for _, p := range list {
					sum += p.Sum
				}
				return a.print(map[string]any{"at": on, "claims": len(list), "sum": sum, "written": out}, func(w io.Writer) {
					fmt.Fprintf(w, "公示 %d 笔 claims, 合计 %s 元（%s），已写入 written: %s\n", len(list), sum.Display(), claimsheet.TenThousand(sum), out)
				})
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "查询人 who asks: ORG/USER (needed)")
	cmd.Flags().StringVar(&out, "out", "", "输出文件 .xlsx or .pdf (needed)")
	cmd.Flags().StringVar(&at, "at", "", "截至日期 YYYY-MM-DD (default: the open business day)")
	return cmd
}

func publicWriter(out string) (func(io.Writer, []claimsheet.Public, calendar.Date) error, error) {
	switch strings.ToLower(filepath.Ext(out)) {
	case ".xlsx":
		return claimsheet.WritePublicXLSX, nil
	case ".pdf":
		return claimsheet.WritePublicPDF, nil
	}
	return nil, sheetKind(out)
}

func sheetKind(name string) *problem {
	return &problem{Exit: exitUsage, Code: "FILE_KIND", Field: "--out", Limit: ".xlsx, .pdf", Value: name, Zh: "文件类型须为 .xlsx 或 .pdf", En: "a sheet is a workbook or a PDF", Hint: "--out claim.xlsx"}
}

// writeFile writes a file that its owner alone may read.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = write(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// publicity asks every book for its claims in publicity, bank by bank.
func publicity(ctx context.Context, c *book.Client, on calendar.Date) ([]claimsheet.Public, calendar.Date, error) {
	tables, err := book.Show(ctx, c.Ledger())
	if err != nil {
		return nil, on, err
	}
	if on == 0 {
		on = tables.Open
	}
	var list []claimsheet.Public
	for _, m := range tables.Members {
		if m.Party != command.Bank {
			continue
		}
		q := compensation.PublicQuery{At: on}
		for {
			var answer compensation.PublicAnswer
			if err := c.Ask(ctx, m.Book, compensation.PublicityList.Name, q, &answer); err != nil {
				return nil, on, err
			}
			for _, line := range answer.Lines {
				list = append(list, claimsheet.Public{Bank: m.Name(on).Zh, PublicLine: line})
			}
			if q.After = answer.Next; q.After == "" {
				break
			}
		}
	}
	slices.SortFunc(list, func(a, b claimsheet.Public) int { // no order that says anything
		if n := strings.Compare(a.Bank, b.Bank); n != 0 {
			return n
		}
		return strings.Compare(a.Claim, b.Claim)
	})
	return list, on, nil
}
