package vault_test

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/wallet"
)

// reallog is the real log, as a vault takes it.
type reallog struct{ *evidencelog.Log }

func (l reallog) Size() uint64 {
	c, _ := l.Checkpoint()
	return c.Size
}

const (
	childEnv  = "QXL_VAULT_CHILD"
	peopleEnv = "QXL_VAULT_PEOPLE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childEnv); dir != "" {
		if err := child(dir); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// text is what a record numbered i holds: some small, some of many blocks.
func text(i int) []byte {
	size := 1 + i*i*97
	if i%4 == 3 {
		size = 2*blob.BlockSize + i*111_111
	}
	b := make([]byte, min(size, 3*blob.BlockSize))
	rng := rand.NewChaCha8([32]byte{byte(i), byte(i >> 8)})
	_, _ = rng.Read(b)
	return b
}

// child stores and erases records until it is killed, and says what has been
// acknowledged.
func child(dir string) error {
	v, log, err := openBoth(dir)
	if err != nil {
		return err
	}
	if _, err := v.Enter(ctx, log); err != nil {
		return err
	}
	if _, err := v.Resume(ctx, log); err != nil {
		return err
	}
	roots, err := wallet.Roots(os.Getenv(peopleEnv), "BankA")
	if err != nil {
		return err
	}
	people := map[string]*wallet.Person{}
	for _, name := range []string{"BankA/officer1", "BankA/approver1"} {
		if people[name], err = wallet.Open(os.Getenv(peopleEnv), name, func() ([]byte, error) { return []byte("p"), nil }); err != nil {
			return err
		}
	}
	fmt.Println("ready")
	for i := int(time.Now().UnixNano() % 40); ; i++ {
		subject := fmt.Sprintf("subject-%d", i%3)
		r, err := v.Put(ctx, vault.New{Subject: subject, Schema: "x/1", Name: fmt.Sprint(i % 40)}, bytes.NewReader(text(i%40)))
		if err != nil {
			return err
		}
		fmt.Println("stored", r.ID)
		if i%2 == 0 {
			continue
		}
		entered, err := v.Enter(ctx, log)
		if err != nil {
			return err
		}
		for _, e := range entered {
			fmt.Println("entered", e.Record.ID, e.Receipt.Seq, e.Receipt.LeafHash)
		}
		if i%3 != 0 {
			continue
		}
		first := uint64(0)
		if i%4 == 1 && entered[len(entered)-1].Record.SubjectSeq > 1 { // some, not all
			first = entered[len(entered)-1].Record.SubjectSeq - 1
		}
		if err := eraseSome(v, log, roots, people, subject, first); err != nil {
			return err
		}
	}
}

func eraseSome(v *vault.Vault, log vault.Log, roots []*x509.Certificate, people map[string]*wallet.Person, subject string, first uint64) error {
	request, err := v.Propose(subject, log.Name(), "pipl-47", fmt.Sprintf("req-%d", time.Now().UnixNano()), first, first)
	if err != nil {
		return err
	}
	raw, err := request.Encode()
	if err != nil {
		return err
	}
	a, err := vault.Sign(raw, vault.Requester, people["BankA/officer1"], v.Now())
	if err != nil {
		return err
	}
	b, err := vault.Sign(raw, vault.Approver, people["BankA/approver1"], v.Now())
	if err != nil {
		return err
	}
	id := request.Subject
	secrets, _ := v.Secrets(id)
	for r, err := range v.Of(id) {
		if err != nil {
			return err
		}
		if r.Erased == "" && (first == 0 || r.SubjectSeq == first) {
			fmt.Println("erasing", r.ID)
		}
	}
	e, err := v.Erase(ctx, log, roots, a, b)
	if err != nil && strings.Contains(err.Error(), "no record") {
		return nil
	}
	if err != nil {
		return err
	}
	if first == 0 {
		fmt.Println("destroyed", hex.EncodeToString(secrets[0]))
	}
	fmt.Println("destroyed", hex.EncodeToString(secrets[1]))
	fmt.Println("erased", e.Request.No, e.Receipt.Seq)
	return nil
}

func openBoth(dir string) (*vault.Vault, vault.Log, error) {
	o := options(filepath.Join(dir, "vault"))
	v, err := vault.Open(o)
	if err != nil {
		return nil, nil, err
	}
	log, err := evidencelog.Open(filepath.Join(dir, "log"), evidencelog.Options{Passphrase: o.Passphrase, WorkFactor: 2})
	return v, reallog{log}, err
}

// TestKilledAtRandomPoints kills a process that stores and erases, over and
// over in the same vault, and looks at what is left each time.
func TestKilledAtRandomPoints(t *testing.T) {
	dir, people := t.TempDir(), newStaff(t)
	o := options(filepath.Join(dir, "vault"))
	require.NoError(t, vault.Init(o, vault.Settings{Organization: "BankA"}, 2))
	require.NoError(t, evidencelog.Create(filepath.Join(dir, "log"), logName, evidencelog.Options{Passphrase: o.Passphrase, WorkFactor: 2}))
	s := survivor{t: t, dir: dir, stored: map[string]bool{}, erasing: map[string]bool{}, leaves: map[string]string{}, erased: map[string]string{}}
	rounds := 12
	if n := os.Getenv("QXL_KILLS"); n != "" { // 200 on demand
		_, err := fmt.Sscan(n, &rounds)
		require.NoError(t, err)
	}
	for range rounds {
		s.round(people.dir, time.Duration(rand.IntN(600))*time.Millisecond)
	}
	require.NotEmpty(t, s.stored)
	require.NotEmpty(t, s.leaves)
	require.NotEmpty(t, s.destroyed)
	require.Empty(t, found(t, filepath.Join(dir, "vault"), s.destroyed...), "a destroyed key is on the disk")
	t.Logf("%d rounds: %d records acknowledged, %d leaves, %d erasures, %d keys destroyed, %d blobs collected", rounds, len(s.stored), len(s.leaves), len(s.erased), len(s.destroyed), s.garbage)
}

type survivor struct {
	t         *testing.T
	dir       string
	stored    map[string]bool // acknowledged
	erasing   map[string]bool // may be gone
	leaves    map[string]string
	erased    map[string]string
	destroyed [][]byte
	garbage   int
}

func (s *survivor) round(people string, after time.Duration) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+s.dir, peopleEnv+"="+people)
	out, err := cmd.StdoutPipe()
	require.NoError(s.t, err)
	require.NoError(s.t, cmd.Start())
	lines := bufio.NewScanner(out)
	var killer *time.Timer
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		switch f[0] {
		case "ready":
			killer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		case "stored":
			s.stored[f[1]] = true
		case "entered":
			s.leaves[f[2]] = f[3]
		case "erasing":
			s.erasing[f[1]] = true
		case "erased":
			s.erased[f[1]] = f[2]
		case "destroyed":
			key, err := hex.DecodeString(f[1])
			require.NoError(s.t, err)
			s.destroyed = append(s.destroyed, key)
		default:
			s.t.Fatalf("child: %s", lines.Text())
		}
	}
	_, _ = io.Copy(io.Discard, out)
	_ = cmd.Wait()
	if killer != nil {
		killer.Stop()
	}
	s.look()
}

// look opens what the killed process has left.
func (s *survivor) look() {
	t := s.t
	v, log, err := openBoth(s.dir)
	require.NoError(t, err)
	defer func() {
		require.NoError(t, v.Close())
		require.NoError(t, log.(reallog).Close())
	}()
	_, err = v.Enter(ctx, log)
	require.NoError(t, err)
	_, err = v.Resume(ctx, log)
	require.NoError(t, err)
	c, err := v.GC(ctx)
	require.NoError(t, err)
	s.garbage += c.Blobs

	seen := map[string]bool{}
	inLog := map[string]uint64{}
	erasures := map[string]bool{}
	for seq := range log.Size() {
		leaf, hash, err := log.Leaf(seq)
		require.NoError(t, err)
		if want, ok := s.leaves[fmt.Sprint(seq)]; ok {
			require.Equal(t, want, hash.String(), "leaf %d was acknowledged", seq)
		}
		if leaf.CID.Defined() {
			require.NotContains(t, inLog, leaf.CID.String(), "entered twice")
			inLog[leaf.CID.String()] = seq
		}
		if leaf.Erasure != nil {
			require.NotContains(t, erasures, leaf.Erasure.Request, "told twice")
			erasures[leaf.Erasure.Request] = true
		}
	}
	for no := range s.erased {
		require.Contains(t, erasures, no)
	}
	for r, err := range v.Records() {
		require.NoError(t, err)
		seen[r.ID.String()] = true
		seq, ok := inLog[r.CID.String()]
		require.True(t, ok, "record %s is in the log", r.ID)
		require.Equal(t, seq, r.Seq)
		if r.Erased != "" {
			require.True(t, s.erasing[r.ID.String()], "record %s: nobody erased it", r.ID)
			require.Contains(t, erasures, r.Erased)
			continue
		}
		content, err := v.Content(r.ID)
		require.NoError(t, err)
		var i int
		for _, f := range content.Fields {
			if f.Name == vault.FieldName {
				_, err = fmt.Sscan(string(f.Value), &i)
				require.NoError(t, err)
			}
		}
		got, err := get(v, r.ID)
		require.NoError(t, err)
		require.True(t, bytes.Equal(text(i), got), "record %s", r.ID)
	}
	for id := range s.stored {
		require.True(t, seen[id], "record %s was acknowledged and is lost", id)
	}
	require.Empty(t, v.Unreferenced(), "garbage is left")
}
