package compensation

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// FilingQueries are the queries of filings.
var FilingQueries = []command.QueryDefinition{
	ShowFiling, ListFilings,
	command.Locate(command.Book, command.Comp, FilingKind, compStaff...),
	command.Export(command.Book, command.Comp, FilingKind, compStaff...),
}

// FilingView is a filing as people read it, with where its loan stands.
type FilingView struct {
	Contract string        `json:"contract"`
	Status   FilingStatus  `json:"status"`
	StatusZh string        `json:"status_zh"`
	Reserved calendar.Date `json:"reserved_on"`
	*FilingSheet
	LPR         money.Rate     `json:"lpr,omitempty"`
	Condition   string         `json:"condition,omitempty"`
	Until       *calendar.Date `json:"until,omitempty"`
	Lapsed      bool           `json:"lapsed,omitempty"` // the condition was not met in time
	Claim       string         `json:"claim,omitempty"`
	Compensated money.Fen      `json:"compensated"`
	Returned    money.Fen      `json:"returned"`
	Day         calendar.Date  `json:"at"`
	Outstanding money.Fen      `json:"outstanding"`
	Class       account.Class  `json:"class"`
	ClassZh     string         `json:"class_zh"`
	Settled     bool           `json:"settled"` // 贷款已结清: nothing is left to claim for

	// Reservations is how often it was reserved: again after a revocation. Only
	// one filing's own sheet says so.
	Reservations int `json:"reservations,omitempty"`
}

func filingView(ctx *command.Context, id ledgerstate.ID, no string, f *Filing, on calendar.Date) (FilingView, error) {
	v := FilingView{Contract: no, Status: f.Status, Reserved: f.Reserved, FilingSheet: filingSheet(id, f), LPR: f.LPR, Claim: f.Claim,
		Compensated: f.Compensated, Returned: f.Returned, Day: on}
	if f.Condition != nil {
		v.Condition, v.Until, v.Lapsed = f.Condition.What, &f.Condition.By, on > f.Condition.By
	}
	s, lent, err := loan.StandingAt(ctx, f.Loan, on)
	if err != nil {
		return v, err
	}
	if lent {
		v.Outstanding, v.Class, v.Settled = s.Outstanding, s.Class, !s.Settled.IsZero()
	}
	if v.Settled && (f.Status == FilingFiled || f.Status == FilingEffective || f.Status == FilingConditional) {
		v.Status = FilingSettled // what the loan is, no event of the filing
	}
	v.StatusZh, v.ClassZh = v.Status.Zh(), v.Class.Zh()
	return v, nil
}

// FilingQuery names one filing by its loan's contract number.
type FilingQuery struct {
	Loan string        `json:"loan"`
	At   calendar.Date `json:"at,omitempty"` // end of this day; left out: of the open business day
}

// ShowFiling 查询备案.
var ShowFiling = command.Query[FilingQuery, *FilingView]{
	QuerySpec: compQuery("comp.ShowFiling", "查询备案", "one filing and where its loan stands", command.Loan),
	Answer: func(ctx *command.Context, q FilingQuery) (*FilingView, error) {
		id, err := FilingKind.Locate(ctx.View, q.Loan)
		if err != nil {
			return nil, err
		}
		r, err := FilingKind.Get(ctx.View, "loan", ledgerstate.Ref{ID: id, No: q.Loan})
		if err != nil {
			return nil, err
		}
		v, err := filingView(ctx, id, q.Loan, &r.State, dayOf(ctx, q.At))
		if err != nil {
			return nil, err
		}
		log, err := FilingKind.Log(ctx.View, id, r)
		for _, e := range log {
			if _, ok := e.Event.(FilingReserved); ok {
				v.Reservations++
			}
		}
		return &v, err
	},
}

// FilingsQuery asks for filings page by page, in no meaningful order.
type FilingsQuery struct {
	After  string         `json:"after,omitempty"`
	Limit  int            `json:"limit,omitempty"`
	Status *FilingStatus  `json:"status,omitempty"`
	Class  *account.Class `json:"class,omitempty"` // this one or a worse one
	At     calendar.Date  `json:"at,omitempty"`
}

// FilingsAnswer is a part of the filings.
type FilingsAnswer struct {
	Filings []FilingView `json:"filings"`
	Next    string       `json:"next,omitempty"`
}

// ListFilings 备案清单. With a class it is the evidence of a breaker: which filed
// loans are non-performing.
var ListFilings = command.Query[FilingsQuery, *FilingsAnswer]{
	QuerySpec: compQuery("comp.ListFilings", "备案清单", "filings by state and class", command.Loan),
	Answer: func(ctx *command.Context, q FilingsQuery) (*FilingsAnswer, error) {
		a, on := &FilingsAnswer{Filings: []FilingView{}}, dayOf(ctx, q.At)
		next, err := FilingKind.Scan(ctx.View, q.After, limited(q.Limit), func(id ledgerstate.ID, r *ledgerstate.Record[Filing]) error {
			v, err := filingView(ctx, id, r.Natural, &r.State, on)
			if err != nil || (q.Status != nil && v.Status != *q.Status) || (q.Class != nil && (v.Outstanding == 0 || v.Class < *q.Class)) {
				return err
			}
			a.Filings = append(a.Filings, v)
			return nil
		})
		a.Next = next
		return a, err
	},
}

// OpensQuery asks whether identity and blind are those of a loan's borrower.
type OpensQuery struct {
	Contract string
	Identity string
	Blind    string // hex
}

// Opens is asked by the registry before it tells a bank anything of a
// borrower: it tells of the bank's own borrowers alone.
var Opens = command.Question[OpensQuery, bool]{
	Name: "comp.Opens", Collections: []command.Collection{command.Loan},
	Answer: func(ctx *command.Context, q OpensQuery) (bool, error) {
		id, err := loan.Kind.Locate(ctx.View, q.Contract)
		if err != nil {
			return false, err
		}
		r, err := loan.Kind.Get(ctx.View, "loan", ledgerstate.Ref{ID: id, No: q.Contract})
		if err != nil {
			return false, err
		}
		blind, err := hex.DecodeString(q.Blind)
		return err == nil && subject.Opens(r.State.Borrower, q.Identity, blind), nil
	},
}
