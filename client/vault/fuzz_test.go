package vault_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/vault"
)

// FuzzRecord: a record's value in the database has one spelling, and a record
// that is read has an address.
func FuzzRecord(f *testing.F) {
	f.Add(vault.SampleRecord())
	f.Add([]byte{0x9f})
	f.Fuzz(func(t *testing.T, raw []byte) {
		again, err := vault.RecordAgain(raw)
		if err == nil {
			_, err = vault.RecordAgain(again)
			require.NoError(t, err, "what was read and written is read again")
		}
	})
}

// FuzzErasureRequest: a request and an approval are what was signed, to the byte.
func FuzzErasureRequest(f *testing.F) {
	staff := newStaff(f)
	v := newVault(f)
	r := vault.Request{Format: "qxl-erasure-request/1", Organization: "BankA", Log: logName, Whole: true, Basis: "pipl-47", No: "r-1"}
	text, err := r.Encode()
	require.NoError(f, err)
	approval, err := json.Marshal(staff.sign(v, r, vault.Requester, "BankA/officer1"))
	require.NoError(f, err)
	f.Add([]byte(text))
	f.Add(approval)
	f.Fuzz(func(t *testing.T, raw []byte) {
		if r, err := vault.ParseRequest(string(raw)); err == nil {
			text, err := r.Encode()
			require.NoError(t, err)
			require.Equal(t, string(raw), text)
		} else {
			refusedAsInput(t, err)
		}
		if a, err := vault.ParseApproval(raw); err == nil {
			_, err := vault.ParseRequest(a.Request)
			require.NoError(t, err)
		} else {
			refusedAsInput(t, err)
		}
	})
}

// refusedAsInput: what a person handed in is refused in words, never in ours.
func refusedAsInput(t *testing.T, err error) {
	var invalid *vault.InvalidError
	require.True(t, errors.As(err, &invalid), "%v", err)
}

// FuzzShare: a share's content opens a blob under its address or is refused.
func FuzzShare(f *testing.F) {
	whole, err := json.Marshal(vault.Released{Format: "qxl-share/1", Organization: "BankA", CID: "bafkreigb2maf6z4wmcumcyxskyrgewugpphbk3iwdfhxsg7fiyn575vb54",
		Schema: "contract/1", Size: "6", Key: make([]byte, 32), Fields: []vault.ReleasedField{{Name: "amount", Value: []byte("1")}}, To: "BankBMSP", Purpose: "loan", At: time.Unix(1, 0).UTC()})
	require.NoError(f, err)
	f.Add(whole)
	f.Add([]byte(`{"format":"qxl-share/1"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := vault.ParseReleased(raw)
		if err != nil {
			refusedAsInput(t, err)
			return
		}
		again, err := json.Marshal(r)
		require.NoError(t, err)
		_, err = vault.ParseReleased(again)
		require.NoError(t, err)
		_, _ = r.FieldRoot() // does not panic
	})
}
