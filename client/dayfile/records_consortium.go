package dayfile

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// lprLine is one published loan prime rate. A proposal's number is what its
// approval names.
type lprLine struct {
	command.Head
	Published calendar.Date
	OneYear   money.Rate
	FiveYear  money.Rate
}

func (l *lprLine) commandContent() (any, *Problem) {
	return &consortium.ProposeContent{Head: l.Head, Change: consortium.Change{
		LPR: []consortium.LPR{{Published: l.Published, OneYear: l.OneYear, FiveYear: l.FiveYear}}}}, nil
}

var centralBankRecords = []*Record{
	record[consortium.OpenDayContent]("营业日", "opens a business day", "central bank, officer", "consortium.OpenDay",
		head("YYR-20240318", func(c *consortium.OpenDayContent) *command.Head { return &c.Head })...).
		noting("The business date is the day that opens; it lies after the open day."),
	record[lprLine]("LPR提出", "proposes a published loan prime rate", "central bank, officer", "consortium.Propose",
		append(head("LPR-20240220", func(c *lprLine) *command.Head { return &c.Head }),
			col("公布日期", "lpr", "date of publication", "2024-02-20", func(c *lprLine) any { return &c.Published }),
			col("一年期利率", "lpr.one_year", "one-year rate", "3.45", func(c *lprLine) any { return &c.OneYear }),
			col("五年期以上利率", "lpr.five_year", "rate above five years", "3.95", func(c *lprLine) any { return &c.FiveYear }))...).
		noting("In force once another person has approved it."),
	record[consortium.ApproveContent]("LPR复核", "approves a proposed rate: the second signature", "central bank, approver, who is not who proposed", "consortium.Approve",
		append(head("LPR-20240220-F", func(c *consortium.ApproveContent) *command.Head { return &c.Head }),
			col("提出流水号", "proposal", "business number of the proposal", "LPR-20240220", func(c *consortium.ApproveContent) any { return &c.Proposal }))...),
}
