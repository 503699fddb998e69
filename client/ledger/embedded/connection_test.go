package embedded

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

func TestChaincodeErrorsKeepTheirCode(t *testing.T) {
	r := start(t)
	for _, c := range []struct {
		text, code, message string
		retry               bool
	}{
		{"qxl NOT_A_MEMBER: ask another peer", "NOT_A_MEMBER", "ask another peer", false},
		{"qxl CLOCK_SKEW: 20m off,\nlimit 15m", "CLOCK_SKEW", "20m off,\nlimit 15m", false},
		{"qxl DATA_MISSING_ON_PEER: later", "DATA_MISSING_ON_PEER", "later", true},
		{"something else", "CHAINCODE_REFUSED", "something else", false},
		{"qxl lower: no", "CHAINCODE_REFUSED", "qxl lower: no", false},
	} {
		_, err := r.do(bookA, forLoan, op{Do: "fail", Value: c.text})
		e := requireCode(t, err, ledger.StageEndorse, c.code)
		require.Equal(t, c.message, e.Message)
		require.Equal(t, c.retry, e.Retry)
		require.False(t, e.MayCommit)
		_, err = r.ask("FinanceMSP", bookA, op{Do: "fail", Value: c.text})
		requireCode(t, err, ledger.StageEvaluate, c.code)
		var who *refused
		require.ErrorAs(t, err, &who)
		require.Equal(t, "FinanceMSP", who.msp)
	}
}

func TestAPanicIsAnErrorAndItsStackGoesToTheLog(t *testing.T) {
	var log bytes.Buffer
	r := startIn(t, t.TempDir(), func(c *Consortium) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
	_, err := r.do(bookA, []string{"BankAMSP"}, op{Do: "panic", Value: "a customer's name"})
	e := requireCode(t, err, ledger.StageEndorse, "CHAINCODE_PANIC")
	require.NotContains(t, e.Error(), "customer")
	require.Contains(t, log.String(), "script.do")
	require.Contains(t, log.String(), "msp=BankAMSP")
	r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "v"})
}

func TestWhoMayCallAndWhoIsAsked(t *testing.T) {
	r := start(t)
	ctx := context.Background()
	call := scripted(bookA, []op{{Do: "who"}})
	for mspID, want := range map[string]string{
		"BankBMSP": "BankBMSP", "AuditMSP": "AuditMSP", "SubjectMSP": "CommissionMSP", "ProviderMSP": "CommissionMSP",
	} {
		raw, err := r.as(mspID).Evaluate(ctx, call)
		require.NoError(t, err)
		require.Equal(t, []string{want}, answers(t, raw))
	}
	raw, err := r.as("SubjectMSP").Evaluate(ctx, scripted(bookA, []op{{Do: "who"}}, "FinanceMSP"))
	require.NoError(t, err)
	require.Equal(t, []string{"FinanceMSP"}, answers(t, raw))

	_, err = r.as("StrangerMSP").Evaluate(ctx, call)
	requireCode(t, err, ledger.StageEvaluate, ledger.CodeAccess)
	_, err = r.as("StrangerMSP").Submit(ctx, scripted(bookA, nil, forLoan...))
	requireCode(t, err, ledger.StageEndorse, ledger.CodeAccess)
	for _, c := range []struct{ endorser, want string }{
		{"SubjectMSP", "endorser SubjectMSP has no peer"}, {"NobodyMSP", `endorser "NobodyMSP" is no organization`}, {"", "no endorser is named"},
	} {
		var endorsers []string
		if c.endorser != "" {
			endorsers = []string{"CommissionMSP", c.endorser}
		}
		_, err = r.do(bookA, endorsers, op{Do: "who"})
		requireCode(t, err, ledger.StageEndorse, ledger.CodeOther)
		require.ErrorContains(t, err, c.want)
	}
	_, err = r.do("book-none", forLoan, op{Do: "who"})
	require.ErrorContains(t, err, `chaincode "book-none" is not deployed`)
	_, err = r.Connect(Person{MSP: "BankAMSP", Creator: []byte("nonsense")})
	requireCode(t, err, ledger.StageConnect, ledger.CodeAccess)
	lying := person(t, "BankBMSP", nil)
	lying.MSP = "BankAMSP"
	l, err := r.Connect(lying)
	require.NoError(t, err)
	_, err = l.Evaluate(ctx, call)
	requireCode(t, err, ledger.StageEvaluate, ledger.CodeAccess)
}

func TestACertificateOutOfForceIsRefused(t *testing.T) {
	r := start(t)
	ca, err := devca.New("BankA")
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert, err := ca.IssueExpired("late", nil, key.Public(), time.Now().Add(-time.Minute))
	require.NoError(t, err)
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: "BankAMSP", IdBytes: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})})
	require.NoError(t, err)
	l, err := r.Connect(Person{Creator: creator, Sign: func([]byte) ([]byte, error) { return nil, nil }})
	require.NoError(t, err)
	_, err = l.Submit(context.Background(), scripted(bookA, nil, forLoan...))
	requireCode(t, err, ledger.StageEndorse, ledger.CodeAccess)
	require.ErrorContains(t, err, "is in force from")
}

func TestTransactionTellsWhatEverybodyCanSee(t *testing.T) {
	at := time.Date(2024, 3, 1, 8, 0, 0, 5, time.UTC)
	r := startIn(t, t.TempDir(), func(c *Consortium) { c.Clock = func() time.Time { return at } })
	p := person(t, "BankAMSP", map[string]string{"role": "officer,reviewer", "post": "客户经理"})
	// The certificate is of today, the ledger's clock of 2024.
	at = time.Now().UTC().Truncate(time.Microsecond)
	l, err := r.Connect(p)
	require.NoError(t, err)
	call := scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...)
	call.Function, call.Args = "loan.Disburse:Submit", []string{"loan", "1"}
	commit, err := l.Submit(context.Background(), call)
	require.NoError(t, err)
	tx, err := l.Transaction(context.Background(), commit.TxID)
	require.NoError(t, err)
	require.True(t, at.Equal(tx.Time))
	signer := signerOf(p.Creator)
	require.Equal(t, ledger.Signer{MSP: "BankAMSP", Subject: "officer1", Fingerprint: signer.Fingerprint, Roles: []string{"officer", "reviewer"}, Post: "客户经理"}, tx.Creator)
	require.Len(t, signer.Fingerprint, 64)
	tx.Creator, tx.Time = ledger.Signer{}, time.Time{}
	require.Equal(t, &ledger.Transaction{
		TxID: commit.TxID, Block: commit.Block, Validation: "VALID", Chaincode: bookA, Function: "loan.Disburse:Submit", Args: []string{"loan", "1"},
		Endorsers: []ledger.Signer{{MSP: "BankAMSP"}, {MSP: "CommissionMSP"}}, Response: commit.Response,
	}, tx)
	height, err := l.Height(context.Background())
	require.NoError(t, err)
	require.Equal(t, commit.Block+1, height)
	_, err = l.Transaction(context.Background(), strings.Repeat("0", 64))
	requireCode(t, err, ledger.StageQuery, "TRANSACTION_UNKNOWN")
	require.Equal(t, "embedded", l.Engine())
	require.NoError(t, l.Close())
}

func TestPeopleComeFromTheWallet(t *testing.T) {
	dir := t.TempDir()
	identities := filepath.Join(dir, "embedded")
	require.NoError(t, wallet.WritePassphraseFile(identities, []byte("sample")))
	_, err := devca.EnrollAll(identities, []wallet.Enrollee{{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}}}, []byte("sample"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	r := startIn(t, dir, nil)
	l, err := r.As(context.Background(), "BankA/officer1")
	require.NoError(t, err)
	commit, err := l.Submit(context.Background(), scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...))
	require.NoError(t, err)
	tx, err := l.Transaction(context.Background(), commit.TxID)
	require.NoError(t, err)
	require.Equal(t, "officer1", tx.Creator.Subject)
	_, err = r.As(context.Background(), "BankA/nobody")
	var unknown *wallet.UnknownPersonError
	require.ErrorAs(t, err, &unknown)
}

func TestNoticeAndClose(t *testing.T) {
	r := start(t)
	zh, en := r.Notice()
	require.Contains(t, zh, "不得用于生产")
	require.Contains(t, en, "not for production")
	l := r.as("BankAMSP")
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	_, err := l.Submit(context.Background(), scripted(bookA, nil, forLoan...))
	requireCode(t, err, ledger.StageConnect, ledger.CodeUnavailable)
	_, err = l.Height(context.Background())
	requireCode(t, err, ledger.StageQuery, ledger.CodeUnavailable)
}
