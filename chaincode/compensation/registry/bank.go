package registry

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Bank 合作银行 is a bank's place in the scheme.
type Bank struct {
	Agreements []Agreement // 合作协议, by first day
	Breaker    formula.BankBreaker
	Minute     []byte // of the last resumption 复核纪要, SHA-256
}

// Agreement 合作协议.
type Agreement struct {
	From, To calendar.Date // both included
	Text     []byte        // SHA-256
}

// BankKind are the banks of the scheme. A bank's natural key is its MSP.
var BankKind = ledgerstate.NewKind[Bank](ledgerstate.Kind[Bank]{
	Code: "bank", Collection: command.Registry.Name, Slots: 1, Keep: 6, Schema: 1, Under: true,
	Zh: "合作银行", En: "banks of the scheme: agreements and breakers",
}, Agreed{}, Judged{}, Resumed{})

// Agreed adds an agreement.
type Agreed struct{ Agreement Agreement }

// Evolve implements ledgerstate.Event.
func (e Agreed) Evolve(b Bank) Bank {
	b.Agreements = append(b.Agreements[:len(b.Agreements):len(b.Agreements)], e.Agreement)
	return b
}

// Judged 月末熔断判定: the portfolio tells why.
type Judged struct {
	Day       calendar.Date
	Pack      string
	Portfolio formula.Portfolio
	Breaker   formula.BankBreaker
}

// Evolve implements ledgerstate.Event.
func (e Judged) Evolve(b Bank) Bank {
	b.Breaker = e.Breaker
	return b
}

// Resumed 恢复备案.
type Resumed struct {
	Breaker formula.BankBreaker
	Minute  []byte
}

// Evolve implements ledgerstate.Event.
func (e Resumed) Evolve(b Bank) Bank {
	b.Breaker, b.Minute = e.Breaker, e.Minute
	return b
}

// bankRef is where a bank is kept.
func bankRef(msp string) ledgerstate.Ref {
	sum := sha256.Sum256([]byte(msp))
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: "b" + hex.EncodeToString(sum[:12])}, No: msp}
}

func bankWant(msp string) ledgerstate.Want {
	return ledgerstate.Want{Kind: BankKind, Ref: bankRef(msp)}
}

// bank is a bank's place; found is false where it has none yet.
func bank(ctx *command.Context, msp string) (b Bank, found bool, err error) {
	r, err := BankKind.At(ctx.View, bankRef(msp).ID)
	if err != nil || r == nil {
		return Bank{}, false, err
	}
	return r.State, true, nil
}

// happens is an event of a bank, its first or a later one.
func happens(found bool, msp string, e ledgerstate.Event[Bank]) ledgerstate.Change {
	if !found {
		return BankKind.Born(bankRef(msp), e)
	}
	return BankKind.Happened(bankRef(msp), e)
}

// PoolFrozen tells whether the pool takes new filings. The fund, which is a
// later room, says so.
var PoolFrozen = func(*command.Context, consortium.RulePack) (bool, error) { return false, nil }

// agreed refuses a bank that has no agreement on a day.
func agreed(ctx *command.Context, on calendar.Date) (Bank, error) {
	b, _, err := bank(ctx, ctx.Owner)
	if err != nil {
		return b, err
	}
	for _, a := range b.Agreements {
		if a.From <= on && on <= a.To {
			return b, nil
		}
	}
	return b, NoAgreement.At("date", nil, on)
}

// mayReserve refuses a bank that may not file anything new on a day. What it
// has reserved it may file, since the money has left by then.
func mayReserve(ctx *command.Context, pack consortium.RulePack, on calendar.Date) error {
	b, err := agreed(ctx, on)
	if err != nil {
		return err
	}
	if !b.Breaker.Status.Files() {
		return BankStopped.At("bank", pack.Bank.Suspend, nil)
	}
	frozen, err := PoolFrozen(ctx, pack)
	if err == nil && frozen {
		return PoolStopped.At("pool", pack.Pool.Freeze, nil)
	}
	return err
}
