package evidencelog

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// What the database and an exported folder hold has one spelling: whatever is
// read is written again as it was.

func FuzzTile(f *testing.F) {
	f.Add(encodeTile([]Hash{{1}}))
	f.Add(encodeTile(make([]Hash, tileWidth)))
	f.Fuzz(func(t *testing.T, b []byte) {
		hashes, err := decodeTile(b)
		if err == nil && !bytes.Equal(encodeTile(hashes), b) {
			t.Fatalf("%d bytes are written again as others", len(b))
		}
		if err == nil && len(hashes) > tileWidth {
			t.Fatalf("a tile of %d hashes", len(hashes))
		}
	})
}

// FuzzEntryBundle is of leaves behind their lengths, in the database's chunks
// and in exported bundles.
func FuzzEntryBundle(f *testing.F) {
	f.Add(appendLeaf(appendLeaf(nil, []byte("a leaf")), nil))
	f.Add([]byte{0, 2, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		var again []byte
		for rest := b; len(rest) > 0; {
			leaf, more, ok := cutLeaf(rest)
			if !ok {
				return
			}
			again, rest = appendLeaf(again, leaf), more
		}
		if !bytes.Equal(again, b) {
			t.Fatalf("%x is written again as %x", b, again)
		}
	})
}

func FuzzHead(f *testing.F) {
	h := head{keys: []ed25519.PublicKey{make([]byte, keyBytes)}, appended: time.Unix(0, 5), indexed: 7, checkpoint: []byte("note")}
	f.Add(h.encode())
	h.keys = append(h.keys, make([]byte, keyBytes))
	f.Add(h.encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := decodeHead(b)
		if err == nil && !bytes.Equal(h.encode(), b) {
			t.Fatalf("%x is written again as %x", b, h.encode())
		}
	})
}

func FuzzAnchor(f *testing.F) {
	raw, err := json.Marshal(anchored{[]byte("note"), Anchor{"credit", "tx1", 8}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(anchorKey(9), raw)
	f.Add([]byte("a/"), []byte("{}"))
	f.Fuzz(func(t *testing.T, key, value []byte) {
		a, size, err := decodeAnchor(key, value)
		if err != nil {
			return
		}
		again, err := json.Marshal(a)
		if err != nil || !bytes.Equal(again, value) || !bytes.Equal(anchorKey(size), key) {
			t.Fatalf("%x %q is written again as %x %q: %v", key, value, anchorKey(size), again, err)
		}
	})
}

// FuzzIndexEntry is of the index of subjects and of the sum over anchors.
func FuzzIndexEntry(f *testing.F) {
	f.Add(appendSubjectKey(nil, subjectOf(1), 3), make([]byte, 16))
	f.Add([]byte("anchors"), (&anchorSum{count: 2}).encode())
	f.Fuzz(func(t *testing.T, key, value []byte) {
		subject, n, seqs, ok := indexEntry(key, value)
		if ok && (len(seqs) == 0 || len(seqs)%8 != 0 || !bytes.Equal(seqs, value) || !bytes.HasSuffix(key, appendSubjectKey(nil, subject, n)[len(prefixSubject):])) {
			t.Fatalf("%x is read as number %d of %x, %d bytes", key, n, subject, len(seqs))
		}
		sum, err := decodeAnchorSum(value)
		if err == nil && !bytes.Equal(sum.encode(), value) {
			t.Fatalf("%x is written again as %x", value, sum.encode())
		}
	})
}

// FuzzCheckpoint: who has not the key makes no checkpoint of it, however
// signatures are spelled, joined and repeated.
func FuzzCheckpoint(f *testing.F) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)) // the same in every run, for the seeds' sake
	signer, err := newNoteSigner(testLog, key)
	if err != nil {
		f.Fatal(err)
	}
	other, err := newNoteSigner(testLog, ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize)))
	if err != nil {
		f.Fatal(err)
	}
	c := Checkpoint{Log: testLog, Size: 1234, Root: Hash{1, 2, 3}}
	for _, signers := range [][]note.Signer{{signer}, {signer, other}, {other, signer}, {other}} {
		signed, err := c.sign(signers...)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(signed)
		f.Add(bytes.Replace(signed, []byte("1234\n"), []byte("01234\n"), 1))
		f.Add(append(signed, signed[len(c.body())+1:]...))
	}
	f.Fuzz(func(t *testing.T, signed []byte) {
		got, err := OpenCheckpoint(signed, signer)
		if err == nil && (got != c || !bytes.HasPrefix(signed, []byte(c.body()+"\n"))) {
			t.Fatalf("%q is a checkpoint: %+v", signed, got)
		}
	})
}
