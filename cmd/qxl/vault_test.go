package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// vaultDesk is a state directory at which somebody types commands.
type vaultDesk struct {
	t     *testing.T
	state string
}

func newVaultDesk(t *testing.T) vaultDesk {
	state := t.TempDir()
	people := filepath.Join(state, embeddedEngine)
	require.NoError(t, wallet.WritePassphraseFile(people, []byte("sample")))
	_, err := devca.EnrollAll(people, []wallet.Enrollee{
		{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}},
		{Org: "BankA", MSP: "BankAMSP", User: "approver1", Roles: []string{"approver"}},
	}, []byte("sample"), devca.Options{})
	require.NoError(t, err)
	d := vaultDesk{t, state}
	d.done("vault", "init", "--org", "BankA")
	require.NoError(t, evidencelog.Create(logDir(state, "BankA"), "qxl/BankAMSP/1",
		evidencelog.Options{Passphrase: wallet.Passphrase(people, nil), WorkFactor: wallet.WorkFactorSample}))
	return d
}

func (d vaultDesk) run(args ...string) (code int, out, errw string) {
	var o, e bytes.Buffer
	code = run(context.Background(), append([]string{"--state", d.state, "--engine", "embedded"}, args...), strings.NewReader("标准输入"), &o, &e)
	return code, o.String(), e.String()
}

// done runs a command that must succeed, and reads its JSON.
func (d vaultDesk) done(args ...string) map[string]any {
	code, out, errw := d.run(append(args, "--json")...)
	require.Equal(d.t, exitDone, code, "%v: %s", args, errw)
	document := map[string]any{}
	if strings.HasPrefix(out, "{") {
		require.NoError(d.t, json.Unmarshal([]byte(out), &document))
	}
	return document
}

// fails runs a command that must end with a code and an error's code.
func (d vaultDesk) fails(exit int, code string, args ...string) {
	got, out, errw := d.run(append(args, "--json")...)
	require.Equal(d.t, exit, got, "%v: %s", args, errw)
	require.Contains(d.t, out, `"code":"`+code+`"`, "%v", args)
	require.Contains(d.t, errw, "错误: ")
}

func (d vaultDesk) file(name string) string { return filepath.Join(d.state, name) }

// TestAVaultAtTheDesk goes the user's way: put, get, share, export, open at
// the recipient's, erase by two people.
func TestAVaultAtTheDesk(t *testing.T) {
	d := newVaultDesk(t)
	contract := d.file("合同.pdf")
	content := bytes.Repeat([]byte("借款合同"), 300_000) // several blocks
	require.NoError(t, os.WriteFile(contract, content, 0o600))

	put := d.done("vault", "put", contract, "--subject", "91630100MA75ABCD12", "--schema", "contract/1", "--field", "amount=500000.00", "--receipt", d.file("receipt"))
	require.Equal(t, "sequenced", put["state"])
	record := put["record"].(string)
	receipt, err := os.ReadFile(d.file("receipt"))
	require.NoError(t, err)
	parsed, err := evidencelog.ParseReceipt(receipt)
	require.NoError(t, err)
	leaf, err := evidencelog.DecodeLeaf(parsed.Leaf)
	require.NoError(t, err)
	require.Equal(t, put["cid"], leaf.CID.String())

	code, out, errw := d.run("vault", "get", record)
	require.Equal(t, exitDone, code, errw)
	require.Equal(t, string(content), out)
	d.done("vault", "get", record, "-o", d.file("again.pdf"))
	d.fails(exitUsage, "FILE_EXISTS", "vault", "get", record, "-o", d.file("again.pdf"))
	code, out, _ = d.run("vault", "list")
	require.Equal(t, exitDone, code)
	require.Contains(t, out, "合同.pdf")
	second := d.done("vault", "put", "-", "--subject", "63012319900101001X", "--schema", "note/1", "--adverse-ended", "2021-02-03")["record"].(string)
	code, out, _ = d.run("vault", "due", "--date", "2026-02-03")
	require.Equal(t, exitDone, code)
	require.Contains(t, out, second)
	code, out, _ = d.run("vault", "due", "--date", "2026-02-02")
	require.Equal(t, exitDone, code)
	require.NotContains(t, out, second)
	d.done("vault", "retain", second, "--retain-until", "2030-01-01")

	id, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.file("id.txt"), []byte(id.String()+"\n"), 0o600))
	d.done("vault", "share", record, "--recipient", id.Recipient().String(), "--to", "审计", "--purpose", "年度审计", "--authorization", "G-1/U-1", "-o", d.file("key.age"))
	d.done("vault", "export", record, "-o", d.file("r.car"))
	d.done("vault", "open", d.file("key.age"), "--identity", d.file("id.txt"), "--car", d.file("r.car"), "-o", d.file("received.pdf"))
	received, err := os.ReadFile(d.file("received.pdf"))
	require.NoError(t, err)
	require.True(t, bytes.Equal(content, received))
	other, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(d.file("other.txt"), []byte(other.String()+"\n"), 0o600))
	d.fails(exitUsage, "VAULT_INPUT", "vault", "open", d.file("key.age"), "--identity", d.file("other.txt"), "--car", d.file("r.car"), "-o", d.file("x"))
	car, err := os.ReadFile(d.file("r.car"))
	require.NoError(t, err)
	car[len(car)/2] ^= 1
	require.NoError(t, os.WriteFile(d.file("bad.car"), car, 0o600))
	d.fails(exitRefused, "BLOB_DAMAGED", "vault", "open", d.file("key.age"), "--identity", d.file("id.txt"), "--car", d.file("bad.car"), "-o", d.file("x"))
	require.NoFileExists(t, d.file("x"))

	d.done("vault", "approve", "--subject", "91630100MA75ABCD12", "--basis", "pipl-47", "--request", "req-1", "--as", "BankA/officer1", "-o", d.file("request.json"))
	d.fails(exitRefused, "ERASURE_REFUSED", "vault", "erase", "--approval", d.file("request.json"))
	d.fails(exitRefused, "ERASURE_REFUSED", "vault", "approve", "--of", d.file("request.json"), "--as", "BankA/officer1", "-o", d.file("own.json"))
	d.done("vault", "approve", "--of", d.file("request.json"), "--as", "BankA/approver1", "-o", d.file("approval.json"))
	erased := d.done("vault", "erase", "--approval", d.file("request.json"), "--approval", d.file("approval.json"))
	require.EqualValues(t, 1, erased["erased"])
	require.Len(t, erased["holders"], 1, "who must be asked to delete")
	d.fails(exitRefused, "RECORD_ERASED", "vault", "get", record, "-o", d.file("gone"))
	d.done("vault", "gc")
	code, out, errw = d.run("vault", "get", second)
	require.Equal(t, exitDone, code, errw)
	require.Equal(t, "标准输入", out)
}

func TestVaultSaysWhatIsWrong(t *testing.T) {
	d := newVaultDesk(t)
	d.fails(exitUsage, "VAULT_EXISTS", "vault", "init", "--org", "BankA")
	d.fails(exitUsage, "VAULT_ORG", "vault", "init", "--org", "../x")
	d.fails(exitUsage, "FLAG_MISSING", "vault", "put", "-", "--schema", "x/1")
	d.fails(exitUsage, "VAULT_INPUT", "vault", "put", "-", "--subject", "1", "--schema", "X 1")
	d.fails(exitUsage, "VAULT_INPUT", "vault", "put", "-", "--subject", "1", "--schema", "x/1", "--field", "amount")
	d.fails(exitUsage, "VAULT_INPUT", "vault", "put", "-", "--subject", "1", "--schema", "x/1", "--field", "file.size=1")
	d.fails(exitUsage, "RECORD_ID", "vault", "get", "12")
	d.fails(exitUsage, "RECORD_UNKNOWN", "vault", "get", strings.Repeat("0", 32))
	d.fails(exitUsage, "VAULT_MISSING", "vault", "list", "--org", "BankB")
	d.fails(exitUsage, "SUBJECT_UNKNOWN", "vault", "approve", "--subject", "1", "--basis", "court", "--request", "r", "--as", "BankA/officer1", "-o", d.file("x"))
	d.fails(exitUsage, "VAULT_INPUT", "vault", "put", "-", "--subject", "1", "--schema", "x/1", "--retain-until", "2030-01-01", "--adverse-ended", "2020-01-01")
}

// What vault list says of a record follows the log's anchors.
func TestAnAnchoredRecordSaysSo(t *testing.T) {
	d := newVaultDesk(t)
	paper := d.file("凭证.txt")
	require.NoError(t, os.WriteFile(paper, []byte("放款凭证"), 0o600))
	d.done("vault", "put", paper, "--subject", "91630100MA75ABCD12", "--schema", "voucher/1")
	list := func() string {
		code, out, errw := d.run("vault", "list")
		require.Equal(t, exitDone, code, errw)
		return out
	}
	require.Contains(t, list(), "已存证 sequenced")
	d.done("log", "register", "--as", "BankA/approver1")
	d.done("log", "anchor", "--as", "BankA/officer1")
	require.Contains(t, list(), "已锚定 anchored")
	d.done("vault", "put", paper, "--subject", "91630100MA75ABCD12", "--schema", "voucher/1")
	require.Contains(t, list(), "已存证 sequenced", "the second is not anchored yet")
}
