package compensation

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// RecordRecovery 登记追偿: what came in on the loan since it was claimed for, by
// the loan's own entries, and the costs of recovery that it bore. The fund's
// share is due so many working days after the bank had it. The bank reports;
// Finance may where the bank does not.
var RecordRecovery = command.Command[ClaimContent]{
	Spec: command.Spec{Name: "comp.RecordRecovery", Zh: "登记追偿回收", En: "record what came in after the payment", Lane: command.CompLane,
		Access: []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Finance, Role: "officer"}}},
	Wants: func(c ClaimContent) []ledgerstate.Want { return append(wantsClaim(c.Claim), yearWant(c.Date)) },
	Valid: func(c ClaimContent) error { return said("note", c.Note) },
	Decide: func(ctx *command.Context, c ClaimContent) ([]ledgerstate.Change, error) {
		a, err := act(ctx, "comp.RecordRecovery", c.Claim, c.Date)
		if err != nil {
			return nil, err
		}
		x, err := loan.ExtractOf(ctx, "loan", ledgerstate.Ref{ID: a.Loan, No: a.Contract})
		if err != nil {
			return nil, err
		}
		news := a.news(x, c.Date)
		if len(news) == 0 {
			return nil, NothingNew.At("loan", nil, a.Contract)
		}
		e := RecoveryRecorded{Receipts: news}
		due, err := a.share(append(slices.Clone(a.Recovered), news...))
		if err != nil {
			return nil, err
		}
		if e.Due = due - a.dued(); e.Due > 0 {
			e.Received = news[len(news)-1].Date
			for _, r := range news { // the earliest that brought money in
				if r.Amount > 0 && !r.isCost() {
					e.Received = min(e.Received, r.Date)
				}
			}
			if n := len(a.Award.Parts); n > 0 { // before it was paid, nothing was due
				e.Received = max(e.Received, a.Award.Parts[n-1].On)
			}
			next, err := by(StepReturn, a.terms.Return, e.Received)
			if err != nil {
				return nil, err
			}
			e.ReturnBy = next.On
		}
		e.Act = a.act(a.nextReturn(e.ReturnBy))
		var net money.Fen
		for _, r := range news {
			if r.isCost() {
				r.Amount = -r.Amount
			}
			net += r.Amount
		}
		year, err := moved(ctx.View, c.Date, YearMoney{Recovered: net})
		return []ledgerstate.Change{a.happened(e), year}, err
	},
}

// news are the loan's receipts and costs after its recognition that the claim
// has not counted. Where an entry that was counted does not stand any more, a
// receipt takes it back.
func (c *Claim) news(x *loan.Extract, on calendar.Date) []Receipt {
	counted := map[string]money.Fen{}
	for _, r := range slices.Concat(c.Figures.Received, c.Recovered) {
		counted[r.Number] += r.Amount
	}
	var news []Receipt
	stands := map[string]bool{}
	for _, p := range x.Postings(c.Figures.Recognised, on) {
		r, ok := receiptOf(p)
		if !ok {
			continue
		}
		stands[r.Number] = true
		if r.Amount -= counted[r.Number]; r.Amount != 0 {
			news = append(news, r)
		}
	}
	for _, r := range slices.Concat(c.Figures.Received, c.Recovered) {
		if !stands[r.Number] && counted[r.Number] != 0 {
			r.Amount = -counted[r.Number]
			counted[r.Number] = 0
			news = append(news, r)
		}
	}
	return news
}

// share is the fund's part of all that came in since the claim, and never more
// than was paid.
func (c *Claim) share(receipts []Receipt) (money.Fen, error) {
	var gross, cost money.Fen
	for _, r := range receipts {
		part, err := c.Figures.counted(r.Amount)
		if err != nil {
			return 0, err
		}
		if r.isCost() {
			cost += part
		} else {
			gross += part
		}
	}
	share, err := formula.Return(max(0, gross), max(0, cost), c.Award.Paid, c.Figures.Sum.NetLoss, 0)
	if err != nil {
		return 0, figureRefused(err)
	}
	return share, nil
}

// dued is what was found due to the fund so far.
func (c *Claim) dued() money.Fen {
	var sum money.Fen
	for _, d := range c.Dues {
		sum += d.Amount
	}
	return sum
}

// dueBack is what the bank owes the fund: shares that were not returned, and
// interest for lateness.
func (c *Claim) dueBack() money.Fen {
	var sum money.Fen
	for _, d := range c.Dues {
		sum += d.Amount - d.Returned + d.Late - d.LatePaid
	}
	return max(0, sum)
}

// nextReturn is the earliest day by which something must be returned.
func (c *Claim) nextReturn(also calendar.Date) Deadline {
	by := also
	for _, d := range c.Dues {
		if d.Returned < d.Amount && (by == 0 || d.By < by) {
			by = d.By
		}
	}
	if by == 0 {
		return Deadline{}
	}
	return Deadline{StepReturn, by}
}

// RecoveryRecorded counts what came in.
type RecoveryRecorded struct {
	Act
	Receipts []Receipt
	Due      money.Fen     // the fund's share of it; negative: less than was found due before
	Received calendar.Date // from this day the term runs
	ReturnBy calendar.Date
}

// Evolve implements ledgerstate.Event.
func (e RecoveryRecorded) Evolve(c Claim) Claim {
	c.Recovered = append(slices.Clone(c.Recovered), e.Receipts...)
	c.Dues = slices.Clone(c.Dues)
	if e.Due > 0 {
		c.Dues = append(c.Dues, ReturnDue{Received: e.Received, By: e.ReturnBy, Amount: e.Due})
	}
	less := -e.Due
	for i := len(c.Dues) - 1; i >= 0 && less > 0; i-- { // the latest first
		part := min(less, c.Dues[i].Amount-c.Dues[i].Returned)
		c.Dues[i].Amount -= part
		less -= part
	}
	return e.onto(c, Recovering)
}

// DigestEvent leaves the certificate out.
func (e RecoveryRecorded) DigestEvent() any { e.Act = e.anonymous(); return e }
