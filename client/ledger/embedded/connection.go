package embedded

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// connection is one person's use of the engine.
type connection struct {
	engine      *Engine
	person      Person
	mspID       string // of the identity
	certificate *x509.Certificate
}

var (
	_ ledger.Ledger  = (*connection)(nil)
	_ ledger.Factory = (*Engine)(nil)
)

func (c *connection) Engine() string { return "embedded" }

// Close does nothing: a connection holds nothing of its own.
func (c *connection) Close() error { return nil }

// prepare makes the proposal of a call, as far as any endorser would let it
// in.
func (c *connection) prepare(call ledger.Call, stage ledger.Stage) (*proposal, error) {
	e := c.engine
	now := e.clock()
	if err := c.check(now); err != nil {
		return nil, &ledger.Error{Stage: stage, Code: ledger.CodeAccess, Message: err.Error(), Err: err}
	}
	ns := e.namespace(call.Chaincode)
	if ns == nil {
		return nil, stageError(stage, "", fmt.Errorf("chaincode %q is not deployed", call.Chaincode))
	}
	p, err := newProposal(e.channelName, &c.person, ns, call, now)
	if err != nil {
		return nil, stageError(stage, "", err)
	}
	return p, nil
}

// endorsers finds the organizations that a call names.
func (c *connection) endorsers(names []string) ([]*organization, error) {
	var list []*organization
	seen := map[string]bool{}
	for _, name := range names {
		o := c.engine.organization(name)
		if o == nil {
			return nil, fmt.Errorf("endorser %q is no organization of this consortium", name)
		}
		if o.db == nil {
			return nil, fmt.Errorf("endorser %s has no peer", name)
		}
		if !seen[name] {
			seen[name] = true
			list = append(list, o)
		}
	}
	return list, nil
}

// Submit implements ledger.Ledger. Endorsers must be named.
func (c *connection) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	e := c.engine
	if err := e.begin(); err != nil {
		return nil, unavailable(ledger.StageConnect, err)
	}
	defer e.calls.RUnlock()
	orgs, err := c.endorsers(call.Endorsers)
	if err == nil && len(orgs) == 0 {
		err = errors.New("no endorser is named; name the organizations whose endorsement the lane needs")
	}
	if err != nil {
		return nil, stageError(ledger.StageEndorse, "", err)
	}
	p, err := c.prepare(call, ledger.StageEndorse)
	if err != nil {
		return nil, err
	}
	env, response, err := e.endorsed(ctx, p, orgs)
	if err != nil {
		return nil, err
	}
	select {
	case e.queue <- env:
	case <-ctx.Done():
		return nil, stageError(ledger.StageSubmit, p.txID, ctx.Err())
	}
	select {
	case out := <-env.done:
		return out.commit(p.txID, response)
	case <-ctx.Done():
		return nil, &ledger.Error{Stage: ledger.StageCommitStatus, TxID: p.txID, Code: ledger.CodeTimeout, MayCommit: true,
			Message: "given up waiting: " + ctx.Err().Error(), Err: ctx.Err()}
	}
}

// endorsed executes a proposal and seals what the endorsers agree on.
func (e *Engine) endorsed(ctx context.Context, p *proposal, orgs []*organization) (*envelope, []byte, error) {
	v := e.enter()
	defer e.leave(v)
	sims, err := e.endorse(orgs, p, v)
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, nil, stageError(ledger.StageEndorse, p.txID, err)
	}
	for i, s := range sims[1:] {
		if d := difference(sims[0], s); d != "" {
			return nil, nil, &ledger.Error{Stage: ledger.StageEndorse, TxID: p.txID, Code: ledger.CodeMismatch,
				Message: fmt.Sprintf("%s and %s computed different results: %s", orgs[0].MSP, orgs[i+1].MSP, d)}
		}
	}
	env, err := p.seal(sims[0], orgs)
	if err != nil {
		return nil, nil, stageError(ledger.StageEndorse, p.txID, err)
	}
	return env, sims[0].response.Payload, nil
}

func (o outcome) commit(txID string, response []byte) (*ledger.Commit, error) {
	switch {
	case o.err != nil:
		return nil, &ledger.Error{Stage: ledger.StageCommitStatus, TxID: txID, Code: ledger.CodeUnavailable, MayCommit: true, Message: o.err.Error(), Err: o.err}
	case o.code != codeValid:
		return nil, &ledger.Error{Stage: ledger.StageCommit, TxID: txID, Code: o.code, Message: fmt.Sprintf("invalid in block %d: %s: %s", o.block, o.code, o.reason),
			Retry: o.code == codeMVCC || o.code == codePhantom}
	}
	return &ledger.Commit{TxID: txID, Block: o.block, Response: response}, nil
}

// Evaluate implements ledger.Ledger: the first of call.Endorsers is asked,
// else the caller's own organization, else, if that has no peer, the
// Commission, else the central bank.
func (c *connection) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	e := c.engine
	if err := e.begin(); err != nil {
		return nil, unavailable(ledger.StageConnect, err)
	}
	defer e.calls.RUnlock()
	if err := ctx.Err(); err != nil {
		return nil, stageError(ledger.StageEvaluate, "", err)
	}
	org, err := c.asked(call.Endorsers)
	if err != nil {
		return nil, stageError(ledger.StageEvaluate, "", err)
	}
	p, err := c.prepare(call, ledger.StageEvaluate)
	if err != nil {
		return nil, err
	}
	v := e.enter()
	defer e.leave(v)
	s, err := e.simulate(org, p, v)
	if err != nil {
		return nil, stageError(ledger.StageEvaluate, p.txID, err)
	}
	return s.response.Payload, nil
}

func (c *connection) asked(endorsers []string) (*organization, error) {
	if len(endorsers) > 0 {
		list, err := c.endorsers(endorsers[:1])
		if err != nil {
			return nil, err
		}
		return list[0], nil
	}
	for _, o := range []*organization{c.engine.organization(c.person.MSP), c.engine.party(command.Commission), c.engine.party(command.CentralBank)} {
		if o != nil && o.db != nil {
			return o, nil
		}
	}
	return nil, fmt.Errorf("%s has no peer, and the consortium has neither the Commission's nor the central bank's", c.person.MSP)
}

// Height implements ledger.Ledger.
func (c *connection) Height(context.Context) (uint64, error) {
	if err := c.engine.begin(); err != nil {
		return 0, unavailable(ledger.StageQuery, err)
	}
	defer c.engine.calls.RUnlock()
	v := c.engine.enter()
	defer c.engine.leave(v)
	return v.height, nil
}

// Transaction implements ledger.Ledger.
func (c *connection) Transaction(_ context.Context, txID string) (*ledger.Transaction, error) {
	e := c.engine
	if err := e.begin(); err != nil {
		return nil, unavailable(ledger.StageQuery, err)
	}
	defer e.calls.RUnlock()
	raw, err := e.channel.Get(txKey(txID), nil)
	if errors.Is(err, leveldb.ErrNotFound) {
		return nil, &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: ledger.CodeUnknownTx, Message: "no such transaction"}
	}
	if err != nil {
		return nil, stageError(ledger.StageQuery, txID, err)
	}
	at := readVersion(raw)
	b, err := e.block(at.block)
	if err == nil && int(at.tx) >= len(b.Records) {
		err = fmt.Errorf("block %d has no transaction %d", at.block, at.tx)
	}
	if err != nil {
		return nil, stageError(ledger.StageQuery, txID, err)
	}
	r := b.Records[at.tx]
	t := &ledger.Transaction{
		TxID: txID, Block: at.block, Index: int(at.tx), Time: r.Time, Validation: b.Codes[at.tx],
		Chaincode: r.Chaincode, Function: r.Function, Args: r.Args, Creator: signerOf(r.Creator), Response: r.Response,
	}
	for _, msp := range r.Endorsers {
		t.Endorsers = append(t.Endorsers, ledger.Signer{MSP: msp})
	}
	return t, nil
}

// Block implements ledger.Blocks.
func (c *connection) Block(_ context.Context, number uint64) (*ledger.Block, error) {
	b, err := c.engine.Block(number)
	if err != nil {
		return nil, stageError(ledger.StageQuery, "", err)
	}
	block := &ledger.Block{Number: number, Previous: b.Previous, Hash: (&stored{Number: b.Number, Previous: b.Previous, Data: b.Data}).hash()}
	for i, r := range b.Records {
		tx := ledger.BlockTransaction{TxID: r.TxID, Validation: b.Codes[i]}
		for _, ns := range r.Namespaces {
			for _, col := range ns.Collections {
				for _, w := range col.Writes {
					tx.Writes = append(tx.Writes, ledger.HashedWrite{Chaincode: ns.Name, Collection: col.Name, Key: []byte(w.Key), Value: w.Value, Deleted: w.Op != 0, Purged: w.Op == 2})
				}
			}
		}
		block.Transactions = append(block.Transactions, tx)
	}
	return block, nil
}

// Block reads a block back.
func (e *Engine) Block(number uint64) (*Block, error) {
	if err := e.begin(); err != nil {
		return nil, err
	}
	defer e.calls.RUnlock()
	return e.block(number)
}

func (e *Engine) block(number uint64) (*Block, error) {
	raw, err := e.channel.Get(blockKey(number), nil)
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", number, err)
	}
	b, err := decodeStored(raw)
	if err != nil {
		return nil, fmt.Errorf("block %d: %w", number, err)
	}
	return b.open()
}

// Height is the number of blocks.
func (e *Engine) Height() uint64 {
	v := e.enter()
	defer e.leave(v)
	return v.height
}
