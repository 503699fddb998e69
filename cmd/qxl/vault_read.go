package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/oneprocess"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
)

func newVaultGetCommand(a *app, f *vaultFlags) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "get RECORD",
		Short: "取出 decrypt a record, verified block by block",
		Long: `Decrypts a record to standard output or a file. Every block's hash, every tag and the length are checked; a file is there
only if all of it is right, and on standard output what came before exit code 1 is not the whole.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return f.with(a, func(v *vault.Vault) error {
				r, err := vaultRecord(cmd.Context(), v, args[0])
				if err != nil {
					return err
				}
				if err := a.output(out, func(w io.Writer) error { return v.Get(cmd.Context(), r.ID, w) }); err != nil {
					return err
				}
				return a.saved(r, out)
			})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write (standard output by default)")
	return cmd
}

// saved tells where something went, unless it went to standard output.
func (a *app) saved(r *vault.Record, out string) error {
	if out == "" || out == "-" {
		return nil
	}
	return a.print(map[string]string{"record": r.ID.String(), "cid": r.CID.String(), "file": out}, func(w io.Writer) { fmt.Fprintf(w, "已写入 written: %s\n", out) })
}

func newVaultExportCommand(a *app, f *vaultFlags) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "export RECORD",
		Short: "导出密文 export a record's ciphertext as a CAR, which any IPFS program reads",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("output", out); err != nil {
				return err
			}
			return f.with(a, func(v *vault.Vault) error {
				r, err := vaultRecord(cmd.Context(), v, args[0])
				if err != nil {
					return err
				}
				if err := a.output(out, func(w io.Writer) error { return v.Export(cmd.Context(), r.ID, w) }); err != nil {
					return err
				}
				return a.saved(r, out)
			})
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write (needed)")
	return cmd
}

type vaultField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type vaultLine struct {
	*vault.Record
	CID     string        `json:"cid"`
	Retain  string        `json:"retain_until,omitempty"`
	Subject string        `json:"subject,omitempty"` // its name, while its key lives
	Size    uint64        `json:"bytes,omitempty"`
	State   string        `json:"state"` // pending, sequenced, anchored, erased, unreadable
	Fields  []vaultField  `json:"fields,omitempty"`
	Shares  []vault.Share `json:"shares,omitempty"`
}

func newVaultListCommand(a *app, f *vaultFlags) *cobra.Command {
	var subject string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出 records with their fields, places in the log and shares",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.with(a, func(v *vault.Vault) error {
				anchored, err := a.anchoredSize(v.Organization)
				if err != nil {
					return err
				}
				lines := []vaultLine{}
				for r, err := range v.Records() {
					if err != nil {
						return err
					}
					line, err := describe(v, r)
					if err != nil {
						return err
					}
					if line.State == "sequenced" && r.Seq < anchored {
						line.State = "anchored"
					}
					if subject == "" || line.Subject == subject {
						lines = append(lines, line)
					}
				}
				return a.print(lines, func(w io.Writer) { writeVaultLines(w, lines) })
			})
		},
	}
	cmd.Flags().StringVar(&subject, "subject", "", "信息主体 of one subject only")
	return cmd
}

// anchoredSize is how far the organization's log is anchored, as far as its
// folder tells; 0 where another process has the log open, or there is none.
func (a *app) anchoredSize(org string) (uint64, error) {
	state, err := a.state()
	if err != nil {
		return 0, err
	}
	log, err := evidencelog.Open(logDir(state, org), evidencelog.Options{})
	var missing *evidencelog.MissingError
	var held *oneprocess.HeldError
	switch {
	case errors.As(err, &missing), errors.As(err, &held):
		return 0, nil
	case err != nil:
		return 0, err
	}
	size, err := log.AnchoredSize()
	return size, errors.Join(err, log.Close())
}

// describe opens what the keys open; what they do not is listed all the same.
func describe(v *vault.Vault, r *vault.Record) (vaultLine, error) {
	line := vaultLine{Record: r, CID: r.CID.String(), Retain: r.Retain.String(), State: "sequenced"}
	var err error
	if line.Shares, err = v.Shares(r.ID); err != nil {
		return line, err
	}
	switch {
	case r.Erased != "":
		line.State = "erased"
		return line, nil
	case r.Log == "":
		line.State = "pending"
	}
	content, err := v.Content(r.ID)
	if err != nil {
		line.State = "unreadable"
		return line, nil
	}
	line.Size = content.Size
	for _, f := range content.Fields {
		line.Fields = append(line.Fields, vaultField{f.Name, string(f.Value)})
	}
	line.Subject, err = v.Subject(r.Subject)
	return line, err
}

var vaultStates = map[string]string{"pending": "待存证", "sequenced": "已存证", "anchored": "已锚定", "erased": "已删除", "unreadable": "无法读取"}

func writeVaultLines(w io.Writer, lines []vaultLine) {
	t := table{columns: []column{{"记录 record", false}, {"主体 subject", false}, {"格式 schema", false}, {"文件 file", false}, {"字节 bytes", true}, {"序号 seq", true}, {"状态 state", false}, {"存入 stored", false}, {"应删 due", false}, {"共享 shares", true}}}
	for _, l := range lines {
		name, seq := "", ""
		for _, f := range l.Fields {
			if f.Name == vault.FieldName {
				name = f.Value
			}
		}
		if l.Log != "" {
			seq = fmt.Sprint(l.Seq)
		}
		t.add(l.ID.String(), l.Subject, l.Schema, name, fmt.Sprint(l.Size), seq, vaultStates[l.State]+" "+l.State, l.Stored.Local().Format(time.DateTime), l.Retain, fmt.Sprint(len(l.Shares)))
	}
	t.write(w)
	fmt.Fprintf(w, "共 %d 条 records\n", len(lines))
}

func newVaultDueCommand(a *app, f *vaultFlags) *cobra.Command {
	var date string
	cmd := &cobra.Command{
		Use:   "due",
		Short: "到期 records that the law wants gone by a day (征信业管理条例 16)",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			day, err := dayOrToday(date)
			if err != nil {
				return err
			}
			return f.with(a, func(v *vault.Vault) error {
				lines := []vaultLine{}
				for r, err := range v.Due(day) {
					if err != nil {
						return err
					}
					line, err := describe(v, r)
					if err != nil {
						return err
					}
					lines = append(lines, line)
				}
				return a.print(lines, func(w io.Writer) { writeVaultLines(w, lines) })
			})
		},
	}
	cmd.Flags().StringVar(&date, "date", "", "日期 by this day (today in Beijing by default)")
	return cmd
}

func dayOrToday(text string) (calendar.Date, error) {
	if text == "" {
		return calendar.BeijingDate(time.Now().Unix())
	}
	return calendar.ParseDate(text)
}

func newVaultRetainCommand(a *app, f *vaultFlags) *cobra.Command {
	var r retention
	cmd := &cobra.Command{
		Use:   "retain RECORD",
		Short: "定保存期限 say until when a record may be kept, once that is known",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			day, err := r.day()
			if err != nil {
				return err
			}
			return f.with(a, func(v *vault.Vault) error {
				record, err := vaultRecord(cmd.Context(), v, args[0])
				if err != nil {
					return err
				}
				if err := v.SetRetention(record.ID, day); err != nil {
					return err
				}
				return a.print(map[string]string{"record": record.ID.String(), "retain_until": day.String()}, func(w io.Writer) {
					fmt.Fprintf(w, "应于 %s 前删除 to be gone by %s\n", day, day)
				})
			})
		},
	}
	r.add(cmd)
	return cmd
}

// retention is until when a record may be kept: given, or counted from the
// end of the adverse event.
type retention struct {
	until, ended string
	years        int
}

func (r *retention) add(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&r.until, "retain-until", "", "应删日 the first day on which it must be gone")
	f.StringVar(&r.ended, "adverse-ended", "", "不良行为或事件终止日 day on which the adverse event ended: kept --years from it")
	f.IntVar(&r.years, "years", 5, "保存年限 years that adverse information is kept (征信业管理条例 16)")
}

func (r *retention) day() (calendar.Date, error) {
	if r.until != "" && r.ended != "" {
		return 0, &problem{Exit: exitUsage, Code: "VAULT_INPUT", Field: "--retain-until", Zh: "两种期限只能选一种", En: "give the day or the end of the event, not both"}
	}
	if r.ended == "" {
		if r.until == "" {
			return 0, nil
		}
		return calendar.ParseDate(r.until)
	}
	ended, err := calendar.ParseDate(r.ended)
	if err != nil {
		return 0, err
	}
	return ended.AddMonths(12*r.years, calendar.Roll)
}

func newVaultOpenCommand(a *app, _ *vaultFlags) *cobra.Command {
	var identity, car, out string
	cmd := &cobra.Command{
		Use:   "open KEYFILE",
		Short: "接收方打开 the recipient of a share decrypts an exported record",
		Long: `What the recipient of qxl vault share runs: the key file, opened with the recipient's own age identity, and the exported CAR
give the record back. It needs no vault and no network; every byte is checked against the CID in the key file.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := needed("identity", identity, "car", car); err != nil {
				return err
			}
			id, err := os.Open(identity)
			if err != nil {
				return err
			}
			defer id.Close()
			identities, err := age.ParseIdentities(id)
			if err != nil {
				return &problem{Exit: exitUsage, Code: "VAULT_INPUT", Field: "--identity", Value: identity, Zh: "不是 age 密钥文件", En: err.Error(), Hint: "age-keygen -o key.txt makes one"}
			}
			key, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer key.Close()
			released, err := vault.OpenShare(key, identities...)
			if err != nil {
				return err
			}
			blocks, err := os.Open(car)
			if err != nil {
				return err
			}
			defer blocks.Close()
			info, err := blocks.Stat()
			if err != nil {
				return err
			}
			c, err := blob.OpenCAR(blocks, info.Size())
			if err != nil {
				return &problem{Exit: exitUsage, Code: "VAULT_INPUT", Field: "--car", Value: car, Zh: "不是导出的密文文件", En: err.Error(), Hint: "qxl vault export makes one"}
			}
			if err := a.output(out, func(w io.Writer) error { return released.Open(cmd.Context(), w, c.Fetch) }); err != nil {
				return err
			}
			if out == "" || out == "-" {
				return nil
			}
			released.Key = nil // a document on standard output is no place for it
			return a.print(released, func(w io.Writer) { fmt.Fprintf(w, "已写入 written: %s\n", out) })
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&identity, "identity", "", "接收方密钥 the recipient's age identity file (needed)")
	flags.StringVar(&car, "car", "", "密文文件 the exported CAR (needed)")
	flags.StringVarP(&out, "output", "o", "", "输出文件 file to write (standard output by default)")
	return cmd
}
