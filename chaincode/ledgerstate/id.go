package ledgerstate

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/vmihailenco/msgpack/v5"
)

// ID names an aggregate within its kind and collection: a page and a slot.
// It is opaque: a client draws the page's name at random, so an ID tells
// nothing and may stand in public arguments. The name of a page with one
// slot, such as a subject's, is the pseudonym itself.
type ID struct {
	Page string // 1 to 32 characters of [a-z0-9]
	Slot uint8
}

// MaxPageName is the longest page name.
const MaxPageName = 32

// ParseID reads "page.slot"; ".0" may be left out.
func ParseID(s string) (ID, error) {
	page, slot, found := strings.Cut(s, ".")
	id := ID{Page: page}
	if found {
		n, err := strconv.ParseUint(slot, 10, 8)
		if err != nil || strconv.FormatUint(n, 10) != slot {
			return ID{}, fmt.Errorf("id %.40q: slot is not a number from 0 to 255", s)
		}
		id.Slot = uint8(n)
	}
	if !validPage(page) {
		return ID{}, fmt.Errorf("id %.40q: page name must be 1 to %d characters a-z, 0-9", s, MaxPageName)
	}
	return id, nil
}

func validPage(s string) bool {
	if len(s) == 0 || len(s) > MaxPageName {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// IsZero reports whether no ID is given.
func (id ID) IsZero() bool { return id.Page == "" }

func (id ID) String() string {
	if id.IsZero() {
		return ""
	}
	return id.Page + "." + strconv.Itoa(int(id.Slot))
}

// MarshalText writes the text form.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText reads the text form; empty text is the zero ID.
func (id *ID) UnmarshalText(b []byte) error {
	if len(b) == 0 {
		*id = ID{}
		return nil
	}
	parsed, err := ParseID(string(b))
	if err == nil {
		*id = parsed
	}
	return err
}

// Ref names an aggregate in a command: by its opaque ID, which the pipeline
// finds or proposes, and by its natural key, which people know. The two must
// belong together.
type Ref struct {
	ID ID     `json:"id"`
	No string `json:"no"`
}

// EncodeMsgpack leaves the opaque ID out: the content of a command, by which
// a repeated business number is recognised, does not depend on the ID that
// was proposed for it.
func (r Ref) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeString(r.No) }

// DecodeMsgpack reads the natural key.
func (r *Ref) DecodeMsgpack(dec *msgpack.Decoder) (err error) {
	r.No, err = dec.DecodeString()
	return err
}

func (r Ref) String() string { return r.No }
