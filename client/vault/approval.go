package vault

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/qingxinlian/qxl/client/vault/keys"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Request is an erasure as two people approve it. It names the subject by
// what only this vault can resolve.
type Request struct {
	Format       string  `json:"format"`
	Organization string  `json:"organization"`
	Log          string  `json:"log"`
	Subject      keys.ID `json:"subject"`
	Key          keys.ID `json:"key"` // the wrapping key that will be destroyed
	// Whole: all records, and the subject's keys with them. Else those whose
	// subject sequence numbers lie from First to Last.
	Whole bool   `json:"whole"`
	First uint64 `json:"first,omitempty"`
	Last  uint64 `json:"last,omitempty"`
	Basis string `json:"basis"`   // code of the legal basis, "pipl-47"
	No    string `json:"request"` // number of the request or of the timer behind it; goes into the log
	Made  string `json:"made"`    // RFC 3339
}

const (
	requestFormat  = "qxl-erasure-request/1"
	approvalFormat = "qxl-erasure-approval/1"
)

// Legal bases of an erasure that the program knows; a log takes any code.
var Bases = map[string]string{
	"pipl-47":   "个人信息保护法第四十七条 the subject's right to deletion",
	"credit-16": "征信业管理条例第十六条 five years after the end of the event",
	"court":     "法院裁判 order of a court",
}

// Role is what somebody's signature under a request means.
type Role string

// The two roles; two different people hold them.
const (
	Requester Role = "requester" // 申请人
	Approver  Role = "approver"  // 批准人: the certificate says approver too
)

// Approval is a request with one signature under it: a file.
type Approval struct {
	Format      string `json:"format"`
	Request     string `json:"request"` // the request's JSON, to the byte as it is signed
	Role        Role   `json:"role"`
	Person      string `json:"person"` // ORG/USER
	SignedAt    string `json:"signed_at"`
	Certificate string `json:"certificate"` // PEM
	Signature   []byte `json:"signature"`   // ECDSA, ASN.1, over SHA-256
}

// signed is what the signature is over.
func (a Approval) signed() []byte {
	sum := sha256.Sum256(fmt.Appendf(nil, "qxl erasure approval 1\n%s\n%s\n%s\n%s", a.Role, a.Person, a.SignedAt, a.Request))
	return sum[:]
}

// Sign puts a person's signature under a request.
func Sign(request string, role Role, p *wallet.Person, now time.Time) (Approval, error) {
	if _, err := parseRequest(request); err != nil {
		return Approval{}, err
	}
	a := Approval{Format: approvalFormat, Request: request, Role: role, Person: p.Name(), SignedAt: now.UTC().Format(time.RFC3339), Certificate: string(p.CertPEM)}
	if err := role.mayBe(p.Roles(), a.Person); err != nil {
		return Approval{}, err
	}
	var err error
	a.Signature, err = p.Signer.Sign(rand.Reader, a.signed(), crypto.SHA256)
	return a, err
}

func (r Role) mayBe(roles []string, person string) error {
	switch {
	case r != Requester && r != Approver:
		return refused("role", "requester, approver", string(r), "签署身份不对", "no such role under a request", "")
	case r == Approver && !slices.Contains(roles, string(Approver)):
		return refused("role", "approver", person+": "+strings.Join(roles, ","), "批准人的证书没有批准权限", "the certificate of who approves does not say approver", "have an approver sign")
	case len(roles) == 0 || slices.Contains(roles, wallet.RoleSubject):
		return refused("role", "officer, reviewer, approver, operator", person+": "+strings.Join(roles, ","), "此人不能申请删除", "this person cannot request an erasure", "")
	}
	return nil
}

// RefusedError: an erasure is not approved as the rules ask.
type RefusedError struct {
	Field, Limit, Value string
	Zh, En, Hint        string
}

func (e *RefusedError) Error() string { return fmt.Sprintf("%s: %s", e.Field, e.En) }

func refused(field, limit, value, zh, en, hint string) error {
	return &RefusedError{Field: field, Limit: limit, Value: value, Zh: zh, En: en, Hint: hint}
}

// Encode writes the request in the one form that is signed.
func (r Request) Encode() (string, error) {
	raw, err := json.Marshal(r)
	return string(raw), err
}

func parseRequest(text string) (r Request, err error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&r); err != nil {
		return r, &InvalidError{Field: "request", Zh: "删除申请无法读取", En: "not an erasure request: " + err.Error()}
	}
	if again, err := r.Encode(); err != nil || again != text {
		return r, &InvalidError{Field: "request", Zh: "删除申请写法不对", En: "not written as requests are"}
	}
	if r.Format != requestFormat {
		return r, &InvalidError{Field: "format", Limit: requestFormat, Value: r.Format, Zh: "删除申请的版本不对", En: "another version of an erasure request"}
	}
	if r.Whole != (r.First == 0 && r.Last == 0) || r.First > r.Last || (!r.Whole && r.First == 0) {
		return r, &InvalidError{Field: "first", Limit: "1..last, or the whole", Value: fmt.Sprint(r.First), Zh: "删除范围不对", En: "the range of records is empty"}
	}
	return r, nil
}

// ParseApproval reads an approval file.
func ParseApproval(raw []byte) (a Approval, err error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&a); err != nil {
		return a, &InvalidError{Field: "approval", Zh: "批准文件无法读取", En: "not an approval file: " + err.Error(), Hint: "qxl vault approve makes one"}
	}
	if a.Format != approvalFormat {
		return a, &InvalidError{Field: "format", Limit: approvalFormat, Value: a.Format, Zh: "批准文件的版本不对", En: "another version of an approval file"}
	}
	_, err = parseRequest(a.Request)
	return a, err
}

// signer checks one approval: certificate of the organization, in force,
// with the role, the signature over just this.
func (a Approval) signer(org string, roots []*x509.Certificate, now time.Time) (*x509.Certificate, string, error) {
	cert, err := wallet.ParseCertificate([]byte(a.Certificate))
	if err != nil {
		return nil, "", &InvalidError{Field: "certificate", Value: a.Person, Zh: "批准文件中的证书无法读取", En: err.Error()}
	}
	issued := slices.ContainsFunc(roots, func(root *x509.Certificate) bool { return cert.CheckSignatureFrom(root) == nil })
	attrs, err := wallet.Attributes(cert)
	if err != nil {
		return nil, "", &InvalidError{Field: "certificate", Value: a.Person, Zh: "批准文件中的证书无法读取", En: err.Error()}
	}
	user := attrs[wallet.AttrUser]
	pub, isECDSA := cert.PublicKey.(*ecdsa.PublicKey)
	switch {
	case !issued:
		return nil, "", refused("certificate", org, cert.Issuer.CommonName, "证书不是本机构签发", "the certificate was not issued by the authority of "+org, "two people of the vault's organization approve")
	case user == "" || a.Person != org+"/"+user:
		return nil, "", refused("person", org+"/"+user, a.Person, "签署人与证书不符", "the person is not the one of the certificate", "")
	case now.Before(cert.NotBefore) || now.After(cert.NotAfter):
		return nil, "", refused("certificate", cert.NotAfter.UTC().Format(time.DateOnly), now.UTC().Format(time.DateOnly), "证书不在有效期内", "the certificate of "+a.Person+" is not in force", "have it renewed and sign again")
	case !isECDSA || !ecdsa.VerifyASN1(pub, a.signed(), a.Signature):
		return nil, "", refused("signature", "", a.Person, "签名不符：文件被改动或不是此人所签", "the signature does not fit: the file was changed, or somebody else signed", "have "+a.Person+" approve again")
	}
	roles := strings.FieldsFunc(attrs[wallet.AttrRole], func(r rune) bool { return r == ',' || r == ' ' })
	return cert, user, a.Role.mayBe(roles, a.Person)
}

// approved checks that a requester and an approver, two people, signed one
// and the same request, and gives it with their certificates' fingerprints.
func (v *Vault) approved(approvals []Approval, roots []*x509.Certificate) (Request, [][32]byte, error) {
	if len(approvals) != 2 {
		return Request{}, nil, refused("approval", "2", fmt.Sprint(len(approvals)), "删除须由两人签署", "an erasure takes two signatures: of who requests and of who approves", "qxl vault approve makes each of them")
	}
	a, b := approvals[0], approvals[1]
	if a.Role == Approver {
		a, b = b, a
	}
	if a.Role != Requester || b.Role != Approver {
		return Request{}, nil, refused("role", "requester, approver", string(a.Role)+", "+string(b.Role), "须一人申请、一人批准", "one requests and one approves", "")
	}
	if a.Request != b.Request {
		return Request{}, nil, refused("request", "", "", "两份文件不是同一申请", "the two signed different requests", "approve the requester's file: qxl vault approve --of FILE")
	}
	first, userA, err := a.signer(v.Organization, roots, v.now())
	if err != nil {
		return Request{}, nil, err
	}
	second, userB, err := b.signer(v.Organization, roots, v.now())
	if err != nil {
		return Request{}, nil, err
	}
	if userA == userB || bytes.Equal(first.RawSubjectPublicKeyInfo, second.RawSubjectPublicKeyInfo) {
		return Request{}, nil, refused("person", "two people", b.Person, "申请人不得批准自己的申请", "who requests does not approve", "have another person approve")
	}
	r, err := parseRequest(a.Request)
	if err == nil && r.Organization != v.Organization {
		err = refused("organization", v.Organization, r.Organization, "申请属于另一机构", "the request is another organization's", "")
	}
	return r, [][32]byte{sha256.Sum256(first.Raw), sha256.Sum256(second.Raw)}, err
}
