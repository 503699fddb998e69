package loan

import (
	"reflect"
	"slices"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Application is an application for credit.
type Application struct {
	Status   Status
	Subject  string // pseudonym; not in the digest
	Product  string
	Amount   money.Fen
	Months   int
	Use      string
	Grant    string // number of the grant it came with
	Channel  string
	Applied  calendar.Date
	Routed   calendar.Date
	Deadline calendar.Date // day by which the bank decides
}

// ApplicationKind are the applications of a book.
var ApplicationKind = ledgerstate.NewKind[Application](ledgerstate.Kind[Application]{
	Code: "application", Collection: command.Intake.Name, Slots: 16, Keep: 3, Schema: 1,
	Zh: "信贷申请", En: "applications for credit",
	Digest: func(a Application) any { a.Subject = ""; return a },
}, ApplicationMade{}, ApplicationRouted{})

// Acceptance says which loan came of an application, so that none comes twice.
type Acceptance struct{ Contract string }

// AcceptanceKind are the acceptances of a book. An acceptance has the ID and
// the number of its application: who knows the one finds the other.
var AcceptanceKind = ledgerstate.NewKind[Acceptance](ledgerstate.Kind[Acceptance]{
	Code: "acceptance", Collection: command.Loan.Name, Slots: 16, Keep: 1, Schema: 1, Under: true,
	Zh: "申请受理", En: "which loan came of an application",
}, ApplicationAccepted{})

// Loan is a loan from its acceptance on. It is kept as an array: fields are
// appended only.
type Loan struct {
	Status      Status
	Subject     string // pseudonym; not in the digest
	Profile     Profile
	Application string // its number
	Product     string
	Accepted    calendar.Date
	Deadline    calendar.Date // of the decision
	AcceptedBy  []byte        // certificate, short form; not in the digest
	Reason      string        // why rejected
	Credit      Credit
	Contract    Contract
	Account     account.State
	Last        calendar.Date // date of the last entry
	More        *More         // what few loans have; nil for the others
	Borrower    []byte        // who it is, sealed (subject.Seal); not in the digest, since the seal is another in every ledger
	Redacted    calendar.Date `json:",omitzero"` // 不良信息已删: what happened up to this day is erased; see AdverseErased
}

// More is what few loans have. It is left out while there is none, and a value
// as all states are: nothing that one holds is ever written to. It is kept as
// an array: fields are appended only.
type More struct {
	Requests []ReversalRequest // that nobody has signed yet
	TakenOn  *TakenOn          // 接续: it existed before the ledger
	Renewal  *Renewal          // 无还本续贷: of this loan by another, or of another by this
	// Reopened is the date of the last settlement that has no effect, since
	// something fell of what it rested on. An entry below it may give it its
	// effect back.
	Reopened calendar.Date
}

// ReversalRequest 冲正申请 waits for a supervisor.
type ReversalRequest struct {
	Entry  string // business number of what shall fall
	Reason string
	By     []byte // certificate, short form; not in the digest
}

// TakenOn is what a loan was taken on with. Such a loan is never filed for
// compensation.
type TakenOn struct {
	Opening account.Opening
	Grant   string
	Voucher []byte
	By      []byte // certificate, short form; not in the digest
}

// more gives a copy to write to.
func (l *Loan) more() *More {
	var m More
	if l.More != nil {
		m = *l.More
	}
	l.More = &m
	return l.More
}

// tidy leaves out what is empty, so that what comes and goes leaves no trace.
func (l Loan) tidy() Loan {
	if l.More != nil && len(l.More.Requests) == 0 {
		l.more().Requests = nil
		if reflect.ValueOf(*l.More).IsZero() {
			l.More = nil
		}
	}
	return l
}

// IsTakenOn reports whether the loan existed before the ledger. It is never
// fileable.
func (l *Loan) IsTakenOn() bool { return l.More != nil && l.More.TakenOn != nil }

// EncodeMsgpack writes the ledger's form.
func (l Loan) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 13, l.Status, l.Subject, l.Profile, l.Application, l.Product, l.Accepted, l.Deadline, l.AcceptedBy, l.Reason,
		l.Credit, l.Contract, l.Account, l.Last, l.More, l.Borrower, l.Redacted)
}

// DecodeMsgpack reads it.
func (l *Loan) DecodeMsgpack(dec *msgpack.Decoder) error {
	*l = Loan{}
	return decodeArray(dec, 13, &l.Status, &l.Subject, &l.Profile, &l.Application, &l.Product, &l.Accepted, &l.Deadline, &l.AcceptedBy, &l.Reason,
		&l.Credit, &l.Contract, &l.Account, &l.Last, &l.More, &l.Borrower, &l.Redacted)
}

// digested is what of a loan counts in the state digest.
func (l Loan) digested() any {
	l.Subject, l.AcceptedBy, l.Credit.By, l.Borrower = "", nil, nil, nil
	if l.More == nil {
		return l
	}
	m := l.more()
	m.Requests = slices.Clone(m.Requests)
	for i := range m.Requests {
		m.Requests[i].By = nil
	}
	if m.TakenOn != nil {
		t := *m.TakenOn
		t.By = nil
		m.TakenOn = &t
	}
	return l
}

// Profile is what of the borrower's identity P and F may see, as of a day.
type Profile struct {
	Type     subject.Type    `json:"type"`           // 主体类型
	Region   string          `json:"region"`         // 行政区划, county
	Industry string          `json:"industry"`       // 行业, class with its section
	Size     identifier.Size `json:"size,omitempty"` // 规模, of enterprises
	Date     calendar.Date   `json:"date"`
}

// Credit is the decision.
type Credit struct {
	Date      calendar.Date
	Limit     money.Fen
	Rate      money.Rate
	Months    int
	Method    schedule.Method
	Guarantee string
	LPRDate   calendar.Date // publication of the LPR that the rate was compared with
	Spread    money.Rate    // rate less that LPR, possibly negative
	By        []byte        // certificate, short form; not in the digest
}

// Contract is what was signed; the principal and first day of its terms are
// those of the disbursement once there is one.
type Contract struct {
	Date    calendar.Date
	Amount  money.Fen // 合同金额
	Account account.Contract

	Floating *Floating // 浮动利率; nil: fixed
}

// EncodeMsgpack writes the ledger's form.
func (c Contract) EncodeMsgpack(enc *msgpack.Encoder) error {
	return encodeArray(enc, 3, c.Date, c.Amount, c.Account, c.Floating)
}

// DecodeMsgpack reads it.
func (c *Contract) DecodeMsgpack(dec *msgpack.Decoder) error {
	*c = Contract{}
	return decodeArray(dec, 3, &c.Date, &c.Amount, &c.Account, &c.Floating)
}

// Kind are the loans of a book.
var Kind = ledgerstate.NewKind[Loan](ledgerstate.Kind[Loan]{
	Code: "loan", Collection: command.Loan.Name, Slots: 16, Keep: 3, Schema: 1, Tails: []int{4, 2},
	Zh: "贷款", En: "loans",
	Digest: Loan.digested,
}, LoanAccepted{}, LoanRejected{}, CreditDecided{}, ContractSigned{}, LoanDisbursed{}, LoanCharged{}, LoanRepaid{}, LoanSettled{},
	LoanReset{}, LoanRepriced{}, LoanClassified{}, LoanRenewed{}, LoanRenewedBy{},
	LoanEntered{}, ReversalRequested{}, LoanReversed{}, LoanTakenOn{}, TakeOnConfirmed{}, AdverseErased{})

// open gives the account of a disbursed loan. Its contract was opened when it
// was disbursed, so it opens.
func (l *Loan) open() *account.Account {
	a, err := account.Open(l.Contract.Account)
	if err != nil {
		panic("a disbursed loan has no plan: " + err.Error())
	}
	return a
}

// disbursed reports whether the loan has an account.
func (l *Loan) disbursed() bool { return l.Status == Disbursed || l.Status == Settled }
