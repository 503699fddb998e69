package fund

import (
	"crypto/sha256"

	"github.com/qingxinlian/qxl/chaincode/money"
)

// SaltSize is the size of a bid's salt, which its bank draws at random: without
// it a rate could be guessed from the commitment.
const SaltSize = 32

// Bid 投标 is what a bank offers: the rate that it pays, up to which amount.
type Bid struct {
	Tender string     `json:"tender"`
	Bank   string     `json:"bank"` // MSP
	Rate   money.Rate `json:"rate"`
	Amount money.Fen  `json:"amount"`
}

// Canonical is the one text of a bid. No number has a line feed.
func (b Bid) Canonical() []byte {
	return []byte("qxl bid v1\ntender " + b.Tender + "\nbank " + b.Bank + "\nrate " + b.Rate.String() + "\namount " + b.Amount.String() + "\n")
}

// Commitment 密封承诺 is SHA-256 over salt and text: what the ledger holds until
// the deadline.
func (b Bid) Commitment(salt []byte) []byte {
	h := sha256.New()
	h.Write(salt)
	h.Write(b.Canonical())
	return h.Sum(nil)
}
