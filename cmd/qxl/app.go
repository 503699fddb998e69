package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// app is what every verb shares: the streams, the global flags and nothing
// that is open. A test runs the program in process through run.
type app struct {
	in  io.Reader
	out io.Writer // results only
	err io.Writer // progress, hints, errors

	json     bool
	stateDir string // --state; see state()
	engine   string // --engine: fabric, embedded, or "" for whichever is up

	answered bool // a JSON document has been printed
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	a := &app{in: in, out: out, err: errw}
	a.json = frontdoor.AsksJSON(args)
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(errw) // help and usage; results are written by a.print only
	root.SetErr(errw)
	var help strings.Builder
	switch {
	case a.json:
		root.SetOut(&help) // as a document below
	case frontdoor.AsksHelp(args):
		root.SetOut(out)
	}
	err := root.ExecuteContext(ctx)
	if err == nil && help.Len() > 0 && !a.answered {
		err = a.print(map[string]string{"help": help.String()}, nil)
	}
	return a.finish(err)
}

// state is the state directory: --state, $QXL_STATE, $XDG_STATE_HOME/qxl or
// ~/.local/state/qxl.
func (a *app) state() (string, error) {
	if a.stateDir != "" {
		return filepath.Abs(a.stateDir)
	}
	if dir := os.Getenv("QXL_STATE"); dir != "" {
		return filepath.Abs(dir)
	}
	if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "qxl"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", &problem{Exit: exitUsage, Code: "STATE_UNKNOWN", Field: "--state",
			Zh: "不知道状态目录在哪里", En: "no state directory: HOME is not set", Hint: "give --state DIR or set QXL_STATE"}
	}
	return filepath.Join(home, ".local", "state", "qxl"), nil
}

// terminal reports whether progress may redraw its line.
func (a *app) terminal() bool {
	f, ok := a.err.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// print writes a result: the document as JSON with --json, else the text.
// A verb calls it once.
func (a *app) print(document any, text func(io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	a.answered = true
	return frontdoor.WriteJSON(a.out, document)
}

// say writes a message for people, never a result.
func (a *app) say(format string, args ...any) {
	fmt.Fprintf(a.err, format+"\n", args...)
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "qxl",
		Short: "青信链 Qingxinlian: the credit ledger that Qinghai's lenders and authorities share",
		Long: `青信链：青海省各银行与主管部门共用的信贷账本：授权、贷款、还款。
Qingxinlian — the ledger that Qinghai's development commission, central bank
branch, finance department and banks share: authorizations, loans, repayments.

从这里开始 Start here:
              ./scripts/run            示例联盟，单进程 sample consortium in one process
              ./scripts/run --fabric   真实网络 the same on a native Fabric BFT network
退出码 Exit codes: 0 完成 done, 1 规则拒绝 refused by a rule, 2 用法或输入有误 wrong usage or input, 3 基础设施 infrastructure`,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return frontdoor.Misused(cmd, "没有这个命令", "unknown command %q for qxl", args[0])
			}
			return cmd.Help()
		},
		Args: cobra.ArbitraryArgs,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", a.json, "print one JSON document on standard output 以 JSON 输出结果")
	flags.StringVar(&a.engine, "engine", "", "fabric or embedded (default: the one that was made here) 账本引擎")
	flags.StringVar(&a.stateDir, "state", "", "state directory 状态目录 (default $QXL_STATE or ~/.local/state/qxl)")
	for _, verb := range verbs {
		root.AddCommand(verb(a))
	}
	frontdoor.UsageErrors(root)
	return root
}
