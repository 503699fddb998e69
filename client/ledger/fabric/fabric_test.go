package fabric_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc/codes"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/fabric"
	"github.com/qingxinlian/qxl/client/wallet"
)

var officerAttrs = map[string]string{wallet.AttrRole: "officer,reviewer", wallet.AttrPost: "客户经理"}

var disburse = ledger.Call{Chaincode: "book-banka", Function: "batch:Submit", Args: []string{"loan", "2"},
	Transient: map[string][]byte{"commands": []byte(`[{"secret":1}]`)}, Endorsers: []string{"BankAMSP", "FinanceMSP"}}

// A transaction there and back: what the network is asked, what it shows.
func TestSubmitAndLookUp(t *testing.T) {
	g := newFakeGateway(t)
	officer := person(t, "BankA", "officer1", officerAttrs)
	node := person(t, "Finance", "peer0", nil)
	g.endorsers = [][]byte{serialized(t, node)}
	l := connect(t, officer, fabric.Profile{Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
	require.Equal(t, "fabric", l.Engine())

	_, err := l.Transaction(t.Context(), "x")
	require.Equal(t, "TRANSACTION_UNKNOWN", ledger.CodeOf(err))

	commit, err := l.Submit(t.Context(), disburse)
	require.NoError(t, err)
	require.EqualValues(t, 5, commit.Block)
	require.Equal(t, `{"accepted":1}`, string(commit.Response))

	asked := g.requests[1].(*gatewaypb.EndorseRequest)
	require.Equal(t, disburse.Endorsers, asked.GetEndorsingOrganizations())
	for _, m := range g.requests[2:] {
		require.NotContains(t, string(encode(t, m)), "secret", "private data stay with the endorsers")
	}

	tx, err := l.Transaction(t.Context(), commit.TxID)
	require.NoError(t, err)
	require.WithinDuration(t, time.Now(), tx.Time, time.Minute)
	require.Equal(t, &ledger.Transaction{TxID: commit.TxID, Block: 5, Time: tx.Time, Validation: "VALID", Chaincode: "book-banka", Function: "batch:Submit", Args: []string{"loan", "2"},
		Creator:   ledger.Signer{MSP: "BankAMSP", Subject: "officer1", Fingerprint: officer.Fingerprint(), Roles: []string{"officer", "reviewer"}, Post: "客户经理"},
		Endorsers: []ledger.Signer{{MSP: "FinanceMSP", Subject: "peer0", Fingerprint: node.Fingerprint()}}, Response: commit.Response}, tx)

	height, err := l.Height(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 6, height)

	answer, err := l.Evaluate(t.Context(), ledger.Call{Chaincode: "book-banka", Function: "loan.Show:Ask", Transient: map[string][]byte{"query": []byte("{}")}})
	require.NoError(t, err)
	require.Equal(t, `"answer"`, string(answer))
	last := g.requests[len(g.requests)-1].(*gatewaypb.EvaluateRequest)
	require.Equal(t, []string{"BankAMSP"}, last.GetTargetOrganizations(), "the own peer and no other")
	_, err = l.Evaluate(t.Context(), ledger.Call{Chaincode: "book-banka", Function: "loan.Show:Ask", Endorsers: []string{"CommissionMSP"}})
	require.NoError(t, err)
	last = g.requests[len(g.requests)-1].(*gatewaypb.EvaluateRequest)
	require.Equal(t, []string{"CommissionMSP"}, last.GetTargetOrganizations())

	_, err = l.Submit(t.Context(), ledger.Call{Chaincode: "book-banka", Function: "batch:Submit"})
	require.ErrorContains(t, err, "no endorsing organization is named")
}

// Every error of a real gateway has its stage, its code, and says whether the
// transaction may still be committed and whether the same call may succeed.
func TestErrorsByStage(t *testing.T) {
	const aborted = "failed to collect enough transaction endorsements, see attached details for more info"
	type want struct {
		stage ledger.Stage
		code  string
		may   bool
		retry bool
		text  string
	}
	for name, c := range map[string]struct {
		at   string
		err  error
		code peer.TxValidationCode
		want want
	}{
		"mismatch":             {"endorse", gatewayError(t, codes.Aborted, aborted, "ProposalResponsePayloads do not match"), 0, want{ledger.StageEndorse, "ENDORSEMENT_MISMATCH", false, true, ""}},
		"a rule of the whole":  {"endorse", gatewayError(t, codes.Aborted, aborted, "chaincode response 500, qxl CLOCK_SKEW: the transaction's time is 20m off"), 0, want{ledger.StageEndorse, "CLOCK_SKEW", false, false, "the transaction's time is 20m off"}},
		"data missing":         {"endorse", gatewayError(t, codes.Aborted, aborted, "chaincode response 500, qxl DATA_MISSING_ON_PEER: this peer lacks"), 0, want{ledger.StageEndorse, "DATA_MISSING_ON_PEER", false, true, ""}},
		"missing and mismatch": {"endorse", gatewayError(t, codes.Aborted, aborted, "ProposalResponsePayloads do not match", "chaincode response 500, qxl NOT_A_MEMBER: no"), 0, want{ledger.StageEndorse, "NOT_A_MEMBER", false, false, "no"}},
		"unknown function":     {"endorse", gatewayError(t, codes.Aborted, aborted, "chaincode response 500, Function X not found in contract batch"), 0, want{ledger.StageEndorse, "CHAINCODE_REFUSED", false, false, ""}},
		"endorser down":        {"endorse", gatewayError(t, codes.Aborted, aborted, `rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 127.0.0.1:7051: connect: connection refused"`), 0, want{ledger.StageEndorse, "UNAVAILABLE", false, true, ""}},
		"endorser unknown":     {"endorse", gatewayError(t, codes.Unavailable, "failed to find any endorsing peers for org(s): FinanceMSP"), 0, want{ledger.StageEndorse, "UNAVAILABLE", false, true, ""}},
		"chaincode dies":       {"endorse", gatewayError(t, codes.Aborted, aborted, "error in simulation: failed to execute transaction 1: error sending: chaincode stream terminated"), 0, want{ledger.StageEndorse, "UNAVAILABLE", false, true, ""}},
		"chaincode down":       {"endorse", gatewayError(t, codes.Aborted, aborted, "error in simulation: failed to execute transaction 1: could not launch chaincode book:1: connection to book failed"), 0, want{ledger.StageEndorse, "UNAVAILABLE", false, true, ""}},
		"endorser slow":        {"endorse", gatewayError(t, codes.DeadlineExceeded, "endorsement timeout expired while collecting endorsements"), 0, want{ledger.StageEndorse, "TIMEOUT", false, true, ""}},
		"certificate expired":  {"endorse", gatewayError(t, codes.Aborted, aborted, "error validating proposal: access denied: channel [credit] creator org [BankAMSP]"), 0, want{ledger.StageEndorse, "ACCESS_DENIED", false, false, ""}},
		"clock off":            {"endorse", gatewayError(t, codes.Aborted, aborted, "request unauthorized due to incorrect timestamp 2026-11-24T17:24:52Z, peer time 2026-11-24T17:44:52Z, peer.authentication.timewindow 15m0s"), 0, want{ledger.StageEndorse, "CLOCK_SKEW", false, false, ""}},
		"too many":             {"endorse", gatewayError(t, codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), 0, want{ledger.StageEndorse, "OVERLOADED", false, true, ""}},
		"something else":       {"endorse", gatewayError(t, codes.Internal, "strange"), 0, want{ledger.StageEndorse, "OTHER", false, false, "strange"}},
		"orderers down":        {"submit", gatewayError(t, codes.Unavailable, "insufficient number of orderers could successfully process transaction to satisfy quorum requirement", "connection refused"), 0, want{ledger.StageSubmit, "UNAVAILABLE", true, true, ""}},
		"no orderers":          {"submit", gatewayError(t, codes.Unavailable, "no orderer nodes available"), 0, want{ledger.StageSubmit, "UNAVAILABLE", false, true, ""}},
		"submit slow":          {"submit", gatewayError(t, codes.DeadlineExceeded, "submit timeout expired while broadcasting to ordering service"), 0, want{ledger.StageSubmit, "TIMEOUT", true, true, ""}},
		"submit too many":      {"submit", gatewayError(t, codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), 0, want{ledger.StageSubmit, "OVERLOADED", false, true, ""}},
		"submit refused":       {"submit", gatewayError(t, codes.InvalidArgument, "prepared transaction must be signed"), 0, want{ledger.StageSubmit, "OTHER", false, false, ""}},
		"answer lost":          {"commit", gatewayError(t, codes.Unavailable, "error reading from server: EOF"), 0, want{ledger.StageCommitStatus, "UNAVAILABLE", true, true, ""}},
		"commit too many":      {"commit", gatewayError(t, codes.Unknown, "too many requests for /gateway.Gateway, exceeding concurrency limit (500)"), 0, want{ledger.StageCommitStatus, "OVERLOADED", true, true, ""}},
		"conflict":             {"", nil, peer.TxValidationCode_MVCC_READ_CONFLICT, want{ledger.StageCommit, "MVCC_READ_CONFLICT", false, true, "found invalid in block 5: MVCC_READ_CONFLICT"}},
		"phantom":              {"", nil, peer.TxValidationCode_PHANTOM_READ_CONFLICT, want{ledger.StageCommit, "PHANTOM_READ_CONFLICT", false, true, ""}},
		"policy":               {"", nil, peer.TxValidationCode_ENDORSEMENT_POLICY_FAILURE, want{ledger.StageCommit, "ENDORSEMENT_POLICY_FAILURE", false, false, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			g := newFakeGateway(t)
			g.code = c.code
			if c.at != "" {
				g.failing[c.at] = c.err
			}
			l := connect(t, person(t, "BankA", "officer1", officerAttrs), fabric.Profile{Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
			_, err := l.Submit(t.Context(), disburse)
			var e *ledger.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.want, want{e.Stage, e.Code, e.MayCommit, e.Retry, map[bool]string{true: e.Message}[c.want.text != ""]}, "%v", err)
			require.NotEmpty(t, e.TxID)
			require.NotEmpty(t, e.Message)
		})
	}
}

func TestRefusedQuery(t *testing.T) {
	g := newFakeGateway(t)
	g.failing["evaluate"] = gatewayError(t, codes.Unknown, `evaluate call to endorser returned error: chaincode response 500, qxl ACCESS_DENIED: {"code":"ACCESS_DENIED"}`,
		`chaincode response 500, qxl ACCESS_DENIED: {"code":"ACCESS_DENIED"}`)
	l := connect(t, person(t, "BankA", "officer1", officerAttrs), fabric.Profile{Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
	_, err := l.Evaluate(t.Context(), ledger.Call{Chaincode: "book-banka", Function: "loan.Show:Ask"})
	var e *ledger.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, ledger.StageEvaluate, e.Stage)
	require.Equal(t, "ACCESS_DENIED", e.Code)
	require.Equal(t, `{"code":"ACCESS_DENIED"}`, e.Message)
}

// The only peer is down, then it is back: nothing to do but to try again.
func TestPeerGoneAndBack(t *testing.T) {
	g := newFakeGateway(t)
	l := connect(t, person(t, "BankA", "officer1", officerAttrs), fabric.Profile{Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
	_, err := l.Height(t.Context())
	require.NoError(t, err)
	g.server.Stop()
	for _, call := range []func() error{
		func() error { _, err := l.Height(t.Context()); return err },
		func() error { _, err := l.Submit(t.Context(), disburse); return err },
	} {
		var e *ledger.Error
		require.ErrorAs(t, call(), &e)
		require.Equal(t, ledger.StageConnect, e.Stage, "%v", e)
		require.Equal(t, "UNAVAILABLE", e.Code)
		require.True(t, e.Retry)
		require.False(t, e.MayCommit)
	}
}

// People without a peer of their own use another host when the first does not
// answer.
func TestHostsOfPeerlessOrganizations(t *testing.T) {
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, dead.Close())
	g := newFakeGateway(t)
	gone := g.peer
	gone.Endpoint = dead.Addr().String()
	profile := fabric.Profile{Peers: map[string]fabric.Peer{"CommissionMSP": gone, "CentralBankMSP": g.peer}, Hosts: []string{"CommissionMSP", "CentralBankMSP"}}
	l := connect(t, person(t, "Subject", "s1", map[string]string{wallet.AttrRole: "subject"}), profile)
	_, err = l.Height(t.Context())
	require.Error(t, err)
	_, err = l.Height(t.Context())
	require.NoError(t, err)
	last := g.requests[len(g.requests)-1].(*gatewaypb.EvaluateRequest)
	require.Equal(t, []string{"CentralBankMSP"}, last.GetTargetOrganizations())

	profile.Channel, profile.Hosts = "credit", nil
	profile.People = func(string) (*wallet.Person, error) { return person(t, "Subject", "s1", nil), nil }
	f, err := fabric.Open(profile)
	require.NoError(t, err)
	_, err = f.As(t.Context(), "Subject/s1")
	require.ErrorContains(t, err, "SubjectMSP has no peer")
}

func TestNoMoreCallsThanTheGatewayTakes(t *testing.T) {
	g := newFakeGateway(t)
	g.slow = 20 * time.Millisecond
	l := connect(t, person(t, "BankA", "officer1", officerAttrs), fabric.Profile{Concurrency: 3, Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
	var calls sync.WaitGroup
	for range 12 {
		calls.Go(func() { l.Height(t.Context()) })
	}
	calls.Wait()
	require.Equal(t, 3, g.max)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	_, err := l.Height(ctx)
	require.Equal(t, "TIMEOUT", ledger.CodeOf(err))
}

func TestProfileIsChecked(t *testing.T) {
	people := func(string) (*wallet.Person, error) { return nil, nil }
	g := newFakeGateway(t)
	peers := map[string]fabric.Peer{"BankAMSP": g.peer}
	for _, p := range []fabric.Profile{
		{}, {Channel: "credit"}, {Channel: "credit", Peers: peers}, {Channel: "credit", Peers: peers, People: people, Hosts: []string{"CommissionMSP"}},
	} {
		_, err := fabric.Open(p)
		require.Error(t, err)
	}
	bad := g.peer
	bad.TLSRoot = []byte("nothing")
	f, err := fabric.Open(fabric.Profile{Channel: "credit", Peers: map[string]fabric.Peer{"BankAMSP": bad},
		People: func(string) (*wallet.Person, error) { return person(t, "BankA", "officer1", nil), nil }})
	require.NoError(t, err)
	_, err = f.As(t.Context(), "BankA/officer1")
	require.EqualError(t, err, "network profile: TLS root of BankAMSP holds no certificate")
}

// The gateway hands a transaction to all orderers. Those that heard of it
// from each other first answer "already", and the gateway fails: it is a
// success.
func TestOrderersThatHaveATransactionAlready(t *testing.T) {
	for _, already := range []string{"request already processed", "request already exists"} {
		g := newFakeGateway(t)
		g.ordered = true
		g.failing["submit"] = gatewayError(t, codes.Unavailable, "insufficient number of orderers could successfully process transaction to satisfy quorum requirement",
			"received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=failed to submit request: "+already, "connection refused")
		officer := person(t, "BankA", "officer1", officerAttrs)
		l := connect(t, officer, fabric.Profile{Peers: map[string]fabric.Peer{"BankAMSP": g.peer}})
		commit, err := l.Submit(t.Context(), disburse)
		require.NoError(t, err)
		require.EqualValues(t, 5, commit.Block)
		require.Equal(t, `{"accepted":1}`, string(commit.Response))
		last := g.requests[len(g.requests)-1].(*gatewaypb.SignedCommitStatusRequest)
		asked := must(t, last.GetRequest(), &gatewaypb.CommitStatusRequest{})
		require.Equal(t, commit.TxID, asked.GetTransactionId())
		require.Equal(t, serialized(t, officer), asked.GetIdentity())
		require.NotEmpty(t, last.GetSignature())
	}
}
