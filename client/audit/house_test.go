package audit

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// house is an organization's folders, with what others know of them: the
// ledger's checkpoints, receipts in people's hands.
type house struct {
	dir      string
	ledger   Anchored
	receipts []HeldReceipt
	now      time.Time
}

func (h *house) logDir() string   { return filepath.Join(h.dir, "log") }
func (h *house) vaultDir() string { return filepath.Join(h.dir, "vault") }

func passphrase() ([]byte, error) { return []byte("a passphrase of these tests"), nil }

func (h *house) openLog(t testing.TB) vaultsLog {
	l, err := evidencelog.Open(h.logDir(), logOptions())
	require.NoError(t, err)
	return vaultsLog{l}
}

func (h *house) openVault(t testing.TB) *vault.Vault {
	v, err := vault.Open(vault.Options{Dir: h.vaultDir(), Passphrase: passphrase, Now: func() time.Time { return h.now }})
	require.NoError(t, err)
	return v
}

// vaultsLog is the log as a vault wants it.
type vaultsLog struct{ *evidencelog.Log }

func (l vaultsLog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

// newHouse makes a house in which everything has happened: records of several
// subjects, of one block and of many, a correction, a share, a rotation of the
// log's key, erasures of a subject and of a range, anchors, records that are
// sequenced only, one that is not in the log yet. yesterday is a copy of it
// from before the erasures.
func newHouse(t testing.TB) (today, yesterday *house) {
	h := &house{dir: filepath.Join(t.TempDir(), "house"), now: time.Now().UTC().Truncate(time.Second)}
	h.ledger.Log = bankLog
	require.NoError(t, evidencelog.Create(h.logDir(), bankLog, logOptions()))
	require.NoError(t, vault.Init(vault.Options{Dir: h.vaultDir(), Passphrase: passphrase}, vault.Settings{Organization: "BankA"}, 1))
	l, v := h.openLog(t), h.openVault(t)
	h.key(l)
	put := func(subject string, n int, more func(*vault.New)) *vault.Record {
		text := make([]byte, n)
		_, _ = rand.Read(text)
		r := vault.New{Subject: subject, Schema: "contract/1", Name: "合同.pdf", Fields: []commitment.Field{{Name: "amount", Value: fmt.Append(nil, n)}}}
		if more != nil {
			more(&r)
		}
		stored, err := v.Put(context.Background(), r, bytes.NewReader(text))
		require.NoError(t, err)
		return stored
	}
	enter := func() {
		_, err := v.Enter(context.Background(), l)
		require.NoError(t, err)
	}
	for i := range 60 {
		put(fmt.Sprint("subject ", i%12), 100+i, nil)
	}
	large := put("subject 1", 5<<19, nil)
	enter()
	first, err := v.Record(large.ID)
	require.NoError(t, err)
	put("subject 1", 300, func(n *vault.New) { n.Corrects = first.ID })
	put("subject 2", 300, func(n *vault.New) { n.Retain = calendar.Date(20000) })
	enter()
	h.beat(t, l)
	h.anchor(t, l)
	h.hold(t, l, 3)
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for range 2 {
		_, err = v.Share(large.ID, identity.Recipient().String(), "BankB", "贷前审查", "grant 1", &bytes.Buffer{})
		require.NoError(t, err)
	}
	require.NoError(t, errors.Join(l.Close(), v.Close()))
	yesterday = h.copy(t)

	l, v = h.openLog(t), h.openVault(t)
	h.erase(t, v, l, "subject 5", "r-1", 0, 0)
	h.erase(t, v, l, "subject 7", "r-2", 2, 3)
	_, err = l.Rotate(context.Background())
	require.NoError(t, err)
	h.key(l)
	put("subject 20", 200, nil)
	put("subject 3", 200, nil)
	enter()
	h.anchor(t, l)
	for range 300 { // a second and a third tile
		h.beat(t, l)
	}
	h.anchor(t, l)
	put("subject 4", 150, nil)
	enter()
	h.hold(t, l, 70)
	h.hold(t, l, l.Size()-1)
	put("subject 4", 160, nil)
	require.NoError(t, errors.Join(l.Close(), v.Close()))
	h.ledger.Last = h.now
	yesterday.ledger = h.ledger
	yesterday.receipts = h.receipts
	return h, yesterday
}

func (h *house) copy(t testing.TB) *house {
	c := *h
	c.dir = filepath.Join(t.TempDir(), "house")
	copyTree(t, h.dir, c.dir)
	return &c
}

// copyTree copies a folder with modes.
func copyTree(t testing.TB, from, to string) {
	require.NoError(t, os.RemoveAll(to))
	require.NoError(t, os.CopyFS(to, os.DirFS(from)))
	require.NoError(t, filepath.WalkDir(to, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			err = os.Chmod(path, 0o600) // CopyFS makes files for everybody
		}
		return err
	}))
}

// key registers the log's key of now.
func (h *house) key(l vaultsLog) {
	_, text := l.Verifier()
	if h.ledger.Keys.Organizations == nil {
		h.ledger.Keys.Organizations = []evidence.OrganizationKeys{{MSP: "BankAMSP", Organization: evidence.Organization{Names: []evidence.Keyring{{Name: bankLog}}}}}
	}
	ring := &h.ledger.Keys.Organizations[0].Names[0]
	for i := range ring.Keys {
		ring.Keys[i].State = evidence.Retired
	}
	ring.Keys = append(ring.Keys, evidence.Key{Verifier: text})
}

func (h *house) beat(t testing.TB, l vaultsLog) {
	_, err := l.Append(context.Background(), []evidencelog.Entry{{Kind: evidencelog.KindHeartbeat}})
	require.NoError(t, err)
}

// anchor puts the log's checkpoint on the ledger.
func (h *house) anchor(t testing.TB, l vaultsLog) {
	c, signed := l.Checkpoint()
	n := uint64(len(h.ledger.Checkpoints) + 1)
	p := Point{Sequence: n, Size: c.Size, Root: c.Root, Note: string(signed), TxID: fmt.Sprint("tx", n)}
	h.ledger.Checkpoints = append(h.ledger.Checkpoints, p)
	require.NoError(t, l.Anchored(signed, evidencelog.Anchor{Channel: "credit", TxID: p.TxID, Block: 10 * n}))
}

// hold gives somebody a receipt.
func (h *house) hold(t testing.TB, l vaultsLog, seq uint64) {
	r, err := l.Prove(seq)
	require.NoError(t, err)
	text, err := r.MarshalText()
	require.NoError(t, err)
	h.receipts = append(h.receipts, HeldReceipt{fmt.Sprint("receipt-", len(h.receipts)), text})
}

func (h *house) erase(t testing.TB, v *vault.Vault, l vaultsLog, subject, no string, first, last uint64) {
	people := filepath.Join(t.TempDir(), "people")
	_, err := devca.EnrollAll(people, []wallet.Enrollee{
		{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}},
		{Org: "BankA", MSP: "BankAMSP", User: "approver1", Roles: []string{"approver"}},
	}, []byte("p"), devca.Options{WorkFactor: 2})
	require.NoError(t, err)
	roots, err := wallet.Roots(people, "BankA")
	require.NoError(t, err)
	request, err := v.Propose(subject, bankLog, "pipl-47", no, first, last)
	require.NoError(t, err)
	text, err := request.Encode()
	require.NoError(t, err)
	var both []vault.Approval
	for role, name := range map[vault.Role]string{vault.Requester: "BankA/officer1", vault.Approver: "BankA/approver1"} {
		p, err := wallet.Open(people, name, func() ([]byte, error) { return []byte("p"), nil })
		require.NoError(t, err)
		a, err := vault.Sign(text, role, p, h.now)
		require.NoError(t, err)
		both = append(both, a)
	}
	_, err = v.Erase(context.Background(), l, roots, both...)
	require.NoError(t, err)
}

// audit audits the house with all that can be known.
func (h *house) audit(t testing.TB, change func(*LogAudit)) *LogReport {
	s, err := evidencelog.ReadFolder(h.logDir())
	require.NoError(t, err)
	o := LogAudit{Source: s, Ledger: &h.ledger, LogFolder: h.logDir(), Vault: h.vaultDir(), Passphrase: passphrase, Receipts: h.receipts, Now: h.now, Delay: time.Minute}
	if change != nil {
		change(&o)
	}
	r, err := o.Run(context.Background())
	require.NoError(t, err)
	require.NoError(t, s.Close())
	return r
}
