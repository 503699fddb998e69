package registry

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

var officer = []command.Allow{{Party: command.Bank, Role: "officer"}}

// Reserve 预留备案额度 counts a loan against its borrower's caps before the
// money leaves the bank, if it could be filed.
var Reserve = command.Joint[compensation.ReserveContent, compensation.Counted, compensation.Place]{
	Spec:  command.Spec{Name: "comp.Reserve", Zh: "预留备案额度", En: "reserve a part of the borrower's cap for a loan", Lane: command.FilingLane, Access: officer},
	Wants: compensation.WantsReserve,
	Valid: compensation.ValidReserve,
	Ask:   compensation.AskReserve,
	Needs: func(ctx *command.Context, c compensation.ReserveContent, _ compensation.Counted) ([]ledgerstate.Want, error) {
		_, b, err := borrowerOf(ctx, c.Identity)
		if err != nil {
			return nil, err
		}
		_, p, err := pledgeOf(ctx, c.Pledge)
		if err != nil {
			return nil, err
		}
		return needs(ctx, b, p), nil
	},
	Decide: func(ctx *command.Context, c compensation.ReserveContent, f compensation.Counted) (compensation.Place, []ledgerstate.Change, error) {
		var none compensation.Place
		pack, err := packOf(ctx, f.Pack)
		if err != nil {
			return none, nil, err
		}
		if err := mayReserve(ctx, pack, c.Date); err != nil {
			return none, nil, err
		}
		borrower, at, err := borrowerOf(ctx, c.Identity)
		if err != nil {
			return none, nil, err
		}
		pledge, pledgedAt, err := pledgeOf(ctx, c.Pledge)
		if err != nil {
			return none, nil, err
		}
		b, err := bucket(ctx, at)
		if err != nil {
			return none, nil, err
		}
		e := Entry{Borrower: borrower, Bank: ctx.Owner, Contract: c.Loan.No, Filing: c.Filing.ID, Credit: f.Credit, Reserved: true, Counted: f.Amount}
		if b, err = b.admit(pack, e, f); err != nil {
			return none, nil, err
		}
		if pledgedAt == 0 {
			return place(at, 0), []ledgerstate.Change{b.becomes(at)}, nil
		}
		other := b
		if pledgedAt != at {
			if other, err = bucket(ctx, pledgedAt); err != nil {
				return none, nil, err
			}
		}
		other, free := other.pledge(Pledge{Key: pledge, Bank: ctx.Owner, Contract: c.Loan.No})
		if !free {
			return none, nil, Pledged.At("pledge", nil, nil)
		}
		if pledgedAt == at {
			return place(at, pledgedAt), []ledgerstate.Change{other.becomes(at)}, nil
		}
		return place(at, pledgedAt), []ledgerstate.Change{b.becomes(at), other.becomes(pledgedAt)}, nil
	},
	Apply: compensation.ApplyReserve,
}

// File 备案 makes a reservation a filing, of what was disbursed.
var File = command.Joint[compensation.FileContent, compensation.Counted, compensation.Place]{
	Spec:  command.Spec{Name: "comp.File", Zh: "备案", En: "file a disbursed loan", Lane: command.FilingLane, Access: officer},
	Wants: compensation.WantsFile,
	Valid: compensation.ValidFile,
	Ask:   compensation.AskFile,
	Needs: func(ctx *command.Context, _ compensation.FileContent, f compensation.Counted) ([]ledgerstate.Want, error) {
		return needs(ctx, f.Place.Borrower, 0), nil
	},
	Decide: func(ctx *command.Context, c compensation.FileContent, f compensation.Counted) (compensation.Place, []ledgerstate.Change, error) {
		var none compensation.Place
		pack, err := packOf(ctx, f.Pack)
		if err != nil {
			return none, nil, err
		}
		if _, err := agreed(ctx, c.Date); err != nil {
			return none, nil, err
		}
		b, err := bucket(ctx, f.Place.Borrower)
		if err != nil {
			return none, nil, err
		}
		i, found := b.find(ctx.Owner, c.Loan.No)
		if !found {
			return none, nil, NotCounted.At("filing", nil, c.Filing.No)
		}
		e := b.Entries[i]
		e.Credit, e.Reserved, e.Counted = f.Credit, false, f.Amount
		if b, err = b.admit(pack, e, f); err != nil {
			return none, nil, err
		}
		return none, []ledgerstate.Change{b.becomes(f.Place.Borrower)}, nil
	},
	Apply: compensation.ApplyFile,
}

// Revoke 撤销备案 frees what was counted.
var Revoke = command.Joint[compensation.RevokeContent, compensation.Place, compensation.Place]{
	Spec: command.Spec{Name: "comp.Revoke", Zh: "撤销备案", En: "revoke a filing or a reservation", Lane: command.FilingLane,
		Access: append([]command.Allow{{Party: command.Commission, Role: "operator"}}, officer...)},
	Wants: compensation.WantsRevoke,
	Valid: compensation.ValidRevoke,
	Ask:   compensation.AskRevoke,
	Needs: func(ctx *command.Context, _ compensation.RevokeContent, at compensation.Place) ([]ledgerstate.Want, error) {
		return needs(ctx, at.Borrower, at.Pledge), nil
	},
	Decide: func(ctx *command.Context, c compensation.RevokeContent, at compensation.Place) (compensation.Place, []ledgerstate.Change, error) {
		b, err := bucket(ctx, at.Borrower)
		if err != nil {
			return at, nil, err
		}
		b = b.drop(ctx.Owner, c.Filing.No)
		changes := []ledgerstate.Change{}
		switch at.Pledge {
		case 0:
		case at.Borrower:
			b = b.unpledge(ctx.Owner, c.Filing.No)
		default:
			other, err := bucket(ctx, at.Pledge)
			if err != nil {
				return at, nil, err
			}
			changes = append(changes, other.unpledge(ctx.Owner, c.Filing.No).becomes(at.Pledge))
		}
		return at, append(changes, b.becomes(at.Borrower)), nil
	},
	Apply: compensation.ApplyRevoke,
}

// needs are what a filing reads of commons.
func needs(ctx *command.Context, borrower, pledge uint8) []ledgerstate.Want {
	list := []ledgerstate.Want{bankWant(ctx.Owner), bucketWant(borrower)}
	if pledge != 0 && pledge != borrower {
		list = append(list, bucketWant(pledge))
	}
	return list
}

func packOf(ctx *command.Context, id string) (consortium.RulePack, error) {
	pack, ok := consortium.Of(ctx).Pack(id)
	if !ok {
		return pack, compensation.NoPack.At("pack", nil, id)
	}
	return pack, nil
}

// admit counts an entry if the caps, with all that other banks and this one
// have filed, allow it. A loan that it renewed counts no longer: its principal
// is this one's.
func (b Bucket) admit(pack consortium.RulePack, e Entry, f compensation.Counted) (Bucket, error) {
	if f.Renews != "" {
		if i, found := b.find(e.Bank, f.Renews); found {
			old := b.Entries[i]
			old.Counted = 0
			b = b.put(old)
		}
	}
	b = b.put(e)
	var total, credit money.Fen
	for _, x := range b.of(e.Borrower) {
		if x.Owing {
			return b, Unrecovered.At("identity", nil, nil)
		}
		total += x.Counted
		if x.Credit {
			credit += x.Counted
		}
	}
	limit, reason := pack.Caps.Total, CapTotal
	if f.Household {
		limit, reason = pack.Caps.Household, CapHousehold
	}
	switch {
	case total > limit:
		return b, reason.At("amount", limit, nil)
	case e.Credit && credit > pack.Caps.Credit:
		return b, CapCredit.At("amount", pack.Caps.Credit, nil)
	}
	return b, nil
}
