package traps

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/form/formtest"
)

// Desk is a bank officer's part in a claim: from a loan that went bad to a
// complete claim in three commands, none with a figure that the ledger knows;
// and on the way, what is refused and why. The papers go into the bank's vault
// and log with the last of them, once each, however often it is refused. The application that the program
// writes has, when another program opens it, the ledger's sums.
func Desk(t *testing.T, qxl Program) {
	c := &clerk{T: t, qxl: qxl, trap: 21, dir: t.TempDir(), bank: "BankA", lines: new(int), book: map[*borrower]bool{}, done: map[string]bool{}}
	d := c.bad(1, "300000.00")
	c.lentAndFiled(d)
	const day, dir90 = "2024-06-04", "2024-06-03"

	refused := func(want refusal, args ...string) {
		t.Helper()
		exit, stdout, stderr := c.call(append(args, "--as", officer)...)
		require.Equal(t, 1, exit, "%s%s", stdout, stderr)
		require.Equal(t, want, said(t, stdout))
	}
	refused(refusal{"CLAIM_NOT_NON_PERFORMING", "days_past_due", "91", "90"}, "comp", "notice", d.contract, "--date", dir90)

	papers := c.papers()
	own := filepath.Join(papers, "D01.pdf") // the program writes this one
	require.NoError(t, os.Remove(own))
	notice := []string{"comp", "notice", d.contract, "--date", day}
	look := []string{"comp", "claim", d.contract, "--dir", papers, "--evidence-on", day, "--date", day}
	submit := []string{"comp", "submit", d.contract, "--dir", papers, "--vault", "--subject", "borrower-1", "--evidence", "LAWSUIT", "--evidence-on", day, "--date", day}
	for _, args := range [][]string{{"vault", "init", "--org", c.bank}, {"log", "init", "--org", c.bank}} {
		exit, stdout, stderr := c.call(args...)
		require.Zero(t, exit, "%s%s", stdout, stderr)
	}
	for _, arg := range append(append(append([]string{}, notice...), look...), submit...) {
		require.NotRegexp(t, `^\d+\.\d\d$`, arg, "a figure typed")
	}

	// The loan's own papers before, in one step; done twice it is done once.
	mine := t.TempDir()
	for name, text := range map[string]string{"借款合同.pdf": "contract of " + d.contract, "用途证明-1.jpg": "invoice", "用途证明-1 (copy).jpg": "invoice"} {
		require.NoError(t, os.WriteFile(filepath.Join(mine, name), []byte(text), 0o600))
	}
	attach := []string{"loan", "attach", d.contract, "--dir", mine, "--subject", "borrower-0", "--date", day}
	for again := range 2 {
		var attached loan.PapersAnswer
		if again == 0 {
			c.does(officer, attach...)
		} else {
			c.ask(&attached, append(attach, "--as", officer)...)
			require.Len(t, attached.Papers, 2, "nothing is left to attach")
		}
		c.ask(&attached, "loan", "papers", "--loan", d.contract, "--as", officer, "--at", day)
		require.Len(t, attached.Papers, 2)
		var kept []struct{ CID, Schema string }
		c.ask(&kept, "vault", "list", "--org", c.bank, "--subject", "borrower-0")
		require.Len(t, kept, 2)
		for _, p := range attached.Papers {
			require.True(t, slices.ContainsFunc(kept, func(k struct{ CID, Schema string }) bool {
				return k.CID == p.CID && k.Schema == strings.ToLower(p.Item)+"/1"
			}), "%s of the loan is not in the vault", p.Item)
		}
	}
	require.NoError(t, os.WriteFile(filepath.Join(mine, "扫描件.pdf"), []byte("?"), 0o600))
	exit, stdout, _ := c.call(append(attach, "--as", officer)...)
	require.Equal(t, 2, exit)
	require.Contains(t, stdout, "PAPER_NAME")

	c.does(officer, notice...)
	var s compensation.ClaimSheet
	c.ask(&s, append(look, "--as", officer)...)
	require.Equal(t, []string{"300000.00", "120000.00", "ratio"}, []string{s.NetLoss.String(), s.Sum.String(), s.Binding})

	contract := filepath.Join(papers, "D02.pdf")
	require.NoError(t, os.Rename(contract, contract+".away"))
	away := filepath.Join(t.TempDir(), "D02.pdf")
	require.NoError(t, os.Rename(contract+".away", away))
	refused(refusal{"CLAIM_DOSSIER_MISSING", "documents", "D02 借款合同", ""}, submit...)
	require.NoError(t, os.Rename(away, contract))
	refused(refusal{"CLAIM_SUM", "sum", "120000.00 (ratio)", "1500000.01"}, append(submit, "--sum", "1500000.01")...)

	c.does(officer, submit...)
	s = c.claim(d)
	require.Equal(t, compensation.Submitted, s.Status)
	require.Equal(t, "120000.00", s.Sum.String())
	named := map[string]bool{}
	for _, i := range s.Dossier {
		require.NotEqual(t, "missing", i.State, i.Item)
		for _, cid := range i.CIDs {
			named[cid] = true
		}
	}
	var kept []struct{ CID, State string }
	c.ask(&kept, "vault", "list", "--org", c.bank, "--subject", "borrower-1")
	require.NotEmpty(t, kept)
	for _, k := range kept {
		require.True(t, named[k.CID], "the claim does not name %s", k.CID)
		require.Equal(t, "sequenced", k.State)
		delete(named, k.CID)
	}
	require.Empty(t, named, "papers that are not in the vault")

	shown := map[string]string{}
	for _, row := range formtest.InLibreOffice(t, func(w io.Writer) error {
		raw, err := os.ReadFile(filepath.Join(papers, "D01 补偿申请书.xlsx"))
		require.NoError(t, err)
		_, err = w.Write(raw)
		return err
	}) {
		if len(row) > 2 {
			shown[row[1]] = strings.ReplaceAll(row[2], ",", "")
		}
	}
	require.Equal(t, []string{"300000.00", "120000.00", "120000.00", "0.00"}, []string{shown["净损失"], shown["补偿金额"], shown["账本核算金额"], shown["差额（应为零）"]})
}
