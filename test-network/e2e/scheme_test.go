package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/facts"
	"github.com/qingxinlian/qxl/client/ledger"
	embeddedledger "github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/topology"
	testnetwork "github.com/qingxinlian/qxl/test-network"
	"github.com/qingxinlian/qxl/test-network/sample"
	"github.com/qingxinlian/qxl/test-network/scheme"
)

// TestScheme plays the compensation scheme of three banks on both engines: one
// digest. Finance exports loans, compensation and registry, Audit the fund from
// its own peer; the packs are whole and true by the blocks of Audit's peer, and
// one with a page left out, altered or swapped is not; every sum and the pool
// come out again from them, by a program that imports no package of ours.
func TestScheme(t *testing.T) {
	dir := t.TempDir()
	files := filepath.Join(dir, "files")
	m, err := sample.Scheme(sample.SchemeOptions{Seed: sampleSeed, Loans: pick(120, 3000), Rounds: pick(1, 6), Banks: []string{"BankA", "BankB", "BankC"}, Dir: files})
	require.NoError(t, err)
	top := filepath.Join(dir, "three-banks.yaml")
	require.NoError(t, os.WriteFile(top, testnetwork.ThreeBanks(), 0o600))
	env := "QXL_TOPOLOGY=" + top
	recompute := filepath.Join(dir, "recompute")
	out, err := exec.Command("go", "build", "-trimpath", "-o", recompute, "../recompute").CombinedOutput()
	require.NoError(t, err, "%s", out)

	var first string
	for _, engine := range []struct {
		name string
		open func() (*program, ledger.Factory)
	}{
		{"embedded", func() (*program, ledger.Factory) {
			p := embedded(t)
			p.env = append(p.env, env)
			p.digest(t) // founds it
			return p, inProcess(t, p)
		}},
		{"fabric", func() (*program, ledger.Factory) {
			p := ownNetworkOf(t, env)
			dir, top := networkOf(t, p)
			return p, gatewayOf(t, dir, top, func(person string) (*wallet.Person, error) {
				return wallet.Open(string(dir), person, wallet.Passphrase(string(dir), nil))
			})
		}},
	} {
		begun := time.Now()
		clock := func(format string, a ...any) {
			fmt.Printf("%s %6.1f s: %s\n", engine.name, time.Since(begun).Seconds(), fmt.Sprintf(format, a...))
		}
		p, factory := engine.open()
		clock("open")
		members, err := scheme.Open(t.Context(), factory)
		require.NoError(t, err)
		require.NoError(t, scheme.Play(t.Context(), members, scheme.Options{Dir: files, Receipts: t.TempDir(), Told: clock}))
		require.NoError(t, members.Close())
		require.NoError(t, factory.Close())
		clock("played: %d loans, %d filed, %d claims", m.Loans, m.Filed, len(m.Claims))

		packs := t.TempDir()
		for _, x := range scheme.Packs([]string{"book-banka", "book-bankb", "book-bankc"}) {
			p.must(t, nil, "facts", "export", x.Chaincode+"/"+x.Collection, filepath.Join(packs, x.File()), "--as", x.As)
		}
		clock("fact packs exported")
		for _, x := range scheme.Packs([]string{"book-banka", "book-bankb", "book-bankc"}) {
			var v facts.Verdict
			p.must(t, &v, "facts", "check", filepath.Join(packs, x.File()), "--as", "Audit/auditor1")
			require.Empty(t, v.Findings)
			if x.Collection == "fund" {
				require.Equal(t, "AuditMSP", v.Header.By, "Audit's own view")
			}
		}
		clock("checked against the blocks of Audit's peer")
		p.forged(t, packs)
		clock("forged packs found")

		found := struct {
			Claims      int            `json:"claims"`
			Loans       int            `json:"loans"`
			Filed       int            `json:"filed"`
			Compared    int            `json:"figures_compared"`
			Limbs       map[string]int `json:"allocations_by_limb"`
			Status      map[string]int `json:"claims_by_status"`
			Differences []any          `json:"differences"`
		}{}
		// The rule packs are public: as Audit's peer has them.
		var tables struct{ Packs json.RawMessage }
		p.must(t, &tables, "consortium", "show", "--as", "Audit/auditor1")
		rules := filepath.Join(packs, sample.PacksName)
		require.NoError(t, os.WriteFile(rules, tables.Packs, 0o600))
		var said bytes.Buffer
		cmd := exec.Command(recompute, "claims", packs, rules, "../reference")
		cmd.Stderr = &said
		out, err := cmd.Output()
		require.NoError(t, json.Unmarshal(out, &found), "%v %s", err, &said)
		require.NoError(t, err, "%v", found.Differences)
		require.Empty(t, found.Differences)
		require.Equal(t, []int{len(m.Claims), m.Loans, m.Filed}, []int{found.Claims, found.Loans, found.Filed})
		clock("recomputed: %d figures, none differs; claims %v, allocations %v", found.Compared, found.Status, found.Limbs)

		digest := p.digest(t)
		clock("digest %s", digest)
		if first == "" {
			first = digest
		}
		require.Equal(t, first, digest, "both engines did the same")
	}
}

// forged: a pack with a page left out, altered or swapped is found against the
// blocks of Audit's peer.
func (p *program) forged(t *testing.T, packs string) {
	t.Helper()
	forged := filepath.Join(t.TempDir(), "forged.facts")
	pages := func(x *facts.Pack) (list []int) {
		for i := range x.Values {
			if len(x.Values[i].Aggregates) > 0 {
				list = append(list, i)
			}
		}
		return list
	}
	for _, x := range []struct {
		pack, what string
		change     func(*facts.Pack)
		codes      []string
	}{
		{"book-banka-comp", "a page left out", func(x *facts.Pack) {
			i := pages(x)[0]
			x.Values = append(x.Values[:i], x.Values[i+1:]...)
		}, []string{facts.LeftOut}},
		{"commons-fund", "a page altered", func(x *facts.Pack) {
			v := x.Values[pages(x)[0]].Value
			v[len(v)/2] ^= 1
		}, []string{facts.Altered}},
		{"book-bankb-loan", "two pages swapped", func(x *facts.Pack) {
			i, j := pages(x)[0], pages(x)[1]
			x.Values[i].Value, x.Values[j].Value = x.Values[j].Value, x.Values[i].Value
		}, []string{facts.Altered, facts.Altered}},
		{"commons-registry", "a page left out", func(x *facts.Pack) {
			i := pages(x)[0]
			x.Values = append(x.Values[:i], x.Values[i+1:]...)
		}, []string{facts.LeftOut}},
	} {
		require.NoError(t, scheme.Forge(filepath.Join(packs, x.pack+".facts"), forged, x.change))
		r := p.run(t, "facts", "check", forged, "--as", "Audit/auditor1", "--json")
		require.Equal(t, 1, r.code, "%s of %s: %s", x.what, x.pack, r.stderr)
		var v facts.Verdict
		require.NoError(t, jsonOf(r.stdout, &v))
		var codes []string
		for _, f := range v.Findings {
			codes = append(codes, f.Code)
		}
		require.Equal(t, x.codes, codes, "%s of %s", x.what, x.pack)
	}
}

// inProcess opens the embedded ledger that a program has founded.
func inProcess(t *testing.T, p *program) ledger.Factory {
	t.Helper()
	top, err := topology.Parse("three-banks.yaml", testnetwork.ThreeBanks())
	require.NoError(t, err)
	c := embeddedledger.Consortium{Log: slog.New(slog.DiscardHandler), NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
		return chaincode.New(kind, msp, time.Now)
	}}
	for _, o := range top.Organizations {
		c.Organizations = append(c.Organizations, embeddedledger.Organization{MSP: o.MSP, Party: sample.Parties[o.Party]})
		if o.Party == topology.Bank {
			c.Books = append(c.Books, embeddedledger.Book{Name: sample.BookOf(o.Name), Bank: o.MSP})
		}
	}
	e, err := embeddedledger.Open(p.state, c)
	require.NoError(t, err)
	return e
}
