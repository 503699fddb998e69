package actus

import (
	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Error says which term cannot be used, and why. Field is the standard's name.
type Error = invalid.Error

func missing(field string) *Error {
	return &Error{Code: "TERM_MISSING", Field: field, Zh: "缺少要素", En: "the contract needs this term", Hint: "give " + field}
}

func unsupported(field, value, limit string) *Error {
	return &Error{Code: "NOT_SUPPORTED", Field: field, Limit: limit, Value: invalid.Shown(value),
		Zh: "不支持的取值", En: "this value is not supported", Hint: "such a case is refused, never guessed"}
}

func malformed(field, value, limit string) *Error {
	return &Error{Code: "TERM_FORMAT", Field: field, Limit: limit, Value: invalid.Shown(value),
		Zh: "要素格式不对", En: "the term is not written as the standard says", Hint: "write it like " + limit}
}

func contradictory(field, limit, value string) *Error {
	return &Error{Code: "TERMS_CONTRADICTORY", Field: field, Limit: limit, Value: value,
		Zh: "要素相互矛盾", En: "the terms contradict each other", Hint: "check " + field}
}

func outOfRange(field, limit, value string) *Error {
	return &Error{Code: "TERM_RANGE", Field: field, Limit: limit, Value: value,
		Zh: "要素超出范围", En: "the term is out of range", Hint: "check " + field}
}

func notApplicable(field string, t ContractType) *Error {
	return &Error{Code: "TERM_NOT_APPLICABLE", Field: field, Limit: "not for " + t.String(),
		Zh: "该合同类型没有此要素", En: "the contract type has no such term", Hint: "remove " + field}
}

func notObserved(field, index string, on Time) *Error {
	return &Error{Code: "MARKET_DATA_MISSING", Field: field, Limit: "an observation of " + invalid.Shown(index), Value: on.String(),
		Zh: "缺少该日的市场数据", En: "nothing was observed on that date", Hint: "add the observation of that date"}
}
