package evidence

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

const (
	prefix      = "qxl/"
	witnessName = "witness"
	maxNumber   = 9999
	maxName     = 128

	// MaxSequence bounds anchors of a log: one a second for thirty thousand
	// years.
	MaxSequence = 999_999_999_999
)

// Origin is the name of an organization's log.
func Origin(msp string, number int) string { return prefix + msp + "/" + strconv.Itoa(number) }

// WitnessName is the name of an organization's witness key.
func WitnessName(msp string) string { return prefix + msp + "/" + witnessName }

// OwnerOfLog is the MSP whose log has that origin.
func OwnerOfLog(origin string) (msp string, ok bool) {
	msp, last, ok := split(origin)
	n, err := strconv.Atoi(last)
	return msp, ok && err == nil && n >= 1 && n <= maxNumber && strconv.Itoa(n) == last
}

// OwnerOfWitness is the MSP whose witness key has that name.
func OwnerOfWitness(name string) (msp string, ok bool) {
	msp, last, ok := split(name)
	return msp, ok && last == witnessName
}

// ownerOf is the MSP of a log or witness.
func ownerOf(name string) (string, bool) {
	if msp, ok := OwnerOfLog(name); ok {
		return msp, true
	}
	return OwnerOfWitness(name)
}

func split(name string) (msp, last string, ok bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || len(name) > maxName {
		return "", "", false
	}
	msp, last, ok = strings.Cut(rest, "/")
	for i := 0; i < len(msp); i++ {
		c := msp[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return "", "", false
		}
	}
	return msp, last, ok && msp != ""
}

// page is the page name of an aggregate: derived, so that nobody draws it and
// there is no index to keep.
func page(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:ledgerstate.MaxPageName/2])
}

// OrganizationRef names an organization's logs and keys.
func OrganizationRef(msp string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: page(msp)}, No: msp}
}

// HeadRef names a log's head.
func HeadRef(origin string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: page(origin)}, No: origin}
}

// CheckpointRef names an anchor. Its page name begins with the log and ends
// with the sequence in decimal.
func CheckpointRef(origin string, sequence uint64) ledgerstate.Ref {
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: page(origin)[:20] + fmt.Sprintf("%012d", sequence%(MaxSequence+1))}, No: origin + "#" + strconv.FormatUint(sequence, 10)}
}

// CosignatureRef names a witness's cosignature of an anchor.
func CosignatureRef(origin string, sequence uint64, msp string) ledgerstate.Ref {
	no := origin + "#" + strconv.FormatUint(sequence, 10) + "@" + msp
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: page(no)}, No: no}
}
