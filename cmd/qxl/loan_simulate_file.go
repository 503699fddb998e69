package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// simulation is what a file of qxl loan simulate says.
type simulation struct {
	Terms    *simulatedTerms    `json:"terms"`
	Commands []simulatedCommand `json:"commands"`
	AsOf     written            `json:"as_of"`
}

type simulatedTerms struct {
	Method             written  `json:"method"`
	Principal          written  `json:"principal"`
	Rate               written  `json:"rate"`
	Periods            written  `json:"periods"`
	Every              written  `json:"every"`
	From               written  `json:"from"`
	DayCount           written  `json:"day_count"`
	Rounding           written  `json:"rounding"`
	MonthEnd           written  `json:"month_end"`
	InstalmentMultiple written  `json:"instalment_multiple"`
	PenaltyPercent     written  `json:"penalty_percent"`
	GraceDays          written  `json:"grace_days"`
	Allocation         []string `json:"allocation"`

	Dues      []simulatedDue      `json:"dues"`      // SEA, in place of periods and every
	Drawdowns []simulatedDrawdown `json:"drawdowns"` // REV, in place of principal and from
}

type simulatedDue struct {
	Due       written `json:"due"`
	Principal written `json:"principal"`
}

type simulatedCommand struct {
	Date     written        `json:"date"`
	Type     written        `json:"type"`
	Amount   written        `json:"amount"`
	Effect   written        `json:"effect"`
	Rate     written        `json:"rate"`
	Of       written        `json:"of"`
	Periods  written        `json:"periods"`  // extend: of the whole term
	Dues     []simulatedDue `json:"dues"`     // extend, SEA: of the principal not yet due
	Percent  written        `json:"percent"`  // misuse
	Payer    written        `json:"payer"`    // borrower, guarantor
	Drawdown written        `json:"drawdown"` // its number, from 0
}

// written is a value as the file has it, a text or a number; "" when it is
// left out or null.
type written string

// UnmarshalJSON takes texts and numbers, digit for digit.
func (w *written) UnmarshalJSON(data []byte) error {
	switch {
	case string(data) == "null":
		*w = ""
	case data[0] == '"':
		return json.Unmarshal(data, (*string)(w))
	case data[0] == '-' || data[0] >= '0' && data[0] <= '9':
		*w = written(data)
	default:
		return &invalid.Error{Code: "FILE_VALUE", Limit: "a text or a number", Value: invalid.Shown(string(data)),
			Zh: "须为文本或数字", En: "neither a text nor a number", Hint: "write it in quotes"}
	}
	return nil
}

// defaults of what a file may leave out.
const (
	defaultPenaltyPercent = 50
	maxSimulationFile     = 256 << 20
)

// readSimulations reads a file of one simulation, or of a list of them.
func readSimulations(name string) (list []simulation, many bool, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, false, inputFile(name, err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxSimulationFile+1))
	if err != nil {
		return nil, false, inputFile(name, err)
	}
	if len(raw) > maxSimulationFile {
		return nil, false, badSimulation(name, errors.New("the file is larger than 256 MB"))
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if many = strings.HasPrefix(strings.TrimSpace(string(raw)), "["); many {
		err = dec.Decode(&list)
	} else {
		list = make([]simulation, 1)
		err = dec.Decode(&list[0])
	}
	if err == nil {
		if _, more := dec.Token(); more != io.EOF {
			err = errors.New("something follows the document")
		}
	}
	if err != nil {
		return nil, false, badSimulation(name, err)
	}
	return list, many, nil
}

func badSimulation(name string, err error) error {
	var known *invalid.Error
	if errors.As(err, &known) {
		return known
	}
	return &problem{Exit: exitUsage, Code: "SIMULATION_FILE", Field: "FILE", Value: name, Zh: "试算文件无法识别", En: "not a file of a simulation: " + err.Error(),
		Hint: "see qxl loan simulate --help for the form"}
}

// contract reads the terms.
func (t *simulatedTerms) contract() (c account.Contract, err error) {
	seasonal := t.Method == written(schedule.Seasonal.String())
	values := []struct {
		name  string
		value written
		must  bool
	}{
		{"method", t.Method, true}, {"principal", t.Principal, true}, {"rate", t.Rate, true}, {"periods", t.Periods, !seasonal}, {"every", t.Every, !seasonal},
		{"from", t.From, true}, {"day-count", t.DayCount, false}, {"instalment-multiple", t.InstalmentMultiple, false},
	}
	given := map[string]bool{}
	for _, v := range values {
		given[v.name] = v.value != ""
		if v.must && v.value == "" {
			return c, missing("terms." + v.name)
		}
	}
	if seasonal && len(t.Dues) == 0 {
		return c, missing("terms.dues")
	}
	dues, err := readDues(t.Dues)
	if err != nil {
		return c, inside("terms", err)
	}
	either := func(w written, or string) string {
		if w == "" {
			return or
		}
		return string(w)
	}
	flags := scheduleFlags{method: string(t.Method), principal: string(t.Principal), rate: string(t.Rate), periods: string(t.Periods), every: string(t.Every),
		from: string(t.From), dayCount: string(t.DayCount), rounding: either(t.Rounding, money.HalfUp.String()), monthEnd: either(t.MonthEnd, calendar.Clamp.String()),
		instalmentMultiple: string(t.InstalmentMultiple)}
	if c.Terms, err = flags.terms(func(name string) bool { return given[name] }, dues); err != nil {
		return c, inside("terms", err)
	}
	if c.PenaltyPercent, c.PenaltyHundredths, err = penaltyPercent(t.PenaltyPercent); err != nil {
		return c, err
	}
	if c.GraceDays, err = wholeNumber("terms.grace_days", t.GraceDays, 0, 366); err != nil {
		return c, err
	}
	if t.Allocation != nil {
		if c.Allocation, err = account.ParseOrder(t.Allocation); err != nil {
			return c, inside("terms", err)
		}
	}
	return c, nil
}

// readDues reads days and amounts of principal; an error names which.
func readDues(list []simulatedDue) (dues []schedule.Due, err error) {
	for i, x := range list {
		named := func(part string) string { return fmt.Sprintf("dues[%d].%s", i, part) }
		if x.Due == "" {
			return nil, missing(named("due"))
		}
		if x.Principal == "" {
			return nil, missing(named("principal"))
		}
		var due schedule.Due
		if due.Date, err = calendar.ParseDate(string(x.Due)); err != nil {
			return nil, invalid.In(named("due"), err)
		}
		if due.Principal, err = money.ParseFen(string(x.Principal)); err != nil {
			return nil, invalid.In(named("principal"), err)
		}
		dues = append(dues, due)
	}
	return dues, nil
}

// command reads a command; a reversal is not an entry.
func (x *simulatedCommand) entry() (e account.Entry, err error) {
	need := func(name string, w written) {
		if err == nil && w == "" {
			err = missing(name)
		}
	}
	if e.Type, err = account.ParseType(string(x.Type)); err != nil {
		return e, err
	}
	need("date", x.Date)
	if err == nil {
		e.Date, err = calendar.ParseDate(string(x.Date))
		err = invalid.In("date", err)
	}
	switch e.Type {
	case account.Repay, account.Charge, account.Recover, account.Prepay, account.Refund:
		need("amount", x.Amount)
		if err == nil {
			e.Amount, err = money.ParseFen(string(x.Amount))
			err = invalid.In("amount", err)
		}
		if e.Type == account.Prepay {
			need("effect", x.Effect)
			if err == nil {
				e.Effect, err = account.ParseEffect(string(x.Effect))
			}
		}
		if err == nil && x.Payer != "" {
			e.Payer, err = account.ParsePayer(string(x.Payer))
		}
	case account.Reprice:
		need("rate", x.Rate)
		if err == nil {
			e.Rate, err = money.ParseRate(string(x.Rate))
			err = invalid.In("rate", err)
		}
	case account.Extend:
		if err == nil {
			e.Dues, err = readDues(x.Dues)
		}
		if len(x.Dues) == 0 {
			need("periods", x.Periods)
		}
		if err == nil && x.Periods != "" { // with dues, too: the rules say which of them a method takes
			e.Periods, err = parsePeriods(string(x.Periods))
		}
	case account.Misuse:
		need("percent", x.Percent)
		if err == nil {
			e.Percent, err = wholeNumber("percent", x.Percent, 0, account.MaxPenalty)
		}
	case account.WriteOff:
	default:
		err = &invalid.Error{Code: "ENTRY_TYPE_UNKNOWN", Field: "type", Limit: "repay, charge, prepay, reprice, extend, misuse, write_off, recover, refund, reverse", Value: invalid.Shown(string(x.Type)),
			Zh: "试算不支持这种业务", En: "a simulation has no such type of command", Hint: "choose one of those"}
	}
	return e, err
}

// wholeNumber reads digits, with no decimals but zeros.
func wholeNumber(field string, w written, or, most int) (int, error) {
	if w == "" {
		return or, nil
	}
	text, zeros, _ := strings.Cut(string(w), ".")
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil || n > uint64(most) || strings.Trim(zeros, "0") != "" {
		return 0, &invalid.Error{Code: "WHOLE_NUMBER", Field: field, Limit: "0.." + strconv.Itoa(most), Value: invalid.Shown(string(w)),
			Zh: "须为范围内的整数", En: "not a whole number in range", Hint: "write it like " + strconv.Itoa(or)}
	}
	return int(n), nil
}

// penaltyPercent reads a percent of at most two decimals.
func penaltyPercent(w written) (whole, hundredths int, err error) {
	if w == "" {
		return defaultPenaltyPercent, 0, nil
	}
	r, err := money.ParseRate(string(w))
	if err != nil {
		return 0, 0, invalid.In("terms.penalty_percent", err)
	}
	whole, rest := int(r/money.Percent), r%money.Percent
	if rest%(money.Percent/100) != 0 {
		return 0, 0, &invalid.Error{Code: "PENALTY_DECIMALS", Field: "terms.penalty_percent", Limit: "2 decimals", Value: invalid.Shown(string(w)),
			Zh: "罚息加收比例最多两位小数", En: "the penalty percent has too many decimals", Hint: "write it like 50"}
	}
	return whole, int(rest / (money.Percent / 100)), nil
}

func missing(field string) error {
	return &invalid.Error{Code: "FIELD_MISSING", Field: strings.ReplaceAll(field, "-", "_"), Zh: "缺少字段", En: "a required field is missing", Hint: "see qxl loan simulate --help for the form"}
}

// inside names where in the file an invalid value stands.
func inside(where string, err error) error {
	var e *invalid.Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	if named.Field == "" {
		named.Field = where
	} else if !strings.HasPrefix(named.Field, where) {
		named.Field = where + "." + named.Field
	}
	return &named
}

func commandField(i int) string { return fmt.Sprintf("commands[%d]", i) }
