package dossier_test

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/dossier"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
)

// vaultLog is the log as a vault takes it.
type vaultLog struct{ *evidencelog.Log }

func (l vaultLog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

func house(t *testing.T) (*vault.Vault, vaultLog) {
	dir := t.TempDir()
	passphrase := func() ([]byte, error) { return []byte("p"), nil }
	o := evidencelog.Options{Passphrase: passphrase, WorkFactor: 1}
	require.NoError(t, evidencelog.Create(filepath.Join(dir, "log"), "qxl/BankAMSP/1", o))
	l, err := evidencelog.Open(filepath.Join(dir, "log"), o)
	require.NoError(t, err)
	vo := vault.Options{Dir: filepath.Join(dir, "vault"), Passphrase: passphrase}
	require.NoError(t, vault.Init(vo, vault.Settings{Organization: "BankA"}, 1))
	v, err := vault.Open(vo)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, v.Close())
		require.NoError(t, l.Close())
	})
	return v, vaultLog{l}
}

// A claim's papers are in the vault and in the log, by the CIDs that the claim
// names; who does it again stores what is new.
func TestPapersAreKept(t *testing.T) {
	v, log := house(t)
	files := map[string]string{"D02 借款合同.pdf": "contract", "D09 催收.jpg": "reminder"}
	keep := func(claim string, files map[string]string) []dossier.Paper {
		dir := folder(t, files)
		papers, err := dossier.Read(dir)
		require.NoError(t, err)
		kept, err := dossier.Keep(t.Context(), v, log, dir, "91630100MA75ABCD12", claim, papers)
		require.NoError(t, err)
		for i := range kept {
			require.NotEqual(t, papers[i].CID, kept[i].CID, "the address of the plaintext tells what it says")
		}
		return kept
	}
	first := keep("BC-1", files)
	require.EqualValues(t, 2, log.Size())
	contents := map[string]string{}
	for r, err := range v.Records() {
		require.NoError(t, err)
		var out bytes.Buffer
		require.NoError(t, v.Get(t.Context(), r.ID, &out))
		contents[r.CID.String()] = out.String()
		leaf, _, err := log.Leaf(r.Seq)
		require.NoError(t, err)
		require.Equal(t, r.CID, leaf.CID)
	}
	require.Equal(t, map[string]string{first[0].CID: "contract", first[1].CID: "reminder"}, contents)

	require.Equal(t, first, keep("BC-1", files))
	require.EqualValues(t, 2, log.Size(), "nothing was new")
	files["D09 催收.jpg"] = "another reminder"
	second := keep("BC-1", files)
	require.Equal(t, first[0], second[0])
	require.NotEqual(t, first[1].CID, second[1].CID)
	require.EqualValues(t, 3, log.Size())
	keep("BC-2", files)
	require.EqualValues(t, 5, log.Size(), "another claim has its own")
}
