package frontdoor

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// AsksJSON finds --json before cobra parses, so that a usage error is JSON
// too.
func AsksJSON(args []string) bool {
	return has(args, "--json", "--json=true")
}

// AsksHelp reports whether the user wants help, which is then the result.
func AsksHelp(args []string) bool {
	return len(args) == 0 || has(args, "-h", "--help", "help")
}

func has(args []string, any ...string) bool {
	for _, arg := range args {
		if arg == "--" {
			return false
		}
		for _, x := range any {
			if arg == x {
				return true
			}
		}
	}
	return false
}

// Misused is wrong usage of a verb.
func Misused(cmd *cobra.Command, zh, format string, args ...any) error {
	return &Problem{Exit: Usage, Code: "USAGE", Zh: zh, En: fmt.Sprintf(format, args...), Hint: "see " + cmd.CommandPath() + " --help"}
}

// Group makes a verb that has only verbs below it tell which there are when
// none, or none that exists, is given.
func Group(cmd *cobra.Command) *cobra.Command {
	cmd.Args = cobra.ArbitraryArgs
	cmd.FParseErrWhitelist.UnknownFlags = true // they are the flags of the verb that was mistyped
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		var names []string
		for _, sub := range cmd.Commands() {
			if !sub.Hidden {
				names = append(names, sub.Name())
			}
		}
		p := Misused(cmd, "请写明要办理什么", "say what to do after %s", cmd.CommandPath()).(*Problem)
		if len(args) > 0 {
			p.Zh, p.En, p.Value = "没有这个命令", fmt.Sprintf("unknown command %q for %s", args[0], cmd.CommandPath()), args[0]
		}
		p.Field, p.Limit = cmd.CommandPath(), strings.Join(names, ", ")
		return p
	}
	return cmd
}

// UsageErrors makes wrong flags and a wrong number of arguments wrong usage,
// for a command and all below it.
func UsageErrors(cmd *cobra.Command) {
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return Misused(cmd, flagError(err), "%v", err) })
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if err := check(cmd, args); err != nil {
				if p, ok := err.(*Problem); ok {
					return p
				}
				if strings.HasPrefix(err.Error(), "unknown command") { // cobra's words for an argument that the verb does not take
					return Misused(cmd, "多余的参数", "unexpected argument %q after %s", args[0], cmd.CommandPath())
				}
				return Misused(cmd, "参数个数不对", "%s takes %q, got %d: %v", cmd.CommandPath(), cmd.Use, len(args), err)
			}
			return nil
		}
	}
	for _, sub := range cmd.Commands() {
		UsageErrors(sub)
	}
}

// flagError says in Chinese what pflag says in English.
func flagError(err error) string {
	text := err.Error()
	switch {
	case strings.Contains(text, "unknown"):
		return "没有这个选项"
	case strings.Contains(text, "needs an argument"):
		return "选项缺少取值"
	case strings.Contains(text, "invalid argument"):
		return "选项取值不对"
	}
	return "用法不对"
}
