package sample

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ManifestName is the manifest's file name in the sample's directory.
const ManifestName = "manifest.json"

// Manifest says what a sample holds and what must come of it.
type Manifest struct {
	Synthetic bool          `json:"synthetic"`
	Seed      uint64        `json:"seed"`
	First     calendar.Date `json:"first"` // business dates lie within
	Last      calendar.Date `json:"last"`
	Files     []File        `json:"files"`    // in the order in which they are sent
	Balances  []File        `json:"balances"` // for qxl reconcile
	Banks     []Totals      `json:"banks"`
	Sentinels Sentinels     `json:"sentinels"`
}

// File is one file and who sends it.
type File struct {
	Name     string    `json:"name"`
	As       string    `json:"as"` // ORG/USER
	Encoding string    `json:"encoding"`
	Lines    int       `json:"lines"`
	Refused  []Refusal `json:"refused,omitempty"` // lines that the ledger refuses, on purpose and for ever
}

// Refusal is a line that the ledger refuses.
type Refusal struct {
	Line   int    `json:"line"`
	Number string `json:"number"`
	Code   string `json:"code"`
}

// Totals are what a bank's loans come to at the end of the last day.
type Totals struct {
	Organization    string    `json:"organization"`
	Events          int       `json:"events"` // lines of the bank's files, refused ones included
	Loans           int       `json:"loans"`  // disbursed
	Settled         int       `json:"settled"`
	Overdue         int       `json:"overdue"`
	Disbursed       money.Fen `json:"disbursed"`
	PrincipalRepaid money.Fen `json:"principal_repaid"`
	Outstanding     money.Fen `json:"outstanding"`
}

// Sentinels are values that occur in one bank's files only. Amounts have
// twelve digits of fen.
type Sentinels struct {
	Organization string      `json:"organization"`
	Subjects     []string    `json:"subjects"`
	Names        []string    `json:"names"`
	Contracts    []string    `json:"contracts"`
	Amounts      []money.Fen `json:"amounts"`
}

func (m *Manifest) write(dir string) error {
	raw, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, ManifestName), append(raw, '\n'), 0o644)
}

// ReadManifest reads the manifest of a sample.
func ReadManifest(dir string) (*Manifest, error) {
	raw, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil {
		return nil, err
	}
	m := &Manifest{}
	return m, json.Unmarshal(raw, m)
}
