package subject

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Type is what a subject is. Enterprises alone have a size; the others are
// borrower types of their own.
type Type uint8

const (
	Enterprise         Type = iota + 1 // 企业
	IndividualBusiness                 // 个体工商户
	Herder                             // 农牧户
	Cooperative                        // 农民专业合作社
	FamilyRanch                        // 家庭农牧场
)

// IDKind is what a subject is identified by.
type IDKind uint8

const (
	USCC       IDKind = iota + 1 // 统一社会信用代码
	ResidentID                   // 公民身份号码
)

type code struct{ code, zh, en string }

var types = []code{{}, {"ENTERPRISE", "企业", "enterprise"}, {"INDIVIDUAL_BUSINESS", "个体工商户", "sole trader"},
	{"HERDER", "农牧户", "herder or farmer"}, {"COOPERATIVE", "农民专业合作社", "co-operative"}, {"FAMILY_RANCH", "家庭农牧场", "family farm or ranch"}}

var idKinds = []code{{}, {"USCC", "统一社会信用代码", "unified social credit code"}, {"RESIDENT_ID", "公民身份号码", "resident ID"}}

// Types are all types in order.
func Types() []Type { return []Type{Enterprise, IndividualBusiness, Herder, Cooperative, FamilyRanch} }

func (t Type) String() string { return types[bounded(int(t), types)].code }

// Zh is the type in Chinese.
func (t Type) Zh() string { return types[bounded(int(t), types)].zh }

// En is the type in English.
func (t Type) En() string { return types[bounded(int(t), types)].en }

func (k IDKind) String() string { return idKinds[bounded(int(k), idKinds)].code }

// Zh is the kind of identifier in Chinese.
func (k IDKind) Zh() string { return idKinds[bounded(int(k), idKinds)].zh }

func bounded(n int, table []code) int {
	if n >= len(table) {
		return 0
	}
	return n
}

func find(text string, table []code) (int, bool) {
	for i := 1; i < len(table); i++ {
		if table[i].code == text {
			return i, true
		}
	}
	return 0, false
}

// In JSON the code's text, on the ledger its number.

func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func (t *Type) UnmarshalText(text []byte) error {
	n, ok := find(string(text), types)
	if !ok {
		return unknown("SUBJECT_TYPE", types, text)
	}
	*t = Type(n)
	return nil
}

func (t Type) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(t)) }

func (t *Type) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decode(dec, types)
	*t = Type(n)
	return err
}

func (k IDKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

func (k *IDKind) UnmarshalText(text []byte) error {
	n, ok := find(string(text), idKinds)
	if !ok {
		return unknown("SUBJECT_ID_KIND", idKinds, text)
	}
	*k = IDKind(n)
	return nil
}

func (k IDKind) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(k)) }

func (k *IDKind) DecodeMsgpack(dec *msgpack.Decoder) error {
	n, err := decode(dec, idKinds)
	*k = IDKind(n)
	return err
}

func decode(dec *msgpack.Decoder, table []code) (int, error) {
	n, err := dec.DecodeInt()
	if err != nil {
		return 0, err
	}
	if n < 0 || n >= len(table) {
		return 0, ledgerstate.Errorf("STATE_CORRUPT", "code %d of %d", n, len(table)-1)
	}
	return n, nil
}

func unknown(reason string, table []code, text []byte) error {
	return &invalid.Error{Code: reason, Limit: list(table), Value: invalid.Shown(string(text)),
		Zh: "代码不在列表中", En: "the code is not in the list", Hint: "choose one of the list"}
}

func list(table []code) string {
	s := ""
	for _, c := range table[1:] {
		if s != "" {
			s += " "
		}
		s += c.code
	}
	return s
}
