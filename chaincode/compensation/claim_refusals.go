package compensation

import "github.com/qingxinlian/qxl/chaincode/refusal"

// Reasons of claims.
var (
	StatusUnknown = refusal.New("COMP_STATUS_UNKNOWN", "没有这种状态", "no such status", "")
)
