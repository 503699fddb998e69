package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Days 日终 are the days that a bank has closed: one record of a book, whose
// state is the last of them.
type Days struct{ Last DayFigures }

// DayFigures are what an end of day found. They are kept as an array: fields
// are appended only.
type DayFigures struct {
	Date             calendar.Date
	Loans            int
	OverdueLoans     int
	Outstanding      [5]money.Fen // by class
	OverduePrincipal money.Fen
	OverdueInterest  money.Fen
	Accrued          money.Fen
}

// DaysKind is the record of closed days. There is one in a book, at DaysRef.
var DaysKind = ledgerstate.NewKind[Days](ledgerstate.Kind[Days]{
	Code: "dayend", Collection: command.Loan.Name, Slots: 1, Keep: 3, Schema: 1, Under: true,
	Zh: "日终", En: "closed business days",
}, DayClosed{})

// DaysRef is where it is.
var DaysRef = ledgerstate.Ref{ID: ledgerstate.ID{Page: "dayend"}, No: "dayend"}

// CloseDay 日终结账 records what a bank's end of day found, once for each day.
// It is a statement of the bank; whoever reads the book can recompute it.
var CloseDay = command.Command[CloseDayContent]{
	Spec:  command.Spec{Name: "loan.CloseDay", Zh: "日终结账", En: "close the business day", Lane: command.LoanLane, Access: officer},
	Wants: func(CloseDayContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: DaysKind, Ref: DaysRef}} },
	Valid: func(c CloseDayContent) error {
		f := c.figures()
		var sum money.Fen
		for class, amount := range f.Outstanding {
			if amount < 0 || amount > money.Max {
				return DayFigure.At(classFields[class], "0.."+money.Max.String(), amount)
			}
			var err error
			if sum, err = sum.Add(amount); err != nil {
				return DayFigure.At(classFields[class], money.Max, amount)
			}
		}
		switch {
		case c.Loans < 0:
			return DayFigure.At("loans", "0..", c.Loans)
		case c.OverdueLoans < 0 || c.OverdueLoans > c.Loans:
			return DayFigure.At("overdue_loans", c.Loans, c.OverdueLoans)
		case c.OverduePrincipal < 0 || c.OverduePrincipal > sum:
			return DayFigure.At("overdue_principal", sum, c.OverduePrincipal)
		case c.OverdueInterest < 0 || c.OverdueInterest > money.Max:
			return DayFigure.At("overdue_interest", "0.."+money.Max.String(), c.OverdueInterest)
		case c.Accrued < 0 || c.Accrued > money.Max:
			return DayFigure.At("accrued", "0.."+money.Max.String(), c.Accrued)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c CloseDayContent) ([]ledgerstate.Change, error) {
		if open := ctx.Reference.OpenDay(); c.Date != open {
			return nil, DayNotOpen.At("date", open, c.Date)
		}
		e := DayClosed{Figures: c.figures()}
		r, err := DaysKind.At(ctx.View, DaysRef.ID)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return []ledgerstate.Change{DaysKind.Born(DaysRef, e)}, nil
		}
		if last := r.State.Last.Date; c.Date <= last {
			return nil, DayClosedAlready.At("date", "after "+last.String(), c.Date)
		}
		return []ledgerstate.Change{DaysKind.Happened(DaysRef, e)}, nil
	},
}

var classFields = [...]string{"normal", "special_mention", "substandard", "doubtful", "loss"}

func (c CloseDayContent) figures() DayFigures {
	return DayFigures{Date: c.Date, Loans: c.Loans, OverdueLoans: c.OverdueLoans,
		Outstanding:      [5]money.Fen{c.Normal, c.SpecialMention, c.Substandard, c.Doubtful, c.Loss},
		OverduePrincipal: c.OverduePrincipal, OverdueInterest: c.OverdueInterest, Accrued: c.Accrued}
}

// DayClosed closes a day.
type DayClosed struct{ Figures DayFigures }

// Evolve implements ledgerstate.Event.
func (e DayClosed) Evolve(Days) Days { return Days{Last: e.Figures} }

// DaysQuery asks for closed days; without a span for all.
type DaysQuery struct {
	From calendar.Date `json:"from,omitempty"`
	To   calendar.Date `json:"to,omitempty"`
}

// DaysAnswer are closed days, oldest first.
type DaysAnswer struct {
	MSP  string     `json:"msp"`
	Days []DaySheet `json:"days"`
}

// DaySheet is a closed day as people read it.
type DaySheet struct {
	Date             calendar.Date        `json:"date"`
	Loans            int                  `json:"loans"`
	OverdueLoans     int                  `json:"overdue_loans"`
	Outstanding      money.Fen            `json:"outstanding"`
	ByClass          map[string]money.Fen `json:"by_class"`
	OverduePrincipal money.Fen            `json:"overdue_principal"`
	OverdueInterest  money.Fen            `json:"overdue_interest"`
	Accrued          money.Fen            `json:"accrued"`
	Number           string               `json:"number"` // business number
}

// ShowDays 日终记录.
var ShowDays = command.Query[DaysQuery, *DaysAnswer]{
	QuerySpec: query("loan.Days", "日终记录", "closed business days of the book", staff, command.Loan),
	Answer: func(ctx *command.Context, q DaysQuery) (*DaysAnswer, error) {
		a := &DaysAnswer{MSP: ctx.Owner, Days: []DaySheet{}}
		r, err := DaysKind.At(ctx.View, DaysRef.ID)
		if err != nil || r == nil {
			return a, err
		}
		log, err := DaysKind.Log(ctx.View, DaysRef.ID, r)
		if err != nil {
			return nil, err
		}
		for _, entry := range log {
			e, ok := entry.Event.(DayClosed)
			if f := e.Figures; ok && f.Date >= q.From && (q.To.IsZero() || f.Date <= q.To) {
				a.Days = append(a.Days, daySheet(f, entry.Number))
			}
		}
		return a, nil
	},
}

func daySheet(f DayFigures, number string) DaySheet {
	s := DaySheet{Date: f.Date, Loans: f.Loans, OverdueLoans: f.OverdueLoans, ByClass: map[string]money.Fen{},
		OverduePrincipal: f.OverduePrincipal, OverdueInterest: f.OverdueInterest, Accrued: f.Accrued, Number: number}
	for class, amount := range f.Outstanding {
		s.ByClass[classFields[class]] = amount
		s.Outstanding += amount
	}
	return s
}
