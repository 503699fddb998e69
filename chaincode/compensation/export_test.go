package compensation

import "github.com/qingxinlian/qxl/chaincode/ledgerstate"

// TestFiled puts a filing on the ledger as it is given: tests of claims need
// filings, and nothing of how they come about.
type TestFiled struct{ Filing Filing }

// Evolve implements ledgerstate.Event.
func (e TestFiled) Evolve(Filing) Filing { return e.Filing }

func init() {
	k := *FilingKind
	FilingKind = ledgerstate.NewKind[Filing](ledgerstate.Kind[Filing]{Code: k.Code, Collection: k.Collection, Slots: k.Slots, Keep: k.Keep, Schema: k.Schema, Zh: k.Zh, En: k.En, Digest: k.Digest},
		TestFiled{}, ClaimOpened{}, ClaimReleased{}, CompensationPaid{}, CompensationReturned{})
}
