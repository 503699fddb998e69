package traps

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
)

const (
	reviewer     = "Commission/reviewer1"
	centralBank  = "CentralBank/approver1"
	financeClerk = "Finance/officer1"

	fundDay  = "2024-12-27" // of all that happens to the pool
	deposit  = "6217000000000001001"
	treasury = "2600000000000009009"
)

var payees = map[string]string{"BankA": "6217000000000003003", "BankB": "6217000000000004004"}

// once does what all traps of a ledger need once.
func (c *clerk) once(what string, do func()) {
	c.Helper()
	if !c.done[what] {
		do()
		c.done[what] = true
	}
}

// does gives a command by its verb; it has to be taken.
func (c *clerk) does(as string, args ...string) {
	c.Helper()
	var a struct{ Outcome string }
	c.ask(&a, append(args, "--as", as)...)
	require.Equal(c, "accepted", a.Outcome)
}

// numbered gives a command that has a business number and a date, and tells the
// number.
func (c *clerk) numbered(as, date string, args ...string) string {
	c.Helper()
	number := c.next()
	c.does(as, append(args, "--number", number, "--date", date)...)
	return number
}

// denied gives a command that must not be taken.
func (c *clerk) denied(as string, want refusal, date string, args ...string) {
	c.Helper()
	exit, stdout, stderr := c.call(append(args, "--number", c.next(), "--date", date, "--as", as)...)
	require.Equal(c, 1, exit, "%s%s", stdout, stderr)
	require.Equal(c, want, said(c.T, stdout), stdout)
}

// said is the refusal of a document that the program printed.
func said(t *testing.T, stdout string) refusal {
	t.Helper()
	var a struct {
		Refusal struct{ Code, Field, Limit, Actual string }
		Error   struct{ Code, Field, Limit, Value string }
	}
	require.NoError(t, json.NewDecoder(strings.NewReader(stdout)).Decode(&a), stdout)
	if a.Error.Code != "" {
		return refusal{a.Error.Code, a.Error.Field, a.Error.Limit, a.Error.Value}
	}
	return refusal{a.Refusal.Code, a.Refusal.Field, a.Refusal.Limit, a.Refusal.Actual}
}

// agreed sees to the bank's agreement with the fund.
func (c *clerk) agreed() {
	c.Helper()
	c.once("agreement of "+c.bank, func() {
		c.numbered(financeDirector, "2024-01-02", "comp", "agree", "--bank-msp", c.bank+"MSP", "--from", "2022-07-01", "--to", "2028-12-31", "--text", digest)
	})
}

// reserved is the reservation for a loan, on the day of its contract.
func (c *clerk) reserved(d *deal, cells ...string) line {
	return c.of(d, "备案预留", d.date, cells...)
}

// filed is the filing of a loan on a day; the bank attests what it has to.
func (c *clerk) filed(d *deal, date string, cells ...string) line {
	return c.of(d, "备案", date, append([]string{"无排除情形", "是"}, cells...)...)
}

// lentAndFiled brings loans to their filing, all on the day of the contract.
func (c *clerk) lentAndFiled(deals ...*deal) {
	c.Helper()
	c.agreed()
	c.credited(deals...)
	var lines []line
	for _, d := range deals {
		lines = append(lines, c.signed(d), c.reserved(d), c.disbursed(d, d.date, d.amount), c.filed(d, d.date))
	}
	c.send(officer, lines...)
}

// filing is a filed loan as of a day.
func (c *clerk) filing(d *deal, at string) (f compensation.FilingView) {
	c.Helper()
	c.ask(&f, "comp", "show-filing", d.contract, "--at", at, "--as", officer)
	return f
}

// bad is a herder's loan of January 2024 that is never repaid: it was due on
// 5 March and is 91 days past due on 4 June.
func (c *clerk) bad(n int, amount string) *deal {
	return c.bullet(n, c.herder(n), "2024-01-05", amount, "2")
}

// untilApproved are days on which a claim on a loan that bad makes is noticed,
// submitted, accepted, reviewed, given an opinion, published and approved: the
// publicity lasts from 13 to 20 June.
var untilApproved = []string{"2024-06-05", "2024-06-06", "2024-06-07", "2024-06-11", "2024-06-12", "2024-06-13", "2024-06-21"}

// claimed takes the steps of a claim on a filed loan, each on its day.
func (c *clerk) claimed(d *deal, days ...string) {
	c.Helper()
	with := []string{"--claim", claimOf(d), "--bank", c.bank}
	for i, on := range days {
		switch i {
		case 0:
			c.does(officer, "comp", "notice", d.contract, "--date", on)
		case 1:
			c.does(officer, "comp", "submit", d.contract, "--dir", c.papers(), "--evidence", "LAWSUIT", "--evidence-on", on, "--date", on)
		case 2:
			c.numbered(operator, on, append([]string{"comp", "accept-complete"}, with...)...)
		case 3:
			c.numbered(reviewer, on, append([]string{"comp", "review"}, with...)...)
		case 4:
			c.numbered(centralBank, on, append([]string{"comp", "opine", "--agrees", "true"}, with...)...)
		case 5:
			c.numbered(financeClerk, on, append([]string{"comp", "publicise"}, with...)...)
		case 6:
			c.numbered(financeDirector, on, append([]string{"comp", "approve"}, with...)...)
		}
	}
}

// claimOf is the number that the program gives the first claim on a loan.
func claimOf(d *deal) string { return "BC-" + d.contract }

// papers are a dossier, the same for every claim.
func (c *clerk) papers() string {
	c.Helper()
	dir := c.TempDir()
	for _, i := range compensation.Dossier {
		if !i.Ledger && i.Code != "D11" { // of loans without security
			require.NoError(c, os.WriteFile(filepath.Join(dir, i.Code+".pdf"), []byte("合成材料 "+i.Code), 0o600))
		}
	}
	return dir
}

// claim is a claim as of now.
func (c *clerk) claim(d *deal) (s compensation.ClaimSheet) {
	c.Helper()
	c.ask(&s, "comp", "show", "--claim", claimOf(d), "--bank", c.bank, "--as", financeClerk)
	return s
}

// entered enters something into the fund's books and has another person
// confirm it.
func (c *clerk) entered(verb string, args ...string) {
	c.Helper()
	number := c.numbered(financeClerk, fundDay, append([]string{"fund", verb}, args...)...)
	c.numbered(financeDirector, fundDay, "fund", "confirm", "--entry", number)
}

// holds sees to it that the pool has so much available, and not a fen more.
func (c *clerk) holds(amount money.Fen) {
	c.Helper()
	c.once("pool", func() {
		c.entered("open", "--year", "2024", "--voucher", "JZ-1", "--accounts", fmt.Sprintf(`[{"code":"A-1","bank":"BankA","account":"%s","balance":"10000000.00"}]`, deposit))
		c.entered("agree-account", "--use", "TREASURY", "--account", treasury, "--note", "国库集中支付")
	})
	switch more := amount - c.pool().Available; {
	case more > 0:
		c.entered("inject", "--to", "A-1", "--amount", more.String(), "--value", fundDay, "--voucher", c.next())
	case more < 0:
		c.entered("refund-to-treasury", "--from", "A-1", "--account", treasury, "--amount", (-more).String(), "--value", fundDay, "--voucher", c.next())
	}
}

// pool is what the pool has; its identity holds and nothing is negative.
func (c *clerk) pool() (s fund.StatementAnswer) {
	c.Helper()
	c.ask(&s, "fund", "statement", "--as", financeClerk)
	var deposits money.Fen
	for _, d := range s.Deposits {
		require.GreaterOrEqual(c, d.Balance, money.Fen(0))
		deposits += d.Balance
	}
	t := s.Totals
	require.Equal(c, s.Balance, t.Opening+t.Injections+t.Interest+t.Returns+t.Clawbacks-t.Payouts-t.Refunds)
	require.Equal(c, s.Balance, deposits)
	require.Equal(c, s.Available, s.Balance-s.Reserved)
	for _, x := range []money.Fen{s.Balance, s.Reserved, s.Available} {
		require.GreaterOrEqual(c, x, money.Fen(0))
	}
	return s
}

// allocated allocates what is available to the claims that were approved, and
// tells to which how much and what bound it.
func (c *clerk) allocated() map[string][2]string {
	c.Helper()
	var p fund.PreviewAnswer
	c.ask(&p, "fund", "preview", "--as", financeClerk)
	c.numbered(financeClerk, fundDay, "fund", "allocate")
	shares := map[string][2]string{}
	for _, s := range p.Shares {
		shares[s.Bank+" "+s.Claim] = [2]string{s.Amount.String(), s.Binding}
	}
	return shares
}

// orderTo begins a payment order for the clerk's bank.
func (c *clerk) orderTo(verb string) (order string, args []string) {
	c.Helper()
	c.once("account of "+c.bank, func() {
		c.entered("agree-account", "--use", "PAYOUT", "--holder", c.bank, "--account", payees[c.bank], "--note", "合作协议")
	})
	order = c.next()
	return order, []string{"fund", verb, "--bank", c.bank, "--payment", order, "--from", "A-1", "--account", payees[c.bank], "--voucher", order}
}

// paid pays the clerk's bank what its claims were allocated.
func (c *clerk) paid() {
	c.Helper()
	order, args := c.orderTo("order")
	c.numbered(financeClerk, fundDay, args...)
	c.pays(order)
}

// pays pays an order.
func (c *clerk) pays(order string) {
	c.Helper()
	var d struct{ Lines []struct{ Outcome string } }
	c.ask(&d, "fund", "pay", order, "--date", fundDay, "--as", financeDirector)
	require.NotEmpty(c, d.Lines)
	for _, l := range d.Lines {
		require.Equal(c, "accepted", l.Outcome)
	}
}

// returned enters what a bank returned on a claim.
func (c *clerk) returned(d *deal, amount string) []string {
	return []string{"fund", "enter-return", "--bank", c.bank, "--claim", claimOf(d), "--to", "A-1", "--amount", amount, "--interest", "0.00", "--value", fundDay, "--voucher", c.next()}
}

// gaveBack has a bank return something on a claim: one enters it, another
// receives it.
func (c *clerk) gaveBack(d *deal, amount string) {
	c.Helper()
	entry := c.numbered(financeClerk, fundDay, c.returned(d, amount)...)
	c.numbered(financeDirector, fundDay, "fund", "receive-return", "--bank", c.bank, "--claim", claimOf(d), "--entry", entry)
}
