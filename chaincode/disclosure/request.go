package disclosure

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Hash is a SHA-256, in JSON 64 hex digits.
type Hash = authorization.Hash

// Record names a record by its leaf in its owner's log of evidence, and says
// which data item it is.
type Record struct {
	Log  string `json:"log"`  // the log's origin: qxl/FinanceMSP/1
	Seq  uint64 `json:"seq"`  // its place there
	Leaf Hash   `json:"leaf"` // the leaf's hash
	Item string `json:"item"` // catalogue code
}

// Terms are what is asked for, of whom, by what right and for whose key.
type Terms struct {
	Grant     ledgerstate.Ref `json:"grant"`
	Subject   string          `json:"subject"` // pseudonym in this chaincode
	Purpose   string          `json:"purpose"`
	Why       string          `json:"why"`   // what it is for, such as an application number
	Owner     string          `json:"owner"` // MSP that keeps the records
	Records   []Record        `json:"records"`
	Fields    []string        `json:"fields,omitempty"` // names of the fields to open, in order; none: the whole record
	Recipient Hash            `json:"recipient"`        // SHA-256 of the age recipient's text, whose key opens what is released
}

// Items are the data items asked for, each once, in the order asked.
func (t Terms) Items() []string {
	var list []string
	for _, r := range t.Records {
		if !contains(list, r.Item) {
			list = append(list, r.Item)
		}
	}
	return list
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// Who is somebody as the ledger keeps people: no name.
type Who struct {
	MSP         string `json:"msp"`
	Fingerprint Hash   `json:"fingerprint"` // SHA-256 of the certificate
	Post        string `json:"post,omitempty"`
	Name        []byte `json:"-"` // hash of the certificate's subject
}

func actor(ctx *command.Context) Who {
	a := ctx.Actor
	return Who{MSP: a.MSP, Fingerprint: a.Fingerprint, Post: a.Post, Name: a.NameHash}
}

// Denial is why something was not released.
type Denial struct {
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
	Limit  string `json:"limit,omitempty"`
	Actual string `json:"actual,omitempty"`
}

// code is the denial without its values, which may name a subject.
func (d *Denial) code() *Denial {
	if d == nil {
		return nil
	}
	return &Denial{Code: d.Code}
}

// Request is the state of one request.
type Request struct {
	Terms     Terms
	User      Who
	Also      string  // subject of the grant named, where that is another
	Denied    *Denial // nothing is ever released for it
	Refusals  int     // by the owner's node, and uses of its number again
	Delivered []Hash  // leaves of the records released
	Sealed    Hash    // SHA-256 of what was sent
	Received  bool
	Recalled  bool // the owner asked for deletion
	Deleted   bool // the recipient certified it
}

// Status is where a request stands.
type Status string

// The statuses of a request.
const (
	Denied    Status = "DENIED"    // 已拒绝
	Open      Status = "OPEN"      // 已登记，待交付
	Delivered Status = "DELIVERED" // 已交付，待签收
	Received  Status = "RECEIVED"  // 已签收
	Deleted   Status = "DELETED"   // 副本已删除
)

// Status of the request.
func (r Request) Status() Status {
	switch {
	case r.Denied != nil:
		return Denied
	case r.Deleted:
		return Deleted
	case r.Received:
		return Received
	case r.Delivered != nil:
		return Delivered
	}
	return Open
}

// Kind is where requests are kept. Books and commons both call their
// collection intake.
var Kind = ledgerstate.NewKind[Request](ledgerstate.Kind[Request]{
	Code: "disclosure", Collection: command.Intake.Name, Slots: 1, Keep: 4, Schema: 1, Under: true,
	Zh: "披露", En: "requests for records",
	Digest: func(r Request) any {
		r.Terms.Subject, r.Also, r.User, r.Denied = "", "", Who{MSP: r.User.MSP}, r.Denied.code()
		return r
	},
}, Asked{}, Refused{}, Handed{}, Acknowledged{}, Recalled{}, Certified{})

// RequestRef is where the request of a number lives, derived, so that it is
// found without looking anything up.
func RequestRef(number string) ledgerstate.Ref {
	sum := sha256.Sum256([]byte("disclosure\x00" + number))
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: hex.EncodeToString(sum[:ledgerstate.MaxPageName/2])}, No: number}
}

// Asked is a request's first event: it may be served, or it was denied.
type Asked struct {
	Terms  Terms
	User   Who
	Also   string
	Denied *Denial
	Node   string // MSP of the owner whose node was shown a request that is not on the ledger
}

// Evolve implements ledgerstate.Event.
func (e Asked) Evolve(Request) Request {
	return Request{Terms: e.Terms, User: e.User, Also: e.Also, Denied: e.Denied}
}

// DigestEvent leaves out pseudonyms and what comes from the certificate.
func (e Asked) DigestEvent() any {
	e.Terms.Subject, e.Also, e.User, e.Denied = "", "", Who{MSP: e.User.MSP}, e.Denied.code()
	return e
}

// Refused is an attempt that came to nothing.
type Refused struct {
	Denial Denial
	Caller Who // who tried
}

// Evolve implements ledgerstate.Event.
func (e Refused) Evolve(r Request) Request { r.Refusals++; return r }

// DigestEvent leaves out what comes from the certificate.
func (e Refused) DigestEvent() any { e.Caller = Who{MSP: e.Caller.MSP}; return e }

// Handed is the owner's receipt: these records left the house.
type Handed struct {
	Records []Hash
	Sealed  Hash
	By      Who
}

// Evolve implements ledgerstate.Event.
func (e Handed) Evolve(r Request) Request { r.Delivered, r.Sealed = e.Records, e.Sealed; return r }

// DigestEvent leaves out what comes from the certificate.
func (e Handed) DigestEvent() any { e.By = Who{MSP: e.By.MSP}; return e }

// Acknowledged is the recipient's receipt.
type Acknowledged struct{ By Who }

// Evolve implements ledgerstate.Event.
func (e Acknowledged) Evolve(r Request) Request { r.Received = true; return r }

// DigestEvent leaves out what comes from the certificate.
func (e Acknowledged) DigestEvent() any { e.By = Who{MSP: e.By.MSP}; return e }

// Recalled asks the recipient to delete.
type Recalled struct {
	Basis     string // code of the legal basis
	Reference string // number of the erasure, opaque
	By        Who
}

// Evolve implements ledgerstate.Event.
func (e Recalled) Evolve(r Request) Request { r.Recalled = true; return r }

// DigestEvent leaves out what comes from the certificate.
func (e Recalled) DigestEvent() any { e.By = Who{MSP: e.By.MSP}; return e }

// Certified is the recipient's certificate that no copy is left 删除证明.
type Certified struct {
	Basis       string
	Certificate Hash // SHA-256 of the paper
	By          Who
}

// Evolve implements ledgerstate.Event.
func (e Certified) Evolve(r Request) Request { r.Deleted, r.Recalled = true, false; return r }

// DigestEvent leaves out what comes from the certificate.
func (e Certified) DigestEvent() any { e.By = Who{MSP: e.By.MSP}; return e }
