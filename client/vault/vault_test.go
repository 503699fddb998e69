package vault_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/evidencelog/commitment"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
	"github.com/qingxinlian/qxl/client/wallet"
)

var ctx = context.Background()

const uscc = "91630100MA75ABCD12"

func options(dir string) vault.Options {
	return vault.Options{Dir: dir, Passphrase: func() ([]byte, error) { return []byte("测试口令"), nil }}
}

// newVault makes a vault and opens it.
func newVault(t testing.TB) *vault.Vault {
	dir := t.TempDir()
	require.NoError(t, vault.Init(options(dir), vault.Settings{Organization: "BankA"}, wallet.WorkFactorSample))
	return reopened(t, nil, dir)
}

func reopened(t testing.TB, v *vault.Vault, dir string) *vault.Vault {
	if v != nil {
		require.NoError(t, v.Close())
	}
	v, err := vault.Open(options(dir))
	require.NoError(t, err)
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func put(t testing.TB, v *vault.Vault, text []byte) *vault.Record {
	r, err := v.Put(ctx, vault.New{Subject: uscc, Schema: "contract/1", Name: "合同.pdf",
		Fields: []commitment.Field{{Name: "amount", Value: []byte("500000.00")}}}, bytes.NewReader(text))
	require.NoError(t, err)
	return r
}

func get(v *vault.Vault, id vault.RecordID) ([]byte, error) {
	var out bytes.Buffer
	err := v.Get(ctx, id, &out)
	return out.Bytes(), err
}

func TestPutAndGetAcrossOpening(t *testing.T) {
	v := newVault(t)
	texts := map[vault.RecordID][]byte{}
	for _, n := range []int{0, 1, 300, blob.BlockSize, 5*blob.BlockSize + 7, 40 * blob.BlockSize} {
		text := random(n)
		r := put(t, v, text)
		texts[r.ID] = text
		require.NoError(t, v.Check(ctx, r.ID))
	}
	v = reopened(t, v, v.Dir())
	n := 0
	for r, err := range v.Records() {
		require.NoError(t, err)
		text, ok := texts[r.ID]
		require.True(t, ok)
		got, err := get(v, r.ID)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got))
		content, err := v.Content(r.ID)
		require.NoError(t, err)
		require.EqualValues(t, len(text), content.Size)
		require.Equal(t, []string{"amount", "file.name", "file.sha256", "file.size"}, []string{content.Fields[0].Name, content.Fields[1].Name, content.Fields[2].Name, content.Fields[3].Name})
		n++
	}
	require.Len(t, texts, n)
	// Numbers go on after those that are used.
	r := put(t, v, nil)
	require.NotContains(t, texts, r.ID)
}

// The same file twice is two records that show no relation.
func TestNothingTellsThatTwoFilesAreEqual(t *testing.T) {
	v := newVault(t)
	a, b := put(t, v, []byte("同一份合同")), put(t, v, []byte("同一份合同"))
	require.NotEqual(t, a.CID, b.CID)
	x, err := v.Entry(a.ID, "qxl/BankAMSP/1")
	require.NoError(t, err)
	y, err := v.Entry(b.ID, "qxl/BankAMSP/1")
	require.NoError(t, err)
	require.NotEqual(t, x.FieldRoot, y.FieldRoot)
	require.Equal(t, x.Subject, y.Subject, "one subject, one chain")
	z, err := v.Entry(a.ID, "qxl/BankAMSP/2")
	require.NoError(t, err)
	require.NotEqual(t, x.Subject, z.Subject, "another pseudonym in another log")
}

func TestDisclosedFieldsBelongToTheEntry(t *testing.T) {
	v := newVault(t)
	r := put(t, v, []byte("x"))
	entry, err := v.Entry(r.ID, "qxl/BankAMSP/1")
	require.NoError(t, err)
	d, err := v.Disclose(r.ID, "amount", vault.FieldSHA256)
	require.NoError(t, err)
	require.NoError(t, d.Proof.Verify(entry.FieldRoot, d.Openings))
	d.Openings[0].Value = []byte("900000.00")
	require.Error(t, d.Proof.Verify(entry.FieldRoot, d.Openings))
	_, err = v.Disclose(r.ID, "rate")
	var invalid *vault.InvalidError
	require.ErrorAs(t, err, &invalid)
	require.Contains(t, invalid.Limit, "amount")
}

func TestConcurrentPuts(t *testing.T) {
	v := newVault(t)
	var mu sync.Mutex
	texts := map[vault.RecordID][]byte{}
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 5 {
				text := random(1 + (i*5+j)*97_000)
				r, err := v.Put(ctx, vault.New{Subject: uscc, Schema: "x/1"}, bytes.NewReader(text))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				texts[r.ID] = text
				mu.Unlock()
			}
		})
	}
	all.Wait()
	require.Len(t, texts, 40)
	for id, text := range texts {
		got, err := get(v, id)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text, got))
	}
}

func TestBatchIsSeenWholeOrNotAtAll(t *testing.T) {
	v := newVault(t)
	b := v.Batch()
	var ids []vault.RecordID
	for range 100 {
		r, err := b.Add(ctx, vault.New{Subject: uscc, Schema: "x/1"}, bytes.NewReader(random(300)))
		require.NoError(t, err)
		ids = append(ids, r.ID)
		_, err = v.Record(r.ID)
		var unknown *vault.UnknownRecordError
		require.ErrorAs(t, err, &unknown)
	}
	require.NoError(t, b.Commit())
	for _, id := range ids {
		_, err := get(v, id)
		require.NoError(t, err)
	}
}

func TestBadInput(t *testing.T) {
	v := newVault(t)
	for field, n := range map[string]vault.New{
		"subject":  {Schema: "x/1"},
		"schema":   {Subject: uscc, Schema: "Contract 1"},
		"field":    {Subject: uscc, Schema: "x/1", Fields: []commitment.Field{{Name: "file.sha256"}}},
		"name":     {Subject: uscc, Schema: "x/1", Name: string(make([]byte, 1000))},
		"too-long": {Subject: uscc, Schema: "x/1", Fields: []commitment.Field{{Name: "too-long", Value: make([]byte, vault.MaxFieldBytes+1)}}},
	} {
		_, err := v.Put(ctx, n, bytes.NewReader(nil))
		var invalid *vault.InvalidError
		require.ErrorAs(t, err, &invalid, field)
		require.Equal(t, field, invalid.Field)
	}
	require.Error(t, vault.Init(options(v.Dir()), vault.Settings{}, wallet.WorkFactorSample), "not over one that is there")
	_, err := vault.Open(options(v.Dir()))
	var locked *vault.LockedError
	require.ErrorAs(t, err, &locked)
	_, err = vault.Open(options(t.TempDir()))
	var none *vault.NotVaultError
	require.ErrorAs(t, err, &none)
	dir := v.Dir()
	require.NoError(t, v.Close())
	_, err = vault.Open(vault.Options{Dir: dir, Passphrase: func() ([]byte, error) { return []byte("wrong"), nil }})
	require.ErrorIs(t, err, wallet.ErrPassphrase)
}

func TestRetention(t *testing.T) {
	v := newVault(t)
	a, b := put(t, v, []byte("a")), put(t, v, []byte("b"))
	day := calendar.MustParse("2031-05-04")
	require.NoError(t, v.SetRetention(a.ID, day))
	require.NoError(t, v.SetRetention(b.ID, calendar.MustParse("2030-01-01")))
	require.NoError(t, v.SetRetention(b.ID, calendar.MustParse("2032-01-01")))
	due := func(at string) (ids []vault.RecordID) {
		for r, err := range v.Due(calendar.MustParse(at)) {
			require.NoError(t, err)
			ids = append(ids, r.ID)
		}
		return ids
	}
	require.Empty(t, due("2031-05-03"))
	require.Equal(t, []vault.RecordID{a.ID}, due("2031-05-04"))
	require.Equal(t, []vault.RecordID{a.ID, b.ID}, due("2032-01-01"))
	got, err := get(v, b.ID)
	require.NoError(t, err)
	require.Equal(t, "b", string(got))
}

// Whatever is changed in a file of the key store, records do not open with
// something else, and what is whole still opens.
func TestKeyFilesChanged(t *testing.T) {
	v := newVault(t)
	r := put(t, v, []byte("秘密"))
	dir := v.Dir()
	require.NoError(t, v.Close())
	files := 0
	require.NoError(t, filepath.WalkDir(filepath.Join(dir, "keys"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".key" {
			return err
		}
		files++
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		for i := range whole {
			changed := bytes.Clone(whole)
			changed[i] ^= 1
			require.NoError(t, os.WriteFile(path, changed, 0o600))
			store, err := keys.Open(filepath.Join(dir, "keys"), []byte("测试口令"))
			require.NoError(t, err)
			_, err = store.ByID(r.Subject)
			var damaged *keys.DamagedError
			require.ErrorAs(t, err, &damaged, "byte %d", i)
		}
		return os.WriteFile(path, whole, 0o600)
	}))
	require.Equal(t, 1, files)
	v = reopened(t, nil, dir)
	_, err := get(v, r.ID)
	require.NoError(t, err)
	require.NoError(t, v.Close())
	// Readable by others: refused.
	require.NoError(t, os.Chmod(filepath.Join(dir, "keys", "kek.age"), 0o644))
	_, err = vault.Open(options(dir))
	var exposed *keys.ExposedError
	require.True(t, errors.As(err, &exposed), "%v", err)
}

// Another record's ciphertext, or another's metadata, in a record's place.
func TestStoredValuesSwapped(t *testing.T) {
	v := newVault(t)
	a, b := put(t, v, []byte("a")), put(t, v, []byte("b"))
	require.NoError(t, v.SwapRecords(a.ID, b.ID))
	for _, id := range []vault.RecordID{a.ID, b.ID} {
		_, err := get(v, id)
		var unknown *vault.UnknownRecordError
		var damaged *vault.DamagedError
		require.True(t, errors.As(err, &damaged) || errors.As(err, &unknown), "%v", err)
	}
	require.NoError(t, v.SwapRecords(a.ID, b.ID))
	require.NoError(t, v.SwapBlocks(a.ID, b.ID))
	for _, id := range []vault.RecordID{a.ID, b.ID} {
		_, err := get(v, id)
		var damaged *vault.DamagedError
		require.ErrorAs(t, err, &damaged)
		require.ErrorIs(t, err, blob.ErrHash)
		require.ErrorIs(t, v.Check(ctx, id), blob.ErrHash)
	}
}

// What a put leaves that did not come to its end is garbage, and what is
// being written is not.
func TestGCRemovesWhatNoRecordHas(t *testing.T) {
	v := newVault(t)
	kept := put(t, v, random(2*blob.BlockSize))
	n := vault.New{Subject: uscc, Schema: "x/1"}
	running, ended := v.Batch(), v.Batch()
	r, err := running.Add(ctx, n, bytes.NewReader(random(20*blob.BlockSize)))
	require.NoError(t, err)
	_, err = ended.Add(ctx, n, bytes.NewReader(random(20*blob.BlockSize)))
	require.NoError(t, err)
	ended.Discard()
	c, err := v.GC(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, c.Blobs)
	require.NoError(t, running.Commit())
	for _, id := range []vault.RecordID{kept.ID, r.ID} {
		require.NoError(t, v.Check(ctx, id))
	}
	c, err = v.GC(ctx)
	require.NoError(t, err)
	require.Zero(t, c.Blobs)
}
