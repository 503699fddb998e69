package command_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
)

func TestActorIsTheSameAfterJSON(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	a, err := command.ReadActor(l.Person("BankA/officer"))
	require.NoError(t, err)
	require.Equal(t, []string{"officer"}, a.Roles)
	raw, err := json.Marshal(a)
	require.NoError(t, err)
	var again command.Actor
	require.NoError(t, json.Unmarshal(raw, &again))
	require.Equal(t, a, again)
	require.NotContains(t, string(raw), "Pseudonym", "a receipt names no subject")
}

func FuzzReadActor(f *testing.F) {
	f.Add([]byte("x"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		a, err := command.ReadActor(raw)
		if err == nil {
			require.Len(t, a.Fingerprint, 32)
		}
	})
}
