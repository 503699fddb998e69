package sheet

import (
	"bytes"
	"io"
	"math/big"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// made is a workbook that another program than our reader made.
func made(t testing.TB, change func(f *excelize.File) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	require.NoError(t, f.SetCellValue("Sheet1", "A1", "记录类型"))
	require.NoError(t, f.SetCellValue("Sheet1", "B2", 5118.62))
	require.NoError(t, change(f))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func TestWhatAWorkbookMayNotBe(t *testing.T) {
	for _, c := range []struct {
		name, want, place string
		change            func(f *excelize.File) error
	}{
		{"second sheet with data", "XLSX_SHEETS", "Sheet2!C7", func(f *excelize.File) error {
			_, err := f.NewSheet("Sheet2")
			_ = f.SetCellValue("Sheet2", "C7", "x")
			return err
		}},
		{"hidden sheet with data", "XLSX_HIDDEN_SHEET", "底稿!A1", func(f *excelize.File) error {
			_, err := f.NewSheet("底稿")
			_ = f.SetCellFormula("底稿", "A1", "Sheet1!B2*2")
			_ = f.SetSheetVisible("底稿", false, true)
			return err
		}},
		{"the only data hidden", "XLSX_HIDDEN_SHEET", "Sheet1!A1", func(f *excelize.File) error {
			i, err := f.NewSheet("空")
			f.SetActiveSheet(i)
			_ = f.SetSheetVisible("Sheet1", false)
			return err
		}},
		{"macros", "XLSX_MACROS", "", func(f *excelize.File) error {
			return f.AddVBAProject(append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 512)...))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := made(t, c.change)
			_, err := Open(bytes.NewReader(file), int64(len(file)))
			require.Equal(t, c.want, code(t, err), "%v", err)
			var f *Fault
			require.ErrorAs(t, err, &f)
			require.Equal(t, c.place, f.Place())
		})
	}
}

func TestEmptySheetsAndChartsAreNoData(t *testing.T) {
	file := made(t, func(f *excelize.File) error {
		for _, name := range []string{"Sheet2", "Sheet3"} { // as older office programs add them
			if _, err := f.NewSheet(name); err != nil {
				return err
			}
		}
		style, err := f.NewStyle(&excelize.Style{NumFmt: 2})
		if err == nil {
			err = f.SetCellStyle("Sheet2", "A1", "F9", style)
		}
		if err == nil {
			err = f.SetSheetVisible("Sheet3", false)
		}
		if err != nil {
			return err
		}
		return f.AddChartSheet("图", &excelize.Chart{Type: excelize.Col, Series: []excelize.ChartSeries{{Name: "Sheet1!$A$1", Values: "Sheet1!$B$2"}}})
	})
	got, err := read(t, file, defaults)
	require.NoError(t, err)
	require.Equal(t, [][]string{{"A:'记录类型"}, {"B:5118.62"}}, got)
}

func TestEncryptedAndOldWorkbooks(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	require.NoError(t, f.Write(&b, excelize.Options{Password: "secret"}))
	_, err := read(t, b.Bytes(), defaults)
	require.Equal(t, "XLSX_ENCRYPTED", code(t, err))
	require.True(t, Recognize(b.Bytes()))
	old := append([]byte(oleMagic), make([]byte, 1<<20)...)
	_, err = read(t, old, defaults)
	require.Equal(t, "XLSX_KIND", code(t, err))
	_, err = read(t, append(old, "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"...), defaults)
	require.Equal(t, "XLSX_ENCRYPTED", code(t, err), "wherever the name stands")
	require.False(t, Recognize([]byte("记录类型")))
	require.False(t, Recognize(nil))
}

func TestHiddenRowsAndColumnsAndMerges(t *testing.T) {
	file := made(t, func(f *excelize.File) error {
		for _, err := range []error{
			f.SetCellValue("Sheet1", "C3", 1), f.SetRowVisible("Sheet1", 3, false), f.SetRowVisible("Sheet1", 9, false),
			f.SetCellValue("Sheet1", "E4", 1), f.SetColVisible("Sheet1", "E:F", false), f.MergeCell("Sheet1", "B6", "D7"),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	b, err := Open(bytes.NewReader(file), int64(len(file)))
	require.NoError(t, err)
	rows, err := b.Rows()
	require.NoError(t, err)
	defer rows.Close()
	faults := map[string]string{}
	for {
		row, err := rows.Next()
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		if row.Fault != nil {
			faults[row.Fault.Place()] = row.Fault.Code
		}
		for _, c := range row.Cells {
			if c.Fault != nil {
				faults[c.Fault.Place()] = c.Fault.Code
			}
		}
	}
	require.Equal(t, map[string]string{"Sheet1!C3": "XLSX_HIDDEN_ROW", "Sheet1!E4": "XLSX_HIDDEN_COLUMN"}, faults)
	require.Equal(t, 1, rows.Merges)
	require.Equal(t, "CELL_MERGED", rows.Merged[0].Code)
	require.Equal(t, "Sheet1!B6", rows.Merged[0].Place())
	require.Equal(t, "B6:D7", rows.Merged[0].Value)
}

// What formats make of one number, with the formats of office programs.
func TestFormats(t *testing.T) {
	for format, want := range map[string]shape{
		"General": plain, "G/通用格式": plain, "0": plain, "0.00": plain, "#,##0.00": plain, "@": plain, `0.00_);[红色]\(0.00\)`: plain,
		`_ "¥"* #,##0.00_ ;_ "¥"* \-#,##0.00_ ;_ "¥"* "-"??_ ;_ @_ `: plain, "0.00E+00": plain, "# ?/?": plain, `0"年"`: plain, `0.00"元"`: plain, `"day" 0`: plain,
		`[DBNum2][$-804]G/通用格式`: plain, `[>=10000]0.00;0.00`: plain,
		"0%": percent, "0.00%": percent, `0.00\%`: plain,
		"0.00,": scaled, `0!.0,"万"`: scaled, "#,##0,": scaled, "0,.00": scaled, "#,##0.0,,": scaled,
		"yyyy-mm-dd": day, `yyyy\-mm\-dd`: day, "yyyy/m/d;@": day, `yyyy"年"m"月"d"日"`: day, `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`: day, "d-mmm-yy": day,
		"yyyy-mm-dd hh:mm": day, `e"年"m"月"d"日"`: day, "yyyy年m月d日": day,
		`m"月"d"日"`: moment, "mm-dd": moment, "yyyy-mm": moment, "h:mm:ss": moment, "[h]:mm": moment, "[mm]": moment, "mmm-yy": moment, "mm:ss.0": moment,
		"": plain, "\"": plain, "[": plain, `\`: plain,
	} {
		require.Equal(t, want, shapeOf(format), "%q", format)
	}
	for id, want := range map[int]shape{0: plain, 2: plain, 4: plain, 9: percent, 10: percent, 14: day, 15: day, 16: moment, 17: moment, 22: day, 31: day, 41: plain, 49: plain, 58: moment} {
		require.Equal(t, want, builtin[id], "%d", id)
	}
}

// As office programs write numbers: seventeen digits where fifteen would do.
func TestAmountsAreExactOrRefused(t *testing.T) {
	decimal := func(text string) (string, string) {
		got, f := (&Cell{Kind: Number, Text: text}).Decimal()
		if f != nil {
			return "", f.Code
		}
		return got, ""
	}
	for text, want := range map[string]string{"1.1000000000000001": "1.1", "0.29999999999999999": "0.3", "5118.6199999999999": "5118.62", "-0.5": "-0.5", "1e3": "1000", "999999999999999": "999999999999999", "9999999999999.99": "9999999999999.99"} {
		got, fault := decimal(text)
		require.Empty(t, fault, text)
		require.Equal(t, want, got)
	}
	for text, want := range map[string]string{"0.30000000000000004": "CELL_NUMBER_INEXACT", "33.333333333333336": "CELL_NUMBER_INEXACT", "5000.0000000000000001": "CELL_NUMBER_INEXACT",
		"1234567890123456": "CELL_NUMBER_LARGE", "123456789012345.67": "CELL_NUMBER_INEXACT", "": "CELL_NUMBER", "1.": "CELL_NUMBER", "+1": "CELL_NUMBER", "NaN": "CELL_NUMBER"} {
		_, fault := decimal(text)
		require.Equal(t, want, fault, text)
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "a")
		b := rapid.Int64Range(0, 99_999_999_999_999).Draw(t, "b")
		double := func(fen int64) float64 {
			n, _ := new(big.Rat).SetFrac64(fen, 100).Float64()
			return n
		}
		// Typed amounts, however many digits the program writes, are exact.
		for _, digits := range []int{-1, 15, 16, 17} {
			got, fault := decimal(strconv.FormatFloat(double(a), 'g', digits, 64))
			require.Empty(t, fault)
			fen, err := money.ParseFen(got)
			require.NoError(t, err)
			require.Equal(t, money.Fen(a), fen)
		}
		// Computed ones are exact, or refused, and never another amount.
		got, fault := decimal(strconv.FormatFloat(double(a)+double(b), 'g', 17, 64))
		if fault == "" {
			fen, err := money.ParseFen(got)
			require.NoError(t, err)
			require.Equal(t, money.Fen(a+b), fen)
		}
	})
}

func table(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := NewWriter(&b, "日终变动")
	require.NoError(t, err)
	require.NoError(t, w.Header("合同编号", "日期", "余额", "利率", "逾期天数", "备注"))
	for i := range 500 {
		require.NoError(t, w.Row("QH-"+strconv.Itoa(i), calendar.MustParse("2024-03-22"), money.Fen(100*i+7), money.Rate(34_500_000), i, nil))
	}
	require.NoError(t, w.Row("000123456789012345678", calendar.Date(0), money.Fen(99_999_999_999_999_9), nil, -3, `<&"> 注`))
	require.NoError(t, w.Close())
	return b.Bytes()
}

func TestWriterGivesTheSameBytes(t *testing.T) {
	first := table(t)
	for range 5 {
		require.True(t, bytes.Equal(first, table(t)))
	}
}

func TestWrittenTablesReadTheSame(t *testing.T) {
	file := table(t)
	got, err := read(t, file, defaults)
	require.NoError(t, err)
	require.Len(t, got, 502)
	require.Equal(t, []string{"A:'合同编号", "B:'日期", "C:'余额", "D:'利率", "E:'逾期天数", "F:'备注"}, got[0])
	require.Equal(t, []string{"A:'QH-7", "B:2024-03-22", "C:7.07", "D:3.45", "E:7"}, got[8])
	require.Equal(t, []string{"A:'000123456789012345678", "C:9999999999999.99", "E:-3", `F:'<&"> 注`}, got[501])
	// Another reader sees text, numbers and dates, as people do.
	f, err := excelize.OpenReader(bytes.NewReader(file))
	require.NoError(t, err)
	defer f.Close()
	for cell, want := range map[string]string{"A9": "QH-7", "B9": "2024-03-22", "C9": "7.07", "C502": "9,999,999,999,999.99", "D9": "3.45", "E9": "7", "F9": ""} {
		value, err := f.GetCellValue("日终变动", cell)
		require.NoError(t, err)
		require.Equal(t, want, value, cell)
	}
	kind, err := f.GetCellType("日终变动", "A502")
	require.NoError(t, err)
	require.Equal(t, excelize.CellTypeInlineString, kind)
}

func TestWriterRefusesWhatACellCannotHold(t *testing.T) {
	for _, value := range []any{3.5, money.Fen(1_000_000_000_000_000_01), int(1e16), calendar.MustParse("1900-02-28"), string(make([]rune, excelize.TotalCellChars+1))} {
		w, err := NewWriter(io.Discard, "S")
		require.NoError(t, err)
		require.ErrorContains(t, w.Row("a", value), "row 1, column B")
		require.Error(t, w.Row("b"), "the first error stays")
		require.Error(t, w.Close())
	}
	w, err := NewWriter(io.Discard, "S")
	require.NoError(t, err)
	require.Error(t, w.Row(make([]any, maxWritten+1)...))
	require.Error(t, w.Close())
	_, err = NewWriter(io.Discard, "a/b:c")
	require.Error(t, err)
}

func FuzzSheet(f *testing.F) {
	f.Add([]byte(bare[sheetPart]))
	f.Add([]byte(sheetOf(`<row r="3" hidden="1"><c r="B3" s="1"><v>45373</v></c><c t="inlineStr"><is><t>_x000D_</t><rPh><t>x</t></rPh></is></c></row><row><c t="d"><v>2024-03-22</v></c><c><f>1</f></c></row>`)))
	f.Add([]byte(`<worksheet ` + main + `><cols><col min="1" max="3" hidden="1"/></cols><sheetData><row><c s="2"><v>1E2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`))
	f.Fuzz(func(t *testing.T, part []byte) {
		all, err := read(t, raw(t, map[string]string{sheetPart: string(part)}), defaults)
		if err != nil {
			code(t, err)
			return
		}
		for _, row := range all {
			require.NotEmpty(t, row)
		}
	})
}

func FuzzOpen(f *testing.F) {
	f.Add(raw(f, nil))
	f.Add(table(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := read(t, file, defaults); err != nil {
			code(t, err)
		}
	})
}
