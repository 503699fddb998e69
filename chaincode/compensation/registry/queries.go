package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Commands of the registry, all of commons.
var Commands = []command.Definition{Reserve, File, Revoke, Refresh, Judge, Resume, Agree}

// Queries of the registry. A bank asks them at the peer of an authority.
var Queries = []command.QueryDefinition{
	Caps, ShowBank, digestCaps,
	command.Export(command.Commons, command.Registry, BankKind, authorities...),
}

// authorities' people see all of the registry.
var authorities = func() []command.Allow {
	var list []command.Allow
	for _, p := range []command.Party{command.Commission, command.CentralBank, command.Finance} {
		for _, r := range []string{"operator", "officer", "reviewer", "approver", "auditor"} {
			list = append(list, command.Allow{Party: p, Role: r})
		}
	}
	return list
}()

// withBanks adds a bank's people, who see what is their own bank's.
var withBanks = func() []command.Allow {
	list := append([]command.Allow(nil), authorities...)
	for _, r := range []string{"officer", "reviewer", "approver", "auditor"} {
		list = append(list, command.Allow{Party: command.Bank, Role: r})
	}
	return list
}()

func query(name, zh, en string) command.QuerySpec {
	return command.QuerySpec{Name: name, Zh: zh, En: en, Access: withBanks, Chaincode: command.Commons, Collections: []command.Collection{command.Registry}}
}

// asked is the bank that a query is about: a bank's people ask about their own.
func asked(ctx *command.Context, msp string) (string, error) {
	if ctx.Actor.Party != command.Bank {
		return msp, nil
	}
	if msp != "" && msp != ctx.Actor.MSP {
		return "", OtherBank.At("bank_msp", ctx.Actor.MSP, msp)
	}
	return ctx.Actor.MSP, nil
}

// CapsQuery asks what of the caps of a loan's borrower is used. Identity and
// blind are needed where the loan is neither reserved nor filed.
type CapsQuery struct {
	Bank     string `json:"bank_msp,omitempty"` // a bank's own by default
	Loan     string `json:"loan"`               // contract number
	Identity string `json:"identity,omitempty"`
	Blind    string `json:"blind,omitempty"`
}

// CapsAnswer is what the asker may know. A bank sees what it has filed itself;
// what others have filed of the same borrower is not for it.
type CapsAnswer struct {
	Pack      string    `json:"pack"`
	Total     money.Fen `json:"cap_total"`
	Household money.Fen `json:"cap_household"` // of a HERDER, instead
	Credit    money.Fen `json:"cap_credit"`
	Own       money.Fen `json:"own"`        // counted of this bank's loans
	OwnCredit money.Fen `json:"own_credit"` // of these without security
	Loan      money.Fen `json:"loan"`       // counted of this loan
	// For the authorities alone.
	All       *money.Fen `json:"all,omitempty"`
	AllCredit *money.Fen `json:"all_credit,omitempty"`
	Loans     int        `json:"loans,omitempty"`
}

// Caps 查询额度.
var Caps = command.Query[CapsQuery, *CapsAnswer]{
	QuerySpec: query("comp.Caps", "查询备案额度", "caps of a loan's borrower and what of them is used"),
	Answer: func(ctx *command.Context, q CapsQuery) (*CapsAnswer, error) {
		var err error
		if q.Bank, err = asked(ctx, q.Bank); err != nil {
			return nil, err
		}
		book, err := bookOf(ctx, q.Bank)
		if err != nil {
			return nil, err
		}
		pack, ok := consortium.Of(ctx).PackAt(ctx.Reference.OpenDay())
		if !ok {
			return nil, compensation.NoPackYet.At("date", nil, ctx.Reference.OpenDay())
		}
		list, err := borrowed(ctx, book, q)
		if err != nil {
			return nil, err
		}
		a := &CapsAnswer{Pack: pack.ID, Total: pack.Caps.Total, Household: pack.Caps.Household, Credit: pack.Caps.Credit}
		var all, credit money.Fen
		for _, e := range list {
			all += e.Counted
			if e.Credit {
				credit += e.Counted
			}
			if e.Bank != q.Bank {
				continue
			}
			a.Own += e.Counted
			if e.Credit {
				a.OwnCredit += e.Counted
			}
			if e.Contract == q.Loan {
				a.Loan = e.Counted
			}
		}
		if ctx.Actor.Party != command.Bank {
			a.All, a.AllCredit, a.Loans = &all, &credit, len(list)
		}
		return a, nil
	},
}

// borrowed are the entries of a loan's borrower: found by the loan itself, or
// by the identity that opens its seal.
func borrowed(ctx *command.Context, book string, q CapsQuery) ([]Entry, error) {
	if q.Identity != "" {
		opens, err := compensation.Opens.Of(ctx, book, compensation.OpensQuery{Contract: q.Loan, Identity: q.Identity, Blind: q.Blind})
		if err != nil {
			return nil, err
		}
		if !opens {
			return nil, compensation.IdentityOther.At("identity", nil, nil)
		}
		borrower, at, err := borrowerOf(ctx, q.Identity)
		if err != nil {
			return nil, err
		}
		b, err := bucket(ctx, at)
		return b.of(borrower), err
	}
	for n := uint8(1); n <= Buckets; n++ {
		b, err := bucket(ctx, n)
		if err != nil {
			return nil, err
		}
		if i, found := b.find(q.Bank, q.Loan); found {
			return b.of(b.Entries[i].Borrower), nil
		}
	}
	return nil, NotCounted.At("loan", nil, q.Loan)
}

// BankQuery names a bank.
type BankQuery struct {
	Bank string `json:"bank_msp,omitempty"` // a bank's own by default
}

// BankSheet is a bank's place in the scheme.
type BankSheet struct {
	Bank       string             `json:"bank_msp"`
	Agreements []AgreementSheet   `json:"agreements"`
	Breaker    formula.Status     `json:"breaker"`
	BreakerZh  string             `json:"breaker_zh"`
	Month      string             `json:"month,omitempty"` // last judged
	Ratio      formula.Fraction   `json:"ratio"`
	Below      int                `json:"months_below,omitempty"`
	Portfolio  *formula.Portfolio `json:"portfolio,omitempty"` // of that month
	Minute     string             `json:"minute,omitempty"`
}

// AgreementSheet is an agreement.
type AgreementSheet struct {
	From string `json:"from"`
	To   string `json:"to"`
	Text string `json:"text"`
}

// ShowBank 查询合作银行.
var ShowBank = command.Query[BankQuery, *BankSheet]{
	QuerySpec: query("comp.ShowBank", "查询合作银行及熔断状态", "a bank's agreements and breaker"),
	Answer: func(ctx *command.Context, q BankQuery) (*BankSheet, error) {
		var err error
		if q.Bank, err = asked(ctx, q.Bank); err != nil {
			return nil, err
		}
		if _, err := bookOf(ctx, q.Bank); err != nil {
			return nil, err
		}
		s := &BankSheet{Bank: q.Bank, Agreements: []AgreementSheet{}}
		r, err := BankKind.At(ctx.View, bankRef(q.Bank).ID)
		if err != nil || r == nil {
			return s, err
		}
		b := r.State
		for _, a := range b.Agreements {
			s.Agreements = append(s.Agreements, AgreementSheet{a.From.String(), a.To.String(), hex.EncodeToString(a.Text)})
		}
		s.Breaker, s.Ratio, s.Below, s.Minute = b.Breaker.Status, b.Breaker.Ratio, b.Breaker.Below, hex.EncodeToString(b.Minute)
		s.BreakerZh = s.Breaker.Zh()
		log, err := BankKind.Log(ctx.View, bankRef(q.Bank).ID, r)
		if err != nil {
			return nil, err
		}
		for _, e := range log {
			if j, ok := e.Event.(Judged); ok {
				s.Month, s.Portfolio = j.Day.String()[:7], &j.Portfolio
			}
		}
		return s, nil
	},
}

// digestCaps is the buckets' part of the state digest: entry by entry, since
// which bucket a borrower is in differs from ledger to ledger.
var digestCaps = command.Query[command.ExportQuery, command.ExportAnswer]{
	QuerySpec: command.QuerySpec{Name: "digest.cap", Zh: "状态摘要:跨行限额", En: "state digest of the caps' entries", Access: authorities, Chaincode: command.Commons, Collections: []command.Collection{command.Registry}},
	Answer: func(ctx *command.Context, q command.ExportQuery) (command.ExportAnswer, error) {
		a := command.ExportAnswer{Aggregates: []command.AggregateDigest{}}
		first := 1
		if q.After != "" {
			n, err := strconv.Atoi(q.After)
			if err != nil || n < 1 || n >= Buckets {
				return a, command.Malformed.At("after", "1..63", nil)
			}
			first = n + 1
		}
		if q.Limit < 1 || q.Limit > 5000 {
			q.Limit = 1000
		}
		for n := first; n <= Buckets; n++ {
			b, err := bucket(ctx, uint8(n))
			if err != nil {
				return a, err
			}
			list, err := digests(b)
			if err != nil {
				return a, err
			}
			a.Aggregates = append(a.Aggregates, list...)
			if len(a.Aggregates) >= q.Limit && n < Buckets {
				a.Next = strconv.Itoa(n)
				break
			}
		}
		return a, nil
	},
}

// digests of a bucket's entries and pledges.
func digests(b Bucket) ([]command.AggregateDigest, error) {
	var list []command.AggregateDigest
	add := func(kind, bank, contract string, values ...any) error {
		raw, err := ledgerstate.Encode(append([]any{kind, bank, contract}, values...))
		if err == nil {
			sum := sha256.Sum256(raw)
			list = append(list, command.AggregateDigest{Natural: kind + "/" + bank + "/" + contract, Digest: hex.EncodeToString(sum[:])})
		}
		return err
	}
	for _, e := range b.Entries {
		if err := add("entry", e.Bank, e.Contract, e.Credit, e.Reserved, e.Owing, e.Counted); err != nil {
			return nil, err
		}
	}
	for _, p := range b.Pledges {
		if err := add("pledge", p.Bank, p.Contract); err != nil {
			return nil, err
		}
	}
	return list, nil
}
