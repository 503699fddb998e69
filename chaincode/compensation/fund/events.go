package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Entered puts an entry before the second person. The pool's first event is
// the entering of its opening.
type Entered struct{ Entry Entry }

// Evolve implements ledgerstate.Event.
func (e Entered) Evolve(p Pool) Pool {
	p.Pending = append(slices.Clone(p.Pending), e.Entry)
	return p
}

// DigestEvent leaves out what comes from certificates and the secret.
func (e Entered) DigestEvent() any { e.Entry = e.Entry.withoutMarks(); return e }

// Confirmed posts an entry: from here on it counts.
type Confirmed struct {
	Number string
	Date   calendar.Date
}

// Evolve implements ledgerstate.Event.
func (e Confirmed) Evolve(p Pool) Pool {
	i, ok := p.pending(e.Number)
	if !ok {
		return p
	}
	return p.posted(i, e.Date)
}

// Dropped takes back what nobody confirmed.
type Dropped struct {
	Number string
	Reason string
}

// Evolve implements ledgerstate.Event.
func (e Dropped) Evolve(p Pool) Pool {
	if i, ok := p.pending(e.Number); ok {
		p.Pending = slices.Delete(slices.Clone(p.Pending), i, i+1)
	}
	return p
}

// Earmarked reserves what was allocated to the claims of banks 预留.
type Earmarked struct {
	Date  calendar.Date
	Banks []BankYear // what each gets more, by MSP
}

// Evolve implements ledgerstate.Event.
func (e Earmarked) Evolve(p Pool) Pool {
	var total money.Fen
	for _, b := range e.Banks {
		p = p.earmark(b.Bank, b.Allocated, true)
		total += b.Allocated
	}
	p.Last = e.Date
	return p.paced(e.Date, total)
}

// Freed gives back what a claim will not be paid. It counts for the bank's
// year if it was allocated in the open one.
type Freed struct {
	Date   calendar.Date
	Bank   string
	Amount money.Fen
	Year   int // in which it was allocated
}

// Evolve implements ledgerstate.Event.
func (e Freed) Evolve(p Pool) Pool {
	p = p.earmark(e.Bank, -e.Amount, e.Year == p.Year)
	p.Last = e.Date
	return p.paced(e.Date, -e.Amount)
}

// PaidOut is a claim's part of a payment order, paid.
type PaidOut struct {
	Date    calendar.Date
	Order   string // number of the payment order
	Bank    string // MSP
	Claim   string
	From    string // code of the fund's account
	Voucher string
	Amount  money.Fen
}

// Evolve implements ledgerstate.Event.
func (e PaidOut) Evolve(p Pool) Pool {
	p.Pending = append(slices.Clone(p.Pending), e.entry())
	return p.posted(len(p.Pending)-1, e.Date)
}

// entry is the payment as a line of the journal.
func (e PaidOut) entry() Entry {
	return Entry{Number: e.Order, Act: ActPayout, Entered: e.Date, Value: e.Date, Amount: e.Amount, From: e.From, Holder: e.Bank, Claim: e.Claim, Voucher: e.Voucher}
}

// earmark changes what is reserved for a bank, and what it got in the year.
func (p Pool) earmark(bank string, amount money.Fen, thisYear bool) Pool {
	p.Reserved += amount
	if !thisYear {
		return p
	}
	i, ok := p.bank(bank)
	p.Banks = slices.Clone(p.Banks)
	if !ok {
		p.Banks = slices.Insert(p.Banks, i, BankYear{Bank: bank})
	}
	p.Banks[i].Allocated += amount
	return p
}

// posted is the pool after a pending entry counts.
func (p Pool) posted(i int, date calendar.Date) Pool {
	e := p.Pending[i]
	p.Pending = slices.Delete(slices.Clone(p.Pending), i, i+1)
	p.Deposits = slices.Clone(p.Deposits)
	p.Last = date
	act, amount := e.act()
	t := &p.Totals
	switch act {
	case ActOpening:
		p.Year = e.Year
		for _, d := range e.Opening {
			d.Opened = date
			at, _ := p.deposit(d.Code)
			p.Deposits = slices.Insert(p.Deposits, at, d)
			t.Opening += d.Balance
			p.Balance += d.Balance
		}
	case ActInjection:
		t.Injections += amount
		p.Balance += amount
	case ActInterest:
		t.Interest += amount
		p.Balance += amount
	case ActReturn:
		t.Returns += amount
		p.Balance += amount
	case ActClawback:
		t.Clawbacks += amount
		p.Balance += amount
	case ActRefund:
		t.Refunds += amount
		p.Balance -= amount
	case ActPayout:
		t.Payouts += amount
		p.Balance -= amount
		p.Reserved -= amount
	case ActAccount:
		return p.agreed(e, date)
	case ActYear:
		p.Year = e.Year
		p.Totals = Totals{Opening: p.Balance}
		p.Banks = nil
	}
	if from, ok := p.deposit(e.From); ok && e.From != "" {
		p.Deposits[from].Balance -= amount
	}
	if to, ok := p.deposit(e.To); ok && e.To != "" {
		d := &p.Deposits[to]
		d.Balance += amount
		if act == ActPlacement {
			d.Matures, d.Rate, d.Tender = e.Matures, e.Rate, e.Tender
			if amount < 0 {
				d.Matures, d.Rate, d.Tender = 0, 0, ""
			}
		}
	}
	return p
}

// agreed is the pool after an account was agreed: a new one of the fund, or
// another's, which replaces the one before.
func (p Pool) agreed(e Entry, date calendar.Date) Pool {
	if e.Use == ForDeposit {
		at, _ := p.deposit(e.To)
		p.Deposits = slices.Insert(p.Deposits, at, Deposit{Code: e.To, Bank: e.Holder, Account: e.Account, Opened: date})
		return p
	}
	p.Payees = slices.Clone(p.Payees)
	at, there := p.payee(e.Use, e.Holder)
	if !there {
		p.Payees = slices.Insert(p.Payees, at, Payee{})
	}
	p.Payees[at] = Payee{Use: e.Use, Holder: e.Holder, Account: e.Account, Since: date}
	return p
}
