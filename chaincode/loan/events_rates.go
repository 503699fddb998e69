package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// LoanReset sets a floating rate anew.
type LoanReset struct {
	Date    calendar.Date
	Rate    money.Rate
	LPRDate calendar.Date // publication that counted
	LPR     money.Rate    // of the loan's tenor
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanReset) Evolve(l Loan) Loan { return e.evolve(l, e) }

func (e LoanReset) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Reprice, Rate: e.Rate}
}

// EncodeMsgpack writes the ledger's form.
func (e LoanReset) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 4, e.Date, e.Rate, e.LPRDate, e.LPR, e.Recorded, e.Replaces, e.Rebuilt)
}

// DecodeMsgpack reads it.
func (e *LoanReset) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanReset{}
	return decodeArray(dec, 4, &e.Date, &e.Rate, &e.LPRDate, &e.LPR, &e.Recorded, &e.Replaces, &e.Rebuilt)
}

// LoanRepriced brings an agreed rate into force.
type LoanRepriced struct {
	Date    calendar.Date
	Rate    money.Rate
	LPRDate calendar.Date // publication that the rate was compared with
	LPR     money.Rate
	Reason  string
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanRepriced) Evolve(l Loan) Loan { return e.evolve(l, e) }

func (e LoanRepriced) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Reprice, Rate: e.Rate}
}

// EncodeMsgpack writes the ledger's form.
func (e LoanRepriced) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 5, e.Date, e.Rate, e.LPRDate, e.LPR, e.Reason, e.Recorded, e.Replaces, e.Rebuilt)
}

// DecodeMsgpack reads it.
func (e *LoanRepriced) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanRepriced{}
	return decodeArray(dec, 5, &e.Date, &e.Rate, &e.LPRDate, &e.LPR, &e.Reason, &e.Recorded, &e.Replaces, &e.Rebuilt)
}

// LoanClassified gives the loan a class.
type LoanClassified struct {
	Date    calendar.Date
	Class   account.Class
	Reasons []string
	Because []string // contract numbers of the debtor's other loans
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanClassified) Evolve(l Loan) Loan { return e.evolve(l, e) }

func (e LoanClassified) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Classify, Class: e.Class, Reasons: e.Reasons}
}

// EncodeMsgpack writes the ledger's form.
func (e LoanClassified) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 3, e.Date, e.Class, e.Reasons, e.Because, e.Recorded, e.Replaces, e.Rebuilt)
}

// DecodeMsgpack reads it.
func (e *LoanClassified) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanClassified{}
	return decodeArray(dec, 3, &e.Date, &e.Class, &e.Reasons, &e.Because, &e.Recorded, &e.Replaces, &e.Rebuilt)
}

// LoanRenewed pays a loan out without money: it repaid another.
type LoanRenewed struct {
	Date      calendar.Date
	Amount    money.Fen
	Voucher   []byte
	Of        string        // contract number of the old loan
	Compliant bool          // as the bank found
	Floor     account.Class // at best
	Recorded  Month         // as in Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanRenewed) Evolve(l Loan) Loan {
	l.Status, l.Last = Disbursed, e.Date
	l.Contract.Account.Terms = begun(l.Contract.Account.Terms, e.Date, e.Amount)
	l.more().Renewal = &Renewal{Of: e.Of, On: e.Date, Compliant: e.Compliant, Floor: e.Floor}
	return l
}

func (e LoanRenewed) booked() Booking { return Booking{Recorded: e.Recorded} }

// LoanRenewedBy repays a loan by another and settles it. The interest of the
// period that runs was paid in money.
type LoanRenewedBy struct {
	Date      calendar.Date
	Principal money.Fen
	Interest  money.Fen
	By        string // contract number of the new loan
	Recorded  Month  // as in Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanRenewedBy) Evolve(l Loan) Loan {
	var b Booking
	return b.evolve(l, e)
}

func (e LoanRenewedBy) booked() Booking { return Booking{Recorded: e.Recorded} }

func (e LoanRenewedBy) entry() account.Entry {
	return account.Entry{Date: e.Date, Type: account.Prepay, Amount: e.Principal + e.Interest}
}

// concluding is a posting that stands only if its entry leaves something
// behind that it says.
type concluding interface {
	concludes(*account.Account, account.State) *refusal.Refusal
}

// concludes says that nothing is owed any more.
func (e LoanRenewedBy) concludes(a *account.Account, s account.State) *refusal.Refusal {
	if f := a.At(s, e.Date); !a.Cleared(s, e.Date) {
		return StillOwed.At("loan", 0, f.Due+f.Coming)
	}
	return nil
}

// marks settles the loan.
func (e LoanRenewedBy) marks(l *Loan) {
	l.Status = Settled
	var r Renewal
	if l.More != nil && l.More.Renewal != nil {
		r = *l.More.Renewal
	}
	r.By = e.By
	l.more().Renewal = &r
}

// binds says that the entry is one of two that cannot be reversed apart.
func (LoanRenewedBy) binds() {}
