package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Commands of the room, all in a bank's book.
var Commands = []command.Definition{Apply, Route, Accept, Reject, Decide, Sign, Disburse, Charge, Repay, Settle,
	Prepay, GuaranteePay, Recover, Misuse, Refund, Extend, WriteOff, TakeOn, AmendTakeOn, ConfirmTakeOn, RequestReversal, Reverse,
	Reset, Reprice, Classify, Renew, CloseDay, Attach}

// Queries of the room.
var Queries = []command.QueryDefinition{
	Show, List, History, Schedule, Totals, Balances, ShowApplication, ListApplications,
	Quote, Explain, Positions, ShowDays, Borrower, ShowPapers,
	command.Locate(command.Book, command.Loan, Kind, staff...),
	command.LocateUnder(command.Book, command.Loan, PapersKind, Kind, staff...),
	command.Locate(command.Book, command.Intake, ApplicationKind, append(subjects, staff...)...),
	command.Export(command.Book, command.Loan, Kind, staff...),
	command.Export(command.Book, command.Loan, DaysKind, staff...),
	command.Export(command.Book, command.Intake, ApplicationKind, staff...),
	command.Export(command.Book, command.Loan, AcceptanceKind, staff...),
	command.Export(command.Book, command.Loan, PapersKind, staff...),
}

var subjects = []command.Allow{{Party: command.Subject, Role: "subject"}}

// staff are the people of the bank in its own book and of the authorities.
var staff = func() []command.Allow {
	var list []command.Allow
	for _, p := range []command.Party{command.Bank, command.Commission, command.CentralBank, command.Finance} {
		for _, r := range []string{"operator", "officer", "reviewer", "approver", "auditor"} {
			list = append(list, command.Allow{Party: p, Role: r})
		}
	}
	return list
}()

func query(name, zh, en string, access []command.Allow, collections ...command.Collection) command.QuerySpec {
	return command.QuerySpec{Name: name, Zh: zh, En: en, Access: access, Chaincode: command.Book, Collections: collections}
}

var withSubject = append(append([]command.Allow(nil), subjects...), staff...)

// LoanQuery names one loan, and the day as of which it is asked for.
type LoanQuery struct {
	Loan string         `json:"loan"`         // contract number
	ID   ledgerstate.ID `json:"id,omitzero"`  // left out: it is looked up
	At   calendar.Date  `json:"at,omitempty"` // end of this day; left out: of the open business day
}

// find gives the loan as it stood at the end of a day. To a subject, others'
// loans do not exist.
func (q LoanQuery) find(ctx *command.Context) (ledgerstate.ID, *ledgerstate.Record[Loan], Loan, calendar.Date, error) {
	at := q.At
	if at.IsZero() {
		at = ctx.Reference.OpenDay()
	}
	id := q.ID
	if id.IsZero() {
		var err error
		if id, err = Kind.Locate(ctx.View, q.Loan); err != nil {
			return id, nil, Loan{}, at, err
		}
	}
	r, err := Kind.Get(ctx.View, "loan", ledgerstate.Ref{ID: id, No: q.Loan})
	if err != nil {
		return id, nil, Loan{}, at, err
	}
	if ctx.Actor.Party == command.Subject && r.State.Subject != ctx.Actor.Pseudonym {
		return id, nil, Loan{}, at, ledgerstate.Unknown.At("loan", nil, q.Loan)
	}
	l, err := asOf(ctx.View, id, r, at)
	return id, r, l, at, err
}

// asOf is the loan at the end of a day, by the entries that stand now: what
// was recorded later of an earlier day counts, what was reversed does not.
func asOf(v *ledgerstate.View, id ledgerstate.ID, r *ledgerstate.Record[Loan], at calendar.Date) (Loan, error) {
	if r.State.Last <= at {
		return r.State, nil
	}
	log, err := Kind.Log(v, id, r)
	if err != nil {
		return Loan{}, err
	}
	stands, err := chronicle(log).standing()
	if err != nil {
		return Loan{}, err
	}
	l, _, err := chronicle(log).rebuild(stands, at)
	return l, err
}

// Show 查询贷款.
var Show = command.Query[LoanQuery, *Sheet]{
	QuerySpec: query("loan.Show", "查询贷款", "one loan with its figures at the end of a day", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q LoanQuery) (*Sheet, error) {
		id, r, l, at, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		s := sheet(id, q.Loan, &l, at)
		if !l.disbursed() && l.Status != Signed && l.Status != Proposed { // no figures yet, nor taken away
			return s, nil
		}
		if s.Adjusted, err = adjusted(ctx, id, r); err != nil {
			return nil, err
		}
		s.Adverse, err = l.adverse(ctx, ledgerstate.Ref{ID: id, No: q.Loan}, at)
		return s, err
	},
}

// Schedule 还款计划.
var Schedule = command.Query[LoanQuery, *PlanAnswer]{
	QuerySpec: query("loan.Schedule", "还款计划", "the plan, with what is unpaid at the end of a day", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q LoanQuery) (*PlanAnswer, error) {
		_, _, l, at, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		p := &PlanAnswer{Loan: q.Loan, At: at, Rows: []account.Row{}}
		if l.disbursed() {
			a := l.open()
			p.Rows = a.Rows(l.Account, at)
			for _, row := range p.Rows {
				p.TotalInterest += row.Interest
			}
			t := l.Contract.Account.Terms
			if rate, err := actualRate(t.Principal, t.From, a.Plan()); err == nil {
				p.ActualRate = &rate
			}
		}
		return p, nil
	},
}

// PlanAnswer is a plan; it has no rows before the disbursement.
type PlanAnswer struct {
	Loan          string        `json:"loan"`
	At            calendar.Date `json:"at"`
	Rows          []account.Row `json:"instalments"`
	TotalInterest money.Fen     `json:"total_interest"`
	ActualRate    *money.Rate   `json:"actual_rate,omitempty"` // 贷款年化利率 of the plan that the loan began with, to a hundredth of a percent (公告〔2021〕3号)
}

// ListQuery asks for loans page by page, in no meaningful order.
type ListQuery struct {
	After     string        `json:"after,omitempty"`
	Limit     int           `json:"limit,omitempty"`      // loans, 1 to 2000; default 500; the answer ends with a whole page
	Status    *Status       `json:"status,omitempty"`     // only these
	OverdueAt calendar.Date `json:"overdue_at,omitempty"` // only loans past due at the end of this day
	At        calendar.Date `json:"at,omitempty"`
}

// ListAnswer is a part of the loans.
type ListAnswer struct {
	Loans []Line `json:"loans"`
	Next  string `json:"next,omitempty"`
}

// List 贷款清单.
var List = command.Query[ListQuery, *ListAnswer]{
	QuerySpec: query("loan.List", "贷款清单", "loans by state or arrears", staff, command.Loan),
	Answer: func(ctx *command.Context, q ListQuery) (*ListAnswer, error) {
		at := q.At
		switch {
		case !q.OverdueAt.IsZero():
			at = q.OverdueAt
		case at.IsZero():
			at = ctx.Reference.OpenDay()
		}
		a := &ListAnswer{Loans: []Line{}, Next: q.After}
		limit := bounded(q.Limit)
		for {
			next, err := Kind.Scan(ctx.View, a.Next, limit-len(a.Loans), func(id ledgerstate.ID, r *ledgerstate.Record[Loan]) error {
				l, err := asOf(ctx.View, id, r, at)
				if err != nil || l.Status == None || q.Status != nil && l.Status != *q.Status {
					return err
				}
				line := line(id, r.Natural, &l, at)
				if q.OverdueAt.IsZero() || line.DaysPastDue > 0 {
					a.Loans = append(a.Loans, line)
				}
				return nil
			})
			if a.Next = next; err != nil || next == "" || len(a.Loans) >= limit {
				return a, err
			}
		}
	},
}

func bounded(limit int) int {
	if limit < 1 || limit > 2000 {
		return 500
	}
	return limit
}

// TotalsAnswer is what a book holds at the end of the open business day.
type TotalsAnswer struct {
	MSP             string         `json:"msp"`
	At              calendar.Date  `json:"at"`
	Loans           int            `json:"loans"`     // disbursed, settled ones included
	Disbursed       money.Fen      `json:"disbursed"` // of a loan taken on, what was outstanding then
	PrincipalRepaid money.Fen      `json:"principal_repaid"`
	Outstanding     money.Fen      `json:"outstanding"`
	OverdueLoans    int            `json:"overdue_loans"`
	Renewed         money.Fen      `json:"renewed"`   // of what was disbursed and of what was repaid: by renewal, no new money
	ByStatus        map[string]int `json:"by_status"` // all that were accepted
}

// Totals 本行合计.
var Totals = command.Query[struct{}, *TotalsAnswer]{
	QuerySpec: query("loan.Totals", "贷款合计", "totals of the book", staff, command.Loan),
	Answer: func(ctx *command.Context, _ struct{}) (*TotalsAnswer, error) {
		t := &TotalsAnswer{MSP: ctx.Owner, At: ctx.Reference.OpenDay(), ByStatus: map[string]int{}}
		for after := ""; ; {
			next, err := Kind.Scan(ctx.View, after, 1000, func(_ ledgerstate.ID, r *ledgerstate.Record[Loan]) error {
				l := &r.State
				t.ByStatus[l.Status.String()]++
				if !l.disbursed() {
					return nil
				}
				a := l.open()
				f, lent := a.At(l.Account, t.At), a.Lent(l.Account)
				t.Loans++
				t.Disbursed += lent
				t.Outstanding += f.Outstanding
				t.PrincipalRepaid += lent - f.Outstanding
				if f.DaysPastDue > 0 {
					t.OverdueLoans++
				}
				if l.renewal() != nil {
					t.Renewed += l.Contract.Account.Terms.Principal
				}
				return nil
			})
			if after = next; err != nil || next == "" {
				return t, err
			}
		}
	},
}

// BalancesQuery asks for balances page by page, in no meaningful order.
type BalancesQuery struct {
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"`
	At    calendar.Date `json:"at,omitempty"`
}

// BalancesAnswer is a part of the balances.
type BalancesAnswer struct {
	At       calendar.Date `json:"at"`
	Balances []Balance     `json:"balances"`
	Next     string        `json:"next,omitempty"`
}

// Balance is what a bank reconciles 总分核对: one disbursed loan.
type Balance struct {
	Loan        string    `json:"loan"`
	Disbursed   money.Fen `json:"disbursed"`
	Outstanding money.Fen `json:"outstanding"`
}

// Balances 贷款余额.
var Balances = command.Query[BalancesQuery, *BalancesAnswer]{
	QuerySpec: query("loan.Balances", "贷款余额", "outstanding principal per loan at the end of a day", staff, command.Loan),
	Answer: func(ctx *command.Context, q BalancesQuery) (*BalancesAnswer, error) {
		a := &BalancesAnswer{At: q.At, Balances: []Balance{}}
		if a.At.IsZero() {
			a.At = ctx.Reference.OpenDay()
		}
		next, err := Kind.Scan(ctx.View, q.After, bounded(q.Limit), func(id ledgerstate.ID, r *ledgerstate.Record[Loan]) error {
			l, err := asOf(ctx.View, id, r, a.At)
			if err != nil || !l.disbursed() {
				return err
			}
			x := l.open()
			a.Balances = append(a.Balances, Balance{Loan: r.Natural, Disbursed: x.Lent(l.Account), Outstanding: x.At(l.Account, a.At).Outstanding})
			return nil
		})
		a.Next = next
		return a, err
	},
}
