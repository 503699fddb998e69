package evidence_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/evidence/evidencetest"
)

// world is a consortium in which a test anchors logs.
type world struct {
	*chaincodetest.Ledger
	t *testing.T
	n int
}

func newWorld(t *testing.T) *world { return &world{Ledger: chaincodetest.New(t, "2024-08-01"), t: t} }

func (w *world) head() command.Head {
	w.n++
	return command.Head{Number: fmt.Sprint("n", w.n), Date: chaincodetest.Day(w.t, "2024-08-01")}
}

func (w *world) does(who, name string, content any) {
	w.t.Helper()
	w.Must("commons", who, name, content)
}

func (w *world) refuses(reason string, who, name string, content any) command.Result {
	w.t.Helper()
	return w.Ledger.Refused(reason, "commons", who, name, content)
}

func (w *world) register(who string, key string) {
	w.t.Helper()
	w.does(who, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: key})
}

// anchor is the content of the next anchor of a log at a size.
func (w *world) anchor(l *evidencetest.Log, size uint64) evidence.AnchorContent {
	w.t.Helper()
	s := w.log(l.Name)
	c := evidence.AnchorContent{Head: w.head(), Sequence: s.Sequence + 1, Note: l.At(size)}
	if size >= s.Size {
		c.Proof = l.Proof(s.Size, size)
	}
	return c
}

func (w *world) log(origin string) *evidence.LogSheet {
	w.t.Helper()
	s := &evidence.LogSheet{}
	require.NoError(w.t, w.Ask("commons", "Subject/subject", "evidence.Log", evidence.LogQuery{Origin: origin}, s))
	return s
}

func (w *world) checkpoint(q evidence.CheckpointQuery) *evidence.CheckpointSheet {
	w.t.Helper()
	s := &evidence.CheckpointSheet{}
	require.NoError(w.t, w.Ask("commons", "Audit/auditor", "evidence.Checkpoint", q, s))
	return s
}

const (
	logA   = "qxl/BankAMSP/1"
	logB   = "qxl/BankBMSP/1"
	signsA = "BankA/approver"
	keepsA = "BankA/officer"
	keepsB = "BankB/officer"
)

// grown is BankA's log, registered, with an anchor at 5 and one at 8.
func grown(t *testing.T) (*world, *evidencetest.Log) {
	w, l := newWorld(t), evidencetest.NewLog(logA)
	w.register(signsA, l.Key)
	l.Append(5)
	w.does(keepsA, "evidence.Anchor", w.anchor(l, 5))
	l.Append(3)
	w.does(keepsA, "evidence.Anchor", w.anchor(l, 8))
	l.Append(4)
	return w, l
}

func TestALogIsAnchored(t *testing.T) {
	w, l := newWorld(t), evidencetest.NewLog(logA)
	w.register(signsA, l.Key)
	s := w.log(logA)
	require.Equal(t, &evidence.LogSheet{Origin: logA, Owner: "BankAMSP", Key: l.Key, Root: evidence.EmptyTree().Root}, s)
	var notes []string
	for _, step := range []int{0, 0, 3, 1, 0, 60} { // with heartbeats, also of the empty log
		l.Append(step)
		c := w.anchor(l, l.Size())
		w.does(keepsA, "evidence.Anchor", c)
		notes = append(notes, c.Note)
		s = w.log(logA)
		require.Equal(t, uint64(len(notes)), s.Sequence)
		require.Equal(t, l.Tree(l.Size()), evidence.Tree{Size: s.Size, Root: s.Root})
		require.Equal(t, c.Note, s.Note)
		require.Equal(t, w.Last, s.TxID)

		again, err := w.Submit("commons", keepsA, "evidence.Anchor", c)
		require.NoError(t, err)
		require.Equal(t, "already applied", again.Outcome)
		c.Date--
		w.refuses("DUPLICATE_NUMBER", keepsA, "evidence.Anchor", c)
	}
	one := w.anchor(l, l.Size())
	one.Sequence--
	w.refuses("NUMBER_TAKEN", keepsA, "evidence.Anchor", one)

	for i, note := range notes {
		cp := w.checkpoint(evidence.CheckpointQuery{Origin: logA, Sequence: uint64(i) + 1})
		require.Equal(t, note, cp.Note)
		require.Equal(t, note, cp.Cosigned)
	}
	size := func(n uint64) *uint64 { return &n }
	// Sizes are 0, 0, 3, 4, 4, 64.
	for n, sequence := range map[uint64]uint64{0: 1, 3: 3, 4: 4, 64: 6} {
		require.Equal(t, sequence, w.checkpoint(evidence.CheckpointQuery{Origin: logA, Size: size(n)}).Sequence, "size %d", n)
	}
	for n, sequence := range map[uint64]uint64{0: 3, 2: 3, 3: 4, 4: 6, 63: 6} {
		require.Equal(t, sequence, w.checkpoint(evidence.CheckpointQuery{Origin: logA, Covers: size(n)}).Sequence, "entry %d", n)
	}
	require.Equal(t, uint64(6), w.checkpoint(evidence.CheckpointQuery{Origin: logA}).Sequence)
	for _, q := range []evidence.CheckpointQuery{{Origin: logA, Sequence: 7}, {Origin: logA, Size: size(5)}, {Origin: logA, Size: size(65)}, {Origin: logA, Covers: size(64)}, {Origin: logA, Covers: size(1<<64 - 1)}} {
		require.ErrorContains(t, w.Ask("commons", keepsA, "evidence.Checkpoint", q, &struct{}{}), "EVIDENCE_NO_CHECKPOINT")
	}
	require.ErrorContains(t, w.Ask("commons", keepsA, "evidence.Checkpoint", evidence.CheckpointQuery{Origin: logB}, &struct{}{}), "EVIDENCE_NO_LOG")

	var got []string
	for q := (evidence.CheckpointsQuery{Origin: logA, Limit: 4}); ; {
		var a evidence.CheckpointsAnswer
		require.NoError(t, w.Ask("commons", keepsB, "evidence.Checkpoints", q, &a))
		for _, c := range a.Checkpoints {
			got = append(got, c.Note)
		}
		if q.After = a.Next; a.Next == 0 {
			break
		}
	}
	require.Equal(t, notes, got)
}

// Each way to say no to an anchor, with what it may be and what it is.
func TestWhatIsNotAnchored(t *testing.T) {
	w, l := grown(t)
	good := func() evidence.AnchorContent { return w.anchor(l, l.Size()) }
	no := func(code, who, limit, actual string, change func(*evidence.AnchorContent)) {
		t.Helper()
		c := good()
		change(&c)
		r := w.refuses(code, who, "evidence.Anchor", c)
		require.Contains(t, r.Refusal.Limit, limit)
		require.Contains(t, r.Refusal.Actual, actual)
	}
	tree := func(n uint64) string { return l.Tree(n).String() }
	fork := l.Fork(7)
	fork.Append(5)
	short := l.Fork(6)

	// Who.
	no("ACCESS_DENIED", "BankA/reviewer", "B/officer", "B/reviewer", func(*evidence.AnchorContent) {})
	no("EVIDENCE_NOT_OWNER", keepsB, "BankAMSP", "BankBMSP", func(*evidence.AnchorContent) {})
	no("EVIDENCE_NOT_OWNER", "Commission/operator", "BankAMSP", "CommissionMSP", func(*evidence.AnchorContent) {})

	// The tree.
	no("EVIDENCE_SIZE", keepsA, "8", "6", func(c *evidence.AnchorContent) { c.Note, c.Proof = short.Note(), nil })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), fork.Tree(12).String(), func(c *evidence.AnchorContent) { c.Note, c.Proof = fork.Note(), fork.Proof(8, 12) })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), fork.Tree(12).String(), func(c *evidence.AnchorContent) { c.Note = fork.Note() })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), fork.Tree(8).String(), func(c *evidence.AnchorContent) { c.Note, c.Proof = fork.At(8), nil })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), tree(12), func(c *evidence.AnchorContent) { c.Proof = nil })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), tree(12), func(c *evidence.AnchorContent) { c.Proof = l.Proof(7, 12) })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), tree(12), func(c *evidence.AnchorContent) { c.Proof[0][3] ^= 1 })
	no("EVIDENCE_NOT_CONSISTENT", keepsA, tree(8), tree(8), func(c *evidence.AnchorContent) { c.Note = l.At(8) }) // a heartbeat with a proof
	no("EVIDENCE_PROOF", keepsA, "32", "31", func(c *evidence.AnchorContent) { c.Proof[0] = c.Proof[0][1:] })
	no("EVIDENCE_PROOF", keepsA, "64", "65", func(c *evidence.AnchorContent) { c.Proof = make([][]byte, 65) })

	// The sequence.
	no("EVIDENCE_SEQUENCE", keepsA, "3", "4", func(c *evidence.AnchorContent) { c.Sequence++ })
	no("EVIDENCE_SEQUENCE", keepsA, "1..999999999999", "0", func(c *evidence.AnchorContent) { c.Sequence = 0 })

	// The key and its signature.
	other := evidencetest.NewSigner(logA)
	no("EVIDENCE_KEY_UNKNOWN", keepsA, keyID(l.Key), keyID(other.Key), func(c *evidence.AnchorContent) { c.Note = evidencetest.Signed(logA, l.Tree(12), other) })
	no("EVIDENCE_KEY_UNKNOWN", keepsA, keyID(l.Key), "qxl/BankAMSP/2+", func(c *evidence.AnchorContent) {
		c.Note = evidencetest.Signed(logA, l.Tree(12), evidencetest.NewSigner("qxl/BankAMSP/2"))
	})
	no("EVIDENCE_SIGNATURE", keepsA, "", keyID(l.Key), func(c *evidence.AnchorContent) {
		_, signature, _ := strings.Cut(l.At(11), "\n\n")
		c.Note = strings.Split(l.At(12), "\n\n")[0] + "\n\n" + signature
	})

	// The note: which log, and its one form.
	no("EVIDENCE_NO_LOG", keepsA, "", "qxl/BankAMSP/2", func(c *evidence.AnchorContent) { c.Note, c.Sequence = evidencetest.NewLog("qxl/BankAMSP/2").Note(), 1 })
	for _, origin := range []string{"example.com/log", "qxl/BankAMSP/0", "qxl/BankAMSP/01", "qxl/BankAMSP/10000", "qxl//1", "qxl/BankAMSP/1/2", "qxl/Bank AMSP/1", "qxl/BankAMSP/witness"} {
		no("EVIDENCE_ORIGIN", keepsA, "qxl/MSP/1", origin, func(c *evidence.AnchorContent) { c.Note = evidencetest.Signed(origin, l.Tree(12), l.Signer) })
	}
	for name, c := range map[string]string{
		"three signatures":   evidencetest.Signed(logA, l.Tree(12), l.Signer, other, evidencetest.NewSigner(logA)),
		"no signature":       strings.Split(l.At(12), "\n\n")[0] + "\n",
		"no end":             strings.TrimSuffix(l.At(12), "\n"),
		"an extension":       evidencetest.SignedText(evidence.Checkpoint{Origin: logA, Tree: l.Tree(12)}.Body()+"more\n", l.Signer),
		"two lines":          evidencetest.SignedText(logA+"\n12\n", l.Signer),
		"a size with zeros":  evidencetest.SignedText(strings.Replace(evidence.Checkpoint{Origin: logA, Tree: l.Tree(12)}.Body(), "\n12\n", "\n012\n", 1), l.Signer),
		"a negative size":    evidencetest.SignedText(strings.Replace(evidence.Checkpoint{Origin: logA, Tree: l.Tree(12)}.Body(), "\n12\n", "\n-12\n", 1), l.Signer),
		"a size above 2⁶⁴":   evidencetest.SignedText(strings.Replace(evidence.Checkpoint{Origin: logA, Tree: l.Tree(12)}.Body(), "\n12\n", "\n18446744073709551616\n", 1), l.Signer),
		"a root of 31 bytes": evidencetest.SignedText(logA+"\n12\n"+base64.StdEncoding.EncodeToString(l.Tree(12).Root[1:])+"\n", l.Signer),
		"a cosignature":      evidencetest.Signed(logA, l.Tree(12), evidencetest.NewWitness("BankAMSP")),
		"too long":           l.At(12) + strings.Repeat("x", evidence.MaxNote),
		"nothing":            "",
	} {
		t.Run(name, func(t *testing.T) {
			no("EVIDENCE_NOTE", keepsA, "", "", func(a *evidence.AnchorContent) { a.Note = c })
		})
	}

	s := w.log(logA)
	require.Equal(t, evidence.Tree{Size: s.Size, Root: s.Root}, l.Tree(8), "what was refused moved nothing")
	w.does(keepsA, "evidence.Anchor", good())
}

// keyID is the part of a verifier key that people tell it by.
func keyID(key string) string { return strings.Join(strings.Split(key, "+")[:2], "+") }

func TestKeysOfALog(t *testing.T) {
	w, l := grown(t)
	rotate := func(old, next evidencetest.Signer) evidence.RotateContent {
		c := evidencetest.Rotation(logA, l.Size(), old, next)
		c.Head = w.head()
		return c
	}
	first, second, third := l.Signer, evidencetest.NewSigner(logA), evidencetest.NewSigner(logA)

	w.refuses("EVIDENCE_LOG_EXISTS", signsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: second.Key})
	w.refuses("EVIDENCE_NOT_OWNER", "BankB/approver", "evidence.RotateKey", rotate(first, second))
	bad := func(field string, change func(*evidence.RotateContent)) {
		t.Helper()
		c := rotate(first, second)
		change(&c)
		require.Equal(t, field, w.refuses("EVIDENCE_STATEMENT", signsA, "evidence.RotateKey", c).Refusal.Field)
	}
	bad("old_signature", func(c *evidence.RotateContent) { c.OldSignature = c.NewSignature })
	bad("new_signature", func(c *evidence.RotateContent) { c.NewSignature = c.OldSignature })
	bad("old_signature", func(c *evidence.RotateContent) { c.Seq++ })
	bad("old_signature", func(c *evidence.RotateContent) { c.Key = third.Key })
	bad("old_signature", func(c *evidence.RotateContent) { c.OldSignature = rotate(third, second).OldSignature })
	bad("new_signature", func(c *evidence.RotateContent) { c.NewSignature = c.NewSignature[1:] })
	bad("old_signature", func(c *evidence.RotateContent) { c.OldSignature = nil })
	w.refuses("EVIDENCE_KEY_USED", signsA, "evidence.RotateKey", rotate(first, first))
	elsewhere := rotate(first, second)
	elsewhere.Key = evidencetest.NewSigner("qxl/BankAMSP/2").Key
	w.refuses("EVIDENCE_NO_LOG", signsA, "evidence.RotateKey", elsewhere)
	for _, key := range []string{"", "x", logA + "+00000000+" + strings.Split(second.Key, "+")[2], evidencetest.NewSigner("example.com").Key, evidencetest.NewSigner("qxl/BankAMSP/witness").Key, second.Key + strings.Repeat("=", 300)} {
		c := rotate(first, second)
		c.Key = key
		w.refuses("EVIDENCE_KEY_FORM", signsA, "evidence.RotateKey", c)
		w.refuses("EVIDENCE_KEY_FORM", signsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: key})
		w.refuses("EVIDENCE_KEY_FORM", signsA, "evidence.RevokeKey", evidence.RevokeContent{Head: w.head(), Key: key, Reason: "x"})
	}

	// The checkpoint over the leaf that says so bears both signatures, and may
	// be anchored before the ledger knows the new key as well as after.
	both := func(size uint64) evidence.AnchorContent {
		a := w.anchor(l, size)
		a.Note = evidencetest.Signed(logA, l.Tree(size), first, second)
		return a
	}
	w.does(keepsA, "evidence.Anchor", both(10))
	c := rotate(first, second)
	w.does(signsA, "evidence.RotateKey", c)
	w.does(keepsA, "evidence.Anchor", both(10))
	again, err := w.Submit("commons", signsA, "evidence.RotateKey", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	r := w.refuses("EVIDENCE_KEY_RETIRED", keepsA, "evidence.Anchor", w.anchor(l, 12))
	require.Equal(t, second.Key, r.Refusal.Limit)
	require.Equal(t, first.Key, r.Refusal.Actual)
	w.refuses("EVIDENCE_KEY_USED", signsA, "evidence.RotateKey", rotate(second, first))

	l.Signer = second
	w.does(keepsA, "evidence.Anchor", w.anchor(l, 12))

	revoke := func(key string, from uint64, reason string) evidence.RevokeContent {
		return evidence.RevokeContent{Head: w.head(), Key: key, From: from, Reason: reason}
	}
	w.refuses("EVIDENCE_NO_KEY", signsA, "evidence.RevokeKey", revoke(third.Key, 0, "x"))
	w.refuses("EVIDENCE_NOT_OWNER", "BankB/approver", "evidence.RevokeKey", revoke(second.Key, 0, "x"))
	w.refuses("EVIDENCE_REASON", signsA, "evidence.RevokeKey", revoke(second.Key, 0, ""))
	w.refuses("EVIDENCE_REASON", signsA, "evidence.RevokeKey", revoke(second.Key, 0, strings.Repeat("x", 201)))
	r = w.refuses("EVIDENCE_REVOKE_SIZE", signsA, "evidence.RevokeKey", revoke(second.Key, 13, "x"))
	require.Equal(t, "12", r.Refusal.Limit)
	w.does(signsA, "evidence.RevokeKey", revoke(first.Key, 5, "backup lost"))
	w.does(signsA, "evidence.RevokeKey", revoke(second.Key, 12, "machine stolen"))
	w.refuses("EVIDENCE_KEY_REVOKED", signsA, "evidence.RevokeKey", revoke(second.Key, 12, "x"))
	w.refuses("EVIDENCE_KEY_REVOKED", keepsA, "evidence.Anchor", w.anchor(l, 12))
	w.refuses("EVIDENCE_KEY_REVOKED", signsA, "evidence.RotateKey", rotate(second, third))
	w.refuses("EVIDENCE_KEY_USED", signsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: second.Key})
	w.register(signsA, third.Key)
	l.Signer = third
	l.Append(1)
	w.does(keepsA, "evidence.Anchor", w.anchor(l, 13))

	var a evidence.KeysAnswer
	require.NoError(t, w.Ask("commons", keepsB, "evidence.Keys", evidence.KeysQuery{Owner: "BankAMSP"}, &a))
	require.Equal(t, []evidence.Key{
		{Verifier: first.Key, From: 0, Until: 10, State: evidence.Revoked, Doubted: 5, Reason: "backup lost"},
		{Verifier: second.Key, From: 10, Until: 12, State: evidence.Revoked, Doubted: 12, Reason: "machine stolen"},
		{Verifier: third.Key, From: 12, State: evidence.Live},
	}, a.Organizations[0].Names[0].Keys)
}

func TestOrganizationsRegisterTheirOwn(t *testing.T) {
	w := newWorld(t)
	a := evidencetest.NewLog(logA)
	w.refuses("EVIDENCE_NOT_OWNER", "BankB/approver", "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: a.Key})
	w.refuses("ACCESS_DENIED", keepsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: a.Key})
	w.refuses("EVIDENCE_ORIGIN", signsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: evidencetest.NewWitness("BankAMSP").Key})
	w.refuses("EVIDENCE_WITNESS_NAME", signsA, "evidence.RegisterWitness", evidence.RegisterContent{Head: w.head(), Key: a.Key})
	for who, msp := range map[string]string{signsA: "BankAMSP", "BankB/approver": "BankBMSP", "Commission/approver": "CommissionMSP", "CentralBank/approver": "CentralBankMSP", "Finance/approver": "FinanceMSP", "Audit/auditor": "AuditMSP"} {
		w.register(who, evidencetest.NewLog(evidence.Origin(msp, 1)).Key)
	}
	w.register(signsA, evidencetest.NewLog("qxl/BankAMSP/2").Key)
	w.register(signsA, evidencetest.NewLog("qxl/BankAMSP/7").Key)
	var logs evidence.LogsAnswer
	require.NoError(t, w.Ask("commons", keepsB, "evidence.Logs", evidence.LogsQuery{}, &logs))
	var got []string
	for _, s := range logs.Logs {
		got = append(got, s.Origin)
	}
	require.Equal(t, []string{"qxl/AuditMSP/1", logA, "qxl/BankAMSP/2", "qxl/BankAMSP/7", logB, "qxl/CentralBankMSP/1", "qxl/CommissionMSP/1", "qxl/FinanceMSP/1"}, got)
	require.NoError(t, w.Ask("commons", keepsB, "evidence.Logs", evidence.LogsQuery{Owner: "BankBMSP"}, &logs))
	require.Len(t, logs.Logs, 1)

	for n := 3; n <= 16; n++ { // three have come
		if n != 7 {
			w.register(signsA, evidencetest.NewLog(evidence.Origin("BankAMSP", n)).Key)
		}
	}
	r := w.refuses("EVIDENCE_LIMIT", signsA, "evidence.RegisterLog", evidence.RegisterContent{Head: w.head(), Key: evidencetest.NewLog("qxl/BankAMSP/17").Key})
	require.Equal(t, "16", r.Refusal.Limit)
}

func TestAnotherOrganizationCosigns(t *testing.T) {
	w, l := grown(t)
	wb, wc := evidencetest.NewWitness("BankBMSP"), evidencetest.NewWitness("CommissionMSP")
	cosign := func(s evidencetest.Signer, sequence uint64) evidence.CosignContent {
		cp := w.checkpoint(evidence.CheckpointQuery{Origin: logA, Sequence: sequence})
		return evidence.CosignContent{Head: w.head(), Origin: logA, Sequence: sequence, Cosignature: evidencetest.Cosign(s, cp.Note)}
	}
	w.refuses("EVIDENCE_NO_KEY", "BankB/auditor", "evidence.Cosign", cosign(wb, 1))
	w.does("BankB/approver", "evidence.RegisterWitness", evidence.RegisterContent{Head: w.head(), Key: wb.Key})
	w.does("Commission/approver", "evidence.RegisterWitness", evidence.RegisterContent{Head: w.head(), Key: wc.Key})
	own := evidencetest.NewWitness("BankAMSP")
	w.does(signsA, "evidence.RegisterWitness", evidence.RegisterContent{Head: w.head(), Key: own.Key})

	w.refuses("EVIDENCE_NOT_OWNER", keepsA, "evidence.Cosign", cosign(wb, 1))
	w.refuses("EVIDENCE_COSIGN_OWN", keepsA, "evidence.Cosign", cosign(own, 1))
	w.refuses("EVIDENCE_KEY_UNKNOWN", keepsB, "evidence.Cosign", cosign(evidencetest.NewWitness("BankBMSP"), 1))
	change := func(c evidence.CosignContent, how func(*evidence.CosignContent)) evidence.CosignContent {
		how(&c)
		return c
	}
	w.refuses("EVIDENCE_SIGNATURE", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Sequence = 2 }))
	w.refuses("EVIDENCE_NO_CHECKPOINT", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Sequence = 3 }))
	w.refuses("EVIDENCE_NO_CHECKPOINT", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Origin = "qxl/BankAMSP/2" }))
	w.refuses("EVIDENCE_ORIGIN", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Origin = "x" }))
	w.refuses("EVIDENCE_SEQUENCE", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Sequence = 0 }))
	for _, line := range []string{"", "x\n", cosign(wb, 1).Cosignature + cosign(wc, 1).Cosignature, strings.TrimSuffix(cosign(wb, 1).Cosignature, "\n"), strings.SplitN(l.Note(), "\n\n", 2)[1]} {
		w.refuses("EVIDENCE_COSIGNATURE", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) { c.Cosignature = line }))
	}
	w.refuses("EVIDENCE_WITNESS_NAME", keepsB, "evidence.Cosign", change(cosign(wb, 1), func(c *evidence.CosignContent) {
		c.Cosignature = strings.Replace(c.Cosignature, "qxl/BankBMSP/witness", "example.com/witness", 1)
	}))

	b, c := cosign(wb, 2), cosign(wc, 2)
	w.does("BankB/auditor", "evidence.Cosign", b)
	again, err := w.Submit("commons", "BankB/auditor", "evidence.Cosign", b)
	require.NoError(t, err)
	require.Equal(t, "already applied", again.Outcome)
	b.Number = "another"
	w.refuses("NUMBER_TAKEN", "BankB/auditor", "evidence.Cosign", b)
	w.does("Commission/operator", "evidence.Cosign", c)
	cp := w.checkpoint(evidence.CheckpointQuery{Origin: logA, Sequence: 2})
	require.Equal(t, []evidence.Cosignature{{Witness: "BankBMSP", Line: b.Cosignature}, {Witness: "CommissionMSP", Line: c.Cosignature}}, cp.Cosignatures)
	require.Equal(t, cp.Note+b.Cosignature+c.Cosignature, cp.Cosigned)

	// A witness's key is rotated and revoked as a log's is.
	next := evidencetest.NewWitness("BankBMSP")
	rotate := evidencetest.Rotation("qxl/BankBMSP/witness", 0, wb, next)
	rotate.Head = w.head()
	w.does("BankB/approver", "evidence.RotateKey", rotate)
	w.refuses("EVIDENCE_KEY_RETIRED", keepsB, "evidence.Cosign", cosign(wb, 1))
	w.does("BankB/approver", "evidence.RevokeKey", evidence.RevokeContent{Head: w.head(), Key: next.Key, Reason: "x"})
	w.refuses("EVIDENCE_KEY_REVOKED", keepsB, "evidence.Cosign", cosign(next, 1))
}

// No two logs share a key that an anchor writes, else organizations could not
// anchor at once; and an anchor costs few bytes.
func TestAnchorsOfTwoLogsShareNoKey(t *testing.T) {
	w := newWorld(t)
	a, b := evidencetest.NewLog(logA), evidencetest.NewLog(logB)
	a.Append(9)
	b.Append(9)
	w.register(signsA, a.Key)
	w.register("BankB/approver", b.Key)
	writes := func(who string, l *evidencetest.Log) map[string]bool {
		before := w.Values("commons", "")
		w.does(who, "evidence.Anchor", w.anchor(l, l.Size()))
		keys, bytes := map[string]bool{}, 0
		for k, v := range w.Values("commons", "") {
			if string(before[k]) != string(v) {
				keys[k] = true
				bytes += len(k) + len(v)
			}
		}
		require.Len(t, keys, 2, "a head and a checkpoint, and no receipt")
		require.Less(t, bytes, 700)
		return keys
	}
	first := writes(keepsA, a)
	for k := range writes(keepsB, b) {
		require.NotContains(t, first, k)
	}
}

// The digest says which logs there are, not how far they are: that follows
// the clock.
func TestHeadsDoNotCountInTheDigest(t *testing.T) {
	digests := func(sizes ...int) map[string]string {
		w, l := newWorld(t), evidencetest.NewLog(logA)
		w.register(signsA, l.Key)
		for _, n := range sizes {
			l.Append(n)
			w.does(keepsA, "evidence.Anchor", w.anchor(l, l.Size()))
		}
		return w.Digests("commons", "evidence")
	}
	require.Equal(t, digests(1, 2), digests(5))
	require.Len(t, digests(), 1)
}

func TestTheStateReadsAgain(t *testing.T) {
	var s evidence.KeyState
	for _, x := range []evidence.KeyState{evidence.Live, evidence.Retired, evidence.Revoked} {
		raw, err := json.Marshal(x)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(raw, &s))
		require.Equal(t, x, s)
	}
	require.Error(t, json.Unmarshal([]byte(`"dead"`), &s))
}
