// Package formtest opens the workbooks that we write in another program, for
// tests.
package formtest

import (
	"encoding/csv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// InLibreOffice has headless LibreOffice open a workbook and work its formulas
// out, and gives the cells of its first sheet as they are shown. scripts/test
// installs it; where it is not, a test of CI fails and another says that it
// has not checked.
func InLibreOffice(t *testing.T, write func(io.Writer) error) [][]string {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("soffice is missing: apt-get install libreoffice-calc-nogui")
		}
		t.Skip("NOT CHECKED: soffice is not installed (apt-get install libreoffice-calc-nogui), so no other program opened the workbook")
	}
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "book.xlsx"))
	require.NoError(t, err)
	require.NoError(t, write(f))
	require.NoError(t, f.Close())
	out, err := exec.Command(office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", dir, f.Name()).CombinedOutput()
	require.NoError(t, err, "%s", out)
	raw, err := os.ReadFile(filepath.Join(dir, "book.csv"))
	require.NoError(t, err)
	r := csv.NewReader(strings.NewReader(string(raw)))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	return rows
}
