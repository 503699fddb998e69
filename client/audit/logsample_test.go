package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/big"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Anybody picks the same leaves: worked out here in another way, and the first
// by `printf 'qxl-audit-sample/1\nqxl/BankAMSP/1\n7\n1000\n0' | sha256sum`.
func TestASampleCanBePickedAgain(t *testing.T) {
	picked := Pick("qxl/BankAMSP/1", 7, 1000, 200)
	require.Len(t, picked, 200)
	var again []uint64
	for n := 0; len(again) < 200; n++ {
		text := strings.Join([]string{"qxl-audit-sample/1", "qxl/BankAMSP/1", "7", "1000", strconv.Itoa(n)}, "\n")
		sum := sha256.Sum256([]byte(text))
		x, _ := new(big.Int).SetString(hex.EncodeToString(sum[:])[:32], 16)
		if seq := x.Mod(x, big.NewInt(1000)).Uint64(); !slices.Contains(again, seq) {
			again = append(again, seq)
		}
	}
	require.Equal(t, again, picked)
	require.NotEqual(t, picked, Pick("qxl/BankAMSP/1", 8, 1000, 200))
	require.NotEqual(t, picked, Pick("qxl/BankAMSP/2", 7, 1000, 200))
	all := Pick("qxl/BankAMSP/1", 7, 50, 80)
	slices.Sort(all)
	require.Len(t, all, 50, "each leaf once, and all if there are no more")
	require.Equal(t, []uint64{0, 49}, []uint64{all[0], all[49]})
}

func TestSizesOfSamples(t *testing.T) {
	for rate, want := range map[string]uint64{"0.01": 11, "1%": 11, "100%": 1001, "1": 1001, "0.0001": 1, "1/3": 334} {
		n, err := SampleSize(rate, 1001)
		require.NoError(t, err)
		require.Equal(t, want, n, rate)
	}
	for _, rate := range []string{"", "0", "-1", "1.1", "101%", "x", "%", strings.Repeat("1", 40)} {
		_, err := SampleSize(rate, 1001)
		require.Error(t, err, rate)
	}
	d, err := Detect("1%", 300)
	require.NoError(t, err)
	require.InDelta(t, 0.950959, d.Probability, 1e-6) // 1-0.99^300
	n, err := SampleFor("0.01", "0.95")
	require.NoError(t, err)
	require.EqualValues(t, 299, n)
	for f, p := range map[string]string{"0.001": "0.99", "0.05": "0.999", "1%": "99%"} {
		n, err := SampleFor(f, p)
		require.NoError(t, err)
		enough, err := Detect(f, n)
		require.NoError(t, err)
		less, err := Detect(f, n-1)
		require.NoError(t, err)
		want, err := share("", p)
		require.NoError(t, err)
		x, _ := want.Float64()
		require.GreaterOrEqual(t, enough.Probability, x)
		require.Less(t, less.Probability, x)
	}
	whole, err := SampleFor("1%", "1")
	require.NoError(t, err)
	require.Greater(t, whole, uint64(1)<<62, "no sample is certain")
}

// A sample of a clean house is clean; of a harmed one it finds what it picks,
// and what it does not pick it does not claim.
func TestASampleOfAHouse(t *testing.T) {
	h, _ := newHouse(t)
	sample := func(h *house, seed, count uint64) *SampleReport {
		s, err := evidencelog.ReadFolder(h.logDir())
		require.NoError(t, err)
		defer s.Close()
		r, err := LogAudit{Source: s, Ledger: &h.ledger, Vault: h.vaultDir(), Passphrase: passphrase}.Sample(context.Background(), seed, count, "1%")
		require.NoError(t, err)
		return r
	}
	size := h.ledger.Head().Size
	r := sample(h, 1, size)
	require.True(t, r.Clean(), "%+v", r.Findings)
	require.EqualValues(t, 7, r.Verdicts[ErasedLawful])
	require.Equal(t, size-7, r.Verdicts[OK])
	require.Equal(t, size, r.Count)
	require.Len(t, r.Detection, 1)
	require.Equal(t, sample(h, 3, 20).Picked, sample(h, 3, 20).Picked)

	harmed := h.copy(t)
	db, err := leveldb.OpenFile(filepath.Join(harmed.vaultDir(), "blocks"), nil)
	require.NoError(t, err)
	it := db.NewIterator(nil, nil)
	damaged := map[string]bool{}
	for it.Next() {
		if it.Key()[0] == 'b' && it.Key()[8]%2 == 0 {
			value := slices.Clone(it.Value())
			value[len(value)/2] ^= 1
			require.NoError(t, db.Put(slices.Clone(it.Key()), value, nil))
			damaged[string(it.Key()[:9])] = true
		}
	}
	it.Release()
	require.NoError(t, db.Close())
	r = sample(harmed, 1, size)
	require.True(t, r.Has(evidencelog.Tampered))
	require.Greater(t, len(damaged), 20)
	hits, found := 0, 0
	for seed := range uint64(8) {
		r := sample(harmed, seed, 30)
		if hits++; !r.Clean() {
			found++
		}
		for _, f := range r.Findings {
			for seq := f.First; seq <= f.Last; seq++ {
				require.Contains(t, r.Picked, seq, fmt.Sprint(f))
			}
		}
	}
	require.Greater(t, found, hits/2, "half of the records are damaged: a sample of 30 leaves meets one nearly always")

	// A leaf is proven to be in the anchored tree, or it is a finding.
	forked := h.copy(t)
	forked.ledger.Checkpoints = slices.Clone(forked.ledger.Checkpoints)
	last := &forked.ledger.Checkpoints[len(forked.ledger.Checkpoints)-1]
	last.Root[0] ^= 1
	require.EqualValues(t, 20, sample(forked, 1, 20).Verdicts[evidencelog.Tampered]-1, "and the ledger's own checkpoint")

	empty := h.copy(t)
	empty.ledger.Checkpoints = nil
	s, err := evidencelog.ReadFolder(empty.logDir())
	require.NoError(t, err)
	defer s.Close()
	_, err = LogAudit{Source: s, Ledger: &empty.ledger}.Sample(context.Background(), 1, 5)
	require.ErrorContains(t, err, "anchored")
}
