package fund

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Pool 资金池 is the fund's books: what moved in the open year, what lies
// where, what waits for a second signature. It is kept as an array: fields are
// appended only. It is a value: whatever one holds is never written to.
type Pool struct {
	Year     int           // the open year; 0 until the opening is confirmed
	Totals   Totals        // of the open year
	Balance  money.Fen     // 余额
	Reserved money.Fen     // 预留: allocated to claims and not yet paid
	Deposits []Deposit     // by code
	Payees   []Payee       // by use and holder
	Banks    []BankYear    // by MSP
	Pending  []Entry       // entered and not confirmed, oldest first
	Last     calendar.Date // of the last posted entry
	Pace     []MonthPace   // of the last twelve months in which something was committed, oldest first
	TopUp    *TopUp        // 补充资金通知; nil: none stands
}

// Totals are the sums of a year's events.
type Totals struct {
	Opening    money.Fen `json:"opening"`    // 年初余额
	Injections money.Fen `json:"injections"` // 财政拨入
	Interest   money.Fen `json:"interest"`   // 利息收入
	Returns    money.Fen `json:"returns"`    // 追偿返还
	Clawbacks  money.Fen `json:"clawbacks"`  // 追回,含利息
	Payouts    money.Fen `json:"payouts"`    // 补偿支付
	Refunds    money.Fen `json:"refunds"`    // 缴回国库
}

// Account is what the ledger keeps of an account's number.
type Account struct {
	Mark     []byte // HMAC under the collection's secret; not in the digest
	LastFour string // 尾号
}

// Is reports whether both are the same number.
func (a Account) Is(b Account) bool { return len(a.Mark) > 0 && string(a.Mark) == string(b.Mark) }

// Deposit 存放账户 is an account of the fund at a depository bank. A term
// deposit 定期 has a maturity.
type Deposit struct {
	Code    string // as Finance names it
	Bank    string // MSP
	Account Account
	Opened  calendar.Date
	Balance money.Fen
	Matures calendar.Date // zero: payable at sight 活期
	Rate    money.Rate    // of a term deposit
	Tender  string        // that placed it
}

// Payee is an agreed account that is not the fund's: a bank's, which gets
// compensation, or the treasury's.
type Payee struct {
	Use     Use
	Holder  string // MSP
	Account Account
	Since   calendar.Date
}

// BankYear is what a bank was allocated in the open year.
type BankYear struct {
	Bank      string // MSP
	Allocated money.Fen
}

// Kind is where the pool is kept.
var Kind = ledgerstate.NewKind[Pool](ledgerstate.Kind[Pool]{
	Code: "pool", Collection: command.Fund.Name, Slots: 1, Keep: 8, Schema: 1, Under: true,
	Zh: "补偿资金池", En: "the compensation fund's pool",
	Digest: func(p Pool) any { return p.withoutMarks() },
}, Entered{}, Confirmed{}, Dropped{}, Earmarked{}, Freed{}, PaidOut{}, TopUpAsked{}, TopUpMet{})

// Ref is the one pool.
var Ref = ledgerstate.Ref{ID: ledgerstate.ID{Page: "pool"}, No: "pool"}

// withoutMarks leaves out what depends on the collection's secret and on
// certificates.
func (p Pool) withoutMarks() Pool {
	p.Deposits, p.Payees, p.Pending = slices.Clone(p.Deposits), slices.Clone(p.Payees), slices.Clone(p.Pending)
	for i := range p.Deposits {
		p.Deposits[i].Account.Mark = nil
	}
	for i := range p.Payees {
		p.Payees[i].Account.Mark = nil
	}
	for i := range p.Pending {
		p.Pending[i] = p.Pending[i].withoutMarks()
	}
	return p
}

// Available 可用余额 is what may be allocated.
func (p Pool) Available() money.Fen { return p.Balance - p.Reserved }

// Net is what the year's totals give as a balance.
func (t Totals) Net() money.Fen {
	return t.Opening + t.Injections + t.Interest + t.Returns + t.Clawbacks - t.Payouts - t.Refunds
}

// Deposit finds an account of the fund by its code.
func (p Pool) Deposit(code string) (Deposit, bool) {
	i, ok := p.deposit(code)
	if !ok {
		return Deposit{}, false
	}
	return p.Deposits[i], true
}

func (p Pool) deposit(code string) (int, bool) {
	return slices.BinarySearchFunc(p.Deposits, code, func(d Deposit, code string) int { return compare(d.Code, code) })
}

// Payee finds the agreed account of a holder.
func (p Pool) Payee(use Use, holder string) (Payee, bool) {
	i, ok := p.payee(use, holder)
	if !ok {
		return Payee{}, false
	}
	return p.Payees[i], true
}

func (p Pool) payee(use Use, holder string) (int, bool) {
	return slices.BinarySearchFunc(p.Payees, Payee{Use: use, Holder: holder}, func(a, b Payee) int {
		if a.Use != b.Use {
			return int(a.Use) - int(b.Use)
		}
		return compare(a.Holder, b.Holder)
	})
}

// Allocated is what a bank was allocated in the open year.
func (p Pool) Allocated(bank string) money.Fen {
	if i, ok := p.bank(bank); ok {
		return p.Banks[i].Allocated
	}
	return 0
}

func (p Pool) bank(msp string) (int, bool) {
	return slices.BinarySearchFunc(p.Banks, msp, func(b BankYear, msp string) int { return compare(b.Bank, msp) })
}

// pending finds an entry that waits for its second signature.
func (p Pool) pending(number string) (int, bool) {
	i := slices.IndexFunc(p.Pending, func(e Entry) bool { return e.Number == number })
	return i, i >= 0
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
