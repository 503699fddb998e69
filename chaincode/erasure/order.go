package erasure

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Status is where an order stands.
type Status uint8

const (
	None      Status = iota
	Ordered          // 已提出
	Approved         // 已批准
	Withdrawn        // 已撤回
	Closed           // 已办结
)

var statusNames = [...]struct{ code, zh string }{{"NONE", "无"}, {"ORDERED", "已提出"}, {"APPROVED", "已批准"}, {"WITHDRAWN", "已撤回"}, {"CLOSED", "已办结"}}

func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return "UNKNOWN"
	}
	return statusNames[s].code
}

// Zh is the status in Chinese.
func (s Status) Zh() string {
	if int(s) >= len(statusNames) {
		return "未知"
	}
	return statusNames[s].zh
}

// Code is an entry of a list.
type Code struct {
	Code, Zh, En string
}

// Scopes of an order.
const (
	Subject = "subject" // all that the book holds of a subject
	Stop    = "stop"    // nothing is erased yet, and nothing used any more
)

// Scopes 范围.
var Scopes = []Code{{Subject, "该主体在本行的全部记录", "all that the book holds of the subject"}, {Stop, "停止处理，仅保存", "stop all use, keep only what the law keeps"}}

// Bases 法律依据 of orders. Expired adverse information has ByClock.
var Bases = []Code{
	{"pipl-47", "个人信息保护法第四十七条", "the subject's right to deletion"},
	{"court", "法院裁判", "order of a court"},
}

// ByClock is the basis of what is erased because its time is over.
const ByClock = "credit-16"

func names(list []Code) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, " ")
}

// Signature says who acted, without a name: post, and hashes that tell whether
// two are one.
type Signature struct {
	Party command.Party
	Post  string
	Name  []byte // hash
	By    []byte // first 8 bytes of the certificate's fingerprint
}

func signed(ctx *command.Context) Signature {
	return Signature{ctx.Actor.Party, ctx.Actor.Post, ctx.Actor.NameHash, ctx.Actor.By()}
}

func (s Signature) digested() Signature { s.Name, s.By = nil, nil; return s }

// Order 删除令 is an ordered erasure.
type Order struct {
	Status    Status
	Scope     string
	Basis     string
	Subject   string // pseudonym; none any more once the order is closed
	Ordered   calendar.Date
	Requester Signature
	Approved  calendar.Date
	Approver  Signature
	Closed    calendar.Date
	// Acknowledged 回执: recipients that deleted their copies, in order.
	Acknowledged []Acknowledged
}

// Acknowledged says that a recipient has deleted what it had.
type Acknowledged struct {
	MSP         string             `json:"msp"`
	Date        calendar.Date      `json:"date"`
	Certificate authorization.Hash `json:"certificate"` // SHA-256 of its certificate of deletion 删除证明
}

func (o Order) digested() any {
	o.Subject, o.Requester, o.Approver = "", o.Requester.digested(), o.Approver.digested()
	return o
}

// OrderKind are the orders of a book.
var OrderKind = ledgerstate.NewKind[Order](ledgerstate.Kind[Order]{
	Code: "erasure", Collection: command.Intake.Name, Slots: 1, Keep: 4, Schema: 1, Under: true,
	Zh: "删除令", En: "orders to erase",
	Digest: Order.digested,
}, OrderMade{}, OrderApproved{}, OrderWithdrawn{}, OrderClosed{}, OrderAcknowledged{})

// OrderMade is an order's first event.
type OrderMade struct {
	Date    calendar.Date
	Scope   string
	Basis   string
	Subject string
	By      Signature
}

// Evolve implements ledgerstate.Event.
func (e OrderMade) Evolve(Order) Order {
	return Order{Status: Ordered, Scope: e.Scope, Basis: e.Basis, Subject: e.Subject, Ordered: e.Date, Requester: e.By}
}

// DigestEvent leaves out what differs between ledgers.
func (e OrderMade) DigestEvent() any { e.Subject, e.By = "", e.By.digested(); return e }

// OrderApproved is the second person's signature.
type OrderApproved struct {
	Date calendar.Date
	By   Signature
}

// Evolve implements ledgerstate.Event.
func (e OrderApproved) Evolve(o Order) Order {
	o.Status, o.Approved, o.Approver = Approved, e.Date, e.By
	return o
}

// DigestEvent leaves out what differs between ledgers.
func (e OrderApproved) DigestEvent() any { e.By = e.By.digested(); return e }

// OrderWithdrawn ends an order that nobody has approved.
type OrderWithdrawn struct{ Date calendar.Date }

// Evolve implements ledgerstate.Event.
func (e OrderWithdrawn) Evolve(o Order) Order {
	o.Status, o.Closed = Withdrawn, e.Date
	return o
}

// OrderClosed says that all was done.
type OrderClosed struct{ Date calendar.Date }

// Evolve implements ledgerstate.Event.
func (e OrderClosed) Evolve(o Order) Order {
	o.Status, o.Closed, o.Subject = Closed, e.Date, ""
	return o
}

// OrderAcknowledged is a recipient's word.
type OrderAcknowledged struct{ Acknowledged Acknowledged }

// Evolve implements ledgerstate.Event.
func (e OrderAcknowledged) Evolve(o Order) Order {
	o.Acknowledged = append(o.Acknowledged[:len(o.Acknowledged):len(o.Acknowledged)], e.Acknowledged)
	return o
}

// forgetting is the order's log without whom it was about.
func forgetting(log []ledgerstate.Entry[Order]) ([]ledgerstate.Entry[Order], error) {
	log = append([]ledgerstate.Entry[Order](nil), log...)
	for i := range log {
		if made, ok := log[i].Event.(OrderMade); ok {
			made.Subject = ""
			log[i].Event, log[i].Mark = made, nil // a mark is a hash of what named it
		}
	}
	return log, nil
}

// OrderRef names an order, which is found without an index key.
func OrderRef(number string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: derivedID("erasure", number), No: number}
}

var pageNames = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// derivedID is the page of its own that a natural key has.
func derivedID(parts ...string) ledgerstate.ID {
	h := sha256.New()
	for _, part := range parts {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	return ledgerstate.ID{Page: pageNames.EncodeToString(h.Sum(nil)[:20])}
}
