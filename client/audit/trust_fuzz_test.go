package audit

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

// FuzzTrust: a trust file that is read names each authority once and is read
// again; any other is refused in words.
func FuzzTrust(f *testing.F) {
	f.Add(sampleFile(f, "trust.json"))
	f.Add([]byte(`{"format":"qxl-trust/1","channel":"credit","organizations":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		trust, err := ReadTrust(bytes.NewReader(raw))
		if err != nil {
			var refused *invalid.Error
			require.ErrorAs(t, err, &refused)
			require.Equal(t, "TRUST_FORMAT", refused.Code)
			return
		}
		again, err := json.Marshal(trust)
		require.NoError(t, err)
		_, err = ReadTrust(bytes.NewReader(again))
		require.NoError(t, err)
	})
}
