package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

const otherLog = "qxl/BankBMSP/1"

// otherNote is the checkpoint of another organization's log that the house
// has witnessed.
var otherNote string

// witness gives the house a witness that remembers a checkpoint of another
// organization's log.
func (d *drill) witness() {
	h := d.whole
	dir := filepath.Join(h.dir, "witness")
	secret, key, err := anchor.NewWitnessKey("BankAMSP")
	require.NoError(d.t, err)
	secretText, err := passphrase()
	require.NoError(d.t, err)
	sealed, err := anchor.SealKey(secret, secretText, 1)
	require.NoError(d.t, err)
	require.NoError(d.t, anchor.KeyFile{Key: key, Sealed: sealed}.Write(dir))

	other := filepath.Join(d.t.TempDir(), "other")
	require.NoError(d.t, evidencelog.Create(other, otherLog, logOptions()))
	l, err := evidencelog.Open(other, logOptions())
	require.NoError(d.t, err)
	c, signed := l.Checkpoint()
	_, otherKey := l.Verifier()
	require.NoError(d.t, l.Close())
	otherNote = string(signed)
	h.ledger.Keys.Organizations = append(h.ledger.Keys.Organizations, evidence.OrganizationKeys{MSP: "BankBMSP",
		Organization: evidence.Organization{Names: []evidence.Keyring{{Name: otherLog, Keys: []evidence.Key{{Verifier: otherKey}}}}}})
	own := &h.ledger.Keys.Organizations[0]
	own.Names = append(own.Names, evidence.Keyring{Name: evidence.WitnessName("BankAMSP"), Keys: []evidence.Key{{Verifier: key}}})
	raw, err := json.MarshalIndent(anchor.Seen{Origin: otherLog, Sequence: 7, Size: c.Size, Root: c.Root, Note: otherNote}, "", "  ")
	require.NoError(d.t, err)
	require.NoError(d.t, os.WriteFile(filepath.Join(dir, strings.ReplaceAll(otherLog, "/", "_")+".json"), append(raw, '\n'), 0o600))
	copyTree(d.t, dir, filepath.Join(d.yesterday.dir, "witness"))
}
