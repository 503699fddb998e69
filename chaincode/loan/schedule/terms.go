package schedule

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Error says which of the terms cannot be used, and why.
type Error = invalid.Error

// Method is how a loan is repaid 还款方式. The zero value is none.
type Method uint8

const (
	// EqualInstalment EQI 等额本息: the same sum each period.
	EqualInstalment Method = iota + 1
	// EqualPrincipal EQP 等额本金: the same principal each period, and interest on the balance.
	EqualPrincipal
	// InterestOnly IOB 按期付息、到期还本: interest each period, principal with the last.
	InterestOnly
	// Bullet BUL 利随本清: principal and all interest at maturity.
	Bullet
)

var methodNames = [...]struct{ code, zh string }{
	{}, {"EQI", "等额本息"}, {"EQP", "等额本金"}, {"IOB", "按期付息到期还本"}, {"BUL", "利随本清"},
}

// ParseMethod reads EQI, EQP, IOB or BUL.
func ParseMethod(text string) (Method, error) {
	for m, name := range methodNames {
		if m > 0 && name.code == text {
			return Method(m), nil
		}
	}
	return 0, unknownMethod(text)
}

func unknownMethod(text string) *Error {
	return &Error{Code: "METHOD_UNKNOWN", Field: "method", Limit: "EQI, EQP, IOB, BUL", Value: invalid.Shown(text),
		Zh: "还款方式未知", En: "unknown repayment method", Hint: "choose EQI 等额本息, EQP 等额本金, IOB 按期付息到期还本 or BUL 利随本清"}
}

// Valid reports whether m is one of the declared methods.
func (m Method) Valid() bool { return m > 0 && int(m) < len(methodNames) }

func (m Method) String() string {
	if !m.Valid() {
		return ""
	}
	return methodNames[m].code
}

// Zh is the Chinese name of the method.
func (m Method) Zh() string {
	if !m.Valid() {
		return ""
	}
	return methodNames[m].zh
}

// ParseEvery reads the length of a period in months: "1M", "3M".
func ParseEvery(text string) (int, error) {
	fail := &Error{Code: "EVERY_FORMAT", Field: "every", Limit: "1M.." + strconv.Itoa(MaxPeriods) + "M", Value: invalid.Shown(text),
		Zh: "还款周期格式不对", En: "the period is not a number of months", Hint: "write it like 1M for monthly, 3M for quarterly"}
	if len(text) < 2 || len(text) > 5 || text[len(text)-1] != 'M' {
		return 0, fail
	}
	n := 0
	for _, c := range []byte(text[:len(text)-1]) {
		if c < '0' || c > '9' {
			return 0, fail
		}
		n = n*10 + int(c-'0')
	}
	if n < 1 || n > MaxPeriods {
		return 0, fail
	}
	return n, nil
}

// MaxPeriods bounds the number of instalments, and of months of a period: as
// many months as the calendar has room for.
const MaxPeriods = 3600

// Terms are what determines a plan.
type Terms struct {
	Method      Method            `json:"method" msgpack:"method"`
	Principal   money.Fen         `json:"principal" msgpack:"principal"`
	Rate        money.Rate        `json:"rate" msgpack:"rate"`                           // a year
	Periods     int               `json:"periods" msgpack:"periods"`                     // instalments; for Bullet, periods until its one
	EveryMonths int               `json:"every_months" msgpack:"every"`                  // months of a period
	From        calendar.Date     `json:"from" msgpack:"from"`                           // first day that bears interest
	DayCount    calendar.DayCount `json:"day_count,omitempty" msgpack:"count,omitempty"` // Unspecified: months/12 for EQI and EQP, ACT/360 for IOB and BUL
	Rounding    money.Rounding    `json:"rounding" msgpack:"rounding,omitempty"`
	MonthEnd    calendar.MonthEnd `json:"month_end" msgpack:"end,omitempty"`
	Multiple    money.Fen         `json:"instalment_multiple,omitempty" msgpack:"multiple,omitempty"` // EQI: the instalment is a multiple of it; 0 is one fen
}

// Validate reports the first of the terms that cannot be used, as an *Error.
func (t Terms) Validate() error {
	count := func(code, field, zh, en string, n int) error {
		return &Error{Code: code, Field: field, Limit: "1.." + strconv.Itoa(MaxPeriods), Value: strconv.Itoa(n), Zh: zh, En: en, Hint: "check the term"}
	}
	switch {
	case !t.Method.Valid():
		return unknownMethod("")
	case t.Principal <= 0 || t.Principal > money.Max:
		return &Error{Code: "PRINCIPAL_RANGE", Field: "principal", Limit: "0.01.." + money.Max.String(), Value: t.Principal.String(),
			Zh: "本金须大于零且不超过上限", En: "the principal must be above zero and within the limit", Hint: "check the amount"}
	case t.Rate < 0 || t.Rate > money.MaxRate:
		return &Error{Code: "RATE_RANGE", Field: "rate", Limit: "0.." + money.MaxRate.String() + " percent", Value: t.Rate.String(),
			Zh: "利率超出范围", En: "the rate is out of range", Hint: "give percent a year"}
	case t.Periods < 1 || t.Periods > MaxPeriods:
		return count("PERIODS_RANGE", "periods", "期数超出范围", "the number of periods is out of range", t.Periods)
	case t.EveryMonths < 1 || t.EveryMonths > MaxPeriods:
		return count("EVERY_RANGE", "every", "还款周期超出范围", "the months of a period are out of range", t.EveryMonths)
	case !t.From.Valid():
		return &Error{Code: "FROM_MISSING", Field: "from", Limit: calendar.First.String() + ".." + calendar.Last.String(), Value: t.From.String(),
			Zh: "起息日缺失", En: "the first day is missing", Hint: "write it like 2024-01-31"}
	case t.DayCount != calendar.Unspecified && !t.DayCount.Valid():
		_, err := calendar.ParseDayCount(t.DayCount.String())
		return invalid.In("day_count", err)
	case !t.Rounding.Valid():
		_, err := money.ParseRounding(t.Rounding.String())
		return invalid.In("rounding", err)
	case !t.MonthEnd.Valid():
		_, err := calendar.ParseMonthEnd(t.MonthEnd.String())
		return invalid.In("month_end", err)
	case t.Multiple < 0 || t.Multiple > money.Max:
		return &Error{Code: "MULTIPLE_RANGE", Field: "instalment_multiple", Limit: "0.01.." + money.Max.String(), Value: t.Multiple.String(),
			Zh: "每期还款额的取整单位超出范围", En: "the multiple of the instalment is out of range", Hint: "give yuan, like 1"}
	}
	if _, err := t.Maturity(); err != nil {
		return &Error{Code: "TERM_TOO_LONG", Field: "periods", Limit: calendar.Last.String(),
			Value: strconv.Itoa(t.Periods) + " × " + strconv.Itoa(t.EveryMonths) + "M from " + t.From.String(),
			Zh:    "到期日超出日历范围", En: "the last due date is beyond the calendar", Hint: "shorten the term"}
	}
	return nil
}

// Maturity is the due date of the last instalment.
func (t Terms) Maturity() (calendar.Date, error) {
	return t.From.AddMonths(t.Periods*t.EveryMonths, t.MonthEnd)
}
