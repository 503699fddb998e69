package sample

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// SchemeOptions are what a sample of the compensation scheme depends on. The
// same options give the same bytes.
type SchemeOptions struct {
	Seed   uint64
	Loans  int      // disbursed, all banks together
	Rounds int      // how often each story is told: a round has a claim of each
	Banks  []string // three short names, in the order of the stories' banks
	Dir    string
}

// SchemeLast is the last business day of the scheme's time: the base files end
// with Last, then the third rule pack is signed, and one more day is opened.
var SchemeLast = calendar.MustParse("2025-08-29")

// ThirdPackFrom is the first filing date of the rule pack that is signed while
// the scheme runs.
var ThirdPackFrom = calendar.MustParse("2025-01-02")

// What happens to a claim on its way to a decision.
const (
	Straight  = ""
	Corrected = "corrected" // returned for correction, and submitted again
	Objected  = "objected"  // an objection is dismissed
	Upheld    = "upheld"    // an objection is upheld, and the claim rejected
	Adjusted  = "adjusted"  // an objection is upheld, and the sum adjusted
	Refused   = "refused"   // rejected by the operator
	Withdrawn = "withdrawn" // by the bank, which revokes the filing too
	Stopped   = "stopped"   // the payment is stopped, looked into, and approved again
)

// What happens to it after its payment.
const (
	Nothing    = ""
	Returned   = "returned" // something is recovered, and its share returned in time
	Late       = "late"     // returned after the day on which it was due
	Beyond     = "beyond"   // all of the loan is recovered: all that was paid comes back
	ClawedBack = "clawed back"
)

// Story is what happens to one claim.
type Story struct {
	Name  string `json:"name"`
	Bank  int    `json:"bank"` // which of the banks
	Wave  int    `json:"wave"` // from 0
	Pack  string `json:"pack"` // that the filing date gives
	Way   string `json:"way,omitempty"`
	Parts int    `json:"parts"`           // payments
	Other bool   `json:"other,omitempty"` // other government money came
	Early bool   `json:"early,omitempty"` // something was recovered between recognition and claim
	Big   bool   `json:"big,omitempty"`   // the cap of one loan binds
	Part  bool   `json:"part,omitempty"`  // only a part of the loan is filed
	After string `json:"after,omitempty"`
	Of    int    `json:"of,omitempty"` // a second claim on the loan of this story, counted from 1
}

// Packs of the scheme.
const packV1, packV2, packV3 = "RC-QH-v1", "RC-QH-v2", "RC-QH-v3"

// Stories are told once a round. Waves: 0, the pool suffices; 1, it falls
// short; 2, a bank's share of the year binds, while another rule pack is in
// force than when the loans were filed; 3, nothing is left for the third bank.
var Stories = []Story{
	{Name: "paid, recovery returned in time", Bank: 0, Pack: packV2, Parts: 1, After: Returned},
	{Name: "paid in two parts, recovery returned late", Bank: 0, Pack: packV2, Parts: 2, After: Late},
	{Name: "returned for correction, paid, clawed back", Bank: 0, Pack: packV2, Way: Corrected, Parts: 1, After: ClawedBack},
	{Name: "other government money, paid", Bank: 0, Pack: packV2, Parts: 1, Other: true},
	{Name: "objection dismissed, paid, recovered beyond what was paid", Bank: 0, Pack: packV2, Way: Objected, Parts: 1, After: Beyond},
	{Name: "objection upheld, rejected", Bank: 0, Pack: packV2, Way: Upheld},
	{Name: "claimed again after the rejection, pool short", Bank: 0, Wave: 1, Pack: packV2, Parts: 1, Of: 6},
	{Name: "rejected as incomplete", Bank: 1, Pack: packV2, Way: Refused},
	{Name: "withdrawn, filing revoked", Bank: 1, Pack: packV2, Way: Withdrawn},
	{Name: "payment stopped, approved again, pool short", Bank: 1, Pack: packV2, Way: Stopped, Parts: 1},
	{Name: "objection upheld, sum adjusted, paid", Bank: 1, Pack: packV2, Way: Adjusted, Parts: 1},
	{Name: "filed under the first rule pack, claimed under the second", Bank: 1, Pack: packV1, Parts: 1, Early: true},
	{Name: "cap of one loan, paid", Bank: 0, Pack: packV2, Parts: 1, Big: true},
	{Name: "pool short, paid in two parts, clawed back after a return", Bank: 1, Wave: 1, Pack: packV2, Parts: 2, After: Returned + " " + ClawedBack},
	{Name: "first rule pack, pool short", Bank: 1, Wave: 1, Pack: packV1, Parts: 1, After: Late},
	{Name: "filed in part, share of the year", Bank: 2, Wave: 2, Pack: packV2, Parts: 1, Part: true, After: Returned},
	{Name: "share of the year, clawed back", Bank: 2, Wave: 2, Pack: packV2, Parts: 1, After: ClawedBack},
	{Name: "filed under the second rule pack, claimed under the third", Bank: 0, Wave: 2, Pack: packV2, Parts: 1, Early: true},
	{Name: "third rule pack, paid", Bank: 1, Wave: 3, Pack: packV3, Parts: 1},
	{Name: "third rule pack, nothing left of the year", Bank: 2, Wave: 3, Pack: packV3, Parts: 1},
}

// SchemeClaim is a claim to be made.
type SchemeClaim struct {
	Story
	Number     string        `json:"number"`
	Contract   string        `json:"contract"`
	EvidenceOn calendar.Date `json:"evidence_on"`
	Others     money.Fen     `json:"other_government,omitempty"`
}

// Wave are the days on which the claims of a wave go on.
type Wave struct {
	Notice, Submit, Cure, Accept, Review, Opine, Publish, Object, Answer, Decide, Again, Approve, Allocate, Order, Pay, Stop, Look, Reapprove, Part calendar.Date
	Recover, Report, Return, Late, Clawback, First, Last                                                                                            calendar.Date
}

// Breaker are the days on which the third bank's breaker trips and lets go.
type Breaker struct {
	Trips    calendar.Date   `json:"trips"`   // a month's end
	Below    []calendar.Date `json:"below"`   // month ends
	Resumed  calendar.Date   `json:"resumed"` //
	Contract string          `json:"contract"`
	Filed    calendar.Date   `json:"filed"` // the loan that is refused while it stands
}

// SchemeManifest says what a sample of the scheme holds.
type SchemeManifest struct {
	Synthetic bool          `json:"synthetic"`
	Seed      uint64        `json:"seed"`
	Banks     []string      `json:"banks"`
	Base      []File        `json:"base"`      // up to Last, in the order in which they are sent
	Later     []File        `json:"later"`     // after the third rule pack was signed
	Recovered [][]File      `json:"recovered"` // of each wave: what came in after the payments
	Waves     []Wave        `json:"waves"`
	Claims    []SchemeClaim `json:"claims"`
	Breaker   Breaker       `json:"breaker"`
	Loans     int           `json:"loans"`
	Filed     int           `json:"filed"` // in the end
}

// ReadScheme reads the manifest of a scheme.
func ReadScheme(dir string) (*SchemeManifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	m := &SchemeManifest{}
	return m, json.Unmarshal(raw, m)
}

// Scheme writes the files of a sample of the compensation scheme: three banks
// that lend, file what is eligible, and claim for what goes bad.
func Scheme(o SchemeOptions) (*SchemeManifest, error) {
	least := 0
	for _, s := range Stories {
		if s.Of == 0 {
			least++
		}
	}
	if len(o.Banks) != 3 || o.Rounds < 1 || o.Loans < least*o.Rounds+60 {
		return nil, fmt.Errorf("a scheme needs three banks and, for each round, %d loans besides 60, not %d loans for %d rounds and %d banks", least, o.Loans, o.Rounds, len(o.Banks))
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	days, err := entered()
	if err != nil {
		return nil, err
	}
	tables, err := startingTables()
	if err != nil {
		return nil, err
	}
	if tables.Packs, err = Packs(); err != nil {
		return nil, err
	}
	w := &schemeWriter{SchemeOptions: o, manifest: &SchemeManifest{Synthetic: true, Seed: o.Seed, Banks: o.Banks}}
	for _, start := range []string{"2024-06-03", "2024-09-02", "2025-01-06", "2025-06-02"} {
		w.manifest.Waves = append(w.manifest.Waves, waveFrom(days, calendar.MustParse(start)))
	}
	shared := newPeople(newRandom(o.Seed, 0))
	for i, name := range o.Banks {
		r := newRandom(o.Seed, uint64(i)+1)
		p := *shared
		p.random = r
		b := &filer{bank: &bank{random: r, people: p, name: name, code: strings.ToUpper(name), tables: tables, days: days, serial: map[string]int{}, calm: i == 2},
			waves: w.manifest.Waves, told: map[int]*deal{}}
		w.banks = append(w.banks, b)
	}
	left := o.Loans
	for i, b := range w.banks {
		b.tell(i, o.Rounds, w.manifest)
		b.lendOthers(left / (len(w.banks) - i))
		left -= b.loans
		w.manifest.Loans += b.loans
		w.manifest.Filed += b.filed
	}
	if err := w.write(); err != nil {
		return nil, err
	}
	if err := writeJSON(filepath.Join(o.Dir, PacksName), tables.Packs); err != nil {
		return nil, err
	}
	return w.manifest, writeJSON(filepath.Join(o.Dir, ManifestName), w.manifest)
}

// PacksName is the file of the rule packs in the scheme's directory, as the
// authorities sign them.
const PacksName = "rule-packs.json"

func writeJSON(path string, v any) error {
	raw, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(raw, '\n'), 0o644)
}

// Packs are the rule packs of the scheme: those that the consortium is founded
// with, and one that is signed while it runs, by which less of the loss is
// shared.
func Packs() ([]consortium.RulePack, error) {
	packs, err := rulePacks()
	if err != nil {
		return nil, err
	}
	p := packs[1]
	p.ID, p.From, p.Zh, p.En = packV3, ThirdPackFrom, "风险补偿规则(2025年修订)", "risk compensation, revised for 2025"
	p.Sum.Ratios = append([]consortium.GuaranteeRatio(nil), p.Sum.Ratios...)
	for i := range p.Sum.Ratios {
		p.Sum.Ratios[i].Ratio -= 10 * money.Percent
	}
	p.Sum.PerLoanCap = 1_000_000 * money.Yuan
	return append(packs, p), nil
}

// waveFrom counts a wave's days in working days from its first.
func waveFrom(days *calendar.WorkingDays, start calendar.Date) Wave {
	on := func(n int) calendar.Date {
		d, err := days.AddWorkingDays(start, n)
		if err != nil {
			panic(err) // the calendar covers the scheme's years
		}
		return d
	}
	// Five working days of publicity: published on the 11th, over after the
	// 16th. What is objected to on the 12th and decided on the 15th goes on
	// for the days that were left.
	return Wave{Notice: start, Submit: on(2), Cure: on(5), Accept: on(6), Review: on(8), Opine: on(10), Publish: on(11), Object: on(12), Answer: on(14), Decide: on(15),
		Again: on(17), Approve: on(25), Allocate: on(26), Order: on(27), Pay: on(28), Stop: on(29), Look: on(31), Reapprove: on(33), Part: on(34),
		Recover: on(30), Report: on(36), Return: on(38), Late: on(52), Clawback: on(40), First: on(43), Last: on(54)}
}
