package evidence

import (
	"golang.org/x/mod/sumdb/note"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

const (
	maxNames = 16 // logs and witness of an organization
	maxKeys  = 64 // of one of them, over all time
)

// Organization is what a member has registered.
type Organization struct {
	Names []Keyring `json:"names"` // by registration
}

// Keyring is the keys of a log or of the witness, oldest first. At most the
// last one is live.
type Keyring struct {
	Name string `json:"name"` // a log's origin, or the witness's name
	Keys []Key  `json:"keys"`
}

// Key is a verifier key, and what part of the log it signed. Sizes of a
// witness's keys are zero.
type Key struct {
	Verifier string   `json:"key"`             // C2SP signed-note verifier key
	From     uint64   `json:"from"`            // the log's anchored size when it was registered
	Until    uint64   `json:"until,omitempty"` // the anchored size when it was followed or revoked
	State    KeyState `json:"state"`
	Doubted  uint64   `json:"doubted_from,omitempty"` // of a revoked key: its signatures of greater sizes prove nothing
	Reason   string   `json:"reason,omitempty"`
}

// KeyState is what a key may still do.
type KeyState uint8

const (
	Live    KeyState = iota // signs
	Retired                 // another followed it; what it signed stands
	Revoked                 // what it signed stands up to a size
)

func (s KeyState) String() string { return [...]string{"live", "retired", "revoked"}[min(s, Revoked)] }

// MarshalText writes the state's name.
func (s KeyState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the state's name.
func (s *KeyState) UnmarshalText(b []byte) error {
	for x := Live; x <= Revoked; x++ {
		if x.String() == string(b) {
			*s = x
			return nil
		}
	}
	return KeyForm.At("state", "live, retired, revoked", string(b))
}

// Ring finds the keys of a log or witness.
func (o Organization) Ring(name string) (Keyring, bool) {
	for _, r := range o.Names {
		if r.Name == name {
			return r, true
		}
	}
	return Keyring{}, false
}

// with is the organization with a keyring changed or added. What stood is
// left as it is: the state before may still be in use.
func (o Organization) with(name string, change func([]Key) []Key) Organization {
	names := append([]Keyring(nil), o.Names...)
	for i := range names {
		if names[i].Name == name {
			names[i].Keys = change(append([]Key(nil), names[i].Keys...))
			return Organization{names}
		}
	}
	return Organization{append(names, Keyring{name, change(nil)})}
}

// Live is the key that signs now, if there is one.
func (r Keyring) Live() (Key, bool) {
	if n := len(r.Keys); n > 0 && r.Keys[n-1].State == Live {
		return r.Keys[n-1], true
	}
	return Key{}, false
}

// find is a key of the ring with that name and hash.
func (r Keyring) find(name string, hash uint32) (Key, bool) {
	for _, k := range r.Keys {
		if v, err := verifier(k.Verifier); err == nil && v.Name() == name && v.KeyHash() == hash {
			return k, true
		}
	}
	return Key{}, false
}

// verifiers of all keys of the ring.
func (r Keyring) verifiers() []note.Verifier {
	var list []note.Verifier
	for _, k := range r.Keys {
		if v, err := verifier(k.Verifier); err == nil { // each was read when it came
			list = append(list, v)
		}
	}
	return list
}

// Head is where a log's anchors stand.
type Head struct {
	Sequence uint64 // of the last anchor; 0 before the first
	Tree
}

// Anchored is what an anchor left: the checkpoint's bytes, and which
// transaction it was.
type Anchored struct {
	Note string
	TxID []byte
}

// Cosigned is a witness's signature line.
type Cosigned struct{ Line string }

// Kinds of the room. None has an index: the IDs are derived.
var (
	OrganizationKind = ledgerstate.NewKind[Organization](ledgerstate.Kind[Organization]{
		Code: "evidence", Slots: 1, Keep: 8, Schema: 1, Under: true,
		Zh: "存证日志与密钥", En: "an organization's logs and keys",
		Digest: func(o Organization) any {
			var list []any // keys are random, and sizes follow the clock
			for _, r := range o.Names {
				var keys []any
				for _, k := range r.Keys {
					keys = append(keys, []any{k.State, k.Reason})
				}
				list = append(list, []any{r.Name, keys})
			}
			return list
		},
	}, Registered{}, Rotated{}, KeyRevocation{})

	HeadKind = ledgerstate.NewKind[Head](ledgerstate.Kind[Head]{
		Code: "head", Slots: 1, Schema: 1, Under: true, Plain: true,
		Zh: "存证日志的最新锚定", En: "where a log's anchors stand",
	}, Moved{})

	CheckpointKind = ledgerstate.NewKind[Anchored](ledgerstate.Kind[Anchored]{
		Code: "checkpoint", Slots: 1, Keep: 1, Schema: 1, Under: true,
		Zh: "已锚定的检查点", En: "an anchored checkpoint",
	}, Anchored{})

	CosignatureKind = ledgerstate.NewKind[Cosigned](ledgerstate.Kind[Cosigned]{
		Code: "cosignature", Slots: 1, Keep: 1, Schema: 1, Under: true,
		Zh: "见证签名", En: "a witness's cosignature",
	}, Cosigned{})
)
