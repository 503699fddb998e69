package sample

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// A year of a bank's life: the business days after the founding up to
// YearLast. The first of them carries what happened before, platform loans
// that are entered with their own dates and older ones that are taken on.
var (
	YearFirst = calendar.MustParse("2024-12-31")
	YearLast  = calendar.MustParse("2025-12-31")
)

// Rhythm is how often the organizations of a year send their files and the
// banks close a day.
type Rhythm int

const (
	Daily Rhythm = iota
	Weekly
	Monthly
)

// Rhythms are their names, in order.
var Rhythms = []string{"daily", "weekly", "monthly"}

// LeastYear is how few loans a year can have: those in which everything that
// a ledger knows happens at least once.
const LeastYear = 60

// YearOptions are what a year depends on. The same options give the same
// bytes; another rhythm gives the same lines in other files.
type YearOptions struct {
	Seed   uint64
	Loans  int      // brought in, all banks together
	Banks  []string // short names; the first is the one with the told loans
	Rhythm Rhythm
	Dir    string
}

// YearManifest says what a year holds.
type YearManifest struct {
	Synthetic bool          `json:"synthetic"`
	Seed      uint64        `json:"seed"`
	First     calendar.Date `json:"first"`
	Last      calendar.Date `json:"last"`
	Days      []YearDay     `json:"days"`
	Told      []Told        `json:"told"`
	Banks     []Totals      `json:"banks"` // at the end of the last day
}

// YearDay is a day that is closed: files in the order in which they are sent,
// then the end of day of each bank, then its balances.
type YearDay struct {
	Date     calendar.Date `json:"date"`
	Files    []File        `json:"files"`
	EndOfDay []string      `json:"end_of_day"` // ORG/USER who runs it
	Balances []File        `json:"balances,omitempty"`
}

// Told is a loan whose course is told, by what happens to it.
type Told struct {
	Story    string `json:"story"`
	Bank     string `json:"bank"`
	Contract string `json:"contract"`
}

// Year writes the files of a year and its manifest.
func Year(o YearOptions) (*YearManifest, error) {
	if len(o.Banks) == 0 || o.Loans < LeastYear {
		return nil, fmt.Errorf("a year needs a bank and %d loans, not %d loans for %d banks", LeastYear, o.Loans, len(o.Banks))
	}
	if err := os.MkdirAll(o.Dir, 0o755); err != nil {
		return nil, err
	}
	days, err := entered()
	if err != nil {
		return nil, err
	}
	tables, err := tablesOn(YearLast)
	if err != nil {
		return nil, err
	}
	w := &yearWriter{YearOptions: o, days: days, tables: tables, manifest: &YearManifest{Synthetic: true, Seed: o.Seed, First: YearFirst, Last: YearLast}}
	if err := w.closing(); err != nil {
		return nil, err
	}
	shared := newPeople(newRandom(o.Seed, 0))
	left := o.Loans
	for i, name := range o.Banks {
		r := newRandom(o.Seed, uint64(i)+1)
		p := *shared
		p.random = r
		b := &lender{bank: &bank{random: r, people: p, name: name, code: strings.ToUpper(name), tables: tables, days: days, serial: map[string]int{}}}
		b.totals.Organization = name
		b.live(left/(len(o.Banks)-i), i == 0)
		left -= len(b.loans)
		w.banks = append(w.banks, b)
	}
	if err := w.write(); err != nil {
		return nil, err
	}
	raw, err := json.MarshalIndent(w.manifest, "", "  ")
	if err != nil {
		return nil, err
	}
	return w.manifest, os.WriteFile(filepath.Join(o.Dir, ManifestName), append(raw, '\n'), 0o644)
}

// ReadYear reads the manifest of a year.
func ReadYear(dir string) (*YearManifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	m := &YearManifest{}
	return m, json.Unmarshal(raw, m)
}

// yearWriter lays the lines of a year into files.
type yearWriter struct {
	YearOptions
	days     *calendar.WorkingDays
	tables   consortium.Tables
	banks    []*lender
	closed   []calendar.Date // days that are closed, in order
	manifest *YearManifest
}

// closing finds the working days that are closed: each, or the last of each
// week or month, and always the first and the last.
func (w *yearWriter) closing() error {
	for day := YearFirst; day <= YearLast; day++ {
		works, err := w.days.IsWorkingDay(day)
		if err != nil {
			return err
		}
		if !works {
			continue
		}
		next, err := w.days.OnOrAfter(day + 1)
		if err != nil {
			return err
		}
		_, month, _ := day.Civil()
		_, after, _ := next.Civil()
		if w.Rhythm == Daily || day == YearFirst || next > YearLast ||
			w.Rhythm == Weekly && next-day > 1 || w.Rhythm == Monthly && month != after {
			w.closed = append(w.closed, day)
		}
	}
	return nil
}

// step is the index of the closed day on which something is sent.
func (w *yearWriter) step(sent calendar.Date) int {
	i, _ := slices.BinarySearch(w.closed, sent)
	return i
}

// desk is somebody's file of a day.
type desk struct {
	label, person string
	encoding      dayfile.Encoding
}

// desks are whose files are sent one after another, in their order.
func (w *yearWriter) desks() []desk {
	list := []desk{
		{"centralbank-days-rates", "CentralBank/officer1", dayfile.UTF8},
		{"centralbank-approvals", "CentralBank/approver1", dayfile.UTF8},
		{"commission-subjects", "Commission/operator1", dayfile.UTF8},
		{"commission-grants", "Commission/operator1", dayfile.UTF8},
		{"commission-applications", "Commission/operator2", dayfile.UTF8},
	}
	for _, kind := range bankDesks {
		for i, b := range w.banks {
			encoding := dayfile.UTF8BOM
			if i%2 == 1 {
				encoding = dayfile.GB18030
			}
			list = append(list, desk{strings.ToLower(b.name) + "-" + kind.label, b.name + "/" + kind.user, encoding})
		}
	}
	return list
}

var bankDesks = []struct {
	label, user string
	stage       stage
}{
	{"acceptances", "officer1", acceptanceStage}, {"decisions", "approver1", decisionStage},
	{"loans", "officer2", lendingStage}, {"reviews", "reviewer1", reviewStage},
}

// deskOf is the index in desks of a bank's stage.
func (w *yearWriter) deskOf(s stage, bank int) int {
	switch s {
	case subjectsStage:
		return 2
	case grantsStage, withdrawalStage, revocationStage:
		return 3
	case applicationsStage:
		return 4
	}
	for i, kind := range bankDesks {
		if kind.stage == s {
			return 5 + i*len(w.banks) + bank
		}
	}
	panic("no desk for the stage")
}

// line is an entry with its place.
type line struct {
	entry
	desk int
}

// place is where in a day a line stands: files are sent by rounds, within a
// round by desks.
type place struct{ round, desk int }

func (p place) before(q place) bool {
	return p.round < q.round || p.round == q.round && p.desk < q.desk
}

// write writes the files of all days.
func (w *yearWriter) write() error {
	steps := make([][]line, len(w.closed))
	for i, b := range w.banks {
		for s := stage(0); s < stages; s++ {
			for _, e := range b.entries[s] {
				if e.sent == 0 {
					e.sent = e.day
				}
				if e.sent <= YearLast {
					n := w.step(e.sent)
					steps[n] = append(steps[n], line{e, w.deskOf(s, i)})
				}
			}
		}
	}
	for n, lines := range steps {
		// What one bank does first is sent first; the banks' lines have
		// nothing to do with each other.
		sort.SliceStable(lines, func(i, j int) bool { return lines[i].serial < lines[j].serial })
		if err := w.day(n, lines); err != nil {
			return err
		}
	}
	for _, b := range w.banks {
		b.total(w.closed, w.step)
		w.manifest.Banks = append(w.manifest.Banks, b.totals)
		w.manifest.Told = append(w.manifest.Told, b.told...)
	}
	return nil
}

func (w *yearWriter) day(n int, lines []line) error {
	date := w.closed[n]
	day := YearDay{Date: date}
	files := map[place][]entry{}
	if err := w.centralBank(n, files); err != nil {
		return err
	}
	last := map[string]*mark{}
	for _, l := range lines {
		at := place{0, l.desk}
		for _, name := range append(l.reads(), l.writes()...) {
			if last[name] == nil {
				last[name] = &mark{}
			}
		}
		for _, name := range l.reads() {
			at = at.after(last[name].written)
		}
		for _, name := range l.writes() {
			at = at.after(last[name].written).after(last[name].read)
		}
		for _, name := range l.reads() {
			last[name].read = last[name].read.max(at)
		}
		for _, name := range l.writes() {
			last[name].written = at
		}
		files[at] = append(files[at], l.entry)
	}
	desks := w.desks()
	places := make([]place, 0, len(files))
	for p := range files {
		places = append(places, p)
	}
	sort.Slice(places, func(i, j int) bool { return places[i].before(places[j]) })
	for i, p := range places {
		d := desks[p.desk]
		name := fmt.Sprintf("%s-%02d-%s.csv", compact(date), i+1, d.label)
		f, err := writeLines(filepath.Join(w.Dir, name), d.person, d.encoding, date, files[p])
		if err != nil {
			return err
		}
		day.Files = append(day.Files, f)
	}
	for i, b := range w.banks {
		day.EndOfDay = append(day.EndOfDay, b.name+"/officer2")
		if _, month, _ := date.Civil(); month%3 != 0 || n+1 < len(w.closed) && sameMonth(date, w.closed[n+1]) {
			continue
		}
		f, err := w.balances(i, n)
		if err != nil {
			return err
		}
		day.Balances = append(day.Balances, f)
	}
	w.manifest.Days = append(w.manifest.Days, day)
	return nil
}

func sameMonth(a, b calendar.Date) bool {
	_, x, _ := a.Civil()
	_, y, _ := b.Civil()
	return x == y
}

// mark is where a name was last read and written in a day.
type mark struct{ read, written place }

// after is the first place of a desk that is not before another.
func (p place) after(q place) place {
	if p.before(q) {
		p.round = q.round
		if p.desk < q.desk {
			p.round++
		}
	}
	return p
}

func (p place) max(q place) place {
	if p.before(q) {
		return q
	}
	return p
}

// centralBank opens the day, and enters the rates published since the day
// before.
func (w *yearWriter) centralBank(n int, files map[place][]entry) error {
	date := w.closed[n]
	propose, approve := place{0, 0}, place{0, 1}
	files[propose] = append(files[propose], entry{record: "营业日", cells: map[string]string{"业务流水号": "YYR-" + compact(date), "业务日期": date.String()}})
	since := publishedAtFounding
	if n > 0 {
		since = w.closed[n-1]
	}
	for _, l := range w.tables.LPR {
		if l.Published <= since || l.Published > date {
			continue
		}
		number := "LPR-" + compact(l.Published)
		files[propose] = append(files[propose], entry{record: "LPR提出", cells: map[string]string{"业务流水号": number, "业务日期": l.Published.String(),
			"公布日期": l.Published.String(), "一年期利率": l.OneYear.String(), "五年期以上利率": l.FiveYear.String()}})
		files[approve] = append(files[approve], entry{record: "LPR复核", cells: map[string]string{"业务流水号": number + "-F", "业务日期": l.Published.String(), "提出流水号": number}})
	}
	return nil
}

// balances writes a bank's own balances at the end of a closed day.
func (w *yearWriter) balances(bank, n int) (File, error) {
	b, date := w.banks[bank], w.closed[n]
	encoding := dayfile.UTF8BOM
	if bank%2 == 1 {
		encoding = dayfile.GB18030
	}
	var list []entry
	var sum money.Fen
	for _, l := range b.loans {
		if owed := l.outstanding(date, func(sent calendar.Date) bool { return w.step(sent) <= n }); owed > 0 {
			sum += owed
			list = append(list, entry{record: "余额", cells: map[string]string{"合同编号": l.contract, "余额日期": date.String(), "贷款余额": owed.String()}})
		}
	}
	list = append(list, entry{record: "总账余额", cells: map[string]string{"余额日期": date.String(), "贷款笔数": fmt.Sprint(len(list)), "总账贷款余额": sum.String()}})
	return writeLines(filepath.Join(w.Dir, compact(date)+"-"+strings.ToLower(b.name)+"-balances.csv"), b.name+"/officer2", encoding, date, list)
}
