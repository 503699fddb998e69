package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ClaimQueries are the queries of claims.
var ClaimQueries = []command.QueryDefinition{
	ShowClaim, Prefill, Eligible, ListClaims, ClaimHistory, Overdue, PublicityList, ShowDocket, Recompute, ShowYear,
	command.Locate(command.Book, command.Comp, ClaimKind, compStaff...),
	command.Export(command.Book, command.Comp, ClaimKind, compStaff...),
	command.Export(command.Book, command.Comp, DocketKind, compStaff...),
	command.Export(command.Book, command.Comp, YearKind, compStaff...),
}

// compStaff are the people of the bank in its own book and of the authorities.
var compStaff = func() []command.Allow {
	var list []command.Allow
	for _, p := range []command.Party{command.Bank, command.Commission, command.CentralBank, command.Finance} {
		for _, r := range []string{"operator", "officer", "reviewer", "approver", "auditor"} {
			list = append(list, command.Allow{Party: p, Role: r})
		}
	}
	return list
}()

func compQuery(name, zh, en string, collections ...command.Collection) command.QuerySpec {
	return command.QuerySpec{Name: name, Zh: zh, En: en, Access: compStaff, Chaincode: command.Book, Collections: append([]command.Collection{command.Comp}, collections...)}
}

// ClaimQuery names one claim.
type ClaimQuery struct {
	Claim string         `json:"claim"`
	ID    ledgerstate.ID `json:"id,omitzero"`  // left out: it is looked up
	At    calendar.Date  `json:"at,omitempty"` // what is late on this day; left out: on the open business day
}

func (q ClaimQuery) find(ctx *command.Context) (ledgerstate.ID, *ledgerstate.Record[Claim], error) {
	id := q.ID
	if id.IsZero() {
		var err error
		if id, err = ClaimKind.Locate(ctx.View, q.Claim); err != nil {
			return id, nil, err
		}
	}
	r, err := ClaimKind.Get(ctx.View, "claim", ledgerstate.Ref{ID: id, No: q.Claim})
	return id, r, err
}

func dayOf(ctx *command.Context, at calendar.Date) calendar.Date {
	if at.IsZero() {
		return ctx.Reference.OpenDay()
	}
	return at
}

// mostAtOnce is how many claims one query looks at.
const mostAtOnce = 1000

func limited(limit int) int {
	if limit < 1 || limit > mostAtOnce {
		return 200
	}
	return limit
}

// sheetOf is a claim's sheet with its filing.
func sheetOf(ctx *command.Context, id ledgerstate.ID, no string, c *Claim, on calendar.Date) (*ClaimSheet, error) {
	f, err := FilingKind.Get(ctx.View, "filing", c.filing())
	if err != nil {
		return nil, err
	}
	pack, ok := consortium.Of(ctx).Pack(c.Pack)
	if !ok {
		return nil, NoPack.At("pack", nil, c.Pack)
	}
	s := c.sheet(no, id, ctx.Owner, &f.State, &pack, on)
	s.Owed, err = c.owedOn(ctx, pack, on)
	return s, err
}

// owedOn is what the bank owes the fund at the end of a day, as Finance's
// clerk enters it; nil where it owes nothing.
func (c *Claim) owedOn(ctx *command.Context, pack consortium.RulePack, on calendar.Date) (*Owed, error) {
	a := &acting{Context: ctx, Claim: c, pack: pack, date: max(on, c.Last)}
	var o Owed
	switch c.Status {
	case Recovering:
		late, err := a.lateness()
		if err != nil {
			return nil, err
		}
		o = a.owedReturn(late)
	case Clawback:
		var err error
		if o, err = a.owedClawback(); err != nil {
			return nil, err
		}
	}
	if o == (Owed{}) {
		return nil, nil
	}
	return &o, nil
}

// ShowClaim 查询补偿申请.
var ShowClaim = command.Query[ClaimQuery, *ClaimSheet]{
	QuerySpec: compQuery("comp.Show", "查询补偿申请", "one claim: its sum, where each input comes from, which limb binds"),
	Answer: func(ctx *command.Context, q ClaimQuery) (*ClaimSheet, error) {
		id, r, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		return sheetOf(ctx, id, q.Claim, &r.State, dayOf(ctx, q.At))
	},
}

// PrefillQuery asks what the ledger fills in for a filed loan.
type PrefillQuery struct {
	Contract   string        `json:"contract"`
	EvidenceOn calendar.Date `json:"evidence_on,omitempty"` // date of the evidence of recovery, which decides the recognition day
	At         calendar.Date `json:"at,omitempty"`          // as if submitted on this day; left out: the open business day
}

// Prefill 预填补偿申请: an officer opens a bad loan and sees the claim already
// filled in, with the sum and the reason for the sum.
var Prefill = command.Query[PrefillQuery, *ClaimSheet]{
	QuerySpec: compQuery("comp.Prefill", "预填补偿申请", "the claim on a filed loan as the ledger fills it in", command.Loan),
	Answer: func(ctx *command.Context, q PrefillQuery) (*ClaimSheet, error) {
		id, err := FilingKind.Locate(ctx.View, q.Contract)
		if err != nil {
			return nil, err
		}
		r, err := FilingKind.Get(ctx.View, "contract", ledgerstate.Ref{ID: id, No: q.Contract})
		if err != nil {
			return nil, err
		}
		on := dayOf(ctx, q.At)
		return prefilled(ctx, id, &r.State, q.EvidenceOn, on)
	},
}

func prefilled(ctx *command.Context, id ledgerstate.ID, f *Filing, evidence, on calendar.Date) (*ClaimSheet, error) {
	s := &ClaimSheet{Contract: f.Contract, Bank: ctx.Owner, Claim: f.Claim, Filing: filingSheet(id, f)}
	var given []Document
	if f.Claim != "" {
		id, err := ClaimKind.Locate(ctx.View, f.Claim)
		if err != nil {
			return nil, err
		}
		r, err := ClaimKind.Get(ctx.View, "claim", ledgerstate.Ref{ID: id, No: f.Claim})
		if err != nil {
			return nil, err
		}
		c := &r.State
		if c.Status != Notified && c.Status != Returned {
			return sheetOf(ctx, id, f.Claim, c, on)
		}
		pack, _ := consortium.Of(ctx).Pack(c.Pack)
		filled := c.sheet(f.Claim, id, ctx.Owner, f, &pack, on)
		filled.Inputs, filled.Received, filled.Limbs, filled.Dossier = nil, nil, nil, nil
		s, given = filled, c.Documents
		if evidence == 0 {
			evidence = c.Evidence.On
		}
	} else if f.Status != FilingFiled && f.Status != FilingEffective {
		return nil, FilingState.At("contract", FilingFiled.String()+" "+FilingEffective.String(), f.Status)
	}
	s.StatusZh = s.Status.Zh()
	n, err := claimable(ctx, f, evidence, s.Others, on)
	if err != nil {
		return nil, err
	}
	if s.Notice == nil { // as if it were given on the day
		due, err := termsOf(ctx, n.pack).Notice(n.Since)
		if err != nil {
			return nil, figureRefused(err)
		}
		s.Notice = &NoticeSheet{On: on, Since: n.Since, DaysPastDue: n.now.DaysPastDue, Class: n.now.Class, Due: due, Late: on > due}
	}
	last, err := termsOf(ctx, n.pack).Submission(n.Recognised)
	if err != nil {
		return nil, figureRefused(err)
	}
	s.Next = &StepSheet{Step: StepSubmit, Zh: StepSubmit.Zh(), Party: string(command.Bank), By: last, Late: on > last}
	s.figured(&n.Figures, f, &n.pack)
	s.items(f, &n.Figures, given)
	return s, nil
}

// EligibleQuery asks which filed loans could be claimed for.
type EligibleQuery struct {
	At    calendar.Date `json:"at,omitempty"`
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"` // filings looked at, 1 to 1000; default 200
}

// EligibleAnswer is a part of them.
type EligibleAnswer struct {
	At    calendar.Date  `json:"at"`
	Loans []EligibleLoan `json:"loans"`
	Next  string         `json:"next,omitempty"`
}

// EligibleLoan is a filed loan that is non-performing and has no claim, or one
// of which only notice was given.
type EligibleLoan struct {
	Contract    string        `json:"contract"`
	Claim       string        `json:"claim,omitempty"`
	Since       calendar.Date `json:"non_performing_since"`
	DaysPastDue int           `json:"days_past_due"`
	Class       account.Class `json:"class"`
	NoticeDue   calendar.Date `json:"notice_due"`
	ClaimBy     calendar.Date `json:"claim_by"` // later where the evidence of recovery is
	NetLoss     money.Fen     `json:"net_loss"`
	Sum         money.Fen     `json:"sum"`
	Binding     string        `json:"binding"`
}

// Eligible 可申请补偿的贷款, with what each claim would come to.
var Eligible = command.Query[EligibleQuery, *EligibleAnswer]{
	QuerySpec: compQuery("comp.Eligible", "可申请补偿的贷款", "filed loans that are non-performing, and what a claim would come to", command.Loan),
	Answer: func(ctx *command.Context, q EligibleQuery) (*EligibleAnswer, error) {
		a := &EligibleAnswer{At: dayOf(ctx, q.At), Loans: []EligibleLoan{}}
		next, err := FilingKind.Scan(ctx.View, q.After, limited(q.Limit), func(_ ledgerstate.ID, r *ledgerstate.Record[Filing]) error {
			f := &r.State
			switch f.Status {
			case FilingFiled, FilingEffective:
			case FilingClaimed:
				id, err := ClaimKind.Locate(ctx.View, f.Claim)
				if err != nil {
					return err
				}
				c, err := ClaimKind.At(ctx.View, id)
				if err != nil || c == nil || c.State.Status != Notified {
					return err
				}
			default:
				return nil
			}
			n, err := claimable(ctx, f, 0, nil, a.At)
			switch {
			case NotBad.Is(err), NotClassed.Is(err), NotOwed.Is(err):
				return nil
			case err != nil:
				return err
			}
			x := EligibleLoan{Contract: f.Contract, Claim: f.Claim, Since: n.Since, DaysPastDue: n.now.DaysPastDue, Class: n.now.Class,
				NetLoss: n.Sum.NetLoss, Sum: n.Sum.Entitlement, Binding: n.Sum.Binding}
			terms := termsOf(ctx, n.pack)
			if x.NoticeDue, err = terms.Notice(n.Since); err == nil {
				x.ClaimBy, err = terms.Submission(n.Since)
			}
			if err != nil {
				return figureRefused(err)
			}
			a.Loans = append(a.Loans, x)
			return nil
		})
		a.Next = next
		return a, err
	},
}

// ClaimsQuery asks for claims page by page, in no meaningful order.
type ClaimsQuery struct {
	After  string       `json:"after,omitempty"`
	Limit  int          `json:"limit,omitempty"` // claims, 1 to 1000; default 200
	Status *ClaimStatus `json:"status,omitempty"`
	Live   bool         `json:"live,omitempty"` // only those that have not ended
}

// ClaimsAnswer is a part of the claims.
type ClaimsAnswer struct {
	Claims []ClaimLine `json:"claims"`
	Next   string      `json:"next,omitempty"`
}

// ClaimLine is a claim in a list.
type ClaimLine struct {
	Claim    string         `json:"claim"`
	ID       ledgerstate.ID `json:"id"`
	Contract string         `json:"contract"`
	Status   ClaimStatus    `json:"status"`
	Sum      money.Fen      `json:"sum"`
	Paid     money.Fen      `json:"paid"`
	DueBack  money.Fen      `json:"due_back"`
	Step     Step           `json:"step"`
	Party    string         `json:"party"`
	By       calendar.Date  `json:"deadline,omitempty"`
	Marked   bool           `json:"objection_open"` // 异议标注
	Last     calendar.Date  `json:"last"`
}

func claimLine(id ledgerstate.ID, no string, c *Claim) ClaimLine {
	x := ClaimLine{Claim: no, ID: id, Contract: c.Contract, Status: c.Status, DueBack: c.dueBack(), Step: c.Deadline.Step, Party: string(c.Deadline.Step.Party()),
		By: c.Deadline.On, Marked: c.marked(), Last: c.Last}
	if c.Figures != nil {
		x.Sum = c.Figures.Sum.Entitlement
	}
	if c.Award != nil {
		x.Paid = c.Award.Paid
	}
	return x
}

// ListClaims 补偿申请清单.
var ListClaims = command.Query[ClaimsQuery, *ClaimsAnswer]{
	QuerySpec: compQuery("comp.List", "补偿申请清单", "claims by state"),
	Answer: func(ctx *command.Context, q ClaimsQuery) (*ClaimsAnswer, error) {
		a := &ClaimsAnswer{Claims: []ClaimLine{}, Next: q.After}
		limit := limited(q.Limit)
		for {
			next, err := ClaimKind.Scan(ctx.View, a.Next, limit-len(a.Claims), func(id ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
				if c := &r.State; (q.Status == nil || c.Status == *q.Status) && !(q.Live && c.Status.ended()) {
					a.Claims = append(a.Claims, claimLine(id, r.Natural, c))
				}
				return nil
			})
			if a.Next = next; err != nil || next == "" || len(a.Claims) >= limit {
				return a, err
			}
		}
	},
}

// OverdueQuery asks which steps are late.
type OverdueQuery struct {
	Party string        `json:"party,omitempty"` // B, C, P, F: only its steps
	At    calendar.Date `json:"at,omitempty"`    // at the end of this day
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"`

	// Cases asks for each claim that has a sum, too, be it late or not: what
	// RecomputeQuery takes. The limit counts claims then.
	Cases bool `json:"cases,omitempty"`
}

// OverdueAnswer is a part of the late steps.
type OverdueAnswer struct {
	At    calendar.Date `json:"at"`
	Bank  string        `json:"bank"` // MSP
	Steps []OverdueStep `json:"steps"`
	Cases []Case        `json:"cases,omitempty"`
	Next  string        `json:"next,omitempty"`
}

// OverdueStep is a step of a claim that is late.
type OverdueStep struct {
	Claim    string        `json:"claim"`
	Contract string        `json:"contract"`
	Status   ClaimStatus   `json:"status"`
	Step     Step          `json:"step"`
	StepZh   string        `json:"step_zh"`
	Party    string        `json:"party"`
	By       calendar.Date `json:"deadline"`
	DaysLate int           `json:"days_late"` // calendar days
	Marked   bool          `json:"objection_open"`
}

// Overdue 逾期未办事项, per organization.
var Overdue = command.Query[OverdueQuery, *OverdueAnswer]{
	QuerySpec: compQuery("comp.Overdue", "逾期未办事项", "steps of claims that are late, by organization"),
	Answer: func(ctx *command.Context, q OverdueQuery) (*OverdueAnswer, error) {
		a := &OverdueAnswer{At: dayOf(ctx, q.At), Bank: ctx.Owner, Steps: []OverdueStep{}, Next: q.After}
		limit := limited(q.Limit)
		for {
			next, err := ClaimKind.Scan(ctx.View, a.Next, limit-len(a.Steps), func(id ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
				c := &r.State
				if q.Cases && c.Figures != nil {
					one, err := caseOf(id, r)
					if err != nil {
						return err
					}
					a.Cases = append(a.Cases, one)
				}
				d := c.Deadline
				if d.Step == NoStep || a.At <= d.On || q.Party != "" && q.Party != string(d.Step.Party()) {
					return nil
				}
				a.Steps = append(a.Steps, OverdueStep{Claim: r.Natural, Contract: c.Contract, Status: c.Status, Step: d.Step, StepZh: d.Step.Zh(),
					Party: string(d.Step.Party()), By: d.On, DaysLate: int(a.At - d.On), Marked: c.marked()})
				return nil
			})
			if a.Next = next; err != nil || next == "" || q.Cases || len(a.Steps) >= limit {
				return a, err
			}
		}
	},
}

// ShowDocket 待拨付清单.
var ShowDocket = command.Query[struct{}, *Docket]{
	QuerySpec: compQuery("comp.Docket", "待拨付清单", "approved claims that wait for their payment"),
	Answer: func(ctx *command.Context, _ struct{}) (*Docket, error) {
		d, err := DocketOf(ctx.View)
		if d.Payables == nil {
			d.Payables = []Payable{}
		}
		return &d, err
	},
}
