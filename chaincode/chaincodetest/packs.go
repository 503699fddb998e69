package chaincodetest

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Packs are the rule packs of the sample consortium, RC-QH-v1 and RC-QH-v2,
// from the one file that states them.
func Packs(t testing.TB) []consortium.RulePack {
	_, here, _, ok := runtime.Caller(0)
	require.True(t, ok)
	raw, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "..", "test-network", "reference", "rule-packs.json"))
	require.NoError(t, err)
	var packs []consortium.RulePack
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&packs))
	return packs
}
