package compensation

import (
	"crypto/sha256"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Figures 核算数据 are what a claim's sum is worked out from, all read from the
// ledger at the end of one day, and the sum.
type Figures struct {
	At         calendar.Date // end of this day
	Since      calendar.Date // first day of the non-performance that goes on
	Recognised calendar.Date // 不良认定日: non-performing, and pursued

	// Of the loan.
	Disbursed   calendar.Date
	Voucher     string // business number of the disbursement
	Lent        money.Fen
	Outstanding money.Fen     // 贷款余额, principal at the end of the recognition day
	DaysPastDue int           // then
	Class       account.Class // then
	WrittenOff  calendar.Date // 核销日; zero: not yet
	Received    []Receipt     // after the recognition day, up to At
	Grants      []string      // numbers of the authorizations that the loan rests on
	Entries     int           // of the account up to the recognition day
	Statement   []byte        // SHA-256 of these entries

	// Of the filing.
	Counted money.Fen // 备案金额

	Sum Sum
}

// Receipt 回收 is money that came in on the loan, whoever paid it. A negative
// amount takes back what was counted before: the entry was reversed.
type Receipt struct {
	Number string // business number of the loan's entry
	Date   calendar.Date
	Type   account.Type
	Payer  account.Payer
	Amount money.Fen
}

// money reports whether an entry brings money in, takes it back, or is a cost
// of recovery.
func receiptOf(p loan.Posting) (Receipt, bool) {
	r := Receipt{Number: p.Number, Date: p.Date, Type: p.Type, Payer: p.Payer, Amount: p.Amount}
	switch p.Type {
	case account.Repay, account.Prepay, account.Recover, account.Charge:
	case account.Refund:
		r.Amount = -r.Amount
	default:
		return r, false
	}
	return r, true
}

// isCost reports whether the receipt is a cost of recovery 追偿费用.
func (r Receipt) isCost() bool { return r.Type == account.Charge }

// assessed are a claim's figures, and what they were worked out with.
type assessed struct {
	Figures
	pack consortium.RulePack
	now  loan.Facts // on the day itself
}

// claimable finds the loan of a filing and works out what could be claimed on
// a day: refused where it is not non-performing by the filing's rule pack. The
// loan is recognised on the first day on which it was both non-performing and
// pursued; while nothing shows that it is, on the former.
func claimable(ctx *command.Context, f *Filing, pursued calendar.Date, others []Government, on calendar.Date) (*assessed, error) {
	pack, ok := consortium.Of(ctx).Pack(f.Pack)
	if !ok {
		return nil, NoPack.At("pack", nil, f.Pack)
	}
	x, err := loan.ExtractOf(ctx, "loan", ledgerstate.Ref{ID: f.Loan, No: f.Contract})
	if err != nil {
		return nil, err
	}
	now, lent, err := x.At(on)
	if err != nil {
		return nil, err
	}
	if !lent || now.Settled {
		return nil, NotOwed.At("loan", loan.Disbursed, x.Loan.Status)
	}
	var worst account.Class
	if err := worst.UnmarshalText([]byte(pack.Recognition.Class)); err != nil {
		return nil, NoPack.At("pack", nil, f.Pack)
	}
	since, bad, err := x.NonPerformingSince(pack.Recognition.OverdueAbove, worst, on)
	if err != nil {
		return nil, err
	}
	switch {
	case now.DaysPastDue <= pack.Recognition.OverdueAbove:
		return nil, NotBad.At("days_past_due", pack.Recognition.OverdueAbove+1, now.DaysPastDue)
	case !bad:
		return nil, NotClassed.At("class", worst, now.Class)
	case pursued != 0 && (pursued < now.Disbursed || pursued > on):
		return nil, EvidenceBad.At("evidence_on", now.Disbursed.String()+".."+on.String(), pursued)
	}
	n := &assessed{pack: pack, now: now, Figures: Figures{At: on, Since: since, Recognised: max(since, pursued), Grants: x.Grants(), Counted: f.Amount}}
	then, _, err := x.At(n.Recognised)
	if err != nil {
		return nil, err
	}
	n.Disbursed, n.Voucher, n.Lent, n.Outstanding = then.Disbursed, then.Voucher, then.Lent, then.Outstanding
	n.DaysPastDue, n.Class, n.WrittenOff = then.DaysPastDue, then.Class, now.WrittenOff
	for _, p := range x.Postings(n.Recognised, on) {
		if r, ok := receiptOf(p); ok && !r.isCost() {
			n.Received = append(n.Received, r)
		}
	}
	before := x.Postings(0, n.Recognised)
	n.Entries = len(before)
	if n.Statement, err = statement(before); err != nil {
		return nil, err
	}
	if n.Sum, err = n.sum(f, &pack, others); err != nil {
		return nil, err
	}
	if n.Sum.NetLoss == 0 {
		return nil, NotOwed.At("net_loss", "above 0", n.Sum.NetLoss)
	}
	return n, nil
}

// statement is the digest of an account's entries 还款流水, in order: SHA-256
// over their business numbers, days, types, payers and amounts.
func statement(entries []loan.Posting) ([]byte, error) {
	lines := make([][5]any, len(entries))
	for i, e := range entries {
		lines[i] = [5]any{e.Number, int64(e.Date), uint8(e.Type), uint8(e.Payer), int64(e.Amount)}
	}
	raw, err := ledgerstate.Encode(lines)
	sum := sha256.Sum256(raw)
	return sum[:], err
}

// counted is the filed share of an amount: of a loan of which less was filed
// than lent, the fund shares the loss on that part alone.
func (n *Figures) counted(amount money.Fen) (money.Fen, error) {
	if n.Counted >= n.Lent {
		return amount, nil
	}
	return amount.MulDiv(int64(n.Counted), int64(n.Lent), money.HalfUp)
}
