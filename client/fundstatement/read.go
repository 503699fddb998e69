package fundstatement

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// account is a bank's statement of one account, which adds up.
type account struct {
	line int // of the 对账单
	dayfile.Statement
	movements []movement
}

// movement is money that moved on an account, by one side's books.
type movement struct {
	line    int
	date    calendar.Date
	voucher string
	amount  money.Fen // in, or out if negative
}

// reader checks a file as it comes.
type reader struct {
	bad      *dayfile.FileError
	accounts []*account
	balance  money.Fen     // after the last line
	last     calendar.Date // of the last line
}

func (r *reader) problem(p *dayfile.Problem) {
	if r.bad.Count++; len(r.bad.Problems) < dayfile.MaxProblems {
		r.bad.Problems = append(r.bad.Problems, p)
	}
}

// read gives the statements of a file, or a *dayfile.FileError.
func read(f *dayfile.File) ([]*account, error) {
	r := &reader{bad: &dayfile.FileError{Path: f.Path}}
	err := f.Each(func(l *dayfile.Line) error {
		switch v := l.Value.(type) {
		case *dayfile.Statement:
			r.close()
			r.open(l.N, v)
		case *dayfile.StatementLine:
			r.add(l.N, v)
		default:
			r.problem(&dayfile.Problem{Line: l.N, Column: "记录类型", Code: "RECORD_NOT_STATEMENT", Limit: "对账单, 对账明细", Value: l.Record.Type,
				Zh: "对账文件只能有对账单记录", En: "a file to reconcile the fund with holds statements only", Hint: "send other records with qxl import"})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.close()
	if len(r.accounts) == 0 && r.bad.Count == 0 {
		r.problem(&dayfile.Problem{Code: "STATEMENT_NONE", Limit: "对账单", Zh: "文件没有对账单记录", En: "the file holds no statement", Hint: "export the statements of the fund's accounts"})
	}
	if r.bad.Count > 0 {
		return nil, r.bad
	}
	return r.accounts, nil
}

func (r *reader) open(line int, s *dayfile.Statement) {
	for _, a := range r.accounts {
		if a.Code == s.Code {
			r.problem(&dayfile.Problem{Line: line, Column: "账户代码", Code: "STATEMENT_TWICE", Limit: "one statement of an account", Value: s.Code,
				Zh: "同一账户出现两份对账单", En: "there is a second statement of the account", Hint: "send one file for each period"})
		}
	}
	if s.To < s.From {
		r.problem(&dayfile.Problem{Line: line, Column: "截止日期", Code: "PERIOD_REVERSED", Limit: "from " + s.From.String(), Value: s.To.String(),
			Zh: "截止日期早于起始日期", En: "the statement ends before it begins", Hint: "check the dates"})
	}
	r.accounts = append(r.accounts, &account{line: line, Statement: *s})
	r.balance, r.last = s.Opening, s.From
}

func (r *reader) add(line int, l *dayfile.StatementLine) {
	var a *account
	if n := len(r.accounts); n > 0 {
		a = r.accounts[n-1]
	}
	if a == nil || a.Code != l.Code {
		r.problem(&dayfile.Problem{Line: line, Column: "账户代码", Code: "STATEMENT_MISSING", Limit: "对账单 of the account above its lines", Value: l.Code,
			Zh: "明细之前没有该账户的对账单", En: "the line follows no statement of its account", Hint: "put the account's 对账单 line above its lines"})
		return
	}
	m := movement{line: line, date: l.Date, voucher: l.Voucher, amount: l.In - l.Out}
	switch {
	case (l.In == 0) == (l.Out == 0):
		r.problem(&dayfile.Problem{Line: line, Column: "收入金额", Code: "STATEMENT_IN_OR_OUT", Limit: "one of 收入金额, 支出金额", Value: l.In.String() + ", " + l.Out.String(),
			Zh: "收入金额与支出金额须且只须填写一项", En: "exactly one of the two amounts is given", Hint: "leave the other empty"})
	case l.Date < r.last || l.Date > a.To:
		r.problem(&dayfile.Problem{Line: line, Column: "记账日期", Code: "STATEMENT_DATE", Limit: r.last.String() + ".." + a.To.String(), Value: l.Date.String(),
			Zh: "记账日期不在对账期内或未按日期排列", En: "the date lies outside the statement or before the line above", Hint: "export the statement in order of dates"})
	case r.balance+m.amount != l.Balance:
		r.problem(&dayfile.Problem{Line: line, Column: "账户余额", Code: "STATEMENT_BALANCE", Limit: (r.balance + m.amount).String(), Value: l.Balance.String(),
			Zh: "账户余额与上一行余额加减本行金额不符", En: "the balance is not the one before plus or less the line's amount", Hint: "check that no line is missing, twice or out of order"})
	}
	r.balance, r.last = l.Balance, max(r.last, l.Date)
	a.movements = append(a.movements, m)
}

// close holds the closing balance of a statement against its lines.
func (r *reader) close() {
	n := len(r.accounts)
	if n == 0 {
		return
	}
	if a := r.accounts[n-1]; a.Closing != r.balance {
		r.problem(&dayfile.Problem{Line: a.line, Column: "期末余额", Code: "STATEMENT_CLOSING", Limit: r.balance.String(), Value: a.Closing.String(),
			Zh: "期末余额与明细不符", En: "the closing balance is not the last line's", Hint: "check that no line is missing at the end"})
	}
}
