package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// member is a field of a JSON object, in the order of the document.
type member struct {
	name  string
	value any // []member, []any, string, json.Number, bool or nil
}

// readDocument decodes JSON and keeps the order of fields: the room that
// answers has put them in the order in which people read them.
func readDocument(raw []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	return readValue(dec)
}

func readValue(dec *json.Decoder) (any, error) {
	t, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('{'):
		object := []member{}
		for dec.More() {
			name, err := dec.Token()
			if err != nil {
				return nil, err
			}
			v, err := readValue(dec)
			if err != nil {
				return nil, err
			}
			object = append(object, member{name.(string), v})
		}
		_, err := dec.Token()
		return object, err
	case json.Delim('['):
		list := []any{}
		for dec.More() {
			v, err := readValue(dec)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := dec.Token()
		return list, err
	}
	return t, nil
}

// writeDocument prints any answer as indented text: Chinese name, English
// name, value; lists of flat rows as tables. What is empty is left out.
func writeDocument(w io.Writer, v any, indent string) {
	switch v := v.(type) {
	case []member:
		for _, m := range v {
			switch x := m.value.(type) {
			case []member:
				if len(x) > 0 {
					fmt.Fprintf(w, "%s%s\n", indent, label(m.name))
					writeDocument(w, x, indent+"  ")
				}
			case []any:
				if len(x) > 0 {
					fmt.Fprintf(w, "%s%s\n", indent, label(m.name))
					writeDocument(w, x, indent+"  ")
				}
			default:
				if text := shown(m.name, x); text != "" {
					if isMoney(m.name, x) {
						text += " 元"
					}
					fmt.Fprintf(w, "%s%s %s\n", indent, pad(label(m.name), 30), text)
				}
			}
		}
	case []any:
		writeList(w, v, indent)
	default:
		fmt.Fprintf(w, "%s%s\n", indent, shown("", v))
	}
}

func pad(s string, to int) string {
	if n := to - displayWidth(s); n > 0 {
		return s + strings.Repeat(" ", n)
	}
	return s
}

func writeList(w io.Writer, list []any, indent string) {
	if plain(list) {
		var words []string
		for _, x := range list {
			words = append(words, shown("", x))
		}
		fmt.Fprintf(w, "%s%s\n", indent, strings.Join(words, " "))
		return
	}
	if writeRows(w, list, indent) {
		return
	}
	for i, x := range list {
		fmt.Fprintf(w, "%s%d.\n", indent, i+1)
		writeDocument(w, x, indent+"   ")
	}
}

func plain(list []any) bool {
	for _, x := range list {
		switch x.(type) {
		case []member, []any:
			return false
		}
	}
	return true
}

// writeRows prints a list of flat objects as a table, without the columns in
// which no row says anything.
func writeRows(w io.Writer, list []any, indent string) bool {
	var order []string
	at := map[string]int{}
	said := map[string]bool{}
	for _, x := range list {
		row, ok := x.([]member)
		if !ok {
			return false
		}
		for _, m := range row {
			switch m.value.(type) {
			case []member, []any:
				return false
			}
			if _, ok := at[m.name]; !ok {
				at[m.name] = len(order)
				order = append(order, m.name)
			}
			said[m.name] = said[m.name] || shown(m.name, m.value) != ""
		}
	}
	var t table
	column0 := map[string]int{}
	for _, name := range order {
		if said[name] {
			column0[name] = len(t.columns)
			head := label(name)
			if holdsMoney(list, name) {
				head += " (元)"
			}
			t.columns = append(t.columns, column{head: head, right: isAmount(list, name)})
		}
	}
	for _, x := range list {
		cells := make([]string, len(t.columns))
		for _, m := range x.([]member) {
			if i, ok := column0[m.name]; ok {
				cells[i] = shown(m.name, m.value)
			}
		}
		t.add(cells...)
	}
	var b strings.Builder
	t.write(&b)
	for _, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		fmt.Fprintln(w, indent+line)
	}
	return true
}

// holdsMoney tells whether a column holds amounts in yuan.
func holdsMoney(list []any, name string) bool {
	for _, x := range list {
		for _, m := range x.([]member) {
			if m.name == name && isMoney(name, m.value) {
				return true
			}
		}
	}
	return false
}

// isAmount tells whether a column holds numbers.
func isAmount(list []any, name string) bool {
	for _, x := range list {
		for _, m := range x.([]member) {
			if m.name != name || m.value == nil || m.value == "" {
				continue
			}
			text := strings.ReplaceAll(shown(name, m.value), ",", "")
			if strings.Trim(text, "-0123456789.") != "" || strings.Count(text, "-") > 1 {
				return false
			}
		}
	}
	return true
}
