package main

import (
	"encoding/json"
	"math/big"
	"time"
)

// due is a share of a recovery that is to be returned.
type due struct {
	received, by     time.Time
	amount, returned money
	late, latePaid   money
	until            time.Time
}

type clawback struct{ amount, received, interestPaid money }

// scaled is amount × of ÷ in, half-up.
func scaled(amount, of, in money) money {
	return halfUp(times(amount, big.NewRat(int64(of), int64(in))))
}

// moneyStep follows what of a claim's events concerns money that was paid.
func (s *scheme) moneyStep(c *claim, p *rulePack, e logged) error {
	read := func(into any) error { return json.Unmarshal(e.Event, into) }
	switch e.Name {
	case "ClaimPaid":
		var x struct {
			Amount  money
			Voucher string
		}
		if err := read(&x); err != nil {
			return err
		}
		if x.Amount > 0 {
			c.parts = append(c.parts, part{e.Date.Time, x.Amount, x.Voucher})
		}
	case "RecoveryRecorded":
		s.recover(c, p, e.Date.Time)
	case "ReturnReceived":
		var x struct {
			Amount, Interest money
			Voucher          string
		}
		if err := read(&x); err != nil {
			return err
		}
		s.back(c, p, e, x.Amount, x.Interest, x.Voucher)
		for _, d := range c.dues {
			part := min(x.Amount, d.amount-d.returned)
			d.returned, x.Amount = d.returned+part, x.Amount-part
			part = min(x.Interest, d.late-d.latePaid)
			d.latePaid, x.Interest = d.latePaid+part, x.Interest-part
		}
		s.same(c.number, "returned above what was due", x.Amount+x.Interest, money(0))
	case "ClawbackOrdered":
		var x struct{ Amount money }
		if err := read(&x); err != nil {
			return err
		}
		left := new(big.Rat).SetInt64(int64(c.paid() - c.came()))
		amount := halfUp(left.Mul(left, &p.Recovery.Clawback.Rat))
		s.same(c.number, "clawed back", x.Amount, amount)
		c.clawed, c.dues = &clawback{amount: amount}, nil
	case "ClawbackReceived":
		var x struct {
			Amount, Interest money
			Voucher          string
			Last             bool
		}
		if err := read(&x); err != nil {
			return err
		}
		bears := s.clawbackInterest(c, p, e.Date.Time)
		if x.Last {
			s.same(c.number, "clawback, last part", x.Amount, c.clawed.amount-c.clawed.received)
			s.same(c.number, "interest with the clawback", x.Interest, bears-c.clawed.interestPaid)
		}
		c.clawed.received += x.Amount
		c.clawed.interestPaid += x.Interest
		c.backs = append(c.backs, part{e.Date.Time, x.Amount, x.Voucher})
		c.interest += x.Interest
	}
	return nil
}

func (c *claim) paid() money {
	var sum money
	for _, p := range c.parts {
		sum += p.amount
	}
	return sum
}

func (c *claim) came() money {
	var sum money
	for _, p := range c.backs {
		sum += p.amount
	}
	return sum
}

// recover works out what of the loan's entries up to a day is the fund's.
func (s *scheme) recover(c *claim, p *rulePack, on time.Time) {
	counted := map[string]bool{}
	for _, r := range append(s.sumOf(c, p, c.figures, c.others).received, c.recovered...) {
		counted[r.Number] = true
	}
	recognised := s.sumOf(c, p, c.figures, c.others).recognised
	var first time.Time
	for _, e := range c.loan.entries {
		if e.on.After(recognised) && !e.on.After(on) && !counted[e.number] {
			c.recovered = append(c.recovered, receipt{e.number, civil{e.on}, e.amount})
			if first.IsZero() || e.on.Before(first) {
				first = e.on
			}
		}
	}
	var gross, found money
	for _, r := range c.recovered {
		gross += c.counted(r.Amount)
	}
	for _, d := range c.dues {
		found += d.amount
	}
	net := s.sumOf(c, p, c.figures, c.others).netLoss
	share := min(scaled(gross, c.paid(), net), c.paid()) - found
	if share <= 0 {
		return
	}
	if last := c.parts[len(c.parts)-1].on; last.After(first) {
		first = last
	}
	c.dues = append(c.dues, &due{received: first, by: s.workingDay(first, p.Days.Return), amount: share})
}

// back takes what was returned, after interest for lateness up to its day.
func (s *scheme) back(c *claim, p *rulePack, e logged, amount, interest money, voucher string) {
	on := e.Date.Time
	for _, d := range c.dues {
		from := d.by
		if d.until.After(from) {
			from = d.until
		}
		if d.amount == d.returned || !on.After(from) {
			continue
		}
		exact := times(d.amount-d.returned, s.rateDays(from.AddDate(0, 0, 1), on.AddDate(0, 0, 1)))
		d.late += halfUp(exact.Quo(exact, big.NewRat(p.Recovery.YearDays, 1)))
		d.until = on
	}
	c.backs = append(c.backs, part{on, amount, voucher})
	c.interest += interest
}

// clawbackInterest is the interest on what the bank had, each day from the
// payment to the day before.
func (s *scheme) clawbackInterest(c *claim, p *rulePack, on time.Time) money {
	exact := new(big.Rat)
	for sign, list := range [][]part{c.parts, c.backs} {
		for _, x := range list {
			bears := times(x.amount, s.rateDays(x.on, on))
			if sign == 1 {
				bears.Neg(bears)
			}
			exact.Add(exact, bears)
		}
	}
	exact.Mul(exact, &p.Recovery.Clawback.Rat)
	return halfUp(exact.Quo(exact, big.NewRat(p.Recovery.YearDays, 1)))
}

// checkMoney compares where each claim's money stands.
func (s *scheme) checkMoney() error {
	var paid, came money
	for _, c := range s.claims {
		paid += c.paid()
		came += c.came() + c.interest
		if w := c.state.Award; w != nil {
			s.same(c.number, "paid", w.Paid, c.paid())
			s.same(c.number, "came back", w.Back, c.came())
			s.same(c.number, "interest that came", w.Interest, c.interest)
			if c.came() > c.paid() {
				s.same(c.number, "came back above what was paid", c.came(), c.paid())
			}
			government := s.sumOf(c, s.pack(c.filing.Pack), c.figures, c.others)
			if most := down(times(government.netLoss, &s.pack(c.filing.Pack).Sum.Stack.Rat)); c.paid() > 0 && c.paid()+government.other > most {
				s.same(c.number, "government money above the stack", c.paid()+government.other, most)
			}
		}
		s.same(c.number, "shares due", len(c.state.Dues), len(c.dues))
		for i, d := range c.state.Dues {
			if i < len(c.dues) {
				o := c.dues[i]
				s.same(c.number, "share received on", d.Received, civil{o.received})
				s.same(c.number, "share due by", d.By, civil{o.by})
				s.same(c.number, "share", d.Amount, o.amount)
				s.same(c.number, "share returned", d.Returned, o.returned)
				s.same(c.number, "interest for lateness", d.Late, o.late)
				s.same(c.number, "interest for lateness, paid", d.LatePaid, o.latePaid)
			}
		}
		if k := c.state.Clawed; k != nil {
			s.same(c.number, "clawback received", k.Received, c.clawed.received)
			s.same(c.number, "clawback interest", k.InterestPaid, c.clawed.interestPaid)
		}
		// What a filing says of the claims on it.
		var compensated, returned money
		for _, o := range s.claims {
			if o.filing == c.filing {
				compensated, returned = compensated+o.paid(), returned+o.came()
			}
		}
		s.same(c.contract, "compensated", c.filing.Compensated, compensated)
		s.same(c.contract, "returned", c.filing.Returned, returned)
	}
	s.Paid, s.Back = paid.String(), came.String()
	return nil
}
