package compensation_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// forward leads a claim on to its payment and what comes after.
var forward = map[compensation.ClaimStatus]string{
	compensation.ClaimNone: "comp.Notify", compensation.Notified: "comp.Submit", compensation.Submitted: "comp.AcceptComplete", compensation.Returned: "comp.Resubmit",
	compensation.Accepted: "comp.Review", compensation.Reviewed: "comp.Opine", compensation.Opinioned: "comp.Publicise", compensation.Publicised: "comp.Approve",
	compensation.Objected: "comp.AnswerObjection", compensation.ReReview: "comp.ReReview", compensation.Approved: "fund.Payout", compensation.Paid: "comp.RecordRecovery",
	compensation.Recovering: "fund.ReceiveReturn", compensation.Clawback: "fund.ReceiveClawback",
}

// randomStep is a command on a claim with content that mostly fits its state.
func randomStep(t *rapid.T, w *world, no string, at calendar.Date, s *compensation.ClaimSheet) step {
	on := at.String()
	var fitting []string
	for _, row := range compensation.Claims {
		if slices.Contains(row.From, s.Status) {
			fitting = append(fitting, row.Command)
		}
	}
	if len(fitting) == 0 || rapid.IntRange(0, 9).Draw(t, "any") == 0 {
		fitting = nil
		for _, row := range compensation.Claims {
			fitting = append(fitting, row.Command)
		}
	}
	name := rapid.SampledFrom(fitting).Draw(t, "command")
	if on, ok := forward[s.Status]; ok && rapid.IntRange(0, 9).Draw(t, "forward") < 7 {
		name = on
	}
	try := w.attempts()[name]
	some := func(most money.Fen) string {
		return money.Fen(rapid.Int64Range(0, int64(max(0, most))+1).Draw(t, "amount")).String()
	}
	switch name {
	case "comp.Notify":
		return step{officer, name, func(string) any { return w.notify(no, on) }}
	case "comp.Submit", "comp.Resubmit":
		c := w.submit(no, on)
		c.EvidenceOn = at - calendar.Date(rapid.IntRange(0, 30).Draw(t, "evidence"))
		if rapid.Bool().Draw(t, "others") {
			c.Others = &[]compensation.Government{{From: "市级", Amount: money.Fen(rapid.Int64Range(1, 50000000).Draw(t, "other")), CID: cidOf("city")}}
		}
		return step{officer, name, func(string) any { return c }}
	case "comp.Object":
		return step{operator, name, func(string) any { return w.object(no, on) }}
	case "comp.AnswerObjection":
		return step{officer, name, func(string) any { return w.answer(no, on, max(1, len(s.Objections))) }}
	case "comp.ReReview":
		return step{reviewer, name, func(string) any { return w.reReview(no, on, rapid.Bool().Draw(t, "upheld")) }}
	case "comp.SignAdjustment":
		number := "n-0"
		if s.Adjustment != nil {
			number = s.Adjustment.Number
		}
		c := w.signs(no, on, number)
		c.Drop = rapid.Bool().Draw(t, "drop")
		return step{approver, name, func(string) any { return c }}
	case "comp.ProposeAdjustment":
		return step{reviewer, name, func(string) any { return w.adjust(no, on) }}
	case "comp.RecordRecovery", "comp.Close":
		return step{try.who, name, func(string) any {
			if name == "comp.Close" {
				return w.reason(no, on, "E03")
			}
			return w.claim(no, on)
		}}
	case "fund.Payout":
		var award compensation.AwardSheet
		if s.Award != nil {
			award = *s.Award
		}
		allocated := some(award.Entitlement)
		if award.Allocated != nil {
			allocated = award.Allocated.String()
		}
		last := rapid.Bool().Draw(t, "last")
		part := yuan(allocated) - award.Paid
		if !last {
			part = yuan(some(part))
		}
		return step{approver, "test.Pay", func(string) any { return w.pay(no, on, part.String(), allocated, last) }}
	case "fund.ReceiveReturn":
		var due money.Fen
		if s.Award != nil {
			due = s.Award.DueBack
		}
		return step{approver, "test.Return", func(string) any { return w.back(no, on, some(due), "0") }}
	case "fund.ReceiveClawback":
		if rapid.Bool().Draw(t, "all") {
			return step{approver, "test.ClawbackAll", func(string) any { return w.back(no, on, "0", "0") }}
		}
		return step{approver, "test.Clawback", func(string) any { return w.back(no, on, some(s.NetLoss), "0") }}
	case "fund.StopPayment":
		return step{approver, "test.Stop", func(string) any { return w.stop(no, on) }}
	case "comp.ReturnForCorrection":
		return step{operator, name, func(string) any { return w.correction(no, on) }}
	case "comp.Opine":
		return step{centralBank, name, func(string) any { return w.opine(no, on) }}
	case "comp.Publicise":
		return step{clerk, name, func(string) any { return w.publicise(no, on) }}
	case "comp.Reject":
		return step{reviewer, name, func(string) any { return w.reason(no, on, "X99") }}
	case "comp.OrderClawback":
		return step{approver, name, func(string) any { return w.reason(no, on, "B01") }}
	}
	return step{try.who, name, func(string) any { return w.claim(no, on) }}
}

// Whatever happens to a claim and its loan, in whatever order: it moves along
// the table alone; its parts add up to what was paid, which is within the
// entitlement; with other government money it is within 80 % of the net loss;
// no more comes back than was paid; frozen sums change by an adjustment alone;
// the docket holds it exactly while it is approved; its filing is bound to it
// exactly while it lives or was paid; and what was accepted is not done again.
func TestAnyLifeOfAClaim(t *testing.T) {
	w := newWorld(t)
	histories, commands, paid := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		histories++
		no := fmt.Sprintf("P%d", histories)
		w.lent(lending{No: no, First: rapid.Bool().Draw(t, "first"), Guarantee: rapid.SampledFrom([]string{"C1", "C2", "C3"}).Draw(t, "guarantee"),
			Amount: money.Fen(rapid.Int64Range(10000, 600000000).Draw(t, "amount"))})
		at := day("2024-05-06")
		var s compensation.ClaimSheet
		s.Contract = no
		for range rapid.IntRange(30, 90).Draw(t, "commands") {
			commands++
			at += calendar.Date(rapid.SampledFrom([]int{0, 0, 1, 1, 2, 5, 12}).Draw(t, "days"))
			if rapid.IntRange(0, 7).Draw(t, "borrower") == 0 {
				_, err := w.Submit(book, officer, "loan.Repay", w.repay(no, at.String(), money.Fen(rapid.Int64Range(1, 3000000).Draw(t, "repaid")).String()))
				require.NoError(t, err)
				continue
			}
			try := randomStep(t, w, no, at, &s)
			content := try.content(no)
			r, err := w.Submit(book, try.who, try.command, content)
			require.NoError(t, err)
			before := s
			if err := w.Ask(book, "Finance/auditor", "comp.Show", compensation.ClaimQuery{Claim: claimRef(no).No}, &s); err != nil {
				continue // no notice was given yet
			}
			if r.Outcome == "refused" {
				require.Equal(t, before.Status, s.Status, "a refusal changes nothing")
				continue
			}
			again, err := w.Submit(book, try.who, try.command, content)
			require.NoError(t, err)
			require.Equal(t, "already applied", again.Outcome)
			w.holds(t, no, try.command, &before, &s)
			if s.Award != nil && s.Award.Paid > 0 {
				paid++
			}
		}
	})
	t.Logf("%d histories of %d commands, %d of them on claims that were paid", histories, commands, paid)
	require.NotZero(t, paid, "no claim came so far")
}

// holds checks what is always so.
func (w *world) holds(t *rapid.T, no, command string, before, s *compensation.ClaimSheet) {
	for alias, name := range map[string]string{"test.Pay": "fund.Payout", "test.Return": "fund.ReceiveReturn", "test.Stop": "fund.StopPayment", "test.Clawback": "fund.ReceiveClawback", "test.ClawbackAll": "fund.ReceiveClawback"} {
		if command == alias {
			command = name
		}
	}
	row := compensation.Claims[slices.IndexFunc(compensation.Claims, func(r compensation.ClaimTransition) bool { return r.Command == command })]
	require.Contains(t, row.From, before.Status)
	require.Contains(t, row.To, s.Status)

	var other money.Fen
	for _, g := range s.Others {
		other += g.Amount
	}
	require.LessOrEqual(t, int64(s.Sum)*5, max(int64(s.NetLoss)*4-int64(other)*5, 0), "all government money within 80 percent")
	for _, l := range s.Limbs {
		require.LessOrEqual(t, s.Sum, l.Amount)
	}
	switch before.Status {
	case compensation.ClaimNone, compensation.Notified, compensation.Submitted, compensation.Returned:
	default:
		if command != "comp.SignAdjustment" {
			require.Equal(t, before.Sum, s.Sum, "frozen")
		}
	}
	if w := s.Award; w != nil {
		var parts money.Fen
		for _, p := range w.Parts {
			require.Positive(t, p.Amount)
			parts += p.Amount
		}
		require.Equal(t, w.Paid, parts)
		require.LessOrEqual(t, w.Paid, w.Entitlement)
		require.LessOrEqual(t, w.Back, w.Paid)
		require.GreaterOrEqual(t, w.DueBack, money.Fen(0))
		var dues money.Fen
		for _, d := range s.Dues {
			require.LessOrEqual(t, d.Returned, d.Amount)
			dues += d.Amount
		}
		require.LessOrEqual(t, dues, w.Paid)
	}
	on := slices.ContainsFunc(w.docket(), func(p compensation.Payable) bool { return p.Claim == s.Claim })
	require.Equal(t, s.Status == compensation.Approved, on, "the docket")
	ended := s.Status == compensation.Rejected || s.Status == compensation.Withdrawn
	f := w.filing(no)
	require.Equal(t, ended, f.Status == compensation.FilingEffective)
	require.Equal(t, ended, f.Claim == "")
	if s.Award != nil {
		require.Equal(t, s.Award.Paid, f.Compensated)
		require.Equal(t, s.Award.Back, f.Returned)
	}
}
