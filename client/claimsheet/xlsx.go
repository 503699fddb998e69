package claimsheet

import (
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
)

// sheetName is the workbook's first sheet.
const sheetName = "补偿金额测算表"

// book writes cells and remembers the first error.
type book struct {
	*excelize.File
	sheet  string
	styles map[string]int
	err    error
}

// Styles of cells.
const (
	styleTitle  = "title"
	styleHead   = "head"
	styleText   = "text"
	styleAmount = "amount"
	styleRate   = "rate"
	styleWan    = "wan"
	styleTotal  = "total"
	stylePlain  = "plain"
)

func newBook(sheet string) (*book, error) {
	b := &book{File: excelize.NewFile(), sheet: sheet, styles: map[string]int{}}
	b.keep(b.SetSheetName(b.GetSheetName(0), sheet))
	amount, wan, rate := "#,##0.00", "#,##0.000000", "0.00####"
	edge := []excelize.Border{{Type: "left", Color: "000000", Style: 1}, {Type: "right", Color: "000000", Style: 1}, {Type: "top", Color: "000000", Style: 1}, {Type: "bottom", Color: "000000", Style: 1}}
	song := &excelize.Font{Family: "宋体", Size: 11}
	bold := &excelize.Font{Family: "宋体", Size: 11, Bold: true}
	left, right := &excelize.Alignment{WrapText: true, Vertical: "center"}, &excelize.Alignment{Horizontal: "right", Vertical: "center"}
	for _, x := range []struct {
		name  string
		style *excelize.Style
	}{
		{styleTitle, &excelize.Style{Font: &excelize.Font{Family: "宋体", Size: 16, Bold: true}, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center"}}},
		{styleHead, &excelize.Style{Font: bold, Border: edge, Alignment: &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}}},
		{styleText, &excelize.Style{Font: song, Border: edge, Alignment: left}},
		{styleAmount, &excelize.Style{Font: song, Border: edge, CustomNumFmt: &amount, Alignment: right}},
		{styleRate, &excelize.Style{Font: song, Border: edge, CustomNumFmt: &rate, Alignment: right}},
		{styleWan, &excelize.Style{Font: song, Border: edge, CustomNumFmt: &wan, Alignment: right}},
		{styleTotal, &excelize.Style{Font: bold, Border: edge, CustomNumFmt: &amount, Alignment: right}},
		{stylePlain, &excelize.Style{Font: song, Alignment: &excelize.Alignment{Vertical: "center"}}},
	} {
		var err error
		b.styles[x.name], err = b.NewStyle(x.style)
		b.keep(err)
	}
	b.keep(b.SetDocProps(&excelize.DocProperties{Creator: "Qingxinlian qxl"}))
	yes := true
	b.keep(b.SetCalcProps(&excelize.CalcPropsOptions{FullCalcOnLoad: &yes}))
	return b, b.err
}

func (b *book) keep(err error) {
	if b.err == nil {
		b.err = err
	}
}

func at(column string, row int) string { return column + strconv.Itoa(row) }

func (b *book) style(name, from, to string) {
	b.keep(b.SetCellStyle(b.sheet, from, to, b.styles[name]))
}

func (b *book) text(cell, text, style string) {
	b.keep(b.SetCellStr(b.sheet, cell, text))
	b.style(style, cell, cell)
}

// number writes a decimal as it stands, so that no digit passes through a
// float.
func (b *book) number(cell, decimal, style string) {
	b.keep(b.SetCellDefault(b.sheet, cell, decimal))
	b.style(style, cell, cell)
}

func (b *book) formula(cell, formula, style string) {
	b.keep(b.SetCellFormula(b.sheet, cell, formula))
	b.style(style, cell, cell)
}

// across writes a text over several columns.
func (b *book) across(from, to string, row int, text, style string) {
	b.keep(b.MergeCell(b.sheet, at(from, row), at(to, row)))
	b.text(at(from, row), text, style)
	b.style(style, at(from, row), at(to, row))
}

func (b *book) write(w io.Writer) error {
	if b.err == nil {
		b.err = b.Write(w)
	}
	if err := b.Close(); b.err == nil {
		b.err = err
	}
	return b.err
}

// WriteXLSX writes a claim as a workbook: the application with its computation,
// whose formulas work the sum out from the ledger's figures.
func WriteXLSX(w io.Writer, s *compensation.ClaimSheet, on calendar.Date) error {
	b, err := newBook(sheetName)
	if err != nil {
		return err
	}
	for column, width := range map[string]float64{"A": 6, "B": 30, "C": 20, "D": 18, "E": 46} {
		b.keep(b.SetColWidth(b.sheet, column, column, width))
	}
	b.across("A", "E", 1, title, styleTitle)
	b.keep(b.SetRowHeight(b.sheet, 1, 28))
	b.across("A", "E", 2, stated(on), stylePlain)
	row := 3
	for _, f := range facts(s) {
		b.across("A", "B", row, f.name, styleText)
		b.across("C", "E", row, f.value, styleText)
		row++
	}
	for i, head := range []string{"序号", "项目", "金额（元）", "金额（万元）", "依据"} {
		b.text(at(string(rune('A'+i)), row), head, styleHead)
	}
	row++
	list := lines(s)
	cells := make([]string, 0, 2*len(list))
	for i, l := range list {
		cells = append(cells, "{"+l.key+"}", "C"+strconv.Itoa(row+i))
	}
	place := strings.NewReplacer(cells...)
	for i, l := range list {
		style := styleAmount
		switch {
		case l.percent:
			style = styleRate
		case l.key == "sum":
			style = styleTotal
		}
		b.number(at("A", row), strconv.Itoa(i+1), styleText)
		b.text(at("B", row), l.name, styleText)
		if l.formula != "" {
			b.formula(at("C", row), place.Replace(l.formula), style)
		} else {
			b.number(at("C", row), l.value, style)
		}
		if l.percent {
			b.text(at("D", row), "", styleText)
		} else {
			b.formula(at("D", row), "C"+strconv.Itoa(row)+"/10000", styleWan)
		}
		b.text(at("E", row), l.from, styleText)
		row++
	}
	for _, text := range conclusion(s) {
		b.across("A", "E", row, text, styleText)
		row++
	}
	row++
	for i, head := range []string{"编号", "申请材料", "状态", "", "内容"} {
		b.text(at(string(rune('A'+i)), row), head, styleHead)
	}
	for _, x := range dossierLines(s) {
		row++
		b.text(at("A", row), x[0], styleText)
		b.text(at("B", row), x[1], styleText)
		b.across("C", "D", row, x[2], styleText)
		b.text(at("E", row), x[3], styleText)
	}
	row += 2
	for i, text := range signatures {
		b.text(at([]string{"A", "C", "D", "E"}[i], row), text, stylePlain)
	}
	fit := true
	b.keep(b.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	portrait, a4, one, none := "portrait", 9, 1, 0
	b.keep(b.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Size: &a4, Orientation: &portrait, FitToWidth: &one, FitToHeight: &none}))
	return b.write(w)
}
