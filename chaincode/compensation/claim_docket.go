package compensation

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Docket 待拨付清单 are a book's claims that are approved and not wholly paid: one
// record of a book, so that who allocates the fund's money asks for one key
// and cannot leave a claim out.
type Docket struct {
	Payables []Payable `json:"payables"`
}

// Payable is a claim on the docket.
type Payable struct {
	Claim       string         `json:"claim"`
	ID          ledgerstate.ID `json:"id"` // not in the digest
	Pack        string         `json:"pack"`
	Approved    calendar.Date  `json:"approved"`
	Entitlement money.Fen      `json:"entitlement"` // over the limbs that need no pool
	Binding     string         `json:"binding"`     // the limb that bound it
	Paid        money.Fen      `json:"paid"`
}

// before orders payables: the earlier approval, then the number.
func (p Payable) before(q Payable) int {
	if p.Approved != q.Approved {
		return int(p.Approved) - int(q.Approved)
	}
	return strings.Compare(p.Claim, q.Claim)
}

// DocketKind is the docket. There is one in a book, at DocketRef.
var DocketKind = ledgerstate.NewKind[Docket](ledgerstate.Kind[Docket]{
	Code: "docket", Collection: command.Comp.Name, Slots: 1, Schema: 1, Under: true, Plain: true,
	Zh: "待拨付清单", En: "claims that wait for their payment",
	Digest: func(d Docket) any {
		list := slices.Clone(d.Payables)
		for i := range list {
			list[i].ID = ledgerstate.ID{}
		}
		return list
	},
}, DocketChanged{})

// DocketRef is where it is.
var DocketRef = ledgerstate.Ref{ID: ledgerstate.ID{Page: "docket"}, No: "docket"}

var docketWant = ledgerstate.Want{Kind: DocketKind, Ref: DocketRef}

// DocketChanged puts a claim on the docket, changes it there, or takes it off.
type DocketChanged struct {
	Payable Payable
	Off     bool
}

// Evolve implements ledgerstate.Event.
func (e DocketChanged) Evolve(d Docket) Docket {
	list := slices.DeleteFunc(slices.Clone(d.Payables), func(p Payable) bool { return p.Claim == e.Payable.Claim })
	if !e.Off {
		at, _ := slices.BinarySearchFunc(list, e.Payable, Payable.before)
		list = slices.Insert(list, at, e.Payable)
	}
	return Docket{Payables: list}
}

// DigestEvent leaves the opaque ID out.
func (e DocketChanged) DigestEvent() any { e.Payable.ID = ledgerstate.ID{}; return e }

// payable is the claim as the docket has it; false where it is not there.
func (c *Claim) payable(ref ledgerstate.Ref) (Payable, bool) {
	if c.Status != Approved {
		return Payable{Claim: ref.No}, false
	}
	return Payable{Claim: ref.No, ID: ref.ID, Pack: c.Pack, Approved: c.Award.On, Entitlement: c.Award.Entitlement,
		Binding: c.Award.Binding, Paid: c.Award.Paid}, true
}

// docketed is the docket's change that follows from a claim's.
func docketed(v *ledgerstate.View, ref ledgerstate.Ref, after Claim) (ledgerstate.Change, error) {
	p, on := after.payable(ref)
	e := DocketChanged{Payable: p, Off: !on}
	r, err := DocketKind.At(v, DocketRef.ID)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return DocketKind.Born(DocketRef, e), nil
	}
	return DocketKind.Happened(DocketRef, e), nil
}

func (a *acting) docket(after Claim) (ledgerstate.Change, error) {
	return docketed(a.View, a.ref, after)
}

// DocketQuestion 待拨付清单: who allocates the fund's money asks every book.
var DocketQuestion = command.Question[DocketQuery, Docket]{
	Name: "comp.Docket", Collections: []command.Collection{command.Comp},
	Answer: func(ctx *command.Context, _ DocketQuery) (Docket, error) { return DocketOf(ctx.View) },
}

// DocketQuery has no content.
type DocketQuery struct{}

// DocketOf reads the docket of the book.
func DocketOf(v *ledgerstate.View) (Docket, error) {
	r, err := DocketKind.At(v, DocketRef.ID)
	if err != nil || r == nil {
		return Docket{}, err
	}
	return r.State, nil
}
