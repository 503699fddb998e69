package erasure

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Trace 删除记录 is what stays of an erasure in a collection. The transaction
// that wrote its key is the one that purged.
type Trace struct {
	Order      string // number; "": the clock's
	Basis      string
	Date       calendar.Date
	Counts     []Count
	Receipts   int
	Requester  Signature
	Approver   Signature
	Recipients []string // MSPs that held grants of the subject and owe an acknowledgement
	// Sums without a name, so that totals over what was and what is still agree.
	Lent     money.Fen // principal of the loans erased
	Filed    money.Fen // amounts of the filings erased
	Penalty  money.Fen // paid on loans whose arrears were erased, told as interest since
	Compound money.Fen
	Fee      money.Fen
}

// Count is how many aggregates of a kind were erased or redacted.
type Count struct {
	Kind string `json:"kind"`
	N    int    `json:"n"`
}

// Traced is a trace's only event.
type Traced struct{ Trace Trace }

// Evolve implements ledgerstate.Event.
func (e Traced) Evolve(Trace) Trace { return e.Trace }

// DigestEvent leaves out what differs between ledgers.
func (e Traced) DigestEvent() any { return e.Trace.digested() }

func (t Trace) digested() any {
	t.Requester, t.Approver, t.Receipts = t.Requester.digested(), t.Approver.digested(), 0
	return t
}

func traces(c command.Collection, zh string) *ledgerstate.Kind[Trace] {
	return ledgerstate.NewKind[Trace](ledgerstate.Kind[Trace]{
		Code: "erased" + c.Name, Collection: c.Name, Slots: 1, Keep: 1, Schema: 1, Under: true,
		Zh: "删除记录：" + zh, En: "traces of erasures from " + c.Name,
		Digest: Trace.digested,
	}, Traced{})
}

// The traces of each collection.
var (
	PersonTraces = traces(command.Person, "主体身份")
	IntakeTraces = traces(command.Intake, "申请与授权")
	LoanTraces   = traces(command.Loan, "信贷")
	CompTraces   = traces(command.Comp, "风险补偿")
)

// TraceKinds by code, for who checks fact packs.
var TraceKinds = map[string]bool{PersonTraces.Code: true, IntakeTraces.Code: true, LoanTraces.Code: true, CompTraces.Code: true}

// TraceRef names the n-th trace of an order in a collection, from 1: what came
// to light later is erased under the same order. The 0th is of what the order
// itself said of its subject.
func TraceRef(order string, n int) ledgerstate.Ref {
	no := order + "#" + strconv.Itoa(n)
	return ledgerstate.Ref{ID: derivedID("erased", no), No: no}
}

// clockRef names the trace of what expired.
func clockRef(number string) ledgerstate.Ref {
	no := ByClock + "/" + number
	return ledgerstate.Ref{ID: derivedID("erased", no), No: no}
}
