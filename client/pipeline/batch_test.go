package pipeline_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// slow takes a second for each transaction and looks at what flies together.
type slow struct {
	mu      sync.Mutex
	flying  map[string]int
	most    map[string]int        // at once, by lane
	batches map[string][][]string // targets of each transaction, by lane
}

func newSlow() *slow {
	return &slow{flying: map[string]int{}, most: map[string]int{}, batches: map[string][][]string{}}
}

func (s *slow) Deliver(_ context.Context, b book.Batch, _ book.Delivery) ([]book.Result, error) {
	results := make([]book.Result, len(b.Commands))
	var targets []string
	for i, e := range b.Commands {
		var c step
		if err := json.Unmarshal(e.Content, &c); err != nil {
			return nil, err
		}
		targets = append(targets, c.Target.No)
		results[i] = book.Result{Result: command.Result{Command: e.Name, Outcome: command.Accepted.String()}}
	}
	s.mu.Lock()
	s.flying[b.Lane]++
	s.most[b.Lane] = max(s.most[b.Lane], s.flying[b.Lane])
	s.batches[b.Lane] = append(s.batches[b.Lane], targets)
	s.mu.Unlock()
	time.Sleep(time.Second)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flying[b.Lane]--
	return results, nil
}

func (s *slow) Locate(_ context.Context, _, _ string, numbers []string) ([]ledgerstate.ID, error) {
	ids := make([]ledgerstate.ID, len(numbers))
	for i, no := range numbers {
		ids[i] = ledgerstate.ID{Page: fmt.Sprintf("p%s", no[len(no)-2:])}
	}
	return ids, nil
}

// All transactions of a joint lane write the same records of commons, and
// commons decides on what the book said before: they go one at a time, with
// one command on a record in each. Other lanes fly beside them.
func TestJointLaneGoesOneTransactionAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow()
		p, err := pipeline.New(t.Context(), pipeline.Options{Writer: w, Chaincode: modelBook, BatchSize: 20, InFlight: 4})
		require.NoError(t, err)
		for i := range 200 {
			lane := []string{"filing", "loan"}[i%2]
			no := fmt.Sprintf("%s-%02d", lane, i/2%50)
			c := &step{Number: fmt.Sprint(i), Target: ledgerstate.Ref{No: no}}
			_, err := p.Add(t.Context(), pipeline.Item{Lane: lane, Command: lane + ".Step", Content: c,
				Refs: []pipeline.Ref{{Kind: pipeline.Kind{Code: lane, Slots: 4}, At: &c.Target}}})
			require.NoError(t, err)
		}
		require.NoError(t, p.Close(t.Context()))
		require.Equal(t, 1, w.most["filing"])
		require.Greater(t, w.most["loan"], 1)
		sent := 0
		for _, b := range w.batches["filing"] {
			seen := map[string]bool{}
			for _, no := range b {
				require.False(t, seen[no], "%s twice in one transaction", no)
				seen[no] = true
				sent++
			}
		}
		require.Equal(t, 100, sent)
	})
}

// A page is written whole: what waits is shared out evenly among as few
// transactions as hold it, and none cuts a page.
func TestTransactionsAreFewAndCutNoPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSlow()
		p, err := pipeline.New(t.Context(), pipeline.Options{Writer: w, Chaincode: modelBook, BatchSize: 100, InFlight: 4})
		require.NoError(t, err)
		const pages, each = 26, 8 // 208 items: three transactions
		for i := range pages * each {
			c := &step{Number: fmt.Sprint(i), Target: ledgerstate.Ref{No: fmt.Sprintf("loan-%d%02d", i/pages, i%pages)}}
			_, err := p.Add(t.Context(), pipeline.Item{Lane: "loan", Command: "loan.Step", Content: c,
				Refs: []pipeline.Ref{{Kind: pipeline.Kind{Code: "loan", Slots: 16}, At: &c.Target}}})
			require.NoError(t, err)
		}
		require.NoError(t, p.Close(t.Context()))
		var sizes []int
		written := map[string]int{}
		for _, b := range w.batches["loan"] {
			sizes = append(sizes, len(b))
			in := map[string]bool{}
			for _, no := range b {
				in[no[len(no)-2:]] = true
			}
			for page := range in {
				written[page]++
			}
		}
		require.Len(t, sizes, 3, "%v", sizes)
		require.Len(t, written, pages)
		for page, n := range written {
			require.Equal(t, 1, n, "page %s", page)
		}
	})
}
