package report

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/facts"
)

var made = time.Date(2026, 7, 31, 12, 0, 0, 0, time.UTC)

func newReport() *Report { return New("credit", "Audit/auditor1", made) }

// pack is a pack with aggregates, written and read again as files are.
func pack(t *testing.T, list ...ledgerstate.Told) *facts.Pack {
	raw, err := json.Marshal(facts.Value{Aggregates: list})
	require.NoError(t, err)
	p := &facts.Pack{Header: facts.Header{Chaincode: "book-banka", Collection: "intake"}, Values: make([]facts.Value, 1)}
	require.NoError(t, json.Unmarshal(raw, &p.Values[0]))
	return p
}

func day(t *testing.T, text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	require.NoError(t, err)
	return d
}

func entries(name string, dates ...calendar.Date) (list []ledgerstate.ToldEntry) {
	for i, d := range dates {
		list = append(list, ledgerstate.ToldEntry{Number: string(rune('a' + i)), Date: d, Name: name})
	}
	return list
}

// of gives the exceptions that a pack leads to.
func exceptions(t *testing.T, p *facts.Pack) (kinds []Kind, r *Report) {
	r = newReport()
	require.NoError(t, r.Pack(p, &facts.Verdict{Header: p.Header}))
	for _, e := range r.Exceptions {
		kinds = append(kinds, e.Kind)
		require.NotEmpty(t, e.Where)
		require.NotEmpty(t, e.What)
	}
	return kinds, r
}

func TestLateAnchors(t *testing.T) {
	r := newReport()
	at := func(seconds int) time.Time { return made.Add(time.Duration(seconds) * time.Second) }
	list := []Anchor{{1, 10, at(-300)}, {2, 12, at(-240)}, {3, 12, at(-119)}, {4, 15, at(-59)}}
	r.Anchors("qxl/BankAMSP/1", list, 2*time.Minute, made)
	require.Len(t, r.Exceptions, 1, "121 seconds between the second and the third")
	require.Equal(t, LateAnchor, r.Exceptions[0].Kind)
	require.Contains(t, r.Exceptions[0].What, "3")
	r = newReport()
	r.Anchors("qxl/BankAMSP/1", list, time.Hour, made)
	require.True(t, r.Clean())
	r.Anchors("qxl/BankAMSP/1", list, time.Hour, made.Add(time.Hour))
	require.Equal(t, 1, r.Counts[LateAnchor], "silent since")
	r.Anchors("qxl/BankBMSP/1", nil, time.Hour, made)
	require.Equal(t, 1, r.Counts[LateAnchor], "what was never anchored is not late: it has not begun")
}

func TestOnePersonInTwoSteps(t *testing.T) {
	claim := func(p compensation.People) ledgerstate.Told {
		return ledgerstate.Told{Kind: "claim", Natural: "BC-1", State: compensation.Claim{People: p}}
	}
	kinds, _ := exceptions(t, pack(t, claim(compensation.People{Submitted: []byte{1}, Accepted: []byte{2}, Reviewed: []byte{3}, Publicised: []byte{4}, Approved: []byte{5}}), claim(compensation.People{Submitted: []byte{1}})))
	require.Empty(t, kinds)
	kinds, r := exceptions(t, pack(t, claim(compensation.People{Submitted: []byte{1}, Accepted: []byte{2}, Reviewed: []byte{3}, Approved: []byte{3}})))
	require.Equal(t, []Kind{SelfApproved}, kinds)
	require.Contains(t, r.Exceptions[0].Zh, "审核与批准")
}

func TestEntriesDatedBack(t *testing.T) {
	a, b := day(t, "2026-07-01"), day(t, "2026-07-02")
	kinds, _ := exceptions(t, pack(t, ledgerstate.Told{Kind: "loan", Natural: "HT-1", Log: entries("Paid", a, a, b)}))
	require.Empty(t, kinds)
	kinds, _ = exceptions(t, pack(t, ledgerstate.Told{Kind: "loan", Natural: "HT-1", Log: entries("Paid", a, b, a, b)}))
	require.Equal(t, []Kind{BackDated}, kinds)
}

func TestOneReceivableForTwoLoans(t *testing.T) {
	bucket := func(no string, pledges ...registry.Pledge) ledgerstate.Told {
		return ledgerstate.Told{Kind: "cap", Natural: no, State: registry.Bucket{Pledges: pledges}}
	}
	one, two := registry.Pledge{Key: []byte{1}, Bank: "BankAMSP", Contract: "HT-1"}, registry.Pledge{Key: []byte{2}, Bank: "BankBMSP", Contract: "HT-2"}
	kinds, _ := exceptions(t, pack(t, bucket("cap01", one), bucket("cap02", two)))
	require.Empty(t, kinds)
	two.Key = one.Key
	kinds, r := exceptions(t, pack(t, bucket("cap01", one), bucket("cap02", two)))
	require.Equal(t, []Kind{DoubleFinanced}, kinds)
	require.Equal(t, "HT-2", r.Exceptions[0].What)
}

func TestAccessWithoutGrant(t *testing.T) {
	from, to := day(t, "2026-07-01"), day(t, "2026-07-31")
	terms := authorization.Terms{Subject: "s", Grantee: "BankAMSP", Purpose: "01", Items: []string{"tax"}, From: from, To: to, Max: 2}
	grant := func(change func(*authorization.Terms), dates ...calendar.Date) ledgerstate.Told {
		t := terms
		if change != nil {
			change(&t)
		}
		log := append(entries("Granted", from-3), entries("Used", dates...)...)
		return ledgerstate.Told{Kind: "grant", Natural: "SQ-1", State: authorization.Grant{Terms: t}, Log: log}
	}
	request := func(change func(*disclosure.Request)) ledgerstate.Told {
		q := disclosure.Request{Terms: disclosure.Terms{Grant: ledgerstate.Ref{No: "SQ-1"}, Subject: "s", Purpose: "01", Records: []disclosure.Record{{Item: "tax"}}},
			User: disclosure.Who{MSP: "BankAMSP"}, Delivered: []disclosure.Hash{bytes.Repeat([]byte{1}, 32)}}
		if change != nil {
			change(&q)
		}
		return ledgerstate.Told{Kind: "disclosure", Natural: "a", State: q} // the number of the first use
	}
	kinds, r := exceptions(t, pack(t, grant(nil, from, to), request(nil)))
	require.Empty(t, kinds, "%+v", r.Exceptions)

	for name, c := range map[string][]ledgerstate.Told{
		"third of two uses":     {grant(nil, from, from, from)},
		"before its first day":  {grant(nil, from-1)},
		"after its last day":    {grant(nil, to+1)},
		"after its revocation":  {grant(nil, from+5), {Kind: "revocation", Natural: authorization.MarkerRef("SQ-1", "s").No, State: authorization.Marker{Day: from + 4}}},
		"no such grant":         {request(nil)},
		"no use":                {grant(nil), request(nil)},
		"somebody else's":       {grant(func(t *authorization.Terms) { t.Grantee = "BankBMSP" }, from), request(nil)},
		"another purpose":       {grant(func(t *authorization.Terms) { t.Purpose = "02" }, from), request(nil)},
		"another subject":       {grant(func(t *authorization.Terms) { t.Subject = "x" }, from), request(nil)},
		"another item":          {grant(nil, from), request(func(q *disclosure.Request) { q.Terms.Records[0].Item = "court" })},
		"denied, and delivered": {grant(nil, from), request(func(q *disclosure.Request) { q.Denied = &disclosure.Denial{Code: "X"} })},
	} {
		kinds, r := exceptions(t, pack(t, c...))
		require.Equal(t, []Kind{NoGrant}, kinds, "%s: %+v", name, r.Exceptions)
	}
	kinds, _ = exceptions(t, pack(t, request(func(q *disclosure.Request) { q.Delivered = nil }), grant(nil, from)))
	require.Empty(t, kinds, "what was not released needs nothing")
	marker := ledgerstate.Told{Kind: "revocation", Natural: authorization.MarkerRef("SQ-1", "s").No, State: authorization.Marker{Day: from}}
	kinds, _ = exceptions(t, pack(t, grant(nil, from), marker))
	require.Empty(t, kinds, "used on the day and before")
}

// Of a pack that is not true nothing is believed.
func TestAPackThatIsNotTrue(t *testing.T) {
	r := newReport()
	p := pack(t, ledgerstate.Told{Kind: "loan", Natural: "HT-1", Log: entries("Paid", 2, 1)})
	require.NoError(t, r.Pack(p, &facts.Verdict{Header: p.Header, Findings: []facts.Finding{{Code: facts.Altered, Key: "00"}}}))
	require.Equal(t, 1, r.Counts[PackFinding])
	require.Zero(t, r.Counts[BackDated])
}

func full() *Report {
	r := newReport()
	l := &audit.LogReport{Log: "qxl/BankAMSP/1", Size: 7, Faults: 3, Findings: []evidencelog.Finding{{Verdict: audit.ErasedUnlawful, Place: "record", First: 3, Last: 4, Zh: "密钥已失", En: "gone"}}}
	r.Log(l)
	for range MaxListed + 2 {
		r.add(Exception{BackDated, "book-banka/loan", "loan HT-1", "日期 早于", "dated back"})
	}
	return r
}

func TestTheReportsForms(t *testing.T) {
	r := full()
	require.Equal(t, 3, r.Counts[LogFinding])
	require.Equal(t, MaxListed+2, r.Counts[BackDated], "counted, though not listed")
	require.Len(t, r.Exceptions, 1+MaxListed)
	var out bytes.Buffer
	require.NoError(t, r.WriteJSON(&out))
	var again Report
	require.NoError(t, json.Unmarshal(out.Bytes(), &again))
	require.Equal(t, *r, again)

	out.Reset()
	require.NoError(t, r.WriteXLSX(&out))
	book, err := excelize.OpenReader(&out)
	require.NoError(t, err)
	defer book.Close()
	rows, err := book.GetRows("审计报告")
	require.NoError(t, err)
	require.Equal(t, []string{"1", "日志审计发现", "LOG_FINDING", "qxl/BankAMSP/1", "record 3..4", "ERASED-UNLAWFUL 密钥已失", "gone"}, rows[4])
	require.Len(t, rows[4:4+1+MaxListed], 1+MaxListed)
	text := ""
	for _, row := range rows {
		for _, cell := range row {
			text += cell + "\n"
		}
	}
	require.Contains(t, text, "倒签日期另有 2 项未列出")
	require.Contains(t, text, "重复融资 0")

	out.Reset()
	require.NoError(t, newReport().WritePDF(&out))
	require.True(t, bytes.HasPrefix(out.Bytes(), []byte("%PDF-")))
	small := out.Len()
	out.Reset()
	require.NoError(t, r.WritePDF(&out))
	require.Greater(t, out.Len(), small, "the exceptions stand in it")
}
