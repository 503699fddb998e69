package fabric_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	gatewaypb "github.com/hyperledger/fabric-protos-go-apiv2/gateway"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/protoadapt"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/fabric"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// fakeGateway is a gateway service that keeps what it is sent and fails as
// told. Only the network behind it is missing.
type fakeGateway struct {
	gatewaypb.UnimplementedGatewayServer
	t *testing.T

	mu        sync.Mutex
	endorsers [][]byte // identities that "endorse"
	failing   map[string]error
	ordered   bool // what Submit refuses is ordered all the same
	code      peer.TxValidationCode
	requests  []proto.Message
	blocks    []*common.Block
	open, max int
	slow      time.Duration

	server *grpc.Server
	peer   fabric.Peer
}

func newFakeGateway(t *testing.T) *fakeGateway {
	g := &fakeGateway{t: t, failing: map[string]error{}}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "peer0"}, DNSNames: []string{"peer0"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	g.peer = fabric.Peer{TLSRoot: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), HostOverride: "peer0"}
	g.server = grpc.NewServer(grpc.Creds(credentials.NewServerTLSFromCert(&tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key})))
	gatewaypb.RegisterGatewayServer(g.server, g)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	g.peer.Endpoint = l.Addr().String()
	go g.server.Serve(l)
	t.Cleanup(g.server.Stop)
	return g
}

// person makes somebody with a certificate of their organization.
func person(t *testing.T, org, user string, attrs map[string]string) *wallet.Person {
	ca, err := devca.New(org)
	require.NoError(t, err)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	cert, err := ca.Issue(user, attrs, &key.PublicKey, time.Hour)
	require.NoError(t, err)
	return &wallet.Person{Org: org, MSP: org + "MSP", User: user, Certificate: cert, Attrs: attrs, Signer: key,
		CertPEM: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})}
}

func serialized(t *testing.T, p *wallet.Person) []byte {
	raw, err := p.Serialized()
	require.NoError(t, err)
	return raw
}

// connect opens BankA's officer on gateways by MSP.
func connect(t *testing.T, p *wallet.Person, profile fabric.Profile) ledger.Ledger {
	profile.Channel = "credit"
	profile.People = func(string) (*wallet.Person, error) { return p, nil }
	f, err := fabric.Open(profile)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	l, err := f.As(t.Context(), p.Name())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func (g *fakeGateway) enter(name string, m proto.Message) (func(), error) {
	g.mu.Lock()
	g.requests = append(g.requests, m)
	g.open++
	g.max = max(g.max, g.open)
	err, slow := g.failing[name], g.slow
	g.mu.Unlock()
	time.Sleep(slow)
	return func() { g.mu.Lock(); g.open--; g.mu.Unlock() }, err
}

func must[M proto.Message](t *testing.T, raw []byte, m M) M {
	require.NoError(t, proto.Unmarshal(raw, m))
	return m
}

func encode(t *testing.T, m proto.Message) []byte {
	raw, err := proto.Marshal(m)
	require.NoError(t, err)
	return raw
}

// Endorse assembles the transaction as a gateway does.
func (g *fakeGateway) Endorse(_ context.Context, r *gatewaypb.EndorseRequest) (*gatewaypb.EndorseResponse, error) {
	leave, err := g.enter("endorse", r)
	defer leave()
	if err != nil {
		return nil, err
	}
	proposal := must(g.t, r.GetProposedTransaction().GetProposalBytes(), &peer.Proposal{})
	header := must(g.t, proposal.GetHeader(), &common.Header{})
	payload := must(g.t, proposal.GetPayload(), &peer.ChaincodeProposalPayload{})
	action := &peer.ChaincodeEndorsedAction{ProposalResponsePayload: encode(g.t, &peer.ProposalResponsePayload{
		Extension: encode(g.t, &peer.ChaincodeAction{Response: &peer.Response{Status: 200, Payload: []byte(`{"accepted":1}`)}})})}
	for _, id := range g.endorsers {
		action.Endorsements = append(action.Endorsements, &peer.Endorsement{Endorser: id, Signature: []byte("signature")})
	}
	body := &peer.ChaincodeActionPayload{ChaincodeProposalPayload: encode(g.t, &peer.ChaincodeProposalPayload{Input: payload.GetInput()}), Action: action}
	tx := &peer.Transaction{Actions: []*peer.TransactionAction{{Header: header.GetSignatureHeader(), Payload: encode(g.t, body)}}}
	return &gatewaypb.EndorseResponse{PreparedTransaction: &common.Envelope{Payload: encode(g.t, &common.Payload{Header: header, Data: encode(g.t, tx)})}}, nil
}

func (g *fakeGateway) Submit(_ context.Context, r *gatewaypb.SubmitRequest) (*gatewaypb.SubmitResponse, error) {
	leave, err := g.enter("submit", r)
	defer leave()
	if err != nil && !g.ordered {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	metadata := &common.BlockMetadata{Metadata: make([][]byte, len(common.BlockMetadataIndex_name))}
	metadata.Metadata[common.BlockMetadataIndex_TRANSACTIONS_FILTER] = []byte{byte(g.code)}
	g.blocks = append(g.blocks, &common.Block{Header: &common.BlockHeader{Number: uint64(len(g.blocks) + 5)},
		Data: &common.BlockData{Data: [][]byte{encode(g.t, r.GetPreparedTransaction())}}, Metadata: metadata})
	return &gatewaypb.SubmitResponse{}, err
}

func (g *fakeGateway) CommitStatus(_ context.Context, r *gatewaypb.SignedCommitStatusRequest) (*gatewaypb.CommitStatusResponse, error) {
	leave, err := g.enter("commit", r)
	defer leave()
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return &gatewaypb.CommitStatusResponse{Result: g.code, BlockNumber: g.blocks[len(g.blocks)-1].GetHeader().GetNumber()}, nil
}

func (g *fakeGateway) Evaluate(_ context.Context, r *gatewaypb.EvaluateRequest) (*gatewaypb.EvaluateResponse, error) {
	leave, err := g.enter("evaluate", r)
	defer leave()
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	proposal := must(g.t, r.GetProposedTransaction().GetProposalBytes(), &peer.Proposal{})
	payload := must(g.t, proposal.GetPayload(), &peer.ChaincodeProposalPayload{})
	spec := must(g.t, payload.GetInput(), &peer.ChaincodeInvocationSpec{}).GetChaincodeSpec()
	answer := []byte(`"answer"`)
	if spec.GetChaincodeId().GetName() == "qscc" {
		switch string(spec.GetInput().GetArgs()[0]) {
		case "GetChainInfo":
			answer = encode(g.t, &common.BlockchainInfo{Height: 5 + uint64(len(g.blocks))})
		case "GetBlockByTxID":
			if len(g.blocks) == 0 {
				return nil, status.Error(codes.Unknown, "evaluate call to endorser returned error: chaincode response 500, Failed to get block for txID x, error no such transaction ID [x] in index")
			}
			answer = encode(g.t, g.blocks[len(g.blocks)-1])
		}
	}
	return &gatewaypb.EvaluateResponse{Result: &peer.Response{Status: 200, Payload: answer}}, nil
}

// refusal is a gateway's error with the details of single endorsers.
func gatewayError(t *testing.T, code codes.Code, message string, details ...string) error {
	st := status.New(code, message)
	var list []protoadapt.MessageV1
	for _, d := range details {
		list = append(list, protoadapt.MessageV1Of(&gatewaypb.ErrorDetail{Address: "peer0:7051", MspId: "FinanceMSP", Message: d}))
	}
	if len(list) > 0 {
		var err error
		st, err = st.WithDetails(list...)
		require.NoError(t, err)
	}
	return st.Err()
}
