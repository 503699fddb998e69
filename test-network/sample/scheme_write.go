package sample

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// schemeWriter lays the lines of a scheme into files.
type schemeWriter struct {
	SchemeOptions
	banks    []*filer
	files    int
	manifest *SchemeManifest
}

// span is a time whose lines are sent together: after one day, up to another.
type span struct{ after, to calendar.Date }

// put writes the lines of a span, if there are any.
func (w *schemeWriter) put(label, person string, s span, list []entry, to *[]File) error {
	var kept []entry
	for _, e := range list {
		if s.after < e.day && e.day <= s.to {
			kept = append(kept, e)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	inSections(kept)
	w.files++
	encoding := dayfile.UTF8
	if strings.HasPrefix(person, w.Banks[1]+"/") {
		encoding = dayfile.GB18030
	}
	f, err := writeLines(filepath.Join(w.Dir, fmt.Sprintf("%02d-%s.csv", w.files, label)), person, encoding, s.to, kept)
	*to = append(*to, f)
	return err
}

// only are the entries of some records.
func only(list []entry, records ...string) []entry {
	var kept []entry
	for _, e := range list {
		for _, r := range records {
			if e.record == r {
				kept = append(kept, e)
			}
		}
	}
	return kept
}

func (w *schemeWriter) write() error {
	base, later := span{0, Last}, span{Last, SchemeLast}
	propose, approve, err := rateEntries()
	if err == nil {
		err = w.all(base, propose, approve, &w.manifest.Base)
	}
	if err == nil {
		propose, approve, err = ratesBetween(Last, SchemeLast, SchemeLast)
	}
	if err == nil {
		err = w.all(later, propose, approve, &w.manifest.Later)
	}
	if err != nil {
		return err
	}
	before := calendar.Date(0)
	for _, wave := range w.manifest.Waves {
		var files []File
		s := span{before, wave.Last}
		for _, b := range w.banks {
			if err := w.put(strings.ToLower(b.name)+"-recovered", b.name+"/officer2", s, b.entries[recoveryStage], &files); err != nil {
				return err
			}
		}
		w.manifest.Recovered = append(w.manifest.Recovered, files)
		before = wave.Last
	}
	return nil
}

// all writes what everybody sends of a span.
func (w *schemeWriter) all(s span, propose, approve []entry, to *[]File) error {
	of := func(st stage) []entry {
		var all []entry
		for _, b := range w.banks {
			all = append(all, b.entries[st]...)
		}
		return all
	}
	type file struct {
		label, person string
		list          []entry
	}
	list := []file{
		{"commission-subjects", "Commission/operator1", of(subjectsStage)},
		{"commission-grants", "Commission/operator1", of(grantsStage)},
		{"commission-applications", "Commission/operator2", of(applicationsStage)},
	}
	for _, b := range w.banks {
		lower := strings.ToLower(b.name)
		list = append(list,
			file{lower + "-acceptances", b.name + "/officer1", b.entries[acceptanceStage]},
			file{lower + "-decisions", b.name + "/approver1", b.entries[decisionStage]},
			file{lower + "-loans", b.name + "/officer2", only(b.entries[lendingStage], "签约", "放款")},
			file{lower + "-filings", b.name + "/officer1", b.entries[filingStage]},
			file{lower + "-servicing", b.name + "/officer2", only(b.entries[lendingStage], "还款", "结清")})
	}
	list = append(list, file{"commission-revocations", "Commission/operator1", of(revocationStage)})
	// Rates are dated before the business day that is opened with them.
	if err := w.put("centralbank-days-rates", "CentralBank/officer1", span{0, s.to}, propose, to); err != nil {
		return err
	}
	if err := w.put("centralbank-approvals", "CentralBank/approver1", span{0, s.to}, approve, to); err != nil {
		return err
	}
	for _, f := range list {
		if err := w.put(f.label, f.person, s, f.list, to); err != nil {
			return err
		}
	}
	return nil
}
