package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
)

// vaultLog is the log that a vault's records are entered into.
type vaultLog struct{ *evidencelog.Log }

// Size is how many leaves it has.
func (l vaultLog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

// withLog opens the vault and its organization's log, and ends what an
// interrupted command has left to do in both.
func (f *vaultFlags) withLog(cmd *cobra.Command, a *app, do func(v *vault.Vault, log vaultLog) error) error {
	return f.with(a, func(v *vault.Vault) (err error) {
		state, err := a.state()
		if err != nil {
			return err
		}
		passphrase, work, err := a.passphrase()
		if err != nil {
			return err
		}
		opened, err := evidencelog.Open(logDir(state, v.Organization), evidencelog.Options{Passphrase: passphrase, WorkFactor: work})
		if err != nil {
			return err
		}
		debug.FreeOSMemory() // what opening the key took
		log := vaultLog{opened}
		defer func() { err = errors.Join(err, log.Close()) }()
		if _, err := v.Enter(cmd.Context(), log); err != nil {
			return err
		}
		if _, err := v.Resume(cmd.Context(), log); err != nil {
			return err
		}
		return do(v, log)
	})
}

// sequenced is what a verb that enters something into the log prints.
type sequenced struct {
	Record   string            `json:"record,omitempty"`
	CID      string            `json:"cid,omitempty"`
	Request  string            `json:"request,omitempty"`
	Erased   int               `json:"erased,omitempty"`
	Log      string            `json:"log"`
	Seq      uint64            `json:"seq"`
	LeafHash evidencelog.Hash  `json:"leaf_hash"`
	State    evidencelog.State `json:"state"`
}

func (s sequenced) write(w io.Writer) {
	fmt.Fprintf(w, "已存证 %s: %s 第 %d 号 leaf %d, hash %s\n下一步 next: qxl log anchor\n", s.State, s.Log, s.Seq, s.Seq, s.LeafHash)
}

func newVaultPutCommand(a *app, f *vaultFlags) *cobra.Command {
	var subject, schema, name, corrects, receiptFile string
	var fields []string
	var keep retention
	cmd := &cobra.Command{
		Use:   "put FILE",
		Short: "存入 encrypt a file, store it and enter it into the log",
		Long: `Encrypts a file of any size (- for standard input), stores it, and appends its leaf to the organization's log. When this
returns, all of it is on the disk, and the receipt says "sequenced"; qxl log anchor makes it "anchored".`,
		Example: `  qxl vault put 合同.pdf --subject 91630100MA75ABCD12 --schema contract/1 --field contract=HT-2026-001 --field amount=500000.00`,
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n := vault.New{Subject: subject, Schema: schema, Name: name}
			err := needed("subject", subject, "schema", schema)
			if err == nil {
				n.Fields, err = parseFields(fields)
			}
			if err == nil {
				n.Retain, err = keep.day()
			}
			if err == nil && corrects != "" {
				n.Corrects, err = vault.ParseRecordID(corrects)
			}
			if err != nil {
				return err
			}
			in := a.in
			if args[0] != "-" {
				file, err := os.Open(args[0])
				if err != nil {
					return err
				}
				defer file.Close()
				in = file
				if name == "" {
					n.Name = filepath.Base(args[0])
				}
			}
			return f.withLog(cmd, a, func(v *vault.Vault, log vaultLog) error {
				r, err := v.Put(cmd.Context(), n, in)
				if err != nil {
					return err
				}
				entered, err := v.Enter(cmd.Context(), log)
				if err != nil {
					return fmt.Errorf("record %s is stored and not in the log yet; the next qxl vault command that writes enters it: %w", r.ID, err)
				}
				receipt := entered[len(entered)-1].Receipt // the last written is ours
				if receiptFile != "" {
					if err := a.writeReceipt(log, receipt.Seq, receiptFile); err != nil {
						return err
					}
				}
				s := sequenced{Record: r.ID.String(), CID: r.CID.String(), Log: receipt.Log, Seq: receipt.Seq, LeafHash: receipt.LeafHash, State: receipt.State}
				return a.print(s, func(w io.Writer) {
					fmt.Fprintf(w, "已存入 record %s\n密文地址 CID %s\n", s.Record, s.CID)
					s.write(w)
				})
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&subject, "subject", "", "信息主体 whom it is about: USCC or the number by which you know the subject; stays in the vault (needed)")
	flags.StringVar(&schema, "schema", "", "数据格式 how to read it, for example contract/1 (needed)")
	flags.StringVar(&name, "name", "", "文件名 name kept with it (the file's by default)")
	flags.StringArrayVar(&fields, "field", nil, "字段 NAME=VALUE that can be disclosed by itself later; may be repeated")
	flags.StringVar(&corrects, "corrects", "", "更正 record of the same subject whose place it takes")
	flags.StringVar(&receiptFile, "receipt", "", "回执文件 file to write the receipt to, a C2SP tlog-proof")
	keep.add(cmd)
	return cmd
}

func (a *app) writeReceipt(log vaultLog, seq uint64, path string) error {
	proven, err := log.Prove(seq)
	if err != nil {
		return err
	}
	text, err := proven.MarshalText()
	if err != nil {
		return err
	}
	return a.output(path, func(w io.Writer) error { _, err := w.Write(text); return err })
}

func parseFields(texts []string) ([]commitment.Field, error) {
	var fields []commitment.Field
	for _, text := range texts {
		name, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, &problem{Exit: exitUsage, Code: "VAULT_INPUT", Field: "--field", Limit: "NAME=VALUE", Value: text, Zh: "字段写法不对", En: "a field is NAME=VALUE", Hint: "--field amount=500000.00"}
		}
		fields = append(fields, commitment.Field{Name: name, Value: []byte(value)})
	}
	return fields, nil
}
