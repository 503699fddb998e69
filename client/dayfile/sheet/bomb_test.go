package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// bomb is a workbook one part of which is begin, n bytes of fill, and end.
func bomb(t *testing.T, part, begin, fill string, n int, end string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, text := range bare {
		f, err := w.Create(name)
		require.NoError(t, err)
		if name != part {
			_, err = io.WriteString(f, text)
			require.NoError(t, err)
			continue
		}
		chunk := strings.Repeat(fill, max(1, 64<<10/len(fill)))
		for _, s := range []string{begin, end} {
			_, err = io.WriteString(f, s)
			require.NoError(t, err)
			for left := n; s == begin && left > 0; left -= len(chunk) {
				_, err = io.WriteString(f, chunk)
				require.NoError(t, err)
			}
		}
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

const sheetPart, stringsPart = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"

// A hundred megabytes in a place where none are expected are refused in
// little memory.
func TestBombsAreRefusedInLittleMemory(t *testing.T) {
	const large = 100 << 20
	open := `<worksheet ` + main + `><sheetData>`
	for _, c := range []struct {
		name string
		file []byte
		want string
	}{
		{"one text", bomb(t, sheetPart, open+`<row><c t="str"><v>`, "x", large, `</v></c></row></sheetData></worksheet>`), "XLSX_TOO_LARGE"},
		{"one attribute", bomb(t, sheetPart, open+`<row r="`, "1", large, `"/></sheetData></worksheet>`), "XLSX_TOO_LARGE"},
		{"one comment", bomb(t, sheetPart, open+`<!--`, "x", large, `--></sheetData></worksheet>`), "XLSX_TOO_LARGE"},
		{"blanks", bomb(t, sheetPart, open, " ", large, `</sheetData></worksheet>`), "XLSX_TOO_LARGE"},
		{"nesting", bomb(t, sheetPart, open, "<a>", large, ``), "XLSX_BROKEN"},
		{"pieces of one value", bomb(t, sheetPart, open+`<row><c t="str"><v>`, "<!---->x", large, `</v></c></row></sheetData></worksheet>`), "XLSX_TOO_LARGE"},
		{"one row", bomb(t, sheetPart, open+`<row>`, `<c t="str"><v>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx</v></c>`, large, `</row></sheetData></worksheet>`), "LINE_TOO_LONG"},
		{"formats", bomb(t, "xl/styles.xml", `<styleSheet><cellXfs>`, `<xf numFmtId="1"/>`, large, `</cellXfs></styleSheet>`), "XLSX_TOO_LARGE"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			peak := before.HeapAlloc
			_, err := read(t, c.file, defaults)
			runtime.ReadMemStats(&after)
			require.Equal(t, c.want, code(t, err), "%v", err)
			require.Less(t, len(c.file), 2<<20, "the bomb is small")
			if c.name != "formats" { // read to its limit, in small pieces
				require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20))
			}
			require.Less(t, after.HeapAlloc-min(peak, after.HeapAlloc), uint64(64<<20))
		})
	}
}

// The limits that a file of any size meets, made small.
func TestLimits(t *testing.T) {
	small := func(change func(*limits)) limits {
		l := defaults
		change(&l)
		return l
	}
	rows := sheetOf(strings.Repeat(`<row><c><v>1</v></c></row>`, 1000))
	file := raw(t, map[string]string{sheetPart: rows, stringsPart: `<sst ` + main + `>` + strings.Repeat(`<si><t>abc</t></si>`, 100) + `</sst>`})
	_, err := read(t, file, defaults)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		limits limits
		value  string
	}{
		"file":     {small(func(l *limits) { l.file = 100 }), fmt.Sprint(len(file), " bytes")},
		"unzipped": {small(func(l *limits) { l.unzipped = 10_000 }), "all parts unzipped"},
		"parts":    {small(func(l *limits) { l.entries = 3 }), "parts"},
		"index":    {small(func(l *limits) { l.zipIndex = 1024 }), "parts"},
		"part":     {small(func(l *limits) { l.part = 100 }), "_rels/.rels unzipped"},
		"strings":  {small(func(l *limits) { l.strings = 200 }), "the shared strings"},
		"empties":  {small(func(l *limits) { l.strings = 600 }), "the shared strings"}, // their index counts
		"one text": {small(func(l *limits) { l.token = 100 }), "one text of _rels/.rels"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, file, c.limits)
			require.Equal(t, "XLSX_TOO_LARGE", code(t, err))
			var f *Fault
			require.ErrorAs(t, err, &f)
			require.Equal(t, c.value, f.Value)
		})
	}
}

// A sheet of any length is read in the same memory.
func TestRowsAreAStream(t *testing.T) {
	file := bomb(t, sheetPart, `<worksheet `+main+`><sheetData>`, `<row><c t="s"><v>1</v></c><c><v>5118.62</v></c></row>`, 20<<20, `</sheetData></worksheet>`)
	b, err := Open(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	rows, err := b.Rows()
	require.NoError(t, err)
	defer rows.Close()
	var first, last runtime.MemStats
	n := 0
	for ; ; n++ {
		if _, err = rows.Next(); err != nil {
			break
		}
		if n == 1000 {
			runtime.GC()
			runtime.ReadMemStats(&first)
		}
	}
	require.ErrorIs(t, err, io.EOF)
	require.Greater(t, n, 300_000)
	runtime.GC()
	runtime.ReadMemStats(&last)
	require.Less(t, int64(last.HeapAlloc)-int64(first.HeapAlloc), int64(1<<20))
}
