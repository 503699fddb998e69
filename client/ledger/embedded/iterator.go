package embedded

import (
	"errors"
	"fmt"

	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	leveldbit "github.com/syndtr/goleveldb/leveldb/iterator"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// iterator walks a range and looks one entry ahead, which HasNext needs.
type iterator struct {
	ns    string
	fetch func() (*queryresult.KV, error) // nil, nil at the end
	next  *queryresult.KV
	err   error
	done  func()
}

func (it *iterator) advance() { it.next, it.err = it.fetch() }

func (it *iterator) HasNext() bool { return it.next != nil || it.err != nil }

func (it *iterator) Next() (*queryresult.KV, error) {
	if it.err != nil {
		return nil, it.err
	}
	if it.next == nil {
		return nil, errors.New("the iterator has no more results")
	}
	kv := it.next
	it.advance()
	return kv, nil
}

func (it *iterator) Close() error {
	it.release()
	return nil
}

func (it *iterator) release() {
	if it.done != nil {
		it.done()
		it.done = nil
		it.next, it.err = nil, nil
		it.fetch = func() (*queryresult.KV, error) { return nil, nil }
	}
}

func (s *simulation) open(ns string, walk leveldbit.Iterator, fetch func() (*queryresult.KV, error)) *iterator {
	it := &iterator{ns: ns, fetch: fetch, done: walk.Release}
	s.iterators = append(s.iterators, it)
	it.advance()
	return it
}

// publicRange walks [start, end) of a namespace and records what it read.
// limit 0 means all; otherwise the key that would follow goes to more.
func (s *simulation) publicRange(ns *namespace, start, end string, limit int, more func(string)) *iterator {
	bounds := &util.Range{Start: publicKey(ns.name, start), Limit: publicKey(ns.name, end)}
	if end == "" {
		bounds.Limit = append([]byte("S"+ns.name), 1)
	}
	read := &rangeRead{Start: start, End: end}
	set := s.set.of(ns)
	set.ranges = append(set.ranges, read)
	walk := s.view.channel.NewIterator(bounds, nil)
	skip := len(ns.name) + 2
	return s.open(ns.name, walk, func() (*queryresult.KV, error) {
		if !walk.Next() {
			read.Exhausted = walk.Error() == nil
			return nil, walk.Error()
		}
		key := string(walk.Key()[skip:])
		if limit > 0 && len(read.Keys) == limit {
			more(key)
			return nil, nil
		}
		read.Keys = append(read.Keys, key)
		read.Versions = append(read.Versions, readVersion(walk.Value()))
		return &queryresult.KV{Namespace: ns.name, Key: key, Value: append([]byte(nil), walk.Value()[versionSize:]...)}, nil
	})
}

// privateRange walks [start, end) of what this organization holds of a
// collection. Nothing is recorded, which is why a transaction that has done
// so may not write. What a block superseded was removed before the view of its
// height was made, at a start before the first view, so every value in a view
// counts and its hash need not be asked: asking is half of a long walk.
func (s *simulation) privateRange(ns *namespace, coll, start, end string) (*iterator, error) {
	c, err := s.collection(ns, coll)
	if err != nil {
		return nil, err
	}
	if err := s.beforePrivateQuery(); err != nil {
		return nil, err
	}
	prefix := valuePrefix(c.namespace, c.Name)
	bounds := &util.Range{Start: escape(valuePrefix(c.namespace, c.Name), start), Limit: escape(valuePrefix(c.namespace, c.Name), end)}
	if end == "" {
		bounds.Limit = util.BytesPrefix(prefix).Limit
	}
	walk := s.view.orgs[s.org.MSP].NewIterator(bounds, nil)
	return s.open(ns.name, walk, func() (*queryresult.KV, error) {
		if !walk.Next() {
			return nil, walk.Error()
		}
		key, _, err := splitValueKey(walk.Key()[len(prefix):])
		if err != nil {
			return nil, err
		}
		return &queryresult.KV{Namespace: ns.name, Key: key, Value: append([]byte(nil), walk.Value()...)}, nil
	}), nil
}

// Ranges of the stub.

// emptyKeySubstitute starts a range behind the composite keys, as shim does.
const emptyKeySubstitute = "\x01"

const afterComposite = string(rune(0x10FFFF))

func (s *stub) GetStateByRange(start, end string) (shim.StateQueryIteratorInterface, error) {
	if err := checkRange(start, end); err != nil {
		return nil, err
	}
	if start == "" {
		start = emptyKeySubstitute
	}
	return s.sim.publicRange(s.ns, start, end, 0, nil), nil
}

func (s *stub) GetStateByPartialCompositeKey(objectType string, attributes []string) (shim.StateQueryIteratorInterface, error) {
	start, err := s.CreateCompositeKey(objectType, attributes)
	if err != nil {
		return nil, err
	}
	return s.sim.publicRange(s.ns, start, start+afterComposite, 0, nil), nil
}

func (s *stub) page(start, end string, pageSize int32, bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	if pageSize <= 0 {
		return nil, nil, fmt.Errorf("page size is %d, must be above 0", pageSize)
	}
	if s.sim.wrote {
		return nil, nil, fmt.Errorf("transaction %s has already written: paginated queries are supported only in a read-only transaction", s.sim.proposal.txID)
	}
	s.sim.paginated = true
	if bookmark != "" {
		start = bookmark
	}
	meta := &peer.QueryResponseMetadata{}
	walk := s.sim.publicRange(s.ns, start, end, int(pageSize), func(key string) { meta.Bookmark = key })
	var results []*queryresult.KV
	for walk.HasNext() {
		kv, err := walk.Next()
		if err != nil {
			return nil, nil, err
		}
		results = append(results, kv)
	}
	walk.release()
	meta.FetchedRecordsCount = int32(len(results))
	it := &iterator{ns: s.ns.name, done: func() {}, fetch: func() (*queryresult.KV, error) {
		if len(results) == 0 {
			return nil, nil
		}
		kv := results[0]
		results = results[1:]
		return kv, nil
	}}
	it.advance()
	return it, meta, nil
}

func (s *stub) GetStateByRangeWithPagination(start, end string, pageSize int32, bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	if err := checkRange(start, end); err != nil {
		return nil, nil, err
	}
	if start == "" {
		start = emptyKeySubstitute
	}
	return s.page(start, end, pageSize, bookmark)
}

func (s *stub) GetStateByPartialCompositeKeyWithPagination(objectType string, keys []string, pageSize int32, bookmark string) (shim.StateQueryIteratorInterface, *peer.QueryResponseMetadata, error) {
	start, err := s.CreateCompositeKey(objectType, keys)
	if err != nil {
		return nil, nil, err
	}
	return s.page(start, start+afterComposite, pageSize, bookmark)
}

func (s *stub) GetPrivateDataByRange(collection, start, end string) (shim.StateQueryIteratorInterface, error) {
	if err := checkRange(start, end); err != nil {
		return nil, err
	}
	if start == "" {
		start = emptyKeySubstitute
	}
	return s.privateIterator(collection, start, end)
}

func (s *stub) GetPrivateDataByPartialCompositeKey(collection, objectType string, keys []string) (shim.StateQueryIteratorInterface, error) {
	start, err := s.CreateCompositeKey(objectType, keys)
	if err != nil {
		return nil, err
	}
	return s.privateIterator(collection, start, start+afterComposite)
}

// privateIterator keeps a nil *iterator from becoming a non-nil interface.
func (s *stub) privateIterator(collection, start, end string) (shim.StateQueryIteratorInterface, error) {
	it, err := s.sim.privateRange(s.ns, collection, start, end)
	if err != nil {
		return nil, err
	}
	return it, nil
}
