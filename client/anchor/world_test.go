package anchor_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

const channel = "credit"

var organizations = []struct {
	org, keeper string
	party       command.Party
}{{"Commission", "operator", command.Commission}, {"CentralBank", "officer", command.CentralBank}, {"Finance", "officer", command.Finance},
	{"BankA", "officer", command.Bank}, {"BankB", "officer", command.Bank}}

// world is a consortium on the embedded ledger, one person an organization
// who may do all.
type world struct {
	t      *testing.T
	engine *embedded.Engine
	today  calendar.Date
	n      int
}

func newWorld(t *testing.T) *world {
	w := foundWorld(t, t.TempDir())
	t.Cleanup(func() {
		require.NoError(t, w.engine.Verify())
		require.NoError(t, w.engine.Close())
	})
	return w
}

// openEngine opens the ledger in a folder.
func openEngine(dir string) (*embedded.Engine, error) {
	c := embedded.Consortium{NoSync: true, NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
		return chaincode.New(kind, msp, time.Now)
	}}
	for _, o := range organizations {
		if o.party == command.Bank {
			c.Books = append(c.Books, embedded.Book{Name: "book-" + o.org, Bank: o.org + "MSP"})
		}
		c.Organizations = append(c.Organizations, embedded.Organization{MSP: o.org + "MSP", Party: o.party})
	}
	return embedded.Open(dir, c)
}

// foundWorld founds a consortium in a folder; who calls it closes the engine.
func foundWorld(t *testing.T, dir string) *world {
	today, err := calendar.ParseDate("2024-08-01")
	require.NoError(t, err)
	content := consortium.FoundContent{Head: command.Head{Number: "found", Date: today}, Simulated: true}
	var people []wallet.Enrollee
	for _, o := range organizations {
		m := consortium.Member{MSP: o.org + "MSP", Party: o.party, Names: []consortium.Name{{From: today, Zh: o.org, En: o.org}}}
		if o.party == command.Bank {
			m.Book = "book-" + o.org
		}
		content.Members = append(content.Members, m)
		people = append(people, wallet.Enrollee{Org: o.org, MSP: m.MSP, User: "one", Roles: []string{o.keeper, "approver"}, Post: "post"})
	}
	_, err = devca.EnrollAll(filepath.Join(dir, "embedded"), people, []byte("test"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	t.Setenv(wallet.PassphraseEnv, "test")
	engine, err := openEngine(dir)
	require.NoError(t, err)
	w := &world{t: t, engine: engine, today: today}
	require.NoError(t, founding.Found(t.Context(), founding.Options{Operator: w.person("Commission"), Content: content}))
	return w
}

func (w *world) person(org string) ledger.Ledger {
	l, err := w.engine.As(w.t.Context(), org+"/one")
	require.NoError(w.t, err)
	return l
}

// client of an organization, over a connection that a test may disturb.
func (w *world) client(org string, through func(ledger.Ledger) ledger.Ledger) *book.Client {
	l := w.person(org)
	if through != nil {
		l = through(l)
	}
	c, err := book.Open(w.t.Context(), l, org+"MSP")
	require.NoError(w.t, err)
	return c
}

func (w *world) post(org string, def command.Definition, content any) {
	w.t.Helper()
	r, err := w.client(org, nil).Post(w.t.Context(), command.CommonsName, def, content)
	require.NoError(w.t, err)
	require.Equal(w.t, "accepted", r.Outcome, "%v", r.Refusal)
}

func (w *world) head() command.Head {
	w.n++
	return command.Head{Number: "n" + string(rune('a'+w.n)), Date: w.today}
}

func passphrase() ([]byte, error) { return []byte("test"), nil }

// log makes an organization's log and registers it.
func (w *world) log(org string) (*evidencelog.Log, string) {
	w.t.Helper()
	dir := filepath.Join(w.t.TempDir(), "log")
	require.NoError(w.t, evidencelog.Create(dir, evidence.Origin(org+"MSP", 1), evidencelog.Options{Passphrase: passphrase, WorkFactor: 4}))
	l := open(w.t, dir)
	_, key := l.Verifier()
	w.post(org, evidence.RegisterLog, &evidence.RegisterContent{Head: w.head(), Key: key})
	return l, dir
}

func open(t *testing.T, dir string) *evidencelog.Log {
	l, err := evidencelog.Open(dir, evidencelog.Options{Passphrase: passphrase, WorkFactor: 4})
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return l
}

// grow appends n records to a log.
func grow(t *testing.T, l *evidencelog.Log, n int) []evidencelog.Receipt {
	receipts, err := l.Append(t.Context(), entries(n))
	require.NoError(t, err)
	return receipts
}

func entries(n int) []evidencelog.Entry {
	entries := make([]evidencelog.Entry, n)
	sum, err := multihash.Sum([]byte("ciphertext"), multihash.SHA2_256, -1)
	if err != nil {
		panic(err)
	}
	for i := range entries {
		entries[i] = evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: [32]byte{1}, CID: cid.NewCidV1(cid.Raw, sum), FieldRoot: [32]byte{2}, Schema: "contract/1"}
	}
	return entries
}

func (w *world) sheet(origin string) *evidence.LogSheet {
	var s evidence.LogSheet
	require.NoError(w.t, w.client("BankB", nil).Ask(w.t.Context(), command.CommonsName, evidence.ShowLog.Name, evidence.LogQuery{Origin: origin}, &s))
	return &s
}

// disturbed is a connection that counts what is submitted, and may lose it.
type disturbed struct {
	ledger.Ledger
	submitted int
	lose      func(n int) (before, after bool) // the n-th: not sent, or its answer lost
	ago       time.Duration                    // by how much transactions look older
}

var errDead = errors.New("the process died")

func (d *disturbed) Submit(ctx context.Context, c ledger.Call) (*ledger.Commit, error) {
	d.submitted++
	var before, after bool
	if d.lose != nil {
		before, after = d.lose(d.submitted)
	}
	if before {
		return nil, errDead
	}
	commit, err := d.Ledger.Submit(ctx, c)
	if after {
		return nil, errDead
	}
	return commit, err
}

func (d *disturbed) Transaction(ctx context.Context, txID string) (*ledger.Transaction, error) {
	tx, err := d.Ledger.Transaction(ctx, txID)
	if err == nil {
		tx.Time = tx.Time.Add(-d.ago)
	}
	return tx, err
}

func anchorer(c *book.Client) *anchor.Anchorer { return anchor.New(c, channel, book.Delivery{}) }
