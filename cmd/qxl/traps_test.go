package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/qingxinlian/qxl/test-network/traps"
)

// onEmbedded runs the program on an embedded ledger of its own.
func onEmbedded(t *testing.T) traps.Program {
	state := filepath.Join(t.TempDir(), "state")
	return func(t *testing.T, args ...string) (int, string, string) {
		var out, errw bytes.Buffer
		code := run(t.Context(), append([]string{"--state", state}, args...), strings.NewReader(""), &out, &errw)
		return code, out.String(), errw.String()
	}
}

// TestTraps acts the traps of the field out on the embedded ledger.
// test-network/e2e does the same on a Fabric network.
func TestTraps(t *testing.T) { traps.Run(t, onEmbedded(t)) }

func TestAClaimInThreeCommands(t *testing.T) { traps.Desk(t, onEmbedded(t)) }
