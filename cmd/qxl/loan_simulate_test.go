package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a file holds, the program answers with one document and an exit
// code that says done, refused or wrong input.
func FuzzLoanSimulate(f *testing.F) {
	for _, seed := range []string{
		`{"terms":{"method":"EQI","principal":"500000","rate":"3.85","periods":12,"every":"1M","from":"2024-01-01"},"commands":[{"date":"2024-02-05","type":"repay","amount":"1"},{"date":"2024-03-10","type":"prepay","amount":"200000","effect":"shorten"},{"type":"reverse","of":0}],"as_of":"2024-06-30"}`,
		`{"terms":{"method":"IOB","principal":5e2,"rate":-1,"periods":"x","every":1,"from":"","allocation":["fee"]},"as_of":null}`,
		`{"terms":{"method":"SEA","principal":"3","rate":"4.5","from":"2024-04-01","dues":[{"due":"2024-07-20","principal":"1"},{"due":"2024-10-20","principal":2}]},"commands":[{"date":"2024-06-01","type":"extend","dues":[{"due":"2025-01-01","principal":3}]}],"as_of":"2024-06-30"}`,
		`{"terms":{"method":"REV","rate":"3.85","periods":6,"every":"1M","drawdowns":[{"date":"2024-01-10","amount":"3"},{"date":"2024-03-06","amount":"2"}]},"commands":[{"date":"2024-02-10","type":"repay","amount":"3","drawdown":0}],"as_of":"2024-06-30"}`,
		`[{"terms":{}},{"as_of":"2024-01-01"}]`, `{`, `[]`, `null`, ``, `{"commands":[{"of":18446744073709551616}]}`,
	} {
		f.Add(seed)
	}
	name := filepath.Join(f.TempDir(), "simulation.json")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 4096 {
			return
		}
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
		var out, errs bytes.Buffer
		code := run(t.Context(), []string{"loan", "simulate", name, "--json"}, nil, &out, &errs)
		require.Contains(t, []int{exitDone, exitRefused, exitUsage}, code, errs.String())
		require.True(t, json.Valid(out.Bytes()), out.String())
		if code != exitDone {
			require.Contains(t, out.String(), `{"error":{"code":`)
		}
	})
}
