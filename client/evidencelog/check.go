package evidencelog

import (
	"crypto/ed25519"
	"strconv"

	"github.com/ipfs/go-cid"
	"github.com/multiformats/go-multihash"

	"github.com/qingxinlian/qxl/chaincode/invalid"
)

const (
	keyBytes = ed25519.PublicKeySize
	sigBytes = ed25519.SignatureSize
)

// errLeaf: bytes that are no leaf.
func errLeaf(en string, size int) error {
	return &invalid.Error{Code: "LEAF_FORMAT", Field: "leaf", Limit: strconv.Itoa(MaxLeaf) + " bytes", Value: strconv.Itoa(size) + " bytes", Zh: "存证叶子格式不对", En: en,
		Hint: "docs/evidence-format.md says what a leaf looks like"}
}

func errEntry(field, limit, value, zh, en, hint string) error {
	return &invalid.Error{Code: "LEAF_FIELD", Field: field, Limit: limit, Value: value, Zh: zh, En: en, Hint: hint}
}

// check holds an entry to the rules of its kind.
func (e *Entry) check() error {
	if kindNames[e.Kind] == "" {
		return errEntry("kind", "1 to 5", strconv.Itoa(int(e.Kind)), "没有这种存证", "unknown kind of entry", "")
	}
	about := e.Kind == KindRecord || e.Kind == KindCorrection || e.Kind == KindErasure
	record := about && e.Kind != KindErasure
	if (e.Subject != [32]byte{}) != about {
		return errEntry("subject", "records, corrections and erasures", e.Kind.String(), "假名与存证种类不符", "a pseudonym stands where, and only where, the entry is about a subject", "")
	}
	if !name(e.Schema) || (e.Schema == "" && record) || (e.Schema != "" && !about) {
		return errName("schema", e.Schema)
	}
	if err := e.checkCID(about, record); err != nil {
		return err
	}
	if e.FieldRoot != ([32]byte{}) && !e.CID.Defined() {
		return errEntry("field_root", "entries with a CID", e.Kind.String(), "没有密文，不能有字段承诺", "fields are committed to where there is a record", "")
	}
	if e.Corrects != 0 && e.Kind != KindCorrection {
		return errEntry("corrects", "corrections", e.Kind.String(), "只有更正才指向前一记录", "only a correction names another leaf", "")
	}
	if (e.Erasure != nil) != (e.Kind == KindErasure) {
		return errEntry("erasure", "erasures", e.Kind.String(), "删除说明与存证种类不符", "the particulars of an erasure stand in an erasure, and in nothing else", "")
	}
	if e.Erasure != nil {
		return e.Erasure.check()
	}
	return nil
}

func (e *Entry) checkCID(about, needed bool) error {
	bad := func(value, zh, en string) error {
		return errEntry("cid", "CIDv1, SHA-256, at most "+strconv.Itoa(MaxCID)+" bytes", value, zh, en, "give the CID of the ciphertext that the vault returned")
	}
	if !e.CID.Defined() {
		if needed {
			return bad("", "缺少密文地址", "a record needs the CID of its ciphertext")
		}
		return nil
	}
	if !about {
		return bad(e.Kind.String(), "此类存证没有密文", "an entry about no subject has no ciphertext")
	}
	if s := e.CID.KeyString(); len(s) == 4+len(Hash{}) && s[0] == 1 && s[1] < 0x80 && s[2] == multihash.SHA2_256 && s[3] == byte(len(Hash{})) {
		return nil // what nearly all are, judged without allocating
	}
	p := e.CID.Prefix()
	if p.Version != 1 || p.MhType != multihash.SHA2_256 || p.MhLength != len(Hash{}) || e.CID.ByteLen() > MaxCID {
		return bad(e.CID.String(), "密文地址的种类不对", "a CID of another kind")
	}
	// go-cid keeps what it was given; two spellings of one CID would be two leaves.
	if cid.NewCidV1(p.Codec, e.CID.Hash()) != e.CID {
		return bad(e.CID.String(), "密文地址的写法不对", "a CID that is spelt otherwise than CIDs are")
	}
	return nil
}

func (e *Erasure) check() error {
	switch {
	case e.First < 1 || e.First > e.Last:
		return errEntry("erasure.first", "1 to erasure.last ("+strconv.FormatUint(e.Last, 10)+")", strconv.FormatUint(e.First, 10), "删除范围不对", "the range of erased records is empty", "subject sequence numbers begin at 1")
	case e.Basis == "" || !name(e.Basis):
		return errName("erasure.basis", e.Basis)
	case e.Request == "" || !name(e.Request):
		return errName("erasure.request", e.Request)
	case e.Key == [16]byte{}:
		return errEntry("erasure.key", "16 random bytes", "zero", "缺少密钥编号", "an erasure names the destroyed key", "")
	case len(e.Approvals) < MinApprovals || len(e.Approvals) > MaxApprovals:
		return errEntry("erasure.approvals", strconv.Itoa(MinApprovals)+" to "+strconv.Itoa(MaxApprovals), strconv.Itoa(len(e.Approvals)), "批准人数不对", "an erasure takes the approval of two people at least", "")
	}
	for i, a := range e.Approvals {
		for _, b := range e.Approvals[:i] {
			if a == b {
				return errEntry("erasure.approvals", "different people", Hash(a).String(), "同一人批准两次", "one certificate approved twice", "have another person approve")
			}
		}
	}
	return nil
}

// check holds a leaf to the rules of its kind and place.
func (l *Leaf) check() error {
	if err := l.Entry.check(); err != nil {
		return err
	}
	about := l.Subject != [32]byte{}
	switch {
	case (l.SubjectSeq > 0) != about:
		return errEntry("subject_seq", "1 and more with a subject, else 0", strconv.FormatUint(l.SubjectSeq, 10), "主体序号不对", "no such place in a subject's chain", "")
	case (l.SubjectPrev == Hash{}) != (l.SubjectSeq <= 1):
		return errEntry("subject_prev", "zero for the first leaf of a subject, and for it only", l.SubjectPrev.String(), "主体前一叶子的哈希不对", "a subject's chain begins with its first leaf", "")
	case l.SubjectSeq > l.Seq+1:
		return errEntry("subject_seq", strconv.FormatUint(l.Seq+1, 10), strconv.FormatUint(l.SubjectSeq, 10), "主体序号不对", "a subject has no more leaves than the log", "")
	case l.Kind == KindCorrection && l.Corrects >= l.Seq:
		return errEntry("corrects", "below "+strconv.FormatUint(l.Seq, 10), strconv.FormatUint(l.Corrects, 10), "更正所指的记录不在此前", "a correction names an earlier leaf", "")
	case l.Erasure != nil && l.Erasure.Last >= l.SubjectSeq:
		return errEntry("erasure.last", "below "+strconv.FormatUint(l.SubjectSeq, 10), strconv.FormatUint(l.Erasure.Last, 10), "删除范围超出该主体已有的记录", "an erasure names earlier leaves of the subject", "qxl log list --subject lists them")
	case (l.Rotation != nil) != (l.Kind == KindKeyRotate):
		return errEntry("rotation", "key rotations", l.Kind.String(), "换钥说明与存证种类不符", "two keys stand in a key rotation, and in nothing else", "")
	}
	if r := l.Rotation; r != nil && (len(r.Old) != keyBytes || len(r.New) != keyBytes || len(r.OldSig) != sigBytes || len(r.NewSig) != sigBytes || r.Old.Equal(r.New)) {
		return errEntry("rotation", "two different Ed25519 keys with a signature each", "", "换钥说明不全", "a key rotation names two keys and bears both signatures", "")
	}
	return nil
}

func errName(field, value string) error {
	return errEntry(field, "1 to "+strconv.Itoa(MaxName)+" of a-z 0-9 . _ / -", invalid.Shown(value), "名称写法不对", "not written as names in leaves are", "leaves are public: write a code, never text about a person")
}

// name: only characters of schemas and codes, or nothing.
func name(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '.' && c != '_' && c != '/' && c != '-' {
			return false
		}
	}
	return len(s) <= MaxName
}
