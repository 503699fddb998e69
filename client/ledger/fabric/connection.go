package fabric

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/hyperledger/fabric-gateway/pkg/client"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// connection is one person on the network.
type connection struct {
	factory *Factory
	msp     string
	doors   []door // gateways that serve this person
	using   atomic.Int64
}

// door is a gateway with the person's signature.
type door struct {
	*gateway
	session *client.Gateway
	network *client.Network
}

var (
	_ ledger.Ledger    = (*connection)(nil)
	_ ledger.RawBlocks = (*connection)(nil)
)

func (c *connection) through(g *gateway, p *wallet.Person) error {
	id, sign, err := p.Fabric()
	if err != nil {
		return err
	}
	session, err := client.Connect(id, client.WithSign(sign), client.WithClientConnection(g.conn))
	if err != nil {
		return fmt.Errorf("gateway of %s: %w", g.msp, err)
	}
	c.doors = append(c.doors, door{g, session, session.GetNetwork(c.factory.profile.Channel)})
	return nil
}

// Engine implements ledger.Ledger.
func (c *connection) Engine() string { return "fabric" }

// Close ends this person's sessions. The connections stay for others; the
// factory closes them.
func (c *connection) Close() error {
	var errs []error
	for _, d := range c.doors {
		errs = append(errs, d.session.Close())
	}
	return errors.Join(errs...)
}

// door gives the gateway in use. Only people without a peer of their own have
// a choice: failed moves on to the next one.
func (c *connection) door() (d door, failed func(error)) {
	n := c.using.Load()
	d = c.doors[int(n)%len(c.doors)]
	return d, func(err error) {
		var e *ledger.Error
		if errors.As(err, &e) && e.Stage == ledger.StageConnect {
			c.using.CompareAndSwap(n, n+1)
		}
	}
}

func options(call ledger.Call) []client.ProposalOption {
	list := []client.ProposalOption{client.WithArguments(call.Args...)}
	if len(call.Transient) > 0 {
		list = append(list, client.WithTransient(call.Transient))
	}
	if len(call.Endorsers) > 0 {
		list = append(list, client.WithEndorsingOrganizations(call.Endorsers...))
	}
	return list
}

// Submit implements ledger.Ledger.
func (c *connection) Submit(ctx context.Context, call ledger.Call) (commit *ledger.Commit, err error) {
	d, failed := c.door()
	defer func() { failed(err) }()
	leave, err := d.enter(ctx)
	if err != nil {
		return nil, stageError(ledger.StageConnect, "", err)
	}
	defer leave()
	if len(call.Endorsers) == 0 {
		return nil, &ledger.Error{Stage: ledger.StageEndorse, Code: ledger.CodeOther, Message: "no endorsing organization is named"}
	}
	proposal, err := d.network.GetContract(call.Chaincode).NewProposal(call.Function, options(call)...)
	if err != nil {
		return nil, stageError(ledger.StageEndorse, "", err)
	}
	txID := proposal.TransactionID()
	endorsed, err := timed(ctx, c.factory.profile.EndorseTimeout, func(ctx context.Context) (*client.Transaction, error) {
		return proposal.EndorseWithContext(ctx)
	})
	if err != nil {
		return nil, stageError(ledger.StageEndorse, txID, err)
	}
	submitted, err := timed(ctx, c.factory.profile.SubmitTimeout, func(ctx context.Context) (*client.Commit, error) {
		return endorsed.SubmitWithContext(ctx)
	})
	if err != nil && taken(err) {
		submitted, err = c.awaited(d, txID)
	}
	if err != nil {
		return nil, stageError(ledger.StageSubmit, txID, err)
	}
	status, err := timed(ctx, c.factory.profile.CommitTimeout, func(ctx context.Context) (*client.Status, error) {
		return submitted.StatusWithContext(ctx)
	})
	if err != nil {
		return nil, stageError(ledger.StageCommitStatus, txID, err)
	}
	if !status.Successful {
		return nil, invalid(txID, status.Code, status.BlockNumber)
	}
	return &ledger.Commit{TxID: txID, Block: status.BlockNumber, Response: endorsed.Result()}, nil
}

// awaited is the commit of a transaction that the gateway's Submit did not
// give, although the orderers have it.
func (c *connection) awaited(d door, txID string) (*client.Commit, error) {
	creator, err := proto.Marshal(&msp.SerializedIdentity{Mspid: d.session.Identity().MspID(), IdBytes: d.session.Identity().Credentials()})
	if err != nil {
		return nil, err
	}
	request, err := proto.Marshal(&gatewaypb.CommitStatusRequest{TransactionId: txID, ChannelId: c.factory.profile.Channel, Identity: creator})
	if err != nil {
		return nil, err
	}
	unsigned, err := proto.Marshal(&gatewaypb.SignedCommitStatusRequest{Request: request})
	if err != nil {
		return nil, err
	}
	return d.session.NewCommit(unsigned)
}

func timed[T any](ctx context.Context, limit time.Duration, call func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return call(ctx)
}

// Evaluate implements ledger.Ledger.
func (c *connection) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	return c.evaluate(ctx, ledger.StageEvaluate, call)
}

func (c *connection) evaluate(ctx context.Context, stage ledger.Stage, call ledger.Call) (answer []byte, err error) {
	d, failed := c.door()
	defer func() { failed(err) }()
	leave, err := d.enter(ctx)
	if err != nil {
		return nil, stageError(ledger.StageConnect, "", err)
	}
	defer leave()
	// One organization is asked, never another one that the gateway may
	// choose instead: the transient map is for that peer alone.
	ask := d.msp
	if len(call.Endorsers) > 0 {
		ask = call.Endorsers[0]
	}
	call.Endorsers = []string{ask}
	proposal, err := d.network.GetContract(call.Chaincode).NewProposal(call.Function, options(call)...)
	if err != nil {
		return nil, stageError(stage, "", err)
	}
	answer, err = timed(ctx, c.factory.profile.EvaluateTimeout, func(ctx context.Context) ([]byte, error) {
		return proposal.EvaluateWithContext(ctx)
	})
	if err != nil {
		return nil, stageError(stage, "", err)
	}
	return answer, nil
}

// querier is the system chaincode that every peer answers about its ledger.
const querier = "qscc"

// Height implements ledger.Ledger.
func (c *connection) Height(ctx context.Context) (uint64, error) {
	raw, err := c.evaluate(ctx, ledger.StageQuery, ledger.Call{Chaincode: querier, Function: "GetChainInfo", Args: []string{c.factory.profile.Channel}})
	if err != nil {
		return 0, err
	}
	info := &common.BlockchainInfo{}
	if err := proto.Unmarshal(raw, info); err != nil {
		return 0, &ledger.Error{Stage: ledger.StageQuery, Code: ledger.CodeOther, Message: "the peer's answer cannot be read", Err: err}
	}
	return info.GetHeight(), nil
}

// RawBlock implements ledger.RawBlocks.
func (c *connection) RawBlock(ctx context.Context, number uint64) ([]byte, error) {
	return c.evaluate(ctx, ledger.StageQuery, ledger.Call{Chaincode: querier, Function: "GetBlockByNumber", Args: []string{c.factory.profile.Channel, strconv.FormatUint(number, 10)}})
}

// RawBlockOf implements ledger.RawBlocks.
func (c *connection) RawBlockOf(ctx context.Context, txID string) ([]byte, error) {
	raw, err := c.evaluate(ctx, ledger.StageQuery, ledger.Call{Chaincode: querier, Function: "GetBlockByTxID", Args: []string{c.factory.profile.Channel, txID}})
	var e *ledger.Error
	if errors.As(err, &e) {
		e.TxID = txID
	}
	return raw, err
}

// Block implements ledger.Blocks.
func (c *connection) Block(ctx context.Context, number uint64) (*ledger.Block, error) {
	raw, err := c.RawBlock(ctx, number)
	if err != nil {
		return nil, err
	}
	block := &common.Block{}
	if err := proto.Unmarshal(raw, block); err != nil {
		return nil, &ledger.Error{Stage: ledger.StageQuery, Code: ledger.CodeOther, Message: "the peer's answer cannot be read", Err: err}
	}
	b, err := hashedWrites(block)
	if err == nil && b.Number != number {
		err = fmt.Errorf("the peer gave block %d", b.Number)
	}
	if err != nil {
		return nil, &ledger.Error{Stage: ledger.StageQuery, Code: ledger.CodeOther, Message: fmt.Sprintf("block %d: %v", number, err), Err: err}
	}
	return b, nil
}

// Transaction implements ledger.Ledger: it reads the block on the caller's
// peer.
func (c *connection) Transaction(ctx context.Context, txID string) (*ledger.Transaction, error) {
	raw, err := c.RawBlockOf(ctx, txID)
	if err != nil {
		return nil, err
	}
	block := &common.Block{}
	if err := proto.Unmarshal(raw, block); err != nil {
		return nil, &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: ledger.CodeOther, Message: "the peer's answer cannot be read", Err: err}
	}
	tx, err := find(block, txID)
	if err != nil {
		return nil, &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: ledger.CodeOther, Message: err.Error(), Err: err}
	}
	return tx, nil
}
