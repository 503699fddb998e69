package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/qingxinlian/qxl/client/form"
	"github.com/qingxinlian/qxl/client/paper"
)

const title = "审计报告"

// lines stand above the table: what it is about.
func (r *Report) lines() []string {
	out := []string{"通道 " + r.Channel + "　制表 " + r.By + "　" + r.Made.Local().Format(time.DateTime)}
	counts := "例外事项："
	for _, n := range Names {
		counts += fmt.Sprintf("%s %d　", n.Zh, r.Counts[n.Kind])
	}
	return append(out, counts)
}

func zh(k Kind) string {
	for _, n := range Names {
		if n.Kind == k {
			return n.Zh
		}
	}
	return string(k)
}

// notes stand below: what was looked at, and how much is not listed.
func (r *Report) notes() []string {
	out := []string{"审计范围："}
	for _, c := range r.Covered {
		out = append(out, fmt.Sprintf("　%s：%s %d", c.Where, c.What, c.Count))
	}
	for _, n := range Names {
		listed := 0
		for _, e := range r.Exceptions {
			if e.Kind == n.Kind {
				listed++
			}
		}
		if more := r.Counts[n.Kind] - listed; more > 0 {
			out = append(out, fmt.Sprintf("%s另有 %d 项未列出", n.Zh, more))
		}
	}
	if r.Clean() {
		out = append(out, "没有发现例外事项。")
	}
	return append(out, "", "审计人：　　　　　　复核人：　　　　　　日期：")
}

// WriteJSON writes the report as one document.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(r)
}

// WriteXLSX writes the report as a workbook.
func (r *Report) WriteXLSX(w io.Writer) error {
	t := form.Table{Sheet: title, Title: title, Above: r.lines(), Below: r.notes(), Columns: []form.Column{
		{Head: "序号", Kind: form.Number, Width: 7}, {Head: "例外", Kind: form.Text, Width: 14}, {Head: "代码", Kind: form.Text, Width: 24},
		{Head: "所在", Kind: form.Text, Width: 24}, {Head: "对象", Kind: form.Text, Width: 30}, {Head: "说明", Kind: form.Text, Width: 40}, {Head: "Details", Kind: form.Text, Width: 50}}}
	for i, e := range r.Exceptions {
		t.Rows = append(t.Rows, []any{i + 1, zh(e.Kind), string(e.Kind), e.Where, e.What, e.Zh, e.En})
	}
	return t.Write(w)
}

// WritePDF writes the report as a paper.
func (r *Report) WritePDF(w io.Writer) error {
	p := paper.New(title)
	p.Line(title, 16, paper.Center)
	p.Y += 4
	for _, text := range r.lines() {
		p.Line(text, paper.BodySize, paper.Left)
	}
	p.Y += 4
	widths := []float64{0.06, 0.13, 0.2, 0.21, 0.4}
	p.Row(widths, paper.Cell{Text: "序号"}, paper.Cell{Text: "例外"}, paper.Cell{Text: "所在"}, paper.Cell{Text: "对象"}, paper.Cell{Text: "说明"})
	p.Set(8)
	for i, e := range r.Exceptions {
		p.Row(widths, paper.Cell{Text: strconv.Itoa(i + 1), Right: true}, paper.Cell{Text: zh(e.Kind)}, paper.Cell{Text: e.Where}, paper.Cell{Text: e.What}, paper.Cell{Text: e.Zh + " " + e.En})
	}
	p.Y += 6
	for _, text := range r.notes() {
		p.Line(text, paper.BodySize, paper.Left)
	}
	return p.Write(w)
}
