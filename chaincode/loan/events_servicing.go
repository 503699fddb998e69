package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Booking is how an entry came onto the ledger. The zero value: in order of
// dates, in its own month.
type Booking struct {
	Recorded Month    // 跨期补记: the open day's month, where that of the entry was closed by then
	Replaces string   // business number of the reversed entry that it stands for 补记
	Rebuilt  *Rebuilt // what stands then, where the entry is dated before others or takes one away
}

// Rebuilt is what of a loan follows from the entries that stand. It is in the
// event, so that nobody who reads the log has to fold it.
type Rebuilt struct {
	Status    Status
	Last      calendar.Date
	From      calendar.Date // first day and principal of the terms
	Principal money.Fen
	Account   account.State
	More      *More // without requests
}

func rebuiltOf(l Loan) *Rebuilt {
	t := &l.Contract.Account.Terms
	r := &Rebuilt{Status: l.Status, Last: l.Last, From: t.From, Principal: t.Principal, Account: l.Account}
	if l.More != nil {
		l.more().Requests = nil
		r.More = l.tidy().More
	}
	return r
}

// into puts what stands in the place of what stood. Requests stay.
func (r *Rebuilt) into(l Loan) Loan {
	var requests []ReversalRequest
	if l.More != nil {
		requests = l.More.Requests
	}
	l.Status, l.Last, l.Account, l.More = r.Status, r.Last, r.Account, r.More
	l.Contract.Account.Terms = begun(l.Contract.Account.Terms, r.From, r.Principal)
	if requests != nil {
		l.more().Requests = requests
	}
	return l.tidy()
}

// posting is an event that makes an entry of the account. It can be reversed
// (one that must not be implements binds() as well).
type posting interface {
	entry() account.Entry
}

// marker is a posting that leaves more than the account's state behind.
type marker interface {
	marks(*Loan)
}

// evolve is what a posting does: what stands, where the event says so, else
// the entry in order of dates.
func (b *Booking) evolve(l Loan, e posting) Loan {
	if b.Rebuilt != nil {
		return b.Rebuilt.into(l)
	}
	entry := e.entry()
	s, _, err := l.open().Apply(l.Account, entry)
	if err != nil {
		panic("an entry that was accepted does not stand: " + err.Error())
	}
	l.Account, l.Last = s, entry.Date
	if m, ok := e.(marker); ok {
		m.marks(&l)
	}
	return l
}

// LoanEntered is an entry of the account that is neither a repayment nor a
// charge, with what proves it.
type LoanEntered struct {
	Entry     account.Entry
	Voucher   []byte
	Guarantor []byte
	Reason    string
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanEntered) Evolve(l Loan) Loan { return e.evolve(l, e) }

func (e LoanEntered) entry() account.Entry { return e.Entry }

// EncodeMsgpack writes the ledger's form.
func (e LoanEntered) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 1, e.Entry, e.Voucher, e.Guarantor, e.Reason, e.Recorded, e.Replaces, e.Rebuilt)
}

// DecodeMsgpack reads it.
func (e *LoanEntered) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanEntered{}
	return decodeArray(dec, 1, &e.Entry, &e.Voucher, &e.Guarantor, &e.Reason, &e.Recorded, &e.Replaces, &e.Rebuilt)
}

func (e LoanRepaid) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Repay, Amount: e.Amount}
}

// EncodeMsgpack writes the ledger's form. Most of what a book holds are
// repayments in order, so they take the short way.
func (e LoanRepaid) EncodeMsgpack(enc *msgpack.Encoder) error {
	if !e.plain() {
		return encodeArray(enc, 2, e.Date, e.Amount, e.Recorded, e.Replaces, e.Rebuilt)
	}
	err := enc.EncodeArrayLen(2)
	if err == nil {
		err = e.Date.EncodeMsgpack(enc)
	}
	if err == nil {
		err = e.Amount.EncodeMsgpack(enc)
	}
	return err
}

// DecodeMsgpack reads it.
func (e *LoanRepaid) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanRepaid{}
	n, err := arrayLen(dec, 2, 5)
	if err == nil {
		err = e.Date.DecodeMsgpack(dec)
	}
	if err == nil {
		err = e.Amount.DecodeMsgpack(dec)
	}
	if err == nil && n > 2 {
		err = decodeFields(dec, n-2, &e.Recorded, &e.Replaces, &e.Rebuilt)
	}
	return err
}

// plain reports whether an entry came in order and in its month.
func (b *Booking) plain() bool { return b.Recorded == 0 && b.Replaces == "" && b.Rebuilt == nil }

func (e LoanCharged) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Charge, Amount: e.Amount}
}

// EncodeMsgpack writes the ledger's form.
func (e LoanCharged) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 3, e.Date, e.Amount, e.Voucher, e.Recorded, e.Replaces, e.Rebuilt)
}

// DecodeMsgpack reads it.
func (e *LoanCharged) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanCharged{}
	return decodeArray(dec, 3, &e.Date, &e.Amount, &e.Voucher, &e.Recorded, &e.Replaces, &e.Rebuilt)
}

// EncodeMsgpack writes the ledger's form.
func (e LoanDisbursed) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 4, e.Date, e.Amount, e.Voucher, e.Payments, e.Recorded, e.Replaces)
}

// DecodeMsgpack reads it.
func (e *LoanDisbursed) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanDisbursed{}
	return decodeArray(dec, 4, &e.Date, &e.Amount, &e.Voucher, &e.Payments, &e.Recorded, &e.Replaces)
}

// ReversalRequested waits for a supervisor.
type ReversalRequested struct {
	Date    calendar.Date
	Request ReversalRequest
}

// Evolve implements ledgerstate.Event.
func (e ReversalRequested) Evolve(l Loan) Loan {
	m := l.more()
	m.Requests = append(m.Requests[:len(m.Requests):len(m.Requests)], e.Request)
	return l
}

// DigestEvent leaves the certificate out.
func (e ReversalRequested) DigestEvent() any { e.Request.By = nil; return e }

// LoanReversed takes an entry away, and may be taken away itself.
type LoanReversed struct {
	Date   calendar.Date
	Of     int    // position of the entry in the loan's log, from 0
	Entry  string // its business number
	Reason string
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanReversed) Evolve(l Loan) Loan {
	l = e.Rebuilt.into(l)
	m := l.more()
	var left []ReversalRequest
	for _, r := range m.Requests {
		if r.Entry != e.Entry {
			left = append(left, r)
		}
	}
	m.Requests = left
	return l.tidy()
}

// LoanTakenOn proposes a loan that existed before the ledger, or other terms
// and balances of one that is proposed.
type LoanTakenOn struct {
	Subject   string
	Profile   Profile
	Product   string
	Guarantee string
	Signed    calendar.Date
	Terms     account.Contract
	TakenOn   TakenOn
}

// Evolve implements ledgerstate.Event.
func (e LoanTakenOn) Evolve(l Loan) Loan {
	l = Loan{Status: Proposed, Subject: e.Subject, Profile: e.Profile, Product: e.Product, AcceptedBy: e.TakenOn.By, Last: e.TakenOn.Opening.On,
		Credit: Credit{Guarantee: e.Guarantee}, Contract: Contract{Date: e.Signed, Amount: e.Terms.Terms.Principal, Account: e.Terms}}
	l.More = &More{TakenOn: &e.TakenOn}
	return l
}

// DigestEvent leaves pseudonym and certificate out.
func (e LoanTakenOn) DigestEvent() any { e.Subject, e.TakenOn.By = "", nil; return e }

// TakeOnConfirmed lets the loan go on from its balances.
type TakeOnConfirmed struct {
	Date     calendar.Date // of the second signature; the balances are of the day proposed
	Recorded Month         // as in Booking
}

// Evolve implements ledgerstate.Event.
func (e TakeOnConfirmed) Evolve(l Loan) Loan {
	l.Status = Disbursed
	s, _, err := l.open().Apply(account.State{}, l.opening())
	if err != nil {
		panic("balances that were accepted do not stand: " + err.Error())
	}
	l.Account = s
	return l
}

// opening is the entry that a proposed take-on makes.
func (l *Loan) opening() account.Entry {
	o := l.More.TakenOn.Opening
	return account.Entry{Date: o.On, Type: account.TakeOn, Opening: &o}
}
