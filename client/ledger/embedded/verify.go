package embedded

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"
	"github.com/syndtr/goleveldb/leveldb/util"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// reader is what verification reads from: a database or a snapshot.
type reader interface {
	Get(key []byte, ro *opt.ReadOptions) ([]byte, error)
}

// Verify recomputes everything that can be: the chain of blocks, the public
// state and hashes that its valid transactions give, and the hash of each
// private value at each organization. Nil means that all agree.
func (e *Engine) Verify() error {
	if err := e.begin(); err != nil {
		return err
	}
	defer e.calls.RUnlock()
	v := e.enter()
	defer e.leave(v)
	raw, err := v.channel.Get(keyTip, nil)
	if err != nil {
		return fmt.Errorf("tip of the chain: %w", err)
	}
	var t tip
	if err := ledgerstate.Decode(raw, &t); err != nil {
		return fmt.Errorf("tip of the chain: %w", err)
	}
	state := map[string][]byte{} // key in channel/ → version and value
	err = e.verifyChain(v.channel, 0, t, func(b *Block) error {
		for i := range b.Records {
			r := &b.Records[i]
			at := version{b.Number, uint32(i)}
			if r.Kind != kindTx {
				continue
			}
			if got, err := v.channel.Get(txKey(r.TxID), nil); err != nil || !bytes.Equal(got, at.append(nil)) {
				return fmt.Errorf("block %d: transaction %s is not in the index", b.Number, r.TxID)
			}
			if b.Codes[i] == codeValid {
				r.replay(at, state)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := sameState(v.channel, state); err != nil {
		return err
	}
	for _, o := range e.peers() {
		if err := e.verifyHeld(v.orgs[o.MSP], o, state); err != nil {
			return err
		}
	}
	return nil
}

// verifyChain checks blocks [first, tip) and that they end in the tip.
func (e *Engine) verifyChain(r reader, first uint64, t tip, each func(*Block) error) error {
	var previous []byte
	for n := first; n < t.Height; n++ {
		raw, err := r.Get(blockKey(n), nil)
		if err != nil {
			return fmt.Errorf("block %d of %d: %w", n, t.Height, err)
		}
		b, err := decodeStored(raw)
		if err != nil {
			return fmt.Errorf("block %d cannot be read: %w", n, err)
		}
		switch {
		case b.Number != n:
			return fmt.Errorf("block %d says it is block %d", n, b.Number)
		case !bytes.Equal(b.Data, b.dataHash()):
			return fmt.Errorf("block %d: its transactions do not have the hash in its header", n)
		case n > first && !bytes.Equal(b.Previous, previous), n == 0 && len(b.Previous) != 0:
			return fmt.Errorf("block %d does not follow block %d: the hash of the block before differs", n, n-1)
		}
		previous = b.hash()
		if each == nil {
			continue
		}
		opened, err := b.open()
		if err == nil {
			err = each(opened)
		}
		if err != nil {
			return err
		}
	}
	if t.Height > first && !bytes.Equal(previous, t.Hash) {
		return fmt.Errorf("the last block, %d, is not the one that was committed last: its hash differs", t.Height-1)
	}
	return nil
}

func (r *Record) replay(at version, state map[string][]byte) {
	set := func(key string, w WriteRecord) {
		if operation(w.Op) == put {
			state[key] = append(at.append(nil), w.Value...)
		} else {
			delete(state, key)
		}
	}
	for _, ns := range r.Namespaces {
		for _, w := range ns.Writes {
			set(string(publicKey(ns.Name, w.Key)), w)
		}
		for _, c := range ns.Collections {
			for _, w := range c.Writes {
				set(string(hashPrefix(ns.Name, c.Name))+w.Key, w)
			}
		}
	}
}

// sameState compares what the chain gives with what is stored.
func sameState(s *leveldb.Snapshot, state map[string][]byte) error {
	found := 0
	for _, kind := range []byte{'H', 'S'} {
		walk := s.NewIterator(util.BytesPrefix([]byte{kind}), nil)
		for walk.Next() {
			found++
			key := string(walk.Key())
			if want, ok := state[key]; !ok || !bytes.Equal(want, walk.Value()) {
				walk.Release()
				return fmt.Errorf("state: %s is not what the blocks say", keyForPeople(key))
			}
		}
		walk.Release()
		if err := walk.Error(); err != nil {
			return fmt.Errorf("state: %w", err)
		}
	}
	if found != len(state) {
		return fmt.Errorf("state: %d keys, the blocks give %d", found, len(state))
	}
	return nil
}

// verifyHeld checks that an organization holds exactly the values of its
// collections, and that each has the hash that the blocks say.
func (e *Engine) verifyHeld(s *leveldb.Snapshot, o *organization, state map[string][]byte) error {
	e.mu.RLock()
	namespaces := e.namespaces
	e.mu.RUnlock()
	expected := 0
	for key := range state {
		if c := collectionOf(namespaces, key); c != nil && c.isMember[o.MSP] {
			expected++
		}
	}
	walk := s.NewIterator(util.BytesPrefix([]byte{'P'}), nil)
	defer walk.Release()
	for walk.Next() {
		parts := strings.SplitN(string(walk.Key()[1:]), "\x00", 3)
		if len(parts) != 3 {
			return fmt.Errorf("%s: private key %x is malformed", o.MSP, walk.Key())
		}
		key, at, err := splitValueKey([]byte(parts[2]))
		if err != nil {
			return fmt.Errorf("%s: %w", o.MSP, err)
		}
		full := string(hashKey(parts[0], parts[1], key))
		c := collectionOf(namespaces, full)
		if c == nil || !c.isMember[o.MSP] {
			return fmt.Errorf("%s holds %s and is no member", o.MSP, keyForPeople(full))
		}
		want, ok := state[full]
		if !ok || readVersion(want) != at {
			return fmt.Errorf("%s holds a superseded value of %s", o.MSP, keyForPeople(full))
		}
		if !bytes.Equal(want[versionSize:], hashOf(walk.Value())) {
			return fmt.Errorf("%s: the value of %s does not have the hash that the blocks say", o.MSP, keyForPeople(full))
		}
		expected--
	}
	if err := walk.Error(); err != nil {
		return fmt.Errorf("%s: %w", o.MSP, err)
	}
	if expected != 0 {
		return fmt.Errorf("%s lacks %d private values of its collections", o.MSP, expected)
	}
	return nil
}

func collectionOf(namespaces map[string]*namespace, key string) *collection {
	parts := strings.SplitN(key[1:], "\x00", 3)
	if key[0] != 'H' || len(parts) != 3 {
		return nil
	}
	if ns := namespaces[parts[0]]; ns != nil {
		return ns.collections[parts[1]]
	}
	return nil
}
