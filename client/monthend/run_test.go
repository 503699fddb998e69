package monthend

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

// claimsBook answers as a book does whose claims are decided while the run
// goes on: of the cases that differ, only some claims still do.
type claimsBook struct {
	mu    sync.Mutex
	cases []compensation.Case
	asked [][]compensation.Case
	again []ledgerstate.ID
}

func (b *claimsBook) Submit(context.Context, string, string, ...command.Envelope) ([]book.Result, error) {
	return nil, fmt.Errorf("working sums out again writes nothing")
}

func (b *claimsBook) Ask(_ context.Context, _, query string, content, answer any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out any
	switch q := content.(type) {
	case compensation.OverdueQuery:
		from := 0
		if q.After != "" {
			fmt.Sscan(q.After, &from)
		}
		to := min(from+q.Limit, len(b.cases))
		a := compensation.OverdueAnswer{Cases: b.cases[from:to], Steps: []compensation.OverdueStep{}}
		if to < len(b.cases) {
			a.Next = fmt.Sprint(to)
		}
		out = a
	case compensation.RecomputeQuery:
		a := compensation.RecomputeAnswer{Claims: len(q.Cases) + len(q.Claims)}
		for _, c := range q.Cases {
			switch c.ID.Slot {
			case 1:
				a.Differ = append(a.Differ, compensation.RecomputedLine{ID: c.ID, Claim: c.ID.Page})
			case 2:
				a.Missing = append(a.Missing, compensation.RefusedLine{ID: c.ID, Claim: c.ID.Page})
			}
		}
		if len(q.Cases) > 0 {
			b.asked = append(b.asked, q.Cases)
		}
		b.again = append(b.again, q.Claims...)
		for _, id := range q.Claims {
			if id.Page != "claim0001" { // decided meanwhile
				a.Differ = append(a.Differ, compensation.RecomputedLine{ID: id, Claim: id.Page})
			}
		}
		out = a
	default:
		return fmt.Errorf("%s was not to be asked", query)
	}
	raw, err := json.Marshal(out)
	if err == nil {
		err = json.Unmarshal(raw, answer)
	}
	return err
}

// Each case is worked out once, in the order of the filings; what differs is
// asked about once more, and what has been decided since is not told.
func TestWhatDiffersIsAskedOnceMore(t *testing.T) {
	b := &claimsBook{}
	const n = 2*page + 7
	for i := range n {
		c := compensation.Case{ID: ledgerstate.ID{Page: fmt.Sprintf("claim%04d", i)}, Filing: ledgerstate.ID{Page: fmt.Sprintf("filing%04d", (n-i)/16), Slot: uint8((n - i) % 16)}}
		switch i {
		case 1, 900:
			c.ID.Slot = 1
		case 1500:
			c.ID.Slot = 2
		}
		b.cases = append(b.cases, c)
	}
	var s BankSheet
	require.NoError(t, (&Run{Client: b}).claims(t.Context(), "book-banka", calendar.MustParse("2024-11-30"), &s))
	require.Equal(t, n, s.Recomputed)
	require.Len(t, b.again, 3)
	require.Empty(t, s.Missing, "it differs now, and is told so once")
	var told []string
	for _, x := range s.Differ {
		told = append(told, x.Claim)
	}
	require.Equal(t, []string{"claim0900", "claim1500"}, told)

	seen := map[ledgerstate.ID]bool{}
	for _, part := range b.asked {
		require.LessOrEqual(t, len(part), page)
		require.True(t, slices.IsSortedFunc(part, func(a, b compensation.Case) int { return slices.Compare(place(a), place(b)) }))
		for _, c := range part {
			require.False(t, seen[c.ID])
			seen[c.ID] = true
		}
	}
	require.Len(t, seen, n)
}

func place(c compensation.Case) []string {
	return []string{c.Filing.Page, fmt.Sprintf("%03d", c.Filing.Slot)}
}
