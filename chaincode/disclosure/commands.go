package disclosure

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Definitions of the room in one of the places where grants live.
type room struct {
	authorization.Place
	Use, Deliver, Receive, Refuse, Recall, Certify command.Definition
	Show, List, Owed                               command.QueryDefinition
}

// The room in a book, and in commons.
var (
	InBook    = roomIn(authorization.InBook)
	InCommons = roomIn(authorization.InCommons)
)

// In is the room in a chaincode.
func In(chaincode string) *room {
	if chaincode == command.CommonsName {
		return InCommons
	}
	return InBook
}

func roomIn(p authorization.Place) *room {
	p.En = strings.Replace(p.En, " to ", " by ", 1)
	r := &room{Place: p}
	r.Use, r.Deliver, r.Receive, r.Refuse, r.Recall, r.Certify = r.use(), r.deliver(), r.receive(), r.refuse(), r.recall(), r.certify()
	r.Show, r.List, r.Owed = r.show(), r.list(), r.owed()
	return r
}

func (p *room) commands() []command.Definition {
	return []command.Definition{p.Use, p.Deliver, p.Receive, p.Refuse, p.Recall, p.Certify}
}

// Commands of the room in a book, and in commons.
var (
	Commands      = InBook.commands()
	OtherCommands = InCommons.commands()
)

// owners keep records that others may ask for, and hold every intake.
var owners = []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.CentralBank, Role: "officer"}, {Party: command.Finance, Role: "officer"}}

func (p *room) spec(name, zh, en, source string, access []command.Allow) command.Spec {
	return command.Spec{Name: "disclosure." + name + p.Suffix, Zh: zh + p.Zh, En: en + p.En, Source: source, Lane: p.Lane, Access: access}
}

func wants(number string) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: Kind, Ref: RequestRef(number)}}
}

// UseContent is a request for records.
type UseContent struct {
	command.Head
	Request string `json:"request"` // its number, drawn at random by the user
	Terms
}

// use 申请披露: it stands on the ledger, granted or refused, before anything
// is handed over.
func (p *room) use() command.Definition {
	return command.Command[UseContent]{
		Spec: p.spec("Use", "申请披露", "ask for records under a grant", "征信业管理条例 18, 20, 22; 个人信息保护法 6, 23", p.Users),
		Wants: func(c UseContent) []ledgerstate.Want {
			return append(wants(c.Request), authorization.Wants(c.Grant, c.Subject)...)
		},
		Valid: func(c UseContent) error {
			if err := validNumber(c.Request); err != nil {
				return err
			}
			return c.Terms.valid()
		},
		Decide: func(ctx *command.Context, c UseContent) ([]ledgerstate.Change, error) {
			ref := RequestRef(c.Request)
			r, err := Kind.At(ctx.View, ref.ID)
			if err != nil {
				return nil, err
			}
			if r != nil {
				return nil, attempted(ctx, c.Request, r.State, NumberUsed.At("request", nil, c.Request))
			}
			asked := Asked{Terms: c.Terms, User: actor(ctx)}
			used, err := p.judge(ctx, c)
			if no, ok := refusal.As(err); ok {
				return nil, denied(ctx, ref, asked, no)
			}
			if err != nil {
				return nil, err
			}
			return []ledgerstate.Change{Kind.Born(ref, asked), used}, nil
		},
	}
}

// judge is the rule: the grant's own, and who keeps the records.
func (p *room) judge(ctx *command.Context, c UseContent) (ledgerstate.Change, error) {
	party, _ := consortium.Of(ctx).Party(c.Owner)
	if c.Owner == ctx.Actor.MSP || party != command.Commission && party != command.CentralBank && party != command.Finance {
		return nil, OwnerWrong.At("owner", "an authority", c.Owner)
	}
	need := authorization.Need{Subject: c.Subject, Purposes: []string{c.Purpose}, Items: c.Items(), Day: c.Date, Provider: c.Owner, Modes: []authorization.Mode{authorization.Raw}}
	if len(c.Fields) > 0 {
		need.Modes = append(need.Modes, authorization.Derived)
	}
	return authorization.Spend(ctx, c.Grant, need, c.Why)
}

// denied is a request that is born refused. The subject of the grant, if it is
// another than the one named, is to see it too.
func denied(ctx *command.Context, ref ledgerstate.Ref, asked Asked, no *refusal.Refusal) error {
	owner, err := authorization.SubjectOf(ctx, asked.Terms.Grant)
	if err != nil {
		return err
	}
	if owner != asked.Terms.Subject {
		asked.Also = owner
	}
	asked.Denied = &Denial{no.Code, no.Field, cut(no.Limit), cut(no.Actual)}
	return &command.Seen{Refusal: no, Changes: []ledgerstate.Change{Kind.Born(ref, asked)}}
}

// attempted is a refusal that stands on the request, as long as there is room.
func attempted(ctx *command.Context, number string, r Request, no *refusal.Refusal) error {
	if r.Refusals >= maxRefusals {
		return no
	}
	return &command.Seen{Refusal: no, Changes: happened(number, Refused{Denial{Code: no.Code, Field: no.Field}, actor(ctx)})}
}

func cut(s string) string {
	if len(s) > maxDetail {
		s = strings.ToValidUTF8(s[:maxDetail], "") + "…"
	}
	return s
}

// DeliverContent is the owner's receipt.
type DeliverContent struct {
	command.Head
	Request string `json:"request"`
	Records []Hash `json:"records"` // leaves of what is released
	Sealed  Hash   `json:"sealed"`  // SHA-256 of what is sent
}

// deliver 登记交付: committed before a byte leaves, and once only.
func (p *room) deliver() command.Definition {
	return command.Command[DeliverContent]{
		Spec:  p.spec("Deliver", "登记交付", "record what is handed over", "征信业管理条例 20, 22; 个人信息保护法 23", owners),
		Wants: func(c DeliverContent) []ledgerstate.Want { return wants(c.Request) },
		Valid: func(c DeliverContent) error {
			if len(c.Records) < 1 || len(c.Records) > maxRecords {
				return RecordsWrong.At("records", "1..16", len(c.Records))
			}
			if len(c.Sealed) == 0 {
				return OtherSealed.At("sealed", nil, nil)
			}
			return validNumber(c.Request)
		},
		Decide: func(ctx *command.Context, c DeliverContent) ([]ledgerstate.Change, error) {
			r, err := owned(ctx, c.Request)
			switch {
			case err != nil:
				return nil, err
			case r.Denied != nil:
				return nil, WasDenied.At("request", nil, r.Denied.Code)
			case r.Delivered != nil:
				return nil, Served.At("request", nil, c.Request)
			}
			left := map[string]bool{}
			for _, x := range r.Terms.Records {
				left[string(x.Leaf)] = true
			}
			for _, leaf := range c.Records {
				if !left[string(leaf)] {
					return nil, OtherRecords.At("records", nil, nil)
				}
				left[string(leaf)] = false
			}
			return happened(c.Request, Handed{c.Records, c.Sealed, actor(ctx)}), nil
		},
	}
}

func happened(number string, e ledgerstate.Event[Request]) []ledgerstate.Change {
	return []ledgerstate.Change{Kind.Happened(RequestRef(number), e)}
}

func get(ctx *command.Context, number string) (Request, error) {
	ref := RequestRef(number)
	r, err := Kind.At(ctx.View, ref.ID)
	if err != nil {
		return Request{}, err
	}
	if r == nil || r.Natural != number {
		return Request{}, Unknown.At("request", nil, invalid.Shown(number))
	}
	return r.State, nil
}

func owned(ctx *command.Context, number string) (Request, error) {
	r, err := get(ctx, number)
	if err == nil && r.Terms.Owner != ctx.Actor.MSP {
		err = NotOwner.At("request", r.Terms.Owner, ctx.Actor.MSP)
	}
	return r, err
}

// handed is a delivered request of the actor's own organization.
func handed(ctx *command.Context, number string) (Request, error) {
	r, err := get(ctx, number)
	switch {
	case err != nil:
	case r.User.MSP != ctx.Actor.MSP:
		err = NotUser.At("request", nil, ctx.Actor.MSP)
	case r.Delivered == nil:
		err = NotDelivered.At("request", nil, r.Status())
	}
	return r, err
}

// ReceiveContent is the recipient's receipt.
type ReceiveContent struct {
	command.Head
	Request string `json:"request"`
	Sealed  Hash   `json:"sealed"` // SHA-256 of what came
}

// receive 签收: by the very person who asked.
func (p *room) receive() command.Definition {
	return command.Command[ReceiveContent]{
		Spec:  p.spec("Receive", "签收披露", "acknowledge what was handed over", "征信业管理条例 22", p.Users),
		Wants: func(c ReceiveContent) []ledgerstate.Want { return wants(c.Request) },
		Valid: func(c ReceiveContent) error { return validNumber(c.Request) },
		Decide: func(ctx *command.Context, c ReceiveContent) ([]ledgerstate.Change, error) {
			r, err := handed(ctx, c.Request)
			switch {
			case err != nil:
				return nil, err
			case string(r.User.Fingerprint) != string(ctx.Actor.Fingerprint):
				return nil, attempted(ctx, c.Request, r, NotUser.At("certificate", nil, nil))
			case r.Received:
				return nil, WasReceived.At("request", nil, c.Request)
			case string(r.Sealed) != string(c.Sealed):
				return nil, OtherSealed.At("sealed", nil, nil)
			}
			return happened(c.Request, Acknowledged{actor(ctx)}), nil
		},
	}
}

// RefuseContent is what an owner's node did not do.
type RefuseContent struct {
	command.Head
	Request string `json:"request"`
	Denial
	Caller Who   `json:"caller"` // who presented the request, as the node's connection knows
	Claim  Terms `json:"claim"`  // what was asked for; counts where the request is not on the ledger
}

// refuse 登记拒绝: by the owner whose node was asked. A request that is not on
// the ledger comes into being by it, denied, so that the subject sees it.
func (p *room) refuse() command.Definition {
	return command.Command[RefuseContent]{
		Spec:  p.spec("Refuse", "登记拒绝披露", "record that nothing was handed over", "征信业管理条例 20, 22", owners),
		Wants: func(c RefuseContent) []ledgerstate.Want { return wants(c.Request) },
		Valid: func(c RefuseContent) error {
			if !strings.HasPrefix(c.Code, "DISCLOSURE_") || len(c.Code) > maxText || len(c.Field) > maxText {
				return CodeForm.At("code", "DISCLOSURE_…", invalid.Shown(c.Code))
			}
			if len(c.Limit) > maxDetail || len(c.Actual) > maxDetail || len(c.Caller.Post) > maxDetail {
				return TextLength.At("actual", maxDetail, max(len(c.Limit), len(c.Actual)))
			}
			if c.Caller.MSP == "" || len(c.Caller.MSP) > maxText || len(c.Caller.Fingerprint) == 0 {
				return TextLength.At("caller", "MSP and fingerprint", nil)
			}
			return validNumber(c.Request)
		},
		Decide: func(ctx *command.Context, c RefuseContent) ([]ledgerstate.Change, error) {
			r, err := owned(ctx, c.Request)
			if Unknown.Is(err) {
				if err := c.Claim.valid(); err != nil {
					return nil, err
				}
				if c.Claim.Owner != ctx.Actor.MSP {
					return nil, NotOwner.At("claim.owner", c.Claim.Owner, ctx.Actor.MSP)
				}
				return []ledgerstate.Change{Kind.Born(RequestRef(c.Request), Asked{Terms: c.Claim, User: c.Caller, Denied: &c.Denial, Node: ctx.Actor.MSP})}, nil
			}
			if err != nil {
				return nil, err
			}
			if r.Refusals >= maxRefusals {
				return nil, TooMany.At("request", maxRefusals, r.Refusals)
			}
			return happened(c.Request, Refused{c.Denial, c.Caller}), nil
		},
	}
}

// RecallContent asks for deletion.
type RecallContent struct {
	command.Head
	Request   string `json:"request"`
	Basis     string `json:"basis"`     // code of the legal basis: pipl-47, credit-16, court
	Reference string `json:"reference"` // number of the erasure, opaque
}

// recall 通知删除: the owner erased the record by law, and asks who has a copy.
func (p *room) recall() command.Definition {
	return command.Command[RecallContent]{
		Spec:  p.spec("Recall", "通知删除副本", "ask for deletion of what was handed over", "个人信息保护法 47; 征信业管理条例 16", owners),
		Wants: func(c RecallContent) []ledgerstate.Want { return wants(c.Request) },
		Valid: func(c RecallContent) error {
			if c.Basis == "" || len(c.Basis) > maxText || c.Reference == "" || len(c.Reference) > maxText {
				return TextLength.At("basis", "basis and reference, 1..64", nil)
			}
			return validNumber(c.Request)
		},
		Decide: func(ctx *command.Context, c RecallContent) ([]ledgerstate.Change, error) {
			r, err := owned(ctx, c.Request)
			switch {
			case err != nil:
				return nil, err
			case r.Delivered == nil:
				return nil, NotDelivered.At("request", nil, r.Status())
			case r.Deleted:
				return nil, WasDeleted.At("request", nil, c.Request)
			case r.Recalled:
				return nil, WasRecalled.At("request", nil, c.Request)
			}
			return happened(c.Request, Recalled{c.Basis, c.Reference, actor(ctx)}), nil
		},
	}
}

// CertifyContent is a certificate of deletion.
type CertifyContent struct {
	command.Head
	Request     string `json:"request"`
	Basis       string `json:"basis"`       // why: revocation, or the code of a recall's basis
	Certificate Hash   `json:"certificate"` // SHA-256 of the signed paper 删除证明
}

// certify 删除证明: the recipient has no copy any more.
func (p *room) certify() command.Definition {
	return command.Command[CertifyContent]{
		Spec:  p.spec("CertifyDeletion", "登记删除证明", "certify that all copies are deleted", "个人信息保护法 47", p.Users),
		Wants: func(c CertifyContent) []ledgerstate.Want { return wants(c.Request) },
		Valid: func(c CertifyContent) error {
			if c.Basis == "" || len(c.Basis) > maxText {
				return TextLength.At("basis", "1..64", len(c.Basis))
			}
			if len(c.Certificate) == 0 {
				return TextLength.At("certificate", "SHA-256 of the paper", nil)
			}
			return validNumber(c.Request)
		},
		Decide: func(ctx *command.Context, c CertifyContent) ([]ledgerstate.Change, error) {
			r, err := handed(ctx, c.Request)
			if err != nil {
				return nil, err
			}
			if r.Deleted {
				return nil, WasDeleted.At("request", nil, c.Request)
			}
			return happened(c.Request, Certified{c.Basis, c.Certificate, actor(ctx)}), nil
		},
	}
}
