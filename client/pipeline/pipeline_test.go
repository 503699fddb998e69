package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// kind: births of loans whose numbers differ in the last digit write one
// index key.
func kind(no string) pipeline.Kind {
	return pipeline.Kind{Code: kindOf(no), Slots: 4, Tail: map[string]int{"loan": 1}[kindOf(no)]}
}

// itemOf makes an item of a step: loans are written on lane loan, grants on
// lane intake.
func itemOf(s step) pipeline.Item {
	c := s
	if s.Reads != nil {
		r := *s.Reads
		c.Reads = &r
	}
	lane := map[string]string{"loan": "loan", "grant": "intake"}[kindOf(c.Target.No)]
	item := pipeline.Item{Lane: lane, Command: lane + ".Step", Content: &c, Refs: []pipeline.Ref{{Kind: kind(c.Target.No), At: &c.Target, Birth: c.Birth}}}
	if c.Reads != nil {
		item.Refs = append(item.Refs, pipeline.Ref{Kind: kind(c.Reads.No), At: c.Reads, Reads: true})
	}
	return item
}

// story is a day's work in business order: grants, loans that read them,
// later steps, refusals, steps on loans that do not exist.
func story(rng *rand.Rand, loans, steps int) []step {
	var list []step
	number := 0
	add := func(s step) {
		number++
		s.Number = fmt.Sprintf("n%05d", number)
		list = append(list, s)
	}
	ref := func(format string, i int) ledgerstate.Ref { return ledgerstate.Ref{No: fmt.Sprintf(format, i)} }
	born, bad := map[int]bool{}, map[int]bool{}
	for len(list) < steps {
		i := rng.IntN(loans)
		grant := ref("grant-%04d", i)
		switch {
		case !born[i]:
			born[i] = true
			bad[i] = rng.IntN(20) == 0
			add(step{Target: grant, Birth: true})
			add(step{Target: ref("loan-%04d", i), Birth: true, Bad: bad[i], Reads: &grant})
		case rng.IntN(10) == 0:
			add(step{Target: grant})
		case rng.IntN(20) == 0:
			add(step{Target: ref("loan-%04d", i), Bad: true})
		case rng.IntN(30) == 0 && !bad[i]: // else it would cure an earlier line
			add(step{Target: ref("loan-%04d", i), Birth: true}) // taken
		case rng.IntN(3) == 0:
			add(step{Target: ref("loan-%04d", i), Reads: &grant})
		default:
			add(step{Target: ref("loan-%04d", i)})
		}
	}
	return list
}

// expect runs a story in order on a ledger that never fails.
func expect(list []step) (outcomes []string, m *model) {
	m = newModel(0, 0)
	for _, s := range list {
		if r := m.records[s.Target.No]; r != nil && !s.Birth {
			s.Target.ID = r.id
		} else {
			s.Target.ID = ledgerstate.ID{Page: s.Target.No}
		}
		if s.Reads != nil {
			g := *s.Reads
			if r := m.records[g.No]; r != nil {
				g.ID = r.id
			}
			s.Reads = &g
		}
		outcome, why := m.one(s)
		outcomes = append(outcomes, outcome.String()+why)
	}
	return outcomes, m
}

// run posts a story through a new pipeline and gives the outcomes.
func run(ctx context.Context, m *model, o pipeline.Options, list []step) ([]pipeline.Result, pipeline.Progress, error) {
	o.Writer, o.Chaincode = book.New(m, modelMembers, "BankAMSP"), modelBook
	p, err := pipeline.New(ctx, o)
	if err != nil {
		return nil, pipeline.Progress{}, err
	}
	futures := make([]*pipeline.Future, len(list))
	for i, s := range list {
		if futures[i], err = p.Add(ctx, itemOf(s)); err != nil {
			return nil, pipeline.Progress{}, errors.Join(err, p.Close(ctx))
		}
	}
	closed := p.Close(ctx)
	results := make([]pipeline.Result, len(list))
	for i, f := range futures {
		r, err := f.Wait(context.Background())
		if err != nil {
			closed = errors.Join(closed, fmt.Errorf("item %d: %w", i, err))
		}
		results[i] = r
	}
	return results, p.Progress(), closed
}

func text(r pipeline.Result) string {
	if r.Refusal != nil {
		return r.Outcome + r.Refusal.Code
	}
	return r.Outcome
}

// Whatever fails on the way, every item has the outcome that it would have
// alone and in order, accepted ones are applied once and in order, and a
// second run changes nothing.
func TestEveryItemIsAppliedOnceAndInOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		fault := rapid.SampledFrom([]float64{0, 0.02, 0.1, 0.3}).Draw(rt, "fault")
		o := pipeline.Options{
			BatchSize:  rapid.IntRange(1, 60).Draw(rt, "batch"),
			Partitions: rapid.IntRange(1, 12).Draw(rt, "partitions"),
			InFlight:   rapid.IntRange(1, 5).Draw(rt, "in flight"),
			Pushback:   rapid.IntRange(1, 400).Draw(rt, "pushback"),
			MaxAge:     time.Duration(rapid.IntRange(1, 100).Draw(rt, "age")) * time.Millisecond,
			Settle:     200 * time.Millisecond,
		}
		list := story(rand.New(rand.NewPCG(seed, 2)), rapid.IntRange(1, 60).Draw(rt, "loans"), 300)
		want, ideal := expect(list)
		var failure error
		synctest.Test(t, func(t *testing.T) {
			failure = func() error {
				m := newModel(seed, fault)
				first, progress, err := run(t.Context(), m, o, list)
				if err != nil {
					return err
				}
				for i := range list {
					if text(first[i]) != want[i] {
						return fmt.Errorf("item %d %+v: got %s, want %s", i, list[i], text(first[i]), want[i])
					}
					if first[i].Outcome == "accepted" && m.receipts[first[i].TxID] == nil {
						return fmt.Errorf("item %d: no transaction %q", i, first[i].TxID)
					}
				}
				for no, r := range ideal.records {
					if got := m.records[no]; got == nil || fmt.Sprint(got.log) != fmt.Sprint(r.log) {
						return fmt.Errorf("%s: got %v, want %v", no, got, r.log)
					}
				}
				if len(m.records) != len(ideal.records) || progress.Decided != len(list) || progress.Failed > 0 {
					return fmt.Errorf("%d records for %d, progress %+v", len(m.records), len(ideal.records), progress)
				}
				second, _, err := run(t.Context(), m, o, list)
				if err != nil {
					return fmt.Errorf("second run: %w", err)
				}
				for i := range list {
					want := want[i]
					if want == "accepted" {
						want = "already applied"
					}
					if text(second[i]) != want {
						return fmt.Errorf("second run, item %d %+v: got %s, want %s", i, list[i], text(second[i]), want)
					}
				}
				if len(m.faults) > 0 {
					return fmt.Errorf("%d breaches, first: %s", len(m.faults), m.faults[0])
				}
				if m.mostAtOnce > o.InFlight || m.largest > o.BatchSize {
					return fmt.Errorf("%d in flight, limit %d; %d commands in a batch, limit %d", m.mostAtOnce, o.InFlight, m.largest, o.BatchSize)
				}
				return nil
			}()
		})
		if failure != nil {
			rt.Fatal(failure)
		}
	})
}

// An importer that is killed leaves transactions in flight; another one that
// starts at once may look its records up before they are there. One that is
// done before it would be killed leaves nothing to do.
func TestAnotherRunWhileTheFirstIsStillInFlight(t *testing.T) {
	kills := 0
	for seed := range uint64(20) {
		synctest.Test(t, func(t *testing.T) {
			list := story(rand.New(rand.NewPCG(seed, 3)), 20, 120)
			want, ideal := expect(list)
			m := newModel(seed, 0)
			o := pipeline.Options{BatchSize: 30, MaxAge: time.Millisecond}
			ctx, kill := context.WithCancel(t.Context())
			time.AfterFunc(time.Duration(20+seed*7)*time.Millisecond, kill)
			_, _, err := run(ctx, m, o, list)
			killed := err != nil
			results, _, err := run(t.Context(), m, o, list)
			require.NoError(t, err)
			again := 0
			for i := range list {
				got := text(results[i])
				if got == "already applied" {
					got = "accepted"
					again++
				} else if got == "accepted" {
					require.True(t, killed, "seed %d: the first run did item %d and all others", seed, i)
				}
				require.Equal(t, want[i], got, "seed %d, item %d %+v", seed, i, list[i])
			}
			if killed && again > 0 {
				kills++
			}
			for no, r := range ideal.records {
				require.Equal(t, r.log, m.records[no].log)
			}
		})
	}
	require.Greater(t, kills, 15, "runs that were killed with something done")
}

// While the only gateway is down the pipeline pauses, says so once, and goes
// on by itself.
func TestPausesWhileTheLedgerIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(1, 0)
		m.downAt, m.downFor = 3, time.Minute
		var notices []pipeline.Notice
		list := story(rand.New(rand.NewPCG(1, 4)), 30, 300)
		want, _ := expect(list)
		results, progress, err := run(t.Context(), m, pipeline.Options{BatchSize: 20, Notice: func(n pipeline.Notice) { notices = append(notices, n) }}, list)
		require.NoError(t, err)
		for i := range list {
			require.Equal(t, want[i], text(results[i]))
		}
		require.Len(t, notices, 2)
		require.True(t, notices[0].Paused)
		require.ErrorContains(t, notices[0].Err, "connection refused")
		require.False(t, notices[1].Paused)
		require.Positive(t, progress.Retried)
	})
}

// What nobody can mend ends the items concerned and those behind them, and
// nothing else.
func TestPoisonedCommandStandsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &poisoned{model: newModel(1, 0), number: "n2"}
		p, err := pipeline.New(t.Context(), pipeline.Options{Writer: book.New(m, modelMembers, "BankAMSP"), Chaincode: modelBook})
		require.NoError(t, err)
		var futures []*pipeline.Future
		for _, s := range []step{
			{Number: "n1", Target: ledgerstate.Ref{No: "loan-1"}, Birth: true},
			{Number: "n2", Target: ledgerstate.Ref{No: "loan-2"}, Birth: true},
			{Number: "n3", Target: ledgerstate.Ref{No: "loan-3"}, Birth: true},
			{Number: "n4", Target: ledgerstate.Ref{No: "loan-2"}},
			{Number: "n5", Target: ledgerstate.Ref{No: "loan-3"}},
		} {
			f, err := p.Add(t.Context(), itemOf(s))
			require.NoError(t, err)
			futures = append(futures, f)
		}
		require.NoError(t, p.Close(t.Context()))
		for i, ok := range []bool{true, false, true, false, true} {
			r, err := futures[i].Wait(t.Context())
			if ok {
				require.NoError(t, err)
				require.Equal(t, "accepted", r.Outcome)
				require.False(t, r.ID.IsZero())
			} else {
				require.Equal(t, "CHAINCODE_PANIC", ledger.CodeOf(err), "item %d: %v", i, err)
			}
		}
		require.Equal(t, pipeline.Progress{Added: 5, Decided: 5, Accepted: 3, Failed: 2, Transactions: 1}, p.Progress())
	})
}

// poisoned fails as a whole where one command is among the batch.
type poisoned struct {
	*model
	number string
}

func (m *poisoned) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	for _, field := range []string{"command", "commands"} {
		if s := string(call.Transient[field]); s != "" && containsText(s, `"`+m.number+`"`) {
			return nil, &ledger.Error{Stage: ledger.StageEndorse, Code: "CHAINCODE_PANIC", Message: "the chaincode failed"}
		}
	}
	return m.model.Submit(ctx, call)
}

func containsText(s, part string) bool {
	for i := 0; i+len(part) <= len(s); i++ {
		if s[i:i+len(part)] == part {
			return true
		}
	}
	return false
}

func TestPushback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(1, 0)
		p, err := pipeline.New(t.Context(), pipeline.Options{Writer: book.New(m, modelMembers, "BankAMSP"), Chaincode: modelBook, Pushback: 2})
		require.NoError(t, err)
		add := func(i int) error {
			_, err := p.TryAdd(itemOf(step{Number: "n", Target: ledgerstate.Ref{No: fmt.Sprintf("loan-%d", i)}, Birth: true}))
			return err
		}
		require.NoError(t, add(1))
		require.NoError(t, add(2))
		require.ErrorIs(t, add(3), pipeline.ErrPushback)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err = p.Add(ctx, itemOf(step{Number: "n", Target: ledgerstate.Ref{No: "loan-3"}, Birth: true}))
		require.ErrorIs(t, err, context.DeadlineExceeded)
		f, err := p.Add(t.Context(), itemOf(step{Number: "n", Target: ledgerstate.Ref{No: "loan-3"}, Birth: true}))
		require.NoError(t, err)
		require.NoError(t, p.Flush(t.Context()))
		select {
		case <-f.Done():
		default:
			t.Fatal("Flush returned before the item was decided")
		}
		require.NoError(t, p.Close(t.Context()))
		require.ErrorIs(t, add(4), pipeline.ErrClosed)
	})
}

// After names what no reference shows.
func TestAfterWaitsForTheCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newModel(1, 0)
		p, err := pipeline.New(t.Context(), pipeline.Options{Writer: book.New(m, modelMembers, "BankAMSP"), Chaincode: modelBook})
		require.NoError(t, err)
		first, err := p.Add(t.Context(), itemOf(step{Number: "1", Target: ledgerstate.Ref{No: "grant-1"}, Birth: true}))
		require.NoError(t, err)
		item := itemOf(step{Number: "2", Target: ledgerstate.Ref{No: "loan-1"}, Birth: true})
		item.After = []pipeline.Key{{Kind: "grant", No: "grant-1"}}
		second, err := p.Add(t.Context(), item)
		require.NoError(t, err)
		<-second.Done()
		select {
		case <-first.Done():
		default:
			t.Fatal("the later item was decided first")
		}
		a, _ := first.Wait(t.Context())
		b, _ := second.Wait(t.Context())
		require.NotEqual(t, a.TxID, b.TxID)
		require.Equal(t, command.Accepted.String(), b.Outcome)
		require.NoError(t, p.Close(t.Context()))
	})
}

func TestWrongUse(t *testing.T) {
	m := newModel(1, 0)
	w := book.New(m, modelMembers, "BankAMSP")
	_, err := pipeline.New(t.Context(), pipeline.Options{Writer: w, Chaincode: modelBook, BatchSize: command.MaxBatch + 1})
	require.EqualError(t, err, "pipeline: batch size is 2001, limit 1 to 2000")
	_, err = pipeline.New(t.Context(), pipeline.Options{Writer: w})
	require.Error(t, err)
	p, err := pipeline.New(t.Context(), pipeline.Options{Writer: w, Chaincode: modelBook})
	require.NoError(t, err)
	_, err = p.Add(t.Context(), itemOf(step{Target: ledgerstate.Ref{No: "loan-"}}))
	require.NoError(t, err)
	bad := itemOf(step{Target: ledgerstate.Ref{No: "loan-1"}, Birth: true})
	bad.Refs[0].Kind.Slots = 0
	_, err = p.Add(t.Context(), bad)
	require.EqualError(t, err, "pipeline: kind loan has 0 slots a page, limit 1 to 256")
	bad.Refs[0].At = nil
	_, err = p.Add(t.Context(), bad)
	require.ErrorContains(t, err, "reference 0 of loan.Step")
	unknown := itemOf(step{Target: ledgerstate.Ref{No: "loan-1"}})
	unknown.Lane = "road"
	f, err := p.Add(t.Context(), unknown)
	require.NoError(t, err)
	_, err = f.Wait(t.Context())
	require.ErrorContains(t, err, `has no lane "road"`)
	require.NoError(t, p.Close(t.Context()))
}
