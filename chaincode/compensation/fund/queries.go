package fund

import (
	"encoding/hex"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Queries of the room.
var Queries = []command.QueryDefinition{
	Statement, ShowJournal, Preview, Allocations, ShowOrder, ShowTender, ListTenders,
	command.Locate(command.Commons, command.Fund, PaymentKind, readers...),
	command.Locate(command.Commons, command.Fund, TenderKind, append(bidding, readers...)...),
	command.Export(command.Commons, command.Fund, Kind, readers...),
	command.Export(command.Commons, command.Fund, AllocationKind, readers...),
	command.Export(command.Commons, command.Fund, PaymentKind, readers...),
	command.Export(command.Commons, command.Fund, TenderKind, readers...),
	command.Export(command.Commons, command.Fund, VoucherKind, readers...),
}

// readers are the people of those who hold the collection.
var readers = func() []command.Allow {
	var list []command.Allow
	for _, p := range command.Fund.Members {
		for _, r := range []string{"operator", "officer", "reviewer", "approver", "auditor"} {
			list = append(list, command.Allow{Party: p, Role: r})
		}
	}
	return list
}()

// readersOfClaims are those who also hold the banks' claims.
var readersOfClaims = func() []command.Allow {
	var list []command.Allow
	for _, a := range readers {
		if a.Party != command.Audit {
			list = append(list, a)
		}
	}
	return list
}()

// bidding are a bank's people who look at tenders.
var bidding = []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "approver"}}

// short is a certificate's short form in hex.
func short(by []byte) string { return hex.EncodeToString(by) }

func query(name, zh, en string, access []command.Allow) command.QuerySpec {
	return command.QuerySpec{Name: "fund." + name, Zh: zh, En: en, Access: access, Chaincode: command.Commons, Collections: []command.Collection{command.Fund}}
}

// StatementQuery asks for the pool at the end of a day.
type StatementQuery struct {
	At calendar.Date `json:"at,omitempty"` // left out: of the open business day
}

// StatementAnswer 资金池报表 is the pool at the end of a day.
type StatementAnswer struct {
	At        calendar.Date `json:"at"`
	Year      int           `json:"year"`
	Totals    Totals        `json:"totals"`
	Balance   money.Fen     `json:"balance"`
	Reserved  money.Fen     `json:"reserved"`
	Available money.Fen     `json:"available"`
	Banks     []BankSheet   `json:"banks"`    // depository banks
	Deposits  []DepositLine `json:"deposits"` // their accounts
	Payees    []PayeeLine   `json:"payees"`   // agreed accounts of others
	Allocated []BankLine    `json:"allocated"`
	Breaker   string        `json:"breaker,omitempty"` // 熔断: OK, WARN, FREEZE, by the rule pack of the day
	Expected  money.Fen     `json:"expected"`          // 预计支出: what the pack's coming months take at the pace of the last twelve
	TopUp     bool          `json:"top_up"`            // 补充资金: what is available does not cover it
	Notices   []NoticeLine  `json:"top_up_notices"`    // raised in the year, or standing when it began
	Pending   []JournalLine `json:"pending"`           // entered, not confirmed
}

// NoticeLine is a notice that the pool needs money 补充资金通知.
type NoticeLine struct {
	Since     calendar.Date `json:"since"`
	Met       calendar.Date `json:"met,omitempty"` // left out: it stands
	Expected  money.Fen     `json:"expected"`
	Available money.Fen     `json:"available"`
}

// BankSheet is what lies at a depository bank.
type BankSheet struct {
	Bank    string    `json:"bank"`
	Name    string    `json:"name"`
	Balance money.Fen `json:"balance"`
	Share   string    `json:"share_percent"` // of the balance, two decimals
}

// DepositLine is an account of the fund.
type DepositLine struct {
	Code    string        `json:"code"`
	Bank    string        `json:"bank"`
	Account string        `json:"account"` // last four digits
	Opened  calendar.Date `json:"opened"`
	Balance money.Fen     `json:"balance"`
	Matures calendar.Date `json:"matures,omitempty"`
	Rate    *money.Rate   `json:"rate,omitempty"`
	Tender  string        `json:"tender,omitempty"`
}

// PayeeLine is an agreed account of another.
type PayeeLine struct {
	Use     Use           `json:"use"`
	Holder  string        `json:"holder,omitempty"`
	Account string        `json:"account"`
	Since   calendar.Date `json:"since"`
}

// BankLine is what a bank's claims were allocated in the year.
type BankLine struct {
	Bank      string    `json:"bank"`
	Name      string    `json:"name"`
	Allocated money.Fen `json:"allocated"`
}

// JournalLine is an entry as people read it.
type JournalLine struct {
	Number   string        `json:"number"`
	Act      Act           `json:"act"`
	Undoes   string        `json:"undoes,omitempty"` // of a reversal: what it undoes
	Entered  calendar.Date `json:"entered"`
	Posted   calendar.Date `json:"posted,omitempty"`
	Value    calendar.Date `json:"value,omitempty"`
	Amount   money.Fen     `json:"amount"` // of a reversal: negative
	From     string        `json:"from,omitempty"`
	To       string        `json:"to,omitempty"`
	Holder   string        `json:"holder,omitempty"`
	Claim    string        `json:"claim,omitempty"`
	Account  string        `json:"account,omitempty"` // last four digits
	Voucher  string        `json:"voucher,omitempty"`
	Of       string        `json:"of,omitempty"`
	Undone   string        `json:"undone,omitempty"` // number of the reversal
	Note     string        `json:"note,omitempty"`
	Opening  []DepositLine `json:"opening,omitempty"`
	Balance  *money.Fen    `json:"balance,omitempty"`  // of the pool after it
	Reserved *money.Fen    `json:"reserved,omitempty"` // after it
	By       string        `json:"by"`                 // who entered
	Second   string        `json:"second,omitempty"`   // who confirmed
}

// poolAt is the pool at the end of a day, from its log, and the notices of its
// year.
func poolAt(ctx *command.Context, at calendar.Date) (p Pool, notices []NoticeLine, err error) {
	notices = []NoticeLine{}
	r, err := Kind.At(ctx.View, Ref.ID)
	if err != nil || r == nil {
		return p, notices, err
	}
	log, err := Kind.Log(ctx.View, Ref.ID, r)
	if err != nil {
		return p, notices, err
	}
	for _, e := range log {
		if e.Date > at {
			continue
		}
		year := p.Year
		p = e.Event.Evolve(p)
		if p.Year != year {
			notices = slices.DeleteFunc(notices, func(n NoticeLine) bool { return n.Met != 0 })
		}
		switch x := e.Event.(type) {
		case TopUpAsked:
			notices = append(notices, NoticeLine{Since: x.Notice.Since, Expected: x.Notice.Expected, Available: x.Notice.Available})
		case TopUpMet:
			notices[len(notices)-1].Met = x.Date
		}
	}
	return p, notices, nil
}

// Statement 资金池报表.
var Statement = command.Query[StatementQuery, *StatementAnswer]{
	QuerySpec: query("Statement", "资金池报表", "the pool at the end of a day: balance, reserved, available, by depository bank", readers),
	Answer: func(ctx *command.Context, q StatementQuery) (*StatementAnswer, error) {
		at := q.At
		if at.IsZero() {
			at = ctx.Reference.OpenDay()
		}
		p, notices, err := poolAt(ctx, at)
		if err != nil {
			return nil, err
		}
		tables := consortium.Of(ctx)
		a := p.statement(at, tables)
		a.Notices = notices
		if pack, ok := tables.PackAt(at); ok && p.Year != 0 {
			s := p.standing(pack, at)
			a.Breaker, a.Expected, a.TopUp = s.Breaker.String(), s.Expected, s.TopUp
		}
		return a, nil
	},
}

func (p Pool) statement(at calendar.Date, tables *consortium.Tables) *StatementAnswer {
	a := &StatementAnswer{At: at, Year: p.Year, Totals: p.Totals, Balance: p.Balance, Reserved: p.Reserved, Available: p.Available(),
		Banks: []BankSheet{}, Deposits: []DepositLine{}, Payees: []PayeeLine{}, Allocated: []BankLine{}, Pending: []JournalLine{}}
	lies := map[string]money.Fen{}
	for _, d := range p.Deposits {
		a.Deposits = append(a.Deposits, d.line())
		lies[d.Bank] += d.Balance
	}
	for _, m := range tables.Members { // by MSP
		if balance, ok := lies[m.MSP]; ok {
			a.Banks = append(a.Banks, BankSheet{Bank: m.MSP, Name: m.Name(at).Zh, Balance: balance, Share: share(balance, p.Balance)})
		}
		if _, ok := p.bank(m.MSP); ok {
			a.Allocated = append(a.Allocated, BankLine{Bank: m.MSP, Name: m.Name(at).Zh, Allocated: p.Allocated(m.MSP)})
		}
	}
	for _, x := range p.Payees {
		a.Payees = append(a.Payees, PayeeLine{Use: x.Use, Holder: x.Holder, Account: x.Account.LastFour, Since: x.Since})
	}
	for _, e := range p.Pending {
		a.Pending = append(a.Pending, e.line())
	}
	return a
}

// share is a part in percent with two decimals, half-up; "0.00" of nothing.
func share(part, whole money.Fen) string {
	if whole == 0 {
		return money.Fen(0).String()
	}
	percent, err := part.MulDiv(100*100, int64(whole), money.HalfUp)
	if err != nil {
		return ""
	}
	return percent.String() // hundredths of a percent are written as fen are
}

func (d Deposit) line() DepositLine {
	l := DepositLine{Code: d.Code, Bank: d.Bank, Account: d.Account.LastFour, Opened: d.Opened, Balance: d.Balance, Matures: d.Matures, Tender: d.Tender}
	if !d.Matures.IsZero() {
		rate := d.Rate
		l.Rate = &rate
	}
	return l
}

func (e Entry) line() JournalLine {
	_, amount := e.act()
	l := JournalLine{Number: e.Number, Act: e.Act, Entered: e.Entered, Value: e.Value, Amount: amount, From: e.From, To: e.To, Holder: e.Holder, Claim: e.Claim,
		Account: e.Account.LastFour, Voucher: e.Voucher, Of: e.Of, Note: e.Note, By: short(e.By)}
	if e.Act == ActReversal {
		l.Undoes = e.Undoes.String()
	}
	for _, d := range e.Opening {
		l.Opening = append(l.Opening, d.line())
	}
	return l
}

// JournalQuery asks for posted entries by the day on which they were posted.
type JournalQuery struct {
	From  calendar.Date `json:"from,omitempty"`
	To    calendar.Date `json:"to,omitempty"`
	Skip  int           `json:"skip,omitempty"`  // lines of the answer before
	Limit int           `json:"limit,omitempty"` // 1 to 2000; default 500
}

// JournalAnswer is a part of the journal, oldest first.
type JournalAnswer struct {
	Lines []JournalLine `json:"lines"`
	Next  int           `json:"next,omitempty"` // what to skip for the rest; 0 at the end
}

// ShowJournal 资金流水.
var ShowJournal = command.Query[JournalQuery, *JournalAnswer]{
	QuerySpec: query("Journal", "资金流水", "posted entries of the pool", readers),
	Answer: func(ctx *command.Context, q JournalQuery) (*JournalAnswer, error) {
		a := &JournalAnswer{Lines: []JournalLine{}}
		r, err := Kind.At(ctx.View, Ref.ID)
		if err != nil || r == nil {
			return a, err
		}
		log, err := Kind.Log(ctx.View, Ref.ID, r)
		if err != nil {
			return nil, err
		}
		limit := bounded(q.Limit)
		seen := 0
		for _, l := range Journal(log) {
			if l.Posted < q.From || !q.To.IsZero() && l.Posted > q.To {
				continue
			}
			if seen++; seen <= q.Skip {
				continue
			}
			if len(a.Lines) == limit {
				a.Next = q.Skip + limit
				break
			}
			line := l.Entry.line()
			balance, reserved := l.Balance, l.Reserved
			line.Posted, line.Undone, line.Balance, line.Reserved, line.Second = l.Posted, l.Undone, &balance, &reserved, short(l.By)
			a.Lines = append(a.Lines, line)
		}
		return a, nil
	},
}

func bounded(limit int) int {
	if limit < 1 || limit > 2000 {
		return 500
	}
	return limit
}
