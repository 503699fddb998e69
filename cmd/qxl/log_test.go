package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/wallet"
)

// A log from its making to its check, by the program alone.
func TestALogAtTheDesk(t *testing.T) {
	d := vaultDesk{t, t.TempDir()}
	d.done("people")
	d.fails(exitUsage, "FLAG_MISSING", "log", "init")
	d.fails(exitUsage, "ORG_NAME", "log", "init", "--org", "../BankA")
	d.fails(exitUsage, "LOG_NAME", "log", "init", "--org", "BankA", "--msp", "Bank A")
	d.fails(exitUsage, "LOG_MISSING", "log", "show", "--org", "BankA")
	made := d.done("log", "init", "--org", "BankA")
	require.Equal(t, "qxl/BankAMSP/1", made["log"])
	d.fails(exitUsage, "LOG_EXISTS", "log", "init", "--org", "BankA")
	d.fails(exitUsage, "LOG_SEQ", "log", "prove", "0", "--org", "BankA")

	d.beat(evidencelog.Options{Passphrase: wallet.Passphrase(filepath.Join(d.state, embeddedEngine), nil)}, 3)
	require.EqualValues(t, 3, d.done("log", "show", "--org", "BankA")["size"])
	d.fails(exitUsage, "LOG_SEQ", "log", "prove", "3", "--org", "BankA")
	file := filepath.Join(t.TempDir(), "receipt")
	require.Equal(t, "sequenced", d.done("log", "prove", "2", "--org", "BankA", "--out", file)["state"])
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	r, err := evidencelog.ParseReceipt(text)
	require.NoError(t, err)
	require.EqualValues(t, 2, r.Seq)

	out := t.TempDir()
	require.EqualValues(t, 3, d.done("log", "export", out, "--org", "BankA")["size"])
	require.FileExists(t, filepath.Join(out, "checkpoint"))
	checked := d.done("log", "check", "--org", "BankA")
	require.EqualValues(t, 3, checked["good"])
	require.Empty(t, checked["findings"], "whether it is anchored is not asked here")
	require.Equal(t, "accepted", d.done("log", "register", "--as", "BankA/approver1")["outcome"], "the ledger takes the key that init made")

	// A log has one writer, and a key that only its passphrase opens.
	o := evidencelog.Options{Passphrase: wallet.Passphrase(filepath.Join(d.state, embeddedEngine), nil)}
	held, err := evidencelog.Open(logDir(d.state, "BankA"), o)
	require.NoError(t, err)
	d.fails(exitInfrastructure, "LOG_IN_USE", "log", "show", "--org", "BankA")
	require.NoError(t, held.Close())

	// A byte of the log's newest table or journal is turned over.
	spoiled := false
	files, err := filepath.Glob(filepath.Join(logDir(d.state, "BankA"), "*", "*"))
	require.NoError(t, err)
	for _, f := range files {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		if ext := filepath.Ext(f); (ext == ".log" || ext == ".ldb") && len(b) > 100 {
			b[len(b)/2] ^= 1
			require.NoError(t, os.WriteFile(f, b, 0o600))
			spoiled = true
		}
	}
	require.True(t, spoiled)
	code, _, _ := d.run("log", "check", "--org", "BankA")
	require.Equal(t, exitRefused, code)
}
