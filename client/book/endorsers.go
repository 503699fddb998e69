package book

import (
	"hash/fnv"
	"sort"
	"sync"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// When an authority is replaced by another, where the policy leaves the
// choice. A peer that lags gives mismatches, and shortly after one's own
// commit a few are normal; a peer that is down fails at once.
const (
	MismatchesBeforeSwitch = 10
	FailuresBeforeSwitch   = 2
)

var authorities = []command.Party{command.Commission, command.CentralBank, command.Finance}

// chooser picks the endorsers of a chaincode's lanes. It stays with an
// authority as long as that one serves: what the same peers have just
// committed they endorse alike.
type chooser struct {
	members   Members
	chaincode string
	own       string // MSP of the submitter, preferred

	mu         sync.Mutex
	turn       int // how often another authority was chosen
	failures   int // in a row
	mismatches int // in a row
}

func newChooser(m Members, chaincode, own string) *chooser {
	// Books start with different authorities, so that one does not endorse
	// for all banks.
	h := fnv.New32a()
	h.Write([]byte(chaincode))
	return &chooser{members: m, chaincode: chaincode, own: own, turn: int(h.Sum32() % 3)}
}

// choose gives the MSPs that endorse a lane, the submitter's own first, and
// the turn to report the result with.
func (c *chooser) choose(p command.Policy) (msps []string, turn int) {
	c.mu.Lock()
	turn = c.turn
	c.mu.Unlock()
	parties := pick(p, c.preference(turn))
	for _, party := range parties {
		msps = append(msps, c.members.msp(c.chaincode, party))
	}
	sort.SliceStable(msps, func(i, j int) bool { return msps[i] == c.own && msps[j] != c.own })
	return msps, turn
}

// preference orders the parties: the submitter's own, then the authorities
// in turn.
func (c *chooser) preference(turn int) map[command.Party]int {
	rank := map[command.Party]int{}
	if c.members.msp(c.chaincode, command.Bank) == c.own {
		rank[command.Bank] = -1
	}
	var others []command.Party
	for _, p := range authorities {
		if c.members.Authorities[p] == c.own {
			rank[p] = -1
			continue
		}
		others = append(others, p)
	}
	for i := range others {
		rank[others[(i+turn)%len(others)]] = i
	}
	return rank
}

// pick gives the parties whose endorsements satisfy the policy, the preferred
// ones where there is a choice.
func pick(p command.Policy, rank map[command.Party]int) []command.Party {
	if p.Party != "" {
		return []command.Party{p.Party}
	}
	branches := make([][]command.Party, len(p.Of))
	for i, q := range p.Of {
		branches[i] = pick(q, rank)
	}
	worst := func(list []command.Party) int {
		w := -1
		for _, q := range list {
			w = max(w, rank[q])
		}
		return w
	}
	sort.SliceStable(branches, func(i, j int) bool { return worst(branches[i]) < worst(branches[j]) })
	var parties []command.Party
	seen := map[command.Party]bool{}
	for _, b := range branches[:p.Need] {
		for _, q := range b {
			if !seen[q] {
				seen[q] = true
				parties = append(parties, q)
			}
		}
	}
	return parties
}

// report tells how a transaction with the endorsers of that turn went.
func (c *chooser) report(turn int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if turn != c.turn {
		return // several in flight failed at once: one switch is enough
	}
	switch code := ledger.CodeOf(err); {
	case err == nil:
		c.failures, c.mismatches = 0, 0
	case code == ledger.CodeMismatch:
		c.mismatches++
	case atEndorse(err) && (code == ledger.CodeUnavailable || code == ledger.CodeTimeout || code == ledger.CodeDataMissing):
		c.failures++
	}
	if c.mismatches >= MismatchesBeforeSwitch || c.failures >= FailuresBeforeSwitch {
		c.turn++
		c.failures, c.mismatches = 0, 0
	}
}
