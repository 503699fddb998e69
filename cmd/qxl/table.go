package main

import (
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/width"
)

// table is columns of text for a terminal, where a Chinese character is two
// columns wide. Numbers stand to the right.
type table struct {
	columns []column
	rows    [][]string
}

type column struct {
	head  string
	right bool
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer) {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		widths[i] = displayWidth(c.head)
		for _, row := range t.rows {
			widths[i] = max(widths[i], displayWidth(row[i]))
		}
	}
	line := func(cell func(int) string) {
		var b strings.Builder
		for i, c := range t.columns {
			text := cell(i)
			pad := strings.Repeat(" ", widths[i]-displayWidth(text))
			if i > 0 {
				b.WriteString("  ")
			}
			if c.right {
				b.WriteString(pad + text)
			} else {
				b.WriteString(text + pad)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(func(i int) string { return t.columns[i].head })
	for _, row := range t.rows {
		line(func(i int) string { return row[i] })
	}
}

// displayWidth is the number of terminal columns a text takes.
func displayWidth(text string) int {
	n := 0
	for _, r := range text {
		n++
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n++
		}
	}
	return n
}
