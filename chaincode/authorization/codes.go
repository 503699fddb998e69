package authorization

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Code is a row of one of the room's lists.
type Code struct{ Code, Zh, En string }

// SubjectType is whose data the grant is about.
type SubjectType string

const (
	Person     SubjectType = "PERSON"     // natural persons, sole traders and herders among them
	Enterprise SubjectType = "ENTERPRISE" // legal persons
)

// Capacity is in which the signer signs 签署身份.
type Capacity string

const (
	Self                Capacity = "SELF"
	LegalRepresentative Capacity = "LEGAL_REPRESENTATIVE"
)

// Mode is how the data is handed over.
type Mode string

const (
	Raw     Mode = "RAW"
	Derived Mode = "DERIVED"
	Model   Mode = "MODEL"
)

// Method is how a grant was signed 签署方式.
type Method string

// Paper is the one method that needs a second pair of eyes 双人复核.
const Paper Method = "PAPER"

// Consent is a separate consent 单独同意.
type Consent string

const (
	ConsentProvision Consent = "PROVISION" // 个人信息保护法 23
	ConsentSensitive Consent = "SENSITIVE" // 29
	ConsentAutomated Consent = "AUTOMATED" // 24
)

// Channel is how a revocation came in.
type Channel string

// The room's lists.
var (
	SubjectTypes = []Code{{string(Person), "个人", "person"}, {string(Enterprise), "企业", "enterprise"}}
	Capacities   = []Code{
		{string(Self), "本人", "the subject itself"}, {string(LegalRepresentative), "法定代表人", "legal representative"},
		{"SHAREHOLDER", "股东", "shareholder"}, {"SPOUSE", "配偶", "spouse"}, {"GUARANTOR", "担保人", "guarantor"},
	}
	Modes = []Code{
		{string(Raw), "原始数据", "raw data"}, {string(Derived), "加工结果", "derived results"}, {string(Model), "联合建模", "joint modelling"},
	}
	Methods = []Code{
		{"E_LICENCE", "电子营业执照", "electronic business licence"}, {"CA", "数字证书", "certificate of an authority"},
		{"FACE_SMS", "人脸加短信", "face and text message"}, {string(Paper), "纸质扫描加双人复核", "scanned paper, checked by a second person"},
	}
	Consents = []Code{
		{string(ConsentProvision), "向接收方提供的单独同意", "separate consent to provision to the recipient"},
		{string(ConsentSensitive), "处理敏感个人信息的单独同意", "separate consent to sensitive information"},
		{string(ConsentAutomated), "自动化决策的知情同意", "consent to automated decisions"},
	}
	Channels = []Code{
		{"PORTAL", "平台网页", "the platform's portal"}, {"APP", "手机端", "the mobile app"}, {"COUNTER", "服务窗口", "a service counter"},
		{"PHONE", "电话", "telephone"}, {"PAPER", "书面", "in writing"},
	}
)

func listed(list []Code, code string) bool {
	return slices.ContainsFunc(list, func(c Code) bool { return c.Code == code })
}

func names(list []Code) string {
	codes := make([]string, len(list))
	for i, c := range list {
		codes[i] = c.Code
	}
	return strings.Join(codes, " ")
}

// Hash is a SHA-256, in JSON 64 hex digits; nil is none.
type Hash []byte

func (h Hash) MarshalText() ([]byte, error) { return []byte(hex.EncodeToString(h)), nil }

func (h *Hash) UnmarshalText(text []byte) error {
	*h = nil
	if len(text) == 0 {
		return nil
	}
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != 32 || hex.EncodeToString(raw) != string(text) {
		return &invalid.Error{Code: "HASH_FORMAT", Limit: "64 hex digits in lower case", Value: invalid.Shown(string(text)),
			Zh: "摘要格式不对", En: "not a SHA-256", Hint: "give the file's SHA-256"}
	}
	*h = raw
	return nil
}

func (h Hash) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeBytes(h) }

func (h *Hash) DecodeMsgpack(dec *msgpack.Decoder) error {
	raw, err := dec.DecodeBytes()
	if err != nil {
		return err
	}
	if len(raw) != 0 && len(raw) != 32 {
		return ledgerstate.Errorf("STATE_CORRUPT", "a hash of %d bytes", len(raw))
	}
	*h = raw
	return nil
}
