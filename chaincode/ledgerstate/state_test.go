package ledgerstate

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/ledger/queryresult"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// memory is a ledger of one namespace: a view reads what was committed and
// writes into a transaction of its own.
type memory struct {
	state   map[string][]byte
	tx      map[string][]byte
	puts    int
	gets    int
	missing map[string]bool
	older   bool // reads fail as where a peer has but an earlier value
	short   bool // a multi-get that swallows its error, as fabric#5529
	txID    string
}

func newMemory() *memory {
	return &memory{state: map[string][]byte{}, tx: map[string][]byte{}, missing: map[string]bool{}, txID: "tx"}
}

func (m *memory) GetTxID() string                   { return m.txID }
func (m *memory) GetState(k string) ([]byte, error) { return m.state["/"+k], nil }
func (m *memory) PutState(k string, v []byte) error { m.puts++; m.tx["/"+k] = v; return nil }
func (m *memory) StartWriteBatch()                  {}
func (m *memory) FinishWriteBatch() error           { return nil }
func (m *memory) GetPrivateData(c, k string) ([]byte, error) {
	m.gets++
	if m.older && k != secretKey {
		return nil, errors.New("GET_STATE failed: private data matching public hash version is not available. Public hash version = {BlockNum: 526, TxNum: 0}, Private data version = {BlockNum: 8, TxNum: 2}")
	}
	return m.state[c+"/"+k], nil
}
func (m *memory) GetMultiplePrivateData(c string, keys ...string) ([][]byte, error) {
	m.gets++
	var out [][]byte
	for _, k := range keys {
		out = append(out, m.state[c+"/"+k])
	}
	if m.short {
		return nil, nil
	}
	return out, nil
}
func (m *memory) GetPrivateDataHash(c, k string) ([]byte, error) {
	if m.missing[c+"/"+k] || m.state[c+"/"+k] != nil {
		h := sha256.Sum256(m.state[c+"/"+k])
		return h[:], nil
	}
	return nil, nil
}
func (m *memory) PutPrivateData(c, k string, v []byte) error {
	m.puts++
	m.tx[c+"/"+k] = v
	return nil
}

func (m *memory) PurgePrivateData(c, k string) error {
	m.puts++
	m.tx[c+"/"+k] = nil
	return nil
}

type list struct{ kv []*queryresult.KV }

func (l *list) HasNext() bool { return len(l.kv) > 0 }
func (l *list) Close() error  { return nil }
func (l *list) Next() (*queryresult.KV, error) {
	kv := l.kv[0]
	l.kv = l.kv[1:]
	return kv, nil
}

func (m *memory) GetPrivateDataByRange(c, start, end string) (shim.StateQueryIteratorInterface, error) {
	l := &list{}
	for k, v := range m.state {
		if key, ok := strings.CutPrefix(k, c+"/"); ok && key >= start && key < end {
			l.kv = append(l.kv, &queryresult.KV{Key: key, Value: v})
		}
	}
	sort.Slice(l.kv, func(i, j int) bool { return l.kv[i].Key < l.kv[j].Key })
	return l, nil
}

func (m *memory) commit() {
	for k, v := range m.tx {
		m.state[k] = v
		if v == nil {
			delete(m.state, k)
		}
	}
	m.tx = map[string][]byte{}
}

// counter is the smallest aggregate.
type counter struct {
	Sum   int
	Owner string
}

type added struct{ N int }

func (e added) Evolve(c counter) counter { c.Sum += e.N; return c }

type named struct{ Owner string }

func (e named) Evolve(c counter) counter { c.Owner = e.Owner; return c }

var counters = NewKind[counter](Kind[counter]{Code: "counter", Collection: "loan", Slots: 4, Keep: 4, Schema: 1}, added{}, named{})

var seed = bytes.Repeat([]byte{7}, SeedSize)

func opened(t require.TestingT) *memory {
	m := newMemory()
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, v.PlaceSecret("loan", bytes.Repeat([]byte{9}, SecretSize)))
	_, err := v.Flush()
	require.NoError(t, err)
	m.commit()
	return m
}

func stamp(v *View, number, content string) Stamp {
	return Stamp{Number: number, Party: "B", Date: 45000, By: []byte("12345678"),
		Mark: func(c string) ([]byte, error) { return v.Mark(c, "add", []byte(content)) }}
}

func apply(t require.TestingT, v *View, ref Ref, birth bool, number string, n int) error {
	mark, err := v.Mark("loan", "add", []byte(fmt.Sprint(n)))
	require.NoError(t, err)
	seen, err := counters.Seen(v, ref, birth, "B", number, mark)
	if err != nil || seen {
		return err
	}
	c := counters.Happened(ref, added{n})
	if birth {
		c = counters.Born(ref, added{n})
	}
	return c.Apply(v, stamp(v, number, fmt.Sprint(n)))
}

func ref(page string, slot int, no string) Ref {
	return Ref{ID: ID{Page: page, Slot: uint8(slot)}, No: no}
}

func TestPageIsWrittenOnceHoweverManyCommandsTouchIt(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	for i := 0; i < 3; i++ {
		require.NoError(t, apply(t, v, ref("p1", i, fmt.Sprint("C", i)), true, "n0", i))
		require.NoError(t, apply(t, v, ref("p1", i, fmt.Sprint("C", i)), false, "n1", 5))
	}
	m.puts = 0
	n, err := v.Flush()
	require.NoError(t, err)
	require.Equal(t, 4, n, "one page and three index keys")
	require.Equal(t, 4, m.puts)
}

func TestSlotAndNaturalKeyMustMatch(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, apply(t, v, ref("p1", 0, "C0"), true, "n0", 1))
	require.ErrorIs(t, apply(t, v, ref("p1", 0, "C1"), true, "n0", 1), SlotTaken)
	require.True(t, Exists.Is(apply(t, v, ref("p1", 1, "C0"), true, "other", 1)))
	require.True(t, DuplicateNumber.Is(apply(t, v, ref("p1", 1, "C0"), true, "n0", 2)))
	require.NoError(t, apply(t, v, ref("p2", 1, "C0"), true, "n0", 1), "a birth sent again with another proposed ID is already applied")
	_, err := counters.Get(v, "contract", ref("p1", 0, "C9"))
	require.True(t, Unknown.Is(err))
	r, err := counters.Get(v, "contract", ref("p1", 0, "C0"))
	require.NoError(t, err)
	require.Equal(t, 1, r.State.Sum)
}

func TestMissingPrivateDataIsNeverAbsent(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, apply(t, v, ref("p1", 0, "C0"), true, "n0", 1))
	_, err := v.Flush()
	require.NoError(t, err)
	m.commit()
	for k := range m.state {
		if strings.HasPrefix(k, "loan/P") {
			delete(m.state, k)
			m.missing[k] = true
		}
	}
	for _, wants := range [][]Want{
		{{Kind: counters, Ref: ref("p1", 0, "C0")}},
		{{Kind: counters, Ref: ref("p1", 0, "C0")}, {Kind: counters, Ref: ref("p2", 0, "C1")}},
	} {
		err = NewView(m, "BankAMSP", seed).Prefetch(wants)
		require.ErrorContains(t, err, "qxl DATA_MISSING_ON_PEER")
	}
	m.older = true
	err = NewView(m, "BankAMSP", seed).Prefetch([]Want{{Kind: counters, Ref: ref("p3", 0, "x")}})
	require.ErrorContains(t, err, "qxl DATA_MISSING_ON_PEER", "an earlier value of a key that was written again")
	m.older = false
	m.short = true
	err = NewView(m, "BankAMSP", seed).Prefetch([]Want{{Kind: counters, Ref: ref("p3", 0, "x")}, {Kind: counters, Ref: ref("p4", 0, "y")}})
	require.ErrorContains(t, err, "qxl LEDGER_READ", "a swallowed error of the state database is noticed")
}

func TestKeysAndValuesTellNothing(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, apply(t, v, ref("p1", 0, "CONTRACT-77"), true, "NUMBER-88", 1))
	_, err := v.Flush()
	require.NoError(t, err)
	first := map[string][]byte{}
	for k, raw := range m.tx {
		require.NotContains(t, k, "CONTRACT-77")
		require.NotContains(t, k, "p1", "the page's name stands in no key")
		first[k] = raw
	}
	m.tx = map[string][]byte{}
	v = NewView(m, "BankAMSP", bytes.Repeat([]byte{8}, SeedSize))
	require.NoError(t, apply(t, v, ref("p1", 0, "CONTRACT-77"), true, "NUMBER-88", 1))
	_, err = v.Flush()
	require.NoError(t, err)
	for k, raw := range m.tx {
		require.NotEqual(t, first[k], raw, "another seed gives another salt and so another hash")
	}
	_, err = NewView(m, "BankAMSP", nil).salt("loan", "k")
	require.ErrorContains(t, err, "qxl SEED_MISSING")
}

func TestLogsOfAPageRollTogetherAndStayIdempotent(t *testing.T) {
	m := opened(t)
	const entries = 400
	ids := []Ref{ref("p1", 0, "C0"), ref("p1", 2, "C2"), ref("p1", 3, "young")}
	for i := range entries {
		v := NewView(m, "BankAMSP", seed)
		for _, id := range ids[:2] {
			require.NoError(t, apply(t, v, id, i == 0, fmt.Sprint("n", i), i))
		}
		if i == entries-1 {
			require.NoError(t, apply(t, v, ids[2], true, "n0", 1))
		}
		_, err := v.Flush()
		require.NoError(t, err)
		m.commit()
	}
	logs := 0
	for k, raw := range m.state {
		if strings.HasPrefix(k, "loan/P") {
			require.Less(t, len(raw), fullPage+1024)
		}
		if strings.HasPrefix(k, "loan/G") {
			logs++
		}
	}
	require.Equal(t, 2, logs, "a key takes the older entries of the whole page")
	v := NewView(m, "BankAMSP", nil)
	young, err := counters.Get(v, "c", ids[2])
	require.NoError(t, err)
	require.Zero(t, young.Rolled)
	require.Equal(t, 1, young.State.Sum, "the state of what has not rolled is the replay of its log")
	for _, id := range ids[:2] {
		r, err := counters.Get(v, "c", id)
		require.NoError(t, err)
		require.Positive(t, r.Rolled)
		require.Equal(t, entries*(entries-1)/2, r.State.Sum)
		log, err := counters.Log(v, id.ID, r)
		require.NoError(t, err)
		require.Len(t, log, entries)
		sum := counter{}
		for i, e := range log {
			require.Equal(t, fmt.Sprint("n", i), e.Number)
			sum = e.Event.Evolve(sum)
		}
		require.Equal(t, r.State, sum, "the state is the replay of the log")
		for i := range entries {
			mark, err := v.Mark("loan", "add", []byte(fmt.Sprint(i)))
			require.NoError(t, err)
			seen, err := counters.Seen(v, id, false, "B", fmt.Sprint("n", i), mark)
			require.NoError(t, err)
			require.True(t, seen, "entry %d is remembered after it rolled", i)
			seen, err = counters.Seen(v, id, false, "C", fmt.Sprint("n", i), mark)
			require.NoError(t, err)
			require.False(t, seen, "numbers belong to their submitter")
			mark[0] ^= 1
			_, err = counters.Seen(v, id, false, "B", fmt.Sprint("n", i), mark)
			require.True(t, DuplicateNumber.Is(err))
		}
	}
}

func TestAnyPartitionIntoTransactionsGivesTheSameAggregates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type step struct {
			Page, Slot, N int
			Number        string
		}
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{rapid.IntRange(0, 2).Draw(t, "page"), rapid.IntRange(0, 3).Draw(t, "slot"), rapid.IntRange(-5, 5).Draw(t, "n"),
				fmt.Sprint(rapid.IntRange(0, 9).Draw(t, "number"))}
		}), 1, 60).Draw(t, "steps")
		cuts := rapid.SliceOfN(rapid.Bool(), len(steps), len(steps)).Draw(t, "cuts")
		run := func(cut func(int) bool) map[string]string {
			m := opened(t)
			v := NewView(m, "BankAMSP", seed)
			born := map[ID]bool{}
			for i, s := range steps {
				r := ref(fmt.Sprint("p", s.Page), s.Slot, fmt.Sprint("C", s.Page, s.Slot))
				err := apply(t, v, r, !born[r.ID], s.Number, s.N)
				if !DuplicateNumber.Is(err) {
					require.NoError(t, err)
				}
				born[r.ID] = true
				if cut(i) {
					_, err := v.Flush()
					require.NoError(t, err)
					m.commit()
					v = NewView(m, "BankAMSP", seed)
				}
			}
			_, err := v.Flush()
			require.NoError(t, err)
			m.commit()
			v = NewView(m, "BankAMSP", nil)
			got := map[string]string{}
			for after, more := "", true; more; more = after != "" {
				after, err = counters.Scan(v, after, 1, func(id ID, r *Record[counter]) error {
					log, err := counters.Log(v, id, r)
					got[r.Natural] = fmt.Sprint(id, r.State, log)
					return err
				})
				require.NoError(t, err)
			}
			return got
		}
		require.Equal(t, run(func(int) bool { return false }), run(func(i int) bool { return cuts[i] }))
	})
}

func TestSchemaOfAnotherProgramIsRefused(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, apply(t, v, ref("p1", 0, "C0"), true, "n0", 1))
	_, err := v.Flush()
	require.NoError(t, err)
	m.commit()
	newer := *counters
	newer.Schema = 2
	_, err = newer.Get(NewView(m, "BankAMSP", nil), "c", ref("p1", 0, "C0"))
	require.ErrorContains(t, err, "schema version 1 is not known here (this program knows 2)")
}

func FuzzDecodeRecord(f *testing.F) {
	r := &Record[counter]{Natural: "C", State: counter{1, "x"}, Log: []Entry[counter]{{Number: "n", Party: "B", Event: added{1}}}, kind: counters}
	raw, err := r.encode()
	require.NoError(f, err)
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := counters.decode(raw)
		if err != nil {
			return
		}
		again, err := r.encode()
		require.NoError(t, err)
		second, err := counters.decode(again)
		require.NoError(t, err)
		require.Equal(t, r, second)
	})
}

func FuzzParseID(f *testing.F) {
	f.Add("abc.1")
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseID(s)
		if err != nil {
			return
		}
		again, err := ParseID(id.String())
		require.NoError(t, err)
		require.Equal(t, id, again)
	})
}
