package sample_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/test-network/sample"
)

func generate(t testing.TB, loans int) (string, *sample.Manifest) {
	dir := t.TempDir()
	m, err := sample.Generate(sample.Options{Seed: 7, Loans: loans, Banks: []string{"BankA", "BankB"}, Dir: dir})
	require.NoError(t, err)
	return dir, m
}

func TestFilesAreRightAndAddUp(t *testing.T) {
	dir, m := generate(t, sample.SmallSize)
	total := 0
	for _, f := range append(append([]sample.File{}, m.Files...), m.Balances...) {
		file, err := dayfile.Open(filepath.Join(dir, f.Name))
		require.NoError(t, err)
		require.Equal(t, f.Lines, file.Trailer.Count, f.Name)
		require.Equal(t, f.Encoding, string(file.Encoding))
		require.Contains(t, file.Head.Note, "合成数据")
		total += file.Trailer.Count
		require.NoError(t, file.Close())
	}
	t.Logf("%d lines, %+v", total, m.Banks)
	loans, overdue := 0, 0
	for _, b := range m.Banks {
		loans += b.Loans
		require.Equal(t, b.Disbursed, b.PrincipalRepaid+b.Outstanding)
		overdue += b.Overdue
		require.Positive(t, b.Settled)
	}
	require.Equal(t, sample.SmallSize, loans)
	require.Positive(t, overdue)
}

func TestSameSeedSameBytes(t *testing.T) {
	one, m := generate(t, 60)
	two, _ := generate(t, 60)
	names := []string{sample.ManifestName}
	for _, f := range append(m.Files, m.Balances...) {
		names = append(names, f.Name)
	}
	for _, name := range names {
		a, err := os.ReadFile(filepath.Join(one, name))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(two, name))
		require.NoError(t, err)
		require.Equal(t, string(a), string(b), name)
	}
}
