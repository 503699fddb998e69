package authorization

import (
	"sort"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// place is where grants live: the book of the bank that they are given to,
// or commons for everybody else.
type place struct {
	suffix     string
	zh, en     string
	chaincode  command.Chaincode
	collection command.Collection
	lane       command.Lane
	users      []command.Allow // who may use a grant
	readers    []command.Allow // who sees grants, besides their subject
}

var (
	inBook = place{chaincode: command.Book, collection: command.Intake, lane: command.IntakeLane,
		zh: "（本行）", en: " to the book's bank",
		users: allow(command.Bank, "officer", "reviewer"),
		readers: join(allow(command.Bank, "officer", "reviewer", "approver", "auditor"),
			allow(command.Commission, "operator", "reviewer", "auditor"),
			allow(command.CentralBank, "officer", "approver", "auditor"),
			allow(command.Finance, "officer", "reviewer", "approver", "auditor"))}
	inCommons = place{suffix: "Other", chaincode: command.Commons, collection: command.CommonsIntake, lane: command.OthersLane,
		zh: "（非银行）", en: " to others than banks",
		users: join(allow(command.Commission, "operator", "reviewer"), allow(command.CentralBank, "officer"),
			allow(command.Finance, "officer", "reviewer"), allow(command.Audit, "auditor")),
		readers: join(allow(command.Commission, "operator", "reviewer", "auditor"),
			allow(command.CentralBank, "officer", "approver", "auditor"),
			allow(command.Finance, "officer", "reviewer", "approver", "auditor"), allow(command.Audit, "auditor"))}
)

// givers may grant and revoke: the subject itself, and the operator for what
// was captured on paper or at a counter.
var givers = join(allow(command.Subject, "subject"), allow(command.Commission, "operator"))

func allow(p command.Party, roles ...string) []command.Allow {
	var list []command.Allow
	for _, r := range roles {
		list = append(list, command.Allow{Party: p, Role: r})
	}
	return list
}

func join(lists ...[]command.Allow) []command.Allow {
	var all []command.Allow
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// Commands of the room in a book, and in commons.
var (
	Commands      = []command.Definition{grantIn(inBook), revokeIn(inBook), checkIn(inBook)}
	OtherCommands = []command.Definition{grantIn(inCommons), revokeIn(inCommons), checkIn(inCommons)}
)

// GrantContent is a grant as given.
type GrantContent struct {
	command.Head
	Grant ledgerstate.Ref `json:"grant"` // no: the grant's number 授权书编号
	Terms
	Evidence
}

// grantIn 授权.
func grantIn(p place) command.Definition {
	return command.Command[GrantContent]{
		Spec: command.Spec{Name: "authorization.Grant" + p.suffix, Zh: "登记授权" + p.zh, En: "grant" + p.en, Lane: p.lane, Access: givers,
			Source: "征信业管理条例 13, 14, 18, 19; 个人信息保护法 14, 17, 23"},
		Wants: func(c GrantContent) []ledgerstate.Want {
			return []ledgerstate.Want{{Kind: Kind, Ref: c.Grant, Birth: true}}
		},
		Valid: GrantContent.valid,
		Decide: func(ctx *command.Context, c GrantContent) ([]ledgerstate.Change, error) {
			if err := c.decide(ctx); err != nil {
				return nil, err
			}
			c.Items = sorted(c.Items)
			c.Providers = sorted(c.Providers)
			return []ledgerstate.Change{Kind.Born(c.Grant, Granted{c.Terms, c.Evidence})}, nil
		},
	}
}

func sorted(list []string) []string {
	list = append([]string(nil), list...)
	sort.Strings(list)
	return list
}

// RevokeContent takes a grant back. It names the subject, since the grant's
// page is not read.
type RevokeContent struct {
	command.Head
	Grant   ledgerstate.Ref `json:"grant"` // the ID may be left out
	Subject string          `json:"subject"`
	Channel Channel         `json:"channel"`
	Reason  string          `json:"reason,omitempty"` // the operator must give one, a subject need not
	Delete  bool            `json:"delete,omitempty"` // the recipient must delete what it has
}

// revokeIn 撤回授权: a blind write of the marker.
func revokeIn(p place) command.Definition {
	return command.Command[RevokeContent]{
		Spec: command.Spec{Name: "authorization.Revoke" + p.suffix, Zh: "撤回授权" + p.zh, En: "revoke a grant" + p.en, Lane: p.lane, Access: givers,
			Source: "个人信息保护法 15, 16, 47"},
		Wants: func(c RevokeContent) []ledgerstate.Want {
			return []ledgerstate.Want{{Kind: Revocations, Ref: MarkerRef(c.Grant.No, c.Subject)}}
		},
		Valid: RevokeContent.valid,
		Decide: func(ctx *command.Context, c RevokeContent) ([]ledgerstate.Change, error) {
			if err := own(ctx, c.Subject); err != nil {
				return nil, err
			}
			if ctx.Actor.Party != command.Subject && c.Reason == "" {
				return nil, TextLength.At("reason", "1..200", 0)
			}
			id, err := Kind.Locate(ctx.View, c.Grant.No)
			if err != nil {
				return nil, err
			}
			if id.IsZero() || (!c.Grant.ID.IsZero() && c.Grant.ID != id) {
				return nil, Missing.At("grant", nil, c.Grant.No)
			}
			ref := MarkerRef(c.Grant.No, c.Subject)
			marker, err := Revocations.At(ctx.View, ref.ID)
			if err != nil {
				return nil, err
			}
			if marker != nil {
				return nil, RevokedBefore.At("grant", marker.State.Day, c.Date)
			}
			return []ledgerstate.Change{Revocations.Born(ref, Revoked{Marker{c.Date, c.Channel, c.Reason, c.Delete}})}, nil
		},
	}
}

// own refuses a subject that acts for another.
func own(ctx *command.Context, pseudonym string) error {
	if ctx.Actor.Party == command.Subject && (ctx.Actor.Pseudonym == "" || ctx.Actor.Pseudonym != pseudonym) {
		return NotOwn.At("subject", "your own pseudonym", nil)
	}
	return nil
}

// CheckContent is a use of a grant: it stands on the ledger before anything
// is disclosed.
type CheckContent struct {
	command.Head
	Grant   ledgerstate.Ref `json:"grant"`
	Subject string          `json:"subject"`
	Purpose string          `json:"purpose"`
	Items   []string        `json:"items"`
	Why     string          `json:"why"` // what it is for, such as an application number
}

// checkIn 授权核验与使用登记.
func checkIn(p place) command.Definition {
	return command.Command[CheckContent]{
		Spec: command.Spec{Name: "authorization.Check" + p.suffix, Zh: "核验并使用授权" + p.zh, En: "check and use a grant" + p.en, Lane: p.lane, Access: p.users,
			Source: "征信业管理条例 18, 20, 22"},
		Wants: func(c CheckContent) []ledgerstate.Want { return Wants(c.Grant, c.Subject) },
		Valid: CheckContent.valid,
		Decide: func(ctx *command.Context, c CheckContent) ([]ledgerstate.Change, error) {
			need := Need{Subject: c.Subject, Purposes: []string{c.Purpose}, Items: c.Items, Day: c.Date}
			// A grant in commons is used by its recipient, in a book by the
			// book's bank, which alone has access here.
			g, err := live(ctx, c.Grant, need)
			if err != nil {
				return nil, err
			}
			if g.Used >= g.Terms.Max {
				return nil, Exhausted.At("max_queries", g.Terms.Max, g.Used)
			}
			return []ledgerstate.Change{Kind.Happened(c.Grant, Used{sorted(c.Items), c.Why, ctx.Actor.Post, ctx.Actor.NameHash})}, nil
		},
	}
}
