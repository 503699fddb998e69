package registry

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// JudgeContent judges a bank's breaker at a month's end.
type JudgeContent struct {
	command.Head
	Bank string        `json:"bank_msp"`
	Day  calendar.Date `json:"day"` // the last of a month
}

// ResumeContent lets a suspended bank file again.
type ResumeContent struct {
	command.Head
	Bank   string `json:"bank_msp"`
	Minute string `json:"minute"` // SHA-256 of the review minute 复核纪要, hex
}

// AgreeContent records a cooperation agreement.
type AgreeContent struct {
	command.Head
	Bank string        `json:"bank_msp"`
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
	Text string        `json:"text"` // SHA-256 of the agreement, hex
}

func sum(text string) ([]byte, bool) {
	b, err := hex.DecodeString(text)
	return b, err == nil && len(b) == 32
}

// Agree 登记合作协议: without one a bank files nothing.
var Agree = command.Command[AgreeContent]{
	Spec:  command.Spec{Name: "comp.Agree", Zh: "登记合作协议", En: "record a cooperation agreement with a bank", Lane: command.RegistryLane, Access: []command.Allow{{Party: command.Finance, Role: "approver"}}},
	Wants: func(c AgreeContent) []ledgerstate.Want { return []ledgerstate.Want{bankWant(c.Bank)} },
	Valid: func(c AgreeContent) error {
		if _, ok := sum(c.Text); !ok {
			return AgreementHash.At("text", "64 hex", len(c.Text))
		}
		if c.To < c.From {
			return AgreementDays.At("to", c.From, c.To)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c AgreeContent) ([]ledgerstate.Change, error) {
		if _, err := bookOf(ctx, c.Bank); err != nil {
			return nil, err
		}
		b, found, err := bank(ctx, c.Bank)
		if err != nil {
			return nil, err
		}
		if n := len(b.Agreements); n > 0 && c.From <= b.Agreements[n-1].To {
			return nil, AgreementDays.At("from", "after "+b.Agreements[n-1].To.String(), c.From)
		}
		text, _ := sum(c.Text)
		return []ledgerstate.Change{happens(found, c.Bank, Agreed{Agreement{From: c.From, To: c.To, Text: text}})}, nil
	},
}

// Judge 月末熔断判定: whether a bank may go on filing, from what its loans of all
// buckets came to at the month's end.
var Judge = command.Command[JudgeContent]{
	Spec: command.Spec{Name: "comp.JudgeBank", Zh: "月末熔断判定", En: "judge a bank's breaker at a month's end", Lane: command.RegistryLane, Access: supervisors},
	Wants: func(c JudgeContent) []ledgerstate.Want {
		list := []ledgerstate.Want{bankWant(c.Bank)}
		for n := uint8(1); n <= Buckets; n++ {
			list = append(list, bucketWant(n))
		}
		return list
	},
	Valid: func(c JudgeContent) error {
		if next := c.Day + 1; formula.MonthOf(next) == formula.MonthOf(c.Day) {
			return NotMonthEnd.At("day", nil, c.Day)
		}
		if c.Day > c.Date {
			return DayRange.At("day", c.Date, c.Day)
		}
		return nil
	},
	Decide: func(ctx *command.Context, c JudgeContent) ([]ledgerstate.Change, error) {
		if _, err := bookOf(ctx, c.Bank); err != nil {
			return nil, err
		}
		b, found, err := bank(ctx, c.Bank)
		if err != nil {
			return nil, err
		}
		pack, ok := consortium.Of(ctx).PackAt(c.Day)
		if !ok {
			return nil, compensation.NoPackYet.At("day", nil, c.Day)
		}
		p, missing, err := portfolio(ctx, c.Bank, c.Day)
		if err != nil {
			return nil, err
		}
		if missing > 0 {
			return nil, NotRefreshed.At("day", Buckets, Buckets-missing)
		}
		next, err := b.Breaker.Judge(pack.Bank, formula.MonthOf(c.Day), p)
		if err != nil {
			return nil, MonthJudged.At("day", nil, c.Day)
		}
		return []ledgerstate.Change{happens(found, c.Bank, Judged{Day: c.Day, Pack: pack.ID, Portfolio: p, Breaker: next})}, nil
	},
}

// Resume 恢复备案, on a review minute, by the central bank, which supervises.
var Resume = command.Command[ResumeContent]{
	Spec:  command.Spec{Name: "comp.ResumeBank", Zh: "恢复备案", En: "let a suspended bank file again, on a review minute", Lane: command.RegistryLane, Access: []command.Allow{{Party: command.CentralBank, Role: "approver"}}},
	Wants: func(c ResumeContent) []ledgerstate.Want { return []ledgerstate.Want{bankWant(c.Bank)} },
	Valid: func(c ResumeContent) error {
		if _, ok := sum(c.Minute); !ok {
			return MinuteHash.At("minute", "64 hex", len(c.Minute))
		}
		return nil
	},
	Decide: func(ctx *command.Context, c ResumeContent) ([]ledgerstate.Change, error) {
		b, found, err := bank(ctx, c.Bank)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, BankUnknown.At("bank_msp", nil, c.Bank)
		}
		pack, ok := consortium.Of(ctx).PackAt(c.Date)
		if !ok {
			return nil, compensation.NoPackYet.At("date", nil, c.Date)
		}
		next, err := b.Breaker.Resume(pack.Bank)
		if err != nil {
			return nil, NotResumable.At("bank", formula.Resumable.String(), b.Breaker.Status.String())
		}
		minute, _ := sum(c.Minute)
		return []ledgerstate.Change{happens(true, c.Bank, Resumed{Breaker: next, Minute: minute})}, nil
	},
}
