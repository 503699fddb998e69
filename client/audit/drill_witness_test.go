package audit

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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

// A witness that remembers less than it has cosigned would sign what
// contradicts it.
func TestAWitnessThatForgot(t *testing.T) {
	d := &drill{t: t, whole: &house{dir: filepath.Join(t.TempDir(), "a")}, yesterday: &house{dir: filepath.Join(t.TempDir(), "b")}}
	d.whole.ledger.Keys.Organizations = []evidence.OrganizationKeys{{MSP: "BankAMSP"}}
	d.witness()
	secret, err := passphrase()
	require.NoError(t, err)
	dir := filepath.Join(d.whole.dir, "witness")
	check := func(msp string, cosigned uint64) (wrong map[string]error) {
		wrong = map[string]error{}
		on := anchor.Witnessed{Keys: d.whole.ledger.Keys, Cosigned: map[string]uint64{otherLog: cosigned}, Note: func(string, uint64) (string, error) { return otherNote, nil }}
		require.NoError(t, anchor.CheckWitness(dir, msp, secret, on, func(file string, err error) { wrong[file] = err }))
		return wrong
	}
	file := strings.ReplaceAll(otherLog, "/", "_") + ".json"
	require.Empty(t, check("BankAMSP", 7))
	require.Empty(t, check("BankAMSP", 3), "it has seen more than it cosigned: its last try did not come through")
	var forgotten *anchor.ForgottenError
	require.ErrorAs(t, check("BankAMSP", 8)[file], &forgotten)
	require.EqualValues(t, 7, forgotten.Remembers)
	require.Contains(t, check("BankBMSP", 7), "key.json", "another organization's key")
	require.NoError(t, os.Remove(filepath.Join(dir, file)))
	require.ErrorIs(t, check("BankAMSP", 7)[file], os.ErrNotExist)
}
