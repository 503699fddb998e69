package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/topology"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// sampleSeed makes the sample that everybody sees.
const sampleSeed = 24

// newRunCommand is the main job behind scripts/run.
func newRunCommand(a *app) *cobra.Command {
	var fabric, check bool
	var loans, batch int
	cmd := &cobra.Command{
		Use:   "run",
		Short: "运行示例 the sample consortium from start to per-bank totals",
		Long: `Makes the sample consortium, writes the day files that its organizations would send, imports them
and prints each bank's totals. With --check: unattended, in a temporary state of its own, on free ports;
leaves nothing; the last line of standard output is a JSON summary.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r := &running{app: a, fabric: fabric, check: check, loans: loans, batch: batch}
			return r.run(cmd.Context())
		},
	}
	f := cmd.Flags()
	f.BoolVar(&fabric, "fabric", false, "on a native Fabric network 使用 Fabric 网络")
	f.BoolVar(&check, "check", false, "unattended, leaves nothing 无人值守")
	f.IntVar(&loans, "loans", sample.SmallSize, "loans in the sample, all banks together 贷款笔数")
	f.IntVar(&batch, "batch", 0, "lines in a transaction 每笔交易的行数")
	return cmd
}

type running struct {
	app           *app
	fabric, check bool
	loans, batch  int
	files         string // directory of the day files
}

// bankTotals are one bank's totals in the summary.
type bankTotals struct {
	MSP             string    `json:"msp"`
	Loans           int       `json:"loans"`
	Disbursed       money.Fen `json:"disbursed"`
	PrincipalRepaid money.Fen `json:"principal_repaid"`
	Outstanding     money.Fen `json:"outstanding"`
}

type summary struct {
	Engine string       `json:"engine"`
	Height uint64       `json:"height"`
	Digest string       `json:"digest"`
	Banks  []bankTotals `json:"banks"`
}

func (r *running) run(ctx context.Context) (err error) {
	a := r.app
	if r.check {
		dir, err := os.MkdirTemp("", "qxl-check-")
		if err != nil {
			return err
		}
		a.stateDir = dir
		defer os.RemoveAll(dir)
	}
	state, err := a.state()
	if err != nil {
		return err
	}
	a.engine = embeddedEngine
	if r.fabric {
		a.engine = fabricEngine
		if r.check {
			defer func() {
				stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
				defer cancel()
				if _, down := network.Down(stop, filepath.Join(state, fabricEngine)); err == nil {
					err = down
				}
			}()
		}
		if err := r.up(ctx, filepath.Join(state, fabricEngine)); err != nil {
			return err
		}
	}
	begun := time.Now()
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	m, err := r.generate(s, state)
	if err != nil {
		return err
	}
	a.say("示例文件 %d files of synthetic data in %s (%.1f s)", len(m.Files), r.files, time.Since(begun).Seconds())
	if err := r.importAll(ctx, s, m); err != nil {
		return err
	}
	sum, err := r.totals(ctx, s)
	if err != nil {
		return err
	}
	if r.check || a.json {
		a.json, a.answered = true, true
		return json.NewEncoder(a.out).Encode(sum)
	}
	r.show(sum, s)
	return nil
}

func (r *running) up(ctx context.Context, dir string) error {
	o := network.Options{StateDir: dir, FreePorts: r.check, Programs: programs.Options{}}
	if _, err := os.Stat(layout.Dir(dir).Topology()); err != nil {
		if o.Topology, err = loadTopology(""); err != nil {
			return err
		}
	}
	out := r.app.out
	r.app.out = r.app.err // what up prints is no result here
	json := r.app.json
	r.app.json = false
	err := r.app.upFabric(ctx, o)
	r.app.out, r.app.json = out, json
	return err
}

// generate writes the sample's files; they are the same for the same seed and
// size, so a second run finds its receipts.
func (r *running) generate(s *session, state string) (*sample.Manifest, error) {
	r.files = filepath.Join(state, "sample")
	if dir := os.Getenv("QXL_CHECK_DIR"); r.check && dir != "" {
		r.files = dir
	}
	var banks []string
	for _, o := range s.topology.Organizations {
		if o.Party == topology.Bank {
			banks = append(banks, o.Name)
		}
	}
	return sample.Generate(sample.Options{Seed: sampleSeed, Loans: r.loans, Banks: banks, Dir: r.files})
}

// importAll sends the files in the manifest's order. Files of different banks
// that stand next to each other are sent at the same time, as banks would.
func (r *running) importAll(ctx context.Context, s *session, m *sample.Manifest) error {
	subjects := newSubjects(s)
	send := func(ctx context.Context, f sample.File) error {
		begun := time.Now()
		receipt, err := r.app.importFile(ctx, s, subjects, f.As, filepath.Join(r.files, f.Name), dayfile.Options{BatchSize: r.batch})
		if err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		took := time.Since(begun)
		r.app.say("%-34s %-22s %6d 行 lines  已受理 %6d  已登记过 %6d  拒绝 %4d  %6.1f s", f.Name, f.As, receipt.Total, receipt.Accepted, receipt.Already, receipt.Progress.Refused, took.Seconds())
		return nil
	}
	for i := 0; i < len(m.Files); {
		j := i + 1
		for j < len(m.Files) && sameStep(m.Files[i:j], m.Files[j]) {
			j++
		}
		g, gctx := errgroup.WithContext(ctx)
		for _, f := range m.Files[i:j] {
			g.Go(func() error { return send(gctx, f) })
		}
		if err := g.Wait(); err != nil {
			return err
		}
		i = j
	}
	return nil
}

// sameStep tells whether a file is of yet another bank than those before it.
func sameStep(before []sample.File, f sample.File) bool {
	org := func(f sample.File) string { o, _, _ := strings.Cut(f.As, "/"); return o }
	if !strings.HasPrefix(org(f), "Bank") {
		return false
	}
	for _, b := range before {
		if !strings.HasPrefix(org(b), "Bank") || org(b) == org(f) {
			return false
		}
	}
	return true
}

func (r *running) totals(ctx context.Context, s *session) (*summary, error) {
	c := holder(s.topology, topology.PartyC)
	l, err := s.As(ctx, s.person(topology.PartyC, "operator"))
	if err != nil {
		return nil, err
	}
	defer l.Close()
	client, err := book.Open(ctx, l, c.MSP)
	if err != nil {
		return nil, err
	}
	sum := &summary{Engine: s.engine, Banks: []bankTotals{}}
	if sum.Height, err = l.Height(ctx); err != nil {
		return nil, err
	}
	if sum.Digest, err = client.Digest(ctx); err != nil {
		return nil, err
	}
	for _, o := range s.topology.Organizations {
		if o.Party != topology.Bank {
			continue
		}
		t := bankTotals{MSP: o.MSP}
		if err := client.Ask(ctx, bookName(o.Name), "loan.Totals", map[string]any{}, &t); err != nil {
			return nil, err
		}
		sum.Banks = append(sum.Banks, t)
	}
	return sum, nil
}

func (r *running) show(sum *summary, s *session) {
	w := r.app.out
	fmt.Fprintln(w)
	t := table{columns: []column{{head: "银行 bank"}, {head: "贷款 loans", right: true}, {head: "已发放 disbursed (元)", right: true}, {head: "已还本金 principal repaid (元)", right: true}, {head: "余额 outstanding (元)", right: true}}}
	for _, b := range sum.Banks {
		t.add(b.MSP, fmt.Sprint(b.Loans), b.Disbursed.Display(), b.PrincipalRepaid.Display(), b.Outstanding.Display())
	}
	t.write(w)
	fmt.Fprintf(w, "\n状态摘要 digest %s\n区块高度 height %d, engine %s\n", sum.Digest, sum.Height, sum.Engine)
	next(w, s)
}

func next(w io.Writer, s *session) {
	self, err := os.Executable()
	if err != nil {
		self = "qxl"
	}
	fmt.Fprintf(w, `
下一步 what to do next:
  %[1]s loan list --as BankA/officer1          BankA's own loans 本行贷款
  %[1]s loan list --as BankB/officer1 --bank BankA   refused: a rival 他行无权查看
  %[1]s consortium show --as Audit/auditor1    members, business day, LPR 公共信息
  %[1]s people                                 whose names --as takes 可用的人员
`, self)
	if s.engine == fabricEngine {
		fmt.Fprintf(w, "  %[1]s status                                 nodes and certificates 节点状态\n  %[1]s down                                   stop the network 停止网络\n", self)
	}
}
