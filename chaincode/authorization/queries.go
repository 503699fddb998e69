package authorization

import "github.com/qingxinlian/qxl/chaincode/command"

// Queries of the room in a book, and in commons.
var (
	Queries      = queriesIn(inBook)
	OtherQueries = queriesIn(inCommons)
)

func queriesIn(p place) []command.QueryDefinition {
	authorities := join(allow(command.Commission, "operator", "auditor"), allow(command.CentralBank, "auditor"), allow(command.Finance, "auditor"))
	locating := join(p.readers, givers)
	return []command.QueryDefinition{
		command.Locate(p.chaincode, p.collection, Kind, locating...),
		command.Export(p.chaincode, p.collection, Kind, authorities...),
		command.Export(p.chaincode, p.collection, Revocations, authorities...),
	}
}
