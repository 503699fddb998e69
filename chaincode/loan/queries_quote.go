package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

var (
	// QuotePast is refused where a quote is asked for a day that entries have
	// passed: no prepayment would be worked out like that any more.
	QuotePast = refusal.New("LOAN_QUOTE_PAST", "试算日早于该笔贷款的最近业务日期", "the day of the quote lies before the loan's last entry", "")
	// NoAccount is refused where a loan has no account to speak of.
	NoAccount = refusal.New("LOAN_NO_ACCOUNT", "贷款尚未放款,没有账户", "the loan has not been disbursed, so it has no account", "")
)

// QuoteQuery asks what a prepayment costs on a day, and why.
type QuoteQuery struct {
	Loan   string         `json:"loan"`             // contract number
	ID     ledgerstate.ID `json:"id,omitzero"`      // left out: it is looked up
	At     calendar.Date  `json:"at,omitempty"`     // day of the prepayment, not before the loan's last entry; left out: the open business day
	Amount money.Fen      `json:"amount,omitempty"` // left out: all that is owed
	Effect string         `json:"effect,omitempty"` // reduce (default), shorten
}

// QuoteAnswer is the quote of one loan.
type QuoteAnswer struct {
	Loan string `json:"loan"`
	account.Quote
}

// Quote 提前还款试算. It is refused as the prepayment itself would be.
var Quote = command.Query[QuoteQuery, *QuoteAnswer]{
	QuerySpec: query("loan.Quote", "提前还款试算", "what a prepayment costs on a day, and why", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q QuoteQuery) (*QuoteAnswer, error) {
		_, r, l, at, err := LoanQuery{Loan: q.Loan, ID: q.ID, At: q.At}.find(ctx)
		if err != nil {
			return nil, err
		}
		if at < r.State.Last {
			return nil, QuotePast.At("at", r.State.Last, at)
		}
		if err := check(Loans, "loan.Repay", l.Status); err != nil {
			return nil, err
		}
		if q.Amount < 0 {
			return nil, AmountRange.At("amount", account.MaxPrincipal, q.Amount)
		}
		if q.Effect == "" {
			q.Effect = account.Reduce.String()
		}
		effect, err := account.ParseEffect(q.Effect)
		if err != nil {
			return nil, CodeUnknown.At("effect", account.Reduce.String()+", "+account.Shorten.String(), invalid.Shown(q.Effect))
		}
		x, err := l.open().Quote(l.Account, at, q.Amount, effect)
		if err != nil {
			return nil, err
		}
		return &QuoteAnswer{Loan: q.Loan, Quote: *x}, nil
	},
}

// ExplainAnswer is every figure of interest that a loan shows at the end of a
// day.
type ExplainAnswer struct {
	Loan    string           `json:"loan"`
	At      calendar.Date    `json:"at"`
	Figures []account.Figure `json:"figures"`
}

// Explain 计息说明.
var Explain = command.Query[LoanQuery, *ExplainAnswer]{
	QuerySpec: query("loan.Explain", "计息说明", "each interest figure with its period, days, base, rate and rounding", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q LoanQuery) (*ExplainAnswer, error) {
		_, _, l, at, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		if !l.disbursed() {
			return nil, NoAccount.At("status", Disbursed, l.Status)
		}
		a := &ExplainAnswer{Loan: q.Loan, At: at, Figures: []account.Figure{}}
		a.Figures = append(a.Figures, l.open().Explain(l.Account, at)...)
		return a, nil
	},
}
