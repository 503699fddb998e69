package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
	"github.com/qingxinlian/qxl/network/layout"
)

// vaultFlags are what every verb of the vault takes.
type vaultFlags struct{ org string }

func newVaultCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{
		Use:   "vault",
		Short: "保险库 an organization's own encrypted store of contracts, vouchers, dossiers",
		Long: `保险库：合同、凭证、卷宗等大文件加密存于本机构，链上只留存证。
An organization's contracts, vouchers and dossiers, encrypted in its own house; each is a leaf in its evidence log.
docs/evidence-format.md is the format.`,
	})
	var v vaultFlags
	cmd.PersistentFlags().StringVar(&v.org, "org", "", "机构 the organization's short name (the only vault here by default)")
	for _, verb := range []func(*app, *vaultFlags) *cobra.Command{
		newVaultInitCommand, newVaultPutCommand, newVaultGetCommand, newVaultListCommand, newVaultShareCommand, newVaultOpenCommand,
		newVaultApproveCommand, newVaultEraseCommand, newVaultExportCommand, newVaultRetainCommand, newVaultDueCommand, newVaultGCCommand,
	} {
		cmd.AddCommand(verb(a, &v))
	}
	return cmd
}

// peopleDir is the state directory of the engine that was made here, where
// people and a sample's passphrase are.
func (a *app) peopleDir() (string, error) {
	state, err := a.state()
	if err != nil {
		return "", err
	}
	engine := a.engine
	if engine == "" {
		engine = embeddedEngine
		if _, err := os.Stat(layout.Dir(filepath.Join(state, fabricEngine)).Topology()); err == nil {
			engine = fabricEngine
		}
	}
	return filepath.Join(state, engine), nil
}

// passphrase is that of the keys of this state directory.
func (a *app) passphrase() (find func() ([]byte, error), workFactor int, err error) {
	dir, err := a.peopleDir()
	if err != nil {
		return nil, 0, err
	}
	workFactor = wallet.WorkFactorStore
	if _, err := os.Stat(wallet.PassphraseFile(dir)); err == nil { // it lies beside the keys: more would protect nothing
		workFactor = wallet.WorkFactorSample
	}
	return wallet.Passphrase(dir, wallet.Prompt), workFactor, nil
}

// dir is the vault's directory, and its organization.
func (f *vaultFlags) dir(a *app) (string, string, error) {
	state, err := a.state()
	if err != nil {
		return "", "", err
	}
	base := filepath.Join(state, "vault")
	if f.org == "" {
		found, err := filepath.Glob(filepath.Join(base, "*", "vault.json"))
		if err != nil {
			return "", "", err
		}
		var names []string
		for _, path := range found {
			names = append(names, filepath.Base(filepath.Dir(path)))
		}
		if len(names) != 1 {
			return "", "", &problem{Exit: exitUsage, Code: "VAULT_ORG", Field: "--org", Limit: strings.Join(names, ", "), Zh: "请指明哪个机构的保险库", En: fmt.Sprintf("%d vaults here: say whose", len(names)), Hint: "--org BankA; qxl vault init makes one"}
		}
		f.org = names[0]
	}
	if _, _, err := wallet.Split(f.org + "/x"); err != nil {
		return "", "", &problem{Exit: exitUsage, Code: "VAULT_ORG", Field: "--org", Limit: "A-Z a-z 0-9 _ -", Value: f.org, Zh: "机构名称写法不对", En: "not an organization's short name", Hint: "for example --org BankA"}
	}
	return filepath.Join(base, f.org), f.org, nil
}

// vaultMemory is what the verbs of the vault keep to, the program's own pages
// aside: blobs of any size under 200 MB. Without it the collector falls behind
// where others need the processor: 10 GB took 1,068 MB then.
const vaultMemory = 140 << 20

// with opens the vault for a verb.
func (f *vaultFlags) with(a *app, do func(v *vault.Vault) error) (err error) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 { // GOMEMLIMIT has the last word
		debug.SetMemoryLimit(vaultMemory)
	}
	dir, _, err := f.dir(a)
	if err != nil {
		return err
	}
	passphrase, _, err := a.passphrase()
	if err != nil {
		return err
	}
	v, err := vault.Open(vault.Options{Dir: dir, Passphrase: passphrase})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, v.Close()) }()
	return do(v)
}

func newVaultInitCommand(a *app, f *vaultFlags) *cobra.Command {
	var keyDir string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "建库 make an empty vault",
		Long: `Makes an empty vault of an organization. Its keys hang on one key under the passphrase (QXL_PASSPHRASE or asked).
--keys puts the keys on another disk. They must not be in ordinary backups: a copy of a key outlives its erasure.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := needed("org", f.org); err != nil {
				return err
			}
			dir, org, err := f.dir(a)
			if err != nil {
				return err
			}
			passphrase, work, err := a.passphrase()
			if err != nil {
				return err
			}
			s := vault.Settings{Organization: org}
			if keyDir != "" {
				if s.Keys, err = filepath.Abs(keyDir); err != nil {
					return err
				}
			}
			if err := vault.Init(vault.Options{Dir: dir, Passphrase: passphrase}, s, work); err != nil {
				if errors.Is(err, fs.ErrExist) {
					return &problem{Exit: exitUsage, Code: "VAULT_EXISTS", Field: "--org", Value: org, Zh: "该机构的保险库已存在", En: err.Error(), Hint: "qxl vault put stores files in it"}
				}
				return err
			}
			return a.print(map[string]string{"vault": dir, "organization": org}, func(w io.Writer) { fmt.Fprintf(w, "已建库 vault of %s: %s\n", org, dir) })
		},
	}
	cmd.Flags().StringVar(&keyDir, "keys", "", "密钥目录 directory of the keys, best on another disk (default: in the vault)")
	return cmd
}

func newVaultGCCommand(a *app, f *vaultFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "gc",
		Short: "清理 remove ciphertext that no record has, as an interrupted put leaves",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.with(a, func(v *vault.Vault) error {
				c, err := v.GC(cmd.Context())
				if err != nil {
					return err
				}
				return a.print(c, func(w io.Writer) { fmt.Fprintf(w, "已清理 removed: %d\n", c.Blobs) })
			})
		},
	}
}

// explainVault shows what a vault or its keys say no to.
func explainVault(err error) *problem {
	var (
		invalid *vault.InvalidError
		id      *vault.IDError
		unknown *vault.UnknownRecordError
		erased  *vault.ErasedError
		damaged *vault.DamagedError
		refused *vault.RefusedError
		locked  *vault.LockedError
		none    *vault.NotVaultError
		key     *keys.DamagedError
		exposed *keys.ExposedError
		block   *blob.DamageError
	)
	p := &problem{Exit: exitUsage, En: err.Error()}
	switch {
	case errors.As(err, &invalid):
		p.Code, p.Field, p.Limit, p.Value, p.Zh, p.En, p.Hint = "VAULT_INPUT", invalid.Field, invalid.Limit, invalid.Value, invalid.Zh, invalid.En, invalid.Hint
	case errors.As(err, &refused):
		p.Exit = exitRefused
		p.Code, p.Field, p.Limit, p.Value, p.Zh, p.En, p.Hint = "ERASURE_REFUSED", refused.Field, refused.Limit, refused.Value, refused.Zh, refused.En, refused.Hint
	case errors.As(err, &id):
		p.Code, p.Field, p.Value, p.Zh, p.Hint = "RECORD_ID", "RECORD", id.Value, "记录编号写法不对", "qxl vault list shows records"
	case errors.As(err, &unknown):
		p.Code, p.Field, p.Value, p.Zh, p.Hint = "RECORD_UNKNOWN", "RECORD", unknown.Record.String(), "没有这条记录", "qxl vault list shows records"
	case errors.As(err, &erased):
		p.Exit, p.Code, p.Field, p.Value, p.Zh, p.Hint = exitRefused, "RECORD_ERASED", "RECORD", erased.Record.String(), "记录已依法删除", "the erasure stands in the log under request "+erased.Request
	case errors.As(err, &damaged):
		p.Exit, p.Code, p.Field, p.Value, p.Zh, p.Hint = exitRefused, "RECORD_DAMAGED", "RECORD", damaged.Record.String(), "记录已损坏或被改动", "nothing of it is to be used; restore the vault's blocks, the CID tells whether they are right"
	case errors.As(err, &block):
		p.Exit, p.Code, p.Field, p.Value, p.Zh, p.Hint = exitRefused, "BLOB_DAMAGED", "CID", block.Root.String(), "密文已损坏、被改动，或密钥不符", "ask for the file and the key again"
	case errors.As(err, &locked):
		p.Exit, p.Code, p.Value, p.Zh, p.Hint = exitInfrastructure, "VAULT_IN_USE", locked.Dir, "保险库正被另一进程使用", "wait for it or end it"
	case errors.As(err, &none):
		p.Code, p.Field, p.Value, p.Zh, p.Hint = "VAULT_MISSING", "--org", none.Dir, "没有保险库", "qxl vault init --org BankA makes one"
	case errors.As(err, &exposed):
		p.Exit, p.Code, p.Field, p.Limit, p.Value, p.Zh, p.Hint = exitInfrastructure, "KEY_FILE_MODE", exposed.File, "0600", fmt.Sprintf("%04o", exposed.Mode), "密钥文件可被他人读取", "chmod 600 "+exposed.File
	case errors.As(err, &key):
		p.Exit, p.Code, p.Field, p.Zh, p.Hint = exitInfrastructure, "KEY_FILE_DAMAGED", key.File, "密钥文件已损坏或被改动", "restore it from the key store's own copy"
	case errors.Is(err, keys.ErrUnknown):
		p.Code, p.Field, p.Zh, p.Hint = "SUBJECT_UNKNOWN", "--subject", "保险库中没有该信息主体", "give the number under which it was put"
	case errors.Is(err, keys.ErrDestroyed):
		p.Exit, p.Code, p.Zh, p.Hint = exitRefused, "KEY_GONE", "密钥已销毁或遗失", "qxl vault list shows by which request, if it was erased"
	case errors.Is(err, wallet.ErrPassphrase):
		p.Code, p.Zh, p.Hint = "PASSPHRASE_WRONG", "口令不正确", "set QXL_PASSPHRASE or type it on a terminal"
	default:
		return nil
	}
	return p
}

// output writes a file that only its owner reads, so that it is there whole
// or not at all; "-" and "" are standard output.
func (a *app) output(path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		if a.json {
			return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--output", Zh: "使用 --json 时请指明输出文件", En: "with --json the content goes to a file", Hint: "--output FILE"}
		}
		return write(a.out)
	}
	if _, err := os.Lstat(path); err == nil {
		return &problem{Exit: exitUsage, Code: "FILE_EXISTS", Field: "--output", Value: path, Zh: "文件已存在", En: "the file exists already", Hint: "name another file"}
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".qxl-") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	err = write(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

func vaultRecord(ctx context.Context, v *vault.Vault, text string) (*vault.Record, error) {
	id, err := vault.ParseRecordID(text)
	if err != nil {
		return nil, err
	}
	return v.Record(id)
}
