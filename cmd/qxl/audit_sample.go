package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/audit"
)

func newAuditSampleCommand(a *app) *cobra.Command {
	var f auditFlags
	var seed, count uint64
	var rate, detect, damaged string
	cmd := &cobra.Command{
		Use:   "sample ORG",
		Short: "抽样审计 audit leaves of a log that are picked at random, with the stated probability of detection",
		Long: `Picks leaves of the last anchored tree by the seed, proves each to be in it, and hashes its ciphertext where the vault is
here. Who knows the seed and the anchored size picks the same leaves again (docs/auditor.md says how), so draw the seed
after the anchor, where the owner cannot foresee it: the hash of a later block, a die in both parties' presence.
Where a share f of the leaves is damaged, a sample of n meets some with probability 1-(1-f)^n at least.
How many are picked: --rate of all, or --count, or as many as --detect needs for --damaged.`,
		Example: "  qxl audit sample BankA --as Audit/auditor1 --seed 20260731 --rate 1%\n  qxl audit sample BankA --as Audit/auditor1 --seed 20260731 --damaged 0.1% --detect 99%",
		Args:    cobra.ExactArgs(1),
	}
	f.add(cmd)
	fl := cmd.Flags()
	fl.Uint64Var(&seed, "seed", 0, "种子 number that the leaves are picked by (needed)")
	fl.StringVar(&rate, "rate", "", "比例 part of all leaves: 0.01, 1%")
	fl.Uint64Var(&count, "count", 0, "条数 how many leaves")
	fl.StringVar(&detect, "detect", "", "发现概率 probability with which damage is to be found: 0.99, 99%")
	fl.StringVar(&damaged, "damaged", "", "损坏比例 the share of damaged leaves that it is stated for: 0.001, 0.1%")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ways := 0
		for _, given := range []bool{rate != "", count > 0, detect != ""} {
			if given {
				ways++
			}
		}
		if ways != 1 || detect != "" && damaged == "" {
			return &problem{Exit: exitUsage, Code: "SAMPLE_SIZE", Field: "--rate", Limit: "--rate, --count, or --detect with --damaged", Zh: "请指明抽样数量", En: "say how many leaves to pick, in one way", Hint: "for example --rate 1%"}
		}
		if !cmd.Flags().Changed("seed") {
			return needed("seed", "")
		}
		return f.with(a, cmd.Context(), args[0], func(ctx context.Context, x *audited) error {
			n, err := count, error(nil)
			if head := x.Ledger.Head(); rate != "" && head != nil {
				n, err = audit.SampleSize(rate, head.Size)
			} else if detect != "" {
				n, err = audit.SampleFor(damaged, detect)
			}
			if err != nil {
				return err
			}
			shares := []string{"0.1%", "1%", "5%"}
			if damaged != "" {
				shares = append([]string{damaged}, shares...)
			}
			r, err := x.Sample(ctx, seed, n, shares...)
			if err != nil {
				return err
			}
			if err := a.print(r, func(w io.Writer) { writeSample(w, r) }); err != nil || r.Clean() {
				return err
			}
			return silent(exitRefused)
		})
	}
	return cmd
}

// shownPicks is how many picked leaves stand on a page; --json has all.
const shownPicks = 20

func writeSample(w io.Writer, r *audit.SampleReport) {
	writeAnchored(w, &r.LogReport)
	fmt.Fprintf(w, "抽样 sample: 种子 seed %d，%d 条之 %d of %d leaves\n", r.Seed, r.Of, r.Count, r.Of)
	var picks []string
	for _, seq := range r.Picked[:min(shownPicks, len(r.Picked))] {
		picks = append(picks, fmt.Sprint(seq))
	}
	if len(r.Picked) > shownPicks {
		picks = append(picks, "…")
	}
	fmt.Fprintf(w, "选中 picked: %s\n完好 good: %d\n", strings.Join(picks, " "), r.Good)
	for _, d := range r.Detection {
		fmt.Fprintf(w, "若有 %s 损坏，发现概率 were %s damaged, it would be met with probability %s\n", d.Damaged, d.Damaged, percent(d.Probability))
	}
	writeVaultAudit(w, &r.LogReport)
	writeFindings(w, &r.LogReport)
}

// percent never says more than is so.
func percent(p float64) string { return fmt.Sprintf("%.2f%%", math.Floor(p*10000)/100) }
