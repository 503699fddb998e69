package fund

import (
	"github.com/vmihailenco/msgpack/v5"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Act is what an entry of the pool's journal does.
type Act uint8

const (
	ActOpening   Act = iota + 1 // 建账: the first year's opening balances
	ActInjection                // 拨入
	ActInterest                 // 利息
	ActRefund                   // 缴回国库
	ActTransfer                 // 转存: between the fund's own accounts
	ActPlacement                // 中标存放: a tender's deposit
	ActPayout                   // 补偿支付
	ActReturn                   // 追偿返还
	ActClawback                 // 追回
	ActAccount                  // 约定账户
	ActReversal                 // 冲正
	ActYear                     // 年度结转
)

var acts = names{{"", ""}, {"OPENING", "建账"}, {"INJECTION", "拨入"}, {"INTEREST", "利息"}, {"REFUND", "缴回国库"}, {"TRANSFER", "转存"},
	{"PLACEMENT", "中标存放"}, {"PAYOUT", "补偿支付"}, {"RETURN", "追偿返还"}, {"CLAWBACK", "追回"}, {"ACCOUNT", "约定账户"},
	{"REVERSAL", "冲正"}, {"YEAR", "年度结转"}}

func (a Act) String() string { return acts.at(uint8(a)).code }

// Zh is the act in Chinese.
func (a Act) Zh() string { return acts.at(uint8(a)).zh }

// MarshalText writes the code.
func (a Act) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the code.
func (a *Act) UnmarshalText(text []byte) error { return acts.read("act", text, (*uint8)(a)) }

// EncodeMsgpack writes the number.
func (a Act) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(a)) }

// DecodeMsgpack reads the number.
func (a *Act) DecodeMsgpack(dec *msgpack.Decoder) error { return acts.decode(dec, (*uint8)(a)) }

// Use is what an agreed account is for.
type Use uint8

const (
	ForDeposit  Use = iota + 1 // 存放: the fund's own account at a depository bank
	ForPayout                  // 收款: a bank's, for compensation
	ForTreasury                // 国库
)

var uses = names{{"", ""}, {"DEPOSIT", "存放账户"}, {"PAYOUT", "银行收款账户"}, {"TREASURY", "国库账户"}}

func (u Use) String() string { return uses.at(uint8(u)).code }

// Zh is the use in Chinese.
func (u Use) Zh() string { return uses.at(uint8(u)).zh }

// MarshalText writes the code.
func (u Use) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads the code.
func (u *Use) UnmarshalText(text []byte) error { return uses.read("use", text, (*uint8)(u)) }

// EncodeMsgpack writes the number.
func (u Use) EncodeMsgpack(enc *msgpack.Encoder) error { return enc.EncodeUint(uint64(u)) }

// DecodeMsgpack reads the number.
func (u *Use) DecodeMsgpack(dec *msgpack.Decoder) error { return uses.decode(dec, (*uint8)(u)) }

// Entry is a line of the pool's journal, as the officer enters it. It moves
// nothing until another person confirms it. It is kept as an array: fields are
// appended only.
type Entry struct {
	Number  string        // business number of who entered it
	Act     Act           // what it does
	Entered calendar.Date // business date of entering
	Value   calendar.Date // 记账日: the bank's own date of a movement of money
	Amount  money.Fen
	From    string  // code of the fund's account that pays
	To      string  // code of the fund's account that receives, or is agreed
	Holder  string  // MSP: whose account is agreed, who is paid, whose claim
	Claim   string  // that a return or clawback is for
	Voucher string  // 凭证号
	Account Account // that is agreed, or that money goes to
	Use     Use     // of an account that is agreed
	Year    int     // that an opening or a settlement opens, or that a reversal reaches into
	Opening []Deposit
	Of      string        // entry that a reversal undoes
	Undoes  Act           // what that one did
	Maker   []byte        // who entered that one; not in the digest
	Tender  string        // of a placement
	Matures calendar.Date // likewise
	Rate    money.Rate    // likewise
	Bears   money.Fen     // of a clawback: interest within the amount
	Early   bool          // 提前支取: out of a term deposit before it matures
	Note    string        // 摘要
	By      []byte        // who entered it, certificate, short form; not in the digest
}

// act is what an entry does to totals, with the sign of the amount: a reversal
// does the contrary of what it undoes.
func (e Entry) act() (Act, money.Fen) {
	if e.Act == ActReversal {
		return e.Undoes, -e.Amount
	}
	return e.Act, e.Amount
}

// Moves reports whether an act moves money.
func (a Act) Moves() bool { return a >= ActInjection && a <= ActClawback }

// OfClaim reports whether an act belongs to a claim, whose book must agree.
func (a Act) OfClaim() bool { return a == ActPayout || a == ActReturn || a == ActClawback }

func (e Entry) withoutMarks() Entry {
	e.By, e.Maker, e.Account.Mark = nil, nil, nil
	opening := make([]Deposit, len(e.Opening))
	for i, d := range e.Opening {
		d.Account.Mark = nil
		opening[i] = d
	}
	e.Opening = opening
	return e
}
