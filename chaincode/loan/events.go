package loan

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ApplicationMade is an application's first event.
type ApplicationMade struct {
	Date    calendar.Date
	Subject string
	Product string
	Amount  money.Fen
	Months  int
	Use     string
	Grant   string
	Channel string
}

// Evolve implements ledgerstate.Event.
func (e ApplicationMade) Evolve(Application) Application {
	return Application{Status: Applied, Applied: e.Date, Subject: e.Subject, Product: e.Product, Amount: e.Amount,
		Months: e.Months, Use: e.Use, Grant: e.Grant, Channel: e.Channel}
}

// DigestEvent leaves the pseudonym out.
func (e ApplicationMade) DigestEvent() any { e.Subject = ""; return e }

// ApplicationRouted sends it to the bank.
type ApplicationRouted struct{ Date, Deadline calendar.Date }

// Evolve implements ledgerstate.Event.
func (e ApplicationRouted) Evolve(a Application) Application {
	a.Status, a.Routed, a.Deadline = Routed, e.Date, e.Deadline
	return a
}

// ApplicationAccepted uses it up.
type ApplicationAccepted struct{ Contract string }

// Evolve implements ledgerstate.Event.
func (e ApplicationAccepted) Evolve(Acceptance) Acceptance { return Acceptance(e) }

// LoanAccepted is a loan's first event.
type LoanAccepted struct {
	Date        calendar.Date
	Subject     string
	Profile     Profile
	Application string
	Product     string
	Deadline    calendar.Date
	Grant       string
	By          []byte
	Borrower    []byte // sealed
}

// EncodeMsgpack writes the ledger's form.
func (e LoanAccepted) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 8, e.Date, e.Subject, e.Profile, e.Application, e.Product, e.Deadline, e.Grant, e.By, e.Borrower)
}

// DecodeMsgpack reads it.
func (e *LoanAccepted) DecodeMsgpack(dec *msgpack.Decoder) error {
	*e = LoanAccepted{}
	return decodeArray(dec, 8, &e.Date, &e.Subject, &e.Profile, &e.Application, &e.Product, &e.Deadline, &e.Grant, &e.By, &e.Borrower)
}

// Evolve implements ledgerstate.Event.
func (e LoanAccepted) Evolve(Loan) Loan {
	return Loan{Status: Accepted, Accepted: e.Date, Last: e.Date, Subject: e.Subject, Profile: e.Profile, Application: e.Application,
		Product: e.Product, Deadline: e.Deadline, AcceptedBy: e.By, Borrower: e.Borrower}
}

// DigestEvent leaves pseudonym, certificate and seal out.
func (e LoanAccepted) DigestEvent() any { e.Subject, e.By, e.Borrower = "", nil, nil; return e }

// LoanRejected ends an application without a loan.
type LoanRejected struct {
	Date   calendar.Date
	Reason string
}

// Evolve implements ledgerstate.Event.
func (e LoanRejected) Evolve(l Loan) Loan {
	l.Status, l.Reason, l.Last = Rejected, e.Reason, e.Date
	return l
}

// CreditDecided is the decision on credit.
type CreditDecided struct {
	Credit Credit
	Grant  string
}

// Evolve implements ledgerstate.Event.
func (e CreditDecided) Evolve(l Loan) Loan {
	l.Status, l.Credit, l.Last = Credited, e.Credit, e.Credit.Date
	return l
}

// DigestEvent leaves the certificate out.
func (e CreditDecided) DigestEvent() any { e.Credit.By = nil; return e }

// ContractSigned is the contract. Principal and first day of its terms come
// with the disbursement.
type ContractSigned struct{ Contract Contract }

// Evolve implements ledgerstate.Event.
func (e ContractSigned) Evolve(l Loan) Loan {
	l.Status, l.Contract, l.Last = Signed, e.Contract, e.Contract.Date
	return l
}

// LoanDisbursed pays the loan out.
type LoanDisbursed struct {
	Date     calendar.Date
	Amount   money.Fen
	Voucher  []byte
	Payments []Paid
	Booking
}

// Paid is a Payment as kept.
type Paid struct {
	Payee     []byte
	Amount    money.Fen
	Entrusted bool
}

// Evolve implements ledgerstate.Event.
func (e LoanDisbursed) Evolve(l Loan) Loan {
	l.Status, l.Last = Disbursed, e.Date
	l.Contract.Account.Terms = begun(l.Contract.Account.Terms, e.Date, e.Amount)
	return l
}

// begun are the terms of a contract once it is disbursed.
func begun(t schedule.Terms, on calendar.Date, amount money.Fen) schedule.Terms {
	t.From, t.Principal = on, amount
	return t
}

// LoanCharged adds costs of recovery.
type LoanCharged struct {
	Date    calendar.Date
	Amount  money.Fen
	Voucher []byte
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanCharged) Evolve(l Loan) Loan {
	if e.Rebuilt != nil {
		return e.Rebuilt.into(l)
	}
	l.Account, l.Last = l.open().Charge(l.Account, e.Date, e.Amount), e.Date
	return l
}

// LoanRepaid is a repayment. Where it goes follows from the contract and the
// entries before it.
type LoanRepaid struct {
	Date   calendar.Date
	Amount money.Fen
	Booking
}

// Evolve implements ledgerstate.Event.
func (e LoanRepaid) Evolve(l Loan) Loan {
	if e.Rebuilt != nil {
		return e.Rebuilt.into(l)
	}
	l.Account, _ = l.open().Repay(l.Account, e.Date, e.Amount)
	l.Last = e.Date
	return l
}

// LoanSettled closes the loan.
type LoanSettled struct{ Date calendar.Date }

// Evolve implements ledgerstate.Event.
func (e LoanSettled) Evolve(l Loan) Loan {
	l.Account = l.open().Advanced(l.Account, e.Date)
	l.Status, l.Last = Settled, e.Date
	return l
}
