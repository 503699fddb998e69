package vault_test

import (
	"bufio"
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
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
	sharesEnv = "QXL_VAULT_SHARES" // the recipient of shares
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

// child stores, shares and erases records until it is killed, and says what has been
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
		if i%5 < 2 {
			if err := share(v, r.ID, filepath.Join(dir, "shares")); err != nil {
				return err
			}
		}
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

// share hands a record's key to the recipient, in a file of its own.
func share(v *vault.Vault, id vault.RecordID, dir string) error {
	out, err := os.CreateTemp(dir, id.String()+"-")
	if err != nil {
		return err
	}
	s, err := v.Share(id, os.Getenv(sharesEnv), "BankBMSP", "loan", "grant-1", out)
	if err := errors.Join(err, out.Close()); err != nil {
		return err
	}
	fmt.Println("shared", s.Record, s.No)
	return nil
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
	secrets, sealed := v.Secrets(id)
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
	fmt.Println("destroyed", hex.EncodeToString(sealed)) // who finds it and has the organization's key has them back
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

// TestKilledAtRandomPoints kills a process that stores, shares and erases, over
// and over in the same vault, and looks at what is left each time. QXL_KILLS=200
// is for releases (scripts/kills).
func TestKilledAtRandomPoints(t *testing.T) {
	dir, people := t.TempDir(), newStaff(t)
	o := options(filepath.Join(dir, "vault"))
	require.NoError(t, vault.Init(o, vault.Settings{Organization: "BankA"}, 2))
	require.NoError(t, evidencelog.Create(filepath.Join(dir, "log"), logName, evidencelog.Options{Passphrase: o.Passphrase, WorkFactor: 2}))
	recipient, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	t.Setenv(sharesEnv, recipient.Recipient().String())
	require.NoError(t, os.Mkdir(filepath.Join(dir, "shares"), 0o700))
	s := survivor{t: t, dir: dir, recipient: recipient, shared: map[string]bool{}, stored: map[string]bool{}, erasing: map[string]bool{}, leaves: map[string]string{}, erased: map[string]string{}}
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
	require.NotEmpty(t, s.shared)
	require.Empty(t, found(t, dir, s.destroyed...), "a destroyed key is on the disk")
	s.control()
	t.Logf("%d rounds: %d records acknowledged, %d leaves, %d shares, %d erasures, %d keys and key files destroyed, %d blobs collected", rounds, len(s.stored), len(s.leaves), len(s.shared), len(s.erased), len(s.destroyed), s.garbage)
}

// control: the same search finds a live key, sealed as it is kept, and each
// way in which it might have leaked.
func (s *survivor) control() {
	v, log, err := openBoth(s.dir)
	require.NoError(s.t, err)
	r, err := v.Put(ctx, vault.New{Subject: "control", Schema: "x/1"}, strings.NewReader("live"))
	require.NoError(s.t, err)
	secrets, sealed := v.Secrets(r.Subject)
	require.NoError(s.t, v.Close())
	require.NoError(s.t, log.(reallog).Close())
	require.Len(s.t, found(s.t, s.dir, sealed), 1)
	for _, form := range []string{string(secrets[1]), hex.EncodeToString(secrets[1]), base64.StdEncoding.EncodeToString(secrets[1])} {
		leak := filepath.Join(s.dir, "vault", "leak")
		require.NoError(s.t, os.WriteFile(leak, []byte("xx"+form), 0o600))
		require.Contains(s.t, found(s.t, s.dir, append(s.destroyed, secrets[1])...), leak)
		require.NoError(s.t, os.Remove(leak))
	}
}

type survivor struct {
	t         *testing.T
	dir       string
	recipient age.Identity
	shared    map[string]bool // acknowledged
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
		case "shared":
			s.shared[f[1]+" "+f[2]] = true
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
			_, err := v.Content(r.ID)
			require.Error(t, err, "record %s is erased and opens", r.ID)
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
	s.lookAtShares(v)
}

// lookAtShares: a share that was acknowledged, or whose key left the house,
// stands in the list.
func (s *survivor) lookAtShares(v *vault.Vault) {
	t := s.t
	listed := map[string]bool{}
	records := map[string]int{}
	all, err := v.Shares(vault.RecordID{})
	require.NoError(t, err)
	for _, share := range all {
		listed[fmt.Sprint(share.Record, " ", share.No)] = true
		records[share.Record.String()]++
	}
	for share := range s.shared {
		require.True(t, listed[share], "share %s was acknowledged and is lost", share)
	}
	files, err := os.ReadDir(filepath.Join(s.dir, "shares"))
	require.NoError(t, err)
	for _, file := range files {
		f, err := os.Open(filepath.Join(s.dir, "shares", file.Name()))
		require.NoError(t, err)
		released, err := vault.OpenShare(f, s.recipient)
		require.NoError(t, f.Close())
		if err == nil {
			require.NotZero(t, records[released.Record.String()], "a key of record %s has left and is not in the list", released.Record)
		}
	}
}
