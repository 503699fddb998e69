package chaincode_test

import (
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
)

var update = flag.Bool("update", false, "rewrite docs/access.csv from the definitions; review the difference")

const accessFile = "../docs/access.csv"

// parties of the columns. A bank has no place in another bank's book.
var parties = []command.Party{command.Commission, command.CentralBank, command.Finance, command.Bank, command.Audit, command.Subject, command.Provider}

var roles = []string{"operator", "officer", "reviewer", "approver", "auditor", "subject", "provider", "admin"}

// matrix is the access lines as rows: chaincode, kind, name, then for each
// party the roles that may.
func matrix() [][]string {
	var rows [][]string
	row := func(cc command.Chaincode, kind, name string, access []command.Allow) {
		r := []string{string(cc), kind, name}
		for _, p := range parties {
			var may []string
			for _, role := range roles {
				for _, a := range access {
					if a.Party == p && a.Role == role {
						may = append(may, role)
						break
					}
				}
			}
			r = append(r, strings.Join(may, " "))
		}
		rows = append(rows, r)
	}
	for _, x := range []struct {
		cc      command.Chaincode
		defs    []command.Definition
		queries []command.QueryDefinition
	}{{command.Commons, chaincode.CommonsCommands, chaincode.CommonsQueries}, {command.Book, chaincode.BookCommands, chaincode.BookQueries}} {
		for _, d := range x.defs {
			row(x.cc, "command", d.Describe().Name, d.Describe().Access)
		}
		for _, q := range x.queries {
			row(x.cc, "query", q.DescribeQuery().Name, q.DescribeQuery().Access)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		return strings.Join(rows[i][:3], " ") < strings.Join(rows[j][:3], " ")
	})
	return rows
}

func header() []string {
	h := []string{"chaincode", "kind", "name"}
	for _, p := range parties {
		h = append(h, string(p))
	}
	return h
}

// TestAccessMatrixIsTheReviewedOne compares every access line with the
// reviewed, committed matrix.
func TestAccessMatrixIsTheReviewedOne(t *testing.T) {
	rows := append([][]string{header()}, matrix()...)
	if *update {
		f, err := os.Create(accessFile)
		require.NoError(t, err)
		require.NoError(t, csv.NewWriter(f).WriteAll(rows))
		require.NoError(t, f.Close())
	}
	f, err := os.Open(accessFile)
	require.NoError(t, err)
	defer f.Close()
	reviewed, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	require.Equal(t, reviewed, rows, "an access line differs from docs/access.csv; if it is right: go test ./chaincode -run AccessMatrix -update, and have the difference reviewed")
}

// TestEveryCellOfTheAccessMatrix runs each command and query as each kind of
// organization with each role, and a rival bank's people on top.
func TestEveryCellOfTheAccessMatrix(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	organizations := map[command.Party]string{command.Commission: "Commission", command.CentralBank: "CentralBank", command.Finance: "Finance",
		command.Bank: "BankA", command.Audit: "Audit", command.Subject: "Subject", command.Provider: "Provider"}
	cells, allowed := 0, 0
	for _, row := range matrix() {
		cc := chaincodetest.BookA
		if row[0] == string(command.Commons) {
			cc = "commons"
		}
		for i, p := range parties {
			may := map[string]bool{}
			for _, r := range strings.Fields(row[3+i]) {
				may[r] = true
			}
			for _, role := range roles {
				who := organizations[p] + "/" + role
				cells++
				if may[role] {
					allowed++
				}
				denied := l.Denied(cc, who, row[1] == "query", row[2])
				require.Equal(t, !may[role], denied, "%s %s as %s", row[0], row[2], who)
			}
		}
		if cc == "commons" {
			continue
		}
		for _, role := range roles {
			require.True(t, l.Denied(cc, "BankB/"+role, row[1] == "query", row[2]), "%s of BankA's book as BankB/%s", row[2], role)
		}
	}
	fmt.Printf("access matrix: %d cells executed, %d allowed\n", cells, allowed)
	require.Greater(t, allowed, 20)
}
