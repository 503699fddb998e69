package evidencelog

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

func cidOf(content string) cid.Cid {
	sum, err := multihash.Sum([]byte(content), multihash.SHA2_256, -1)
	if err != nil {
		panic(err)
	}
	return cid.NewCidV1(cid.Raw, sum)
}

// leaves of each kind, drawn at random, all of them valid.
var leaves = rapid.Custom(func(t *rapid.T) Leaf {
	hash := rapid.Custom(func(t *rapid.T) [32]byte {
		h := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "hash"))
		h[0] |= 1 // never zero
		return h
	})
	code := rapid.StringMatching(`[a-z0-9._/-]{1,64}`)
	l := Leaf{Entry: Entry{Kind: Kind(rapid.IntRange(1, 5).Draw(t, "kind"))}, Seq: rapid.Uint64Range(2, 1<<62).Draw(t, "seq")}
	if l.Kind != KindHeartbeat && l.Kind != KindKeyRotate {
		l.Subject, l.Schema = hash.Draw(t, "subject"), code.Draw(t, "schema")
		l.SubjectSeq = rapid.Uint64Range(1, l.Seq+1).Draw(t, "subject_seq")
		if l.SubjectSeq > 1 {
			l.SubjectPrev = hash.Draw(t, "prev")
		}
		if l.Kind != KindErasure || rapid.Bool().Draw(t, "papers") {
			l.CID = cidOf(rapid.String().Draw(t, "content"))
			l.FieldRoot = hash.Draw(t, "fields")
		}
	}
	switch l.Kind {
	case KindCorrection:
		l.Corrects = rapid.Uint64Range(0, l.Seq-1).Draw(t, "corrects")
	case KindErasure:
		if l.SubjectSeq < 2 {
			l.SubjectSeq, l.SubjectPrev = 2, hash.Draw(t, "prev")
		}
		e := &Erasure{Basis: code.Draw(t, "basis"), Request: code.Draw(t, "request"), Key: [16]byte{1}}
		e.Last = rapid.Uint64Range(1, l.SubjectSeq-1).Draw(t, "last")
		e.First = rapid.Uint64Range(1, e.Last).Draw(t, "first")
		e.Approvals = rapid.SliceOfNDistinct(hash, MinApprovals, MaxApprovals, rapid.ID[[32]byte]).Draw(t, "approvals")
		l.Erasure = e
	case KindKeyRotate:
		a, b := hash.Draw(t, "old"), hash.Draw(t, "new")
		b[0], a[0] = 1, 3
		l.Rotation = &Rotation{Old: a[:], New: b[:], OldSig: bytes.Repeat([]byte{7}, sigBytes), NewSig: bytes.Repeat([]byte{9}, sigBytes)}
	}
	return l
})

func TestALeafReadsBackAsItWas(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := leaves.Draw(t, "leaf")
		b, err := l.Encode()
		require.NoError(t, err)
		require.LessOrEqual(t, len(b), MaxLeaf)
		again, err := DecodeLeaf(b)
		require.NoError(t, err)
		require.Equal(t, l, again)
		require.Equal(t, Hash(sha256.Sum256(append([]byte{0}, b...))), l.Hash())
	})
}

// Nobody can give one leaf two spellings, nor find another in its bytes.
func TestAChangedLeafIsRefusedOrAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := leaves.Draw(t, "leaf")
		b, err := l.Encode()
		require.NoError(t, err)
		changed := bytes.Clone(b)
		changed[rapid.IntRange(0, len(b)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "bits"))
		if other, err := DecodeLeaf(changed); err == nil {
			require.NotEqual(t, l, other)
		}
		for _, cut := range [][]byte{b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")], append(bytes.Clone(b), 0)} {
			_, err := DecodeLeaf(cut)
			var wrong *invalid.Error
			require.ErrorAs(t, err, &wrong)
		}
	})
}

// A tool that knows C2SP tlog-addenda and nothing of our leaves finds the
// digest of the ciphertext.
func TestALeafTellsWhereItsDigestStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := leaves.Draw(t, "leaf")
		b, err := l.Encode()
		require.NoError(t, err)
		n := int(b[len(b)-1])
		if !l.CID.Defined() {
			require.Zero(t, n)
			return
		}
		require.Equal(t, 1, n)
		at := int(b[len(b)-5])<<24 | int(b[len(b)-4])<<16 | int(b[len(b)-3])<<8 | int(b[len(b)-2])
		require.True(t, bytes.HasSuffix(l.CID.Hash(), b[at:at+32]))
	})
}

func TestLeavesThatAreRefused(t *testing.T) {
	record := func(change func(*Leaf)) Leaf {
		l := Leaf{Entry: Entry{Kind: KindRecord, Subject: [32]byte{1}, CID: cidOf("x"), Schema: "contract/1"}, Seq: 9, SubjectSeq: 3, SubjectPrev: Hash{1}}
		change(&l)
		return l
	}
	erasure := func(change func(*Erasure)) Leaf {
		return record(func(l *Leaf) {
			e := &Erasure{First: 1, Last: 2, Basis: "pipl-47", Request: "r-1", Key: [16]byte{1}, Approvals: [][32]byte{{1}, {2}}}
			change(e)
			l.Kind, l.CID, l.Schema, l.Erasure = KindErasure, cid.Undef, "", e
		})
	}
	require.NotZero(t, record(func(*Leaf) {}).Hash())
	require.NotZero(t, erasure(func(*Erasure) {}).Hash())
	sum, err := multihash.Sum([]byte("x"), multihash.SHA2_512, -1)
	require.NoError(t, err)
	for _, c := range []struct {
		field string
		leaf  Leaf
	}{
		{"kind", record(func(l *Leaf) { l.Kind = 6 })},
		{"kind", record(func(l *Leaf) { l.Kind = 0 })},
		{"subject", record(func(l *Leaf) { l.Subject = [32]byte{} })},
		{"subject", record(func(l *Leaf) { l.Kind = KindHeartbeat })},
		{"schema", record(func(l *Leaf) { l.Schema = "" })},
		{"schema", record(func(l *Leaf) { l.Schema = "张三" })},
		{"schema", record(func(l *Leaf) { l.Schema = string(bytes.Repeat([]byte("a"), MaxName+1)) })},
		{"cid", record(func(l *Leaf) { l.CID = cid.Undef })},
		{"cid", record(func(l *Leaf) { l.CID = cid.NewCidV1(cid.Raw, sum) })},
		{"cid", record(func(l *Leaf) { l.CID = cid.NewCidV0(cidOf("x").Hash()) })},
		{"cid", Leaf{Entry: Entry{Kind: KindHeartbeat, CID: cidOf("x")}}},
		{"field_root", erasureWithFields(erasure(func(*Erasure) {}))},
		{"corrects", record(func(l *Leaf) { l.Corrects = 1 })},
		{"corrects", record(func(l *Leaf) { l.Kind, l.Corrects = KindCorrection, 9 })},
		{"erasure", record(func(l *Leaf) { l.Kind = KindErasure })},
		{"erasure.first", erasure(func(e *Erasure) { e.First = 0 })},
		{"erasure.first", erasure(func(e *Erasure) { e.First, e.Last = 2, 1 })},
		{"erasure.last", erasure(func(e *Erasure) { e.Last = 3 })},
		{"erasure.basis", erasure(func(e *Erasure) { e.Basis = "" })},
		{"erasure.request", erasure(func(e *Erasure) { e.Request = "Zhang San" })},
		{"erasure.key", erasure(func(e *Erasure) { e.Key = [16]byte{} })},
		{"erasure.approvals", erasure(func(e *Erasure) { e.Approvals = e.Approvals[:1] })},
		{"erasure.approvals", erasure(func(e *Erasure) { e.Approvals[1] = e.Approvals[0] })},
		{"erasure.approvals", erasure(func(e *Erasure) { e.Approvals = make([][32]byte, MaxApprovals+1) })},
		{"subject_seq", record(func(l *Leaf) { l.SubjectSeq = 0 })},
		{"subject_seq", record(func(l *Leaf) { l.SubjectSeq = 11 })},
		{"subject_prev", record(func(l *Leaf) { l.SubjectPrev = Hash{} })},
		{"subject_prev", record(func(l *Leaf) { l.SubjectSeq = 1 })},
		{"rotation", Leaf{Entry: Entry{Kind: KindKeyRotate}}},
		{"rotation", record(func(l *Leaf) { l.Rotation = &Rotation{} })},
		{"rotation", Leaf{Entry: Entry{Kind: KindKeyRotate}, Rotation: &Rotation{Old: make(ed25519.PublicKey, 32), New: make(ed25519.PublicKey, 32), OldSig: make([]byte, 64), NewSig: make([]byte, 64)}}},
	} {
		_, err := c.leaf.Encode()
		var wrong *invalid.Error
		require.ErrorAs(t, err, &wrong, "%+v", c)
		require.Equal(t, c.field, wrong.Field, "%+v", c)
		require.NotEmpty(t, wrong.Zh)
		require.Zero(t, c.leaf.Hash())
	}
}

func erasureWithFields(l Leaf) Leaf {
	l.FieldRoot = [32]byte{1}
	return l
}

// The longest leaf that the rules allow fits.
func TestTheLongestLeaf(t *testing.T) {
	long := string(bytes.Repeat([]byte("a"), MaxName))
	e := &Erasure{First: 1, Last: 1, Basis: long, Request: long, Key: [16]byte{1}}
	for i := range MaxApprovals {
		e.Approvals = append(e.Approvals, [32]byte{byte(i)})
	}
	l := Leaf{Entry: Entry{Kind: KindErasure, Subject: [32]byte{1}, CID: cidOf(""), FieldRoot: [32]byte{1}, Schema: long, Erasure: e}, Seq: 1, SubjectSeq: 2, SubjectPrev: Hash{1}}
	b, err := l.Encode()
	require.NoError(t, err)
	require.Len(t, b, 644)
}

func FuzzDecodeLeaf(f *testing.F) {
	for i := range 40 {
		b, err := leaves.Example(i).Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := DecodeLeaf(b)
		if err != nil {
			return
		}
		again, err := l.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x is written again as %x: %v", b, again, err)
		}
	})
}

func TestHashesAreReadStrictly(t *testing.T) {
	h := Hash{1, 0xab}
	text, err := h.MarshalText()
	require.NoError(t, err)
	var again Hash
	require.NoError(t, again.UnmarshalText(text))
	require.Equal(t, h, again)
	for _, bad := range []string{"", string(text[1:]), string(text) + "0", string(bytes.ToUpper(text)), string(text[:63]) + "g"} {
		require.Error(t, again.UnmarshalText([]byte(bad)), bad)
	}
}
