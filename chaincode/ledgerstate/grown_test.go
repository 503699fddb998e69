package ledgerstate

import (
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
)

type grown struct {
	Name  string
	Parts []int
	Added *int
}

func (g *grown) DecodeMsgpack(dec *msgpack.Decoder) error { return DecodeGrown(dec, g) }

func TestDecodeGrown(t *testing.T) {
	one := 1
	for _, x := range []struct {
		stored any
		want   grown
	}{
		{grown{"a", []int{1, 2}, &one}, grown{"a", []int{1, 2}, &one}},
		{grown{"a", nil, nil}, grown{"a", nil, nil}},
		{struct {
			Name  string
			Parts []int
		}{"b", []int{3}}, grown{"b", []int{3}, nil}},
		{struct{}{}, grown{}},
	} {
		raw, err := Encode(x.stored)
		require.NoError(t, err)
		var got []grown
		list, err := Encode([]any{x.stored, grown{Name: "after"}})
		require.NoError(t, err)
		require.NoError(t, Decode(list, &got))
		require.Equal(t, []grown{x.want, {Name: "after"}}, got)
		for cut := range raw {
			require.Error(t, Decode(raw[:cut], new(grown)))
		}
	}
	raw, err := Encode([]any{"a", nil, nil, 4})
	require.NoError(t, err)
	require.ErrorContains(t, Decode(raw, new(grown)), "4 fields are stored, this program knows 3")
	raw, err = Encode("a")
	require.NoError(t, err)
	require.Error(t, Decode(raw, new(grown)))
}
