package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A report gathers what packs and logs show: nothing out of the ordinary on a
// ledger whose rules were kept, but for what was done to a log.
func TestAnAuditReportAtTheDesk(t *testing.T) {
	d := lent(t, 5)
	packs := filepath.Join(d.dir, "packs")
	require.NoError(t, os.Mkdir(packs, 0o700))
	for name, of := range map[string]string{"loan": "book-banka/loan", "intake": "book-banka/intake", "registry": "commons/registry"} {
		code, _, stderr := d.qxl("facts", "export", of, filepath.Join(packs, name+".facts"), "--as", "CentralBank/auditor1")
		require.Equal(t, exitDone, code, stderr)
	}
	code, stdout, stderr := d.qxl("audit", "facts", packs, "--as", "Audit/auditor1", "--json")
	require.Equal(t, exitDone, code, stderr)
	var checked struct {
		Packs    []struct{ File string }
		Findings int
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &checked))
	require.Len(t, checked.Packs, 3)
	require.Zero(t, checked.Findings)

	file := func(name string) string { return filepath.Join(d.dir, name) }
	code, stdout, stderr = d.qxl("audit", "report", "--as", "Audit/auditor1", "--facts", packs, "-o", file("r.xlsx"), "-o", file("r.pdf"), "-o", file("r.json"))
	require.Equal(t, exitDone, code, "%s%s", stdout, stderr)
	require.Contains(t, stdout, "没有例外")
	for _, name := range []string{"r.xlsx", "r.pdf", "r.json"} {
		require.FileExists(t, file(name))
	}
	raw, err := os.ReadFile(file("r.json"))
	require.NoError(t, err)
	var r struct {
		Covered []struct{ Where string }
		Counts  map[string]int
	}
	require.NoError(t, json.Unmarshal(raw, &r))
	require.Len(t, r.Covered, 3)
	require.Len(t, r.Counts, 7)

	// A finding of a log's audit is an exception.
	require.NoError(t, os.WriteFile(file("log.json"), []byte(`{"log":"qxl/BankAMSP/1","size":9,"faults":1,"findings":[{"verdict":"FORK","place":"head","first":3,"last":8,"zh":"分叉","en":"forked"}]}`), 0o600))
	code, stdout, _ = d.qxl("audit", "report", "--as", "Audit/auditor1", "--log", file("log.json"), "-o", file("s.json"), "--json")
	require.Equal(t, exitRefused, code)
	require.Contains(t, stdout, `"LOG_FINDING":1`)

	for want, args := range map[string][]string{
		"FLAG_MISSING":     {"--as", "Audit/auditor1"},
		"OUTPUT_FORM":      {"--as", "Audit/auditor1", "-o", file("r.docx")},
		"FILE_EXISTS":      {"--as", "Audit/auditor1", "-o", file("r.json")},
		"LOG_AUDIT_FORMAT": {"--as", "Audit/auditor1", "-o", file("t.json"), "--log", file("r.json")},
		"FACTS_FORMAT":     {"--as", "Audit/auditor1", "-o", file("t.json"), "--facts", file("log.json")},
		"INPUT_FILE":       {"--as", "Audit/auditor1", "-o", file("t.json"), "--facts", file("none")},
	} {
		code, stdout, _ := d.qxl(append(append([]string{"audit", "report"}, args...), "--json")...)
		require.Equal(t, exitUsage, code, "%s: %s", want, stdout)
		require.Contains(t, stdout, want)
	}
}
