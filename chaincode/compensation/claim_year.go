package compensation

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Year 年度 is what a book's claims came to in a calendar year, and the bank's
// own report of it. One record of a year, so that a report is compared with
// the ledger without reading every claim.
type Year struct {
	Money      YearMoney
	Report     *SelfReport
	Reconciled *Reconciliation
}

// YearMoney are sums of what happened on days of the year.
type YearMoney struct {
	Paid      money.Fen `json:"paid"`      // 已拨付
	Payments  int       `json:"payments"`  // parts
	Recovered money.Fen `json:"recovered"` // 登记的追偿回收, costs taken off
	Returned  money.Fen `json:"returned"`  // 已返还与追回, of what was paid
	Interest  money.Fen `json:"interest"`  // for late returns, or with a clawback
}

func (m YearMoney) plus(n YearMoney) YearMoney {
	return YearMoney{m.Paid + n.Paid, m.Payments + n.Payments, m.Recovered + n.Recovered, m.Returned + n.Returned, m.Interest + n.Interest}
}

// SelfReport 银行自查报告 is the bank's word for the year, in accord with the
// ledger.
type SelfReport struct {
	On  calendar.Date
	CID string // of the report
	By  []byte // certificate, not in the digest
}

// Reconciliation 年度清算核对 is Finance's.
type Reconciliation struct {
	On   calendar.Date
	Note string
}

// YearKind are the years of a book. A year's natural key is its number.
var YearKind = ledgerstate.NewKind[Year](ledgerstate.Kind[Year]{
	Code: "compyear", Collection: command.Comp.Name, Slots: 1, Keep: 2, Schema: 1, Under: true,
	Zh: "补偿年度", En: "years of compensation",
	Digest: func(y Year) any {
		if y.Report != nil {
			r := *y.Report
			r.By = nil
			y.Report = &r
		}
		return y
	},
}, MoneyMoved{}, YearReported{}, YearReconciled{})

// YearRef is where a year is.
func YearRef(year int) ledgerstate.Ref {
	n := strconv.Itoa(year)
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: "year" + n}, No: n}
}

func yearWant(date calendar.Date) ledgerstate.Want {
	return ledgerstate.Want{Kind: YearKind, Ref: YearRef(date.Year())}
}

// MoneyMoved adds to the year.
type MoneyMoved struct{ Money YearMoney }

// Evolve implements ledgerstate.Event.
func (e MoneyMoved) Evolve(y Year) Year {
	y.Money = y.Money.plus(e.Money)
	return y
}

// YearReported is the bank's report.
type YearReported struct{ Report SelfReport }

// Evolve implements ledgerstate.Event.
func (e YearReported) Evolve(y Year) Year {
	y.Report = &e.Report
	return y
}

// DigestEvent leaves the certificate out.
func (e YearReported) DigestEvent() any { e.Report.By = nil; return e }

// YearReconciled ends the year.
type YearReconciled struct{ Reconciliation Reconciliation }

// Evolve implements ledgerstate.Event.
func (e YearReconciled) Evolve(y Year) Year {
	y.Reconciled = &e.Reconciliation
	return y
}

// moved counts money of a day in its year.
func moved(v *ledgerstate.View, date calendar.Date, m YearMoney) (ledgerstate.Change, error) {
	ref := YearRef(date.Year())
	r, err := YearKind.At(v, ref.ID)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return YearKind.Born(ref, MoneyMoved{m}), nil
	}
	return YearKind.Happened(ref, MoneyMoved{m}), nil
}

// SelfReportContent is what a bank says of a year, by its own books.
type SelfReportContent struct {
	command.Head
	Year      int       `json:"year"`
	Paid      money.Fen `json:"paid"`
	Recovered money.Fen `json:"recovered"`
	Returned  money.Fen `json:"returned"`
	Interest  money.Fen `json:"interest"`
	CID       string    `json:"cid"` // of the report
}

// YearContent names a year.
type YearContent struct {
	command.Head
	Year int    `json:"year"`
	Note string `json:"note,omitempty"`
}

// ReportYear 年度自查报告: a bank's books and the ledger say the same, or the
// report is refused and names the difference.
var ReportYear = command.Command[SelfReportContent]{
	Spec: command.Spec{Name: "comp.ReportYear", Zh: "报送年度自查报告", En: "report a year of compensation", Lane: command.CompLane, Access: bankOfficer},
	Wants: func(c SelfReportContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: YearKind, Ref: YearRef(c.Year)}}
	},
	Valid: func(c SelfReportContent) error { return firstOf(yearOf(c.Year), addressed("cid", c.CID)) },
	Decide: func(ctx *command.Context, c SelfReportContent) ([]ledgerstate.Change, error) {
		y, change, err := overYear(ctx, c.Year, c.Date)
		if err != nil {
			return nil, err
		}
		if y.Reconciled != nil {
			return nil, YearIsDone.At("year", nil, c.Year)
		}
		m := y.Money
		for _, x := range []struct {
			field          string
			ledger, stated money.Fen
		}{{"paid", m.Paid, c.Paid}, {"recovered", m.Recovered, c.Recovered}, {"returned", m.Returned, c.Returned}, {"interest", m.Interest, c.Interest}} {
			if x.ledger != x.stated {
				return nil, YearDiffers.At(x.field, x.ledger, x.stated)
			}
		}
		return []ledgerstate.Change{change(YearReported{SelfReport{On: c.Date, CID: c.CID, By: ctx.Actor.By()}})}, nil
	},
}

// ReconcileYear 年度清算核对: Finance has compared the bank's report with the
// fund's books. Afterwards the year stands.
var ReconcileYear = command.Command[YearContent]{
	Spec: command.Spec{Name: "comp.ReconcileYear", Zh: "年度清算核对", En: "reconcile a year of compensation", Lane: command.CompLane, Access: financeApprover},
	Wants: func(c YearContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: YearKind, Ref: YearRef(c.Year)}}
	},
	Valid: func(c YearContent) error { return firstOf(yearOf(c.Year), said("note", c.Note)) },
	Decide: func(ctx *command.Context, c YearContent) ([]ledgerstate.Change, error) {
		y, change, err := overYear(ctx, c.Year, c.Date)
		switch {
		case err != nil:
			return nil, err
		case y.Report == nil:
			return nil, YearUnreported.At("year", nil, c.Year)
		case y.Reconciled != nil:
			return nil, YearIsDone.At("year", nil, c.Year)
		}
		return []ledgerstate.Change{change(YearReconciled{Reconciliation{On: c.Date, Note: c.Note}})}, nil
	},
}

func yearOf(year int) error {
	if year < 2000 || year > 2199 {
		return ClaimNumber.At("year", "2000..2199", year)
	}
	return nil
}

// overYear finds a year that is over, and how an event of it changes the book:
// a year without money has no record before it is reported.
func overYear(ctx *command.Context, year int, date calendar.Date) (Year, func(ledgerstate.Event[Year]) ledgerstate.Change, error) {
	if date.Year() <= year {
		return Year{}, nil, YearRuns.At("year", date.Year()-1, year)
	}
	ref := YearRef(year)
	r, err := YearKind.At(ctx.View, ref.ID)
	if err != nil {
		return Year{}, nil, err
	}
	if r == nil {
		return Year{}, func(e ledgerstate.Event[Year]) ledgerstate.Change { return YearKind.Born(ref, e) }, nil
	}
	return r.State, func(e ledgerstate.Event[Year]) ledgerstate.Change { return YearKind.Happened(ref, e) }, nil
}

// YearQuery names a year.
type YearQuery struct {
	Year int           `json:"year"`
	At   calendar.Date `json:"at,omitempty"` // what is late on this day; left out: the open business day
}

// YearSheet is a year as people read it.
type YearSheet struct {
	Year  int    `json:"year"`
	Bank  string `json:"bank"` // MSP
	Found bool   `json:"found"`
	YearMoney
	ReportBy      calendar.Date `json:"report_by"`    // 自查报告期限
	ReconcileBy   calendar.Date `json:"reconcile_by"` // 清算期限
	Reported      calendar.Date `json:"reported,omitempty"`
	Report        string        `json:"report,omitempty"` // CID
	Reconciled    calendar.Date `json:"reconciled,omitempty"`
	Note          string        `json:"note,omitempty"`
	ReportLate    bool          `json:"report_late,omitempty"`
	ReconcileLate bool          `json:"reconcile_late,omitempty"`
}

// ShowYear 补偿年度.
var ShowYear = command.Query[YearQuery, *YearSheet]{
	QuerySpec: compQuery("comp.Year", "补偿年度", "what a year's claims came to, the bank's report, the reconciliation"),
	Answer: func(ctx *command.Context, q YearQuery) (*YearSheet, error) {
		s := &YearSheet{Year: q.Year, Bank: ctx.Owner}
		if last, err := calendar.NewDate(q.Year, 12, 31); err == nil {
			if pack, ok := consortium.Of(ctx).PackAt(last); ok {
				s.ReportBy, _ = calendar.ParseDate(strconv.Itoa(q.Year+1) + "-" + pack.Annual.SelfReport)
				s.ReconcileBy, _ = calendar.ParseDate(strconv.Itoa(q.Year+1) + "-" + pack.Annual.Reconciliation)
			}
		}
		r, err := YearKind.At(ctx.View, YearRef(q.Year).ID)
		if err != nil || r == nil {
			return s, err
		}
		s.Found, s.YearMoney = true, r.State.Money
		if x := r.State.Report; x != nil {
			s.Reported, s.Report = x.On, x.CID
		}
		if x := r.State.Reconciled; x != nil {
			s.Reconciled, s.Note = x.On, x.Note
		}
		s.ReportLate = late(s.Reported, s.ReportBy, dayOf(ctx, q.At))
		s.ReconcileLate = late(s.Reconciled, s.ReconcileBy, dayOf(ctx, q.At))
		return s, nil
	},
}

// late reports whether something came after its last day, or has not come
// though it is over.
func late(came, by, today calendar.Date) bool {
	if by == 0 {
		return false
	}
	if came == 0 {
		came = today
	}
	return came > by
}
