package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

var checkedKinds = []struct {
	kind   identifier.Kind
	zh, en string
}{
	{identifier.USCC, "统一社会信用代码", "unified social credit code, GB 32100-2015"},
	{identifier.ResidentID, "公民身份号码", "resident ID, GB 11643-1999"},
	{identifier.Institution, "金融机构编码", "institution code of a lender"},
}

// newCheckCommand checks a code by its form alone; it needs no ledger.
func newCheckCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "check uscc|resident-id|institution CODE",
		Short: "校验代码 check a code by its form",
		Long: `校验代码的格式和校验码，不查询任何登记系统。
Check a code's form and check character; no register is asked.

Letters are taken as upper case. A warning 提示 is something that genuine old
codes may have, an error 错误 is not. Exit codes: 0 valid, 1 not valid, 2 usage.`,
		Example: `  qxl check uscc 91630000226593742J
  qxl check resident-id 11010519491231002X --json
  qxl check institution C1010211000012`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("say what to check: uscc, resident-id or institution")
			}
			return usagef("unknown kind of code %q: choose uscc, resident-id or institution", invalid.Shown(args[0]))
		},
	}
	for _, k := range checkedKinds {
		cmd.AddCommand(&cobra.Command{
			Use:   string(k.kind) + " CODE",
			Short: k.zh + " " + k.en,
			Args: func(_ *cobra.Command, args []string) error {
				if len(args) != 1 {
					return usagef("check %s takes one code, got %d", k.kind, len(args))
				}
				return nil
			},
			RunE: func(_ *cobra.Command, args []string) error {
				check, _ := identifier.Code(k.kind, args[0])
				if err := a.print(check, func(w io.Writer) { writeCheck(w, k.zh, check) }); err != nil {
					return err
				}
				if !check.Valid {
					return silent(exitRefused)
				}
				return nil
			},
		})
	}
	return cmd
}

func writeCheck(w io.Writer, name string, check identifier.Check) {
	verdict := "有效 valid"
	if !check.Valid {
		verdict = "无效 not valid"
	}
	fmt.Fprintf(w, "%s %s: %s\n", name, invalid.Shown(check.Value), verdict)
	for _, f := range check.Errors {
		fmt.Fprintf(w, "  错误 error %s: %s\n", f.Code, f.Message)
	}
	for _, f := range check.Warnings {
		fmt.Fprintf(w, "  提示 warning %s: %s\n", f.Code, f.Message)
	}
}
