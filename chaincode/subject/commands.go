package subject

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Commands of the room, all in a book's lane person.
var Commands = []command.Definition{Register, Amend}

// Queries of the room.
var Queries = []command.QueryDefinition{Show, Locate, Digest}

// Reasons of the room. None of them repeats a name or a code of a person.
var (
	PseudonymForm        = refusal.New("SUBJECT_PSEUDONYM", "主体代号格式不符", "a pseudonym is 8 to 32 characters a-z and 0-9, and slot 0", "")
	TypeMissing          = refusal.New("SUBJECT_TYPE", "必须填写主体类型", "the type of the subject is missing", "")
	IDKindWrong          = refusal.New("SUBJECT_ID_KIND", "该类主体不能使用这种证件", "a subject of this type is not identified like this", "")
	IDWrong              = refusal.New("SUBJECT_ID", "证件号码不正确", "the subject's code is not valid", "GB 32100-2015; GB 11643-1999")
	NameWrong            = refusal.New("SUBJECT_NAME", "名称长度不符", "a name has 1 to 200 bytes", "")
	RegionWrong          = refusal.New("SUBJECT_REGION", "行政区划代码不正确", "the region is no county of Qinghai on that day", "GB/T 2260")
	IndustryWrong        = refusal.New("SUBJECT_INDUSTRY", "行业代码不正确", "the industry is no class of GB/T 4754-2017", "GB/T 4754-2017")
	FiguresWrong         = refusal.New("SUBJECT_SIZE_FIGURES", "划型指标不正确", "employees, revenue or assets are out of range", "国统字〔2017〕213号")
	FiguresMissing       = refusal.New("SUBJECT_SIZE_MISSING", "企业必须填报从业人员、营业收入和资产总额", "an enterprise needs employees, revenue and assets", "国统字〔2017〕213号")
	FiguresNotFor        = refusal.New("SUBJECT_SIZE_NOT_APPLICABLE", "只有企业划型", "enterprises alone are sized", "国统字〔2017〕213号")
	RepresentativeWrong  = refusal.New("SUBJECT_REPRESENTATIVE", "法定代表人信息不正确", "the representative's name, signer or ID is not in order", "")
	RepresentativeNeeded = refusal.New("SUBJECT_REPRESENTATIVE_MISSING", "必须填写法定代表人", "a subject of this type needs a representative", "民法典 61")
	FactMissing          = refusal.New("SUBJECT_FACT_MISSING", "登记信息不全", "a fact that registration needs is missing", "")
	NothingChanged       = refusal.New("SUBJECT_NOTHING_AMENDED", "没有变更内容", "the amendment changes nothing", "")
	FromWrong            = refusal.New("SUBJECT_FROM", "生效日期晚于业务日期或早于登记", "facts hold from the business date or earlier, and not from before the first", "")
	Unknown              = refusal.New("SUBJECT_UNKNOWN", "本行账本上没有该主体", "no such subject in this book", "")
	TooEarly             = refusal.New("SUBJECT_NO_FACTS_YET", "该日期尚无主体登记信息", "nothing is known of the subject on that day", "")
	FormerRepresentative = refusal.New("SUBJECT_FORMER_REPRESENTATIVE", "签署人当日不是法定代表人", "the signer was not, or no longer, the representative on that day", "民法典 61")
	NoRepresentative     = refusal.New("SUBJECT_NOT_REPRESENTATIVE", "签署人不是该主体的法定代表人", "the signer has never been the subject's representative", "民法典 61")
)

var operator = []command.Allow{{Party: command.Commission, Role: "operator"}}

// RegisterContent brings a subject into a book. The reference's ID is the
// pseudonym, its number the USCC or resident ID, in capitals.
type RegisterContent struct {
	command.Head
	Subject ledgerstate.Ref `json:"subject"`
	Type    Type            `json:"type"`
	IDKind  IDKind          `json:"id_kind"`
	Facts   Amendment       `json:"facts"` // from: left out, the business date
}

// Register 登记主体.
var Register = command.Command[RegisterContent]{
	Spec: command.Spec{Name: "subject.Register", Zh: "登记信息主体", En: "register a subject", Lane: command.PersonLane, Access: operator,
		Source: "青政办〔2023〕24号; 征信业管理条例 13"},
	Wants: func(c RegisterContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: Kind, Ref: c.Subject, Birth: true}}
	},
	Valid: func(c RegisterContent) error {
		c.Facts.From = from(c.Facts, c.Head)
		return c.valid()
	},
	Decide: func(_ *command.Context, c RegisterContent) ([]ledgerstate.Change, error) {
		c.Facts.From = from(c.Facts, c.Head)
		return []ledgerstate.Change{Kind.Born(c.Subject, Registered{c.Type, c.IDKind, c.Facts})}, nil
	},
}

// AmendContent changes facts of a subject from a day on.
type AmendContent struct {
	command.Head
	Subject ledgerstate.Ref `json:"subject"`
	Facts   Amendment       `json:"facts"` // from: left out, the business date
}

// Amend 变更主体信息.
var Amend = command.Command[AmendContent]{
	Spec: command.Spec{Name: "subject.Amend", Zh: "变更主体信息", En: "amend a subject's facts from a day on", Lane: command.PersonLane, Access: operator,
		Source: "征信业管理条例 23"},
	Wants: func(c AmendContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: c.Subject}} },
	Valid: func(c AmendContent) error {
		c.Facts.From = from(c.Facts, c.Head)
		if c.Facts.empty() {
			return NothingChanged.At("facts", nil, nil)
		}
		if c.Facts.From > c.Date {
			return FromWrong.At("facts.from", c.Date, c.Facts.From)
		}
		return c.Facts.valid()
	},
	Decide: func(ctx *command.Context, c AmendContent) ([]ledgerstate.Change, error) {
		c.Facts.From = from(c.Facts, c.Head)
		r, err := Kind.Get(ctx.View, "subject", c.Subject)
		if err != nil {
			return nil, err
		}
		if first := r.State.Amendments[0].From; c.Facts.From < first {
			return nil, FromWrong.At("facts.from", first, c.Facts.From)
		}
		if err := r.State.Type.suits(c.Facts); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(c.Subject, Amended{c.Facts})}, nil
	},
}

// from is the day from which facts hold: the business date unless given.
func from(a Amendment, h command.Head) calendar.Date {
	if a.From == 0 {
		return h.Date
	}
	return a.From
}
