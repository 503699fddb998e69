package sample

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/dayfile"
	testnetwork "github.com/qingxinlian/qxl/test-network"
)

// Sizes of the sample, in loans disbursed by all banks together.
const (
	SmallSize = 200   // what the first run shows
	FullSize  = 2_000 // 20,000 events of banks and more
)

// nonPerforming is the days past due above which principal is paid first, as
// the sample's parameters say.
const nonPerforming = 90

// Options of a sample. The same options give the same bytes.
type Options struct {
	Seed  uint64
	Loans int      // disbursed, all banks together
	Banks []string // short names; the first is the one with sentinels
	Dir   string
}

// Generate writes the files of every organization and the manifest.
func Generate(o Options) (*Manifest, error) {
	if o.Loans < len(o.Banks)*10 || len(o.Banks) == 0 {
		return nil, fmt.Errorf("a sample needs a bank and ten loans for each, not %d loans for %d banks", o.Loans, len(o.Banks))
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
	shared := newPeople(newRandom(o.Seed, 0))
	g := &generator{Options: o, manifest: &Manifest{Synthetic: true, Seed: o.Seed, First: First, Last: Last}}
	for i, name := range o.Banks {
		r := newRandom(o.Seed, uint64(i)+1)
		p := *shared
		p.random = r
		b := &bank{random: r, people: p, name: name, code: strings.ToUpper(name), tables: tables, days: days, serial: map[string]int{}}
		b.totals.Organization = name
		loans := o.Loans / len(o.Banks)
		if i < o.Loans%len(o.Banks) {
			loans++
		}
		b.fill(loans, i == 0)
		g.banks = append(g.banks, b)
	}
	if err := g.write(); err != nil {
		return nil, err
	}
	return g.manifest, g.manifest.write(o.Dir)
}

type generator struct {
	Options
	banks    []*bank
	manifest *Manifest
}

func entered() (*calendar.WorkingDays, error) {
	rows, err := calendar.ParseSpecialDays(testnetwork.Holidays)
	if err != nil {
		return nil, err
	}
	kept := rows[:0]
	for _, row := range rows {
		if y := row.Date.Year(); y >= firstCalendarYear && y <= lastCalendarYear {
			kept = append(kept, row)
		}
	}
	return calendar.NewWorkingDays(firstCalendarYear, lastCalendarYear, kept)
}

// startingTables are the tables as they are once the central bank's files are
// in.
func startingTables() (consortium.Tables, error) { return tablesOn(Last) }

// tablesOn are the tables with the rates published by a day.
func tablesOn(day calendar.Date) (consortium.Tables, error) {
	all, err := rates()
	if err != nil {
		return consortium.Tables{}, err
	}
	var known []consortium.LPR
	for _, l := range all {
		if l.Published <= day {
			known = append(known, l)
		}
	}
	return consortium.Tables{LPR: known, Products: products(), Rules: parameters()}, nil
}

// kinds are the weights of the kinds of subjects: a commercial bank lends to
// businesses, a rural one to herders and farmers.
var kinds = []subject.Type{subject.Enterprise, subject.IndividualBusiness, subject.Herder, subject.Cooperative, subject.FamilyRanch}

// fill makes borrowers and loans until enough are disbursed, then the lines
// that the ledger shall refuse.
func (b *bank) fill(loans int, sentinels bool) {
	weights := []int{35, 35, 20, 7, 3}
	if !sentinels {
		weights = []int{12, 23, 45, 12, 8}
	}
	if sentinels {
		for range 3 {
			who := b.borrower(subject.Enterprise)
			who.large, who.trade, who.revenue, who.assets, who.employees = true, trade{"4415", "光伏发电", "PRJ", []string{"EQUIP"}}, 90_000_000_000, 300_000_000_000, 900
			b.register(&who)
			day := b.later(First+calendar.Date(b.between(30, 300)), 0, 0)
			if b.lend(&who, day) {
				loans--
			}
			b.marks.Subjects = append(b.marks.Subjects, who.number)
			b.marks.Names = append(b.marks.Names, who.name)
		}
		for _, d := range b.open {
			b.marks.Amounts = append(b.marks.Amounts, d.terms.Principal)
			b.marks.Contracts = append(b.marks.Contracts, d.contract)
		}
	}
	for loans > 0 {
		who := b.borrower(kinds[b.weighted(weights...)])
		b.register(&who)
		day := b.begin(who.kind)
		for again := true; again && loans > 0; again = b.percent(25) {
			if b.lend(&who, day) {
				loans--
			}
			day = b.later(day, 150, 400)
			if day > Last-20 {
				break
			}
		}
		b.move(&who)
	}
	b.spoil()
}

// move changes the place of business of some subjects, after the last loan
// was accepted: what a loan keeps is what held on the day of its acceptance.
func (b *bank) move(who *borrower) {
	if !b.percent(3) {
		return
	}
	day := b.later(Last-calendar.Date(b.between(5, 200)), 0, 0)
	b.add(revocationStage, "主体变更", day, who.moved(b.number("ZB", day), b.name, day, b.county(false)))
}

func (b *bank) register(who *borrower) {
	b.add(subjectsStage, "主体登记", who.registered, who.cells(b.number("ZT", who.registered), b.name))
}

// sections is the order of record types in a file.
var sections = []string{"营业日", "LPR提出", "LPR复核", "主体登记", "主体变更", "授权登记", "撤销授权", "申请", "分派", "信息查询", "受理", "拒绝", "授信", "签约", "放款", "备案预留", "备案", "还款", "结清"}

func sectionOf(record string) int {
	for i, s := range sections {
		if s == record {
			return i
		}
	}
	panic("no section " + record)
}

// file writes the entries of a stage, section by section, by date.
func (g *generator) file(name, person string, encoding dayfile.Encoding, date calendar.Date, list []entry) error {
	inSections(list)
	m, err := writeLines(filepath.Join(g.Dir, name), person, encoding, date, list)
	g.manifest.Files = append(g.manifest.Files, m)
	return err
}

// inSections orders entries section by section, by date.
func inSections(list []entry) {
	sort.SliceStable(list, func(i, j int) bool {
		if a, b := sectionOf(list[i].record), sectionOf(list[j].record); a != b {
			return a < b
		}
		return list[i].day < list[j].day
	})
}

// writeLines writes a file of lines as they come.
func writeLines(path, person string, encoding dayfile.Encoding, date calendar.Date, list []entry) (File, error) {
	org, _, _ := strings.Cut(person, "/")
	m := File{Name: filepath.Base(path), As: person, Encoding: string(encoding)}
	f, err := os.Create(path)
	if err != nil {
		return m, err
	}
	defer f.Close()
	w, err := dayfile.NewWriter(f, encoding, dayfile.Head{Organization: org, Date: date, Note: note})
	if err != nil {
		return m, err
	}
	for i := range list {
		e := &list[i]
		if err := w.Fill(e.record, e.cells); err != nil {
			return m, fmt.Errorf("%s, %s %s: %w", m.Name, e.record, e.cells["业务流水号"], err)
		}
		if e.refuse != "" {
			m.Refused = append(m.Refused, Refusal{Line: w.Lines(), Number: e.cells["业务流水号"], Code: e.refuse})
		}
	}
	m.Lines = w.Count()
	if err := w.Close(); err != nil {
		return m, fmt.Errorf("%s: %w", m.Name, err)
	}
	return m, f.Close()
}

// note marks every file.
const note = "合成数据,仅供演示,不对应任何真实主体"

// write writes the files in the order in which they are sent.
func (g *generator) write() error {
	n := 0
	put := func(label, person string, encoding dayfile.Encoding, list []entry) error {
		if len(list) == 0 {
			return nil
		}
		n++
		return g.file(fmt.Sprintf("%02d-%s.csv", n, label), person, encoding, Last, list)
	}
	propose, approve, err := rateEntries()
	if err != nil {
		return err
	}
	of := func(s stage) []entry {
		var all []entry
		for _, b := range g.banks {
			all = append(all, b.entries[s]...)
		}
		return all
	}
	steps := []func() error{
		func() error { return put("centralbank-days-rates", "CentralBank/officer1", dayfile.UTF8, propose) },
		func() error { return put("centralbank-approvals", "CentralBank/approver1", dayfile.UTF8, approve) },
		func() error {
			return put("commission-subjects", "Commission/operator1", dayfile.UTF8, of(subjectsStage))
		},
		func() error { return put("commission-grants", "Commission/operator1", dayfile.UTF8, of(grantsStage)) },
		func() error {
			return put("commission-applications", "Commission/operator2", dayfile.UTF8, of(applicationsStage))
		},
	}
	steps = append(steps, func() error {
		return put("commission-withdrawals", "Commission/operator1", dayfile.UTF8, of(withdrawalStage))
	})
	for _, b := range g.banks {
		lower := strings.ToLower(b.name)
		steps = append(steps,
			func() error {
				return put(lower+"-acceptances", b.name+"/officer1", dayfile.UTF8, b.entries[acceptanceStage])
			},
			func() error {
				return put(lower+"-decisions", b.name+"/approver1", dayfile.UTF8, b.entries[decisionStage])
			},
			func() error { return put(lower+"-loans", b.name+"/officer2", dayfile.UTF8, b.entries[lendingStage]) })
	}
	steps = append(steps, func() error {
		return put("commission-revocations", "Commission/operator1", dayfile.GB18030, of(revocationStage))
	})
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	for i, b := range g.banks {
		encoding := dayfile.UTF8BOM
		if i%2 == 1 {
			encoding = dayfile.GB18030
		}
		name := strings.ToLower(b.name) + "-balances.csv"
		if err := b.writeBalances(filepath.Join(g.Dir, name), encoding); err != nil {
			return err
		}
		g.manifest.Balances = append(g.manifest.Balances, File{Name: name, As: b.name + "/officer2", Encoding: string(encoding), Lines: len(b.balance) + 1})
		b.totals.Events = len(b.entries[acceptanceStage]) + len(b.entries[decisionStage]) + len(b.entries[lendingStage])
		g.manifest.Banks = append(g.manifest.Banks, b.totals)
	}
	g.manifest.Sentinels = g.banks[0].marks
	g.manifest.Sentinels.Organization = g.banks[0].name
	return nil
}

// rateEntries are the central bank's lines: the rates published after the
// founding, with their approvals, and the sample's business days.
func rateEntries() (propose, approve []entry, err error) {
	return ratesBetween(publishedAtFounding, Last, Last-1, Last)
}

// ratesBetween are the lines for business days that are opened, and for rates
// published after one day and by another.
func ratesBetween(after, to calendar.Date, opened ...calendar.Date) (propose, approve []entry, err error) {
	add := func(list *[]entry, record string, day calendar.Date, cells map[string]string) {
		*list = append(*list, entry{record: record, day: day, cells: cells})
	}
	for _, day := range opened {
		add(&propose, "营业日", day, map[string]string{"业务流水号": "YYR-" + compact(day), "业务日期": day.String()})
	}
	all, err := rates()
	if err != nil {
		return nil, nil, err
	}
	for _, l := range all {
		if l.Published <= after || l.Published > to {
			continue
		}
		number := "LPR-" + compact(l.Published)
		add(&propose, "LPR提出", l.Published, map[string]string{"业务流水号": number, "业务日期": l.Published.String(), "公布日期": l.Published.String(),
			"一年期利率": l.OneYear.String(), "五年期以上利率": l.FiveYear.String()})
		add(&approve, "LPR复核", l.Published, map[string]string{"业务流水号": number + "-F", "业务日期": l.Published.String(), "提出流水号": number})
	}
	return propose, approve, nil
}

func compact(day calendar.Date) string { return strings.ReplaceAll(day.String(), "-", "") }

// writeBalances writes the bank's own balances, for reconciliation.
func (b *bank) writeBalances(path string, encoding dayfile.Encoding) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	w, err := dayfile.NewWriter(f, encoding, dayfile.Head{Organization: b.name, Date: Last, Note: note})
	if err != nil {
		return err
	}
	var sum money.Fen
	for _, x := range b.balance {
		sum += x.outstanding
		if err := w.Fill("余额", map[string]string{"合同编号": x.contract, "余额日期": Last.String(), "贷款余额": x.outstanding.String()}); err != nil {
			return err
		}
	}
	if err := w.Fill("总账余额", map[string]string{"余额日期": Last.String(), "贷款笔数": strconv.Itoa(len(b.balance)), "总账贷款余额": sum.String()}); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return f.Close()
}
