package dossier_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/dossier"
)

func folder(t *testing.T, files map[string]string) string {
	dir := t.TempDir()
	for name, content := range files {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600))
	}
	return dir
}

func TestPapersOfAFolder(t *testing.T) {
	dir := folder(t, map[string]string{"D02 借款合同.pdf": "contract", "d09-1.jpg": "first", "D09-2.jpg": "second", ".hidden": ""})
	require.NoError(t, os.Mkdir(filepath.Join(dir, "old"), 0o700))
	papers, err := dossier.Read(dir)
	require.NoError(t, err)
	require.Len(t, papers, 3)
	require.Equal(t, "D02", papers[0].Item)
	// echo -n contract | sha256sum, as CIDv1 raw in base32.
	require.Equal(t, "bafkreigmqmq5mn24jfgqip65ajqpeg6a5ri5vte7nk5x7ee43tjqig3yx4", papers[0].CID)
	require.Equal(t, int64(8), papers[0].Bytes)
	require.Equal(t, "D09", papers[2].Item)
	require.NotEqual(t, papers[1].CID, papers[2].CID)
	docs := dossier.Documents(papers)
	require.Equal(t, papers[1].CID, docs[1].CID)
}

func TestWhatIsNoPaperIsNamed(t *testing.T) {
	for _, x := range []struct{ name, content, code string }{
		{"合同.pdf", "x", "DOSSIER_NAME"},
		{"D14.pdf", "x", "DOSSIER_NAME"},
		{"D", "x", "DOSSIER_NAME"},
		{"D07 还款流水.xlsx", "x", "DOSSIER_LEDGER"},
		{"D02.pdf", "", "DOSSIER_EMPTY"},
	} {
		_, err := dossier.Read(folder(t, map[string]string{x.name: x.content}))
		var e *dossier.Error
		require.ErrorAs(t, err, &e, x.name)
		require.Equal(t, x.code, e.Code)
		require.Equal(t, x.name, e.Field)
	}
	_, err := dossier.Read(filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "no such file")
}
