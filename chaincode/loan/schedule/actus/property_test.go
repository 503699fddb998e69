package actus

import (
	"errors"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

func ratio(a, b int64) *big.Rat { return big.NewRat(a, b) }

// everyDay is an index that is observed each day.
var everyDay = func() Market {
	market := Market{"X": {}}
	for d := calendar.Date(0); d < 1600; d++ {
		market["X"][calendar.MustParse("2020-01-01")+d] = ratio(int64(d)%7+1, 100)
	}
	return market
}()

// anyTerms draws contracts of every type that are mostly valid.
func anyTerms(t *rapid.T) Terms {
	day := func(name string, from, to int) Time {
		return At(calendar.MustParse("2020-01-01") + calendar.Date(rapid.IntRange(from, to).Draw(t, name)))
	}
	cycle := func(name string) Cycle {
		c := Cycle{Months: rapid.SampledFrom([]int{1, 3, 6, 12}).Draw(t, name), Short: rapid.Bool().Draw(t, name+" stub")}
		if rapid.IntRange(0, 4).Draw(t, name+" unit") == 0 {
			c.Months, c.Days = 0, rapid.SampledFrom([]int{7, 14, 27}).Draw(t, name)
		}
		return c
	}
	terms := Terms{
		Type: ContractType(rapid.IntRange(int(PAM), int(LAX)).Draw(t, "type")), Liability: rapid.Bool().Draw(t, "liability"),
		StatusDate: day("status", -10, 30), InitialExchange: day("exchange", 0, 10), Maturity: day("maturity", 200, 1500),
		Notional: ratio(rapid.Int64Range(1, 1e9).Draw(t, "notional"), 100), Rate: ratio(rapid.Int64Range(-100, 2000).Draw(t, "rate"), 10000),
		DayCount:    rapid.SampledFrom([]DayCount{ActualActual, Actual360, Actual365, Thirty360, Thirty360ISDA{}, Business252{MondayToFriday{}}}).Draw(t, "count"),
		BusinessDay: businessDays[rapid.SampledFrom([]string{"NOS", "SCF", "SCMF", "SCP", "SCMP", "CSF", "CSMF", "CSP", "CSMP"}).Draw(t, "convention")],
		EndOfMonth:  EndOfMonth(rapid.IntRange(0, 1).Draw(t, "end")),
	}
	if rapid.Bool().Draw(t, "calendar") {
		terms.Calendar = MondayToFriday{}
	}
	interest := Series{day("interest", 10, 100), cycle("interest cycle")}
	principal := Series{day("principal", 10, 100), cycle("principal cycle")}
	resets := Series{day("reset", 31, 100), cycle("reset cycle")}
	amount := new(big.Rat).Mul(terms.Notional, ratio(rapid.Int64Range(1, 60).Draw(t, "amount"), 200))
	reset := rapid.Bool().Draw(t, "resets")
	if reset {
		terms.ResetIndex = "X"
	}
	switch terms.Type {
	case LAX:
		terms.InterestPieces = []Series{interest, {At(interest.Anchor.Day() + 80), cycle("second interest cycle")}}
		terms.PrincipalPieces = []PrincipalPiece{{principal, amount, rapid.Bool().Draw(t, "increase")}, {Series{At(principal.Anchor.Day() + 90), cycle("second principal cycle")}, amount, false}}
		if reset {
			terms.ResetPieces = []ResetPiece{{resets, ratio(5, 100), true}, {Series{At(resets.Anchor.Day() + 70), cycle("second reset cycle")}, ratio(1, 100), false}}
		}
	default:
		terms.Interest = interest
		if terms.Type != PAM {
			terms.Principal = principal
		}
		if terms.Type == NAM || rapid.Bool().Draw(t, "amount given") && terms.Type != PAM {
			terms.NextPrincipal = amount
		}
		if reset {
			terms.Reset, terms.Spread = resets, ratio(1, 100)
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "capitalized") == 0 {
		terms.CapitalizationEnd = day("capitalization end", 20, 190)
	}
	if terms.Type != PAM && rapid.IntRange(0, 3).Draw(t, "lagged") == 0 {
		terms.Base, terms.BaseAmount, terms.BaseFixing = OnLaggedNotional, terms.Notional, Series{day("base", 20, 90), cycle("base cycle")}
	}
	if terms.Type != PAM && rapid.IntRange(0, 3).Draw(t, "derived") == 0 {
		terms.Maturity = Time{}
	}
	return terms
}

func TestContractsKeepTheirBooks(t *testing.T) {
	evaluated := 0
	rapid.Check(t, func(t *rapid.T) {
		terms, market := anyTerms(t), everyDay
		events, err := Evaluate(terms, market, Time{})
		var refused *Error
		if errors.As(err, &refused) {
			return
		}
		require.NoError(t, err)
		evaluated++
		role := ratio(1, 1)
		if terms.Liability {
			role = ratio(-1, 1)
		}
		notional := zero()
		if !terms.InitialExchange.After(terms.StatusDate) {
			notional = multiply(role, terms.Notional)
		}
		previous := terms.StatusDate
		tolerance := ratio(1, 1<<60) // where denominators grew long, the last bits go
		for i, e := range events {
			require.True(t, e.At.Day() >= previous.Day(), "in order of time")
			require.True(t, e.At.After(terms.StatusDate))
			previous = e.At
			switch e.Kind {
			case IED, PI, PR, MD:
				if e.Kind == MD && terms.BusinessDay.Calculate {
					// An event may be moved before one that counts to an earlier day; maturity then settles that day.
					require.Zero(t, e.Notional.Sign())
					break
				}
				if e.Kind == MD && i > 0 {
					require.Zero(t, events[i-1].Accrued.Sign(), "the interest event at maturity has paid everything")
				}
				difference := subtract(subtract(notional, e.Payoff), e.Notional)
				require.LessOrEqual(t, absolute(difference).Cmp(tolerance), 0, "%s: %s - %s is %s", e.Kind, notional, e.Payoff, e.Notional)
				require.GreaterOrEqual(t, multiply(role, e.Notional).Sign(), 0, "never overpaid")
			case IP:
				require.Zero(t, e.Accrued.Sign())
				require.Zero(t, e.Notional.Cmp(notional))
			case IPCI:
				require.Zero(t, e.Payoff.Sign())
				require.Zero(t, e.Accrued.Sign())
			default:
				require.Zero(t, e.Payoff.Sign())
				require.Zero(t, e.Notional.Cmp(notional))
			}
			notional = e.Notional
		}
		if len(events) > 0 {
			require.Equal(t, MD, events[len(events)-1].Kind)
			require.Zero(t, notional.Sign(), "everything is repaid")
		}
	})
	require.Greater(t, evaluated, 40, "most contracts are valid")
}

// The creditor's contract is the debtor's with the sign turned; amounts scale;
// asking for less gives the beginning of the same.
func TestContractsMirrorScaleAndTruncate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms, market := anyTerms(t), everyDay
		events, err := Evaluate(terms, market, Time{})
		if err != nil {
			return
		}
		mirror := terms
		mirror.Liability = !terms.Liability
		turned, err := Evaluate(mirror, market, Time{})
		require.NoError(t, err)
		times := ratio(1_000_003, 7)
		larger := terms
		for _, n := range []**big.Rat{&larger.Notional, &larger.NextPrincipal, &larger.BaseAmount} {
			if *n != nil {
				*n = multiply(*n, times)
			}
		}
		larger.PrincipalPieces = append([]PrincipalPiece(nil), terms.PrincipalPieces...)
		for i := range larger.PrincipalPieces {
			larger.PrincipalPieces[i].Amount = multiply(larger.PrincipalPieces[i].Amount, times)
		}
		scaled, err := Evaluate(larger, market, Time{})
		require.NoError(t, err)
		require.Len(t, turned, len(events))
		require.Len(t, scaled, len(events))
		// Where denominators grew long, the last bits that are kept differ.
		tolerance := multiply(terms.Notional, ratio(1, 1e15))
		near := func(a, b *big.Rat) {
			require.LessOrEqual(t, absolute(subtract(a, b)).Cmp(tolerance), 0, "%s, %s", a.FloatString(20), b.FloatString(20))
		}
		for i, e := range events {
			require.Equal(t, [2]any{e.At, e.Kind}, [2]any{turned[i].At, turned[i].Kind})
			near(e.Payoff, new(big.Rat).Neg(turned[i].Payoff))
			near(e.Accrued, new(big.Rat).Neg(turned[i].Accrued))
			near(e.Payoff, new(big.Rat).Quo(scaled[i].Payoff, times))
			near(e.Notional, new(big.Rat).Quo(scaled[i].Notional, times))
		}
		if len(events) == 0 {
			return
		}
		last := events[rapid.IntRange(0, len(events)-1).Draw(t, "until")].At
		some, err := Evaluate(terms, market, last)
		require.NoError(t, err)
		n := 0
		for n < len(events) && !events[n].At.After(last) {
			n++
		}
		require.Equal(t, events[:n], some)
	})
}

// An annuity whose payments are fixed by the engine ends with a payment that
// is like the others, to the last digit: nothing is left over.
func TestAnnuityRepaysExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		periods := rapid.IntRange(1, 60).Draw(t, "periods")
		start, err := calendar.NewDate(2020, rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"))
		require.NoError(t, err)
		end, err := start.AddMonths(periods, calendar.Clamp)
		require.NoError(t, err)
		series := Series{Cycle: Monthly(1)}
		terms := Terms{Type: ANN, StatusDate: At(start - 5), InitialExchange: At(start), Maturity: At(end), Notional: ratio(rapid.Int64Range(1, 1e9).Draw(t, "notional"), 1),
			Rate: ratio(rapid.Int64Range(0, 3000).Draw(t, "rate"), 10000), DayCount: Actual365, Interest: series, Principal: series}
		events, err := Evaluate(terms, nil, Time{})
		require.NoError(t, err)
		var payments []*big.Rat
		var day Time
		for _, e := range events {
			if e.Kind != PR && e.Kind != IP && e.Kind != MD {
				continue
			}
			if e.At != day {
				payments, day = append(payments, zero()), e.At
			}
			payments[len(payments)-1] = add(payments[len(payments)-1], e.Payoff)
		}
		require.Len(t, payments, periods)
		tolerance := multiply(terms.Notional, ratio(1, 1e15))
		for _, p := range payments {
			require.LessOrEqual(t, absolute(subtract(p, payments[0])).Cmp(tolerance), 0)
		}
	})
}
