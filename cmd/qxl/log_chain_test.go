package main

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/wallet"
)

// newLogDesk is a state directory with the sample consortium on the embedded
// ledger and a log of BankA's.
func newLogDesk(t *testing.T) (vaultDesk, evidencelog.Options) {
	d := vaultDesk{t, t.TempDir()}
	d.done("people")
	o := evidencelog.Options{Passphrase: wallet.Passphrase(filepath.Join(d.state, embeddedEngine), nil), WorkFactor: wallet.WorkFactorSample}
	require.NoError(t, evidencelog.Create(logDir(d.state, "BankA"), "qxl/BankAMSP/1", o))
	return d, o
}

// beat appends n leaves to BankA's log, through its files.
func (d vaultDesk) beat(o evidencelog.Options, n int) {
	log, err := evidencelog.Open(logDir(d.state, "BankA"), o)
	require.NoError(d.t, err)
	entries := make([]evidencelog.Entry, n)
	for i := range entries {
		entries[i].Kind = evidencelog.KindHeartbeat
	}
	_, err = log.Append(d.t.Context(), entries)
	require.NoError(d.t, err)
	require.NoError(d.t, log.Close())
}

func TestALogFromRegistrationToRevocation(t *testing.T) {
	d, o := newLogDesk(t)
	d.fails(exitRefused, "EVIDENCE_NO_LOG", "log", "anchor", "--as", "BankA/officer1")
	d.fails(exitUsage, "LOG_MISSING", "log", "register", "--as", "BankB/approver1")
	d.fails(exitRefused, "ACCESS_DENIED", "log", "register", "--as", "BankA/officer1")
	require.Equal(t, "accepted", d.done("log", "register", "--as", "BankA/approver1")["outcome"])
	require.Equal(t, "already applied", d.done("log", "register", "--as", "BankA/approver1")["outcome"])

	d.beat(o, 5)
	h := d.done("log", "anchor", "--as", "BankA/officer1")
	require.Equal(t, true, h["new"])
	require.EqualValues(t, 5, h["size"])
	require.Equal(t, false, d.done("log", "anchor", "--as", "BankA/officer1")["new"])
	require.EqualValues(t, 2, d.done("log", "anchor", "--as", "BankA/officer1", "--beat")["sequence"])
	d.fails(exitUsage, "FLAG_VALUE", "log", "anchor", "--as", "BankA/officer1", "--watch", "--every", "1ms")

	// BankB witnesses, the Commission does not yet.
	d.fails(exitUsage, "WITNESS_MISSING", "log", "cosign", "--as", "BankB/auditor1")
	require.Equal(t, "accepted", d.done("log", "register", "--witness", "--as", "BankB/approver1")["outcome"])
	cosigned := d.done("log", "cosign", "--as", "BankB/auditor1")["cosigned"].([]any)
	require.Len(t, cosigned, 1)
	require.Equal(t, true, cosigned[0].(map[string]any)["new"])

	// The key is rotated in the log and on the ledger, in one step.
	old := d.logs()[0]["key"]
	require.Equal(t, "accepted", d.done("log", "rotate", "--as", "BankA/approver1")["outcome"])
	key := d.logs()[0]["key"].(string)
	require.NotEqual(t, old, key)
	d.beat(o, 1)
	require.EqualValues(t, 7, d.done("log", "anchor", "--as", "BankA/officer1")["size"])
	require.Equal(t, true, d.done("log", "cosign", "--as", "BankB/auditor1")["cosigned"].([]any)[0].(map[string]any)["new"], "proven from the log that is here")

	// A rotation that was interrupted between the two is ended, not begun anew.
	log, err := evidencelog.Open(logDir(d.state, "BankA"), o)
	require.NoError(t, err)
	_, err = log.Rotate(t.Context())
	require.NoError(t, err)
	_, pending := log.Verifier()
	require.NoError(t, log.Close())
	d.beat(o, 1)
	d.fails(exitRefused, "EVIDENCE_KEY_UNKNOWN", "log", "anchor", "--as", "BankA/officer1")
	require.Equal(t, "accepted", d.done("log", "rotate", "--as", "BankA/approver1")["outcome"])
	require.Equal(t, pending, d.logs()[0]["key"])
	require.EqualValues(t, 9, d.done("log", "anchor", "--as", "BankA/officer1")["size"])

	d.fails(exitRefused, "EVIDENCE_NO_KEY", "log", "revoke", "--as", "BankA/approver1", "--key", "00000000", "--reason", "x")
	d.fails(exitRefused, "EVIDENCE_REVOKE_SIZE", "log", "revoke", "--as", "BankA/approver1", "--key", keyHash(pending), "--from", "10", "--reason", "x")
	require.Equal(t, "accepted", d.done("log", "revoke", "--as", "BankA/approver1", "--key", keyHash(pending), "--reason", "disk stolen")["outcome"])
	d.beat(o, 1)
	d.fails(exitRefused, "EVIDENCE_KEY_REVOKED", "log", "anchor", "--as", "BankA/officer1")
	s := d.logs()[0]
	require.NotContains(t, s, "key")
	require.EqualValues(t, 9, s["size"])
	require.EqualValues(t, 10, s["local_size"])
	code, out, _ := d.run("log", "status", "--as", "BankA/officer1")
	require.Zero(t, code)
	require.Contains(t, out, "qxl/BankAMSP/1")
	require.Contains(t, out, "revoked")
}

// logs is the status of the logs, as BankA sees it.
func (d vaultDesk) logs() []map[string]any {
	var list []map[string]any
	for _, s := range d.done("log", "status", "--as", "BankA/officer1")["logs"].([]any) {
		list = append(list, s.(map[string]any))
	}
	return list
}
