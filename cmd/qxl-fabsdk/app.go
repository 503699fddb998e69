package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"
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
	for _, arg := range args { // known before cobra parses, so that a usage error is JSON too
		if arg == "--" {
			break
		}
		if arg == "--json" || arg == "--json=true" {
			a.json = true
		}
	}
	root := newRootCommand(a)
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(errw)
	root.SetErr(errw)
	if len(args) == 0 || args[0] == "help" || contains(args, "-h") || contains(args, "--help") {
		root.SetOut(out)
	}
	return a.finish(root.ExecuteContext(ctx))
}

func contains(args []string, flag string) bool {
	for _, arg := range args {
		if arg == flag {
			return true
		}
	}
	return false
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
				return usagef("unknown command %q for qxl-fabsdk", args[0])
			}
			return cmd.Help()
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usagef("%v", err) })
	root.PersistentFlags().BoolVar(&a.json, "json", a.json, "print one JSON document on standard output 以 JSON 输出结果")
	for _, verb := range []*cobra.Command{newPostCommand(a), newQueryCommand(a), newProfileCommand(a)} {
		verb.Args = func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unexpected argument %q", args[0])
			}
			return nil
		}
		root.AddCommand(verb)
	}
	return root
}

// print writes a result: the document as JSON with --json, else the text.
func (a *app) print(document any, text func(io.Writer)) error {
	if !a.json {
		text(a.out)
		return nil
	}
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	a.answered = true
	return enc.Encode(document)
}
