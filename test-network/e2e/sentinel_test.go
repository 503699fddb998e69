package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// class is who may know a value.
type class string

const (
	ofPerson class = "person" // B and C
	ofLoan   class = "loan"   // B, C, P and F: intake and loan
	careless class = "careless"
)

// pattern is one form of a sentinel: bytes that must not be found.
type pattern struct {
	class    class
	sentinel string
	form     string
	bytes    []byte
	anchor   int // where in bytes the four rarest begin
}

// searcher finds many patterns in one pass.
type searcher struct {
	patterns []pattern
	first    [1 << 16]bool
	by       map[uint32][]int
}

func slot(v uint32) uint32 { return v * 2654435761 >> 16 }

func (s *searcher) add(c class, sentinel, form string, b []byte) {
	if len(b) < 8 {
		panic(fmt.Sprintf("%s %s: %d bytes would be found by chance", sentinel, form, len(b)))
	}
	p := pattern{class: c, sentinel: sentinel, form: form, bytes: b}
	best := -1
	for i := 0; i+4 <= len(b); i++ { // runs of zeros are everywhere
		distinct := map[byte]bool{}
		for _, x := range b[i : i+4] {
			if x != 0 {
				distinct[x] = true
			}
		}
		if len(distinct) > best {
			best, p.anchor = len(distinct), i
		}
	}
	v := binary.LittleEndian.Uint32(b[p.anchor:])
	if s.by == nil {
		s.by = map[uint32][]int{}
	}
	s.by[v] = append(s.by[v], len(s.patterns))
	s.first[slot(v)] = true
	s.patterns = append(s.patterns, p)
}

// search gives the indexes of the patterns in data.
func (s *searcher) search(data []byte, found func(int)) {
	for i := 0; i+4 <= len(data); i++ {
		v := uint32(data[i]) | uint32(data[i+1])<<8 | uint32(data[i+2])<<16 | uint32(data[i+3])<<24
		if !s.first[slot(v)] {
			continue
		}
		for _, n := range s.by[v] {
			p := &s.patterns[n]
			if from := i - p.anchor; from >= 0 && bytes.HasPrefix(data[from:], p.bytes) {
				found(n)
			}
		}
	}
}

// hashes adds what would be seen of b where only its hash is: raw, in hex
// and in base64.
func (s *searcher) hashes(c class, sentinel, form string, b []byte) {
	sum := sha256.Sum256(b)
	s.add(c, sentinel, "SHA-256 of "+form, sum[:])
	s.add(c, sentinel, "SHA-256 in hex of "+form, []byte(hex.EncodeToString(sum[:])))
	s.add(c, sentinel, "SHA-256 in HEX of "+form, []byte(strings.ToUpper(hex.EncodeToString(sum[:]))))
	for alphabet, e := range map[string]*base64.Encoding{"base64": base64.RawStdEncoding, "base64url": base64.RawURLEncoding} {
		s.add(c, sentinel, "SHA-256 in "+alphabet+" of "+form, []byte(e.EncodeToString(sum[:])))
	}
}

// encoded adds a text in plain, in hex, and in base64 at each of the three
// places where it can begin within a longer text.
func (s *searcher) encoded(c class, sentinel, form string, b []byte) {
	s.add(c, sentinel, form, b)
	s.add(c, sentinel, form+" in hex", []byte(hex.EncodeToString(b)))
	for shift := range 3 {
		padded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), b...))
		from := []int{0, 2, 3}[shift]
		whole := (shift + len(b)) / 3 * 4 // what follows changes the rest
		if len(padded[from:whole]) >= 8 {
			s.add(c, sentinel, fmt.Sprintf("%s in base64 at %d", form, shift), []byte(padded[from:whole]))
		}
	}
}

// text adds a sentinel that is a text. As a key it would stand behind a
// prefix, as chaincode/ledgerstate makes them, had that no secret.
func (s *searcher) text(c class, value string, kinds ...string) {
	s.encoded(c, value, "text", []byte(value))
	s.hashes(c, value, "text", []byte(value))
	for _, kind := range kinds {
		for _, prefix := range []string{"I" + kind + ":", "P" + kind + ":", "I" + kind, kind, kind + ":"} {
			s.hashes(c, value, "key "+prefix, []byte(prefix+value))
		}
	}
}

// raw adds a sentinel that is bytes.
func (s *searcher) raw(c class, hexDigits string) {
	b, err := hex.DecodeString(hexDigits)
	if err != nil {
		panic(err)
	}
	s.encoded(c, hexDigits, "bytes", b)
	s.hashes(c, hexDigits, "bytes", b)
	s.hashes(c, hexDigits, "hex digits", []byte(hexDigits))
}

// amount adds a sentinel of twelve digits of fen: as people and as programs
// write it.
func (s *searcher) amount(c class, fen money.Fen) {
	name := fen.String()
	if len(fmt.Sprint(int64(fen))) != 12 {
		panic("an amount is no sentinel: " + name)
	}
	big, little := make([]byte, 8), make([]byte, 8)
	binary.BigEndian.PutUint64(big, uint64(fen))
	binary.LittleEndian.PutUint64(little, uint64(fen))
	s.encoded(c, name, "fen", fmt.Append(nil, int64(fen)))
	s.encoded(c, name, "yuan", []byte(name))
	s.add(c, name, "yuan with separators", []byte(fen.Display()))
	s.add(c, name, "big-endian", big)
	s.add(c, name, "little-endian", little)
	for form, b := range map[string][]byte{"fen": fmt.Append(nil, int64(fen)), "yuan": []byte(name), "big-endian": big, "little-endian": little, "msgpack": append([]byte{0xcf}, big...)} {
		s.hashes(c, name, form, b)
	}
}

// counted adds an amount that is counted against a cap: as people write it, and
// as the registry and the filing keep it. It is too small to be found by its
// bytes alone without finding them by chance, so these stand with what the
// encoding has before them.
func (s *searcher) counted(c class, fen money.Fen, pack string, credit bool) {
	name := fen.String()
	s.encoded(c, name, "yuan", []byte(name))
	s.add(c, name, "yuan with separators", []byte(fen.Display()))
	for form, b := range map[string][]byte{"yuan": []byte(name), "fen": fmt.Append(nil, int64(fen)), "msgpack": encoding(fen)} {
		s.hashes(c, name, form, b)
	}
	s.add(c, name, "in a filing", slices.Concat(encoding(pack), encoding(fen)))
	for _, reserved := range []bool{true, false} {
		s.add(c, name, fmt.Sprintf("in the registry, reserved %t", reserved), slices.Concat(encoding(credit), encoding(reserved), encoding(false), encoding(fen)))
	}
}

// encoding is a value within a state.
func encoding(v any) []byte {
	b, err := ledgerstate.Encode(v)
	if err != nil {
		panic(err)
	}
	return b
}

func TestSearcherFindsEveryForm(t *testing.T) {
	s := &searcher{}
	s.text(ofPerson, "91630000MA00QH0123", "person")
	s.amount(ofLoan, 123_456_789_012)
	s.raw(ofLoan, digest())
	s.counted(ofLoan, 345_678_901, "RC-QH-v2", true)
	for n, p := range s.patterns {
		var found []int
		data := append(append(bytes.Repeat([]byte{0, 7}, 50), p.bytes...), 0, 0)
		s.search(data, func(i int) { found = append(found, i) })
		require.Contains(t, found, n, "%s as %s", p.sentinel, p.form)
		s.search(data[:len(data)-3], func(i int) { require.NotEqual(t, n, i, "%s as %s", p.sentinel, p.form) })
	}
	whole := base64.StdEncoding.EncodeToString([]byte("xx91630000MA00QH0123yyy"))
	hit := false
	s.search([]byte(whole), func(n int) { hit = hit || s.patterns[n].form == "text in base64 at 2" })
	require.True(t, hit)
}
