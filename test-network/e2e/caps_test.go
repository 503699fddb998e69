package e2e

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

// contest is what came of two banks that filed against one borrower's cap at
// once, again and again.
type contest struct {
	rounds, both, one int
	took              time.Duration
	heard             []byte   // all that BankB's clients got
	filed             []string // contract numbers of BankA's filings

	mu    sync.Mutex
	wrong []string // what must not have happened
}

func (c *contest) complain(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// tap keeps all that a client gets from its ledger: answers, responses, errors.
type tap struct {
	ledger.Ledger
	mu    sync.Mutex
	heard []byte
}

func (t *tap) hear(answer []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = append(append(t.heard, answer...), '\n')
	for ; err != nil; err = unwrapped(err) {
		t.heard = fmt.Appendf(t.heard, "%+v\n", err)
	}
}

func unwrapped(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

func (t *tap) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	commit, err := t.Ledger.Submit(ctx, call)
	if commit != nil {
		t.hear(commit.Response, err)
	} else {
		t.hear(nil, err)
	}
	return commit, err
}

func (t *tap) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	answer, err := t.Ledger.Evaluate(ctx, call)
	t.hear(answer, err)
	return answer, err
}

// contender is a bank with a signed loan to the borrower of the contest.
type contender struct {
	*deal
	client *book.Client
	filing ledgerFiling
	amount money.Fen // asked for in this round
}

// ledgerFiling is what a bank knows of its own filing.
type ledgerFiling struct {
	compensation.ReserveContent
	born, stands bool
}

// sentinelRounds are the rounds whose amounts are looked for: each adds to the
// search, and more would find no more.
const sentinelRounds = 12

// contend has both banks file against one borrower's cap at once, and BankA
// file the deals of its own that nobody else may know of.
func (s *secrets) contend(m *members) *contest {
	t := m.t
	t.Helper()
	tables, err := book.Show(t.Context(), m.ledger("Commission/operator1"))
	require.NoError(t, err)
	pack := tables.Packs[len(tables.Packs)-1]
	for _, bank := range []string{"BankA", "BankB"} {
		var sheet registry.BankSheet
		require.NoError(t, m.as("Finance/officer1").Ask(t.Context(), command.CommonsName, "comp.ShowBank", registry.BankQuery{Bank: bank + "MSP"}, &sheet))
		if len(sheet.Agreements) == 0 {
			m.accepted("Finance/approver1", command.CommonsName, "comp.Agree", m.agreement(bank))
		}
	}

	c := &contest{rounds: pick(12, 200)}
	for _, d := range s.deals { // a firm's and a herder's
		amount := pack.Caps.Credit - money.Fen(below(100_000_000))
		if !d.legal {
			amount = pack.Caps.Household - money.Fen(below(10_000_000))
		}
		x := &contender{deal: d, client: m.as("BankA/officer1"), amount: amount}
		r := x.reserve(m)
		require.Equal(t, "accepted", r.Outcome, "%v", r.Refusal)
		r, err := x.client.Post(t.Context(), x.book, registry.File, x.file(d.day))
		require.NoError(t, err)
		require.Equal(t, "accepted", r.Outcome, "%v", r.Refusal)
		s.search.counted(ofLoan, amount, pack.ID, true)
		s.search.hashes(ofPerson, d.number, "identity", []byte(x.filing.Identity))
		c.filed = append(c.filed, d.contract.No)
	}

	heard := &tap{Ledger: m.ledger("BankB/officer1")}
	shared := m.newBorrower("BankA", true)
	var banks []*contender
	for _, b := range []borrower{shared, m.register("BankB", shared, m.today()-200)} {
		d := m.newDeal(b)
		d.product, d.guarantee = "OTH", "C3"
		d.asked, d.limit, d.amount, d.paid = pack.Caps.Total, pack.Caps.Total, pack.Caps.Total, pack.Caps.Total
		m.sign(d)
		banks = append(banks, &contender{deal: d, client: m.as(b.bank + "/officer1")})
	}
	banks[1].client = book.New(heard, m.who, "BankBMSP")
	s.search.text(ofLoan, banks[0].contract.No, "loan", "acceptance", "filing")

	begun := time.Now()
	for n := range c.rounds {
		last := n == c.rounds-1
		for _, x := range banks {
			x.amount = pack.Caps.Total/3 + money.Fen(below(int64(pack.Caps.Total/2)))
			if last {
				x.amount /= 2 // both fit, and are filed
			}
		}
		c.round(m, pack, banks)
		if n < sentinelRounds && banks[0].filing.stands {
			s.search.counted(ofLoan, banks[0].amount, pack.ID, false)
		}
		if last {
			break
		}
		both(banks, func(x *contender) {
			if !x.filing.stands {
				return
			}
			if err := x.revoke(m); err != nil {
				c.complain("%s revokes: %v", x.bank, err)
			}
		})
	}
	for _, x := range banks {
		m.disburse(x.deal)
	}
	both(banks, func(x *contender) {
		r, err := x.client.Post(t.Context(), x.book, registry.File, x.file(x.day))
		if err != nil || r.Outcome != "accepted" {
			c.complain("%s files what it has reserved: %s %v %v", x.bank, r.Outcome, r.Refusal, err)
		}
	})
	c.took = time.Since(begun)
	c.counted(m, banks[0].amount+banks[1].amount, pack.Caps.Total, banks)
	c.filed = append(c.filed, banks[0].contract.No)

	// What BankB may ask about that borrower, it asks.
	var caps registry.CapsAnswer
	if err := banks[1].client.Ask(t.Context(), command.CommonsName, "comp.Caps", registry.CapsQuery{Loan: banks[1].contract.No}, &caps); err != nil || caps.Own != banks[1].amount || caps.All != nil {
		c.complain("BankB asks for the caps: %+v %v", caps, err)
	}
	var sheet registry.BankSheet
	if err := banks[1].client.Ask(t.Context(), command.CommonsName, "comp.ShowBank", registry.BankQuery{Bank: "BankAMSP"}, &sheet); err == nil {
		c.complain("BankB is told of BankA's breaker")
	}
	if err := banks[1].client.Ask(t.Context(), command.CommonsName, "comp.Caps", registry.CapsQuery{Bank: "BankAMSP", Loan: banks[0].contract.No}, &caps); err == nil {
		c.complain("BankB is told of BankA's loan")
	}
	c.heard = heard.heard
	return c
}

// both has the banks do something at the same time.
func both(banks []*contender, do func(*contender)) {
	var wg sync.WaitGroup
	for _, x := range banks {
		wg.Add(1)
		go func() {
			defer wg.Done()
			do(x)
		}()
	}
	wg.Wait()
}

// round has each bank reserve, and compares what they are told with the cap
// and with the registry.
func (c *contest) round(m *members, pack consortium.RulePack, banks []*contender) {
	var mu sync.Mutex
	var sum, asked money.Fen
	taken := 0
	both(banks, func(x *contender) {
		r := x.reserve(m)
		mu.Lock()
		defer mu.Unlock()
		asked += x.amount
		switch {
		case r.Outcome == "accepted":
			taken++
			sum += x.amount
		case r.Outcome != "refused" || r.Refusal.Code != registry.CapTotal.Code || r.Refusal.Limit != pack.Caps.Total.String() || r.Refusal.Actual != "":
			c.complain("%s was told: %s %+v", x.bank, r.Outcome, r.Refusal)
		}
	})
	want := 1
	if asked <= pack.Caps.Total {
		want = 2
	}
	if taken != want {
		c.complain("%s and %s against %s: %d were taken", banks[0].amount, banks[1].amount, pack.Caps.Total, taken)
	}
	if taken == 2 {
		c.both++
	} else {
		c.one++
	}
	c.counted(m, sum, pack.Caps.Total, banks)
}

// counted compares the registry with what the banks were told.
func (c *contest) counted(m *members, sum, limit money.Fen, banks []*contender) {
	x := banks[0]
	if !x.filing.stands {
		x = banks[1]
	}
	var caps registry.CapsAnswer
	if err := m.reached("Finance/officer1", banks); err != nil {
		c.complain("%v", err)
		return
	}
	if err := m.as("Finance/officer1").Ask(m.t.Context(), command.CommonsName, "comp.Caps", registry.CapsQuery{Bank: x.bank + "MSP", Loan: x.contract.No}, &caps); err != nil {
		c.complain("the registry does not tell: %v", err)
		return
	}
	if caps.All == nil || *caps.All != sum || *caps.All > limit {
		c.complain("the registry counts %v, the banks were told %s of %s", caps.All, sum, limit)
	}
}

// reached waits until the peer of a person has the blocks that the banks' peers
// have: each peer commits when it gets to it.
func (m *members) reached(person string, banks []*contender) error {
	var want uint64
	for _, x := range banks {
		h, err := m.ledger(x.bank + "/officer1").Height(m.t.Context())
		if err != nil {
			return err
		}
		want = max(want, h)
	}
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		h, err := m.ledger(person).Height(m.t.Context())
		if err != nil || h >= want {
			return err
		}
		if time.Since(begun) > time.Minute {
			return fmt.Errorf("the peer of %s stays at block %d, the banks' are at %d", person, h, want)
		}
	}
}

// reserve takes a part of the cap.
func (x *contender) reserve(m *members) book.Result {
	f := &x.filing
	if !f.born && f.Identity == "" {
		var a loan.BorrowerAnswer
		if err := x.client.Ask(m.t.Context(), x.book, "loan.Borrower", loan.BorrowerQuery{Loans: []string{x.contract.No}}, &a); err != nil {
			return failed(err)
		}
		f.Filing, f.Loan, f.Identity, f.Blind = newRef(x.contract.No), x.contract, a.Borrowers[0].Identity, a.Borrowers[0].Blind
	}
	f.Head, f.Amount, f.Again = newHead(x.day), &x.amount, f.born
	r, err := x.client.Post(m.t.Context(), x.book, registry.Reserve, f.ReserveContent)
	if err != nil {
		return failed(err)
	}
	if f.stands = r.Outcome == "accepted"; f.stands {
		f.born = true
	}
	return r
}

func failed(err error) (r book.Result) {
	r.Outcome = err.Error()
	return r
}

// revoke frees it again.
func (x *contender) revoke(m *members) error {
	r, err := x.client.Post(m.t.Context(), x.book, registry.Revoke, compensation.RevokeContent{Head: newHead(x.day), Filing: x.filing.Filing, Reason: "V01"})
	if err == nil && r.Outcome != "accepted" {
		err = fmt.Errorf("%s: %v", r.Outcome, r.Refusal)
	}
	x.filing.stands = false
	return err
}

// file is the filing of what was reserved.
func (x *contender) file(on calendar.Date) compensation.FileContent {
	c := compensation.FileContent{Head: newHead(on), Filing: x.filing.Filing, Loan: x.contract}
	for _, e := range consortium.Exclusions {
		c.Attests = append(c.Attests, e.Code)
	}
	return c
}

// TestTwoBanksFileAgainstOneCap: whoever is first, the borrower's cap over all
// banks is never passed, and each filing ends accepted or refused with the
// limit. What BankB got on the way tells neither BankA's amounts nor whom BankA
// filed: here all that its clients were answered; its blocks are read in
// TestTransactionsCarryOnlyWhatIsPublic, its node in
// TestNothingPrivateOnOthersNodes, by the same search.
func TestTwoBanksFileAgainstOneCap(t *testing.T) {
	m := open(t, network(t))
	s := confide(t, m)
	c := s.contest
	fmt.Printf("caps: %d rounds of two banks, both taken in %d, one in %d, %.2f s each; BankB heard %d bytes\n", c.rounds, c.both, c.one, c.took.Seconds()/float64(c.rounds), len(c.heard))
	require.Empty(t, c.wrong)
	require.Positive(t, c.one)
	require.Positive(t, c.both)
	require.Empty(t, s.leaks(c.heard))
	require.Contains(t, string(c.heard), "10000000.00", "control: BankB was told the limit")
	for _, no := range c.filed {
		var f compensation.FilingView
		require.NoError(t, m.as("Finance/officer1").Ask(t.Context(), bookA, "comp.ShowFiling", compensation.FilingQuery{Loan: no}, &f))
		require.Equal(t, compensation.FilingFiled, f.Status)
		require.NotEmpty(t, s.leaks([]byte(fmt.Sprintf("%s %s", f.Contract, f.Amount))), "control: Finance sees what BankA filed")
	}
	var shown compensation.FilingView
	err := m.as("BankB/officer1").Ask(t.Context(), bookA, "comp.ShowFiling", compensation.FilingQuery{Loan: c.filed[0]}, &shown)
	require.Error(t, err)
	require.Empty(t, s.leaks([]byte(strings.ReplaceAll(err.Error(), c.filed[0], ""))))
}
