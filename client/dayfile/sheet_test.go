package dayfile_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/client/dayfile"
)

// asSheet is a CSV day file as a workbook.
func asSheet(t testing.TB, csv []byte) []byte {
	t.Helper()
	f, err := dayfile.Check("day.csv", bytes.NewReader(csv))
	require.NoError(t, err)
	var b bytes.Buffer
	dayfile.WriteSheet(t, &b, f)
	return b.Bytes()
}

func values(t testing.TB, f *dayfile.File) (list []any) {
	t.Helper()
	require.NoError(t, f.Each(func(l *dayfile.Line) error {
		list = append(list, l.Record.Type, l.N, l.Value)
		return nil
	}))
	return list
}

func TestEveryRecordReadsTheSameFromASheet(t *testing.T) {
	for _, r := range dayfile.Records() {
		raw := example(t, r, dayfile.UTF8)
		want, err := dayfile.Check("day.csv", bytes.NewReader(raw))
		require.NoError(t, err)
		file := asSheet(t, raw)
		got, err := dayfile.Check("day.dat", bytes.NewReader(file)) // whatever its name
		require.NoError(t, err, r.Type)
		require.Equal(t, dayfile.XLSX, got.Format)
		require.Equal(t, dayfile.CSV, want.Format)
		require.Equal(t, dayfile.UTF8BOM, got.Encoding)
		require.Equal(t, want.Head, got.Head)
		require.Equal(t, want.Trailer, got.Trailer)
		require.Equal(t, want.Types, got.Types)
		require.Equal(t, want.Banks, got.Banks)
		require.Equal(t, values(t, want), values(t, got), r.Type)
		sum := sha256.Sum256(file)
		mh, err := multihash.Encode(sum[:], multihash.SHA2_256)
		require.NoError(t, err)
		require.Equal(t, cid.NewCidV1(cid.Raw, mh).String(), got.CID.String(), "named by the file's own bytes")
	}
}

// Workbooks saved by other programs: openpyxl, and LibreOffice Calc from it.
func TestWorkbooksOfOtherPrograms(t *testing.T) {
	for _, name := range []string{"openpyxl.xlsx", "libreoffice.xlsx"} {
		f, err := dayfile.Open(filepath.Join("testdata", "workbooks", name))
		require.NoError(t, err, name)
		require.Equal(t, "100006319.01", f.Trailer.Sum.String())
		var amounts []string
		require.NoError(t, f.Each(func(l *dayfile.Line) error {
			c := l.Cells()
			require.Equal(t, "2024-04-22", c[2])
			amounts = append(amounts, c[4])
			return nil
		}))
		require.Equal(t, []string{"5118.62", "0.10", "1200.00", "0.30", "99999999.99"}, amounts)
		require.NoError(t, f.Close())
	}
}

const repayments = `记录类型,格式版本,报送机构,报送日期,说明
文件头,1,BankA,2024-04-22,合成数据
记录类型,业务流水号,业务日期,合同编号,还款金额
还款,HK1,2024-04-22,QH-1,5118.62
还款,HK2,2024-04-22,QH-2,1200.00
记录类型,总笔数,总金额
文件尾,2,6318.62
`

// spoil changes a good workbook as clerks do; the sheet is 明细, its fifth
// row is HK2.
func spoil(t testing.TB, change func(f *excelize.File) error) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(asSheet(t, []byte(repayments))))
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, change(f))
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	return b.Bytes()
}

func sheetProblems(t testing.TB, file []byte) []*dayfile.Problem {
	t.Helper()
	_, err := dayfile.Check("day.xlsx", bytes.NewReader(file))
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, len(bad.Problems), min(bad.Count, dayfile.MaxProblems))
	return bad.Problems
}

const sheetName = "明细"

func set(cell string, value any) func(*excelize.File) error {
	return func(f *excelize.File) error { return f.SetCellValue(sheetName, cell, value) }
}

func format(cell, code string) func(*excelize.File) error {
	return func(f *excelize.File) error {
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		if err != nil {
			return err
		}
		return f.SetCellStyle(sheetName, cell, cell, style)
	}
}

func both(list ...func(*excelize.File) error) func(*excelize.File) error {
	return func(f *excelize.File) error {
		for _, change := range list {
			if err := change(f); err != nil {
				return err
			}
		}
		return nil
	}
}

// What clerks and office programs do to workbooks, each with the whole
// message: sheet, row and column named.
func TestSheetProblems(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*excelize.File) error
		want   string
	}{
		{"formula", func(f *excelize.File) error { return f.SetCellFormula(sheetName, "E5", "600*2") },
			"第 5 行「还款金额」(明细!E5): 单元格为公式 / line 5, 明细!E5: the cell is a formula (value 1200, limit values); copy the column and paste it as values"},
		{"sum as a formula", func(f *excelize.File) error { return f.SetCellFormula(sheetName, "C7", "SUM(E4:E5)") },
			"第 7 行「总金额」(明细!C7): 单元格为公式 / line 7, 明细!C7: the cell is a formula (value 6318.62, limit values); copy the column and paste it as values"},
		{"formula for a header", func(f *excelize.File) error { return f.SetCellFormula(sheetName, "E3", "E2") },
			"第 3 行「E」(明细!E3): 单元格为公式 / line 3, 明细!E3: the cell is a formula (value =, limit values); copy the column and paste it as values"},
		{"formula for a record type", func(f *excelize.File) error { return f.SetCellFormula(sheetName, "A5", "A4") },
			"第 5 行「记录类型」(明细!A5): 单元格为公式 / line 5, 明细!A5: the cell is a formula (value =, limit values); copy the column and paste it as values"},
		{"formula beside the table", func(f *excelize.File) error { return f.SetCellFormula(sheetName, "H5", "E5*2") },
			"第 5 行「H」(明细!H5): 单元格为公式 / line 5, 明细!H5: the cell is a formula (value =, limit values); copy the column and paste it as values"},
		{"merged cells", func(f *excelize.File) error { return f.MergeCell(sheetName, "C4", "C5") },
			"第 4 行「C」(明细!C4): 合并单元格 / line 4, 明细!C4: cells are merged (value C4:C5, limit no merged cells); undo the merge and give each cell its own value"},
		{"text number", set("E5", "1200.00"),
			"第 5 行「还款金额」(明细!E5): 数值以文本形式存储 / line 5, 明细!E5: the number is stored as text (value 1200.00, limit a number); convert the column to numbers (数据 > 分列 > 完成, or the green corner) and check the values"},
		{"count as text", set("B7", "2"),
			"第 7 行「总笔数」(明细!B7): 数值以文本形式存储 / line 7, 明细!B7: the number is stored as text (value 2, limit a number); convert the column to numbers (数据 > 分列 > 完成, or the green corner) and check the values"},
		{"date as a number", both(set("C5", 45404), format("C5", "General")),
			"第 5 行「业务日期」(明细!C5): 日期以数字形式存储 / line 5, 明细!C5: the date is a bare number (value 45404, limit a date); set the column's format to yyyy-mm-dd and check the dates, or write 2024-03-22 as text"},
		{"date without its year", format("C5", `m"月"d"日"`),
			"第 5 行「业务日期」(明细!C5): 日期格式未显示完整的年月日 / line 5, 明细!C5: the cell's format does not show year, month and day (value 45404, limit a date with year, month and day); set the column's format to yyyy-mm-dd and check the dates"},
		{"date with a time", both(set("C5", 45404.25), format("C5", "yyyy-mm-dd")),
			"第 5 行「业务日期」(明细!C5): 不是日期,或带有时刻 / line 5, 明细!C5: the cell is no day, or has a time of day (value 45404.25, limit a day from 1900-03-01 to 2200-12-31, without a time); enter the date alone, like 2024-03-22"},
		{"date in another form", set("C5", "2024/4/22"),
			"第 5 行「业务日期」(明细!C5): 日期格式不对 / line 5, 明细!C5: the date is not written as year-month-day (value 2024/4/22, limit YYYY-MM-DD); set the column's format to yyyy-mm-dd"},
		{"number for a code", set("D5", 91630100),
			"第 5 行「合同编号」(明细!D5): 编号或文字以数值形式存储,可能已丢失前导零或第 15 位以后的数字 / line 5, 明细!D5: the code or text is stored as a number, which loses leading zeros and all digits after the fifteenth (value 91630100, limit text); format the column as text and enter the values again"},
		{"remainder of a computation", set("E5", 1199.9999999999998),
			"第 5 行「还款金额」(明细!E5): 数值带有计算产生的尾差,不是准确的金额或利率 / line 5, 明细!E5: the number has the remainder of a computation and is no exact decimal (value 1199.99999999999, limit at most 15 digits and 9 decimals); round it with ROUND, paste it as a value and check it"},
		{"three decimals", set("E5", 1200.005),
			"第 5 行「还款金额」(明细!E5): 金额的小数位数过多 / line 5, 明细!E5: the amount has too many decimals (value 1200.005, limit 2 decimals); write it like 5000.00"},
		{"negative", set("E5", -1200),
			"第 5 行「还款金额」(明细!E5): 此处不得带正负号 / line 5, 明细!E5: a sign is not allowed here (value -1200, limit no sign); write the number without + or -"},
		{"percentage", format("E5", "0.00%"),
			"第 5 行「还款金额」(明细!E5): 单元格为百分比格式,存储值与显示值相差一百倍 / line 5, 明细!E5: the cell is formatted as a percentage and holds a hundredth of what it shows (value 1200, limit a number without %); format the column as a number and enter 3.45 for 3.45%"},
		{"in ten thousands", format("E5", `0!.0,"万"`),
			"第 5 行「还款金额」(明细!E5): 单元格格式按千或万缩放,显示值与存储值不同 / line 5, 明细!E5: the cell's format scales the number: it shows another one than it holds (value 1200, limit a number format without scaling); format the column as a number with two decimals and check the values"},
		{"date for an amount", format("E5", "yyyy-mm-dd"),
			"第 5 行「还款金额」(明细!E5): 此处须为数值,单元格却是日期或时间 / line 5, 明细!E5: the cell is a date or time where a number is due (value 1200, limit a number); format the column as a number and check the values"},
		{"truth value", set("D5", true),
			"第 5 行「合同编号」(明细!D5): 单元格为逻辑值 / line 5, 明细!D5: the cell is a truth value (value 1, limit text or a number); write 是 or 否 as text"},
		{"no amount", set("E5", nil),
			"第 5 行「还款金额」(明细!E5): 不得为空 / line 5, 明细!E5: the cell is empty (limit required); enter a value like 5118.62"},
		{"words for an amount", set("E5", "见附件"),
			"第 5 行「还款金额」(明细!E5): 金额格式不对 / line 5, 明细!E5: the amount is not a decimal number (value 见附件, limit digits, at most 2 decimals); write it like 5000.00"},
		{"line break", set("D5", "QH\n2"),
			`第 5 行「D」(明细!D5): 单元格中有控制字符 / line 5, 明细!D5: a cell has a control character (value QH\n2, limit no control characters); clear the cell's formatting and type the value again`},
		{"zero, by the command's own check", set("E5", 0),
			"第 5 行「还款金额」(明细!E5): 金额必须大于零且在上限之内 / line 5, 明细!E5: the amount must be above zero and within the limit (value 0.00, limit 0.01..100000000000.00); correct the line: no ledger would take it"},
		{"helper column", both(set("F3", "备忘"), set("F5", "x")),
			"第 3 行「备忘」(明细!F3): 没有这个栏目 / line 3, 明细!F3: no record type has this column (value 备忘); see docs/day-files.md for the columns; delete helper columns"},
		{"surplus cell", set("G5", "x"),
			"第 5 行(明细!G5): 该记录类型没有这一栏 / line 5, 明细!G5: this record type has no such column (value x, limit empty for 还款); empty the cell, or check the header line above"},
		{"too wide", set("JA5", "x"),
			"第 5 行(明细!JA5): 列数过多 / line 5, 明细!JA5: the line has too many cells (value 261, limit 256); delete the columns to the right of the table"},
		{"filtered row", func(f *excelize.File) error { return f.SetRowVisible(sheetName, 5, false) },
			"第 5 行「A」(明细!A5): 隐藏的行中有数据 / line 5, 明细!A5: a hidden row holds data (value 还款, limit no hidden row with data); show all rows and clear the filter; delete the row if it is not to be sent"},
		{"hidden column", func(f *excelize.File) error { return f.SetColVisible(sheetName, "D", false) },
			"第 2 行「报送日期」(明细!D2): 隐藏的列中有数据 / line 2, 明细!D2: a hidden column holds data (value 45404, limit no hidden column with data); show all columns; delete the column if it is not to be sent"},
		{"a title above", func(f *excelize.File) error {
			if err := f.InsertRows(sheetName, 1, 1); err != nil {
				return err
			}
			return f.SetCellValue(sheetName, "A1", "还款明细表")
		}, "第 1 行(明细!A1): 首行不是表头 / line 1, 明细!A1: the first line is no header line (value 还款明细表, limit 记录类型); the first cell of the file is 记录类型"},
		{"second sheet with data", func(f *excelize.File) error {
			_, err := f.NewSheet("五月")
			_ = f.SetCellValue("五月", "B3", 1)
			return err
		}, "第 3 行「B」(五月!B3): 多个工作表中有数据 / line 3, 五月!B3: a second sheet holds data (value 五月, limit data on one sheet: 明细); put all records on one sheet, or save each sheet as a file of its own with head and trailer"},
		{"trailer's sum", set("C7", 6318.63),
			"第 7 行「总金额」(明细!C7): 总金额与明细合计不符 / line 7, 明细!C7: the trailer's sum does not agree with the lines (value 6318.63, limit 6318.62); check the amounts against your own books"},
		{"no trailer", both(func(f *excelize.File) error { return f.RemoveRow(sheetName, 7) }, func(f *excelize.File) error { return f.RemoveRow(sheetName, 6) }),
			"第 5 行: 没有文件尾,文件可能不完整 / line 5: the file has no trailer; it may have been cut (value 2 lines, limit 文件尾 as the last record); export the whole table again and compare its length"},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := sheetProblems(t, spoil(t, c.change))
			var all []string
			for _, p := range list {
				all = append(all, p.Error())
			}
			require.Contains(t, all, c.want, strings.Join(all, "\n"))
			require.LessOrEqual(t, len(all), 6, "little follows from it: %s", strings.Join(all, "\n"))
		})
	}
}

func TestDatesAsTextAreTaken(t *testing.T) {
	f, err := dayfile.Check("day.xlsx", bytes.NewReader(spoil(t, both(set("C5", "2024-04-22"), set("D2", "2024-04-22")))))
	require.NoError(t, err)
	require.Equal(t, 2, f.Trailer.Count)
}

// Merges are known at the end of a sheet only, and yet named first.
func TestMergesComeBeforeWhatFollowsFromThem(t *testing.T) {
	file := spoil(t, func(f *excelize.File) error {
		for i := range 60 {
			if err := f.SetCellValue(sheetName, fmt.Sprint("A", 10+i), "还贷"); err != nil {
				return err
			}
		}
		if err := f.RemoveRow(sheetName, 7); err != nil {
			return err
		}
		return f.MergeCell(sheetName, "A9", "B12")
	})
	list := sheetProblems(t, file)
	require.Len(t, list, dayfile.MaxProblems)
	require.Equal(t, "CELL_MERGED", list[0].Code)
}

func TestEmptyAndEncryptedSheets(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	require.NoError(t, f.Write(&b))
	require.Equal(t, "FILE_EMPTY", sheetProblems(t, b.Bytes())[0].Code)
	b.Reset()
	require.NoError(t, f.Write(&b, excelize.Options{Password: "p"}))
	require.Equal(t, "工作簿已加密 / the workbook is protected by a password (value an encrypted workbook, limit no password); save it without a password and send that file", sheetProblems(t, b.Bytes())[0].Error())
}

func TestReceiptOfASheet(t *testing.T) {
	csv := days(t, "A", "B", "R1")
	path := filepath.Join(t.TempDir(), "days.XLSX")
	var b bytes.Buffer
	dayfile.WriteSheet(t, &b, csv)
	require.NoError(t, os.WriteFile(path, b.Bytes(), 0o600))
	f, err := dayfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	l := &ledgerStub{seen: map[string]bool{"B": true}}
	r, err := dayfile.Import(context.Background(), f, sender(l), dayfile.Options{})
	require.NoError(t, err)
	require.Equal(t, dayfile.Progress{Total: 3, Accepted: 1, Already: 1, Refused: 1}, r.Progress)
	require.Equal(t, []string{"A", "B", "R1"}, l.order, "in the order of the sheet")
	require.Equal(t, filepath.Join(filepath.Dir(path), "days.receipt.csv"), r.Path)
	raw, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(raw, []byte("\xef\xbb\xbf记录类型,")), "office programs open it rightly")
	require.Contains(t, string(raw), "回执头,1,days.XLSX,"+f.CID.String())
	require.Contains(t, string(raw), "回执,6,营业日,R1,拒绝,", "the row of the sheet")
	again, err := dayfile.Open(r.Refused) // CSV, to be corrected and sent
	require.NoError(t, err)
	defer again.Close()
	require.Equal(t, 1, again.Trailer.Count)
	second, err := dayfile.Import(context.Background(), f, sender(l), dayfile.Options{})
	require.NoError(t, err)
	require.Equal(t, dayfile.Progress{Total: 3, Already: 2, Refused: 1}, second.Progress)
}

func TestChangedSheetIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.xlsx")
	require.NoError(t, os.WriteFile(path, asSheet(t, []byte(repayments)), 0o600))
	f, err := dayfile.Open(path)
	require.NoError(t, err)
	defer f.Close()
	require.NoError(t, os.WriteFile(path, asSheet(t, []byte(strings.Replace(repayments, "HK2", "HK9", 1))), 0o600))
	require.ErrorIs(t, f.Each(func(*dayfile.Line) error { return nil }), dayfile.ErrChanged)
	require.NoError(t, os.WriteFile(path, []byte("记录类型"), 0o600))
	require.ErrorIs(t, f.Each(func(*dayfile.Line) error { return nil }), dayfile.ErrChanged)
}
