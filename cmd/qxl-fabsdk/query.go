package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
)

func newQueryCommand(a *app) *cobra.Command {
	var x access
	var chaincode, name, file, peer string
	cmd := &cobra.Command{
		Use:   "query",
		Short: "ask a query 查询",
		Long: `Asks your own organization's peer, or that of --peer, and prints the answer's JSON. Nothing is
recorded on the ledger.`,
		Example: `  qxl-fabsdk query --profile connection.yaml --state DIR --as BankA/officer1 \
      --chaincode book-banka --query loan.Show --content show.json`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if chaincode == "" || name == "" {
				return usagef("--chaincode and --query are needed")
			}
			if surface.KindOf(chaincode) == "" {
				return &fabsdk.UsageError{Field: "--chaincode", Value: chaincode, Err: fmt.Errorf("chaincode %q is neither commons nor book-<bank>", chaincode)}
			}
			content := json.RawMessage("{}")
			if file != "" {
				contents, err := a.contents(file)
				if err != nil {
					return err
				}
				if len(contents) != 1 {
					return usagef("--content of a query is one JSON object, not a list")
				}
				content = contents[0]
			}
			conn, err := x.connect()
			if err != nil {
				return err
			}
			defer conn.Close()
			msp := ""
			if peer != "" {
				if msp, err = conn.Resolve(peer); err != nil {
					return err
				}
			}
			answer, err := fabsdk.NewClient(conn).Ask(cmd.Context(), msp, chaincode, name, content)
			if err != nil {
				return err
			}
			return a.print(answer, func(w io.Writer) {
				var b bytes.Buffer
				if json.Indent(&b, answer, "", "  ") == nil {
					b.WriteByte('\n')
					_, _ = b.WriteTo(w)
				}
			})
		},
	}
	x.flags(cmd)
	f := cmd.Flags()
	f.StringVar(&chaincode, "chaincode", "", "book-<bank> or commons 账簿 (needed)")
	f.StringVar(&name, "query", "", "query, such as loan.Show 查询 (needed)")
	f.StringVar(&file, "content", "", "JSON file with its content, - for standard input 内容文件")
	f.StringVar(&peer, "peer", "", "organization whose peer is asked 查询节点所属机构 (default: your own)")
	return cmd
}
