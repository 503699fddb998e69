package chaincodetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Packs are the rule packs of the sample consortium, RC-QH-v1 and RC-QH-v2,
// from the one file that states them.
func Packs(t testing.TB) []consortium.RulePack {
	// A test runs in its package's folder; the repository's root is above it.
	dir, err := os.Getwd()
	require.NoError(t, err)
	for _, err := os.Stat(filepath.Join(dir, "go.mod")); errors.Is(err, fs.ErrNotExist); _, err = os.Stat(filepath.Join(dir, "go.mod")) {
		require.NotEqual(t, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "test-network", "reference", "rule-packs.json"))
	require.NoError(t, err)
	var packs []consortium.RulePack
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&packs))
	return packs
}
