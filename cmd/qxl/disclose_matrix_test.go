package main

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/disclosing"
)

// TestDisclosureMatrix acts out on the embedded ledger who gets a record and
// who does not. test-network/e2e does the same on a Fabric network.
func TestDisclosureMatrix(t *testing.T) {
	d := newDesk(t)
	a := &app{out: new(bytes.Buffer), err: new(bytes.Buffer), stateDir: d.dir + "/state"}
	s, err := a.open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	roots, err := s.roots()
	require.NoError(t, err)
	clients := map[string]*book.Client{}
	disclosing.Matrix(t, &disclosing.World{Roots: roots, Channel: s.topology.Channel,
		Wallet: func(person string) *wallet.Person {
			p, err := wallet.Open(s.dir, person, wallet.Passphrase(s.dir, nil))
			require.NoError(t, err)
			return p
		},
		As: func(person string) *book.Client {
			if clients[person] == nil {
				l, err := s.As(t.Context(), person)
				require.NoError(t, err)
				org, _, err := wallet.Split(person)
				require.NoError(t, err)
				clients[person], err = book.Open(t.Context(), l, org+"MSP")
				require.NoError(t, err)
			}
			return clients[person]
		}})
}
