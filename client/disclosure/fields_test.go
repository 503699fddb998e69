package disclosure_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	rules "github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
)

var update = flag.Bool("update", false, "make testdata/two.fields.json anew: another leaf, another key")

const vector = "testdata/two.fields.json"

func passphrase() ([]byte, error) { return []byte("test"), nil }

// proof puts a record of four fields beside others into a log, and opens two.
func proof(t testing.TB) *disclosure.FieldProof {
	dir := t.TempDir()
	o := evidencelog.Options{Passphrase: passphrase, WorkFactor: 4}
	require.NoError(t, evidencelog.Create(filepath.Join(dir, "log"), "qxl/CentralBankMSP/1", o))
	log, err := evidencelog.Open(filepath.Join(dir, "log"), o)
	require.NoError(t, err)
	defer log.Close()
	options := vault.Options{Dir: filepath.Join(dir, "vault"), Passphrase: passphrase}
	require.NoError(t, vault.Init(options, vault.Settings{Organization: "CentralBank"}, 4))
	v, err := vault.Open(options)
	require.NoError(t, err)
	defer v.Close()
	_, err = log.Append(t.Context(), []evidencelog.Entry{{Kind: evidencelog.KindHeartbeat}, {Kind: evidencelog.KindHeartbeat}})
	require.NoError(t, err)
	r, err := v.Put(t.Context(), vault.New{Subject: "s", Schema: "loan/1", Fields: []commitment.Field{{Name: "amount", Value: []byte("500000.00")}, {Name: "overdue", Value: []byte("0")}}}, bytes.NewReader([]byte("report")))
	require.NoError(t, err)
	entry, err := v.Entry(r.ID, log.Name())
	require.NoError(t, err)
	receipts, err := log.Append(t.Context(), []evidencelog.Entry{entry, {Kind: evidencelog.KindHeartbeat}})
	require.NoError(t, err)
	receipt, err := log.Prove(receipts[0].Seq)
	require.NoError(t, err)
	d, err := v.Disclose(r.ID, "overdue", "amount")
	require.NoError(t, err)
	p, err := disclosure.ProveFields(d, receipt)
	require.NoError(t, err)
	return p
}

// The vector of docs/evidence-format.md.
func TestVectorOfFields(t *testing.T) {
	if *update {
		raw, err := proof(t).Encode()
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vector, raw, 0o644))
	}
	raw, err := os.ReadFile(vector)
	require.NoError(t, err)
	p, err := disclosure.DecodeFields(raw)
	require.NoError(t, err)
	leaf, r, err := p.Verify()
	require.NoError(t, err)
	require.EqualValues(t, 2, leaf.Seq)
	require.Equal(t, "qxl/CentralBankMSP/1", r.Log)
	require.Equal(t, []disclosure.OpenedField{{Name: "amount", Value: []byte("500000.00"), Salt: p.Fields[0].Salt}, {Name: "overdue", Value: []byte("0"), Salt: p.Fields[1].Salt}}, p.Fields)
	proof, err := commitment.DecodeProof(p.Proof)
	require.NoError(t, err)
	require.Equal(t, 4, proof.Count)
	require.Equal(t, "f62d91edfbd5e7795ccf818bcd4b8096", rules.RequestRef("request-0000000-a").ID.Page)
}

// Nothing in a field proof can be changed: not a byte, no field, no order, no
// other leaf's receipt.
func TestFieldsThatAreNot(t *testing.T) {
	raw, err := proof(t).Encode()
	require.NoError(t, err)
	verify := func(raw []byte) error {
		p, err := disclosure.DecodeFields(raw)
		if err == nil {
			_, _, err = p.Verify()
		}
		return err
	}
	require.NoError(t, verify(raw))
	receipt := bytes.Index(raw, []byte(`"receipt"`))
	for i := range raw[:receipt] {
		altered := bytes.Clone(raw)
		altered[i] ^= 1
		require.Error(t, verify(altered), "byte %d of %d", i, len(raw))
	}
	for _, cut := range []int{1, 2, 10, len(raw) / 2} {
		require.Error(t, verify(raw[:len(raw)-cut]))
	}
	require.Error(t, verify(append(bytes.Clone(raw), '\n')))
	var p disclosure.FieldProof
	again := func(change func(*disclosure.FieldProof)) error {
		require.NoError(t, json.Unmarshal(raw, &p))
		change(&p)
		altered, err := p.Encode()
		require.NoError(t, err)
		return verify(altered)
	}
	require.NoError(t, again(func(*disclosure.FieldProof) {}))
	require.Error(t, again(func(p *disclosure.FieldProof) { p.Fields[0], p.Fields[1] = p.Fields[1], p.Fields[0] }))
	require.Error(t, again(func(p *disclosure.FieldProof) { p.Fields = p.Fields[:1] }))
	require.Error(t, again(func(p *disclosure.FieldProof) { p.Fields[0].Name = "income" }))
	require.Error(t, again(func(p *disclosure.FieldProof) { p.Fields[0].Salt = p.Fields[0].Salt[:31] }))
	other := proof(t)
	require.Error(t, again(func(p *disclosure.FieldProof) { p.Receipt = other.Receipt }))
	require.NotContains(t, string(raw), base64.StdEncoding.EncodeToString([]byte("report")))
}

func FuzzDecodeFields(f *testing.F) {
	raw, err := os.ReadFile(vector)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"format":"qxl-fields/1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := disclosure.DecodeFields(b)
		if err != nil {
			return
		}
		if again, err := p.Encode(); err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%q is written again as %q", b, again)
		}
		_, _, _ = p.Verify()
	})
}
