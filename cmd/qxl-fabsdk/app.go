package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// app is what every verb shares. A test runs the program in process through
// run.
type app struct {
	in  io.Reader
	out io.Writer // results only
	err io.Writer

	json     bool
	answered bool // a JSON document has been printed
}

// run executes one command line and returns the exit code.
func run(ctx context.Context, args []string, in io.Reader, out, errw io.Writer) int {
	a := &app{in: in, out: out, err: errw}
	a.json = frontdoor.AsksJSON(args)
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(errw)
	root.SetErr(errw)
	if frontdoor.AsksHelp(args) {
		root.SetOut(out)
	}
	return a.finish(root.ExecuteContext(ctx))
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "qxl-fabsdk",
		Short: "post to and query the 青信链 ledger through a fabric-sdk-go connection profile",
		Long: `For members whose systems hold a connection profile of fabric-sdk-go (archived, v1.0.0).
New systems use qxl and the gateway: docs/fabric-sdk-go.md says why.

Exit codes: 0 done, 1 refused by a rule, 2 wrong usage or input, 3 infrastructure`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return frontdoor.Misused(cmd, "没有这个命令", "unknown command %q for qxl-fabsdk", args[0])
			}
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.PersistentFlags().BoolVar(&a.json, "json", a.json, "print one JSON document on standard output 以 JSON 输出结果")
	for _, verb := range []*cobra.Command{newPostCommand(a), newQueryCommand(a), newProfileCommand(a)} {
		verb.Args = cobra.NoArgs
		root.AddCommand(verb)
	}
	frontdoor.UsageErrors(root)
	return root
}

// print writes a result: the document as JSON with --json, else the text.
func (a *app) print(document any, text func(io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	a.answered = true
	return frontdoor.WriteJSON(a.out, document)
}
