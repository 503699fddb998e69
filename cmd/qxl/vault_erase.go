package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

func newVaultApproveCommand(a *app, f *vaultFlags) *cobra.Command {
	var as, of, out, subject, basis, no string
	var first, last uint64
	cmd := &cobra.Command{
		Use:   "approve",
		Short: "签署删除 sign an erasure: as who requests it, or, with --of, as who approves it",
		Long: `An erasure takes two people of the organization: one requests, another approves, each with a signature of their own.
  qxl vault approve --subject NO --basis pipl-47 --request REQ-1 --as BankA/officer1 -o request.json
  qxl vault approve --of request.json --as BankA/approver1 -o approval.json
  qxl vault erase --approval request.json --approval approval.json
依据 legal bases: ` + basesText() + `. --request and --basis stand in the log, which is public: a code, never a name.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if as == "" {
				return signerMissing()
			}
			if err := needed("output", out); err != nil {
				return err
			}
			person, err := a.signer(as)
			if err != nil {
				return err
			}
			if of != "" {
				first, err := readApproval(of)
				if err != nil {
					return err
				}
				if first.Person == person.Name() {
					return &problem{Exit: exitRefused, Code: "ERASURE_REFUSED", Field: "--as", Limit: "not " + first.Person, Value: as, Zh: "申请人不得批准自己的申请", En: "who requests does not approve", Hint: "have another person approve"}
				}
				return a.writeApproval(first.Request, vault.Approver, person, out)
			}
			if err := needed("subject", subject, "basis", basis, "request", no); err != nil {
				return err
			}
			return f.withLog(cmd, a, func(v *vault.Vault, log vaultLog) error {
				request, err := v.Propose(subject, log.Name(), basis, no, first, last)
				if err != nil {
					return err
				}
				text, err := request.Encode()
				if err != nil {
					return err
				}
				return a.writeApproval(text, vault.Requester, person, out)
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&as, "as", "", "签署人 who signs: ORG/USER (needed)")
	flags.StringVar(&of, "of", "", "申请文件 the requester's file, to approve it")
	flags.StringVar(&subject, "subject", "", "信息主体 whose records")
	flags.Uint64Var(&first, "first", 0, "起 first of the subject's records in the log (all by default)")
	flags.Uint64Var(&last, "last", 0, "止 last of them")
	flags.StringVar(&basis, "basis", "", "法律依据 code of the legal basis")
	flags.StringVar(&no, "request", "", "申请编号 number of the request, opaque")
	flags.StringVarP(&out, "output", "o", "", "输出文件 file to write (needed)")
	return cmd
}

func basesText() string {
	var list []string
	for _, code := range slices.Sorted(maps.Keys(vault.Bases)) {
		list = append(list, code+" "+vault.Bases[code])
	}
	return strings.Join(list, "; ")
}

// signer opens a person of this state directory with the key.
func (a *app) signer(as string) (*wallet.Person, error) {
	dir, err := a.peopleDir()
	if err != nil {
		return nil, err
	}
	return wallet.Open(dir, as, wallet.Passphrase(dir, wallet.Prompt))
}

func (a *app) writeApproval(request string, role vault.Role, p *wallet.Person, out string) error {
	approval, err := vault.Sign(request, role, p, time.Now())
	if err != nil {
		return err
	}
	if err := a.output(out, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(approval)
	}); err != nil {
		return err
	}
	return a.print(map[string]string{"file": out, "role": string(role), "person": approval.Person}, func(w io.Writer) {
		if role == vault.Requester {
			fmt.Fprintf(w, "已签申请 requested by %s: %s\n下一步 next: qxl vault approve --of %s --as ORG/APPROVER -o FILE\n", approval.Person, out, out)
			return
		}
		fmt.Fprintf(w, "已签批准 approved by %s: %s\n下一步 next: qxl vault erase --approval … --approval %s\n", approval.Person, out, out)
	})
}

func readApproval(path string) (vault.Approval, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return vault.Approval{}, err
	}
	return vault.ParseApproval(raw)
}

func newVaultEraseCommand(a *app, f *vaultFlags) *cobra.Command {
	var files []string
	cmd := &cobra.Command{
		Use:   "erase",
		Short: "依法删除 erase what two people have signed: destroy the key, delete the ciphertext, tell the log",
		Long: `Carries out an erasure: the subject's key, or that of the records in the range, is destroyed, the ciphertext deleted, and a
leaf with the legal basis appended, so that an audit tells erased from missing. It cannot be undone, and an interrupted one
is carried to its end. Keys that were shared before are named: their holders must be asked to delete.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var approvals []vault.Approval
			for _, path := range files {
				x, err := readApproval(path)
				if err != nil {
					return err
				}
				approvals = append(approvals, x)
			}
			people, err := a.peopleDir()
			if err != nil {
				return err
			}
			return f.withLog(cmd, a, func(v *vault.Vault, log vaultLog) error {
				roots, err := wallet.Roots(people, v.Organization)
				if err != nil {
					return err
				}
				e, err := v.Erase(cmd.Context(), log, roots, approvals...)
				if err != nil {
					return err
				}
				var holders []vault.Share
				for r, err := range v.Of(e.Request.Subject) {
					if err != nil {
						return err
					}
					if r.Erased != e.Request.No {
						continue
					}
					shares, err := v.Shares(r.ID)
					if err != nil {
						return err
					}
					holders = append(holders, shares...)
				}
				document := struct {
					sequenced
					Holders []vault.Share `json:"holders"`
				}{sequenced{Request: e.Request.No, Erased: e.Records, Log: e.Receipt.Log, Seq: e.Receipt.Seq, LeafHash: e.Receipt.LeafHash, State: e.Receipt.State}, holders}
				return a.print(document, func(w io.Writer) {
					fmt.Fprintf(w, "已删除 %d 条记录，密钥已销毁 %d records erased, key destroyed\n", e.Records, e.Records)
					document.write(w)
					for _, s := range holders {
						fmt.Fprintf(w, "须请其删除 ask to delete: %s 记录 %s 用途 %s\n", s.To, s.Record, s.Purpose)
					}
				})
			})
		},
	}
	cmd.Flags().StringArrayVar(&files, "approval", nil, "签署文件 a signed file of qxl vault approve; two are needed")
	return cmd
}
