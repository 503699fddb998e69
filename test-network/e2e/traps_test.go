package e2e

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/test-network/traps"
)

// TestTraps acts the traps of the field out on both engines, all of them on
// one ledger: the same is taken and refused, and one digest is left.
func TestTraps(t *testing.T) {
	var first string
	for _, engine := range []struct {
		name string
		open func(*testing.T) *program
	}{{"embedded", embedded}, {"fabric", ownNetwork}} {
		t.Run(engine.name, func(t *testing.T) {
			opening := time.Now()
			p := engine.open(t)
			begun, calls := time.Now(), 0
			traps.Run(t, func(t *testing.T, args ...string) (int, string, string) {
				calls++
				r := p.run(t, args...)
				return r.code, r.stdout, r.stderr
			})
			took, digest := time.Since(begun), p.digest(t)
			fmt.Printf("traps on %s: opened in %.1f s, %d calls of qxl in %.1f s, digest %s\n", engine.name, begun.Sub(opening).Seconds(), calls, took.Seconds(), digest)
			if first == "" {
				first = digest
			}
			require.Equal(t, first, digest)
		})
	}
}
