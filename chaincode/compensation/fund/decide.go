package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Bounds of what every transaction of the fund reads.
const (
	maxPending  = 64
	maxDeposits = 64
	maxPayees   = 256
	maxOffers   = 64
	maxLines    = 200
)

// Enter decides whether an entry may wait for its second signature: it could
// be posted now, so a clerk learns at once what is wrong.
func (p Pool) Enter(e Entry) *refusal.Refusal {
	if n := len(p.Pending); n >= maxPending {
		return PendingFull.At("number", maxPending, n)
	}
	return p.allows(e, e.Entered)
}

// Confirm decides whether a person may post an entry on a day. ofClaim says
// whose command it is: an entry of a claim is posted together with the claim.
func (p Pool) Confirm(number string, by []byte, date calendar.Date, ofClaim bool) (Confirmed, *refusal.Refusal) {
	i, ok := p.pending(number)
	if !ok {
		return Confirmed{}, NoEntry.At("entry", nil, number)
	}
	e := p.Pending[i]
	if slices.Equal(e.By, by) || slices.Equal(e.Maker, by) {
		return Confirmed{}, consortium.SamePerson.At("identity", nil, nil)
	}
	if act, _ := e.act(); act.OfClaim() != ofClaim {
		return Confirmed{}, OtherCommand.At("entry", nil, act)
	}
	if no := p.allows(e, date); no != nil {
		return Confirmed{}, no
	}
	return Confirmed{Number: number, Date: date}, nil
}

// Drop decides whether a pending entry may be taken back.
func (p Pool) Drop(number, reason string) (Dropped, *refusal.Refusal) {
	if _, ok := p.pending(number); !ok {
		return Dropped{}, NoEntry.At("entry", nil, number)
	}
	return Dropped{Number: number, Reason: reason}, nil
}

// allows decides whether an entry could be posted on a day.
func (p Pool) allows(e Entry, date calendar.Date) *refusal.Refusal {
	for _, check := range []func(Entry, calendar.Date) *refusal.Refusal{p.timely, p.leaves, p.arrives, p.changes} {
		if no := check(e, date); no != nil {
			return no
		}
	}
	p.Pending = []Entry{e}
	return p.posted(0, date).Holds()
}

// timely refuses what lies in another year or before what is posted.
func (p Pool) timely(e Entry, date calendar.Date) *refusal.Refusal {
	opens := e.Act == ActOpening || e.Act == ActYear
	switch {
	case e.Act == ActOpening && p.Year != 0:
		return PoolExists.At("year", nil, p.Year)
	case e.Act != ActOpening && p.Year == 0:
		return NotOpen.At("date", nil, nil)
	case e.Act == ActYear && e.Year != p.Year+1:
		return YearRange.At("year", p.Year+1, e.Year)
	case opens && date.Year() != e.Year:
		return YearRange.At("year", date.Year(), e.Year)
	case !opens && date.Year() != p.Year:
		return YearNotOpen.At("date", p.Year, date)
	case e.Act == ActReversal && e.Year != p.Year: // it was asked for in the year before
		return YearSettled.At("entry", p.Year, e.Year)
	case date < p.Last:
		return DateOrder.At("date", p.Last, date)
	case date < e.Entered:
		return DateOrder.At("date", e.Entered, date)
	}
	if act, _ := e.act(); act.Moves() && (e.Value.IsZero() || e.Value > date) {
		return ValueDate.At("value", date, e.Value)
	}
	return nil
}

// leaves checks the account that money comes out of.
func (p Pool) leaves(e Entry, date calendar.Date) *refusal.Refusal {
	field, code := "from", e.From
	if e.Act == ActReversal {
		field, code = "to", e.To
	}
	if code == "" {
		return nil
	}
	d, ok := p.Deposit(code)
	switch {
	case !ok:
		return NoDeposit.At(field, nil, code)
	case e.Act != ActReversal && d.Matures > date && !e.Early:
		return TermRunning.At(field, d.Matures, date)
	case d.Balance < e.Amount:
		return DepositShort.At(field, d.Balance, e.Amount)
	}
	switch act, _ := e.act(); act {
	case ActPayout:
		if e.Amount > p.Reserved {
			return NotReserved.At("amount", p.Reserved, e.Amount)
		}
		return nil // what is reserved goes where it was reserved for
	case ActTransfer, ActPlacement:
		return nil // it stays the fund's
	}
	if e.Amount > p.Available() {
		return Unavailable.At("amount", p.Available(), e.Amount)
	}
	return nil
}

// arrives checks the account that money goes to.
func (p Pool) arrives(e Entry, date calendar.Date) *refusal.Refusal {
	switch e.Act {
	case ActRefund:
		return p.payable(ForTreasury, e)
	case ActPayout:
		return p.payable(ForPayout, e)
	case ActInjection, ActInterest, ActReturn, ActClawback:
		if _, ok := p.Deposit(e.To); !ok {
			return NoDeposit.At("to", nil, e.To)
		}
	case ActTransfer, ActPlacement:
		d, ok := p.Deposit(e.To)
		switch {
		case !ok:
			return NoDeposit.At("to", nil, e.To)
		case e.To == e.From:
			return SameDeposit.At("to", nil, e.To)
		case !d.Account.Is(e.Account):
			return otherAccount(d.Account, e.Account)
		case e.Act == ActPlacement && d.Bank != e.Holder:
			return NoDeposit.At("to", e.Holder, d.Bank)
		case e.Act == ActPlacement && d.Balance != 0:
			return DepositBusy.At("to", 0, d.Balance)
		case e.Act == ActPlacement && e.Matures <= date:
			return ValueDate.At("matures", date, e.Matures)
		}
	}
	return nil
}

// payable refuses a payment to any other than the agreed account.
func (p Pool) payable(use Use, e Entry) *refusal.Refusal {
	a, ok := p.Payee(use, e.Holder)
	if !ok {
		return NoPayee.At("account", use, e.Holder)
	}
	if !a.Account.Is(e.Account) {
		return otherAccount(a.Account, e.Account)
	}
	return nil
}

func otherAccount(agreed, given Account) *refusal.Refusal {
	return AccountOther.At("account", "****"+agreed.LastFour, "****"+given.LastFour)
}

// changes checks what an entry changes besides money.
func (p Pool) changes(e Entry, _ calendar.Date) *refusal.Refusal {
	switch e.Act {
	case ActOpening:
		for i, d := range e.Opening {
			for _, other := range e.Opening[:i] {
				if other.Code == d.Code || other.Account.Is(d.Account) {
					return DepositTaken.At("accounts", nil, d.Code)
				}
			}
		}
	case ActAccount:
		if e.Use == ForDeposit {
			if _, taken := p.Deposit(e.To); taken {
				return DepositTaken.At("code", nil, e.To)
			}
			if n := len(p.Deposits); n >= maxDeposits {
				return ListLength.At("code", maxDeposits, n)
			}
		} else if n := len(p.Payees); n >= maxPayees {
			return ListLength.At("account", maxPayees, n)
		}
		for _, d := range p.Deposits {
			if d.Account.Is(e.Account) {
				return DepositTaken.At("account", nil, d.Code)
			}
		}
		for _, a := range p.Payees {
			if a.Account.Is(e.Account) && (a.Use != e.Use || a.Holder != e.Holder) {
				return DepositTaken.At("account", nil, a.Use)
			}
		}
	}
	return nil
}

// Line is a posted entry of the pool's journal.
type Line struct {
	Entry    Entry
	Posted   calendar.Date
	Year     int       // open when it was posted
	By       []byte    // who confirmed it
	Undone   string    // number of the reversal; "": it stands
	Balance  money.Fen // of the pool after it
	Reserved money.Fen
}

// Journal gives the posted entries of the pool's log, oldest first.
func Journal(log []ledgerstate.Entry[Pool]) []Line {
	var p Pool
	var lines []Line
	for _, e := range log {
		before := p
		p = e.Event.Evolve(p)
		l := Line{Year: p.Year, By: e.By, Balance: p.Balance, Reserved: p.Reserved}
		switch x := e.Event.(type) {
		case Confirmed:
			at, ok := before.pending(x.Number)
			if !ok {
				continue
			}
			l.Entry, l.Posted = before.Pending[at], x.Date
		case PaidOut:
			l.Entry, l.Posted = x.entry(), x.Date
		default:
			continue
		}
		if l.Entry.Act == ActReversal {
			if i := slices.IndexFunc(lines, func(x Line) bool { return x.Entry.Number == l.Entry.Of }); i >= 0 {
				lines[i].Undone = l.Entry.Number
			}
		}
		lines = append(lines, l)
	}
	return lines
}

// Reversal makes the entry that undoes a posted one.
func (p Pool) Reversal(journal []Line, of string) (Entry, *refusal.Refusal) {
	i := slices.IndexFunc(journal, func(l Line) bool { return l.Entry.Number == of })
	if i < 0 {
		return Entry{}, NoEntry.At("entry", nil, of)
	}
	l := journal[i]
	waits := slices.ContainsFunc(p.Pending, func(e Entry) bool { return e.Act == ActReversal && e.Of == of })
	switch {
	case !l.Entry.Act.Moves() || l.Entry.Act.OfClaim():
		return Entry{}, NotReversible.At("entry", nil, l.Entry.Act)
	case l.Undone != "" || waits:
		return Entry{}, ReversedAlready.At("entry", nil, of)
	}
	e := l.Entry
	e.Act, e.Undoes, e.Of, e.Maker, e.Year = ActReversal, l.Entry.Act, of, l.Entry.By, l.Year
	return e, nil
}
