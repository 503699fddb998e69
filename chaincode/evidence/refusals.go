package evidence

import "github.com/qingxinlian/qxl/chaincode/refusal"

const (
	tlogCheckpoint  = "C2SP tlog-checkpoint"
	tlogCosignature = "C2SP tlog-cosignature"
	consistency     = "RFC 6962 2.1.2"
)

// Reasons of the room.
var (
	OriginForm      = refusal.New("EVIDENCE_ORIGIN", "日志名称格式不符", "a log is called qxl/<MSP>/<1 to 9999>", "")
	WitnessForm     = refusal.New("EVIDENCE_WITNESS_NAME", "见证方名称格式不符", "a witness's key is called qxl/<MSP>/witness", "")
	KeyForm         = refusal.New("EVIDENCE_KEY_FORM", "验证公钥格式不符", "the verifier key cannot be read, is no Ed25519 key of the kind that is needed, or has another name", "C2SP signed-note")
	NoteForm        = refusal.New("EVIDENCE_NOTE", "检查点格式不符", "no checkpoint of origin, size and root with one Ed25519 signature or two", tlogCheckpoint)
	NotOwner        = refusal.New("EVIDENCE_NOT_OWNER", "只能办理本单位的日志和密钥", "the log or key is another organization's", "")
	LogExists       = refusal.New("EVIDENCE_LOG_EXISTS", "该日志已登记且密钥有效", "the log is registered and its key is live: rotate it, or revoke it first", "")
	NoLog           = refusal.New("EVIDENCE_NO_LOG", "该日志尚未登记", "no such log is registered", "")
	NoKey           = refusal.New("EVIDENCE_NO_KEY", "没有登记过这把密钥", "no such key is registered under this name", "")
	KeyUsed         = refusal.New("EVIDENCE_KEY_USED", "密钥已在使用或曾经使用,须更换新密钥", "the organization has used this key before: make a new one", "")
	KeyUnknown      = refusal.New("EVIDENCE_KEY_UNKNOWN", "签名密钥未为该日志登记", "the checkpoint is signed by no key that is registered for the log", tlogCheckpoint)
	KeyRetired      = refusal.New("EVIDENCE_KEY_RETIRED", "签名密钥已轮换", "the checkpoint is signed by a key that was rotated out", "")
	KeyRevoked      = refusal.New("EVIDENCE_KEY_REVOKED", "密钥已吊销", "the key was revoked", "")
	Signature       = refusal.New("EVIDENCE_SIGNATURE", "签名不正确", "a signature does not verify", "C2SP signed-note")
	Statement       = refusal.New("EVIDENCE_STATEMENT", "轮换声明的签名不符", "the statement of log, leaf, old and new key must be signed by both keys", "")
	SequenceWrong   = refusal.New("EVIDENCE_SEQUENCE", "锚定序号不连续", "an anchor's sequence is one more than the head's", "")
	SizeBack        = refusal.New("EVIDENCE_SIZE", "日志长度不能小于已锚定的长度", "a log never gets shorter than what is anchored", consistency)
	Inconsistent    = refusal.New("EVIDENCE_NOT_CONSISTENT", "与已锚定的日志不一致(分叉或改写)", "the tree does not begin with the one that is anchored: a fork, or a wrong proof", consistency)
	ProofForm       = refusal.New("EVIDENCE_PROOF", "一致性证明格式不符", "a proof is at most 64 hashes of 32 bytes", consistency)
	NoCheckpoint    = refusal.New("EVIDENCE_NO_CHECKPOINT", "没有这样的已锚定检查点", "no such checkpoint is anchored", "")
	CosignOwn       = refusal.New("EVIDENCE_COSIGN_OWN", "不能见证本单位的日志", "an organization does not witness its own log", tlogCosignature)
	CosignatureForm = refusal.New("EVIDENCE_COSIGNATURE", "见证签名格式不符", "a cosignature is one line of the witness with time and signature", tlogCosignature)
	RevokeSize      = refusal.New("EVIDENCE_REVOKE_SIZE", "起始长度超出已锚定的长度", "a key is doubted from a size that is anchored", "")
	ReasonMissing   = refusal.New("EVIDENCE_REASON", "必须填写原因", "a reason of 1 to 200 bytes is needed", "")
	TooMany         = refusal.New("EVIDENCE_LIMIT", "超出数量上限", "too many logs of an organization, or keys of a log", "")
)
