package fund

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// The commands of the settle lane: the fund decides here, the claim's side is
// the room compensation's.

func settled(name, zh, en string, access []command.Allow) command.Spec {
	s := spec(name, zh, en, access)
	s.Lane = command.SettleLane
	return s
}

// OrderPayout 填制付款单.
var OrderPayout = command.Command[OrderContent]{
	Spec: spec("OrderPayout", "填制付款单", "write a payment order for the claims of a bank", officer),
	Wants: func(c OrderContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: PaymentKind, Ref: c.Payment, Birth: true}, {Kind: Kind, Ref: Ref}, voucherWant(c.Date, c.Voucher)}
	},
	Valid: func(c OrderContent) error {
		if n := len(c.Lines); n < 1 || n > maxLines {
			return ListLength.At("lines", "1..200", n)
		}
		seen := map[string]bool{}
		for _, l := range c.Lines {
			if err := first(numbered("lines.claim", l.Claim), balance("lines.amount", l.Amount)); err != nil {
				return err
			}
			if seen[l.Claim] {
				return ListLength.At("lines.claim", "each once", l.Claim)
			}
			seen[l.Claim] = true
		}
		return first(numbered("payment.no", c.Payment.No), coded("from", c.From), accountNumber("account", c.Account), voucher(c.Voucher))
	},
	Decide: func(ctx *command.Context, c OrderContent) ([]ledgerstate.Change, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		if err := bank(ctx, "bank", c.Bank); err != nil {
			return nil, err
		}
		to, err := accountOf(ctx, c.Account)
		if err != nil {
			return nil, err
		}
		o := Payment{Bank: c.Bank, From: c.From, Account: to, Voucher: c.Voucher, Ordered: c.Date, By: ctx.Actor.By()}
		numbers := make([]string, len(c.Lines))
		for i, l := range c.Lines {
			numbers[i] = AllocationNo(c.Bank, l.Claim)
		}
		ids, err := AllocationKind.LocateAll(ctx.View, numbers)
		if err != nil {
			return nil, err
		}
		for i, l := range c.Lines {
			a, err := allocationAt(ctx, ids[i])
			if err != nil {
				return nil, err
			}
			a.Claim = l.Claim
			if no := a.takes(l.Amount); no != nil {
				return nil, no
			}
			o.Lines = append(o.Lines, PaymentLine{Claim: l.Claim, ID: ids[i], Amount: l.Amount})
		}
		// The order as a whole could be paid now.
		whole := PaidOut{Date: c.Date, Order: c.Payment.No, Bank: c.Bank, From: c.From, Voucher: c.Voucher}
		whole.Amount, _ = o.Total()
		entry := whole.entry()
		entry.Account = to
		if no := p.allows(entry, c.Date); no != nil {
			return nil, no
		}
		used, err := takes(ctx, c.Date, c.Voucher, c.Payment.No)
		return []ledgerstate.Change{PaymentKind.Born(c.Payment, PaymentOrdered{o}), used}, err
	},
}

// allocationAt reads an allocation; where there is none it is empty.
func allocationAt(ctx *command.Context, id ledgerstate.ID) (Allocation, error) {
	if id.IsZero() {
		return Allocation{}, nil
	}
	r, err := AllocationKind.At(ctx.View, id)
	if err != nil || r == nil {
		return Allocation{}, err
	}
	return r.State, nil
}

// DropOrder 撤销付款单: what of it is not paid, will not be by it.
var DropOrder = command.Command[DropOrderContent]{
	Spec: spec("DropOrder", "撤销付款单", "take back what of a payment order is not paid", finance),
	Wants: func(c DropOrderContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: PaymentKind, Ref: c.Payment}}
	},
	Valid: func(c DropOrderContent) error { return written("reason", c.Reason) },
	Decide: func(ctx *command.Context, c DropOrderContent) ([]ledgerstate.Change, error) {
		r, err := PaymentKind.Get(ctx.View, "payment", c.Payment)
		if err != nil {
			return nil, err
		}
		total, paid := r.State.Total()
		switch {
		case r.State.Dropped != "":
			return nil, OrderDropped.At("payment", nil, c.Payment.No)
		case total == paid && total > 0:
			return nil, OrderPaid.At("payment", nil, c.Payment.No)
		}
		changes := []ledgerstate.Change{PaymentKind.Happened(c.Payment, PaymentDropped{c.Reason})}
		if !r.State.begun() { // else money has moved on the voucher
			changes = append(changes, frees(r.State.Ordered, r.State.Voucher))
		}
		return changes, nil
	},
}

// order finds a payment order by its number.
func order(ctx *command.Context, number string) (ledgerstate.Ref, Payment, error) {
	id, err := PaymentKind.Locate(ctx.View, number)
	if err != nil {
		return ledgerstate.Ref{}, Payment{}, err
	}
	if id.IsZero() {
		return ledgerstate.Ref{}, Payment{}, NoOrder.At("order", nil, number)
	}
	ref := ledgerstate.Ref{ID: id, No: number}
	r, err := PaymentKind.Get(ctx.View, "order", ref)
	if err != nil {
		return ref, Payment{}, err
	}
	return ref, r.State, nil
}

// allocation finds the allocation of a claim in the book of this transaction;
// the zero ID where there is none.
func allocation(ctx *command.Context, claim string) (ledgerstate.Ref, Allocation, error) {
	ref := ledgerstate.Ref{No: AllocationNo(ctx.Owner, claim)}
	var err error
	if ref.ID, err = AllocationKind.Locate(ctx.View, ref.No); err != nil {
		return ref, Allocation{}, err
	}
	a, err := allocationAt(ctx, ref.ID)
	return ref, a, err
}

// Payout 支付补偿: one line of an order, by another person than who wrote it.
var Payout = command.Joint[compensation.PayoutContent, compensation.PayoutFacts, compensation.PayoutDecision]{
	Spec:  settled("Payout", "支付补偿", "pay a line of a payment order", approver),
	Wants: compensation.PayoutWants,
	Valid: func(c compensation.PayoutContent) error { return numbered("order", c.Order) },
	Ask:   compensation.AskPayout,
	Needs: func(ctx *command.Context, c compensation.PayoutContent, _ compensation.PayoutFacts) ([]ledgerstate.Want, error) {
		wants := wantsPool()
		ref, o, err := order(ctx, c.Order)
		if _, refused := refusal.As(err); refused {
			return wants, nil // Decide says so
		}
		if err != nil {
			return nil, err
		}
		wants = append(wants, ledgerstate.Want{Kind: PaymentKind, Ref: ref})
		if l, ok := o.line(c.Claim.No); ok {
			wants = append(wants, ledgerstate.Want{Kind: AllocationKind, Ref: ledgerstate.Ref{ID: l.ID, No: AllocationNo(o.Bank, l.Claim)}})
		}
		return wants, nil
	},
	Decide: func(ctx *command.Context, c compensation.PayoutContent, f compensation.PayoutFacts) (compensation.PayoutDecision, []ledgerstate.Change, error) {
		var d compensation.PayoutDecision
		p, err := State(ctx)
		if err != nil {
			return d, nil, err
		}
		ref, o, err := order(ctx, c.Order)
		if err != nil {
			return d, nil, err
		}
		at, a, err := allocation(ctx, c.Claim.No)
		if err != nil {
			return d, nil, err
		}
		paid, part, no := p.pay(paying{order: c.Order, payment: o, claim: c.Claim.No, bank: ctx.Owner, by: ctx.Actor.By(), date: c.Date}, a)
		if no != nil {
			return d, nil, no
		}
		if a.Paid != f.Paid {
			return d, nil, BooksDiffer.At("paid", a.Paid, f.Paid)
		}
		d = compensation.PayoutDecision{Amount: part.Amount, Voucher: o.Voucher, Allocated: compensation.Allocated{Amount: a.Amount, Binding: a.Binding}, Last: part.Last}
		if no := d.Fits(f); no != nil {
			return d, nil, no
		}
		return d, []ledgerstate.Change{Kind.Happened(Ref, paid), PaymentKind.Happened(ref, LinePaid{c.Claim.No, c.Date}), AllocationKind.Happened(at, part)}, nil
	},
	Apply: compensation.ApplyPayout,
}

// StopPayment 中止拨付: one person suffices to stop. What is not paid is free
// again; the claim goes back to review.
var StopPayment = command.Joint[compensation.StopContent, compensation.StopFacts, struct{}]{
	Spec:  settled("StopPayment", "中止拨付", "stop what of a claim is not paid yet", finance),
	Wants: compensation.StopWants,
	Valid: compensation.StopContent.Valid,
	Ask:   compensation.AskStop,
	Needs: func(ctx *command.Context, c compensation.StopContent, _ compensation.StopFacts) ([]ledgerstate.Want, error) {
		ref, _, err := allocation(ctx, c.Claim.No)
		if err != nil || ref.ID.IsZero() {
			return nil, err
		}
		return append(wantsPool(), ledgerstate.Want{Kind: AllocationKind, Ref: ref}), nil
	},
	Decide: func(ctx *command.Context, c compensation.StopContent, f compensation.StopFacts) (struct{}, []ledgerstate.Change, error) {
		var told struct{}
		at, a, err := allocation(ctx, c.Claim.No)
		if err != nil || !a.Live { // approved and not allocated yet: nothing is reserved
			return told, nil, err
		}
		p, err := State(ctx)
		if err != nil {
			return told, nil, err
		}
		freed, stopped, no := p.stop(a, c.Why, c.Date)
		if no != nil {
			return told, nil, no
		}
		return told, append(p.noticed(ctx, freed, c.Date), AllocationKind.Happened(at, stopped)), nil
	},
	Apply: func(ctx *command.Context, c compensation.StopContent, f compensation.StopFacts, _ struct{}) ([]ledgerstate.Change, error) {
		return compensation.ApplyStop(ctx, c, f)
	},
}

// enterBack enters money that a bank sent back on a claim.
func enterBack(name, zh, en string, act Act) command.Command[BackEntryContent] {
	return command.Command[BackEntryContent]{
		Spec:  spec(name, zh, en, officer),
		Wants: func(c BackEntryContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
		Valid: func(c BackEntryContent) error {
			if c.Interest < 0 || c.Interest > c.Amount {
				return BearsRange.At("interest", "0.."+c.Amount.String(), c.Interest)
			}
			return first(numbered("claim", c.Claim), coded("to", c.To), positive("amount", c.Amount), voucher(c.Voucher), optional("note", c.Note))
		},
		Decide: func(ctx *command.Context, c BackEntryContent) ([]ledgerstate.Change, error) {
			if err := bank(ctx, "bank", c.Bank); err != nil {
				return nil, err
			}
			id, err := AllocationKind.Locate(ctx.View, AllocationNo(c.Bank, c.Claim))
			if err != nil {
				return nil, err
			}
			a, err := allocationAt(ctx, id)
			if err != nil {
				return nil, err
			}
			e := Entry{Act: act, To: c.To, Holder: c.Bank, Claim: c.Claim, Amount: c.Amount, Bears: c.Interest, Value: c.Value, Voucher: c.Voucher, Note: c.Note}
			if no := a.gives(e); no != nil {
				return nil, no
			}
			return enter(ctx, c.Head, e)
		},
	}
}

// EnterReturn 追偿返还录入, EnterClawback 追回录入.
var (
	EnterReturn   = enterBack("EnterReturn", "追偿返还录入", "enter what a bank returned of a recovery", ActReturn)
	EnterClawback = enterBack("EnterClawback", "追回录入", "enter what was clawed back", ActClawback)
)

func receiveBack(name, zh, en string, act Act, ask func(*command.Context, compensation.BackContent) (compensation.BackFacts, error),
	apply func(*command.Context, compensation.BackContent, compensation.BackFacts, compensation.BackDecision) ([]ledgerstate.Change, error)) command.Joint[compensation.BackContent, compensation.BackFacts, compensation.BackDecision] {
	return command.Joint[compensation.BackContent, compensation.BackFacts, compensation.BackDecision]{
		Spec:  settled(name, zh, en, approver),
		Wants: compensation.BackWants,
		Valid: func(c compensation.BackContent) error { return numbered("entry", c.Entry) },
		Ask:   ask,
		Needs: func(ctx *command.Context, c compensation.BackContent, _ compensation.BackFacts) ([]ledgerstate.Want, error) {
			ref, _, err := allocation(ctx, c.Claim.No)
			if err != nil || ref.ID.IsZero() {
				return nil, err
			}
			return append(wantsPool(), ledgerstate.Want{Kind: AllocationKind, Ref: ref}), nil
		},
		Decide: func(ctx *command.Context, c compensation.BackContent, f compensation.BackFacts) (compensation.BackDecision, []ledgerstate.Change, error) {
			var d compensation.BackDecision
			p, err := State(ctx)
			if err != nil {
				return d, nil, err
			}
			at, a, err := allocation(ctx, c.Claim.No)
			if err != nil {
				return d, nil, err
			}
			i, _ := p.pending(c.Entry)
			confirmed, back, no := p.comeBack(c.Entry, ctx.Owner, c.Claim.No, act, a, ctx.Actor.By(), c.Date)
			if no != nil {
				return d, nil, no
			}
			if a.Paid != f.Paid || a.Back != f.Back {
				return d, nil, BooksDiffer.At("back", a.Paid.String()+", "+a.Back.String(), f.Paid.String()+", "+f.Back.String())
			}
			d = compensation.BackDecision{Got: compensation.Owed{Amount: back.Amount, Interest: back.Interest}, Voucher: p.Pending[i].Voucher}
			if no := d.Fits(f); no != nil {
				return d, nil, no
			}
			return d, append(p.noticed(ctx, confirmed, c.Date), AllocationKind.Happened(at, back)), nil
		},
		Apply: apply,
	}
}

// ReceiveReturn 追偿返还入账, ReceiveClawback 追回入账: the second signature.
var (
	ReceiveReturn   = receiveBack("ReceiveReturn", "追偿返还入账", "confirm what a bank returned", ActReturn, compensation.AskReturn, compensation.ApplyReturn)
	ReceiveClawback = receiveBack("ReceiveClawback", "追回入账", "confirm what was clawed back", ActClawback, compensation.AskClawback, compensation.ApplyClawback)
)
