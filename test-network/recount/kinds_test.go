package recount_test

import (
	"encoding/json"
	"os"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// every kind of loan and of history that a thousand loans must hold.
var every = strings.Fields(`
	method=EQI method=EQP method=IOB method=BUL method=EPI method=SEA method=REV
	EPI-of-a-few-yuan SEA-interest-only-day one-drawdown drawdowns drawdowns-same-day
	day_count= day_count=30/360 day_count=ACT/360 day_count=ACT/365 day_count=ACT/ACT
	rounding=half-up rounding=half-even month_end=clamp month_end=roll
	multiple multiple-odd penalty=0 penalty=30 penalty=50 penalty=33.5 penalty=100 rate=0
	grace=0 grace=5 grace=45 order-of-its-own every=1M every=3M every=12M
	EPI-prepay-reduce EPI-prepay-shorten EPI-repay EPI-reprice EPI-reverse
	SEA-repay SEA-prepay-reduce SEA-prepay-shorten SEA-reprice SEA-extend SEA-reverse
	REV-prepay-reduce REV-prepay-shorten REV-repay REV-reprice REV-extend REV-reverse extend
	repay prepay-reduce prepay-shorten reprice reverse reverse-of-reverse
	back-dated same-day no-command`)

// kinds counts the loans of each kind.
type kinds map[string]int

func (k kinds) add(t *testing.T, path string) {
	t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	var loan struct {
		Terms struct {
			Method, Rate, Every string
			Principal           string
			DayCount            string   `json:"day_count"`
			Rounding            string   `json:"rounding"`
			MonthEnd            string   `json:"month_end"`
			Multiple            string   `json:"instalment_multiple"`
			Penalty             string   `json:"penalty_percent"`
			Grace               int      `json:"grace_days"`
			Allocation          []string `json:"allocation"`
			Dues                []struct{ Principal string }
			Drawdowns           []struct{ Date string }
		}
		Commands []struct {
			Date, Type, Effect string
			Of                 int
		}
	}
	require.NoError(t, json.Unmarshal(raw, &loan))
	terms := loan.Terms
	has := map[string]bool{
		"method=" + terms.Method: true, "every=" + terms.Every: true, "rate=" + terms.Rate: true,
		"day_count=" + terms.DayCount: true, "rounding=" + terms.Rounding: true,
		"month_end=" + terms.MonthEnd: true, "penalty=" + terms.Penalty: true,
		"grace=" + strconv.Itoa(terms.Grace): true,
		"multiple":                           terms.Multiple != "",
		"multiple-odd":                       terms.Multiple == "0.10" || terms.Multiple == "0.5" || terms.Multiple == "50.00",
		"order-of-its-own":                   len(terms.Allocation) > 0 && terms.Allocation[0] != "fee",
		"no-command":                         len(loan.Commands) == 0,
		"EPI-of-a-few-yuan":                  terms.Method == "EPI" && len(terms.Principal) == len("1.00"),
		"one-drawdown":                       len(terms.Drawdowns) == 1,
		"drawdowns":                          len(terms.Drawdowns) > 1,
	}
	for _, due := range terms.Dues {
		has["SEA-interest-only-day"] = has["SEA-interest-only-day"] || due.Principal == "0.00"
	}
	for i, drawn := range terms.Drawdowns {
		has["drawdowns-same-day"] = has["drawdowns-same-day"] || i > 0 && drawn.Date == terms.Drawdowns[i-1].Date
	}
	last, dates := "", map[string]bool{}
	for _, c := range loan.Commands {
		name := c.Type
		if c.Effect != "" {
			name += "-" + c.Effect
		}
		has[name], has[terms.Method+"-"+name] = true, true
		if c.Type == "reverse" {
			if c.Of < len(loan.Commands) && loan.Commands[c.Of].Type == "reverse" {
				has["reverse-of-reverse"] = true
			}
			continue
		}
		has["back-dated"] = has["back-dated"] || c.Date < last
		has["same-day"] = has["same-day"] || dates[c.Date]
		last, dates[c.Date] = max(last, c.Date), true
	}
	for name, yes := range has {
		if yes {
			k[name]++
		}
	}
}

// report logs how many of the loans there are of each kind; of a thousand and
// more none may be missing, and no method may have less than a tenth.
func (k kinds) report(t *testing.T, loans int) {
	t.Helper()
	all := loans >= 1000
	said := make([]string, 0, len(every))
	for _, name := range every {
		said = append(said, name+" "+strconv.Itoa(k[name]))
		if all {
			require.NotZero(t, k[name], "no loan with %s", name)
			if strings.HasPrefix(name, "method=") {
				require.GreaterOrEqual(t, k[name], loans/10, "loans with %s", name)
			}
		}
	}
	sort.Strings(said)
	t.Logf("loans by kind: %s", strings.Join(said, ", "))
}
