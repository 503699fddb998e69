package ledgerstate

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// sharing has counters whose natural keys share index keys.
func sharing(code string, tails ...int) *Kind[counter] {
	return NewKind[counter](Kind[counter]{Code: code, Collection: "loan", Slots: 4, Keep: 4, Schema: 1, Tails: tails}, added{}, named{})
}

var listed42 = sharing("listed", 4, 2)

// bear brings an aggregate into being as a batch does.
func bear(t require.TestingT, k *Kind[counter], v *View, r Ref, number string) error {
	mark, err := v.Mark("loan", "add", []byte(number))
	require.NoError(t, err)
	seen, err := k.Seen(v, r, true, "B", number, mark)
	if err != nil || seen {
		return err
	}
	return k.Born(r, added{1}).Apply(v, Stamp{Number: number, Party: "B", Date: 45000, By: []byte("12345678"), Mark: func(string) ([]byte, error) { return mark, nil }})
}

// written gives what a flush wrote under index keys: keys, and how often each
// natural key's ID stands in them.
func written(t require.TestingT, m *memory, k *Kind[counter]) (keys map[string][]byte, at map[ID]int) {
	keys, at = map[string][]byte{}, map[ID]int{}
	for key, raw := range m.state {
		name, _ := strings.CutPrefix(key, "loan/")
		switch {
		case strings.HasPrefix(name, "I"+k.Code+":"):
			var s sealed
			require.NoError(t, Decode(raw, &s))
			id, err := ParseID(string(s.Body))
			require.NoError(t, err)
			at[id]++
		case strings.HasPrefix(name, "I"+k.Code+"-"):
			var x indexValue
			require.NoError(t, Decode(raw, &x))
			require.LessOrEqual(t, len(x.List), maxListed)
			for i, l := range x.List {
				at[l.ID]++
				require.True(t, i == 0 || x.List[i-1].Rest < l.Rest, "a list is sorted")
			}
		default:
			continue
		}
		keys[name] = raw
	}
	return keys, at
}

func flush(t require.TestingT, m *memory, v *View) {
	_, err := v.Flush()
	require.NoError(t, err)
	m.commit()
}

// Any order of births and any partition of them into transactions gives the
// same lookups, and no natural key is born twice, however full lists are.
func TestAnyOrderAndPartitionOfBirthsIsFoundAgain(t *testing.T) {
	alphabet := []string{"A", "B", "1", "2", "3", "青", "é", "\xff"}
	rapid.Check(t, func(t *rapid.T) {
		k := sharing("listed", rapid.SampledFrom([][]int{{4, 2}, {2}, {1}, {6, 4, 2}, nil}).Draw(t, "tails")...)
		// Short and hostile numbers, and a run that counts up and fills lists.
		var numbers []string
		seen := map[string]bool{}
		for _, n := range rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 6), 0, 30).Draw(t, "numbers") {
			if no := strings.Join(n, ""); !seen[no] {
				seen[no] = true
				numbers = append(numbers, no)
			}
		}
		for i := range rapid.IntRange(0, 3*maxListed).Draw(t, "run") {
			numbers = append(numbers, fmt.Sprintf("HT%06d", i*7))
		}
		numbers = rapid.Permutation(numbers).Draw(t, "order")
		size := rapid.IntRange(1, 2*maxListed).Draw(t, "size")
		m := opened(t)
		ids := map[string]ID{}
		v := NewView(m, "BankAMSP", seed)
		for i, no := range numbers {
			if i%size == 0 {
				flush(t, m, v)
				v = NewView(m, "BankAMSP", seed)
				var wants []Want
				for j, no := range numbers[i:min(i+size, len(numbers))] {
					wants = append(wants, Want{Kind: k, Ref: ref(fmt.Sprint("p", (i+j)/4), (i+j)%4, no), Birth: true})
				}
				require.NoError(t, v.Prefetch(wants))
			}
			r := ref(fmt.Sprint("p", i/4), i%4, no)
			require.NoError(t, bear(t, k, v, r, "n"+no))
			require.NoError(t, bear(t, k, v, ref("other", 0, no), "n"+no), "already applied, wherever it lives")
			require.True(t, Exists.Is(bear(t, k, v, ref("other", 0, no), "another")), no)
			ids[no] = r.ID
			if j := i * 31 % (i + 1); i%9 == 0 { // one from before, or of this transaction
				got, err := k.Locate(v, numbers[j])
				require.NoError(t, err)
				require.Equal(t, ids[numbers[j]], got)
			}
		}
		flush(t, m, v)

		absent := []string{"HT", "HT000001", "A1A1A1A1", "青", "\xff\xff", "HT9999999"}
		asked := append(append([]string(nil), numbers...), absent...)
		for _, seed := range [][]byte{nil, seed} {
			got, err := k.LocateAll(NewView(m, "BankAMSP", seed), asked)
			require.NoError(t, err)
			one := NewView(m, "BankAMSP", seed)
			for i, no := range asked {
				require.Equal(t, ids[no], got[i], "%q", no)
				id, err := k.Locate(one, no)
				require.NoError(t, err)
				require.Equal(t, ids[no], id, "%q", no)
			}
		}
		_, at := written(t, m, k)
		require.Len(t, at, len(numbers))
		for id, n := range at {
			require.Equal(t, 1, n, "%s stands in the index once", id)
		}
	})
}

// What is cut off are characters, and no two natural keys meet, whatever they
// look like: heads of one text before tails of two lengths, keys shorter than
// the tail, kinds whose keys are the same.
func TestHostileNaturalKeysDoNotMeet(t *testing.T) {
	for _, c := range []struct {
		natural string
		tail    int
		want    string
	}{
		{"A123", 2, "A1"}, {"A123", 4, ""}, {"A12", 4, ""}, {"", 2, ""}, {"青海银行", 2, "青海"}, {"é1", 1, "é"}, {"青", 2, ""},
		{"A\xff\xfe", 2, "A"}, {"A\xe9\x9d", 1, "A\xe9"}, {"A👨‍👩", 1, "A👨‍"}, {"A123", 0, "A123"},
	} {
		require.Equal(t, c.want, Head(c.natural, c.tail), "%q less %d", c.natural, c.tail)
	}

	numbers := []string{"A1" + "23", "A" + "12", "A", "A1", "1", "12", "123", "1234", "AB" + "CDEF", "AB" + "CD", "AB", "CDEF", "青海银行", "青海", "海银行", "青", "A\xff", "A\xfe", "\xff", "A1-4", "-4"}
	kinds := []*Kind[counter]{sharing("a", 4, 2), sharing("ab", 4, 2), sharing("b", 2), sharing("c")}
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	at := func(kind, i int) Ref { return ref(fmt.Sprint("k", kind, "p", i/4), i%4, numbers[i]) }
	for n, k := range kinds {
		for i := range numbers {
			id, err := k.Locate(v, numbers[i])
			require.NoError(t, err)
			require.True(t, id.IsZero(), "%q is not there before its birth", numbers[i])
			require.NoError(t, bear(t, k, v, at(n, i), "n"))
		}
	}
	flush(t, m, v)
	for n, k := range kinds {
		v := NewView(m, "BankAMSP", nil)
		for i, no := range numbers {
			id, err := k.Locate(v, no)
			require.NoError(t, err)
			require.Equal(t, at(n, i).ID, id, "%s %q", k.Code, no)
		}
	}
	require.Panics(t, func() { sharing("a-4") }, "its keys would be another kind's lists")
	require.Panics(t, func() { sharing("a", 2, 4) })
	require.Panics(t, func() { sharing("a", 0) })
	require.Panics(t, func() {
		NewKind[counter](Kind[counter]{Code: "public", Slots: 4, Keep: 4, Schema: 1, Tails: []int{2}}, added{})
	}, "what is public is seldom born")
}

// A list is written once a transaction, however many births it takes, and
// what was born is found at once.
func TestBirthsOfATransactionShareAnIndexKey(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	for i := range 4 {
		r := ref("p1", i, fmt.Sprintf("HT%02d", i))
		require.NoError(t, bear(t, listed42, v, r, "n"))
		id, err := listed42.Locate(v, r.No)
		require.NoError(t, err)
		require.Equal(t, r.ID, id)
	}
	n, err := v.Flush()
	require.NoError(t, err)
	require.Equal(t, 2, n, "one page and one index key")
	require.NoError(t, listed42.Born(ref("p2", 0, "HT09"), added{1}).Apply(v, stamp(v, "n", "")))
	require.True(t, Exists.Is(listed42.Born(ref("p2", 1, "HT03"), added{1}).Apply(v, stamp(v, "n", ""))), "also where no rule has looked")
	n, err = v.Flush()
	require.NoError(t, err)
	require.Equal(t, 3, n, "a view that goes on writes all again")
}

// A list that has been full sends on for ever, also when something has been
// taken out of it, as an erasure does.
func TestAFullListSendsOn(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	const births = 2*maxListed + 60
	no := func(i int) string { return fmt.Sprintf("HT%04d", i) }
	for i := range births {
		require.NoError(t, bear(t, listed42, v, ref(fmt.Sprint("p", i/4), i%4, no(i)), "n"))
	}
	flush(t, m, v)
	keys, _ := written(t, m, listed42)
	wide, narrow := 0, 0
	for name, raw := range keys {
		require.Less(t, len(raw), 4<<10)
		if strings.HasPrefix(name, "Ilisted-4:") {
			wide++
			var x indexValue
			require.NoError(t, Decode(raw, &x))
			require.True(t, x.Full)
			x.List = x.List[1:] // HT0000
			raw, err := Encode(x)
			require.NoError(t, err)
			m.state["loan/"+name] = raw
		} else {
			narrow++
		}
	}
	require.Equal(t, 1, wide)
	require.Equal(t, 3, narrow, "the second hundred's rest, the third and the fourth")
	v = NewView(m, "BankAMSP", seed)
	for i := 1; i < births; i++ {
		id, err := listed42.Locate(v, no(i))
		require.NoError(t, err)
		require.Equal(t, ID{Page: fmt.Sprint("p", i/4), Slot: uint8(i % 4)}, id)
	}
	id, err := listed42.Locate(v, no(0))
	require.NoError(t, err)
	require.True(t, id.IsZero())
}

// A shared index key that this node lacks is no empty list: neither a birth
// nor a query decides on it. That it exists is asked for, in transactions
// too; of keys of a birth's own, which lists that are full send on to, that
// is left to the read set.
func TestMissingSharedIndexKeyIsNeverAbsent(t *testing.T) {
	m := opened(t)
	v := NewView(m, "BankAMSP", seed)
	require.NoError(t, bear(t, listed42, v, ref("p1", 0, "HT0001"), "n"))
	flush(t, m, v)
	for key := range m.state {
		if strings.HasPrefix(key, "loan/Ilisted-") {
			delete(m.state, key)
			m.missing[key] = true
		}
	}
	const want = "qxl DATA_MISSING_ON_PEER"
	two := []Want{{Kind: listed42, Ref: ref("p2", 0, "HT0002"), Birth: true}, {Kind: listed42, Ref: ref("p2", 1, "XX0002"), Birth: true}}
	require.ErrorContains(t, NewView(m, "BankAMSP", seed).Prefetch(two), want)
	require.ErrorContains(t, NewView(m, "BankAMSP", seed).Prefetch(two[:1]), want)
	require.ErrorContains(t, bear(t, listed42, NewView(m, "BankAMSP", seed), ref("p2", 0, "HT0002"), "n"), want)
	_, err := listed42.Locate(NewView(m, "BankAMSP", nil), "HT0001")
	require.ErrorContains(t, err, want)
	_, err = listed42.LocateAll(NewView(m, "BankAMSP", nil), []string{"XX0001", "HT0001"})
	require.ErrorContains(t, err, want)

	h := &hashes{memory: opened(t)}
	v = NewView(h, "BankAMSP", seed)
	short := sharing("short", 2)
	for i := range maxListed { // more than a hundred differ in two characters only where letters do
		require.NoError(t, bear(t, short, v, ref(fmt.Sprint("p", i/4), i%4, fmt.Sprintf("HT%c%c", 'A'+i/26, 'A'+i%26)), "n"))
	}
	flush(t, h.memory, v)
	births := []Want{{Kind: short, Ref: ref("q", 0, "HT01"), Birth: true}, {Kind: short, Ref: ref("q", 1, "HT02"), Birth: true}, {Kind: short, Ref: ref("q", 2, "XX02"), Birth: true}}
	for _, c := range []struct {
		seed []byte
		own  int
	}{{seed, 0}, {nil, 2}} {
		h.asked = nil
		require.NoError(t, NewView(h, "BankAMSP", c.seed).Prefetch(births))
		own, lists := 0, 0
		for _, k := range h.asked {
			switch {
			case strings.HasPrefix(k, "Ishort:"):
				own++
			case strings.HasPrefix(k, "Ishort-2:"):
				lists++
			}
		}
		require.Equal(t, c.own, own)
		require.Equal(t, 1, lists, "that of XX")
	}
}

// A collection opened before there were lists holds numbers under keys of
// their own: they are found and unique beside the lists of what came after.
func TestNumbersFromBeforeThereWereLists(t *testing.T) {
	old, now := sharing("listed"), listed42
	m := opened(t)
	raw, err := Encode(secretValue{secretBeforeLists, nil, bytes.Repeat([]byte{9}, SecretSize)})
	require.NoError(t, err)
	m.state["loan/"+secretKey] = raw
	v := NewView(m, "BankAMSP", seed)
	for i := range 4 {
		require.NoError(t, bear(t, old, v, ref("p1", i, fmt.Sprintf("HT%04d", i)), "n"))
	}
	flush(t, m, v)
	for round := range 2 {
		for _, batch := range []bool{false, true} {
			v = NewView(m, "BankAMSP", seed)
			page := fmt.Sprintf("q%d%t", round, batch)
			taken, free := ref(page, 0, "HT0002"), ref(page, 1, "HT1002"+page)
			if batch {
				require.NoError(t, v.Prefetch([]Want{{Kind: now, Ref: taken, Birth: true}, {Kind: now, Ref: free, Birth: true}}))
			}
			require.True(t, Exists.Is(bear(t, now, v, taken, "other")))
			require.NoError(t, bear(t, now, v, taken, "n"), "already applied")
			require.NoError(t, bear(t, now, v, free, "n"))
			flush(t, m, v)
			id, err := now.Locate(NewView(m, "BankAMSP", nil), free.No)
			require.NoError(t, err)
			require.Equal(t, free.ID, id)
		}
	}
	ids, err := now.LocateAll(NewView(m, "BankAMSP", nil), []string{"HT0000", "HT0003", "HT0004"})
	require.NoError(t, err)
	require.Equal(t, []ID{{"p1", 0}, {"p1", 3}, {}}, ids)
	keys, _ := written(t, m, now)
	own := 0
	for name := range keys {
		if strings.HasPrefix(name, "Ilisted:") {
			own++
		}
	}
	require.Equal(t, 4, own, "what comes after goes into lists")
}

func TestListsTellNothingAndKnowTheirSchema(t *testing.T) {
	values := map[string][]byte{}
	for _, seed := range [][]byte{bytes.Repeat([]byte{7}, SeedSize), bytes.Repeat([]byte{8}, SeedSize)} {
		m := opened(t)
		v := NewView(m, "BankAMSP", seed)
		require.NoError(t, bear(t, listed42, v, ref("p1", 0, "CONTRACT-77"), "n"))
		flush(t, m, v)
		keys, _ := written(t, m, listed42)
		require.Len(t, keys, 1)
		for name, raw := range keys {
			require.NotContains(t, name, "CONTR")
			require.NotEqual(t, values[name], raw, "another seed gives another salt")
			values[name] = raw
			var x indexValue
			require.NoError(t, Decode(raw, &x))
			x.Schema++
			newer, err := Encode(x)
			require.NoError(t, err)
			m.state["loan/"+name] = newer
			_, err = listed42.Locate(NewView(m, "BankAMSP", nil), "CONTRACT-77")
			require.ErrorContains(t, err, "qxl SCHEMA_UNKNOWN")
			m.state["loan/"+name] = []byte("{")
			_, err = listed42.Locate(NewView(m, "BankAMSP", nil), "CONTRACT-77")
			require.ErrorContains(t, err, "qxl STATE_CORRUPT")
		}
	}
	require.Len(t, values, 1, "the key does not depend on the seed")
	fresh := NewView(opened(t), "BankAMSP", seed)
	x, next, err := fresh.list(listed42.listHome("k", 4))
	require.NoError(t, err)
	require.Nil(t, x)
	require.NotEmpty(t, next, "an unread list names the key to read")
}

func FuzzDecodeIndexValue(f *testing.F) {
	raw, err := Encode(indexValue{Schema: 1, Salt: []byte("s"), Full: true, List: []listed{{"01", ID{"page", 3}}}})
	require.NoError(f, err)
	f.Add(raw)
	f.Fuzz(func(t *testing.T, raw []byte) {
		var x, again indexValue
		if Decode(raw, &x) != nil {
			return
		}
		second, err := Encode(x)
		require.NoError(t, err)
		require.NoError(t, Decode(second, &again))
		third, err := Encode(again)
		require.NoError(t, err)
		require.Equal(t, second, third)
	})
}
