package audit

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// A clean house has no faults: with keys and without, with its vault and
// without.
func TestACleanLogIsClean(t *testing.T) {
	h, _ := newHouse(t)
	r := h.audit(t, nil)
	require.True(t, r.Clean(), "%+v", r.Findings)
	require.Empty(t, r.Findings)
	require.EqualValues(t, 66, r.Vault.Records)
	require.EqualValues(t, 59, r.Vault.Whole)
	require.EqualValues(t, 7, r.Vault.Erased, "five of a subject, two of a range")
	require.EqualValues(t, 1, r.Vault.Pending)
	require.Equal(t, 12, r.Vault.Subjects)
	require.True(t, r.Vault.Opened)
	require.EqualValues(t, 7, r.Verdicts[ErasedLawful])
	require.Equal(t, r.Size-7, r.Verdicts[OK])
	require.EqualValues(t, 1, r.Unanchored)
	require.False(t, r.Late)
	require.Equal(t, 3, r.Anchored.Checkpoints)
	require.Equal(t, 3, r.Receipts)

	r = h.audit(t, func(o *LogAudit) { o.Passphrase, o.LogFolder = nil, "" })
	require.True(t, r.Clean(), "%+v", r.Findings)
	require.False(t, r.Vault.Opened)
	require.EqualValues(t, 59, r.Vault.Whole)
	r = h.audit(t, func(o *LogAudit) { o.Vault = "" })
	require.True(t, r.Clean(), "%+v", r.Findings)
	require.Nil(t, r.Vault)

	// What waits for its anchor for too long is a fault, and only that.
	r = h.audit(t, func(o *LogAudit) { o.Now = h.now.Add(61 * time.Second) })
	require.Equal(t, 1, r.Faults)
	require.True(t, r.Late)
	require.Equal(t, evidencelog.Unanchored, r.Findings[0].Verdict)
	require.Equal(t, []uint64{r.Size - 1, r.Size - 1}, []uint64{r.Findings[0].First, r.Findings[0].Last})
}

// Yesterday's copies: of everything, of one part beside today's others.
func TestYesterdaysCopies(t *testing.T) {
	today, yesterday := newHouse(t)
	r := yesterday.audit(t, nil)
	require.True(t, r.Has(evidencelog.RolledBack), "%+v", r.Findings)
	require.Equal(t, "head", r.Findings[0].Place)
	for _, part := range []string{"log", "log/db", "vault", "vault/keys", "vault/records", "vault/blocks"} {
		t.Run(part, func(t *testing.T) {
			h := today.copy(t)
			copyTree(t, yesterday.dir+"/"+part, h.dir+"/"+part)
			r := h.audit(t, nil)
			require.False(t, r.Clean())
			want := evidencelog.RolledBack
			if part == "vault/blocks" { // as if the new ones had been lost
				want = evidencelog.Missing
			}
			require.True(t, r.Has(want), "%+v", r.Findings)
		})
	}
}
