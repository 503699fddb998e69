package fabsdk

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/client/fabsdk/surface"
)

// locateChunk is how many natural keys one query looks up.
const locateChunk = 1000

// reference is how a content names an aggregate: the natural key is what
// people know, the opaque ID is what the ledger's keys are made from.
type reference struct {
	ID string `json:"id"`
	No string `json:"no"`
}

// Fill gives the commands' references their opaque IDs where the content
// leaves them out: looked up by natural key, or drawn at random for what a
// command brings into being. An unknown key is left as it is: the ledger
// refuses it. Commands that this program does not know are left as they are.
func (c *Client) Fill(ctx context.Context, chaincode string, commands []Command) ([]Command, error) {
	filled := make([]Command, len(commands))
	wanted := map[string]map[string]string{} // kind → natural key → ID
	each := func(do func(i int, fields map[string]json.RawMessage, ref surface.Reference, r *reference) error) error {
		for i := range filled {
			known, _ := surface.FindCommand(chaincode, filled[i].Name)
			if len(known.Refs) == 0 {
				continue
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal(filled[i].Content, &fields); err != nil {
				return &UsageError{Field: "--content", Err: fmt.Errorf("content of %s is no JSON object", filled[i].Name)}
			}
			for _, ref := range known.Refs {
				raw, ok := fields[ref.Field]
				if !ok || bytes.Equal(raw, []byte("null")) {
					continue
				}
				var r reference
				if err := json.Unmarshal(raw, &r); err != nil {
					return &UsageError{Field: ref.Field, Value: string(raw), Err: fmt.Errorf(`%s of %s is not of the form {"no": "…"}`, ref.Field, filled[i].Name)}
				}
				if r.ID != "" || r.No == "" {
					continue
				}
				if err := do(i, fields, ref, &r); err != nil {
					return err
				}
			}
		}
		return nil
	}
	copy(filled, commands)
	if err := each(func(_ int, _ map[string]json.RawMessage, ref surface.Reference, r *reference) error {
		if wanted[ref.Kind] == nil {
			wanted[ref.Kind] = map[string]string{}
		}
		if ref.Birth {
			wanted[ref.Kind][r.No] = strings.ToLower(rand.Text()[:13]) + ".0"
		} else if _, ok := wanted[ref.Kind][r.No]; !ok {
			wanted[ref.Kind][r.No] = ""
		}
		return nil
	}); err != nil {
		return nil, err
	}
	for kind, ids := range wanted {
		if err := c.locate(ctx, chaincode, kind, ids); err != nil {
			return nil, err
		}
	}
	err := each(func(i int, fields map[string]json.RawMessage, ref surface.Reference, r *reference) error {
		r.ID = wanted[ref.Kind][r.No]
		if r.ID == "" {
			return nil
		}
		raw, err := json.Marshal(r)
		if err != nil {
			return err
		}
		fields[ref.Field] = raw
		filled[i].Content, err = json.Marshal(fields)
		return err
	})
	return filled, err
}

// locate looks up the IDs that are still empty.
func (c *Client) locate(ctx context.Context, chaincode, kind string, ids map[string]string) error {
	var numbers []string
	for no, id := range ids {
		if id == "" {
			numbers = append(numbers, no)
		}
	}
	for len(numbers) > 0 {
		chunk := numbers[:min(len(numbers), locateChunk)]
		query, err := json.Marshal(map[string][]string{"numbers": chunk})
		if err != nil {
			return err
		}
		raw, err := c.Ask(ctx, "", chaincode, "locate."+kind, query)
		if err != nil {
			return err
		}
		var answer struct {
			IDs []string `json:"ids"`
		}
		if err := json.Unmarshal(raw, &answer); err != nil {
			return fmt.Errorf("answer of locate.%s: %w", kind, err)
		}
		if len(answer.IDs) != len(chunk) {
			return fmt.Errorf("locate.%s: asked for %d numbers, got %d", kind, len(chunk), len(answer.IDs))
		}
		for i, no := range chunk {
			ids[no] = answer.IDs[i]
		}
		numbers = numbers[len(chunk):]
	}
	return nil
}
