package account

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Type is what an entry does.
type Type uint8

const (
	Repay    Type = iota + 1 // 还款: Amount, Payer
	Charge                   // 计收费用: Amount
	Prepay                   // 提前还款: Amount, Effect, Payer
	Reprice                  // 重定价: Rate
	Extend                   // 展期: Periods, of the whole term; SEA: Dues
	Misuse                   // 挪用: Percent
	WriteOff                 // 核销
	Recover                  // 核销后收回: Amount
	Classify                 // 五级分类: Class, Reasons
	TakeOn                   // 接续: Opening
	Refund                   // 退还预收: Amount
)

var typeNames = [...]struct{ code, zh string }{{}, {"repay", "还款"}, {"charge", "计收费用"}, {"prepay", "提前还款"}, {"reprice", "重定价"},
	{"extend", "展期"}, {"misuse", "挪用"}, {"write_off", "核销"}, {"recover", "核销后收回"}, {"classify", "五级分类"}, {"take_on", "接续"}, {"refund", "退还预收"}}

// ParseType reads the code of a type.
func ParseType(text string) (Type, error) {
	var known []string
	for t, name := range typeNames {
		if t > 0 && name.code == text {
			return Type(t), nil
		}
		if t > 0 {
			known = append(known, name.code)
		}
	}
	return 0, unknown("ENTRY_TYPE_UNKNOWN", "type", known, text, "没有这种业务", "no such type of entry")
}

func (t Type) String() string {
	if t == 0 || int(t) >= len(typeNames) {
		return "unknown"
	}
	return typeNames[t].code
}

// Zh is the type in Chinese.
func (t Type) Zh() string {
	if t == 0 || int(t) >= len(typeNames) {
		return "未知"
	}
	return typeNames[t].zh
}

// Payer is who paid.
type Payer uint8

const (
	Borrower  Payer = iota // 借款人
	Guarantor              // 保证人: 代偿
)

var payerNames = [...]string{"borrower", "guarantor"}

// ParsePayer reads borrower or guarantor.
func ParsePayer(text string) (Payer, error) {
	for p, name := range payerNames {
		if name == text {
			return Payer(p), nil
		}
	}
	return 0, unknown("PAYER_UNKNOWN", "payer", payerNames[:], text, "付款人未知", "unknown payer")
}

func (p Payer) String() string {
	if int(p) >= len(payerNames) {
		return "unknown"
	}
	return payerNames[p]
}

// Entry is one entry of an account. Which fields count depends on the type.
type Entry struct {
	Date    calendar.Date
	Type    Type
	Amount  money.Fen
	Payer   Payer
	Effect  Effect
	Rate    money.Rate
	Percent int
	Periods int
	Dues    []schedule.Due
	Class   Class
	Reasons []string
	Opening *Opening
}

// pays reports whether the entry brings money.
func (e *Entry) pays() bool { return e.Type == Repay || e.Type == Prepay || e.Type == Recover }

// Apply is the state after an entry that is not dated before those applied so
// far, at a cost that does not grow with their number, and where its money
// went on that day. Its only errors are *refusal.Refusal; the state given is
// never changed.
func (a *Account) Apply(s State, e Entry) (State, Allocation, error) {
	f := a.open(s)
	to, refused := f.apply(&e)
	if refused != nil {
		return s, Allocation{}, refused
	}
	return f.s, to, nil
}

func (f *folio) apply(e *Entry) (to Allocation, refused *refusal.Refusal) {
	first := f.contract.Terms.From
	if m := f.s.Amended; m != nil && m.Opening != nil {
		first = m.Opening.On
	}
	if e.Date < first || e.Date > calendar.Last {
		return to, EntryEarly.At("date", first, e.Date)
	}
	if (e.pays() || e.Type == Charge || e.Type == Refund) && (e.Amount <= 0 || e.Amount > MaxPrincipal) {
		return to, EntryAmount.At("amount", "0.01.."+MaxPrincipal.String(), e.Amount)
	}
	switch e.Type {
	case Repay, Recover:
		to, refused = f.paid(e)
	case Prepay:
		if to, refused = f.prepay(e.Date, e.Amount, e.Effect); refused == nil {
			f.tally(e, to)
		}
	case Charge:
		if most := MaxPrincipal - f.s.Fee; e.Amount > most {
			return to, EntryAmount.At("amount", most, e.Amount)
		}
		f.charge(e.Date, e.Amount)
	case Refund:
		refused = f.refund(e.Date, e.Amount)
	case Reprice:
		refused = f.newRate(e)
	case Misuse:
		refused = f.misused(e)
	case Extend:
		refused = f.extend(e)
	case WriteOff:
		refused = f.writeOff(e.Date)
	case Classify:
		refused = f.classify(e)
	case TakeOn:
		if e.Opening == nil || e.Opening.On != e.Date {
			return to, TakeOnFirst.At("date", nil, e.Date)
		}
		refused = f.takeOn(*e.Opening)
	default:
		refused = EntryUnknown.At("type", nil, e.Type)
	}
	return to, refused
}

// paid takes a repayment. A guarantor owes what is due and nothing that is
// not, so that no money of his ever waits.
func (f *folio) paid(e *Entry) (Allocation, *refusal.Refusal) {
	if e.Type == Recover && (f.s.Amended == nil || f.s.Amended.WrittenOff == nil) {
		return Allocation{}, NotWrittenOff.At("date", nil, e.Date)
	}
	if e.Payer == Guarantor {
		f.advance(e.Date)
		if due := f.due(e.Date); e.Amount > due {
			return Allocation{}, GuarantorAbove.At("amount", due, e.Amount)
		}
	}
	to := f.repay(e.Date, e.Amount)
	f.tally(e, to)
	return to, nil
}

// tally keeps who paid, and what came in after a write-off.
func (f *folio) tally(e *Entry, to Allocation) {
	if e.Payer == Guarantor {
		m := f.s.amended()
		m.Guarantor = m.Guarantor.plus(to.Parts)
	}
	if f.s.Amended != nil && f.s.Amended.WrittenOff != nil {
		f.s.amended().Recovered += e.Amount
	}
}

// refund gives back of what waits.
func (f *folio) refund(on calendar.Date, amount money.Fen) *refusal.Refusal {
	f.advance(on)
	if amount > f.s.Advance {
		return RefundAbove.At("amount", f.s.Advance, amount)
	}
	f.s.Advance -= amount
	f.s.amended().Refunded += amount
	if f.spent != nil {
		*f.spent = append(*f.spent, spending{refunded, amount})
	}
	return nil
}

func (f *folio) newRate(e *Entry) *refusal.Refusal {
	if e.Rate < 0 || e.Rate > MaxRate {
		return RateInForce.At("rate", "0.."+MaxRate.String(), e.Rate)
	}
	if !f.reprice(Price{From: e.Date, Rate: e.Rate, Misuse: f.price(e.Date).Misuse}) {
		return PlanGrows.At("rate", nil, e.Rate)
	}
	return nil
}

func (f *folio) misused(e *Entry) *refusal.Refusal {
	if e.Percent < 0 || e.Percent > MaxPenalty {
		return MisusePercent.At("percent", MaxPenalty, e.Percent)
	}
	if !f.reprice(Price{From: e.Date, Rate: f.price(e.Date).Rate, Misuse: e.Percent}) {
		return PlanGrows.At("percent", nil, e.Percent)
	}
	return nil
}

// writeOff takes the loan off the books and leaves the debt.
func (f *folio) writeOff(on calendar.Date) *refusal.Refusal {
	f.advance(on)
	if f.s.Amended != nil && f.s.Amended.WrittenOff != nil {
		return OffAlready.At("date", nil, f.s.Amended.WrittenOff.On)
	}
	at := f.figures(on)
	if at.Outstanding+at.Due == 0 {
		return NothingOwed.At("loan", nil, at.Outstanding)
	}
	f.s.amended().WrittenOff = &WrittenOffDebt{On: on, Principal: at.Outstanding, Interest: at.OverdueInterest + at.Penalty + at.Compound}
	return nil
}

func (f *folio) classify(e *Entry) *refusal.Refusal {
	f.advance(e.Date)
	if floor := Floor(f.pastDue(e.Date)); e.Class < floor || int(e.Class) >= len(Floors) {
		return ClassBetter.At("class", floor, e.Class)
	}
	f.s.amended().Classed = &Classed{On: e.Date, Class: e.Class, Reasons: slices.Clone(e.Reasons)}
	return nil
}
