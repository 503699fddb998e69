package audit

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/readonly"
	"github.com/qingxinlian/qxl/client/vault"
)

// DefaultDelay is how long leaves may wait for their anchor: two times the
// silence that a watched log allows itself.
const DefaultDelay = 2 * evidencelog.HeartbeatEvery

// LogAudit says what is audited against what.
type LogAudit struct {
	Source *evidencelog.Source
	Ledger *Anchored
	// LogFolder is where the log's own key is, "" if it is not to be tried.
	LogFolder string
	// Vault is the folder of the vault behind the log, "" for none.
	Vault string
	// Passphrase opens the keys: the log's, and the vault's, then each record is
	// opened with its own; nil: ciphertext is hashed and no more.
	Passphrase func() ([]byte, error)
	// Witness is the folder of the owner's witness, "" for none; its key is
	// tried with the passphrase.
	Witness string
	// Witnessed is what the ledger has of the witness.
	Witnessed anchor.Witnessed
	// Receipts that people hold.
	Receipts []HeldReceipt
	// Now and Delay tell whether what is not anchored is late.
	Now   time.Time
	Delay time.Duration
	// Step, if given, is told how far the audit is.
	Step func(stage Stage, done, of uint64)
}

// Stage is a part of an audit.
type Stage string

// The stages in their order.
const (
	StageLog   Stage = "log"   // leaves are read and hashed
	StageVault Stage = "vault" // ciphertext is
)

// HeldReceipt is a receipt as its holder has it.
type HeldReceipt struct {
	Name string
	Text []byte
}

// erased is what an erasure leaf covers.
type erased struct {
	seq, first, last uint64
	request          string
}

type logAudit struct {
	LogAudit
	r        *LogReport
	anchored uint64 // size
	erasures map[[32]byte][]erased
	held     *vault.Inspection
}

// Run audits a log. It reads everything once, or twice where there is a
// vault, and always ends.
func (o LogAudit) Run(ctx context.Context) (*LogReport, error) {
	a := &logAudit{LogAudit: o, erasures: map[[32]byte][]erased{}, r: &LogReport{Log: o.Ledger.Log, Verdicts: map[evidencelog.Verdict]uint64{}, Findings: []evidencelog.Finding{}}}
	if a.Step == nil {
		a.Step = func(Stage, uint64, uint64) {}
	}
	if err := a.log(ctx); err != nil {
		return nil, err
	}
	a.late()
	if err := a.witness(); err != nil {
		return nil, err
	}
	if a.Vault == "" {
		a.r.Verdicts[OK] = a.r.Good
		return a.r, nil
	}
	err := a.vault(ctx)
	if errors.As(err, new(*readonly.UnreadableError)) {
		a.r.place(evidencelog.Tampered, "vault records", "保险库无法读取", "%v", err)
		err = nil
	}
	return a.r, err
}

// keys are the log's, oldest first, as far as they are keys: the ledger takes
// no others, and with none nothing verifies.
func (a *logAudit) keys() []note.Verifier {
	keys, err := a.Ledger.verifiers()
	if err != nil {
		return nil
	}
	return keys
}

// log verifies the log itself and finds its erasures.
func (a *logAudit) log(ctx context.Context) error {
	expect := evidencelog.Expect{Keys: a.keys(), Before: a.Ledger.check(a.r)}
	if h := a.Ledger.Head(); h != nil {
		a.r.Anchored = AnchoredTo{Sequence: h.Sequence, Size: h.Size, TxID: h.TxID, At: a.Ledger.Last}
		expect.Size, expect.Root = h.Size, h.Root
		a.anchored = h.Size
	}
	a.r.Anchored.Checkpoints = len(expect.Before)
	for _, held := range a.Receipts {
		if tree := a.receipt(held); tree != nil {
			expect.Before = append(expect.Before, *tree)
		}
	}
	expect.Mark = func(size uint64, m evidencelog.Anchor) error {
		if size <= a.anchored && !a.Ledger.of(size, m.TxID) {
			return fmt.Errorf("no transaction %s anchored %d leaves", m.TxID, size)
		}
		return nil
	}
	expect.Visit = func(leaf evidencelog.Leaf, _ evidencelog.Hash) error {
		a.Step(StageLog, leaf.Seq, a.anchored)
		return a.learnFrom(leaf, evidencelog.Hash{})
	}
	r, err := a.Source.Verify(ctx, expect)
	if err != nil {
		return err
	}
	a.r.Size, a.r.Root, a.r.Good = r.Size, r.Root, r.Good
	a.r.Faults += r.Faults // those that are not listed too
	for _, f := range r.Findings {
		if f.Verdict == evidencelog.Unanchored {
			a.r.Unanchored = f.Last - f.First + 1
			continue
		}
		a.r.find(f)
		a.r.Faults--
	}
	return a.key()
}

// learnFrom takes note of what an erasure leaf covers.
func (a *logAudit) learnFrom(leaf evidencelog.Leaf, _ evidencelog.Hash) error {
	if e := leaf.Erasure; e != nil {
		a.erasures[leaf.Subject] = append(a.erasures[leaf.Subject], erased{leaf.Seq, e.First, e.Last, e.Request})
	}
	return nil
}

// key tries the key that the log is signed with.
func (a *logAudit) key() error {
	if a.Passphrase == nil || a.LogFolder == "" {
		return nil
	}
	err := a.Source.CheckKey(a.LogFolder, a.Passphrase)
	var bad *evidencelog.KeyError
	switch {
	case !errors.As(err, &bad):
		return err
	case errors.Is(err, fs.ErrNotExist):
		a.r.place(evidencelog.Missing, "log key", "缺少日志密钥", "%v", bad.Err)
	default:
		a.r.place(evidencelog.Tampered, "log key", "日志密钥损坏或被篡改", "%v", bad.Err)
	}
	return nil
}

// witness checks the owner's witness.
func (a *logAudit) witness() error {
	owner, _ := evidence.OwnerOfLog(a.Ledger.Log)
	if a.Witness == "" || a.Passphrase == nil {
		return nil
	}
	secret, err := a.Passphrase()
	if err != nil {
		return err
	}
	err = anchor.CheckWitness(a.Witness, owner, secret, a.Witnessed, func(file string, err error) {
		var forgotten *anchor.ForgottenError
		switch {
		case errors.Is(err, fs.ErrNotExist):
			a.r.place(evidencelog.Missing, "witness "+file, "缺少见证文件", "%v", err)
			return
		case errors.As(err, &forgotten):
			a.r.place(evidencelog.RolledBack, "witness "+file, "见证记录被回退", "%v", err)
			return
		}
		a.r.place(evidencelog.Tampered, "witness "+file, "见证文件损坏或被篡改", "%v", err)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it is no witness
	}
	return err
}

// receipt holds a receipt against the ledger; its tree must be the log's too.
func (a *logAudit) receipt(held HeldReceipt) *evidencelog.Tree {
	a.r.Receipts++
	r, err := evidencelog.ParseReceipt(held.Text)
	if err == nil && r.Log != a.Ledger.Log {
		err = fmt.Errorf("it is of the log %s", r.Log)
	}
	keys := a.keys()
	if err == nil {
		err = errors.New("no key of the log is known")
		for i := len(keys) - 1; i >= 0 && err != nil; i-- {
			err = r.Verify(keys[i])
		}
	}
	if err == nil && r.Anchor != nil && !a.Ledger.of(r.Size, r.Anchor.TxID) && r.Size <= a.anchored {
		err = fmt.Errorf("no transaction %s anchored %d leaves", r.Anchor.TxID, r.Size)
	}
	if err != nil {
		a.r.place(evidencelog.Tampered, "receipt "+held.Name, "回执被篡改", "%v", err)
		return nil
	}
	c, err := evidencelog.OpenAny(r.Checkpoint, keys)
	if err != nil {
		return nil // it was opened above
	}
	return &evidencelog.Tree{Size: c.Size, Root: c.Root}
}

// late says whether leaves wait for their anchor for longer than allowed.
func (a *logAudit) late() {
	if a.r.Unanchored == 0 || a.Now.IsZero() || a.Now.Sub(a.Ledger.Last) <= a.Delay {
		return
	}
	a.r.Late = true
	first := a.r.Size - a.r.Unanchored
	a.r.find(evidencelog.Finding{Verdict: evidencelog.Unanchored, Place: "leaf", First: first, Last: a.r.Size - 1, Zh: "超过允许时限未上链",
		En: fmt.Sprintf("not anchored within %s; the last anchor is of %s", a.Delay, a.Ledger.Last.UTC().Format(time.RFC3339))})
}

// vault holds the vault against every leaf that was found good.
func (a *logAudit) vault(ctx context.Context) (err error) {
	defer readonly.Recover(&err)
	a.r.Vault = &VaultReport{}
	a.held, err = vault.Inspect(a.Vault, a.r.Log, a.Passphrase, a.r.find)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.held.Close()) }()
	a.r.Vault.Subjects, a.r.Vault.Opened = a.held.SubjectKeys()
	if err := a.held.Indexes(ctx); err != nil {
		return err
	}
	_, err = a.Source.Verify(ctx, evidencelog.Expect{Keys: a.keys(), Visit: func(leaf evidencelog.Leaf, _ evidencelog.Hash) error {
		a.Step(StageVault, leaf.Seq, a.r.Size)
		return a.leaf(ctx, leaf)
	}})
	if err != nil {
		return err
	}
	if err := a.held.Rest(ctx, a.r.Size); err != nil {
		return err
	}
	a.r.Vault.Pending = a.held.Pending()
	return nil
}

// leaf holds the vault against one leaf.
func (a *logAudit) leaf(ctx context.Context, leaf evidencelog.Leaf) error {
	switch {
	case leaf.Erasure != nil:
		a.held.Erasure(leaf)
	case leaf.CID.Defined():
		a.r.Vault.Records++
		found := a.r.found
		h, err := a.held.Leaf(ctx, leaf)
		if err != nil {
			return err
		}
		a.r.Vault.Bytes += h.Bytes
		if h.Gone {
			if err := a.learn(ctx); err != nil {
				return err
			}
		}
		v := a.judge(leaf, h)
		switch {
		case v == ErasedLawful:
			a.r.Vault.Erased++
		case a.r.found > found:
			return nil
		default:
			a.r.Vault.Whole++
		}
		a.r.Verdicts[v]++
		return nil
	}
	a.r.Verdicts[OK]++
	return nil
}

// judge tells whether what the vault has of a leaf is lawful.
func (a *logAudit) judge(leaf evidencelog.Leaf, h vault.Held) evidencelog.Verdict {
	by := a.covering(leaf)
	named := slices.IndexFunc(by, func(e erased) bool { return e.request == h.Erased })
	switch {
	case !h.Gone && len(by) > 0:
		a.r.record(evidencelog.RolledBack, leaf.Seq, "已删除的内容又出现：保险库被回退", "leaf %d says that it was erased, and the vault has it again", by[0].seq)
	case !h.Gone:
	case h.Erased != "" && named >= 0 && (by[named].seq < a.anchored || !a.r.Late):
		return ErasedLawful
	case h.Erased != "" && named >= 0:
		a.r.record(ErasedUnlawful, leaf.Seq, "删除未在时限内上链", "the erasure in leaf %d is not anchored", by[named].seq)
	case h.Erased != "":
		a.r.record(ErasedUnlawful, leaf.Seq, "已删除，日志中没有该次删除", "the vault says that it was erased by %s, and no leaf says so (an erasure that was interrupted is ended by the next qxl vault command that writes)", h.Erased)
	case h.Keyless && len(by) > 0:
		a.r.record(evidencelog.RolledBack, leaf.Seq, "已删除的内容又出现：保险库被回退", "leaf %d says that it was erased, and the vault has its ciphertext again", by[0].seq)
	case h.Keyless:
		a.r.record(ErasedUnlawful, leaf.Seq, "密钥已失，日志中没有删除", "%v; no leaf says that it was erased", h.Why)
	case len(by) > 0:
		a.r.record(evidencelog.Missing, leaf.Seq, "保险库缺少已删除记录的条目", "it was erased by leaf %d, and the vault has lost what stays of it: %v", by[0].seq, h.Why)
	case a.held.Older(leaf.Seq):
		a.r.record(evidencelog.RolledBack, leaf.Seq, "保险库比日志旧", "the vault is of a time before this leaf: %v", h.Why)
	default:
		a.r.record(evidencelog.Missing, leaf.Seq, "缺少密文，日志中没有删除", "%v; no leaf says that it was erased", h.Why)
	}
	return OK
}

// covering are the erasures that a leaf's content fell under.
func (a *logAudit) covering(leaf evidencelog.Leaf) (list []erased) {
	for _, e := range a.erasures[leaf.Subject] {
		if e.seq > leaf.Seq && e.first <= leaf.SubjectSeq && leaf.SubjectSeq <= e.last {
			list = append(list, e)
		}
	}
	return list
}
