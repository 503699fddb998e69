package chaincodetest

import (
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Ledger is a consortium in memory: commons and the books of BankA and
// BankB, founded, with a business day open.
type Ledger struct {
	t          *testing.T
	state      map[string][]byte
	Missing    map[string]bool // keys whose hash is known but whose value this node lacks
	chaincodes map[string]shim.Chaincode
	people     map[string][]byte
	n          int
	Now        time.Time
	TxOffset   time.Duration // of a transaction's time from the endorsers' clock
	Last       string        // ID of the last transaction that wrote
	Header     string        // the chaincode that a hostile client's header names, whatever it calls
}

// BookA and BookB are the books' chaincode names.
const (
	BookA = "book-banka"
	BookB = "book-bankb"
)

// Day reads a date or fails the test.
func Day(t testing.TB, s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	require.NoError(t, err)
	return d
}

// Percent reads a rate or fails the test.
func Percent(t testing.TB, s string) money.Rate {
	r, err := money.ParseRate(s)
	require.NoError(t, err)
	return r
}

// Unfounded is a ledger on which nothing has happened yet.
func Unfounded(t *testing.T) *Ledger {
	l := &Ledger{t: t, state: map[string][]byte{}, Missing: map[string]bool{}, chaincodes: map[string]shim.Chaincode{}, people: map[string][]byte{}, Now: time.Now()}
	clock := func() time.Time { return l.Now }
	for _, name := range []string{"commons", BookA, BookB} {
		kind := command.Book
		if name == "commons" {
			kind = command.Commons
		}
		cc, err := chaincode.New(kind, "CommissionMSP", clock)
		require.NoError(t, err)
		l.chaincodes[name] = cc
	}
	return l
}

// New founds the consortium with `open` as the open business day and ten
// years of back-dating.
func New(t *testing.T, open string) *Ledger {
	l := Unfounded(t)
	name := func(zh string) []consortium.Name {
		return []consortium.Name{{From: Day(t, "2020-01-01"), Zh: zh, En: zh}}
	}
	rules := &consortium.Parameters{BackDatingDays: 3653, RateCapSpread: Percent(t, "1.5"), DecisionDays: 10, PenaltyPercent: 50, NonPerforming: 90, PreLoanMaxDays: 90}
	methods, guarantees := []string{"EQI", "EQP", "IOB", "BUL"}, []string{"C1", "C2", "C3", "C4", "C5"}
	l.Must("commons", "Commission/operator", "consortium.Found", consortium.FoundContent{
		Head: command.Head{Number: "found", Date: Day(t, open)}, Simulated: true,
		Members: []consortium.Member{
			{MSP: "CommissionMSP", Party: command.Commission, Names: name("省发展改革委")},
			{MSP: "CentralBankMSP", Party: command.CentralBank, Names: name("人民银行")},
			{MSP: "FinanceMSP", Party: command.Finance, Names: name("省财政厅")},
			{MSP: "BankAMSP", Party: command.Bank, Book: BookA, Names: name("甲银行")},
			{MSP: "BankBMSP", Party: command.Bank, Book: BookB, Names: name("乙银行")},
			{MSP: "AuditMSP", Party: command.Audit, Names: name("审计")},
			{MSP: "SubjectMSP", Party: command.Subject, Names: name("信息主体")},
			{MSP: "ProviderMSP", Party: command.Provider, Names: name("责任单位")},
		},
		Tables: []consortium.Change{
			{Rules: rules},
			{LPR: []consortium.LPR{
				{Published: Day(t, "2022-08-22"), OneYear: Percent(t, "3.65"), FiveYear: Percent(t, "4.30")},
				{Published: Day(t, "2023-06-20"), OneYear: Percent(t, "3.55"), FiveYear: Percent(t, "4.20")},
				{Published: Day(t, "2023-08-21"), OneYear: Percent(t, "3.45"), FiveYear: Percent(t, "4.20")},
				{Published: Day(t, "2024-07-22"), OneYear: Percent(t, "3.35"), FiveYear: Percent(t, "3.85")},
			}},
			{Packs: Packs(t)},
			{Products: []consortium.Product{
				{Code: "AGR", Zh: "农牧贷", En: "herder loan", From: Day(t, "2022-01-01"), MaxPrincipal: 30000000, MaxMonths: 36, Methods: methods, Guarantees: guarantees},
				{Code: "TAX", Zh: "税易贷", En: "tax loan", From: Day(t, "2022-01-01"), MaxPrincipal: 500000000, MaxMonths: 36, Methods: methods, Guarantees: guarantees},
			}},
			{Purposes: []consortium.Purpose{
				{Code: "01", Zh: "贷前审查", En: "before the loan", MaxDays: 90}, {Code: "02", Zh: "贷中审批", En: "decision", MaxDays: 90},
				{Code: "03", Zh: "贷后管理", En: "after the loan"}, {Code: "04", Zh: "风险补偿审核", En: "compensation"},
				{Code: "05", Zh: "异议核查", En: "objection", MaxDays: 90}, {Code: "06", Zh: "统计(去标识)", En: "statistics", MaxDays: 365},
			}},
			{Items: []consortium.Item{
				{Code: "REG", Zh: "登记信息", En: "registration", Class: "PUBLIC", Owner: "CommissionMSP"},
				{Code: "LOAN", Zh: "信贷信息", En: "credit", Class: "CONSENT", Owner: "CentralBankMSP"},
				{Code: "TAXAMT", Zh: "纳税数额", En: "tax amount", Class: "WARN_CONSENT", Owner: "ProviderMSP"},
				{Code: "DISEASE", Zh: "疾病和病史", En: "medical history", Class: "BANNED", Owner: "ProviderMSP"},
			}},
		},
	})
	secret := func(cc, collection string) {
		_, err := l.invoke(cc, "Commission/operator", "setup:Secret", []string{collection}, map[string][]byte{"secret": l.random()})
		require.NoError(t, err)
	}
	for _, c := range command.Commons.Collections() {
		secret("commons", c.Name)
	}
	for book, bank := range map[string]string{BookA: "BankAMSP", BookB: "BankBMSP"} {
		_, err := l.invoke(book, "Commission/operator", "setup:Open", []string{bank}, nil)
		require.NoError(t, err)
		for _, c := range command.Book.Collections() {
			secret(book, c.Name)
		}
	}
	return l
}

func (l *Ledger) random() []byte {
	b := make([]byte, 32)
	_, err := rand.Read(b)
	require.NoError(l.t, err)
	return b
}

// Person gives the identity of "BankA/officer" or, for a subject,
// "Subject/<pseudonym>". "BankA/officer#2" is another person with the role.
// A subject's certificate is for one chaincode: "Subject/<pseudonym>@book-banka".
// "Subject/<pseudonym>@" has one for none; without the @, a call is signed
// with the one for the chaincode that it goes to.
func (l *Ledger) Person(who string) []byte {
	if id, ok := l.people[who]; ok {
		return id
	}
	org, user, _ := strings.Cut(who, "/")
	user, book, _ := strings.Cut(user, "@")
	role, _, _ := strings.Cut(user, "#")
	attrs := map[string]string{"role": role, "post": role}
	if isSubject(who) {
		attrs = map[string]string{"role": "subject", "pseudonym": user}
		if book != "" {
			attrs["book"] = book
		}
	}
	body, err := json.Marshal(map[string]any{"attrs": attrs})
	require.NoError(l.t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(l.t, err)
	l.n++
	template := &x509.Certificate{SerialNumber: big.NewInt(int64(l.n)), Subject: pkix.Name{CommonName: user, OrganizationalUnit: []string{"client"}},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4, 5, 6, 7, 8, 1}, Value: body}}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(l.t, err)
	id, err := proto.Marshal(&msp.SerializedIdentity{Mspid: org + "MSP", IdBytes: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})})
	require.NoError(l.t, err)
	l.people[who] = id
	return id
}

// ofStaff are roles that a subject's certificate never has in the sample;
// tests of the access matrix give them out all the same.
var ofStaff = map[string]bool{"operator": true, "officer": true, "reviewer": true, "approver": true, "auditor": true, "provider": true, "admin": true}

// isSubject reports whether somebody holds a subject's certificate, also one
// that an organization of staff should never have given out.
func isSubject(who string) bool {
	org, user, _ := strings.Cut(who, "/")
	user, _, _ = strings.Cut(user, "@")
	return user == "subject" || (org == "Subject" && !ofStaff[user])
}

// signer is the identity that somebody signs a call of a chaincode with.
func (l *Ledger) signer(who, cc string) []byte {
	if isSubject(who) && !strings.Contains(who, "@") {
		who += "@" + cc
	}
	return l.Person(who)
}

// Fingerprint is the hex fingerprint of a person's certificate.
func (l *Ledger) Fingerprint(who string) string {
	a, err := command.ReadActor(l.Person(who))
	require.NoError(l.t, err)
	return a.FingerprintHex()
}

func (l *Ledger) invoke(cc, who, function string, args []string, transient map[string][]byte) ([]byte, error) {
	l.n++
	sum := sha256.Sum256([]byte(strconv.Itoa(l.n)))
	if transient == nil {
		transient = map[string][]byte{}
	}
	if transient["seed"] == nil {
		transient["seed"] = l.random()
	}
	tx := &transaction{id: hex.EncodeToString(sum[:]), time: timestamppb.New(l.Now.Add(l.TxOffset)), creator: l.signer(who, cc), transient: transient, writes: map[string][]byte{}}
	tx.args = append(tx.args, []byte(function))
	for _, a := range args {
		tx.args = append(tx.args, []byte(a))
	}
	tx.signed = func() *peer.SignedProposal { return l.proposal(cmp.Or(l.Header, cc), cc) }
	resp := l.chaincodes[cc].Invoke(&stub{ledger: l, namespace: cc, tx: tx})
	if resp.Status != shim.OK {
		return nil, fmt.Errorf("%s", resp.Message)
	}
	for k, v := range tx.writes {
		if l.state[k] = v; v == nil { // purged
			delete(l.state, k)
		}
	}
	if len(tx.writes) > 0 {
		l.Last = tx.id
	}
	return resp.Payload, nil
}

// Step is one command of a batch.
type Step struct {
	Name    string
	Content any
}

// Batch submits commands of one lane as one transaction and gives their
// results.
func (l *Ledger) Batch(cc, who, lane string, steps ...Step) ([]command.Result, error) {
	envelopes := make([]command.Envelope, len(steps))
	for i, s := range steps {
		raw, err := json.Marshal(s.Content)
		require.NoError(l.t, err)
		envelopes[i] = command.Envelope{Name: s.Name, Content: raw}
	}
	raw, err := json.Marshal(envelopes)
	require.NoError(l.t, err)
	called, function, args := cc, "batch:Submit", []string{lane, strconv.Itoa(len(steps))}
	if joint(lane) {
		called, function, args, cc = command.CommonsName, "batch:SubmitFor", append(args, book(cc)), book(cc)
	}
	if _, err := l.invoke(called, who, function, args, map[string][]byte{"commands": raw}); err != nil {
		return nil, err
	}
	var a command.ReceiptAnswer
	require.NoError(l.t, l.Ask(cc, "Commission/auditor", "receipt."+lane, map[string]string{"lane": lane, "tx": l.Last}, &a))
	require.True(l.t, a.Found)
	return a.Results, nil
}

// Submit submits one command through its own contract.
func (l *Ledger) Submit(cc, who, name string, content any) (command.Result, error) {
	raw, err := json.Marshal(content)
	require.NoError(l.t, err)
	lane, called, args := laneOf(name), cc, []string(nil)
	if joint(lane) {
		called, args, cc = command.CommonsName, []string{book(cc)}, book(cc)
	}
	answer, err := l.invoke(called, who, name+":Submit", args, map[string][]byte{"command": raw})
	if err != nil {
		return command.Result{}, err
	}
	var s command.Summary
	require.NoError(l.t, json.Unmarshal(answer, &s))
	if s.Accepted == 1 { // of which there is no receipt
		return command.Result{Command: name, Outcome: command.Accepted.String()}, nil
	}
	var a command.ReceiptAnswer
	require.NoError(l.t, l.Ask(cc, "Commission/auditor", "receipt."+lane, map[string]string{"lane": lane, "tx": l.Last}, &a))
	require.True(l.t, a.Found)
	return a.Results[0], nil
}

// Must submits one command and fails the test unless it is accepted.
func (l *Ledger) Must(cc, who, name string, content any) {
	l.t.Helper()
	r, err := l.Submit(cc, who, name, content)
	require.NoError(l.t, err)
	require.Equal(l.t, "accepted", r.Outcome, "%v", r.Refusal)
}

// Refused submits one command and fails the test unless it is refused with
// the code.
func (l *Ledger) Refused(code, cc, who, name string, content any) command.Result {
	l.t.Helper()
	r, err := l.Submit(cc, who, name, content)
	require.NoError(l.t, err)
	require.Equal(l.t, "refused", r.Outcome)
	require.Equal(l.t, code, r.Refusal.Code, "%v", r.Refusal)
	return r
}

// Ask runs a query.
func (l *Ledger) Ask(cc, who, name string, query, answer any) error {
	raw, err := json.Marshal(query)
	require.NoError(l.t, err)
	before := len(l.state)
	out, err := l.invoke(cc, who, name+":Ask", nil, map[string][]byte{"query": raw})
	if err != nil {
		return err
	}
	require.Len(l.t, l.state, before, "a query wrote")
	return json.Unmarshal(out, answer)
}

// Digests gives the canonical digests of a kind by natural key.
func (l *Ledger) Digests(cc, kind string) map[string]string {
	m := map[string]string{}
	var q command.ExportQuery
	for {
		var a command.ExportAnswer
		require.NoError(l.t, l.Ask(cc, "Commission/operator", "digest."+kind, q, &a))
		for _, d := range a.Aggregates {
			m[d.Natural] = d.Digest
		}
		if a.Next == "" {
			return m
		}
		q.After = a.Next
	}
}

// ID makes an opaque ID from a page name and slot.
func ID(page string, slot int) ledgerstate.ID { return ledgerstate.ID{Page: page, Slot: uint8(slot)} }

// Invoke calls any function, as a hostile client may.
func (l *Ledger) Invoke(cc, who, function string, args []string, transient map[string][]byte) ([]byte, error) {
	return l.invoke(cc, who, function, args, transient)
}

// Denied runs a command or query with empty content and tells whether it was
// the access line that refused.
func (l *Ledger) Denied(cc, who string, query bool, name string) bool {
	if query {
		_, err := l.invoke(cc, who, name+":Ask", nil, map[string][]byte{"query": []byte("{}")})
		return err != nil && strings.Contains(err.Error(), "qxl ACCESS_DENIED")
	}
	r, err := l.Submit(cc, who, name, map[string]any{"number": "n"})
	if err != nil {
		if joint(laneOf(name)) && isSubject(who) && strings.Contains(err.Error(), "qxl "+command.WrongBook.Code) {
			return true // a subject's certificate is for commons or for the book, never for both
		}
		require.ErrorContains(l.t, err, "qxl ACCESS_DENIED", "%s as %s", name, who)
		return true
	}
	return r.Outcome == "refused" && r.Refusal.Code == command.AccessDenied.Code
}
