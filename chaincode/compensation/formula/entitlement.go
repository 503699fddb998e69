package formula

import (
	"math"
	"math/big"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Error says why a sum cannot be worked out.
type Error = invalid.Error

// Terms 补偿条件 are what the rule pack grants a loan of its kind.
type Terms struct {
	Ratio           money.Rate // 补偿比例 of the net loss
	FirstLoanPoints money.Rate // 首贷加点, on top of the ratio if FirstLoan
	FirstLoan       bool       // 首贷户
	PerLoanCap      money.Fen  // 单笔上限
	Stack           money.Rate // 财政补偿叠加上限: of the net loss, from all government money together
}

// TermsOf are a pack's terms for a guarantee; false where the pack takes no
// loan secured so.
func TermsOf(pack consortium.RulePack, guarantee string, firstLoan bool) (Terms, bool) {
	row, ok := pack.Ratio(guarantee)
	return Terms{Ratio: row.Ratio, FirstLoanPoints: row.FirstLoanPoints, FirstLoan: firstLoan,
		PerLoanCap: pack.Sum.PerLoanCap, Stack: pack.Sum.Stack}, ok
}

// Loss is what a bank has lost on a loan, and has from others.
type Loss struct {
	Principal       money.Fen   // 不良本金余额 at recognition; no interest, no penalty
	Recoveries      []money.Fen // 已追偿 before the claim: cash, collateral, insurance, guarantor
	OtherGovernment money.Fen   // 其他财政补偿
}

// Limb is one of the bounds of a claim. Their order decides a tie.
type Limb uint8

const (
	Ratio      Limb = iota // 补偿比例
	PerLoanCap             // 单笔上限
	BankYear               // 单行年度限额
	Pool                   // 资金池可用余额
	Stack                  // 财政补偿叠加上限
)

var limbNames = [...]struct{ code, zh, en string }{
	Ratio:      {"ratio", "补偿比例", "the ratio of the net loss"},
	PerLoanCap: {"per_loan_cap", "单笔上限", "the cap for one loan"},
	BankYear:   {"bank_year", "单行年度限额", "what is left for the bank this year"},
	Pool:       {"pool", "资金池可用余额", "what the pool has available"},
	Stack:      {"stack", "财政补偿叠加上限", "the limit of all government money together"},
}

// LimbList are all limbs in order.
func LimbList() []Limb { return []Limb{Ratio, PerLoanCap, BankYear, Pool, Stack} }

func (l Limb) String() string {
	if int(l) >= len(limbNames) {
		return "unknown"
	}
	return limbNames[l].code
}

// Zh is the limb in Chinese.
func (l Limb) Zh() string {
	if int(l) >= len(limbNames) {
		return "未知"
	}
	return limbNames[l].zh
}

// En is the limb in English.
func (l Limb) En() string {
	if int(l) >= len(limbNames) {
		return "unknown"
	}
	return limbNames[l].en
}

// MarshalText writes the code.
func (l Limb) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText reads the code.
func (l *Limb) UnmarshalText(text []byte) error {
	for _, x := range LimbList() {
		if x.String() == string(text) {
			*l = x
			return nil
		}
	}
	return &Error{Code: "LIMB_UNKNOWN", Limit: "ratio, per_loan_cap, bank_year, pool, stack", Value: invalid.Shown(string(text)),
		Zh: "补偿上限的名称未知", En: "unknown limb of the formula", Hint: "choose one of the five"}
}

// Open is a bound that is not known yet and so bounds nothing: a claim is
// approved before anybody knows what the pool will have.
const Open = money.Fen(math.MaxInt64)

// Limbs are the five bounds of a claim.
type Limbs struct {
	Ratio      money.Fen `json:"ratio"`
	PerLoanCap money.Fen `json:"per_loan_cap"`
	BankYear   money.Fen `json:"bank_year"`
	Pool       money.Fen `json:"pool"`
	Stack      money.Fen `json:"stack"`
}

// Of is a limb's amount.
func (l Limbs) Of(x Limb) money.Fen {
	return [...]money.Fen{Ratio: l.Ratio, PerLoanCap: l.PerLoanCap, BankYear: l.BankYear, Pool: l.Pool, Stack: l.Stack}[x]
}

// Least is the least limb and its amount; on a tie the first in order.
func (l Limbs) Least() (Limb, money.Fen) {
	binding := Ratio
	for _, x := range LimbList() {
		if l.Of(x) < l.Of(binding) {
			binding = x
		}
	}
	return binding, l.Of(binding)
}

// Result is what a claim comes to.
type Result struct {
	NetLoss     money.Fen `json:"net_loss"`
	Limbs       Limbs     `json:"limbs"`
	Binding     Limb      `json:"binding"`
	Entitlement money.Fen `json:"entitlement"`
}

// Entitle 核定补偿金额: the least of the five limbs. bankYear is what is left for
// the bank in the year and pool what the fund has available, or Open.
func Entitle(t Terms, loss Loss, bankYear, pool money.Fen) (Result, error) {
	if err := t.valid(); err != nil {
		return Result{}, err
	}
	if err := amount("other_government", loss.OtherGovernment); err != nil {
		return Result{}, err
	}
	for _, x := range []struct {
		field  string
		amount money.Fen
	}{{"bank_year_remaining", bankYear}, {"pool_available", pool}} {
		if x.amount == Open {
			continue
		}
		if err := amount(x.field, x.amount); err != nil {
			return Result{}, err
		}
	}
	net, err := NetLoss(loss.Principal, loss.Recoveries)
	if err != nil {
		return Result{}, err
	}
	share := t.Ratio
	if t.FirstLoan {
		share += t.FirstLoanPoints
	}
	r := Result{NetLoss: net, Limbs: Limbs{
		Ratio:      of(net, share, halfUp),
		PerLoanCap: t.PerLoanCap,
		BankYear:   bankYear,
		Pool:       pool,
		Stack:      max(0, of(net, t.Stack, down)-loss.OtherGovernment),
	}}
	r.Binding, r.Entitlement = r.Limbs.Least()
	return r, nil
}

func (t Terms) valid() error {
	for _, x := range []struct {
		field string
		rate  money.Rate
	}{{"ratio_percent", t.Ratio}, {"first_loan_points", t.FirstLoanPoints}, {"stack_percent", t.Stack}} {
		if x.rate < 0 || x.rate > money.One {
			return &Error{Code: "PERCENT_RANGE", Field: x.field, Limit: "0..100", Value: x.rate.String(),
				Zh: "百分比须在 0 至 100 之间", En: "a percentage lies between 0 and 100", Hint: "write 40 for 40 percent"}
		}
	}
	return amount("per_loan_cap", t.PerLoanCap)
}

// amount refuses what no ledger holds: less than nothing, or more than may be
// entered.
func amount(field string, f money.Fen) error {
	if f < 0 || f > money.Max {
		return &Error{Code: "AMOUNT_RANGE", Field: field, Limit: "0.00.." + money.Max.String(), Value: f.String(),
			Zh: "金额超出范围", En: "the amount is out of range", Hint: "check the amount"}
	}
	return nil
}

// NetLoss 净损失 is the principal without what was recovered, never below
// nothing.
func NetLoss(principal money.Fen, recoveries []money.Fen) (money.Fen, error) {
	if err := amount("principal_outstanding", principal); err != nil {
		return 0, err
	}
	left := principal
	for i, r := range recoveries {
		if err := amount("recoveries["+strconv.Itoa(i)+"]", r); err != nil {
			return 0, err
		}
		left = max(0, left-r) // so the sum of many recoveries need not fit
	}
	return left, nil
}

// rounding is how a share of an amount becomes whole fen.
type rounding bool

const (
	halfUp rounding = false // 四舍五入
	down   rounding = true  // 舍去
)

// of is a share of an amount. A share is at most 200 percent, so it fits.
func of(f money.Fen, share money.Rate, r rounding) money.Fen {
	return whole(new(big.Int).Mul(big.NewInt(int64(f)), big.NewInt(int64(share))), big.NewInt(int64(money.One)), r)
}

// whole is num/den in whole fen; neither is negative.
func whole(num, den *big.Int, r rounding) money.Fen {
	if r == halfUp {
		return money.Fen(money.HalfUp.Div(num, den).Int64())
	}
	return money.Fen(new(big.Int).Quo(num, den).Int64())
}
