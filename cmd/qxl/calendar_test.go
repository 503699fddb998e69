package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// dated gives a line other dates.
func dated(l line, day string, more ...string) line {
	cells := maps.Clone(l.cells)
	cells["业务日期"] = day
	for i := 0; i < len(more); i += 2 {
		cells[more[i]] = more[i+1]
	}
	return line{l.record, cells}
}

// The sample's calendar ends with 2026. An application that is sent to its bank
// in the last days of that year has its last day for the decision in the next:
// the line is refused with the year that is missing and what to do, and done as
// soon as two people of the central bank have entered that year.
func TestCalendarMissingForAYear(t *testing.T) {
	d := newDesk(t)
	d.openDay("2026-12-31")
	send := func(name string, lines ...line) []refusedLine {
		t.Helper()
		_, refused := d.send(d.file(name, "Commission", lines...), "Commission/operator1")
		return refused
	}
	require.Empty(t, send("subject", dated(registered, "2026-12-01"), dated(applied, "2026-12-01", "授权编号", "")))
	route := dated(routed, "2026-12-28")
	for range 2 {
		require.Equal(t, []refusedLine{{"LOAN_CALENDAR_MISSING", "业务日期", "2022..2026", "2027",
			"该年度的工作日历未录入账本,须先由人民银行录入国务院放假安排", "the working-day calendar of that year is not on the ledger; the central bank enters the State Council's notice first"}},
			send("route", route))
	}

	var held consortium.Tables
	code, stdout, stderr := d.qxl("consortium", "show", "--as", "CentralBank/officer1", "--json")
	require.Equal(t, exitDone, code, stderr)
	require.NoError(t, json.Unmarshal([]byte(stdout), &held))
	held.Calendar.LastYear = 2027
	propose := func(number string) (int, string) {
		change, err := json.Marshal(consortium.Change{Calendar: &held.Calendar})
		require.NoError(t, err)
		code, _, stderr := d.qxl("consortium", "propose", "--as", "CentralBank/officer1", "--number", number, "--date", "2026-12-30", "--change", string(change))
		return code, stderr
	}
	code, stderr = propose("C1") // without a day off of that year
	require.Equal(t, exitRefused, code, stderr)
	require.Contains(t, stderr, "field: calendar.exceptions; limit: days off of each year; value: 2027")
	held.Calendar.Exceptions = append(held.Calendar.Exceptions, calendar.MustParse("2027-01-01"))
	code, stderr = propose("C2")
	require.Equal(t, exitDone, code, stderr)
	code, _, stderr = d.qxl("consortium", "approve", "--as", "CentralBank/approver1", "--number", "C3", "--date", "2026-12-30", "--proposal", "C2")
	require.Equal(t, exitDone, code, stderr)
	require.Empty(t, send("route", route))
	code, stdout, stderr = d.qxl("loan", "show-application", fmt.Sprint(route.cells["申请编号"]), "--as", "Commission/operator1", "--bank", "BankA", "--json")
	require.Equal(t, exitDone, code, stderr)
	require.Contains(t, stdout, `"deadline":"2027-01-12"`)
}
