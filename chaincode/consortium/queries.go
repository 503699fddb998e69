package consortium

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Queries of the room.
var Queries = []command.QueryDefinition{Show, Digest}

// Everyone are all whom the consortium knows: what is public may be read by
// each.
var Everyone = func() []command.Allow {
	list := []command.Allow{{Party: command.Subject, Role: "subject"}, {Party: command.Provider, Role: "provider"}}
	for _, p := range []command.Party{command.Commission, command.CentralBank, command.Finance, command.Bank, command.Audit} {
		for _, r := range []string{"officer", "reviewer", "approver", "operator", "auditor"} {
			list = append(list, command.Allow{Party: p, Role: r})
		}
	}
	return list
}()

// ShowQuery has no content.
type ShowQuery struct{}

// Show 联盟公共信息: members, the open day, the tables, what is pending.
var Show = command.Query[ShowQuery, *Tables]{
	QuerySpec: command.QuerySpec{Name: "consortium.Show", Zh: "联盟公共信息", En: "members, open day, reference tables", Access: Everyone, Chaincode: command.Commons},
	Answer:    func(ctx *command.Context, _ ShowQuery) (*Tables, error) { return Of(ctx), nil },
}

// Digest is the consortium's part of the state digest.
var Digest = command.Query[command.ExportQuery, command.ExportAnswer]{
	QuerySpec: command.QuerySpec{Name: "digest.consortium", Zh: "状态摘要:联盟", En: "state digest of the consortium", Access: Everyone, Chaincode: command.Commons},
	Answer: func(ctx *command.Context, _ command.ExportQuery) (command.ExportAnswer, error) {
		r, err := Kind.Get(ctx.View, "consortium", Ref)
		if err != nil {
			return command.ExportAnswer{}, err
		}
		d, err := command.DigestOf(ctx.View, Kind, Ref.ID, r)
		return command.ExportAnswer{Aggregates: []command.AggregateDigest{{Natural: r.Natural, Digest: d}}}, err
	},
}

// packed is the contract "reference": commons hands its tables to the books.
type packed struct{ contractapi.Contract }

// Packed gives the stored value as it is; or command.SameTables to who knows
// it already and names its SHA-256 in hex. Both read the same key, so a
// transaction depends on the tables either way.
func (*packed) Packed(ctx contractapi.TransactionContextInterface, known string) (string, error) {
	raw, err := ctx.GetStub().GetState(command.ReferenceKey)
	if err != nil {
		return "", err
	}
	if sum := sha256.Sum256(raw); known == hex.EncodeToString(sum[:]) {
		return command.SameTables, nil
	}
	return string(raw), nil
}

// Reference is the contract "reference" of commons.
func Reference() contractapi.ContractInterface {
	p := &packed{}
	p.Name = "reference"
	return p
}

// setup is the contract "setup" of both chaincodes: it opens a book for its
// bank and gives each collection its secret, one transaction per collection,
// since a transient map goes to all its endorsers.
type setup struct {
	contractapi.Contract
	env *command.Environment
}

// Setup is the contract "setup".
func Setup(env *command.Environment) contractapi.ContractInterface {
	s := &setup{env: env}
	s.Name = "setup"
	return s
}

var operator = []command.Allow{{Party: command.Commission, Role: "operator"}}

// Open names the bank whose book this is, once.
func (s *setup) Open(tx contractapi.TransactionContextInterface, bank string) error {
	ctx, err := s.env.Open(tx.GetStub(), operator)
	if err != nil {
		return err
	}
	if s.env.Chaincode != command.Book {
		return ledgerstate.Errorf("NO_BOOK", "%s is no bank's book", s.env.Chaincode)
	}
	if ctx.Owner != "" {
		return ledgerstate.Errorf("BOOK_EXISTS", "the book belongs to %s already", ctx.Owner)
	}
	if p, ok := ctx.Reference.Party(bank); !ok || p != command.Bank {
		return ledgerstate.Errorf("NO_BANK", "%.40q is no bank of the consortium", bank)
	}
	raw, err := command.EncodeOwner(bank)
	if err != nil {
		return err
	}
	return tx.GetStub().PutState(command.OwnerKey, raw)
}

// Secret gives a collection its secret, once; it comes in the transient
// field "secret".
func (s *setup) Secret(tx contractapi.TransactionContextInterface, collection string) error {
	ctx, err := s.env.Open(tx.GetStub(), operator)
	if err != nil {
		return err
	}
	if s.env.Chaincode == command.Book && ctx.Owner == "" {
		return ledgerstate.Errorf("BOOK_NOT_OPEN", "the book has no owner yet")
	}
	for _, c := range s.env.Chaincode.Collections() {
		if c.Name != collection {
			continue
		}
		if err := s.env.Member(ctx, c); err != nil {
			return err
		}
		if err := ctx.PlaceSecret(c.Name, ctx.Transient("secret")); err != nil {
			return err
		}
		if opened := s.env.Opened[c.Name]; opened != nil {
			if err := opened(ctx.View); err != nil {
				return err
			}
		}
		_, err := ctx.Flush()
		return err
	}
	return ledgerstate.Errorf("UNKNOWN_COLLECTION", "%s has no collection %.20q", s.env.Chaincode, collection)
}
