package dayfile_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/client/dayfile"
)

const small = `记录类型,格式版本,报送机构,报送日期,说明
文件头,1,CentralBank,2024-03-18,合成数据
记录类型,业务流水号,业务日期
营业日,Y1,2024-03-18
营业日,Y2,2024-03-19
记录类型,业务流水号,业务日期,公布日期,一年期利率,五年期以上利率
LPR提出,L1,2024-03-19,2024-02-20,3.45,3.95
记录类型,总笔数,总金额
文件尾,3,0.00
`

func check(t testing.TB, text string) (*dayfile.File, error) {
	t.Helper()
	return dayfile.Check("day.csv", strings.NewReader(text))
}

func problems(t testing.TB, text string) []*dayfile.Problem {
	t.Helper()
	_, err := check(t, text)
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	return bad.Problems
}

func gb(t testing.TB, text string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	require.NoError(t, err)
	return out
}

func TestEncodingsAndLineEndsGiveTheSameLines(t *testing.T) {
	for name, text := range map[string]string{
		"UTF-8":               small,
		"UTF-8 BOM":           "\xef\xbb\xbf" + small,
		"GB18030":             gb(t, small),
		"CRLF":                strings.ReplaceAll(small, "\n", "\r\n"),
		"no last line feed":   strings.TrimSuffix(small, "\n"),
		"padded by an office": strings.ReplaceAll(small, "\n", ",,,\n"),
		"blank lines":         strings.ReplaceAll(small, "记录类型,总笔数", ",,,\n\n记录类型,总笔数"),
		"quoted":              strings.ReplaceAll(small, "Y1", `"Y1"`),
		"tabs against E+17":   strings.ReplaceAll(small, "Y1", "\tY1 "),
	} {
		f, err := check(t, text)
		require.NoError(t, err, name)
		require.Equal(t, 3, f.Trailer.Count, name)
		require.Equal(t, "CentralBank", f.Head.Organization)
		require.Equal(t, "合成数据", f.Head.Note)
		require.Equal(t, map[string]int{"营业日": 2, "LPR提出": 1}, f.Types)
		var lines []*dayfile.Line
		require.NoError(t, f.Each(func(l *dayfile.Line) error { lines = append(lines, l); return nil }))
		require.Len(t, lines, 3)
		require.Equal(t, "consortium.OpenDay", lines[0].Record.Command)
		require.Equal(t, "Y1", lines[0].Content().(*consortium.OpenDayContent).Number)
		change := lines[2].Content().(*consortium.ProposeContent).Change
		require.Equal(t, "3.95", change.LPR[0].FiveYear.String())
	}
}

func TestEncodingIsNamed(t *testing.T) {
	for want, text := range map[dayfile.Encoding]string{dayfile.UTF8: small, dayfile.UTF8BOM: "\xef\xbb\xbf" + small, dayfile.GB18030: gb(t, small)} {
		f, err := check(t, text)
		require.NoError(t, err)
		require.Equal(t, want, f.Encoding)
	}
}

func TestFileIsNamedByItsContent(t *testing.T) {
	f, err := check(t, small)
	require.NoError(t, err)
	mh, err := multihash.Sum([]byte(small), multihash.SHA2_256, -1)
	require.NoError(t, err)
	require.Equal(t, cid.NewCidV1(cid.Raw, mh).String(), f.CID.String())
	require.True(t, strings.HasPrefix(f.CID.String(), "bafkrei"))
}

// What clerks and programs get wrong, each with the whole message.
func TestProblems(t *testing.T) {
	replace := func(old, new string) string {
		require.Contains(t, small, old)
		return strings.Replace(small, old, new, 1)
	}
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "文件为空 / the file is empty (limit head, lines, trailer); export the table again"},
		{"no header", "还款,1,2\n", "第 1 行: 首行不是表头 / line 1: the first line is no header line (value 还款,1,2, limit 记录类型); the first cell of the file is 记录类型"},
		{"cut workbook", "PK\x03\x04rest", "文件不完整或已损坏 / the workbook is cut or damaged (value zip: not a valid zip file, limit a whole XLSX workbook); open it in an office program, save it again and send that file"},
		{"UTF-16", "\xff\xfe\xb0\x8b", "第 1 行: 文件编码不受支持 / line 1: the file is encoded in UTF-16 (value UTF-16, limit UTF-8, GB18030); save the table as CSV UTF-8"},
		{"no head", replace("文件头,1,CentralBank,2024-03-18,合成数据\n", ""), "第 3 行「记录类型」: 第一条记录须为文件头 / line 3: the first record is not the head of the file (value 营业日, limit 文件头); begin with 文件头"},
		{"two heads", replace("文件头,1,CentralBank,2024-03-18,合成数据\n", "文件头,1,CentralBank,2024-03-18\n文件头,1,CentralBank,2024-03-18\n"), "第 3 行「记录类型」: 文件头只能有一条 / line 3: there is a second head (value 文件头, limit one head); send each file by itself"},
		{"version", replace("文件头,1,", "文件头,2,"), "第 2 行「格式版本」: 格式版本不受支持 / line 2: this program does not read that version of the format (value 2, limit 1); write version 1"},
		{"cut before the trailer", small[:strings.Index(small, "记录类型,总笔数")], "第 7 行: 没有文件尾,文件可能不完整 / line 7: the file has no trailer; it may have been cut (value 3 lines, limit 文件尾 as the last record); export the whole table again and compare its length"},
		{"cut in the trailer", strings.TrimSuffix(small, ",0.00\n"), "第 9 行「总金额」: 不得为空 / line 9: the cell is empty (limit required); enter a value like 5000.00"},
		{"count", replace("文件尾,3", "文件尾,4"), "第 9 行「总笔数」: 总笔数与明细不符 / line 9: the trailer's count does not agree with the lines (value 4, limit 3 lines); check that no line is missing or twice"},
		{"sum", replace("3,0.00", "3,0.01"), "第 9 行「总金额」: 总金额与明细合计不符 / line 9: the trailer's sum does not agree with the lines (value 0.01, limit 0.00); check the amounts against your own books"},
		{"after the trailer", small + "营业日,Y3,2024-03-20\n", "第 10 行: 文件尾之后还有内容 / line 10: there is a line after the trailer (value 营业日,Y3,2024-03-20, limit nothing after 文件尾); move it before the trailer and correct the trailer"},
		{"date that does not exist", replace("Y2,2024-03-19", "Y2,2024-02-30"), "第 5 行「业务日期」: 日期不存在 / line 5: the date does not exist (value 2024-02-30, limit a day of the calendar); check month and day"},
		{"slash date", replace("Y2,2024-03-19", "Y2,2024/3/19"), "第 5 行「业务日期」: 日期格式不对 / line 5: the date is not written as year-month-day (value 2024/3/19, limit YYYY-MM-DD); set the column's format to yyyy-mm-dd"},
		{"rate with too many decimals", replace("3.45", "3.4500001"), "第 7 行「一年期利率」: 利率的小数位数过多 / line 7: the rate has too many decimals (value 3.4500001, limit 6 decimals); write it like 3.85"},
		{"command's own check", replace("3.45", "0"), "第 7 行「公布日期」: 参照表内容不正确 / line 7: a row of the table is out of range (value 2024-02-20, limit 0..25 percent, with a date); correct the line: no ledger would take it"},
		{"empty cell", replace("Y2", ""), "第 5 行「业务流水号」: 不得为空 / line 5: the cell is empty (limit required); enter a value like YYR-20240318"},
		{"long cell", replace("Y2", strings.Repeat("9", 65)), "第 5 行「业务流水号」: 内容过长 / line 5: the value is too long (value 65, limit 64 characters); shorten it"},
		{"surplus cell", replace("Y2,2024-03-19", "Y2,2024-03-19,x"), "第 5 行: 该记录类型没有这一栏 / line 5: this record type has no such column (value x, limit empty for 营业日); empty the cell, or check the header line above"},
		{"unknown column", replace("业务日期\n", "业务日期,备忘\n"), "第 3 行「备忘」: 没有这个栏目 / line 3: no record type has this column (value 备忘); see docs/day-files.md for the columns; delete helper columns"},
		{"column twice", replace("业务日期\n", "业务日期,业务日期\n"), "第 3 行「业务日期」: 栏目重复 / line 3: the column occurs twice (value 业务日期, limit once); delete one of the two"},
		{"column missing", replace("记录类型,业务流水号,业务日期\n", "记录类型,业务流水号\n"), "第 3 行「业务日期」: 表头缺少该栏目 / line 3: the header line lacks a column that a record below it needs (value 营业日, limit required for 营业日); add the column to the header line"},
		{"quotes", replace("Y2", `"Y2`), `第 5 行: 引号不成对,或单元格内有换行 / line 5: quotes do not match, or a cell holds a line break (value extraneous or missing " in quoted-field, limit a cell in quotes closes them on its line, inner quotes doubled); remove line breaks from the cells`},
		{"control character", replace("Y2", "Y\x002"), `第 5 行: 单元格中有控制字符 / line 5: a cell has a control character (value Y\x002, limit no control characters); clear the cell's formatting and type the value again`},
		{"full width", replace("2024-03-19", "２０２４-03-19"), "第 5 行「业务日期」: 日期格式不对 / line 5: the date is not written as year-month-day (value ２０２４-03-19, limit YYYY-MM-DD); type digits, points and letters in half width"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, problems(t, c.text)[0].Error())
		})
	}
}

func TestUnknownRecordNamesTheTypes(t *testing.T) {
	p := problems(t, strings.Replace(small, "营业日,Y2", "营业曰,Y2", 1))
	require.Equal(t, "RECORD_UNKNOWN", p[0].Code)
	require.Equal(t, 5, p[0].Line)
	require.Equal(t, "营业曰", p[0].Value)
	require.Contains(t, p[0].Limit, "营业日")
	require.Len(t, p, 1, "the line still counts in the trailer")
}

func TestMixedEncodingsNameTheLine(t *testing.T) {
	lines := strings.SplitAfter(small, "\n")
	utf := append([]string(nil), lines...)
	utf[4] = gb(t, lines[4])
	p := problems(t, strings.Join(utf, ""))
	require.Equal(t, "ENCODING_MIXED", p[0].Code)
	require.Equal(t, `第 5 行: 该行不是 UTF-8 编码,与文件其余部分不一致 / line 5: the line is not UTF-8 as the rest of the file is (value 营业日,Y2,2024-03-19, limit UTF-8); save the whole file in one encoding, best as CSV UTF-8`, p[0].Error())

	chinese := make([]string, len(lines))
	for i, l := range lines {
		chinese[i] = gb(t, l)
	}
	chinese[6] = strings.Replace(lines[6], "L1", "甲乙", 1)
	p = problems(t, strings.Join(chinese, ""))
	require.Equal(t, "ENCODING_MIXED", p[0].Code)
	require.Equal(t, 7, p[0].Line)
	require.Equal(t, "GB18030", p[0].Limit)

	chinese[6] = gb(t, lines[6])
	chinese[4] = "\xff\xff" + chinese[4]
	p = problems(t, strings.Join(chinese, ""))
	require.Equal(t, "ENCODING_MIXED", p[0].Code)
	require.Equal(t, 5, p[0].Line)
}

func TestAllProblemsAreCountedAndFiftyNamed(t *testing.T) {
	var b strings.Builder
	b.WriteString(small[:strings.Index(small, "营业日,Y1")])
	for range 80 {
		b.WriteString("营业日,Y,2024-13-01\n")
	}
	b.WriteString("记录类型,总笔数,总金额\n文件尾,80,0.00\n")
	_, err := check(t, b.String())
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, 80, bad.Count)
	require.Len(t, bad.Problems, dayfile.MaxProblems)
	require.Contains(t, err.Error(), "另有 30 处")
	require.True(t, bad.Has("DATE_NOT_EXISTING"))
}

// endless is a line of any length without end.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= n
	return int(n), nil
}

type readSeeker struct{ io.Reader }

func (readSeeker) Seek(int64, int) (int64, error) { return 0, nil }

func TestLongLineIsRefusedInLittleMemory(t *testing.T) {
	head := small[:strings.Index(small, "营业日,Y1")]
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := dayfile.Check("day.csv", readSeeker{io.MultiReader(strings.NewReader(head), &endless{100 << 20})})
	runtime.ReadMemStats(&after)
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "第 4 行: 一行过长 / line 4: the line is too long (value more than 16384 bytes, limit 16384 bytes); a line ends with a line feed; check that the file is a CSV table", bad.Problems[0].Error())
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(4<<20))
}

func TestFileThatIsCutAnywhereIsRefused(t *testing.T) {
	for _, text := range []string{small, gb(t, small)} {
		whole := strings.TrimSuffix(text, "\n")
		for n := range len(whole) {
			_, err := check(t, whole[:n])
			var bad *dayfile.FileError
			if n == len(whole)-1 {
				continue // 0.0 is 0.00
			}
			if n == len(whole)-3 {
				continue // and so is 0
			}
			require.ErrorAs(t, err, &bad, "cut to %d of %d bytes", n, len(whole))
		}
	}
}

func TestChangedFileIsNoticed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.csv")
	require.NoError(t, os.WriteFile(path, []byte(small), 0o600))
	f, err := dayfile.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	require.NoError(t, os.WriteFile(path, []byte(strings.Replace(small, "Y2", "Y9", 1)), 0o600))
	require.ErrorIs(t, f.Each(func(*dayfile.Line) error { return nil }), dayfile.ErrChanged)
}

func TestPipeIsRefused(t *testing.T) {
	_, err := dayfile.Open(os.DevNull)
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "FILE_NOT_REGULAR", bad.Problems[0].Code)
}

func TestOneWideHeaderServesSeveralRecordTypes(t *testing.T) {
	f, err := check(t, `记录类型,业务流水号,业务日期,公布日期,一年期利率,五年期以上利率,格式版本,报送机构,报送日期,总笔数,总金额
文件头,,,,,,1,CentralBank,2024-03-18
营业日,Y1,2024-03-18
LPR提出,L1,2024-03-18,2024-02-20,3.45,3.95
营业日,Y2,2024-03-19
文件尾,,,,,,,,,3,0.00
`)
	require.NoError(t, err)
	require.Equal(t, 3, f.Trailer.Count)
}

func FuzzCheck(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("\xef\xbb\xbf" + small))
	f.Add([]byte(gb(f, small)))
	for _, r := range dayfile.Records() {
		f.Add(example(f, r, dayfile.UTF8))
		f.Add(example(f, r, dayfile.GB18030))
		f.Add(asSheet(f, example(f, r, dayfile.UTF8)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		file, err := dayfile.Check("fuzz", bytes.NewReader(raw))
		if err != nil {
			var bad *dayfile.FileError
			require.ErrorAs(t, err, &bad)
			require.NotEmpty(t, bad.Problems)
			for _, p := range bad.Problems {
				require.NotEmpty(t, p.Code)
				require.NotEmpty(t, p.Zh)
				require.NotEmpty(t, p.En)
				require.LessOrEqual(t, len(p.Error()), 4096)
			}
			return
		}
		// What is right can be written again, and reads the same.
		var again bytes.Buffer
		w, err := dayfile.NewWriter(&again, dayfile.UTF8, file.Head)
		require.NoError(t, err)
		var first [][]string
		require.NoError(t, file.Each(func(l *dayfile.Line) error {
			first = append(first, l.Cells())
			return w.Write(l.Record, l.Value)
		}))
		require.NoError(t, w.Close())
		back, err := dayfile.Check("again", bytes.NewReader(again.Bytes()))
		require.NoError(t, err, "%s", again.String())
		require.Equal(t, file.Trailer, back.Trailer)
		i := 0
		require.NoError(t, back.Each(func(l *dayfile.Line) error {
			require.Equal(t, first[i], l.Cells())
			i++
			return nil
		}))
	})
}
