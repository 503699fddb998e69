package compensation

import (
	"slices"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Found is what a loan was found to be when it was filed. Type, region,
// industry and size are those that the loan keeps of its borrower as of its
// acceptance: the book's identities are not for P and F.
type Found struct {
	Type      subject.Type
	Region    string
	Industry  string
	Size      identifier.Size
	Product   string
	Guarantee string
	FirstLoan bool
	Rate      money.Rate
	LPR       money.Rate
	Amount    money.Fen
	Condition *FilingCondition
}

// eligible checks what of a loan does not change between the contract and the
// filing, by the pack of a day. It gives the one-year LPR of the contract's
// day, so that a change of the LPR between quote and filing moves nothing.
func eligible(ctx *command.Context, pack consortium.RulePack, l *loan.Loan, on calendar.Date) (Found, error) {
	p, none := l.Profile, Found{}
	f := Found{Type: p.Type, Region: p.Region, Industry: p.Industry, Size: p.Size, Product: l.Product, Guarantee: l.Credit.Guarantee, Rate: l.Contract.Account.Terms.Rate}
	if l.IsTakenOn() {
		return none, TakenOn.At("loan", nil, nil)
	}
	if !slices.Contains(pack.Eligible.Borrowers, f.Type.String()) {
		return none, BorrowerType.At("type", strings.Join(pack.Eligible.Borrowers, " "), f.Type)
	}
	if !pack.Takes(f.Type.String(), f.Size) {
		return none, BorrowerSize.At("size", pack.Eligible.Sizes, f.Size)
	}
	if pack.ExcludesIndustry(f.Industry) {
		return none, IndustryOut.At("industry", "not "+strings.Join(pack.Eligible.Industries, " "), f.Industry)
	}
	if !strings.HasPrefix(f.Region, pack.Eligible.Region) {
		return none, RegionOut.At("region", pack.Eligible.Region, f.Region)
	}
	if _, ok := pack.Ratio(f.Guarantee); !ok {
		return none, GuaranteeOut.At("guarantee", guaranteesOf(pack), f.Guarantee)
	}
	terms := l.Contract.Account.Terms
	if l.Status == loan.Signed { // not begun yet
		terms.From, terms.Principal = on, l.Contract.Amount
	}
	most, err := terms.From.AddMonths(pack.Eligible.MaxMonths, calendar.Clamp)
	if err != nil {
		return none, TermOut.At("loan", strconv.Itoa(pack.Eligible.MaxMonths), nil)
	}
	if last, err := terms.Maturity(); err != nil || last > most {
		return none, TermOut.At("maturity", most, last)
	}
	_, lpr, ok := consortium.Of(ctx).LPRAt(l.Contract.Date, 12)
	if !ok {
		return none, NoLPR.At("date", nil, l.Contract.Date)
	}
	if most := lpr + pack.Eligible.RateCapPoints; f.Rate > most {
		return none, RateOut.At("rate", most, f.Rate)
	}
	f.LPR = lpr
	return f, nil
}

func guaranteesOf(pack consortium.RulePack) string {
	var codes []string
	for _, r := range pack.Sum.Ratios {
		codes = append(codes, r.Guarantee)
	}
	return strings.Join(codes, " ")
}

// channelled checks that the loan came through the platform: it has an
// application that the Commission routed before anything else happened.
func channelled(ctx *command.Context, l *loan.Loan, on calendar.Date) error {
	if l.Application == "" {
		return NoApplication.At("application", nil, nil)
	}
	id, err := loan.ApplicationKind.Locate(ctx.View, l.Application)
	if err != nil {
		return err
	}
	if id.IsZero() {
		return NoApplication.At("application", nil, l.Application)
	}
	r, err := loan.ApplicationKind.At(ctx.View, id)
	if err != nil {
		return err
	}
	if r == nil || r.Natural != l.Application || r.State.Subject != l.Subject || r.State.Status != loan.Routed {
		return NoApplication.At("application", nil, l.Application)
	}
	if on < r.State.Applied {
		return TooSoon.At("date", r.State.Applied, on)
	}
	if on < l.Contract.Date {
		return TooSoon.At("date", l.Contract.Date, on)
	}
	return nil
}

// inTime refuses what comes too long after the money left.
func inTime(ctx *command.Context, pack consortium.RulePack, l *loan.Loan, on calendar.Date) error {
	lent := l.Contract.Account.Terms.From
	if on < lent {
		return BeforeMoney.At("date", lent, on)
	}
	c := consortium.Of(ctx).Calendar
	last, missing := c.WorkingDayAfter(lent, pack.Eligible.BackFiling)
	if missing != 0 {
		return NoCalendar.At("date", c, missing)
	}
	if on > last {
		return TooLate.At("date", last, on)
	}
	return nil
}

// attested refuses a filing in which the bank leaves out one of the exclusions.
func attested(pack consortium.RulePack, codes []string) error {
	for _, want := range pack.Eligible.Exclusions {
		if !slices.Contains(codes, want) {
			return AttestAll.At("attests", strings.Join(pack.Eligible.Exclusions, " "), strings.Join(codes, " "))
		}
	}
	return nil
}
