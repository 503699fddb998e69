package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
)

func newAuditBundleCommand(a *app) *cobra.Command {
	var as, out string
	var open []string
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "bundle RECEIPT",
		Short: "证据包 put all that proves a receipt into one file, which needs no network",
		Long: `Adds to a receipt the block that holds its anchor, the orderers' certificates, and a later block whose transaction has read
what the anchor wrote, which confirms it: the next anchor of the log, a cosignature. A receipt that is sequenced only is
proven anew from the organization's log, if that is here and was anchored meanwhile.
--field opens a field of the record, from the organization's vault: file.sha256 lets a verifier check the file itself.
The bundle that is written verifies; whoever gets it can see the leaf, the transactions of its blocks, and opened fields.`,
		Example: `  qxl audit bundle receipt.txt --as BankA/officer1 -o contract.bundle --field file.sha256`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("output", out); err != nil {
				return err
			}
			r, err := readReceipt(args[0])
			if err != nil {
				return err
			}
			return a.auditSource(cmd.Context(), as, func(ctx context.Context, s *session, source *audit.Source) error {
				org := s.orgOfLog(r.Log)
				if r.Anchor == nil {
					if r, err = a.proveAgain(org, r); err != nil {
						return err
					}
				}
				b, v, err := a.confirmed(ctx, source, r, wait)
				if err != nil {
					return err
				}
				if len(open) > 0 {
					if b.Fields, err = a.disclose(org, r, open); err != nil {
						return err
					}
				}
				text, err := b.Encode()
				if err != nil {
					return err
				}
				if err := a.output(out, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
					return err
				}
				return a.print(map[string]any{"file": out, "bytes": len(text), "state": v.State, "transaction": v.TxID, "block": v.Block, "confirmations": v.Confirms}, func(w io.Writer) {
					fmt.Fprintf(w, "证据包 bundle: %s, %d 字节 bytes, %s %s\n", out, len(text), auditStates[v.State], v.State)
					if v.State == audit.Unconfirmed {
						fmt.Fprintln(w, "下一次锚定之后再做一次即可确认 make it again after the log's next anchor, within a minute or so")
					}
				})
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "谁来取 who asks: ORG/USER, whose peer answers (needed)")
	f.StringVarP(&out, "output", "o", "", "输出文件 file to write (needed)")
	f.StringArrayVar(&open, "field", nil, "披露字段 name of a field to open, from the vault (several times)")
	f.DurationVar(&wait, "wait", 0, "等待确认 how long to wait for a confirmation")
	return cmd
}

func readReceipt(path string) (evidencelog.Receipt, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return evidencelog.Receipt{}, inputFile(path, err)
	}
	return evidencelog.ParseReceipt(text)
}

// orgOfLog is the short name of the organization whose log it is, "" of none.
func (s *session) orgOfLog(origin string) string {
	msp, _ := evidence.OwnerOfLog(origin)
	for _, o := range s.topology.Organizations {
		if o.MSP == msp {
			return o.Name
		}
	}
	return ""
}

// proveAgain makes the receipt of the same leaf from the log itself.
func (a *app) proveAgain(org string, r evidencelog.Receipt) (again evidencelog.Receipt, err error) {
	state, err := a.state()
	if err != nil {
		return r, err
	}
	log, err := evidencelog.Open(logDir(state, org), evidencelog.Options{})
	var missing *evidencelog.MissingError
	if errors.As(err, &missing) {
		return r, nil // it stays what it is: sequenced
	}
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	again, err = log.Prove(r.Seq)
	if err == nil && (again.Log != r.Log || again.LeafHash != r.LeafHash) {
		err = &problem{Exit: exitRefused, Code: "RECEIPT_OTHER_LOG", Field: "RECEIPT", Value: fmt.Sprintf("%s %d", r.Log, r.Seq), Zh: "回执与本机构日志不符", En: "the log here has another leaf in that place"}
	}
	return again, err
}

// confirmed makes the bundle, again and again until it is confirmed or the
// time is over.
func (a *app) confirmed(ctx context.Context, source *audit.Source, r evidencelog.Receipt, wait time.Duration) (*audit.Bundle, *audit.Verdict, error) {
	until := time.Now().Add(wait)
	for {
		b, v, err := source.Bundle(ctx, r)
		if err != nil || v.State == audit.Confirmed || !time.Now().Before(until) {
			return b, v, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		case <-time.After(min(time.Second, time.Until(until))):
		}
	}
}

// disclose opens fields of the record that a receipt is about.
func (a *app) disclose(org string, r evidencelog.Receipt, names []string) (*vault.Disclosed, error) {
	f := vaultFlags{org: org}
	var d *vault.Disclosed
	err := f.with(a, func(v *vault.Vault) error {
		for record, err := range v.Records() {
			if err != nil {
				return err
			}
			if record.Log != r.Log || record.Seq != r.Seq {
				continue
			}
			opened, err := v.Disclose(record.ID, names...)
			d = &opened
			return err
		}
		return &problem{Exit: exitUsage, Code: "RECORD_UNKNOWN", Field: "RECEIPT", Value: fmt.Sprintf("%s %d", r.Log, r.Seq), Zh: "保险库中没有该记录", En: "the vault here has no record in that place of the log"}
	})
	return d, err
}
