package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

const someClaim = `{"ratio_percent":"40","first_loan_points":"5","first_loan":true,"per_loan_cap":"1500000.00","stack_percent":"80",` +
	`"principal_outstanding":"1000000.00","recoveries":["150000.00"],"other_government":"0.00","bank_year_remaining":"5000000.00","pool_available":"20000000.00"}`

// quoteOf answers a document as qxl comp quote does: the exit code, and what
// --json prints.
func quoteOf(t *testing.T, text string) (int, string) {
	t.Helper()
	list, many, err := parseQuotes([]byte(text))
	var document any
	if err == nil && !many {
		document, err = quoted(list[0])
	}
	exit := exitDone
	if err != nil {
		p := frontdoor.Explain(err, explainers)
		exit, document = p.Exit, map[string]any{"error": p}
	} else if many {
		document = quotedList(list)
	}
	var out bytes.Buffer
	require.NoError(t, frontdoor.WriteJSON(&out, document))
	return exit, strings.TrimSpace(out.String())
}

// Each field, missing or null, and each way to write it wrong.
func TestQuoteNamesTheFieldAndWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ field, value, code string }{
		{"ratio_percent", `40`, "PERCENT_FORMAT"}, {"ratio_percent", `"-40"`, "PERCENT_SIGN"}, {"ratio_percent", `"+40"`, "PERCENT_SIGN"},
		{"ratio_percent", `"40.1234567"`, "PERCENT_DECIMALS"}, {"ratio_percent", `"40%"`, "PERCENT_FORMAT"}, {"ratio_percent", `""`, "PERCENT_EMPTY"},
		{"ratio_percent", `"100.000001"`, "PERCENT_RANGE"}, {"ratio_percent", `"1001"`, "PERCENT_RANGE"}, {"ratio_percent", `"99999999999999999999"`, "PERCENT_RANGE"},
		{"first_loan_points", `"1 0"`, "PERCENT_SEPARATOR"}, {"stack_percent", `"101"`, "PERCENT_RANGE"}, {"stack_percent", `["80"]`, "PERCENT_FORMAT"},
		{"first_loan", `"true"`, "YES_NO"}, {"first_loan", `1`, "YES_NO"},
		{"per_loan_cap", `1500000.00`, "AMOUNT_FORMAT"}, {"per_loan_cap", `"1,500,000.00"`, "AMOUNT_SEPARATOR"}, {"per_loan_cap", `"1500000.000"`, "AMOUNT_DECIMALS"},
		{"per_loan_cap", `"1.5e6"`, "AMOUNT_FORMAT"}, {"per_loan_cap", `"150万"`, "AMOUNT_FORMAT"}, {"per_loan_cap", `"10000000000000.01"`, "AMOUNT_TOO_LARGE"},
		{"principal_outstanding", `"-0.01"`, "AMOUNT_SIGN"}, {"principal_outstanding", `"５０"`, "AMOUNT_FORMAT"}, {"principal_outstanding", `true`, "AMOUNT_FORMAT"},
		{"recoveries", `"150000.00"`, "LIST_FORMAT"}, {"recoveries", `{}`, "LIST_FORMAT"},
		{"other_government", `""`, "AMOUNT_EMPTY"}, {"bank_year_remaining", `" 1"`, "AMOUNT_SEPARATOR"}, {"pool_available", `"-1.00"`, "AMOUNT_SIGN"},
	} {
		var fields map[string]json.RawMessage
		require.NoError(t, json.Unmarshal([]byte(someClaim), &fields))
		fields[c.field] = json.RawMessage(c.value)
		text, err := json.Marshal(fields)
		require.NoError(t, err)
		exit, out := quoteOf(t, string(text))
		require.Equal(t, exitUsage, exit, "%s %s", c.field, c.value)
		var answer struct{ Error map[string]string }
		require.NoError(t, json.Unmarshal([]byte(out), &answer))
		require.Equal(t, c.code, answer.Error["code"], "%s %s", c.field, c.value)
		require.Equal(t, c.field, answer.Error["field"])
		for _, part := range []string{"limit", "zh", "message", "hint"} {
			require.NotEmpty(t, answer.Error[part], "%s of %s %s", part, c.field, c.value)
		}
		require.NotContains(t, answer.Error["zh"]+answer.Error["message"], "利率")
	}
	for _, field := range claimFields {
		for _, spoil := range []func(map[string]json.RawMessage){
			func(m map[string]json.RawMessage) { delete(m, field) },
			func(m map[string]json.RawMessage) { m[field] = json.RawMessage("null") },
			func(m map[string]json.RawMessage) { m[strings.ToUpper(field)] = m[field]; delete(m, field) },
		} {
			var fields map[string]json.RawMessage
			require.NoError(t, json.Unmarshal([]byte(someClaim), &fields))
			spoil(fields)
			text, err := json.Marshal(fields)
			require.NoError(t, err)
			exit, out := quoteOf(t, string(text))
			require.Equal(t, exitUsage, exit, field)
			require.Regexp(t, `"code":"FIELD_(MISSING|UNKNOWN)","field":"(?i)`+field+`"`, out)
		}
	}
	for text, want := range map[string]string{
		`{"pool_available":"1"}`:                                                      `"code":"FIELD_MISSING","field":"ratio_percent"`,
		`{"entitlements":["1"]}`:                                                      `"code":"FIELD_MISSING","field":"pool_available"`,
		`{"entitlements":null,"pool_available":"1"}`:                                  `"code":"FIELD_MISSING","field":"entitlements"`,
		`{"entitlements":["1",null],"pool_available":"1"}`:                            `"code":"AMOUNT_FORMAT","field":"entitlements[1]"`,
		`{"entitlements":["1","0.001"],"pool_available":"1"}`:                         `"code":"AMOUNT_DECIMALS","field":"entitlements[1]"`,
		`{"entitlements":["1"],"pool_available":"1","pool_available":"2"}`:            `"code":"FIELD_TWICE","field":"pool_available"`,
		strings.Replace(someClaim, `"first_loan":true`, `"first_loan":true,"x":1`, 1): `"code":"FIELD_UNKNOWN","field":"x"`,
		``: `"code":"QUOTE_FILE"`, `null`: `"code":"QUOTE_FILE"`, `"x"`: `"code":"QUOTE_FILE"`, `{`: `"code":"QUOTE_FILE"`, someClaim + someClaim: `"code":"QUOTE_FILE"`, `[1]`: `"code":"QUOTE_FILE"`,
	} {
		exit, out := quoteOf(t, text)
		require.Contains(t, out, want)
		if !strings.HasPrefix(text, "[") {
			require.Equal(t, exitUsage, exit)
		}
	}
}

// The answer does not depend on the order of the fields, on white space or on
// zeros that say nothing.
func TestQuoteReadsWhatTheFieldsSay(t *testing.T) {
	_, want := quoteOf(t, someClaim)
	require.Equal(t, `{"net_loss":"850000.00","limbs":{"ratio":"382500.00","per_loan_cap":"1500000.00","bank_year":"5000000.00","pool":"20000000.00","stack":"680000.00"},"binding":"ratio","entitlement":"382500.00"}`, want)
	var fields map[string]any
	require.NoError(t, json.Unmarshal([]byte(someClaim), &fields))
	fields["ratio_percent"], fields["per_loan_cap"], fields["recoveries"] = "040.000000", "01500000", []string{"0", "150000.0"}
	other, err := json.MarshalIndent(fields, " ", "\t")
	require.NoError(t, err)
	_, got := quoteOf(t, string(other))
	require.Equal(t, want, got)
}

// The examples of docs/compensation.md give what stands there.
func TestQuoteOfTheDocument(t *testing.T) {
	raw, err := os.ReadFile("../../docs/compensation.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindAllStringSubmatch(string(raw), -1)
	require.Len(t, blocks, 4)
	for i := 0; i < len(blocks); i += 2 {
		exit, out := quoteOf(t, blocks[i][1])
		require.Equal(t, exitDone, exit)
		require.Equal(t, blocks[i+1][1], out)
	}
}

// Whatever a file holds, the program answers with one document and says done
// or wrong input; what it accepts is a sum within its bounds.
func FuzzCompQuote(f *testing.F) {
	for _, seed := range []string{someClaim, `{"pool_available":"3.33","entitlements":["5.00","3.00","2.00"]}`, "[" + someClaim + `,{"pool_available":"1","entitlements":[]}]`,
		`{"ratio_percent":1e400}`, `{"a":{"b":[1,{}]}}`, `{"pool_available":"1","entitlements":["1"],"\u0000":1}`, `[[]]`, `[null]`, `{`, ``, "\xef\xbb\xbf{}", `{"entitlements":"` + strings.Repeat("9", 400) + `"}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 8192 {
			return
		}
		exit, out := quoteOf(t, text)
		require.Contains(t, []int{exitDone, exitUsage}, exit, out)
		require.Equal(t, exit == exitUsage, strings.HasPrefix(out, `{"error":{"code":`), out)
		list, _, err := parseQuotes([]byte(text))
		if err != nil {
			return
		}
		for _, raw := range list {
			x, err := quoted(raw)
			if err != nil {
				require.Equal(t, exitUsage, frontdoor.Explain(err, explainers).Exit, err)
				continue
			}
			var text bytes.Buffer
			x.write(&text)
			require.NotEmpty(t, text.String())
			switch q := x.(type) {
			case *claimQuote:
				require.GreaterOrEqual(t, q.Entitlement, money.Fen(0))
				require.LessOrEqual(t, q.Entitlement, q.NetLoss)
			case *poolQuote:
				require.Len(t, q.Paid, len(q.entitlements))
			}
		}
	})
}
