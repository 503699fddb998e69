package claimsheet

import (
	_ "embed"
	"io"
	"strconv"

	"github.com/signintech/gopdf"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// song is AR PL SungtiL GB (font/LICENSE).
//
//go:embed font/gbsn00lp.ttf
var song []byte

const family = "song"

// Where a line of text stands.
const (
	toTheLeft  = gopdf.Left
	center     = gopdf.Center
	toTheRight = gopdf.Right
)

// missing stands for a character that the font does not have, as printers put
// it 〓.
const missing = '〓'

// Measures in points.
const (
	margin   = 42.0
	leading  = 1.45
	bodySize = 9.5
	cellPad  = 3.0
)

// paper lays text and ruled tables out on pages of A4.
type paper struct {
	*gopdf.GoPdf
	y    float64
	size float64
	err  error
}

func newPaper() *paper {
	p := &paper{GoPdf: &gopdf.GoPdf{}}
	p.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	p.SetInfo(gopdf.PdfInfo{Title: title, Creator: "Qingxinlian qxl", Producer: "Qingxinlian qxl"})
	p.keep(p.AddTTFFontDataWithOption(family, song, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return missing }}))
	p.page()
	return p
}

func (p *paper) keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *paper) page() {
	p.AddPage()
	p.y = margin
	p.SetLineWidth(0.5)
	p.set(bodySize)
}

func (p *paper) set(size float64) {
	p.size = size
	p.keep(p.SetFont(family, "", size))
}

func (p *paper) width() float64 { return gopdf.PageSizeA4.W - 2*margin }

// room begins a page where less than so much is left of this one.
func (p *paper) room(height float64) {
	if p.y+height > gopdf.PageSizeA4.H-margin {
		size := p.size
		p.page()
		p.set(size)
	}
}

// wrapped breaks a text into lines that fit a width. Chinese breaks anywhere.
func (p *paper) wrapped(text string, width float64) []string {
	if text == "" {
		return []string{""}
	}
	lines, err := p.SplitText(text, width)
	p.keep(err)
	return lines
}

// line writes a text from one margin to the other.
func (p *paper) line(text string, size float64, align int) {
	p.set(size)
	for _, t := range p.wrapped(text, p.width()) {
		p.room(size * leading)
		p.SetXY(margin, p.y)
		p.keep(p.CellWithOption(&gopdf.Rect{W: p.width(), H: size * leading}, t, gopdf.CellOption{Align: align | gopdf.Middle}))
		p.y += size * leading
	}
	p.set(bodySize)
}

// cell of a table: a text to the left, or a number to the right.
type cell struct {
	text  string
	right bool
}

// row writes a row of a ruled table.
func (p *paper) row(widths []float64, cells ...cell) {
	height := 0.0
	texts := make([][]string, len(cells))
	for i, c := range cells {
		texts[i] = p.wrapped(c.text, widths[i]*p.width()-2*cellPad)
		height = max(height, float64(len(texts[i]))*p.size*leading+2*cellPad)
	}
	p.room(height)
	x := margin
	for i, c := range cells {
		w := widths[i] * p.width()
		p.RectFromUpperLeftWithStyle(x, p.y, w, height, "D")
		align := toTheLeft
		if c.right {
			align = toTheRight
		}
		for j, t := range texts[i] {
			p.SetXY(x+cellPad, p.y+cellPad+float64(j)*p.size*leading)
			p.keep(p.CellWithOption(&gopdf.Rect{W: w - 2*cellPad, H: p.size * leading}, t, gopdf.CellOption{Align: align | gopdf.Middle}))
		}
		x += w
	}
	p.y += height
}

func (p *paper) write(w io.Writer) error {
	if p.err != nil {
		return p.err
	}
	_, err := p.WriteTo(w)
	return err
}

// WritePDF writes a claim as a PDF: the application with its computation.
func WritePDF(w io.Writer, s *compensation.ClaimSheet, on calendar.Date) error {
	p := newPaper()
	p.line(title, 16, center)
	p.y += 4
	p.line(stated(on), bodySize, toTheRight)
	two := []float64{0.18, 0.32, 0.18, 0.32}
	list := facts(s)
	for i := 0; i < len(list); i += 2 {
		cells := []cell{{text: list[i].name}, {text: list[i].value}, {}, {}}
		if i+1 < len(list) {
			cells[2], cells[3] = cell{text: list[i+1].name}, cell{text: list[i+1].value}
		}
		p.row(two, cells...)
	}
	p.y += 8
	five := []float64{0.07, 0.29, 0.17, 0.17, 0.30}
	p.row(five, cell{text: "序号"}, cell{text: "项目"}, cell{text: "金额（元）", right: true}, cell{text: "金额（万元）", right: true}, cell{text: "依据"})
	for i, l := range lines(s) {
		value := or(l.shown, l.value)
		wan := ""
		if f, err := money.ParseSignedFen(value); err == nil && !l.percent {
			value, wan = f.Display(), wanOf(f)
		}
		name := l.name
		if bound(s, l.key) {
			name += " ← 决定项"
		}
		p.row(five, cell{text: strconv.Itoa(i + 1)}, cell{text: name}, cell{text: value, right: true}, cell{text: wan, right: true}, cell{text: l.from})
	}
	p.y += 4
	for _, text := range conclusion(s) {
		p.line(text, 11, toTheLeft)
	}
	p.y += 8
	four := []float64{0.08, 0.34, 0.12, 0.46}
	p.row(four, cell{text: "编号"}, cell{text: "申请材料"}, cell{text: "状态"}, cell{text: "内容"})
	for _, x := range dossierLines(s) {
		p.row(four, cell{text: x[0]}, cell{text: x[1]}, cell{text: x[2]}, cell{text: x[3]})
	}
	p.y += 18
	p.room(bodySize * leading)
	for i, text := range signatures {
		p.SetXY(margin+float64(i)*p.width()/float64(len(signatures)), p.y)
		p.keep(p.Cell(nil, text))
	}
	return p.write(w)
}

// bound reports whether a line is the limb that binds.
func bound(s *compensation.ClaimSheet, key string) bool {
	return key == map[string]string{"ratio": "ratio", "per_loan_cap": "cap", "stack": "room"}[s.Binding]
}

// wanOf is an amount in ten thousand yuan, without the unit.
func wanOf(f money.Fen) string {
	text := TenThousand(f)
	return text[:len(text)-len(" 万元")]
}
