package calendar

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// ParseSpecialDays reads the CSV form of the State Council's notices: a
// header date,kind,name and rows whose kind is off or work. The error names
// the line.
func ParseSpecialDays(table string) ([]SpecialDay, error) {
	reader := csv.NewReader(strings.NewReader(table))
	reader.FieldsPerRecord = -1
	reader.ReuseRecord = true
	var rows []SpecialDay
	for header := true; ; header = false {
		record, err := reader.Read()
		if errors.Is(err, io.EOF) {
			if header {
				return nil, badHeader("")
			}
			return rows, nil
		}
		if err != nil {
			return nil, &Error{Code: "CALENDAR_ROW", Limit: "date,kind,name", Value: invalid.Shown(err.Error()),
				Zh: "CSV 格式不对", En: "the table is not CSV", Hint: "write rows like 2024-10-01,off,国庆节"}
		}
		if header {
			if strings.Join(record, ",") != "date,kind,name" {
				return nil, badHeader(strings.Join(record, ","))
			}
			continue
		}
		row, err := parseSpecialDay(record)
		if err != nil {
			line, _ := reader.FieldPos(0)
			return nil, invalid.In("line "+strconv.Itoa(line), err)
		}
		rows = append(rows, row)
	}
}

func parseSpecialDay(record []string) (SpecialDay, error) {
	if len(record) != 3 {
		return SpecialDay{}, &Error{Code: "CALENDAR_ROW", Limit: "3 columns", Value: strconv.Itoa(len(record)) + " columns",
			Zh: "每行须有三列", En: "a row needs three columns", Hint: "write it like 2024-10-01,off,国庆节"}
	}
	date, err := ParseDate(record[0])
	if err != nil {
		return SpecialDay{}, err
	}
	if kind := record[1]; kind != "off" && kind != "work" {
		return SpecialDay{}, &Error{Code: "CALENDAR_KIND", Limit: "off, work", Value: invalid.Shown(kind),
			Zh: "类型须为 off 或 work", En: "unknown kind of day", Hint: "write off for a holiday, work for a make-up day"}
	}
	return SpecialDay{Date: date, Work: record[1] == "work", Name: record[2]}, nil
}

func badHeader(value string) error {
	return &Error{Code: "CALENDAR_HEADER", Field: "line 1", Limit: "date,kind,name", Value: invalid.Shown(value),
		Zh: "表头不对", En: "the header is wrong", Hint: "the first line is date,kind,name"}
}
