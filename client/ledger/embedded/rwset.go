package embedded

// operation is what a write does to its key.
type operation uint8

const (
	put operation = iota
	del
	purge // del, and the value leaves the members' files soon after
)

type write struct {
	op    operation
	value []byte
}

// rwset is what a simulation read and wrote, by namespace.
type rwset map[string]*nsSet

type nsSet struct {
	ns     *namespace
	reads  map[string]version
	writes map[string]write
	ranges []*rangeRead
	colls  map[string]*collSet
}

// collSet is the private part of a namespace's set. Keys are plain in here;
// only their hashes leave the endorsers.
type collSet struct {
	coll   *collection
	reads  map[string]version
	writes map[string]write
}

// rangeRead is a public range as far as it was read. It is read again at
// commit: another result is a phantom.
type rangeRead struct {
	Start, End string // End is exclusive, "" for the end of the namespace
	Keys       []string
	Versions   []version
	// Exhausted says that nothing followed the last key; otherwise the range
	// is compared up to that key only.
	Exhausted bool
}

func (r rwset) of(ns *namespace) *nsSet {
	s := r[ns.name]
	if s == nil {
		s = &nsSet{ns: ns, reads: map[string]version{}, writes: map[string]write{}, colls: map[string]*collSet{}}
		r[ns.name] = s
	}
	return s
}

func (s *nsSet) of(c *collection) *collSet {
	cs := s.colls[c.Name]
	if cs == nil {
		cs = &collSet{coll: c, reads: map[string]version{}, writes: map[string]write{}}
		s.colls[c.Name] = cs
	}
	return cs
}

// writesAnything tells whether the namespace is written at all: only then do
// its policies count (and always for the chaincode that was called).
func (s *nsSet) writesAnything() bool {
	if len(s.writes) > 0 {
		return true
	}
	for _, c := range s.colls {
		if len(c.writes) > 0 {
			return true
		}
	}
	return false
}
