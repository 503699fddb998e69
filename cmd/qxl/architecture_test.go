package main

import (
	"encoding/json"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/qingxinlian/qxl"

// rooms in their order: a later one may call an earlier one's pure rules. A
// folder of a room stands with its room, unless it is named.
var rooms = []string{"consortium", "subject", "authorization", "loan", "compensation/formula", "compensation", "compensation/registry", "compensation/fund", "evidence", "disclosure", "erasure"}

// TestImportsPointOneWay holds the direction of imports that the layout
// promises: cmd → client → chaincode; network knows nothing of credit;
// chaincode imports nothing of ours outside itself; rooms have an order.
func TestImportsPointOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	require.NoError(t, err)
	dec := json.NewDecoder(strings.NewReader(string(out)))
	packages := 0
	for dec.More() {
		var p struct {
			ImportPath string
			Imports    []string
		}
		require.NoError(t, dec.Decode(&p))
		packages++
		from := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, imp := range p.Imports {
			to, ours := strings.CutPrefix(imp, module+"/")
			if !ours {
				if strings.HasPrefix(from, "chaincode") {
					require.NotContains(t, []string{"math/rand", "math/rand/v2", "net", "net/http", "os/exec"}, imp, "%s: no I/O and no randomness in chaincode", from)
				}
				continue
			}
			require.NoError(t, mayImport(from, to), "%s imports %s", from, to)
		}
	}
	require.Greater(t, packages, 8, "go list saw the module")
}

type direction string

func (d direction) Error() string { return string(d) }

func mayImport(from, to string) error {
	top := func(s string) string { s, _, _ = strings.Cut(s, "/"); return s }
	switch top(from) {
	case "chaincode":
		if top(to) != "chaincode" {
			return direction("chaincode imports nothing of ours outside itself")
		}
		a, b := room(from), room(to)
		if a >= 0 && b > a {
			return direction("an earlier room may not import a later one")
		}
		if from == "chaincode/command" || from == "chaincode/ledgerstate" {
			if b >= 0 {
				return direction("the core knows no room")
			}
		}
	case "client":
		if top(to) != "client" && top(to) != "chaincode" {
			return direction("client imports client and chaincode only")
		}
	case "network":
		// The wallet is the format of people's keys and knows nothing of credit.
		if top(to) != "network" && to != "client/wallet" {
			return direction("network knows nothing of credit")
		}
	}
	if top(to) == "cmd" && (top(from) != "cmd" || !strings.HasPrefix(to, "cmd/internal/")) {
		return direction("nothing imports cmd but the programs what they share")
	}
	return nil
}

func room(folder string) int {
	rest, ok := strings.CutPrefix(folder, "chaincode/")
	if !ok {
		return -1
	}
	for name := rest; name != "."; name = path.Dir(name) {
		if i := slices.Index(rooms, name); i >= 0 {
			return i
		}
	}
	return -1
}

func TestMayImport(t *testing.T) {
	require.NoError(t, mayImport("chaincode/loan", "chaincode/authorization"))
	require.Error(t, mayImport("chaincode/authorization", "chaincode/loan"))
	require.Error(t, mayImport("chaincode/loan", "client/ledger"))
	require.Error(t, mayImport("network", "chaincode/command"))
	require.Error(t, mayImport("client/pipeline", "network"))
	require.Error(t, mayImport("client/pipeline", "cmd/qxl"))
	require.NoError(t, mayImport("chaincode/loan", "chaincode/loan/schedule"))
	require.NoError(t, mayImport("chaincode/compensation/fund", "chaincode/compensation"))
	require.NoError(t, mayImport("chaincode/compensation", "chaincode/compensation/formula"))
	require.Error(t, mayImport("chaincode/compensation", "chaincode/compensation/registry"))
	require.Error(t, mayImport("chaincode/compensation/registry", "chaincode/compensation/fund"))
	require.Error(t, mayImport("chaincode/compensation/formula", "chaincode/compensation"))
	require.Error(t, mayImport("chaincode/loan", "chaincode/compensation/formula"))
	require.NoError(t, mayImport("cmd/qxl", "network"))
	require.NoError(t, mayImport("cmd/qxl", "cmd/internal/frontdoor"))
	require.Error(t, mayImport("cmd/qxl-fabsdk", "cmd/qxl"))
	require.Error(t, mayImport("client/book", "cmd/internal/frontdoor"))
}
