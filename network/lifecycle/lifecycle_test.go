package lifecycle

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-admin-sdk/pkg/chaincode"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

func leaf(msp string) Policy { return Policy{MSP: msp} }

func of(need int, p ...Policy) Policy { return Policy{Need: need, Of: p} }

// TestPolicyIsWhatFabricReads compares with the compiler of fabric-admin-sdk,
// which reads the text form.
func TestPolicyIsWhatFabricReads(t *testing.T) {
	loan := of(2, leaf("BankAMSP"), of(1, leaf("CommissionMSP"), leaf("CentralBankMSP"), leaf("FinanceMSP")))
	cases := map[string]Policy{
		"OutOf(1,'AMSP.peer')": of(1, leaf("AMSP")),
		"OutOf(2,'BankAMSP.peer',OutOf(1,'CommissionMSP.peer','CentralBankMSP.peer','FinanceMSP.peer'))": loan,
		"OutOf(2,'AMSP.peer','BMSP.peer','CMSP.peer')":                                                   of(2, leaf("AMSP"), leaf("BMSP"), leaf("CMSP")),
		"OutOf(2,OutOf(1,'AMSP.peer','BMSP.peer'),OutOf(1,'BMSP.peer','AMSP.peer'))":                     of(2, of(1, leaf("AMSP"), leaf("BMSP")), of(1, leaf("BMSP"), leaf("AMSP"))),
	}
	for text, p := range cases {
		require.Equal(t, text, p.String())
		ours, err := applicationPolicy(p)
		require.NoError(t, err)
		theirs, err := chaincode.NewApplicationPolicy(text, "")
		require.NoError(t, err)
		// They number the principals in another order, which means nothing.
		want, err := chaincode.SignaturePolicyEnvelopeToString(theirs.GetSignaturePolicy())
		require.NoError(t, err)
		got, err := chaincode.SignaturePolicyEnvelopeToString(ours.GetSignaturePolicy())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestWrongPolicies(t *testing.T) {
	for want, p := range map[string]Policy{
		"policy is empty (hint: name an MSP or Need of Of)": {},
		"policy needs 3 of 2, must be between 1 and 2":      of(3, leaf("A"), leaf("B")),
		"policy needs 0 of 1, must be between 1 and 1":      of(0, leaf("A")),
		"policy leaf A must not need or hold others":        {MSP: "A", Need: 1},
		"policy needs 2 of 1, must be between 1 and 1":      of(1, of(2, leaf("A"))),
	} {
		_, err := p.envelope()
		require.EqualError(t, err, want)
	}
}

// satisfied is what a policy means.
func satisfied(p Policy, signed map[string]bool) bool {
	if p.MSP != "" {
		return signed[p.MSP]
	}
	n := 0
	for _, q := range p.Of {
		if satisfied(q, signed) {
			n++
		}
	}
	return n >= p.Need
}

// evaluate is what Fabric makes of a compiled policy.
func evaluate(r *common.SignaturePolicy, signed []bool) bool {
	if n := r.GetNOutOf(); n != nil {
		count := int32(0)
		for _, q := range n.Rules {
			if evaluate(q, signed) {
				count++
			}
		}
		return count >= n.N
	}
	return signed[r.GetSignedBy()]
}

// TestPolicyMeansTheSame: for any policy and any set of signers, the compiled
// policy is satisfied exactly when the policy is.
func TestPolicyMeansTheSame(t *testing.T) {
	msps := []string{"A", "B", "C", "D", "E"}
	var gen func(depth int) *rapid.Generator[Policy]
	gen = func(depth int) *rapid.Generator[Policy] {
		return rapid.Custom(func(t *rapid.T) Policy {
			if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
				return leaf(rapid.SampledFrom(msps).Draw(t, "msp"))
			}
			parts := rapid.SliceOfN(gen(depth-1), 1, 4).Draw(t, "of")
			return of(rapid.IntRange(1, len(parts)).Draw(t, "need"), parts...)
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		p := gen(3).Draw(t, "policy")
		envelope, err := p.envelope()
		require.NoError(t, err)
		order := p.msps()
		for set := range 1 << len(msps) {
			signed := map[string]bool{}
			for i, m := range msps {
				signed[m] = set>>i&1 == 1
			}
			flags := make([]bool, len(order))
			for i, m := range order {
				flags[i] = signed[m]
			}
			require.Equal(t, satisfied(p, signed), evaluate(envelope.Rule, flags), "%s by %v", p, signed)
		}
	})
}

func loanCollection() Collection {
	return Collection{Name: "loan", Members: []string{"BankAMSP", "CommissionMSP"}, Endorsement: of(2, leaf("BankAMSP"), leaf("CommissionMSP"))}
}

func TestDefinition(t *testing.T) {
	d := Definition{Name: "book-banka", Package: "book", Policy: of(1, leaf("CommissionMSP")), Collections: []Collection{loanCollection()}}
	c, err := compile(d)
	require.NoError(t, err)
	got := c.collections.Config[0].GetStaticCollectionConfig()
	require.Equal(t, "loan", got.Name)
	require.False(t, got.MemberOnlyRead)
	require.False(t, got.MemberOnlyWrite)
	require.EqualValues(t, 0, got.MaximumPeerCount)
	members, err := chaincode.NewApplicationPolicy("OutOf(1,'BankAMSP.member','CommissionMSP.member')", "")
	require.NoError(t, err)
	require.True(t, proto.Equal(members.GetSignaturePolicy(), got.MemberOrgsPolicy.GetSignaturePolicy()))

	policy, err := proto.Marshal(c.policy)
	require.NoError(t, err)
	require.True(t, c.same(policy, c.collections), "what was committed is recognized")
	d.Collections[0].MaxPeers = 1
	changed, err := compile(d)
	require.NoError(t, err)
	require.False(t, changed.same(policy, c.collections), "a changed collection is not")
	d.Policy = of(1, leaf("FinanceMSP"))
	changed, err = compile(d)
	require.NoError(t, err)
	require.False(t, changed.same(policy, changed.collections), "a changed policy is not")
}

// A policy that is the chaincode's own is not repeated: Fabric falls back to it.
func TestTheChaincodesPolicyIsNotRepeated(t *testing.T) {
	own, same := loanCollection(), loanCollection()
	same.Name, same.Endorsement = "comp", of(1, leaf("CommissionMSP"))
	c, err := compile(Definition{Name: "book-banka", Package: "book", Policy: of(1, leaf("CommissionMSP")), Collections: []Collection{own, same}})
	require.NoError(t, err)
	require.NotNil(t, c.collections.Config[0].GetStaticCollectionConfig().EndorsementPolicy)
	require.Nil(t, c.collections.Config[1].GetStaticCollectionConfig().EndorsementPolicy)
}

func TestWrongDefinitions(t *testing.T) {
	base := func() Definition {
		return Definition{Name: "book-a", Package: "book", Policy: of(1, leaf("A")), Collections: []Collection{loanCollection()}}
	}
	for want, spoil := range map[string]func(*Definition){
		`chaincode definition Book A: name "Book A" must match ^[a-z0-9]+([_-][a-z0-9]+)*$`:                         func(d *Definition) { d.Name = "Book A" },
		"chaincode definition book-a: collection loan: is there twice":                                              func(d *Definition) { d.Collections = append(d.Collections, d.Collections[0]) },
		"chaincode definition book-a: collection loan: needs a name and members":                                    func(d *Definition) { d.Collections[0].Members = nil },
		"chaincode definition book-a: collection loan: required peers 2 and max peers 1: need 0 <= required <= max": func(d *Definition) { d.Collections[0].RequiredPeers, d.Collections[0].MaxPeers = 2, 1 },
		"chaincode definition book-a: policy is empty (hint: name an MSP or Need of Of)":                            func(d *Definition) { d.Policy = Policy{} },
		"chaincode definition book-a: collection loan: policy is empty (hint: name an MSP or Need of Of)":           func(d *Definition) { d.Collections[0].Endorsement = Policy{} },
	} {
		d := base()
		spoil(&d)
		_, err := compile(d)
		require.EqualError(t, err, want)
	}
}

func TestPackageIsReproducible(t *testing.T) {
	c := Connection{Address: "127.0.0.1:7104", Timeout: "10s", TLS: true, ClientAuth: true, ClientKey: "k", ClientCert: "c", RootCert: "r"}
	p, err := Pack("book", c)
	require.NoError(t, err)
	again, err := Pack("book", c)
	require.NoError(t, err)
	require.Equal(t, p, again)
	// The very bytes, so that no release of ours or of Go changes an ID unseen.
	require.Equal(t, "book:9478825d", p.ID[:13])
	require.Equal(t, chaincode.GetPackageID("book", p.Bytes), p.ID, "as Fabric counts it")

	other, err := Pack("commons", c)
	require.NoError(t, err)
	require.NotEqual(t, p.ID, other.ID)
	c.Address = "127.0.0.1:7105"
	moved, err := Pack("book", c)
	require.NoError(t, err)
	require.NotEqual(t, p.ID, moved.ID)
}

func TestPackageHoldsWhatAPeerExpects(t *testing.T) {
	p, err := Pack("book", Connection{Address: "127.0.0.1:1", TLS: true, RootCert: "root"})
	require.NoError(t, err)
	metadata, code, err := chaincode.ParseChaincodePackage(p.Bytes)
	require.NoError(t, err)
	require.Equal(t, "ccaas", metadata.Type)
	require.Equal(t, "book", metadata.Label)
	z, err := gzip.NewReader(bytes.NewReader(code))
	require.NoError(t, err)
	r := tar.NewReader(z)
	h, err := r.Next()
	require.NoError(t, err)
	require.Equal(t, "connection.json", h.Name)
	require.True(t, h.ModTime.Unix() == 0 && h.Uid == 0 && h.Uname == "")
	data, err := io.ReadAll(r)
	require.NoError(t, err)
	var c Connection
	require.NoError(t, json.Unmarshal(data, &c))
	require.Equal(t, "root", c.RootCert)
	require.NoError(t, chaincode.ValidateLabel(p.Label))
	require.True(t, strings.HasPrefix(p.ID, "book:"))
}
