package chaincode

import "github.com/qingxinlian/qxl/chaincode/command"

// BookCommands are the commands of a bank's book, room by room.
var BookCommands = join()

// BookQueries are the queries of a bank's book.
var BookQueries = joinQueries(command.ReceiptQueries(command.Book))
