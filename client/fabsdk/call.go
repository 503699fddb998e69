package fabsdk

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-protos-go/common"
	pb "github.com/hyperledger/fabric-protos-go/peer"
	"github.com/hyperledger/fabric-sdk-go/pkg/client/channel"
	"github.com/hyperledger/fabric-sdk-go/pkg/client/channel/invoke"
	ledgerclient "github.com/hyperledger/fabric-sdk-go/pkg/client/ledger"
	"github.com/hyperledger/fabric-sdk-go/pkg/common/providers/fab"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	"github.com/qingxinlian/qxl/client/ledger"
)

// Time limits of one request.
const (
	// QueryTimeout bounds a query.
	QueryTimeout = 30 * time.Second
	// ExecuteTimeout bounds a transaction from proposal to commit. One orderer
	// is sent to; if it does not lead, it forwards after RequestForwardTimeout
	// (2 s), and a change of the leader stalls the channel about 10 s.
	ExecuteTimeout = 60 * time.Second
)

// Submit implements what ledger.Ledger says of it; call.Endorsers must be
// given.
func (c *Connection) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	targets, err := c.targets(call.Endorsers)
	if err != nil {
		return nil, stageError(ledger.StageConnect, "", err)
	}
	if len(targets) == 0 {
		return nil, stageError(ledger.StageConnect, "", errors.New("no endorsers named"))
	}
	p := &progress{stage: ledger.StageEndorse}
	chain := invoke.NewProposalProcessorHandler(noting{p, invoke.NewEndorsementHandler(
		invoke.NewEndorsementValidationHandler(invoke.NewSignatureValidationHandler(ordering{p})))})
	resp, err := c.channel.InvokeHandler(chain, request(call), channel.WithTargets(targets...), channel.WithParentContext(ctx),
		channel.WithTimeout(fab.Execute, ExecuteTimeout))
	stage, txID, block := p.read()
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return nil, stageError(stage, txID, err)
	}
	return &ledger.Commit{TxID: string(resp.TransactionID), Block: block, Response: resp.Payload}, nil
}

// Evaluate asks the first of call.Endorsers, or the own organization's peer.
func (c *Connection) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	ask := []string{c.msp}
	if len(call.Endorsers) > 0 {
		ask = call.Endorsers[:1]
	}
	targets, err := c.targets(ask)
	if err != nil {
		return nil, stageError(ledger.StageConnect, "", err)
	}
	resp, err := c.channel.Query(request(call), channel.WithTargets(targets...), channel.WithParentContext(ctx),
		channel.WithTimeout(fab.Execute, QueryTimeout), channel.WithTimeout(fab.Query, QueryTimeout))
	if err != nil {
		if ctx.Err() != nil {
			err = errors.Join(ctx.Err(), err)
		}
		return nil, stageError(ledger.StageEvaluate, "", err)
	}
	return resp.Payload, nil
}

// Committed looks a transaction up at the own organization's peer and gives
// what the chaincode answered. An unknown
// one is an error with the code TRANSACTION_UNKNOWN, an invalid one of stage
// commit with its validation code.
func (c *Connection) Committed(ctx context.Context, txID string) ([]byte, error) {
	targets, err := c.targets([]string{c.msp})
	if err != nil {
		return nil, stageError(ledger.StageConnect, "", err)
	}
	tx, err := c.ledger.QueryTransaction(fab.TransactionID(txID), ledgerclient.WithTargets(targets...), ledgerclient.WithParentContext(ctx))
	if err != nil {
		return nil, stageError(ledger.StageQuery, txID, err)
	}
	if code := pb.TxValidationCode(tx.ValidationCode); code != pb.TxValidationCode_VALID {
		return nil, invalid(txID, code)
	}
	return response(tx.TransactionEnvelope)
}

// response reads what the chaincode answered out of a transaction.
func response(envelope *common.Envelope) ([]byte, error) {
	payload, tx, action := &common.Payload{}, &pb.Transaction{}, &pb.ChaincodeActionPayload{}
	result, answer := &pb.ProposalResponsePayload{}, &pb.ChaincodeAction{}
	for _, part := range []struct {
		raw  func() []byte
		into protoadapt.MessageV1
	}{
		{envelope.GetPayload, payload},
		{payload.GetData, tx},
		{func() []byte {
			if len(tx.GetActions()) == 0 {
				return nil
			}
			return tx.GetActions()[0].GetPayload()
		}, action},
		{func() []byte { return action.GetAction().GetProposalResponsePayload() }, result},
		{result.GetExtension, answer},
	} {
		if err := proto.Unmarshal(part.raw(), protoadapt.MessageV2Of(part.into)); err != nil {
			return nil, fmt.Errorf("%T: %w", part.into, err)
		}
	}
	return answer.GetResponse().GetPayload(), nil
}

func request(call ledger.Call) channel.Request {
	r := channel.Request{ChaincodeID: call.Chaincode, Fcn: call.Function, TransientMap: call.Transient}
	for _, a := range call.Args {
		r.Args = append(r.Args, []byte(a))
	}
	return r
}

// progress is how far a transaction has come. The request runs in a goroutine
// of fabric-sdk-go that may outlive a timeout.
type progress struct {
	mu    sync.Mutex
	stage ledger.Stage
	txID  string
	block uint64
}

func (p *progress) reach(stage ledger.Stage, txID string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stage, p.txID = stage, txID
}

func (p *progress) read() (ledger.Stage, string, uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stage, p.txID, p.block
}

// noting stands before endorsement so that an error there has its
// transaction's ID too.
type noting struct {
	*progress
	next invoke.Handler
}

func (n noting) Handle(rc *invoke.RequestContext, cc *invoke.ClientContext) {
	n.reach(ledger.StageEndorse, "")
	n.next.Handle(rc, cc)
	if stage, _, _ := n.read(); stage == ledger.StageEndorse {
		n.reach(stage, string(rc.Response.TransactionID))
	}
}

// ordering sends the endorsed transaction to an orderer and waits for its
// fate. fabric-sdk-go's own handler does the same, but its errors do not say
// whether anything was sent.
type ordering struct{ *progress }

func (o ordering) Handle(rc *invoke.RequestContext, cc *invoke.ClientContext) {
	id := string(rc.Response.TransactionID)
	reg, notice, err := cc.EventService.RegisterTxStatusEvent(id)
	if err != nil {
		rc.Error = fmt.Errorf("registering for the transaction's status: %w", err)
		return
	}
	defer cc.EventService.Unregister(reg)
	tx, err := cc.Transactor.CreateTransaction(fab.TransactionRequest{Proposal: rc.Response.Proposal, ProposalResponses: rc.Response.Responses})
	if err != nil {
		rc.Error = err
		return
	}
	o.reach(ledger.StageSubmit, id)
	if _, err := cc.Transactor.SendTransaction(tx); err != nil {
		rc.Error = fmt.Errorf("sending to the orderers: %w", err)
		return
	}
	o.reach(ledger.StageCommitStatus, id)
	select {
	case event, open := <-notice:
		switch {
		case !open:
			rc.Error = errors.New("the stream of transaction statuses ended")
		case event.TxValidationCode != pb.TxValidationCode_VALID:
			o.reach(ledger.StageCommit, id)
			rc.Error = invalid(id, event.TxValidationCode)
		default:
			o.mu.Lock()
			o.block = event.BlockNumber
			o.mu.Unlock()
			rc.Response.TxValidationCode = event.TxValidationCode
		}
	case <-rc.Ctx.Done():
		rc.Error = fmt.Errorf("no status within the time limit: %w", rc.Ctx.Err())
	}
}
