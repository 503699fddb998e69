package fundstatement

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// DifferenceKind is in what a bank's statement and the fund's books differ.
type DifferenceKind string

const (
	MissingInLedger    DifferenceKind = "MISSING_IN_LEDGER"    // the statement has it, the ledger has not
	WaitsInLedger      DifferenceKind = "WAITS_IN_LEDGER"      // likewise, but an entry waits for its second signature
	MissingInStatement DifferenceKind = "MISSING_IN_STATEMENT" // the ledger has it, the statement has not
	AmountDiffers      DifferenceKind = "AMOUNT_DIFFERS"
	DateDiffers        DifferenceKind = "DATE_DIFFERS"
	OpeningDiffers     DifferenceKind = "OPENING_DIFFERS"
	ClosingDiffers     DifferenceKind = "CLOSING_DIFFERS"
	AccountUnknown     DifferenceKind = "ACCOUNT_UNKNOWN"    // the fund has no such account at the bank
	AccountOther       DifferenceKind = "ACCOUNT_OTHER"      // its number ends otherwise
	AccountNotStated   DifferenceKind = "ACCOUNT_NOT_STATED" // the bank's file has no statement of it
)

// Zh is the kind in Chinese.
func (k DifferenceKind) Zh() string {
	return map[DifferenceKind]string{MissingInLedger: "银行已记账,账本未登记", WaitsInLedger: "银行已记账,账本录入待复核", MissingInStatement: "账本已登记,银行未记账",
		AmountDiffers: "金额不符", DateDiffers: "记账日期不符", OpeningDiffers: "期初余额不符", ClosingDiffers: "期末余额不符",
		AccountUnknown: "账本没有该存放账户", AccountOther: "账号末四位不符", AccountNotStated: "文件缺少该存放账户的对账单"}[k]
}

// Difference is one way in which they differ. Bank and Ledger are amounts,
// dates or digits.
type Difference struct {
	Kind    DifferenceKind `json:"kind"`
	Code    string         `json:"code"` // of the account
	Line    int            `json:"line,omitempty"`
	Voucher string         `json:"voucher,omitempty"`
	Bank    string         `json:"bank"`
	Ledger  string         `json:"ledger"`
}

func (d *Difference) String() string {
	s := d.Kind.Zh()
	if d.Line > 0 {
		s = fmt.Sprintf("第 %d 行: %s", d.Line, s)
	}
	s += " 账户 " + d.Code
	if d.Voucher != "" {
		s += " 凭证 " + d.Voucher
	}
	return fmt.Sprintf("%s / %s: 银行 bank %s, 账本 ledger %s", s, d.Kind, d.Bank, d.Ledger)
}

// AccountSheet is an account on both sides.
type AccountSheet struct {
	Code          string        `json:"code"`
	From          calendar.Date `json:"from"`
	To            calendar.Date `json:"to"`
	Opening       money.Fen     `json:"opening"`
	LedgerOpening money.Fen     `json:"ledger_opening"`
	Closing       money.Fen     `json:"closing"`
	LedgerClosing money.Fen     `json:"ledger_closing"`
	Movements     int           `json:"movements"` // of the statement
}

// Reconciliation is the comparison of a bank's statements with the fund's
// books 银行对账.
type Reconciliation struct {
	Bank        string         `json:"bank"` // MSP
	Accounts    []AccountSheet `json:"accounts"`
	Differences []*Difference  `json:"differences"`
}

// Reconcile compares a bank's file of statements with the fund. A file that
// holds anything else, or does not add up, is a *dayfile.FileError.
func Reconcile(ctx context.Context, f *dayfile.File, asker dayfile.Asker, bank string) (*Reconciliation, error) {
	accounts, err := read(f)
	if err != nil {
		return nil, err
	}
	books, err := booksOf(ctx, asker)
	if err != nil {
		return nil, err
	}
	r := &Reconciliation{Bank: bank, Accounts: []AccountSheet{}, Differences: []*Difference{}}
	for _, a := range accounts {
		r.compare(a, books)
	}
	for _, d := range books.deposits {
		if d.Bank == bank && !slices.ContainsFunc(accounts, func(a *account) bool { return a.Code == d.Code }) {
			r.differ(&Difference{Kind: AccountNotStated, Code: d.Code, Bank: "—", Ledger: d.Balance.String()})
		}
	}
	return r, nil
}

// books is the fund's side: its accounts, what moved on them and what waits.
type books struct {
	deposits []fund.DepositLine
	moved    map[string][]movement // by account
	waits    map[string]money.Fen  // by account and voucher
}

func booksOf(ctx context.Context, asker dayfile.Asker) (*books, error) {
	var s fund.StatementAnswer
	if err := asker.Ask(ctx, command.CommonsName, fund.Statement.Name, fund.StatementQuery{}, &s); err != nil {
		return nil, err
	}
	b := &books{deposits: s.Deposits, moved: map[string][]movement{}, waits: map[string]money.Fen{}}
	for i := range s.Pending {
		for code, m := range movementsOf(&s.Pending[i]) {
			b.waits[code+"\n"+m.voucher] += m.amount
		}
	}
	q := fund.JournalQuery{Limit: 2000}
	for {
		var a fund.JournalAnswer
		if err := asker.Ask(ctx, command.CommonsName, fund.ShowJournal.Name, q, &a); err != nil {
			return nil, err
		}
		for i := range a.Lines {
			l := &a.Lines[i]
			for _, d := range l.Opening {
				b.moved[d.Code] = append(b.moved[d.Code], movement{date: l.Posted, voucher: l.Voucher, amount: d.Balance})
			}
			for code, m := range movementsOf(l) {
				b.moved[code] = append(b.moved[code], m)
			}
		}
		if q.Skip = a.Next; a.Next == 0 {
			return b, nil
		}
	}
}

// movementsOf is what an entry moves on the fund's accounts. A reversal's
// amount is negative, so it moves the other way.
func movementsOf(l *fund.JournalLine) map[string]movement {
	moved := map[string]movement{}
	if !l.Act.Moves() && l.Act != fund.ActReversal {
		return moved
	}
	if l.From != "" {
		moved[l.From] = movement{date: l.Value, voucher: l.Voucher, amount: -l.Amount}
	}
	if l.To != "" {
		moved[l.To] = movement{date: l.Value, voucher: l.Voucher, amount: l.Amount}
	}
	return moved
}

func (r *Reconciliation) differ(d *Difference) { r.Differences = append(r.Differences, d) }

func (r *Reconciliation) compare(a *account, b *books) {
	at := slices.IndexFunc(b.deposits, func(d fund.DepositLine) bool { return d.Code == a.Code && d.Bank == r.Bank })
	if at < 0 {
		r.differ(&Difference{Kind: AccountUnknown, Code: a.Code, Line: a.line, Bank: a.Closing.String(), Ledger: "—"})
		return
	}
	if last := b.deposits[at].Account; last != a.Account {
		r.differ(&Difference{Kind: AccountOther, Code: a.Code, Line: a.line, Bank: a.Account, Ledger: last})
	}
	s := AccountSheet{Code: a.Code, From: a.From, To: a.To, Opening: a.Opening, Closing: a.Closing, Movements: len(a.movements)}
	var inside []movement
	for _, m := range b.moved[a.Code] {
		switch {
		case m.date < a.From:
			s.LedgerOpening += m.amount
		case m.date <= a.To:
			inside = append(inside, m)
			s.LedgerClosing += m.amount
		}
	}
	s.LedgerClosing += s.LedgerOpening
	r.Accounts = append(r.Accounts, s)
	if s.Opening != s.LedgerOpening {
		r.differ(&Difference{Kind: OpeningDiffers, Code: a.Code, Line: a.line, Bank: s.Opening.String(), Ledger: s.LedgerOpening.String()})
	}
	bank, ledger := together(a.movements), together(inside)
	for _, v := range vouchers(bank) { // in the order of the statement, then what it lacks by date
		own := bank[v]
		there, ok := ledger[v]
		switch waits, pending := b.waits[a.Code+"\n"+v]; {
		case !ok && pending && waits == own.amount:
			r.differ(&Difference{Kind: WaitsInLedger, Code: a.Code, Line: own.line, Voucher: v, Bank: own.amount.String(), Ledger: waits.String()})
		case !ok:
			r.differ(&Difference{Kind: MissingInLedger, Code: a.Code, Line: own.line, Voucher: v, Bank: own.amount.String(), Ledger: "—"})
		case own.amount != there.amount:
			r.differ(&Difference{Kind: AmountDiffers, Code: a.Code, Line: own.line, Voucher: v, Bank: own.amount.String(), Ledger: there.amount.String()})
		case own.date != there.date:
			r.differ(&Difference{Kind: DateDiffers, Code: a.Code, Line: own.line, Voucher: v, Bank: own.date.String(), Ledger: there.date.String()})
		}
	}
	for _, v := range vouchers(ledger) {
		if _, ok := bank[v]; !ok && ledger[v].amount != 0 { // what was undone under its own voucher moved nothing
			r.differ(&Difference{Kind: MissingInStatement, Code: a.Code, Voucher: v, Bank: "—", Ledger: ledger[v].amount.String()})
		}
	}
	if s.Closing != s.LedgerClosing {
		r.differ(&Difference{Kind: ClosingDiffers, Code: a.Code, Line: a.line, Bank: s.Closing.String(), Ledger: s.LedgerClosing.String()})
	}
}

// together adds up what has one voucher: a bank books a payment order as one
// movement.
func together(list []movement) map[string]movement {
	sum := map[string]movement{}
	for _, m := range list {
		if before, ok := sum[m.voucher]; ok {
			m.amount += before.amount
			m.line, m.date = before.line, before.date
		}
		sum[m.voucher] = m
	}
	return sum
}

func vouchers(of map[string]movement) []string {
	return slices.SortedFunc(maps.Keys(of), func(a, b string) int {
		x, y := of[a], of[b]
		if x.line != y.line {
			return x.line - y.line
		}
		if x.date != y.date {
			return int(x.date) - int(y.date)
		}
		return slices.Compare([]byte(a), []byte(b))
	})
}
