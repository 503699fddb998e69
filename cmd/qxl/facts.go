package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/facts"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func newFactsCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "facts", Short: "事实包 fact packs: what a collection holds, provable against the blocks"})
	cmd.AddCommand(newFactsExportCommand(a), newFactsCheckCommand(a))
	return cmd
}

// exported is what an export tells.
type exported struct {
	File string `json:"file"`
	*facts.Trailer
}

func newFactsExportCommand(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "export CHAINCODE/COLLECTION FILE",
		Short: "导出事实包 write what the own peer holds of a collection",
		Long: `Writes every private value of a collection, as it is stored, to FILE: docs/fact-packs.md describes it.
Whoever gets the file checks it with qxl facts check against blocks of a peer of its own. A page
shows its neighbours, so packs are for authorities and auditors only. The file is whole or not there.`,
		Example: `  qxl facts export book-banka/loan banka-loan.facts --as Finance/approver1
  qxl facts export commons/fund fund.facts --as Audit/auditor1`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			chaincode, collection, ok := strings.Cut(args[0], "/")
			if !ok || chaincode == "" || collection == "" {
				return &problem{Exit: exitUsage, Code: "COLLECTION_NAME", Field: "CHAINCODE/COLLECTION", Value: args[0], Zh: "须写明链码与集合", En: "write chaincode and collection",
					Hint: "for example book-banka/loan or commons/fund"}
			}
			return a.withFacts(cmd.Context(), as, func(ctx context.Context, c *book.Client, blocks ledger.Blocks, msp string) error {
				watch := newWatch(a)
				defer watch.end()
				file, err := os.CreateTemp(filepath.Dir(args[1]), "."+filepath.Base(args[1])+".*")
				if err != nil {
					return inputFile(args[1], err)
				}
				defer os.Remove(file.Name())
				defer file.Close()
				t, err := facts.Export(ctx, facts.Source{Client: c, Blocks: blocks, By: msp, Progress: func(done, of uint64, values int) {
					watch.tell("区块 blocks %d/%d, %d 项 values", done, of, values)
				}}, chaincode, collection, file)
				if err != nil {
					return err
				}
				if err := errors.Join(file.Sync(), file.Close(), os.Rename(file.Name(), args[1])); err != nil {
					return inputFile(args[1], err)
				}
				return a.print(exported{args[1], t}, func(w io.Writer) {
					fmt.Fprintf(w, "事实包 fact pack %s: %d 项 values, 已清除 purged %d, SHA-256 %s\n", args[1], t.Values, t.Purged, t.SHA256)
				})
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "who exports: an auditor or approver of a member 导出人 (needed)")
	return cmd
}

func newFactsCheckCommand(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "核验事实包 check a fact pack against the blocks of the own peer",
		Long: `Replays the blocks of the checker's own peer and names each value that was altered, left out, put
in or swapped, and each aggregate whose log does not give its state. Trusts nothing that the file says
of itself. Exit code 1 if anything is found.`,
		Example: `  qxl facts check banka-loan.facts --as Audit/auditor1`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := readPack(args[0])
			if err != nil {
				return err
			}
			var v *facts.Verdict
			if err := a.withFacts(cmd.Context(), as, func(ctx context.Context, c *book.Client, blocks ledger.Blocks, _ string) error {
				v, err = a.checkPack(ctx, c, blocks, p)
				return err
			}); err != nil {
				return err
			}
			if err := a.print(v, func(w io.Writer) { writeVerdict(w, v) }); err != nil {
				return err
			}
			if len(v.Findings) > 0 {
				return silent(exitRefused)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "who checks: ORG/USER, whose peer's blocks count 核验人 (needed)")
	return cmd
}

// readPack reads a fact pack, of which nothing has been checked then.
func readPack(path string) (*facts.Pack, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, inputFile(path, err)
	}
	defer file.Close()
	p, err := facts.Read(file)
	if err != nil {
		return nil, &problem{Exit: exitUsage, Code: "FACTS_FORMAT", Field: path, Zh: "不是完整的事实包", En: err.Error(), Hint: "ask its maker for the file again"}
	}
	return p, nil
}

// checkPack checks a pack against the blocks of the asker's own peer.
func (a *app) checkPack(ctx context.Context, c *book.Client, blocks ledger.Blocks, p *facts.Pack) (*facts.Verdict, error) {
	height, err := c.Ledger().Height(ctx)
	if err != nil {
		return nil, err
	}
	watch := newWatch(a)
	defer watch.end()
	return facts.Check(ctx, p, blocks, height, func(done, of uint64) { watch.tell("区块 blocks %d/%d", done, of) })
}

func writeVerdict(w io.Writer, v *facts.Verdict) {
	for _, f := range v.Findings {
		fmt.Fprintf(w, "%s %s (%s): %s\n", f.Code, f.Zh, f.Key, f.En)
	}
	verdict := "完整属实 whole and true"
	if n := len(v.Findings); n > 0 {
		verdict = fmt.Sprintf("%d 处问题 findings", n)
	}
	fmt.Fprintf(w, "%s/%s, 区块 blocks %d: %d 项 values, %d 个对象 aggregates, 已清除 purged %d: %s\n",
		v.Header.Chaincode, v.Header.Collection, v.Header.Blocks, v.Values, v.Aggregates, v.Purged, verdict)
}

// withFacts opens the ledger as a person whose engine reads blocks.
func (a *app) withFacts(ctx context.Context, as string, do func(context.Context, *book.Client, ledger.Blocks, string) error) error {
	return a.withClient(ctx, as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
		blocks, ok := c.Ledger().(ledger.Blocks)
		if !ok {
			return fmt.Errorf("the %s engine reads no blocks", s.engine)
		}
		org, _, err := wallet.Split(as)
		if err != nil {
			return err
		}
		msp := ""
		for _, o := range s.topology.Organizations {
			if o.Name == org {
				msp = o.MSP
			}
		}
		return do(ctx, c, blocks, msp)
	})
}

// watch tells how a long walk comes along: at most twice a second on a
// terminal, every ten seconds elsewhere.
type watch struct {
	app  *app
	last time.Time
}

func newWatch(a *app) *watch { return &watch{app: a, last: time.Now()} }

func (w *watch) tell(format string, args ...any) {
	every := 10 * time.Second
	if w.app.terminal() {
		every = 500 * time.Millisecond
	}
	if time.Since(w.last) < every {
		return
	}
	w.last = time.Now()
	if w.app.terminal() {
		fmt.Fprintf(w.app.err, "\r\033[K"+format, args...)
		return
	}
	w.app.say(format, args...)
}

func (w *watch) end() {
	if w.app.terminal() {
		fmt.Fprint(w.app.err, "\r\033[K")
	}
}
