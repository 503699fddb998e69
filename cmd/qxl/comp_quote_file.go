package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// maxQuoteFile bounds what is read into memory: some hundred thousand claims.
const maxQuoteFile = 64 << 20

// The fields of the two forms, in the order of the help text.
var (
	claimFields = []string{"ratio_percent", "first_loan_points", "first_loan", "per_loan_cap", "stack_percent",
		"principal_outstanding", "recoveries", "other_government", "bank_year_remaining", "pool_available"}
	poolFields = []string{"pool_available", "entitlements"}
)

func (a *app) readQuote(name string) ([]byte, error) {
	in := a.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, inputFile(name, err)
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, maxQuoteFile+1))
	if err != nil {
		return nil, inputFile(name, err)
	}
	if len(raw) > maxQuoteFile {
		return nil, badQuote("the file is larger than 64 MB")
	}
	return raw, nil
}

// parseQuotes takes a file apart into its documents: one, or a list of them.
func parseQuotes(raw []byte) (list []json.RawMessage, many bool, err error) {
	var document json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")))) // as office programs write it
	if err := dec.Decode(&document); err != nil {
		return nil, false, badQuote(err.Error())
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, false, badQuote("something follows the document")
	}
	if document[0] != '[' {
		return []json.RawMessage{document}, false, nil
	}
	if err := json.Unmarshal(document, &list); err != nil {
		return nil, false, badQuote(err.Error())
	}
	return list, true, nil
}

// quoted answers one document.
func quoted(raw json.RawMessage) (quote, error) {
	fields, err := quoteFields(raw)
	if err != nil {
		return nil, err
	}
	r := &quoteReader{fields: fields, known: claimFields}
	if _, ok := fields["entitlements"]; ok {
		r.known = poolFields
	}
	if err := r.complete(); err != nil {
		return nil, err
	}
	if _, ok := fields["entitlements"]; ok {
		q := &poolQuote{pool: r.amount("pool_available"), entitlements: r.amounts("entitlements")}
		if r.err == nil {
			q.Paid, r.err = formula.ProRata(q.entitlements, q.pool)
		}
		return q, r.err
	}
	q := &claimQuote{
		terms: formula.Terms{Ratio: r.percent("ratio_percent"), FirstLoanPoints: r.percent("first_loan_points"), FirstLoan: r.yes("first_loan"),
			PerLoanCap: r.amount("per_loan_cap"), Stack: r.percent("stack_percent")},
		loss: formula.Loss{Principal: r.amount("principal_outstanding"), Recoveries: r.amounts("recoveries"), OtherGovernment: r.amount("other_government")},
	}
	year, pool := r.amount("bank_year_remaining"), r.amount("pool_available")
	if r.err == nil {
		q.Result, r.err = formula.Entitle(q.terms, q.loss, year, pool)
	}
	return q, r.err
}

// quoteFields takes an object apart. Names count letter for letter and occur
// once: what a second one would say is nobody's guess.
func quoteFields(raw json.RawMessage) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, badQuote("a claim is an object in { }")
	}
	fields := map[string]json.RawMessage{}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, badQuote(err.Error())
		}
		field := name.(string) // the decoder lets no other name pass
		if _, twice := fields[field]; twice {
			return nil, &invalid.Error{Code: "FIELD_TWICE", Field: invalid.Shown(field), Limit: "once", Zh: "字段重复", En: "a field occurs twice", Hint: "keep one of them"}
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, badQuote(err.Error())
		}
		fields[field] = value
	}
	return fields, nil
}

// quoteReader reads fields and keeps the first thing that is wrong.
type quoteReader struct {
	fields map[string]json.RawMessage
	known  []string
	err    error
}

// complete refuses fields that are unknown, then fields that are missing.
func (r *quoteReader) complete() error {
	var unknown []string
	for field := range r.fields {
		if !slices.Contains(r.known, field) {
			unknown = append(unknown, field)
		}
	}
	if len(unknown) > 0 {
		return &invalid.Error{Code: "FIELD_UNKNOWN", Field: invalid.Shown(slices.Min(unknown)), Limit: strings.Join(r.known, ", "),
			Zh: "没有这个字段", En: "there is no such field", Hint: "check the spelling; see qxl comp quote --help"}
	}
	for _, field := range r.known {
		if value, ok := r.fields[field]; !ok || string(value) == "null" {
			return &invalid.Error{Code: "FIELD_MISSING", Field: field, Limit: strings.Join(r.known, ", "),
				Zh: "缺少字段", En: "a required field is missing", Hint: "every field is needed; see qxl comp quote --help"}
		}
	}
	return nil
}

func (r *quoteReader) note(field string, err error) {
	if r.err == nil {
		r.err = invalid.In(field, err)
	}
}

// amount reads yuan without a sign.
func (r *quoteReader) amount(field string) money.Fen { return r.amountIn(field, r.fields[field]) }

func (r *quoteReader) amountIn(field string, raw json.RawMessage) money.Fen {
	text, err := quotedText("AMOUNT", "5000.00", raw)
	if err != nil {
		r.note(field, err)
		return 0
	}
	f, err := money.ParseFen(text)
	r.note(field, err)
	return f
}

func (r *quoteReader) amounts(field string) []money.Fen {
	var list []json.RawMessage
	if raw := r.fields[field]; raw[0] != '[' || json.Unmarshal(raw, &list) != nil {
		r.note(field, &invalid.Error{Code: "LIST_FORMAT", Limit: "a list in [ ]", Value: invalid.Shown(string(raw)),
			Zh: "须为列表", En: "not a list", Hint: `write it like ["150000.00"], or [] for none`})
		return nil
	}
	amounts := make([]money.Fen, len(list))
	for i, raw := range list {
		amounts[i] = r.amountIn(field+"["+strconv.Itoa(i)+"]", raw)
	}
	return amounts
}

// percent reads percent as rates are read, but names it what it is.
func (r *quoteReader) percent(field string) money.Rate {
	text, err := quotedText("PERCENT", "40", r.fields[field])
	if err != nil {
		r.note(field, err)
		return 0
	}
	share, err := money.ParseRate(text)
	var e *invalid.Error
	if errors.As(err, &e) {
		named := *e
		named.Code = strings.Replace(e.Code, "RATE_", "PERCENT_", 1)
		named.Zh, named.En = strings.ReplaceAll(e.Zh, "利率", "百分比"), strings.ReplaceAll(e.En, "rate", "percentage")
		named.Hint = "write it like 40"
		err = &named
	}
	if err == nil && share > money.One || e != nil && e.Code == "RATE_TOO_LARGE" {
		err = &invalid.Error{Code: "PERCENT_RANGE", Limit: "0..100", Value: invalid.Shown(text),
			Zh: "百分比须在 0 至 100 之间", En: "a percentage lies between 0 and 100", Hint: "write 40 for 40 percent"}
	}
	r.note(field, err)
	return share
}

func (r *quoteReader) yes(field string) bool {
	switch raw := string(r.fields[field]); raw {
	case "true":
		return true
	case "false":
	default:
		r.note(field, &invalid.Error{Code: "YES_NO", Limit: "true, false", Value: invalid.Shown(raw), Zh: "须为 true 或 false", En: "neither true nor false", Hint: "write it without quotes"})
	}
	return false
}

// quotedText takes text in quotes only: a JSON number reaches no program
// exactly for certain.
func quotedText(prefix, example string, raw json.RawMessage) (text string, err error) {
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &text) != nil {
		return "", &invalid.Error{Code: prefix + "_FORMAT", Limit: "text in quotes", Value: invalid.Shown(string(raw)),
			Zh: "须为带引号的文本", En: "not text in quotes", Hint: `write it in quotes, like "` + example + `"`}
	}
	return text, nil
}

func badQuote(what string) error {
	return &problem{Exit: exitUsage, Code: "QUOTE_FILE", Field: "FILE", Limit: "one JSON document, or a list of them", Zh: "试算文件无法识别", En: "not a file to quote: " + what,
		Hint: "see qxl comp quote --help for the form"}
}
