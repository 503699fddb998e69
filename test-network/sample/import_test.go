package sample_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// receipt reads a receipt's lines by the line number they are about.
func receipt(t testing.TB, dir string, f sample.File) map[int][]string {
	raw, err := os.ReadFile(dayfile.ReceiptPath(filepath.Join(dir, f.Name)))
	require.NoError(t, err)
	if f.Encoding == string(dayfile.GB18030) {
		raw, err = simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		require.NoError(t, err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(t, err)
	require.Equal(t, "回执头", rows[1][0])
	require.Equal(t, []string{f.Name, f.As, "embedded"}, []string{rows[1][2], rows[1][4], rows[1][5]})
	require.True(t, strings.HasPrefix(rows[1][3], "bafkrei"), "CIDv1, raw, sha2-256: %s", rows[1][3])
	require.Equal(t, "回执尾", rows[len(rows)-1][0])
	lines := map[int][]string{}
	for _, row := range rows {
		if row[0] == "回执" {
			n, err := strconv.Atoi(row[1])
			require.NoError(t, err)
			lines[n] = row
		}
	}
	require.Len(t, lines, f.Lines, f.Name)
	return lines
}

// What a clerk reads where the ledger refuses: the column, and the sentence
// for the mistakes that every bank makes ("": whatever the rule says).
var refusals = map[string][2]string{
	"LOAN_RATE_ABOVE_CAP":           {"授信利率", "利率超过上限(LPR加点)"},
	"LOAN_ABOVE_CREDIT":             {"合同金额", "合同金额超过授信额度"},
	"LOAN_ABOVE_CONTRACT":           {"放款金额", "放款金额超过合同金额"},
	"LOAN_STATE":                    {"业务状态", "当前状态不允许此操作"},
	"DATE_AFTER_OPEN_DAY":           {"业务日期", "业务日期晚于当前开放营业日"},
	"DUPLICATE_NUMBER":              {"业务流水号", "同一业务流水号已登记过不同内容"},
	"LOAN_PRODUCT_LIMIT":            {"申请金额", ""},
	"LOAN_DATE_ORDER":               {"业务日期", ""},
	"LOAN_ABOVE_OWED":               {"还款金额", ""},
	"LOAN_STILL_OWED":               {"合同编号", ""},
	"AUTHORIZATION_EXPIRED":         {"业务日期", ""},
	"AUTHORIZATION_REVOKED":         {"授权编号", ""},
	"AUTHORIZATION_ITEMS":           {"信息项", ""},
	"SUBJECT_FORMER_REPRESENTATIVE": {"签署人", ""},
}

// judge compares the receipts with what the manifest announces.
func judge(t testing.TB, dir string, m *sample.Manifest, outcome string) {
	seen := map[string]bool{}
	for _, f := range m.Files {
		want := map[int]string{}
		for _, r := range f.Refused {
			want[r.Line] = r.Code
		}
		for n, row := range receipt(t, dir, f) {
			code, refused := want[n]
			if !refused {
				require.Equal(t, outcome, row[4], "%s line %d: %v", f.Name, n, row)
				require.Len(t, row[11], 64, "a transaction")
				continue
			}
			seen[code] = true
			require.Equal(t, []string{"拒绝", code, refusals[code][0]}, row[4:7], "%s line %d: %v", f.Name, n, row)
			reason, known := refusal.Lookup(code)
			require.True(t, known)
			require.Equal(t, []string{reason.Zh, reason.En}, row[9:11])
			if zh := refusals[code][1]; zh != "" {
				require.Equal(t, zh, row[9])
			}
		}
	}
	for code := range refusals {
		require.True(t, seen[code], "the sample refuses a line for %s", code)
	}
}

// withoutOutcome is a receipt without what may differ between runs.
func withoutOutcome(t testing.TB, dir string, m *sample.Manifest) map[string][]string {
	all := map[string][]string{}
	for _, f := range m.Files {
		for n, row := range receipt(t, dir, f) {
			if row[4] == "已受理" {
				row[4] = "已登记过"
			}
			all[f.Name+":"+strconv.Itoa(n)] = row[:11]
		}
	}
	return all
}

func TestSampleOnTheLedger(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := generate(t, 120)
	w := openWorld(t, t.TempDir())
	defer w.close()
	w.sendAll(dir, m, dayfile.Options{})
	judge(t, dir, m, "已受理")
	digest, first := w.digest(), withoutOutcome(t, dir, m)
	for _, b := range m.Banks {
		got := w.totals(b.Organization)
		require.Equal(t, b.Disbursed, got.Disbursed)
		require.Equal(t, b.PrincipalRepaid, got.PrincipalRepaid)
		require.Equal(t, b.Outstanding, got.Outstanding)
		require.Equal(t, b.Loans, got.Loans)
		require.Equal(t, b.Overdue, got.OverdueLoans)
	}
	for _, f := range m.Balances {
		bank, _, _ := strings.Cut(f.As, "/")
		file, err := dayfile.Open(filepath.Join(dir, f.Name))
		require.NoError(t, err)
		r, err := dayfile.Reconcile(context.Background(), file, w.client(f.As), w.books[bank])
		require.NoError(t, err)
		require.Empty(t, r.Differences)
		require.NoError(t, file.Close())
	}

	t.Run("the same files again", func(t *testing.T) {
		w.sendAll(dir, m, dayfile.Options{})
		judge(t, dir, m, "已登记过")
		require.Equal(t, first, withoutOutcome(t, dir, m))
		require.Equal(t, digest, w.digest())
	})
	t.Run("refused lines are a file of their own", func(t *testing.T) {
		for _, f := range m.Files {
			path := strings.TrimSuffix(filepath.Join(dir, f.Name), ".csv") + ".refused.csv"
			if len(f.Refused) == 0 {
				require.NoFileExists(t, path)
				continue
			}
			r := w.send(path, f.As, dayfile.Options{})
			require.Equal(t, len(f.Refused), r.Progress.Refused)
			require.Equal(t, len(f.Refused), r.Total)
		}
		require.Equal(t, digest, w.digest())
	})
	t.Run("a person without the role", func(t *testing.T) {
		for _, f := range m.Files {
			if !strings.Contains(f.Name, "banka-decisions") {
				continue
			}
			r := w.send(filepath.Join(dir, f.Name), "BankA/auditor1", dayfile.Options{Receipt: filepath.Join(t.TempDir(), "r.csv")})
			require.Equal(t, r.Total, r.Progress.Refused)
		}
		require.Equal(t, digest, w.digest())
	})
	t.Run("another batch size, another ledger", func(t *testing.T) {
		other := openWorld(t, t.TempDir())
		defer other.close()
		other.sendAll(dir, m, dayfile.Options{BatchSize: 7, InFlight: 3})
		judge(t, dir, m, "已受理")
		require.Equal(t, digest, other.digest())
	})
}

// Corrected lines are accepted; what was edited meanwhile is kept.
func TestRefusedLinesAreCorrectedAndSentAgain(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := generate(t, 40)
	w := openWorld(t, t.TempDir())
	defer w.close()
	w.sendAll(dir, m, dayfile.Options{})
	for _, f := range m.Files {
		if !strings.Contains(f.Name, "banka-loans") {
			continue
		}
		path := filepath.Join(dir, f.Name)
		refused := strings.TrimSuffix(path, ".csv") + ".refused.csv"
		raw, err := os.ReadFile(refused)
		require.NoError(t, err)
		file, err := dayfile.Open(refused)
		require.NoError(t, err)
		// The repayment dated after the open day gets the right date.
		require.Contains(t, string(raw), ",2025-01-06,")
		corrected := bytes.Replace(raw, []byte(",2025-01-06,"), []byte(","+sample.Last.String()+","), 1)
		require.NoError(t, os.WriteFile(refused, corrected, 0o600))
		r := w.send(refused, f.As, dayfile.Options{})
		require.Equal(t, 1, r.Accepted)
		require.Equal(t, file.Trailer.Count-1, r.Progress.Refused)
		require.NoError(t, file.Close())

		w.send(path, f.As, dayfile.Options{})
		kept, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".refused.bak.csv")
		require.NoError(t, err)
		require.Equal(t, string(corrected), string(kept))
	}
}

func TestFilesThatTheirSenderMayNotSend(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir, m := generate(t, 40)
	w := openWorld(t, t.TempDir())
	defer w.close()
	for as, codes := range map[string][]string{
		"BankB/officer1":       {"SENDER_OTHER"},
		"Commission/operator1": {"SENDER_OTHER", "RECORD_SENDER"},
	} {
		for _, f := range m.Files {
			if !strings.Contains(f.Name, "banka-loans") {
				continue
			}
			file, err := dayfile.Open(filepath.Join(dir, f.Name))
			require.NoError(t, err)
			_, err = dayfile.Import(context.Background(), file, w.sender(as), dayfile.Options{})
			var bad *dayfile.FileError
			require.ErrorAs(t, err, &bad)
			for _, code := range codes {
				require.True(t, bad.Has(code), code)
			}
			require.NoFileExists(t, dayfile.ReceiptPath(file.Path))
			require.NoError(t, file.Close())
		}
	}
}
