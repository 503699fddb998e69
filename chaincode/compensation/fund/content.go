package fund

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// OpenContent opens the pool with what lies at the banks.
type OpenContent struct {
	command.Head
	Year     int              `json:"year"`
	Accounts []OpeningAccount `json:"accounts"` // 存放账户
	Voucher  string           `json:"voucher"`
}

// OpeningAccount is an account of the fund with its balance.
type OpeningAccount struct {
	Code    string    `json:"code"`
	Bank    string    `json:"bank"`    // MSP
	Account string    `json:"account"` // number; the ledger keeps its HMAC and last four
	Balance money.Fen `json:"balance"`
}

// ReceiptContent is money that came in: an injection, interest.
type ReceiptContent struct {
	command.Head
	To      string        `json:"to"` // code of the account that received
	Amount  money.Fen     `json:"amount"`
	Value   calendar.Date `json:"value"` // 记账日, the bank's
	Voucher string        `json:"voucher"`
	Note    string        `json:"note,omitempty"`
}

// RefundContent pays back to the treasury.
type RefundContent struct {
	command.Head
	From    string        `json:"from"`
	Account string        `json:"account"` // the treasury's, as on the payment order
	Amount  money.Fen     `json:"amount"`
	Value   calendar.Date `json:"value"`
	Voucher string        `json:"voucher"`
	Note    string        `json:"note,omitempty"`
}

// TransferContent moves money between two accounts of the fund.
type TransferContent struct {
	command.Head
	From    string        `json:"from"`
	To      string        `json:"to"`
	Account string        `json:"account"` // of To, as on the payment order
	Amount  money.Fen     `json:"amount"`
	Value   calendar.Date `json:"value"`
	Voucher string        `json:"voucher"`
	Early   bool          `json:"early,omitempty"` // 提前支取
	Note    string        `json:"note,omitempty"`  // needed for an early withdrawal
}

// AgreeContent agrees an account.
type AgreeContent struct {
	command.Head
	Use     Use    `json:"use"`
	Code    string `json:"code,omitempty"`   // of an account of the fund
	Holder  string `json:"holder,omitempty"` // MSP of the bank; none for the treasury
	Account string `json:"account"`
	Note    string `json:"note"` // agreement it rests on
}

// YearContent settles the open year and opens the next.
type YearContent struct {
	command.Head
	Year int `json:"year"` // the one that is opened
}

// ReversalContent asks that a posted entry be undone.
type ReversalContent struct {
	command.Head
	Entry   string        `json:"entry"`
	Value   calendar.Date `json:"value"`
	Voucher string        `json:"voucher"`
	Reason  string        `json:"reason"`
}

// ConfirmContent names the entry that the second person confirms.
type ConfirmContent struct {
	command.Head
	Entry string `json:"entry"`
}

// DropContent takes an entry back.
type DropContent struct {
	command.Head
	Entry  string `json:"entry"`
	Reason string `json:"reason"`
}

// OrderContent is a payment order.
type OrderContent struct {
	command.Head
	Payment ledgerstate.Ref `json:"payment"` // 付款单号
	Bank    string          `json:"bank"`    // MSP
	From    string          `json:"from"`
	Account string          `json:"account"` // of the bank, as on the order
	Voucher string          `json:"voucher"`
	Lines   []OrderLine     `json:"lines"`
}

// OrderLine is what a claim gets by it. Nothing is paid only where nothing was
// allocated.
type OrderLine struct {
	Claim  string    `json:"claim"`
	Amount money.Fen `json:"amount"`
}

// DropOrderContent takes a payment order back.
type DropOrderContent struct {
	command.Head
	Payment ledgerstate.Ref `json:"payment"`
	Reason  string          `json:"reason"`
}

// BackEntryContent is money that came back on a claim.
type BackEntryContent struct {
	command.Head
	Bank     string        `json:"bank"` // MSP
	Claim    string        `json:"claim"`
	To       string        `json:"to"`
	Amount   money.Fen     `json:"amount"`
	Interest money.Fen     `json:"interest"` // within the amount
	Value    calendar.Date `json:"value"`
	Voucher  string        `json:"voucher"`
	Note     string        `json:"note,omitempty"`
}

// AllocateContent allocates to all claims that wait.
type AllocateContent struct {
	command.Head
	Total money.Fen `json:"total"` // what the officer saw that it comes to
	Pages Pages     `json:"pages"` // names of pages for new allocations, sixteen each
}

// Pages are proposed opaque IDs. They are no part of what a command says, so
// it may be sent again with others.
type Pages []ledgerstate.ID

// EncodeMsgpack leaves them out.
func (p Pages) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeNil() }

// DecodeMsgpack reads nothing.
func (p *Pages) DecodeMsgpack(dec *msgpack.Decoder) error { return dec.DecodeNil() }
