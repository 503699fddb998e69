package schedule

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// byEngine is the plan that the ACTUS engine gives for the contract: a row for
// each day on which something is paid.
func byEngine(t require.TestingT, terms Terms) []Instalment {
	contract, err := terms.Contract()
	require.NoError(t, err)
	events, err := actus.Evaluate(contract, nil, actus.Time{})
	require.NoError(t, err)
	var rows []Instalment
	for _, e := range events {
		if len(rows) == 0 || rows[len(rows)-1].Due != e.At.Day() {
			rows = append(rows, Instalment{N: len(rows) + 1, Due: e.At.Day()})
		}
		row := &rows[len(rows)-1]
		require.True(t, e.Payoff.IsInt() && e.Notional.IsInt() && e.Payoff.Num().IsInt64(), "whole fen")
		switch amount := money.Fen(e.Payoff.Num().Int64()); e.Kind {
		case actus.PR, actus.MD:
			row.Principal += amount
		case actus.IP:
			row.Interest += amount
		default:
			require.Fail(t, e.Kind.String())
		}
		row.Total, row.Balance = row.Principal+row.Interest, money.Fen(e.Notional.Num().Int64())
	}
	return rows
}

// The integers of Build are the engine's rationals: the same contract of the
// standard, to the fen, for every method, day count, rounding and month end.
func TestBuildIsTheEnginesContract(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := anyTerms(40).Draw(t, "terms")
		plan, err := Build(terms)
		if err != nil {
			require.ErrorContains(t, err, "do not fit")
			return
		}
		require.Equal(t, byEngine(t, terms), plan.Instalments)
	})
}

func TestContractTypes(t *testing.T) {
	seasonal := standard(Seasonal)
	seasonal.Periods, seasonal.Dues = 2, []Due{{calendar.MustParse("2024-09-20"), yuan("200000")}, {calendar.MustParse("2024-11-20"), yuan("300000")}}
	for method, want := range map[Method]actus.ContractType{EqualInstalment: actus.ANN, EqualPrincipal: actus.LAM, InterestOnly: actus.PAM,
		Bullet: actus.PAM, Revolving: actus.PAM, FlatInterest: actus.LAX, Seasonal: actus.LAX} {
		terms := standard(method)
		if method == Seasonal {
			terms = seasonal
		}
		contract, err := terms.Contract()
		require.NoError(t, err)
		require.Equal(t, want, contract.Type, method)
		require.Equal(t, build(t, terms).Instalments, byEngine(t, terms), method)
	}
	_, err := Terms{}.Contract()
	require.Error(t, err)
}

// 500,000 yuan: 120,000 after the wool is sold, the rest after the autumn's
// sales; 263 and 61 days of 360.
func TestSeasonalVector(t *testing.T) {
	terms := standard(Seasonal)
	terms.Periods, terms.EveryMonths = 2, 0
	terms.Dues = []Due{{calendar.MustParse("2024-09-20"), yuan("120000")}, {calendar.MustParse("2024-11-20"), yuan("380000")}}
	plan := build(t, terms)
	require.Equal(t, []Instalment{
		{N: 1, Due: calendar.MustParse("2024-09-20"), Principal: yuan("120000"), Interest: yuan("14063.19"), Total: yuan("134063.19"), Balance: yuan("380000")},
		{N: 2, Due: calendar.MustParse("2024-11-20"), Principal: yuan("380000"), Interest: yuan("2478.97"), Total: yuan("382478.97")},
	}, plan.Instalments)
	maturity, err := terms.Maturity()
	require.NoError(t, err)
	require.Equal(t, "2024-11-20", maturity.String())
}

func TestFlatInterestVector(t *testing.T) {
	plan := build(t, standard(FlatInterest))
	for k, row := range plan.Instalments {
		require.Equal(t, "1604.17", row.Interest.String())
		if k < 11 {
			require.Equal(t, "41666.67", row.Principal.String())
		}
	}
	require.Equal(t, "41666.63", plan.Instalments[11].Principal.String())
	require.Equal(t, "19250.04", plan.TotalInterest.String())
}

func TestRevolvingIsABulletOfItsOwn(t *testing.T) {
	bullet, revolving := standard(Bullet), standard(Revolving)
	bullet.Periods, revolving.Periods = 3, 3
	require.Equal(t, build(t, bullet), build(t, revolving))
}

func TestMonthsAreCountedBetweenDueDatesOnly(t *testing.T) {
	contract, err := standard(EqualInstalment).Contract()
	require.NoError(t, err)
	f, err := contract.DayCount.YearFraction(calendar.MustParse("2024-01-01"), calendar.MustParse("2024-04-01"))
	require.NoError(t, err)
	require.Equal(t, "1/4", f.String())
	_, err = contract.DayCount.YearFraction(calendar.MustParse("2024-01-01"), calendar.MustParse("2024-04-02"))
	require.ErrorContains(t, err, "no instalment is due")
	_, err = contract.DayCount.YearFraction(calendar.MustParse("2023-12-01"), calendar.MustParse("2024-04-01"))
	require.ErrorContains(t, err, "no instalment is due")
}

// What stands on the ledger from before there were dues reads as it did.
func TestTermsWithoutDuesAreStoredAsBefore(t *testing.T) {
	require.NotContains(t, string(packed(t, standard(EqualInstalment))), "dues")
	seasonal := standard(Seasonal)
	seasonal.Periods, seasonal.Dues = 1, []Due{{calendar.MustParse("2024-09-20"), seasonal.Principal}}
	var back Terms
	unpack(t, packed(t, seasonal), &back)
	require.Equal(t, seasonal, back)
}
