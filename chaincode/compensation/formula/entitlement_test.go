package formula_test

import (
	"encoding/json"
	"math"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
	testnetwork "github.com/qingxinlian/qxl/test-network"
)

// yuan reads an amount as it is written.
func yuan(text string) money.Fen {
	f, err := money.ParseSignedFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

// packs are the sample's rule packs, RC-QH-v1 and RC-QH-v2.
func packs(t testing.TB) (list []consortium.RulePack) {
	require.NoError(t, json.Unmarshal([]byte(testnetwork.RulePacks), &list))
	return list
}

func percent(text string) money.Rate { return money.MustRate(text) }

func code(t testing.TB, err error) string {
	t.Helper()
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Zh)
	require.NotEmpty(t, e.En)
	require.NotEmpty(t, e.Hint)
	return e.Code
}

// terms of the sample's second pack for a loan without security.
func terms(firstLoan bool) formula.Terms {
	return formula.Terms{Ratio: percent("40"), FirstLoanPoints: percent("5"), FirstLoan: firstLoan, PerLoanCap: yuan("1500000"), Stack: percent("80")}
}

// The vectors of docs/compensation.md, each worked by hand there.
func TestEntitlementVectors(t *testing.T) {
	for name, c := range map[string]struct {
		terms          formula.Terms
		loss           formula.Loss
		bankYear, pool money.Fen
		want           formula.Result
	}{
		"ratio binds": {terms(true), formula.Loss{Principal: yuan("1000000"), Recoveries: []money.Fen{yuan("150000"), yuan("50000.01")}}, yuan("5000000"), yuan("20000000"),
			formula.Result{NetLoss: yuan("799999.99"), Limbs: formula.Limbs{Ratio: yuan("360000.00"), PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Pool: yuan("20000000"), Stack: yuan("639999.99")},
				Binding: formula.Ratio, Entitlement: yuan("360000.00")}},
		"cap for one loan binds": {terms(false), formula.Loss{Principal: yuan("4000000")}, yuan("5000000"), yuan("20000000"),
			formula.Result{NetLoss: yuan("4000000"), Limbs: formula.Limbs{Ratio: yuan("1600000"), PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Pool: yuan("20000000"), Stack: yuan("3200000")},
				Binding: formula.PerLoanCap, Entitlement: yuan("1500000")}},
		"the bank's year binds": {terms(false), formula.Loss{Principal: yuan("1000000")}, yuan("399999.99"), yuan("20000000"),
			formula.Result{NetLoss: yuan("1000000"), Limbs: formula.Limbs{Ratio: yuan("400000"), PerLoanCap: yuan("1500000"), BankYear: yuan("399999.99"), Pool: yuan("20000000"), Stack: yuan("800000")},
				Binding: formula.BankYear, Entitlement: yuan("399999.99")}},
		"an empty pool binds": {terms(false), formula.Loss{Principal: yuan("1000000")}, yuan("5000000"), 0,
			formula.Result{NetLoss: yuan("1000000"), Limbs: formula.Limbs{Ratio: yuan("400000"), PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Stack: yuan("800000")},
				Binding: formula.Pool}},
		"other government money binds": {terms(false), formula.Loss{Principal: yuan("1000000"), OtherGovernment: yuan("500000")}, yuan("5000000"), yuan("20000000"),
			formula.Result{NetLoss: yuan("1000000"), Limbs: formula.Limbs{Ratio: yuan("400000"), PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Pool: yuan("20000000"), Stack: yuan("300000")},
				Binding: formula.Stack, Entitlement: yuan("300000")}},
		"others paid more than the stack": {terms(false), formula.Loss{Principal: yuan("1000000"), OtherGovernment: yuan("800000.01")}, yuan("5000000"), yuan("20000000"),
			formula.Result{NetLoss: yuan("1000000"), Limbs: formula.Limbs{Ratio: yuan("400000"), PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Pool: yuan("20000000")},
				Binding: formula.Stack}},
		"recovered more than was lost": {terms(false), formula.Loss{Principal: yuan("1000"), Recoveries: []money.Fen{yuan("600"), yuan("400.01")}}, yuan("5000000"), yuan("20000000"),
			formula.Result{Limbs: formula.Limbs{PerLoanCap: yuan("1500000"), BankYear: yuan("5000000"), Pool: yuan("20000000")}, Binding: formula.Ratio}},
		"half a fen goes up, the stack's down": {formula.Terms{Ratio: percent("50"), PerLoanCap: yuan("1"), Stack: percent("50")}, formula.Loss{Principal: 1}, formula.Open, formula.Open,
			formula.Result{NetLoss: 1, Limbs: formula.Limbs{Ratio: 1, PerLoanCap: yuan("1"), BankYear: formula.Open, Pool: formula.Open}, Binding: formula.Stack}},
		"percent with six decimals": {formula.Terms{Ratio: percent("33.333333"), FirstLoanPoints: percent("0.000001"), FirstLoan: true, PerLoanCap: money.Max, Stack: percent("100")},
			formula.Loss{Principal: money.Max}, money.Max, money.Max,
			formula.Result{NetLoss: money.Max, Limbs: formula.Limbs{Ratio: yuan("3333333400000.00"), PerLoanCap: money.Max, BankYear: money.Max, Pool: money.Max, Stack: money.Max},
				Binding: formula.Ratio, Entitlement: yuan("3333333400000.00")}},
	} {
		got, err := formula.Entitle(c.terms, c.loss, c.bankYear, c.pool)
		require.NoError(t, err, name)
		require.Equal(t, c.want, got, name)
	}
}

// On a tie the first binds, in the order that clerks are shown.
func TestTiesNameTheFirstLimb(t *testing.T) {
	all := formula.LimbList()
	require.Equal(t, []formula.Limb{formula.Ratio, formula.PerLoanCap, formula.BankYear, formula.Pool, formula.Stack}, all)
	for first := range all {
		for second := first + 1; second < len(all); second++ {
			amounts := [5]money.Fen{9, 9, 9, 9, 9}
			amounts[first], amounts[second] = 7, 7
			limb, least := formula.Limbs{Ratio: amounts[0], PerLoanCap: amounts[1], BankYear: amounts[2], Pool: amounts[3], Stack: amounts[4]}.Least()
			require.Equal(t, all[first], limb)
			require.Equal(t, money.Fen(7), least)
		}
	}
	limb, _ := formula.Limbs{}.Least()
	require.Equal(t, formula.Ratio, limb)
}

func TestEntitlementRefusesWhatIsOutOfRange(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(*formula.Terms, *formula.Loss, *money.Fen, *money.Fen)
		code  string
		field string
	}{
		"ratio":     {func(t *formula.Terms, _ *formula.Loss, _, _ *money.Fen) { t.Ratio = money.One + 1 }, "PERCENT_RANGE", "ratio_percent"},
		"points":    {func(t *formula.Terms, _ *formula.Loss, _, _ *money.Fen) { t.FirstLoanPoints = -1 }, "PERCENT_RANGE", "first_loan_points"},
		"stack":     {func(t *formula.Terms, _ *formula.Loss, _, _ *money.Fen) { t.Stack = money.One + 1 }, "PERCENT_RANGE", "stack_percent"},
		"cap":       {func(t *formula.Terms, _ *formula.Loss, _, _ *money.Fen) { t.PerLoanCap = formula.Open }, "AMOUNT_RANGE", "per_loan_cap"},
		"principal": {func(_ *formula.Terms, l *formula.Loss, _, _ *money.Fen) { l.Principal = money.Max + 1 }, "AMOUNT_RANGE", "principal_outstanding"},
		"open loss": {func(_ *formula.Terms, l *formula.Loss, _, _ *money.Fen) { l.Principal = formula.Open }, "AMOUNT_RANGE", "principal_outstanding"},
		"recovery":  {func(_ *formula.Terms, l *formula.Loss, _, _ *money.Fen) { l.Recoveries = []money.Fen{0, -1} }, "AMOUNT_RANGE", "recoveries[1]"},
		"others":    {func(_ *formula.Terms, l *formula.Loss, _, _ *money.Fen) { l.OtherGovernment = -1 }, "AMOUNT_RANGE", "other_government"},
		"year":      {func(_ *formula.Terms, _ *formula.Loss, year, _ *money.Fen) { *year = -1 }, "AMOUNT_RANGE", "bank_year_remaining"},
		"pool":      {func(_ *formula.Terms, _ *formula.Loss, _, pool *money.Fen) { *pool = -1 }, "AMOUNT_RANGE", "pool_available"}, // trap 20
	} {
		tm, loss, year, pool := terms(true), formula.Loss{Principal: 100}, money.Fen(100), money.Fen(100)
		c.spoil(&tm, &loss, &year, &pool)
		_, err := formula.Entitle(tm, loss, year, pool)
		require.Equal(t, c.code, code(t, err), name)
		var e *invalid.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, c.field, e.Field, name)
	}
}

// claims draws what a quote may be asked, extremes and ties among them.
type drawn struct {
	terms          formula.Terms
	loss           formula.Loss
	bankYear, pool money.Fen
}

func fen(t *rapid.T, label string) money.Fen {
	return money.Fen(rapid.OneOf(rapid.Int64Range(0, 9), rapid.Int64Range(0, 1_000_000_00), rapid.Int64Range(int64(money.Max)-9, int64(money.Max)), rapid.Int64Range(0, int64(money.Max))).Draw(t, label))
}

func rate(t *rapid.T, label string) money.Rate {
	if rapid.Bool().Draw(t, label+" whole") {
		return money.Rate(rapid.Int64Range(0, 100).Draw(t, label)) * money.Percent
	}
	return 10 * money.Rate(rapid.Int64Range(0, int64(money.One)/10).Draw(t, label)) // percent of six decimals
}

func draw(t *rapid.T) drawn {
	d := drawn{terms: formula.Terms{Ratio: rate(t, "ratio"), FirstLoanPoints: rate(t, "points"), FirstLoan: rapid.Bool().Draw(t, "first"), PerLoanCap: fen(t, "cap"), Stack: rate(t, "stack")},
		loss: formula.Loss{Principal: fen(t, "principal"), OtherGovernment: fen(t, "other")}, bankYear: fen(t, "year"), pool: fen(t, "pool")}
	for range rapid.IntRange(0, 3).Draw(t, "recoveries") {
		d.loss.Recoveries = append(d.loss.Recoveries, fen(t, "recovery"))
	}
	return d
}

func (d drawn) entitle(t require.TestingT) formula.Result {
	r, err := formula.Entitle(d.terms, d.loss, d.bankYear, d.pool)
	require.NoError(t, err)
	return r
}

func TestEntitlementIsOneOfItsLimbsAndAboveNone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		r := d.entitle(t)
		require.GreaterOrEqual(t, r.NetLoss, money.Fen(0))
		require.LessOrEqual(t, r.NetLoss, d.loss.Principal)
		require.Equal(t, r.Limbs.Of(r.Binding), r.Entitlement)
		for _, l := range formula.LimbList() {
			require.GreaterOrEqual(t, r.Limbs.Of(l), r.Entitlement, l)
			if l < r.Binding {
				require.Greater(t, r.Limbs.Of(l), r.Entitlement, "a tie names the first")
			}
			require.GreaterOrEqual(t, r.Limbs.Of(l), money.Fen(0), l)
		}
		require.Equal(t, d.bankYear, r.Limbs.BankYear)
		require.Equal(t, d.pool, r.Limbs.Pool)
		require.Equal(t, d.terms.PerLoanCap, r.Limbs.PerLoanCap)
	})
}

// Government money of all kinds stays within the stack, unless others alone
// are above it already.
func TestGovernmentMoneyStaysWithinTheStack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := draw(t)
		r := d.entitle(t)
		limit := new(big.Rat).Mul(big.NewRat(int64(r.NetLoss), 1), big.NewRat(int64(d.terms.Stack), int64(money.One)))
		together := big.NewRat(int64(r.Entitlement)+int64(d.loss.OtherGovernment), 1)
		if together.Cmp(limit) > 0 {
			require.Zero(t, r.Entitlement)
		}
	})
}

// More loss, more ratio, more room: never less money. More recovered or more
// from others: never more.
func TestEntitlementIsMonotone(t *testing.T) {
	for name, more := range map[string]func(*drawn, *rapid.T) int{ // sign of the effect
		"principal": func(d *drawn, t *rapid.T) int { d.loss.Principal = larger(t, d.loss.Principal); return 1 },
		"ratio": func(d *drawn, t *rapid.T) int {
			d.terms.Ratio = min(money.One, d.terms.Ratio+rate(t, "more"))
			return 1
		},
		"first loan": func(d *drawn, t *rapid.T) int { d.terms.FirstLoan = true; return 1 },
		"points": func(d *drawn, t *rapid.T) int {
			d.terms.FirstLoanPoints = min(money.One, d.terms.FirstLoanPoints+rate(t, "more"))
			return 1
		},
		"cap": func(d *drawn, t *rapid.T) int { d.terms.PerLoanCap = larger(t, d.terms.PerLoanCap); return 1 },
		"stack": func(d *drawn, t *rapid.T) int {
			d.terms.Stack = min(money.One, d.terms.Stack+rate(t, "more"))
			return 1
		},
		"bank year": func(d *drawn, t *rapid.T) int { d.bankYear = larger(t, d.bankYear); return 1 },
		"pool":      func(d *drawn, t *rapid.T) int { d.pool = larger(t, d.pool); return 1 },
		"recoveries": func(d *drawn, t *rapid.T) int {
			d.loss.Recoveries = append(d.loss.Recoveries, fen(t, "more"))
			return -1
		},
		"others": func(d *drawn, t *rapid.T) int { d.loss.OtherGovernment = larger(t, d.loss.OtherGovernment); return -1 },
	} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				d := draw(t)
				before := d.entitle(t).Entitlement
				sign := more(&d, t)
				after := d.entitle(t).Entitlement
				require.GreaterOrEqual(t, int64(after-before)*int64(sign), int64(0))
			})
		})
	}
}

func larger(t *rapid.T, f money.Fen) money.Fen {
	return f + money.Fen(rapid.Int64Range(0, int64(money.Max-f)).Draw(t, "more"))
}

// Largest amounts: a trillion loans' worth of money does not wrap.
func TestLargestAmountsDoNotOverflow(t *testing.T) {
	many := make([]money.Fen, 20_000)
	for i := range many {
		many[i] = money.Max
	}
	require.Greater(t, float64(len(many))*float64(money.Max), float64(math.MaxInt64))
	net, err := formula.NetLoss(money.Max, many)
	require.NoError(t, err)
	require.Zero(t, net)
	r, err := formula.Entitle(formula.Terms{Ratio: money.One, FirstLoanPoints: money.One, FirstLoan: true, PerLoanCap: money.Max, Stack: money.One}, formula.Loss{Principal: money.Max}, formula.Open, formula.Open)
	require.NoError(t, err)
	require.Equal(t, 2*money.Max, r.Limbs.Ratio)
	require.Equal(t, money.Max, r.Entitlement)
}

// Trap 2: the pack of the filing date decides, whenever the claim comes.
func TestTermsAreThoseOfThePackAndGuarantee(t *testing.T) {
	list := packs(t)
	v2, ok := formula.TermsOf(list[1], "C1", true)
	require.True(t, ok)
	require.Equal(t, terms(true), v2)
	secured, ok := formula.TermsOf(list[1], "C3", false)
	require.True(t, ok)
	require.Equal(t, percent("20"), secured.Ratio)
	_, ok = formula.TermsOf(list[0], "C3", false)
	require.False(t, ok, "v1 takes loans without security only")
}

func TestLimbNames(t *testing.T) {
	for _, l := range formula.LimbList() {
		text, err := l.MarshalText()
		require.NoError(t, err)
		var back formula.Limb
		require.NoError(t, back.UnmarshalText(text))
		require.Equal(t, l, back)
		require.NotEmpty(t, l.Zh())
		require.NotEmpty(t, l.En())
	}
	var l formula.Limb
	require.Equal(t, "LIMB_UNKNOWN", code(t, l.UnmarshalText([]byte("best"))))
	require.Equal(t, "unknown", formula.Limb(9).String())
}
