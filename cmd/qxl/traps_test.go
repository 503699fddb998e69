package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qingxinlian/qxl/test-network/traps"
)

// TestTraps acts the traps of the field out on the embedded ledger.
// test-network/e2e does the same on a Fabric network.
func TestTraps(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	traps.Run(t, func(t *testing.T, args ...string) (int, string, string) {
		var out, errw bytes.Buffer
		code := run(t.Context(), append([]string{"--state", state}, args...), strings.NewReader(""), &out, &errw)
		return code, out.String(), errw.String()
	})
}
