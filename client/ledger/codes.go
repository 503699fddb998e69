package ledger

import "regexp"

// Codes of errors that the engines give, besides the chaincodes' own.
const (
	CodeMismatch    = "ENDORSEMENT_MISMATCH"
	CodeRefused     = "CHAINCODE_REFUSED"
	CodeAccess      = "ACCESS_DENIED"
	CodeUnavailable = "UNAVAILABLE"
	CodeOverloaded  = "OVERLOADED"
	CodeTimeout     = "TIMEOUT"
	CodeSkew        = "CLOCK_SKEW"
	CodeUnknownTx   = "TRANSACTION_UNKNOWN"
	CodeNotAMember  = "NOT_A_MEMBER"
	CodeDataMissing = "DATA_MISSING_ON_PEER"
	CodeOther       = "OTHER"

	// Fabric's names of why a transaction was found invalid, where the same
	// call may succeed later.
	CodeMVCC    = "MVCC_READ_CONFLICT"
	CodePhantom = "PHANTOM_READ_CONFLICT"
)

// ours is how the chaincodes of this module begin what they refuse.
var ours = regexp.MustCompile(`qxl ([A-Z][A-Z0-9_]*): (?s:(.*))`)

// passing are the chaincodes' codes that say: not now.
var passing = map[string]bool{CodeDataMissing: true, "LEDGER_READ": true, "COMMONS_UNREADABLE": true}

// Said finds what a chaincode of this module says in a text that an engine
// gives, and whether the same call may succeed later.
func Said(text string) (code, message string, later, ok bool) {
	m := ours.FindStringSubmatch(text)
	if m == nil {
		return "", "", false, false
	}
	return m[1], m[2], passing[m[1]], true
}
