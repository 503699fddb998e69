package sample_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/network/topology"
	testnetwork "github.com/qingxinlian/qxl/test-network"
	"github.com/qingxinlian/qxl/test-network/sample"
)

func sampleTopology(t testing.TB) *topology.Topology {
	top, err := topology.Parse("topology.yaml", testnetwork.Topology)
	require.NoError(t, err)
	return top
}

func TestGenesisPassesTheRoomsOwnCheck(t *testing.T) {
	g, err := sample.Genesis(sampleTopology(t))
	require.NoError(t, err)
	require.NoError(t, consortium.Found.Check(&g))
	require.Less(t, g.Date, sample.Last, "the last day is opened by the central bank")
	require.LessOrEqual(t, int(sample.Last)-g.Tables[0].Rules.BackDatingDays, int(sample.First), "back-dating from the last open day covers the first business date")
	state := consortium.Founded{Simulated: true, Open: g.Date, Members: g.Members, Initial: g.Tables}.Evolve(consortium.Tables{})
	for day, want := range map[string]string{"2022-09-01": "3.65", "2023-06-20": "3.55", "2023-08-20": "3.55", "2023-08-21": "3.45", "2024-07-22": "3.35"} {
		_, rate, ok := state.LPRAt(date(t, day), 12)
		require.True(t, ok)
		require.Equal(t, want, rate.String(), day)
	}
	for day, want := range map[string]string{"2022-09-01": "RC-QH-v1", "2023-06-30": "RC-QH-v1", "2023-07-01": "RC-QH-v2", "2024-12-31": "RC-QH-v2"} {
		p, ok := state.PackAt(date(t, day))
		require.True(t, ok)
		require.Equal(t, want, p.ID, day)
	}
	for _, m := range state.Members {
		if m.Party == command.CentralBank {
			require.Equal(t, "中国人民银行西宁中心支行", m.Name(date(t, "2023-08-17")).Zh)
			require.Equal(t, "中国人民银行青海省分行", m.Name(date(t, "2023-08-18")).Zh)
		}
	}
}
