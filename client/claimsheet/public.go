package claimsheet

import (
	"io"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/paper"
)

const (
	publicTitle = "信贷风险补偿拟补偿名单公示"
	publicNote  = "姓名、名称已脱敏。对公示内容有异议的，请在公示期内以书面形式向省发展改革委或省财政厅提出。"
)

// Public is a claim of the publicity list, with its bank's name.
type Public struct {
	Bank string
	compensation.PublicLine
}

var publicHeads = []string{"序号", "借款人", "类型", "地区", "贷款银行", "贷款金额（元）", "净损失（元）", "拟补偿金额（元）", "公示期", "备注"}

// publicCells are a line's cells but its number and its amounts.
func publicCells(p Public) (borrower, kind, region, bank, period, note string) {
	kind = p.Type
	for _, t := range subject.Types() {
		if t.String() == p.Type {
			kind = t.Zh()
		}
	}
	region = p.Region
	if r, err := identifier.ParseRegion(p.Region); err == nil {
		region = r.Name
	}
	if p.Marked {
		note = "异议处理中"
	}
	return p.Name, kind, region, p.Bank, p.From.String() + " 至 " + p.To.String(), note
}

func publicTotal(list []Public) (total money.Fen) {
	for _, p := range list {
		total += p.Sum
	}
	return total
}

// WritePublicXLSX writes the publicity list 公示名单 as a workbook; the total is a
// formula.
func WritePublicXLSX(w io.Writer, list []Public, on calendar.Date) error {
	b, err := newBook("公示名单")
	if err != nil {
		return err
	}
	last := string(rune('A' + len(publicHeads) - 1))
	for i, width := range []float64{6, 22, 16, 18, 26, 18, 18, 18, 26, 14} {
		column := string(rune('A' + i))
		b.keep(b.SetColWidth(b.sheet, column, column, width))
	}
	b.across("A", last, 1, publicTitle, styleTitle)
	b.across("A", last, 2, "单位：元　　制表日期："+on.String(), stylePlain)
	for i, head := range publicHeads {
		b.text(at(string(rune('A'+i)), 3), head, styleHead)
	}
	row := 4
	for i, p := range list {
		borrower, kind, region, bank, period, note := publicCells(p)
		b.number(at("A", row), strconv.Itoa(i+1), styleText)
		for j, text := range []string{borrower, kind, region, bank} {
			b.text(at(string(rune('B'+j)), row), text, styleText)
		}
		for j, f := range []money.Fen{p.Lent, p.Loss, p.Sum} {
			b.number(at(string(rune('F'+j)), row), f.String(), styleAmount)
		}
		b.text(at("I", row), period, styleText)
		b.text(at("J", row), note, styleText)
		row++
	}
	b.across("A", "E", row, "合计", styleHead)
	for _, column := range []string{"F", "G", "H"} {
		formula := "0"
		if len(list) > 0 {
			formula = "SUM(" + at(column, 4) + ":" + at(column, row-1) + ")"
		}
		b.formula(at(column, row), formula, styleTotal)
	}
	b.across("I", "J", row, "", styleText)
	b.across("A", last, row+2, publicNote, stylePlain)
	return b.write(w)
}

// WritePublicPDF writes it as a PDF.
func WritePublicPDF(w io.Writer, list []Public, on calendar.Date) error {
	p := paper.New(title)
	p.Line(publicTitle, 16, paper.Center)
	p.Y += 4
	p.Line("单位：元　　制表日期："+on.String(), paper.BodySize, paper.Right)
	widths := []float64{0.06, 0.13, 0.10, 0.12, 0.15, 0.12, 0.12, 0.12, 0.08}
	heads := make([]paper.Cell, 0, len(widths))
	for i, head := range append(append([]string{}, publicHeads[:8]...), publicHeads[9]) {
		heads = append(heads, paper.Cell{Text: strings.TrimSuffix(head, "（元）"), Right: i >= 5 && i <= 7})
	}
	p.Set(8)
	p.Row(widths, heads...)
	periods := map[string]bool{}
	var spans []string
	for i, x := range list {
		borrower, kind, region, bank, period, note := publicCells(x)
		p.Row(widths, paper.Cell{Text: strconv.Itoa(i + 1)}, paper.Cell{Text: borrower}, paper.Cell{Text: kind}, paper.Cell{Text: region}, paper.Cell{Text: bank},
			paper.Cell{Text: x.Lent.Display(), Right: true}, paper.Cell{Text: x.Loss.Display(), Right: true}, paper.Cell{Text: x.Sum.Display(), Right: true}, paper.Cell{Text: note})
		if !periods[period] {
			periods[period] = true
			spans = append(spans, period)
		}
	}
	p.Y += 4
	p.Line("合计 "+strconv.Itoa(len(list))+" 笔，拟补偿 "+publicTotal(list).Display()+" 元（"+TenThousand(publicTotal(list))+"）", 10, paper.Left)
	p.Line("公示期："+strings.Join(spans, "；"), 10, paper.Left)
	p.Line(publicNote, 10, paper.Left)
	return p.Write(w)
}
