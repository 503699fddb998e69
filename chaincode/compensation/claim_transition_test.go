package compensation_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
)

// attempts are the commands of the state machine with content that is right in
// the states from which they may come, late enough for any.
func (w *world) attempts() map[string]step {
	on := "2024-08-05"
	claim := func(no string) any { return w.claim(no, on) }
	return map[string]step{
		"comp.Notify":              {officer, "comp.Notify", func(no string) any { return w.notify(no, on) }},
		"comp.Submit":              {officer, "comp.Submit", func(no string) any { return w.submit(no, on) }},
		"comp.ReturnForCorrection": {operator, "comp.ReturnForCorrection", func(no string) any { return w.correction(no, on) }},
		"comp.Resubmit":            {officer, "comp.Resubmit", func(no string) any { return w.submit(no, "2024-05-27") }}, // within the time for it
		"comp.Withdraw":            {officer, "comp.Withdraw", claim},
		"comp.AcceptComplete":      {operator, "comp.AcceptComplete", claim},
		"comp.Review":              {reviewer, "comp.Review", claim},
		"comp.Opine":               {centralBank, "comp.Opine", func(no string) any { return w.opine(no, on) }},
		"comp.Publicise":           {clerk, "comp.Publicise", func(no string) any { return w.publicise(no, on) }},
		"comp.Object":              {operator, "comp.Object", func(no string) any { return w.object(no, "2024-06-07") }}, // within the publicity
		"comp.AnswerObjection":     {officer, "comp.AnswerObjection", func(no string) any { return w.answer(no, on, 1) }},
		"comp.ReReview":            {reviewer, "comp.ReReview", func(no string) any { return w.reReview(no, on, false) }},
		"comp.ProposeAdjustment": {reviewer, "comp.ProposeAdjustment", func(no string) any {
			c := w.adjust(no, on)
			c.Others = &[]compensation.Government{{From: "市级风险补偿资金", Amount: yuan("300000"), CID: cidOf("city")}}
			return c
		}},
		"comp.SignAdjustment":  {approver, "comp.SignAdjustment", func(no string) any { return w.signs(no, on, w.proposed(no, on)) }},
		"comp.Reject":          {reviewer, "comp.Reject", func(no string) any { return w.reason(no, on, "X99") }},
		"comp.Approve":         {approver, "comp.Approve", claim},
		"fund.Payout":          {approver, "test.Pay", func(no string) any { return w.pay(no, on, "225000", "225000", true) }},
		"fund.StopPayment":     {approver, "test.Stop", func(no string) any { return w.stop(no, on) }},
		"comp.RecordRecovery":  {officer, "comp.RecordRecovery", func(no string) any { w.comesIn(no); return w.claim(no, on) }},
		"fund.ReceiveReturn":   {approver, "test.Return", func(no string) any { return w.back(no, on, "9000", "0") }},
		"comp.OrderClawback":   {approver, "comp.OrderClawback", func(no string) any { return w.reason(no, on, "B02") }},
		"fund.ReceiveClawback": {approver, "test.ClawbackAll", func(no string) any { return w.back(no, on, "0", "0") }},
		"comp.Close":           {clerk, "comp.Close", func(no string) any { w.returned(no); return w.reason(no, on, "E03") }},
	}
}

// proposed makes an adjustment wait where the state allows it, and gives its
// number.
func (w *world) proposed(no, on string) string {
	c := w.adjust(no, on)
	c.Others = &[]compensation.Government{{From: "市级风险补偿资金", Amount: yuan("300000"), CID: cidOf("city")}}
	_, err := w.Submit(book, reviewer, "comp.ProposeAdjustment", c)
	require.NoError(w.t, err)
	return c.Number
}

// comesIn has the borrower of a paid claim pay something.
func (w *world) comesIn(no string) {
	r, err := w.Submit(book, officer, "loan.Repay", w.repay(no, "2024-08-01", "1000"))
	require.NoError(w.t, err)
	require.Equal(w.t, "accepted", r.Outcome)
}

// returned pays what a claim owes the fund, if it owes anything.
func (w *world) returned(no string) {
	var s compensation.ClaimSheet
	if w.Ask(book, "Finance/auditor", "comp.Show", compensation.ClaimQuery{Claim: claimRef(no).No}, &s) != nil || s.Award == nil || s.Award.DueBack == 0 {
		return
	}
	_, err := w.Submit(book, approver, "test.Return", w.back(no, "2024-07-10", s.Award.DueBack.String(), "0"))
	require.NoError(w.t, err)
}

// Every row of the table of claims is walked, and every pair of state and
// command that is no row is refused, and changes nothing.
func TestEveryTransitionAndEveryOneThatIsNot(t *testing.T) {
	all := []compensation.ClaimStatus{compensation.ClaimNone}
	for s := compensation.Notified; s <= compensation.Withdrawn; s++ {
		all = append(all, s)
	}
	w := newWorld(t)
	attempts := w.attempts()
	require.Len(t, compensation.Claims, len(attempts), "each command once")
	walked, refused := 0, 0
	for _, from := range all {
		spare := fmt.Sprintf("N%d", from)
		w.lent(lending{No: spare, First: true})
		w.on(spare, from)
		for i, row := range compensation.Claims {
			try, ok := attempts[row.Command]
			require.True(t, ok, "nothing attempts %s", row.Command)
			if slices.Contains(row.From, from) {
				no := fmt.Sprintf("T%dx%d", from, i)
				w.lent(lending{No: no, First: true})
				w.on(no, from)
				r, err := w.Submit(book, try.who, try.command, try.content(no))
				require.NoError(t, err)
				if row.Command == "comp.ReReview" && from == compensation.Objected {
					require.Equal(t, "accepted", r.Outcome, "the answer is late by then: %v", r.Refusal)
				}
				require.Equal(t, "accepted", r.Outcome, "%s from %s: %v", row.Command, from, r.Refusal)
				require.Contains(t, row.To, w.show(no).Status, "%s from %s", row.Command, from)
				walked++
				continue
			}
			if from == compensation.ClaimNone { // there is no claim to name
				r, err := w.Submit(book, try.who, try.command, try.content(spare))
				require.NoError(t, err)
				require.Equal(t, "UNKNOWN", r.Refusal.Code)
				refused++
				continue
			}
			before, _ := json.Marshal(w.show(spare))
			r, err := w.Submit(book, try.who, try.command, try.content(spare))
			require.NoError(t, err)
			require.Equal(t, "refused", r.Outcome, "%s from %s", row.Command, from)
			if row.Command == "comp.Notify" { // of another number it is the filing that is taken
				require.Equal(t, "NUMBER_TAKEN", r.Refusal.Code)
			} else {
				require.Equal(t, compensation.ClaimState.Code, r.Refusal.Code, "%s from %s", row.Command, from)
				require.Contains(t, r.Refusal.Actual, from.String()+" → ")
			}
			after, _ := json.Marshal(w.show(spare))
			require.JSONEq(t, string(before), string(after), "%s from %s changed something", row.Command, from)
			refused++
		}
	}
	rows := 0
	for _, row := range compensation.Claims {
		rows += len(row.From)
	}
	require.Equal(t, rows, walked)
	require.Equal(t, len(all)*len(compensation.Claims)-rows, refused)
}

// The table is reviewed: whoever changes it changes the copy too.
func TestTheTableOfClaimsIsTheReviewedOne(t *testing.T) {
	var b strings.Builder
	for _, row := range compensation.Claims {
		fmt.Fprintf(&b, "%-24s %s\n%24s → %s\n", row.Command, names(row.From), "", names(row.To))
	}
	const file = "testdata/transitions.txt"
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(b.String()), 0o600))
	}
	reviewed, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(reviewed), b.String(), "if it is right: go test ./chaincode/compensation -run TableOfClaims -update, and have the difference reviewed")
}

var update = flag.Bool("update", false, "rewrite testdata; review the difference")

func names(list []compensation.ClaimStatus) string {
	text := ""
	for _, s := range list {
		text += " " + s.String()
	}
	return text[1:]
}

// A bank moves nothing after the acceptance: of its commands, only answers and
// recoveries are left.
func TestTheBankCannotActPastAcceptance(t *testing.T) {
	left := map[string]bool{}
	for _, d := range compensation.ClaimCommands {
		spec := d.Describe()
		bank := slices.ContainsFunc(spec.Access, func(a command.Allow) bool { return a.Party == command.Bank })
		for _, row := range compensation.Claims {
			if bank && row.Command == spec.Name && slices.ContainsFunc(row.From, pastAcceptance) {
				left[spec.Name] = true
			}
		}
	}
	require.Equal(t, map[string]bool{"comp.AnswerObjection": true, "comp.RecordRecovery": true}, left)
}

func pastAcceptance(s compensation.ClaimStatus) bool {
	switch s {
	case compensation.ClaimNone, compensation.Notified, compensation.Submitted, compensation.Returned:
		return false
	}
	return true
}
