package actusfile

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const plain = `{"contractType":"LAM","contractID":"x","contractRole":"RPA","currency":"CNY","statusDate":"2019-12-31T00:00:00","contractDealDate":"2019-12-31T00:00:00",
"initialExchangeDate":"2020-01-01T00:00:00","maturityDate":"2020-12-01T00:00:00","notionalPrincipal":" 1000","nominalInterestRate":0.06,"dayCountConvention":"A365",
"cycleAnchorDateOfPrincipalRedemption":"2020-02-01T00:00:00","cycleOfPrincipalRedemption":"P1ML1","nextPrincipalRedemptionPayment":"50",
"cycleAnchorDateOfInterestPayment":"2020-02-01T00:00:00","cycleOfInterestPayment":"P1ML1"}`

// changed is the plain contract with terms set, or removed by null.
func changed(t *testing.T, changes string) Answer {
	terms := map[string]json.RawMessage{}
	require.NoError(t, json.Unmarshal([]byte(plain), &terms))
	require.NoError(t, json.Unmarshal([]byte("{"+changes+"}"), &terms))
	raw, err := json.Marshal(map[string]any{"c": map[string]any{"terms": terms, "to": "", "eventsObserved": []any{}}})
	require.NoError(t, err)
	cases, err := Read(bytes.NewReader(raw))
	require.NoError(t, err)
	return cases[0].Answer()
}

func TestAcceptedSpellings(t *testing.T) {
	for _, changes := range []string{
		``, `"notionalPrincipal":1e3`, `"notionalPrincipal":"  1000.00  "`, `"calendar":"NC"`, `"businessDayConvention":"NOS"`, `"endOfMonthConvention":"SD"`,
		`"maturityDate":"2020-12-01T00:00"`, `"maturityDate":"2020-11-30T24:00:00"`, `"settlementCurrency":"CNY"`, `"prepaymentEffect":"N"`, `"scalingEffect":"OOO"`,
		`"contractPerformance":"PF"`, `"seniority":"S"`, `"rateSpread":null`, `"fixingDays":"P2D"`, `"cyclePointOfInterestPayment":"E"`,
	} {
		answer := changed(t, changes)
		require.Nil(t, answer.Refusal, changes)
		require.Len(t, answer.Rows, 23, changes)
	}
	// A time that is written as the end of a day is shown as it was written.
	rows := changed(t, `"maturityDate":"2020-11-30T24:00:00"`).Rows
	require.Equal(t, "2020-11-30T24:00:00", rows[22].EventDate)
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct{ want, changes string }{
		{"TERM_UNKNOWN surprise", `"surprise":1`},
		{"TERM_UNKNOWN cycleofInterestPayment", `"cycleofInterestPayment":"P1ML1"`},
		{"NOT_SUPPORTED contractType", `"contractType":"SWAPS"`},
		{"NOT_SUPPORTED contractRole", `"contractRole":"BUY"`},
		{"NOT_SUPPORTED dayCountConvention", `"dayCountConvention":"28E336"`},
		{"NOT_SUPPORTED dayCountConvention", `"dayCountConvention":"B252"`}, // without a calendar
		{"NOT_SUPPORTED calendar", `"calendar":"TARGET"`},
		{"NOT_SUPPORTED businessDayConvention", `"businessDayConvention":"F"`},
		{"NOT_SUPPORTED endOfMonthConvention", `"endOfMonthConvention":"EM"`},
		{"NOT_SUPPORTED interestCalculationBase", `"interestCalculationBase":"NTSD"`},
		{"NOT_SUPPORTED scalingEffect", `"scalingEffect":"I0M"`},
		{"NOT_SUPPORTED settlementCurrency", `"settlementCurrency":"USD"`},
		{"NOT_SUPPORTED contractPerformance", `"contractPerformance":"DF"`},
		{"NOT_SUPPORTED prepaymentEffect", `"prepaymentEffect":"A"`},
		{"NOT_SUPPORTED cyclePointOfInterestPayment", `"cyclePointOfInterestPayment":"B"`},
		{"NOT_SUPPORTED cyclePointOfRateReset", `"cyclePointOfRateReset":"E"`},
		{"NOT_SUPPORTED maturityDate", `"maturityDate":"2020-12-01T12:00:00"`},
		{"TERM_FORMAT maturityDate", `"maturityDate":"2020-02-30T00:00:00"`},
		{"TERM_FORMAT maturityDate", `"maturityDate":"1.12.2020"`},
		{"TERM_FORMAT notionalPrincipal", `"notionalPrincipal":"1,000"`},
		{"TERM_FORMAT notionalPrincipal", `"notionalPrincipal":"1/3"`},
		{"TERM_FORMAT notionalPrincipal", `"notionalPrincipal":"NaN"`},
		{"TERM_FORMAT notionalPrincipal", `"notionalPrincipal":{"a":1}`},
		{"TERM_FORMAT cycleOfInterestPayment", `"cycleOfInterestPayment":"1ML1"`},
		{"TERM_FORMAT cycleOfInterestPayment", `"cycleOfInterestPayment":"P0ML1"`},
		{"TERM_FORMAT cycleOfInterestPayment", `"cycleOfInterestPayment":"P1M"`},
		{"TERM_FORMAT cycleOfInterestPayment", `"cycleOfInterestPayment":"P1M2DL1"`},
		{"TERM_FORMAT fixingDays", `"fixingDays":"P1M"`},
		{"TERM_RANGE notionalPrincipal", `"notionalPrincipal":"-1"`},
		{"TERM_RANGE notionalPrincipal", `"notionalPrincipal":0`},
		{"TERM_RANGE nextPrincipalRedemptionPayment", `"nextPrincipalRedemptionPayment":-1`},
		{"TERM_MISSING notionalPrincipal", `"notionalPrincipal":null`},
		{"TERM_MISSING nominalInterestRate", `"nominalInterestRate":""`},
		{"TERM_MISSING statusDate", `"statusDate":null`},
		{"TERM_MISSING initialExchangeDate", `"initialExchangeDate":null`},
		{"TERM_MISSING dayCountConvention", `"dayCountConvention":null`},
		{"TERM_MISSING cycleOfPrincipalRedemption", `"cycleAnchorDateOfPrincipalRedemption":null,"cycleOfPrincipalRedemption":null`},
		{"TERM_MISSING maturityDate", `"maturityDate":null,"nextPrincipalRedemptionPayment":null`},
		{"TERM_MISSING priceAtPurchaseDate", `"purchaseDate":"2020-03-01T00:00:00"`},
		{"TERM_MISSING purchaseDate", `"priceAtPurchaseDate":"900"`},
		{"TERM_MISSING priceAtTerminationDate", `"terminationDate":"2020-03-01T00:00:00"`},
		{"TERM_MISSING marketObjectCodeOfRateReset", `"cycleAnchorDateOfRateReset":"2020-03-01T00:00:00"`},
		{"TERM_MISSING interestCalculationBaseAmount", `"interestCalculationBase":"NTL"`},
		{"TERM_MISSING cycleOfInterestCalculationBase", `"interestCalculationBase":"NTL","interestCalculationBaseAmount":1000`},
		{"TERM_MISSING cycleOfFee", `"feeRate":"0.01"`},
		{"TERM_MISSING marketObjectCodeOfScalingIndex", `"scalingEffect":"I00"`},
		{"MARKET_DATA_MISSING marketObjectCodeOfRateReset", `"cycleAnchorDateOfRateReset":"2020-03-01T00:00:00","marketObjectCodeOfRateReset":"LPR"`},
		{"TERM_NOT_APPLICABLE amortizationDate", `"amortizationDate":"2021-01-01T00:00:00"`},
		{"TERM_NOT_APPLICABLE cycleOfPrincipalRedemption", `"contractType":"PAM"`},
		{"TERM_NOT_APPLICABLE arrayCycleAnchorDateOfInterestPayment", `"arrayCycleAnchorDateOfInterestPayment":["2020-02-01T00:00:00"]`},
		{"TERMS_CONTRADICTORY maturityDate", `"maturityDate":"2019-12-01T00:00:00"`},
		{"TERMS_CONTRADICTORY contractDealDate", `"contractDealDate":"2020-01-02T00:00:00"`},
		{"TERMS_CONTRADICTORY purchaseDate", `"purchaseDate":"2021-01-01T00:00:00","priceAtPurchaseDate":900`},
		{"TERMS_CONTRADICTORY terminationDate", `"terminationDate":"2019-06-01T00:00:00","priceAtTerminationDate":900`},
		{"TERMS_CONTRADICTORY capitalizationEndDate", `"capitalizationEndDate":"2021-06-01T00:00:00"`},
		{"TERMS_CONTRADICTORY cycleAnchorDateOfPrincipalRedemption", `"cycleAnchorDateOfPrincipalRedemption":"2019-12-31T00:00:00"`},
		{"TERMS_CONTRADICTORY cycleAnchorDateOfInterestPayment", `"cycleAnchorDateOfInterestPayment":"2021-02-01T00:00:00"`},
		{"TERMS_CONTRADICTORY nextResetRate", `"nextResetRate":"0.05"`},
		{"TERMS_CONTRADICTORY lifeFloor", `"lifeFloor":"0.05","lifeCap":"0.04"`},
		{"TERMS_CONTRADICTORY scalingIndexAtStatusDate", `"scalingIndexAtStatusDate":"100","scalingIndexAtContractDealDate":"101"`},
		{"TERMS_CONTRADICTORY nextPrincipalRedemptionPayment", `"contractType":"NAM","maturityDate":null,"nextPrincipalRedemptionPayment":"1"`}, // never repaid
		{"TERM_RANGE nextPrincipalRedemptionPayment", `"maturityDate":null,"nextPrincipalRedemptionPayment":"0.001"`},                           // too many redemptions
	} {
		answer := changed(t, c.changes)
		require.NotNil(t, answer.Refusal, c.changes)
		require.Equal(t, c.want, answer.Refusal.Code+" "+answer.Refusal.Field, c.changes)
		require.Empty(t, answer.Rows)
		require.NotEmpty(t, answer.Refusal.En)
		require.NotEmpty(t, answer.Refusal.Zh)
	}
}

const exotic = `"contractType":"LAX","cycleAnchorDateOfPrincipalRedemption":null,"cycleOfPrincipalRedemption":null,"nextPrincipalRedemptionPayment":null,
"cycleAnchorDateOfInterestPayment":null,"cycleOfInterestPayment":null,`

func TestArrayRefusals(t *testing.T) {
	one := `"arrayCycleAnchorDateOfPrincipalRedemption":["2020-02-01T00:00:00"],"arrayNextPrincipalRedemptionPayment":[100],"arrayIncreaseDecrease":["DEC"],"arrayCycleOfPrincipalRedemption":["P1ML1"]`
	require.Nil(t, changed(t, exotic+one).Refusal)
	for _, c := range []struct{ want, changes string }{
		{"TERM_MISSING arrayCycleAnchorDateOfPrincipalRedemption", `"currency":"CNY"`},
		{"TERMS_CONTRADICTORY arrayNextPrincipalRedemptionPayment", one + `,"arrayNextPrincipalRedemptionPayment":[100,200]`},
		{"TERMS_CONTRADICTORY arrayCycleOfPrincipalRedemption", one + `,"arrayCycleOfPrincipalRedemption":["P1ML1","P1ML1"]`},
		{"NOT_SUPPORTED arrayIncreaseDecrease", one + `,"arrayIncreaseDecrease":["UP"]`},
		{"TERM_FORMAT arrayNextPrincipalRedemptionPayment", one + `,"arrayNextPrincipalRedemptionPayment":["x"]`},
		{"TERM_RANGE arrayNextPrincipalRedemptionPayment", one + `,"arrayNextPrincipalRedemptionPayment":["-1"]`},
		{"TERM_FORMAT arrayCycleAnchorDateOfPrincipalRedemption", one + `,"arrayCycleAnchorDateOfPrincipalRedemption":["soon"]`},
		{"TERM_FORMAT arrayCycleOfPrincipalRedemption", one + `,"arrayCycleOfPrincipalRedemption":["1M"]`},
		{"TERMS_CONTRADICTORY arrayCycleAnchorDateOfPrincipalRedemption", one + `,"arrayCycleAnchorDateOfPrincipalRedemption":["2021-02-01T00:00:00"]`},
		{"TERMS_CONTRADICTORY arrayCycleAnchorDateOfInterestPayment", one + `,"arrayCycleAnchorDateOfInterestPayment":["2020-03-01T00:00:00","2020-02-01T00:00:00"]`},
		{"TERMS_CONTRADICTORY arrayRate", one + `,"arrayCycleAnchorDateOfRateReset":["2020-03-01T00:00:00"]`},
		{"NOT_SUPPORTED arrayFixedVariable", one + `,"arrayCycleAnchorDateOfRateReset":["2020-03-01T00:00:00"],"arrayRate":[0.05],"arrayFixedVariable":["X"]`},
		{"TERM_MISSING marketObjectCodeOfRateReset", one + `,"arrayCycleAnchorDateOfRateReset":["2020-03-01T00:00:00"],"arrayRate":[0.05],"arrayFixedVariable":["VAR"]`},
		{"TERM_NOT_APPLICABLE rateSpread", one + `,"rateSpread":"0.01"`},
		{"TERM_MISSING maturityDate", one + `,"arrayIncreaseDecrease":["INC"],"maturityDate":null`},
	} {
		answer := changed(t, exotic+c.changes)
		require.NotNil(t, answer.Refusal, c.changes)
		require.Equal(t, c.want, answer.Refusal.Code+" "+answer.Refusal.Field, c.changes)
	}
}

func TestCaseFields(t *testing.T) {
	read := func(fields string) Answer {
		cases, err := Read(strings.NewReader(`{"c":{"terms":` + plain + fields + `}}`))
		require.NoError(t, err)
		return cases[0].Answer()
	}
	require.Len(t, read(`,"results":"never read","identifier":"c","dataObserved":{},"eventsObserved":null`).Rows, 23)
	require.Len(t, read(`,"to":"2020-03-31T23:59:59"`).Rows, 7, "a time at the end of a day is the midnight after it")
	require.Len(t, read(`,"to":"2020-03-31T00:00:00"`).Rows, 5)
	for want, fields := range map[string]string{
		"FIELD_UNKNOWN until":              `,"until":"2020-03-31"`,
		"NOT_SUPPORTED eventsObserved":     `,"eventsObserved":[{"time":"2020-03-01T00:00:00","type":"PP"}]`,
		"TERM_FORMAT to":                   `,"to":"end"`,
		"TERM_FORMAT dataObserved":         `,"dataObserved":{"X":{"identifier":"X","data":[{"timestamp":"2020-03-01T00:00:00","value":"x"}]}}`,
		"TERMS_CONTRADICTORY dataObserved": `,"dataObserved":{"X":{"data":[{"timestamp":"2020-03-01T00:00:00","value":"1"},{"timestamp":"2020-02-29T24:00:00","value":"2"}]}}`,
		"TERM_FORMAT eventsObserved":       `,"eventsObserved":{}`,
	} {
		answer := read(fields)
		require.NotNil(t, answer.Refusal, fields)
		require.Equal(t, want, answer.Refusal.Code+" "+answer.Refusal.Field)
	}
	cases, err := Read(strings.NewReader(`{"a":{},"b":[],"c":{"terms":{"contractType":"PAM","contractType":"LAM"}}}`))
	require.NoError(t, err)
	for i, want := range []string{"TERM_MISSING terms", "TERM_FORMAT ", "TERM_FORMAT terms"} {
		require.Equal(t, want, cases[i].Answer().Refusal.Code+" "+cases[i].Answer().Refusal.Field)
	}
}

func TestUnreadableFiles(t *testing.T) {
	for _, raw := range []string{"", "x", "[]", "null", "1", `{"a":`, `{"a":{}} {"b":{}}`, `{"a":{},"a":{}}`, `{"a":{}`} {
		_, err := Read(strings.NewReader(raw))
		require.ErrorContains(t, err, "not a JSON object of ACTUS cases", raw)
	}
	cases, err := Read(strings.NewReader(" {} \n"))
	require.NoError(t, err)
	require.Empty(t, cases)
}

func TestAnswersKeepTheFilesOrder(t *testing.T) {
	cases, err := Read(strings.NewReader(`{"z":{"terms":` + plain + `,"to":"2020-01-01T00:00:00"},"a":{"terms":{}}}`))
	require.NoError(t, err)
	text, err := json.Marshal(Answers{cases[0].Answer(), cases[1].Answer()})
	require.NoError(t, err)
	require.Equal(t, `{"z":{"results":[{"eventDate":"2020-01-01T00:00:00","eventType":"IED","payoff":"-1000","currency":"CNY","notionalPrincipal":"1000","nominalInterestRate":"0.06","accruedInterest":"0"}]},`+
		`"a":{"error":{"code":"NOT_SUPPORTED","field":"contractType","limit":"PAM, LAM, NAM, ANN, LAX","zh":"不支持的取值","message":"this value is not supported","hint":"such a case is refused, never guessed"}}}`, string(text))
}

// FuzzRead: whatever the bytes, there is an answer: an error, a refusal with
// code and field, or rows that are numbers.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"c":{"terms":` + plain + `}}`))
	f.Add([]byte(`{"c":{"terms":{"contractType":"LAX","arrayRate":"[1,2]"},"to":"2020-01-01T24:00"}}`))
	f.Add([]byte(`{"c":{"terms":{"contractType":"ANN","statusDate":"2019-12-31T00:00:00","initialExchangeDate":"2020-01-01T00:00:00","notionalPrincipal":"1e9","nominalInterestRate":"-3","dayCountConvention":"AA",` +
		`"maturityDate":"2031-12-31T23:59:59","cycleOfPrincipalRedemption":"P1QL0","endOfMonthConvention":"EOM","calendar":"MF","businessDayConvention":"CSMP"}}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 4096 {
			return
		}
		cases, err := Read(bytes.NewReader(raw))
		if err != nil {
			return
		}
		for _, c := range cases {
			answer := c.Answer()
			if answer.Refusal != nil && (answer.Refusal.Code == "" || answer.Refusal.En == "") {
				t.Fatalf("a refusal says nothing: %+v", answer.Refusal)
			}
		}
		if _, err := json.Marshal(Answers{}); err != nil {
			t.Fatal(err)
		}
	})
}
