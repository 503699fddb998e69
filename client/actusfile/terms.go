package actusfile

import (
	"encoding/json"
	"maps"
	"math/big"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
)

// reader collects what only fits together once all terms are read.
type reader struct {
	*Case
	settlement  string
	business    bool // dayCountConvention B252
	scalingBase *big.Rat
	arrays      map[string][]string
}

// readTerms reads every term by its name. The tables below are the terms that
// are understood; any other is refused.
func (c *Case) readTerms(raw json.RawMessage) error {
	members, err := object(raw)
	if err != nil {
		return format("terms", "an object of terms", err.Error())
	}
	r := &reader{Case: c, arrays: map[string][]string{}}
	for _, m := range members {
		if strings.HasPrefix(m.name, "array") && arrayTerms[m.name] {
			if r.arrays[m.name], err = list(m.name, m.value); err != nil {
				return err
			}
			continue
		}
		text, given, err := scalar(m.name, m.value)
		if err != nil {
			return err
		}
		read, known := r.term(m.name)
		if !known {
			return &invalid.Error{Code: "TERM_UNKNOWN", Field: invalid.Shown(m.name),
				Zh: "未知的合同要素", En: "no such term is known", Hint: "a term that is not understood is never left out"}
		}
		if !given || read == nil {
			continue
		}
		if err := read(text); err != nil {
			return invalid.In(m.name, err)
		}
	}
	return r.finish()
}

// term is how a term is read: nil for one that changes no cash flow.
func (r *reader) term(name string) (func(string) error, bool) {
	t := &r.Terms
	if into, ok := map[string]*actus.Time{
		"statusDate": &t.StatusDate, "contractDealDate": &t.DealDate, "initialExchangeDate": &t.InitialExchange,
		"maturityDate": &t.Maturity, "amortizationDate": &t.Amortization, "capitalizationEndDate": &t.CapitalizationEnd,
		"purchaseDate": &t.Purchase, "terminationDate": &t.Termination,
		"cycleAnchorDateOfInterestPayment": &t.Interest.Anchor, "cycleAnchorDateOfPrincipalRedemption": &t.Principal.Anchor,
		"cycleAnchorDateOfRateReset": &t.Reset.Anchor, "cycleAnchorDateOfScalingIndex": &t.Scaling.Anchor,
		"cycleAnchorDateOfInterestCalculationBase": &t.BaseFixing.Anchor, "cycleAnchorDateOfFee": &t.Fee.Anchor,
	}[name]; ok {
		return parsed(into, actus.ParseTime), true
	}
	if into, ok := map[string]**big.Rat{
		"notionalPrincipal": &t.Notional, "premiumDiscountAtIED": &t.PremiumDiscount, "nominalInterestRate": &t.Rate,
		"accruedInterest": &t.Accrued, "nextPrincipalRedemptionPayment": &t.NextPrincipal, "interestCalculationBaseAmount": &t.BaseAmount,
		"rateSpread": &t.Spread, "rateMultiplier": &t.Multiplier, "nextResetRate": &t.NextRate, "lifeCap": &t.LifeCap, "lifeFloor": &t.LifeFloor,
		"periodCap": &t.PeriodCap, "periodFloor": &t.PeriodFloor, "scalingIndexAtContractDealDate": &t.ScalingBase, "scalingIndexAtStatusDate": &r.scalingBase, // its name in earlier dictionaries
		"interestScalingMultiplier": &t.InterestMultiplier, "notionalScalingMultiplier": &t.NotionalMultiplier,
		"feeRate": &t.FeeRate, "feeAccrued": &t.FeeAccrued, "priceAtPurchaseDate": &t.PurchasePrice, "priceAtTerminationDate": &t.TerminationPrice,
	}[name]; ok {
		return parsed(into, number), true
	}
	if into, ok := map[string]*actus.Cycle{
		"cycleOfInterestPayment": &t.Interest.Cycle, "cycleOfPrincipalRedemption": &t.Principal.Cycle, "cycleOfRateReset": &t.Reset.Cycle,
		"cycleOfScalingIndex": &t.Scaling.Cycle, "cycleOfInterestCalculationBase": &t.BaseFixing.Cycle, "cycleOfFee": &t.Fee.Cycle,
	}[name]; ok {
		return parsed(into, actus.ParseCycle), true
	}
	if allowed, ok := harmless[name]; ok {
		return only(allowed), true
	}
	read, ok := map[string]func(string) error{
		"contractType":                   parsed(&t.Type, actus.ParseContractType),
		"currency":                       parsed(&r.Currency, verbatim),
		"settlementCurrency":             parsed(&r.settlement, verbatim),
		"marketObjectCodeOfRateReset":    parsed(&t.ResetIndex, verbatim),
		"marketObjectCodeOfScalingIndex": parsed(&t.ScalingIndex, verbatim),
		"businessDayConvention":          parsed(&t.BusinessDay, actus.ParseBusinessDay),
		"fixingPeriod":                   parsed(&t.ResetIndexDue, actus.ParseFixing),
		"fixingDays":                     parsed(&t.ResetIndexDue, actus.ParseFixing), // its name in earlier dictionaries
		"contractRole":                   chosen(map[string]func(){"RPA": func() { t.Liability = false }, "RPL": func() { t.Liability = true }}),
		"calendar":                       chosen(map[string]func(){"NC": func() { t.Calendar = nil }, "MF": func() { t.Calendar = actus.MondayToFriday{} }}),
		"endOfMonthConvention":           chosen(map[string]func(){"SD": func() { t.EndOfMonth = actus.SameDay }, "EOM": func() { t.EndOfMonth = actus.LastDay }}),
		"interestCalculationBase": chosen(map[string]func(){"NT": func() { t.Base = actus.OnNotional }, "NTIED": func() { t.Base = actus.OnInitialNotional },
			"NTL": func() { t.Base = actus.OnLaggedNotional }}),
		"feeBasis": chosen(map[string]func(){"A": func() { t.FeeAmount = true }, "N": func() { t.FeeAmount = false }}),
		"dayCountConvention": chosen(map[string]func(){"AA": func() { t.DayCount = actus.ActualActual }, "A360": func() { t.DayCount = actus.Actual360 },
			"A365": func() { t.DayCount = actus.Actual365 }, "30E360": func() { t.DayCount = actus.Thirty360 },
			"30E360ISDA": func() { t.DayCount = actus.Thirty360ISDA{} }, "B252": func() { r.business = true }}),
		"scalingEffect": r.scalingEffect,
	}[name]
	return read, ok
}

// harmless are terms with the values under which they change no cash flow of
// the schedule; nil is any value.
var harmless = map[string][]string{
	"contractID": nil, "creatorID": nil, "counterpartyID": nil, "seniority": nil, "marketObjectCode": nil, "marketValueObserved": nil,
	"contractPerformance": {"PF"}, "gracePeriod": nil, "delinquencyPeriod": nil, "delinquencyRate": {"0", "0.0"},
	"cyclePointOfInterestPayment": {"E"}, "cyclePointOfRateReset": {"B"},
	"prepaymentEffect": {"N"}, "penaltyType": {"N", "O"}, "penaltyRate": {"0", "0.0"},
}

// arrayTerms are LAX's.
var arrayTerms = map[string]bool{
	"arrayCycleAnchorDateOfPrincipalRedemption": true, "arrayCycleOfPrincipalRedemption": true,
	"arrayNextPrincipalRedemptionPayment": true, "arrayIncreaseDecrease": true,
	"arrayCycleAnchorDateOfInterestPayment": true, "arrayCycleOfInterestPayment": true,
	"arrayCycleAnchorDateOfRateReset": true, "arrayCycleOfRateReset": true, "arrayRate": true, "arrayFixedVariable": true,
}

func verbatim(text string) (string, error) { return text, nil }

func parsed[T any](into *T, parse func(string) (T, error)) func(string) error {
	return func(text string) (err error) {
		*into, err = parse(text)
		return err
	}
}

func chosen(values map[string]func()) func(string) error {
	return func(text string) error {
		choose, ok := values[text]
		if !ok {
			return notSupported(text, strings.Join(slices.Sorted(maps.Keys(values)), ", "))
		}
		choose()
		return nil
	}
}

func only(allowed []string) func(string) error {
	if allowed == nil {
		return nil
	}
	return func(text string) error {
		for _, value := range allowed {
			if value == text {
				return nil
			}
		}
		return notSupported(text, strings.Join(allowed, ", "))
	}
}

func notSupported(value, limit string) *invalid.Error {
	return &invalid.Error{Code: "NOT_SUPPORTED", Limit: limit, Value: invalid.Shown(value),
		Zh: "不支持的取值", En: "this value is not supported", Hint: "such a case is refused, never guessed"}
}

// scalingEffect is three places: I, N and M or a zero; the letter O stands for
// a zero in places.
func (r *reader) scalingEffect(text string) error {
	if len(text) != 3 {
		return notSupported(text, "000, I00, 0N0, IN0")
	}
	place := func(c, is byte) (bool, bool) { return c == is, c == is || c == '0' || c == 'O' }
	interest, ok1 := place(text[0], 'I')
	notional, ok2 := place(text[1], 'N')
	deferred, ok3 := place(text[2], 'M')
	if !ok1 || !ok2 || !ok3 || deferred {
		return notSupported(text, "000, I00, 0N0, IN0")
	}
	r.Terms.ScaleInterest, r.Terms.ScaleNotional = interest, notional
	return nil
}

func (r *reader) finish() error {
	t := &r.Terms
	if r.scalingBase != nil {
		if t.ScalingBase != nil && t.ScalingBase.Cmp(r.scalingBase) != 0 {
			return &invalid.Error{Code: "TERMS_CONTRADICTORY", Field: "scalingIndexAtStatusDate", Limit: "scalingIndexAtContractDealDate",
				Zh: "要素相互矛盾", En: "two names of one term have different values", Hint: "give one of them"}
		}
		t.ScalingBase = r.scalingBase
	}
	if r.settlement != "" && r.settlement != r.Currency {
		return invalid.In("settlementCurrency", notSupported(r.settlement, r.Currency))
	}
	if r.business {
		if t.Calendar == nil {
			return invalid.In("dayCountConvention", notSupported("B252", "with a calendar of working days"))
		}
		t.DayCount = actus.Business252{Calendar: t.Calendar}
	}
	return r.pieces()
}
