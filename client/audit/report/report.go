// Package report gathers what an auditor should look at 审计报告: exceptions that the ledger and its fact packs show, beside
// what audits of logs found.
//
// It guarantees that every exception names where it stands, so that somebody can look; that exceptions are counted even where
// only the first are listed; that packs are checked before they are believed (client/facts). An exception is no verdict: most
// of what is here the ledger's rules make impossible, and the report is how an auditor sees that for itself.
//
// It reads packs in words, as they are written, and no ledger. Who gives it anchors and findings has asked for them.
package report

import (
	"time"

	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/facts"
)

// Kind is what is out of the ordinary.
type Kind string

// The kinds. Their codes never change their meaning.
const (
	LateAnchor     Kind = "LATE_ANCHOR"          // 锚定迟延
	SelfApproved   Kind = "SELF_APPROVED"        // 自我批准
	BackDated      Kind = "BACK_DATED"           // 倒签日期
	DoubleFinanced Kind = "DOUBLE_FINANCED"      // 重复融资
	NoGrant        Kind = "ACCESS_WITHOUT_GRANT" // 无授权查询
	PackFinding    Kind = "FACTS_NOT_TRUE"       // 事实包不实
	LogFinding     Kind = "LOG_FINDING"          // 日志审计发现
)

// Names are the kinds in Chinese, in the order of a report.
var Names = []struct {
	Kind Kind
	Zh   string
}{
	{LateAnchor, "锚定迟延"}, {SelfApproved, "自我批准"}, {BackDated, "倒签日期"}, {DoubleFinanced, "重复融资"}, {NoGrant, "无授权查询"},
	{PackFinding, "事实包不实"}, {LogFinding, "日志审计发现"},
}

// Exception is one thing that somebody should look at.
type Exception struct {
	Kind  Kind   `json:"kind"`
	Where string `json:"where"` // a log, or chaincode/collection
	What  string `json:"what"`  // natural key, sequence, place
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// Covered is what was looked at.
type Covered struct {
	Where string `json:"where"`
	What  string `json:"what"`
	Count int    `json:"count"`
}

// MaxListed bounds how many exceptions of a kind are listed.
const MaxListed = 1000

// Report is the whole.
type Report struct {
	Channel    string       `json:"channel"`
	Made       time.Time    `json:"made"`
	By         string       `json:"by"`
	Covered    []Covered    `json:"covered"`
	Counts     map[Kind]int `json:"counts"`
	Exceptions []Exception  `json:"exceptions"`
}

// New begins a report.
func New(channel, by string, made time.Time) *Report {
	r := &Report{Channel: channel, By: by, Made: made, Covered: []Covered{}, Counts: map[Kind]int{}, Exceptions: []Exception{}}
	for _, n := range Names {
		r.Counts[n.Kind] = 0
	}
	return r
}

func (r *Report) add(e Exception) {
	if r.Counts[e.Kind]++; r.Counts[e.Kind] <= MaxListed {
		r.Exceptions = append(r.Exceptions, e)
	}
}

func (r *Report) cover(where, what string, count int) {
	r.Covered = append(r.Covered, Covered{where, what, count})
}

// Clean reports whether there is no exception.
func (r *Report) Clean() bool { return len(r.Exceptions) == 0 }

// Anchor is an anchored checkpoint with the time of its transaction.
type Anchor struct {
	Sequence uint64
	Size     uint64
	Time     time.Time
}

// Anchors looks for anchors that came late: further from the one before than
// the allowed delay, or, of the last one, from now.
func (r *Report) Anchors(log string, list []Anchor, delay time.Duration, now time.Time) {
	r.cover(log, "锚定 anchors", len(list))
	for i, a := range list {
		if i == 0 {
			continue
		}
		if gap := a.Time.Sub(list[i-1].Time); gap > delay {
			r.add(Exception{LateAnchor, log, sequence(a.Sequence), "距上次锚定 " + gap.Round(time.Second).String() + "，允许 " + delay.String(),
				"anchored " + gap.Round(time.Second).String() + " after the one before, at " + a.Time.UTC().Format(time.RFC3339) + "; " + delay.String() + " are allowed"})
		}
	}
	if len(list) == 0 {
		return
	}
	if last := list[len(list)-1]; now.Sub(last.Time) > delay {
		r.add(Exception{LateAnchor, log, sequence(last.Sequence), "此后无锚定", "silent since " + last.Time.UTC().Format(time.RFC3339)})
	}
}

// Log takes what an audit of a log found.
func (r *Report) Log(l *audit.LogReport) {
	r.cover(l.Log, "存证 leaves", int(l.Size))
	for _, f := range l.Findings {
		r.add(Exception{LogFinding, l.Log, place(f.Place, f.First, f.Last), string(f.Verdict) + " " + f.Zh, f.En})
	}
	r.Counts[LogFinding] += max(0, l.Faults-len(l.Findings))
}

// Pack takes a fact pack with what checking it found: of a pack that is not
// true nothing else is said.
func (r *Report) Pack(p *facts.Pack, v *facts.Verdict) error {
	where := p.Header.Chaincode + "/" + p.Header.Collection
	r.cover(where, "对象 aggregates", v.Aggregates)
	for _, f := range v.Findings {
		r.add(Exception{PackFinding, where, f.Key, f.Code + " " + f.Zh, f.En})
	}
	if len(v.Findings) > 0 {
		return nil
	}
	return r.facts(where, p)
}
