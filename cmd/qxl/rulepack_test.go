package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Finance proposes a rule pack in a file; it stands when the Commission and
// the central bank have signed, and not a signature sooner.
func TestARulePackIsSignedByThree(t *testing.T) {
	d := newDesk(t)
	shown := func() (tables consortium.Tables) {
		code, stdout, stderr := d.qxl("consortium", "show", "--as", "BankA/officer1", "--json")
		require.Equal(t, exitDone, code, stderr)
		require.NoError(t, json.Unmarshal([]byte(stdout), &tables))
		return tables
	}
	before := shown()
	require.Len(t, before.Packs, 2)
	pack := before.Packs[1]
	pack.ID, pack.From = "RC-QH-v3", calendar.MustParse("2025-07-01")
	pack.Sum.PerLoanCap *= 2
	file := filepath.Join(d.dir, "rc-qh-v3.json")
	propose := func(number string, p consortium.RulePack) (int, string) {
		raw, err := json.Marshal(consortium.ProposeContent{Head: command.Head{Number: number, Date: before.Open}, Change: consortium.Change{Packs: []consortium.RulePack{p}}})
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(file, raw, 0o600))
		code, _, stderr := d.qxl("consortium", "propose", "--as", "Finance/officer1", "--content", file)
		return code, stderr
	}
	approve := func(as, number string) int {
		code, _, _ := d.qxl("consortium", "approve", "--as", as, "--number", number, "--date", before.Open.String(), "--proposal", "P1")
		return code
	}
	wrong := pack
	wrong.Days.Publicity = 0
	code, stderr := propose("P0", wrong)
	require.Equal(t, exitRefused, code)
	require.Contains(t, stderr, "错误: 规则包内容不正确\n")
	require.Contains(t, stderr, "field: packs.days.publicity; limit: 1..250; value: 0")
	late := pack
	late.From = before.Open
	code, stderr = propose("P0", late)
	require.Equal(t, exitRefused, code)
	require.Contains(t, stderr, "错误: 规则包须在生效日之前完成会签\n")
	code, stderr = propose("P0", before.Packs[0])
	require.Equal(t, exitRefused, code)
	require.Contains(t, stderr, "field: packs.id; value: RC-QH-v1")

	code, stderr = propose("P1", pack)
	require.Equal(t, exitDone, code, stderr)
	require.Equal(t, exitRefused, approve("Finance/approver1", "S0"), "its own authority has signed by proposing")
	require.Equal(t, exitDone, approve("CentralBank/approver1", "S1"))
	two := shown()
	require.Equal(t, before.Packs, two.Packs, "a pack signed by two has no effect")
	require.Equal(t, []consortium.Signature{{Party: command.CentralBank, Date: before.Open}}, two.Pending[0].Signatures)
	require.Equal(t, exitDone, approve("Commission/approver1", "S2"))
	three := shown()
	require.Empty(t, three.Pending)
	require.Equal(t, append(before.Packs, pack), three.Packs)
}
