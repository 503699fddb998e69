package actusfile

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestOwnCases compares cases of our own, LAX above all, with results that
// testdata/own.py computed day by day in fractions from dates typed by hand.
func TestOwnCases(t *testing.T) {
	raw, err := os.ReadFile("testdata/own.json")
	require.NoError(t, err)
	var expected map[string]expectation
	require.NoError(t, json.Unmarshal(raw, &expected))
	cases, err := Read(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Len(t, cases, 20)
	for _, c := range cases {
		t.Run(c.ID, func(t *testing.T) { compare(t, c, expected[c.ID], 1) })
	}
}
