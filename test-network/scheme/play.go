package scheme

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// Who signs what.
const (
	operator    = "Commission/operator1"
	reviewer    = "Commission/reviewer1"
	secretary   = "Commission/approver1"
	supervisor  = "CentralBank/officer1"
	centralBank = "CentralBank/approver1"
	clerk       = "Finance/officer1"
	approver    = "Finance/approver1"
)

// Options of a play.
type Options struct {
	Dir      string // of the sample
	Receipts string // directory for the files' receipts
	// Told is called as it goes on; it may be nil.
	Told func(format string, args ...any)
}

// player plays one sample.
type player struct {
	*Members
	o        Options
	manifest *sample.SchemeManifest
	n        int                 // of business numbers
	books    map[string]string   // by bank
	live     map[string][]*claim // by bank, in their order
	nothing  map[string]bool     // claims that the pool had nothing for
}

type claim struct {
	*sample.SchemeClaim
	bank string
}

// Play sends everything that the sample tells of.
func Play(ctx context.Context, m *Members, o Options) error {
	manifest, err := sample.ReadScheme(o.Dir)
	if err != nil {
		return err
	}
	p := &player{Members: m, o: o, manifest: manifest, books: map[string]string{}}
	for _, bank := range manifest.Banks {
		p.books[bank] = sample.BookOf(bank)
	}
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"agreements", p.agree},
		{"day files of two years", func(ctx context.Context) error { return p.sendAll(ctx, manifest.Base) }},
		{"a breaker trips and lets go", p.breaker},
		{"the fund is opened", p.openFund},
		{"wave 1: the pool suffices", func(ctx context.Context) error { return p.wave(ctx, 0) }},
		{"wave 2: the pool falls short", func(ctx context.Context) error { return p.wave(ctx, 1) }},
		{"a third rule pack is signed", p.thirdPack},
		{"day files of the third year", func(ctx context.Context) error { return p.sendAll(ctx, manifest.Later) }},
		{"wave 3: a bank's share of the year binds", func(ctx context.Context) error { return p.wave(ctx, 2) }},
		{"wave 4: nothing is left for a bank", func(ctx context.Context) error { return p.wave(ctx, 3) }},
	}
	for _, s := range steps {
		p.tell("%s", s.name)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func (p *player) tell(format string, args ...any) {
	if p.o.Told != nil {
		p.o.Told(format, args...)
	}
}

func (p *player) sendAll(ctx context.Context, files []sample.File) error {
	for _, f := range files {
		if err := p.send(ctx, filepath.Join(p.o.Dir, f.Name), f, filepath.Join(p.o.Receipts, f.Name+".receipt.csv")); err != nil {
			return err
		}
	}
	return nil
}

// head numbers a command.
func (p *player) head(on calendar.Date) command.Head {
	p.n++
	return command.Head{Number: fmt.Sprintf("S-%05d", p.n), Date: on}
}

// must sends commands that the ledger has to accept.
func (p *player) must(ctx context.Context, person, chaincode string, def command.Definition, contents ...any) error {
	results, err := p.post(ctx, person, chaincode, def, contents)
	if err != nil {
		return err
	}
	for i, r := range results {
		if r.Refusal != nil {
			return fmt.Errorf("%s as %s: %w, content %+v", def.Describe().Name, person, r.Refusal, contents[i])
		}
	}
	return nil
}

// refused sends a command that the ledger has to refuse.
func (p *player) refused(ctx context.Context, code, person, chaincode string, def command.Definition, content any) error {
	results, err := p.post(ctx, person, chaincode, def, []any{content})
	if err != nil {
		return err
	}
	if r := results[0]; r.Refusal == nil || r.Refusal.Code != code {
		return fmt.Errorf("%s as %s: wanted %s, got %s %v", def.Describe().Name, person, code, r.Outcome, r.Refusal)
	}
	return nil
}

// ask asks a question as a person.
func (p *player) ask(ctx context.Context, person, chaincode string, query command.QueryDefinition, content, answer any) error {
	c, err := p.As(ctx, person)
	if err == nil {
		err = p.caughtUp(ctx, c)
	}
	if err != nil {
		return err
	}
	return c.Ask(ctx, chaincode, query.DescribeQuery().Name, content, answer)
}

// agree records each bank's cooperation agreement.
func (p *player) agree(ctx context.Context) error {
	text := fmt.Sprintf("%064x", 1)
	var list []any
	for _, bank := range p.manifest.Banks {
		list = append(list, &registry.AgreeContent{Head: p.head(p.tables.Open), Bank: bank + "MSP", From: calendar.MustParse("2022-01-01"), To: calendar.MustParse("2025-12-31"), Text: text})
	}
	return p.must(ctx, approver, command.CommonsName, registry.Agree, list...)
}

// breaker judges the third bank: at one month's end so much is non-performing
// that it may file nothing new; after two better ones it is let go on.
func (p *player) breaker(ctx context.Context) error {
	b, bank := p.manifest.Breaker, p.manifest.Banks[2]
	probe := func(on calendar.Date) (*compensation.ReserveContent, error) {
		var a loan.BorrowerAnswer
		if err := p.ask(ctx, bank+"/officer1", p.books[bank], loan.Borrower, loan.BorrowerQuery{Loans: []string{b.Contract}}, &a); err != nil {
			return nil, err
		}
		return &compensation.ReserveContent{Head: p.head(on), Filing: ledgerstate.Ref{No: b.Contract}, Loan: ledgerstate.Ref{No: b.Contract},
			Identity: a.Borrowers[0].Identity, Blind: a.Borrowers[0].Blind}, nil
	}
	if err := p.judge(ctx, bank, b.Trips); err != nil {
		return err
	}
	reserve, err := probe(b.Filed)
	if err == nil {
		err = p.refused(ctx, registry.BankStopped.Code, bank+"/officer1", p.books[bank], registry.Reserve, reserve)
	}
	if err != nil {
		return err
	}
	resume := func() *registry.ResumeContent {
		return &registry.ResumeContent{Head: p.head(b.Resumed), Bank: bank + "MSP", Minute: fmt.Sprintf("%064x", 2)}
	}
	for i, month := range b.Below {
		if i == 1 { // one good month is not enough
			if err := p.refused(ctx, registry.NotResumable.Code, centralBank, command.CommonsName, registry.Resume, resume()); err != nil {
				return err
			}
		}
		if err := p.judge(ctx, bank, month); err != nil {
			return err
		}
	}
	if err := p.must(ctx, centralBank, command.CommonsName, registry.Resume, resume()); err != nil {
		return err
	}
	if reserve, err = probe(b.Filed); err == nil {
		err = p.must(ctx, bank+"/officer1", p.books[bank], registry.Reserve, reserve)
	}
	if err != nil {
		return err
	}
	return p.must(ctx, bank+"/officer1", p.books[bank], registry.File, &compensation.FileContent{Head: p.head(b.Filed), Filing: ledgerstate.Ref{No: b.Contract}, Loan: ledgerstate.Ref{No: b.Contract}, Attests: exclusions()})
}

func exclusions() []string {
	var codes []string
	for _, t := range consortium.Exclusions {
		codes = append(codes, t.Code)
	}
	return codes
}

// judge refreshes what is counted of a bank's loans and judges its breaker.
func (p *player) judge(ctx context.Context, bank string, month calendar.Date) error {
	var list []any
	for n := 1; n <= registry.Buckets; n++ {
		list = append(list, &registry.RefreshContent{Head: p.head(month + 1), Bank: bank + "MSP", Bucket: n, Day: month})
	}
	if err := p.must(ctx, supervisor, command.CommonsName, registry.Refresh, list...); err != nil {
		return err
	}
	return p.must(ctx, supervisor, command.CommonsName, registry.Judge, &registry.JudgeContent{Head: p.head(month + 1), Bank: bank + "MSP", Day: month})
}

// thirdPack puts the third rule pack into force: all three authorities sign.
func (p *player) thirdPack(ctx context.Context) error {
	packs, err := sample.Packs()
	if err != nil {
		return err
	}
	third := packs[2]
	h := p.head(sample.Last)
	propose := &consortium.ProposeContent{Head: h, Change: consortium.Change{Packs: []consortium.RulePack{third}}}
	if err := p.must(ctx, clerk, command.CommonsName, consortium.Propose, propose); err != nil {
		return err
	}
	for _, person := range []string{secretary, centralBank} {
		if err := p.must(ctx, person, command.CommonsName, consortium.Approve, &consortium.ApproveContent{Head: p.head(sample.Last), Proposal: h.Number}); err != nil {
			return err
		}
	}
	return nil
}

// address is the content address of a document that nobody has.
func address(text string) string {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte(text))
	if err != nil {
		panic(err)
	}
	return c.String()
}
