package compensation

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// The money of a claim moves in joint transactions: the fund decides in
// commons; the book tells the facts before (Ask…) and applies after what was
// decided (Apply…). These are the book's parts.

// PayoutContent pays one claim of a payment order, or one part of it.
type PayoutContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Order string          `json:"order"` // 付款单号, which says how much
}

// PayoutFacts are what of a claim the fund's decision rests on.
type PayoutFacts struct {
	Approved    calendar.Date
	Pack        string
	Entitlement money.Fen // over the limbs that need no pool
	Binding     string
	Paid        money.Fen
}

// PayoutDecision is what the fund pays.
type PayoutDecision struct {
	Amount    money.Fen // of this part; 0 only where nothing was allocated
	Voucher   string    // 付款凭证号
	Allocated Allocated // what the pool had for the claim in all
	Last      bool      // no part follows
}

// Fits refuses a payment that the claim does not allow: all parts together are
// what was allocated, and never more than what was approved. The fund asks it
// before it decides.
func (d PayoutDecision) Fits(f PayoutFacts) *refusal.Refusal {
	left := d.Allocated.Amount - f.Paid
	switch {
	case d.Amount < 0 || d.Amount == 0 && !(d.Last && left == 0):
		return ClaimAmount.At("amount", "above 0.00", d.Amount)
	case d.Allocated.Amount > f.Entitlement:
		return AboveAward.At("allocated", f.Entitlement, d.Allocated.Amount)
	case d.Amount > left:
		return AboveAward.At("amount", left, d.Amount)
	case d.Last && d.Amount != left:
		return ClaimAmount.At("amount", left, d.Amount)
	}
	return nil
}

// PayoutWants are what a payment reads of the book.
func PayoutWants(c PayoutContent) []ledgerstate.Want {
	return append(wantsClaim(c.Claim), docketWant, yearWant(c.Date))
}

// AskPayout gives the facts of a claim that may be paid.
func AskPayout(ctx *command.Context, c PayoutContent) (PayoutFacts, error) {
	a, err := act(ctx, "fund.Payout", c.Claim, c.Date)
	if err != nil {
		return PayoutFacts{}, err
	}
	w := a.Award
	return PayoutFacts{Approved: w.On, Pack: a.Claim.Pack, Entitlement: w.Entitlement, Binding: w.Binding, Paid: w.Paid}, nil
}

// ApplyPayout records a payment.
func ApplyPayout(ctx *command.Context, c PayoutContent, f PayoutFacts, d PayoutDecision) ([]ledgerstate.Change, error) {
	a, err := act(ctx, "fund.Payout", c.Claim, c.Date)
	if err != nil {
		return nil, err
	}
	if no := d.Fits(f); no != nil {
		return nil, no
	}
	next := a.Deadline
	if d.Last {
		next = Deadline{}
	}
	e := ClaimPaid{Act: a.act(next), Amount: d.Amount, Voucher: d.Voucher, Allocated: d.Allocated, Last: d.Last}
	docket, err := a.docket(e.Evolve(*a.Claim))
	if err != nil {
		return nil, err
	}
	changes := []ledgerstate.Change{a.happened(e), docket}
	if d.Amount == 0 {
		return changes, nil
	}
	year, err := moved(ctx.View, c.Date, YearMoney{Paid: d.Amount, Payments: 1})
	return append(changes, FilingKind.Happened(a.filing(), CompensationPaid{Amount: d.Amount}), year), err
}

// StopContent stops what is not paid yet of a claim 中止拨付, until the claim
// was looked into and approved again.
type StopContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Why   string          `json:"why"`
}

// Valid checks the content without a ledger.
func (c StopContent) Valid() error { return written("why", c.Why) }

// StopFacts are what of a claim the fund needs to know to free what it holds.
type StopFacts struct {
	Entitlement money.Fen
	Paid        money.Fen
	Until       calendar.Date // deadline of the review that follows
}

// StopWants are what a stop reads of the book.
func StopWants(c StopContent) []ledgerstate.Want { return append(wantsClaim(c.Claim), docketWant) }

// AskStop gives the facts of a claim whose payment may be stopped.
func AskStop(ctx *command.Context, c StopContent) (StopFacts, error) {
	a, err := act(ctx, "fund.StopPayment", c.Claim, c.Date)
	if err != nil {
		return StopFacts{}, err
	}
	next, err := by(StepReReview, a.terms.Objection, c.Date)
	if err != nil {
		return StopFacts{}, err
	}
	return StopFacts{Entitlement: a.Award.Entitlement, Paid: a.Award.Paid, Until: next.On}, nil
}

// ApplyStop records it.
func ApplyStop(ctx *command.Context, c StopContent, f StopFacts) ([]ledgerstate.Change, error) {
	a, err := act(ctx, "fund.StopPayment", c.Claim, c.Date)
	if err != nil {
		return nil, err
	}
	e := PaymentStopped{Act: a.act(Deadline{StepReReview, f.Until}), Why: c.Why}
	docket, err := a.docket(e.Evolve(*a.Claim))
	if err != nil {
		return nil, err
	}
	return []ledgerstate.Change{a.happened(e), docket}, nil
}

// BackContent is money that came back on a claim: the fund's entry of it, which
// says how much.
type BackContent struct {
	command.Head
	Claim ledgerstate.Ref `json:"claim"`
	Entry string          `json:"entry"` // business number of the fund's entry
}

// Owed is what a bank owes the fund on a claim at the end of a day.
type Owed struct {
	Amount   money.Fen `json:"amount"`   // of what was paid
	Interest money.Fen `json:"interest"` // for lateness, or with a clawback
}

// BackFacts are what was paid on a claim, what came back, and what is owed.
type BackFacts struct {
	Paid money.Fen
	Back money.Fen
	Owed Owed
}

// BackDecision is what came in by the fund's entry.
type BackDecision struct {
	Got     Owed
	Voucher string
}

// Fits refuses money that is not owed. The fund asks it before it decides.
func (d BackDecision) Fits(f BackFacts) *refusal.Refusal { return above(d.Got, f.Owed) }

// BackWants are what money that comes back reads of the book.
func BackWants(c BackContent) []ledgerstate.Want {
	return append(wantsClaim(c.Claim), yearWant(c.Date))
}

// AskReturn gives what is to be returned 返还追偿款 of what a bank recovered.
func AskReturn(ctx *command.Context, c BackContent) (BackFacts, error) {
	a, err := act(ctx, "fund.ReceiveReturn", c.Claim, c.Date)
	if err != nil {
		return BackFacts{}, err
	}
	late, err := a.lateness()
	return BackFacts{Paid: a.Award.Paid, Back: a.Award.Back, Owed: a.owedReturn(late)}, err
}

// ApplyReturn records what was returned.
func ApplyReturn(ctx *command.Context, c BackContent, f BackFacts, d BackDecision) ([]ledgerstate.Change, error) {
	a, err := act(ctx, "fund.ReceiveReturn", c.Claim, c.Date)
	if err != nil {
		return nil, err
	}
	if no := d.Fits(f); no != nil {
		return nil, no
	}
	e := ReturnReceived{Act: a.act(Deadline{}), Amount: d.Got.Amount, Interest: d.Got.Interest, Voucher: d.Voucher}
	if e.Late, err = a.lateness(); err != nil {
		return nil, err
	}
	after := e.Evolve(*a.Claim)
	e.Deadline = after.nextReturn(0)
	return a.came(e, d.Got)
}

// AskClawback gives what is to be paid back 缴回.
func AskClawback(ctx *command.Context, c BackContent) (BackFacts, error) {
	a, err := act(ctx, "fund.ReceiveClawback", c.Claim, c.Date)
	if err != nil {
		return BackFacts{}, err
	}
	owed, err := a.owedClawback()
	return BackFacts{Paid: a.Award.Paid, Back: a.Award.Back, Owed: owed}, err
}

// ApplyClawback records what was paid back.
func ApplyClawback(ctx *command.Context, c BackContent, f BackFacts, d BackDecision) ([]ledgerstate.Change, error) {
	a, err := act(ctx, "fund.ReceiveClawback", c.Claim, c.Date)
	if err != nil {
		return nil, err
	}
	if no := d.Fits(f); no != nil {
		return nil, no
	}
	e := ClawbackReceived{Act: a.act(a.Deadline), Amount: d.Got.Amount, Interest: d.Got.Interest, Voucher: d.Voucher,
		Last: d.Got == f.Owed}
	if e.Last {
		e.Deadline = Deadline{}
	}
	return a.came(e, d.Got)
}

// came are the changes of money that came back.
func (a *acting) came(e ledgerstate.Event[Claim], got Owed) ([]ledgerstate.Change, error) {
	year, err := moved(a.View, a.date, YearMoney{Returned: got.Amount, Interest: got.Interest})
	return []ledgerstate.Change{a.happened(e), FilingKind.Happened(a.filing(), CompensationReturned{Amount: got.Amount}), year}, err
}

// above refuses money that is not owed, and money of which there is none.
func above(got, owed Owed) *refusal.Refusal {
	switch {
	case got.Amount < 0 || got.Interest < 0 || got.Amount+got.Interest == 0:
		return ClaimAmount.At("amount", "above 0.00", got.Amount)
	case got.Amount > owed.Amount:
		return AboveDue.At("amount", owed.Amount, got.Amount)
	case got.Interest > owed.Interest:
		return AboveDue.At("interest", owed.Interest, got.Interest)
	}
	return nil
}

// lateness is, per share that is due, the interest for lateness since it was
// last counted.
func (a *acting) lateness() ([]money.Fen, error) {
	late := make([]money.Fen, len(a.Dues))
	for i, d := range a.Dues {
		from := max(d.By, d.Until)
		if d.Amount == d.Returned || a.date <= from {
			continue
		}
		var err error
		if late[i], err = formula.LateInterest(d.Amount-d.Returned, from, a.date, a.pack.Recovery, consortium.Of(a.Context).LPR); err != nil {
			return nil, figureRefused(err)
		}
	}
	return late, nil
}

func (a *acting) owedReturn(late []money.Fen) Owed {
	var o Owed
	for i, d := range a.Dues {
		o.Amount += d.Amount - d.Returned
		o.Interest += d.Late + late[i] - d.LatePaid
	}
	return o
}

// ClaimPaid is a part of a payment.
type ClaimPaid struct {
	Act
	Amount    money.Fen
	Voucher   string
	Allocated Allocated
	Last      bool
}

// unallocated is the reason of a claim for which the pool had nothing.
const unallocated = "E05"

// Evolve implements ledgerstate.Event.
func (e ClaimPaid) Evolve(c Claim) Claim {
	w := *c.Award
	w.Allocated = &e.Allocated
	if e.Amount > 0 {
		w.Paid += e.Amount
		w.Parts = append(slices.Clone(w.Parts), Part{On: e.Date, Amount: e.Amount, Voucher: e.Voucher})
	}
	c.Award = &w
	switch {
	case e.Last && w.Paid == 0:
		c.Reason = unallocated
		return e.onto(c, Closed)
	case e.Last:
		return e.onto(c, Paid)
	}
	return e.onto(c, Approved)
}

// DigestEvent leaves the certificate out.
func (e ClaimPaid) DigestEvent() any { e.Act = e.anonymous(); return e }

// PaymentStopped stops what is not paid yet.
type PaymentStopped struct {
	Act
	Why string
}

// Evolve implements ledgerstate.Event.
func (e PaymentStopped) Evolve(c Claim) Claim {
	c.Stopped = e.Why
	return e.onto(c, ReReview)
}

// DigestEvent leaves the certificate out.
func (e PaymentStopped) DigestEvent() any { e.Act = e.anonymous(); return e }

// ReturnReceived is money that a bank returned.
type ReturnReceived struct {
	Act
	Amount   money.Fen
	Interest money.Fen
	Voucher  string
	Late     []money.Fen // per share, interest that the days since brought
}

// Evolve implements ledgerstate.Event: the oldest share is returned first.
func (e ReturnReceived) Evolve(c Claim) Claim {
	c.Dues = slices.Clone(c.Dues)
	amount, interest := e.Amount, e.Interest
	for i := range c.Dues {
		d := &c.Dues[i]
		if i < len(e.Late) && e.Late[i] > 0 {
			d.Late, d.Until = d.Late+e.Late[i], e.Date
		}
		part := min(amount, d.Amount-d.Returned)
		d.Returned += part
		amount -= part
		part = min(interest, d.Late-d.LatePaid)
		d.LatePaid += part
		interest -= part
	}
	c.Award = c.Award.back(e.Date, e.Amount, e.Interest, e.Voucher)
	return e.onto(c, c.Status)
}

// back is the award after money came back on it.
func (w Award) back(on calendar.Date, amount, interest money.Fen, voucher string) *Award {
	w.Backs = append(slices.Clone(w.Backs), Part{On: on, Amount: amount, Voucher: voucher})
	w.Back += amount
	w.Interest += interest
	return &w
}

// DigestEvent leaves the certificate out.
func (e ReturnReceived) DigestEvent() any { e.Act = e.anonymous(); return e }

// ClawbackReceived is money that a bank paid back.
type ClawbackReceived struct {
	Act
	Amount   money.Fen
	Interest money.Fen
	Voucher  string
	Last     bool
}

// Evolve implements ledgerstate.Event.
func (e ClawbackReceived) Evolve(c Claim) Claim {
	k := *c.Clawed
	k.Received += e.Amount
	k.InterestPaid += e.Interest
	c.Clawed = &k
	c.Award = c.Award.back(e.Date, e.Amount, e.Interest, e.Voucher)
	if e.Last {
		return e.onto(c, ClawedBack)
	}
	return e.onto(c, Clawback)
}

// DigestEvent leaves the certificate out.
func (e ClawbackReceived) DigestEvent() any { e.Act = e.anonymous(); return e }
