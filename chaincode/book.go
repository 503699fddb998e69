package chaincode

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// BookCommands are the commands of a bank's book, room by room.
var BookCommands = join(subject.Commands, authorization.Commands, loan.Commands, compensation.ClaimCommands)

// BookQuestions are what a book answers to commons.
var BookQuestions = compensation.ClaimQuestions

// BookQueries are the queries of a bank's book.
var BookQueries = joinQueries(subject.Queries, authorization.Queries, loan.Queries, compensation.ClaimQueries, command.ReceiptQueries(command.Book), command.FactsQueries(command.Book))
