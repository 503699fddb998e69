package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func newTxCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "tx", Short: "交易查询 look at transactions"})
	cmd.AddCommand(newTxShowCommand(a))
	return cmd
}

// txDocument is a transaction as everybody on the channel sees it, and its
// private receipt where the asker holds the lane's collection.
type txDocument struct {
	*ledger.Transaction
	Lane    string                 `json:"lane"`
	Counted map[string]int         `json:"outcomes,omitempty"`
	Receipt *command.ReceiptAnswer `json:"receipt,omitempty"`
	Note    string                 `json:"note,omitempty"` // why there is no receipt
}

func newTxShowCommand(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "交易详情 who signed as which post, block, validation code, lane, outcomes",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
				tx, err := c.Ledger().Transaction(ctx, strings.TrimSpace(args[0]))
				if err != nil {
					return err
				}
				d := &txDocument{Transaction: tx, Lane: laneOf(tx)}
				if d.Lane != "" {
					r, err := c.Receipt(ctx, receiptsOf(tx, d.Lane), d.Lane, tx.TxID, "")
					switch {
					case err != nil:
						d.Note = err.Error()
					case r.Found:
						d.Receipt, d.Counted = r, map[string]int{}
						for _, x := range r.Results {
							d.Counted[x.Outcome]++
						}
					case single(tx) && tx.Validation == "VALID":
						d.Counted = map[string]int{command.Accepted.String(): 1}
						d.Note = "单笔受理，无需回执 a single command that was accepted keeps none"
					default:
						d.Note = "无回执 none"
					}
				}
				return a.print(d, d.write)
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "who asks: ORG/USER 查询人 (needed)")
	return cmd
}

// single reports whether a transaction's function names its one command.
func single(tx *ledger.Transaction) bool {
	name, _, _ := strings.Cut(tx.Function, ":")
	return definitionOf(tx.Chaincode, name) != nil
}

// laneOf tells a transaction's lane from its public envelope.
func laneOf(tx *ledger.Transaction) string {
	if (tx.Function == "batch:Submit" || tx.Function == "batch:SubmitFor") && len(tx.Args) > 0 {
		return tx.Args[0]
	}
	name, _, _ := strings.Cut(tx.Function, ":")
	if d := definitionOf(tx.Chaincode, name); d != nil {
		return d.Describe().Lane.Name
	}
	return ""
}

// receiptsOf is the chaincode that keeps a transaction's receipt: of a joint
// lane, the book that its last argument names.
func receiptsOf(tx *ledger.Transaction, lane string) string {
	for _, l := range command.Commons.Lanes() {
		if l.Name == lane && l.Joint() && len(tx.Args) > 0 {
			return tx.Args[len(tx.Args)-1]
		}
	}
	return tx.Chaincode
}

func (d *txDocument) write(w io.Writer) {
	fmt.Fprintf(w, "交易 transaction   %s\n", d.TxID)
	fmt.Fprintf(w, "区块 block         %d, 第 %d 笔 position %d\n", d.Block, d.Index+1, d.Index)
	fmt.Fprintf(w, "校验 validation    %s\n", d.Validation)
	fmt.Fprintf(w, "时间 time          %s\n", d.Time.In(command.Beijing).Format("2006-01-02 15:04:05 -07:00"))
	fmt.Fprintf(w, "链码 chaincode     %s %s %s\n", d.Chaincode, d.Function, strings.Join(d.Args, " "))
	fmt.Fprintf(w, "通道 lane          %s\n", d.Lane)
	fmt.Fprintf(w, "提交 creator       %s\n", signer(d.Creator))
	for _, e := range d.Endorsers {
		fmt.Fprintf(w, "背书 endorser      %s\n", signer(e))
	}
	for _, o := range []command.Outcome{command.Accepted, command.AlreadyApplied, command.Refused, command.Retry} {
		if n := d.Counted[o.String()]; n > 0 {
			fmt.Fprintf(w, "结果 outcome       %s %s: %d\n", o.Zh(), o, n)
		}
	}
	if d.Receipt == nil {
		fmt.Fprintf(w, "回执 receipt       %s\n", d.Note)
		return
	}
	t := table{columns: []column{{head: "#", right: true}, {head: "指令"}, {head: "原因 reason"}, {head: "字段 field"}, {head: "限值 limit"}, {head: "实际 actual"}}}
	for i, r := range d.Receipt.Results {
		if x := r.Refusal; x != nil {
			t.add(fmt.Sprint(i+1), r.Command, reasonText(x), x.Field, x.Limit, x.Actual)
		}
	}
	if len(t.rows) > 0 {
		t.write(w)
	}
}

func reasonText(r *refusal.Refusal) string {
	zh, _ := r.Texts()
	return r.Code + " " + zh
}

func signer(s ledger.Signer) string {
	text := s.MSP
	if s.Post != "" {
		text += " " + s.Post
	}
	if len(s.Roles) > 0 {
		text += " (" + strings.Join(s.Roles, ",") + ")"
	}
	if len(s.Fingerprint) >= 16 {
		text += " 证书 " + s.Fingerprint[:16]
	}
	return text
}
