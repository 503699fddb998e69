//go:build bench

package chaincode

import (
	"crypto/sha256"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
)

// Baselines for qxl bench, in programs built with the tag bench only: a
// contract that writes one private value and nothing else, and a rule that
// only copies a loan.
func init() {
	BookCommands = append(BookCommands, Copy)
	bookContracts = append(bookContracts, func() contractapi.ContractInterface {
		e := &empty{}
		e.Name = "bench"
		return e
	})
}

type empty struct{ contractapi.Contract }

// Write puts the transient field "value" under a key of the loan collection.
func (*empty) Write(ctx contractapi.TransactionContextInterface) error {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return err
	}
	key := sha256.Sum256(transient["seed"])
	return ctx.GetStub().PutPrivateData(command.Loan.Name, "B"+string(hexOf(key[:16])), transient["value"])
}

func hexOf(b []byte) []byte {
	const digits = "0123456789abcdef"
	out := make([]byte, 0, 2*len(b))
	for _, c := range b {
		out = append(out, digits[c>>4], digits[c&15])
	}
	return out
}

// CopyContent names a loan.
type CopyContent struct {
	command.Head
	Loan ledgerstate.Ref `json:"loan"`
}

// Copy reads a loan and writes it back.
var Copy = command.Command[CopyContent]{
	Spec: command.Spec{Name: "bench.Copy", Zh: "基准", En: "write a loan back as it is", Lane: command.LoanLane,
		Access: []command.Allow{{Party: command.Bank, Role: "officer"}}},
	Wants: func(c CopyContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: loan.Kind, Ref: c.Loan}} },
	Decide: func(ctx *command.Context, c CopyContent) ([]ledgerstate.Change, error) {
		if _, err := loan.Kind.Get(ctx.View, "loan", c.Loan); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{loan.Kind.Rewrite(c.Loan)}, nil
	},
}
