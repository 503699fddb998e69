package pipeline_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

const modelBook = "book-banka"

var modelMembers = book.Members{
	Authorities: map[command.Party]string{command.Commission: "CommissionMSP", command.CentralBank: "CentralBankMSP", command.Finance: "FinanceMSP"},
	Books:       map[string]string{modelBook: "BankAMSP"},
}

// step is the content of the model's one sort of command.
type step struct {
	Number string           `json:"number"`
	Target ledgerstate.Ref  `json:"target"`
	Reads  *ledgerstate.Ref `json:"reads,omitempty"`
	Birth  bool             `json:"birth"`
	Bad    bool             `json:"bad"` // a rule refuses it
}

// record is an aggregate of the model: where it lives and the numbers applied.
type record struct {
	id  ledgerstate.ID
	log []string
}

// model is a ledger that loses answers, disagrees with itself and stalls, as
// often as it is told to, and watches what a pipeline must never do.
type model struct {
	mu       sync.Mutex
	rng      *rand.Rand
	fault    float64 // probability of each fault
	records  map[string]*record
	slots    map[ledgerstate.ID]string
	versions map[string]int // of pages
	receipts map[string]*command.ReceiptAnswer
	valid    map[string]string // transaction → validation code
	next     int
	down     bool
	downAt   int // transactions after which the ledger is down for a while
	downFor  time.Duration

	inFlight   int
	mostAtOnce int
	using      map[string]int // pages in flight
	faults     []string       // what a pipeline must not do
	sent       int
	largest    int
}

func newModel(seed uint64, fault float64) *model {
	return &model{rng: rand.New(rand.NewPCG(seed, 1)), fault: fault, records: map[string]*record{}, slots: map[ledgerstate.ID]string{},
		versions: map[string]int{}, receipts: map[string]*command.ReceiptAnswer{}, valid: map[string]string{}, using: map[string]int{}}
}

func (m *model) chance(p float64) bool { return m.rng.Float64() < p }

func (m *model) Engine() string                         { return "model" }
func (m *model) Close() error                           { return nil }
func (m *model) Height(context.Context) (uint64, error) { return uint64(m.next), nil }
func (m *model) blame(format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf(format, args...))
}
func kindOf(no string) string         { return no[:strings.IndexByte(no, '-')] }
func pageOf(r ledgerstate.Ref) string { return kindOf(r.No) + "/" + r.ID.Page }
func unavailable(stage ledger.Stage, txID string, may bool) error {
	return &ledger.Error{Stage: stage, TxID: txID, Code: "UNAVAILABLE", Retry: true, MayCommit: may, Message: "connection refused"}
}

func (m *model) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	var envelopes []command.Envelope
	lane := ""
	if call.Function == "batch:Submit" {
		if err := json.Unmarshal(call.Transient["commands"], &envelopes); err != nil {
			return nil, err
		}
		lane = call.Args[0]
		if call.Args[1] != strconv.Itoa(len(envelopes)) {
			m.blame("the count is %s for %d commands", call.Args[1], len(envelopes))
		}
	} else {
		name := strings.TrimSuffix(call.Function, ":Submit")
		envelopes, lane = []command.Envelope{{Name: name, Content: call.Transient["command"]}}, strings.Split(name, ".")[0]
	}
	steps := make([]step, len(envelopes))
	for i, e := range envelopes {
		if err := json.Unmarshal(e.Content, &steps[i]); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(e.Name, lane+".") {
			m.blame("%s was sent on lane %s", e.Name, lane)
		}
	}

	m.mu.Lock()
	m.sent++
	m.largest = max(m.largest, len(steps))
	m.next++
	sum := sha256.Sum256([]byte(strconv.Itoa(m.next)))
	txID := hex.EncodeToString(sum[:])
	m.inFlight++
	m.mostAtOnce = max(m.mostAtOnce, m.inFlight)
	writes, reads := map[string]bool{}, map[string]bool{}
	for i, s := range steps {
		if i > 0 && !s.Target.ID.IsZero() && !steps[i-1].Target.ID.IsZero() && pageOf(s.Target) < pageOf(steps[i-1].Target) {
			m.blame("a batch is not sorted by page")
		}
		if !s.Target.ID.IsZero() {
			writes[pageOf(s.Target)] = true
		}
		if tail := kind(s.Target.No).Tail; s.Birth && tail > 0 {
			writes["index key "+ledgerstate.Head(s.Target.No, tail)] = true
		}
		if s.Reads != nil && !s.Reads.ID.IsZero() {
			reads[pageOf(*s.Reads)] = true
		}
	}
	snapshot := map[string]int{}
	for p := range reads {
		snapshot[p] = m.versions[p]
		if m.using["w "+p] > 0 {
			m.blame("page %s is read while another transaction writes it", p)
		}
		m.using["r "+p]++
	}
	for p := range writes {
		snapshot[p] = m.versions[p]
		if m.using["w "+p]+m.using["r "+p] > 0 && !reads[p] {
			m.blame("page %s is written while another transaction uses it", p)
		}
		m.using["w "+p]++
	}
	late, early := m.draw(txID)
	endorse, commit := m.delay(), m.delay()
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.inFlight--
		for p := range reads {
			m.using["r "+p]--
		}
		for p := range writes {
			m.using["w "+p]--
		}
		m.mu.Unlock()
	}()

	time.Sleep(endorse)
	if early != nil {
		return nil, early
	}
	time.Sleep(commit)
	m.mu.Lock()
	defer m.mu.Unlock()
	if late == nil || late.commits {
		for p, v := range snapshot {
			if m.versions[p] != v {
				m.valid[txID] = "MVCC_READ_CONFLICT"
				m.blame("a transaction was invalid: page %s had changed", p)
				return nil, &ledger.Error{Stage: ledger.StageCommit, TxID: txID, Code: "MVCC_READ_CONFLICT", Retry: true, Message: "invalid"}
			}
		}
		summary := m.apply(txID, envelopes, steps)
		for p := range writes {
			m.versions[p]++
		}
		m.valid[txID] = "VALID"
		if late == nil {
			raw, _ := json.Marshal(summary)
			return &ledger.Commit{TxID: txID, Block: uint64(m.next), Response: raw}, nil
		}
	}
	return nil, late.err
}

type lateFault struct {
	commits bool
	err     error
}

// draw decides what goes wrong with a transaction.
func (m *model) draw(txID string) (late *lateFault, early error) {
	if m.downAt > 0 && m.next == m.downAt {
		m.down = true
		time.AfterFunc(m.downFor, func() { m.mu.Lock(); m.down = false; m.mu.Unlock() })
	}
	switch {
	case m.down:
		return nil, unavailable(ledger.StageConnect, "", false)
	case m.chance(m.fault):
		return nil, &ledger.Error{Stage: ledger.StageEndorse, TxID: txID, Code: "ENDORSEMENT_MISMATCH", Retry: true, Message: "payloads do not match"}
	case m.chance(m.fault):
		return nil, unavailable(ledger.StageEndorse, txID, false)
	case m.chance(m.fault):
		return nil, &ledger.Error{Stage: ledger.StageEndorse, TxID: txID, Code: "OVERLOADED", Retry: true, Message: "too many requests"}
	case m.chance(m.fault):
		return &lateFault{m.chance(0.5), unavailable(ledger.StageSubmit, txID, true)}, nil
	case m.chance(m.fault):
		return &lateFault{true, &ledger.Error{Stage: ledger.StageCommitStatus, TxID: txID, Code: "TIMEOUT", MayCommit: true, Retry: true, Message: "no answer"}}, nil
	}
	return nil, nil
}

func (m *model) delay() time.Duration { return time.Duration(m.rng.IntN(40)) * time.Millisecond }

// apply runs the commands of a valid transaction.
func (m *model) apply(txID string, envelopes []command.Envelope, steps []step) command.Summary {
	answer := &command.ReceiptAnswer{Found: true}
	var s command.Summary
	for i, c := range steps {
		outcome, why := m.one(c)
		switch outcome {
		case command.Accepted:
			s.Accepted++
		case command.Refused:
			s.Refused++
		case command.AlreadyApplied:
			s.Already++
		case command.Retry:
			s.Retry++
		}
		r := command.Result{Command: envelopes[i].Name, Outcome: outcome.String()}
		if outcome == command.Refused {
			r.Refusal = &refusal.Refusal{Code: why}
		}
		answer.Results = append(answer.Results, r)
	}
	m.receipts[txID] = answer
	return s
}

func (m *model) one(c step) (command.Outcome, string) {
	r := m.records[c.Target.No]
	if c.Birth && r != nil {
		if contains(r.log, c.Number) {
			return command.AlreadyApplied, ""
		}
		return command.Refused, "NUMBER_TAKEN"
	}
	known := r != nil && r.id == c.Target.ID
	if !c.Birth && known && contains(r.log, c.Number) {
		return command.AlreadyApplied, ""
	}
	if c.Bad {
		return command.Refused, "BAD"
	}
	if c.Reads != nil {
		if g := m.records[c.Reads.No]; g == nil || g.id != c.Reads.ID {
			return command.Refused, "UNKNOWN"
		}
	}
	if !c.Birth {
		if !known {
			return command.Refused, "UNKNOWN"
		}
		r.log = append(r.log, c.Number)
		return command.Accepted, ""
	}
	if c.Target.ID.IsZero() {
		m.blame("birth of %s without an ID", c.Target.No)
	}
	at := ledgerstate.ID{Page: kindOf(c.Target.No) + c.Target.ID.Page, Slot: c.Target.ID.Slot}
	if m.slots[at] == "" && m.chance(m.fault) {
		m.slots[at] = "somebody else's"
	}
	if m.slots[at] != "" {
		return command.Retry, ""
	}
	m.slots[at] = c.Target.No
	m.records[c.Target.No] = &record{id: c.Target.ID, log: []string{c.Number}}
	return command.Accepted, ""
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func (m *model) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return nil, unavailable(ledger.StageConnect, "", false)
	}
	if m.chance(m.fault) {
		return nil, &ledger.Error{Stage: ledger.StageEvaluate, Code: "DATA_MISSING_ON_PEER", Retry: true, Message: "not here yet"}
	}
	if strings.HasPrefix(call.Function, "receipt.") {
		var q struct{ Lane, Tx string }
		if err := json.Unmarshal(call.Transient["query"], &q); err != nil {
			return nil, err
		}
		a := m.receipts[q.Tx]
		if a == nil {
			a = &command.ReceiptAnswer{}
		}
		return json.Marshal(a)
	}
	var q command.LocateQuery
	if err := json.Unmarshal(call.Transient["query"], &q); err != nil {
		return nil, err
	}
	if len(q.Numbers) > book.LocateChunk {
		m.blame("%d numbers in one lookup", len(q.Numbers))
	}
	var a command.LocateAnswer
	for _, no := range q.Numbers {
		var id ledgerstate.ID
		if r := m.records[no]; r != nil {
			id = r.id
		}
		a.IDs = append(a.IDs, id)
	}
	return json.Marshal(a)
}

func (m *model) Transaction(_ context.Context, txID string) (*ledger.Transaction, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down || m.chance(m.fault) {
		return nil, unavailable(ledger.StageConnect, "", false)
	}
	code, ok := m.valid[txID]
	if !ok {
		return nil, &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: "TRANSACTION_UNKNOWN", Message: "no such transaction"}
	}
	return &ledger.Transaction{TxID: txID, Validation: code}, nil
}
