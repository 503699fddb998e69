package scheme

import (
	"context"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// make makes a claim's next command.
type maker func(c *claim, h command.Head, ref ledgerstate.Ref) any

// each sends one command for every claim of a choice, bank by bank; what
// concerns books alone, for all banks at once.
func (p *player) each(ctx context.Context, who string, def command.Definition, on calendar.Date, choice func(*claim) bool, do maker) error {
	work, ctx := errgroup.WithContext(ctx)
	if def.Describe().Lane.Joint() {
		work.SetLimit(1)
	}
	for _, bank := range p.manifest.Banks {
		var list []any
		for _, c := range p.live[bank] {
			if choice(c) {
				list = append(list, do(c, p.head(on), ledgerstate.Ref{No: c.Number}))
			}
		}
		if len(list) == 0 {
			continue
		}
		person := who
		if who == theBank {
			person = bank + "/officer1"
		}
		work.Go(func() error { return p.must(ctx, person, p.books[bank], def, list...) })
	}
	return work.Wait()
}

// theBank is whoever's claim it is.
const theBank = ""

func onWay(ways ...string) func(*claim) bool {
	return func(c *claim) bool {
		for _, w := range ways {
			if c.Way == w {
				return true
			}
		}
		return false
	}
}

func not(choice func(*claim) bool) func(*claim) bool {
	return func(c *claim) bool { return !choice(c) }
}

func every(*claim) bool { return true }

func plain(_ *claim, h command.Head, ref ledgerstate.Ref) any {
	return &compensation.ClaimContent{Head: h, Claim: ref}
}

func becauseOf(reason string) maker {
	return func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.ReasonContent{Head: h, Claim: ref, Reason: reason, Note: "见附件"}
	}
}

func looked(upheld bool) maker {
	return func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.ReReviewContent{Head: h, Claim: ref, Upheld: upheld, Note: "现场核实"}
	}
}

// wave takes the claims of a wave from the notice to their end.
func (p *player) wave(ctx context.Context, n int) error {
	w := p.manifest.Waves[n]
	p.live = map[string][]*claim{}
	for i := range p.manifest.Claims {
		if c := &p.manifest.Claims[i]; c.Wave == n {
			bank := p.manifest.Banks[c.Bank]
			p.live[bank] = append(p.live[bank], &claim{c, bank})
		}
	}
	for _, do := range []func(context.Context, int, sample.Wave) error{p.apply, p.examine, p.publicise, p.approve, p.pay, p.after} {
		if err := do(ctx, n, w); err != nil {
			return err
		}
	}
	return nil
}

// apply: the banks give notice and submit.
func (p *player) apply(ctx context.Context, _ int, w sample.Wave) error {
	notify := func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.NotifyContent{Head: h, Claim: ref, Filing: ledgerstate.Ref{No: c.Contract}}
	}
	if err := p.each(ctx, theBank, compensation.Notify, w.Notice, every, notify); err != nil {
		return err
	}
	err := p.each(ctx, theBank, compensation.Submit, w.Submit, every, func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		s := &compensation.SubmitContent{Head: h, Claim: ref, Evidence: "LAWSUIT", EvidenceOn: c.EvidenceOn}
		for _, i := range compensation.Dossier {
			if !i.Ledger {
				s.Documents = append(s.Documents, compensation.Document{Item: i.Code, CID: address(c.Number + i.Code)})
			}
		}
		if c.Other {
			s.Others = &[]compensation.Government{{From: "县财政", Amount: c.Others, CID: address(c.Number)}}
		}
		return s
	})
	if err != nil {
		return err
	}
	withdrawn := onWay(sample.Withdrawn)
	if err := p.each(ctx, theBank, compensation.Withdraw, w.Cure, withdrawn, plain); err != nil {
		return err
	}
	if err := p.each(ctx, theBank, registry.Revoke, w.Cure, withdrawn, func(c *claim, h command.Head, _ ledgerstate.Ref) any {
		return &compensation.RevokeContent{Head: h, Filing: ledgerstate.Ref{No: c.Contract}, Reason: "V04"}
	}); err != nil {
		return err
	}
	for _, bank := range p.manifest.Banks { // what is revoked is claimed for no more
		for _, c := range p.live[bank] {
			if withdrawn(c) {
				again := notify(c, p.head(w.Accept), ledgerstate.Ref{No: c.Number + "-2"})
				if err := p.refused(ctx, compensation.FilingState.Code, bank+"/officer1", p.books[bank], compensation.Notify, again); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// examine: the Commission accepts, rejects, or asks for more; then reviews; the
// central bank gives its opinion.
func (p *player) examine(ctx context.Context, _ int, w sample.Wave) error {
	if err := p.each(ctx, operator, compensation.Reject, w.Cure, onWay(sample.Refused), becauseOf("X01")); err != nil {
		return err
	}
	if err := p.each(ctx, operator, compensation.ReturnForCorrection, w.Submit, onWay(sample.Corrected), func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.CorrectionContent{Head: h, Claim: ref, Items: []string{"D09"}, Note: "催收记录不足三次"}
	}); err != nil {
		return err
	}
	if err := p.each(ctx, theBank, compensation.Resubmit, w.Cure, onWay(sample.Corrected), func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.SubmitContent{Head: h, Claim: ref, Documents: []compensation.Document{{Item: "D09", CID: address(c.Number + "again")}}}
	}); err != nil {
		return err
	}
	goesOn := not(onWay(sample.Refused, sample.Withdrawn))
	if err := p.each(ctx, operator, compensation.AcceptComplete, w.Accept, goesOn, plain); err != nil {
		return err
	}
	if err := p.each(ctx, reviewer, compensation.Review, w.Review, goesOn, plain); err != nil {
		return err
	}
	return p.each(ctx, centralBank, compensation.Opine, w.Opine, goesOn, func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.OpineContent{Head: h, Claim: ref, Agrees: true}
	})
}

// publicise: Finance publicises; objections come, are answered and decided.
func (p *player) publicise(ctx context.Context, _ int, w sample.Wave) error {
	public := func(_ *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.PubliciseContent{Head: h, Claim: ref}
	}
	if err := p.each(ctx, clerk, compensation.Publicise, w.Publish, not(onWay(sample.Refused, sample.Withdrawn)), public); err != nil {
		return err
	}
	objected := onWay(sample.Objected, sample.Upheld, sample.Adjusted)
	if err := p.each(ctx, operator, compensation.Object, w.Object, objected, func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.ObjectContent{Head: h, Claim: ref, Objector: "PUBLIC", Text: "借款人仍在经营", CID: address(c.Number + "letter")}
	}); err != nil {
		return err
	}
	if err := p.each(ctx, theBank, compensation.AnswerObjection, w.Answer, objected, func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.AnswerContent{Head: h, Claim: ref, Objection: 1, Text: "已停业", CID: address(c.Number + "photo")}
	}); err != nil {
		return err
	}
	if err := p.each(ctx, reviewer, compensation.ReReviewClaim, w.Decide, onWay(sample.Objected), looked(false)); err != nil {
		return err
	}
	if err := p.each(ctx, reviewer, compensation.ReReviewClaim, w.Decide, onWay(sample.Upheld, sample.Adjusted), looked(true)); err != nil {
		return err
	}
	if err := p.each(ctx, approver, compensation.Reject, w.Again, onWay(sample.Upheld), becauseOf("X07")); err != nil {
		return err
	}
	adjusted, proposals := onWay(sample.Adjusted), map[string]string{}
	if err := p.each(ctx, reviewer, compensation.ProposeAdjustment, w.Decide, adjusted, func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		proposals[c.Number] = h.Number
		return &compensation.AdjustContent{Head: h, Claim: ref, Why: "另获县财政补助", Others: &[]compensation.Government{{From: "县财政", Amount: c.Others, CID: address(c.Number)}}}
	}); err != nil {
		return err
	}
	if err := p.each(ctx, approver, compensation.SignAdjustment, w.Decide, adjusted, func(c *claim, h command.Head, ref ledgerstate.Ref) any {
		return &compensation.SignAdjustmentContent{Head: h, Claim: ref, Adjustment: proposals[c.Number]}
	}); err != nil {
		return err
	}
	return p.each(ctx, clerk, compensation.Publicise, w.Again, adjusted, public)
}

// goesToPay are the claims that Finance approves.
var goesToPay = not(onWay(sample.Refused, sample.Withdrawn, sample.Upheld))

func (p *player) approve(ctx context.Context, _ int, w sample.Wave) error {
	return p.each(ctx, approver, compensation.Approve, w.Approve, goesToPay, plain)
}

// after: what is recovered, and what is clawed back.
func (p *player) after(ctx context.Context, n int, w sample.Wave) error {
	if err := p.sendAll(ctx, p.manifest.Recovered[n]); err != nil {
		return err
	}
	// A claim that got nothing is closed: nothing comes back on it.
	comes := func(c *claim) bool {
		return !p.nothing[c.Number] && (strings.HasPrefix(c.After, sample.Returned) || c.After == sample.Late || c.After == sample.Beyond)
	}
	clawed := func(c *claim) bool { return !p.nothing[c.Number] && strings.HasSuffix(c.After, sample.ClawedBack) }
	if err := p.each(ctx, theBank, compensation.RecordRecovery, w.Report, comes, plain); err != nil {
		return err
	}
	if err := p.comeBack(ctx, returns, w.Return, false, func(c *claim) bool { return comes(c) && c.After != sample.Late }); err != nil {
		return err
	}
	if err := p.each(ctx, clerk, compensation.Close, w.First, func(c *claim) bool { return comes(c) && c.After == sample.Beyond }, becauseOf("E02")); err != nil {
		return err
	}
	if err := p.each(ctx, approver, compensation.OrderClawback, w.Clawback, clawed, becauseOf("B02")); err != nil {
		return err
	}
	if err := p.comeBack(ctx, clawbacks, w.First, true, clawed); err != nil {
		return err
	}
	if err := p.comeBack(ctx, returns, w.Late, false, func(c *claim) bool { return comes(c) && c.After == sample.Late }); err != nil {
		return err
	}
	return p.comeBack(ctx, clawbacks, w.Last, false, clawed)
}
