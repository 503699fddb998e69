package e2e

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
)

var authorities = []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}

// tooFew are endorsers that satisfy no policy of compensation: everybody but
// one authority, Finance alone, Finance and a bank.
func tooFew() [][]string {
	all := []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP", "BankAMSP", "BankBMSP", "AuditMSP"}
	lists := [][]string{{"FinanceMSP"}, {"FinanceMSP", "BankAMSP"}}
	for _, missing := range authorities {
		lists = append(lists, slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == missing }))
	}
	return lists
}

// attacked is an envelope that must come to nothing.
type attacked struct {
	txID, what      string
	chaincode, lane string // of the receipt that it must not leave
}

// raid collects what was tried, until it is looked at what became of it.
type raid struct {
	*forger
	tried  []attacked
	marks  [][]byte // hashes that stand in forged envelopes and nowhere else
	births map[string]bool
	asked  int // times an honest peer was asked to endorse
}

// fake hands orderers a transaction of somebody in which he says himself what
// happened, signed with the keys of peers that are not enough.
func (r *raid) fake(what, person string, legit *ready, action *peer.ChaincodeAction, msps []string) {
	r.t.Helper()
	i := r.intend(person, legit.call)
	payload := r.payload(i, action)
	r.strike(what+" signed by "+strings.Join(msps, "+"), legit.chaincode, legit.lane.Name, i, payload, r.fabricated(payload, msps...))
}

func (r *raid) strike(what, chaincode, lane string, i *intent, payload []byte, endorsements []*peer.Endorsement) {
	r.t.Helper()
	r.order(r.envelope(i, payload, endorsements...))
	r.tried = append(r.tried, attacked{i.txID, what, chaincode, lane})
}

// failed sees that every peer has found every envelope not to be endorsed by
// those whom it needs, and that none left a receipt.
func (r *raid) failed(from int) {
	r.t.Helper()
	for _, a := range r.tried[from:] {
		require.Equal(r.t, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE.String(), r.fate(a.txID), a.what)
		for _, who := range []string{"Commission/operator1", "CentralBank/officer1", "Finance/officer1"} {
			receipt, err := r.as(who).Receipt(r.t.Context(), a.chaincode, a.lane, a.txID, "")
			require.NoError(r.t, err, a.what)
			require.False(r.t, receipt.Found, "%s left a receipt at the peer of %s", a.what, who)
		}
	}
}

// first takes a command through that creates the first key of a kind, after
// the same result was sent with the signatures of too few. All of them have
// read what the honest one has: had one of them been committed, its keys would
// be there and the honest one in conflict.
func (r *raid) first(kind, collection, person, chaincode, name string, content any) {
	r.t.Helper()
	r.firstOf(kind, collection, person, r.agreed(person, chaincode, name, content))
}

// firstOf is first with a command that was endorsed before.
func (r *raid) firstOf(kind, collection, person string, legit *ready) {
	r.t.Helper()
	action, from := r.action(legit.payload), len(r.tried)
	require.Positive(r.t, r.created(action, collection), "%s creates no key in %s", legit.call.Function, collection)
	for msp, party := range map[string]command.Party{"BankAMSP": command.Bank, "BankBMSP": "", "AuditMSP": command.Audit} {
		if holds(legit.lane, party) {
			continue // it may endorse; that endorsement is among the forged ones, and serves nobody
		}
		a := r.ask(msp, legit.signed)
		r.asked++
		require.Contains(r.t, []string{notAMember, accessDenied}, a.code, "%s at %s: %s", legit.call.Function, msp, a)
	}
	for _, msps := range tooFew() {
		r.fake("first "+kind+": "+legit.call.Function, person, legit, action, msps)
	}
	r.send(legit)
	r.valid(legit)
	r.failed(from)
	r.births[kind] = true
}

// holds reports whether a party's peer has all that a lane writes.
func holds(l command.Lane, p command.Party) bool {
	for _, c := range append(append(slices.Clone(l.Collections), l.Reads...), l.Book...) {
		if !c.Has(p) {
			return false
		}
	}
	return true
}

// results are what an action did, decoded.
func (r *raid) results(action *peer.ChaincodeAction, each func(namespace, collection string, set *kvrwset.HashedRWSet) *kvrwset.HashedRWSet) *peer.ChaincodeAction {
	r.t.Helper()
	sets := &rwset.TxReadWriteSet{}
	r.unmarshal(action.GetResults(), sets)
	for _, ns := range sets.GetNsRwset() {
		for _, c := range ns.GetCollectionHashedRwset() {
			set := &kvrwset.HashedRWSet{}
			r.unmarshal(c.GetHashedRwset(), set)
			if changed := each(ns.GetNamespace(), c.GetCollectionName(), set); changed != nil {
				c.HashedRwset, c.PvtRwsetHash = r.marshal(changed), r.random()
			}
		}
	}
	forged := proto.CloneOf(action)
	forged.Results = r.marshal(sets)
	return forged
}

// created counts the keys that an action creates in a collection: written, and
// found not to be there.
func (r *raid) created(action *peer.ChaincodeAction, collection string) (n int) {
	r.results(action, func(_, name string, set *kvrwset.HashedRWSet) *kvrwset.HashedRWSet {
		for _, w := range set.GetHashedWrites() {
			if name == collection && slices.ContainsFunc(set.GetHashedReads(), func(x *kvrwset.KVReadHash) bool {
				return string(x.GetKeyHash()) == string(w.GetKeyHash()) && x.GetVersion() == nil
			}) {
				n++
			}
		}
		return nil
	})
	return n
}

func (r *raid) random() []byte {
	b := make([]byte, 32)
	rand.Read(b)
	return b
}

// mark is a hash that occurs nowhere else.
func (r *raid) mark() []byte {
	b := r.random()
	r.marks = append(r.marks, b)
	return b
}

// wished makes of what an honest peer found what the attacker wants to be
// found: whatever it read in these collections is written over, a new key is
// added, and the command counts as accepted.
func (r *raid) wished(honest *peer.ChaincodeAction, lane string, collections ...string) *peer.ChaincodeAction {
	r.t.Helper()
	written := 0
	forged := r.results(honest, func(_, name string, set *kvrwset.HashedRWSet) *kvrwset.HashedRWSet {
		if !slices.Contains(collections, name) {
			return nil
		}
		writes := []*kvrwset.KVWriteHash{{KeyHash: r.mark(), ValueHash: r.mark()}}
		for _, x := range set.GetHashedReads() {
			writes = append(writes, &kvrwset.KVWriteHash{KeyHash: x.GetKeyHash(), ValueHash: r.mark()})
		}
		written += len(writes)
		return &kvrwset.HashedRWSet{HashedReads: set.GetHashedReads(), HashedWrites: writes}
	})
	require.Positive(r.t, written)
	raw, err := json.Marshal(command.Summary{Lane: lane, Accepted: 1})
	require.NoError(r.t, err)
	forged.Response = &peer.Response{Status: 200, Payload: raw}
	return forged
}

// attack is a command that must not be carried out.
type attack struct {
	what          string
	person        string
	chaincode     string
	command       string
	content       any
	code          string // what honest endorsers say
	unendorsed    bool   // none of them endorses; else they endorse a receipt of the refusal
	as            *ready // somebody else's command that would do what the attacker wants; nil: what he writes himself
	likeRefusalOf *attack
	honest        *peer.ChaincodeAction // what an authority found
}

// refused has every peer asked for its endorsement, each by itself: nobody
// endorses what is attacked.
func (r *raid) refused(a *attack) {
	r.t.Helper()
	lane := definition(a.chaincode, a.command).Describe().Lane.Name
	if !a.unendorsed { // which rule, a receipt says that all have endorsed
		r.members.refused(a.code, a.person, a.chaincode, a.command, a.content)
	}
	r.level()
	i := r.intend(a.person, callOf(a.chaincode, a.command, a.content))
	for _, msp := range peers {
		got := r.ask(msp, i.signed)
		r.asked++
		switch {
		case !slices.Contains(authorities, msp) && (got.code == notAMember || got.code == accessDenied):
		case a.unendorsed:
			require.Equal(r.t, a.code, got.code, "%s at %s: %s", a.what, msp, got)
		default:
			require.Equal(r.t, command.Summary{Lane: lane, Refused: 1}, got.summary, "%s at %s: %s", a.what, msp, got)
			if slices.Contains(authorities, msp) {
				a.honest = r.action(got.payload)
			}
		}
	}
}

// forged sends the attack with a result that no honest peer has found.
func (r *raid) forged(a *attack) {
	r.t.Helper()
	d := definition(a.chaincode, a.command).Describe()
	legit := &ready{chaincode: a.chaincode, lane: d.Lane, call: callOf(a.chaincode, a.command, a.content)}
	var action *peer.ChaincodeAction
	switch {
	case a.as != nil:
		action = r.action(a.as.payload)
	case a.likeRefusalOf != nil:
		action = r.wished(a.likeRefusalOf.honest, d.Lane.Name, command.Comp.Name)
	default:
		action = r.wished(a.honest, d.Lane.Name, command.Comp.Name, command.Fund.Name, command.Registry.Name)
	}
	for _, msps := range tooFew() {
		r.fake(a.what, a.person, legit, action, msps)
	}
}

// kinds of compensation and the fund, whose first keys too few must not create.
func kindsOfCompensation() []string {
	var list []string
	for _, k := range append(slices.Clone(chaincode.BookKinds), chaincode.CommonsKinds...) {
		if k.KindCode() == erasure.CompTraces.Code {
			continue // what an ordered erasure leaves behind is no key of a claim; TestErasure is about it
		}
		if slices.Contains([]string{command.Comp.Name, command.Fund.Name, command.Registry.Name}, k.CollectionName()) {
			list = append(list, k.KindCode())
		}
	}
	slices.Sort(list)
	return list
}

// TestAttacksOnCompensation sends envelopes made by hand straight to the
// orderers: payouts, creations and decisions that too few have endorsed, or
// that nobody honest endorses, with endorsements that the attacker signs
// himself with the keys of some members' peers. Every peer finds each of them
// ENDORSEMENT_POLICY_FAILURE, and nothing of them is left. The same machinery
// commits what all who are needed have endorsed.
func TestAttacksOnCompensation(t *testing.T) {
	m := open(t, network(t))
	began := time.Now()
	r := &raid{forger: forge(m), births: map[string]bool{}}
	const officer, clerk, director = "BankA/officer1", "Finance/officer1", "Finance/approver1"

	// One person of Finance who has both roles.
	both, err := wallet.Open(string(m.dir), clerk, wallet.Passphrase(string(m.dir), nil))
	require.NoError(t, err)
	m.forged["Finance/both"] = m.stolen("Finance").certify(t, both, map[string]string{wallet.AttrRole: "officer,approver", wallet.AttrPost: "经办岗"})

	// Two loans that are lost. Every first key on their way is fought for.
	bad, draft := m.lose("BankA"), m.lose("BankA")
	r.first("bank", command.Registry.Name, director, command.CommonsName, "comp.Agree", m.agreement("BankA"))
	r.first("filing", command.Comp.Name, officer, bookA, "comp.Reserve", m.reserve(bad))
	m.accepted(officer, bookA, "comp.Reserve", m.reserve(draft))
	r.do(officer, bookA, "comp.File", bad.file(bad.day, bad.paid))
	r.first("claim", command.Comp.Name, officer, bookA, "comp.Notify", bad.notify())
	m.accepted(officer, bookA, "comp.Submit", bad.submit())
	m.accepted("Commission/operator1", bookA, "comp.AcceptComplete", bad.step("2024-05-24"))

	// Control: endorsements that no peer has given are as good as others if
	// there are enough. One peer executes, its answer is signed with the keys of
	// all three.
	r.level()
	review := r.intend("Commission/reviewer1", callOf(bookA, "comp.Review", bad.step("2024-05-28")))
	reviewed := r.ask("CommissionMSP", review.signed)
	require.Equal(t, 1, reviewed.summary.Accepted, "%s", reviewed)
	r.order(r.envelope(review, reviewed.payload, r.fabricated(reviewed.payload, authorities...)...))
	require.Equal(t, peer.TxValidationCode_VALID.String(), r.fate(review.txID), "control: enough endorsements, none of them given")
	m.accepted("CentralBank/approver1", bookA, "comp.Opine", compensation.OpineContent{Head: newHead(bad.step("2024-05-30").Date), Claim: bad.claim, Agrees: true})
	m.accepted("Finance/both", bookA, "comp.Publicise", compensation.PubliciseContent{Head: newHead(bad.step("2024-06-03").Date), Claim: bad.claim})
	pool := m.pool()
	r.first("pool", command.Fund.Name, clerk, command.CommonsName, "fund.Open", pool)
	m.confirm(pool.Head)
	account := fund.AgreeContent{Head: newHead(m.today()), Use: fund.ForPayout, Holder: "BankAMSP", Account: payee, Note: "协议"}
	m.accepted(clerk, command.CommonsName, "fund.AgreeAccount", account)
	m.confirm(account.Head)
	injected := m.injection()
	r.first("voucher", command.Fund.Name, clerk, command.CommonsName, "fund.Inject", injected)
	m.confirm(injected.Head)
	r.first("tender", command.Fund.Name, clerk, command.CommonsName, "fund.AnnounceTender", m.tender())
	pack := m.pack()
	m.accepted(clerk, command.CommonsName, "consortium.Propose", pack)
	m.accepted("Commission/approver1", command.CommonsName, "consortium.Approve", consortium.ApproveContent{Head: newHead(m.today()), Proposal: pack.Number})
	third := r.agreed("CentralBank/approver1", command.CommonsName, "consortium.Approve", consortium.ApproveContent{Head: newHead(m.today()), Proposal: pack.Number})
	prepared := time.Since(began)

	// What a rule refuses is refused at every honest endorser.
	approval := bad.step("2024-06-17")
	honest := r.agreed(director, bookA, "comp.Approve", approval) // before all attacks; it is sent after them
	second := bad.notify()
	second.Claim = newRef("BC" + digits(12))
	twice := &attack{what: "a second claim under another number", person: officer, chaincode: bookA, command: "comp.Notify", content: second, code: compensation.FilingTaken.Code}
	foreign := second
	foreign.Claim = newRef("BC" + digits(12))
	attacks := []*attack{
		{what: "approval by the submitter", person: officer, chaincode: bookA, command: "comp.Approve", content: approval, code: accessDenied, unendorsed: true, as: honest},
		{what: "approval by who made it public", person: "Finance/both", chaincode: bookA, command: "comp.Approve", content: approval, code: compensation.SamePerson.Code, as: honest},
		twice,
		{what: "a filing dated before its application", person: officer, chaincode: bookA, command: "comp.File", content: draft.file(draft.day-1, draft.paid), code: compensation.TooSoon.Code},
		{what: "a claim on another bank's loan, in that bank's book", person: "BankB/officer1", chaincode: bookA, command: "comp.Notify", content: foreign, code: accessDenied, unendorsed: true, likeRefusalOf: twice},
		{what: "a claim on another bank's loan, in the own book", person: "BankB/officer1", chaincode: bookB, command: "comp.Notify", content: foreign, code: ledgerstate.Unknown.Code},
		{what: "a rule pack signed by two", person: director, chaincode: command.CommonsName, command: "consortium.Approve", content: consortium.ApproveContent{Head: newHead(m.today()), Proposal: pack.Number}, code: consortium.AlreadySigned.Code, as: third},
		{what: "a payout before the approval", person: director, chaincode: bookA, command: "fund.Payout", content: compensation.PayoutContent{Head: newHead(m.today()), Claim: bad.claim, Order: "FK0"}, code: compensation.ClaimState.Code},
	}
	for _, a := range attacks {
		r.refused(a)
	}
	before, packs, from := r.digest(), m.packs(), len(r.tried)
	for _, a := range attacks {
		r.forged(a)
	}
	r.bucket()
	r.differing(draft)
	r.failed(from)
	require.Equal(t, before, r.digest(), "the state digest after the attacks")
	require.Equal(t, packs, m.packs(), "rule packs after the attacks")
	r.births["cap"] = true

	// The honest approval was endorsed on what stood before the attacks; it
	// would be in conflict had one of them touched what it read.
	r.firstOf("docket", command.Comp.Name, director, honest)
	allocation := m.allocation()
	sum := allocation.Total
	require.Equal(t, 40_000*money.Yuan, sum)
	r.first("allocation", command.Fund.Name, clerk, command.CommonsName, "fund.Allocate", allocation)
	order := m.payment(bad, sum)
	r.first("payment", command.Fund.Name, clerk, command.CommonsName, "fund.OrderPayout", order)
	r.payout(bad, order)
	require.Equal(t, kindsOfCompensation(), sortedKeys(r.births), "each kind of compensation and the fund was fought for")

	statement := m.statement()
	require.Equal(t, sum, statement.Totals.Payouts, "paid once")
	require.Equal(t, pool.Accounts[0].Balance+injected.Amount-sum, statement.Balance)
	require.Zero(t, statement.Reserved)
	require.Equal(t, sum, bad.show(m).Award.Paid)
	entries := r.state()
	m.accepted(clerk, command.CommonsName, "consortium.Withdraw", consortium.ApproveContent{Head: newHead(m.today()), Proposal: pack.Number})
	fmt.Printf("attacks: %d envelopes by hand in %.1f s (%.1f s of it until the first rule was tried), all ENDORSEMENT_POLICY_FAILURE at %d peers, no receipt, %d forged hashes in none of %d entries of their state; %d refusals by single peers; first keys of %v\n",
		len(r.tried), time.Since(began).Seconds(), prepared.Seconds(), len(r.watches), len(r.marks), entries, r.asked, sortedKeys(r.births))
}

func sortedKeys(m map[string]bool) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}

func (r *raid) digest() string {
	r.t.Helper()
	r.level()
	d, err := r.as("Commission/operator1").Digest(r.t.Context())
	require.NoError(r.t, err)
	return d
}

// bucket creates a bucket of borrowers' caps. Buckets come into being with the
// collection's secret and no command creates one, so all of it is made up.
func (r *raid) bucket() {
	r.t.Helper()
	const director = "Finance/approver1"
	legit := r.agreed(director, command.CommonsName, "comp.Agree", r.agreement("BankB"))
	for _, msps := range tooFew() {
		r.fake("first cap", director, legit, r.wished(r.action(legit.payload), legit.lane.Name, command.Registry.Name), msps)
	}
}

// differing shows the Commission another sum than the others, under one
// transaction ID. Each endorses what it sees, and no two sums are one
// transaction.
func (r *raid) differing(l *loss) {
	r.t.Helper()
	const officer = "BankA/officer1"
	r.level()
	large := callOf(bookA, "comp.File", l.file(l.day, l.paid))
	small := callOf(bookA, "comp.File", l.file(l.day, l.paid/100))
	// One intent for each envelope, since a transaction ID is used once.
	for n := range 4 {
		i := r.intend(officer, large)
		other := r.with(i, small.Transient)
		c, p, f := r.ask("CommissionMSP", i.signed), r.ask("CentralBankMSP", other), r.ask("FinanceMSP", other)
		r.asked += 3
		for _, a := range []answer{c, p, f} {
			require.Equal(r.t, 1, a.summary.Accepted, "%s", a)
		}
		require.NotEqual(r.t, c.payload, p.payload, "the endorsers' answers differ: a client has nothing to send")
		require.Equal(r.t, p.payload, f.payload)
		payload, endorsements := c.payload, []*peer.Endorsement{c.endorsement, p.endorsement, f.endorsement}
		switch n {
		case 1:
			payload = p.payload
		case 2: // with Finance's key besides
			endorsements[2] = r.endorse("FinanceMSP", payload)
		case 3: // with the Commission's and the bank's
			payload = p.payload
			endorsements = []*peer.Endorsement{r.endorse("CommissionMSP", payload), p.endorsement, r.endorse("BankAMSP", payload)}
		}
		r.strike(fmt.Sprintf("a transient map that differs, %d", n), bookA, "filing", i, payload, endorsements)
	}
}

// payout has Finance pay what is ordered: alone, with a bank, with all but one
// authority, and at last with all three.
func (r *raid) payout(l *loss, order fund.OrderContent) {
	r.t.Helper()
	const director = "Finance/approver1"
	content := compensation.PayoutContent{Head: newHead(r.today()), Claim: l.claim, Order: order.Payment.No}
	from := len(r.tried)
	r.level()
	for _, more := range [][]string{nil, {"BankAMSP"}, {"BankAMSP", "BankBMSP"}} {
		i := r.intend(director, callOf(bookA, "fund.Payout", content))
		for _, bank := range []string{"BankAMSP", "BankBMSP"} {
			a := r.ask(bank, i.signed)
			require.Equal(r.t, notAMember, a.code, "a bank endorses no payout: %s", a)
			r.asked++
		}
		a := r.ask("FinanceMSP", i.signed)
		require.Equal(r.t, 1, a.summary.Accepted)
		r.strike("a payout that Finance endorses, and with keys of "+strings.Join(more, "+"), bookA, "settle", i, a.payload, append([]*peer.Endorsement{a.endorsement}, r.fabricated(a.payload, more...)...))
	}
	// A gateway that is asked for Finance's endorsement alone sends it too.
	call := callOf(bookA, "fund.Payout", content)
	call.Endorsers = []string{"FinanceMSP"}
	_, err := r.ledger(director).Submit(r.t.Context(), call)
	require.Equal(r.t, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE.String(), ledger.CodeOf(err), "%v", err)
	require.Zero(r.t, r.statement().Totals.Payouts)
	r.failed(from)
	r.first("compyear", command.Comp.Name, director, bookA, "fund.Payout", content)
}

// state looks for the forged hashes in what each peer holds as state and as
// private data, and finds there, with the same search, the hash of a value
// that was written in order.
func (r *raid) state() (entries int64) {
	r.t.Helper()
	r.level()
	known := r.do("Finance/officer1", command.CommonsName, "fund.AnnounceTender", r.tender())
	written := []byte(nil)
	r.results(r.action(known.payload), func(_, _ string, set *kvrwset.HashedRWSet) *kvrwset.HashedRWSet {
		for _, w := range set.GetHashedWrites() {
			written = w.GetKeyHash()
		}
		return nil
	})
	s := &searcher{}
	s.add(careless, "control", "key hash", written)
	for _, h := range r.marks {
		s.add(ofLoan, hex.EncodeToString(h), "forged hash", h)
	}
	for _, o := range r.topology.Organizations {
		for _, n := range o.Peers {
			at := newScan()
			for _, name := range []string{"stateLeveldb", "pvtdataStore"} {
				from, to := filepath.Join(r.dir.Data(layout.ID(o.Name, n.Name)), "ledgersData", name), filepath.Join(r.t.TempDir(), name)
				var err error
				for range 10 { // its owner has it open, and may move something meanwhile
					if err = copied(from, to); err == nil {
						err = at.database(s, to, name)
					}
					if err == nil {
						break
					}
					time.Sleep(100 * time.Millisecond)
				}
				require.NoError(r.t, err)
			}
			require.NotEmpty(r.t, at.of(careless), "control: %s has the hash of a key that is there", n.Name)
			require.Empty(r.t, at.of(ofLoan), "the peer of %s keeps something of what was forged", o.Name)
			entries += at.entries
		}
	}
	return entries
}

// copied copies the files of a database.
func copied(from, to string) error {
	if err := os.RemoveAll(to); err != nil {
		return err
	}
	return filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rel), 0o700)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rel), data, 0o600)
	})
}
