package identifier

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func errorCode(t *testing.T, err error) string {
	t.Helper()
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Zh)
	require.NotEmpty(t, e.Hint)
	return e.Code
}

func TestRegionTable(t *testing.T) {
	require.Len(t, Counties(2023), 45)
	previous := ""
	for _, r := range Regions() {
		require.Regexp(t, `^63[0-9]{4}$`, r.Code)
		require.Greater(t, r.Code, previous)
		require.Equal(t, r.Until != 0, r.Successor != "", r.Code)
		if r.Successor != "" {
			next, err := ParseRegion(r.Successor)
			require.NoError(t, err)
			require.True(t, next.In(r.Until+1), "%s is followed without a gap", r.Code)
		}
		if r.Level() == County {
			_, err := ParseRegion(r.Prefecture())
			require.NoError(t, err, r.Code)
		}
		previous = r.Code
	}
	for year := 1990; year <= 2030; year++ {
		names := map[string]bool{}
		for _, r := range Counties(year) {
			require.False(t, names[r.Name], "%d has two %s", year, r.Name)
			names[r.Name] = true
		}
	}
}

// Trap 11: codes of the past are known as such.
func TestHistoricalRegion(t *testing.T) {
	r, err := ParseRegion("630122")
	require.NoError(t, err)
	require.Equal(t, "湟中县", r.Name)
	require.True(t, r.In(2015))
	require.False(t, r.In(2024))
	_, err = ParseRegionIn("630122", 2024)
	require.Equal(t, "REGION_NOT_CURRENT", errorCode(t, err))
	require.ErrorContains(t, err, "use 630106")
	_, err = ParseRegionIn("632124", 2024) // 湟中县 under 海东地区: two steps
	require.ErrorContains(t, err, "use 630106")
	_, err = ParseRegionIn("630106", 2010)
	require.ErrorContains(t, err, "use the code of that year")
	r, err = ParseRegionIn("632701", 2024)
	require.NoError(t, err)
	require.Equal(t, "632700", r.Prefecture())
	require.Equal(t, County, r.Level())
	for _, bad := range []string{"", "63", "639999", "110000", "63010５", "6301022"} {
		_, err := ParseRegion(bad)
		require.Equal(t, "REGION_UNKNOWN", errorCode(t, err), bad)
	}
	require.Equal(t, Province, Regions()[0].Level())
	require.Equal(t, Prefecture, Regions()[1].Level())
}

func TestIndustry(t *testing.T) {
	for text, want := range map[string]string{"0313": "A0313", "a0313": "A0313", "A03": "A03", "C1351": "C1351", "701": "K701", "T9700": "T9700"} {
		got, err := ParseIndustry(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got.String())
		require.NotEmpty(t, SectionName(got.Section))
	}
	for text, want := range map[string]string{
		"": "INDUSTRY_FORMAT", "A": "INDUSTRY_FORMAT", "A3": "INDUSTRY_FORMAT", "03133": "INDUSTRY_FORMAT", "农业": "INDUSTRY_FORMAT", "A03 1": "INDUSTRY_FORMAT",
		"0011": "INDUSTRY_UNKNOWN", "98": "INDUSTRY_UNKNOWN", "A98": "INDUSTRY_UNKNOWN",
		"B0313": "INDUSTRY_SECTION", "U0313": "INDUSTRY_SECTION",
	} {
		_, err := ParseIndustry(text)
		require.Equal(t, want, errorCode(t, err), text)
	}
	// Sections follow each other without gap or overlap.
	next := 1
	for i, s := range sections {
		require.Equal(t, byte('A'+i), s.letter)
		require.Equal(t, next, s.first)
		next = s.last + 1
	}
	require.Equal(t, 98, next)
	require.Empty(t, SectionName('U'))
	require.Empty(t, Industry{}.String())
}

func size(t require.TestingT, industry string, x int, y, z int64) Size {
	parsed, err := ParseIndustry(industry)
	require.NoError(t, err)
	got, err := SizeOf(parsed, Figures{x, money.Fen(y) * tenThousandYuan, money.Fen(z) * tenThousandYuan})
	require.NoError(t, err)
	return got
}

// Trap 7: one figure below the bound is enough for the class below.
func TestSizeTrap(t *testing.T) {
	require.Equal(t, Micro, size(t, "F52", 9, 150, 0))
	require.Equal(t, Small, size(t, "F52", 50, 400, 0))
	require.Equal(t, Medium, size(t, "F52", 50, 500, 0))
}

// The rule's table once more, row by row, at each bound and one below it.
func TestSizeTable(t *testing.T) {
	for _, row := range []struct {
		industries           []string
		large, medium, small [3]int64 // X, Y, Z; zero is no bound
	}{
		{[]string{"A01", "A0313", "A0541"}, [3]int64{0, 20000, 0}, [3]int64{0, 500, 0}, [3]int64{0, 50, 0}},
		{[]string{"B06", "C13", "C43", "D44", "D46"}, [3]int64{1000, 40000, 0}, [3]int64{300, 2000, 0}, [3]int64{20, 300, 0}},
		{[]string{"E47", "E50"}, [3]int64{0, 80000, 80000}, [3]int64{0, 6000, 5000}, [3]int64{0, 300, 300}},
		{[]string{"F51"}, [3]int64{200, 40000, 0}, [3]int64{20, 5000, 0}, [3]int64{5, 1000, 0}},
		{[]string{"F52"}, [3]int64{300, 20000, 0}, [3]int64{50, 500, 0}, [3]int64{10, 100, 0}},
		{[]string{"G54", "G55", "G56", "G57", "G58", "G591"}, [3]int64{1000, 30000, 0}, [3]int64{300, 3000, 0}, [3]int64{20, 200, 0}},
		{[]string{"G592", "G5990"}, [3]int64{200, 30000, 0}, [3]int64{100, 1000, 0}, [3]int64{20, 100, 0}},
		{[]string{"G60"}, [3]int64{1000, 30000, 0}, [3]int64{300, 2000, 0}, [3]int64{20, 100, 0}},
		{[]string{"H61", "H62"}, [3]int64{300, 10000, 0}, [3]int64{100, 2000, 0}, [3]int64{10, 100, 0}},
		{[]string{"I63", "I64"}, [3]int64{2000, 100000, 0}, [3]int64{100, 1000, 0}, [3]int64{10, 100, 0}},
		{[]string{"I65"}, [3]int64{300, 10000, 0}, [3]int64{100, 1000, 0}, [3]int64{10, 50, 0}},
		{[]string{"K701", "K7010"}, [3]int64{0, 200000, 10000}, [3]int64{0, 1000, 5000}, [3]int64{0, 100, 2000}},
		{[]string{"K702", "K7020"}, [3]int64{1000, 5000, 0}, [3]int64{300, 1000, 0}, [3]int64{100, 500, 0}},
		{[]string{"L71", "L72"}, [3]int64{300, 0, 120000}, [3]int64{100, 0, 8000}, [3]int64{10, 0, 100}},
		{[]string{"G53", "K703", "K709", "M73", "N76", "O80", "P83", "Q84", "Q85", "R86"}, [3]int64{300, 0, 0}, [3]int64{100, 0, 0}, [3]int64{10, 0, 0}},
	} {
		for _, industry := range row.industries {
			for i, bounds := range [][3]int64{row.large, row.medium, row.small} {
				reached := Large + Size(i)
				require.Equal(t, reached, size(t, industry, int(bounds[0]), bounds[1], bounds[2]), industry)
				for axis, bound := range bounds {
					if bound == 0 {
						continue
					}
					below := bounds
					below[axis]--
					require.Greater(t, size(t, industry, int(below[0]), below[1], below[2]), reached, "%s %v", industry, below)
				}
			}
		}
	}
	require.Equal(t, 1, int(Large), "the statistics count from large")
	require.Equal(t, 4, int(Micro))
}

func TestSizeIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sections[rapid.IntRange(0, len(sections)-1).Draw(t, "section")]
		division := rapid.IntRange(s.first, s.last).Draw(t, "division")
		industry := Industry{s.letter, string(rune('0'+division/10)) + string(rune('0'+division%10)) + "1"}
		figures := func(label string) Figures {
			return Figures{rapid.IntRange(0, 3000).Draw(t, label+"x"),
				money.Fen(rapid.Int64Range(0, 300000).Draw(t, label+"y")) * tenThousandYuan, money.Fen(rapid.Int64Range(0, 200000).Draw(t, label+"z")) * tenThousandYuan}
		}
		less, add := figures(""), figures("+")
		before, err := SizeOf(industry, less)
		if err != nil {
			require.Contains(t, "JST", string(s.letter))
			return
		}
		after, err := SizeOf(industry, Figures{less.Employees + add.Employees, less.Revenue + add.Revenue, less.Assets + add.Assets})
		require.NoError(t, err)
		require.LessOrEqual(t, after, before, "growing never makes smaller")
	})
}

func TestSizeRefusals(t *testing.T) {
	for text, want := range map[string]string{"J66": "SIZE_NOT_DEFINED", "S91": "SIZE_NOT_DEFINED", "T97": "SIZE_NOT_DEFINED", "G59": "INDUSTRY_TOO_COARSE", "K70": "INDUSTRY_TOO_COARSE"} {
		industry, err := ParseIndustry(text)
		require.NoError(t, err)
		_, err = SizeOf(industry, Figures{})
		require.Equal(t, want, errorCode(t, err), text)
	}
	_, err := SizeOf(Industry{}, Figures{})
	require.Equal(t, "SIZE_NOT_DEFINED", errorCode(t, err))
	for _, f := range []Figures{{Employees: -1}, {Revenue: -1}, {Assets: -1}} {
		_, err = SizeOf(Industry{'A', "01"}, f)
		require.Equal(t, "SIZE_FIGURES", errorCode(t, err))
	}
}

func TestSizeText(t *testing.T) {
	for s := Large; s <= Micro; s++ {
		for _, text := range []string{s.String(), s.Zh()} {
			got, err := ParseSize(text)
			require.NoError(t, err)
			require.Equal(t, s, got)
		}
		text, err := json.Marshal(s)
		require.NoError(t, err)
		var back Size
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, s, back)
		packed, err := msgpack.Marshal(s)
		require.NoError(t, err)
		require.Len(t, packed, 1)
		require.NoError(t, msgpack.Unmarshal(packed, &back))
		require.Equal(t, s, back)
	}
	_, err := ParseSize("tiny")
	require.Equal(t, "SIZE_UNKNOWN", errorCode(t, err))
	require.Error(t, msgpack.Unmarshal([]byte{5}, new(Size)))
	var none Size
	require.NoError(t, json.Unmarshal([]byte(`""`), &none))
	require.Empty(t, none.String()+none.Zh())
}

func FuzzParseIndustry(f *testing.F) {
	for _, seed := range []string{"A0313", "0313", "", "T97", "Z99", "\xff01"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := ParseIndustry(text)
		if err != nil {
			return
		}
		if again, err := ParseIndustry(got.String()); err != nil || again != got {
			t.Fatalf("%q: %v does not read back", text, got)
		}
		_, _ = SizeOf(got, Figures{})
	})
}

func FuzzParseRegion(f *testing.F) {
	f.Add("630122", 2024)
	f.Add("", 0)
	f.Fuzz(func(t *testing.T, code string, year int) {
		if r, err := ParseRegionIn(code, year); err == nil && !r.In(year) {
			t.Fatal("a code of another year passed")
		}
	})
}
