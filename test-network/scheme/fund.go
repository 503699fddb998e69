package scheme

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// Accounts of the fund, by their codes, and numbers of accounts, invented.
const (
	main, side = "A-1", "B-1"
	treasury   = "2600000000000009009"
)

var accounts = map[string]string{main: "6217000000000001001", side: "6217000000000002002"}

// payee is the number of a bank's account for compensation.
func payee(bank int) string { return fmt.Sprintf("621700000000000%02d03", bank+3) }

func (p *player) voucher() string { return fmt.Sprintf("PZ-%05d", p.n) }

// both enters something and has another person confirm it on the same day.
func (p *player) both(ctx context.Context, def command.Definition, contents ...headed) error {
	var entries, confirmed []any
	for _, c := range contents {
		h := c.Header()
		entries = append(entries, c)
		confirmed = append(confirmed, &fund.ConfirmContent{Head: p.head(h.Date), Entry: h.Number})
	}
	if err := p.must(ctx, clerk, command.CommonsName, def, entries...); err != nil {
		return err
	}
	return p.must(ctx, approver, command.CommonsName, fund.Confirm, confirmed...)
}

// headed is a content of a command.
type headed interface{ Header() command.Head }

func (p *player) receipt(to string, amount money.Fen, on calendar.Date) *fund.ReceiptContent {
	return &fund.ReceiptContent{Head: p.head(on), To: to, Amount: amount, Value: on, Voucher: p.voucher()}
}

// openFund opens the books of 2024: accounts, agreed accounts, an injection
// that was entered twice and is reversed once, interest.
func (p *player) openFund(ctx context.Context) error {
	on := calendar.MustParse("2024-01-02")
	open := &fund.OpenContent{Head: p.head(on), Year: 2024, Voucher: "建账-1", Accounts: []fund.OpeningAccount{
		{Code: main, Bank: p.manifest.Banks[0] + "MSP", Account: accounts[main], Balance: 150_000_000 * money.Yuan},
		{Code: side, Bank: p.manifest.Banks[1] + "MSP", Account: accounts[side], Balance: 50_000_000 * money.Yuan},
	}}
	if err := p.both(ctx, fund.Open, open); err != nil {
		return err
	}
	var agreed []headed
	for i, bank := range p.manifest.Banks {
		agreed = append(agreed, &fund.AgreeContent{Head: p.head(on), Use: fund.ForPayout, Holder: bank + "MSP", Account: payee(i), Note: "合作协议"})
	}
	agreed = append(agreed, &fund.AgreeContent{Head: p.head(on), Use: fund.ForTreasury, Account: treasury, Note: "国库"})
	if err := p.both(ctx, fund.AgreeAccount, agreed...); err != nil {
		return err
	}
	march := calendar.MustParse("2024-03-01")
	twice := p.receipt(main, 5_000_000*money.Yuan, march)
	if err := p.both(ctx, fund.Inject, p.receipt(main, 5_000_000*money.Yuan, march), twice); err != nil {
		return err
	}
	reversal := &fund.ReversalContent{Head: p.head(march + 3), Entry: twice.Number, Value: march + 3, Voucher: p.voucher(), Reason: "重复入账"}
	if err := p.both(ctx, fund.RequestReversal, reversal); err != nil {
		return err
	}
	return p.both(ctx, fund.Interest, p.receipt(side, 123_456*money.Yuan+78, calendar.MustParse("2024-03-21")))
}

// pay allocates, orders and pays what a wave's claims are approved for.
func (p *player) pay(ctx context.Context, n int, w sample.Wave) error {
	if err := p.prepare(ctx, n, w); err != nil {
		return err
	}
	var preview fund.PreviewAnswer
	if err := p.ask(ctx, clerk, command.CommonsName, fund.Preview, struct{}{}, &preview); err != nil {
		return err
	}
	p.tell("allocated %s of %s to %d claims", preview.Total, preview.Available, len(preview.Shares))
	p.nothing = map[string]bool{}
	for _, share := range preview.Shares {
		p.nothing[share.Claim] = share.Amount == 0
	}
	allocate := &fund.AllocateContent{Head: p.head(w.Allocate), Total: preview.Total}
	for range (preview.New + 15) / 16 {
		allocate.Pages = append(allocate.Pages, newPage())
	}
	if err := p.must(ctx, clerk, command.CommonsName, fund.Allocate, allocate); err != nil {
		return err
	}
	waits := map[string]bool{} // its payment will be stopped
	parts := map[string]int{}
	for _, list := range p.live {
		for _, c := range list {
			waits[c.Number], parts[c.Number] = c.Way == sample.Stopped, c.Parts
		}
	}
	if err := p.order(ctx, w.Order, w.Pay, "1", func(l fund.AllocationLine) (money.Fen, bool) {
		if parts[l.Claim] == 2 {
			return l.Unpaid / 2, !waits[l.Claim]
		}
		return l.Unpaid, !waits[l.Claim]
	}); err != nil {
		return err
	}
	stopped := onWay(sample.Stopped)
	if err := p.each(ctx, clerk, fund.StopPayment, w.Stop, stopped, func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.StopContent{Head: h, Claim: ref, Why: "收到举报"}
	}); err != nil {
		return err
	}
	if err := p.each(ctx, reviewer, compensation.ReReviewClaim, w.Look, stopped, looked(false)); err != nil {
		return err
	}
	if err := p.each(ctx, approver, compensation.Approve, w.Reapprove, stopped, plain); err != nil {
		return err
	}
	return p.order(ctx, w.Part, w.Part, "2", func(l fund.AllocationLine) (money.Fen, bool) { return l.Unpaid, true })
}

// prepare brings the pool to where the wave's story needs it.
func (p *player) prepare(ctx context.Context, n int, w sample.Wave) error {
	var preview fund.PreviewAnswer
	if err := p.ask(ctx, clerk, command.CommonsName, fund.Preview, struct{}{}, &preview); err != nil {
		return err
	}
	switch n {
	case 1: // so much is left that each gets 70 % of what it is entitled to
		var wanted money.Fen
		for _, s := range preview.Shares {
			wanted += s.Entitlement
		}
		return p.leave(ctx, wanted/10*7, w.Approve)
	case 2: // the year begins with so little that a fifth of it is 60 % of the third bank's claims
		var wanted money.Fen
		for _, s := range preview.Shares {
			if s.Bank == p.manifest.Banks[2]+"MSP" {
				wanted += s.Entitlement
			}
		}
		if err := p.leave(ctx, wanted/10*6*5, calendar.MustParse("2024-12-30")); err != nil {
			return err
		}
		on := calendar.MustParse("2025-01-02")
		if err := p.both(ctx, fund.SettleYear, &fund.YearContent{Head: p.head(on), Year: 2025}); err != nil {
			return err
		}
		return p.both(ctx, fund.Inject, p.receipt(main, 100_000_000*money.Yuan, on+1))
	}
	return nil
}

// leave pays back to the treasury, or has paid in, until so much is available.
func (p *player) leave(ctx context.Context, amount money.Fen, on calendar.Date) error {
	var s fund.StatementAnswer
	if err := p.ask(ctx, clerk, command.CommonsName, fund.Statement, fund.StatementQuery{}, &s); err != nil {
		return err
	}
	if s.Available < amount {
		return p.both(ctx, fund.Inject, p.receipt(main, amount-s.Available, on))
	}
	left := s.Available - amount
	for _, code := range []string{side, main} {
		for _, d := range s.Deposits {
			part := min(d.Balance, left)
			if d.Code != code || part == 0 {
				continue
			}
			left -= part
			if err := p.both(ctx, fund.RefundToTreasury, &fund.RefundContent{Head: p.head(on), From: code, Account: treasury, Amount: part, Value: on, Voucher: p.voucher()}); err != nil {
				return err
			}
		}
	}
	return nil
}

// order writes a payment order for each bank, then pays them.
func (p *player) order(ctx context.Context, on, paid calendar.Date, which string, take func(fund.AllocationLine) (money.Fen, bool)) error {
	payments := make([][]any, len(p.manifest.Banks))
	for i, bank := range p.manifest.Banks {
		var lines []fund.AllocationLine
		q := fund.AllocationsQuery{Bank: bank + "MSP", Live: true, Limit: 2000}
		for {
			var a fund.AllocationsAnswer
			if err := p.ask(ctx, clerk, command.CommonsName, fund.Allocations, q, &a); err != nil {
				return err
			}
			lines = append(lines, a.Allocations...)
			if q.After = a.Next; a.Next == "" {
				break
			}
		}
		slices.SortFunc(lines, func(a, b fund.AllocationLine) int { return strings.Compare(a.Claim, b.Claim) })
		number := fmt.Sprintf("FK-%s-%s-%s", strings.ToUpper(bank), on, which)
		o := &fund.OrderContent{Head: p.head(on), Payment: ledgerstate.Ref{No: number}, Bank: bank + "MSP", From: main, Account: payee(i), Voucher: p.voucher()}
		for _, l := range lines {
			if amount, ok := take(l); ok {
				o.Lines = append(o.Lines, fund.OrderLine{Claim: l.Claim, Amount: amount})
				payments[i] = append(payments[i], &compensation.PayoutContent{Head: p.head(paid), Claim: ledgerstate.Ref{No: l.Claim}, Order: number})
			}
		}
		if len(o.Lines) == 0 {
			continue
		}
		if err := p.must(ctx, clerk, command.CommonsName, fund.OrderPayout, o); err != nil {
			return err
		}
	}
	for i, bank := range p.manifest.Banks {
		if len(payments[i]) == 0 {
			continue
		}
		if err := p.must(ctx, approver, p.books[bank], fund.Payout, payments[i]...); err != nil {
			return err
		}
	}
	return nil
}

// back is money that comes back on claims.
type back struct {
	enter, receive command.Definition
}

var (
	returns   = back{fund.EnterReturn, fund.ReceiveReturn}
	clawbacks = back{fund.EnterClawback, fund.ReceiveClawback}
)

// comeBack enters and confirms what banks owe on a day: all of it, or half of
// what was paid and no interest.
func (p *player) comeBack(ctx context.Context, b back, on calendar.Date, half bool, choice func(*claim) bool) error {
	for _, bank := range p.manifest.Banks {
		var entries, received []any
		for _, c := range p.live[bank] {
			if !choice(c) {
				continue
			}
			var s compensation.ClaimSheet
			if err := p.ask(ctx, clerk, p.books[bank], compensation.ShowClaim, compensation.ClaimQuery{Claim: c.Number, At: on}, &s); err != nil {
				return err
			}
			if s.Owed == nil {
				return fmt.Errorf("%s (%s) owes nothing on %s", c.Number, c.Name, on)
			}
			owed := *s.Owed
			if half {
				owed = compensation.Owed{Amount: owed.Amount / 2}
			}
			h := p.head(on)
			entries = append(entries, &fund.BackEntryContent{Head: h, Bank: bank + "MSP", Claim: c.Number, To: main, Amount: owed.Amount + owed.Interest, Interest: owed.Interest, Value: on, Voucher: p.voucher()})
			received = append(received, &compensation.BackContent{Head: p.head(on), Claim: ledgerstate.Ref{No: c.Number}, Entry: h.Number})
		}
		if len(entries) == 0 {
			continue
		}
		if err := p.must(ctx, clerk, command.CommonsName, b.enter, entries...); err != nil {
			return err
		}
		if err := p.must(ctx, approver, p.books[bank], b.receive, received...); err != nil {
			return err
		}
	}
	return nil
}
