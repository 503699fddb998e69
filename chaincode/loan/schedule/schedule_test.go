package schedule

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func yuan(text string) money.Fen { return money.MustFen(text) }

func percent(text string) money.Rate { return money.MustRate(text) }

func standard(method Method) Terms {
	return Terms{Method: method, Principal: yuan("500000"), Rate: percent("3.85"), Periods: 12, EveryMonths: 1, From: calendar.MustParse("2024-01-01")}
}

func build(t require.TestingT, terms Terms) Plan {
	plan, err := Build(terms)
	require.NoError(t, err)
	return plan
}

// The vectors of the field: 500,000 yuan at 3.85 % over twelve months.
func TestEqualInstalmentVector(t *testing.T) {
	plan := build(t, standard(EqualInstalment))
	require.Equal(t, "42540.69", plan.Equal.String())
	interests := []string{"1604.17", "1472.83", "1341.07", "1208.89", "1076.28", "943.25", "809.79", "675.90", "541.59", "406.84", "271.66", "136.05"}
	for k, row := range plan.Instalments {
		require.Equal(t, k+1, row.N)
		require.Equal(t, interests[k], row.Interest.String())
		if k < 11 {
			require.Equal(t, plan.Equal, row.Total)
		}
	}
	require.Equal(t, "42540.73", plan.Instalments[11].Total.String())
	require.Equal(t, "10488.32", plan.TotalInterest.String())
	require.Equal(t, "2024-02-01", plan.Instalments[0].Due.String())
	require.Equal(t, "2025-01-01", plan.Instalments[11].Due.String())
}

func TestEqualPrincipalVector(t *testing.T) {
	plan := build(t, standard(EqualPrincipal))
	first, last := plan.Instalments[0], plan.Instalments[11]
	require.Equal(t, []string{"41666.67", "1604.17", "43270.84"}, []string{first.Principal.String(), first.Interest.String(), first.Total.String()})
	require.Equal(t, "41666.63", last.Principal.String())
	require.Equal(t, "10427.07", plan.TotalInterest.String())
	require.Zero(t, last.Balance)
}

func TestInterestOnlyVector(t *testing.T) {
	plan := build(t, standard(InterestOnly))
	require.Equal(t, "1657.64", plan.Instalments[0].Interest.String(), "31 days of January")
	require.Equal(t, "1550.69", plan.Instalments[1].Interest.String(), "29 days of February")
	require.Zero(t, plan.Instalments[10].Principal)
	require.Equal(t, yuan("500000"), plan.Instalments[11].Principal)
}

func TestBulletIsOneRowOverTheWholeTerm(t *testing.T) {
	plan := build(t, standard(Bullet))
	require.Equal(t, []Instalment{{N: 1, Due: calendar.MustParse("2025-01-01"), Principal: yuan("500000"), Interest: yuan("19570.83"), Total: yuan("519570.83")}}, plan.Instalments,
		"366 days of 360")
}

// The row the interface shows: 100 yuan over six months at 9.4822 %.
func TestInterfaceExampleRow(t *testing.T) {
	plan := build(t, Terms{Method: EqualInstalment, Principal: yuan("100"), Rate: percent("9.4822"), Periods: 6, EveryMonths: 1, From: calendar.MustParse("2024-01-01")})
	text, err := json.Marshal(plan.Instalments[0])
	require.NoError(t, err)
	require.Equal(t, `{"n":1,"due":"2024-02-01","principal":"16.34","interest":"0.79","total":"17.13","balance":"83.66"}`, string(text))
}

func TestMonthEndRules(t *testing.T) {
	terms := standard(EqualPrincipal)
	terms.From, terms.Periods = calendar.MustParse("2024-01-31"), 4
	dues := func() (all []string) {
		for _, row := range build(t, terms).Instalments {
			all = append(all, row.Due.String())
		}
		return all
	}
	require.Equal(t, []string{"2024-02-29", "2024-03-31", "2024-04-30", "2024-05-31"}, dues())
	terms.MonthEnd = calendar.Roll
	require.Equal(t, []string{"2024-03-01", "2024-03-31", "2024-05-01", "2024-05-31"}, dues())
}

// A period that [from, to) counts 29 days of under 30/360 and 31/12-month
// defaults would count as a whole month.
func TestNamedDayCountOverridesTheDefault(t *testing.T) {
	terms := standard(EqualPrincipal)
	terms.From = calendar.MustParse("2024-01-31")
	require.Equal(t, "1604.17", build(t, terms).Instalments[0].Interest.String())
	terms.DayCount = calendar.Thirty360
	require.Equal(t, "1550.69", build(t, terms).Instalments[0].Interest.String())
	terms.DayCount = calendar.Actual365
	require.Equal(t, "1529.45", build(t, terms).Instalments[0].Interest.String())
	terms.DayCount = calendar.ActualActual
	require.Equal(t, "1525.27", build(t, terms).Instalments[0].Interest.String())
}

func TestRoundingModesDiffer(t *testing.T) {
	terms := Terms{Method: InterestOnly, Principal: yuan("100"), Rate: percent("0.18"), Periods: 1, EveryMonths: 1, From: calendar.MustParse("2023-04-01"), DayCount: calendar.Thirty360}
	require.Equal(t, "0.02", build(t, terms).Instalments[0].Interest.String(), "1.5 fen")
	terms.Principal = yuan("300")
	require.Equal(t, "0.05", build(t, terms).Instalments[0].Interest.String(), "4.5 fen, half up")
	terms.Rounding = money.HalfEven
	require.Equal(t, "0.04", build(t, terms).Instalments[0].Interest.String(), "4.5 fen, half even")
}

func TestZeroRate(t *testing.T) {
	terms := standard(EqualInstalment)
	terms.Rate = 0
	plan := build(t, terms)
	require.Equal(t, "41666.67", plan.Equal.String())
	require.Equal(t, "41666.63", plan.Instalments[11].Total.String())
	require.Zero(t, plan.TotalInterest)
	terms.Multiple = yuan("1")
	require.Equal(t, "41667.00", build(t, terms).Equal.String())
	terms.Multiple = yuan("100000")
	plan = build(t, terms)
	require.Zero(t, plan.Equal, "0.4 of a multiple")
	require.Equal(t, terms.Principal, plan.Instalments[11].Principal)
	_, growing := plan.Growing()
	require.False(t, growing)
}

func TestInstalmentMultiple(t *testing.T) {
	terms := standard(EqualInstalment)
	for multiple, want := range map[string]string{"0.01": "42540.69", "0.05": "42540.70", "1": "42541.00", "10": "42540.00", "100": "42500.00", "1000": "43000.00"} {
		terms.Multiple = yuan(multiple)
		plan := build(t, terms)
		require.Equal(t, want, plan.Equal.String(), multiple)
		require.Equal(t, terms.Principal, sumPrincipal(plan))
	}
}

// A principal of fewer fen than instalments, or an instalment rounded up,
// repays everything early; what remains is zero, never negative.
func TestRepaidEarly(t *testing.T) {
	terms := Terms{Method: EqualPrincipal, Principal: 7, Periods: 12, EveryMonths: 1, From: calendar.MustParse("2024-01-01")}
	plan := build(t, terms)
	require.Equal(t, money.Fen(1), plan.Instalments[6].Principal)
	require.Zero(t, plan.Instalments[6].Balance)
	require.Zero(t, plan.Instalments[7].Total)

	terms = standard(EqualInstalment)
	terms.Principal, terms.Multiple = yuan("6"), yuan("1") // 0.51 rounds to 1
	plan = build(t, terms)
	require.Equal(t, "1.00", plan.Equal.String())
	require.Zero(t, plan.Instalments[6].Balance)
	for _, row := range plan.Instalments[7:] {
		require.Zero(t, row.Total)
	}
	require.Len(t, plan.Instalments, 12)

	terms.Method, terms.Principal = EqualPrincipal, 5 // 0.42 fen rounds to none
	plan = build(t, terms)
	require.Zero(t, plan.Instalments[10].Principal)
	require.Equal(t, money.Fen(5), plan.Instalments[11].Principal)
}

// An instalment below the interest is what the rule gives; it is computed
// as it stands and reported, for a lender's rule to refuse.
func TestGrowingBalanceIsReported(t *testing.T) {
	terms := standard(EqualInstalment)
	terms.Multiple = yuan("100000")
	plan := build(t, terms)
	require.Zero(t, plan.Equal)
	require.Equal(t, "-1604.17", plan.Instalments[0].Principal.String())
	require.Zero(t, plan.Instalments[0].Total)
	require.Equal(t, "501604.17", plan.Instalments[0].Balance.String())
	require.Equal(t, terms.Principal, sumPrincipal(plan))
	n, growing := plan.Growing()
	require.True(t, growing)
	require.Equal(t, 1, n)
	_, growing = build(t, standard(EqualInstalment)).Growing()
	require.False(t, growing)
}

func TestOneInstalment(t *testing.T) {
	for method := EqualInstalment; method <= Revolving; method++ {
		terms := standard(method)
		terms.Periods = 1
		if method == Seasonal {
			terms.Dues = []Due{{calendar.MustParse("2024-10-20"), terms.Principal}}
		}
		plan := build(t, terms)
		require.Len(t, plan.Instalments, 1)
		require.Equal(t, terms.Principal, plan.Instalments[0].Principal)
		require.Zero(t, plan.Instalments[0].Balance)
	}
}

func TestValidate(t *testing.T) {
	for want, spoil := range map[string]func(*Terms){
		"METHOD_UNKNOWN method":              func(t *Terms) { t.Method = 9 },
		"PRINCIPAL_RANGE principal":          func(t *Terms) { t.Principal = 0 },
		"RATE_RANGE rate":                    func(t *Terms) { t.Rate = -1 },
		"PERIODS_RANGE periods":              func(t *Terms) { t.Periods = 0 },
		"EVERY_RANGE every":                  func(t *Terms) { t.EveryMonths = -1 },
		"FROM_MISSING from":                  func(t *Terms) { t.From = 0 },
		"DAY_COUNT_UNKNOWN day_count":        func(t *Terms) { t.DayCount = 77 },
		"ROUNDING_UNKNOWN rounding":          func(t *Terms) { t.Rounding = 7 },
		"MONTH_END_UNKNOWN month_end":        func(t *Terms) { t.MonthEnd = 7 },
		"MULTIPLE_RANGE instalment_multiple": func(t *Terms) { t.Multiple = -1 },
		"TERM_TOO_LONG periods":              func(t *Terms) { t.Periods, t.EveryMonths = 3600, 3600 },
		"DUES_METHOD dues":                   func(t *Terms) { t.Dues = []Due{{calendar.MustParse("2024-10-20"), t.Principal}} },
		"DUES_COUNT dues":                    func(t *Terms) { t.Method = Seasonal },
		"DUES_ORDER dues": func(t *Terms) {
			t.Method, t.Periods, t.Dues = Seasonal, 1, []Due{{t.From, t.Principal}}
		},
		"DUES_SUM dues": func(t *Terms) {
			t.Method, t.Periods, t.Dues = Seasonal, 1, []Due{{t.From + 1, t.Principal - 1}}
		},
	} {
		terms := standard(EqualInstalment)
		spoil(&terms)
		_, err := Build(terms)
		var e *invalid.Error
		require.ErrorAs(t, err, &e, want)
		require.Equal(t, want, e.Code+" "+e.Field)
		require.NotEmpty(t, e.Limit)
		require.NotEmpty(t, e.Zh)
		require.NotEmpty(t, e.Hint)
	}
	for _, principal := range []money.Fen{-1, money.Max + 1} {
		terms := standard(EqualInstalment)
		terms.Principal = principal
		require.ErrorContains(t, terms.Validate(), "10000000000000.00")
	}
}

func TestPlanThatDoesNotFitIsAnError(t *testing.T) {
	// Nothing is repaid, 1000 % a year is added to the balance each month.
	terms := Terms{Method: EqualInstalment, Principal: 10, Rate: money.MaxRate, Multiple: money.Max, Periods: 600, EveryMonths: 1, From: calendar.MustParse("2024-01-01")}
	_, err := Build(terms)
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "AMOUNT_OVERFLOW", e.Code)
}

func TestNames(t *testing.T) {
	for method := EqualInstalment; method <= Revolving; method++ {
		got, err := ParseMethod(method.String())
		require.NoError(t, err)
		require.Equal(t, method, got)
		require.NotEmpty(t, method.Zh())
	}
	for _, bad := range []string{"", "eqi", "XYZ", "等额本息"} {
		_, err := ParseMethod(bad)
		require.Error(t, err, bad)
	}
	require.Empty(t, Method(0).String()+Method(9).Zh())
	for text, want := range map[string]int{"1M": 1, "3M": 3, "12M": 12, "3600M": 3600, "06M": 6} {
		got, err := ParseEvery(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, bad := range []string{"", "M", "1", "0M", "-1M", "1m", "1Y", "3601M", "99999M", "1.5M", " 1M", "１M"} {
		_, err := ParseEvery(bad)
		require.Error(t, err, bad)
	}
}

func TestTermsOnTheLedgerAndInJSON(t *testing.T) {
	terms := standard(EqualInstalment)
	terms.DayCount, terms.MonthEnd, terms.Rounding, terms.Multiple = calendar.ActualActual, calendar.Roll, money.HalfEven, 100
	packed, err := msgpack.Marshal(terms)
	require.NoError(t, err)
	var back Terms
	require.NoError(t, msgpack.Unmarshal(packed, &back))
	require.Equal(t, terms, back)
	text, err := json.Marshal(terms)
	require.NoError(t, err)
	require.JSONEq(t, `{"method":"EQI","principal":"500000.00","rate":"3.85","periods":12,"every_months":1,"from":"2024-01-01","day_count":"ACT/ACT",
		"rounding":"half-even","month_end":"roll","instalment_multiple":"1.00"}`, string(text))
	back = Terms{}
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, terms, back)
	require.Error(t, json.Unmarshal([]byte(`{"method":"XXX"}`), &back))
	packed, err = msgpack.Marshal(map[string]any{"method": 99})
	require.NoError(t, err)
	require.Error(t, msgpack.Unmarshal(packed, &back))
}

func sumPrincipal(plan Plan) (sum money.Fen) {
	for _, row := range plan.Instalments {
		sum += row.Principal
	}
	return sum
}

// anyTerms draws terms of every kind, ordinary and degenerate.
func anyTerms(most int) *rapid.Generator[Terms] {
	return rapid.Custom(func(t *rapid.T) Terms {
		terms := Terms{
			Method:      Method(rapid.IntRange(1, int(Revolving)).Draw(t, "method")),
			Principal:   money.Fen(rapid.OneOf(rapid.Int64Range(1, 50), rapid.Int64Range(1, 1e10), rapid.Int64Range(1, int64(money.Max))).Draw(t, "principal")),
			Rate:        money.Rate(rapid.OneOf(rapid.Int64Range(0, 36e7), rapid.Just(int64(0)), rapid.Int64Range(0, 1000), rapid.Int64Range(0, int64(money.MaxRate))).Draw(t, "rate")),
			Periods:     rapid.IntRange(1, most).Draw(t, "periods"),
			EveryMonths: rapid.OneOf(rapid.Just(1), rapid.Just(3), rapid.IntRange(1, 14)).Draw(t, "every"),
			From:        calendar.MustParse("2000-01-01") + calendar.Date(rapid.IntRange(0, 12000).Draw(t, "from")),
			DayCount:    calendar.DayCount(rapid.IntRange(0, 4).Draw(t, "count")),
			Rounding:    money.Rounding(rapid.IntRange(0, 1).Draw(t, "rounding")),
			MonthEnd:    calendar.MonthEnd(rapid.IntRange(0, 1).Draw(t, "end")),
			Multiple:    money.Fen(rapid.OneOf(rapid.Just(int64(0)), rapid.Just(int64(100)), rapid.Int64Range(0, 20000), rapid.Int64Range(0, 1e9)).Draw(t, "multiple")),
		}
		if terms.Method == Seasonal {
			date, left := terms.From, terms.Principal
			for k := range terms.Periods {
				date += calendar.Date(rapid.IntRange(1, 200).Draw(t, "days"))
				due := Due{date, left}
				if k < terms.Periods-1 {
					due.Principal = money.Fen(rapid.Int64Range(0, int64(left)).Draw(t, "due"))
				}
				left -= due.Principal
				terms.Dues = append(terms.Dues, due)
			}
		}
		return terms
	})
}

func TestPlanEqualsIndependentComputation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(48).Draw(t, "terms")
		plan, err := Build(terms)
		if err != nil {
			require.ErrorContains(t, err, "do not fit")
			return
		}
		rows, equal, interest := oracle(terms)
		require.Equal(t, rows, plan.Instalments)
		require.Equal(t, equal, plan.Equal)
		require.Equal(t, interest, plan.TotalInterest)
	})
}

func TestPlanInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(400).Filter(func(t Terms) bool { return t.Validate() == nil }).Draw(t, "terms")
		plan, err := Build(terms)
		if err != nil {
			require.ErrorContains(t, err, "do not fit")
			return
		}
		require.Equal(t, terms.Principal, sumPrincipal(plan))
		require.Zero(t, plan.Instalments[len(plan.Instalments)-1].Balance)
		maturity, err := terms.Maturity()
		require.NoError(t, err)
		require.Equal(t, maturity, plan.Instalments[len(plan.Instalments)-1].Due)
		previous, balance, interest := terms.From, terms.Principal, money.Fen(0)
		for k, row := range plan.Instalments {
			require.Equal(t, k+1, row.N)
			require.Greater(t, row.Due, previous)
			require.GreaterOrEqual(t, row.Interest, money.Fen(0))
			require.GreaterOrEqual(t, row.Balance, money.Fen(0))
			require.Equal(t, row.Principal+row.Interest, row.Total)
			require.Equal(t, balance-row.Principal, row.Balance)
			if terms.Method != EqualInstalment {
				require.GreaterOrEqual(t, row.Principal, money.Fen(0))
			}
			previous, balance, interest = row.Due, row.Balance, interest+row.Interest
		}
		require.Equal(t, interest, plan.TotalInterest)
	})
}

// The bounds are a proof: whenever they answer, exact arithmetic agrees.
func TestBoundedInstalmentIsTheExactOne(t *testing.T) {
	answered, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(60).Filter(func(t Terms) bool { return t.Rate > 0 && t.Method == EqualInstalment }).Draw(t, "terms")
		factors, multiple := terms.factors(), uint64(max(terms.Multiple, 1))
		asked++
		if got, ok := boundedInstalment(uint64(terms.Principal), factors, multiple, terms.Rounding); ok {
			answered++
			require.Equal(t, exactInstalment(terms.Principal, factors, multiple, terms.Rounding), money.Fen(got))
		}
	})
	require.Greater(t, answered*10, asked*5, "the bounds answer for most terms")
}

// A rate of which a period gives exactly 1/2: ties occur, and the bounds must
// leave them to exact arithmetic.
func TestTiesAreLeftToExactArithmetic(t *testing.T) {
	for _, mode := range []money.Rounding{money.HalfUp, money.HalfEven} {
		for principal := money.Fen(1); principal < 200; principal++ {
			terms := Terms{Method: EqualInstalment, Principal: principal, Rate: money.One / 2, Periods: 2, EveryMonths: 12, From: calendar.MustParse("2024-01-01"), Rounding: mode}
			_, equal, _ := oracle(terms) // A = 0.9 P
			require.Equal(t, equal, build(t, terms).Equal, "%d %v", principal, mode)
		}
	}
}

func BenchmarkBuild(b *testing.B) {
	for name, terms := range map[string]Terms{
		"EQI-36":         {Method: EqualInstalment, Periods: 36},
		"EQI-360":        {Method: EqualInstalment, Periods: 360},
		"EQI-360-ACT365": {Method: EqualInstalment, Periods: 360, DayCount: calendar.Actual365},
		"IOB-36":         {Method: InterestOnly, Periods: 36},
	} {
		terms.Principal, terms.Rate, terms.EveryMonths, terms.From = yuan("500000"), percent("3.85"), 1, calendar.MustParse("2024-01-31")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Build(terms); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkExactInstalment360(b *testing.B) {
	terms := standard(EqualInstalment)
	terms.Periods = 360
	f := terms.factors()
	for b.Loop() {
		exactInstalment(terms.Principal, f, 1, money.HalfUp)
	}
}

func FuzzBuild(f *testing.F) {
	f.Add(uint8(1), int64(50000000), int64(38500000), 12, 1, int32(45000), uint8(0), uint8(0), uint8(0), int64(0))
	f.Add(uint8(1), int64(7), int64(10000000000), 60, 14, int32(45000), uint8(4), uint8(1), uint8(1), int64(100))
	f.Fuzz(func(t *testing.T, method uint8, principal, rate int64, periods, every int, from int32, count, rounding, end uint8, multiple int64) {
		terms := Terms{Method(method), money.Fen(principal), money.Rate(rate), periods, every, calendar.Date(from), calendar.DayCount(count), money.Rounding(rounding), calendar.MonthEnd(end), money.Fen(multiple), nil}
		if terms.Method == Seasonal {
			terms.Dues, terms.Periods = []Due{{Date: terms.From + 100, Principal: 1}, {Date: terms.From + 200, Principal: terms.Principal - 1}}, 2
		}
		plan, err := Build(terms)
		if err == nil && sumPrincipal(plan) != terms.Principal {
			t.Fatal("principals do not add up")
		}
	})
}
