package main

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

// lentInDecember brings HT1 to its contract, to be paid out in December.
func (d desk) lentInDecember() {
	d.t.Helper()
	in := func(l line, date string) line {
		cells := map[string]string{}
		for k, v := range l.cells {
			cells[k] = v
		}
		cells["业务日期"] = date
		return line{l.record, cells}
	}
	grant := in(granted, "2024-12-02")
	grant.cells["签署日期"], grant.cells["有效期起"], grant.cells["有效期止"] = "2024-12-02", "2024-12-02", "2025-02-28"
	sx := in(credited("SX1", "4.60"), "2024-12-04")
	qy := in(signed("QY1", "137000.00"), "2024-12-05")
	qy.cells["年利率"] = "4.60"
	for _, f := range []struct {
		name, org, user string
		lines           []line
	}{
		{"subjects", "Commission", "operator1", []line{registered, grant, in(applied, "2024-12-02"), in(routed, "2024-12-02")}},
		{"acceptances", "BankA", "officer1", []line{in(accepted, "2024-12-03")}},
		{"decisions", "BankA", "approver1", []line{sx}},
		{"contracts", "BankA", "officer2", []line{qy}},
	} {
		code, refused := d.send(d.file(f.name, f.org, f.lines...), f.org+"/"+f.user)
		require.Empty(d.t, refused)
		require.Equal(d.t, exitDone, code)
	}
}

func (d desk) day(date string) {
	d.t.Helper()
	code, _, stderr := d.qxl("consortium", "open-day", "--as", "CentralBank/officer1", "--number", "KF"+date, "--date", date)
	require.Equal(d.t, exitDone, code, stderr)
}

// bank runs a verb of the loan room as somebody of the bank.
func (d desk) bank(user, verb, number, date string, more ...string) (int, string, string) {
	d.t.Helper()
	return d.qxl(append([]string{"loan", verb, "--as", "BankA/" + user, "--loan", loanNo, "--number", number, "--date", date}, more...)...)
}

func (d desk) ok(user, verb, number, date string, more ...string) {
	d.t.Helper()
	code, stdout, stderr := d.bank(user, verb, number, date, more...)
	require.Equal(d.t, exitDone, code, "%s: %s%s", verb, stdout, stderr)
}

func (d desk) no(refusal, user, verb, number, date string, more ...string) {
	d.t.Helper()
	code, stdout, stderr := d.bank(user, verb, number, date, append(more, "--json")...)
	require.Equal(d.t, exitRefused, code, "%s: %s%s", verb, stdout, stderr)
	require.Contains(d.t, stdout, refusal)
}

func (d desk) account(at string) map[string]any {
	d.t.Helper()
	code, stdout, stderr := d.qxl("loan", "show", "--as", "BankA/officer2", "--loan", loanNo, "--at", at, "--json")
	require.Equal(d.t, exitDone, code, stderr)
	var sheet map[string]any
	require.NoError(d.t, json.Unmarshal([]byte(stdout), &sheet), stdout)
	a, ok := sheet["account"].(map[string]any)
	require.True(d.t, ok, stdout)
	return a
}

// Domain traps 1, 9, 15 and 20 on the embedded engine, as a bank meets them:
// interest withheld, a disbursement of a month that is closed, days past due,
// the last fen.
func TestTrapsOfALoanOnTheEmbeddedLedger(t *testing.T) {
	d := newDesk(t)
	d.lentInDecember()
	pay := func(amount string) []string {
		return []string{"--voucher", digest64, "--amount", amount, "--payments"}
	}
	payments := func(amount string) string { return `[{"payee":"` + digest64 + `","amount":"` + amount + `"}]` }

	// 15
	d.no("LOAN_WITHHELD", "officer2", "disburse", "FK0", "2024-12-06", append(pay("137000.00"), payments("130000.00"))...)

	// 9: 13,700 was entered for 137,000; found in January.
	d.ok("officer2", "disburse", "FK1", "2024-12-06", append(pay("13700.00"), payments("13700.00"))...)
	d.day("2025-01-10")
	d.no("LOAN_SECOND_SIGNATURE", "approver1", "reverse", "CZ0", "2025-01-10", "--entry", "FK1", "--reason", "金额有误")
	d.ok("officer2", "request-reversal", "CS1", "2025-01-10", "--entry", "FK1", "--reason", "金额有误")
	d.ok("approver1", "reverse", "CZ1", "2025-01-10", "--entry", "FK1", "--reason", "金额有误")
	d.ok("officer2", "disburse", "FK2", "2024-12-06", append(pay("137000.00"), payments("137000.00"), "--replaces", "FK1")...)
	code, stdout, stderr := d.qxl("loan", "history", "--as", "BankA/officer2", "--loan", loanNo, "--json")
	require.Equal(t, exitDone, code, stderr)
	var history struct {
		Entries []struct {
			Number     string `json:"number"`
			ReversedBy string `json:"reversed_by"`
			Replaces   string `json:"replaces"`
			Late       bool   `json:"late"`
			RecordedIn string `json:"recorded_in"`
		} `json:"entries"`
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &history), stdout)
	marks := map[string][4]any{}
	for _, e := range history.Entries {
		marks[e.Number] = [4]any{e.ReversedBy, e.Replaces, e.Late, e.RecordedIn}
	}
	require.Equal(t, [4]any{"CZ1", "", false, ""}, marks["FK1"], "December's figure stays")
	require.Equal(t, [4]any{"", "", true, "2025-01"}, marks["CZ1"])
	require.Equal(t, [4]any{"", "FK1", true, "2025-01"}, marks["FK2"])
	require.Equal(t, "137000.00", d.account("2024-12-31")["outstanding_principal"])

	// 1: due on 6 April 2025.
	d.day("2025-07-07")
	require.Equal(t, "special_mention", d.account("2025-07-05")["class"])
	require.EqualValues(t, 90, d.account("2025-07-05")["days_past_due"])
	require.Equal(t, "substandard", d.account("2025-07-06")["class"])

	// 20: to the last fen, which entered below another changes nothing.
	d.ok("officer2", "repay", "HK1", "2025-07-07", "--amount", "0.01")
	d.ok("officer2", "repay", "HK2", "2025-07-05", "--amount", "0.01")
	due, _ := d.account("2025-07-07")["due"].(string)
	d.no("LOAN_ABOVE_OWED", "officer2", "repay", "HK3", "2025-07-07", "--amount", "999999.00")
	d.ok("officer2", "repay", "HK4", "2025-07-07", "--amount", due)
	d.no("LOAN_ABOVE_OWED", "officer2", "repay", "HK5", "2025-07-07", "--amount", "0.01")
	d.ok("officer2", "settle", "JQ1", "2025-07-07")
	end := d.account("2025-07-07")
	for _, what := range []string{"outstanding_principal", "overdue_principal", "overdue_interest", "penalty", "compound", "advance", "due", "coming"} {
		require.Equal(t, "0.00", end[what], what)
	}
}
