package dayfile

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Statement 对账单 is the head of a depository bank's statement of one account
// of the fund. Its lines follow it.
type Statement struct {
	Code    string // 账户代码, as the fund names the account
	Account string // last four digits
	From    calendar.Date
	To      calendar.Date
	Opening money.Fen
	Closing money.Fen
}

// StatementLine 对账明细 is a movement of the account, with the balance after it.
type StatementLine struct {
	Code    string
	Date    calendar.Date // 记账日期
	Voucher string
	In      money.Fen
	Out     money.Fen
	Balance money.Fen
	Note    string
}

const (
	headerFundAccount = "账户代码"
	forFund           = "depository banks, for qxl fund reconcile"
)

var statementRecords = []*Record{
	record[Statement]("对账单", "statement of one account of the compensation fund", forFund, "",
		col(headerFundAccount, "code", "code of the account, as the fund names it", "A-1", func(s *Statement) any { return &s.Code }, most(24)),
		col("账号末四位", "account", "last four characters of the account's number", "1001", func(s *Statement) any { return &s.Account }, most(4)),
		col("起始日期", "from", "first day of the statement", "2024-08-01", func(s *Statement) any { return &s.From }),
		col("截止日期", "to", "last day", "2024-08-31", func(s *Statement) any { return &s.To }),
		col("期初余额", "opening", "balance before the first line, yuan", "8000000.00", func(s *Statement) any { return &s.Opening }),
		col("期末余额", "closing", "balance after the last line, yuan", "7500000.00", func(s *Statement) any { return &s.Closing })).counting("期末余额").
		noting("Its lines 对账明细 follow it, in order; another account's statement follows them."),
	record[StatementLine]("对账明细", "movement of an account of the fund", forFund, "",
		col(headerFundAccount, "code", "code of the account", "A-1", func(l *StatementLine) any { return &l.Code }, most(24)),
		col("记账日期", "date", "day on which the bank booked it", "2024-08-14", func(l *StatementLine) any { return &l.Date }),
		col("凭证号", "voucher", "voucher or serial number, as the fund's entry states it", "FK-20240814-1", func(l *StatementLine) any { return &l.Voucher }),
		col("收入金额", "in", "money that came in, yuan", "", func(l *StatementLine) any { return &l.In }, optional),
		col("支出金额", "out", "money that went out, yuan", "500000.00", func(l *StatementLine) any { return &l.Out }, optional),
		col("账户余额", "balance", "balance after the line, yuan", "7500000.00", func(l *StatementLine) any { return &l.Balance }),
		col("摘要", "note", "what the bank says it was", "补偿支付", func(l *StatementLine) any { return &l.Note }, optional, most(100))).
		noting("Exactly one of 收入金额 and 支出金额 is given."),
}
