package loan

import (
	"slices"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// PaperItems are what a loan's papers are 贷款资料. [A]
var PaperItems = []Code{
	{"CONTRACT", "借款合同", "contract"},
	{"GUARANTEE", "担保合同", "contract of guarantee, mortgage or pledge"},
	{"VOUCHER", "借款凭证", "voucher of the disbursement"},
	{"USE", "用途证明", "proof of what the money was used for"},
	{"RECEIPT", "还款凭证", "voucher of a repayment"},
	{"INSPECTION", "贷后检查", "report of an inspection after lending"},
	{"NOTICE", "催收通知", "dunning letter"},
	{"COURT", "法律文书", "paper of a court, an arbitrator or a notary"},
	{"OTHER", "其他资料", "other"},
}

// MaxPapers bounds the papers of one loan: they share a page with those of
// fifteen others. [A]
const MaxPapers = 64

// Paper is a document that the bank keeps in its own house; the ledger has the
// address of its ciphertext, which is also in the leaf of the bank's log.
type Paper struct {
	Item string `json:"item"`
	CID  string `json:"cid"` // CIDv1
}

// Papers are those of one loan, as far as they were attached.
type Papers struct{ List []Attached }

// Attached is a paper with the business date on which it was attached.
type Attached struct {
	Date calendar.Date
	Item string
	CID  []byte // binary form
}

// PapersKind lives beside the loans, under a loan's ID and number, so that a
// loan's own page is no larger for its papers, and whoever knows the one finds
// the other.
var PapersKind = ledgerstate.NewKind[Papers](ledgerstate.Kind[Papers]{
	Code: "papers", Collection: command.Loan.Name, Slots: 16, Keep: 1, Schema: 1, Under: true,
	Zh: "贷款资料", En: "papers of loans",
}, PapersAttached{})

// PapersAttached adds papers.
type PapersAttached struct{ List []Attached }

// Evolve implements ledgerstate.Event.
func (e PapersAttached) Evolve(p Papers) Papers {
	p.List = append(slices.Clip(p.List), e.List...)
	return p
}

// AttachContent names papers of a loan.
type AttachContent struct {
	command.Head
	Loan   ledgerstate.Ref `json:"loan"`
	Papers []Paper         `json:"papers"` // 1 to 64, each once
}

// Attach 登记贷款资料: the addresses of papers that the bank keeps.
var Attach = command.Command[AttachContent]{
	Spec: command.Spec{Name: "loan.Attach", Zh: "登记贷款资料", En: "attach papers to a loan", Source: "个人贷款管理办法", Lane: command.LoanLane, Access: officer},
	Wants: func(c AttachContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: PapersKind, Ref: c.Loan}, {Kind: Kind, Ref: c.Loan}}
	},
	Valid: func(c AttachContent) error {
		if n := len(c.Papers); n < 1 || n > MaxPapers {
			return PapersCount.At("papers", MaxPapers, n)
		}
		seen := map[string]bool{}
		for _, p := range c.Papers {
			if err := coded("papers.item", PaperItems, p.Item); err != nil {
				return err
			}
			if _, err := address(p.CID); err != nil {
				return err
			}
			if seen[p.CID] {
				return PaperTwice.At("papers.cid", "each once", p.CID)
			}
			seen[p.CID] = true
		}
		return nil
	},
	Decide: func(ctx *command.Context, c AttachContent) ([]ledgerstate.Change, error) {
		r, err := Kind.Get(ctx.View, "loan", c.Loan)
		if err != nil {
			return nil, err
		}
		if no := Attachable(r.State.Status); no != nil {
			return nil, no
		}
		have, err := PapersKind.At(ctx.View, c.Loan.ID)
		if err != nil {
			return nil, err
		}
		var before []Attached
		if have != nil {
			before = have.State.List
		}
		if n := len(before) + len(c.Papers); n > MaxPapers {
			return nil, PapersCount.At("papers", MaxPapers, n)
		}
		var e PapersAttached
		for _, p := range c.Papers {
			id, err := address(p.CID)
			if err != nil {
				return nil, err
			}
			if slices.ContainsFunc(before, func(a Attached) bool { return string(a.CID) == string(id) }) {
				return nil, PaperTwice.At("papers.cid", "each once", p.CID)
			}
			e.List = append(e.List, Attached{c.Date, p.Item, id})
		}
		if have == nil {
			return []ledgerstate.Change{PapersKind.Born(c.Loan, e)}, nil
		}
		return []ledgerstate.Change{PapersKind.Happened(c.Loan, e)}, nil
	},
}

// Attachable refuses papers of a loan without a contract. A client asks it
// before it keeps papers that the ledger would not take.
func Attachable(s Status) *refusal.Refusal {
	if s != Signed && s != Disbursed && s != Settled {
		return WrongState.At("status", "SIGNED DISBURSED SETTLED", s)
	}
	return nil
}

// address reads a CIDv1 in its canonical text.
func address(text string) ([]byte, error) {
	const most = 128
	if len(text) > most {
		return nil, PaperCID.At("papers.cid", most, len(text))
	}
	c, err := cid.Decode(text)
	if err != nil || c.Version() != 1 || c.String() != text {
		return nil, PaperCID.At("papers.cid", "CIDv1, bafk… or bafy…", text)
	}
	return c.Bytes(), nil
}

// PapersAnswer is a loan's papers, in the order in which they were attached.
type PapersAnswer struct {
	Loan   string         `json:"loan"`
	ID     ledgerstate.ID `json:"id"`
	Status Status         `json:"status"` // of the loan
	Papers []PaperSheet   `json:"papers"`
}

// PaperSheet is a paper as people read it.
type PaperSheet struct {
	Date   calendar.Date `json:"date"`
	Item   string        `json:"item"`
	ItemZh string        `json:"item_zh"`
	CID    string        `json:"cid"`
}

// ShowPapers 查询贷款资料.
var ShowPapers = command.Query[LoanQuery, *PapersAnswer]{
	QuerySpec: query("loan.Papers", "查询贷款资料", "the papers that were attached to a loan", withSubject, command.Loan),
	Answer: func(ctx *command.Context, q LoanQuery) (*PapersAnswer, error) {
		id, r, _, at, err := q.find(ctx)
		if err != nil {
			return nil, err
		}
		a := &PapersAnswer{Loan: q.Loan, ID: id, Status: r.State.Status, Papers: []PaperSheet{}}
		papers, err := PapersKind.At(ctx.View, id)
		if err != nil || papers == nil {
			return a, err
		}
		for _, p := range papers.State.List {
			if p.Date > at {
				continue
			}
			c, err := cid.Cast(p.CID)
			if err != nil {
				return nil, &invalid.Error{Code: "LOAN_DAMAGED", Limit: "a CIDv1", Zh: "存储的贷款数据损坏", En: "the stored loan is damaged", Hint: "verify the ledger"}
			}
			a.Papers = append(a.Papers, PaperSheet{Date: p.Date, Item: p.Item, ItemZh: reasonDetail(PaperItems, p.Item).Zh, CID: c.String()})
		}
		return a, nil
	},
}
