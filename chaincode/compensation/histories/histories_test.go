package histories

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// least is how many accepted commands a history has.
const least = 50

// perScene is how many histories begin at one scene.
const perScene = 100

// histories is how many random histories TestHistories runs; scripts/histories
// runs 100,000.
func histories(t *testing.T) int {
	text := os.Getenv("QXL_HISTORIES")
	if text == "" {
		return 300
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "QXL_HISTORIES")
	return n
}

// live runs one history; the fault names its seed.
func (s *scene) live(seed uint64) (p *play, found string) {
	p = &play{Rand: rand.New(rand.NewPCG(seed, 6)), scene: s, stage: s.Rehearse(), date: day("2024-03-05"), counts: map[string]int{}, year: 2024,
		opening: s.opening["A"] + s.opening["B"], sums: map[string]int64{}, deposits: map[string]int64{"A": s.opening["A"], "B": s.opening["B"]},
		bankYear: map[string]int64{}, pending: map[string]*entered{}, posted: map[string]*entered{}, vouchers: map[string]bool{"2024/open": true}}
	defer func() {
		if f := recover(); f != nil {
			said, ours := f.(fault)
			if !ours {
				panic(fmt.Sprintf("seed %d: %v", seed, f))
			}
			found = fmt.Sprintf("seed %d, after %d commands: %s", seed, len(p.trail), said)
			for _, x := range p.trail[max(0, len(p.trail)-6):] {
				found += fmt.Sprintf("\n%s %s %s %+v: %s %s", x.cc, x.who, x.name, x.content, x.outcome, x.code)
			}
		}
	}()
	for range 10 + p.IntN(6) {
		p.filed()
		p.check()
		if p.date < day("2024-03-08") && p.one(6) {
			p.date++
		}
	}
	p.date = []calendar.Date{day("2024-07-05"), day("2024-07-05"), day("2024-08-20"), day("2024-11-01")}[p.IntN(4)] + calendar.Date(p.IntN(20))
	target := least + p.IntN(25)
	for try := 0; p.length < target && try < 40*target; try++ {
		p.date += calendar.Date([]int{0, 0, 0, 1, 1, 2, 4}[p.IntN(7)])
		switch x := p.IntN(100); {
		case p.date.Year() > p.year && p.one(3):
			p.settles()
		case x < 56:
			p.stepped()
		case x < 62:
			p.enters()
		case x < 70:
			p.confirms()
		case x < 76:
			p.allocates()
		case x < 94:
			p.pays()
		case x < 97:
			p.repaid(&p.loans[p.IntN(len(p.loans))])
		case x < 99:
			p.filed()
		default:
			p.refreshed()
		}
		p.check()
	}
	p.stored()
	return p, ""
}

// stored holds what the history would leave on the ledger to what it had: the
// same when it is read again, and every claim's sum worked out again from what
// a book holds, by somebody who sees nothing else.
func (p *play) stored() {
	var before [][]byte
	encoded := func() (list [][]byte) {
		keep := func(state any) {
			raw, err := ledgerstate.Encode(state)
			p.must(err == nil, "%v", err)
			list = append(list, raw)
		}
		pool := p.pool()
		keep(&pool)
		for _, c := range p.claims {
			s, a := p.claim(c), p.allocation(c)
			keep(&s)
			keep(&a)
		}
		return list
	}
	before = encoded()
	next, err := p.stage.Stored()
	p.must(err == nil, "%v", err)
	p.stage = next
	for i, raw := range encoded() {
		p.must(string(raw) == string(before[i]), "record %d reads otherwise than it was written", i)
	}
	for _, book := range []string{"book-banka", "book-bankb"} {
		a, err := compensation.Recompute.Answer(p.stage.Sees(book, reviewer), compensation.RecomputeQuery{Limit: 1000})
		p.must(err == nil, "%v", err)
		figures := 0
		for _, c := range p.claims {
			if c.loan.book == book && p.claim(c).Figures != nil {
				figures++
			}
		}
		p.must(a.Claims == figures && len(a.Differ) == 0 && len(a.Missing) == 0, "worked out again: %+v", a)
	}
	p.check()
}

// TestHistories runs random histories of at least fifty accepted commands, and
// after each command holds everything to the model.
func TestHistories(t *testing.T) {
	n := histories(t)
	lengths := make([]int, n)
	counts, refused := map[string]int{}, 0
	var next atomic.Int64
	var workers sync.WaitGroup
	var mutex sync.Mutex
	var found string
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for block := int(next.Add(1)) - 1; block*perScene < n; block = int(next.Add(1)) - 1 {
				s := newScene(t, uint64(block))
				for i := block * perScene; i < min(n, (block+1)*perScene); i++ {
					p, f := s.live(uint64(i))
					mutex.Lock()
					lengths[i] = p.length
					refused += p.refuse
					for name, k := range p.counts {
						counts[name] += k
					}
					if f != "" && found == "" {
						found = f
					}
					stop := found != ""
					mutex.Unlock()
					if stop {
						return
					}
				}
			}
		})
	}
	workers.Wait()
	require.Empty(t, found)
	total := 0
	for _, k := range lengths {
		total += k
	}
	slices.Sort(lengths)
	names := sortedKeys(counts)
	slices.SortFunc(names, func(a, b string) int { return counts[a] - counts[b] })
	t.Logf("%d histories, %d commands, median %d a history (least %d), %d more refused", n, total, lengths[n/2], lengths[0], refused)
	t.Logf("%d types of commands; rarest %s: %d, %.2f %%", len(names), names[0], counts[names[0]], 100*float64(counts[names[0]])/float64(total))
	for _, name := range names {
		t.Logf("%-24s %9d  %.2f %%", name, counts[name], 100*float64(counts[name])/float64(total))
	}
	require.GreaterOrEqual(t, lengths[n/2], least)
	for _, d := range append(append(slices.Clone(compensation.ClaimCommands), compensation.FilingCommands...), fund.Commands...) {
		name := d.Describe().Name
		if !slices.Contains(elsewhereHeld, name) {
			require.NotZero(t, counts[name], name)
		}
	}
}

// elsewhereHeld are commands that move no money of claims, or that a scene has
// run already; tests of their rooms hold them.
var elsewhereHeld = []string{"fund.Open", "fund.AgreeAccount", "comp.ReportYear", "comp.ReconcileYear",
	"fund.AnnounceTender", "fund.SealBid", "fund.RevealBid", "fund.AttestFacts", "fund.ScoreTender", "fund.AwardTender", "fund.CancelTender", "fund.PlaceDeposit"}

// The chaincodes give each command of a history the outcome that its rehearsal
// gave it.
func TestTheChaincodesGiveTheSame(t *testing.T) {
	s := newScene(t, 0)
	restore := s.Snapshot()
	for seed := range uint64(8) {
		restore()
		p, found := s.live(seed)
		require.Empty(t, found)
		for i, x := range p.trail {
			r, err := s.Submit(x.cc, x.who, x.name, x.content)
			require.NoError(t, err)
			code := ""
			if r.Refusal != nil {
				code = r.Refusal.Code
			}
			require.Equal(t, []string{x.outcome, x.code}, []string{r.Outcome, code}, "seed %d, command %d: %s %+v", seed, i, x.name, x.content)
		}
	}
}
