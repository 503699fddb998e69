package fund_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// The pool's identity, broken in each of its places, either way: what the rules
// of single events keep from happening, it must see by itself.
func TestTheIdentityNamesWhatIsBroken(t *testing.T) {
	sound := func() fund.Pool {
		return fund.Pool{
			Totals:   fund.Totals{Opening: fen("100.00"), Injections: fen("50.00"), Interest: fen("5.00"), Returns: fen("4.00"), Clawbacks: fen("3.00"), Payouts: fen("20.00"), Refunds: fen("12.00")},
			Balance:  fen("130.00"),
			Reserved: fen("130.00"),
			Deposits: []fund.Deposit{{Code: "A-1", Balance: fen("100.00")}, {Code: "B-1", Balance: fen("30.00")}},
			Banks:    []fund.BankYear{{Bank: bankA, Allocated: fen("7.00")}},
		}
	}
	require.Nil(t, sound().Holds())
	for _, x := range []struct {
		what          string
		breaks        func(*fund.Pool)
		code, field   string
		limit, actual string
	}{
		{"a fen that came in is in no balance", func(p *fund.Pool) { p.Totals.Interest++ }, "FUND_IDENTITY", "balance", "130.01", "130.00"},
		{"a fen of the balance came from nowhere", func(p *fund.Pool) { p.Totals.Interest-- }, "FUND_IDENTITY", "balance", "129.99", "130.00"},
		{"a payout that the balance does not know", func(p *fund.Pool) { p.Totals.Payouts++ }, "FUND_IDENTITY", "balance", "129.99", "130.00"},
		{"a fen lies at no bank", func(p *fund.Pool) { p.Deposits[1].Balance-- }, "FUND_IDENTITY", "deposits", "130.00", "129.99"},
		{"a fen too much lies at a bank", func(p *fund.Pool) { p.Deposits[1].Balance++ }, "FUND_IDENTITY", "deposits", "130.00", "130.01"},
		{"a fen more is reserved than there is", func(p *fund.Pool) { p.Reserved++ }, "FUND_ABOVE_AVAILABLE", "reserved", "130.00", "130.01"},
		{"less than nothing is reserved", func(p *fund.Pool) { p.Reserved = -1 }, "FUND_NEGATIVE", "reserved", "0.00", "-0.01"},
		{"an account owes", func(p *fund.Pool) { p.Deposits[0].Balance, p.Deposits[1].Balance = fen("130.01"), -1 }, "FUND_NEGATIVE", "B-1", "0.00", "-0.01"},
		{"a bank was allocated less than nothing", func(p *fund.Pool) { p.Banks[0].Allocated = -1 }, "FUND_NEGATIVE", bankA, "0.00", "-0.01"},
		{"more than the ledger counts", func(p *fund.Pool) { p.Balance = money.Max + 1 }, "FUND_TOO_LARGE", "balance", money.Max.String(), (money.Max + 1).String()},
	} {
		p := sound()
		x.breaks(&p)
		no := p.Holds()
		require.NotNil(t, no, x.what)
		require.Equal(t, []string{x.code, x.field, x.limit, x.actual}, []string{no.Code, no.Field, no.Limit, no.Actual}, x.what)
	}
}
