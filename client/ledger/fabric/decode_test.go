package fabric

import (
	"testing"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
)

// A block that is not whole is an error that says so, never a panic.
func FuzzDecode(f *testing.F) {
	payload, err := proto.Marshal(&common.Payload{Header: &common.Header{}})
	if err != nil {
		f.Fatal(err)
	}
	envelope, err := proto.Marshal(&common.Envelope{Payload: payload})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(envelope)
	f.Add([]byte{0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		tx, err := decode(raw)
		if err == nil {
			require.NotNil(t, tx)
		}
	})
}

func TestBlockWithoutCodes(t *testing.T) {
	header, err := proto.Marshal(&common.ChannelHeader{TxId: "x", Type: int32(common.HeaderType_CONFIG)})
	require.NoError(t, err)
	payload, err := proto.Marshal(&common.Payload{Header: &common.Header{ChannelHeader: header}})
	require.NoError(t, err)
	envelope, err := proto.Marshal(&common.Envelope{Payload: payload})
	require.NoError(t, err)
	block := &common.Block{Header: &common.BlockHeader{Number: 3}, Data: &common.BlockData{Data: [][]byte{envelope}}}
	_, err = find(block, "x")
	require.EqualError(t, err, "block 3 has 0 validation codes for 1 transactions")
	_, err = find(block, "y")
	require.EqualError(t, err, `block 3 does not hold transaction "y"`)
}
