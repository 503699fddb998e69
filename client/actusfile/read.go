package actusfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
)

// Case is one contract of a file, or why it cannot be used.
type Case struct {
	ID       string
	Terms    actus.Terms
	Currency string
	Market   actus.Market
	To       actus.Time // no later events; no time: all
	Err      error      // *invalid.Error
}

// Events evaluates the case.
func (c Case) Events() ([]actus.Event, error) {
	if c.Err != nil {
		return nil, c.Err
	}
	return actus.Evaluate(c.Terms, c.Market, c.To)
}

// Read reads a file of cases in their order. Its error says that the file is
// not one; what is wrong with a case is in the case.
func Read(r io.Reader) ([]Case, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	members, err := object(raw)
	if err != nil {
		return nil, &invalid.Error{Code: "FILE_UNREADABLE", Limit: "one JSON object of cases", Value: err.Error(),
			Zh: "不是 ACTUS 案例文件", En: "the file is not a JSON object of ACTUS cases", Hint: "see qxl loan actus --help"}
	}
	cases := make([]Case, 0, len(members))
	for _, m := range members {
		cases = append(cases, readCase(m.name, m.value))
	}
	return cases, nil
}

func readCase(id string, raw json.RawMessage) Case {
	c := Case{ID: id, Market: actus.Market{}}
	c.Err = c.read(raw)
	return c
}

func (c *Case) read(raw json.RawMessage) error {
	members, err := object(raw)
	if err != nil {
		return format("", "a case {terms, to, dataObserved, eventsObserved}", err.Error())
	}
	found := false
	for _, m := range members {
		switch m.name {
		case "terms":
			found = true
			err = c.readTerms(m.value)
		case "to":
			err = c.readTo(m.value)
		case "dataObserved":
			err = c.readMarket(m.value)
		case "eventsObserved":
			err = readEvents(m.value)
		case "identifier", "results":
		default:
			err = &invalid.Error{Code: "FIELD_UNKNOWN", Field: invalid.Shown(m.name), Limit: "terms, to, dataObserved, eventsObserved, results",
				Zh: "未知字段", En: "a case has no such field", Hint: "remove the field"}
		}
		if err != nil {
			return err
		}
	}
	if !found {
		return &invalid.Error{Code: "TERM_MISSING", Field: "terms", Zh: "缺少合同要素", En: "the case has no terms", Hint: "give terms"}
	}
	return nil
}

func (c *Case) readTo(raw json.RawMessage) error {
	text, given, err := scalar("to", raw)
	if err != nil || !given {
		return err
	}
	c.To, err = actus.ParseTime(text)
	return invalid.In("to", err)
}

// readMarket reads {index: {identifier, data: [{timestamp, value}]}}.
func (c *Case) readMarket(raw json.RawMessage) error {
	const field = "dataObserved"
	if isNull(raw) {
		return nil
	}
	indices, err := object(raw)
	if err != nil {
		return format(field, "an object of series", err.Error())
	}
	for _, index := range indices {
		series, err := object(index.value)
		if err != nil {
			return format(field, "a series {identifier, data}", err.Error())
		}
		for _, part := range series {
			switch part.name {
			case "identifier":
				if name, given, err := scalar(field, part.value); err != nil || given && name != index.name {
					return format(field, "identifier "+index.name, name)
				}
			case "data":
				if err := c.readSeries(index.name, part.value); err != nil {
					return invalid.In(field, err)
				}
			default:
				return format(field, "a series {identifier, data}", part.name)
			}
		}
	}
	return nil
}

func (c *Case) readSeries(index string, raw json.RawMessage) error {
	var points []json.RawMessage
	if err := json.Unmarshal(raw, &points); err != nil {
		return format("", "a list of {timestamp, value}", err.Error())
	}
	for _, point := range points {
		parts, err := object(point)
		if err != nil {
			return format("", "{timestamp, value}", err.Error())
		}
		var when, what string
		for _, part := range parts {
			text, _, err := scalar("", part.value)
			switch {
			case err != nil:
				return err
			case part.name == "timestamp":
				when = text
			case part.name == "value":
				what = text
			default:
				return format("", "{timestamp, value}", part.name)
			}
		}
		at, err := actus.ParseTime(when)
		if err != nil {
			return err
		}
		value, err := number(what)
		if err != nil {
			return err
		}
		if err := c.Market.Observe(index, at, value); err != nil {
			return err
		}
	}
	return nil
}

// readEvents takes an empty list only: observed events (prepayments, credit
// events) would change the cash flows.
func readEvents(raw json.RawMessage) error {
	if isNull(raw) {
		return nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(raw, &list); err != nil {
		return format("eventsObserved", "a list", err.Error())
	}
	if len(list) > 0 {
		return &invalid.Error{Code: "NOT_SUPPORTED", Field: "eventsObserved", Limit: "an empty list", Value: fmt.Sprint(len(list), " events"),
			Zh: "不支持已观察事件", En: "observed events are not supported", Hint: "such a case is refused, never guessed"}
	}
	return nil
}

type member struct {
	name  string
	value json.RawMessage
}

// object reads a JSON object in its order; a name that is given twice is an
// error, as is anything after the object.
func object(raw json.RawMessage) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		if err == nil {
			err = errors.New("not an object")
		}
		return nil, err
	}
	var members []member
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{name: t.(string)}
		if seen[m.name] {
			return nil, fmt.Errorf("%q is given twice", invalid.Shown(m.name))
		}
		seen[m.name] = true
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		members = append(members, m)
	}
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("something follows the object")
	}
	return members, nil
}

func isNull(raw json.RawMessage) bool { return string(bytes.TrimSpace(raw)) == "null" }

func format(field, limit, value string) *invalid.Error {
	return &invalid.Error{Code: "TERM_FORMAT", Field: field, Limit: limit, Value: invalid.Shown(value),
		Zh: "格式不对", En: "the field is not written as expected", Hint: "write it like " + limit}
}
