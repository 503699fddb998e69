package command

import "github.com/qingxinlian/qxl/chaincode/ledgerstate"

// FactsQuery asks for a part of a collection's values as they are stored.
type FactsQuery struct {
	After string `json:"after,omitempty"`
}

// FactsAnswer is a part of a collection's values, in the order of their keys.
type FactsAnswer struct {
	Facts []ledgerstate.Fact `json:"facts"`
	Next  string             `json:"next,omitempty"`
}

// factsBytes bounds an answer: gRPC carries it in one message.
const factsBytes = 2 << 20

// FactsQueries give the values of each collection of a chaincode, salts
// included, to its members' auditors and approvers. Whoever is handed them
// recomputes the public hashes of keys and values, so sees what was altered;
// and from the blocks which keys are live, so sees what was left out. A page
// shows its neighbours: packs are for authorities and auditors, never for a
// subject or another bank.
func FactsQueries(cc Chaincode) []QueryDefinition {
	var list []QueryDefinition
	for _, c := range cc.Collections() {
		var access []Allow
		for _, p := range c.Members {
			access = append(access, Allow{p, "auditor"}, Allow{p, "approver"})
		}
		list = append(list, Query[FactsQuery, FactsAnswer]{
			QuerySpec: QuerySpec{Name: "facts." + c.Name, Zh: "事实包:" + c.Zh, En: "fact pack of " + c.En, Access: access, Chaincode: cc, Collections: []Collection{c}},
			Answer: func(ctx *Context, q FactsQuery) (FactsAnswer, error) {
				facts, next, err := ctx.View.Facts(c.Name, q.After, factsBytes)
				return FactsAnswer{Facts: facts, Next: next}, err
			},
		})
	}
	return list
}
