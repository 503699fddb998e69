package ledgerstate

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// told is all that can be asked of the aggregates of a kind.
func told(t require.TestingT, m *memory, k *Kind[counter]) map[string]string {
	v := NewView(m, "BankAMSP", nil)
	got := map[string]string{}
	_, err := k.Scan(v, "", 1<<20, func(id ID, r *Record[counter]) error {
		log, err := k.Log(v, id, r)
		got[r.Natural] = fmt.Sprint(id, r.State, log)
		return err
	})
	require.NoError(t, err)
	return got
}

// facts are what a fact pack tells of the kind.
func facts(t require.TestingT, m *memory, k *Kind[counter]) (list []Told) {
	values := map[string][]byte{}
	read, _, err := NewView(m, "BankAMSP", nil).Facts("loan", "", 1<<30)
	require.NoError(t, err)
	for _, f := range read {
		values[f.Key] = f.Value
	}
	for _, f := range read {
		if PageKind(f.Key) != k.Code {
			continue
		}
		var logs [][]byte
		for _, key := range f.Logs {
			logs = append(logs, values[key])
		}
		page, err := k.Tell(f.Value, logs)
		require.NoError(t, err)
		list = append(list, page...)
	}
	return list
}

// Random histories with erasures: a world in which some aggregates are erased,
// and one in which nobody touches those again. The neighbours are the same in
// both, by ID, number, state and log, whatever happens to them afterwards, and
// of the erased ones no key and no value has anything left.
func TestErasureLeavesNeighboursAndNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := NewKind[counter](Kind[counter]{Code: "counter", Collection: "loan", Slots: 3, Keep: rapid.SampledFrom([]int{0, 4}).Draw(t, "keep"), Schema: 1,
			Tails: rapid.SampledFrom([][]int{nil, {1}, {2, 1}}).Draw(t, "tails")}, added{}, named{})
		refOf := func(n int) Ref { return ref(fmt.Sprint("p", n/3), n%3, fmt.Sprintf("NO%02d", n)) }
		type step struct {
			Of   int
			Act  int // 0 erases, 1 redacts, else an event
			Cut  bool
			Name string
		}
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{rapid.IntRange(0, 14).Draw(t, "of"), rapid.IntRange(0, 9).Draw(t, "act"), rapid.IntRange(0, 2).Draw(t, "cut") > 0, ""}
		}), 1, 80).Draw(t, "steps")
		erased, worlds := map[int]bool{}, [2]*memory{opened(t), opened(t)}
		views := [2]*View{}
		fresh := func(w int, of ...int) {
			views[w] = NewView(worlds[w], "BankAMSP", seed)
			var wants []Want
			for _, n := range of {
				wants = append(wants, Want{Kind: k, Ref: refOf(n), Birth: true})
			}
			require.NoError(t, views[w].Prefetch(wants))
		}
		born, stale := map[int]bool{}, map[int]bool{}
		act := func(v *View, i int, s step) {
			r, number := refOf(s.Of), fmt.Sprint("n", i)
			st := Stamp{Number: number, Party: "B", Date: 45000, By: []byte("12345678"), Mark: func(string) ([]byte, error) { return []byte(number), nil }}
			if !born[s.Of] {
				require.NoError(t, k.Born(r, named{fmt.Sprintf("OWNER%02d", s.Of)}).Apply(v, st))
			}
			require.NoError(t, k.Happened(r, added{i}).Apply(v, st))
		}
		flushBoth := func(next int) {
			for w := range worlds {
				_, err := views[w].Flush()
				require.NoError(t, err)
				worlds[w].commit()
				fresh(w, next)
			}
		}
		fresh(0)
		fresh(1)
		for i, s := range steps {
			if s.Cut {
				flushBoth(s.Of)
			}
			switch {
			case erased[s.Of]:
				_, err := k.Get(views[0], "no", refOf(s.Of))
				require.True(t, Unknown.Is(err))
				id, err := k.Locate(views[0], refOf(s.Of).No)
				require.NoError(t, err)
				require.True(t, id.IsZero())
			case s.Act == 0 && born[s.Of]:
				require.NoError(t, k.Erased(refOf(s.Of)).Apply(views[0], Stamp{}))
				erased[s.Of] = true
			case s.Act == 1 && born[s.Of]:
				require.NoError(t, k.Redacted(refOf(s.Of), func(log []Entry[counter]) ([]Entry[counter], error) {
					return []Entry[counter]{{Number: "R", Party: "B", Event: named{"redacted"}}}, nil
				}).Apply(views[0], Stamp{}))
				stale[s.Of], erased[s.Of] = true, true // from here on the worlds differ in it
			default:
				for w := range worlds {
					act(views[w], i, s)
				}
				born[s.Of] = true
			}
			if r, err := k.Get(views[0], "no", refOf(s.Of)); stale[s.Of] {
				require.NoError(t, err)
				require.Equal(t, "redacted", r.State.Owner)
			}
			if erased[s.Of] {
				delete(born, s.Of)
			}
			for n := range stale { // only to keep the bookkeeping simple: erased for good now
				require.NoError(t, k.Erased(refOf(n)).Apply(views[0], Stamp{}))
				delete(stale, n)
			}
		}
		flushBoth(0)
		got, want := told(t, worlds[0], k), told(t, worlds[1], k)
		for n := range erased {
			delete(want, refOf(n).No)
		}
		require.Equal(t, want, got)
		require.Len(t, facts(t, worlds[0], k), len(want), "a fact pack finds every page's log pages")
		for n := range erased {
			for key, raw := range worlds[0].state {
				for _, needle := range []string{refOf(n).No, fmt.Sprintf("OWNER%02d", n)} {
					require.NotContains(t, key, needle)
					require.False(t, bytes.Contains(raw, []byte(needle)), "%s is in the value of %s", needle, key)
				}
			}
		}
		v := NewView(worlds[0], "BankAMSP", nil)
		for no := range want {
			id, err := k.Locate(v, no)
			require.NoError(t, err)
			require.True(t, strings.HasPrefix(want[no], "{"+id.Page) || strings.Contains(want[no], id.String()), "the index leads to it")
			r, err := k.Get(v, "no", Ref{ID: id, No: no})
			require.NoError(t, err)
			require.Equal(t, no, r.Natural)
		}
	})
}

// A redacted aggregate keeps its place and number, and what it was is gone.
func TestRedactedKeepsItsPlace(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	for i := range 2 {
		require.NoError(t, apply(t, v, ref("p1", i, fmt.Sprint("C", i)), true, "n0", 1))
		require.NoError(t, counters.Happened(ref("p1", i, fmt.Sprint("C", i)), named{fmt.Sprint("ADVERSE", i)}).Apply(v, stamp(v, "n1", "x")))
	}
	flush(t, m, v)
	v = NewView(m, "BankAMSP", seed)
	require.NoError(t, counters.Redacted(ref("p1", 0, "C0"), func(log []Entry[counter]) ([]Entry[counter], error) { return log[:1], nil }).Apply(v, Stamp{}))
	flush(t, m, v)
	v = NewView(m, "BankAMSP", seed)
	require.NoError(t, apply(t, v, ref("p1", 0, "C0"), false, "n2", 5))
	flush(t, m, v)
	v = NewView(m, "BankAMSP", nil)
	for i, want := range []counter{{Sum: 6}, {Sum: 1, Owner: "ADVERSE1"}} {
		r, err := counters.Get(v, "no", ref("p1", i, fmt.Sprint("C", i)))
		require.NoError(t, err)
		require.Equal(t, want, r.State)
		id, err := counters.Locate(v, r.Natural)
		require.NoError(t, err)
		require.Equal(t, ID{"p1", uint8(i)}, id)
	}
	for key, raw := range m.state {
		require.NotContains(t, string(raw), "ADVERSE0", key)
	}
}

// Until something is erased nobody reads a key more; afterwards only a page or
// list that has none at generation 0 asks where it went.
func TestNothingIsReadMoreBeforeTheFirstErasure(t *testing.T) {
	reads := func(erase bool) (existing, birth int) {
		m := opened(t)
		v := NewView(m, "BankAMSP", seed)
		require.NoError(t, apply(t, v, ref("p1", 0, "C0"), true, "n0", 1))
		require.NoError(t, apply(t, v, ref("p2", 0, "D0"), true, "n0", 1))
		require.NoError(t, apply(t, v, ref("p2", 1, "D1"), true, "n0", 1))
		flush(t, m, v)
		if erase {
			v = NewView(m, "BankAMSP", seed)
			require.NoError(t, counters.Erased(ref("p2", 0, "D0")).Apply(v, Stamp{}))
			flush(t, m, v)
		}
		m.gets = 0
		require.NoError(t, apply(t, NewView(m, "BankAMSP", seed), ref("p1", 0, "C0"), false, "n1", 1))
		existing = m.gets
		m.gets = 0
		require.NoError(t, apply(t, NewView(m, "BankAMSP", seed), ref("p9", 0, "C9"), true, "n1", 1))
		return existing, m.gets
	}
	existing, birth := reads(false)
	afterExisting, afterBirth := reads(true)
	require.Equal(t, existing, afterExisting)
	require.Equal(t, birth+1, afterBirth)
}

func TestNoKeyIsErasedAndWrittenAtOnce(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	v.write("loan", "k", []byte("v"))
	v.purge("loan", "k")
	_, err := v.Flush()
	require.ErrorContains(t, err, "ERASURE_AND_WRITE")
}

// A secret of before erasures reads as one, and says afterwards that there was
// one, whichever its schema.
func TestSecretSaysThatSomethingWasErased(t *testing.T) {
	for _, schema := range []uint8{secretBeforeLists, secretSchema} {
		m := newMemory()
		raw, err := Encode(secretValue{schema, []byte("salt"), bytes.Repeat([]byte{9}, SecretSize)})
		require.NoError(t, err)
		m.state["loan/"+secretKey] = raw
		v := NewView(m, "BankAMSP", seed)
		require.NoError(t, apply(t, v, ref("p1", 0, "C0"), true, "n0", 1))
		require.False(t, v.erased["loan"])
		flush(t, m, v)
		require.Equal(t, raw, m.state["loan/"+secretKey])
		v = NewView(m, "BankAMSP", seed)
		require.NoError(t, counters.Erased(ref("p1", 0, "C0")).Apply(v, Stamp{}))
		flush(t, m, v)
		v = NewView(m, "BankAMSP", seed)
		_, err = v.secret("loan")
		require.NoError(t, err)
		require.True(t, v.erased["loan"])
		require.Equal(t, schema == secretBeforeLists, v.older["loan"])
	}
}
