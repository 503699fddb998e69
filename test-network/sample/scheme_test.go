package sample_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/facts"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/topology"
	testnetwork "github.com/qingxinlian/qxl/test-network"
	"github.com/qingxinlian/qxl/test-network/sample"
	"github.com/qingxinlian/qxl/test-network/scheme"
)

var schemeBanks = []string{"BankA", "BankB", "BankC"}

// threeBanks is the sample's topology with a third bank.
func threeBanks(t testing.TB) *topology.Topology {
	top, err := topology.Parse("three-banks.yaml", testnetwork.ThreeBanks())
	require.NoError(t, err)
	return top
}

// The scheme on the embedded engine: every story is told to its end, and every
// sum comes out again from fact packs, by a program that shares no code with
// us; a pack that says anything else is found.
func TestSchemeRecomputedFromFactPacks(t *testing.T) {
	t.Setenv(wallet.PassphraseEnv, passphrase)
	dir := t.TempDir()
	files := filepath.Join(dir, "files")
	loans, rounds := 120, 1
	if os.Getenv("QXL_FULL") == "1" {
		loans, rounds = 3000, 6
	}
	m, err := sample.Scheme(sample.SchemeOptions{Seed: 24, Loans: loans, Rounds: rounds, Banks: schemeBanks, Dir: files})
	require.NoError(t, err)
	require.Len(t, m.Claims, rounds*len(sample.Stories))
	w := openWorldOf(t, t.TempDir(), threeBanks(t))
	defer w.close()
	members, err := scheme.Open(t.Context(), w.engine)
	require.NoError(t, err)
	defer members.Close()
	begun := time.Now()
	require.NoError(t, scheme.Play(t.Context(), members, scheme.Options{Dir: files, Receipts: t.TempDir(),
		Told: func(format string, a ...any) {
			t.Logf("%5.1f s "+format, append([]any{time.Since(begun).Seconds()}, a...)...)
		}}))
	w.export(dir)
	t.Logf("digest %s", w.digest())

	r := claimsRecomputer(t)
	found := r.of(dir, filepath.Join(files, sample.PacksName))
	t.Logf("%+v", found)
	require.Empty(t, found.Differences)
	require.Equal(t, []int{len(m.Claims), m.Loans, m.Filed}, []int{found.Claims, found.Loans, found.Filed})
	for _, status := range []string{"PAID", "RECOVERING", "CLOSED", "CLAWED_BACK", "REJECTED", "WITHDRAWN"} {
		require.Positive(t, found.Status[status], status)
	}
	for _, limb := range []string{"ratio", "per_loan_cap", "bank_year", "pool", "stack"} {
		require.Positive(t, found.Limbs[limb], limb)
	}
	require.Len(t, found.Packs, 3)
	r.retold(dir, files, m)
}

// export writes the fact packs that recompute the scheme.
func (w *world) export(dir string) {
	for _, x := range scheme.Packs([]string{"book-banka", "book-bankb", "book-bankc"}) {
		c := w.client(x.As)
		out, err := os.Create(filepath.Join(dir, x.File()))
		require.NoError(w.t, err)
		org, _, _ := strings.Cut(x.As, "/")
		_, err = facts.Export(context.Background(), facts.Source{Client: c, Blocks: c.Ledger().(ledger.Blocks), By: org + "MSP"}, x.Chaincode, x.Collection, out)
		require.NoError(w.t, err)
		require.NoError(w.t, out.Close())
	}
}

// schemeFindings is what the recomputation prints.
type schemeFindings struct {
	Loans, Filed, Claims int
	Status               map[string]int `json:"claims_by_status"`
	Limbs                map[string]int `json:"allocations_by_limb"`
	Packs                map[string]int `json:"claims_by_pack"`
	Compared             int            `json:"figures_compared"`
	Differences          []struct{ Where, What, Ledger, Recomputed string }
}

// claimsRecomputing runs the program that works claims out.
type claimsRecomputing struct {
	t   *testing.T
	bin string
}

func claimsRecomputer(t *testing.T) *claimsRecomputing {
	bin := filepath.Join(t.TempDir(), "recompute")
	out, err := exec.Command("go", "build", "-o", bin, "../recompute").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return &claimsRecomputing{t, bin}
}

// of recomputes the packs of a directory. The program's exit code says the
// same as its differences.
func (r *claimsRecomputing) of(dir, packs string) (f schemeFindings) {
	var said bytes.Buffer
	cmd := exec.Command(r.bin, "claims", dir, packs, "../reference")
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(r.t, json.Unmarshal(out, &f), "%v %s", err, &said)
	require.Equal(r.t, len(f.Differences) > 0, err != nil)
	return f
}

// retold: figures of the packs that are told otherwise make differences, so
// the recomputation rests on them.
func (r *claimsRecomputing) retold(dir, files string, m *sample.SchemeManifest) {
	t := r.t
	of := func(name string) sample.SchemeClaim {
		for _, c := range m.Claims {
			if c.Name == name {
				return c
			}
		}
		t.Fatalf("no story %q", name)
		return sample.SchemeClaim{}
	}
	late, clawed := of("paid in two parts, recovery returned late"), of("returned for correction, paid, clawed back")
	other, short := of("other government money, paid"), of("pool short, paid in two parts, clawed back after a return")
	const amount = `"[0-9]+(\.[0-9]{2}")`
	for name, x := range map[string]struct{ pack, kind, natural, pattern, other string }{
		"a repayment":             {"book-banka-loan", "loan", late.Contract, `("name":"LoanRepaid","event":\{[^}]*"Amount":)` + amount, `${1}"1${2}`},
		"a loan's rate":           {"book-banka-loan", "loan", late.Contract, `("name":"ContractSigned".*?"rate":)"[0-9.]+"`, `${1}"9.9"`},
		"a filing's guarantee":    {"book-banka-comp", "filing", other.Contract, `("Guarantee":"C)[12]"`, `${1}3"`},
		"a filing's date":         {"book-banka-comp", "filing", other.Contract, `("Date":)"2023-[0-9]+-[0-9]+"`, `${1}"2023-06-30"`},
		"a day of evidence":       {"book-banka-comp", "claim", late.Number, `("name":"ClaimSubmitted".*?"Evidence":\{"Code":"LAWSUIT","On":)"[0-9-]+"`, `${1}"2024-06-04"`},
		"money of others":         {"book-banka-comp", "claim", other.Number, `("name":"ClaimSubmitted".*?"Others":\[\{"amount":)` + amount, `${1}"1${2}`},
		"an accepted sum":         {"book-banka-comp", "claim", late.Number, `("name":"ClaimAccepted".*?"Entitlement":)` + amount, `${1}"1${2}`},
		"an approved sum":         {"book-banka-comp", "claim", late.Number, `("name":"ClaimApproved".*?"Entitlement":)` + amount, `${1}"1${2}`},
		"interest for lateness":   {"book-banka-comp", "claim", late.Number, `("Late":)` + amount, `${1}"7${2}`},
		"a day to return":         {"book-banka-comp", "claim", late.Number, `("Dues":\[\{"Amount":"[^"]*","By":)"[0-9-]+"`, `${1}"2024-08-12"`},
		"interest of a clawback":  {"book-banka-comp", "claim", clawed.Number, `("name":"ClawbackReceived".*?"Interest":)"[1-9][0-9]*(\.[0-9]{2}")`, `${1}"7${2}`},
		"a payment's voucher":     {"book-bankb-comp", "claim", short.Number, `("name":"ClaimPaid".*?"Voucher":)"PZ-[0-9]+"`, `${1}"PZ-1"`},
		"an allocation":           {"commons-fund", "allocation", "BankBMSP/" + short.Number, `("name":"Allocated".*?"Amount":)` + amount, `${1}"1${2}`},
		"an allocation's limb":    {"commons-fund", "allocation", "BankBMSP/" + short.Number, `("name":"Allocated".*?"Binding":)"pool"`, `${1}"ratio"`},
		"an injection":            {"commons-fund", "pool", "pool", `("Act":"INJECTION".*?"Amount":)` + amount, `${1}"1${2}`},
		"a payment":               {"commons-fund", "pool", "pool", `("name":"PaidOut".*?"Amount":)` + amount, `${1}"1${2}`},
		"the balance":             {"commons-fund", "pool", "pool", `("Balance":)` + amount, `${1}"1${2}`},
		"the loans of a breaker":  {"commons-registry", "bank", "BankCMSP", `("name":"Judged".*?"Bad":)` + amount, `${1}"1${2}`},
		"a breaker that held":     {"commons-registry", "bank", "BankCMSP", `("Status":)"SUSPEND"`, `${1}"OK"`},
		"who is counted for what": {"book-bankc-comp", "filing", m.Breaker.Contract, `("Status":)"FILED"`, `${1}"REVOKED"`},
	} {
		path := filepath.Join(dir, x.pack+".facts")
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		require.NoError(t, scheme.Forge(path, path, func(p *facts.Pack) {
			require.True(t, scheme.Retell(p, x.kind, x.natural, x.pattern, x.other), "%s: nothing to change", name)
		}))
		require.NotEmpty(t, r.of(dir, filepath.Join(files, sample.PacksName)).Differences, name)
		require.NoError(t, os.WriteFile(path, whole, 0o600))
	}
	packs, err := os.ReadFile(filepath.Join(files, sample.PacksName))
	require.NoError(t, err)
	for _, pattern := range []string{`"ratio_percent": "40"`, `"stack_percent": "80"`, `"bank_year_percent": "20"`, `"interest_year_days": 360`, `"return": 10`} {
		at := regexp.MustCompile(pattern).FindAllIndex(packs, 2)[1] // of the second pack
		changed := append(append(append([]byte(nil), packs[:at[0]]...), strings.Replace(pattern, "0", "5", 1)...), packs[at[1]:]...)
		path := filepath.Join(t.TempDir(), sample.PacksName)
		require.NoError(t, os.WriteFile(path, changed, 0o600))
		require.NotEmpty(t, r.of(dir, path).Differences, "%s", pattern)
	}
}

// The same seed gives the same bytes.
func TestASchemeIsTheSameForTheSameSeed(t *testing.T) {
	one, two := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, two} {
		_, err := sample.Scheme(sample.SchemeOptions{Seed: 7, Loans: 120, Rounds: 1, Banks: schemeBanks, Dir: dir})
		require.NoError(t, err)
	}
	files, err := os.ReadDir(one)
	require.NoError(t, err)
	require.Greater(t, len(files), 30)
	for _, f := range files {
		a, err := os.ReadFile(filepath.Join(one, f.Name()))
		require.NoError(t, err)
		b, err := os.ReadFile(filepath.Join(two, f.Name()))
		require.NoError(t, err)
		require.Equal(t, string(a), string(b), f.Name())
	}
}
