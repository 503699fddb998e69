package compensation

import (
	"encoding/hex"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ClaimSheet is a claim as people read it. Of a claim that has not been made
// yet it is what the ledger fills in.
type ClaimSheet struct {
	Claim    string         `json:"claim,omitempty"`
	ID       ledgerstate.ID `json:"id,omitzero"`
	Status   ClaimStatus    `json:"status"`
	StatusZh string         `json:"status_zh"`
	Contract string         `json:"contract"`
	Bank     string         `json:"bank"` // MSP
	Last     calendar.Date  `json:"last,omitempty"`

	Next    *StepSheet `json:"next_step,omitempty"`
	Marked  bool       `json:"objection_open"` // 异议标注
	Reason  string     `json:"reason,omitempty"`
	Stopped string     `json:"payment_stopped,omitempty"`

	Notice *NoticeSheet `json:"notice,omitempty"`
	Filing *FilingSheet `json:"filing"`

	Recognised calendar.Date    `json:"recognised,omitempty"` // 不良认定日
	Evidence   *EvidenceSheet   `json:"evidence,omitempty"`
	Inputs     []InputSheet     `json:"inputs,omitempty"`   // 核算依据
	Received   []ReceiptSheet   `json:"received,omitempty"` // 认定日后至申请日的回收
	Others     []Government     `json:"other_government,omitempty"`
	NetLoss    money.Fen        `json:"net_loss"`
	Limbs      []LimbSheet      `json:"limbs,omitempty"`
	Sum        money.Fen        `json:"sum"` // what the claim comes to, before the pool
	Binding    string           `json:"binding,omitempty"`
	BindingZh  string           `json:"binding_zh,omitempty"`
	Dossier    []ItemSheet      `json:"dossier,omitempty"`
	Returned   *CorrectionSheet `json:"returned,omitempty"`
	Opinion    *OpinionSheet    `json:"opinion,omitempty"`
	Publicity  *PublicitySheet  `json:"publicity,omitempty"`
	Objections []ObjectionSheet `json:"objections,omitempty"`
	Adjustment *AdjustmentSheet `json:"adjustment,omitempty"`
	Award      *AwardSheet      `json:"award,omitempty"`
	Recovered  []ReceiptSheet   `json:"recovered,omitempty"` // 拨付后回收
	Dues       []DueSheet       `json:"returns_due,omitempty"`
	Clawback   *ClawbackSheet   `json:"clawback,omitempty"`
	Owed       *Owed            `json:"owed,omitempty"` // to the fund at the end of the day asked about, interest included
}

// StepSheet is the step that is awaited.
type StepSheet struct {
	Step  Step          `json:"step"`
	Zh    string        `json:"step_zh"`
	Party string        `json:"party"`
	By    calendar.Date `json:"deadline"`
	Late  bool          `json:"late,omitempty"`
}

// NoticeSheet is the notice of non-performance.
type NoticeSheet struct {
	On          calendar.Date `json:"on"`
	Since       calendar.Date `json:"non_performing_since"`
	DaysPastDue int           `json:"days_past_due"`
	Class       account.Class `json:"class"`
	Due         calendar.Date `json:"notice_due"`
	Late        bool          `json:"late,omitempty"`
}

// FilingSheet is what of the filing the sum rests on.
type FilingSheet struct {
	ID          ledgerstate.ID `json:"id"`
	Date        calendar.Date  `json:"filed_on"`
	Application string         `json:"application"`
	Pack        string         `json:"pack"`
	Amount      money.Fen      `json:"filed_amount"`
	Type        string         `json:"type"`
	Region      string         `json:"region"`
	Industry    string         `json:"industry"`
	Size        string         `json:"size,omitempty"`
	Product     string         `json:"product"`
	Guarantee   string         `json:"guarantee"`
	FirstLoan   bool           `json:"first_loan"`
	Rate        money.Rate     `json:"rate"`
}

// EvidenceSheet is the proof that the debt is pursued.
type EvidenceSheet struct {
	Code string        `json:"code"`
	Zh   string        `json:"zh"`
	On   calendar.Date `json:"on"`
}

// InputSheet is one input of the sum, and where on the ledger it comes from.
type InputSheet struct {
	Input string `json:"input"`
	Zh    string `json:"zh"`
	Value string `json:"value"`
	From  string `json:"from"`
}

// ReceiptSheet is money that came in, by an entry of the loan.
type ReceiptSheet struct {
	Entry  string        `json:"entry"` // business number
	Date   calendar.Date `json:"date"`
	Type   string        `json:"type"`
	TypeZh string        `json:"type_zh"`
	Payer  string        `json:"payer"`
	Amount money.Fen     `json:"amount"`
}

// LimbSheet is a limb of the entitlement: the least binds.
type LimbSheet struct {
	Limb    string    `json:"limb"`
	Zh      string    `json:"zh"`
	Rule    string    `json:"rule"`
	Amount  money.Fen `json:"amount"`
	Binding bool      `json:"binding,omitempty"`
}

// ItemSheet is an item of the dossier.
type ItemSheet struct {
	Item   string   `json:"item"`
	Zh     string   `json:"zh"`
	Ledger string   `json:"ledger,omitempty"` // what the ledger fills in
	CIDs   []string `json:"documents,omitempty"`
	State  string   `json:"state"` // ledger, given, missing, not needed
}

// CorrectionSheet is a return for correction.
type CorrectionSheet struct {
	On    calendar.Date `json:"on"`
	Items []string      `json:"items,omitempty"`
	Note  string        `json:"note"`
	Times int           `json:"times"`
}

// OpinionSheet is the central bank's opinion.
type OpinionSheet struct {
	Agrees bool   `json:"agrees"`
	Note   string `json:"note,omitempty"`
}

// PublicitySheet is the publicity period.
type PublicitySheet struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
	Left int           `json:"working_days_left,omitempty"` // while an objection stops it
}

// ObjectionSheet is an objection.
type ObjectionSheet struct {
	N        int           `json:"n"`
	On       calendar.Date `json:"on"`
	By       string        `json:"objector"`
	ByZh     string        `json:"objector_zh"`
	Text     string        `json:"text"`
	CID      string        `json:"cid,omitempty"`
	Answered calendar.Date `json:"answered,omitempty"`
	Answer   string        `json:"answer,omitempty"`
	AnswerID string        `json:"answer_cid,omitempty"`
	Decided  calendar.Date `json:"decided,omitempty"`
	Upheld   bool          `json:"upheld,omitempty"`
	Open     bool          `json:"open"`
}

// AdjustmentSheet is an adjustment that waits for the second signature.
type AdjustmentSheet struct {
	Number string    `json:"adjustment"`
	Why    string    `json:"why"`
	Sum    money.Fen `json:"sum"`
}

// AwardSheet is what was approved, allocated, paid and came back.
type AwardSheet struct {
	On          calendar.Date `json:"approved"`
	Entitlement money.Fen     `json:"entitlement"`
	Binding     string        `json:"binding"`
	Allocated   *money.Fen    `json:"allocated,omitempty"`
	Limb        string        `json:"final_binding,omitempty"` // the limb that bound it in the end
	LimbZh      string        `json:"final_binding_zh,omitempty"`
	Paid        money.Fen     `json:"paid"`
	Parts       []PartSheet   `json:"parts,omitempty"`
	Back        money.Fen     `json:"back"`
	Interest    money.Fen     `json:"interest"`
	DueBack     money.Fen     `json:"due_back"` // without interest since it was last counted
}

// PartSheet is one payment.
type PartSheet struct {
	On      calendar.Date `json:"on"`
	Amount  money.Fen     `json:"amount"`
	Voucher string        `json:"voucher"`
}

// DueSheet is the fund's share of what came in.
type DueSheet struct {
	Received calendar.Date `json:"received"`
	By       calendar.Date `json:"by"`
	Amount   money.Fen     `json:"amount"`
	Returned money.Fen     `json:"returned"`
	Late     money.Fen     `json:"late_interest"`
	LatePaid money.Fen     `json:"late_interest_paid"`
}

// ClawbackSheet is what the fund asks back.
type ClawbackSheet struct {
	On       calendar.Date `json:"on"`
	Reason   string        `json:"reason"`
	ReasonZh string        `json:"reason_zh"`
	Amount   money.Fen     `json:"amount"`
	Received money.Fen     `json:"received"`
	Interest money.Fen     `json:"interest_paid"`
}

// LimbZh is a limb in Chinese.
func LimbZh(limb string) string {
	var l formula.Limb
	if l.UnmarshalText([]byte(limb)) != nil {
		return ""
	}
	return l.Zh()
}

// filingSheet spells out what of a filing a claim rests on.
func filingSheet(id ledgerstate.ID, f *Filing) *FilingSheet {
	s := &FilingSheet{ID: id, Date: f.Date, Application: f.Application, Pack: f.Pack, Amount: f.Amount, Type: f.Type.String(), Region: f.Region, Industry: f.Industry,
		Product: f.Product, Guarantee: f.Guarantee, FirstLoan: f.FirstLoan, Rate: f.Rate}
	if f.Size.Valid() {
		s.Size = f.Size.String()
	}
	return s
}

func receiptSheets(list []Receipt) []ReceiptSheet {
	var sheets []ReceiptSheet
	for _, r := range list {
		sheets = append(sheets, ReceiptSheet{Entry: r.Number, Date: r.Date, Type: r.Type.String(), TypeZh: r.Type.Zh(), Payer: r.Payer.String(), Amount: r.Amount})
	}
	return sheets
}

// figured fills in what the ledger gives: the inputs of the sum with their
// sources, the limbs and which of them binds.
func (s *ClaimSheet) figured(n *Figures, f *Filing, pack *consortium.RulePack) {
	s.Recognised = n.Recognised
	s.Received = receiptSheets(n.Received)
	entry := "loan " + s.Contract
	input := func(code, zh, value, from string) { s.Inputs = append(s.Inputs, InputSheet{code, zh, value, from}) }
	input("disbursed", "放款金额", n.Lent.String(), entry+", "+n.Voucher+" of "+n.Disbursed.String())
	input("filed", "备案金额", n.Counted.String(), "filing "+s.Contract+" of "+f.Date.String())
	input("non_performing_since", "不良起始日", n.Since.String(), entry+", more than "+strconv.Itoa(pack.Recognition.OverdueAbove)+" days past due, "+pack.ID)
	input("recognised", "不良认定日", n.Recognised.String(), "the later of the above and of the evidence of recovery")
	input("days_past_due", "认定日逾期天数", strconv.Itoa(n.DaysPastDue), entry+", by its entries that stand")
	input("class", "认定日五级分类", n.Class.String(), entry+", never better than its floor")
	input("outstanding", "认定日贷款余额", n.Outstanding.String(), entry+", "+strconv.Itoa(n.Entries)+" entries, digest "+hex.EncodeToString(n.Statement)[:16])
	if n.Sum.Principal != n.Outstanding {
		input("principal", "其中计入备案部分", n.Sum.Principal.String(), "outstanding × filed / disbursed")
	}
	input("recovered", "认定日后已回收", n.Sum.Recovered.String(), entry+", "+strconv.Itoa(len(n.Received))+" receipts up to "+n.At.String())
	if n.WrittenOff != 0 {
		input("written_off", "核销日", n.WrittenOff.String(), entry)
	}
	input("other_government", "其他政府资金", n.Sum.Other.String(), "given by the bank")
	row, _ := pack.Ratio(f.Guarantee)
	input("ratio", "补偿比例(%)", row.Ratio.String(), pack.ID+", guarantee "+f.Guarantee)
	rate := row.Ratio
	if f.FirstLoan {
		rate += row.FirstLoanPoints
		input("first_loan", "首贷加点(%)", row.FirstLoanPoints.String(), pack.ID)
	}
	input("per_loan_cap", "单笔补偿上限", pack.Sum.PerLoanCap.String(), pack.ID)
	input("stack", "各级政府合计补偿上限(%)", pack.Sum.Stack.String(), pack.ID)
	s.NetLoss, s.Sum, s.Binding, s.BindingZh = n.Sum.NetLoss, n.Sum.Entitlement, n.Sum.Binding, LimbZh(n.Sum.Binding)
	for _, l := range []LimbSheet{
		{Limb: "ratio", Rule: "净损失 × " + rate.String() + "%", Amount: n.Sum.Ratio},
		{Limb: "per_loan_cap", Rule: pack.ID, Amount: n.Sum.PerLoanCap},
		{Limb: "stack", Rule: "净损失 × " + pack.Sum.Stack.String() + "% − 其他政府资金", Amount: n.Sum.Stack},
	} {
		l.Zh, l.Binding = LimbZh(l.Limb), l.Limb == n.Sum.Binding
		s.Limbs = append(s.Limbs, l)
	}
}

// items fills in the dossier: what the ledger gives, what the bank gave, what
// is missing.
func (s *ClaimSheet) items(f *Filing, n *Figures, list []Document) {
	for _, i := range Dossier {
		zh, _ := i.NameFor(f.Type)
		x := ItemSheet{Item: i.Code, Zh: zh, State: "missing"}
		switch {
		case i.Ledger:
			x.State, x.Ledger = "ledger", ledgerItem(i.Code, s, n)
		case !i.Needs(f):
			x.State = "not needed"
		}
		for _, d := range list {
			if d.Item == i.Code {
				x.CIDs, x.State = append(x.CIDs, d.CID), "given"
			}
		}
		s.Dossier = append(s.Dossier, x)
	}
}

// ledgerItem is what the ledger has in the place of a paper.
func ledgerItem(code string, s *ClaimSheet, n *Figures) string {
	if n == nil {
		return ""
	}
	switch code {
	case "D04":
		return "备案 " + s.Contract + " (" + s.Filing.Date.String() + "), 申请 " + s.Filing.Application
	case "D06":
		list := ""
		for _, g := range n.Grants {
			list += " " + g
		}
		return "授权" + list
	case "D07":
		return strconv.Itoa(n.Entries) + " 笔, SHA-256 " + hex.EncodeToString(n.Statement)
	case "D08":
		return n.Class.Zh() + " " + n.Class.String() + ", 逾期 " + strconv.Itoa(n.DaysPastDue) + " 天, " + n.Recognised.String()
	}
	return ""
}

// sheet is a claim as people read it on a day.
func (c *Claim) sheet(no string, id ledgerstate.ID, bank string, f *Filing, pack *consortium.RulePack, on calendar.Date) *ClaimSheet {
	s := &ClaimSheet{Claim: no, ID: id, Status: c.Status, StatusZh: c.Status.Zh(), Contract: c.Contract, Bank: bank, Last: c.Last, Marked: c.marked(),
		Reason: c.Reason, Stopped: c.Stopped, Filing: filingSheet(c.Filing, f), Others: c.Others}
	if d := c.Deadline; d.Step != NoStep {
		s.Next = &StepSheet{Step: d.Step, Zh: d.Step.Zh(), Party: string(d.Step.Party()), By: d.On, Late: on > d.On}
	}
	s.Notice = &NoticeSheet{On: c.Notice.On, Since: c.Notice.Since, DaysPastDue: c.Notice.DaysPastDue, Class: c.Notice.Class, Due: c.Notice.Due, Late: c.Notice.Late()}
	if e := c.Evidence; e.Code != "" {
		s.Evidence = &EvidenceSheet{Code: e.Code, Zh: TermOf(consortium.Evidence, e.Code).Zh, On: e.On}
	}
	if c.Figures != nil {
		s.figured(c.Figures, f, pack)
	}
	s.items(f, c.Figures, c.Documents)
	if r := c.Returned; r != nil {
		s.Returned = &CorrectionSheet{On: r.On, Items: r.Items, Note: r.Note, Times: c.Returns}
	}
	if o := c.Opinion; o != nil {
		s.Opinion = &OpinionSheet{Agrees: o.Agrees, Note: o.Note}
	}
	if p := c.Publicity; p.From != 0 {
		s.Publicity = &PublicitySheet{From: p.From, To: p.To}
		if c.Status == Objected || c.Status == ReReview {
			s.Publicity.Left = p.Left
		}
	}
	for i, o := range c.Objections {
		s.Objections = append(s.Objections, ObjectionSheet{N: i + 1, On: o.On, By: o.By, ByZh: TermOf(Objectors, o.By).Zh, Text: o.Text, CID: o.CID,
			Answered: o.Answered, Answer: o.Answer, AnswerID: o.AnswerID, Decided: o.Decided, Upheld: o.Upheld, Open: o.Open()})
	}
	if a := c.Adjustment; a != nil {
		s.Adjustment = &AdjustmentSheet{Number: a.Number, Why: a.Why, Sum: a.Figures.Sum.Entitlement}
	}
	s.paid(c)
	return s
}

// paid fills in what was approved, paid and came back.
func (s *ClaimSheet) paid(c *Claim) {
	if w := c.Award; w != nil {
		s.Award = &AwardSheet{On: w.On, Entitlement: w.Entitlement, Binding: w.Binding, Paid: w.Paid, Back: w.Back, Interest: w.Interest, DueBack: c.dueBack()}
		if a := w.Allocated; a != nil {
			s.Award.Allocated, s.Award.Limb, s.Award.LimbZh = &a.Amount, a.Binding, LimbZh(a.Binding)
		}
		for _, p := range w.Parts {
			s.Award.Parts = append(s.Award.Parts, PartSheet(p))
		}
	}
	s.Recovered = receiptSheets(c.Recovered)
	for _, d := range c.Dues {
		s.Dues = append(s.Dues, DueSheet{Received: d.Received, By: d.By, Amount: d.Amount, Returned: d.Returned, Late: d.Late, LatePaid: d.LatePaid})
	}
	if k := c.Clawed; k != nil {
		s.Clawback = &ClawbackSheet{On: k.On, Reason: k.Reason, ReasonZh: TermOf(ClawbackReasons, k.Reason).Zh, Amount: k.Amount, Received: k.Received, Interest: k.InterestPaid}
	}
}
