package ledgerstate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// hashes counts what is asked of the ledger about keys that are empty.
type hashes struct {
	*memory
	asked []string
}

func (h *hashes) GetPrivateDataHash(c, k string) ([]byte, error) {
	h.asked = append(h.asked, k)
	return h.memory.GetPrivateDataHash(c, k)
}

// A kind that lives under another one's IDs writes its page and no index, and
// refuses to be sought by its number.
func TestAKindUnderAnotherHasNoIndex(t *testing.T) {
	under := NewKind[counter](Kind[counter]{Code: "under", Collection: "loan", Slots: 4, Keep: 4, Schema: 1, Under: true}, added{})
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	stamp := Stamp{Number: "n0", Party: "B", Mark: func(string) ([]byte, error) { return []byte{1}, nil }}
	require.NoError(t, v.Prefetch([]Want{{Kind: under, Ref: ref("p1", 0, "A0"), Birth: true}}))
	require.NoError(t, under.Born(ref("p1", 0, "A0"), added{1}).Apply(v, stamp))
	_, err := v.Flush()
	require.NoError(t, err)
	m.commit()
	for k := range m.state {
		require.False(t, strings.HasPrefix(k, "loan/Iunder"), "an index key %s", k)
	}
	v = NewView(m, "BankAMSP", seed)
	r, err := under.At(v, ref("p1", 0, "A0").ID)
	require.NoError(t, err)
	require.Equal(t, "A0", r.Natural)
	require.ErrorIs(t, under.Born(ref("p1", 0, "A0"), added{1}).Apply(v, stamp), SlotTaken, "an ID is used once")
	_, err = under.Locate(v, "A0")
	require.ErrorContains(t, err, "NO_INDEX")
}

// The index of a birth is expected to be absent: a transaction that writes
// leaves it to its read set, a query asks.
func TestOnlyQueriesAskForTheHashOfABirthsIndex(t *testing.T) {
	wants := []Want{{Kind: counters, Ref: ref("p1", 0, "C0"), Birth: true}, {Kind: counters, Ref: ref("p1", 1, "C1"), Birth: true}}
	for _, c := range []struct {
		seed    []byte
		indexes int
	}{{seed, 0}, {nil, 2}} {
		h := &hashes{memory: opened(t)}
		require.NoError(t, NewView(h, "BankAMSP", c.seed).Prefetch(wants))
		pages, indexes := 0, 0
		for _, k := range h.asked {
			if strings.HasPrefix(k, "I") {
				indexes++
			} else {
				pages++
			}
		}
		require.Equal(t, c.indexes, indexes)
		require.Equal(t, 1, pages, "the page may hold others, so whether it is missing matters")
	}
}
