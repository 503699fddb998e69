package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
)

// writeDocument prints any answer as indented text: names and values, lists
// as tables where their rows are alike.
func writeDocument(w io.Writer, v any, indent string) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range keys(v) {
			switch x := v[k].(type) {
			case map[string]any, []any:
				fmt.Fprintf(w, "%s%s:\n", indent, k)
				writeDocument(w, x, indent+"  ")
			default:
				fmt.Fprintf(w, "%s%s: %v\n", indent, k, scalar(x))
			}
		}
	case []any:
		if !writeRows(w, v, indent) {
			for _, x := range v {
				fmt.Fprintf(w, "%s-\n", indent)
				writeDocument(w, x, indent+"  ")
			}
		}
	default:
		fmt.Fprintf(w, "%s%v\n", indent, scalar(v))
	}
}

func scalar(v any) any {
	if v == nil {
		return ""
	}
	return v
}

// writeRows prints a list of flat objects as a table.
func writeRows(w io.Writer, list []any, indent string) bool {
	names := map[string]bool{}
	for _, x := range list {
		row, ok := x.(map[string]any)
		if !ok {
			return false
		}
		for k, cell := range row {
			switch cell.(type) {
			case map[string]any, []any:
				return false
			}
			names[k] = true
		}
	}
	if len(list) == 0 {
		return true
	}
	var t table
	var order []string
	for k := range names {
		order = append(order, k)
	}
	sort.Strings(order)
	for _, k := range order {
		t.columns = append(t.columns, column{head: k})
	}
	for _, x := range list {
		row := x.(map[string]any)
		cells := make([]string, len(order))
		for i, k := range order {
			cells[i] = fmt.Sprint(scalar(row[k]))
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

func keys(m map[string]any) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	sort.Strings(list)
	return list
}
