package e2e

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/orderer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// forger does without a gateway what a client does with one: it asks single
// peers to endorse, puts an envelope together and hands it to the orderers.
// Besides it holds the signing keys of all peers, from the sample network's
// folder, so that it can sign as any of them what that peer never executed.
type forger struct {
	*members
	endorsers map[string]peer.EndorserClient
	keys      map[string]*wallet.Person // of each organization's peer
	people    map[string]*wallet.Person
	orderers  []*broadcast
	watches   []string // somebody of each organization that has a peer
}

// forge opens connections to every peer and every orderer.
func forge(m *members) *forger {
	m.t.Helper()
	f := &forger{members: m, endorsers: map[string]peer.EndorserClient{}, keys: map[string]*wallet.Person{}, people: map[string]*wallet.Person{}}
	for _, o := range m.topology.Organizations {
		for _, p := range o.Peers {
			f.endorsers[o.MSP] = peer.NewEndorserClient(f.dial(o.Name, p.Port))
			f.keys[o.MSP] = m.stolenPeer(o.Name, o.MSP, p.Name)
			f.watches = append(f.watches, o.Name+"/"+o.People[0].User)
		}
		for _, n := range o.Orderers {
			f.orderers = append(f.orderers, &broadcast{client: orderer.NewAtomicBroadcastClient(f.dial(o.Name, n.Port))})
		}
	}
	return f
}

func (f *forger) dial(org string, port int) *grpc.ClientConn {
	f.t.Helper()
	root, err := os.ReadFile(f.dir.TLSRoot(org))
	require.NoError(f.t, err)
	roots := x509.NewCertPool()
	require.True(f.t, roots.AppendCertsFromPEM(root))
	conn, err := grpc.NewClient(f.topology.Address(port), grpc.WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12})))
	require.NoError(f.t, err)
	f.t.Cleanup(func() { conn.Close() })
	return conn
}

// stolenPeer is a peer with its real key.
func (m *members) stolenPeer(org, msp, name string) *wallet.Person {
	m.t.Helper()
	home := m.dir.NodeMSP(org, name)
	raw, err := os.ReadFile(only(m.t, filepath.Join(home, "signcerts", "*")))
	require.NoError(m.t, err)
	cert, err := wallet.ParseCertificate(raw)
	require.NoError(m.t, err)
	sealed, err := os.ReadFile(only(m.t, filepath.Join(home, "keystore", "*")))
	require.NoError(m.t, err)
	block, _ := pem.Decode(sealed)
	require.NotNil(m.t, block)
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	require.NoError(m.t, err)
	ec := key.(*ecdsa.PrivateKey)
	require.True(m.t, ec.PublicKey.Equal(cert.PublicKey), "the key is the certificate's")
	return &wallet.Person{Org: org, MSP: msp, User: name, Certificate: cert, CertPEM: raw, Signer: ec}
}

func only(t require.TestingT, pattern string) string {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.Len(t, files, 1, pattern)
	return files[0]
}

// signer is the wallet of a person, or of one whom no wallet holds.
func (f *forger) signer(person string) *wallet.Person {
	f.t.Helper()
	if p := f.forged[person]; p != nil {
		return p
	}
	if f.people[person] == nil {
		p, err := wallet.Open(string(f.dir), person, wallet.Passphrase(string(f.dir), nil))
		require.NoError(f.t, err)
		f.people[person] = p
	}
	return f.people[person]
}

func (f *forger) sign(p *wallet.Person, parts ...[]byte) []byte {
	f.t.Helper()
	_, sign, err := p.Fabric()
	require.NoError(f.t, err)
	digest := sha256.Sum256(bytes.Join(parts, nil))
	signature, err := sign(digest[:])
	require.NoError(f.t, err)
	return signature
}

func (f *forger) serialized(p *wallet.Person) []byte {
	f.t.Helper()
	id, err := p.Serialized()
	require.NoError(f.t, err)
	return id
}

func (f *forger) marshal(m proto.Message) []byte {
	f.t.Helper()
	raw, err := proto.Marshal(m)
	require.NoError(f.t, err)
	return raw
}

func (f *forger) unmarshal(raw []byte, m proto.Message) {
	f.t.Helper()
	require.NoError(f.t, proto.Unmarshal(raw, m))
}

// callOf is the call that a client makes of one command.
func callOf(chaincode, name string, content any) ledger.Call {
	e, err := book.Envelope(name, content)
	if err != nil {
		panic(err)
	}
	seed := make([]byte, ledgerstate.SeedSize)
	rand.Read(seed)
	c := ledger.Call{Chaincode: chaincode, Function: name + ":Submit", Transient: map[string][]byte{"seed": seed, "command": e.Content}}
	if joint(definition(chaincode, name).Describe().Lane.Name) { // commons runs it for the book
		c.Chaincode, c.Args = command.CommonsName, []string{chaincode}
	}
	return c
}

// intent is what a person wants done, under a transaction ID.
type intent struct {
	person *wallet.Person
	txID   string
	header *common.Header
	public []byte // the call as blocks hold it
	signed *peer.SignedProposal
}

// intend makes a signed proposal.
func (f *forger) intend(person string, c ledger.Call) *intent {
	f.t.Helper()
	p := f.signer(person)
	nonce := make([]byte, 24)
	rand.Read(nonce)
	creator := f.serialized(p)
	id := sha256.Sum256(append(bytes.Clone(nonce), creator...))
	name := &peer.ChaincodeID{Name: c.Chaincode}
	i := &intent{person: p, txID: hex.EncodeToString(id[:])}
	i.header = &common.Header{
		ChannelHeader: f.marshal(&common.ChannelHeader{Type: int32(common.HeaderType_ENDORSER_TRANSACTION), TxId: i.txID, ChannelId: f.topology.Channel,
			Timestamp: timestamppb.Now(), Extension: f.marshal(&peer.ChaincodeHeaderExtension{ChaincodeId: name})}),
		SignatureHeader: f.marshal(&common.SignatureHeader{Creator: creator, Nonce: nonce}),
	}
	input := &peer.ChaincodeInput{Args: [][]byte{[]byte(c.Function)}}
	for _, a := range c.Args {
		input.Args = append(input.Args, []byte(a))
	}
	i.public = f.marshal(&peer.ChaincodeProposalPayload{Input: f.marshal(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{Type: peer.ChaincodeSpec_NODE, ChaincodeId: name, Input: input}})})
	i.signed = f.with(i, c.Transient)
	return i
}

// with is the intent's proposal with a transient map, which is no part of what
// a transaction ID or an endorser's signature stands for: the same person may
// show each endorser another one.
func (f *forger) with(i *intent, transient map[string][]byte) *peer.SignedProposal {
	f.t.Helper()
	payload := &peer.ChaincodeProposalPayload{}
	f.unmarshal(i.public, payload)
	payload.TransientMap = transient
	raw := f.marshal(&peer.Proposal{Header: f.marshal(i.header), Payload: f.marshal(payload)})
	return &peer.SignedProposal{ProposalBytes: raw, Signature: f.sign(i.person, raw)}
}

// answer is what one peer says to a proposal.
type answer struct {
	payload     []byte // what it signs, nil where it does not
	endorsement *peer.Endorsement
	code        string // why it does not
	text        string
	summary     command.Summary
}

// ask has one peer execute a proposal.
func (f *forger) ask(msp string, signed *peer.SignedProposal) answer {
	f.t.Helper()
	var a answer
	for range 100 {
		ctx, cancel := context.WithTimeout(f.t.Context(), 30*time.Second)
		r, err := f.endorsers[msp].ProcessProposal(ctx, signed)
		cancel()
		if err == nil && r.GetEndorsement() != nil && r.GetResponse().GetStatus() == 200 {
			action := f.action(r.GetPayload())
			a = answer{payload: r.GetPayload(), endorsement: r.GetEndorsement()}
			require.NoError(f.t, json.Unmarshal(action.GetResponse().GetPayload(), &a.summary), "%s", action.GetResponse().GetPayload())
			return a
		}
		a.text = r.GetResponse().GetMessage()
		if err != nil {
			a.text = err.Error()
		}
		code, _, later, ok := ledger.Said(a.text)
		require.True(f.t, ok, "%s: %s", msp, a.text)
		if a.code = code; !later {
			return a
		}
		time.Sleep(100 * time.Millisecond) // it lacks data that it will get
	}
	return a
}

// action is what of an endorser's answer does not depend on the proposal.
func (f *forger) action(payload []byte) *peer.ChaincodeAction {
	f.t.Helper()
	p, action := &peer.ProposalResponsePayload{}, &peer.ChaincodeAction{}
	f.unmarshal(payload, p)
	f.unmarshal(p.GetExtension(), action)
	return action
}

// payload is what an endorser of the intent would sign who found that action.
func (f *forger) payload(i *intent, action *peer.ChaincodeAction) []byte {
	f.t.Helper()
	h := sha256.New()
	for _, part := range [][]byte{i.header.GetChannelHeader(), i.header.GetSignatureHeader(), i.public} {
		h.Write(part)
	}
	return f.marshal(&peer.ProposalResponsePayload{ProposalHash: h.Sum(nil), Extension: f.marshal(action)})
}

// endorse signs with the real key of an organization's peer.
func (f *forger) endorse(msp string, payload []byte) *peer.Endorsement {
	f.t.Helper()
	id := f.serialized(f.keys[msp])
	return &peer.Endorsement{Endorser: id, Signature: f.sign(f.keys[msp], payload, id)}
}

// fabricated are endorsements of all these organizations' peers, none of which
// was asked.
func (f *forger) fabricated(payload []byte, msps ...string) []*peer.Endorsement {
	f.t.Helper()
	var list []*peer.Endorsement
	for _, msp := range msps {
		list = append(list, f.endorse(msp, payload))
	}
	return list
}

// envelope is a transaction as orderers take it.
func (f *forger) envelope(i *intent, payload []byte, endorsements ...*peer.Endorsement) *common.Envelope {
	f.t.Helper()
	action := f.marshal(&peer.ChaincodeActionPayload{ChaincodeProposalPayload: i.public, Action: &peer.ChaincodeEndorsedAction{ProposalResponsePayload: payload, Endorsements: endorsements}})
	raw := f.marshal(&common.Payload{Header: i.header, Data: f.marshal(&peer.Transaction{Actions: []*peer.TransactionAction{{Header: i.header.GetSignatureHeader(), Payload: action}}})})
	return &common.Envelope{Payload: raw, Signature: f.sign(i.person, raw)}
}

// broadcast is an orderer's stream of envelopes. An orderer that was restarted
// has closed it; it is opened again, and the envelope handed over once more:
// a second one of the same is not ordered.
type broadcast struct {
	client orderer.AtomicBroadcastClient
	stream orderer.AtomicBroadcast_BroadcastClient
}

func (b *broadcast) hand(ctx context.Context, e *common.Envelope) (r *orderer.BroadcastResponse, err error) {
	for range 2 {
		if b.stream == nil {
			if b.stream, err = b.client.Broadcast(ctx); err != nil {
				return nil, err
			}
		}
		if err = b.stream.Send(e); err == nil {
			if r, err = b.stream.Recv(); err == nil {
				return r, nil
			}
		}
		b.stream = nil
	}
	return nil, err
}

// order hands an envelope to the orderers. Each of them would have it ordered;
// told by all, the leading one does not wait until another forwards it.
func (f *forger) order(e *common.Envelope) {
	f.t.Helper()
	for _, o := range f.orderers {
		r, err := o.hand(f.t.Context(), e)
		require.NoError(f.t, err)
		known := strings.Contains(r.GetInfo(), "already processed") || strings.Contains(r.GetInfo(), "already exists")
		require.True(f.t, r.GetStatus() == common.Status_SUCCESS || known, "%s %s", r.GetStatus(), r.GetInfo())
	}
}

// fate is what every peer has found of a transaction; they have to agree.
func (f *forger) fate(txID string) string {
	f.t.Helper()
	found := ""
	for _, who := range f.watches {
		var tx *ledger.Transaction
		require.Eventually(f.t, func() bool {
			var err error
			if tx, err = f.ledger(who).Transaction(f.t.Context(), txID); ledger.CodeOf(err) == ledger.CodeUnknownTx {
				return false
			}
			require.NoError(f.t, err)
			return true
		}, 30*time.Second, 20*time.Millisecond, "no block with %s at the peer of %s", txID, who)
		if found == "" {
			found = tx.Validation
		}
		require.Equal(f.t, found, tx.Validation, "%s at the peer of %s", txID, who)
	}
	return found
}

// level waits until all peers have the same blocks.
func (f *forger) level() {
	f.t.Helper()
	var heights []uint64
	require.Eventually(f.t, func() bool {
		heights = nil
		for _, who := range f.watches {
			h, err := f.ledger(who).Height(f.t.Context())
			require.NoError(f.t, err)
			heights = append(heights, h)
		}
		for _, h := range heights {
			if h != heights[0] {
				return false
			}
		}
		return true
	}, 30*time.Second, 20*time.Millisecond, "%v", heights)
}

// ready is a command that all whom it needs have endorsed, of their own will.
type ready struct {
	*intent
	chaincode    string // as a client names it
	lane         command.Lane
	call         ledger.Call
	payload      []byte
	endorsements []*peer.Endorsement
}

// agreed has a command endorsed that is in order.
func (f *forger) agreed(person, chaincode, name string, content any) *ready {
	f.t.Helper()
	r := &ready{chaincode: chaincode, lane: definition(chaincode, name).Describe().Lane, call: callOf(chaincode, name, content)}
	msps, err := f.as(person).Endorsers(chaincode, r.lane.Name)
	require.NoError(f.t, err)
	for range 100 {
		f.level()
		r.intent, r.payload, r.endorsements = f.intend(person, r.call), nil, nil
		for _, msp := range msps {
			a := f.ask(msp, r.signed)
			require.Empty(f.t, a.code, "%s as %s at %s: %s", name, person, msp, a.text)
			require.Equal(f.t, command.Summary{Lane: r.lane.Name, Accepted: 1}, a.summary, "%s as %s at %s", name, person, msp)
			if r.payload == nil {
				r.payload = a.payload
			}
			if bytes.Equal(r.payload, a.payload) {
				r.endorsements = append(r.endorsements, a.endorsement)
			}
		}
		if len(r.endorsements) == len(msps) {
			return r
		}
	}
	require.Fail(f.t, "the endorsers do not agree", "%s as %s", name, person)
	return nil
}

// send hands a command that is endorsed to the orderers.
func (f *forger) send(r *ready) { f.order(f.envelope(r.intent, r.payload, r.endorsements...)) }

// valid waits until a command is committed at every peer.
func (f *forger) valid(r *ready) {
	f.t.Helper()
	require.Equal(f.t, peer.TxValidationCode_VALID.String(), f.fate(r.txID), "%s", r.call.Function)
}

// do takes a command through.
func (f *forger) do(person, chaincode, name string, content any) *ready {
	f.t.Helper()
	r := f.agreed(person, chaincode, name, content)
	f.send(r)
	f.valid(r)
	return r
}

func (a answer) String() string {
	if a.code != "" {
		return a.code
	}
	return fmt.Sprintf("%+v", a.summary)
}
