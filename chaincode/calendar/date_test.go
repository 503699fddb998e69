package calendar

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

func anyDate() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date { return Date(rapid.Int32Range(int32(First), int32(Last)).Draw(t, "date")) })
}

func code(t *testing.T, err error) string {
	t.Helper()
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Zh)
	require.NotEmpty(t, e.En)
	return e.Code
}

// Every day of the three centuries, against the standard library.
func TestEveryDayAgreesWithTheStandardLibrary(t *testing.T) {
	day := time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := First; d <= Last; d++ {
		year, month, dom := d.Civil()
		if year != day.Year() || month != int(day.Month()) || dom != day.Day() || d.String() != day.Format(time.DateOnly) ||
			d.Weekday()%7 != int(day.Weekday()) || civil(year, month, dom) != d {
			t.Fatalf("%d is %v, want %v", d, d, day)
		}
		day = day.AddDate(0, 0, 1)
	}
	require.Equal(t, "2201-01-01", day.Format(time.DateOnly))
}

func TestParseDate(t *testing.T) {
	for text, want := range map[string]string{
		"2023-02-29": "DATE_NOT_EXISTING", "2024-04-31": "DATE_NOT_EXISTING", "2024-00-01": "DATE_NOT_EXISTING",
		"2024-13-01": "DATE_NOT_EXISTING", "2024-01-00": "DATE_NOT_EXISTING", "1900-02-29": "DATE_NOT_EXISTING",
		"1899-12-31": "DATE_OUT_OF_RANGE", "2201-01-01": "DATE_OUT_OF_RANGE", "": "DATE_EMPTY",
		"2024-1-01": "DATE_FORMAT", "20240101": "DATE_FORMAT", "2024/01/01": "DATE_FORMAT", "2024-01-01 ": "DATE_FORMAT",
		" 2024-01-1": "DATE_FORMAT", "+024-01-01": "DATE_FORMAT", "2024-01-01T00": "DATE_FORMAT", "２０２４-01": "DATE_FORMAT", "2024年1月": "DATE_FORMAT",
	} {
		_, err := ParseDate(text)
		require.Equal(t, want, code(t, err), text)
	}
	require.Equal(t, First, MustParse("1900-01-01"))
	require.Equal(t, Last, MustParse("2200-12-31"))
	require.Equal(t, "2024-02-29", MustParse("2024-02-29").String())
	require.Panics(t, func() { MustParse("2023-02-29") })
}

func TestBeijingDateTurnsAtSixteenHoursUniversalTime(t *testing.T) {
	at := func(text string) int64 {
		instant, err := time.Parse(time.RFC3339, text)
		require.NoError(t, err)
		return instant.Unix()
	}
	for text, want := range map[string]string{
		"2024-12-31T15:59:59Z": "2024-12-31", "2024-12-31T16:00:00Z": "2025-01-01",
		"1969-12-31T15:59:59Z": "1969-12-31", "1970-01-01T00:00:00Z": "1970-01-01",
		"1899-12-31T16:00:00Z": "1900-01-01", "2200-12-31T15:59:59Z": "2200-12-31",
	} {
		d, err := BeijingDate(at(text))
		require.NoError(t, err)
		require.Equal(t, want, d.String(), text)
	}
	for _, seconds := range []int64{at("1899-12-31T15:59:59Z"), at("2200-12-31T16:00:00Z"), 1<<63 - 1, -1 << 63} {
		_, err := BeijingDate(seconds)
		require.Equal(t, "DATE_OUT_OF_RANGE", code(t, err))
	}
}

func TestAddMonths(t *testing.T) {
	for _, c := range []struct {
		from        string
		n           int
		clamp, roll string
	}{
		{"2024-01-31", 1, "2024-02-29", "2024-03-01"},
		{"2023-01-29", 1, "2023-02-28", "2023-03-01"},
		{"2023-01-31", 2, "2023-03-31", "2023-03-31"},
		{"2023-01-31", 3, "2023-04-30", "2023-05-01"},
		{"2024-02-29", 12, "2025-02-28", "2025-03-01"},
		{"2024-02-29", 48, "2028-02-29", "2028-02-29"},
		{"2024-03-31", -1, "2024-02-29", "2024-03-01"},
		{"2024-01-15", -13, "2022-12-15", "2022-12-15"},
		{"2024-01-15", 0, "2024-01-15", "2024-01-15"},
	} {
		d, err := MustParse(c.from).AddMonths(c.n, Clamp)
		require.NoError(t, err)
		require.Equal(t, c.clamp, d.String())
		d, err = MustParse(c.from).AddMonths(c.n, Roll)
		require.NoError(t, err)
		require.Equal(t, c.roll, d.String())
	}
	for _, n := range []int{12 * 177, 1 << 40, -1 << 40, -1489} {
		_, err := MustParse("2024-01-31").AddMonths(n, Clamp)
		require.Equal(t, "DATE_OUT_OF_RANGE", code(t, err), n)
	}
	_, err := Date(0).AddMonths(1, Clamp)
	require.Equal(t, "DATE_OUT_OF_RANGE", code(t, err))
}

func TestAddMonthsNeverSkipsAMonth(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := anyDate().Draw(t, "from")
		n := rapid.IntRange(-2400, 2400).Draw(t, "n")
		y, m, day := from.Civil()
		clamped, err := from.AddMonths(n, Clamp)
		if err != nil {
			return
		}
		cy, cm, cday := clamped.Civil()
		require.Equal(t, y*12+m+n, cy*12+cm, "clamp stays in the month")
		require.Equal(t, min(day, DaysIn(cy, cm)), cday)
		rolled, err := from.AddMonths(n, Roll)
		require.NoError(t, err)
		if cday == day {
			require.Equal(t, clamped, rolled)
		} else {
			require.Equal(t, clamped+1, rolled)
		}
	})
}

func TestAddDays(t *testing.T) {
	d, err := MustParse("2024-02-28").AddDays(2)
	require.NoError(t, err)
	require.Equal(t, "2024-03-01", d.String())
	require.Equal(t, 91, MustParse("2024-01-01").DaysUntil(MustParse("2024-04-01")))
	for _, n := range []int{1, 1 << 50, -1 << 50} {
		_, err := Last.AddDays(n)
		require.Equal(t, "DATE_OUT_OF_RANGE", code(t, err))
	}
}

func TestEncodings(t *testing.T) {
	type record struct {
		Date  Date     `json:"date" msgpack:"d,omitempty"`
		End   MonthEnd `json:"end" msgpack:"e,omitempty"`
		Count DayCount `json:"count" msgpack:"c,omitempty"`
	}
	rapid.Check(t, func(t *rapid.T) {
		in := record{Date(rapid.Int32Range(0, int32(Last)).Draw(t, "d")), MonthEnd(rapid.IntRange(0, 1).Draw(t, "e")), DayCount(rapid.IntRange(0, 4).Draw(t, "c"))}
		var viaJSON, viaMsgpack record
		text, err := json.Marshal(in)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(text, &viaJSON))
		require.Equal(t, in, viaJSON)
		packed, err := msgpack.Marshal(in)
		require.NoError(t, err)
		require.NoError(t, msgpack.Unmarshal(packed, &viaMsgpack))
		require.Equal(t, in, viaMsgpack)
	})
	text, err := json.Marshal(record{MustParse("2024-01-31"), Roll, ActualActual})
	require.NoError(t, err)
	require.JSONEq(t, `{"date":"2024-01-31","end":"roll","count":"ACT/ACT"}`, string(text))
	packed, err := msgpack.Marshal(MustParse("2024-01-31"))
	require.NoError(t, err)
	require.Len(t, packed, 3)
	packed, err = msgpack.Marshal(record{})
	require.NoError(t, err)
	require.Len(t, packed, 1, "zero values are omitted")

	for _, bad := range []string{`{"date":20240131}`, `{"date":null}`, `{"date":"2023-02-29"}`, `{"end":"down"}`, `{"count":"ACT/364"}`} {
		require.Error(t, json.Unmarshal([]byte(bad), new(record)), bad)
	}
	for _, bad := range []any{int64(Last) + 1, -1, "2024-01-31", 1.5} {
		packed, err := msgpack.Marshal(bad)
		require.NoError(t, err)
		require.Error(t, msgpack.Unmarshal(packed, new(Date)), bad)
	}
	packed, err = msgpack.Marshal(9)
	require.NoError(t, err)
	require.Error(t, msgpack.Unmarshal(packed, new(MonthEnd)))
	require.Error(t, msgpack.Unmarshal(packed, new(DayCount)))
}

func FuzzParseDate(f *testing.F) {
	for _, seed := range []string{"2024-01-31", "2023-02-29", "", "2024-1-1", "9999-99-99", "二〇二四"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseDate(text)
		standard, standardErr := time.Parse(time.DateOnly, text)
		if err == nil && (!d.Valid() || d.String() != text || standardErr != nil) {
			t.Fatalf("%q parsed as %v", text, d)
		}
		if err != nil && standardErr == nil && standard.Year() >= firstYear && standard.Year() <= lastYear {
			t.Fatalf("%q refused: %v", text, err)
		}
	})
}
