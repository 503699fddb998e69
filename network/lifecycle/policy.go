package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/msp"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"
)

// Policy says whose endorsement is needed: a leaf names an MSP, whose peers
// count; a node needs Need of Of.
type Policy struct {
	Need int
	Of   []Policy
	MSP  string
}

// String is the policy as Fabric's tools write it.
func (p Policy) String() string {
	if p.MSP != "" {
		return "'" + p.MSP + ".peer'"
	}
	of := make([]string, len(p.Of))
	for i, q := range p.Of {
		of[i] = q.String()
	}
	return fmt.Sprintf("OutOf(%d,%s)", p.Need, strings.Join(of, ","))
}

func (p Policy) check() error {
	if p.MSP != "" {
		if p.Need != 0 || len(p.Of) != 0 {
			return fmt.Errorf("policy leaf %s must not need or hold others", p.MSP)
		}
		return nil
	}
	if len(p.Of) == 0 {
		return fmt.Errorf("policy is empty (hint: name an MSP or Need of Of)")
	}
	if p.Need < 1 || p.Need > len(p.Of) {
		return fmt.Errorf("policy needs %d of %d, must be between 1 and %d", p.Need, len(p.Of), len(p.Of))
	}
	for _, q := range p.Of {
		if err := q.check(); err != nil {
			return err
		}
	}
	return nil
}

// msps lists the MSPs in a policy, each once, in order of appearance.
func (p Policy) msps() []string {
	if p.MSP != "" {
		return []string{p.MSP}
	}
	var all []string
	for _, q := range p.Of {
		for _, m := range q.msps() {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// envelope compiles a policy over peers.
func (p Policy) envelope() (*common.SignaturePolicyEnvelope, error) {
	if err := p.check(); err != nil {
		return nil, err
	}
	msps := p.msps()
	principals, err := principalsOf(msps, msp.MSPRole_PEER)
	if err != nil {
		return nil, err
	}
	return &common.SignaturePolicyEnvelope{Rule: p.rule(msps), Identities: principals}, nil
}

func (p Policy) rule(msps []string) *common.SignaturePolicy {
	if p.MSP != "" {
		return signedBy(slices.Index(msps, p.MSP))
	}
	rules := make([]*common.SignaturePolicy, len(p.Of))
	for i, q := range p.Of {
		rules[i] = q.rule(msps)
	}
	return outOf(p.Need, rules)
}

// membership is the policy that any member of the MSPs satisfies: it says who
// holds a collection.
func membership(msps []string) (*common.SignaturePolicyEnvelope, error) {
	principals, err := principalsOf(msps, msp.MSPRole_MEMBER)
	if err != nil {
		return nil, err
	}
	rules := make([]*common.SignaturePolicy, len(msps))
	for i := range msps {
		rules[i] = signedBy(i)
	}
	return &common.SignaturePolicyEnvelope{Rule: outOf(1, rules), Identities: principals}, nil
}

func signedBy(i int) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_SignedBy{SignedBy: int32(i)}}
}

func outOf(n int, rules []*common.SignaturePolicy) *common.SignaturePolicy {
	return &common.SignaturePolicy{Type: &common.SignaturePolicy_NOutOf_{
		NOutOf: &common.SignaturePolicy_NOutOf{N: int32(n), Rules: rules}}}
}

func principalsOf(msps []string, role msp.MSPRole_MSPRoleType) ([]*msp.MSPPrincipal, error) {
	principals := make([]*msp.MSPPrincipal, len(msps))
	for i, id := range msps {
		data, err := proto.Marshal(&msp.MSPRole{MspIdentifier: id, Role: role})
		if err != nil {
			return nil, fmt.Errorf("compile policy: %w", err)
		}
		principals[i] = &msp.MSPPrincipal{PrincipalClassification: msp.MSPPrincipal_ROLE, Principal: data}
	}
	return principals, nil
}

func applicationPolicy(p Policy) (*peer.ApplicationPolicy, error) {
	envelope, err := p.envelope()
	if err != nil {
		return nil, err
	}
	return &peer.ApplicationPolicy{Type: &peer.ApplicationPolicy_SignaturePolicy{SignaturePolicy: envelope}}, nil
}
