package sheet

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// Book is a workbook of which one sheet holds the data.
type Book struct {
	Sheet string // name of that sheet

	c        *container
	part     string // of that sheet
	formats  []shape
	strings  *texts
	from1904 bool
}

const (
	zipMagic      = "PK\x03\x04"
	emptyZipMagic = "PK\x05\x06"
	oleMagic      = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" // XLS, and XLSX under a password
)

// Recognize reports whether a file that begins so is a workbook, of a kind
// that Open reads or of one that it names and refuses.
func Recognize(beginning []byte) bool {
	for _, magic := range []string{zipMagic, emptyZipMagic, oleMagic} {
		if bytes.HasPrefix(beginning, []byte(magic)) {
			return true
		}
	}
	return false
}

// Open finds the one sheet that holds data. Its error is a *Fault, or that
// of the disk.
func Open(r io.ReaderAt, size int64) (*Book, error) { return open(r, size, defaults) }

func open(r io.ReaderAt, size int64, l limits) (*Book, error) {
	if err := refuseOLE(r, size, l); err != nil {
		return nil, err
	}
	c, err := openContainer(r, size, l)
	if err != nil {
		return nil, err
	}
	main, err := c.main()
	if err != nil {
		return nil, err
	}
	b := &Book{c: c}
	entries, err := b.workbook(main)
	if err != nil {
		return nil, err
	}
	return b, b.choose(entries)
}

// refuseOLE names the older container, which also holds encrypted XLSX.
func refuseOLE(r io.ReaderAt, size int64, l limits) error {
	begin := make([]byte, len(oleMagic))
	if n, err := r.ReadAt(begin, 0); err != nil && n < len(begin) {
		return failure("", err)
	}
	if string(begin) != oleMagic {
		return nil
	}
	var encrypted bytes.Buffer // the name of the stream that an encrypted workbook is in
	for _, letter := range "EncryptedPackage" {
		encrypted.WriteByte(byte(letter))
		encrypted.WriteByte(0)
	}
	found, err := contains(io.NewSectionReader(r, 0, min(size, l.file)), encrypted.Bytes())
	switch {
	case err != nil:
		return err
	case found:
		return fatal("XLSX_ENCRYPTED", "no password", "an encrypted workbook", "工作簿已加密", "the workbook is protected by a password", "save it without a password and send that file")
	}
	return fatal("XLSX_KIND", "XLSX, CSV", "XLS", "旧版 Excel 文件(.xls)不受支持", "this is a workbook of the old kind (.xls)", "save it as an XLSX workbook or as CSV and send that file")
}

func contains(r io.Reader, what []byte) (bool, error) {
	chunk := make([]byte, 0, 64<<10)
	for {
		n, err := io.ReadFull(r, chunk[len(chunk):cap(chunk)])
		chunk = chunk[:len(chunk)+n]
		if bytes.Contains(chunk, what) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		chunk = append(chunk[:0], chunk[len(chunk)-len(what):]...)
	}
}

const (
	contentTypes = "[Content_Types].xml"
	mainType     = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
)

// main is the name of the workbook's main part.
func (c *container) main() (string, error) {
	kind := func(value string) error {
		return fatal("XLSX_KIND", "XLSX, CSV", value, "不是 XLSX 工作簿", "this is no XLSX workbook", "save the sheet as an XLSX workbook or as CSV and send that file")
	}
	if c.find(contentTypes) == nil {
		return "", kind("a zip file")
	}
	roots, err := c.relations("")
	if err != nil {
		return "", err
	}
	main := ""
	for _, r := range roots {
		if r.kind == "officeDocument" {
			main = r.target
		}
	}
	if main == "" {
		return "", kind("an office file without a main part")
	}
	of := ""
	if err := c.each(contentTypes, func(_ string, e xml.StartElement) error {
		switch {
		case e.Name.Local == "Override" && strings.EqualFold(strings.TrimPrefix(attribute(e, "PartName"), "/"), main):
			of = attribute(e, "ContentType")
		case e.Name.Local == "Default" && of == "" && strings.HasSuffix(main, "."+attribute(e, "Extension")):
			of = attribute(e, "ContentType")
		}
		// Some programs declare the default type of macros in every workbook.
		if e.Name.Local == "Override" && strings.HasSuffix(attribute(e, "ContentType"), "vbaProject") {
			return macros()
		}
		return nil
	}); err != nil {
		return "", err
	}
	switch {
	case of == mainType:
		return main, nil
	case strings.Contains(of, "macroEnabled"):
		return "", macros()
	}
	return "", kind(invalid.Shown(of))
}

func macros() error {
	return fatal("XLSX_MACROS", "no macros", "a workbook with macros", "工作簿含宏", "the workbook has macros", "save it as an XLSX workbook without macros and send that file")
}

// entry is a sheet as the workbook lists it.
type entry struct {
	name, kind, part string
	hidden           bool
}

// workbook reads the main part and what belongs to it.
func (b *Book) workbook(main string) ([]entry, error) {
	related, err := b.c.relations(main)
	if err != nil {
		return nil, err
	}
	var entries []entry
	if err := b.c.each(main, func(_ string, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			b.from1904 = truth(attribute(e, "date1904"))
		case "sheet":
			r, ok := related[relationOf(e)]
			if !ok {
				return broken(main, "a sheet has no part")
			}
			state := attribute(e, "state")
			entries = append(entries, entry{name: attribute(e, "name"), kind: r.kind, part: r.target, hidden: state != "" && state != "visible"})
		}
		return nil
	}); err != nil {
		return nil, err
	}
	b.strings = &texts{}
	for _, r := range related {
		switch r.kind {
		case "vbaProject":
			return nil, macros()
		case "styles":
			if b.formats, err = b.c.styles(r.target); err != nil {
				return nil, err
			}
		case "sharedStrings":
			if b.strings, err = b.c.sharedStrings(r.target); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// relationOf is the r:id of an element, which may have another id besides.
func relationOf(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// choose finds the sheet with data: the only one, for what else there is
// would go unseen.
func (b *Book) choose(entries []entry) error {
	found := false
	var first *entry
	for i := range entries {
		e := &entries[i]
		switch e.kind {
		case "worksheet":
		case "chartsheet":
			continue // holds no cells
		default:
			return macros() // sheets of dialogs and of macros
		}
		if first == nil {
			first = e
		}
		at, err := b.firstValue(e)
		if err != nil {
			return err
		}
		if at == nil {
			continue
		}
		switch {
		case e.hidden:
			return &Fault{Sheet: e.name, Row: at.Row, Col: at.Col, Code: "XLSX_HIDDEN_SHEET", Limit: "no hidden sheet with data", Value: invalid.Shown(e.name), alone: true,
				Zh: "隐藏的工作表中有数据", En: "a hidden sheet holds data", Hint: "show the sheet, and delete it if it is not to be sent"}
		case found:
			return &Fault{Sheet: e.name, Row: at.Row, Col: at.Col, Code: "XLSX_SHEETS", Limit: "data on one sheet: " + invalid.Shown(b.Sheet), Value: invalid.Shown(e.name), alone: true,
				Zh: "多个工作表中有数据", En: "a second sheet holds data", Hint: "put all records on one sheet, or save each sheet as a file of its own with head and trailer"}
		}
		b.Sheet, b.part, found = e.name, e.part, true
	}
	if first == nil {
		return fatal("XLSX_KIND", "a sheet", "no sheet", "工作簿没有工作表", "the workbook has no sheet", "export the table again")
	}
	if !found {
		b.Sheet, b.part = first.name, first.part
	}
	return nil
}

// firstValue is where a sheet has its first value; nil if it has none.
func (b *Book) firstValue(e *entry) (*Fault, error) {
	rows, err := b.rows(e.name, e.part)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		if len(row.Cells) > 0 {
			return &Fault{Row: row.N, Col: row.Cells[0].Col}, nil
		}
	}
}
