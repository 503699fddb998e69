package consortium

import (
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Commands of the room, all in commons.
var Commands = []command.Definition{Found, OpenDay, Propose, Approve, Withdraw, Block}

// Reasons of the room.
var (
	Already       = refusal.New("CONSORTIUM_EXISTS", "联盟已经成立", "the consortium has been founded already", "")
	MembersWrong  = refusal.New("CONSORTIUM_MEMBERS", "成员表不完整", "the consortium needs exactly one each of C, P, F and at least one bank, each MSP and each book once", "")
	DayMissing    = refusal.New("DAY_MISSING", "必须填写首个营业日", "the first business day is missing", "")
	DayNotLater   = refusal.New("DAY_NOT_LATER", "营业日必须晚于当前营业日", "a business day opens after the one that is open", "")
	DayInFuture   = refusal.New("DAY_IN_FUTURE", "营业日不能晚于北京时间的今天", "the open day must not be later than today in Beijing", "")
	OneTable      = refusal.New("ONE_TABLE", "一次只能变更一张参照表", "a proposal changes exactly one table", "")
	TableOwner    = refusal.New("TABLE_OWNER", "该参照表由其他单位负责", "another organization owns this table", "")
	ProposalTaken = refusal.New("PROPOSAL_PENDING", "已有同一编号的变更待复核", "a proposal of that number is pending already", "")
	ProposalsFull = refusal.New("PROPOSALS_FULL", "待复核的变更过多", "too many proposals are pending: approve or withdraw some", "")
	NoProposal    = refusal.New("NO_PROPOSAL", "没有待复核的变更", "no such proposal is pending", "")
	SamePerson    = refusal.New("SAME_PERSON", "经办与复核不能为同一人", "the second signature must be another person's", "")
	CalendarWrong = refusal.New("CALENDAR_WRONG", "工作日历不正确", "the calendar's years or days are not in order", "")
	RowWrong      = refusal.New("TABLE_ROW", "参照表内容不正确", "a row of the table is out of range", "")
	TextLength    = refusal.New("TEXT_LENGTH", "文字过长", "the text is too long", "")
	BlockReason   = refusal.New("REASON_MISSING", "必须填写原因", "a reason is needed", "")
	AlreadySigned = refusal.New("ALREADY_SIGNED", "该单位已经会签", "this authority has signed already: each of the three signs once", "")
	PackWrong     = refusal.New("RULE_PACK", "规则包内容不正确", "the rule pack's content is out of range", "")
	PackExists    = refusal.New("RULE_PACK_EXISTS", "已有同一编号或同一生效日的规则包,已会签的规则包不得修改", "a rule pack of that ID or first day stands already: what was signed never changes", "")
	PackLate      = refusal.New("RULE_PACK_LATE", "规则包须在生效日之前完成会签", "a rule pack must be signed before its first day", "")
	FingerprintIs = refusal.New("FINGERPRINT_FORM", "证书指纹格式不符", "a fingerprint is 64 hex digits in lower case", "")
)

// owners says who proposes a change of a table and who signs second; where
// all must sign, each of them once, the proposer's signature among them.
var owners = map[string]struct {
	propose, approve []command.Party
	all              bool
}{
	"lpr":      {[]command.Party{command.CentralBank}, []command.Party{command.CentralBank}, false},
	"calendar": {[]command.Party{command.CentralBank}, []command.Party{command.CentralBank, command.Commission}, false},
	"products": {[]command.Party{command.Commission}, []command.Party{command.Commission, command.CentralBank}, false},
	"purposes": {[]command.Party{command.Commission}, []command.Party{command.CentralBank}, false},
	"items":    {[]command.Party{command.Commission}, []command.Party{command.Commission, command.CentralBank}, false},
	"members":  {[]command.Party{command.Commission}, []command.Party{command.CentralBank}, false},
	"rules":    {[]command.Party{command.Commission}, []command.Party{command.CentralBank, command.Finance}, false},
	packTable:  {authorities, authorities, true},
}

// FoundContent founds the consortium.
type FoundContent struct {
	command.Head
	Simulated bool     `json:"simulated"`
	Members   []Member `json:"members"`
	Tables    []Change `json:"tables"`
}

// Found 成立: the first transaction of commons. All three authorities
// endorse it, which is the consent to its content.
var Found = command.Command[FoundContent]{
	Spec: command.Spec{Name: "consortium.Found", Zh: "成立联盟", En: "found the consortium", Lane: command.PublicLane, Genesis: true,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}}},
	Wants: func(FoundContent) []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: Ref, Birth: true}} },
	Valid: func(c FoundContent) error {
		if !c.Date.Valid() {
			return DayMissing.At("date", nil, nil)
		}
		seen := map[string]bool{}
		for _, m := range c.Members {
			if seen[m.MSP] {
				return MembersWrong.At("members", "each MSP once", m.MSP)
			}
			seen[m.MSP] = true
		}
		if err := (Change{Members: c.Members}).valid(); err != nil {
			return err
		}
		if no := complete(c.Members); no != nil {
			return no
		}
		if n := len(c.Tables); n > maxList {
			return RowWrong.At("tables", maxList, n)
		}
		var packs []RulePack
		for _, t := range c.Tables {
			if err := t.valid(); err != nil {
				return err
			}
			for _, p := range t.Packs {
				if no := newPack(packs, p); no != nil {
					return no
				}
				packs = addPacks(packs, []RulePack{p})
			}
		}
		return nil
	},
	Decide: func(ctx *command.Context, c FoundContent) ([]ledgerstate.Change, error) {
		if ctx.Reference != nil {
			return nil, Already.At("", nil, nil)
		}
		var founder, endorser command.Party
		for _, m := range c.Members {
			if m.MSP == ctx.Actor.MSP {
				founder = m.Party
			}
			if m.MSP == ctx.Endorser {
				endorser = m.Party
			}
		}
		if founder != command.Commission || !ctx.Actor.Has("operator") {
			return nil, command.AccessDenied.At("identity", "C/operator", string(founder))
		}
		// All three authorities must endorse, and each finds itself in one of
		// the three seats: nobody founds a consortium over their heads.
		if endorser != command.Commission && endorser != command.CentralBank && endorser != command.Finance {
			return nil, ledgerstate.Errorf("FOUNDING_WITHHELD", "%s is no authority of the consortium that %s would found", ctx.Endorser, ctx.Actor.MSP)
		}
		if !c.Simulated && c.Date > today(ctx) {
			return nil, DayInFuture.At("date", today(ctx), c.Date)
		}
		initial := make([]Change, len(c.Tables))
		for i, t := range c.Tables {
			initial[i] = t.completed(Parameters{})
		}
		return []ledgerstate.Change{Kind.Born(Ref, Founded{Simulated: c.Simulated, Open: c.Date, Members: c.Members, Initial: initial})}, nil
	},
}

func today(ctx *command.Context) calendar.Date {
	d, err := calendar.NewDate(ctx.Time.Year(), int(ctx.Time.Month()), ctx.Time.Day())
	if err != nil {
		return calendar.First
	}
	return d
}

// OpenDayContent opens the business day that its date names.
type OpenDayContent struct{ command.Head }

// OpenDay 开放营业日.
var OpenDay = command.Command[OpenDayContent]{
	Spec: command.Spec{Name: command.OpenDayCommand, Zh: "开放营业日", En: "open a business day", Lane: command.PublicLane,
		Access: []command.Allow{{Party: command.CentralBank, Role: "officer"}}},
	Wants: func(OpenDayContent) []ledgerstate.Want { return target },
	Decide: func(ctx *command.Context, c OpenDayContent) ([]ledgerstate.Change, error) {
		r, err := Kind.Get(ctx.View, "consortium", Ref)
		if err != nil {
			return nil, err
		}
		if c.Date <= r.State.Open {
			return nil, DayNotLater.At("date", r.State.Open, c.Date)
		}
		if !r.State.Simulated && c.Date > today(ctx) {
			return nil, DayInFuture.At("date", today(ctx), c.Date)
		}
		return []ledgerstate.Change{Kind.Happened(Ref, DayOpened{c.Date})}, nil
	},
}

var target = []ledgerstate.Want{{Kind: Kind, Ref: Ref}}

// ProposeContent proposes new content for one table.
type ProposeContent struct {
	command.Head
	Change Change `json:"change"`
}

// Propose 提出变更: the first signature.
var Propose = command.Command[ProposeContent]{
	Spec: command.Spec{Name: "consortium.Propose", Zh: "提出参照表变更", En: "propose a change of a reference table", Lane: command.PublicLane,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.CentralBank, Role: "officer"}, {Party: command.Finance, Role: "officer"}}},
	Wants: func(ProposeContent) []ledgerstate.Want { return target },
	Valid: func(c ProposeContent) error {
		if n := len(c.Change.tables()); n != 1 {
			return OneTable.At("change", 1, n)
		}
		if n := len(c.Change.Packs); n > 1 { // each is signed for itself
			return PackWrong.At("change.packs", 1, n)
		}
		return c.Change.valid()
	},
	Decide: func(ctx *command.Context, c ProposeContent) ([]ledgerstate.Change, error) {
		r, err := Kind.Get(ctx.View, "consortium", Ref)
		if err != nil {
			return nil, err
		}
		table := c.Change.tables()[0]
		if !slices.Contains(owners[table].propose, ctx.Actor.Party) {
			return nil, TableOwner.At("change", table, string(ctx.Actor.Party))
		}
		if _, _, taken := r.State.take(c.Number); taken {
			return nil, ProposalTaken.At("number", nil, c.Number)
		}
		if n := len(r.State.Pending); n >= maxPending {
			return nil, ProposalsFull.At("change", maxPending, n)
		}
		if no := c.Change.fits(r.State); no != nil {
			return nil, no
		}
		return []ledgerstate.Change{Kind.Happened(Ref, Proposed{Number: c.Number, Change: c.Change.completed(r.State.Rules), Date: c.Date,
			Party: ctx.Actor.Party, MSP: ctx.Actor.MSP, Proposer: ctx.Actor.By()})}, nil
	},
}

// ApproveContent names the proposal by its number.
type ApproveContent struct {
	command.Head
	Proposal string `json:"proposal"`
}

// pending finds a proposal, among the tables as they are.
func pending(ctx *command.Context, number string) (Tables, Proposal, error) {
	r, err := Kind.Get(ctx.View, "consortium", Ref)
	if err != nil {
		return Tables{}, Proposal{}, err
	}
	p, _, ok := r.State.take(number)
	if !ok {
		return r.State, p, NoProposal.At("proposal", nil, number)
	}
	return r.State, p, nil
}

// Approve 复核变更: the second signature puts the change into force. A rule
// pack needs the signatures of all three authorities; until then nothing of
// it is in force.
var Approve = command.Command[ApproveContent]{
	Spec: command.Spec{Name: "consortium.Approve", Zh: "复核参照表变更", En: "approve a change of a reference table", Lane: command.PublicLane,
		Access: []command.Allow{{Party: command.Commission, Role: "approver"}, {Party: command.CentralBank, Role: "approver"}, {Party: command.Finance, Role: "approver"}}},
	Wants: func(ApproveContent) []ledgerstate.Want { return target },
	Decide: func(ctx *command.Context, c ApproveContent) ([]ledgerstate.Change, error) {
		t, p, err := pending(ctx, c.Proposal)
		if err != nil {
			return nil, err
		}
		if string(p.Proposer) == string(ctx.Actor.By()) {
			return nil, SamePerson.At("identity", nil, nil)
		}
		table := p.Change.tables()[0]
		if !slices.Contains(owners[table].approve, ctx.Actor.Party) {
			return nil, TableOwner.At("proposal", table, string(ctx.Actor.Party))
		}
		if owners[table].all {
			if p.signedBy(ctx.Actor.Party) {
				return nil, AlreadySigned.At("identity", nil, string(ctx.Actor.Party))
			}
			if 2+len(p.Signatures) < len(owners[table].approve) { // the proposer's and this one
				return []ledgerstate.Change{Kind.Happened(Ref, Signed{c.Proposal, Signature{ctx.Actor.Party, c.Date, ctx.Actor.By()}})}, nil
			}
		}
		if no := p.Change.fits(t); no != nil { // others may have changed since
			return nil, no
		}
		return []ledgerstate.Change{Kind.Happened(Ref, Approved{c.Proposal})}, nil
	},
}

// Withdraw 撤回变更: the proposer's organization drops its proposal.
var Withdraw = command.Command[ApproveContent]{
	Spec: command.Spec{Name: "consortium.Withdraw", Zh: "撤回参照表变更", En: "withdraw a proposed change", Lane: command.PublicLane,
		Access: Propose.Access},
	Wants: func(ApproveContent) []ledgerstate.Want { return target },
	Decide: func(ctx *command.Context, c ApproveContent) ([]ledgerstate.Change, error) {
		_, p, err := pending(ctx, c.Proposal)
		if err != nil {
			return nil, err
		}
		if p.MSP != ctx.Actor.MSP {
			return nil, TableOwner.At("proposal", p.MSP, ctx.Actor.MSP)
		}
		return []ledgerstate.Change{Kind.Happened(Ref, Withdrawn{c.Proposal})}, nil
	},
}

// BlockContent names a leaver's certificate.
type BlockContent struct {
	command.Head
	Fingerprint string `json:"fingerprint"`
	Reason      string `json:"reason"`
}

// Block 停用证书: a leaver is blocked the same day. Any authority may do it;
// what is blocked stays blocked, a returning person is enrolled anew.
var Block = command.Command[BlockContent]{
	Spec: command.Spec{Name: "consortium.Block", Zh: "停用人员证书", En: "block a person's certificate", Lane: command.PublicLane,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.CentralBank, Role: "officer"}, {Party: command.Finance, Role: "approver"}}},
	Wants: func(BlockContent) []ledgerstate.Want { return target },
	Valid: func(c BlockContent) error {
		if len(c.Fingerprint) != 64 {
			return FingerprintIs.At("fingerprint", 64, len(c.Fingerprint))
		}
		for i := 0; i < len(c.Fingerprint); i++ {
			if x := c.Fingerprint[i]; (x < '0' || x > '9') && (x < 'a' || x > 'f') {
				return FingerprintIs.At("fingerprint", "0-9a-f", c.Fingerprint[i:i+1])
			}
		}
		if c.Reason == "" {
			return BlockReason.At("reason", nil, nil)
		}
		return within("reason", c.Reason)
	},
	Decide: func(ctx *command.Context, c BlockContent) ([]ledgerstate.Change, error) {
		if _, err := Kind.Get(ctx.View, "consortium", Ref); err != nil {
			return nil, err
		}
		return []ledgerstate.Change{Kind.Happened(Ref, PersonBlocked{BlockedPerson{c.Fingerprint, c.Date, c.Reason}})}, nil
	},
}
