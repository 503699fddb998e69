package fund

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Commands of the room, all in commons.
var Commands = []command.Definition{Open, Inject, Interest, RefundToTreasury, Transfer, AgreeAccount, SettleYear, RequestReversal, Confirm, Drop,
	Allocate, OrderPayout, DropOrder, Payout, StopPayment, EnterReturn, EnterClawback, ReceiveReturn, ReceiveClawback,
	AnnounceTender, SealBid, RevealBid, AttestFacts, ScoreTender, AwardTender, CancelTender, PlaceDeposit}

var (
	officer  = []command.Allow{{Party: command.Finance, Role: "officer"}}
	approver = []command.Allow{{Party: command.Finance, Role: "approver"}}
	finance  = append(append([]command.Allow(nil), officer...), approver...)
)

func spec(name, zh, en string, access []command.Allow) command.Spec {
	return command.Spec{Name: "fund." + name, Zh: zh, En: en, Lane: command.FundLane, Access: access}
}

func wantsPool() []ledgerstate.Want { return []ledgerstate.Want{{Kind: Kind, Ref: Ref}} }

// State is the pool as it stands in the transaction; NotOpen is refused where
// there is none.
func State(ctx *command.Context) (Pool, error) {
	r, err := Kind.At(ctx.View, Ref.ID)
	if err != nil {
		return Pool{}, err
	}
	if r == nil {
		return Pool{}, NotOpen.At("date", nil, nil)
	}
	return r.State, nil
}

// accountOf is what is kept of an account's number.
func accountOf(ctx *command.Context, number string) (Account, error) {
	mark, err := ctx.Mark(command.Fund.Name, "fund account", []byte(number))
	if err != nil {
		return Account{}, err
	}
	return Account{Mark: mark, LastFour: number[len(number)-lastFour:]}, nil
}

// bank refuses an MSP that is no bank's.
func bank(ctx *command.Context, field, msp string) error {
	if party, ok := ctx.Reference.Party(msp); !ok || party != command.Bank {
		return BankUnknown.At(field, nil, msp)
	}
	return nil
}

// enter puts an entry before the second person.
func enter(ctx *command.Context, h command.Head, e Entry) ([]ledgerstate.Change, error) {
	p, err := State(ctx)
	if err != nil {
		return nil, err
	}
	e.Number, e.Entered, e.By = h.Number, h.Date, ctx.Actor.By()
	return p.entered(ctx, e, Kind.Happened)
}

// entered puts an entry on a pool that stands, or that it brings into being.
func (p Pool) entered(ctx *command.Context, e Entry, change func(ledgerstate.Ref, ledgerstate.Event[Pool]) ledgerstate.Change) ([]ledgerstate.Change, error) {
	if no := p.Enter(e); no != nil {
		return nil, no
	}
	changes := []ledgerstate.Change{change(Ref, Entered{e})}
	if e.Voucher == "" { // what moves no money has none
		return changes, nil
	}
	used, err := takes(ctx, e.Entered, e.Voucher, e.Number)
	return append(changes, used), err
}

// Open 建账: the pool comes into being, its opening waiting for confirmation.
var Open = command.Command[OpenContent]{
	Spec:  spec("Open", "资金池建账", "open the pool", officer),
	Wants: func(c OpenContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
	Valid: func(c OpenContent) error {
		if n := len(c.Accounts); n < 1 || n > maxDeposits {
			return ListLength.At("accounts", "1..64", n)
		}
		for _, a := range c.Accounts {
			if err := first(coded("accounts.code", a.Code), accountNumber("accounts.account", a.Account), balance("accounts.balance", a.Balance)); err != nil {
				return err
			}
		}
		return voucher(c.Voucher)
	},
	Decide: func(ctx *command.Context, c OpenContent) ([]ledgerstate.Change, error) {
		r, err := Kind.At(ctx.View, Ref.ID)
		if err != nil {
			return nil, err
		}
		e := Entry{Number: c.Number, Act: ActOpening, Entered: c.Date, Year: c.Year, Voucher: c.Voucher, By: ctx.Actor.By()}
		for _, a := range c.Accounts {
			if err := bank(ctx, "accounts.bank", a.Bank); err != nil {
				return nil, err
			}
			kept, err := accountOf(ctx, a.Account)
			if err != nil {
				return nil, err
			}
			e.Opening = append(e.Opening, Deposit{Code: a.Code, Bank: a.Bank, Account: kept, Balance: a.Balance})
			e.Amount += a.Balance
		}
		if r == nil {
			return Pool{}.entered(ctx, e, Kind.Born)
		}
		return r.State.entered(ctx, e, Kind.Happened)
	},
}

func receipt(name, zh, en string, act Act) command.Command[ReceiptContent] {
	return command.Command[ReceiptContent]{
		Spec:  spec(name, zh, en, officer),
		Wants: func(c ReceiptContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
		Valid: func(c ReceiptContent) error {
			return first(coded("to", c.To), positive("amount", c.Amount), voucher(c.Voucher), optional("note", c.Note))
		},
		Decide: func(ctx *command.Context, c ReceiptContent) ([]ledgerstate.Change, error) {
			return enter(ctx, c.Head, Entry{Act: act, To: c.To, Amount: c.Amount, Value: c.Value, Voucher: c.Voucher, Note: c.Note})
		},
	}
}

// Inject 财政拨入, Interest 利息收入.
var (
	Inject   = receipt("Inject", "拨入资金", "enter an injection", ActInjection)
	Interest = receipt("Interest", "利息入账", "enter interest received", ActInterest)
)

// RefundToTreasury 缴回国库.
var RefundToTreasury = command.Command[RefundContent]{
	Spec:  spec("RefundToTreasury", "缴回国库", "enter a refund to the treasury", officer),
	Wants: func(c RefundContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
	Valid: func(c RefundContent) error {
		return first(coded("from", c.From), accountNumber("account", c.Account), positive("amount", c.Amount), voucher(c.Voucher), optional("note", c.Note))
	},
	Decide: func(ctx *command.Context, c RefundContent) ([]ledgerstate.Change, error) {
		to, err := accountOf(ctx, c.Account)
		if err != nil {
			return nil, err
		}
		return enter(ctx, c.Head, Entry{Act: ActRefund, From: c.From, Account: to, Amount: c.Amount, Value: c.Value, Voucher: c.Voucher, Note: c.Note})
	},
}

// Transfer 转存.
var Transfer = command.Command[TransferContent]{
	Spec:  spec("Transfer", "账户间转存", "enter a transfer between the fund's accounts", officer),
	Wants: func(c TransferContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
	Valid: func(c TransferContent) error {
		note := optional("note", c.Note)
		if c.Early {
			note = written("note", c.Note)
		}
		return first(coded("from", c.From), coded("to", c.To), accountNumber("account", c.Account), positive("amount", c.Amount), voucher(c.Voucher), note)
	},
	Decide: func(ctx *command.Context, c TransferContent) ([]ledgerstate.Change, error) {
		to, err := accountOf(ctx, c.Account)
		if err != nil {
			return nil, err
		}
		return enter(ctx, c.Head, Entry{Act: ActTransfer, From: c.From, To: c.To, Account: to, Amount: c.Amount, Value: c.Value, Voucher: c.Voucher, Early: c.Early, Note: c.Note})
	},
}

// AgreeAccount 约定账户: an account of the fund, or one that it may pay to.
var AgreeAccount = command.Command[AgreeContent]{
	Spec:  spec("AgreeAccount", "约定账户", "enter an account to be agreed", officer),
	Wants: func(AgreeContent) []ledgerstate.Want { return wantsPool() },
	Valid: func(c AgreeContent) error {
		switch c.Use {
		case ForDeposit:
			if err := coded("code", c.Code); err != nil {
				return err
			}
		case ForPayout, ForTreasury:
			if c.Code != "" {
				return DepositCode.At("code", "none", invalid.Shown(c.Code))
			}
		default:
			return CodeUnknown.At("use", "DEPOSIT PAYOUT TREASURY", c.Use)
		}
		return first(accountNumber("account", c.Account), written("note", c.Note))
	},
	Decide: func(ctx *command.Context, c AgreeContent) ([]ledgerstate.Change, error) {
		if c.Use == ForTreasury {
			if c.Holder != "" {
				return nil, BankUnknown.At("holder", "none", c.Holder)
			}
		} else if err := bank(ctx, "holder", c.Holder); err != nil {
			return nil, err
		}
		kept, err := accountOf(ctx, c.Account)
		if err != nil {
			return nil, err
		}
		return enter(ctx, c.Head, Entry{Act: ActAccount, Use: c.Use, To: c.Code, Holder: c.Holder, Account: kept, Note: c.Note})
	},
}

// SettleYear 年度结转: the balance is carried over, the year's sums begin anew.
// What is reserved stays reserved.
var SettleYear = command.Command[YearContent]{
	Spec:  spec("SettleYear", "年度结转", "enter the year's settlement", officer),
	Wants: func(YearContent) []ledgerstate.Want { return wantsPool() },
	Decide: func(ctx *command.Context, c YearContent) ([]ledgerstate.Change, error) {
		return enter(ctx, c.Head, Entry{Act: ActYear, Year: c.Year})
	},
}

// RequestReversal 冲正申请.
var RequestReversal = command.Command[ReversalContent]{
	Spec:  spec("RequestReversal", "冲正申请", "enter the reversal of an entry", officer),
	Wants: func(c ReversalContent) []ledgerstate.Want { return wantsEntry(c.Head, c.Voucher) },
	Valid: func(c ReversalContent) error {
		return first(numbered("entry", c.Entry), voucher(c.Voucher), written("reason", c.Reason))
	},
	Decide: func(ctx *command.Context, c ReversalContent) ([]ledgerstate.Change, error) {
		r, err := Kind.At(ctx.View, Ref.ID)
		if err != nil {
			return nil, err
		}
		if r == nil {
			return nil, NotOpen.At("date", nil, nil)
		}
		log, err := Kind.Log(ctx.View, Ref.ID, r)
		if err != nil {
			return nil, err
		}
		e, no := r.State.Reversal(Journal(log), c.Entry)
		if no != nil {
			return nil, no
		}
		e.Value, e.Voucher, e.Note = c.Value, c.Voucher, c.Reason
		return enter(ctx, c.Head, e)
	},
}

// Confirm 复核入账: the second signature. What belongs to a claim is confirmed
// together with it: Payout, ReceiveReturn, ReceiveClawback.
var Confirm = command.Command[ConfirmContent]{
	Spec:  spec("Confirm", "复核入账", "confirm what another person entered", approver),
	Wants: func(ConfirmContent) []ledgerstate.Want { return wantsPool() },
	Valid: func(c ConfirmContent) error { return numbered("entry", c.Entry) },
	Decide: func(ctx *command.Context, c ConfirmContent) ([]ledgerstate.Change, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		i, _ := p.pending(c.Entry)
		e, no := p.Confirm(c.Entry, ctx.Actor.By(), c.Date, false)
		if no != nil {
			return nil, no
		}
		more, err := placed(ctx, p.Pending[i])
		if err != nil {
			return nil, err
		}
		return append(p.noticed(ctx, e, c.Date), more...), nil
	},
}

// Drop 撤销录入.
var Drop = command.Command[DropContent]{
	Spec:  spec("Drop", "撤销录入", "take back what nobody confirmed", finance),
	Wants: func(DropContent) []ledgerstate.Want { return wantsPool() },
	Valid: func(c DropContent) error { return first(numbered("entry", c.Entry), written("reason", c.Reason)) },
	Decide: func(ctx *command.Context, c DropContent) ([]ledgerstate.Change, error) {
		p, err := State(ctx)
		if err != nil {
			return nil, err
		}
		i, _ := p.pending(c.Entry)
		e, no := p.Drop(c.Entry, c.Reason)
		if no != nil {
			return nil, no
		}
		changes := []ledgerstate.Change{Kind.Happened(Ref, e)}
		if x := p.Pending[i]; x.Voucher != "" {
			changes = append(changes, frees(x.Entered, x.Voucher))
		}
		return changes, nil
	},
}
