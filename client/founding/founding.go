package founding

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Options say what to found.
type Options struct {
	Operator ledger.Ledger // connection of the Commission's operator
	Content  consortium.FoundContent
	Progress func(string) // may be nil
}

// Found founds the consortium and opens every member bank's book. What is
// there already is left as it is.
func Found(ctx context.Context, o Options) error {
	f := &founder{o: o, msp: map[command.Party]string{}}
	for _, m := range o.Content.Members {
		if m.Party != command.Bank {
			f.msp[m.Party] = m.MSP
		}
	}
	if err := f.found(ctx); err != nil {
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, c := range command.Commons.Collections() {
		g.Go(func() error { return f.secret(gctx, command.CommonsName, c, "") })
	}
	for _, m := range o.Content.Members {
		if m.Party == command.Bank {
			g.Go(func() error { return f.book(gctx, m) })
		}
	}
	return g.Wait()
}

type founder struct {
	o   Options
	msp map[command.Party]string
}

func (f *founder) say(format string, args ...any) {
	if f.o.Progress != nil {
		f.o.Progress(fmt.Sprintf(format, args...))
	}
}

func (f *founder) authorities() []string {
	return []string{f.msp[command.Commission], f.msp[command.CentralBank], f.msp[command.Finance]}
}

func (f *founder) found(ctx context.Context) error {
	raw, err := f.o.Operator.Evaluate(ctx, ledger.Call{Chaincode: command.CommonsName, Function: "reference:Packed", Args: []string{""}, Endorsers: []string{f.msp[command.Commission]}})
	if err != nil {
		return fmt.Errorf("asking whether the consortium is founded: %w", err)
	}
	if len(raw) > 0 {
		return nil
	}
	content, err := json.Marshal(f.o.Content)
	if err != nil {
		return err
	}
	f.say("成立联盟 founding the consortium")
	commit, err := f.send(ctx, ledger.Call{Chaincode: command.CommonsName, Function: consortium.Found.Name + ":Submit",
		Transient: map[string][]byte{"command": content}, Endorsers: f.authorities()})
	if err != nil {
		return err
	}
	// A refused command commits too. Its receipt cannot be read before there
	// is a consortium, so what the content's own check says must do.
	var s command.Summary
	if json.Unmarshal(commit.Response, &s) == nil && s.Refused > 0 {
		if err := consortium.Found.Check(&f.o.Content); err != nil {
			return fmt.Errorf("the founding was refused (transaction %s): %w", commit.TxID, err)
		}
		return fmt.Errorf("the founding was refused (transaction %s): only the Commission's operator founds, and not with a day that has not come", commit.TxID)
	}
	return nil
}

func (f *founder) book(ctx context.Context, bank consortium.Member) error {
	err := f.submit(ctx, ledger.Call{Chaincode: bank.Book, Function: "setup:Open", Args: []string{bank.MSP}, Endorsers: f.authorities()})
	switch {
	case err == nil:
		f.say("开立账簿 opened %s for %s", bank.Book, bank.MSP)
	case ledger.CodeOf(err) != "BOOK_EXISTS":
		return err
	}
	g, gctx := errgroup.WithContext(ctx)
	for _, c := range command.Book.Collections() {
		g.Go(func() error { return f.secret(gctx, bank.Book, c, bank.MSP) })
	}
	return g.Wait()
}

// secret places a collection's secret through its own endorsers only: a
// transient map goes to all endorsers, and nobody else may see the secret.
func (f *founder) secret(ctx context.Context, chaincode string, c command.Collection, bank string) error {
	secret := make([]byte, ledgerstate.SecretSize)
	if _, err := rand.Read(secret); err != nil {
		return err
	}
	err := f.submit(ctx, ledger.Call{Chaincode: chaincode, Function: "setup:Secret", Args: []string{c.Name},
		Transient: map[string][]byte{"secret": secret}, Endorsers: f.endorsers(c, bank)})
	if err != nil && ledger.CodeOf(err) != "SECRET_EXISTS" {
		return err
	}
	return nil
}

// endorsers are the fewest parties that satisfy the collection's policy.
func (f *founder) endorsers(c command.Collection, bank string) []string {
	var parties []command.Party
	var msps []string
	for _, p := range c.Members {
		if c.Endorse.SatisfiedBy(parties...) {
			break
		}
		if p == command.Audit {
			continue
		}
		parties = append(parties, p)
		if p == command.Bank {
			msps = append(msps, bank)
		} else {
			msps = append(msps, f.msp[p])
		}
	}
	return msps
}

// submit sends a founding transaction; those are idempotent, so what failed
// on the way is simply sent again.
func (f *founder) submit(ctx context.Context, call ledger.Call) error {
	_, err := f.send(ctx, call)
	return err
}

func (f *founder) send(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	if call.Transient == nil {
		call.Transient = map[string][]byte{}
	}
	var err error
	for until := time.Now().Add(patience); ; {
		seed := make([]byte, ledgerstate.SeedSize)
		if _, err := rand.Read(seed); err != nil {
			return nil, err
		}
		call.Transient["seed"] = seed
		var commit *ledger.Commit
		if commit, err = f.o.Operator.Submit(ctx, call); err == nil {
			return commit, nil
		}
		if !passes(err) || time.Now().After(until) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil, fmt.Errorf("%s of %s: %w", call.Function, call.Chaincode, err)
}

// How long a founding transaction is sent again, and how often. A network
// that has just started may need some seconds until all its peers follow.
const (
	patience = 30 * time.Second
	pause    = 100 * time.Millisecond
)

// passes tells whether the same transaction may succeed in a moment. What an
// earlier step has just brought onto the ledger stands on the operator's own
// peer; another endorser may not have that block yet.
func passes(err error) bool {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return false
	}
	return e.Retry || e.MayCommit || e.Code == "NOT_FOUNDED" || e.Code == "BOOK_NOT_OPEN"
}
