package actusfile

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Answer is what is said of a case: its rows, or why it is refused.
type Answer struct {
	ID      string
	Rows    []Row
	Refusal *invalid.Error
}

// Answer evaluates the case.
func (c Case) Answer() Answer {
	events, err := c.Events()
	if err == nil {
		return Answer{ID: c.ID, Rows: c.Rows(events)}
	}
	var refusal *invalid.Error
	if !errors.As(err, &refusal) {
		refusal = &invalid.Error{Code: "NOT_SUPPORTED", Zh: "无法计算", En: err.Error(), Hint: "such a case is refused, never guessed"}
	}
	return Answer{ID: c.ID, Refusal: refusal}
}

// Answers is the document {id: {results} or {error}}, in the order of the file.
type Answers []Answer

// MarshalJSON writes the object in order, which no map would keep.
func (a Answers) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, answer := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		id, err := json.Marshal(answer.ID)
		if err != nil {
			return nil, err
		}
		b.Write(id)
		b.WriteByte(':')
		var body any = struct {
			Results []Row `json:"results"`
		}{answer.Rows}
		if answer.Refusal != nil {
			body = struct {
				Error *invalid.Error `json:"error"`
			}{answer.Refusal}
		}
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
