package e2e

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/wallet"
)

// TestReceiptIsProvenOffline: a record from the vault to the ledger, then the
// network is taken down, and in an empty directory the file is verified from
// the consortium's root certificates alone. Of the real bundle random bytes
// are altered (QXL_DRILL of them, else 2,000): each makes it fail.
func TestReceiptIsProvenOffline(t *testing.T) {
	bin, err := build("")
	require.NoError(t, err)
	p := &program{bin: bin, state: filepath.Join(workDir, "offline")}
	down := func() {
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		out, err := p.command(ctx, "down").CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.Empty(t, processes(p.state))
	}
	t.Cleanup(down)
	up := p.run(t, "up", "--fabric", "--free-ports")
	require.Zero(t, up.code, up.stderr)

	people := filepath.Join(p.state, "fabric")
	require.NoError(t, evidencelog.Create(filepath.Join(p.state, "log", "BankA"), "qxl/BankAMSP/1",
		evidencelog.Options{Passphrase: wallet.Passphrase(people, nil), WorkFactor: wallet.WorkFactorSample}))
	p.must(t, nil, "log", "register", "--as", "BankA/approver1")
	p.must(t, nil, "vault", "init", "--org", "BankA")
	at := func(name string) string { return filepath.Join(workDir, "offline-"+name) }
	content := bytes.Repeat([]byte("借款合同"), 100_000)
	require.NoError(t, os.WriteFile(at("contract.pdf"), content, 0o600))
	p.must(t, nil, "vault", "put", at("contract.pdf"), "--subject", "91630100MA75ABCD12", "--schema", "contract/1", "--receipt", at("receipt"))
	p.must(t, nil, "log", "anchor", "--as", "BankA/officer1")

	// Nothing has read the anchor yet: that is said, and refused.
	p.must(t, nil, "audit", "trust", "--as", "Audit/auditor1", "-o", at("trust.json"))
	var made struct{ State audit.State }
	p.must(t, &made, "audit", "bundle", at("receipt"), "--as", "BankA/officer1", "-o", at("early.bundle"))
	require.Equal(t, audit.Unconfirmed, made.State)
	p.must(t, nil, "log", "anchor", "--beat", "--as", "BankA/officer1")
	p.must(t, &made, "audit", "bundle", at("receipt"), "--as", "BankA/officer1", "-o", at("contract.bundle"), "--field", "file.sha256")
	require.Equal(t, audit.Confirmed, made.State)
	down()

	// An empty directory, no state, no network.
	empty := t.TempDir()
	for _, name := range []string{"contract.pdf", "contract.bundle", "early.bundle", "trust.json"} {
		raw, err := os.ReadFile(at(name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(empty, name), raw, 0o600))
	}
	alone := &program{bin: bin, state: filepath.Join(empty, "none")}
	in := func(name string) string { return filepath.Join(empty, name) }
	var v struct {
		Verdict             audit.State
		Orderers, Endorsers []string
		Confirmations       []audit.Confirmation
	}
	alone.must(t, &v, "audit", "verify", in("contract.pdf"), in("contract.bundle"), "--trust", in("trust.json"))
	require.Equal(t, audit.Confirmed, v.Verdict)
	require.Equal(t, "next anchor", v.Confirmations[0].Says)
	require.Len(t, v.Orderers, 3)
	require.Subset(t, v.Endorsers, []string{"CentralBankMSP", "CommissionMSP", "FinanceMSP"})
	require.Equal(t, 1, alone.run(t, "audit", "verify", in("early.bundle"), "--trust", in("trust.json")).code)
	content[7] ^= 1
	require.NoError(t, os.WriteFile(in("contract.pdf"), content, 0o600))
	require.Equal(t, 1, alone.run(t, "audit", "verify", in("contract.pdf"), in("contract.bundle"), "--trust", in("trust.json")).code)
	require.NoDirExists(t, alone.state)

	text, err := os.ReadFile(in("contract.bundle"))
	require.NoError(t, err)
	file, err := os.Open(in("trust.json"))
	require.NoError(t, err)
	defer file.Close()
	trust, err := audit.ReadTrust(file)
	require.NoError(t, err)
	rounds := 2000
	if drill := os.Getenv("QXL_DRILL"); drill != "" {
		rounds, err = strconv.Atoi(drill)
		require.NoError(t, err)
	}
	draw := rand.New(rand.NewPCG(6, 4))
	for range rounds {
		altered := bytes.Clone(text)
		i, flip := draw.IntN(len(text)), byte(1+draw.IntN(255))
		altered[i] ^= flip
		b, err := audit.DecodeBundle(altered)
		if err == nil {
			_, err = trust.Verify(b)
		}
		var refused *audit.Refused
		var format *invalid.Error
		require.True(t, errors.As(err, &refused) || errors.As(err, &format), "byte %d of %d by %#x: %v", i, len(text), flip, err)
	}
	t.Logf("bundle of %d bytes, %d alterations refused", len(text), rounds)
}
