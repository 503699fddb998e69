package embedded

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// version is the transaction that wrote a key. Block 0 writes no state, so
// the zero version means absent.
type version struct {
	block uint64
	tx    uint32
}

const versionSize = 12

func (v version) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, v.block)
	return binary.BigEndian.AppendUint32(b, v.tx)
}

func readVersion(b []byte) version {
	return version{binary.BigEndian.Uint64(b), binary.BigEndian.Uint32(b[8:])}
}

// String is the form of Fabric's messages.
func (v version) String() string {
	if v == (version{}) {
		return "<nil>"
	}
	return fmt.Sprintf("{BlockNum: %d, TxNum: %d}", v.block, v.tx)
}

var (
	keySchema     = []byte("Mschema")
	keyTip        = []byte("Mtip")
	keyConsortium = []byte("Mconsortium")
	keyStaged     = []byte("Mstaged")
	keyWitness    = []byte("Mwitness")
)

// purgeKey names the values that a block purged, until they are out of the
// files.
func purgeKey(block uint64) []byte { return binary.BigEndian.AppendUint64([]byte("Mpurge "), block) }

func blockKey(number uint64) []byte { return binary.BigEndian.AppendUint64([]byte{'B'}, number) }
func txKey(id string) []byte        { return append([]byte{'T'}, id...) }

func publicKey(ns, key string) []byte {
	b := make([]byte, 0, 2+len(ns)+len(key))
	b = append(b, 'S')
	b = append(b, ns...)
	b = append(b, 0)
	return append(b, key...)
}

func hashPrefix(ns, coll string) []byte { return prefix('H', ns, coll, sha256.Size) }

// prefix begins the keys of one sort in a collection; spare is for what
// follows.
func prefix(sort byte, ns, coll string, spare int) []byte {
	b := make([]byte, 0, 3+len(ns)+len(coll)+spare)
	b = append(b, sort)
	b = append(b, ns...)
	b = append(b, 0)
	b = append(b, coll...)
	return append(b, 0)
}

func hashKey(ns, coll, key string) []byte {
	sum := sha256.Sum256([]byte(key))
	return append(hashPrefix(ns, coll), sum[:]...)
}

// escape keeps the order of keys and lets a terminator follow: a zero byte
// becomes 0 255, the terminator is 0 1.
func escape(b []byte, key string) []byte {
	for {
		i := strings.IndexByte(key, 0)
		if i < 0 {
			return append(b, key...)
		}
		b = append(b, key[:i]...)
		b = append(b, 0, 0xff)
		key = key[i+1:]
	}
}

func valuePrefix(ns, coll string) []byte { return prefix('P', ns, coll, 2+64+versionSize) }

// valueKey is the key of a private value without its version.
func valueKey(ns, coll, key string) []byte {
	return append(escape(valuePrefix(ns, coll), key), 0, 1)
}

// splitValueKey reads the plain key and the version from what follows a
// value prefix.
func splitValueKey(rest []byte) (string, version, error) {
	n := len(rest) - versionSize - 2
	if n < 0 || rest[n] != 0 || rest[n+1] != 1 {
		return "", version{}, fmt.Errorf("private key %x is malformed", rest)
	}
	key := strings.ReplaceAll(string(rest[:n]), "\x00\xff", "\x00")
	return key, readVersion(rest[n+2:]), nil
}

// checkKey applies Fabric's rules for keys.
func checkKey(key string) error {
	if key == "" {
		return fmt.Errorf("key must not be an empty string")
	}
	if !utf8.ValidString(key) {
		return fmt.Errorf("key %q is not valid UTF-8", key)
	}
	if key[0] == 0 && !composite(key) {
		return fmt.Errorf("first character of the key %q is a null character, which only composite keys may have", key)
	}
	return nil
}

// composite keys are U+0000, type, U+0000 and attributes, each ended by
// U+0000.
func composite(key string) bool { return len(key) >= 3 && key[len(key)-1] == 0 }

// checkRange refuses bounds that lie among the composite keys.
func checkRange(bounds ...string) error {
	for _, b := range bounds {
		if strings.HasPrefix(b, "\x00") {
			return fmt.Errorf("first character of the key %q is a null character, which is not allowed in a range", b)
		}
		if !utf8.ValidString(b) {
			return fmt.Errorf("range bound %q is not valid UTF-8", b)
		}
	}
	return nil
}
