package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// witnessMissing says that an organization has no witness key.
type witnessMissing struct{ err error }

func (e *witnessMissing) Error() string {
	return "the organization has no witness key here: " + e.err.Error()
}
func (e *witnessMissing) Unwrap() error { return e.err }

// witnessKey opens the organization's witness key; make draws one if there is
// none.
func (d *logDesk) witnessKey(make bool) (secret, key string, err error) {
	passphrase, work, err := d.passphrase()
	if err != nil {
		return "", "", err
	}
	p, err := passphrase()
	if err != nil {
		return "", "", err
	}
	f, err := anchor.ReadKeyFile(d.witness)
	if errors.Is(err, fs.ErrNotExist) && make {
		return d.newWitnessKey(p, work)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "", "", &witnessMissing{err}
	}
	if err != nil {
		return "", "", err
	}
	secret, err = anchor.OpenKey(f.Sealed, p)
	return secret, f.Key, err
}

func (d *logDesk) newWitnessKey(passphrase []byte, work int) (secret, key string, err error) {
	if secret, key, err = anchor.NewWitnessKey(d.msp); err != nil {
		return "", "", err
	}
	sealed, err := anchor.SealKey(secret, passphrase, work)
	if err != nil {
		return "", "", err
	}
	return secret, key, anchor.KeyFile{Key: key, Sealed: sealed}.Write(d.witness)
}

func newLogCosignCommand(a *app) *cobra.Command {
	var f chainFlags
	var tiles string
	cmd := &cobra.Command{
		Use:   "cosign [LOG…]",
		Short: evidence.Cosign.Zh + " cosign the last anchored checkpoint of other organizations' logs (all by default)",
		Long: `Verifies the log's signature and that its tree begins with the one that this witness signed last, writes down
what it signs, and signs. The proof comes from the log's published tiles (--tiles, a copy of what its owner exports),
or from the log itself where it is on this machine. The first checkpoint of a log is signed as it is.`,
		Example: "  qxl log cosign --as BankB/auditor1\n  qxl log cosign qxl/BankAMSP/1 --as BankB/auditor1 --tiles /mnt/banka-tiles",
		RunE: func(cmd *cobra.Command, origins []string) error {
			if tiles != "" && len(origins) != 1 {
				return &problem{Exit: exitUsage, Code: "LOG_NEEDED", Field: "LOG", Limit: "1", Value: fmt.Sprint(len(origins)), Zh: "使用 --tiles 时请指明一个日志", En: "tiles are of one log: name it"}
			}
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) error {
				secret, _, err := d.witnessKey(false)
				if err != nil {
					return err
				}
				x, err := anchor.OpenWitness(d.witness, d.msp, secret)
				if err != nil {
					return err
				}
				if len(origins) == 0 {
					if origins, err = d.others(ctx); err != nil {
						return err
					}
				}
				var list []anchor.Cosigned
				for _, origin := range origins {
					c, err := d.cosign(ctx, x, origin, tiles)
					if err != nil {
						return err
					}
					list = append(list, c)
				}
				return a.print(map[string]any{"cosigned": list}, func(w io.Writer) {
					for _, c := range list {
						state := "已见证 cosigned"
						if !c.New {
							state = "此前已见证 cosigned before"
						}
						fmt.Fprintf(w, "%s: %s 序号 sequence %d, 条目 leaves %d\n", state, c.Origin, c.Sequence, c.Size)
					}
				})
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&tiles, "tiles", "", "目录 folder with the log's published tiles")
	return cmd
}

// others are the anchored logs of other organizations.
func (d *logDesk) others(ctx context.Context) ([]string, error) {
	var a evidence.LogsAnswer
	if err := d.client.Ask(ctx, command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{}, &a); err != nil {
		return nil, err
	}
	var list []string
	for _, s := range a.Logs {
		if s.Owner != d.msp && s.Sequence > 0 {
			list = append(list, s.Origin)
		}
	}
	return list, nil
}

func (d *logDesk) cosign(ctx context.Context, x *anchor.Witness, origin, tiles string) (_ anchor.Cosigned, err error) {
	if tiles != "" {
		return x.Cosign(ctx, d.client, origin, anchor.Tiles{FS: os.DirFS(tiles)}, book.Delivery{})
	}
	msp, _ := evidence.OwnerOfLog(origin)
	for _, o := range d.topology.Organizations {
		if o.MSP != msp {
			continue
		}
		state, err := d.state()
		if err != nil {
			return anchor.Cosigned{}, err
		}
		log, err := evidencelog.Open(logDir(state, o.Name), evidencelog.Options{})
		if errors.As(err, new(*evidencelog.MissingError)) {
			break
		}
		if err != nil {
			return anchor.Cosigned{}, err
		}
		if log.Name() != origin {
			if err := log.Close(); err != nil {
				return anchor.Cosigned{}, err
			}
			break
		}
		c, err := x.Cosign(ctx, d.client, origin, anchor.Copy{Log: log}, book.Delivery{})
		return c, errors.Join(err, log.Close())
	}
	return x.Cosign(ctx, d.client, origin, nil, book.Delivery{})
}

func newLogRevokeCommand(a *app) *cobra.Command {
	var f chainFlags
	var key, reason string
	var from uint64
	cmd := &cobra.Command{
		Use:   "revoke",
		Short: evidence.RevokeKey.Zh + " revoke a key of the organization's log or witness",
		Long: `From then on nothing is anchored or cosigned with the key. --from is the size up to which its signatures still prove
something: what was anchored before the key was lost. The reason is public for ever.`,
		Example: `  qxl log revoke --as BankA/approver1 --key 33fcc1e4 --from 120400 --reason "disk of the node stolen"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed("key", key, "reason", reason); err != nil {
				return err
			}
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) error {
				var keys evidence.KeysAnswer
				if err := d.client.Ask(ctx, command.CommonsName, evidence.Keys.Name, evidence.KeysQuery{Owner: d.msp}, &keys); err != nil {
					return err
				}
				full := key
				for _, o := range keys.Organizations {
					for _, r := range o.Names {
						for _, k := range r.Keys {
							if keyHash(k.Verifier) == key || strings.HasPrefix(k.Verifier, key+"+") {
								full = k.Verifier
							}
						}
					}
				}
				if _, _, ok := strings.Cut(full, "+"); !ok {
					return evidence.NoKey.At("key", nil, key)
				}
				if name, _, _ := strings.Cut(full, "+"); !cmd.Flags().Changed("from") {
					if _, isLog := evidence.OwnerOfLog(name); isLog {
						var s evidence.LogSheet
						if err := d.client.Ask(ctx, command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: name}, &s); err != nil {
							return err
						}
						from = s.Size
					}
				}
				head, err := d.head(ctx, "revoke", full)
				if err != nil {
					return err
				}
				return a.post(ctx, d.client, evidence.RevokeKey, &evidence.RevokeContent{Head: head, Key: full, From: from, Reason: reason})
			})
		},
	}
	f.add(cmd, true)
	fl := cmd.Flags()
	fl.StringVar(&key, "key", "", "密钥 the key's eight digits, as qxl log status shows them, or the whole key (needed)")
	fl.Uint64Var(&from, "from", 0, "起始长度 its signatures of greater sizes prove nothing (what is anchored now by default)")
	fl.StringVar(&reason, "reason", "", "原因 why, for everybody to read (needed)")
	return cmd
}

func newLogRotateCommand(a *app) *cobra.Command {
	var f chainFlags
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: evidence.RotateKey.Zh + " give the organization's log a new key, in the log and on the ledger",
		Long: `Makes a new key, whose leaf in the log both keys sign, and tells the ledger by that statement. Interrupted, it
goes on when run again: a key that the log has and the ledger does not know is told first.`,
		Example: "  qxl log rotate --as BankA/approver1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.atLogDesk(cmd, &f, func(ctx context.Context, d *logDesk) (err error) {
				log, err := d.open(true)
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, log.Close()) }()
				var s evidence.LogSheet
				if err := d.client.Ask(ctx, command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: log.Name()}, &s); err != nil {
					return err
				}
				if s.Key == "" {
					return evidence.KeyRevoked.At("key", nil, log.Name())
				}
				_, key := log.Verifier()
				var seq uint64
				if key == s.Key { // nothing is pending
					r, err := log.Rotate(ctx)
					if err != nil {
						return err
					}
					seq = r.Seq
					_, key = log.Verifier()
				} else if seq, err = lastRotation(log); err != nil {
					return err
				}
				leaf, _, err := log.Leaf(seq)
				if err != nil {
					return err
				}
				head, err := d.head(ctx, "rotate", key)
				if err != nil {
					return err
				}
				return a.post(ctx, d.client, evidence.RotateKey, &evidence.RotateContent{Head: head, Key: key, Seq: seq, OldSignature: leaf.Rotation.OldSig, NewSignature: leaf.Rotation.NewSig})
			})
		},
	}
	f.add(cmd, true)
	return cmd
}

// lastRotation is the leaf by which the log got the key that it has.
func lastRotation(log *evidencelog.Log) (uint64, error) {
	v, _ := log.Verifier()
	now, _ := log.Checkpoint()
	for seq := now.Size; seq > 0; seq-- {
		leaf, _, err := log.Leaf(seq - 1)
		if err != nil {
			return 0, err
		}
		if leaf.Rotation == nil {
			continue
		}
		key, err := evidencelog.VerifierKey(log.Name(), leaf.Rotation.New)
		if err != nil {
			return 0, err
		}
		if w, err := note.NewVerifier(key); err != nil || w.KeyHash() != v.KeyHash() {
			break // an older one
		}
		return seq - 1, nil
	}
	return 0, evidence.NoKey.At("key", "the ledger's", v.Name())
}
