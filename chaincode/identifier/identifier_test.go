package identifier

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

func codes(findings []Finding) (all []string) {
	for _, f := range findings {
		all = append(all, f.Code)
	}
	return all
}

func TestPublicUSCCsAreValidWithoutWarnings(t *testing.T) {
	for _, code := range []string{
		"9152000071430580XT", "91440300192181490G", "914403001922038216", "91440300708461136T", "91440300192317458F",
		"91100000100003962T", "91110000710926094P", "91110000710925462X", "91630000226593742J",
		// synthetic
		"91630100MA00QH013F", "91630200MA00QH021F", "92632701MA00QH03X5", "93632801MA00QH0487", "11630000000000019D",
	} {
		for _, written := range []string{code, strings.ToLower(code)} {
			c := CheckUSCC(written)
			require.True(t, c.Valid, "%s: %v", written, c.Errors)
			require.Equal(t, code, c.Value)
			require.Empty(t, c.Errors)
			require.Empty(t, c.Warnings, written)
			require.NoError(t, c.Err())
		}
	}
}

func TestUSCCErrors(t *testing.T) {
	for code, want := range map[string][]string{
		"91630000226593742K":    {"USCC_CHECK_CHARACTER"},
		"91630000226593742I":    {"USCC_ALPHABET"},
		"9163000022659374OJ":    {"USCC_ALPHABET"},
		"9163000022659374J":     {"USCC_LENGTH"},
		"":                      {"USCC_LENGTH"},
		"91630000226593742JJ":   {"USCC_LENGTH"},
		"9163000022659374 J":    {"USCC_ALPHABET"},
		" 91630000226593742J":   {"USCC_LENGTH", "USCC_ALPHABET"},
		"９１630000226593742J":    {"USCC_ALPHABET"}, // full width
		"9163000022659374\xff":  {"USCC_LENGTH", "USCC_ALPHABET"},
		"9163000022659374ſJ":    {"USCC_ALPHABET"}, // long s is not S
		"青海盐湖":                  {"USCC_LENGTH", "USCC_ALPHABET"},
		"91630000226593742\x00": {"USCC_ALPHABET"},
	} {
		c := CheckUSCC(code)
		require.False(t, c.Valid)
		require.Equal(t, want, codes(c.Errors), "%q", code)
		var e *invalid.Error
		require.ErrorAs(t, c.Err(), &e)
		require.Equal(t, want[0], e.Code)
	}
	require.Equal(t, []string{"USCC_LENGTH", "USCC_ALPHABET"}, codes(CheckUSCC(strings.Repeat("长", 1<<20)).Errors))
}

// complete gives a code its own check character.
func complete(first17 string) string { return first17 + string(USCCCheckCharacter(first17)) }

func TestUSCCWarnings(t *testing.T) {
	for first17, want := range map[string][]string{
		"99630000226593742": {"USCC_PREFIX"},
		"94630000226593742": {"USCC_PREFIX"},
		"B1630000226593742": {"USCC_PREFIX"},
		"91639900226593742": {"USCC_REGION"},
		"91632950226593742": nil,             // a park
		"91630122226593742": nil,             // 湟中县, historical
		"91632123226593742": nil,             // 乐都县, historical
		"91990000226593742": {"USCC_REGION"}, // no such province
		"91440399226593742": nil,             // another province's codes are not listed
		"9163A000226593742": {"USCC_REGION"},
		"91630000226593743": {"USCC_ORGANIZATION_CODE"},
		"B4999999226593743": {"USCC_PREFIX", "USCC_REGION", "USCC_ORGANIZATION_CODE"},
	} {
		c := CheckUSCC(complete(first17))
		require.True(t, c.Valid, first17)
		require.Equal(t, want, codes(c.Warnings), first17)
	}
	// A wrong check character does not hide the warnings.
	c := CheckUSCC("946399002265937430")
	require.Equal(t, []string{"USCC_CHECK_CHARACTER"}, codes(c.Errors))
	require.Equal(t, []string{"USCC_PREFIX", "USCC_REGION", "USCC_ORGANIZATION_CODE"}, codes(c.Warnings))
}

// Mod 31 with weights that are no multiple of 31 catches every change of one
// character.
func TestUSCCCatchesEverySingleChange(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.SampledFrom([]rune(usccAlphabet))
		code := complete(string(rapid.SliceOfN(letters, 17, 17).Draw(t, "first")))
		require.True(t, CheckUSCC(code).Valid)
		i := rapid.IntRange(0, 17).Draw(t, "position")
		other := letters.Filter(func(r rune) bool { return byte(r) != code[i] }).Draw(t, "other")
		require.False(t, CheckUSCC(code[:i]+string(other)+code[i+1:]).Valid)
	})
}

func TestResidentID(t *testing.T) {
	for _, code := range []string{"11010519491231002X", "11010519491231002x", "440524188001010014"} {
		require.True(t, CheckResidentID(code).Valid, code)
	}
	dated := func(date string) string {
		first := "630105" + date + "123"
		return first + string(ResidentIDCheckCharacter(first))
	}
	for _, date := range []string{"20240229", "18000101", "19491231"} {
		require.True(t, CheckResidentID(dated(date)).Valid, date)
	}
	for code, want := range map[string][]string{
		dated("20230229"):      {"RESIDENT_ID_DATE"},
		dated("17991231"):      {"RESIDENT_ID_DATE"},
		dated("20241301"):      {"RESIDENT_ID_DATE"},
		dated("20240100"):      {"RESIDENT_ID_DATE"},
		dated("19000229"):      {"RESIDENT_ID_DATE"},
		"110105194912310021":   {"RESIDENT_ID_CHECK_CHARACTER"},
		"110105194913310022":   {"RESIDENT_ID_DATE", "RESIDENT_ID_CHECK_CHARACTER"},
		"":                     {"RESIDENT_ID_LENGTH"},
		"11010519491231002":    {"RESIDENT_ID_LENGTH"},
		"1101051949123100X2":   {"RESIDENT_ID_CHARACTER"},
		"11010519491231002A":   {"RESIDENT_ID_CHARACTER"},
		"１10105194912310021":   {"RESIDENT_ID_CHARACTER"},
		"110105-1949-12310021": {"RESIDENT_ID_LENGTH", "RESIDENT_ID_CHARACTER"},
	} {
		c := CheckResidentID(code)
		require.False(t, c.Valid, code)
		require.Equal(t, want, codes(c.Errors), code)
	}
	require.Equal(t, "630105********123X", MaskResidentID("63010519491231123X"))
	require.Equal(t, strings.Repeat("*", 18), MaskResidentID("secret"))
}

func TestInstitution(t *testing.T) {
	for _, code := range []string{"C1010211000012", "C1010311000014", "C1010411000013", "C1010511003703", "C1030131001288", "C1030844001362", "C1030935001347",
		"C1040311005293", "G4001011000013", "c1010211000012"} {
		c := CheckInstitution(code)
		require.True(t, c.Valid, code)
		require.Equal(t, strings.ToUpper(code), c.Value)
	}
	for code, want := range map[string][]string{
		"": {"INSTITUTION_LENGTH"}, "C101021100001": {"INSTITUTION_LENGTH"}, "C10102110000123": {"INSTITUTION_LENGTH"},
		"11010211000012": {"INSTITUTION_CHARACTER"}, "C101021100001A": {"INSTITUTION_CHARACTER"}, "ſ1010211000012": {"INSTITUTION_CHARACTER"},
		"C1010211000012\n": {"INSTITUTION_LENGTH", "INSTITUTION_CHARACTER"}, "C١٢٣": {"INSTITUTION_LENGTH", "INSTITUTION_CHARACTER"},
	} {
		require.Equal(t, want, codes(CheckInstitution(code).Errors), "%q", code)
	}
}

func TestCheckJSON(t *testing.T) {
	text, err := json.Marshal(CheckUSCC("91630000226593742j"))
	require.NoError(t, err)
	require.Equal(t, `{"kind":"uscc","value":"91630000226593742J","valid":true,"errors":[],"warnings":[]}`, string(text))
	text, err = json.Marshal(CheckInstitution(""))
	require.NoError(t, err)
	require.Equal(t, `{"kind":"institution","value":"","valid":false,"errors":[{"code":"INSTITUTION_LENGTH","message":"代码为空，应为 14 位 the code is empty, it has 14 characters"}],"warnings":[]}`, string(text))
	for _, kind := range []Kind{USCC, ResidentID, Institution} {
		c, ok := Code(kind, "")
		require.True(t, ok)
		require.Equal(t, kind, c.Kind)
		require.False(t, c.Valid)
	}
	_, ok := Code("lei", "")
	require.False(t, ok)
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"91630000226593742J", "11010519491231002X", "C1010211000012", "", "\xff\xfe", "ſ", "９１63"} {
		f.Add(seed)
	}
	institution := regexp.MustCompile(`^[A-Z][0-9]{13}$`)
	f.Fuzz(func(t *testing.T, code string) {
		for _, kind := range []Kind{USCC, ResidentID, Institution} {
			c, _ := Code(kind, code)
			if c.Valid != (len(c.Errors) == 0) || c.Valid != (c.Err() == nil) {
				t.Fatalf("%s %q: %+v", kind, code, c)
			}
			if again, _ := Code(kind, c.Value); again.Valid != c.Valid {
				t.Fatalf("%s %q: upper-casing changed the answer", kind, code)
			}
			if kind == Institution && c.Valid != institution.MatchString(c.Value) {
				t.Fatalf("%q: %v", code, c.Valid)
			}
		}
	})
}
