package formula

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Fraction is an exact ratio of two amounts. Nothing of nothing is zero.
type Fraction struct {
	Num money.Fen `json:"num"`
	Den money.Fen `json:"den"`
}

// Reaches reports whether the ratio is at least a percentage, by cross
// multiplication. Something of nothing reaches everything.
func (f Fraction) Reaches(r money.Rate) bool {
	left := new(big.Int).Mul(big.NewInt(int64(f.Num)), big.NewInt(int64(money.One)))
	right := new(big.Int).Mul(big.NewInt(int64(f.Den)), big.NewInt(int64(r)))
	if f.Den == 0 && f.Num == 0 {
		return r <= 0
	}
	return left.Cmp(right) >= 0
}

// Portfolio is what a bank's filed loans come to at a month's end.
type Portfolio struct {
	Loans       int       // 笔数 of filed loans with a balance
	Filed       money.Fen // 在保本金: principal of its filed loans
	Bad         money.Fen // 不良本金: of these, classed substandard or worse
	Disbursed   money.Fen // 累计放款 on filed loans
	Compensated money.Fen // 累计补偿
}

// Measured is the ratio that the pack's breaker looks at.
func (p Portfolio) Measured(rule consortium.BankBreaker) Fraction {
	if rule.Measure == consortium.MeasureCompensated {
		return Fraction{p.Compensated, p.Disbursed}
	}
	return Fraction{p.Bad, p.Filed}
}

// Counts reports whether the portfolio is large enough for a ratio to say
// anything: of few loans a single one would stop the bank. Either minimum
// suffices.
func (p Portfolio) Counts(rule consortium.BankBreaker) bool {
	return p.Loans >= rule.MinLoans || p.Filed >= rule.MinFiled
}

// Status is where a breaker stands.
type Status uint8

const (
	Running   Status = iota // 正常
	Warned                  // 预警
	Suspended               // 暂停备案: no new filings of this bank
	Resumable               // 待恢复: below the limit long enough; a review minute resumes
	Frozen                  // 冻结备案: no new filings of any bank
)

var statusNames = [...]struct{ code, zh string }{{"OK", "正常"}, {"WARN", "预警"}, {"SUSPEND", "暂停备案"}, {"RESUMABLE", "待恢复"}, {"FREEZE", "冻结备案"}}

func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return "unknown"
	}
	return statusNames[s].code
}

// Zh is the status in Chinese.
func (s Status) Zh() string {
	if int(s) >= len(statusNames) {
		return "未知"
	}
	return statusNames[s].zh
}

// MarshalText writes the code.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Files reports whether new filings are taken.
func (s Status) Files() bool { return s == Running || s == Warned }

// Month is a calendar month, counted so that the next one is one more.
type Month int32

// MonthOf is the month that a day lies in.
func MonthOf(d calendar.Date) Month {
	year, month, _ := d.Civil()
	return Month(year*12 + month - 1)
}

// BankBreaker is where a bank's breaker stands after a month's end. The zero
// value is that of a bank that has filed nothing.
type BankBreaker struct {
	Status Status
	Month  Month    // the last one judged
	Ratio  Fraction // of that month
	Below  int      // consecutive months below the limit for resumption, while suspended
}

// Judge 月末熔断判定 judges a month's end. Months are judged in order, each once.
//
// A bank that files is stopped at the limit for suspension and warned at the
// one before, if its portfolio counts. A bank that is stopped stays so until
// its ratio, of whatever portfolio is left, has been below the limit for
// resumption at so many month ends in a row: a month that was not judged
// breaks the row. Then it may be resumed, which is a decision of people.
func (b BankBreaker) Judge(rule consortium.BankBreaker, month Month, p Portfolio) (BankBreaker, error) {
	if b.Month != 0 && month <= b.Month {
		return b, &Error{Code: "MONTH_JUDGED", Field: "month", Zh: "该月已经判定", En: "that month has been judged already", Hint: "judge the next month"}
	}
	next := BankBreaker{Status: b.Status, Month: month, Ratio: p.Measured(rule)}
	if b.Status.Files() {
		next.Status = rise(next.Ratio, p.Counts(rule), rule.Warn, rule.Suspend, Suspended)
		return next, nil
	}
	next.Status = Suspended
	if next.Ratio.Reaches(rule.ResumeBelow) {
		return next, nil
	}
	next.Below = 1
	if month == b.Month+1 {
		next.Below += b.Below
	}
	if next.Below >= rule.ResumeMonths {
		next.Status = Resumable
	}
	return next, nil
}

// Resume 恢复备案: the bank files again, on a review minute 复核纪要. It is warned
// still if its ratio is.
func (b BankBreaker) Resume(rule consortium.BankBreaker) (BankBreaker, error) {
	if b.Status != Resumable {
		return b, &Error{Code: "NOT_RESUMABLE", Field: "status", Limit: Resumable.String(), Value: b.Status.String(),
			Zh: "尚不符合恢复条件", En: "the bank may not be resumed yet", Hint: "wait for the month ends that the rule pack asks for"}
	}
	b.Below = 0
	b.Status = Running
	if b.Ratio.Reaches(rule.Warn) {
		b.Status = Warned
	}
	return b, nil
}

func rise(ratio Fraction, counts bool, warn, stop money.Rate, stopped Status) Status {
	switch {
	case !counts:
		return Running
	case ratio.Reaches(stop):
		return stopped
	case ratio.Reaches(warn):
		return Warned
	}
	return Running
}

// PoolBreaker 资金池熔断: where the pool stands, from what it held at the year's
// opening and what it has paid since; and whether its available balance covers
// what the coming months are expected to take, or must be topped up 补充资金.
func PoolBreaker(rule consortium.PoolBreaker, opening, paid, available, expected money.Fen) (status Status, topUp bool) {
	return rise(Fraction{paid, opening}, paid > 0, rule.Warn, rule.Freeze, Frozen), available < expected
}

// yearMonths are the months whose commitments say what the coming ones take.
const yearMonths = 12

// Expected 预计支出 is what the pack's coming months are expected to take: at the
// pace of what the fund committed to claims in the last twelve, half-up.
func Expected(rule consortium.PoolBreaker, committed money.Fen) money.Fen {
	return whole(new(big.Int).Mul(big.NewInt(int64(max(0, committed))), big.NewInt(int64(rule.TopUpMonths))), big.NewInt(yearMonths), halfUp)
}

// PaceFrom is the first month of the twelve that end with another.
func PaceFrom(m Month) Month { return m - yearMonths + 1 }

// BankYearLeft 单行年度余额 is what one bank may still get in a year: its share of
// the fund at the year's opening, rounded down, without what it got.
func BankYearLeft(sum consortium.SumRules, opening, paid money.Fen) money.Fen {
	return max(0, of(opening, sum.BankYear, down)-paid)
}
