package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/disclosure"
)

func newDiscloseFieldsCommand(a *app) *cobra.Command {
	var org, out string
	var names []string
	cmd := &cobra.Command{
		Use:   "fields RECEIPT",
		Short: "字段证明 open fields of an own record, with the proof that they are the anchored leaf's; the rest stays closed",
		Long: `Opens fields of a record of the organization's own vault into a file that anybody can verify, offline too. It asks nobody and
tells nobody: whoever hands it over needs a ground in law. Another organization asks with qxl disclose ask --field.`,
		Example: "  qxl disclose fields receipt.txt --field amount --field overdue -o two.fields.json",
		Args:    cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := needed("output", out); err != nil {
				return err
			}
			if len(names) == 0 {
				return needed("field", "")
			}
			r, err := readReceipt(args[0])
			if err != nil {
				return err
			}
			f := vaultFlags{org: org}
			if _, org, err = f.dir(a); err != nil {
				return err
			}
			if r.Anchor == nil {
				if r, err = a.proveAgain(org, r); err != nil {
					return err
				}
			}
			d, err := a.disclose(org, r, names)
			if err != nil {
				return err
			}
			p, err := disclosure.ProveFields(*d, r)
			if err != nil {
				return err
			}
			raw, err := p.Encode()
			if err != nil {
				return err
			}
			if err := a.output(out, func(w io.Writer) error { _, err := w.Write(raw); return err }); err != nil {
				return err
			}
			return a.print(map[string]any{"file": out, "log": r.Log, "seq": r.Seq, "leaf": r.LeafHash, "fields": opened(p)}, func(w io.Writer) { fmt.Fprintf(w, "已写入 written: %s, %d 个字段 fields\n", out, len(p.Fields)) })
		},
	}
	cmd.Flags().StringVar(&org, "org", "", "机构 the organization's short name (the only vault here by default)")
	cmd.Flags().StringArrayVar(&names, "field", nil, "字段 name of a field to open; may be repeated (needed)")
	cmd.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write (needed)")
	return cmd
}

func opened(p *disclosure.FieldProof) []vaultField {
	list := []vaultField{}
	for _, f := range p.Fields {
		list = append(list, vaultField{f.Name, string(f.Value)})
	}
	return list
}

func newDiscloseVerifyCommand(a *app) *cobra.Command {
	var as, trust, bundle, leaf string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "核验字段 verify a field proof: the fields are the leaf's, and the leaf is in the log",
		Long: `Verifies that the opened fields belong to the record of a leaf, and that the leaf is in its owner's log: offline against a bundle
of qxl audit bundle and a trust file, against the ledger with --as, or against a leaf's hash that you know already.`,
		Example: "  qxl disclose verify two.fields.json --bundle report.bundle --trust trust.json\n  qxl disclose verify two.fields.json --as BankA/officer1",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := os.ReadFile(args[0])
			if err != nil {
				return inputFile(args[0], err)
			}
			p, err := disclosure.DecodeFields(raw)
			if err != nil {
				return err
			}
			_, r, err := p.Verify()
			if err != nil {
				return err
			}
			document := map[string]any{"log": r.Log, "seq": r.Seq, "leaf": r.LeafHash, "fields": opened(p)}
			state := ""
			switch {
			case bundle != "" && trust != "":
				v, err := verifiedBundle(bundle, trust)
				if err != nil {
					return err
				}
				if v.LeafHash != r.LeafHash {
					return &problem{Exit: exitRefused, Code: "FIELDS_OTHER_LEAF", Field: "--bundle", Limit: r.LeafHash.String(), Value: v.LeafHash.String(), Zh: "证据包是另一条记录的", En: "the bundle proves another leaf"}
				}
				state = string(v.State)
			case leaf != "":
				if leaf != hex.EncodeToString(r.LeafHash[:]) {
					return &problem{Exit: exitRefused, Code: "FIELDS_OTHER_LEAF", Field: "--leaf", Limit: leaf, Value: r.LeafHash.String(), Zh: "字段属于另一条记录", En: "the fields are another leaf's"}
				}
				state = "LEAF"
			case as != "":
				err := a.withClient(cmd.Context(), as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
					anchored, err := disclosure.Anchored(ctx, c, r)
					if state = "SEQUENCED"; anchored {
						state = "ANCHORED"
					}
					return err
				})
				if err != nil {
					return err
				}
			default:
				return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--bundle", Zh: "请指明依据：--bundle 与 --trust、--as 或 --leaf", En: "say what the leaf is held to: --bundle and --trust, --as, or --leaf"}
			}
			document["verdict"] = state
			return a.print(document, func(w io.Writer) {
				fmt.Fprintf(w, "字段属于该记录 the fields are the record's: %s #%d, %s\n", r.Log, r.Seq, state)
				for _, f := range p.Fields {
					fmt.Fprintf(w, "  %s = %s\n", f.Name, f.Value)
				}
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&bundle, "bundle", "", "证据包 bundle of the same record")
	f.StringVar(&trust, "trust", "", "信任文件 the consortium's root certificates")
	f.StringVar(&as, "as", "", "查询人 who asks the ledger: ORG/USER")
	f.StringVar(&leaf, "leaf", "", "叶子摘要 hash of the leaf, known from elsewhere")
	return cmd
}

func verifiedBundle(bundle, trust string) (*audit.Verdict, error) {
	t, err := readTrust(trust)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(bundle)
	if err != nil {
		return nil, inputFile(bundle, err)
	}
	b, err := audit.DecodeBundle(text)
	if err != nil {
		return nil, err
	}
	return t.Verify(b)
}
