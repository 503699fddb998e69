package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/oneprocess"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// logChainVerbs are the verbs of qxl log that need the ledger.
var logChainVerbs = []func(*app) *cobra.Command{newLogRegisterCommand, newLogAnchorCommand, newLogStatusCommand, newLogCosignCommand, newLogRotateCommand, newLogRevokeCommand}

// newLogCommand is the parent of all verbs of the evidence log.
func newLogCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{
		Use:   "log",
		Short: "存证日志 the organization's evidence log, and its anchors on the ledger",
		Long: `存证日志：本机构的记录各留一条存证，检查点锚定到账本，他方见证。
Each record of an organization is a leaf in its own evidence log; the ledger holds the log's checkpoints, which other
organizations cosign. docs/evidence-format.md is the format.`,
	})
	for _, verb := range append(slices.Clone(logVerbs), logChainVerbs...) {
		cmd.AddCommand(verb(a))
	}
	return cmd
}

// chainFlags say who acts; number and date have defaults.
type chainFlags struct{ as, number, date string }

func (f *chainFlags) add(cmd *cobra.Command, dated bool) {
	cmd.Flags().StringVar(&f.as, "as", "", "签名人 who signs: ORG/USER (needed)")
	if dated {
		cmd.Flags().StringVar(&f.number, "number", "", "业务流水号 business number (made from the key by default)")
		cmd.Flags().StringVar(&f.date, "date", "", "业务日期 YYYY-MM-DD (the open day by default)")
	}
}

// logDesk is an organization's log beside its connection to the ledger.
type logDesk struct {
	*app
	*session
	client   *book.Client
	org, msp string
	local    string // folder of the log
	witness  string // folder of the witness
	flags    *chainFlags
}

// atLogDesk connects as the signer, whose organization's log it is.
func (a *app) atLogDesk(cmd *cobra.Command, f *chainFlags, do func(context.Context, *logDesk) error) error {
	return a.withClient(cmd.Context(), f.as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
		org, _, err := wallet.Split(f.as)
		if err != nil {
			return err
		}
		state, err := a.state()
		if err != nil {
			return err
		}
		d := &logDesk{app: a, session: s, client: c, org: org, local: logDir(state, org), witness: filepath.Join(state, "witness", org), flags: f}
		for _, o := range s.topology.Organizations {
			if o.Name == org {
				d.msp = o.MSP
			}
		}
		return do(ctx, d)
	})
}

// open opens the organization's log; with its key, if something will be
// signed.
func (d *logDesk) open(withKey bool) (*evidencelog.Log, error) {
	var o evidencelog.Options
	if withKey {
		var err error
		if o.Passphrase, o.WorkFactor, err = d.passphrase(); err != nil {
			return nil, err
		}
	}
	return evidencelog.Open(d.local, o)
}

// head is the head of a command about a key.
func (d *logDesk) head(ctx context.Context, act, key string) (command.Head, error) {
	h := command.Head{Number: d.flags.number}
	if h.Number == "" {
		h.Number = act + "-" + keyHash(key)
	}
	if d.flags.date != "" {
		day, err := calendar.ParseDate(d.flags.date)
		if err != nil {
			return h, &problem{Exit: exitUsage, Code: "DATE", Field: "--date", Limit: "YYYY-MM-DD", Value: d.flags.date, Zh: "日期格式不符", En: err.Error()}
		}
		h.Date = day
		return h, nil
	}
	t, err := book.Show(ctx, d.client.Ledger())
	if err != nil {
		return h, err
	}
	h.Date = t.Open
	return h, nil
}

// keyHash is the part of a verifier key that people tell it by.
func keyHash(key string) string {
	_, rest, _ := strings.Cut(key, "+")
	hash, _, _ := strings.Cut(rest, "+")
	return hash
}

func newLogRegisterCommand(a *app) *cobra.Command {
	var f chainFlags
	var witness bool
	cmd := &cobra.Command{
		Use:   "register",
		Short: evidence.RegisterLog.Zh + " register the organization's log, or with --witness its witness, and its key on the ledger",
		Long: `Tells the ledger the key that the organization's log is signed with; from then on it can be anchored.
--witness registers the key by which the organization cosigns others' checkpoints, and makes that key first.`,
		Example: "  qxl log register --as BankA/approver1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) (err error) {
				def, key := evidence.RegisterLog, ""
				if witness {
					def = evidence.RegisterWitness
					_, key, err = d.witnessKey(true)
				} else {
					key, err = d.logKey()
				}
				if err != nil {
					return err
				}
				head, err := d.head(ctx, "register", key)
				if err != nil {
					return err
				}
				return a.post(ctx, d.client, def, &evidence.RegisterContent{Head: head, Key: key})
			})
		},
	}
	f.add(cmd, true)
	cmd.Flags().BoolVar(&witness, "witness", false, "登记见证密钥 the witness's key, not the log's")
	return cmd
}

// logKey is the verifier key of the organization's log.
func (d *logDesk) logKey() (_ string, err error) {
	log, err := d.open(false)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	_, key := log.Verifier()
	return key, nil
}

func newLogAnchorCommand(a *app) *cobra.Command {
	var f chainFlags
	var watch, beat bool
	var every time.Duration
	cmd := &cobra.Command{
		Use:   "anchor",
		Short: evidence.Anchor.Zh + " anchor what is new in the organization's log; --watch goes on doing so",
		Long: `Sends the log's last signed checkpoint to the ledger with the proof that the log only grew. Receipts of the entries
under it become "anchored". Nothing new: nothing is sent, unless --beat asks for a heartbeat.
With --watch it looks at the log again and again, anchors what is new, and is never silent for longer than a minute;
Ctrl-C ends it. The log is open for moments only, so that qxl vault can write in between.`,
		Example: "  qxl log anchor --as BankA/officer1\n  qxl log anchor --as BankA/officer1 --watch",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if every < 100*time.Millisecond {
				return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--every", Limit: "100ms", Value: every.String(), Zh: "间隔过短", En: "the period is too short"}
			}
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) error {
				how := book.Delivery{}
				if watch {
					how = book.Delivery{Patience: book.Forever, Notice: a.troubleNotice}
				}
				x := anchor.New(d.client, d.topology.Channel, how)
				if watch {
					return d.watch(ctx, x, every)
				}
				log, err := d.open(false)
				if err != nil {
					return err
				}
				h, err := x.Anchor(ctx, log, beat)
				if err = errors.Join(err, log.Close()); err != nil {
					return err
				}
				return a.print(h, func(w io.Writer) { writeAnchor(w, h) })
			})
		},
	}
	f.add(cmd, false)
	fl := cmd.Flags()
	fl.BoolVar(&watch, "watch", false, "持续锚定 go on until Ctrl-C")
	fl.BoolVar(&beat, "beat", false, "心跳 anchor also if nothing is new")
	fl.DurationVar(&every, "every", time.Second, "间隔 how often to look, with --watch")
	return cmd
}

func (a *app) troubleNotice(t book.Trouble) {
	if t.Err != nil {
		a.say("账本暂不可用，继续重试 the ledger does not answer, trying again: %v", t.Err)
	}
}

// watch anchors until it is interrupted. With --json it prints one document
// a line.
func (d *logDesk) watch(ctx context.Context, x *anchor.Anchorer, every time.Duration) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	source := func(context.Context) (anchor.Log, func() error, error) {
		log, err := d.open(false)
		if err != nil {
			return nil, nil, err
		}
		return log, log.Close, nil
	}
	if _, err := os.Stat(d.local); err != nil {
		return &evidencelog.MissingError{Dir: d.local}
	}
	var failed error
	err := x.Watch(ctx, source, every, func(h anchor.Head) {
		if d.app.json {
			d.answered = true
			failed = errors.Join(failed, json.NewEncoder(d.out).Encode(h))
			return
		}
		writeAnchor(d.out, h)
	})
	d.answered = d.answered && err == nil
	return errors.Join(err, failed)
}

func writeAnchor(w io.Writer, h anchor.Head) {
	state := "已锚定 anchored"
	if !h.New {
		state = "没有新增 nothing is new"
	}
	fmt.Fprintf(w, "%s: %s 序号 sequence %d, 条目 leaves %d, 区块 block %d\n交易 transaction %s\n", state, h.Origin, h.Sequence, h.Size, h.Anchor.Block, h.Anchor.TxID)
}

func newLogStatusCommand(a *app) *cobra.Command {
	var f chainFlags
	var org string
	cmd := &cobra.Command{
		Use:   "status",
		Short: evidence.Logs.Zh + " where every organization's log stands on the ledger, and the own one here",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) error {
				q := evidence.LogsQuery{}
				for _, o := range d.topology.Organizations {
					if strings.EqualFold(o.Name, org) {
						q.Owner = o.MSP
					}
				}
				if org != "" && q.Owner == "" {
					return &problem{Exit: exitUsage, Code: "ORG_UNKNOWN", Field: "--org", Value: org, Zh: "没有这个机构", En: "no such organization in the consortium"}
				}
				var answer evidence.LogsAnswer
				if err := d.client.Ask(ctx, command.CommonsName, evidence.Logs.Name, q, &answer); err != nil {
					return err
				}
				list := make([]logStatus, len(answer.Logs))
				for i, s := range answer.Logs {
					list[i].LogSheet = s
				}
				if err := d.addLocal(list); err != nil {
					return err
				}
				return a.print(map[string]any{"logs": list}, func(w io.Writer) { writeLogStatus(w, list) })
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&org, "org", "", "机构 one organization's short name (all by default)")
	return cmd
}

// logStatus is a log on the ledger, and here if it is here.
type logStatus struct {
	*evidence.LogSheet
	Local *uint64 `json:"local_size,omitempty"`
}

func (d *logDesk) addLocal(list []logStatus) error {
	log, err := d.open(false)
	var missing *evidencelog.MissingError
	var locked *oneprocess.HeldError
	switch {
	case errors.As(err, &missing), errors.As(err, &locked):
		return nil
	case err != nil:
		return err
	}
	now, _ := log.Checkpoint()
	for i := range list {
		if list[i].Origin == log.Name() {
			list[i].Local = &now.Size
		}
	}
	return log.Close()
}

func writeLogStatus(w io.Writer, list []logStatus) {
	if len(list) == 0 {
		fmt.Fprintln(w, "尚无登记的存证日志 no log is registered yet")
		return
	}
	t := table{columns: []column{{"日志 log", false}, {"序号 anchors", true}, {"已锚定 anchored", true}, {"本地 here", true}, {"密钥 key", false}}}
	for _, s := range list {
		local, key := "", "已吊销 revoked"
		if s.Local != nil {
			local = fmt.Sprint(*s.Local)
		}
		if s.Key != "" {
			key = keyHash(s.Key)
		}
		t.add(s.Origin, fmt.Sprint(s.Sequence), fmt.Sprint(s.Size), local, key)
	}
	t.write(w)
}

// explainAnchor shows what is wrong with a log that shall be anchored.
func explainAnchor(err error) *problem {
	var back *anchor.RolledBackError
	var fork *anchor.ForkedError
	var no *anchor.WitnessError
	var missing *evidencelog.MissingError
	var held *oneprocess.HeldError
	var damaged *evidencelog.DamagedError
	var key *evidencelog.KeyError
	switch {
	case errors.As(err, &held):
		return &problem{Exit: exitInfrastructure, Code: "LOG_IN_USE", Field: "log", Value: held.Dir, Zh: "存证日志正被另一进程使用", En: err.Error(), Hint: "wait for it or end it: a log has one writer"}
	case errors.As(err, &key) && errors.Is(err, wallet.ErrPassphrase):
		return &problem{Exit: exitUsage, Code: "PASSPHRASE_WRONG", Field: "passphrase", Zh: "口令错误，无法打开日志密钥", En: err.Error(), Hint: "set QXL_PASSPHRASE to the passphrase that the log was made with"}
	case errors.As(err, &key):
		return &problem{Exit: exitInfrastructure, Code: "LOG_KEY", Field: "log", Value: key.File, Zh: "日志密钥不可用", En: err.Error(), Hint: "put the key file back, mode 0600; if it is lost: qxl log revoke, then a log of the next number"}
	case errors.As(err, &damaged):
		return &problem{Exit: exitInfrastructure, Code: "LOG_DAMAGED", Field: "log", Zh: "存证日志已损坏", En: err.Error(), Hint: "qxl log check names what is wrong; keep the folder as it is"}
	case errors.As(err, &back):
		return &problem{Exit: exitRefused, Code: "LOG_ROLLED_BACK", Field: "log", Limit: fmt.Sprint(back.Anchored), Value: fmt.Sprint(back.Size),
			Zh: "本地日志比已锚定的短，已被回退", En: err.Error(), Hint: "qxl audit log names what is missing"}
	case errors.As(err, &fork):
		return &problem{Exit: exitRefused, Code: "LOG_FORKED", Field: "log", Value: fork.Origin, Zh: "本地日志与已锚定的不一致，已分叉或被改写", En: err.Error(), Hint: "qxl audit log names what differs"}
	case errors.As(err, &no):
		return &problem{Exit: exitRefused, Code: "NOT_COSIGNED", Field: "log", Limit: fmt.Sprint(no.Before.Size), Value: fmt.Sprint(no.Now.Size), Zh: "该日志与上次见证的不一致，拒绝签名", En: err.Error(),
			Hint: "both checkpoints bear the log's signature: keep them"}
	case errors.As(err, &missing):
		return &problem{Exit: exitUsage, Code: "LOG_MISSING", Field: "--state", Value: missing.Dir, Zh: "此处没有本机构的存证日志", En: err.Error(), Hint: "qxl log init makes one"}
	case errors.Is(err, fs.ErrNotExist) && errors.As(err, new(*witnessMissing)):
		return &problem{Exit: exitUsage, Code: "WITNESS_MISSING", Field: "--state", Zh: "本机构还没有见证密钥", En: err.Error(), Hint: "qxl log register --witness --as ORG/approver1 makes one"}
	}
	return nil
}
