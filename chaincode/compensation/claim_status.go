package compensation

// ClaimStatus is where a claim stands. The zero value is what does not exist
// yet.
type ClaimStatus uint8

const (
	ClaimNone  ClaimStatus = iota
	Notified               // 已通知: the bank gave notice of a bad loan
	Submitted              // 已提交
	Returned               // 退回补正
	Accepted               // 已受理: complete; sums are frozen
	Reviewed               // 已审核, by the Commission
	Opinioned              // 已出具意见, by the central bank
	Publicised             // 公示中
	Objected               // 有异议: frozen until the bank has answered
	ReReview               // 复核中: the objection, or a stopped payment, is looked into
	Approved               // 已批准: until the last part is paid
	Paid                   // 已拨付
	Recovering             // 追偿中: something came in after the payment
	Closed                 // 已办结
	Clawback               // 追回中: the fund asks for its money back
	ClawedBack             // 已追回
	Rejected               // 不予补偿
	Withdrawn              // 已撤回
)

var claimStatusNames = [...]struct{ code, zh string }{
	{"NONE", "无"}, {"NOTIFIED", "已通知"}, {"SUBMITTED", "已提交"}, {"RETURNED", "退回补正"}, {"ACCEPTED", "已受理"}, {"REVIEWED", "已审核"},
	{"OPINION", "已出具意见"}, {"PUBLICISED", "公示中"}, {"OBJECTED", "有异议"}, {"RE_REVIEW", "复核中"}, {"APPROVED", "已批准"}, {"PAID", "已拨付"},
	{"RECOVERING", "追偿中"}, {"CLOSED", "已办结"}, {"CLAWBACK", "追回中"}, {"CLAWED_BACK", "已追回"}, {"REJECTED", "不予补偿"}, {"WITHDRAWN", "已撤回"},
}

func (s ClaimStatus) String() string {
	if int(s) >= len(claimStatusNames) {
		return "UNKNOWN"
	}
	return claimStatusNames[s].code
}

// Zh is the status in Chinese.
func (s ClaimStatus) Zh() string {
	if int(s) >= len(claimStatusNames) {
		return "未知"
	}
	return claimStatusNames[s].zh
}

// MarshalText writes the code.
func (s ClaimStatus) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *ClaimStatus) UnmarshalText(text []byte) error {
	for i := range claimStatusNames {
		if claimStatusNames[i].code == string(text) {
			*s = ClaimStatus(i)
			return nil
		}
	}
	known := ""
	for _, n := range claimStatusNames[1:] {
		known += " " + n.code
	}
	return StatusUnknown.At("status", known[1:], string(text))
}

// ended reports whether nothing more happens to the claim.
func (s ClaimStatus) ended() bool {
	switch s {
	case Closed, ClawedBack, Rejected, Withdrawn:
		return true
	}
	return false
}
