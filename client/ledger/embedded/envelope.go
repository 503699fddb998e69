package embedded

import (
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// envelope is an endorsed transaction on its way to the orderer: everything
// that does not depend on its place in a block is computed here, outside the
// one goroutine that commits.
type envelope struct {
	txID   string
	body   []byte // encoded Record
	code   string // codeValid, or why it can never be valid
	reason string // of code, for people

	reads   []keyVersion
	ranges  []namedRange
	public  []publicWrite
	private []privateWrite

	settings *settings // instead of all that: the consortium changes
	done     chan outcome
}

type keyVersion struct {
	key string // database key in channel/
	ver version
}

type namedRange struct {
	ns string
	*rangeRead
}

type publicWrite struct {
	key   string // database key in channel/
	value []byte // nil deletes
}

type privateWrite struct {
	hashKey  string // database key in channel/
	valueKey []byte // database key in org/<MSP>/, without version
	members  []*organization
	op       operation
	value    []byte
	hash     []byte
	erase    bool // the key was purged in this block, whatever came after
}

// outcome is what the committer answers.
type outcome struct {
	block  uint64
	code   string
	reason string
	err    error // the engine failed: whether the block is there is not known
}

// seal turns an endorsed simulation into an envelope.
func (p *proposal) seal(sim *simulation, endorsers []*organization) (*envelope, error) {
	env := &envelope{txID: p.txID, code: codeValid, done: make(chan outcome, 1)}
	if broken := checkPolicies(sim.set, p.chaincode, endorsers); broken != "" {
		env.code, env.reason = codePolicy, broken
	}
	rec := p.record(sim, endorsers)
	for _, name := range sorted(sim.set) {
		rec.Namespaces = append(rec.Namespaces, env.addNamespace(sim.set[name]))
	}
	var err error
	env.body, err = ledgerstate.Encode(rec)
	return env, err
}

func (env *envelope) addNamespace(s *nsSet) NamespaceRecord {
	out := NamespaceRecord{Name: s.ns.name}
	for _, key := range sorted(s.reads) {
		v := s.reads[key]
		env.reads = append(env.reads, keyVersion{string(publicKey(s.ns.name, key)), v})
		out.Reads = append(out.Reads, ReadRecord{key, v.block, v.tx})
	}
	for _, key := range sorted(s.writes) {
		w := s.writes[key]
		env.public = append(env.public, publicWrite{string(publicKey(s.ns.name, key)), w.value})
		out.Writes = append(out.Writes, WriteRecord{key, w.value, uint8(w.op)})
	}
	for _, r := range s.ranges {
		env.ranges = append(env.ranges, namedRange{s.ns.name, r})
		rec := RangeRecord{Start: r.Start, End: r.End, Exhausted: r.Exhausted}
		for i, key := range r.Keys {
			rec.Results = append(rec.Results, ReadRecord{key, r.Versions[i].block, r.Versions[i].tx})
		}
		out.Ranges = append(out.Ranges, rec)
	}
	for _, name := range sorted(s.colls) {
		out.Collections = append(out.Collections, env.addCollection(s.colls[name]))
	}
	return out
}

func (env *envelope) addCollection(s *collSet) CollectionRecord {
	c := s.coll
	out := CollectionRecord{Name: c.Name}
	prefix := len(hashPrefix(c.namespace, c.Name))
	hashed := make(map[string]string, len(s.reads))
	for _, key := range sorted(s.reads) {
		v, full := s.reads[key], string(hashKey(c.namespace, c.Name, key))
		hashed[key] = full
		env.reads = append(env.reads, keyVersion{full, v})
		out.Reads = append(out.Reads, ReadRecord{full[prefix:], v.block, v.tx})
	}
	for _, key := range sorted(s.writes) {
		w, full := s.writes[key], hashed[key]
		if full == "" {
			full = string(hashKey(c.namespace, c.Name, key))
		}
		pw := privateWrite{hashKey: full, valueKey: valueKey(c.namespace, c.Name, key), members: c.members, op: w.op, value: w.value}
		if w.op == put {
			pw.hash = hashOf(w.value)
		}
		env.private = append(env.private, pw)
		out.Writes = append(out.Writes, WriteRecord{full[prefix:], pw.hash, uint8(w.op)})
	}
	return out
}
