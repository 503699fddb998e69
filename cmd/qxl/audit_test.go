package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAuditVerifyIsOffline: in a directory of its own, without any state, the
// sample bundle is verified from the trust file, and falsehood refused.
func TestAuditVerifyIsOffline(t *testing.T) {
	sample, err := filepath.Abs("../../client/audit/testdata/sample")
	require.NoError(t, err)
	at := func(name string) string { return filepath.Join(sample, name) }
	d := vaultDesk{t, filepath.Join(t.TempDir(), "none")}

	v := d.done("audit", "verify", at("record"), at("sample.bundle"), "--trust", sample)
	require.Equal(t, "CONFIRMED", v["verdict"])
	require.Equal(t, "plaintext", v["file_is"])
	require.Equal(t, "qxl/BankAMSP/1", v["log"])
	v = d.done("audit", "verify", at("ciphertext"), at("sample.bundle"), "--trust", at("trust.json"))
	require.Equal(t, "ciphertext", v["file_is"])
	code, out, _ := d.run("audit", "verify", at("sample.bundle"), "--trust", sample)
	require.Zero(t, code)
	require.Contains(t, out, "已确认 CONFIRMED")
	require.NoDirExists(t, d.state, "verifying makes nothing")

	code, out, _ = d.run("audit", "verify", at("trust.json"), at("sample.bundle"), "--trust", sample)
	require.Equal(t, exitRefused, code)
	require.Contains(t, out, "不予采信 REFUSED AUDIT_FILE")

	text, err := os.ReadFile(at("sample.bundle"))
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, content, 0o600))
		return path
	}
	altered := write("altered", bytes.Replace(text, []byte("\nblock 1 "), []byte("\nblock 2 "), 1))
	code, out, _ = d.run("audit", "verify", altered, "--trust", sample, "--json")
	require.Equal(t, exitUsage, code, out) // two blocks of one number are no bundle
	altered = write("altered", bytes.Replace(text, []byte("orderer 1 CommissionMSP"), []byte("orderer 1 FinanceMSP"), 1))
	code, out, _ = d.run("audit", "verify", altered, "--trust", sample, "--json")
	require.Equal(t, exitRefused, code)
	require.Contains(t, out, `"code":"AUDIT_CERTIFICATE"`)

	receipt := text[bytes.Index(text, []byte("\nreceipt\n"))+len("\nreceipt\n"):]
	d.fails(exitUsage, "BUNDLE_NEEDED", "audit", "verify", write("receipt", receipt), "--trust", sample)
	// Without its confirmation it is anchored and no more.
	second := bytes.Index(text, []byte("\nblock 2 "))
	fields := bytes.Index(text, []byte("\nfields "))
	unconfirmed := write("unconfirmed", append(bytes.Clone(text[:second]), text[fields:]...))
	code, out, _ = d.run("audit", "verify", unconfirmed, "--trust", sample, "--json")
	require.Equal(t, exitRefused, code, out)
	require.Contains(t, out, `"verdict":"ANCHORED-UNCONFIRMED"`)
	d.done("audit", "verify", unconfirmed, "--trust", sample, "--unconfirmed")

	d.fails(exitUsage, "BUNDLE_FORMAT", "audit", "verify", at("trust.json"), "--trust", sample)
	d.fails(exitUsage, "TRUST_FORMAT", "audit", "verify", at("sample.bundle"), "--trust", at("sample.bundle"))
	d.fails(exitUsage, "FLAG_MISSING", "audit", "verify", at("sample.bundle"))
	d.fails(exitUsage, "INPUT_FILE", "audit", "verify", at("nothing"), "--trust", sample)
}

// The embedded ledger has no orderers: it says so and makes nothing.
func TestAuditBundleNeedsOrderers(t *testing.T) {
	d, _ := newLogDesk(t)
	d.fails(exitRefused, "AUDIT_ENGINE", "audit", "trust", "--as", "Audit/auditor1", "-o", d.file("trust.json"))
	require.NoFileExists(t, d.file("trust.json"))
}
