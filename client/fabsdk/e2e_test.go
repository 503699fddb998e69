package fabsdk_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// sample is a running sample consortium, driven from outside: qxl holds the
// gateway's protobuf messages and can only be a process of its own here.
type sample struct {
	t     *testing.T
	bin   string
	state string
	files string
}

// exec runs a program and gives its standard output and exit code.
func (s *sample) exec(program string, args ...string) ([]byte, int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(s.bin, program), args...)
	var out, errw bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errw
	begun := time.Now()
	err := cmd.Run()
	s.t.Logf("%5.1f s  %s %s\n%s%s", time.Since(begun).Seconds(), program, strings.Join(args, " "), errw.String(), cut(out.String()))
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(s.t, err)
	}
	return out.Bytes(), cmd.ProcessState.ExitCode()
}

func cut(s string) string { return s[:min(len(s), 600)] }

func (s *sample) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.files, name)
	require.NoError(s.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// answer is what the program prints of a post.
type answer struct {
	fabsdk.Posted
	Error struct {
		Code, Stage string
		MayCommit   bool `json:"may_commit"`
	} `json:"error"`
}

// post posts as a person of the state directory.
func (s *sample) post(as, chaincode, command, content string) (answer, int) {
	s.t.Helper()
	org, _, _ := strings.Cut(as, "/")
	out, code := s.exec("qxl-fabsdk", "post", "--json", "--profile", s.profile(org), "--state", s.state, "--as", as,
		"--chaincode", chaincode, "--command", command, "--content", s.file("content.json", content))
	var a answer
	require.NoError(s.t, json.Unmarshal(out, &a), "%s", out)
	return a, code
}

func (s *sample) query(as, chaincode, query, content string, more ...string) ([]byte, int) {
	s.t.Helper()
	org, _, _ := strings.Cut(as, "/")
	return s.exec("qxl-fabsdk", append([]string{"query", "--json", "--profile", s.profile(org), "--state", s.state, "--as", as,
		"--chaincode", chaincode, "--query", query, "--content", s.file("query.json", content)}, more...)...)
}

// profile writes an organization's connection profile once.
func (s *sample) profile(org string) string {
	path := filepath.Join(s.files, org+".yaml")
	if _, err := os.Stat(path); err != nil {
		out, code := s.exec("qxl-fabsdk", "profile", "--state", s.state, "--org", org)
		require.Zero(s.t, code)
		require.NoError(s.t, os.WriteFile(path, out, 0o644))
	}
	return path
}

// processes lists those that have the state directory on their command line.
func (s *sample) processes() (list []string) {
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, d := range dirs {
		line, err := os.ReadFile(d)
		if err == nil && bytes.Contains(line, []byte(s.state)) {
			list = append(list, strings.ReplaceAll(string(line), "\x00", " "))
		}
	}
	return list
}

const identity = "632801198703121235" // of nobody: synthetic, with a valid check character

// TestE2E posts and asks through fabric-sdk-go on a real BFT network.
func TestE2E(t *testing.T) {
	if os.Getenv("QXL_E2E") == "" {
		t.Skip("SKIPPED: starts a real Fabric network for a minute or two; QXL_E2E=1 go test ./client/fabsdk -run E2E runs it")
	}
	dir := t.TempDir()
	s := &sample{t: t, bin: filepath.Join(dir, "bin"), state: filepath.Join(dir, "state"), files: filepath.Join(dir, "files")}
	for _, d := range []string{s.bin, s.state, s.files} {
		require.NoError(t, os.Mkdir(d, 0o755))
	}
	out, err := exec.Command("go", "build", "-o", s.bin+"/", "github.com/qingxinlian/qxl/cmd/qxl", "github.com/qingxinlian/qxl/cmd/qxl-fabsdk").CombinedOutput()
	require.NoError(t, err, "%s", out)

	t.Cleanup(func() {
		_, code := s.exec("qxl", "down", "--state", s.state)
		require.Zero(t, code)
		require.Empty(t, s.processes(), "no process is left")
	})
	_, code := s.exec("qxl", "up", "--fabric", "--free-ports", "--state", s.state) // founds the sample consortium
	require.Zero(t, code)
	require.NotEmpty(t, s.processes(), "the control: processes of this network are found")

	t.Run("the central bank opens a day", func(t *testing.T) {
		s := s.in(t)
		const day = `{"number":"DAY-1","date":"2024-12-30"}`
		a, code := s.post("CentralBank/officer1", "commons", "consortium.OpenDay", day)
		require.Zero(t, code)
		require.Equal(t, []fabsdk.Result{{Command: "consortium.OpenDay", Outcome: fabsdk.Accepted}}, a.Results)
		require.Equal(t, []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}, a.Endorsers)
		require.NotZero(t, a.Block)

		a, code = s.post("CentralBank/officer1", "commons", "consortium.OpenDay", day)
		require.Zero(t, code)
		require.Equal(t, fabsdk.AlreadyApplied, a.Results[0].Outcome)

		for _, as := range []string{"BankA/officer1", "Audit/auditor1"} {
			out, code := s.query(as, "commons", "consortium.Show", "{}")
			require.Zero(t, code, as)
			require.Equal(t, "2024-12-30", text(t, out, "open"), as)
		}
		out, code := s.exec("qxl", "consortium", "show", "--as", "BankB/officer1", "--state", s.state, "--json")
		require.Zero(t, code)
		require.Equal(t, "2024-12-30", text(t, out, "open"), "the gateway sees what fabric-sdk-go posted")
	})

	t.Run("a refused command shows its refusal", func(t *testing.T) {
		s := s.in(t)
		a, code := s.post("CentralBank/officer1", "commons", "consortium.OpenDay", `{"number":"DAY-0","date":"2024-12-27"}`)
		require.Equal(t, 1, code)
		require.Equal(t, fabsdk.Refused, a.Results[0].Outcome)
		require.Equal(t, "DAY_NOT_LATER", a.Results[0].Refusal.Code)
		require.Equal(t, "2024-12-30", a.Results[0].Refusal.Limit)

		a, code = s.post("CentralBank/officer1", "commons", "consortium.OpenDay", `[{"number":"DAY-2","date":"2024-12-31"},{"number":"DAY-3","date":"2024-12-31"}]`)
		require.Equal(t, 1, code, "one of the batch is refused")
		require.Equal(t, fabsdk.Accepted, a.Results[0].Outcome)
		require.Equal(t, "DAY_NOT_LATER", a.Results[1].Refusal.Code)
	})

	t.Run("who may not is refused", func(t *testing.T) {
		s := s.in(t)
		a, code := s.post("BankA/officer1", "commons", "consortium.OpenDay", `{"number":"DAY-9","date":"2025-01-02"}`)
		require.Equal(t, 1, code)
		require.Equal(t, "ACCESS_DENIED", a.Error.Code)
		require.Equal(t, "endorse", a.Error.Stage)
		require.False(t, a.Error.MayCommit)

		a, code = s.post("CentralBank/auditor1", "commons", "consortium.OpenDay", `{"number":"DAY-9","date":"2025-01-02"}`)
		require.Equal(t, 1, code, "the right organization, the wrong role")
		require.Equal(t, "ACCESS_DENIED", a.Results[0].Refusal.Code)
	})

	t.Run("a bank accepts an application", func(t *testing.T) {
		s := s.in(t)
		hash := strings.Repeat("0a", 32)
		for _, c := range []struct{ as, command, content string }{
			{"Commission/operator1", "subject.Register", `{"number":"S-1","date":"2024-12-30","subject":{"id":"fabsdkherder.0","no":"` + identity + `"},"type":"HERDER","id_kind":"RESIDENT_ID",
				"facts":{"name":"样例牧户","region":"632801","industry":"0313"}}`},
			{"Commission/operator1", "loan.Apply", `{"number":"A-1","date":"2024-12-30","application":{"no":"SQ-1"},"subject":"fabsdkherder","product":"AGR","amount":"80000.00",
				"months":12,"use":"STOCK","channel":"STATION"}`},
			{"Commission/operator1", "loan.Route", `{"number":"R-1","date":"2024-12-30","application":{"no":"SQ-1"}}`},
			{"Commission/operator1", "authorization.Grant", `{"number":"G-1","date":"2024-12-30","grant":{"no":"SQS-1"},"subject":"fabsdkherder","subject_type":"PERSON","capacity":"SELF",
				"signed":"2024-12-30","grantee":"BankAMSP","purpose":"01","items":["LOAN"],"mode":"RAW","from":"2024-12-30","to":"2025-01-31","max_queries":3,"contact":"0971-0000000",
				"providers":["CentralBankMSP"],"no_reprovision":true,"form":"` + hash + `","consents":["PROVISION"],"method":"PAPER","signature":"` + hash + `","captured_by":"C01","checked_by":"C02"}`},
			{"BankA/officer1", "loan.Accept", `{"number":"L-1","date":"2024-12-30","loan":{"no":"HT-1"},"application":{"no":"SQ-1"},"subject":{"no":"` + identity + `"},"grant":{"no":"SQS-1"}}`},
		} {
			a, code := s.post(c.as, "book-banka", c.command, c.content)
			require.Zero(t, code, c.command)
			require.Equal(t, fabsdk.Accepted, a.Results[0].Outcome)
		}
		out, code := s.query("BankA/officer1", "book-banka", "loan.Show", `{"loan":"HT-1"}`)
		require.Zero(t, code)
		require.Contains(t, string(out), "HT-1")
		out, code = s.exec("qxl", "loan", "show", "HT-1", "--as", "BankA/officer1", "--state", s.state, "--json")
		require.Zero(t, code)
		require.Contains(t, string(out), "HT-1", "the gateway sees what fabric-sdk-go posted")

		a, code := s.post("BankA/officer1", "book-banka", "loan.Repay", `{"number":"P-1","date":"2024-12-30","loan":{"no":"HT-1"},"amount":"100.00"}`)
		require.Equal(t, 1, code, "nothing has been disbursed")
		require.Equal(t, fabsdk.Refused, a.Results[0].Outcome)
		require.NotEmpty(t, a.Results[0].Refusal.Code)
		require.Equal(t, []string{"BankAMSP", "CommissionMSP"}, a.Endorsers)
	})

	t.Run("a rival bank is refused, at whosever peer", func(t *testing.T) {
		s := s.in(t)
		for _, peer := range []string{"BankB", "Commission", "BankA"} {
			out, code := s.query("BankB/officer1", "book-banka", "loan.Show", `{"loan":"HT-1"}`, "--peer", peer)
			require.Equal(t, 1, code, peer)
			require.NotContains(t, string(out), "fabsdkherder", peer)
		}
	})

	t.Run("certificate and key from files, and named endorsers", func(t *testing.T) {
		s := s.in(t)
		fabric := filepath.Join(s.state, "fabric")
		id, err := fabsdk.FromWallet(fabric, "BankA/officer2", wallet.Passphrase(fabric, nil))
		require.NoError(t, err)
		args := []string{"--json", "--profile", s.profile("BankA"), "--cert", s.file("cert.pem", string(id.Certificate)), "--key", s.file("key.pem", string(id.Key)), "--chaincode", "book-banka"}
		out, code := s.exec("qxl-fabsdk", append(args, "query", "--query", "loan.Show", "--content", s.file("q.json", `{"loan":"HT-1"}`))...)
		require.Zero(t, code, "%s", out)
		repay := s.file("c.json", `{"number":"P-2","date":"2024-12-30","loan":{"no":"HT-1"},"amount":"100.00"}`)
		out, code = s.exec("qxl-fabsdk", append(args, "post", "--command", "loan.Repay", "--content", repay, "--endorsers", "BankA,Finance")...)
		require.Equal(t, 1, code)
		var a answer
		require.NoError(t, json.Unmarshal(out, &a))
		require.Equal(t, []string{"BankAMSP", "FinanceMSP"}, a.Endorsers)
		out, code = s.exec("qxl-fabsdk", append(args, "post", "--command", "loan.Repay", "--content", repay, "--endorsers", "Commission,Finance")...)
		require.Equal(t, 3, code, "the bank must endorse its own loans")
		require.Contains(t, string(out), "ENDORSEMENT_POLICY_FAILURE")
	})

	t.Run("transactions are looked up", func(t *testing.T) {
		s := s.in(t)
		fabric := filepath.Join(s.state, "fabric")
		id, err := fabsdk.FromWallet(fabric, "CentralBank/officer1", wallet.Passphrase(fabric, nil))
		require.NoError(t, err)
		conn, err := fabsdk.Open(fabsdk.Options{Profile: s.profile("CentralBank"), Identity: id})
		require.NoError(t, err)
		defer conn.Close()
		content := json.RawMessage(`{"number":"DAY-4","date":"2025-01-02"}`)
		posted, err := fabsdk.NewClient(conn).Post(context.Background(), fabsdk.Posting{Chaincode: "commons", Commands: []fabsdk.Command{{Name: "consortium.OpenDay", Content: content}}})
		require.NoError(t, err)
		response, err := conn.Committed(context.Background(), posted.Transaction)
		require.NoError(t, err)
		require.Contains(t, string(response), `"accepted":`)
		_, err = conn.Committed(context.Background(), strings.Repeat("0", 64))
		require.Equal(t, ledger.CodeUnknownTx, ledger.CodeOf(err))
		require.NoDirExists(t, "keystore", "keys stay in memory")
	})
}

// in is the sample with a subtest's log.
func (s *sample) in(t *testing.T) *sample {
	c := *s
	c.t = t
	return &c
}

func text(t *testing.T, raw []byte, field string) string {
	t.Helper()
	var document map[string]any
	require.NoError(t, json.Unmarshal(raw, &document), "%s", raw)
	value, _ := document[field].(string)
	return value
}
