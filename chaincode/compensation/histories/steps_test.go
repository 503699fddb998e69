package histories

import (
	"fmt"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// filed takes a loan's filing a step on, or back.
func (p *play) filed() {
	l := &p.loans[p.IntN(len(p.loans))]
	f := p.filing(l)
	reserve := func(again bool) {
		c := l.reserve
		c.Head, c.Again = p.head(), again
		if p.one(4) {
			part := max(1, l.amount/money.Fen(1+p.IntN(3)))
			c.Amount = &part
		}
		if p.one(6) {
			c.Pledge = "receivable" + fmt.Sprint(p.IntN(3))
		}
		p.send(l.book, l.officer(), "comp.Reserve", &c)
	}
	file := func() {
		c := compensation.FileContent{Head: p.head(), Filing: l.filing(), Loan: chaincodetest.LoanRef(l.no), FirstLoan: p.one(2),
			Attests: strings.Fields("DISHONEST_DEBTOR SERIOUS_DISHONESTY CLOSED UNRECOVERED")}
		if p.one(4) {
			c.Condition, c.Until = "certificate", c.Date+200
		}
		if p.one(10) {
			c.Attests = c.Attests[1:]
		}
		p.send(l.book, l.officer(), "comp.File", &c)
	}
	revoke := func() {
		p.send(l.book, []string{l.officer(), operator}[p.IntN(2)], "comp.Revoke", &compensation.RevokeContent{Head: p.head(), Filing: l.filing(), Reason: "V04"})
	}
	switch {
	case p.one(25):
		revoke()
	case p.one(25):
		reserve(p.one(2))
	case f.Status == compensation.FilingNone:
		reserve(false)
	case f.Status == compensation.FilingDraft && !p.one(8):
		file()
	case f.Status == compensation.FilingConditional && !p.one(8):
		p.send(l.book, operator, "comp.Fulfil", &compensation.FulfilContent{Head: p.head(), Filing: l.filing(), CID: cidOf("certificate")})
	case f.Status == compensation.FilingRevoked:
		reserve(true)
	case p.one(6):
		revoke()
	}
}

// refreshed lowers what is counted of a bucket.
func (p *play) refreshed() {
	l := &p.loans[p.IntN(len(p.loans))]
	c := registry.RefreshContent{Head: p.head(), Bank: l.msp(), Bucket: 1 + p.IntN(registry.Buckets)}
	p.send("commons", clerk, "comp.Refresh", &c)
}

// repaid is the borrower's money, or the bank's recovery. It is dated after
// what a claim's figures were read from: an entry that is dated back changes
// them rightly, and comp.Recompute says so.
func (p *play) repaid(l *lent) {
	for _, c := range p.claims {
		if s := p.claim(c); c.loan == l && s.Figures != nil {
			p.date = max(p.date, s.Figures.At+1)
			if s.Adjustment != nil {
				p.date = max(p.date, s.Adjustment.Figures.At+1)
			}
		}
	}
	h := p.head()
	h.Date = p.date
	p.send(l.book, l.officer(), "loan.Repay", &loan.RepayContent{Head: h, Loan: chaincodetest.LoanRef(l.no), Amount: money.Fen(1 + p.Int64N(int64(l.amount)/3+1))})
}

// forward leads a claim on to its payment and what comes after.
var forward = map[compensation.ClaimStatus]string{
	compensation.Notified: "comp.Submit", compensation.Submitted: "comp.AcceptComplete", compensation.Returned: "comp.Resubmit",
	compensation.Accepted: "comp.Review", compensation.Reviewed: "comp.Opine", compensation.Opinioned: "comp.Publicise", compensation.Publicised: "comp.Approve",
	compensation.Objected: "comp.AnswerObjection", compensation.ReReview: "comp.ReReview", compensation.Paid: "comp.RecordRecovery",
}

// notified opens a claim on a loan; on one that has a claim too, which must be
// refused while that one lives or once it was paid.
func (p *play) notified() {
	l := &p.loans[p.IntN(len(p.loans))]
	if f := p.filing(l); f.Status != compensation.FilingFiled && f.Status != compensation.FilingEffective && !p.one(15) {
		return
	}
	c := &claimed{no: fmt.Sprintf("C%02d", len(p.claims)), loan: l}
	if p.send(l.book, l.officer(), "comp.Notify", &compensation.NotifyContent{Head: p.head(), Claim: claimRef(c.no), Filing: l.filing()}) {
		p.claims = append(p.claims, c)
	}
}

// others is other government money, sometimes.
func (p *play) others(l *lent) *[]compensation.Government {
	switch p.IntN(4) {
	case 0:
		return &[]compensation.Government{{From: "city", Amount: money.Fen(1 + p.Int64N(int64(l.amount)/3+1)), CID: cidOf("city")}}
	case 1:
		return &[]compensation.Government{}
	}
	return nil
}

// claims takes a claim a step on, mostly forward.
func (p *play) stepped() {
	if len(p.claims) == 0 || len(p.claims) < 6 && p.one(6) {
		p.notified()
		return
	}
	c := p.claims[p.IntN(len(p.claims))]
	s := p.claim(c)
	switch s.Status {
	case compensation.Approved:
		if !p.one(10) {
			p.pays()
			return
		}
	case compensation.Recovering, compensation.Clawback:
		if !p.one(4) {
			p.comesBack(c)
			return
		}
	}
	name := forward[s.Status]
	if name == "" || p.one(6) {
		var fit []string
		for _, row := range compensation.Claims {
			if slices.Contains(row.From, s.Status) || p.one(120) {
				fit = append(fit, row.Command)
			}
		}
		if len(fit) == 0 {
			return
		}
		name = fit[p.IntN(len(fit))]
	}
	if name == "comp.Approve" && p.date <= s.Publicity.To && !p.one(10) {
		if p.one(2) {
			return
		}
		p.date = s.Publicity.To + 1
	}
	ref, book := claimRef(c.no), c.loan.book
	plain := func() *compensation.ClaimContent {
		return &compensation.ClaimContent{Head: p.head(), Claim: ref, Note: "seen"}
	}
	reason := func(code string) *compensation.ReasonContent {
		return &compensation.ReasonContent{Head: p.head(), Claim: ref, Reason: code, Note: "see paper"}
	}
	switch name {
	case "comp.Submit", "comp.Resubmit":
		x := compensation.SubmitContent{Head: p.head(), Claim: ref, Evidence: "LAWSUIT", EvidenceOn: p.date - calendar.Date(p.IntN(40)), Documents: papers, Others: p.others(c.loan)}
		if p.one(15) {
			x.Documents = papers[1:]
		}
		p.send(book, c.loan.officer(), name, &x)
	case "comp.AcceptComplete":
		if p.send(book, operator, name, plain()) {
			p.sum(c)
		}
	case "comp.ReturnForCorrection":
		p.send(book, operator, name, &compensation.CorrectionContent{Head: p.head(), Claim: ref, Items: []string{"D09"}, Note: "dunning"})
	case "comp.Withdraw":
		p.send(book, c.loan.officer(), name, plain())
	case "comp.Review":
		p.send(book, []string{reviewer, reviewer, reviewer, operator}[p.IntN(4)], name, plain())
	case "comp.Opine":
		p.send(book, pboc, name, &compensation.OpineContent{Head: p.head(), Claim: ref, Agrees: !p.one(8), Note: "read"})
	case "comp.Publicise":
		p.send(book, []string{clerk, clerk, clerk, both}[p.IntN(4)], name, &compensation.PubliciseContent{Head: p.head(), Claim: ref})
	case "comp.Object":
		p.send(book, operator, name, &compensation.ObjectContent{Head: p.head(), Claim: ref, Objector: "PUBLIC", Text: "still trading", CID: cidOf("letter")})
	case "comp.AnswerObjection":
		p.send(book, c.loan.officer(), name, &compensation.AnswerContent{Head: p.head(), Claim: ref, Objection: max(1, len(s.Objections)), Text: "closed", CID: cidOf("photo")})
	case "comp.ReReview":
		p.send(book, reviewer, name, &compensation.ReReviewContent{Head: p.head(), Claim: ref, Upheld: p.one(4), Note: "on the spot"})
	case "comp.ProposeAdjustment":
		p.send(book, reviewer, name, &compensation.AdjustContent{Head: p.head(), Claim: ref, Why: "corrected", Others: p.others(c.loan)})
	case "comp.SignAdjustment":
		x := compensation.SignAdjustmentContent{Head: p.head(), Claim: ref, Adjustment: "none", Drop: p.one(4)}
		if s.Adjustment != nil {
			x.Adjustment = s.Adjustment.Number
		}
		if p.send(book, director, name, &x) && !x.Drop {
			p.sum(c)
		}
	case "comp.Reject":
		if p.one(2) {
			return
		}
		p.send(book, []string{reviewer, director}[p.IntN(2)], name, reason("X99"))
	case "comp.Approve":
		if !p.send(book, []string{director, director, director, both}[p.IntN(4)], name, plain()) {
			return
		}
		s = p.claim(c)
		c.entitled, c.loss, c.other = int64(s.Award.Entitlement), int64(s.Figures.Sum.NetLoss), int64(s.Figures.Sum.Other)
		p.must(c.entitled >= c.paid, "%s: approved for %d, of which %d were paid", c.no, c.entitled, c.paid)
	case "comp.RecordRecovery":
		if p.one(2) {
			p.repaid(c.loan)
		}
		p.send(book, c.loan.officer(), name, plain())
	case "comp.OrderClawback":
		p.send(book, director, name, reason("B01"))
	case "comp.Close":
		p.send(book, clerk, name, reason("E03"))
	case "fund.StopPayment":
		p.stops(c)
	case "fund.ReceiveReturn", "fund.ReceiveClawback":
		p.comesBack(c)
	case "comp.Notify":
		p.send(book, c.loan.officer(), name, &compensation.NotifyContent{Head: p.head(), Claim: claimRef(c.no + "x"), Filing: c.loan.filing()})
	}
}

func (p *play) stops(c *claimed) {
	left := c.amount - c.paid
	if !p.send(c.loan.book, []string{clerk, director}[p.IntN(2)], "fund.StopPayment", &compensation.StopContent{Head: p.head(), Claim: claimRef(c.no), Why: "a tip"}) || !c.live {
		return
	}
	if c.allocated == p.year {
		p.bankYear[c.loan.msp()] -= left
	}
	c.amount, c.live = c.paid, false
}

// voucher is a fresh number, or one that stands on something else.
func (p *play) voucher() string {
	if len(p.vouchers) > 0 && p.one(20) {
		list := sortedKeys(p.vouchers)
		_, number, _ := strings.Cut(list[p.IntN(len(list))], "/")
		return number
	}
	return fmt.Sprintf("v-%d", p.n)
}

// taken books a voucher that was accepted, once.
func (p *play) taken(on calendar.Date, number string) {
	key := fmt.Sprintf("%d/%s", on.Year(), number)
	p.must(!p.vouchers[key], "voucher %s was taken twice", key)
	p.vouchers[key] = true
}

// enters is an entry of Finance's officer.
func (p *play) enters() {
	h, codes := p.head(), []string{"A", "B"}
	from, to := codes[p.IntN(2)], codes[p.IntN(2)]
	free := min(p.deposits[from], p.balance()-p.reserved())
	amount := 1 + p.Int64N(100_000_00)
	if p.one(2) {
		amount = max(1, free-1+p.Int64N(3)) // it just fits, or just does not
	}
	e := &entered{amount: amount, voucher: p.voucher()}
	var content any
	switch p.IntN(5) {
	case 0, 1:
		e.name, e.to = []string{"fund.Inject", "fund.Interest"}[p.IntN(2)], to
		content = &fund.ReceiptContent{Head: h, To: to, Amount: money.Fen(amount), Value: h.Date, Voucher: e.voucher}
	case 2:
		e.name, e.from = "fund.RefundToTreasury", from
		e.amount = 1 + p.Int64N(max(1, amount/20))
		number := account(ofTreasury)
		if p.one(8) {
			number = account(elsewhere)
		}
		content = &fund.RefundContent{Head: h, From: from, Account: number, Amount: money.Fen(e.amount), Value: h.Date, Voucher: e.voucher}
	case 3:
		e.name, e.from, e.to = "fund.Transfer", from, to
		content = &fund.TransferContent{Head: h, From: from, To: to, Account: account(byte(1 + slices.Index(codes, to))), Amount: money.Fen(amount), Value: h.Date, Voucher: e.voucher}
	case 4:
		list := sortedKeys(p.posted)
		if len(list) == 0 {
			return
		}
		of := list[p.IntN(len(list))]
		e.name, e.undoes = "fund.RequestReversal", p.posted[of]
		content = &fund.ReversalContent{Head: h, Entry: of, Value: h.Date, Voucher: e.voucher, Reason: "twice"}
	}
	if !p.send("commons", []string{clerk, clerk, both}[p.IntN(3)], e.name, content) {
		return
	}
	if e.undoes != nil {
		p.must(!e.undoes.undone && e.undoes.claim == nil && e.undoes.year == p.year, "an entry was reversed that may not be")
	}
	p.taken(h.Date, e.voucher)
	p.pending[h.Number] = e
}

// confirms posts an entry, or drops it.
func (p *play) confirms() {
	list := sortedKeys(p.pending)
	if len(list) == 0 {
		p.enters()
		return
	}
	number := list[p.IntN(len(list))]
	e := p.pending[number]
	switch {
	case e.claim != nil && !p.one(6):
		p.receives(number, e)
	case p.one(9):
		h := p.head()
		if p.send("commons", clerk, "fund.Drop", &fund.DropContent{Head: h, Entry: number, Reason: "slip"}) {
			delete(p.pending, number)
			for _, year := range []int{p.year, p.year - 1, p.year + 1} {
				delete(p.vouchers, fmt.Sprintf("%d/%s", year, e.voucher))
			}
		}
	default:
		h := p.head()
		if p.send("commons", []string{director, director, both}[p.IntN(3)], "fund.Confirm", &fund.ConfirmContent{Head: h, Entry: number}) {
			p.must(e.claim == nil, "what belongs to a claim was posted without it")
			p.post(number)
		}
	}
}

// allocates shares the available balance.
func (p *play) allocates() {
	list, total := p.shares()
	if len(list) == 0 {
		if p.one(5) {
			p.send("commons", clerk, "fund.Allocate", &fund.AllocateContent{Head: p.head(), Total: 0})
		}
		return
	}
	h := p.head()
	c := fund.AllocateContent{Head: h, Total: money.Fen(total), Pages: fund.Pages{chaincodetest.ID("p"+lower(h.Number), 0)}}
	wrong := p.one(20)
	if wrong {
		c.Total++
	}
	ok := p.send("commons", clerk, "fund.Allocate", &c)
	p.must(!ok || !wrong, "an allocation of another total was taken")
	if !ok {
		p.must(wrong || p.trail[len(p.trail)-1].code != "FUND_TOTAL", "the model allocates %d to %d claims, the ledger another sum", total, len(list))
		return
	}
	var sum int64
	for _, x := range list {
		sum += x.gets
		x.c.live, x.c.amount, x.c.allocated = true, x.c.paid+x.gets, h.Date.Year()
		p.bankYear[x.c.loan.msp()] += x.gets
	}
	p.must(sum == total, "the parts sum to %d of %d", sum, total)
}

// orders writes a payment order for the claims of a bank.
func (p *play) writesOrder() {
	var live []*claimed
	for _, c := range p.claims {
		if c.live {
			live = append(live, c)
		}
	}
	if len(live) == 0 {
		p.allocates()
		return
	}
	first := live[p.IntN(len(live))]
	h := p.head()
	o := &ordered{no: "O" + h.Number, bank: first.loan.msp(), from: []string{"A", "B"}[p.IntN(2)], lines: map[string]int64{}, paid: map[string]bool{}}
	if p.deposits[o.from] < p.deposits["A"] || p.deposits[o.from] < p.deposits["B"] { // mostly from where the money is
		if !p.one(4) {
			o.from = map[string]string{"A": "B", "B": "A"}[o.from]
		}
	}
	c := fund.OrderContent{Head: h, Payment: orderRef(o.no), Bank: o.bank, From: o.from, Account: account(map[string]byte{"BankAMSP": ofA, "BankBMSP": ofB}[o.bank]), Voucher: p.voucher()}
	if p.one(12) {
		c.Account = account(elsewhere)
	}
	for _, x := range live {
		if x.loan.msp() != o.bank || x != first && !p.one(2) {
			continue
		}
		part := x.amount - x.paid
		switch p.IntN(6) {
		case 0:
			part /= 2
		case 1:
			part += int64(p.IntN(2))
		}
		o.lines[x.no] = part
		c.Lines = append(c.Lines, fund.OrderLine{Claim: x.no, Amount: money.Fen(part)})
	}
	if p.send("commons", clerk, "fund.OrderPayout", &c) {
		p.must(c.Account != account(elsewhere), "an order to an account that is not agreed")
		p.taken(h.Date, c.Voucher)
		o.voucher = fmt.Sprintf("%d/%s", h.Date.Year(), c.Voucher)
		p.orders = append(p.orders, o)
	}
}

// pays pays a line of an order.
func (p *play) pays() {
	type line struct {
		o  *ordered
		no string
	}
	var open []line
	for _, o := range p.orders {
		for _, no := range sortedKeys(o.lines) {
			if !o.dropped && !o.paid[no] || p.one(10) {
				open = append(open, line{o, no})
			}
		}
	}
	if len(open) == 0 {
		p.writesOrder()
		return
	}
	x := open[p.IntN(len(open))]
	if p.one(20) {
		if p.send("commons", clerk, "fund.DropOrder", &fund.DropOrderContent{Head: p.head(), Payment: orderRef(x.o.no), Reason: "slip"}) {
			x.o.dropped = true
			if len(x.o.paid) == 0 {
				delete(p.vouchers, x.o.voucher)
			}
		}
		return
	}
	c := p.claims[slices.IndexFunc(p.claims, func(c *claimed) bool { return c.no == x.no })]
	part := x.o.lines[x.no]
	left := c.amount - c.paid
	if !p.send(c.loan.book, []string{director, director, both, both}[p.IntN(4)], "fund.Payout", &compensation.PayoutContent{Head: p.head(), Claim: claimRef(c.no), Order: x.o.no}) {
		return
	}
	p.must(!x.o.dropped && !x.o.paid[x.no] && c.live && part <= left && (part > 0 || left == 0), "%s: a line of %d was paid, of %d that are left", c.no, part, left)
	x.o.paid[x.no] = true
	c.paid += part
	c.live = part != left
	p.sums["fund.Payout"] += part
	p.deposits[x.o.from] -= part
}

// comesBack enters money that a bank sends back on a claim.
func (p *play) comesBack(c *claimed) {
	s := p.claim(c)
	h := p.head()
	ask, name := compensation.AskReturn, "fund.EnterReturn"
	if s.Status == compensation.Clawback {
		ask, name = compensation.AskClawback, "fund.EnterClawback"
	}
	f, err := ask(p.stage.Sees(c.loan.book, director), compensation.BackContent{Head: h, Claim: claimRef(c.no)})
	if err != nil {
		return // nothing is owed in this state
	}
	e := &entered{name: name, to: []string{"A", "B"}[p.IntN(2)], claim: c, interest: int64(f.Owed.Interest), voucher: p.voucher()}
	principal := int64(f.Owed.Amount)
	switch p.IntN(6) {
	case 0:
		principal /= 2
	case 1:
		principal++
	}
	e.amount = principal + e.interest
	if e.amount == 0 {
		return
	}
	if p.send("commons", clerk, name, &fund.BackEntryContent{Head: h, Bank: c.loan.msp(), Claim: c.no, To: e.to, Amount: money.Fen(e.amount), Interest: money.Fen(e.interest), Value: h.Date, Voucher: e.voucher}) {
		p.taken(h.Date, e.voucher)
		p.pending[h.Number] = e
		if !p.one(4) {
			p.receives(h.Number, e)
		}
	}
}

// receives confirms it, together with the claim.
func (p *play) receives(number string, e *entered) {
	name := map[string]string{"fund.EnterReturn": "fund.ReceiveReturn", "fund.EnterClawback": "fund.ReceiveClawback"}[e.name]
	if !p.send(e.claim.loan.book, director, name, &compensation.BackContent{Head: p.head(), Claim: claimRef(e.claim.no), Entry: number}) {
		return
	}
	p.post(number)
	e.claim.back += e.amount - e.interest
	p.must(e.claim.back <= e.claim.paid, "%s: more came back than was paid", e.claim.no)
}

// settles ends the year.
func (p *play) settles() {
	h := p.head()
	e := &entered{name: "fund.SettleYear", year: p.year + 1}
	if p.send("commons", clerk, e.name, &fund.YearContent{Head: h, Year: e.year}) {
		p.pending[h.Number] = e
		if p.send("commons", director, "fund.Confirm", &fund.ConfirmContent{Head: p.head(), Entry: h.Number}) {
			p.post(h.Number)
		}
	}
}
