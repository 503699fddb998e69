package calendar

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"
)

func published(t require.TestingT) *WorkingDays {
	table, err := os.ReadFile("../../test-network/reference/holidays.csv")
	require.NoError(t, err)
	rows, err := ParseSpecialDays(string(table))
	require.NoError(t, err)
	w, err := NewWorkingDays(2019, 2026, rows)
	require.NoError(t, err)
	return w
}

func TestWorkingDaysOfTheNotices(t *testing.T) {
	w := published(t)
	for text, want := range map[string]bool{
		"2024-10-01": false, // 国庆节
		"2024-09-29": true,  // Sunday, worked for it
		"2024-10-12": true,  // Saturday, worked for it
		"2024-10-13": false, // an ordinary Sunday
		"2024-10-08": true,
		"2019-01-01": false,
		"2026-12-31": true,
	} {
		works, err := w.IsWorkingDay(MustParse(text))
		require.NoError(t, err)
		require.Equal(t, want, works, text)
	}
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2024-09-30", 1, "2024-10-08"},
		{"2024-10-08", -1, "2024-09-30"},
		{"2024-09-27", 1, "2024-09-29"},
		{"2024-09-20", 10, "2024-10-10"},
		{"2024-10-01", 0, "2024-10-08"},
		{"2024-10-08", 0, "2024-10-08"},
	} {
		d, err := w.AddWorkingDays(MustParse(c.from), c.n)
		require.NoError(t, err)
		require.Equal(t, c.want, d.String(), "%s %+d", c.from, c.n)
	}
	before, err := w.OnOrBefore(MustParse("2024-10-07"))
	require.NoError(t, err)
	require.Equal(t, "2024-09-30", before.String())
	n, err := w.Between(MustParse("2024-09-30"), MustParse("2024-10-12"))
	require.NoError(t, err)
	require.Equal(t, 5, n)
}

func TestWorkingDaysBeyondTheLastNoticeAreRefused(t *testing.T) {
	w := published(t)
	first, last := w.Years()
	require.Equal(t, []int{2019, 2026}, []int{first, last})
	refused := func(_ any, err error) {
		t.Helper()
		require.Equal(t, "CALENDAR_YEAR_MISSING", code(t, err))
		require.ErrorContains(t, err, "2019..2026")
	}
	refused(w.IsWorkingDay(MustParse("2027-01-01")))
	refused(w.IsWorkingDay(MustParse("2018-12-31")))
	refused(w.IsWorkingDay(0))
	refused(w.AddWorkingDays(MustParse("2026-12-31"), 1))
	refused(w.AddWorkingDays(MustParse("2019-01-02"), -1))
	refused(w.AddWorkingDays(MustParse("2027-01-04"), -1))
	refused(w.OnOrAfter(MustParse("2027-01-04")))
	refused(w.OnOrBefore(MustParse("2019-01-01")))
	refused(w.Between(MustParse("2026-12-31"), MustParse("2027-01-01")))
	refused(w.Between(MustParse("2018-12-31"), MustParse("2019-01-01")))
	_, err := w.Between(MustParse("2026-02-01"), MustParse("2026-01-01"))
	require.Equal(t, "PERIOD_REVERSED", code(t, err))
}

func TestNewWorkingDaysRefusesTablesWithHoles(t *testing.T) {
	newYear := SpecialDay{Date: MustParse("2024-01-01"), Name: "元旦"}
	for want, rows := range map[string][]SpecialDay{
		"CALENDAR_YEAR_MISSING": {newYear}, // nothing for 2025
		"CALENDAR_DUPLICATE":    {newYear, newYear},
		"CALENDAR_YEARS":        {newYear, {Date: MustParse("2026-01-01")}},
		"DATE_OUT_OF_RANGE":     {newYear, {}},
	} {
		_, err := NewWorkingDays(2024, 2025, rows)
		require.Equal(t, want, code(t, err))
	}
	_, err := NewWorkingDays(2025, 2024, nil)
	require.Equal(t, "CALENDAR_YEARS", code(t, err))
}

func TestParseSpecialDays(t *testing.T) {
	const header = "date,kind,name\n"
	rows, err := ParseSpecialDays(header + "2024-10-01,off,国庆节\n2024-10-12,work,国庆节\n")
	require.NoError(t, err)
	require.Equal(t, []SpecialDay{{MustParse("2024-10-01"), false, "国庆节"}, {MustParse("2024-10-12"), true, "国庆节"}}, rows)
	for table, want := range map[string]string{
		"": "CALENDAR_HEADER", "a,b,c\n": "CALENDAR_HEADER",
		header + "2024-10-01,off\n":          "CALENDAR_ROW",
		header + "2024-10-01,holiday,国庆节\n":  "CALENDAR_KIND",
		header + "2023-02-29,off,春节\n":       "DATE_NOT_EXISTING",
		header + "2024-10-01,off,\"国庆节\nx\n": "CALENDAR_ROW",
	} {
		_, err := ParseSpecialDays(table)
		require.Equal(t, want, code(t, err), table)
	}
	_, err = ParseSpecialDays(header + "2024-01-01,off,元旦\n2023-02-29,off,春节\n")
	require.ErrorContains(t, err, "line 3: ")
}

func TestWorkingDaysOnTheLedger(t *testing.T) {
	w := published(t)
	packed, err := msgpack.Marshal(w)
	require.NoError(t, err)
	require.Less(t, len(packed), 300, "eight years")
	var back WorkingDays
	require.NoError(t, msgpack.Unmarshal(packed, &back))
	require.Equal(t, *w, back)
	again, err := msgpack.Marshal(back)
	require.NoError(t, err)
	require.Equal(t, packed, again)

	for _, bad := range []any{7, []int{2019, 2026}, []any{2026, 2019, []int{}}, []any{2024, 2024, []int{0}}, []any{2024, 2024, []int{367}},
		[]any{2024, 2024, []int{200, 200}}, []any{2024, 2024, []int{-1}}, []any{1, 2, []int{}}, []any{2024, 2024, nil}, []any{nil, 2024, []int{}}} {
		packed, err := msgpack.Marshal(bad)
		require.NoError(t, err)
		require.Error(t, msgpack.Unmarshal(packed, new(WorkingDays)), bad)
	}
}

func TestAddWorkingDaysCountsAsBetweenDoes(t *testing.T) {
	w := published(t)
	rapid.Check(t, func(t *rapid.T) {
		from := MustParse("2019-01-01") + Date(rapid.IntRange(0, 2921).Draw(t, "from"))
		n := rapid.IntRange(1, 400).Draw(t, "n")
		to, err := w.AddWorkingDays(from, n)
		if err != nil {
			return
		}
		works, err := w.IsWorkingDay(to)
		require.NoError(t, err)
		require.True(t, works)
		count, err := w.Between(from, to)
		require.NoError(t, err)
		require.Equal(t, n, count)
		if works, _ := w.IsWorkingDay(from); works {
			back, err := w.AddWorkingDays(to, -n)
			require.NoError(t, err)
			require.Equal(t, from, back)
		}
	})
}

func FuzzParseSpecialDays(f *testing.F) {
	f.Add("date,kind,name\n2024-10-01,off,国庆节\n")
	f.Add("date,kind,name\n\"")
	f.Fuzz(func(t *testing.T, table string) {
		rows, err := ParseSpecialDays(table)
		for _, row := range rows {
			if err == nil && !row.Date.Valid() {
				t.Fatal("an invalid date passed")
			}
		}
	})
}

func FuzzDecodeWorkingDays(f *testing.F) {
	packed, err := msgpack.Marshal(published(f))
	require.NoError(f, err)
	f.Add(packed)
	f.Add([]byte{0x93, 0, 0, 0xdd, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		var w WorkingDays
		if msgpack.Unmarshal(data, &w) != nil {
			return
		}
		for i, d := range w.exceptions {
			if !w.covers(d) || i > 0 && d <= w.exceptions[i-1] {
				t.Fatal("decoded a calendar that could not be built")
			}
		}
	})
}
