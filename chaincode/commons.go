package chaincode

import (
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// CommonsCommands are the commands of commons, room by room.
var CommonsCommands = join(consortium.Commands, authorization.OtherCommands, registry.Commands, fund.Commands, evidence.Commands, disclosure.OtherCommands)

// CommonsQueries are the queries of commons.
var CommonsQueries = joinQueries(consortium.Queries, authorization.OtherQueries, registry.Queries, fund.Queries, evidence.Queries, disclosure.OtherQueries, command.ReceiptQueries(command.Commons), command.FactsQueries(command.Commons))

func init() { registry.PoolFrozen = fund.Frozen }

// New makes the chaincode of an organization's process. The clock can only
// withhold an endorsement.
func New(kind command.Chaincode, msp string, clock func() time.Time) (shim.Chaincode, error) {
	env := &command.Environment{Chaincode: kind, MSP: msp, Clock: clock, DecodeReference: consortium.Decode}
	if kind == command.Commons {
		env.Current = consortium.Current
		env.Opened = map[string]func(*ledgerstate.View) error{command.Registry.Name: registry.Found}
		return command.NewChaincode(env, CommonsCommands, CommonsQueries, consortium.Reference(), consortium.Setup(env))
	}
	env.Questions = BookQuestions
	contracts := []contractapi.ContractInterface{consortium.Setup(env)}
	for _, c := range bookContracts {
		contracts = append(contracts, c())
	}
	return command.NewChaincode(env, join(BookCommands, jointCommands()), BookQueries, contracts...)
}

// jointCommands are those of commons that have a part in a book.
func jointCommands() []command.Definition {
	var list []command.Definition
	for _, d := range CommonsCommands {
		if d.Describe().Lane.Joint() {
			list = append(list, d)
		}
	}
	return list
}

// bookContracts are contracts besides the rooms'; test builds add theirs.
var bookContracts []func() contractapi.ContractInterface

func join(rooms ...[]command.Definition) []command.Definition {
	var all []command.Definition
	for _, r := range rooms {
		all = append(all, r...)
	}
	return all
}

func joinQueries(rooms ...[]command.QueryDefinition) []command.QueryDefinition {
	var all []command.QueryDefinition
	for _, r := range rooms {
		all = append(all, r...)
	}
	return all
}
