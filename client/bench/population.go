package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// loansPerSubject: accepting a loan reads its subject and grant, so that few
// are enough; they are read by many transactions and written by none.
const loansPerSubject = 100

// firstDay is when the population's loans are applied for; it lies within the
// sample's back-dating limit.
var firstDay = calendar.MustParse("2024-01-02")

// loanAt is a disbursed loan and where it lives.
type loanAt struct {
	no string
	id ledgerstate.ID
}

// step is one command of one person on its way to be posted.
type step struct {
	name    string
	content any
}

// Populate lends n loans from application to disbursement, through the
// pipeline, with the signers that the rules ask for. It returns what that
// took, which is no part of any target.
func (b *Bench) Populate(ctx context.Context, n int) (Run, error) {
	m, err := b.start("population")
	if err != nil {
		return Run{}, err
	}
	p := population{n: n, msp: b.Bank.MSP}
	for _, stage := range []struct {
		person string
		steps  func() []step
	}{
		{b.Enters, p.subjects}, {b.Enters, p.grants}, {b.Applies, p.applications},
		{b.Bank.Accepts, p.acceptances}, {b.Bank.Decides, p.decisions}, {b.Bank.Lends, p.contracts},
	} {
		results, err := b.post(ctx, stage.person, stage.steps(), &m.delays)
		if err != nil {
			return Run{}, err
		}
		p.keep(results)
	}
	b.loans = p.loans
	return m.stop(ctx)
}

// post sends the steps of one person through a pipeline of their own. Each
// must be accepted.
func (b *Bench) post(ctx context.Context, person string, steps []step, d *delays) ([]pipeline.Result, error) {
	pipe, err := pipeline.New(ctx, pipeline.Options{Writer: timed{b.clients[person], d}, Chaincode: b.Bank.Book, BatchSize: b.BatchSize, InFlight: b.InFlight})
	if err != nil {
		return nil, err
	}
	futures := make([]*pipeline.Future, len(steps))
	for i, s := range steps {
		item, err := pipeline.ItemOf(definition(s.name), s.content)
		if err == nil {
			futures[i], err = pipe.Add(ctx, item)
		}
		if err != nil {
			return nil, err
		}
	}
	if err := pipe.Close(ctx); err != nil {
		return nil, err
	}
	results := make([]pipeline.Result, len(steps))
	for i, f := range futures {
		r, err := f.Wait(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s of %s: %w", steps[i].name, person, err)
		}
		if r.Outcome != command.Accepted.String() {
			return nil, fmt.Errorf("%s of %s was %s, not accepted: %v", steps[i].name, person, r.Outcome, r.Refusal)
		}
		results[i] = r
	}
	return results, nil
}

// population makes the commands that lend n loans.
type population struct {
	n     int
	msp   string
	loans []loanAt
}

// keep remembers where the loans live.
func (p *population) keep(results []pipeline.Result) {
	if len(results) == p.n && results[0].Command == "loan.Accept" {
		for i, r := range results {
			p.loans = append(p.loans, loanAt{contractNo(i), r.ID})
		}
	}
}

func (p *population) people() int { return (p.n + loansPerSubject - 1) / loansPerSubject }

func head(kind string, i int, day calendar.Date) command.Head {
	return command.Head{Number: fmt.Sprintf("%s-%06d", kind, i), Date: day}
}

func pseudonym(i int) string          { return fmt.Sprintf("benchsubject%06d", i) }
func grantNo(i int) string            { return fmt.Sprintf("BENCH-G-%06d", i) }
func applicationNo(i int) string      { return fmt.Sprintf("BENCH-A-%06d", i) }
func contractNo(i int) string         { return fmt.Sprintf("BENCH-L-%06d", i) }
func named(no string) ledgerstate.Ref { return ledgerstate.Ref{No: no} }

// residentID is the code of somebody who does not exist: nobody was born in
// these sequence numbers' county on a day of 1901.
func residentID(i int) string {
	first := fmt.Sprintf("630121%04d%02d%02d%03d", 1901, i/4%12+1, i/48%28+1, i%4*200+i/1344)
	return first + string(identifier.ResidentIDCheckCharacter(first))
}

func (p *population) subjects() []step {
	steps := make([]step, p.people())
	for i := range steps {
		name, region, industry := fmt.Sprintf("合成主体%06d", i), "630121", "0314"
		steps[i] = step{"subject.Register", &subject.RegisterContent{Head: head("ZT", i, firstDay),
			Subject: ledgerstate.Ref{ID: ledgerstate.ID{Page: pseudonym(i)}, No: residentID(i)}, Type: subject.Herder, IDKind: subject.ResidentID,
			Facts: subject.Amendment{Name: &name, Region: &region, Industry: &industry}}}
	}
	return steps
}

func (p *population) grants() []step {
	sum := sha256.Sum256([]byte("synthetic"))
	steps := make([]step, p.people())
	for i := range steps {
		steps[i] = step{"authorization.Grant", &authorization.GrantContent{Head: head("SQ", i, firstDay), Grant: named(grantNo(i)),
			Terms: authorization.Terms{Subject: pseudonym(i), Who: authorization.Person, Capacity: authorization.Self, Signed: firstDay, Grantee: p.msp, Purpose: "01",
				Items: []string{"LOAN"}, Mode: authorization.Raw, From: firstDay, To: firstDay + 60, Max: 100},
			Evidence: authorization.Evidence{Contact: "0971-0000000", Providers: []string{"CentralBankMSP"}, NoReprovision: true,
				Form: sum[:], Signature: sum[:], Method: "FACE_SMS", Consents: []authorization.Consent{authorization.ConsentProvision}}}}
	}
	return steps
}

const principal = 100_000 * money.Yuan

func (p *population) applications() []step {
	var steps []step
	for i := range p.n {
		steps = append(steps, step{"loan.Apply", &loan.ApplyContent{Head: head("SQ", i, firstDay), Application: named(applicationNo(i)),
			Subject: pseudonym(i / loansPerSubject), Product: "AGR", Amount: principal, Months: 36, Use: "STOCK", Channel: "STATION"}})
	}
	for i := range p.n {
		steps = append(steps, step{"loan.Route", &loan.RouteContent{Head: head("FP", i, firstDay), Application: named(applicationNo(i))}})
	}
	return steps
}

func (p *population) acceptances() []step {
	steps := make([]step, p.n)
	for i := range steps {
		who := i / loansPerSubject
		steps[i] = step{"loan.Accept", &loan.AcceptContent{Head: head("SL", i, firstDay), Loan: named(contractNo(i)), Application: named(applicationNo(i)),
			Subject: ledgerstate.Ref{ID: ledgerstate.ID{Page: pseudonym(who)}, No: residentID(who)}, Grant: named(grantNo(who))}}
	}
	return steps
}

// methods are mixed as in a bank's book.
func methodOf(i int) schedule.Method {
	return []schedule.Method{schedule.EqualInstalment, schedule.EqualPrincipal, schedule.InterestOnly}[i%3]
}

var rate = 385 * money.BasisPoint

func (p *population) decisions() []step {
	steps := make([]step, p.n)
	for i := range steps {
		steps[i] = step{"loan.Credit", &loan.CreditContent{Head: head("SX", i, firstDay+1), Loan: named(contractNo(i)), Grant: named(grantNo(i / loansPerSubject)),
			Limit: principal, Rate: rate, Months: 36, Method: methodOf(i), Guarantee: "C1"}}
	}
	return steps
}

// digestText is a SHA-256 in hex, as vouchers and payees are given.
func digestText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func (p *population) contracts() []step {
	var steps []step
	for i := range p.n {
		every := 1
		if methodOf(i) == schedule.InterestOnly {
			every = 3
		}
		steps = append(steps, step{"loan.Sign", &loan.SignContent{Head: head("HT", i, firstDay+2), Loan: named(contractNo(i)), Amount: principal, Rate: rate,
			Method: methodOf(i), Periods: 36 / every, EveryMonths: every}})
	}
	for i := range p.n {
		steps = append(steps, step{"loan.Disburse", &loan.DisburseContent{Head: head("FK", i, firstDay+3), Loan: named(contractNo(i)), Amount: principal,
			Voucher: digestText("voucher" + contractNo(i)), Payments: []loan.Payment{{Payee: digestText("payee"), Amount: principal}}}})
	}
	return steps
}

// repayment is the i-th loan's repayment of a round: a month after the last
// until the ledger's open day is near.
func repayment(round, i int, l ledgerstate.Ref) *loan.RepayContent {
	day := min(firstDay+3+calendar.Date(31*(round+1)), lastDay)
	return &loan.RepayContent{Head: head(fmt.Sprintf("HK%03d", round), i, day), Loan: l, Amount: 2_000 * money.Yuan}
}

// lastDay is not after the day with which the sample is founded.
var lastDay = calendar.MustParse("2024-12-20")
