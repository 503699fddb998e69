//go:build unsalted

package chaincode

import (
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/command"
)

// The control of the privacy test, in programs built with the tag unsalted
// only: a contract that writes a private value without a salt under a plain
// key, as the product never does. The test's search must find its hashes at
// nodes that are no members.
func init() {
	bookContracts = append(bookContracts, func() contractapi.ContractInterface {
		c := &careless{}
		c.Name = "unsalted"
		return c
	})
}

type careless struct{ contractapi.Contract }

// Write puts the transient field "value" under itself as key.
func (*careless) Write(ctx contractapi.TransactionContextInterface) error {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return err
	}
	return ctx.GetStub().PutPrivateData(command.Loan.Name, string(transient["value"]), transient["value"])
}
