package money

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

func code(t *testing.T, err error) string {
	t.Helper()
	var e *invalid.Error
	require.ErrorAs(t, err, &e)
	require.NotEmpty(t, e.Zh)
	require.NotEmpty(t, e.En)
	require.NotEmpty(t, e.Hint)
	return e.Code
}

func TestParseFen(t *testing.T) {
	for text, want := range map[string]Fen{
		"0": 0, "0.0": 0, "0.01": 1, "0.1": 10, "5000": 500000, "5000.00": 500000, "007.5": 750,
		"9999999999999.99": Max - 1, "10000000000000.00": Max, "10000000000000": Max,
	} {
		got, err := ParseFen(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"": "AMOUNT_EMPTY", "1.234": "AMOUNT_DECIMALS", "1.000": "AMOUNT_DECIMALS",
		"1,000.00": "AMOUNT_SEPARATOR", "1 000": "AMOUNT_SEPARATOR", "1_000": "AMOUNT_SEPARATOR", "1'000": "AMOUNT_SEPARATOR", " 1": "AMOUNT_SEPARATOR",
		"-1": "AMOUNT_SIGN", "+1": "AMOUNT_SIGN", "-0": "AMOUNT_SIGN", "-": "AMOUNT_SIGN",
		"10000000000000.01": "AMOUNT_TOO_LARGE", "10000000000001": "AMOUNT_TOO_LARGE", "99999999999999999999": "AMOUNT_TOO_LARGE",
		"184467440737095516.16": "AMOUNT_TOO_LARGE",
		".5":                    "AMOUNT_FORMAT", "5.": "AMOUNT_FORMAT", ".": "AMOUNT_FORMAT", "1.2.3": "AMOUNT_FORMAT", "1e3": "AMOUNT_FORMAT", "0x10": "AMOUNT_FORMAT",
		"NaN": "AMOUNT_FORMAT", "五千": "AMOUNT_FORMAT", "５０００": "AMOUNT_FORMAT", "¥5": "AMOUNT_FORMAT", "5\x00": "AMOUNT_FORMAT",
	} {
		_, err := ParseFen(text)
		require.Equal(t, want, code(t, err), text)
	}
	_, err := ParseFen(strings.Repeat("9", 1<<20))
	require.Equal(t, "AMOUNT_TOO_LARGE", code(t, err))
	require.Less(t, len(err.Error()), 300)
	_, err = ParseFen("12.345")
	require.EqualError(t, err, "the amount has too many decimals (value 12.345, limit 2 decimals); write it like 5000.00")

	got, err := ParseSignedFen("-12.30")
	require.NoError(t, err)
	require.Equal(t, Fen(-1230), got)
	_, err = ParseSignedFen("--1")
	require.Equal(t, "AMOUNT_FORMAT", code(t, err))
	_, err = ParseSignedFen("+1")
	require.Equal(t, "AMOUNT_SIGN", code(t, err))
}

func TestFenText(t *testing.T) {
	for f, want := range map[Fen][2]string{
		0: {"0.00", "0.00"}, 5: {"0.05", "0.05"}, -5: {"-0.05", "-0.05"}, 12345: {"123.45", "123.45"},
		123456789: {"1234567.89", "1,234,567.89"}, -100000: {"-1000.00", "-1,000.00"}, 99999: {"999.99", "999.99"},
		Max:           {"10000000000000.00", "10,000,000,000,000.00"},
		math.MinInt64: {"-92233720368547758.08", "-92,233,720,368,547,758.08"},
	} {
		require.Equal(t, want, [2]string{f.String(), f.Display()})
	}
}

func TestParseRate(t *testing.T) {
	for text, want := range map[string]Rate{"9.4822": 94822000, "0": 0, "3.85": 38500000, "100": One, "0.000001": 10, "1000": MaxRate, "12.345678": 123456780} {
		got, err := ParseRate(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for text, want := range map[string]string{
		"": "RATE_EMPTY", "1.2345678": "RATE_DECIMALS", "-1": "RATE_SIGN", "3.85%": "RATE_FORMAT", "3,85": "RATE_SEPARATOR",
		"1000.000001": "RATE_TOO_LARGE", "1e1": "RATE_FORMAT", "three": "RATE_FORMAT",
	} {
		_, err := ParseRate(text)
		require.Equal(t, want, code(t, err), text)
	}
	margin, err := ParseSignedRate("-0.89")
	require.NoError(t, err)
	require.Equal(t, -89*BasisPoint, margin)
	for r, want := range map[Rate]string{0: "0", 94822000: "9.4822", 1: "0.0000001", -8900000: "-0.89", One: "100", 38500000: "3.85", 100000000: "10"} {
		require.Equal(t, want, r.String())
	}
}

func TestAddAndSubNeverWrap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		wide := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 3), rapid.Int64Range(math.MaxInt64-3, math.MaxInt64), rapid.Int64Range(math.MinInt64, math.MinInt64+3))
		a, b := Fen(wide.Draw(t, "a")), Fen(wide.Draw(t, "b"))
		sum, err := a.Add(b)
		exact := new(wideInt).add(int64(a), int64(b))
		require.Equal(t, exact.IsInt64(), err == nil)
		if err == nil {
			require.Equal(t, exact.Int64(), int64(sum))
		}
		difference, err := a.Sub(b)
		exact = new(wideInt).sub(int64(a), int64(b))
		require.Equal(t, exact.IsInt64(), err == nil)
		if err == nil {
			require.Equal(t, exact.Int64(), int64(difference))
		}
	})
	_, err := Sum(math.MaxInt64, 1)
	require.Equal(t, "AMOUNT_OVERFLOW", code(t, err))
	total, err := Sum(1, 2, 3)
	require.NoError(t, err)
	require.Equal(t, Fen(6), total)
}

func TestTextRoundTrips(t *testing.T) {
	type record struct {
		Amount Fen      `json:"amount" msgpack:"a,omitempty"`
		Rate   Rate     `json:"rate" msgpack:"r,omitempty"`
		Mode   Rounding `json:"mode" msgpack:"m,omitempty"`
	}
	rapid.Check(t, func(t *rapid.T) {
		in := record{
			Fen(rapid.Int64Range(-int64(Max), int64(Max)).Draw(t, "fen")),
			Rate(10 * rapid.Int64Range(-int64(MaxRate/10), int64(MaxRate/10)).Draw(t, "rate")),
			Rounding(rapid.IntRange(0, 1).Draw(t, "mode"))}
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
	text, err := json.Marshal(record{500000, 94822000, HalfEven})
	require.NoError(t, err)
	require.Equal(t, `{"amount":"5000.00","rate":"9.4822","mode":"half-even"}`, string(text))
	for _, bad := range []string{`{"amount":5000}`, `{"amount":null}`, `{"amount":"5,000"}`, `{"rate":3.85}`, `{"rate":"3.85%"}`, `{"mode":"up"}`, `{"mode":1}`} {
		require.Error(t, json.Unmarshal([]byte(bad), new(record)), bad)
	}
}

func TestMsgpackIsTheShortestInteger(t *testing.T) {
	for f, want := range map[Fen]int{0: 1, 127: 1, 500000: 5, Max: 9, -1: 1} {
		packed, err := msgpack.Marshal(f)
		require.NoError(t, err)
		require.Len(t, packed, want, f.String())
	}
	for _, bad := range []any{1.5, "5", uint64(math.MaxUint64), []int{1}, true} {
		packed, err := msgpack.Marshal(bad)
		require.NoError(t, err)
		require.Error(t, msgpack.Unmarshal(packed, new(Fen)), bad)
		require.Error(t, msgpack.Unmarshal(packed, new(Rate)), bad)
		require.Error(t, msgpack.Unmarshal(packed, new(Rounding)), bad)
	}
	packed, err := msgpack.Marshal(2)
	require.NoError(t, err)
	require.Error(t, msgpack.Unmarshal(packed, new(Rounding)))
	packed, err = msgpack.Marshal(uint64(math.MaxInt64))
	require.NoError(t, err)
	var f Fen
	require.NoError(t, msgpack.Unmarshal(packed, &f))
	require.Equal(t, Fen(math.MaxInt64), f)
}

func FuzzParseFen(f *testing.F) {
	for _, seed := range []string{"5000.00", "-1", "1.234", "", "1,000", "99999999999999999999", "٣"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := ParseFen(text); err == nil {
			if got < 0 || got > Max {
				t.Fatalf("%q is %d", text, got)
			}
			if again, err := ParseFen(got.String()); err != nil || again != got {
				t.Fatalf("%q: %v does not read back: %v", text, got, err)
			}
		}
		if got, err := ParseSignedFen(text); err == nil && (got < -Max || got > Max) {
			t.Fatalf("%q is %d", text, got)
		}
	})
}

func FuzzParseRate(f *testing.F) {
	for _, seed := range []string{"9.4822", "-1", "0.0000001", "", "1000"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if got, err := ParseRate(text); err == nil {
			if got < 0 || got > MaxRate || got%10 != 0 {
				t.Fatalf("%q is %d", text, got)
			}
			if again, err := ParseRate(got.String()); err != nil || again != got {
				t.Fatalf("%q: %v does not read back: %v", text, got, err)
			}
		}
	})
}

func TestWhatTheProgramStatesIsRight(t *testing.T) {
	require.Equal(t, 5*Yuan, MustFen("5.00"))
	require.Equal(t, 3*Percent, MustRate("3"))
	require.Panics(t, func() { MustFen("-5.00") })
	require.Panics(t, func() { MustRate("three") })
}
