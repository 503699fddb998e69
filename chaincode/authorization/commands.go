package authorization

import (
	"sort"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Place is where grants live: the book of the bank that they are given to,
// or commons for everybody else. Rooms whose commands use grants have their
// own beside them.
type Place struct {
	Suffix     string // of the names of commands and queries
	Zh, En     string
	Chaincode  command.Chaincode
	Collection command.Collection
	Lane       command.Lane
	Users      []command.Allow // who may use a grant
	Readers    []command.Allow // who sees grants, besides their subject
}

// The two places.
var (
	InBook = Place{Chaincode: command.Book, Collection: command.Intake, Lane: command.IntakeLane,
		Zh: "（本行）", En: " to the book's bank",
		Users: allow(command.Bank, "officer", "reviewer"),
		Readers: join(allow(command.Bank, "officer", "reviewer", "approver", "auditor"),
			allow(command.Commission, "operator", "reviewer", "auditor"),
			allow(command.CentralBank, "officer", "approver", "auditor"),
			allow(command.Finance, "officer", "reviewer", "approver", "auditor"))}
	InCommons = Place{Suffix: "Other", Chaincode: command.Commons, Collection: command.CommonsIntake, Lane: command.OthersLane,
		Zh: "（非银行）", En: " to others than banks",
		Users: join(allow(command.Commission, "operator", "reviewer"), allow(command.CentralBank, "officer"),
			allow(command.Finance, "officer", "reviewer"), allow(command.Audit, "auditor")),
		Readers: join(allow(command.Commission, "operator", "reviewer", "auditor"),
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
	Commands      = []command.Definition{grantIn(InBook), revokeIn(InBook), checkIn(InBook)}
	OtherCommands = []command.Definition{grantIn(InCommons), revokeIn(InCommons), checkIn(InCommons)}
)

// GrantContent is a grant as given.
type GrantContent struct {
	command.Head
	Grant ledgerstate.Ref `json:"grant"` // no: the grant's number 授权书编号
	Terms
	Evidence
}

// grantIn 授权.
func grantIn(p Place) command.Definition {
	return command.Command[GrantContent]{
		Spec: command.Spec{Name: "authorization.Grant" + p.Suffix, Zh: "登记授权" + p.Zh, En: "grant" + p.En, Lane: p.Lane, Access: givers,
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
func revokeIn(p Place) command.Definition {
	return command.Command[RevokeContent]{
		Spec: command.Spec{Name: "authorization.Revoke" + p.Suffix, Zh: "撤回授权" + p.Zh, En: "revoke a grant" + p.En, Lane: p.Lane, Access: givers,
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
func checkIn(p Place) command.Definition {
	return command.Command[CheckContent]{
		Spec: command.Spec{Name: "authorization.Check" + p.Suffix, Zh: "核验并使用授权" + p.Zh, En: "check and use a grant" + p.En, Lane: p.Lane, Access: p.Users,
			Source: "征信业管理条例 18, 20, 22"},
		Wants: func(c CheckContent) []ledgerstate.Want { return Wants(c.Grant, c.Subject) },
		Valid: CheckContent.valid,
		Decide: func(ctx *command.Context, c CheckContent) ([]ledgerstate.Change, error) {
			need := Need{Subject: c.Subject, Purposes: []string{c.Purpose}, Items: c.Items, Day: c.Date}
			used, err := Spend(ctx, c.Grant, need, c.Why)
			if err != nil {
				return nil, err
			}
			return []ledgerstate.Change{used}, nil
		},
	}
}
