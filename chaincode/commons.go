package chaincode

import (
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// CommonsCommands are the commands of commons, room by room.
var CommonsCommands = join(consortium.Commands)

// CommonsQueries are the queries of commons.
var CommonsQueries = joinQueries(consortium.Queries, command.ReceiptQueries(command.Commons))

// New makes the chaincode of an organization's process. The clock can only
// withhold an endorsement.
func New(kind command.Chaincode, msp string, clock func() time.Time) (shim.Chaincode, error) {
	env := &command.Environment{Chaincode: kind, MSP: msp, Clock: clock, DecodeReference: consortium.Decode}
	if kind == command.Commons {
		return command.NewChaincode(env, CommonsCommands, CommonsQueries, consortium.Reference(), consortium.Setup(env))
	}
	return command.NewChaincode(env, BookCommands, BookQueries, consortium.Setup(env))
}

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
