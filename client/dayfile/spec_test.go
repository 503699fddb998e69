package dayfile_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/dayfile"
)

const (
	begin = "<!-- records: written by TestSpecification with UPDATE_GOLDEN=1 -->\n"
	end   = "<!-- end of records -->\n"
)

// The tables of the specification are the reader's own.
func TestSpecification(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "day-files.md")
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	text := string(raw)
	require.Contains(t, text, begin)
	require.Contains(t, text, end)
	head, rest, _ := strings.Cut(text, begin)
	_, tail, _ := strings.Cut(rest, end)
	want := head + begin + recordsText(t) + end + tail
	if os.Getenv("UPDATE_GOLDEN") != "" {
		require.NoError(t, os.WriteFile(path, []byte(want), 0o644))
		text = want
	}
	require.True(t, want == text, "docs/day-files.md differs from the tables: run with UPDATE_GOLDEN=1")
}

func recordsText(t *testing.T) string {
	var b strings.Builder
	for _, r := range append(append([]*dayfile.Record{}, dayfile.Records()...), dayfile.ReceiptRecords()...) {
		fmt.Fprintf(&b, "\n### %s\n\n%s%s. Sent by: %s.", r.Type, strings.ToUpper(r.En[:1]), r.En[1:], r.Senders)
		if r.Command != "" {
			fmt.Fprintf(&b, " Command `%s`.", r.Command)
		}
		if c := r.AmountColumn(); c != "" {
			fmt.Fprintf(&b, " Counts in 总金额: %s.", c)
		}
		if r.Note != "" {
			b.WriteString(" " + r.Note)
		}
		b.WriteString("\n\n| 栏目 column | 填写 form | | meaning | example |\n|---|---|---|---|---|\n")
		for i := range r.Columns {
			c := &r.Columns[i]
			need := "必填 required"
			if c.Optional {
				need = "可空 optional"
			}
			zh, en := c.Form()
			form := zh
			if en != zh {
				form += "<br>" + en
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Header, form, need, c.En, c.Example)
		}
		fmt.Fprintf(&b, "\n```\n%s```\n", strings.ReplaceAll(r.Sample(), "\r\n", "\n"))
	}
	return b.String()
}
