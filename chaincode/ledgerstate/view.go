package ledgerstate

import (
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
)

// Stub is the part of Fabric's chaincode stub that a view needs.
type Stub interface {
	GetTxID() string
	GetState(key string) ([]byte, error)
	PutState(key string, value []byte) error
	GetPrivateData(collection, key string) ([]byte, error)
	GetMultiplePrivateData(collection string, keys ...string) ([][]byte, error)
	GetPrivateDataHash(collection, key string) ([]byte, error)
	PutPrivateData(collection, key string, value []byte) error
	PurgePrivateData(collection, key string) error
	GetPrivateDataByRange(collection, startKey, endKey string) (shim.StateQueryIteratorInterface, error)
	StartWriteBatch()
	FinishWriteBatch() error
}

// maxMultiGet bounds the keys of one multi-get (Fabric's limit is 1,000).
const maxMultiGet = 900

type slotKey struct{ collection, key string }

// View is what the rules of one transaction see and change.
type View struct {
	stub      Stub
	namespace string // owner of the book, or "commons": distinguishes salts
	seed      []byte

	secrets map[string][]byte
	older   map[string]bool    // collections opened before natural keys shared index keys
	erased  map[string]bool    // collections of which something was erased, see generation
	keys    map[keyOf]string   // derived before: a page's name is asked for several times a command
	births  map[slotKey]bool   // births' own index keys, expected to be absent, see absent
	cache   map[slotKey][]byte // read from the ledger; nil value: absent
	pages   map[slotKey]*page
	lists   map[slotKey]*index
	writes  map[slotKey][]byte
	purges  map[slotKey]bool
}

// NewView starts an empty view. The seed may be nil if nothing will be
// written.
func NewView(stub Stub, namespace string, seed []byte) *View {
	return &View{stub: stub, namespace: namespace, seed: seed,
		secrets: map[string][]byte{}, older: map[string]bool{}, erased: map[string]bool{}, keys: map[keyOf]string{}, births: map[slotKey]bool{}, cache: map[slotKey][]byte{}, pages: map[slotKey]*page{}, lists: map[slotKey]*index{}, writes: map[slotKey][]byte{}, purges: map[slotKey]bool{}}
}

// read gives the committed value of a key, or what this transaction wrote;
// nil means absent. Missing private data is an error, see absent.
func (v *View) read(collection, key string) ([]byte, error) {
	k := slotKey{collection, key}
	if raw, ok := v.writes[k]; ok {
		return raw, nil
	}
	if raw, ok := v.cache[k]; ok {
		return raw, nil
	}
	var raw []byte
	var err error
	if collection == "" {
		raw, err = v.stub.GetState(key)
	} else {
		raw, err = v.stub.GetPrivateData(collection, key)
	}
	if err != nil {
		return nil, v.unread(collection, err)
	}
	if len(raw) == 0 {
		if err := v.absent(collection, key); err != nil {
			return nil, err
		}
		raw = nil
	}
	v.cache[k] = raw
	return raw, nil
}

// absent tells absent from missing: where the ledger knows a hash of the key
// but the value is empty, this node lacks private data that it should hold.
//
// Index keys of a birth's own are not asked about, a call to the peer each:
// the read set says that they are absent, so where one is not, the other
// endorser's answer differs or the transaction is found invalid (MVCC), and
// is sent again. Nothing is decided on a value that is missing. Shared ones
// are asked about: they are few, and most of them exist.
func (v *View) absent(collection, key string) error {
	if collection == "" || v.births[slotKey{collection, key}] {
		return nil
	}
	hash, err := v.stub.GetPrivateDataHash(collection, key)
	if err != nil {
		return fmt.Errorf("qxl LEDGER_READ: reading a hash of collection %q: %w", collection, err)
	}
	if len(hash) > 0 {
		return v.lacking(collection)
	}
	return nil
}

func (v *View) lacking(collection string) error {
	return Errorf("DATA_MISSING_ON_PEER", "this peer lacks private data of collection %s of %s; it fetches it from other members by itself", collection, v.namespace)
}

// older is how Fabric puts it where a peer has an earlier value of a key than
// the ledger counts: the later one has not come yet.
const older = "private data matching public hash version is not available"

// unread tells missing data from what else keeps a value from being read:
// where it is missing another peer can be asked.
func (v *View) unread(collection string, err error) error {
	if strings.Contains(err.Error(), older) {
		return v.lacking(collection)
	}
	return fmt.Errorf("qxl LEDGER_READ: reading collection %q: %w", collection, err)
}

// prefetch reads many keys of a collection with as few calls as possible.
func (v *View) prefetch(collection string, keys []string) error {
	var want []string
	seen := map[string]bool{}
	for _, key := range keys {
		k := slotKey{collection, key}
		if _, ok := v.cache[k]; ok || seen[key] || v.writes[k] != nil {
			continue
		}
		seen[key] = true
		want = append(want, key)
	}
	for len(want) > 0 {
		n := min(len(want), maxMultiGet)
		if n == 1 || collection == "" {
			if _, err := v.read(collection, want[0]); err != nil {
				return err
			}
			want = want[1:]
			continue
		}
		values, err := v.stub.GetMultiplePrivateData(collection, want[:n]...)
		if err != nil {
			return v.unread(collection, err)
		}
		if len(values) != n { // fabric#5529: errors are swallowed
			return Errorf("LEDGER_READ", "asked for %d keys of collection %s, got %d values", n, collection, len(values))
		}
		for i, raw := range values {
			if len(raw) == 0 {
				if err := v.absent(collection, want[i]); err != nil {
					return err
				}
				raw = nil
			}
			v.cache[slotKey{collection, want[i]}] = raw
		}
		want = want[n:]
	}
	return nil
}

// prefetchAll is prefetch for several collections, in their order.
func (v *View) prefetchAll(byCollection map[string][]string) error {
	for _, collection := range slices.Sorted(maps.Keys(byCollection)) {
		if err := v.prefetch(collection, byCollection[collection]); err != nil {
			return err
		}
	}
	return nil
}

func (v *View) write(collection, key string, raw []byte) { v.writes[slotKey{collection, key}] = raw }

// Flush writes every touched page and key and purges what was erased, in one
// write batch and in order of collection and key, and reports how many keys it
// wrote.
func (v *View) Flush() (int, error) {
	for _, p := range v.dirtyPages() {
		if err := v.encodePage(p); err != nil {
			return 0, err
		}
	}
	if err := v.writeLists(); err != nil {
		return 0, err
	}
	keys := inOrder(v.writes)
	purged := inOrder(v.purges)
	for _, k := range purged {
		if v.writes[k] != nil { // of a purge and a put of one key the ledger keeps the last alone
			return 0, Errorf("ERASURE_AND_WRITE", "a key of collection %q is erased and written in one transaction", k.collection)
		}
	}
	v.stub.StartWriteBatch()
	for _, k := range keys {
		var err error
		if k.collection == "" {
			err = v.stub.PutState(k.key, v.writes[k])
		} else {
			err = v.stub.PutPrivateData(k.collection, k.key, v.writes[k])
		}
		if err != nil {
			return 0, fmt.Errorf("qxl LEDGER_WRITE: writing collection %q: %w", k.collection, err)
		}
	}
	for _, k := range purged {
		if err := v.stub.PurgePrivateData(k.collection, k.key); err != nil {
			return 0, fmt.Errorf("qxl LEDGER_WRITE: erasing of collection %q: %w", k.collection, err)
		}
	}
	if err := v.stub.FinishWriteBatch(); err != nil {
		return 0, fmt.Errorf("qxl LEDGER_WRITE: %w", err)
	}
	return len(keys), nil
}

// inOrder are keys by collection and key.
func inOrder[V any](of map[slotKey]V) []slotKey {
	keys := slices.Collect(maps.Keys(of))
	sort.Slice(keys, func(i, j int) bool {
		if keys[i].collection != keys[j].collection {
			return keys[i].collection < keys[j].collection
		}
		return keys[i].key < keys[j].key
	})
	return keys
}

// Namespace is the owner of the book, or "commons".
func (v *View) Namespace() string { return v.namespace }

// TxID is the transaction's ID, for what must be found in its block.
func (v *View) TxID() string { return v.stub.GetTxID() }

// PutReceipt stores a receipt of this transaction in a collection.
func (v *View) PutReceipt(collection string, receipt any) error {
	key, err := v.receiptKey(collection, v.stub.GetTxID())
	if err != nil {
		return err
	}
	var salt []byte
	if collection != "" {
		if salt, err = v.salt(collection, key); err != nil {
			return err
		}
	}
	body, err := Encode(receipt)
	if err != nil {
		return err
	}
	raw, err := Encode(sealed{1, salt, body})
	if err != nil {
		return err
	}
	v.write(collection, key, raw)
	return nil
}

// GetReceipt reads the receipt of a transaction.
func (v *View) GetReceipt(collection, txID string, receipt any) (bool, error) {
	key, err := v.receiptKey(collection, txID)
	if err != nil {
		return false, err
	}
	raw, err := v.read(collection, key)
	if err != nil || raw == nil {
		return false, err
	}
	return true, DecodeReceipt(raw, receipt)
}

func (v *View) receiptKey(collection, txID string) (string, error) {
	if collection == "" {
		return "R:" + txID, nil
	}
	secret, err := v.secret(collection)
	if err != nil {
		return "", err
	}
	return privateKey("R", secret, []byte(txID)), nil
}

// sealed is a salted private value.
type sealed struct {
	Schema uint8
	Salt   []byte
	Body   []byte
}

func be32(n int) []byte {
	var b [4]byte
	binary.BigEndian.PutUint32(b[:], uint32(n))
	return b[:]
}
