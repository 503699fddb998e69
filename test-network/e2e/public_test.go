package e2e

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/rwset/kvrwset"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// seen is what somebody without a place in any collection finds in a
// transaction.
type seen struct {
	chaincode string
	function  string
	args      []string
	response  *peer.Response
	event     []byte
	transient int
	public    []string // keys read or written, per namespace
	hashes    [][]byte // of private keys and values
	creator   []byte   // serialized identity
}

// into decodes a message or fails.
func into[M proto.Message](raw []byte, m M) (M, error) { return m, proto.Unmarshal(raw, m) }

// decodeTransaction reads an envelope; nil for a configuration.
func decodeTransaction(raw []byte) (*seen, error) {
	envelope, err := into(raw, &common.Envelope{})
	if err != nil {
		return nil, err
	}
	payload, err := into(envelope.GetPayload(), &common.Payload{})
	if err != nil {
		return nil, err
	}
	head, err := into(payload.GetHeader().GetChannelHeader(), &common.ChannelHeader{})
	if err != nil || common.HeaderType(head.GetType()) == common.HeaderType_CONFIG {
		return nil, err
	}
	signature, err := into(payload.GetHeader().GetSignatureHeader(), &common.SignatureHeader{})
	if err != nil {
		return nil, err
	}
	body, err := into(payload.GetData(), &peer.Transaction{})
	if err != nil {
		return nil, err
	}
	if len(body.GetActions()) != 1 {
		return nil, fmt.Errorf("%d actions", len(body.GetActions()))
	}
	action, err := into(body.GetActions()[0].GetPayload(), &peer.ChaincodeActionPayload{})
	if err != nil {
		return nil, err
	}
	s := &seen{creator: signature.GetCreator()}
	if err := s.proposal(action.GetChaincodeProposalPayload()); err != nil {
		return nil, err
	}
	return s, s.result(action.GetAction().GetProposalResponsePayload())
}

func (s *seen) proposal(raw []byte) error {
	proposal, err := into(raw, &peer.ChaincodeProposalPayload{})
	if err != nil {
		return err
	}
	call, err := into(proposal.GetInput(), &peer.ChaincodeInvocationSpec{})
	if err != nil {
		return err
	}
	s.transient = len(proposal.GetTransientMap())
	s.chaincode = call.GetChaincodeSpec().GetChaincodeId().GetName()
	for i, a := range call.GetChaincodeSpec().GetInput().GetArgs() {
		if i == 0 {
			s.function = string(a)
		} else {
			s.args = append(s.args, string(a))
		}
	}
	return nil
}

func (s *seen) result(raw []byte) error {
	payload, err := into(raw, &peer.ProposalResponsePayload{})
	if err != nil {
		return err
	}
	action, err := into(payload.GetExtension(), &peer.ChaincodeAction{})
	if err != nil {
		return err
	}
	s.response, s.event = action.GetResponse(), action.GetEvents()
	sets, err := into(action.GetResults(), &rwset.TxReadWriteSet{})
	if err != nil {
		return err
	}
	for _, ns := range sets.GetNsRwset() {
		kv, err := into(ns.GetRwset(), &kvrwset.KVRWSet{})
		if err != nil {
			return err
		}
		for _, r := range kv.GetReads() {
			s.public = append(s.public, ns.GetNamespace()+" "+r.GetKey())
		}
		for _, w := range kv.GetWrites() {
			s.public = append(s.public, ns.GetNamespace()+" "+w.GetKey())
		}
		if n := len(kv.GetRangeQueriesInfo()) + len(kv.GetMetadataWrites()); n > 0 && ns.GetNamespace() != "_lifecycle" {
			return fmt.Errorf("%d ranges or key policies in %s", n, ns.GetNamespace())
		}
		for _, c := range ns.GetCollectionHashedRwset() {
			hashed, err := into(c.GetHashedRwset(), &kvrwset.HashedRWSet{})
			if err != nil {
				return err
			}
			for _, r := range hashed.GetHashedReads() {
				s.hashes = append(s.hashes, r.GetKeyHash())
			}
			for _, w := range hashed.GetHashedWrites() {
				s.hashes = append(s.hashes, w.GetKeyHash(), w.GetValueHash())
			}
		}
	}
	return nil
}

// What may stand in public for ever. An ID is of random characters.
var (
	publicKeys = regexp.MustCompile(`^(commons (Pconsortium:consortium|Iconsortium:consortium|Gconsortium:consortium\.[0-9]{6}|R:[0-9a-f]{64}` +
		`|P(evidence|head|checkpoint|cosignature):[0-9a-f]{32}|Gevidence:[0-9a-f]{32}\.[0-9]{6})` + // page names are hashes of what is public
		`|book-[a-z0-9]+ owner|_lifecycle (namespaces|chaincode-sources)/.+|lscc (commons|book-[a-z0-9]+))$`)
	counts   = regexp.MustCompile(`^[1-9][0-9]{0,3}$`)
	bookName = regexp.MustCompile(`^book-[a-z0-9]+$`)
)

// public tells what of a transaction is more than function, lane, counts and
// opaque IDs.
func (s *seen) disallowed() (list []string) {
	complain := func(format string, args ...any) { list = append(list, fmt.Sprintf(format, args...)) }
	if s.transient > 0 {
		complain("a transient map of %d fields", s.transient)
	}
	if len(s.event) > 0 {
		complain("an event of %d bytes", len(s.event))
	}
	if m := s.response.GetMessage(); m != "" {
		complain("the response says %q", m)
	}
	for _, k := range s.public {
		if !publicKeys.MatchString(k) {
			complain("public key %q", k)
		}
	}
	for _, h := range s.hashes {
		if len(h) != 32 && len(h) != 0 { // a deleted key has no value's hash
			complain("a hash of %d bytes", len(h))
		}
	}
	kind := command.Book
	switch {
	case s.chaincode == "_lifecycle":
		if !slices.Contains([]string{"ApproveChaincodeDefinitionForMyOrg", "CommitChaincodeDefinition"}, s.function) || len(s.response.GetPayload()) > 0 {
			complain("%s with a response of %d bytes", s.function, len(s.response.GetPayload()))
		}
		return list
	case s.chaincode == command.CommonsName:
		kind = command.Commons
	case !strings.HasPrefix(s.chaincode, "book-"):
		complain("chaincode %q", s.chaincode)
	}
	var lanes, joint []string
	for _, l := range kind.Lanes() {
		lanes = append(lanes, l.Name)
		if l.Joint() {
			joint = append(joint, l.Name)
		}
	}
	switch {
	case s.function == "batch:Submit":
		if len(s.args) != 2 || !slices.Contains(lanes, s.args[0]) || !counts.MatchString(s.args[1]) {
			complain("arguments %q of a batch", s.args)
		}
	case s.function == "batch:SubmitFor": // of a joint lane, which names a bank's book
		if len(s.args) != 3 || !slices.Contains(joint, s.args[0]) || !counts.MatchString(s.args[1]) || !bookName.MatchString(s.args[2]) {
			complain("arguments %q of a joint batch", s.args)
		}
	case s.function == "setup:Secret" && len(s.args) == 1:
		if !slices.ContainsFunc(kind.Collections(), func(c command.Collection) bool { return c.Name == s.args[0] }) {
			complain("arguments %q", s.args)
		}
	case s.function == "setup:Open" && len(s.args) == 1 && strings.HasSuffix(s.args[0], "MSP"):
	case s.function == "unsalted:Write" && len(s.args) == 0:
	case len(s.args) == 0 && isCommand(kind, strings.TrimSuffix(s.function, ":Submit")):
	case len(s.args) == 1 && isJointCommand(strings.TrimSuffix(s.function, ":Submit")) && kind == command.Commons: // it names a bank's book
		if !bookName.MatchString(s.args[0]) {
			complain("arguments %q of a joint command", s.args)
		}
	default:
		complain("function %q with arguments %q", s.function, s.args)
	}
	return append(list, s.unsummed(lanes)...)
}

// unsummed complains of a response that is not the summary of a batch.
func (s *seen) unsummed(lanes []string) []string {
	raw := s.response.GetPayload()
	if strings.HasPrefix(s.function, "setup:") || s.function == "unsalted:Write" {
		if len(raw) > 0 {
			return []string{fmt.Sprintf("%s answers %q", s.function, raw)}
		}
		return nil
	}
	var sum command.Summary
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&sum); err != nil || d.More() || !slices.Contains(lanes, sum.Lane) {
		return []string{fmt.Sprintf("the response is %.200q: %v", raw, err)}
	}
	return nil
}

func isCommand(kind command.Chaincode, name string) bool {
	list := chaincode.BookCommands
	if kind == command.Commons {
		list = chaincode.CommonsCommands
	}
	return slices.ContainsFunc(list, func(d command.Definition) bool { return d.Describe().Name == name })
}

func isJointCommand(name string) bool {
	return slices.ContainsFunc(chaincode.CommonsCommands, func(d command.Definition) bool {
		s := d.Describe()
		return s.Name == name && s.Lane.Joint()
	})
}

// creatorOf reads who signed.
func creatorOf(raw []byte) (string, *x509.Certificate, error) {
	id, err := into(raw, &msp.SerializedIdentity{})
	if err != nil {
		return "", nil, err
	}
	block, _ := pem.Decode(id.GetIdBytes())
	if block == nil {
		return "", nil, fmt.Errorf("no certificate of %s", id.GetMspid())
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	return id.GetMspid(), cert, err
}

var pseudonymForm = regexp.MustCompile(`^[0-9a-f]{32}$`)

// identifying complains of a subject's certificate that says more than that it is
// one, for which book, under which pseudonym.
func identifying(mspID string, cert *x509.Certificate) ([]string, error) {
	attrs, err := wallet.Attributes(cert)
	if err != nil || mspID != "SubjectMSP" || attrs[wallet.AttrRole] != wallet.RoleSubject {
		return nil, err
	}
	var list []string
	if !pseudonymForm.MatchString(attrs[wallet.AttrPseudonym]) || cert.Subject.CommonName != attrs[wallet.AttrPseudonym] {
		list = append(list, fmt.Sprintf("common name %q, pseudonym %q", cert.Subject.CommonName, attrs[wallet.AttrPseudonym]))
	}
	for name, value := range attrs {
		switch name {
		case wallet.AttrRole, wallet.AttrBook, wallet.AttrPseudonym:
		case "hf.Type", "hf.Affiliation", "hf.EnrollmentID":
			if value != "client" && value != "" && value != cert.Subject.CommonName {
				list = append(list, fmt.Sprintf("attribute %s=%q", name, value))
			}
		default:
			list = append(list, "attribute "+name)
		}
	}
	for _, unit := range cert.Subject.OrganizationalUnit {
		if unit != "client" {
			list = append(list, "unit "+unit)
		}
	}
	if n := len(cert.DNSNames) + len(cert.EmailAddresses) + len(cert.URIs); n > 1 {
		list = append(list, fmt.Sprintf("alternative names %v %v", cert.DNSNames, cert.EmailAddresses))
	}
	return list, nil
}

// TestTransactionsCarryOnlyWhatIsPublic decodes every transaction of every
// block, as BankB's auditor gets them.
func TestTransactionsCarryOnlyWhatIsPublic(t *testing.T) {
	m := open(t, network(t))
	s := confide(t, m)
	l := m.ledger("BankB/auditor1")
	height, err := l.Height(t.Context())
	require.NoError(t, err)
	names := peopleNames(m)
	var mu sync.Mutex
	var size, transactions, hashes, bySubjects int
	functions := map[string]int{}
	blocks := make([]uint64, height)
	for i := range blocks {
		blocks[i] = uint64(i)
	}
	require.NoError(t, each(t.Context(), blocks, func(ctx context.Context, n uint64) error {
		raw, err := l.Evaluate(ctx, ledger.Call{Chaincode: "qscc", Function: "GetBlockByNumber", Args: []string{m.topology.Channel, fmt.Sprint(n)}})
		if err != nil {
			return err
		}
		block, err := into(raw, &common.Block{})
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		size += len(raw)
		if leaks := s.leaks(raw); len(leaks) > 0 {
			return fmt.Errorf("block %d holds %v", n, leaks)
		}
		for _, name := range names {
			if bytes.Contains(raw, []byte(name)) {
				return fmt.Errorf("block %d holds the name %s", n, name)
			}
		}
		for i, data := range block.GetData().GetData() {
			tx, err := decodeTransaction(data)
			if err != nil {
				return fmt.Errorf("transaction %d of block %d: %w", i, n, err)
			}
			if tx == nil {
				continue
			}
			list := tx.disallowed()
			mspID, cert, err := creatorOf(tx.creator)
			if err != nil {
				return err
			}
			more, err := identifying(mspID, cert)
			if list = append(list, more...); err != nil || len(list) > 0 {
				return fmt.Errorf("transaction %d of block %d, %s of %s by %s: %v %v", i, n, tx.function, tx.chaincode, mspID, list, err)
			}
			transactions++
			hashes += len(tx.hashes)
			functions[tx.function]++
			if mspID == "SubjectMSP" {
				bySubjects++
			}
		}
		return nil
	}))
	require.Positive(t, bySubjects, "control: a subject has signed")
	require.Positive(t, hashes, "control: private data has been written")
	fmt.Printf("public: %d transactions in %d blocks (%.1f MB) decoded, %d by subjects, %d hashes; functions %v\n", transactions, height, float64(size)/1e6, bySubjects, hashes, functions)
}

// peopleNames are the names of everybody with a post, which stand in no
// certificate.
func peopleNames(m *members) (names []string) {
	for _, o := range m.topology.Organizations {
		for _, p := range o.People {
			names = append(names, p.Zh, p.En)
		}
	}
	return slices.DeleteFunc(names, func(s string) bool { return s == "" })
}

// TestWhatIsNotPublicIsNoticed shows the check what it must not let pass.
func TestWhatIsNotPublicIsNoticed(t *testing.T) {
	fine := func() *seen {
		return &seen{chaincode: bookA, function: "batch:Submit", args: []string{"loan", "20"}, response: &peer.Response{Status: 200, Payload: []byte(`{"lane":"loan","accepted":20,"refused":0,"already":0,"retry":0}`)},
			public: []string{bookA + " owner", "commons Pconsortium:consortium"}}
	}
	require.Empty(t, fine().disallowed())
	joint := func() *seen {
		return &seen{chaincode: command.CommonsName, function: "batch:SubmitFor", args: []string{"filing", "3", bookA}, response: &peer.Response{Status: 200, Payload: []byte(`{"lane":"filing","accepted":3,"refused":0,"already":0,"retry":0}`)}}
	}
	require.Empty(t, joint().disallowed())
	for what, spoil := range map[string]func(*seen){
		"no book":            func(s *seen) { s.args = s.args[:2] },
		"not a book":         func(s *seen) { s.args[2] = "才让" },
		"a lane of commons":  func(s *seen) { s.args[0] = "fund" },
		"joint count":        func(s *seen) { s.args[1] = "123456789012" },
		"joint lane in book": func(s *seen) { s.chaincode = bookA },
	} {
		s := joint()
		spoil(s)
		require.NotEmpty(t, s.disallowed(), what)
	}
	alone := func() *seen {
		s := joint()
		s.function, s.args = "comp.Reserve:Submit", []string{bookA}
		return s
	}
	require.Empty(t, alone().disallowed())
	for what, spoil := range map[string]func(*seen){
		"joint argument":          func(s *seen) { s.args[0] = "HT2024" },
		"joint command in a book": func(s *seen) { s.chaincode = bookA },
		"command with a book":     func(s *seen) { s.function = "fund.Open:Submit" },
	} {
		s := alone()
		spoil(s)
		require.NotEmpty(t, s.disallowed(), what)
	}
	for what, spoil := range map[string]func(*seen){
		"argument":  func(s *seen) { s.args = append(s.args, "HT2024") },
		"count":     func(s *seen) { s.args[1] = "123456789012" },
		"lane":      func(s *seen) { s.args[0] = "才让" },
		"function":  func(s *seen) { s.function = "loan.Show:Ask"; s.args = nil },
		"single":    func(s *seen) { s.function = "loan.Repay:Submit" },
		"response":  func(s *seen) { s.response.Payload = []byte(`{"lane":"loan","accepted":1,"loan":"HT2024"}`) },
		"message":   func(s *seen) { s.response.Message = "loan HT2024 settled" },
		"event":     func(s *seen) { s.event = []byte("settled") },
		"transient": func(s *seen) { s.transient = 1 },
		"key":       func(s *seen) { s.public = append(s.public, bookA+" Iloan:HT2024") },
		"hash":      func(s *seen) { s.hashes = append(s.hashes, []byte("HT2024")) },
		"chaincode": func(s *seen) { s.chaincode = "才让" },
	} {
		s := fine()
		spoil(s)
		require.NotEmpty(t, s.disallowed(), what)
	}
}
