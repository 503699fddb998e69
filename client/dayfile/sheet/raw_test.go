package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const main = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`

// bare is the smallest workbook; tests replace parts of it.
var bare = map[string]string{
	"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + mainType + `"/></Types>`,
	"_rels/.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" ` +
		`Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
	"xl/workbook.xml": `<workbook ` + main + ` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` +
		`<sheet name="明细" sheetId="1" r:id="r1"/></sheets></workbook>`,
	"xl/_rels/workbook.xml.rels": `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="/xl/styles.xml"/>` +
		`<Relationship Id="r3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
	"xl/styles.xml": `<styleSheet ` + main + `><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="10"/></cellXfs></styleSheet>`,
	"xl/sharedStrings.xml":     `<sst ` + main + `><si><t>甲</t></si><si><r><t>乙</t></r><r><t xml:space="preserve"> 丙</t></r><rPh><t>yi</t></rPh></si><si><t>a_x000D_b_x005F_</t></si></sst>`,
	"xl/worksheets/sheet1.xml": sheetOf(`<row r="1"><c r="A1" t="s"><v>0</v></c></row>`),
}

func sheetOf(rows string) string {
	return `<worksheet ` + main + `><sheetData>` + rows + `</sheetData></worksheet>`
}

// raw is the bare workbook with some parts replaced, or left out where empty.
func raw(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	all := maps.Clone(bare)
	maps.Copy(all, parts)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if all[name] == "" {
			continue
		}
		f, err := w.Create(name)
		require.NoError(t, err)
		_, err = io.WriteString(f, all[name])
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// read gives all cells as text, with faults by code, row by row.
func read(t testing.TB, file []byte, l limits) ([][]string, error) {
	t.Helper()
	b, err := open(bytes.NewReader(file), int64(len(file)), l)
	if err != nil {
		return nil, err
	}
	rows, err := b.Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all [][]string
	for {
		row, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		require.Equal(t, rows.N(), row.N)
		var list []string
		for _, c := range row.Cells {
			list = append(list, Letters(c.Col)+":"+shown(&c))
		}
		all = append(all, list)
	}
}

func shown(c *Cell) string {
	if c.Fault != nil {
		return c.Fault.Code
	}
	if c.Kind == Text {
		return "'" + c.Text
	}
	if c.Kind == ISODate || c.shape == day || c.shape == moment {
		d, f := c.Date()
		if f != nil {
			return f.Code
		}
		return d.String()
	}
	n, f := c.Decimal()
	if f != nil {
		return f.Code
	}
	return n
}

func code(t testing.TB, err error) string {
	t.Helper()
	var f *Fault
	require.ErrorAs(t, err, &f)
	require.NotEmpty(t, f.Zh)
	require.NotEmpty(t, f.En)
	require.NotEmpty(t, f.Hint)
	require.True(t, f.Fatal())
	return f.Code
}

// How programs other than Excel write cells, and what Excel writes seldom.
func TestCellsOfManyPrograms(t *testing.T) {
	for _, c := range []struct {
		name, row string
		want      []string
	}{
		{"shared string", `<row r="1"><c r="A1" t="s"><v>0</v></c></row>`, []string{"A:'甲"}},
		{"runs without phonetic help", `<row r="1"><c r="A1" t="s"><v>1</v></c></row>`, []string{"A:'乙 丙"}},
		{"escapes", `<row r="1"><c r="A1" t="s"><v>2</v></c></row>`, []string{"A:'a\rb_"}},
		{"inline string", `<row><c t="inlineStr"><is><t>丁</t></is></c></row>`, []string{"A:'丁"}},
		{"string without formula", `<row r="1"><c r="C1" t="str"><v>QH-1</v></c></row>`, []string{"C:'QH-1"}},
		{"no positions", `<row><c><v>1</v></c><c/><c><v>2.50</v></c></row>`, []string{"A:1", "C:2.5"}},
		{"styles without values", `<row r="1"><c r="A1" s="1"/><c r="B1"><v>7</v></c><c r="XFD1" s="2"/></row>`, []string{"B:7"}},
		{"date", `<row r="1"><c r="A1" s="1"><v>45373</v></c></row>`, []string{"A:2024-03-22"}},
		{"ISO date", `<row r="1"><c r="A1" t="d"><v>2024-03-22T00:00:00</v></c><c r="B1" t="d"><v>2024-03-22</v></c></row>`, []string{"A:2024-03-22", "B:2024-03-22"}},
		{"ISO date with a time", `<row r="1"><c r="A1" t="d"><v>2024-03-22T10:00:00</v></c></row>`, []string{"A:CELL_DATE_TIME"}},
		{"percentage", `<row r="1"><c r="A1" s="2"><v>3.4500000000000003E-2</v></c></row>`, []string{"A:CELL_PERCENT"}},
		{"a style that is not there", `<row r="1"><c r="A1" s="99"><v>1</v></c></row>`, []string{"A:1"}},
		{"formula without a result", `<row r="1"><c r="A1"><f>B1*2</f></c></row>`, []string{"A:CELL_FORMULA"}},
		{"shared formula", `<row r="1"><c r="A1"><f t="shared" si="0"/><v>3</v></c></row>`, []string{"A:CELL_FORMULA"}},
		{"formula with an empty text", `<row r="1"><c r="A1" t="str"><f>""</f><v></v></c></row>`, []string{"A:CELL_FORMULA"}},
		{"error", `<row r="1"><c r="A1" t="e"><v>#N/A</v></c></row>`, []string{"A:CELL_ERROR"}},
		{"truth", `<row r="1"><c r="A1" t="b"><v>1</v></c></row>`, []string{"A:CELL_BOOLEAN"}},
		{"no number", `<row r="1"><c r="A1"><v>0x10</v></c><c r="B1"><v>INF</v></c><c r="C1"><v>1_0</v></c></row>`, []string{"A:CELL_NUMBER", "B:CELL_NUMBER", "C:CELL_NUMBER"}},
		{"powers of ten", `<row r="1"><c r="A1"><v>1.2E3</v></c><c r="B1"><v>1E+15</v></c><c r="C1"><v>1E999</v></c></row>`, []string{"A:1200", "B:CELL_NUMBER_LARGE", "C:CELL_NUMBER_LARGE"}},
		{"rows of a control", `</sheetData><x:row xmlns:x="urn:drawing"><c><v>1</v></c></x:row><sheetData><row r="3"><c r="A3"><v>1</v></c></row>`, []string{"A:1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := read(t, raw(t, map[string]string{"xl/worksheets/sheet1.xml": sheetOf(c.row)}), defaults)
			require.NoError(t, err)
			require.Equal(t, [][]string{c.want}, got)
		})
	}
}

func TestDeclaringMacrosIsNotHavingThem(t *testing.T) {
	types := strings.Replace(bare["[Content_Types].xml"], "<Default", `<Default Extension="bin" ContentType="application/vnd.ms-office.vbaProject"/><Default`, 1)
	_, err := read(t, raw(t, map[string]string{"[Content_Types].xml": types}), defaults)
	require.NoError(t, err)
}

func TestNamespacesOfTheStandard(t *testing.T) {
	prefixed := `<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData><x:row r="2"><x:c r="B2"><x:v>5</x:v></x:c></x:row></x:sheetData></x:worksheet>`
	for _, text := range []string{prefixed, strings.ReplaceAll(prefixed, "schemas.openxmlformats.org/spreadsheetml/2006/main", "purl.oclc.org/ooxml/spreadsheetml/main")} {
		got, err := read(t, raw(t, map[string]string{"xl/worksheets/sheet1.xml": text}), defaults)
		require.NoError(t, err)
		require.Equal(t, [][]string{{"B:5"}}, got)
	}
}

func TestDaysOfWorkbooksFrom1904(t *testing.T) {
	book := strings.Replace(bare["xl/workbook.xml"], "<sheets>", `<workbookPr date1904="1"/><sheets>`, 1)
	got, err := read(t, raw(t, map[string]string{"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheetOf(`<row><c s="1"><v>43911</v></c><c s="1"><v>43911.5</v></c></row>`)}), defaults)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"A:2024-03-22", "B:CELL_DATE_TIME"}}, got)
}

func TestBrokenWorkbooks(t *testing.T) {
	for name, c := range map[string]struct {
		part, text, want string
	}{
		"no content types":       {"[Content_Types].xml", "", "XLSX_KIND"},
		"no main part":           {"_rels/.rels", `<Relationships/>`, "XLSX_KIND"},
		"a text document":        {"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`, "XLSX_KIND"},
		"a binary workbook":      {"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>`, "XLSX_MACROS"},
		"macros":                 {"[Content_Types].xml", `<Types><Override PartName="/xl/vbaProject.bin" ContentType="application/vnd.ms-office.vbaProject"/><Override PartName="/xl/workbook.xml" ContentType="` + mainType + `"/></Types>`, "XLSX_MACROS"},
		"a sheet of macros":      {"xl/_rels/workbook.xml.rels", strings.Replace(bare["xl/_rels/workbook.xml.rels"], "/worksheet\"", "/xlMacrosheet\"", 1), "XLSX_MACROS"},
		"no sheets":              {"xl/workbook.xml", `<workbook ` + main + `/>`, "XLSX_KIND"},
		"no part of the sheet":   {"xl/worksheets/sheet1.xml", "", "XLSX_BROKEN"},
		"no shared strings":      {"xl/sharedStrings.xml", "", "XLSX_BROKEN"},
		"no such string":         {"xl/worksheets/sheet1.xml", sheetOf(`<row><c t="s"><v>3</v></c></row>`), "XLSX_BROKEN"},
		"negative string":        {"xl/worksheets/sheet1.xml", sheetOf(`<row><c t="s"><v>-1</v></c></row>`), "XLSX_BROKEN"},
		"cut XML":                {"xl/worksheets/sheet1.xml", `<worksheet ` + main + `><sheetData><row><c><v>1</v></c></row>`, "XLSX_BROKEN"},
		"document type":          {"xl/worksheets/sheet1.xml", `<!DOCTYPE a [<!ENTITY b "c">]>` + sheetOf(""), "XLSX_BROKEN"},
		"unknown entity":         {"xl/worksheets/sheet1.xml", sheetOf(`<row><c t="str"><v>&b;</v></c></row>`), "XLSX_BROKEN"},
		"other characters":       {"xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="GBK"?>` + sheetOf(""), "XLSX_BROKEN"},
		"not UTF-8":              {"xl/worksheets/sheet1.xml", sheetOf("<row><c t=\"str\"><v>\xff</v></c></row>"), "XLSX_BROKEN"},
		"rows out of order":      {"xl/worksheets/sheet1.xml", sheetOf(`<row r="2"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>`), "XLSX_BROKEN"},
		"cells out of order":     {"xl/worksheets/sheet1.xml", sheetOf(`<row r="2"><c r="B2"><v>1</v></c><c r="B2"><v>1</v></c></row>`), "XLSX_BROKEN"},
		"cell of another row":    {"xl/worksheets/sheet1.xml", sheetOf(`<row r="2"><c r="B3"><v>1</v></c></row>`), "XLSX_BROKEN"},
		"row beyond the sheet":   {"xl/worksheets/sheet1.xml", sheetOf(`<row r="1048577"><c><v>1</v></c></row>`), "XLSX_BROKEN"},
		"column beyond":          {"xl/worksheets/sheet1.xml", sheetOf(`<row r="1"><c r="XFE1"><v>1</v></c></row>`), "XLSX_BROKEN"},
		"unknown type":           {"xl/worksheets/sheet1.xml", sheetOf(`<row r="1"><c t="q"><v>1</v></c></row>`), "XLSX_BROKEN"},
		"elements within values": {"xl/worksheets/sheet1.xml", sheetOf(`<row r="1"><c><v>1<b/>2</v></c></row>`), "XLSX_BROKEN"},
		"deep nesting":           {"xl/worksheets/sheet1.xml", sheetOf(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)), "XLSX_BROKEN"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, raw(t, map[string]string{c.part: c.text}), defaults)
			require.Equal(t, c.want, code(t, err), "%v", err)
		})
	}
}

func TestWorkbookThatIsCutOrChangedAnywhere(t *testing.T) {
	whole := raw(t, nil)
	for n := range whole {
		_, err := read(t, whole[:n], defaults)
		require.Error(t, err, "cut to %d bytes", n)
	}
	want, err := read(t, whole, defaults)
	require.NoError(t, err)
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x55
		if got, err := read(t, changed, defaults); err == nil {
			require.Equal(t, want, got, "byte %d: what is read is right or refused", i)
		}
	}
}

func TestSamePartTwice(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range []string{"xl/a.xml", "XL/A.xml"} {
		_, err := w.Create(name)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	_, err := read(t, b.Bytes(), defaults)
	require.Equal(t, "XLSX_BROKEN", code(t, err))
}
