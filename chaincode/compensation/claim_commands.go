package compensation

import "github.com/qingxinlian/qxl/chaincode/command"

// ClaimCommands are the commands of claims that need the book alone. Payments,
// returns and clawback money are the fund's.
var ClaimCommands = []command.Definition{Notify, Submit, Resubmit, Withdraw, ReturnForCorrection, AcceptComplete, Review, Opine, Publicise, Object,
	AnswerObjection, ReReviewClaim, ProposeAdjustment, SignAdjustment, Reject, Approve, RecordRecovery, OrderClawback, Close, ReportYear, ReconcileYear}

// ClaimQuestions are what commons may ask a book of claims.
var ClaimQuestions = []command.QuestionDefinition{DocketQuestion}
