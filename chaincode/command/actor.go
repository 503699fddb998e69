package command

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/pkg/attrmgr"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Actor is who submits: the organization's MSP first, the person's
// attributes second. It is recorded without a name: post and hashes only.
type Actor struct {
	MSP         string
	Party       Party // "" for an organization that has no part in this chaincode
	Roles       []string
	Post        string // 岗位, as enrolled
	NameHash    []byte // SHA-256 of the certificate's subject
	Fingerprint []byte // SHA-256 of the certificate
	Pseudonym   string // of a subject

	book string // the one chaincode a subject's certificate is for; in no receipt
}

// By is the short form kept with every event.
func (a Actor) By() []byte { return a.Fingerprint[:8] }

// FingerprintHex is the form that people and member tables use.
func (a Actor) FingerprintHex() string { return hex.EncodeToString(a.Fingerprint) }

// Has reports whether the certificate carries the role.
func (a Actor) Has(role string) bool {
	for _, r := range a.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// ReadActor reads a creator as Fabric serializes it.
func ReadActor(creator []byte) (Actor, error) {
	var id msp.SerializedIdentity
	if err := proto.Unmarshal(creator, &id); err != nil {
		return Actor{}, ledgerstate.Errorf("IDENTITY_UNREADABLE", "the creator is no serialized identity")
	}
	block, _ := pem.Decode(id.IdBytes)
	if block == nil {
		return Actor{}, ledgerstate.Errorf("IDENTITY_UNREADABLE", "the creator of %s holds no certificate", id.Mspid)
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return Actor{}, ledgerstate.Errorf("IDENTITY_UNREADABLE", "the certificate of %s cannot be read", id.Mspid)
	}
	name := sha256.Sum256(cert.RawSubject)
	print := sha256.Sum256(cert.Raw)
	a := Actor{MSP: id.Mspid, NameHash: name[:16], Fingerprint: print[:]}
	attrs, err := attrmgr.New().GetAttributesFromCert(cert)
	if err != nil {
		return Actor{}, ledgerstate.Errorf("IDENTITY_UNREADABLE", "the attributes of %s's certificate cannot be read", id.Mspid)
	}
	if v, ok, _ := attrs.Value("role"); ok && v != "" {
		a.Roles = strings.Split(v, ",")
	}
	a.Post, _, _ = attrs.Value("post")
	a.Pseudonym, _, _ = attrs.Value("pseudonym")
	a.book, _, _ = attrs.Value("book")
	return a, nil
}

// Allow is one cell of an access line: organization kind first, role second.
type Allow struct {
	Party Party
	Role  string
}

func (a Allow) String() string { return string(a.Party) + "/" + a.Role }

func allowed(access []Allow, a Actor) bool {
	for _, x := range access {
		if x.Party == a.Party && a.Has(x.Role) {
			return true
		}
	}
	return false
}

func partyAllowed(access []Allow, p Party) bool {
	for _, x := range access {
		if x.Party == p {
			return true
		}
	}
	return false
}

// actorText is an actor as people and clients read it: hashes in hex.
type actorText struct {
	MSP         string   `json:"msp"`
	Party       Party    `json:"party"`
	Roles       []string `json:"roles"`
	Post        string   `json:"post,omitempty"`
	NameHash    string   `json:"name_hash"`
	Fingerprint string   `json:"fingerprint"`
}

// MarshalJSON shows hashes as hex.
func (a Actor) MarshalJSON() ([]byte, error) {
	return json.Marshal(actorText{a.MSP, a.Party, a.Roles, a.Post, hex.EncodeToString(a.NameHash), hex.EncodeToString(a.Fingerprint)})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (a *Actor) UnmarshalJSON(raw []byte) error {
	var t actorText
	if err := json.Unmarshal(raw, &t); err != nil {
		return err
	}
	name, err := hex.DecodeString(t.NameHash)
	if err != nil {
		return err
	}
	print, err := hex.DecodeString(t.Fingerprint)
	if err != nil {
		return err
	}
	*a = Actor{MSP: t.MSP, Party: t.Party, Roles: t.Roles, Post: t.Post, NameHash: name, Fingerprint: print}
	return nil
}
