package bench

import (
	"context"
	"fmt"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/monthend"
)

// filedPart is what is filed of each loan: a hundred of one household stay
// within its cap.
const filedPart = 3_000 * money.Yuan

// Days of part h: claims come once every loan is non-performing, and their
// step is late at the month's end.
var (
	filingDay = firstDay + 4
	claimDay  = calendar.MustParse("2024-10-15")
	monthDay  = calendar.MustParse("2024-11-30")
)

// File reserves and files each loan and makes a claim of it, so that there is
// a month's end to run. It is no part of any target.
func (b *Bench) File(ctx context.Context) (Run, error) {
	m, err := b.start("filings and claims")
	if err != nil {
		return Run{}, err
	}
	if err := b.connect(ctx, b.Agrees, b.Members.Authorities[command.Finance]); err != nil {
		return Run{}, err
	}
	r, err := b.clients[b.Agrees].Post(ctx, command.CommonsName, registry.Agree, registry.AgreeContent{Head: head("XY", 0, firstDay), Bank: b.Bank.MSP,
		From: firstDay, To: monthDay + 365, Text: digestText("agreement")})
	if err == nil && r.Refusal != nil {
		err = r.Refusal
	}
	if err != nil {
		return Run{}, err
	}
	one := *b // filings of one borrower share a bucket, so one transaction at a time
	one.InFlight = 1
	reservations, err := b.reservations(ctx)
	if err != nil {
		return Run{}, err
	}
	var attests []string
	for _, x := range consortium.Exclusions {
		attests = append(attests, x.Code)
	}
	each := func(content func(i int, l loanAt) step) []step {
		steps := make([]step, len(b.loans))
		for i, l := range b.loans {
			steps[i] = content(i, l)
		}
		return steps
	}
	for _, steps := range [][]step{
		reservations,
		each(func(i int, l loanAt) step {
			part := filedPart
			return step{"comp.File", &compensation.FileContent{Head: head("BA", i, filingDay), Filing: named(l.no), Loan: named(l.no), Amount: &part, Attests: attests}}
		}),
		each(func(i int, l loanAt) step {
			return step{"comp.Notify", &compensation.NotifyContent{Head: head("TZ", i, claimDay), Claim: named(claimNo(i)), Filing: named(l.no)}}
		}),
		each(func(i int, _ loanAt) step {
			return step{"comp.Submit", &compensation.SubmitContent{Head: head("BC", i, claimDay), Claim: named(claimNo(i)), Evidence: "LAWSUIT", EvidenceOn: claimDay - 30, Documents: papers}}
		}),
	} {
		if _, err := one.post(ctx, b.Bank.Lends, steps, &m.delays); err != nil {
			return Run{}, err
		}
	}
	return m.stop(ctx)
}

func claimNo(i int) string { return fmt.Sprintf("BENCH-C-%06d", i) }

// papersCID stands for every ciphertext.
func papersCID() (cid.Cid, error) {
	return cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte("synthetic"))
}

// papers are the documents of a dossier.
var papers = func() (list []compensation.Document) {
	c, err := papersCID()
	if err != nil {
		panic(err)
	}
	for _, i := range compensation.Dossier {
		if !i.Ledger {
			list = append(list, compensation.Document{Item: i.Code, CID: c.String()})
		}
	}
	return list
}()

// reservations ask the bank's own peer what opens each loan's seal.
func (b *Bench) reservations(ctx context.Context) ([]step, error) {
	const page = 1000
	var steps []step
	for first := 0; first < len(b.loans); first += page {
		var q loan.BorrowerQuery
		for _, l := range b.loans[first:min(len(b.loans), first+page)] {
			q.Loans = append(q.Loans, l.no)
		}
		var a loan.BorrowerAnswer
		if err := b.clients[b.Bank.Lends].Ask(ctx, b.Bank.Book, loan.Borrower.Name, q, &a); err != nil {
			return nil, err
		}
		for k, x := range a.Borrowers {
			part, i := filedPart, first+k
			steps = append(steps, step{"comp.Reserve", &compensation.ReserveContent{Head: head("YL", i, filingDay), Filing: named(q.Loans[k]), Loan: named(q.Loans[k]), Amount: &part, Identity: x.Identity, Blind: x.Blind}})
		}
	}
	return steps, nil
}

// MonthEnd is part h: the month-end run of the whole book, in which loans
// stand in the place of commands.
func (b *Bench) MonthEnd(ctx context.Context) (Run, error) {
	tables, err := book.Show(ctx, b.clients[b.Opens].Ledger())
	if err != nil {
		return Run{}, err
	}
	if err := b.settle(ctx); err != nil {
		return Run{}, err
	}
	const part = "h"
	m, err := b.start(part)
	if err != nil {
		return Run{}, err
	}
	run := monthend.Run{Client: timed{b.clients[b.Opens], &m.delays}, Today: tables.Open, Number: "BENCH-MONTH"}
	s, err := run.Do(ctx, []monthend.Bank{{MSP: b.Bank.MSP, Book: b.Bank.Book}}, monthDay)
	if err != nil {
		return Run{}, fmt.Errorf("part %s: %w", part, err)
	}
	x := s.Banks[0]
	if p := x.Breaker.Portfolio; p == nil || p.Loans != len(b.loans) || x.Recomputed != len(b.loans) || len(x.Differ)+len(x.Missing) > 0 || len(x.Late) != len(b.loans) {
		return Run{}, fmt.Errorf("part %s: %d claims of %d loans worked out again, %d differ, %d late, breaker %+v", part, x.Recomputed, len(b.loans), len(x.Differ)+len(x.Missing), len(x.Late), x.Breaker)
	}
	r, err := m.stop(ctx)
	return b.perLoan(r), err
}
