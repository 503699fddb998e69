package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"
)

// pool is the fund, replayed from its journal.
type pool struct {
	year                                                                       int
	opening, injections, interest, returns, clawbacks, payouts, refunds, total money
	reserved                                                                   money
	deposits                                                                   map[string]money
	banks                                                                      map[string]money // allocated in the year
	pending                                                                    map[string]entered
}

type entered struct {
	Number   string
	Act      string
	Amount   money
	Bears    money
	From, To string
	Holder   string
	Claim    string
	Voucher  string
	Use      string
	Year     int
	Undoes   string
	Opening  []struct {
		Code    string
		Balance money
	}
}

// allocated is one share of an allocation.
type allocated struct {
	Bank, Claim         string
	Batch               string
	On                  civil
	Pack                string
	Approved            civil
	Entitlement, Amount money
	Binding             string
	before              money // paid before
}

// checkPool replays the pool's journal; the identity must hold after each of
// its events, and each allocation must be the one that the rules give.
func (s *scheme) checkPool() error {
	batches := map[string][]*allocated{}
	given := map[string][]*allocated{} // by bank and claim, in order
	for _, a := range s.fund.aggregates["allocation"] {
		var paid money
		for _, e := range a.Log {
			switch e.Name {
			case "Allocated":
				x := &allocated{before: paid}
				if err := json.Unmarshal(e.Event, x); err != nil {
					return err
				}
				s.Limbs[x.Binding]++
				batches[e.Number] = append(batches[e.Number], x)
				given[a.Natural] = append(given[a.Natural], x)
			case "PartPaid":
				var x struct{ Amount money }
				if err := json.Unmarshal(e.Event, &x); err != nil {
					return err
				}
				paid += x.Amount
			}
		}
	}
	s.checkApprovals(given, batches)
	if n := len(s.fund.aggregates["pool"]); n != 1 {
		return fmt.Errorf("%d pools", n)
	}
	a := s.fund.aggregates["pool"][0]
	p := &pool{deposits: map[string]money{}, banks: map[string]money{}, pending: map[string]entered{}}
	paid, came := map[string][]part{}, map[string][]part{}
	for _, e := range a.Log {
		if err := s.poolStep(p, e, batches, paid, came); err != nil {
			return fmt.Errorf("pool, %s %s: %w", e.Name, e.Number, err)
		}
		s.identity(p, e.Name+" "+e.Number)
	}
	s.PoolEvents = len(a.Log)
	for _, c := range s.claims {
		key := c.bank + "/" + c.number
		s.same(c.number, "payments in the pool's journal", partsText(paid[key]), partsText(c.parts))
		s.same(c.number, "money back in the pool's journal", partsText(came[key]), partsText(c.backs))
		delete(paid, key)
		delete(came, key)
	}
	s.same("pool", "payments on claims that no book has", len(paid)+len(came), 0)
	return s.poolState(p, a.State)
}

func partsText(list []part) string {
	var b strings.Builder
	for _, p := range list {
		if p.amount != 0 {
			fmt.Fprintf(&b, "%s %s %s; ", p.on.Format(time.DateOnly), p.amount, p.voucher)
		}
	}
	return b.String()
}

// checkApprovals: each approval of a claim was allocated once, by what was
// approved, and in the first allocation after it.
func (s *scheme) checkApprovals(given map[string][]*allocated, batches map[string][]*allocated) {
	for _, c := range s.claims {
		list := given[c.bank+"/"+c.number]
		s.same(c.number, "allocations", len(list), len(c.approvals))
		for i, a := range list {
			if i >= len(c.approvals) {
				break
			}
			w := c.approvals[i]
			s.same(c.number, "entitlement allocated on", a.Entitlement, w.entitlement)
			s.same(c.number, "approved on", a.Approved, civil{w.on})
			s.same(c.number, "pack allocated by", a.Pack, c.filing.Pack)
			for number, batch := range batches {
				if on := batch[0].On; number != a.Batch && !on.Before(w.on) && on.Before(a.On.Time) {
					s.same(c.number, "left out of allocation "+number, on, a.On)
				}
			}
		}
	}
}

func (s *scheme) poolStep(p *pool, e logged, batches map[string][]*allocated, paid, came map[string][]part) error {
	read := func(into any) error { return json.Unmarshal(e.Event, into) }
	switch e.Name {
	case "Entered":
		var x struct{ Entry entered }
		if err := read(&x); err != nil {
			return err
		}
		p.pending[x.Entry.Number] = x.Entry
	case "Confirmed":
		var x struct{ Number string }
		if err := read(&x); err != nil {
			return err
		}
		n, ok := p.pending[x.Number]
		if !ok {
			return fmt.Errorf("confirms %s, which nobody entered", x.Number)
		}
		delete(p.pending, x.Number)
		p.post(n)
		if n.Act == "RETURN" || n.Act == "CLAWBACK" {
			key := n.Holder + "/" + n.Claim
			came[key] = append(came[key], part{e.Date.Time, n.Amount - n.Bears, n.Voucher})
		}
	case "Dropped":
		var x struct{ Number string }
		if err := read(&x); err != nil {
			return err
		}
		delete(p.pending, x.Number)
	case "Earmarked":
		var x struct {
			Banks []struct {
				Bank      string
				Allocated money
			}
		}
		if err := read(&x); err != nil {
			return err
		}
		s.checkAllocation(p, e.Number, batches[e.Number])
		sums := map[string]money{}
		for _, a := range batches[e.Number] {
			sums[a.Bank] += a.Amount - a.before
		}
		for _, b := range x.Banks {
			s.same("allocation "+e.Number, "earmarked for "+b.Bank, b.Allocated, sums[b.Bank])
			p.banks[b.Bank] += b.Allocated
			p.reserved += b.Allocated
			delete(sums, b.Bank)
		}
		s.same("allocation "+e.Number, "banks without an earmark", len(sums), 0)
	case "Freed":
		var x struct {
			Bank   string
			Amount money
			Year   int
		}
		if err := read(&x); err != nil {
			return err
		}
		p.reserved -= x.Amount
		if x.Year == p.year {
			p.banks[x.Bank] -= x.Amount
		}
	case "PaidOut":
		var x struct {
			Date          civil
			Bank, Claim   string
			From, Voucher string
			Amount        money
		}
		if err := read(&x); err != nil {
			return err
		}
		p.payouts += x.Amount
		p.total -= x.Amount
		p.reserved -= x.Amount
		p.deposits[x.From] -= x.Amount
		key := x.Bank + "/" + x.Claim
		paid[key] = append(paid[key], part{x.Date.Time, x.Amount, x.Voucher})
	case "TopUpAsked", "TopUpMet": // a notice moves nothing
	default:
		return fmt.Errorf("no such event")
	}
	return nil
}

// post is an entry that counts from now on.
func (p *pool) post(n entered) {
	act, amount := n.Act, n.Amount
	if act == "REVERSAL" {
		act, amount = n.Undoes, -amount
	}
	switch act {
	case "OPENING":
		p.year = n.Year
		for _, d := range n.Opening {
			p.deposits[d.Code] = d.Balance
			p.opening += d.Balance
			p.total += d.Balance
		}
	case "INJECTION":
		p.injections += amount
		p.total += amount
	case "INTEREST":
		p.interest += amount
		p.total += amount
	case "RETURN":
		p.returns += amount
		p.total += amount
	case "CLAWBACK":
		p.clawbacks += amount
		p.total += amount
	case "REFUND":
		p.refunds += amount
		p.total -= amount
	case "ACCOUNT":
		if n.Use == "DEPOSIT" {
			p.deposits[n.To] = 0
		}
		return
	case "YEAR":
		*p = pool{year: n.Year, opening: p.total, total: p.total, reserved: p.reserved, deposits: p.deposits, banks: map[string]money{}, pending: p.pending}
		return
	}
	if n.From != "" {
		p.deposits[n.From] -= amount
	}
	if n.To != "" {
		p.deposits[n.To] += amount
	}
}

func (p *pool) net() money {
	return p.opening + p.injections + p.interest + p.returns + p.clawbacks - p.payouts - p.refunds
}

// identity: opening, what came in and what went out give the balance, which
// lies in the accounts; nothing is negative.
func (s *scheme) identity(p *pool, where string) {
	var lies money
	for code, d := range p.deposits {
		lies += d
		if d < 0 {
			s.same(where, "account "+code, d, "not negative")
		}
	}
	s.same(where, "balance by the year's events", p.total, p.net())
	s.same(where, "balance by the accounts", p.total, lies)
	if p.reserved < 0 || p.total-p.reserved < 0 {
		s.same(where, "reserved of the balance", p.reserved, p.total)
	}
}

// checkAllocation shares what is available over a batch again.
func (s *scheme) checkAllocation(p *pool, number string, batch []*allocated) {
	slices.SortFunc(batch, func(a, b *allocated) int {
		if c := a.Approved.Compare(b.Approved.Time); c != 0 {
			return c
		}
		if c := strings.Compare(a.Claim, b.Claim); c != 0 {
			return c
		}
		return strings.Compare(a.Bank, b.Bank)
	})
	limbs := map[string]string{}
	for _, c := range s.claims {
		for _, w := range c.approvals {
			limbs[c.bank+"/"+c.number+w.on.Format(time.DateOnly)] = w.binding
		}
	}
	got := maps.Clone(p.banks)
	wants, binds := make([]money, len(batch)), make([]string, len(batch))
	var all money
	for i, a := range batch {
		left := max(0, down(times(p.opening, &s.pack(a.Pack).Sum.BankYear.Rat))-got[a.Bank])
		wants[i], binds[i] = max(0, a.Entitlement-a.before), limbs[a.Bank+"/"+a.Claim+a.Approved.String()]
		if left < wants[i] || left == wants[i] && binds[i] == "stack" {
			wants[i], binds[i] = left, "bank_year"
		}
		got[a.Bank] += wants[i]
		all += wants[i]
	}
	available := p.total - p.reserved
	shares := shared(available, all, wants)
	for i, a := range batch {
		if shares[i] < wants[i] || wants[i] == available && binds[i] == "stack" {
			binds[i] = "pool"
		}
		s.same(a.Claim, "allocated by "+number, a.Amount-a.before, shares[i])
		s.same(a.Claim, "allocated by "+number+", bound by", a.Binding, binds[i])
	}
}

// shared divides a pool in proportion, by largest remainder, on a tie to the
// earlier.
func shared(pool, all money, wants []money) []money {
	shares := slices.Clone(wants)
	if all <= pool {
		return shares
	}
	rest, left := make([]*big.Rat, len(wants)), pool
	for i, w := range wants {
		exact := times(w, big.NewRat(int64(pool), int64(all)))
		shares[i] = down(exact)
		rest[i] = exact.Sub(exact, new(big.Rat).SetInt64(int64(shares[i])))
		left -= shares[i]
	}
	for ; left > 0; left-- {
		best := 0
		for i := range rest {
			if rest[i].Cmp(rest[best]) > 0 {
				best = i
			}
		}
		shares[best]++
		rest[best] = big.NewRat(-1, 1)
	}
	return shares
}

// poolState compares the pool as it stands in the end.
func (s *scheme) poolState(p *pool, raw json.RawMessage) error {
	var x struct {
		Year   int
		Totals struct {
			Opening    money `json:"opening"`
			Injections money `json:"injections"`
			Interest   money `json:"interest"`
			Returns    money `json:"returns"`
			Clawbacks  money `json:"clawbacks"`
			Payouts    money `json:"payouts"`
			Refunds    money `json:"refunds"`
		}
		Balance, Reserved money
		Deposits          []struct {
			Code    string
			Balance money
		}
		Banks []struct {
			Bank      string
			Allocated money
		}
	}
	if err := json.Unmarshal(raw, &x); err != nil {
		return err
	}
	s.Balance = x.Balance.String()
	t := x.Totals
	for _, v := range []struct {
		what         string
		ledger, ours any
	}{
		{"year", x.Year, p.year}, {"opening", t.Opening, p.opening}, {"injections", t.Injections, p.injections}, {"interest", t.Interest, p.interest},
		{"returns", t.Returns, p.returns}, {"clawbacks", t.Clawbacks, p.clawbacks}, {"payouts", t.Payouts, p.payouts}, {"refunds", t.Refunds, p.refunds},
		{"balance", x.Balance, p.total}, {"reserved", x.Reserved, p.reserved}, {"accounts", len(x.Deposits), len(p.deposits)}, {"entries that wait", len(p.pending), 0},
	} {
		s.same("pool", v.what, v.ledger, v.ours)
	}
	for _, d := range x.Deposits {
		s.same("pool", "account "+d.Code, d.Balance, p.deposits[d.Code])
	}
	for _, b := range x.Banks {
		s.same("pool", "allocated to "+b.Bank, b.Allocated, p.banks[b.Bank])
	}
	// What is reserved is what is allocated to claims and not paid.
	var waits money
	for _, a := range s.fund.aggregates["allocation"] {
		var x struct {
			Amount, Paid money
			Live         bool
		}
		if err := json.Unmarshal(a.State, &x); err != nil {
			return err
		}
		if x.Live {
			waits += x.Amount - x.Paid
		}
	}
	s.same("pool", "reserved for claims", p.reserved, waits)
	return nil
}
