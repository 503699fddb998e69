package actusfile

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
)

// scalar is the text of a string or number without the spaces around it;
// null and empty text are not given.
func scalar(field string, raw json.RawMessage) (string, bool, error) {
	if isNull(raw) {
		return "", false, nil
	}
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		var n json.Number
		if err := json.Unmarshal(raw, &n); err != nil {
			return "", false, format(field, "a string or a number", string(raw))
		}
		text = n.String()
	}
	text = strings.TrimSpace(text)
	return text, text != "", nil
}

// list is the texts of an array term: a JSON array, or a string such as
// "[a, b]" or "a, b".
func list(field string, raw json.RawMessage) ([]string, error) {
	if isNull(raw) {
		return nil, nil
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(raw, &elements); err == nil {
		texts := make([]string, len(elements))
		for i, element := range elements {
			if texts[i], _, err = scalar(field, element); err != nil {
				return nil, err
			}
		}
		return texts, nil
	}
	text, given, err := scalar(field, raw)
	if err != nil || !given {
		return nil, err
	}
	if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
		text = text[1 : len(text)-1]
	}
	texts := strings.Split(text, ",")
	for i := range texts {
		texts[i] = strings.Trim(strings.TrimSpace(texts[i]), `"'`)
	}
	return texts, nil
}

// decimal is what a number may look like; sixty digits are more than any
// amount and any rate has.
var decimal = regexp.MustCompile(`^[+-]?([0-9]{1,30}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?$`)

func number(text string) (*big.Rat, error) {
	if !decimal.MatchString(text) {
		return nil, format("", "a decimal number", text)
	}
	n, ok := new(big.Rat).SetString(text)
	if !ok {
		return nil, format("", "a decimal number", text)
	}
	return n, nil
}
