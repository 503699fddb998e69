package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/bench"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// Parts of a benchmark, in the order in which they make sense: a part and its
// baseline take turns, so that what else the machine does hits both. e and f
// cannot: books stay open, and each import on a ledger is slower than the one
// before. So each starts on a ledger just made, which a slash says.
const (
	allParts      = "a,b,a,b,a,b,c,d,c,d,c,d/e,e,e/f,f,f"
	embeddedParts = "a,b,c,d,c,d,e,e,e,f,f"
	// moreBooks are opened before part f.
	moreBooks = 38
	// singlesOnFabric and singlesEmbedded are how many single commands are on
	// their way at once: what keeps the engine busy.
	singlesOnFabric, singlesEmbedded = 128, 8
)

func newBenchCommand(a *app) *cobra.Command {
	b := &benching{app: a}
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "measure throughput on a ledger of its own 性能测试",
		Long: `Makes the sample consortium in a temporary state of its own, measures, and leaves nothing.
  a  single commands of an empty rule that writes one private value
  b  single repayments, each of its own loan
  c  batches of a rule that only copies each loan, one for every loan
  d  batches of repayments, one of every loan
  e  the banks' day files from CSV to receipt; subjects, grants and applications are in
  f  e with 38 more books open
  g  three ends of day of all loans: the first classifies 4 %, the second, a day later, none, the third,
     more than a year later, all; its figures are per loan, not per command
  h  the month-end run of the compensation scheme over all loans, filed and claimed: caps, breakers, sums worked
     out again, deadlines; its figures are per loan
  l  every organization appends records to its evidence log, a thousand a batch, as fast as the machine lets it, and
     anchors the log once a second; its figures are per anchored record
  p  d again, for some seconds, while this program, peers and chaincode are profiled (Fabric only; see --profile)
  q  e likewise, once
  r  b likewise
A part may be named several times; a slash starts a new ledger: e,e/f,f. a and c need a program built with -tags bench.
A command counts when every peer has its block. docs/performance.md has figures and explains them.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return b.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.BoolVar(&b.fabric, "fabric", false, "on a native Fabric network 使用 Fabric 网络")
	f.StringVar(&b.parts, "parts", "", "parts in order (default "+allParts+"; embedded "+embeddedParts+") 测试项")
	f.IntVar(&b.seconds, "seconds", 20, "length of each run of a, b and l 测试时长")
	f.IntVar(&b.loans, "loans", 20_000, "loans of parts b, c, d, g and h 贷款笔数")
	f.IntVar(&b.sample, "sample", sample.FullSize, "loans in the day files of e and f 日终文件贷款笔数")
	f.IntVar(&b.batch, "batch", 0, "commands in a transaction 每笔交易的指令数")
	f.IntVar(&b.inFlight, "in-flight", 0, "transactions at once 并发交易数")
	f.StringVar(&b.profiles, "profile", "", "directory for the CPU profiles of parts p, q and r 性能剖析目录")
	return cmd
}

// benching is one run of the program.
type benching struct {
	app                                     *app
	fabric                                  bool
	parts, profiles                         string
	seconds, loans, sample, batch, inFlight int

	session  *session
	bench    *bench.Bench
	report   bench.Report
	state    string
	files    []bench.File        // of the sample, in the order in which they are sent
	opened   int                 // books beside the banks' own
	more     bool                // the books of part f are open
	free     []map[string]string // books that nobody has written, one of each bank
	chainPro map[string]string   // profiler of each organization's chaincode process
}

func (b *benching) run(ctx context.Context) (err error) {
	if b.parts == "" {
		b.parts = embeddedParts
		if b.fabric {
			b.parts = allParts
		}
	}
	for _, parts := range strings.Split(b.parts, "/") {
		if err := b.check(strings.Split(parts, ",")); err != nil {
			return err
		}
	}
	b.report.Machine = bench.ThisMachine()
	for _, parts := range strings.Split(b.parts, "/") {
		if err = b.ledger(ctx, parts); err != nil {
			break // what was measured before is worth reading
		}
	}
	b.report.Compare()
	if err := errors.Join(err, b.app.print(&b.report, b.report.Write)); err != nil {
		return err
	}
	for _, r := range b.report.Ratios {
		if !r.Met {
			return silent(exitRefused)
		}
	}
	return nil
}

// ledger makes a ledger, runs parts on it and removes it.
func (b *benching) ledger(ctx context.Context, parts string) (err error) {
	dir, err := os.MkdirTemp("", "qxl-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	b.state, b.app.stateDir = dir, dir
	b.files, b.free, b.opened, b.more = nil, nil, 0, false
	if b.fabric {
		defer func() {
			stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Minute)
			defer cancel()
			if _, down := network.Down(stop, filepath.Join(dir, fabricEngine)); err == nil {
				err = down
			}
		}()
	}
	if err := b.open(ctx); err != nil {
		return err
	}
	defer b.session.Close()
	defer b.bench.Close()
	b.report.Engine = b.session.engine
	if strings.ContainsAny(parts, "bcdghpr") {
		if err := b.record(b.bench.Populate(ctx, b.loans)); err != nil {
			return err
		}
		b.report.Loans = b.loans
	}
	if strings.ContainsAny(parts, "efq") {
		if err := b.generate(); err != nil {
			return err
		}
	}
	for _, part := range strings.Split(parts, ",") {
		if err := b.part(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (b *benching) check(parts []string) error {
	for _, part := range parts {
		switch {
		case !slices.Contains([]string{"a", "b", "c", "d", "e", "f", "g", "h", "l", "p", "q", "r"}, part):
			return &problem{Exit: exitUsage, Code: "PART_UNKNOWN", Field: "--parts", Limit: "a, b, c, d, e, f, g, h, l, p, q, r", Value: part, Zh: "没有这个测试项", En: "no such part"}
		case (part == "a" || part == "c") && !bench.HasBaselines():
			return &problem{Exit: exitUsage, Code: "BASELINE_MISSING", Field: "--parts", Value: part, Zh: "本程序不含基准指令", En: "this program has no baselines",
				Hint: "go build -tags bench ./cmd/qxl, or leave parts a and c out"}
		case strings.Contains("pqr", part) && !b.fabric:
			return &problem{Exit: exitUsage, Code: "PART_NEEDS_NETWORK", Field: "--parts", Value: part, Zh: "该测试项需要 Fabric 网络", En: "this part needs a network", Hint: "add --fabric"}
		case strings.Contains("pqr", part) && b.profiles == "":
			return &problem{Exit: exitUsage, Code: "PROFILE_MISSING", Field: "--profile", Zh: "请指明剖析结果目录", En: "parts p, q and r need a directory for their profiles", Hint: "--profile DIR"}
		}
	}
	if b.loans < 1 || b.loans > 200_000 {
		return &problem{Exit: exitUsage, Code: "LOANS_RANGE", Field: "--loans", Limit: "1..200000", Value: fmt.Sprint(b.loans), Zh: "贷款笔数超出范围", En: "number of loans out of range"}
	}
	return nil
}

// part runs one part.
func (b *benching) part(ctx context.Context, part string) error {
	switch part {
	case "a":
		return b.record(b.bench.Empty(ctx, time.Duration(b.seconds)*time.Second))
	case "b":
		return b.record(b.bench.Single(ctx, time.Duration(b.seconds)*time.Second))
	case "c":
		return b.record(b.bench.Copy(ctx))
	case "d":
		return b.record(b.bench.Repay(ctx))
	case "g":
		runs, err := b.bench.EndsOfDay(ctx)
		for _, r := range runs {
			err = errors.Join(err, b.record(r, nil))
		}
		return err
	case "h":
		if err := b.record(b.bench.File(ctx)); err != nil {
			return err
		}
		return b.record(b.bench.MonthEnd(ctx))
	case "l":
		return b.record(b.bench.Anchors(ctx, time.Duration(b.seconds)*time.Second))
	case "r":
		return b.profile(ctx, func() error {
			r, err := b.bench.Single(ctx, profiled)
			r.Part = part
			return b.record(r, err)
		})
	case "p":
		return b.profile(ctx, func() error {
			var err error
			for until := time.Now().Add(profiled); err == nil && time.Now().Before(until); {
				var r bench.Run
				r, err = b.bench.Repay(ctx)
				r.Part = part
				err = b.record(r, err)
			}
			return err
		})
	}
	if part == "f" && !b.more {
		b.more, b.free = true, nil
		if err := b.openBooks(ctx, moreBooks); err != nil {
			return err
		}
	}
	if len(b.free) == 0 {
		if err := b.openBooks(ctx, len(books(b.session.topology))); err != nil {
			return err
		}
	}
	bookOf := b.free[0]
	b.free = b.free[1:]
	if part == "q" {
		return b.importFiles(ctx, part, bookOf, b.profile)
	}
	return b.importFiles(ctx, part, bookOf, func(_ context.Context, run func() error) error { return run() })
}

func (b *benching) record(r bench.Run, err error) error {
	if err != nil {
		return err
	}
	b.report.Runs = append(b.report.Runs, r)
	b.app.say("%-10s %6d transactions  %7d commands  %7.2f s  %8.0f commands/s  p50 %.0f ms  others %.2f cores", r.Part, r.Transactions, r.Commands, r.Seconds, r.CommandsPerSecond, r.P50, r.Others)
	return nil
}

// generate writes the day files of the sample.
func (b *benching) generate() error {
	dir := filepath.Join(b.state, "sample")
	var banks []string
	for _, o := range b.session.topology.Organizations {
		if o.Party == topology.Bank {
			banks = append(banks, o.Name)
		}
	}
	m, err := sample.Generate(sample.Options{Seed: sampleSeed, Loans: b.sample, Banks: banks, Dir: dir})
	if err != nil {
		return err
	}
	for _, f := range m.Files {
		org, _, err := wallet.Split(f.As)
		if err != nil {
			return err
		}
		o, _ := b.session.topology.Organization(org)
		b.files = append(b.files, bench.File{Path: filepath.Join(dir, f.Name), Person: f.As, Organization: org, MSP: o.MSP, Party: party(o.Party)})
	}
	return nil
}

// importFiles enters what the authorities send before the banks and measures
// the banks' files.
func (b *benching) importFiles(ctx context.Context, part string, bookOf map[string]string, around func(context.Context, func() error) error) error {
	receipts, err := os.MkdirTemp(b.state, "receipts-")
	if err != nil {
		return err
	}
	first := slices.IndexFunc(b.files, func(f bench.File) bool { return f.Party == "B" })
	if err := b.bench.Enter(ctx, b.files[:first], bookOf, receipts); err != nil {
		return err
	}
	var banks []bench.File
	for _, f := range b.files[first:] {
		if f.Party == "B" {
			banks = append(banks, f)
		}
	}
	return around(ctx, func() error { return b.record(b.bench.Import(ctx, part, banks, bookOf, receipts)) })
}

// target says who stands where.
func (b *benching) target(ctx context.Context) (bench.Target, error) {
	t := b.session.topology
	c := holder(t, topology.PartyC)
	var operators []string
	for _, p := range c.People {
		if p.Role == "operator" {
			operators = append(operators, c.Name+"/"+p.User)
		}
	}
	bank := holder(t, topology.Bank)
	roles := map[string][]string{}
	for _, p := range bank.People {
		roles[p.Role] = append(roles[p.Role], bank.Name+"/"+p.User)
	}
	if len(operators) < 2 || len(roles["officer"]) < 2 || len(roles["approver"]) < 1 {
		return bench.Target{}, fmt.Errorf("the topology has too few people: two operators, two officers and an approver of %s are needed", bank.Name)
	}
	l, err := b.session.As(ctx, operators[0])
	if err != nil {
		return bench.Target{}, err
	}
	defer l.Close()
	tables, err := book.Show(ctx, l)
	if err != nil {
		return bench.Target{}, err
	}
	x := bench.Target{Factory: b.session.Factory, Members: book.FromTables(tables), Enters: operators[0], Applies: operators[1], Opens: b.session.person(topology.PartyP, "officer"), Agrees: b.session.person(topology.PartyF, "approver"),
		Bank: bench.Bank{Name: bank.Name, MSP: bank.MSP, Book: bookName(bank.Name), Accepts: roles["officer"][0], Decides: roles["approver"][0], Lends: roles["officer"][1]},
		Data: filepath.Join(b.session.dir, "data"), Workers: singlesOnFabric, BatchSize: b.batch, InFlight: b.inFlight,
		Processes: func() (map[string][]int, error) { return map[string][]int{}, nil }, Peers: operators[:1]}
	for _, o := range t.Organizations {
		k := bench.Keeper{MSP: o.MSP}
		for _, p := range o.People {
			switch p.Role {
			case "approver":
				k.Signs = o.Name + "/" + p.User
			case "officer", "operator":
				k.Keeps = o.Name + "/" + p.User
			}
		}
		if len(o.Peers) > 0 && k.Signs != "" && k.Keeps != "" {
			x.Keepers = append(x.Keepers, k)
		}
	}
	if !b.fabric {
		x.Workers, x.Data = singlesEmbedded, b.session.dir
		return x, nil
	}
	x.Peers = nil
	for _, o := range t.Organizations {
		if len(o.Peers) > 0 {
			x.Peers = append(x.Peers, o.Name+"/"+o.People[0].User)
		}
	}
	x.Processes = func() (map[string][]int, error) {
		s, err := network.Inspect(ctx, string(layout.Dir(b.session.dir)))
		if err != nil {
			return nil, err
		}
		pids := map[string][]int{}
		for _, n := range s.Nodes {
			pids[n.Kind] = append(pids[n.Kind], n.PID)
		}
		return pids, nil
	}
	return x, nil
}
