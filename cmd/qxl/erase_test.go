package main

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	ledger "github.com/qingxinlian/qxl/chaincode/erasure"
	"github.com/qingxinlian/qxl/client/erasure"
	"github.com/qingxinlian/qxl/client/facts"
)

// like is a line with other cells.
func like(l line, cells ...string) line {
	x := line{l.record, map[string]string{}}
	for column, cell := range l.cells {
		x.cells[column] = cell
	}
	for i := 0; i < len(cells); i += 2 {
		x.cells[cells[i]] = cells[i+1]
	}
	return x
}

// leaver is a herder whose application was rejected, beside others' on the
// same pages.
var leaver = chaincodetest.ResidentID("63262219810904011")

const (
	leaverName = "索南旺堆之子"
	leaverLoan = "HTLEAVER2"
)

func withLeaver(t *testing.T) desk {
	d := newDesk(t)
	for _, f := range []struct {
		name, as string
		lines    []line
	}{
		{"subjects", "Commission/operator1", []line{registered, granted, applied, routed,
			like(registered, "业务流水号", "ZT2", "主体证件号码", leaver, "主体名称", leaverName),
			like(granted, "业务流水号", "SQSLEAVER2", "授权编号", "SQSLEAVER2", "主体证件号码", leaver),
			like(applied, "业务流水号", "SQLEAVER2", "申请编号", "SQLEAVER2", "主体证件号码", leaver, "授权编号", "SQSLEAVER2"),
			like(routed, "业务流水号", "FP2", "申请编号", "SQLEAVER2")}},
		{"acceptances", "BankA/officer1", []line{accepted, like(accepted, "业务流水号", "SL2", "合同编号", leaverLoan, "申请编号", "SQLEAVER2", "主体证件号码", leaver, "授权编号", "SQSLEAVER2")}},
		{"decisions", "BankA/approver1", []line{credited("SX1", "4.65")}},
		{"contracts", "BankA/officer2", []line{signed("QY1", "137000.00"), disbursed("FK1", "137000.00")}},
	} {
		org, _, _ := strings.Cut(f.as, "/")
		code, refused := d.send(d.file(f.name, org, f.lines...), f.as)
		require.Empty(t, refused)
		require.Equal(t, exitDone, code)
	}
	return d
}

func (d desk) done(args ...string) string {
	d.t.Helper()
	code, stdout, stderr := d.qxl(args...)
	require.Equal(d.t, exitDone, code, "%s%s", stdout, stderr)
	return stdout
}

// filesWith are the files of the ledger in which a text stands.
func (d desk) filesWith(text string) (paths []string) {
	require.NoError(d.t, filepath.WalkDir(filepath.Join(d.dir, "state"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.Contains(path, string(filepath.Separator)+"people"+string(filepath.Separator)) {
			return err
		}
		raw, err := os.ReadFile(path)
		if bytes.Contains(raw, []byte(text)) {
			paths = append(paths, path)
		}
		return err
	}))
	return paths
}

// A customer leaves: its rejected application, its grant and its identity go
// from the book and from every file of it, and the neighbour on the same pages
// stays to the byte.
func TestErasureAtTheDesk(t *testing.T) {
	d := withLeaver(t)
	require.NotEmpty(t, d.filesWith(leaverName), "the search finds what is there")
	require.NotEmpty(t, d.filesWith(leaverLoan))
	order := func(no string) (int, string, string) {
		return d.qxl("erase", "order", no, "--loan", leaverLoan, "--basis", "pipl-47", "--as", "Commission/operator1", "--bank", "BankA")
	}
	code, _, stderr := order("ORD-1")
	require.Equal(t, exitRefused, code)
	require.Contains(t, stderr, "a loan that lives cannot be erased")
	d.done("loan", "reject", "--as", "BankA/officer1", "--number", "JJ2", "--date", "2024-07-01", "--loan", leaverLoan, "--reason", "R01")
	neighbour := d.done("loan", "show", loanNo, "--as", "BankA/officer1", "--json")
	before := strings.Split(d.done("digest", "--lines"), "\n")

	code, stdout, stderr := order("ORD-1")
	require.Equal(t, exitDone, code, "%s%s", stdout, stderr)
	require.Contains(t, stdout, "qxl erase approve ORD-1")
	d.done("erase", "approve", "ORD-1", "--as", "CentralBank/approver1", "--bank", "BankA")
	var r erasure.Report
	require.NoError(t, json.Unmarshal([]byte(d.done("erase", "run", "ORD-1", "--as", "Commission/operator1", "--bank", "BankA", "--json")), &r))
	require.Equal(t, "CLOSED", r.Status)
	require.Empty(t, r.Left)
	require.Len(t, r.Done, 4)
	require.NoError(t, json.Unmarshal([]byte(d.done("erase", "run", "ORD-1", "--as", "Commission/operator1", "--bank", "BankA", "--json")), &r))
	require.Empty(t, r.Done, "done twice it is done once")

	require.Equal(t, neighbour, d.done("loan", "show", loanNo, "--as", "BankA/officer1", "--json"))
	after := d.done("digest", "--lines")
	gone := 0
	for _, l := range before {
		if !strings.Contains(after, l) && !strings.HasPrefix(l, "状态摘要") && !strings.HasPrefix(l, "区块高度") {
			gone++
		}
	}
	require.Equal(t, 5, gone, "identity, grant, application, acceptance and loan")
	for _, text := range []string{leaver, leaverName, leaverLoan, "SQSLEAVER2", "SQLEAVER2"} {
		require.Empty(t, d.filesWith(text), text)
	}
	require.NotEmpty(t, d.filesWith(herder), "the same search finds the neighbour")
	require.NotEmpty(t, d.filesWith("SQS1"))
	// The neighbour's loan goes on, and the leaver may come again.
	code, refused := d.send(d.file("repay", "BankA", repaid("HK1", "2024-12-27", "1000.00")), "BankA/officer2")
	require.Empty(t, refused)
	require.Equal(t, exitDone, code)
	code, refused = d.send(d.file("again", "Commission", like(registered, "业务流水号", "ZT3", "主体证件号码", leaver, "主体名称", leaverName)), "Commission/operator1")
	require.Empty(t, refused)
	require.Equal(t, exitDone, code)

	var s ledger.Sheet
	require.NoError(t, json.Unmarshal([]byte(d.done("erase", "show", "ORD-1", "--as", "Finance/approver1", "--bank", "BankA", "--json")), &s))
	require.Equal(t, []string{"BankAMSP"}, s.Owing)
	d.done("erase", "acknowledge", "ORD-1", "--as", "BankA/officer1", "--certificate", strings.Repeat("ab", 32))
	require.NotContains(t, d.done("erase", "list", "--as", "Finance/approver1", "--bank", "BankA"), "BankAMSP")

	// A fact pack tells erased by law from missing.
	for collection, purged := range map[string]bool{"person": true, "intake": true, "loan": true, "comp": false} {
		path := filepath.Join(d.dir, collection+".facts")
		as := "Commission/approver1"
		d.done("facts", "export", "book-banka/"+collection, path, "--as", as)
		var v facts.Verdict
		require.NoError(t, json.Unmarshal([]byte(d.done("facts", "check", path, "--as", as, "--json")), &v), collection)
		require.Equal(t, purged, v.Purged > 0, collection)
		require.Equal(t, v.Purged, v.ByLaw, collection)
	}
}
