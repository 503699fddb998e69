package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/disclosing"
)

// TestDisclosureMatrix acts out on the network who gets a record and who does
// not, and that the subject sees all of it.
func TestDisclosureMatrix(t *testing.T) {
	m := open(t, network(t))
	roots := disclosure.Roots{}
	for _, o := range m.topology.Organizations {
		list, err := wallet.Roots(string(m.dir), o.Name)
		require.NoError(t, err)
		roots[o.MSP] = list
	}
	disclosing.Matrix(t, &disclosing.World{Roots: roots, Channel: m.topology.Channel, As: m.as,
		Wallet: func(person string) *wallet.Person {
			p, err := wallet.Open(string(m.dir), person, wallet.Passphrase(string(m.dir), nil))
			require.NoError(t, err)
			return p
		}})
}
