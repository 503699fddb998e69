package claimsheet

import (
	"io"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/paper"
)

// WritePDF writes a claim as a PDF: the application with its computation.
func WritePDF(w io.Writer, s *compensation.ClaimSheet, on calendar.Date) error {
	p := paper.New(title)
	p.Line(title, 16, paper.Center)
	p.Y += 4
	p.Line(stated(on), paper.BodySize, paper.Right)
	two := []float64{0.18, 0.32, 0.18, 0.32}
	list := facts(s)
	for i := 0; i < len(list); i += 2 {
		cells := []paper.Cell{{Text: list[i].name}, {Text: list[i].value}, {}, {}}
		if i+1 < len(list) {
			cells[2], cells[3] = paper.Cell{Text: list[i+1].name}, paper.Cell{Text: list[i+1].value}
		}
		p.Row(two, cells...)
	}
	p.Y += 8
	five := []float64{0.07, 0.29, 0.17, 0.17, 0.30}
	p.Row(five, paper.Cell{Text: "序号"}, paper.Cell{Text: "项目"}, paper.Cell{Text: "金额（元）", Right: true}, paper.Cell{Text: "金额（万元）", Right: true}, paper.Cell{Text: "依据"})
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
		p.Row(five, paper.Cell{Text: strconv.Itoa(i + 1)}, paper.Cell{Text: name}, paper.Cell{Text: value, Right: true}, paper.Cell{Text: wan, Right: true}, paper.Cell{Text: l.from})
	}
	p.Y += 4
	for _, text := range conclusion(s) {
		p.Line(text, 11, paper.Left)
	}
	p.Y += 8
	four := []float64{0.08, 0.34, 0.12, 0.46}
	p.Row(four, paper.Cell{Text: "编号"}, paper.Cell{Text: "申请材料"}, paper.Cell{Text: "状态"}, paper.Cell{Text: "内容"})
	for _, x := range dossierLines(s) {
		p.Row(four, paper.Cell{Text: x[0]}, paper.Cell{Text: x[1]}, paper.Cell{Text: x[2]}, paper.Cell{Text: x[3]})
	}
	p.Y += 18
	p.Room(paper.BodySize * paper.Leading)
	for i, text := range signatures {
		p.SetXY(paper.Margin+float64(i)*p.Width()/float64(len(signatures)), p.Y)
		p.Keep(p.Cell(nil, text))
	}
	return p.Write(w)
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
