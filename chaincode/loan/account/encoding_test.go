package account_test

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// What was written before there was anything but repayments: the same bytes,
// and they still read.
func TestPlainAccountsAreEncodedAsTheyWere(t *testing.T) {
	a := open(t, year(schedule.EqualInstalment))
	s, _ := a.Repay(account.State{}, day("2024-03-11"), yuan("50000"))
	was, err := ledgerstate.Encode(struct {
		Instalment int
		Partly     account.Partly
		Advance    money.Fen
		Fee        money.Fen
		Paid       account.Parts
	}{s.Instalment, s.Partly, s.Advance, s.Fee, s.Paid})
	require.NoError(t, err)
	is, err := ledgerstate.Encode(s)
	require.NoError(t, err)
	require.Equal(t, was, is)
	var back account.State
	require.NoError(t, ledgerstate.Decode(was, &back))
	require.Equal(t, s, back)

	c := a.Contract()
	was, err = ledgerstate.Encode(struct {
		Terms                                    schedule.Terms
		PenaltyPercent, GraceDays, NonPerforming int
	}{c.Terms, c.PenaltyPercent, c.GraceDays, c.NonPerforming})
	require.NoError(t, err)
	is, err = ledgerstate.Encode(c)
	require.NoError(t, err)
	require.Equal(t, was, is)
	var contract account.Contract
	require.NoError(t, ledgerstate.Decode(was, &contract))
	require.Equal(t, c, contract)
}

func TestAccountsReadAsTheyWereWritten(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 9))
		c := anyContract(r)
		c.PenaltyHundredths = pick(r, 0, 50)
		if c.PenaltyPercent == 100 {
			c.PenaltyHundredths = 0
		}
		a := open(t, c)
		j := &journal{a: a, last: c.Terms.From}
		_ = j.enter(takeOn(r, a)) // it may not fit
		for range 30 {
			_ = j.enter(anyEntry(r, j)) // it may not stand
		}
		raw, err := ledgerstate.Encode(j.state)
		require.NoError(t, err)
		var s account.State
		require.NoError(t, ledgerstate.Decode(raw, &s))
		again, err := ledgerstate.Encode(s)
		require.NoError(t, err)
		require.Equal(t, raw, again)
		later := j.last + calendar.Date(r.IntN(300))
		require.Equal(t, a.At(j.state, later), a.At(s, later))
		require.Equal(t, a.Rows(j.state, later), a.Rows(s, later))

		raw, err = ledgerstate.Encode(c)
		require.NoError(t, err)
		var contract account.Contract
		require.NoError(t, ledgerstate.Decode(raw, &contract))
		require.Equal(t, c, contract)
	}
}

func TestDamagedAccountsAreErrors(t *testing.T) {
	for _, raw := range [][]byte{nil, {0x90}, {0x94, 0, 0, 0, 0}, {0x97, 0, 0, 0, 0, 0, 0, 0}, {0xa1, 'x'}} {
		var s account.State
		require.Error(t, ledgerstate.Decode(raw, &s), "%x", raw)
		var c account.Contract
		require.Error(t, ledgerstate.Decode(raw, &c), "%x", raw)
	}
}

func FuzzStateDecodes(f *testing.F) {
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 9))
		a, err := account.Open(anyContract(r))
		if err != nil {
			f.Fatal(err)
		}
		j := &journal{a: a, last: a.Contract().Terms.From}
		_ = j.enter(takeOn(r, a)) // it may not fit
		for range 20 {
			_ = j.enter(anyEntry(r, j)) // it may not stand
		}
		raw, err := ledgerstate.Encode(j.state)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var s account.State
		if ledgerstate.Decode(raw, &s) != nil {
			return
		}
		again, err := ledgerstate.Encode(s)
		require.NoError(t, err)
		var back account.State
		require.NoError(t, ledgerstate.Decode(again, &back))
		twice, err := ledgerstate.Encode(back)
		require.NoError(t, err)
		require.Equal(t, again, twice)
	})
}
