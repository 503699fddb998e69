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
	// FlatInterest EPI 等本等息: the same principal and the same interest each
	// period, on the principal first lent. It costs nearly twice its rate, which
	// ActualRate shows.
	FlatInterest
	// Seasonal SEA 按季节还本: principal on the days and in the amounts agreed
	// (Terms.Dues), as herders repay after the autumn's sales, and interest then.
	Seasonal
	// Revolving REV 随借随还: one drawdown of a credit line, its own loan, repaid
	// with its interest at maturity unless it is repaid before.
	Revolving
)

var methodNames = [...]struct{ code, zh string }{
	{}, {"EQI", "等额本息"}, {"EQP", "等额本金"}, {"IOB", "按期付息到期还本"}, {"BUL", "利随本清"},
	{"EPI", "等本等息"}, {"SEA", "按季节还本"}, {"REV", "随借随还"},
}

// ParseMethod reads EQI, EQP, IOB, BUL, EPI, SEA or REV.
func ParseMethod(text string) (Method, error) {
	for m, name := range methodNames {
		if m > 0 && name.code == text {
			return Method(m), nil
		}
	}
	return 0, unknownMethod(text)
}

func unknownMethod(text string) *Error {
	return &Error{Code: "METHOD_UNKNOWN", Field: "method", Limit: "EQI, EQP, IOB, BUL, EPI, SEA, REV", Value: invalid.Shown(text),
		Zh: "还款方式未知", En: "unknown repayment method", Hint: "choose EQI 等额本息, EQP 等额本金, IOB 按期付息到期还本, BUL 利随本清, EPI 等本等息, SEA 按季节还本 or REV 随借随还"}
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
	Periods     int               `json:"periods" msgpack:"periods"`                     // instalments; for Bullet and Revolving, periods until its one
	EveryMonths int               `json:"every_months" msgpack:"every"`                  // months of a period
	From        calendar.Date     `json:"from" msgpack:"from"`                           // first day that bears interest
	DayCount    calendar.DayCount `json:"day_count,omitempty" msgpack:"count,omitempty"` // Unspecified: months/12 for EQI, EQP and EPI, else ACT/360
	Rounding    money.Rounding    `json:"rounding" msgpack:"rounding,omitempty"`
	MonthEnd    calendar.MonthEnd `json:"month_end" msgpack:"end,omitempty"`
	Multiple    money.Fen         `json:"instalment_multiple,omitempty" msgpack:"multiple,omitempty"` // EQI: the instalment is a multiple of it; 0 is one fen
	Dues        []Due             `json:"dues,omitempty" msgpack:"dues,omitempty"`                    // SEA: one for each of the periods; else none
}

// Due is principal that is due on a day, as agreed.
type Due struct {
	Date      calendar.Date `json:"due" msgpack:"date"`
	Principal money.Fen     `json:"principal" msgpack:"principal,omitempty"`
}

// atMaturity: one instalment, at the end.
func (m Method) atMaturity() bool { return m == Bullet || m == Revolving }

// countsMonths: without a day count, a period is its months of a year.
func (m Method) countsMonths() bool {
	return m == EqualInstalment || m == EqualPrincipal || m == FlatInterest
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
	case t.Method != Seasonal && (t.EveryMonths < 1 || t.EveryMonths > MaxPeriods):
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
	if t.Method == Seasonal || len(t.Dues) > 0 {
		return t.validateDues()
	}
	if _, err := t.Maturity(); err != nil {
		return &Error{Code: "TERM_TOO_LONG", Field: "periods", Limit: calendar.Last.String(),
			Value: strconv.Itoa(t.Periods) + " × " + strconv.Itoa(t.EveryMonths) + "M from " + t.From.String(),
			Zh:    "到期日超出日历范围", En: "the last due date is beyond the calendar", Hint: "shorten the term"}
	}
	return nil
}

// validateDues wants each day after the one before it, and the principal they
// add up to.
func (t Terms) validateDues() error {
	wrong := func(code, limit, value, zh, en string) error {
		return &Error{Code: code, Field: "dues", Limit: limit, Value: value, Zh: zh, En: en, Hint: "check the days and amounts of principal"}
	}
	if t.Method != Seasonal {
		return wrong("DUES_METHOD", "with SEA only", t.Method.String(), "只有按季节还本可以约定各期还本日", "only a seasonal plan has days of its own")
	}
	if len(t.Dues) != t.Periods {
		return wrong("DUES_COUNT", strconv.Itoa(t.Periods)+" periods", strconv.Itoa(len(t.Dues)), "还本日的个数与期数不符", "there are not as many days as periods")
	}
	previous, sum := t.From, money.Fen(0)
	for _, due := range t.Dues {
		if !due.Date.Valid() || due.Date <= previous {
			return wrong("DUES_ORDER", "after "+previous.String(), due.Date.String(), "还本日须晚于前一日", "a due date must be after the one before it")
		}
		if due.Principal < 0 || due.Principal > t.Principal-sum {
			return wrong("DUES_SUM", t.Principal.String(), due.Principal.String()+" on "+due.Date.String(), "各期本金之和须等于本金", "the amounts must add up to the principal")
		}
		previous, sum = due.Date, sum+due.Principal
	}
	if sum != t.Principal {
		return wrong("DUES_SUM", t.Principal.String(), sum.String(), "各期本金之和须等于本金", "the amounts must add up to the principal")
	}
	return nil
}

// Maturity is the due date of the last instalment.
func (t Terms) Maturity() (calendar.Date, error) {
	if n := len(t.Dues); n > 0 {
		return t.Dues[n-1].Date, nil
	}
	return t.From.AddMonths(t.Periods*t.EveryMonths, t.MonthEnd)
}
