package main

import (
	"errors"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// explainInvalid shows a value that the arithmetic rooms cannot take: an
// amount, a rate, a date, terms of a loan. That is wrong input.
func explainInvalid(err error) *problem {
	var e *invalid.Error
	if !errors.As(err, &e) {
		return nil
	}
	return &problem{Exit: exitUsage, Code: e.Code, Field: e.Field, Limit: e.Limit, Value: e.Value, Zh: e.Zh, En: e.En, Hint: e.Hint}
}
