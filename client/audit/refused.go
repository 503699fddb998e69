package audit

import "fmt"

// Refused says why a bundle proves nothing. Codes never change their meaning.
type Refused struct {
	Code string `json:"code"`
	Zh   string `json:"zh"`
	En   string `json:"message"`
}

func (r *Refused) Error() string { return r.Code + ": " + r.En }

// Codes of refusals.
const (
	NotCertified  = "AUDIT_CERTIFICATE"  // a certificate is not of the organization it is said to be of
	NotOrdered    = "AUDIT_BLOCK"        // a block does not bear the orderers' signatures
	NotThere      = "AUDIT_TRANSACTION"  // the block does not hold the transaction, or it is not what was signed
	NotEndorsed   = "AUDIT_ENDORSEMENT"  // the authorities did not all endorse it
	NotWritten    = "AUDIT_CHECKPOINT"   // the transaction did not write this checkpoint
	NotIncluded   = "AUDIT_LEAF"         // the leaf is not in the checkpoint's tree
	NotConfirming = "AUDIT_CONFIRMATION" // a block is given as a confirmation and is none
	OtherChannel  = "AUDIT_CHANNEL"      // it is of another channel than the one trusted
	OtherField    = "AUDIT_FIELD"        // an opened field is not the record\'s
	OtherFile     = "AUDIT_FILE"         // the file is not the one that the leaf is about
)

var refusals = map[string]string{
	NotCertified:  "证书不属于所称单位",
	NotOrdered:    "区块没有足够的排序节点签名",
	NotThere:      "区块中没有该交易，或交易与签名不符",
	NotEndorsed:   "交易未经三个主管部门共同背书",
	NotWritten:    "交易没有写入该检查点",
	NotIncluded:   "存证叶子不在检查点的树中",
	NotConfirming: "所附区块不能确认该锚定",
	OtherChannel:  "不是所信任的通道",
	OtherField:    "所披露的字段不属于该记录",
	OtherFile:     "文件与存证不符",
}

func refuse(code, format string, a ...any) error {
	return &Refused{code, refusals[code], fmt.Sprintf(format, a...)}
}
