package command

import (
	"bytes"
	"encoding/json"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// QuerySpec says what a query is.
type QuerySpec struct {
	Name        string // "loan.Show"
	Zh, En      string
	Access      []Allow
	Chaincode   Chaincode
	Collections []Collection // whose members may be asked; none for public state
}

// Query is a question with content Q and answer R, in JSON both. It writes
// nothing, and its content travels in the transient field "query". It must be
// evaluated, never submitted: a chaincode cannot tell the two apart, and a
// submitted query's answer would stand in a block. Our clients only evaluate.
type Query[Q, R any] struct {
	QuerySpec
	Answer func(*Context, Q) (R, error)
}

// QueryDefinition is a query whatever its content.
type QueryDefinition interface {
	DescribeQuery() QuerySpec
	// NewQuery gives a pointer to an empty content, for flags.
	NewQuery() any
	Contract(*Environment) contractapi.ContractInterface
}

// DescribeQuery implements QueryDefinition.
func (q Query[Q, R]) DescribeQuery() QuerySpec { return q.QuerySpec }

// NewQuery implements QueryDefinition.
func (q Query[Q, R]) NewQuery() any { return new(Q) }

type asking struct {
	contractapi.Contract
	ask func(contractapi.TransactionContextInterface) (string, error)
}

// Ask answers the query.
func (a *asking) Ask(ctx contractapi.TransactionContextInterface) (string, error) { return a.ask(ctx) }

// Contract implements QueryDefinition.
func (q Query[Q, R]) Contract(env *Environment) contractapi.ContractInterface {
	a := &asking{ask: func(tx contractapi.TransactionContextInterface) (string, error) {
		stub := tx.GetStub()
		ctx, err := env.open(stub, false)
		if err != nil {
			return "", err
		}
		if ctx.Reference == nil {
			return "", ledgerstate.Errorf("NOT_FOUNDED", "the consortium has not been founded yet")
		}
		if len(q.Collections) > 0 { // public state is every member's to read, and asking leaves no trace
			if err := env.bound(ctx); err != nil {
				return "", asError(err)
			}
		}
		if r := env.admit(ctx, Spec{Access: q.Access}); r != nil {
			return "", asError(r)
		}
		if err := env.member(ctx, q.Collections); err != nil {
			return "", err
		}
		var content Q
		if raw := ctx.Transient("query"); len(raw) > 0 {
			dec := json.NewDecoder(bytes.NewReader(raw))
			dec.DisallowUnknownFields()
			if err := dec.Decode(&content); err != nil {
				return "", ledgerstate.Errorf("MALFORMED", "transient field %q cannot be read: %v", "query", err)
			}
		}
		answer, err := q.Answer(ctx, content)
		if err != nil {
			return "", asError(err)
		}
		raw, err := json.Marshal(answer)
		return string(raw), err
	}}
	a.Name = q.Name
	return a
}

// asError gives a refusal the form that clients read a code from. It goes to
// the caller alone: queries are not recorded.
func asError(err error) error {
	if r, ok := refusal.As(err); ok {
		body, _ := json.Marshal(r)
		return ledgerstate.Errorf(r.Code, "%s", body)
	}
	return err
}

// receiptQuery asks what became of a transaction's commands.
type receiptQuery struct {
	Lane string `json:"lane"`
	TxID string `json:"tx"`
}

// ReceiptAnswer is what became of a transaction.
type ReceiptAnswer struct {
	Found   bool     `json:"found"`
	Actor   *Actor   `json:"actor,omitempty"`
	Results []Result `json:"results,omitempty"`
}

// ReceiptQueries give the receipts of each lane of a chaincode to the
// members of its collection.
func ReceiptQueries(cc Chaincode) []QueryDefinition {
	roles := []string{"officer", "reviewer", "approver", "operator", "auditor"}
	var list []QueryDefinition
	for _, lane := range append(Book.Lanes(), Commons.Lanes()...) {
		at, collections := lane.Receipts()
		if at != cc {
			continue
		}
		var access []Allow
		parties := []Party{Commission, CentralBank, Finance, Bank, Audit}
		if len(collections) > 0 {
			parties = collections[0].Members
		}
		access = append(access, Allow{Subject, "subject"}, Allow{Provider, "provider"})
		for _, p := range parties {
			for _, r := range roles {
				access = append(access, Allow{p, r})
			}
		}
		if lane.Name == FundLane.Name { // banks bid there, and hold nothing of it
			access = append(access, Allow{Bank, "officer"}, Allow{Bank, "approver"})
		}
		collection := ""
		if len(collections) > 0 {
			collection = collections[0].Name
		}
		list = append(list, Query[receiptQuery, ReceiptAnswer]{
			QuerySpec: QuerySpec{Name: "receipt." + lane.Name, Zh: "交易回执", En: "outcomes of a transaction's commands", Access: access, Chaincode: cc, Collections: collections},
			Answer: func(ctx *Context, q receiptQuery) (ReceiptAnswer, error) {
				var r Receipt
				found, err := ctx.GetReceipt(collection, q.TxID, &r)
				if err != nil || !found {
					return ReceiptAnswer{}, err
				}
				own := bytes.Equal(r.Actor.Fingerprint, ctx.Actor.Fingerprint)
				p := ctx.Actor.Party
				guest := p == Subject || p == Provider || p == Bank && lane.Name == FundLane.Name
				if guest && !own {
					return ReceiptAnswer{}, AccessDenied.At("tx", nil, nil)
				}
				return ReceiptAnswer{Found: true, Actor: &r.Actor, Results: r.Results()}, nil
			},
		})
	}
	return list
}
