package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// pack is what of a fact pack is worked with: the aggregates, in words. That
// the words are what the ledger holds is what `qxl facts check` says.
type pack struct {
	Chaincode  string                 `json:"chaincode"`
	Collection string                 `json:"collection"`
	By         string                 `json:"by"`
	aggregates map[string][]aggregate // by kind
}

type aggregate struct {
	Kind    string          `json:"kind"`
	Natural string          `json:"natural"`
	State   json.RawMessage `json:"state"`
	Log     []logged        `json:"log"`
}

type logged struct {
	Number string          `json:"number"`
	Date   civil           `json:"date"`
	Name   string          `json:"name"`
	Event  json.RawMessage `json:"event"`
}

// readPack reads a file whole: lines and trailer must agree.
func readPack(name string) (*pack, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(raw, []byte("\n")), []byte("\n"))
	if len(lines) < 2 {
		return nil, fmt.Errorf("%s: no fact pack", name)
	}
	var trailer struct {
		Values int    `json:"values"`
		SHA256 string `json:"sha256"`
	}
	last := lines[len(lines)-1]
	if err := json.Unmarshal(last, &trailer); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	sum := sha256.Sum256(raw[:len(raw)-len(last)-1])
	if trailer.Values != len(lines)-2 || trailer.SHA256 != hex.EncodeToString(sum[:]) {
		return nil, fmt.Errorf("%s: the trailer is of other lines", name)
	}
	p := &pack{aggregates: map[string][]aggregate{}}
	if err := json.Unmarshal(lines[0], p); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	for _, line := range lines[1 : len(lines)-1] {
		var v struct {
			Aggregates []aggregate `json:"aggregates"`
		}
		if err := json.Unmarshal(line, &v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for _, a := range v.Aggregates {
			p.aggregates[a.Kind] = append(p.aggregates[a.Kind], a)
		}
	}
	return p, nil
}

// money is fen; packs write yuan.
type money int64

func (m *money) UnmarshalJSON(raw []byte) error {
	text := strings.Trim(string(raw), `"`)
	n, err := fen(text)
	*m = money(n)
	return err
}

func (m money) String() string {
	sign, n := "", int64(m)
	if n < 0 {
		sign, n = "-", -n
	}
	return fmt.Sprintf("%s%d.%02d", sign, n/100, n%100)
}

// civil is a day; packs leave out what there is none of as "".
type civil struct{ time.Time }

func (c *civil) UnmarshalJSON(raw []byte) error {
	text, err := strconv.Unquote(string(raw))
	if err != nil || text == "" {
		return err
	}
	c.Time, err = date(text)
	return err
}

func (c civil) String() string {
	if c.IsZero() {
		return ""
	}
	return c.Format(time.DateOnly)
}

// linesOf are the rows of a small table after its head.
func linesOf(name string) ([][]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var rows [][]string
	s := bufio.NewScanner(f)
	for s.Scan() {
		rows = append(rows, strings.Split(s.Text(), ","))
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s is empty", name)
	}
	return rows[1:], s.Err()
}
