package pipeline

import "github.com/qingxinlian/qxl/chaincode/ledgerstate"

// Locate finds the IDs of natural keys as Writer.Locate does, and bears a
// ledger that does not answer as the pipeline does.
func (p *Pipeline) Locate(kind string, numbers []string) ([]ledgerstate.ID, error) {
	return p.find(kind, numbers)
}
