package dayfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// MaxLine is the longest line in bytes. The longest line that the format's
// columns allow is a quarter of it.
const MaxLine = 16 << 10

// Encoding is how a file's characters are written.
type Encoding string

const (
	UTF8    Encoding = "UTF-8"
	UTF8BOM Encoding = "UTF-8 BOM"
	GB18030 Encoding = "GB18030"
)

const byteOrderMark = "\xef\xbb\xbf"

// firstCell begins every header line, hence every file; its bytes tell the
// encoding of a file for certain, where guessing from text would not.
const firstCell = "记录类型"

var firstCellGB = mustEncode(firstCell)

func mustEncode(s string) string {
	out, err := simplifiedchinese.GB18030.NewEncoder().String(s)
	if err != nil {
		panic(err)
	}
	return out
}

// lines reads a file line by line, in memory of MaxLine at most.
type lines struct {
	r        *bufio.Reader
	n        int // number of the line that next gave
	encoding Encoding
	decoder  *encoding.Decoder
}

func newLines(r io.Reader) *lines { return &lines{r: bufio.NewReaderSize(r, MaxLine+2)} }

// next gives the next line without its end, decoded. io.EOF follows the last
// one. The error may be a *Problem; a line that is too long ends the reading.
func (l *lines) next() (string, error) {
	raw, err := l.r.ReadSlice('\n')
	if len(raw) == 0 && errors.Is(err, io.EOF) {
		return "", io.EOF
	}
	l.n++
	switch {
	case errors.Is(err, bufio.ErrBufferFull):
		return "", l.fatal(&Problem{Code: "LINE_TOO_LONG", Limit: strconv.Itoa(MaxLine) + " bytes", Value: "more than " + strconv.Itoa(MaxLine) + " bytes",
			Zh: "一行过长", En: "the line is too long", Hint: "a line ends with a line feed; check that the file is a CSV table"})
	case err != nil && !errors.Is(err, io.EOF):
		return "", err
	}
	raw = bytes.TrimSuffix(raw, []byte("\n"))
	raw = bytes.TrimSuffix(raw, []byte("\r"))
	if l.n == 1 {
		if raw, err = l.detect(raw); err != nil {
			return "", err
		}
	}
	return l.decode(raw)
}

// fatal marks a problem after which reading on makes no sense.
func (l *lines) fatal(p *Problem) error {
	p.Line = l.n
	return &fatalProblem{p}
}

type fatalProblem struct{ *Problem }

func (f *fatalProblem) Unwrap() error { return f.Problem }

func (l *lines) detect(raw []byte) ([]byte, error) {
	if rest, ok := bytes.CutPrefix(raw, []byte(byteOrderMark)); ok {
		l.encoding, raw = UTF8BOM, rest
	}
	head := bytes.TrimLeft(raw, "\" \t")
	switch {
	case bytes.HasPrefix(head, []byte(firstCell)):
		if l.encoding == "" {
			l.encoding = UTF8
		}
	case bytes.HasPrefix(head, []byte(firstCellGB)) && l.encoding == "":
		l.encoding = GB18030
		l.decoder = simplifiedchinese.GB18030.NewDecoder()
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}) || bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		return nil, l.fatal(&Problem{Code: "ENCODING_UNKNOWN", Limit: "UTF-8, GB18030", Value: "UTF-16",
			Zh: "文件编码不受支持", En: "the file is encoded in UTF-16", Hint: "save the table as CSV UTF-8"})
	default:
		return nil, l.fatal(noHeader(string(raw)))
	}
	return raw, nil
}

func noHeader(line string) *Problem {
	return &Problem{Code: "FILE_HEADER", Limit: firstCell, Value: shownBytes([]byte(line)),
		Zh: "首行不是表头", En: "the first line is no header line", Hint: "the first cell of the file is " + firstCell}
}

// decode turns a line into text. A line in the other encoding is a problem
// that names both: files get mixed when somebody joins two of them.
func (l *lines) decode(raw []byte) (string, error) {
	mixed := func(shown []byte, zh, en string) error {
		return &Problem{Line: l.n, Code: "ENCODING_MIXED", Limit: string(l.encoding), Value: shownBytes(shown),
			Zh: zh, En: en, Hint: "save the whole file in one encoding, best as CSV UTF-8"}
	}
	if l.encoding != GB18030 {
		if !utf8.Valid(raw) {
			shown := raw
			if text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw); err == nil {
				shown = text // as whoever wrote the line meant it
			}
			return "", mixed(shown, "该行不是 UTF-8 编码,与文件其余部分不一致", "the line is not UTF-8 as the rest of the file is")
		}
		return string(raw), nil
	}
	if ascii(raw) {
		return string(raw), nil
	}
	if looksUTF8(raw) {
		return "", mixed(raw, "该行是 UTF-8 编码,与文件其余部分的 GB18030 不一致", "the line is UTF-8 where the rest of the file is GB18030")
	}
	text, err := l.decoder.Bytes(raw)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", mixed(raw, "该行不是 GB18030 编码", "the line is not GB18030 as the rest of the file is")
	}
	return string(text), nil
}

func ascii(raw []byte) bool {
	for _, c := range raw {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// looksUTF8 reports whether a line of a GB18030 file is UTF-8. GB18030 text
// may be well-formed UTF-8 by chance, two letters at a time; four or more
// Chinese characters never are in practice.
func looksUTF8(raw []byte) bool {
	const enough = 4
	chinese := 0
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if r == utf8.RuneError && size < 2 {
			return false
		}
		if r >= 0x3000 && size == 3 {
			chinese++
		}
		raw = raw[size:]
	}
	return chinese >= enough
}
