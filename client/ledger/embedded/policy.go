package embedded

import (
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// checkPolicies tells which endorsement policy a set of writes breaks, "" if
// none. Private writes follow their collection's policy, public writes the
// chaincode's; a namespace in which no policy was asked follows the
// chaincode's if it is the one that was called.
func checkPolicies(set rwset, called *namespace, endorsers []*organization) string {
	for _, name := range sorted(set) {
		if s := set[name]; s.ns != called && s.writesAnything() {
			if broken := s.checkPolicies(endorsers); broken != "" {
				return broken
			}
		}
	}
	return set.of(called).checkPolicies(endorsers)
}

func (s *nsSet) checkPolicies(endorsers []*organization) string {
	var parties []command.Party
	var names []string
	for _, o := range endorsers {
		names = append(names, o.MSP)
		if p := s.ns.party(o.Organization); p != "" {
			parties = append(parties, p)
		}
	}
	broken := func(what string, p command.Policy) string {
		return fmt.Sprintf("%s of %s needs the endorsement of %s, has %s", what, s.ns.name, policyText(p), strings.Join(names, ", "))
	}
	asked := false
	for _, name := range sorted(s.colls) {
		c := s.colls[name]
		if len(c.writes) == 0 {
			continue
		}
		asked = true
		if !c.coll.Endorse.SatisfiedBy(parties...) {
			return broken("collection "+name, c.coll.Endorse)
		}
	}
	if (len(s.writes) > 0 || !asked) && !command.PublicPolicy.SatisfiedBy(parties...) {
		return broken("public state", command.PublicPolicy)
	}
	return ""
}
