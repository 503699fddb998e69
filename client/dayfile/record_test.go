package dayfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// example is a file whose one line is the record's example.
func example(t testing.TB, r *dayfile.Record, encoding dayfile.Encoding) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := dayfile.NewWriter(&b, encoding, dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-03-18"), Note: "合成数据,仅供演示"})
	require.NoError(t, err)
	if r.Type != "文件头" && r.Type != "文件尾" {
		value, err := r.Example()
		require.NoError(t, err)
		require.NoError(t, w.Write(r, value))
	}
	require.NoError(t, w.Close())
	return b.Bytes()
}

// Every record type has an example in both encodings; testdata holds the
// bytes that the specification shows. UPDATE_GOLDEN=1 writes them.
func TestExampleOfEveryRecord(t *testing.T) {
	for _, r := range dayfile.Records() {
		name := r.Command
		if name == "" {
			name = map[string]string{"文件头": "head", "文件尾": "trailer", "余额": "balance", "总账余额": "total", "对账单": "statement", "对账明细": "statement-line"}[r.Type]
		}
		for suffix, encoding := range map[string]dayfile.Encoding{".utf8.csv": dayfile.UTF8, ".gb18030.csv": dayfile.GB18030} {
			got := example(t, r, encoding)
			path := filepath.Join("testdata", "records", name+suffix)
			if os.Getenv("UPDATE_GOLDEN") != "" {
				require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
				require.NoError(t, os.WriteFile(path, got, 0o644))
			}
			want, err := os.ReadFile(path)
			require.NoError(t, err, "write the golden files with UPDATE_GOLDEN=1")
			require.Equal(t, string(want), string(got), r.Type)
			f, err := dayfile.Check(path, bytes.NewReader(want))
			require.NoError(t, err, r.Type)
			require.NoError(t, f.Each(func(l *dayfile.Line) error {
				require.Equal(t, r, l.Record)
				value, err := r.Example()
				require.NoError(t, err)
				require.Equal(t, value, l.Value)
				return nil
			}))
		}
	}
}
