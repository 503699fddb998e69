package embedded

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// stub is what a chaincode sees of a simulation. A chaincode that another one
// calls gets a stub of its own on the same simulation.
type stub struct {
	sim       *simulation
	ns        *namespace
	args      [][]byte
	transient map[string][]byte
	event     *peer.ChaincodeEvent
	batch     map[batchKey]write // nil when no write batch is open
}

type batchKey struct{ collection, key string }

var _ shim.ChaincodeStubInterface = (*stub)(nil)

func newStub(sim *simulation, ns *namespace, args [][]byte) *stub {
	// A copy: a chaincode that changes its map must not change the next
	// organization's.
	transient := make(map[string][]byte, len(sim.proposal.transient))
	for k, v := range sim.proposal.transient {
		transient[k] = v
	}
	return &stub{sim: sim, ns: ns, args: args, transient: transient}
}

func (s *stub) GetArgs() [][]byte { return s.args }

func (s *stub) GetStringArgs() []string {
	args := make([]string, len(s.args))
	for i, a := range s.args {
		args[i] = string(a)
	}
	return args
}

func (s *stub) GetFunctionAndParameters() (string, []string) {
	args := s.GetStringArgs()
	if len(args) == 0 {
		return "", []string{}
	}
	return args[0], args[1:]
}

func (s *stub) GetArgsSlice() ([]byte, error) {
	all := []byte{}
	for _, a := range s.args {
		all = append(all, a...)
	}
	return all, nil
}

func (s *stub) GetTxID() string                                  { return s.sim.proposal.txID }
func (s *stub) GetChannelID() string                             { return s.sim.engine.channelName }
func (s *stub) GetCreator() ([]byte, error)                      { return s.sim.proposal.creator, nil }
func (s *stub) GetTransient() (map[string][]byte, error)         { return s.transient, nil }
func (s *stub) GetBinding() ([]byte, error)                      { return s.sim.proposal.binding(), nil }
func (s *stub) GetDecorations() map[string][]byte                { return nil }
func (s *stub) GetSignedProposal() (*peer.SignedProposal, error) { return s.sim.proposal.signed, nil }

func (s *stub) GetTxTimestamp() (*timestamppb.Timestamp, error) {
	return timestamppb.New(s.sim.proposal.time), nil
}

func (s *stub) SetEvent(name string, payload []byte) error {
	if name == "" {
		return errors.New("event name can not be empty string")
	}
	s.event = &peer.ChaincodeEvent{EventName: name, Payload: payload}
	return nil
}

// Public state.

func (s *stub) GetState(key string) ([]byte, error) { return s.sim.getState(s.ns, key) }

func (s *stub) GetMultipleStates(keys ...string) ([][]byte, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	values := make([][]byte, len(keys))
	for i, key := range keys {
		value, err := s.sim.getState(s.ns, key)
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

func (s *stub) PutState(key string, value []byte) error {
	return s.write("", key, write{put, value})
}

func (s *stub) DelState(key string) error { return s.write("", key, write{op: del}) }

// Private state.

func (s *stub) GetPrivateData(collection, key string) ([]byte, error) {
	return s.sim.getPrivate(s.ns, collection, key)
}

// GetMultiplePrivateData answers, as Fabric does, with an empty value for a
// key whose value this organization does not hold: GetPrivateDataHash tells
// missing from absent.
func (s *stub) GetMultiplePrivateData(collection string, keys ...string) ([][]byte, error) {
	c, err := s.sim.collection(s.ns, collection)
	if err != nil || len(keys) == 0 {
		return nil, err
	}
	held := c.isMember[s.sim.org.MSP]
	values := make([][]byte, len(keys))
	for i, key := range keys {
		if !held {
			_, _, err = s.sim.getHash(c, s.ns, key)
		} else {
			values[i], err = s.sim.getPrivate(s.ns, collection, key)
		}
		if err != nil {
			return nil, err
		}
	}
	return values, nil
}

func (s *stub) GetPrivateDataHash(collection, key string) ([]byte, error) {
	return s.sim.getPrivateHash(s.ns, collection, key)
}

func (s *stub) PutPrivateData(collection, key string, value []byte) error {
	return s.writePrivate(collection, key, write{put, value})
}

func (s *stub) DelPrivateData(collection, key string) error {
	return s.writePrivate(collection, key, write{op: del})
}

func (s *stub) PurgePrivateData(collection, key string) error {
	return s.writePrivate(collection, key, write{op: purge})
}

func (s *stub) writePrivate(collection, key string, w write) error {
	if collection == "" {
		return errors.New("collection must not be an empty string")
	}
	return s.write(collection, key, w)
}

// write goes to the open batch or to the simulation. A batch keeps the
// caller's bytes, as Fabric's does; otherwise they are copied.
func (s *stub) write(collection, key string, w write) error {
	if w.op == put && key == "" {
		return errors.New("key must not be an empty string")
	}
	if s.batch != nil {
		s.batch[batchKey{collection, key}] = w
		return nil
	}
	w.value = append([]byte(nil), w.value...)
	return s.sim.put(s.ns, collection, key, w)
}

func (s *stub) StartWriteBatch() {
	if s.batch == nil {
		s.batch = map[batchKey]write{}
	}
}

// FinishWriteBatch applies the batch. Its errors are those of the single
// writes; without it they come at the end of the transaction.
func (s *stub) FinishWriteBatch() error {
	batch := s.batch
	s.batch = nil
	var first error
	var at batchKey
	for k, w := range batch {
		// The error of the smallest key, so that it does not depend on the
		// order of a map.
		if err := s.sim.put(s.ns, k.collection, k.key, w); err != nil &&
			(first == nil || k.collection < at.collection || k.collection == at.collection && k.key < at.key) {
			first, at = err, k
		}
	}
	return first
}

// Composite keys.

func (s *stub) CreateCompositeKey(objectType string, attributes []string) (string, error) {
	return shim.CreateCompositeKey(objectType, attributes)
}

func (s *stub) SplitCompositeKey(key string) (string, []string, error) {
	if !composite(key) || key[0] != 0 {
		return "", nil, fmt.Errorf("%q is no composite key", key)
	}
	var parts []string
	for start, i := 1, 1; i < len(key); i++ {
		if key[i] == 0 {
			parts = append(parts, key[start:i])
			start = i + 1
		}
	}
	return parts[0], parts[1:], nil
}

// InvokeChaincode runs another chaincode of the channel in this simulation.
// Its writes stay even if it answers with an error: whether the transaction
// fails is the caller's decision.
func (s *stub) InvokeChaincode(name string, args [][]byte, channel string) *peer.Response {
	failed := func(format string, a ...any) *peer.Response {
		return shim.Error("INVOKE_CHAINCODE failed: transaction ID: " + s.GetTxID() + ": " + fmt.Sprintf(format, a...))
	}
	if channel != "" && channel != s.GetChannelID() {
		return failed("channel %q: calls into another channel are not offered by the embedded ledger", channel)
	}
	ns := s.sim.engine.namespace(name)
	if ns == nil {
		return failed("chaincode %s not found", name)
	}
	for _, kind := range s.sim.running {
		if kind == ns.kind {
			return failed("chaincode %s: package %s is already running in this transaction and cannot be entered again", name, kind)
		}
	}
	called := newStub(s.sim, ns, args)
	resp, err := s.sim.run(called)
	if err != nil {
		return failed("%s", err)
	}
	return resp
}

// What rooms never call.

func notOffered(method string) error {
	return fmt.Errorf("%s is not offered by the embedded ledger", method)
}

func (s *stub) SetStateValidationParameter(string, []byte) error {
	return notOffered("SetStateValidationParameter")
}

func (s *stub) GetStateValidationParameter(string) ([]byte, error) {
	return nil, notOffered("GetStateValidationParameter")
}

func (s *stub) SetPrivateDataValidationParameter(string, string, []byte) error {
	return notOffered("SetPrivateDataValidationParameter")
}

func (s *stub) GetPrivateDataValidationParameter(string, string) ([]byte, error) {
	return nil, notOffered("GetPrivateDataValidationParameter")
}

func (s *stub) GetAllStatesCompositeKeyWithPagination(int32, string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	return nil, nil, notOffered("GetAllStatesCompositeKeyWithPagination")
}

func (s *stub) GetQueryResult(string) (shim.StateQueryIteratorInterface, error) {
	return nil, notOffered("GetQueryResult")
}

func (s *stub) GetQueryResultWithPagination(string, int32, string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	return nil, nil, notOffered("GetQueryResultWithPagination")
}

func (s *stub) GetHistoryForKey(string) (shim.HistoryQueryIteratorInterface, error) {
	return nil, notOffered("GetHistoryForKey")
}

func (s *stub) GetPrivateDataQueryResult(string, string) (shim.StateQueryIteratorInterface, error) {
	return nil, notOffered("GetPrivateDataQueryResult")
}
