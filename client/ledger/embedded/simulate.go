package embedded

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// simulation is one organization's execution of a proposal: it reads one
// view of the state and collects what would be written.
type simulation struct {
	engine   *Engine
	org      *organization
	proposal *proposal
	view     *view
	set      rwset

	wrote          bool
	privateQueried bool
	paginated      bool
	running        []command.Chaincode // packages on the stack
	iterators      []*iterator

	response *peer.Response
	event    *peer.ChaincodeEvent
}

var errNotFound = leveldb.ErrNotFound

func (s *simulation) getState(ns *namespace, key string) ([]byte, error) {
	raw, err := s.view.channel.Get(publicKey(ns.name, key), nil)
	set := s.set.of(ns)
	if errors.Is(err, errNotFound) {
		set.reads[key] = version{}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	set.reads[key] = readVersion(raw)
	return raw[versionSize:], nil
}

func (s *simulation) collection(ns *namespace, name string) (*collection, error) {
	if name == "" {
		return nil, errors.New("collection must not be an empty string")
	}
	c := ns.collections[name]
	if c == nil {
		return nil, fmt.Errorf("collection [%s/%s] is not defined in the collection config", ns.name, name)
	}
	return c, nil
}

// getHash reads the public entry of a private key: its version and the hash
// of its value, which every organization has.
func (s *simulation) getHash(c *collection, ns *namespace, key string) (version, []byte, error) {
	raw, err := s.view.channel.Get(hashKey(c.namespace, c.Name, key), nil)
	set := s.set.of(ns).of(c)
	if errors.Is(err, errNotFound) {
		set.reads[key] = version{}
		return version{}, nil, nil
	}
	if err != nil {
		return version{}, nil, err
	}
	v := readVersion(raw)
	set.reads[key] = v
	return v, raw[versionSize:], nil
}

func (s *simulation) getPrivate(ns *namespace, coll, key string) ([]byte, error) {
	c, err := s.collection(ns, coll)
	if err != nil {
		return nil, err
	}
	v, _, err := s.getHash(c, ns, key)
	if err != nil || v == (version{}) {
		return nil, err
	}
	value, err := s.view.orgs[s.org.MSP].Get(v.append(valueKey(c.namespace, c.Name, key)), nil)
	if errors.Is(err, errNotFound) {
		return nil, fmt.Errorf("private data matching public hash version is not available. Public hash version = %s, Private data version = %s", v, version{})
	}
	return value, err
}

func (s *simulation) getPrivateHash(ns *namespace, coll, key string) ([]byte, error) {
	c, err := s.collection(ns, coll)
	if err != nil {
		return nil, err
	}
	_, hash, err := s.getHash(c, ns, key)
	return hash, err
}

// put applies one write with Fabric's rules. An empty value is a deletion.
func (s *simulation) put(ns *namespace, coll, key string, w write) error {
	if err := checkKey(key); err != nil {
		return err
	}
	if s.privateQueried {
		return fmt.Errorf("transaction %s has already performed queries on private data, writes are not allowed", s.proposal.txID)
	}
	if s.paginated {
		return fmt.Errorf("transaction %s has already performed a paginated query, writes are not allowed", s.proposal.txID)
	}
	if w.op == put && len(w.value) == 0 {
		w = write{op: del}
	}
	target := s.set.of(ns).writes
	if coll != "" {
		c, err := s.collection(ns, coll)
		if err != nil {
			return err
		}
		target = s.set.of(ns).of(c).writes
	}
	s.wrote = true
	target[key] = w
	return nil
}

func (s *simulation) beforePrivateQuery() error {
	if s.wrote {
		return fmt.Errorf("transaction %s has already written: queries on private data are supported only in a read-only transaction", s.proposal.txID)
	}
	s.privateQueried = true
	return nil
}

// close ends the simulation's use of the view. The set stays.
func (s *simulation) close() {
	for _, it := range s.iterators {
		it.release()
	}
	s.iterators = nil
}

func hashOf(value []byte) []byte {
	sum := sha256.Sum256(value)
	return sum[:]
}
