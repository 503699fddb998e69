package histories

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// claimed is a claim of the history, and what the model knows of it.
type claimed struct {
	no   string
	loan *lent

	entitled, loss, other int64 // as approved last
	amount                int64 // allocated in all
	live                  bool  // allocated, and not all paid, nor stopped
	allocated             int   // year of the last allocation
	paid, back            int64
}

// entered waits for its second signature.
type entered struct {
	name         string // of the command
	from, to     string
	amount       int64
	interest     int64
	claim        *claimed
	undoes       *entered
	done, undone bool
	year         int // that it opens, or in which it was posted
	voucher      string
}

type ordered struct {
	no, bank, from string
	lines          map[string]int64
	paid           map[string]bool
	dropped        bool
	voucher        string // year/number
}

// sent is a command with its outcome.
type sent struct {
	cc, who, name string
	content       any
	outcome, code string
}

// play is a history on its way.
type play struct {
	*rand.Rand
	*scene
	stage  *chaincodetest.Rehearsal
	date   calendar.Date
	n      int
	claims []*claimed
	trail  []sent
	counts map[string]int // accepted, by name
	length int            // accepted
	refuse int

	// The pool in plain numbers.
	year     int
	opening  int64
	sums     map[string]int64
	deposits map[string]int64
	bankYear map[string]int64
	pending  map[string]*entered
	posted   map[string]*entered
	orders   []*ordered
	vouchers map[string]bool // year/number
}

// fault is what a history found wrong.
type fault string

func (p *play) fail(format string, args ...any) { panic(fault(fmt.Sprintf(format, args...))) }

func (p *play) must(ok bool, format string, args ...any) {
	if !ok {
		p.fail(format, args...)
	}
}

func (p *play) one(of int) bool { return p.IntN(of) == 0 }

func (p *play) head() command.Head {
	p.n++
	on := p.date
	if p.one(40) {
		on--
	}
	return command.Head{Number: fmt.Sprintf("n-%d", p.n), Date: on}
}

// send runs a command.
func (p *play) send(cc, who, name string, content any) bool {
	outcome, no, err := p.stage.By(cc, who, name, content)
	p.must(err == nil, "%s: %v", name, err)
	x := sent{cc: cc, who: who, name: name, content: content, outcome: outcome.String()}
	if no != nil {
		x.code = no.Code
	}
	p.trail = append(p.trail, x)
	switch outcome {
	case command.Accepted:
		p.counts[name]++
		p.length++
		return true
	case command.Refused:
		p.refuse++
	default:
		p.fail("%s: %s", name, outcome)
	}
	return false
}

// What the rules made of it.

func at[S any](p *play, cc string, k *ledgerstate.Kind[S], id ledgerstate.ID) (state S, found bool) {
	r, err := k.At(p.stage.Views[cc], id)
	p.must(err == nil, "reading %s: %v", k.Code, err)
	if r == nil {
		return state, false
	}
	return r.State, true
}

func (p *play) pool() fund.Pool {
	s, ok := at(p, "commons", fund.Kind, fund.Ref.ID)
	p.must(ok, "no pool")
	return s
}

func (p *play) claim(c *claimed) compensation.Claim {
	s, _ := at(p, c.loan.book, compensation.ClaimKind, claimRef(c.no).ID)
	return s
}

func (p *play) filing(l *lent) compensation.Filing {
	s, _ := at(p, l.book, compensation.FilingKind, l.filing().ID)
	return s
}

func (p *play) allocation(c *claimed) fund.Allocation {
	id, err := fund.AllocationKind.Locate(p.stage.Views["commons"], fund.AllocationNo(c.loan.msp(), c.no))
	p.must(err == nil, "%v", err)
	if id.IsZero() {
		return fund.Allocation{}
	}
	s, _ := at(p, "commons", fund.AllocationKind, id)
	return s
}

func (p *play) packs() *consortium.Tables { return p.stage.Reference.(*consortium.Tables) }

func (p *play) balance() (sum int64) {
	for _, x := range p.deposits {
		sum += x
	}
	return sum
}

func (p *play) reserved() (sum int64) {
	for _, c := range p.claims {
		if c.live {
			sum += c.amount - c.paid
		}
	}
	return sum
}

// share is one claim's part as the model works it out.
type share struct {
	c      *claimed
	wanted int64
	gets   int64
}

// shares works the allocation out anew: in order of approval and number, each
// cut to its bank's year; then in proportion by largest remainder.
func (p *play) shares() (list []share, total int64) {
	type waiting struct {
		c  *claimed
		on calendar.Date
	}
	var order []waiting
	for _, c := range p.claims {
		if s := p.claim(c); s.Status == compensation.Approved && !c.live {
			order = append(order, waiting{c, s.Award.On})
		}
	}
	slices.SortFunc(order, func(a, b waiting) int {
		if a.on != b.on {
			return int(a.on - b.on)
		}
		if by := strings.Compare(a.c.no, b.c.no); by != 0 {
			return by
		}
		return strings.Compare(a.c.loan.msp(), b.c.loan.msp())
	})
	given := map[string]int64{}
	var wanted int64
	for _, w := range order {
		pack, _ := p.packs().Pack(p.claim(w.c).Pack)
		msp := w.c.loan.msp()
		cap := new(big.Int).Mul(big.NewInt(p.opening), big.NewInt(int64(pack.Sum.BankYear)))
		left := max(0, cap.Quo(cap, big.NewInt(int64(money.One))).Int64()-p.bankYear[msp]-given[msp])
		x := share{c: w.c, wanted: min(w.c.entitled-w.c.paid, left)}
		given[msp] += x.wanted
		wanted += x.wanted
		list = append(list, x)
	}
	available := p.balance() - p.reserved()
	if wanted <= available {
		for i := range list {
			list[i].gets = list[i].wanted
		}
		return list, wanted
	}
	type rest struct {
		i    int
		part *big.Int
	}
	var rests []rest
	left := available
	for i := range list {
		product := new(big.Int).Mul(big.NewInt(list[i].wanted), big.NewInt(available))
		whole, part := new(big.Int).QuoRem(product, big.NewInt(wanted), new(big.Int))
		list[i].gets = whole.Int64()
		left -= list[i].gets
		rests = append(rests, rest{i, part})
	}
	slices.SortStableFunc(rests, func(a, b rest) int { return b.part.Cmp(a.part) })
	for _, r := range rests[:left] {
		list[r.i].gets++
	}
	return list, available
}

// post is what an entry that counts does to the model.
func (p *play) post(number string) {
	e := p.pending[number]
	delete(p.pending, number)
	p.posted[number] = e
	e.done = true
	if e.name == "fund.SettleYear" {
		p.year, p.opening, p.sums, p.bankYear = e.year, p.balance(), map[string]int64{}, map[string]int64{}
		return
	}
	e.year = p.year
	name, amount, from, to := e.name, e.amount, e.from, e.to
	if e.undoes != nil {
		e.undoes.undone = true
		name, amount, from, to = e.undoes.name, -e.undoes.amount, e.undoes.from, e.undoes.to
	}
	p.sums[name] += amount
	if from != "" {
		p.deposits[from] -= amount
	}
	if to != "" {
		p.deposits[to] += amount
	}
}

// check holds everything to the model after each command.
func (p *play) check() {
	pool := p.pool()
	p.must(pool.Holds() == nil, "the pool: %v", pool.Holds())
	t := pool.Totals
	got := []money.Fen{t.Opening, t.Injections, t.Interest, t.Returns, t.Clawbacks, t.Payouts, t.Refunds, pool.Balance, pool.Reserved, pool.Available()}
	want := []int64{p.opening, p.sums["fund.Inject"], p.sums["fund.Interest"], p.sums["fund.EnterReturn"], p.sums["fund.EnterClawback"], p.sums["fund.Payout"], p.sums["fund.RefundToTreasury"], p.balance(), p.reserved(), p.balance() - p.reserved()}
	for i := range got {
		p.must(int64(got[i]) == want[i], "pool's figure %d: %s, the model has %d", i, got[i], want[i])
		p.must(got[i] >= 0, "pool's figure %d is %s", i, got[i])
	}
	p.must(want[0]+want[1]+want[2]+want[3]+want[4]-want[5]-want[6] == want[7], "the identity")
	for _, d := range pool.Deposits {
		p.must(int64(d.Balance) == p.deposits[d.Code] && d.Balance >= 0, "account %s: %s, the model has %d", d.Code, d.Balance, p.deposits[d.Code])
	}
	for bank, sum := range p.bankYear {
		p.must(int64(pool.Allocated(bank)) == sum, "%s's year: %s, the model has %d", bank, pool.Allocated(bank), sum)
	}
	p.must(len(pool.Pending) == len(p.pending), "pending: %d, the model has %d", len(pool.Pending), len(p.pending))
	paidOf := map[string]int{}
	for _, c := range p.claims {
		s, a := p.claim(c), p.allocation(c)
		p.must(int64(a.Amount) == c.amount && int64(a.Paid) == c.paid && int64(a.Back) == c.back && a.Live == c.live, "%s: allocation %+v, the model has %+v", c.no, a, c)
		if s.Award == nil {
			p.must(c.paid == 0, "%s: paid without an award", c.no)
			continue
		}
		w := s.Award
		p.must(int64(w.Paid) == c.paid && int64(w.Back) == c.back, "%s: %s paid and %s back in the book, %d and %d in the fund", c.no, w.Paid, w.Back, c.paid, c.back)
		p.must(c.back <= c.paid && c.paid <= c.entitled, "%s: %d back of %d paid of %d", c.no, c.back, c.paid, c.entitled)
		if s.Status == compensation.Approved {
			p.must(int64(w.Entitlement) == c.entitled, "%s: entitlement", c.no)
		}
		// All government money within the pack's share of the net loss.
		pack, _ := p.packs().Pack(s.Pack)
		if c.paid > 0 {
			paidOf[c.loan.book+c.loan.no]++
			most := new(big.Int).Mul(big.NewInt(c.loss), big.NewInt(int64(pack.Sum.Stack)))
			all := new(big.Int).Mul(big.NewInt(c.paid+c.other), big.NewInt(int64(money.One)))
			p.must(all.Cmp(most) <= 0, "%s: %d paid and %d of others, of a loss of %d", c.no, c.paid, c.other, c.loss)
			p.must(pack.Sum.Stack == 80*money.Percent, "the pack's share is 80 percent")
		}
	}
	for loan, n := range paidOf {
		p.must(n == 1, "%s was compensated by %d claims", loan, n)
	}
	for i := range p.loans {
		l := &p.loans[i]
		f := p.filing(l)
		var paid, back int64
		for _, c := range p.claims {
			if c.loan == l {
				paid, back = paid+c.paid, back+c.back
			}
		}
		p.must(int64(f.Compensated) == paid && int64(f.Returned) == back, "%s: %s compensated and %s returned, the model has %d and %d", l.no, f.Compensated, f.Returned, paid, back)
	}
}

// sum works a claim's sum out of its facts and its pack, by whole numbers.
func (p *play) sum(c *claimed) {
	s, f := p.claim(c), p.filing(c.loan)
	pack, _ := p.packs().Pack(s.Pack)
	n := s.Figures
	part := func(amount int64) int64 { // of a loan of which less was filed than lent
		if n.Counted >= n.Lent {
			return amount
		}
		return half(amount, int64(n.Counted), int64(n.Lent))
	}
	loss := part(int64(n.Outstanding))
	var received int64
	for _, r := range n.Received {
		received += part(int64(r.Amount))
	}
	loss = max(0, loss-max(0, received))
	var other int64
	for _, g := range s.Others {
		other += int64(g.Amount)
	}
	var ratio int64
	for _, r := range pack.Sum.Ratios {
		if r.Guarantee == f.Guarantee {
			if ratio = int64(r.Ratio); f.FirstLoan {
				ratio += int64(r.FirstLoanPoints)
			}
		}
	}
	stack := new(big.Int).Mul(big.NewInt(loss), big.NewInt(int64(pack.Sum.Stack)))
	limbs := []int64{half(loss, ratio, int64(money.One)), int64(pack.Sum.PerLoanCap), max(0, stack.Quo(stack, big.NewInt(int64(money.One))).Int64()-other)}
	least := slices.Min(limbs)
	binding := []string{"ratio", "per_loan_cap", "stack"}[slices.Index(limbs, least)]
	p.must(int64(n.Sum.NetLoss) == loss && int64(n.Sum.Entitlement) == least && n.Sum.Binding == binding, "%s: the ledger's sum is %+v; its facts give a loss of %d, %d by %s", c.no, n.Sum, loss, least, binding)
}

// half is amount × num / den, half-up.
func half(amount, num, den int64) int64 {
	x := new(big.Int).Mul(big.NewInt(amount), big.NewInt(2*num))
	if x.Sign() < 0 {
		return -half(-amount, num, den)
	}
	return x.Add(x, big.NewInt(den)).Quo(x, big.NewInt(2*den)).Int64()
}
