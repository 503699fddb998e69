package vault_test

import (
	"bytes"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/client/vault/keys"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// staff are people with certificates of their organizations' authorities.
type staff struct {
	t   testing.TB
	dir string
}

func newStaff(t testing.TB) staff {
	dir := t.TempDir()
	_, err := devca.EnrollAll(dir, []wallet.Enrollee{
		{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}},
		{Org: "BankA", MSP: "BankAMSP", User: "approver1", Roles: []string{"approver"}},
		{Org: "BankA", MSP: "BankAMSP", User: "approver2", Roles: []string{"officer", "approver"}},
		{Org: "BankB", MSP: "BankBMSP", User: "approver1", Roles: []string{"approver"}},
	}, []byte("p"), devca.Options{WorkFactor: 2})
	require.NoError(t, err)
	return staff{t, dir}
}

func (s staff) person(name string) *wallet.Person {
	p, err := wallet.Open(s.dir, name, func() ([]byte, error) { return []byte("p"), nil })
	require.NoError(s.t, err)
	return p
}

func (s staff) roots() []*x509.Certificate {
	roots, err := wallet.Roots(s.dir, "BankA")
	require.NoError(s.t, err)
	require.NotEmpty(s.t, roots)
	return roots
}

func (s staff) sign(v *vault.Vault, r vault.Request, role vault.Role, name string) vault.Approval {
	text, err := r.Encode()
	require.NoError(s.t, err)
	a, err := vault.Sign(text, role, s.person(name), v.Now())
	require.NoError(s.t, err)
	return a
}

// both are the two signatures that an erasure takes.
func (s staff) both(v *vault.Vault, r vault.Request) []vault.Approval {
	return []vault.Approval{s.sign(v, r, vault.Requester, "BankA/officer1"), s.sign(v, r, vault.Approver, "BankA/approver1")}
}

func propose(t testing.TB, v *vault.Vault, no string, first, last uint64) vault.Request {
	r, err := v.Propose(uscc, logName, "pipl-47", no, first, last)
	require.NoError(t, err)
	return r
}

func enter(t testing.TB, v *vault.Vault, log vault.Log) []vault.Entered {
	e, err := v.Enter(ctx, log)
	require.NoError(t, err)
	return e
}

// found are the files below a directory that hold one of some bytes, raw, in
// hexadecimal or in Base64.
func found(t testing.TB, dir string, secrets ...[]byte) (files []string) {
	var forms [][]byte
	for _, s := range secrets {
		upper := []byte(strings.ToUpper(hex.EncodeToString(s)))
		forms = append(forms, s, []byte(hex.EncodeToString(s)), upper, []byte(base64.StdEncoding.EncodeToString(s)), []byte(base64.URLEncoding.EncodeToString(s)))
		for shift := range 3 { // Base64 of something that has it in the middle
			whole := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), s...))
			forms = append(forms, []byte(whole[4:len(whole)-4]))
		}
	}
	begin := map[[8]byte][][]byte{} // one look at each place, however many are sought
	for _, f := range forms {
		begin[[8]byte(f)] = append(begin[[8]byte(f)], f)
	}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		if holds(raw, begin) || holds([]byte(path), begin) {
			files = append(files, path)
		}
		return nil
	}))
	return files
}

// holds reports whether one of some bytes, kept by how they begin, is in raw.
func holds(raw []byte, begin map[[8]byte][][]byte) bool {
	var may [1 << 16]bool // by the first two
	for b := range begin {
		may[int(b[0])<<8|int(b[1])] = true
	}
	for i := 0; i+8 <= len(raw); i++ {
		if !may[int(raw[i])<<8|int(raw[i+1])] {
			continue
		}
		for _, f := range begin[[8]byte(raw[i:])] {
			if bytes.HasPrefix(raw[i:], f) {
				return true
			}
		}
	}
	return false
}

func TestErasureOfASubject(t *testing.T) {
	v, log, people := newVault(t), &memlog{}, newStaff(t)
	text := random(3 * blob.BlockSize)
	mine, other := put(t, v, text), put(t, v, []byte("二"))
	neighbour, err := v.Put(ctx, vault.New{Subject: "another", Schema: "x/1"}, bytes.NewReader([]byte("neighbour")))
	require.NoError(t, err)
	enter(t, v, log)
	require.Len(t, log.leaves, 3)

	// A control: the search finds what is there. The sealed key file, and a
	// live key that somebody has written down beside it.
	secrets, sealed := v.Secrets(mine.Subject)
	require.Empty(t, found(t, v.Dir(), secrets...), "no key is on the disk in clear")
	require.NotEmpty(t, found(t, v.Dir(), sealed))
	for _, form := range []string{string(secrets[0]), hex.EncodeToString(secrets[0]), base64.StdEncoding.EncodeToString(append([]byte("k="), secrets[1]...))} {
		leak := filepath.Join(v.Dir(), "records", "leak")
		require.NoError(t, os.WriteFile(leak, []byte("…"+form+"…"), 0o600))
		require.Equal(t, []string{leak}, found(t, v.Dir(), secrets...)[:1])
		require.NoError(t, os.Remove(leak))
	}
	ciphertext := v.Block(other.ID)
	require.NotEmpty(t, found(t, v.Dir(), ciphertext))

	request := propose(t, v, "req-1", 0, 0)
	e, err := v.Erase(ctx, log, people.roots(), people.both(v, request)...)
	require.NoError(t, err)
	require.Equal(t, 2, e.Records)
	leaf := log.leaves[e.Receipt.Seq]
	require.Equal(t, evidencelog.KindErasure, leaf.Kind)
	require.Equal(t, log.leaves[0].Subject, leaf.Subject)
	require.Equal(t, &evidencelog.Erasure{First: 1, Last: 2, Basis: "pipl-47", Request: "req-1", Key: [16]byte(request.Key),
		Approvals: leaf.Erasure.Approvals}, leaf.Erasure)
	require.Len(t, leaf.Erasure.Approvals, 2)

	v = reopened(t, v, v.Dir())
	for _, id := range []vault.RecordID{mine.ID, other.ID} {
		_, err := get(v, id)
		var erased *vault.ErasedError
		require.ErrorAs(t, err, &erased)
		require.Equal(t, "req-1", erased.Request)
		_, err = v.Share(id, "age1…", "x", "y", "z", &bytes.Buffer{})
		require.Error(t, err)
	}
	require.Empty(t, found(t, v.Dir(), secrets...))
	require.Empty(t, found(t, v.Dir(), sealed), "nor the sealed file's bytes")
	require.Empty(t, found(t, v.Dir(), ciphertext), "nor the ciphertext")
	require.Empty(t, found(t, v.Dir(), []byte(uscc)), "nor the subject's name")
	got, err := get(v, neighbour.ID)
	require.NoError(t, err)
	require.Equal(t, "neighbour", string(got))

	// Again: the same answer and no second leaf. Another under its number: no.
	again, err := v.Erase(ctx, log, people.roots(), people.both(v, request)...)
	require.NoError(t, err)
	require.Equal(t, e.Receipt.Seq, again.Receipt.Seq)
	require.Len(t, log.leaves, 4)
	request.Basis = "court"
	_, err = v.Erase(ctx, log, people.roots(), people.both(v, request)...)
	var refused *vault.RefusedError
	require.ErrorAs(t, err, &refused)

	// The subject may come again, as somebody new: another pseudonym.
	again2 := put(t, v, []byte("新"))
	enter(t, v, log)
	require.NotEqual(t, mine.Subject, again2.Subject)
	require.NotEqual(t, log.leaves[0].Subject, log.leaves[4].Subject)
	require.EqualValues(t, 1, log.leaves[4].SubjectSeq)
}

// Erasing some of a subject's records destroys the key that all were wrapped
// under; those that stay have another, and the subject's chain goes on.
func TestErasureOfARange(t *testing.T) {
	v, log, people := newVault(t), &memlog{}, newStaff(t)
	var ids []vault.RecordID
	for i := range 5 {
		ids = append(ids, put(t, v, []byte{byte(i)}).ID)
	}
	enter(t, v, log)
	r, err := v.Record(ids[0])
	require.NoError(t, err)
	secrets, sealed := v.Secrets(r.Subject)
	wrapped := v.Wrapped(ids[2])
	request := propose(t, v, "req-2", 2, 3)
	_, err = v.Erase(ctx, log, people.roots(), people.both(v, request)...)
	require.NoError(t, err)
	require.EqualValues(t, 3, log.leaves[5].Erasure.Last)
	v = reopened(t, v, v.Dir())
	for i, id := range ids {
		got, err := get(v, id)
		if i == 1 || i == 2 {
			var erased *vault.ErasedError
			require.ErrorAs(t, err, &erased)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, []byte{byte(i)}, got)
	}
	require.Empty(t, found(t, v.Dir(), secrets[1]), "the old wrapping key is gone")
	require.Empty(t, found(t, v.Dir(), sealed))
	// Even with the wrapped key as an old copy of the database has it.
	subject, err := v.Keys().ByID(r.Subject)
	require.NoError(t, err)
	_, err = subject.Unwrap(wrapped, ids[2][:])
	require.ErrorIs(t, err, keys.ErrWrapped)
	// The chain is the same subject's still.
	put(t, v, []byte("6"))
	enter(t, v, log)
	require.EqualValues(t, 7, log.leaves[6].SubjectSeq)
}

func TestErasureNeedsTwoPeople(t *testing.T) {
	v, log, people := newVault(t), &memlog{}, newStaff(t)
	id := put(t, v, []byte("x")).ID
	enter(t, v, log)
	request := propose(t, v, "req-1", 0, 0)
	sign := func(role vault.Role, name string) vault.Approval { return people.sign(v, request, role, name) }
	officer, approver := sign(vault.Requester, "BankA/officer1"), sign(vault.Approver, "BankA/approver1")
	another := request
	another.Basis = "court"
	renamed := approver
	renamed.Person = "BankA/approver2"
	turned := officer
	turned.Role = vault.Approver
	later := approver
	later.SignedAt = "2030-01-01T00:00:00Z"
	forged := approver
	forged.Request = strings.Replace(approver.Request, "pipl-47", "court", 1)
	officerToo := officer
	officerToo.Request = forged.Request
	for name, approvals := range map[string][]vault.Approval{
		"one":                              {officer},
		"none":                             {},
		"three":                            {officer, approver, sign(vault.Approver, "BankA/approver2")},
		"two requesters":                   {officer, sign(vault.Requester, "BankA/approver1")},
		"two approvers":                    {approver, sign(vault.Approver, "BankA/approver2")},
		"one person twice":                 {sign(vault.Requester, "BankA/approver2"), sign(vault.Approver, "BankA/approver2")},
		"different requests":               {officer, people.sign(v, another, vault.Approver, "BankA/approver1")},
		"of another bank":                  {officer, people.sign(v, request, vault.Approver, "BankB/approver1")},
		"signature under another name":     {officer, renamed},
		"a requester's turned approver's":  {sign(vault.Requester, "BankA/approver1"), turned},
		"another time":                     {officer, later},
		"the request changed in both":      {officerToo, forged},
		"the same file twice":              {approver, approver},
		"the approver's file as requester": {approver, officer, officer},
	} {
		_, err := v.Erase(ctx, log, people.roots(), approvals...)
		var refused *vault.RefusedError
		require.ErrorAs(t, err, &refused, name)
	}
	_, err := vault.Sign(officer.Request, vault.Approver, people.person("BankA/officer1"), v.Now())
	require.Error(t, err, "an officer does not approve")
	got, err := get(v, id)
	require.NoError(t, err)
	require.Equal(t, "x", string(got))
	require.Len(t, log.leaves, 1)
	// In either order.
	_, err = v.Erase(ctx, log, people.roots(), approver, officer)
	require.NoError(t, err)
}

func TestApprovalFiles(t *testing.T) {
	v, log, people := newVault(t), &memlog{}, newStaff(t)
	put(t, v, []byte("x"))
	enter(t, v, log)
	for _, a := range people.both(v, propose(t, v, "req-1", 0, 0)) {
		raw, err := json.Marshal(a)
		require.NoError(t, err)
		back, err := vault.ParseApproval(raw)
		require.NoError(t, err)
		require.Equal(t, a, back)
		_, err = vault.ParseApproval(raw[:len(raw)-2])
		require.Error(t, err)
	}
}

// What a crash leaves between the log and the vault: the log has records, or
// the erasure, and the vault does not know.
func TestNothingIsEnteredTwice(t *testing.T) {
	v, log, people := newVault(t), &memlog{}, newStaff(t)
	put(t, v, []byte("1"))
	put(t, v, []byte("2"))
	killed := errors.New("killed")
	log.fail = killed
	_, err := v.Enter(ctx, log)
	require.ErrorIs(t, err, killed)
	require.Len(t, log.leaves, 2)
	put(t, v, []byte("3"))
	v = reopened(t, v, v.Dir())
	e := enter(t, v, log)
	require.Len(t, e, 3)
	require.Len(t, log.leaves, 3)
	for i, x := range e {
		require.EqualValues(t, i, x.Receipt.Seq)
		require.EqualValues(t, i+1, x.Record.SubjectSeq)
	}
	require.Empty(t, enter(t, v, log))
	request := propose(t, v, "req-1", 0, 0)
	log.fail = killed
	_, err = v.Erase(ctx, log, people.roots(), people.both(v, request)...)
	require.ErrorIs(t, err, killed)
	require.Len(t, log.leaves, 4)
	v = reopened(t, v, v.Dir())
	done, err := v.Resume(ctx, log)
	require.NoError(t, err)
	require.Len(t, done, 1)
	require.EqualValues(t, 3, done[0].Receipt.Seq)
	require.Len(t, log.leaves, 4)
	done, err = v.Resume(ctx, log)
	require.NoError(t, err)
	require.Empty(t, done)
}

// A log that was rolled back is found when the next records come.
func TestALogRolledBackIsFound(t *testing.T) {
	v, log := newVault(t), &memlog{}
	put(t, v, []byte("1"))
	put(t, v, []byte("2"))
	enter(t, v, log)
	log.leaves = log.leaves[:1]
	put(t, v, []byte("3"))
	_, err := v.Enter(ctx, log)
	require.ErrorContains(t, err, "rolled back")
}

func TestCorrection(t *testing.T) {
	v, log := newVault(t), &memlog{}
	first := put(t, v, []byte("1"))
	n := vault.New{Subject: uscc, Schema: "contract/1", Corrects: first.ID}
	_, err := v.Put(ctx, n, bytes.NewReader([]byte("2")))
	var invalid *vault.InvalidError
	require.ErrorAs(t, err, &invalid, "not in the log yet")
	put(t, v, []byte("x"))
	enter(t, v, log)
	n.Subject = "another"
	_, err = v.Put(ctx, n, bytes.NewReader([]byte("2")))
	require.ErrorAs(t, err, &invalid, "another's record")
	n.Subject = uscc
	_, err = v.Put(ctx, n, bytes.NewReader([]byte("2")))
	require.NoError(t, err)
	enter(t, v, log)
	require.Equal(t, evidencelog.KindCorrection, log.leaves[2].Kind)
	require.EqualValues(t, 0, log.leaves[2].Corrects)
}
