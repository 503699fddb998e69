package audit

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "make testdata/sample anew: other keys, another bundle")

// The sample is the format's test vector: a bundle, its trust, its record,
// its ciphertext. It must verify for ever.
const sample = "testdata/sample"

func sampleFile(t testing.TB, name string) []byte {
	raw, err := os.ReadFile(filepath.Join(sample, name))
	require.NoError(t, err)
	return raw
}

func TestSampleBundleVerifies(t *testing.T) {
	if *update {
		trust, b := newWorld(t, 0).bundle()
		text, err := b.Encode()
		require.NoError(t, err)
		var file bytes.Buffer
		require.NoError(t, trust.Write(&file))
		require.NoError(t, os.MkdirAll(sample, 0o755))
		for name, content := range map[string][]byte{"sample.bundle": text, "trust.json": file.Bytes(), "record": []byte("plain d"), "ciphertext": []byte("d")} {
			require.NoError(t, os.WriteFile(filepath.Join(sample, name), content, 0o644))
		}
	}
	trust, err := ReadTrust(bytes.NewReader(sampleFile(t, "trust.json")))
	require.NoError(t, err)
	b, err := DecodeBundle(sampleFile(t, "sample.bundle"))
	require.NoError(t, err)
	v, err := trust.Verify(b)
	require.NoError(t, err)
	require.Equal(t, Confirmed, v.State)
	for name, want := range map[string]string{"record": Plaintext, "ciphertext": Ciphertext} {
		content := sampleFile(t, name)
		is, err := v.Match(t.Context(), bytes.NewReader(content), int64(len(content)))
		require.NoError(t, err)
		require.Equal(t, want, is)
	}
}

// FuzzBundle: whatever is decoded is written as it was read, and verifying it
// ends without a panic; only the sample itself verifies, in either state.
func FuzzBundle(f *testing.F) {
	text := sampleFile(f, "sample.bundle")
	trust, err := ReadTrust(bytes.NewReader(sampleFile(f, "trust.json")))
	require.NoError(f, err)
	f.Add(text)
	f.Add(text[:len(text)/2])
	f.Add(text[:bytes.Index(text, []byte("\nblock "))+1])
	f.Add([]byte(bundleHeader + "\nblock 1 - -\nenvelope -\nreceipt\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := DecodeBundle(raw)
		if err != nil {
			return
		}
		again, err := b.Encode()
		require.NoError(t, err)
		require.Equal(t, raw, again)
		v, err := trust.Verify(b)
		if err == nil {
			require.True(t, v.State == Unconfirmed || bytes.Equal(raw, text), "another bundle verifies")
		} else {
			require.True(t, failed(err), "%v", err)
		}
	})
}
