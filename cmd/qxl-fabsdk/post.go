package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
)

func newPostCommand(a *app) *cobra.Command {
	var x access
	var chaincode, name, lane, file string
	var endorsers []string
	cmd := &cobra.Command{
		Use:   "post",
		Short: "post a command, or a batch of one command 提交指令",
		Long: `Posts the content in FILE as a command; a list of contents goes as one batch, in which each
has its own outcome. Opaque IDs that the content leaves out are looked up by number, or drawn.

Who endorses follows from the command's lane: your own organization's peer where it may, and
otherwise the fewest of the Commission (C), the central bank (P) and the finance department (F)
that suffice. If one does not answer, another takes its place where the lane leaves the choice.
--endorsers names others; the private content goes to these peers and to nobody else.

Safe to repeat: a command is recognised by its business number.`,
		Example: `  qxl-fabsdk post --profile connection.yaml --org BankA --cert cert.pem --key key.pem \
      --chaincode book-banka --command loan.Repay --content repay.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if chaincode == "" || name == "" || file == "" {
				return usagef("--chaincode, --command and --content are needed")
			}
			if _, err := fabsdk.Lane(chaincode, name, lane); err != nil {
				return err
			}
			contents, err := a.contents(file)
			if err != nil {
				return err
			}
			commands := make([]fabsdk.Command, len(contents))
			for i, content := range contents {
				commands[i] = fabsdk.Command{Name: name, Content: content}
			}
			conn, err := x.connect()
			if err != nil {
				return err
			}
			defer conn.Close()
			p := fabsdk.Posting{Chaincode: chaincode, Lane: lane}
			for _, org := range endorsers {
				msp, err := conn.Resolve(org)
				if err != nil {
					return err
				}
				p.Endorsers = append(p.Endorsers, msp)
			}
			client := fabsdk.NewClient(conn)
			if p.Commands, err = client.Fill(cmd.Context(), chaincode, commands); err != nil {
				return err
			}
			posted, err := client.Post(cmd.Context(), p)
			if err != nil {
				return err
			}
			return a.printPosted(posted)
		},
	}
	x.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&chaincode, "chaincode", "", "book-<bank> or commons 账簿 (needed)")
	f.StringVar(&name, "command", "", "command, such as loan.Repay 指令 (needed)")
	f.StringVar(&file, "content", "", "JSON file with its content, - for standard input 内容文件 (needed)")
	f.StringVar(&lane, "lane", "", "lane of a command that this program does not know")
	f.StringSliceVar(&endorsers, "endorsers", nil, "organizations whose peers endorse, such as BankA,Finance 背书机构 (default: by lane)")
	return cmd
}

var outcomeZh = map[string]string{fabsdk.Accepted: "已受理", fabsdk.Refused: "拒绝", fabsdk.AlreadyApplied: "已登记过", fabsdk.Retry: "需重试"}

// printPosted shows the outcome of each command; the exit code is 1 if one
// was not accepted.
func (a *app) printPosted(p *fabsdk.Posted) error {
	type row struct {
		fabsdk.Result
		Zh      string `json:"zh,omitempty"`
		Message string `json:"message,omitempty"`
	}
	document := struct {
		*fabsdk.Posted
		Results []row `json:"results"`
	}{Posted: p, Results: make([]row, len(p.Results))}
	exit := error(nil)
	for i, r := range p.Results {
		document.Results[i].Result = r
		if r.Refusal != nil {
			document.Results[i].Zh, document.Results[i].Message = sentences(r.Refusal)
		}
		if r.Outcome != fabsdk.Accepted && r.Outcome != fabsdk.AlreadyApplied {
			exit = silent(exitRefused)
		}
	}
	err := a.print(document, func(w io.Writer) {
		for i, r := range document.Results {
			number := ""
			if len(document.Results) > 1 {
				number = fmt.Sprintf("%d ", i+1)
			}
			fmt.Fprintf(w, "%s%s: %s %s\n", number, r.Command, outcomeZh[r.Outcome], r.Outcome)
			if f := r.Refusal; f != nil {
				fmt.Fprintf(w, "  %s %s: %s\n", f.Code, r.Zh, r.Message)
				if f.Field != "" {
					fmt.Fprintf(w, "  field %s; limit %s; actual %s\n", f.Field, f.Limit, f.Actual)
				}
			}
		}
		fmt.Fprintf(w, "交易 transaction %s, lane %s, block %d\n", p.Transaction, p.Lane, p.Block)
	})
	if err != nil {
		return err
	}
	return exit
}

func sentences(r *refusal.Refusal) (zh, en string) {
	if reason, ok := surface.FindReason(r.Code); ok {
		return reason.Zh, reason.En
	}
	return r.Code, r.Code
}
