package fund

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

var (
	bidders    = []command.Allow{{Party: command.Bank, Role: "approver"}}
	statistics = []command.Allow{{Party: command.CentralBank, Role: "officer"}}
)

func wantsTender(ref ledgerstate.Ref) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: TenderKind, Ref: ref}}
}

func tender(ctx *command.Context, ref ledgerstate.Ref) (Tender, error) {
	r, err := TenderKind.Get(ctx.View, "tender", ref)
	if err != nil {
		return Tender{}, err
	}
	return r.State, nil
}

func tendering(ref ledgerstate.Ref, e ledgerstate.Event[Tender]) []ledgerstate.Change {
	return []ledgerstate.Change{TenderKind.Happened(ref, e)}
}

// AnnounceTender 发布招标.
var AnnounceTender = command.Command[AnnounceContent]{
	Spec: spec("AnnounceTender", "发布存放招标", "announce a tender for a deposit", officer),
	Wants: func(c AnnounceContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: TenderKind, Ref: c.Tender, Birth: true}, {Kind: Kind, Ref: Ref}}
	},
	Valid: AnnounceContent.valid,
	Decide: func(ctx *command.Context, c AnnounceContent) ([]ledgerstate.Change, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		if c.Amount > p.Balance {
			return nil, AmountRange.At("amount", p.Balance, c.Amount)
		}
		return []ledgerstate.Change{TenderKind.Born(c.Tender, TenderAnnounced{Terms: c.TenderTerms, Date: c.Date, By: ctx.Actor.By()})}, nil
	},
}

// SealBid 密封投标: a bank's commitment, up to the deadline. Another one
// replaces it.
var SealBid = command.Command[SealContent]{
	Spec:  spec("SealBid", "密封投标", "seal a bid", bidders),
	Wants: func(c SealContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Valid: func(c SealContent) error {
		_, err := digest("commitment", c.Commitment)
		return err
	},
	Decide: func(ctx *command.Context, c SealContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		commitment, err := digest("commitment", c.Commitment)
		if err != nil {
			return nil, err
		}
		e, no := t.seal(ctx.Actor.MSP, commitment, c.Date, ctx.Reference.OpenDay())
		if no != nil {
			return nil, no
		}
		return tendering(c.Tender, e), nil
	},
}

// RevealBid 开标: after the deadline.
var RevealBid = command.Command[RevealContent]{
	Spec:  spec("RevealBid", "开启投标", "open a sealed bid", bidders),
	Wants: func(c RevealContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Valid: func(c RevealContent) error {
		if c.Rate < 0 || c.Rate > money.MaxRate {
			return TenderForm.At("rate", "0.."+money.Rate(money.MaxRate).String(), c.Rate)
		}
		_, err := digest("salt", c.Salt)
		return first(err, positive("amount", c.Amount))
	},
	Decide: func(ctx *command.Context, c RevealContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		salt, err := digest("salt", c.Salt)
		if err != nil {
			return nil, err
		}
		e, no := t.open(Bid{Tender: c.Tender.No, Bank: ctx.Actor.MSP, Rate: c.Rate, Amount: c.Amount}, salt, c.Date, ctx.Reference.OpenDay())
		if no != nil {
			return nil, no
		}
		return tendering(c.Tender, e), nil
	},
}

// AttestFacts 认定统计数据: the central bank states a bank's facts.
var AttestFacts = command.Command[AttestContent]{
	Spec:  spec("AttestFacts", "认定统计数据", "attest a bank's facts for a tender", statistics),
	Wants: func(c AttestContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Valid: func(c AttestContent) error { return c.BankFacts.valid() },
	Decide: func(ctx *command.Context, c AttestContent) ([]ledgerstate.Change, error) {
		if err := bank(ctx, "bank", c.Bank); err != nil {
			return nil, err
		}
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		e, no := t.attest(c.BankFacts, c.Date)
		if no != nil {
			return nil, no
		}
		return tendering(c.Tender, e), nil
	},
}

// ScoreTender 评分: worked out by the rule alone.
var ScoreTender = command.Command[TenderContent]{
	Spec:  spec("ScoreTender", "评分", "score the bids of a tender", officer),
	Wants: func(c TenderContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Decide: func(ctx *command.Context, c TenderContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		e, no := t.score(ctx.Reference.OpenDay())
		if no != nil {
			return nil, no
		}
		e.By = ctx.Actor.By()
		return tendering(c.Tender, e), nil
	},
}

// AwardTender 定标, by a person who neither announced nor scored it.
var AwardTender = command.Command[TenderContent]{
	Spec:  spec("AwardTender", "定标", "award a tender by its scores", approver),
	Wants: func(c TenderContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Decide: func(ctx *command.Context, c TenderContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		e, no := t.award(ctx.Actor.By())
		if no != nil {
			return nil, no
		}
		return tendering(c.Tender, e), nil
	},
}

// CancelTender 取消招标.
var CancelTender = command.Command[CancelContent]{
	Spec:  spec("CancelTender", "取消招标", "cancel a tender before its award", approver),
	Wants: func(c CancelContent) []ledgerstate.Want { return wantsTender(c.Tender) },
	Valid: func(c CancelContent) error { return written("reason", c.Reason) },
	Decide: func(ctx *command.Context, c CancelContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		if no := t.live(); no != nil {
			return nil, no
		}
		return tendering(c.Tender, TenderCancelled{c.Reason}), nil
	},
}

// PlaceDeposit 存放录入: the award's money moves into an agreed account at its
// bank, once another person confirms it.
var PlaceDeposit = command.Command[PlaceContent]{
	Spec: spec("PlaceDeposit", "中标存放录入", "enter the placement of an award", officer),
	Wants: func(c PlaceContent) []ledgerstate.Want {
		return append(wantsEntry(c.Head, c.Voucher), ledgerstate.Want{Kind: TenderKind, Ref: c.Tender})
	},
	Valid: func(c PlaceContent) error {
		return first(coded("from", c.From), coded("to", c.To), accountNumber("account", c.Account), voucher(c.Voucher))
	},
	Decide: func(ctx *command.Context, c PlaceContent) ([]ledgerstate.Change, error) {
		t, err := tender(ctx, c.Tender)
		if err != nil {
			return nil, err
		}
		e, no := t.place(c.Bank, c.Value)
		if no != nil {
			return nil, no
		}
		if e.Account, err = accountOf(ctx, c.Account); err != nil {
			return nil, err
		}
		e.Tender, e.From, e.To, e.Voucher = c.Tender.No, c.From, c.To, c.Voucher
		return enter(ctx, c.Head, e)
	},
}

// placed is what a confirmed placement, or the reversal of one, does to its
// tender. Of two entries for one award only one is confirmed.
func placed(ctx *command.Context, e Entry) ([]ledgerstate.Change, error) {
	act, _ := e.act()
	if act != ActPlacement {
		return nil, nil
	}
	ref := ledgerstate.Ref{No: e.Tender}
	var err error
	if ref.ID, err = TenderKind.Locate(ctx.View, e.Tender); err != nil {
		return nil, err
	}
	t, err := tender(ctx, ref)
	if err != nil {
		return nil, err
	}
	if e.Act == ActReversal {
		return tendering(ref, DepositPlaced{Bank: e.Holder}), nil
	}
	if _, no := t.place(e.Holder, e.Value); no != nil {
		return nil, no
	}
	return tendering(ref, DepositPlaced{Bank: e.Holder, Entry: e.Number}), nil
}
