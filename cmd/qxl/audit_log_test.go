package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/syndtr/goleveldb/leveldb"
)

// newAuditDesk is BankA's house on the sample consortium: three contracts, one
// of them sequenced only, and receipts of two.
func newAuditDesk(t *testing.T) vaultDesk {
	d := vaultDesk{t, t.TempDir()}
	d.done("people")
	d.done("vault", "init", "--org", "BankA")
	d.done("log", "init", "--org", "BankA")
	d.done("log", "register", "--as", "BankA/approver1")
	require.NoError(t, os.Mkdir(d.file("receipts"), 0o700))
	put := func(name string) {
		path := filepath.Join(t.TempDir(), name)
		require.NoError(t, os.WriteFile(path, []byte("合同 "+name), 0o600))
		d.done("vault", "put", path, "--org", "BankA", "--subject", "91630100MA75ABCD12", "--schema", "contract/1", "--field", "amount=500000.00", "--receipt", d.file("receipts/"+name))
	}
	put("one")
	put("two")
	d.done("log", "anchor", "--as", "BankA/officer1")
	put("three")
	return d
}

// audit runs an audit of BankA's log, and gives its report.
func (d vaultDesk) audit(exit int, args ...string) map[string]any {
	code, out, errw := d.run(append([]string{"audit", "log", "BankA", "--as", "Audit/auditor1", "--json"}, args...)...)
	require.Equal(d.t, exit, code, "%s %s", out, errw)
	return parsed(d.t, out)
}

func TestALogIsAuditedAtTheDesk(t *testing.T) {
	d := newAuditDesk(t)
	r := d.audit(exitDone)
	require.EqualValues(t, 3, r["good"])
	require.EqualValues(t, 1, r["unanchored"])
	require.Equal(t, false, r["late"])
	require.EqualValues(t, 3, r["vault"].(map[string]any)["whole"])
	require.Equal(t, false, r["vault"].(map[string]any)["opened"])
	r = d.audit(exitDone, "--keys", "--receipts", d.file("receipts"))
	require.Equal(t, true, r["vault"].(map[string]any)["opened"])
	require.EqualValues(t, 3, r["receipts"])
	require.NotContains(t, d.audit(exitDone, "--no-vault"), "vault")
	require.Equal(t, true, d.audit(exitRefused, "--delay", "1ns")["late"])
	code, out, _ := d.run("audit", "log", "banka", "--as", "Audit/auditor1", "--keys")
	require.Zero(t, code)
	require.Contains(t, out, "结论：没有发现问题")
	require.Contains(t, out, "在允许时限内")

	// What the owner hands over, and a copy of the log's folder.
	d.done("log", "export", d.file("tiles"), "--org", "BankA")
	r = d.audit(exitDone, "--tiles", d.file("tiles"), "--receipts", d.file("receipts/two"))
	require.NotContains(t, r, "vault")
	require.NoError(t, os.CopyFS(d.file("copy"), os.DirFS(logDir(d.state, "BankA"))))
	d.audit(exitDone, "--folder", d.file("copy"), "--vault", d.file("vault/BankA"))
	d.done("log", "anchor", "--as", "BankA/officer1")
	require.EqualValues(t, 2, d.audit(exitDone)["anchored"].(map[string]any)["checkpoints"])
	require.EqualValues(t, 1, d.audit(exitDone, "--folder", d.file("copy"), "--until", "1")["anchored"].(map[string]any)["checkpoints"])

	// One byte of a ciphertext, one of a tile, a key that is not there.
	db, err := leveldb.OpenFile(d.file("vault/BankA/blocks"), nil)
	require.NoError(t, err)
	it := db.NewIterator(nil, nil)
	require.True(t, it.First())
	require.NoError(t, db.Put(append([]byte(nil), it.Key()...), append(append([]byte(nil), it.Value()...), 'x'), nil))
	it.Release()
	require.NoError(t, db.Close())
	r = d.audit(exitRefused)
	require.EqualValues(t, 1, r["faults"])
	require.EqualValues(t, 1, r["verdicts"].(map[string]any)["TAMPERED"])
	tile := d.file("tiles/tile/0/000.p/3")
	raw, err := os.ReadFile(tile)
	require.NoError(t, err)
	raw[40] ^= 1
	require.NoError(t, os.WriteFile(tile, raw, 0o600))
	code, out, _ = d.run("audit", "log", "BankA", "--as", "Audit/auditor1", "--tiles", d.file("tiles"))
	require.Equal(t, exitRefused, code)
	require.Contains(t, out, "被篡改 TAMPERED tile 0/0")
	keys, err := filepath.Glob(d.file("vault/BankA/keys/subjects/*.key"))
	require.NoError(t, err)
	require.NoError(t, os.Remove(keys[0]))
	require.EqualValues(t, 3, d.audit(exitRefused, "--keys")["verdicts"].(map[string]any)["ERASED-UNLAWFUL"])

	d.fails(exitUsage, "SIGNER_MISSING", "audit", "log", "BankA")
	d.fails(exitUsage, "ORG_UNKNOWN", "audit", "log", "Nobody", "--as", "Audit/auditor1")
	d.fails(exitUsage, "ORG_NAME", "audit", "log", "../BankA", "--as", "Audit/auditor1")
	d.fails(exitUsage, "FLAG_CONFLICT", "audit", "log", "BankA", "--as", "Audit/auditor1", "--tiles", "x", "--folder", "y")
	d.fails(exitUsage, "LOG_MISSING", "audit", "log", "BankA", "--as", "Audit/auditor1", "--folder", t.TempDir())
	d.fails(exitUsage, "LOG_MISSING", "audit", "log", "BankA", "--as", "Audit/auditor1", "--tiles", t.TempDir())
	d.fails(exitUsage, "VAULT_MISSING", "audit", "log", "BankA", "--as", "Audit/auditor1", "--vault", t.TempDir())
	d.fails(exitUsage, "INPUT_FILE", "audit", "log", "BankA", "--as", "Audit/auditor1", "--receipts", d.file("none"))
	d.fails(exitRefused, "EVIDENCE_NO_LOG", "audit", "log", "BankB", "--as", "Audit/auditor1", "--folder", d.file("copy"))
}

// A record that was erased by law is told from one that is gone.
func TestAnErasureIsAudited(t *testing.T) {
	d := newAuditDesk(t)
	d.done("vault", "approve", "--org", "BankA", "--as", "BankA/officer1", "--subject", "91630100MA75ABCD12", "--basis", "pipl-47", "--request", "r-1", "-o", d.file("request"))
	d.done("vault", "approve", "--org", "BankA", "--as", "BankA/approver1", "--of", d.file("request"), "-o", d.file("approval"))
	d.done("vault", "erase", "--org", "BankA", "--approval", d.file("request"), "--approval", d.file("approval"))
	d.done("log", "anchor", "--as", "BankA/officer1")
	r := d.audit(exitDone, "--keys")
	require.EqualValues(t, 3, r["verdicts"].(map[string]any)["ERASED-LAWFUL"])
	require.EqualValues(t, 3, r["vault"].(map[string]any)["erased"])
}

func TestASampleAtTheDesk(t *testing.T) {
	d := newAuditDesk(t)
	sample := func(exit int, args ...string) map[string]any {
		code, out, errw := d.run(append([]string{"audit", "sample", "BankA", "--as", "Audit/auditor1", "--json"}, args...)...)
		require.Equal(t, exit, code, "%s %s", out, errw)
		return parsed(t, out)
	}
	r := sample(exitDone, "--seed", "7", "--rate", "50%")
	require.EqualValues(t, 1, r["count"])
	require.EqualValues(t, 2, r["of"])
	require.Equal(t, r["picked"], sample(exitDone, "--seed", "7", "--count", "1")["picked"])
	require.EqualValues(t, 2, sample(exitDone, "--seed", "7", "--damaged", "0.1%", "--detect", "99%")["count"], "more than there are")
	code, out, _ := d.run("audit", "sample", "BankA", "--as", "Audit/auditor1", "--seed", "7", "--rate", "1")
	require.Zero(t, code)
	require.Contains(t, out, "发现概率")
	require.Contains(t, out, "结论：没有发现问题")

	d.fails(exitUsage, "SAMPLE_SIZE", "audit", "sample", "BankA", "--as", "Audit/auditor1", "--seed", "7")
	d.fails(exitUsage, "SAMPLE_SIZE", "audit", "sample", "BankA", "--as", "Audit/auditor1", "--seed", "7", "--rate", "1%", "--count", "3")
	d.fails(exitUsage, "FLAG_MISSING", "audit", "sample", "BankA", "--as", "Audit/auditor1", "--rate", "1%")
	d.fails(exitUsage, "SAMPLE_SHARE", "audit", "sample", "BankA", "--as", "Audit/auditor1", "--seed", "7", "--rate", "150%")
}

func parsed(t *testing.T, out string) map[string]any {
	var document map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &document), out)
	return document
}
