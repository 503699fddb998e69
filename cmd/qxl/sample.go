package main

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/test-network/sample"
)

func newSampleCommand(a *app) *cobra.Command {
	o := sample.Options{}
	var year bool
	var rhythm string
	cmd := &cobra.Command{
		Use:   "sample",
		Short: "生成合成数据 write the day files of a synthetic province",
		Long: `Writes the day files that the central bank, the Commission and the banks of an invented Qinghai would
send, and manifest.json: the order to send them in, who sends each, the lines that the ledger refuses on
purpose, and each bank's totals. The same seed, size and banks give the same bytes.

With --year it is a year of the banks' life instead: from ` + sample.YearFirst.String() + ` to ` + sample.YearLast.String() + `, the files of each
business day (or week, or month), each bank's end of day after them, its balances each quarter. In it happens
what can happen to a loan but its filing for compensation. Printed are the commands to run, in their order.`,
		Example: `  qxl sample --dir files --loans 200
  qxl sample --year --rhythm monthly --dir year --loans 60 > year.sh   # 一年: 逐行执行 run the lines in order`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.Dir == "" {
				return &problem{Exit: exitUsage, Code: "DIR_MISSING", Field: "--dir", Zh: "请用 --dir 指明目录", En: "no directory given", Hint: "--dir DIR"}
			}
			if year {
				return a.sampleYear(o, rhythm)
			}
			if cmd.Flags().Changed("rhythm") {
				return usagef("--rhythm goes with --year")
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
				sends(w, "import", o.Dir, m.Files)
				sends(w, "reconcile", o.Dir, m.Balances)
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&o.Dir, "dir", "", "directory to write to 目录 (needed)")
	f.Uint64Var(&o.Seed, "seed", sampleSeed, "what the data depends on 随机种子")
	f.IntVar(&o.Loans, "loans", sample.SmallSize, "loans disbursed by all banks together 贷款笔数")
	f.StringSliceVar(&o.Banks, "banks", []string{"BankA", "BankB"}, "banks, by short name 银行")
	f.BoolVar(&year, "year", false, "a year of the banks' life, day by day 银行的一年")
	f.StringVar(&rhythm, "rhythm", sample.Rhythms[sample.Daily], "with --year, how often files are sent and days closed: "+strings.Join(sample.Rhythms, ", ")+" 报送与日终频率")
	return cmd
}

// sampleYear writes a year of the banks' life.
func (a *app) sampleYear(o sample.Options, rhythm string) error {
	how := slices.Index(sample.Rhythms, rhythm)
	if how < 0 {
		return &problem{Exit: exitUsage, Code: "RHYTHM_UNKNOWN", Field: "--rhythm", Limit: strings.Join(sample.Rhythms, ", "), Value: rhythm,
			Zh: "频率未知", En: "unknown rhythm", Hint: "--rhythm monthly"}
	}
	if len(o.Banks) == 0 || o.Loans < sample.LeastYear {
		return &problem{Exit: exitUsage, Code: "SAMPLE_SIZE", Field: "--loans", Limit: fmt.Sprintf("at least %d, for one bank or more", sample.LeastYear), Value: fmt.Sprint(o.Loans),
			Zh: "贷款笔数过少", En: "a year needs loans enough for everything to happen", Hint: "ask for more loans"}
	}
	m, err := sample.Year(sample.YearOptions{Seed: o.Seed, Loans: o.Loans, Banks: o.Banks, Rhythm: sample.Rhythm(how), Dir: o.Dir})
	if err != nil {
		return err
	}
	return a.print(m, func(w io.Writer) {
		for _, day := range m.Days {
			sends(w, "import", o.Dir, day.Files)
			for _, as := range day.EndOfDay {
				fmt.Fprintf(w, "qxl eod %s --as %s\n", day.Date, as)
			}
			sends(w, "reconcile", o.Dir, day.Balances)
		}
	})
}

// sends prints the command for each file.
func sends(w io.Writer, verb, dir string, files []sample.File) {
	for _, f := range files {
		fmt.Fprintf(w, "qxl %s %s --as %s\n", verb, filepath.Join(dir, f.Name), f.As)
	}
}
