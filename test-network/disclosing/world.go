package disclosing

import (
	"bytes"
	"context"
	"crypto/rand"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	handover "github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

// World is a founded sample consortium as Go code sees it.
type World struct {
	*testing.T
	As      func(person string) *book.Client
	Wallet  func(person string) *wallet.Person
	Roots   handover.Roots
	Channel string

	owner   string // who keeps the records and runs the node
	today   calendar.Date
	subject string // pseudonym in the bank's book
	known   string // as the owner's vault knows it
	log     *evidencelog.Log
	vault   *vault.Vault
	node    string
}

// People of the sample consortium.
const (
	officer   = "BankA/officer1"
	colleague = "BankA/officer2"
	rival     = "BankB/officer1"
	operator  = "Commission/operator1"
	keeper    = "CentralBank/officer1"
	signatory = "CentralBank/approver1"
	bookA     = "book-banka"
	bookB     = "book-bankb"
	self      = "Subject/s01-" + bookA
)

// sizedLog is a log as a vault enters records into it.
type sizedLog struct{ *evidencelog.Log }

// Size is how many leaves it has.
func (l sizedLog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

func secret() ([]byte, error) { return []byte("test"), nil }

func text(n int) string { return strings.ToLower(rand.Text()[:n]) }

func random() disclosure.Hash {
	b := make([]byte, 32)
	_, _ = rand.Read(b)
	return b
}

func (w *World) head() command.Head { return command.Head{Number: "d-" + text(20), Date: w.today} }

// open makes the owner's vault and log, and its node.
func (w *World) open() {
	w.Helper()
	ctx := w.Context()
	tables, err := book.Show(ctx, w.As(operator).Ledger())
	require.NoError(w, err)
	w.today, w.owner = tables.Open, keeper
	t := w.T
	w.subject = w.Wallet(self).Attrs[wallet.AttrPseudonym]
	w.known = "合成主体" + text(10)

	var logs evidence.LogsAnswer
	require.NoError(w, w.As(keeper).Ask(ctx, command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{Owner: "CentralBankMSP"}, &logs))
	o := evidencelog.Options{Passphrase: secret, WorkFactor: 4}
	dir := filepath.Join(w.TempDir(), "log")
	require.NoError(w, evidencelog.Create(dir, evidence.Origin("CentralBankMSP", len(logs.Logs)+1), o))
	w.log, err = evidencelog.Open(dir, o)
	require.NoError(w, err)
	w.Cleanup(func() { w.log.Close() })
	_, key := w.log.Verifier()
	w.accepted(signatory, command.CommonsName, evidence.RegisterLog, &evidence.RegisterContent{Head: w.head(), Key: key})

	options := vault.Options{Dir: filepath.Join(w.TempDir(), "vault"), Passphrase: secret}
	require.NoError(w, vault.Init(options, vault.Settings{Organization: "CentralBank"}, 4))
	w.vault, err = vault.Open(options)
	require.NoError(w, err)
	w.Cleanup(func() { w.vault.Close() })

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(w, err)
	w.node = "https://" + l.Addr().String()
	n := &handover.Node{Client: w.As(keeper), Person: w.Wallet(keeper), Roots: w.Roots, Lag: 3 * time.Second,
		Open: func(context.Context) (*handover.Shelf, error) {
			return &handover.Shelf{Vault: w.vault, Log: w.log, Close: func() error { return nil }}, nil
		},
		Subjects: func(_ context.Context, chaincode, pseudonym string) ([]string, error) {
			if pseudonym == w.subject {
				return []string{w.known}, nil
			}
			return nil, nil
		},
		Told: func(o handover.Outcome) { t.Log(o.Request, o.Caller.MSP, o.Refusal, o.Recorded, o.Records, o.Err) }}
	serving, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Serve(serving, l) }()
	w.Cleanup(func() {
		stop()
		require.NoError(w, <-done)
	})
}

// put puts a record of a subject and a schema into the vault and the log.
func (w *World) put(subject, schema string, content []byte, fields ...commitment.Field) disclosure.Record {
	w.Helper()
	r, err := w.vault.Put(w.Context(), vault.New{Subject: subject, Schema: schema, Name: "报告.pdf", Fields: fields}, bytes.NewReader(content))
	require.NoError(w, err)
	entered, err := w.vault.Enter(w.Context(), sizedLog{w.log})
	require.NoError(w, err)
	last := entered[len(entered)-1]
	require.Equal(w, r.ID, last.Record.ID)
	item, _, _ := strings.Cut(strings.ToUpper(schema), "/")
	return disclosure.Record{Log: last.Receipt.Log, Seq: last.Receipt.Seq, Leaf: last.Receipt.LeafHash[:], Item: item}
}

func (w *World) anchor() {
	w.Helper()
	_, err := anchor.New(w.As(keeper), w.Channel, book.Delivery{}).Anchor(w.Context(), w.log, false)
	require.NoError(w, err)
}

// accepted posts a command that has to be accepted, and gives its block.
func (w *World) accepted(person, chaincode string, def command.Definition, content any) uint64 {
	w.Helper()
	r, err := w.As(person).Post(w.Context(), chaincode, def, content)
	require.NoError(w, err, "%s as %s", def.Describe().Name, person)
	require.Equal(w, command.Accepted.String(), r.Outcome, "%s as %s: %v", def.Describe().Name, person, r.Refusal)
	return r.Block
}

// settled waits until the authorities' peers have a block.
func (w *World) settled(block uint64) {
	w.Helper()
	for _, person := range []string{operator, keeper, "Finance/officer1"} {
		require.Eventually(w, func() bool {
			h, err := w.As(person).Ledger().Height(w.Context())
			return err == nil && h > block
		}, time.Minute, 20*time.Millisecond, person)
	}
}

// grant gives the officer's bank, or who change says, a grant of the subject.
func (w *World) grant(change func(*authorization.GrantContent)) authorization.GrantContent {
	w.Helper()
	g := authorization.GrantContent{Head: w.head(), Grant: ledgerstate.Ref{ID: ledgerstate.ID{Page: text(13)}, No: "SQ-" + text(12)},
		Terms: authorization.Terms{Subject: w.subject, Who: authorization.Person, Capacity: authorization.Self, Signed: w.today - 10, Grantee: "BankAMSP", Purpose: "01",
			Items: []string{"LOAN"}, Mode: authorization.Raw, From: w.today - 10, To: w.today + 20, Max: 99},
		Evidence: authorization.Evidence{Contact: "0971-0000000", Providers: []string{"CentralBankMSP"}, NoReprovision: true, Form: random(), Signature: random(),
			Method: "FACE_SMS", Consents: []authorization.Consent{authorization.ConsentProvision}}}
	chaincode, def := bookA, authorization.Commands[0]
	if change != nil {
		change(&g)
	}
	switch g.Grantee {
	case "BankAMSP":
	case "BankBMSP":
		chaincode = bookB
	default:
		chaincode, def = command.CommonsName, authorization.OtherCommands[0]
	}
	w.settled(w.accepted(operator, chaincode, def, g))
	return g
}

// request is one for a record under a grant.
func (w *World) request(g authorization.GrantContent, r disclosure.Record) disclosure.UseContent {
	return disclosure.UseContent{Head: w.head(), Request: text(26), Terms: disclosure.Terms{Grant: g.Grant, Subject: g.Subject, Purpose: "01", Why: "SQ-" + text(8),
		Owner: "CentralBankMSP", Records: []disclosure.Record{r}}}
}

func (w *World) user(person string) *handover.User {
	return &handover.User{Client: w.As(person), Person: w.Wallet(person), Roots: w.Roots}
}

func (w *World) key() *age.X25519Identity {
	w.Helper()
	id, err := age.GenerateX25519Identity()
	require.NoError(w, err)
	return id
}

// shown is a request as the subject sees it.
func (w *World) shown(request string) (found disclosure.ShowAnswer, steps string) {
	w.Helper()
	q := disclosure.ListQuery{}
	for {
		var a disclosure.ListAnswer
		require.NoError(w, w.As(self).Ask(w.Context(), bookA, disclosure.InBook.List.DescribeQuery().Name, q, &a))
		for _, x := range a.Requests {
			if x.Request == request {
				found = x
			}
		}
		if q.After = a.Next; a.Next == "" {
			break
		}
	}
	var what []string
	for _, s := range found.Steps {
		what = append(what, s.What)
	}
	return found, strings.Join(what, " ")
}

// sees holds what the subject sees of a request to what happened: the steps,
// and for a code who tried.
func (w *World) sees(request, want, code, caller string) {
	w.Helper()
	found, steps := w.shown(request)
	for until := time.Now().Add(30 * time.Second); steps != want && time.Now().Before(until); { // its gateway's peer may be behind
		time.Sleep(50 * time.Millisecond)
		found, steps = w.shown(request)
	}
	require.Equal(w, want, steps, "%+v", found.Steps)
	require.Equal(w, w.subject, found.Subject)
	require.NotEmpty(w, found.Why)
	if code == "" {
		return
	}
	for _, s := range found.Steps {
		if s.Denial != nil && s.Denial.Code == code {
			require.Equal(w, caller, s.Who.MSP, code)
			require.NotEmpty(w, s.Who.Fingerprint)
			return
		}
	}
	require.Failf(w, "the subject does not see why", "request %s: want %s, sees %+v", request, code, found.Steps)
}
