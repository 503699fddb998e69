package compensation_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
)

func TestAClaimFromNoticeToPayment(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Paid)
	s := w.show("L1")
	require.Equal(t, "2024-05-06", s.Notice.Since.String())
	require.Equal(t, "2024-05-20", s.Notice.Due.String())
	require.Equal(t, "2024-05-20", s.Recognised.String(), "pursued later than it was non-performing")
	require.Equal(t, yuan("500000"), s.NetLoss)
	require.Equal(t, yuan("225000"), s.Sum)
	require.Equal(t, "ratio", s.Binding)
	require.Equal(t, yuan("225000"), s.Award.Paid)
	require.Nil(t, s.Next)
}
