package authorization

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Terms are what a grant allows, to whom and until when: the state that every
// use is judged by.
type Terms struct {
	Subject  string        `json:"subject"`          // pseudonym in this chaincode
	Who      SubjectType   `json:"subject_type"`     // 个人 or 企业
	Capacity Capacity      `json:"capacity"`         // in which it was signed 签署身份
	Signer   string        `json:"signer,omitempty"` // pseudonym of the legal representative who signed
	Signed   calendar.Date `json:"signed"`           // 签署日期
	Grantee  string        `json:"grantee"`          // MSP of the one recipient
	Purpose  string        `json:"purpose"`          // the one purpose, 01 …
	Items    []string      `json:"items"`            // catalogue codes
	Mode     Mode          `json:"mode"`
	From     calendar.Date `json:"from"`        // first day of validity
	To       calendar.Date `json:"to"`          // last day of validity
	Max      int           `json:"max_queries"` // uses allowed
}

// Evidence is what proves a grant and was told to the subject. Rules ask for
// it when a grant is made; later uses do not need it.
type Evidence struct {
	Contact       string    `json:"contact"`               // how to reach the recipient (个人信息保护法 17)
	Providers     []string  `json:"providers"`             // MSPs that answer for the items
	NoReprovision bool      `json:"no_reprovision"`        // the recipient must not pass the data on
	Form          Hash      `json:"form"`                  // SHA-256 of the form's text and version (征信业管理条例 19)
	Warning       Hash      `json:"warning,omitempty"`     // SHA-256 of the warning of adverse consequences (14)
	Consents      []Consent `json:"consents,omitempty"`    // separate consents 单独同意
	Method        Method    `json:"method"`                // 签署方式
	Signature     Hash      `json:"signature"`             // SHA-256 of the signature or of the scanned paper
	Device        string    `json:"device,omitempty"`      // code of the device it was signed on
	CapturedBy    string    `json:"captured_by,omitempty"` // staff code 采集人
	CheckedBy     string    `json:"checked_by,omitempty"`  // staff code 复核人
}

// Grant is the state of one grant.
type Grant struct {
	Terms Terms
	Used  int // uses so far
}

// Kind is where grants are kept. Books and commons both call their collection
// intake.
var Kind = ledgerstate.NewKind[Grant](ledgerstate.Kind[Grant]{
	Code: "grant", Collection: command.Intake.Name, Slots: 16, Keep: 2, Schema: 1,
	Zh: "授权书", En: "grants",
	Digest: func(g Grant) any {
		g.Terms = g.Terms.withoutPseudonyms()
		return g
	},
}, Granted{}, Used{})

func (t Terms) withoutPseudonyms() Terms {
	t.Subject, t.Signer = "", ""
	return t
}

// Granted is a grant's first event.
type Granted struct {
	Terms    Terms
	Evidence Evidence
}

// Evolve implements ledgerstate.Event.
func (e Granted) Evolve(Grant) Grant { return Grant{Terms: e.Terms} }

// DigestEvent leaves the pseudonyms out.
func (e Granted) DigestEvent() any { e.Terms = e.Terms.withoutPseudonyms(); return e }

// Used consumes one of a grant's uses. Who and when stand beside it in the
// log; as which post, what and why stand here (征信业管理条例 22).
type Used struct {
	Items []string
	Why   string // what it was for, such as an application number
	Post  string // 岗位 of the person, as enrolled
	Name  []byte // hash of the person's name, as enrolled
}

// Evolve implements ledgerstate.Event.
func (e Used) Evolve(g Grant) Grant {
	g.Used++
	return g
}

// DigestEvent leaves out what comes from the certificate.
func (e Used) DigestEvent() any { e.Post, e.Name = "", nil; return e }

// Marker is the state of a revocation.
type Marker struct {
	Day     calendar.Date `json:"day"`
	Channel Channel       `json:"channel"`
	Reason  string        `json:"reason,omitempty"`
	Delete  bool          `json:"delete,omitempty"` // the recipient must also delete what it has (个人信息保护法 47)
}

// Revocations is where revocations are kept, each under a key of its own.
var Revocations = ledgerstate.NewKind[Marker](ledgerstate.Kind[Marker]{
	Code: "revocation", Collection: command.Intake.Name, Slots: 1, Keep: 4, Schema: 1,
	Zh: "授权撤回", En: "revocations",
}, Revoked{})

// Revoked ends a grant.
type Revoked struct{ Marker Marker }

// Evolve implements ledgerstate.Event.
func (e Revoked) Evolve(Marker) Marker { return e.Marker }

// MarkerRef names the revocation of a grant by a subject. Both are part of
// it, so nobody else's marker has an effect on the grant.
func MarkerRef(number, pseudonym string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: MarkerID(number, pseudonym), No: number + "/" + pseudonym}
}

var pageNames = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// MarkerID is where that revocation lives, derived so that a check finds it
// without looking anything up.
func MarkerID(number, pseudonym string) ledgerstate.ID {
	h := sha256.New()
	for _, part := range []string{"revocation", number, pseudonym} {
		var n [4]byte
		binary.BigEndian.PutUint32(n[:], uint32(len(part)))
		h.Write(n[:])
		h.Write([]byte(part))
	}
	return ledgerstate.ID{Page: pageNames.EncodeToString(h.Sum(nil)[:20])}
}

// RevokerOf is the pseudonym that a revocation's natural key ends with.
func RevokerOf(natural string) string { return natural[strings.LastIndexByte(natural, '/')+1:] }
