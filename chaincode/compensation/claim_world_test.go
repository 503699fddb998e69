package compensation_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	book        = chaincodetest.BookA
	officer     = "BankA/officer"
	operator    = "Commission/operator"
	reviewer    = "Commission/reviewer"
	centralBank = "CentralBank/approver"
	clerk       = "Finance/officer"
	approver    = "Finance/approver"
)

func day(text string) calendar.Date { return calendar.MustParse(text) }

func yuan(text string) money.Fen {
	f, err := money.ParseSignedFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

func percent(text string) money.Rate { return money.MustRate(text) }

// cidOf is the content address of a document.
func cidOf(text string) string {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte(text))
	if err != nil {
		panic(err)
	}
	return c.String()
}

// world is a consortium in which BankA has lent and filed.
type world struct {
	*chaincodetest.Ledger
	t *testing.T
	n int
}

func newWorld(t *testing.T) *world {
	w := &world{Ledger: chaincodetest.New(t, "2026-06-30"), t: t}
	w.workingDays()
	return w
}

func (w *world) head(date string) command.Head {
	w.n++
	return command.Head{Number: fmt.Sprintf("n-%d", w.n), Date: day(date)}
}

// workingDays enters 1 to 7 October as days off, as they were in 2024 with the
// make-up days around them.
func (w *world) workingDays() {
	off := append(chaincodetest.October(2022, 2027, 7), day("2024-09-29"), day("2024-10-12"))
	slices.Sort(off)
	w.Calendar(2022, 2027, off)
}

func ref(page string, slot int, no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID(page, slot), No: no}
}

func loanRef(no string) ledgerstate.Ref   { return ref("loan"+strings.ToLower(no), 5, no) }
func filingRef(no string) ledgerstate.Ref { return ref("filing"+strings.ToLower(no), 2, no) }
func claimRef(no string) ledgerstate.Ref  { return ref("claim"+strings.ToLower(no), 0, "C-"+no) }

// lending is a loan and its filing; zero values are those of lent.
type lending struct {
	No        string
	Amount    money.Fen
	Filed     money.Fen
	Guarantee string
	Type      subject.Type
	First     bool
	Pack      string
	Status    compensation.FilingStatus
}

// lent puts a loan of 500,000 yuan on the ledger, disbursed on 5 January 2024
// and repaid by equal instalments from 5 February on, and files it. Of it is
// nothing paid: it is 91 days past due on 6 May.
func (w *world) lent(x lending) {
	w.t.Helper()
	if x.Amount == 0 {
		x.Amount = yuan("500000")
	}
	if x.Filed == 0 {
		x.Filed = x.Amount
	}
	if x.Guarantee == "" {
		x.Guarantee = "C1"
	}
	if x.Type == 0 {
		x.Type = subject.Enterprise
	}
	if x.Pack == "" {
		x.Pack = "RC-QH-v2"
	}
	if x.Status == compensation.FilingNone {
		x.Status = compensation.FilingEffective
	}
	w.Must(book, officer, "test.Lend", lendContent{Head: w.head("2024-01-05"), Loan: loanRef(x.No), Guarantee: x.Guarantee, Amount: x.Amount, Type: x.Type})
	found := compensation.Found{Type: x.Type, Region: "630121", Industry: "A0314", Product: "TAX", Guarantee: x.Guarantee, FirstLoan: x.First, Rate: percent("3.85"), LPR: percent("3.45"), Amount: x.Filed}
	if x.Type == subject.Enterprise {
		found.Size = identifier.Small
	}
	w.Must(book, operator, "test.File", fileContent{Head: w.head("2024-01-05"), Filing: filingRef(x.No), Pack: x.Pack, Found: found, Status: x.Status})
}

func (w *world) repay(no, date, amount string) loan.RepayContent {
	return loan.RepayContent{Head: w.head(date), Loan: loanRef(no), Amount: yuan(amount)}
}

// papers are all documents that a dossier may need.
func papers() []compensation.Document {
	var list []compensation.Document
	for _, i := range compensation.Dossier {
		if !i.Ledger {
			list = append(list, compensation.Document{Item: i.Code, CID: cidOf(i.Code)})
		}
	}
	return list
}

func (w *world) notify(no, date string) compensation.NotifyContent {
	return compensation.NotifyContent{Head: w.head(date), Claim: claimRef(no), Filing: filingRef(no)}
}

func (w *world) submit(no, date string) compensation.SubmitContent {
	return compensation.SubmitContent{Head: w.head(date), Claim: claimRef(no), Evidence: "LAWSUIT", EvidenceOn: day("2024-05-20"), Documents: papers()}
}

func (w *world) claim(no, date string) compensation.ClaimContent {
	return compensation.ClaimContent{Head: w.head(date), Claim: claimRef(no)}
}

func (w *world) reason(no, date, code string) compensation.ReasonContent {
	return compensation.ReasonContent{Head: w.head(date), Claim: claimRef(no), Reason: code, Note: "见附件"}
}

func (w *world) correction(no, date string) compensation.CorrectionContent {
	return compensation.CorrectionContent{Head: w.head(date), Claim: claimRef(no), Items: []string{"D09"}, Note: "催收记录不足"}
}

func (w *world) opine(no, date string) compensation.OpineContent {
	return compensation.OpineContent{Head: w.head(date), Claim: claimRef(no), Agrees: true}
}

func (w *world) publicise(no, date string) compensation.PubliciseContent {
	return compensation.PubliciseContent{Head: w.head(date), Claim: claimRef(no)}
}

func (w *world) object(no, date string) compensation.ObjectContent {
	return compensation.ObjectContent{Head: w.head(date), Claim: claimRef(no), Objector: "PUBLIC", Text: "借款人仍在经营", CID: cidOf("letter")}
}

func (w *world) answer(no, date string, n int) compensation.AnswerContent {
	return compensation.AnswerContent{Head: w.head(date), Claim: claimRef(no), Objection: n, Text: "已停业", CID: cidOf("photo")}
}

func (w *world) reReview(no, date string, upheld bool) compensation.ReReviewContent {
	return compensation.ReReviewContent{Head: w.head(date), Claim: claimRef(no), Upheld: upheld, Note: "现场核实"}
}

func (w *world) adjust(no, date string) compensation.AdjustContent {
	return compensation.AdjustContent{Head: w.head(date), Claim: claimRef(no), Why: "账务冲正"}
}

func (w *world) signs(no, date, adjustment string) compensation.SignAdjustmentContent {
	return compensation.SignAdjustmentContent{Head: w.head(date), Claim: claimRef(no), Adjustment: adjustment}
}

func (w *world) pay(no, date, amount, allocated string, last bool) payContent {
	return payContent{PayoutContent: compensation.PayoutContent{Head: w.head(date), Claim: claimRef(no), Order: "P1"},
		Decision: compensation.PayoutDecision{Amount: yuan(amount), Voucher: "V-1", Allocated: compensation.Allocated{Amount: yuan(allocated), Binding: "ratio"}, Last: last}}
}

func (w *world) stop(no, date string) compensation.StopContent {
	return compensation.StopContent{Head: w.head(date), Claim: claimRef(no), Why: "收到举报"}
}

func (w *world) back(no, date, amount, interest string) backContent {
	return backContent{BackContent: compensation.BackContent{Head: w.head(date), Claim: claimRef(no), Entry: "E1"},
		Decision: compensation.BackDecision{Got: compensation.Owed{Amount: yuan(amount), Interest: yuan(interest)}, Voucher: "V-9"}}
}

// step is one command on the way of a claim.
type step struct {
	who, command string
	content      func(no string) any
}

// ways lead a loan's claim to each state, by the shortest way. The claim is of
// 225,000 yuan: 45 % of 500,000.
func (w *world) way(to compensation.ClaimStatus) []step {
	notify := step{officer, "comp.Notify", func(no string) any { return w.notify(no, "2024-05-08") }}
	submit := step{officer, "comp.Submit", func(no string) any { return w.submit(no, "2024-05-22") }}
	accept := step{operator, "comp.AcceptComplete", func(no string) any { return w.claim(no, "2024-05-24") }}
	review := step{reviewer, "comp.Review", func(no string) any { return w.claim(no, "2024-05-28") }}
	opine := step{centralBank, "comp.Opine", func(no string) any { return w.opine(no, "2024-05-30") }}
	publicise := step{clerk, "comp.Publicise", func(no string) any { return w.publicise(no, "2024-06-03") }}
	object := step{operator, "comp.Object", func(no string) any { return w.object(no, "2024-06-05") }}
	answer := step{officer, "comp.AnswerObjection", func(no string) any { return w.answer(no, "2024-06-06", 1) }}
	approve := step{approver, "comp.Approve", func(no string) any { return w.claim(no, "2024-06-12") }}
	pay := step{approver, "test.Pay", func(no string) any { return w.pay(no, "2024-06-14", "225000", "225000", true) }}
	comesIn := step{officer, "loan.Repay", func(no string) any { return w.repay(no, "2024-07-01", "20000") }}
	recover := step{officer, "comp.RecordRecovery", func(no string) any { return w.claim(no, "2024-07-03") }}
	clawback := step{approver, "comp.OrderClawback", func(no string) any { return w.reason(no, "2024-07-05", "B01") }}

	published := []step{notify, submit, accept, review, opine, publicise}
	paid := append(append([]step(nil), published...), approve, pay)
	with := func(list []step, more ...step) []step { return append(append([]step(nil), list...), more...) }
	switch to {
	case compensation.ClaimNone:
		return nil
	case compensation.Notified:
		return []step{notify}
	case compensation.Submitted:
		return []step{notify, submit}
	case compensation.Returned:
		return []step{notify, submit, {operator, "comp.ReturnForCorrection", func(no string) any { return w.correction(no, "2024-05-24") }}}
	case compensation.Accepted:
		return published[:3]
	case compensation.Reviewed:
		return published[:4]
	case compensation.Opinioned:
		return published[:5]
	case compensation.Publicised:
		return published
	case compensation.Objected:
		return with(published, object)
	case compensation.ReReview:
		return with(published, object, answer)
	case compensation.Approved:
		return with(published, approve)
	case compensation.Paid:
		return paid
	case compensation.Recovering:
		return with(paid, comesIn, recover)
	case compensation.Closed:
		return with(paid, step{clerk, "comp.Close", func(no string) any { return w.reason(no, "2024-07-05", "E03") }})
	case compensation.Clawback:
		return with(paid, clawback)
	case compensation.ClawedBack:
		return with(paid, clawback, step{approver, "test.ClawbackAll", func(no string) any { return w.back(no, "2024-07-10", "0", "0") }})
	case compensation.Rejected:
		return []step{notify, submit, {reviewer, "comp.Reject", func(no string) any { return w.reason(no, "2024-05-24", "X02") }}}
	case compensation.Withdrawn:
		return []step{notify, {officer, "comp.Withdraw", func(no string) any { return w.claim(no, "2024-05-10") }}}
	}
	w.t.Fatalf("no way to %s", to)
	return nil
}

// until lends, files and brings the claim to a state.
func (w *world) until(no string, to compensation.ClaimStatus) {
	w.t.Helper()
	w.lent(lending{No: no, First: true})
	w.on(no, to)
}

// on brings the claim of a filed loan to a state.
func (w *world) on(no string, to compensation.ClaimStatus) {
	w.t.Helper()
	for _, s := range w.way(to) {
		w.Must(book, s.who, s.command, s.content(no))
	}
	if to != compensation.ClaimNone {
		require.Equal(w.t, to, w.show(no).Status)
	}
}

func (w *world) show(no string) compensation.ClaimSheet { w.t.Helper(); return w.shown(no, "") }

func (w *world) shown(no, at string) compensation.ClaimSheet {
	w.t.Helper()
	var s compensation.ClaimSheet
	q := compensation.ClaimQuery{Claim: claimRef(no).No}
	if at != "" {
		q.At = day(at)
	}
	require.NoError(w.t, w.Ask(book, "Finance/auditor", "comp.Show", q, &s))
	return s
}

func (w *world) prefill(no, at string) (compensation.ClaimSheet, error) {
	var s compensation.ClaimSheet
	err := w.Ask(book, officer, "comp.Prefill", compensation.PrefillQuery{Contract: no, At: day(at)}, &s)
	return s, err
}

// refused checks a refusal whole.
func (w *world) refused(who, name string, content any, code, field, limit, actual string) {
	w.t.Helper()
	r := w.Refused(code, book, who, name, content)
	require.Equal(w.t, field, r.Refusal.Field, "field of %s", code)
	require.Equal(w.t, limit, r.Refusal.Limit, "limit of %s", code)
	require.Equal(w.t, actual, r.Refusal.Actual, "actual of %s", code)
}

// The rooms before this one have their own commands and their many fields;
// these put what claims read on the ledger, and nothing else. Money moves
// through the fund; here the book's part is asked and applied.

type lendContent struct {
	command.Head
	Loan      ledgerstate.Ref `json:"loan"`
	Amount    money.Fen       `json:"amount"`
	Guarantee string          `json:"guarantee"`
	Type      subject.Type    `json:"type"`
}

type fileContent struct {
	command.Head
	Filing ledgerstate.Ref           `json:"filing"`
	Pack   string                    `json:"pack"`
	Found  compensation.Found        `json:"found"`
	Status compensation.FilingStatus `json:"status"`
}

// events are those that bring a filing to its state.
func (c fileContent) events() []ledgerstate.Event[compensation.Filing] {
	on := c.Date
	list := []ledgerstate.Event[compensation.Filing]{compensation.FilingReserved{Date: on, Loan: loanRef(c.Filing.No).ID, Contract: c.Filing.No, Application: "A" + c.Filing.No, Pack: c.Pack, Amount: c.Found.Amount}}
	waits := c.Found
	waits.Condition = &compensation.FilingCondition{What: "认定证书", By: on + 360}
	switch c.Status {
	case compensation.FilingFiled:
		return append(list, compensation.LoanFiled{Date: on, Pack: c.Pack, Found: c.Found})
	case compensation.FilingConditional:
		return append(list, compensation.LoanFiled{Date: on, Pack: c.Pack, Found: waits})
	case compensation.FilingEffective:
		return append(list, compensation.LoanFiled{Date: on, Pack: c.Pack, Found: waits}, compensation.ConditionMet{Date: on})
	case compensation.FilingRevoked:
		return append(list, compensation.LoanFiled{Date: on, Pack: c.Pack, Found: c.Found}, compensation.FilingTakenBack{Date: on, Reason: "V04"})
	}
	panic("no way to " + c.Status.String())
}

type payContent struct {
	compensation.PayoutContent
	Decision compensation.PayoutDecision `json:"decision"`
}

type backContent struct {
	compensation.BackContent
	Decision compensation.BackDecision `json:"decision"`
}

func (c lendContent) events() []ledgerstate.Event[loan.Loan] {
	terms := schedule.Terms{Method: schedule.EqualInstalment, Principal: c.Amount, Rate: percent("3.85"), Periods: 12, EveryMonths: 1, From: c.Date}
	signed := terms
	signed.Principal, signed.From = 0, 0
	by := []byte("somebody")
	return []ledgerstate.Event[loan.Loan]{
		loan.LoanAccepted{Date: c.Date, Subject: "subjectone1", Application: "A" + c.Loan.No, Product: "TAX", Deadline: c.Date, Grant: "G01", By: by,
			Profile: loan.Profile{Type: c.Type, Region: "630121", Industry: "A0314", Date: c.Date}},
		loan.CreditDecided{Credit: loan.Credit{Date: c.Date, Limit: c.Amount, Rate: percent("3.85"), Months: 12, Method: schedule.EqualInstalment, Guarantee: c.Guarantee, By: by}, Grant: "G02"},
		loan.ContractSigned{Contract: loan.Contract{Date: c.Date, Amount: c.Amount, Account: account.Contract{Terms: signed, PenaltyPercent: 50, NonPerforming: 90}}},
		loan.LoanDisbursed{Date: c.Date, Amount: c.Amount, Voucher: []byte("v")},
	}
}

func init() {
	anybody := []command.Allow{{Party: command.Bank, Role: "officer"}, {Party: command.Commission, Role: "operator"}, {Party: command.Finance, Role: "approver"}}
	chaincode.BookCommands = append(chaincode.BookCommands,
		command.Command[lendContent]{
			Spec: command.Spec{Name: "test.Lend", Lane: command.LoanLane, Access: anybody},
			Wants: func(c lendContent) []ledgerstate.Want {
				return []ledgerstate.Want{{Kind: loan.Kind, Ref: c.Loan, Birth: true}}
			},
			Decide: func(_ *command.Context, c lendContent) ([]ledgerstate.Change, error) {
				events := c.events()
				changes := []ledgerstate.Change{loan.Kind.Born(c.Loan, events[0])}
				for _, e := range events[1:] {
					changes = append(changes, loan.Kind.Happened(c.Loan, e))
				}
				return changes, nil
			},
		},
		command.Command[fileContent]{
			Spec: command.Spec{Name: "test.File", Lane: command.CompLane, Access: anybody},
			Wants: func(c fileContent) []ledgerstate.Want {
				return []ledgerstate.Want{{Kind: compensation.FilingKind, Ref: c.Filing, Birth: true}}
			},
			Decide: func(_ *command.Context, c fileContent) ([]ledgerstate.Change, error) {
				events := c.events()
				changes := []ledgerstate.Change{compensation.FilingKind.Born(c.Filing, events[0])}
				for _, e := range events[1:] {
					changes = append(changes, compensation.FilingKind.Happened(c.Filing, e))
				}
				return changes, nil
			},
		},
		command.Command[payContent]{
			Spec:  command.Spec{Name: "test.Pay", Lane: command.CompLane, Access: anybody},
			Wants: func(c payContent) []ledgerstate.Want { return compensation.PayoutWants(c.PayoutContent) },
			Decide: func(ctx *command.Context, c payContent) ([]ledgerstate.Change, error) {
				f, err := compensation.AskPayout(ctx, c.PayoutContent)
				if err != nil {
					return nil, err
				}
				if no := c.Decision.Fits(f); no != nil {
					return nil, no
				}
				return compensation.ApplyPayout(ctx, c.PayoutContent, f, c.Decision)
			},
		},
		command.Command[compensation.StopContent]{
			Spec:  command.Spec{Name: "test.Stop", Lane: command.CompLane, Access: anybody},
			Wants: compensation.StopWants, Valid: compensation.StopContent.Valid,
			Decide: func(ctx *command.Context, c compensation.StopContent) ([]ledgerstate.Change, error) {
				f, err := compensation.AskStop(ctx, c)
				if err != nil {
					return nil, err
				}
				return compensation.ApplyStop(ctx, c, f)
			},
		},
		command.Command[backContent]{
			Spec:  command.Spec{Name: "test.Return", Lane: command.CompLane, Access: anybody},
			Wants: func(c backContent) []ledgerstate.Want { return compensation.BackWants(c.BackContent) },
			Decide: func(ctx *command.Context, c backContent) ([]ledgerstate.Change, error) {
				f, err := compensation.AskReturn(ctx, c.BackContent)
				if err != nil {
					return nil, err
				}
				if no := c.Decision.Fits(f); no != nil {
					return nil, no
				}
				return compensation.ApplyReturn(ctx, c.BackContent, f, c.Decision)
			},
		},
		clawbackCommand("test.Clawback", false), clawbackCommand("test.ClawbackAll", true))
}

// clawbackCommand receives clawback money: what is said, or all that is owed.
func clawbackCommand(name string, everything bool) command.Definition {
	return command.Command[backContent]{
		Spec:  command.Spec{Name: name, Lane: command.CompLane, Access: []command.Allow{{Party: command.Finance, Role: "approver"}}},
		Wants: func(c backContent) []ledgerstate.Want { return compensation.BackWants(c.BackContent) },
		Decide: func(ctx *command.Context, c backContent) ([]ledgerstate.Change, error) {
			f, err := compensation.AskClawback(ctx, c.BackContent)
			if err != nil {
				return nil, err
			}
			if everything {
				c.Decision.Got = f.Owed
			}
			if no := c.Decision.Fits(f); no != nil {
				return nil, no
			}
			return compensation.ApplyClawback(ctx, c.BackContent, f, c.Decision)
		},
	}
}

// register gives the borrower of all loans a name.
func (w *world) register(pseudonym, name string, t subject.Type) {
	region, industry := "630121", "0314"
	w.Must(book, operator, "subject.Register", subject.RegisterContent{Head: w.head("2022-01-01"), Subject: ref(pseudonym, 0, chaincodetest.ResidentID("63012119800101001")), Type: t, IDKind: subject.ResidentID,
		Facts: subject.Amendment{Name: &name, Region: &region, Industry: &industry}})
}

// filing reads a filing as it is.
func (w *world) filing(no string) compensation.Filing {
	w.t.Helper()
	var f compensation.Filing
	require.NoError(w.t, w.Ask(book, officer, "test.Filing", filingQuery{no}, &f))
	return f
}

type filingQuery struct {
	Contract string `json:"contract"`
}

func init() {
	chaincode.BookQueries = append(chaincode.BookQueries, command.Query[filingQuery, compensation.Filing]{
		QuerySpec: command.QuerySpec{Name: "test.Filing", Access: []command.Allow{{Party: command.Bank, Role: "officer"}}, Chaincode: command.Book, Collections: []command.Collection{command.Comp}},
		Answer: func(ctx *command.Context, q filingQuery) (compensation.Filing, error) {
			r, err := compensation.FilingKind.At(ctx.View, filingRef(q.Contract).ID)
			if err != nil || r == nil {
				return compensation.Filing{}, err
			}
			return r.State, nil
		},
	})
}
