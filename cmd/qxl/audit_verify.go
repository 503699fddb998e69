package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/audit"
)

var auditStates = map[audit.State]string{audit.Confirmed: "已确认", audit.Unconfirmed: "已锚定，待确认"}

// verified is what qxl audit verify prints.
type verified struct {
	*audit.Verdict
	File    string         `json:"file,omitempty"`
	FileIs  string         `json:"file_is,omitempty"`
	Refused *audit.Refused `json:"refused,omitempty"`
}

func newAuditVerifyCommand(a *app) *cobra.Command {
	var trust string
	var unconfirmed bool
	cmd := &cobra.Command{
		Use:   "verify [FILE] BUNDLE",
		Short: "离线核验 verify a bundle, and a file with it, from the consortium's root certificates alone",
		Long: `Reads three files and asks nobody: leaf, its place in the log's tree, the checkpoint, the transaction that anchored it,
its endorsers, the block, its orderers, a later transaction that confirms it. FILE may be the record's ciphertext (as
qxl vault export writes it), or the record itself where the bundle opens its field file.sha256.
Exit code 0: confirmed, and the file is the one. 1: refused, or anchored and not confirmed yet (--unconfirmed takes that).`,
		Example: "  qxl audit verify contract.pdf contract.bundle --trust trust.json",
		Args:    cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("trust", trust); err != nil {
				return err
			}
			t, err := readTrust(trust)
			if err != nil {
				return err
			}
			b, err := readBundle(args[len(args)-1])
			if err != nil {
				return err
			}
			out := verified{}
			out.Verdict, err = t.Verify(b)
			if err == nil && len(args) == 2 {
				out.File = args[0]
				out.FileIs, err = matchFile(cmd.Context(), out.Verdict, args[0])
			}
			if err != nil && !errors.As(err, &out.Refused) {
				return err
			}
			if err := a.print(out, func(w io.Writer) { writeVerified(w, out) }); err != nil {
				return err
			}
			if out.Refused != nil || out.State != audit.Confirmed && !unconfirmed {
				return silent(exitRefused)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&trust, "trust", "", "信任文件 file that qxl audit trust wrote, or a directory with trust.json (needed)")
	cmd.Flags().BoolVar(&unconfirmed, "unconfirmed", false, "接受待确认 take an anchor that nothing confirms yet")
	return cmd
}

func readBundle(path string) (*audit.Bundle, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, inputFile(path, err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, audit.MaxBundle+1))
	if err != nil {
		return nil, inputFile(path, err)
	}
	if strings.HasPrefix(string(text), "c2sp.org/tlog-proof") {
		return nil, &problem{Exit: exitUsage, Code: "BUNDLE_NEEDED", Field: "BUNDLE", Value: path, Zh: "这是回执，离线核验需要证据包", En: "this is a receipt: it does not hold the block",
			Hint: "while the network runs: qxl audit bundle RECEIPT --as ORG/USER -o FILE"}
	}
	return audit.DecodeBundle(text)
}

func matchFile(ctx context.Context, v *audit.Verdict, path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", inputFile(path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", inputFile(path, err)
	}
	return v.Match(ctx, f, info.Size())
}

func writeVerified(w io.Writer, o verified) {
	if r := o.Refused; r != nil {
		fmt.Fprintf(w, "不予采信 REFUSED %s: %s\n%s\n", r.Code, r.Zh, r.En)
		if o.Verdict == nil {
			return
		}
		fmt.Fprintln(w, "存证本身 the leaf itself:")
	}
	v := o.Verdict
	fmt.Fprintf(w, "%s %s\n", auditStates[v.State], v.State)
	line := func(label, format string, args ...any) { fmt.Fprintf(w, "  "+label+": "+format+"\n", args...) }
	if o.FileIs != "" {
		line("文件 file", "%s (%s)", o.File, fileIs[o.FileIs])
	}
	line("日志 log", "%s, 第 %d 条 leaf %d, %s %s", v.Log, v.Seq, v.Seq, v.Kind, v.Schema)
	line("叶子哈希 leaf hash", "%s", v.LeafHash)
	if v.CID != "" {
		line("密文地址 CID", "%s", v.CID)
	}
	for _, f := range v.Fields {
		line("字段 field", "%s = %q", f.Name, f.Value)
	}
	line("锚定 anchor", "序号 sequence %d, %d 条 leaves, 根 root %s", v.Sequence, v.Size, v.Root)
	line("区块 block", "%s %d, %s", v.Channel, v.Block, v.Time.UTC().Format(time.RFC3339))
	line("交易 transaction", "%s", v.TxID)
	line("排序签名 orderers", "%s", strings.Join(v.Orderers, ", "))
	line("背书 endorsers", "%s", strings.Join(v.Endorsers, ", "))
	for _, c := range v.Confirms {
		line("确认 confirmed by", "%s, 区块 block %d, 交易 transaction %s", c.Says, c.Block, c.TxID)
	}
	if v.State == audit.Unconfirmed {
		fmt.Fprintln(w, "  同时背书的两次锚定中有一次无效，须有后续交易确认 of two anchors endorsed at once one is void: make the bundle again after the log's next anchor")
	}
}

var fileIs = map[string]string{audit.Ciphertext: "该记录的密文 the record's ciphertext", audit.Plaintext: "该记录原文 the record itself"}
