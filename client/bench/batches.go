package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// Copy is part c: as Repay, with a rule that writes each loan back as it is.
func (b *Bench) Copy(ctx context.Context) (Run, error) {
	def := definition(copyCommand)
	b.round++
	steps := make([]step, len(b.loans))
	for i, l := range b.loans {
		content := def.New()
		raw, err := json.Marshal(struct {
			command.Head
			Loan ledgerstate.Ref `json:"loan"`
		}{repayment(b.round, i, ledgerstate.Ref{}).Head, named(l.no)})
		if err == nil {
			err = json.Unmarshal(raw, content)
		}
		if err != nil {
			return Run{}, err
		}
		steps[i] = step{copyCommand, content}
	}
	return b.batches(ctx, "c", steps)
}

// Repay is part d: a repayment of each loan, as an import sends them.
func (b *Bench) Repay(ctx context.Context) (Run, error) {
	b.round++
	steps := make([]step, len(b.loans))
	for i, l := range b.loans {
		steps[i] = step{"loan.Repay", repayment(b.round, i, named(l.no))}
	}
	return b.batches(ctx, "d", steps)
}

func (b *Bench) batches(ctx context.Context, part string, steps []step) (Run, error) {
	m, err := b.start(part)
	if err != nil {
		return Run{}, err
	}
	if _, err := b.post(ctx, b.Bank.Lends, steps, &m.delays); err != nil {
		return Run{}, fmt.Errorf("part %s: %w", part, err)
	}
	return m.stop(ctx)
}

// File is a day file and who sends it.
type File struct {
	Path         string
	Person       string // ORG/USER
	Organization string
	MSP          string
	Party        command.Party
}

// Import is parts e and f: files of several organizations, each
// organization's one after another, all organizations at once, from the CSV
// to the receipt. bookOf names the book that stands for a bank's; the
// receipts go to a directory.
func (b *Bench) Import(ctx context.Context, part string, files []File, bookOf map[string]string, receipts string) (Run, error) {
	for _, f := range files {
		if err := b.connect(ctx, f.Person, f.MSP); err != nil {
			return Run{}, err
		}
	}
	m, err := b.start(part)
	if err != nil {
		return Run{}, err
	}
	g, gctx := errgroup.WithContext(ctx)
	begun := map[string]bool{}
	for _, first := range files {
		if begun[first.Organization] {
			continue
		}
		begun[first.Organization] = true
		g.Go(func() error {
			for _, f := range files {
				if f.Organization != first.Organization {
					continue
				}
				if err := b.file(gctx, f, bookOf, receipts, &m.delays); err != nil {
					return fmt.Errorf("part %s, %s: %w", part, f.Path, err)
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Run{}, err
	}
	return m.stop(ctx)
}

// Enter sends files of which nothing is measured: what the banks' files need.
func (b *Bench) Enter(ctx context.Context, files []File, bookOf map[string]string, receipts string) error {
	var d delays
	for _, f := range files {
		if err := b.connect(ctx, f.Person, f.MSP); err != nil {
			return err
		}
		if err := b.file(ctx, f, bookOf, receipts, &d); err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return b.everyPeer(ctx, d.all().lastBlock)
}

func (b *Bench) file(ctx context.Context, f File, bookOf map[string]string, receipts string, d *delays) error {
	file, err := dayfile.Open(f.Path)
	if err != nil {
		return err
	}
	defer file.Close()
	client := b.clients[f.Person]
	r, err := dayfile.Import(ctx, file, dayfile.Sender{Person: f.Person, Organization: f.Organization, Party: f.Party, Engine: client.Ledger().Engine(),
		Writer: timed{client, d}, BookOf: func(bank string) (string, bool) { name, ok := bookOf[bank]; return name, ok }},
		dayfile.Options{Receipt: filepath.Join(receipts, filepath.Base(f.Path)), BatchSize: b.BatchSize, InFlight: b.InFlight})
	if err == nil && r.Already > 0 && f.Party == command.Bank {
		err = fmt.Errorf("%d of %d lines were applied before: not a measurement", r.Already, r.Total)
	}
	return err
}
