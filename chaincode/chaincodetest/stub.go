package chaincodetest

import (
	"crypto/sha256"
	"fmt"
	"sort"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stub is one transaction on one namespace. Methods that no room calls are
// left to the nil interface, so that a call to one shows at once.
type stub struct {
	shim.ChaincodeStubInterface
	ledger    *Ledger
	namespace string
	tx        *transaction
}

type transaction struct {
	id        string
	signed    func() *peer.SignedProposal
	time      *timestamppb.Timestamp
	creator   []byte
	args      [][]byte
	transient map[string][]byte
	writes    map[string][]byte // namespace ‖ collection ‖ key
	ranged    bool
}

func at(namespace, collection, key string) string {
	return namespace + "\x00" + collection + "\x00" + key
}

func (s *stub) GetArgs() [][]byte { return s.tx.args }
func (s *stub) GetStringArgs() []string {
	var list []string
	for _, a := range s.tx.args {
		list = append(list, string(a))
	}
	return list
}
func (s *stub) GetFunctionAndParameters() (string, []string) {
	a := s.GetStringArgs()
	if len(a) == 0 {
		return "", nil
	}
	return a[0], a[1:]
}
func (s *stub) GetTxID() string                                  { return s.tx.id }
func (s *stub) GetChannelID() string                             { return "credit" }
func (s *stub) GetSignedProposal() (*peer.SignedProposal, error) { return s.tx.signed(), nil }
func (s *stub) GetCreator() ([]byte, error)                      { return s.tx.creator, nil }
func (s *stub) GetTransient() (map[string][]byte, error)         { return s.tx.transient, nil }
func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error)  { return s.tx.time, nil }
func (s *stub) GetState(key string) ([]byte, error) {
	return s.ledger.state[at(s.namespace, "", key)], nil
}
func (s *stub) GetPrivateData(collection, key string) ([]byte, error) {
	return s.ledger.state[at(s.namespace, collection, key)], nil
}
func (s *stub) GetMultiplePrivateData(collection string, keys ...string) ([][]byte, error) {
	out := make([][]byte, len(keys))
	for i, k := range keys {
		out[i] = s.ledger.state[at(s.namespace, collection, k)]
	}
	return out, nil
}
func (s *stub) GetPrivateDataHash(collection, key string) ([]byte, error) {
	v := s.ledger.state[at(s.namespace, collection, key)]
	if v == nil {
		if s.ledger.Missing[at(s.namespace, collection, key)] {
			return []byte("hash"), nil
		}
		return nil, nil
	}
	h := sha256.Sum256(v)
	return h[:], nil
}
func (s *stub) PutState(key string, value []byte) error {
	s.tx.writes[at(s.namespace, "", key)] = append([]byte(nil), value...)
	return nil
}
func (s *stub) PutPrivateData(collection, key string, value []byte) error {
	if s.tx.ranged {
		return fmt.Errorf("a transaction that ran a private range may not write")
	}
	s.tx.writes[at(s.namespace, collection, key)] = append([]byte(nil), value...)
	return nil
}
func (s *stub) PurgePrivateData(collection, key string) error {
	if s.tx.ranged {
		return fmt.Errorf("a transaction that ran a private range may not write")
	}
	s.tx.writes[at(s.namespace, collection, key)] = nil
	return nil
}
func (s *stub) StartWriteBatch()        {}
func (s *stub) FinishWriteBatch() error { return nil }

func (s *stub) GetPrivateDataByRange(collection, start, end string) (shim.StateQueryIteratorInterface, error) {
	s.tx.ranged = true
	it := &iterator{}
	prefix := at(s.namespace, collection, "")
	for k, v := range s.ledger.state {
		if key, ok := strings.CutPrefix(k, prefix); ok && key >= start && key < end {
			it.list = append(it.list, &queryresult.KV{Namespace: s.namespace, Key: key, Value: v})
		}
	}
	sort.Slice(it.list, func(i, j int) bool { return it.list[i].Key < it.list[j].Key })
	return it, nil
}

func (s *stub) InvokeChaincode(name string, args [][]byte, _ string) *peer.Response {
	cc := s.ledger.chaincodes[name]
	if cc == nil {
		return shim.Error("no chaincode " + name)
	}
	inner := *s.tx
	inner.args = args
	return cc.Invoke(&stub{ledger: s.ledger, namespace: name, tx: &inner})
}

type iterator struct {
	list []*queryresult.KV
}

func (i *iterator) HasNext() bool { return len(i.list) > 0 }
func (i *iterator) Close() error  { return nil }
func (i *iterator) Next() (*queryresult.KV, error) {
	kv := i.list[0]
	i.list = i.list[1:]
	return kv, nil
}
