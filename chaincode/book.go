package chaincode

import (
	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// BookCommands are the commands of a bank's book, room by room.
var BookCommands = join(subject.Commands, authorization.Commands, loan.Commands, compensation.FilingCommands, compensation.ClaimCommands, disclosure.Commands, erasure.Commands)

// BookQuestions are what a book answers to commons.
var BookQuestions = append(append([]command.QuestionDefinition(nil), compensation.FilingQuestions...), compensation.ClaimQuestions...)

// BookQueries are the queries of a bank's book.
var BookQueries = joinQueries(subject.Queries, authorization.Queries, loan.Queries, compensation.FilingQueries, compensation.ClaimQueries, fund.BookQueries, disclosure.Queries, erasure.Queries, command.ReceiptQueries(command.Book), command.FactsQueries(command.Book))
