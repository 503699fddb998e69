// Package paper lays Chinese text and ruled tables out on pages of A4, as PDF.
//
// It guarantees that every character shows: one that the font lacks is shown as printers do, 〓. It knows nothing of what
// is written.
//
// The PDFs carry the font AR PL SungtiL GB 文鼎PL简报宋, a simplified Song face that
// may be freely copied and embedded (font/LICENSE).
package paper

import (
	_ "embed"
	"io"

	"github.com/signintech/gopdf"
)

// song is AR PL SungtiL GB (font/LICENSE).
//
//go:embed font/gbsn00lp.ttf
var song []byte

const family = "song"

// Where a line of text stands.
const (
	Left   = gopdf.Left
	Center = gopdf.Center
	Right  = gopdf.Right
)

// missing stands for a character that the font does not have, as printers put
// it 〓.
const missing = '〓'

// Measures in points.
const (
	Margin   = 42.0
	Leading  = 1.45
	BodySize = 9.5
	cellPad  = 3.0
)

// Paper lays text and ruled tables out on pages of A4.
type Paper struct {
	*gopdf.GoPdf
	Y    float64 // where the next line stands
	size float64
	err  error
}

// New begins a document of that title.
func New(title string) *Paper {
	p := &Paper{GoPdf: &gopdf.GoPdf{}}
	p.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	p.SetInfo(gopdf.PdfInfo{Title: title, Creator: "Qingxinlian qxl", Producer: "Qingxinlian qxl"})
	p.Keep(p.AddTTFFontDataWithOption(family, song, gopdf.TtfOption{OnGlyphNotFoundSubstitute: func(rune) rune { return missing }}))
	p.page()
	return p
}

// Keep remembers the first error, which Write gives.
func (p *Paper) Keep(err error) {
	if p.err == nil {
		p.err = err
	}
}

func (p *Paper) page() {
	p.AddPage()
	p.Y = Margin
	p.SetLineWidth(0.5)
	p.Set(BodySize)
}

// Set sets the size of what is written next.
func (p *Paper) Set(size float64) {
	p.size = size
	p.Keep(p.SetFont(family, "", size))
}

// Width is that of the text, between the margins.
func (p *Paper) Width() float64 { return gopdf.PageSizeA4.W - 2*Margin }

// Room begins a page where less than so much is left of this one.
func (p *Paper) Room(height float64) {
	if p.Y+height > gopdf.PageSizeA4.H-Margin {
		size := p.size
		p.page()
		p.Set(size)
	}
}

// wrapped breaks a text into lines that fit a width. Chinese breaks anywhere.
func (p *Paper) wrapped(text string, width float64) []string {
	if text == "" {
		return []string{""}
	}
	lines, err := p.SplitText(text, width)
	p.Keep(err)
	return lines
}

// Line writes a text from one Margin to the other.
func (p *Paper) Line(text string, size float64, align int) {
	p.Set(size)
	for _, t := range p.wrapped(text, p.Width()) {
		p.Room(size * Leading)
		p.SetXY(Margin, p.Y)
		p.Keep(p.CellWithOption(&gopdf.Rect{W: p.Width(), H: size * Leading}, t, gopdf.CellOption{Align: align | gopdf.Middle}))
		p.Y += size * Leading
	}
	p.Set(BodySize)
}

// Cell of a table: a text to the left, or a number to the right.
type Cell struct {
	Text  string
	Right bool
}

// Row writes a row of a ruled table.
func (p *Paper) Row(widths []float64, cells ...Cell) {
	height := 0.0
	texts := make([][]string, len(cells))
	for i, c := range cells {
		texts[i] = p.wrapped(c.Text, widths[i]*p.Width()-2*cellPad)
		height = max(height, float64(len(texts[i]))*p.size*Leading+2*cellPad)
	}
	p.Room(height)
	x := Margin
	for i, c := range cells {
		w := widths[i] * p.Width()
		p.RectFromUpperLeftWithStyle(x, p.Y, w, height, "D")
		align := Left
		if c.Right {
			align = Right
		}
		for j, t := range texts[i] {
			p.SetXY(x+cellPad, p.Y+cellPad+float64(j)*p.size*Leading)
			p.Keep(p.CellWithOption(&gopdf.Rect{W: w - 2*cellPad, H: p.size * Leading}, t, gopdf.CellOption{Align: align | gopdf.Middle}))
		}
		x += w
	}
	p.Y += height
}

// Write writes the pages.
func (p *Paper) Write(w io.Writer) error {
	if p.err != nil {
		return p.err
	}
	_, err := p.WriteTo(w)
	return err
}
