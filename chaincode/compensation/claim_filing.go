package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/money"
)

// What a claim does to its filing. At most one claim lives on a filing: a
// second one under another number finds it taken.

// ClaimOpened binds a filing to the claim that lives on it.
type ClaimOpened struct{ Claim string }

// Evolve implements ledgerstate.Event.
func (e ClaimOpened) Evolve(f Filing) Filing {
	f.Status, f.Claim = FilingClaimed, e.Claim
	return f
}

// ClaimReleased frees a filing whose claim was withdrawn or rejected: another
// claim may be made within the time that the pack allows.
type ClaimReleased struct{}

// Evolve implements ledgerstate.Event.
func (ClaimReleased) Evolve(f Filing) Filing {
	f.Status, f.Claim = FilingEffective, ""
	return f
}

// CompensationPaid counts what the fund paid. A filing that was paid for stays
// claimed for ever: no loan is compensated twice.
type CompensationPaid struct{ Amount money.Fen }

// Evolve implements ledgerstate.Event.
func (e CompensationPaid) Evolve(f Filing) Filing {
	f.Compensated += e.Amount
	return f
}

// CompensationReturned counts what came back to the fund.
type CompensationReturned struct{ Amount money.Fen }

// Evolve implements ledgerstate.Event.
func (e CompensationReturned) Evolve(f Filing) Filing {
	f.Returned += e.Amount
	return f
}
