package loan

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Apply 申请: by the subject itself, or by the Commission's operator who took
// it down.
var Apply = command.Command[ApplyContent]{
	Spec: command.Spec{Name: "loan.Apply", Zh: "信贷申请", En: "apply for credit", Lane: command.IntakeLane,
		Access: []command.Allow{{Party: command.Subject, Role: "subject"}, {Party: command.Commission, Role: "operator"}}},
	Wants: func(c ApplyContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: ApplicationKind, Ref: c.Application, Birth: true}}
	},
	Valid: func(c ApplyContent) error {
		err := first(numbered("application", c.Application), pseudonym("subject", c.Subject), positive("amount", c.Amount, account.MaxPrincipal),
			months("months", c.Months), coded("use", Uses, c.Use), coded("channel", Channels, c.Channel))
		if err == nil && c.Grant != nil {
			err = numbered("grant", *c.Grant)
		}
		return err
	},
	Decide: func(ctx *command.Context, c ApplyContent) ([]ledgerstate.Change, error) {
		if ctx.Actor.Party == command.Subject && ctx.Actor.Pseudonym != c.Subject {
			return nil, NotOwn.At("subject", nil, nil)
		}
		if err := offered(ctx, c.Product, c.Date, c.Amount, c.Months); err != nil {
			return nil, err
		}
		e := ApplicationMade{Date: c.Date, Subject: c.Subject, Product: c.Product, Amount: c.Amount, Months: c.Months, Use: c.Use, Channel: c.Channel}
		if c.Grant != nil {
			e.Grant = c.Grant.No
		}
		return []ledgerstate.Change{ApplicationKind.Born(c.Application, e)}, nil
	},
}

// open finds a product that is open on a day.
func open(ctx *command.Context, code string, day calendar.Date) (consortium.Product, error) {
	p, ok := consortium.Of(ctx).Product(code, day)
	if !ok {
		return p, ProductClosed.At("product", code, day)
	}
	return p, nil
}

// offered refuses what the product does not allow on a day.
func offered(ctx *command.Context, code string, day calendar.Date, amount money.Fen, months int) error {
	p, err := open(ctx, code, day)
	switch {
	case err != nil:
		return err
	case amount > p.MaxPrincipal:
		return ProductMost.At("amount", p.MaxPrincipal, amount)
	case months > p.MaxMonths:
		return ProductMonths.At("months", p.MaxMonths, months)
	}
	return nil
}

// Route 分派: the Commission's operator sends an application to this book's
// bank, and the term for its decision starts.
var Route = command.Command[RouteContent]{
	Spec: command.Spec{Name: "loan.Route", Zh: "分派申请", En: "route an application to the bank", Lane: command.IntakeLane,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}}},
	Wants: func(c RouteContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: ApplicationKind, Ref: c.Application}}
	},
	Decide: func(ctx *command.Context, c RouteContent) ([]ledgerstate.Change, error) {
		r, err := ApplicationKind.Get(ctx.View, "application", c.Application)
		if err != nil {
			return nil, err
		}
		if no := check(Applications, "loan.Route", r.State.Status); no != nil {
			return nil, no
		}
		if no := inOrder(r.State.Applied, c.Date); no != nil {
			return nil, no
		}
		tables := consortium.Of(ctx)
		deadline, missing := tables.Calendar.WorkingDayAfter(c.Date, tables.Rules.DecisionDays)
		if missing != 0 {
			return nil, CalendarMissing.At("date", tables.Calendar, missing)
		}
		return []ledgerstate.Change{ApplicationKind.Happened(c.Application, ApplicationRouted{Date: c.Date, Deadline: deadline})}, nil
	},
}
