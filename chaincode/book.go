package chaincode

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/loan"
)

// BookCommands are the commands of a bank's book, room by room.
var BookCommands = join(loan.Commands)

// BookQueries are the queries of a bank's book.
var BookQueries = joinQueries(loan.Queries, command.ReceiptQueries(command.Book))
