package dayfile

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// reserveLine names a loan alone: whose it is, the bank's own peer tells.
type reserveLine struct {
	command.Head
	Loan   ledgerstate.Ref
	Amount money.Fen // 0: left out
	Pledge string
	Again  bool
}

func (l *reserveLine) commandContent() (any, *Problem) {
	return &compensation.ReserveContent{Head: l.Head, Filing: ledgerstate.Ref{No: l.Loan.No}, Loan: l.Loan, Amount: given(l.Amount), Pledge: l.Pledge, Again: l.Again}, nil
}

// fileLine is a filing; the bank attests that none of the exclusions holds.
type fileLine struct {
	command.Head
	Loan      ledgerstate.Ref
	Amount    money.Fen // 0: left out
	FirstLoan bool
	Attests   bool
	Condition string
	Until     calendar.Date
}

func (l *fileLine) commandContent() (any, *Problem) {
	c := &compensation.FileContent{Head: l.Head, Filing: ledgerstate.Ref{No: l.Loan.No}, Loan: l.Loan, Amount: given(l.Amount), FirstLoan: l.FirstLoan, Condition: l.Condition, Until: l.Until}
	if l.Attests {
		for _, t := range consortium.Exclusions {
			c.Attests = append(c.Attests, t.Code)
		}
	}
	return c, nil
}

// takeBackLine takes a filing back.
type takeBackLine struct {
	command.Head
	Loan   ledgerstate.Ref
	Reason string
	Note   string
}

func (l *takeBackLine) commandContent() (any, *Problem) {
	return &compensation.RevokeContent{Head: l.Head, Filing: l.Loan, Reason: l.Reason, Note: l.Note}, nil
}

func given(amount money.Fen) *money.Fen {
	if amount == 0 {
		return nil
	}
	return &amount
}

var revokeTerms = func() func(*Column) {
	var words []Term
	for _, t := range compensation.RevokeReasons {
		words = append(words, Term{t.Zh, t.Code})
	}
	return terms(words...)
}()

var filingRecords = []*Record{
	record[reserveLine]("备案预留", "reserves a part of the borrower's cap for a loan before its money leaves", "banks, officer", "comp.Reserve",
		append(head("YL-20240321-0001", func(c *reserveLine) *command.Head { return &c.Head }),
			contract(func(c *reserveLine) *ledgerstate.Ref { return &c.Loan }),
			col("预留金额", "amount", "yuan; left out: the contract's amount, of a disbursed loan what was disbursed", "", func(c *reserveLine) any { return &c.Amount }, optional),
			col("质押应收账款编号", "pledge", "number of the receivable that secures the loan; it serves one loan of all banks", "", func(c *reserveLine) any { return &c.Pledge }, optional, most(200)),
			col("重新预留", "again", "是: the loan's earlier reservation was revoked", "", func(c *reserveLine) any { return &c.Again }, optional))...).counting("预留金额").
		noting("The loan is signed. Who its borrower is the sender's program asks of the bank's own peer."),
	record[fileLine]("备案", "files a disbursed loan for risk compensation; the business date is the filing date", "banks, officer", "comp.File",
		append(head("BA-20240322-0001", func(c *fileLine) *command.Head { return &c.Head }),
			contract(func(c *fileLine) *ledgerstate.Ref { return &c.Loan }),
			col("备案金额", "amount", "yuan; left out: what was disbursed, at most what is reserved", "", func(c *fileLine) any { return &c.Amount }, optional),
			col("首贷", "first_loan", "是: the borrower's first loan of any bank", "是", func(c *fileLine) any { return &c.FirstLoan }, optional),
			col("无排除情形", "attests", "是: the bank attests that the borrower is no dishonest judgment debtor, not listed for serious dishonesty, not closed, and not compensated and unrecovered", "是", func(c *fileLine) any { return &c.Attests }),
			col("附带条件", "condition", "what the borrower has yet to show 附条件备案", "", func(c *fileLine) any { return &c.Condition }, optional, most(200)),
			col("条件期限", "until", "by when; with a condition only", "", func(c *fileLine) any { return &c.Until }, optional))...).counting("备案金额"),
	record[takeBackLine]("撤销备案", "takes a reservation or a filing back", "banks, officer", "comp.Revoke",
		append(head("CX-20240401-0001", func(c *takeBackLine) *command.Head { return &c.Head }),
			contract(func(c *takeBackLine) *ledgerstate.Ref { return &c.Loan }),
			col("撤销原因", "reason", "why", "贷款未发放", func(c *takeBackLine) any { return &c.Reason }, revokeTerms),
			col("说明", "note", "remark", "", func(c *takeBackLine) any { return &c.Note }, optional, most(200)))...),
}
