package main

import (
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/test-network/sample"
)

func newSampleCommand(a *app) *cobra.Command {
	o := sample.Options{}
	cmd := &cobra.Command{
		Use:   "sample",
		Short: "生成合成数据 write the day files of a synthetic province",
		Long: `Writes the day files that the central bank, the Commission and the banks of an invented Qinghai would
send, and manifest.json: the order to send them in, who sends each, the lines that the ledger refuses on
purpose, and each bank's totals. The same seed, size and banks give the same bytes.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if o.Dir == "" {
				return &problem{Exit: exitUsage, Code: "DIR_MISSING", Field: "--dir", Zh: "请用 --dir 指明目录", En: "no directory given", Hint: "--dir DIR"}
			}
			if least := 10 * len(o.Banks); len(o.Banks) == 0 || o.Loans < least {
				return &problem{Exit: exitUsage, Code: "SAMPLE_SIZE", Field: "--loans", Limit: fmt.Sprintf("at least %d", max(least, 10)), Value: fmt.Sprint(o.Loans),
					Zh: "贷款笔数过少", En: "a sample needs ten loans for each bank", Hint: "ask for more loans or fewer banks"}
			}
			m, err := sample.Generate(o)
			if err != nil {
				return err
			}
			return a.print(m, func(w io.Writer) {
				for _, f := range m.Files {
					fmt.Fprintf(w, "qxl import %s --as %s\n", filepath.Join(o.Dir, f.Name), f.As)
				}
				for _, f := range m.Balances {
					fmt.Fprintf(w, "qxl reconcile %s --as %s\n", filepath.Join(o.Dir, f.Name), f.As)
				}
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "dir", "", "directory to write to 目录 (needed)")
	f.Uint64Var(&o.Seed, "seed", sampleSeed, "what the data depends on 随机种子")
	f.IntVar(&o.Loans, "loans", sample.SmallSize, "loans disbursed by all banks together 贷款笔数")
	f.StringSliceVar(&o.Banks, "banks", []string{"BankA", "BankB"}, "banks, by short name 银行")
	return cmd
}
