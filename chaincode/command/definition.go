package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Spec says what a command is, whoever runs it.
type Spec struct {
	Name   string // "loan.Disburse": room and act
	Zh, En string
	Source string // law, standard or article that asks for it
	Access []Allow
	Lane   Lane
	// Genesis marks the one command that runs before there is a consortium.
	Genesis bool
}

// Head is what every command carries: the caller's business number, which
// makes it idempotent within its aggregate, and its business date.
type Head struct {
	Number string        `json:"number"` // 业务流水号, 1 to 64 characters, unique for its submitter within the aggregate
	Date   calendar.Date `json:"date"`   // 业务日期
}

// Header gives the head of a command that embeds it.
func (h Head) Header() Head { return h }

type headed interface{ Header() Head }

// Context is what a rule sees: the overlay over the ledger, who acts, what
// the commons say. A rule reads nothing else.
type Context struct {
	*ledgerstate.View
	Actor     Actor
	Endorser  string    // MSP of this process's organization; it may only withhold, never enter a result
	Reference Reference // nil before the consortium is founded
	Owner     string    // MSP of the bank whose book this is, or whose book a joint transaction of commons names; else ""
	Book      string    // in a joint transaction of commons: the chaincode name of the book that it names
	Time      time.Time // transaction time in Beijing; it may only withhold, never enter a result
	Transient func(field string) []byte

	tables []byte                                                               // packed, as commons hands them to a book
	call   func(chaincode string, args [][]byte, channel string) *peer.Response // nil in books: they call nobody
}

// Reference is what the runner needs of the commons' reference tables. The
// consortium room implements it; rooms ask it for more.
type Reference interface {
	Party(msp string) (Party, bool)
	OpenDay() calendar.Date  // the open business day
	Earliest() calendar.Date // the earliest business date that a command may carry
	Blocked(fingerprint string) bool
	Book(msp string) string   // the chaincode name of a bank's book; "" for others
	Owner(book string) string // the MSP of the bank whose book has that chaincode name; "" if none has
}

// Command is the definition of one business command with content C.
type Command[C any] struct {
	Spec
	// Wants lists the aggregates that the command reads, the one it acts on
	// first: its log is where a repeated business number is found.
	Wants func(C) []ledgerstate.Want
	// Valid refuses content that no ledger could accept. Clients run it too,
	// before anything is sent. May be nil.
	Valid func(C) error
	// Decide is the rule: pure, from what the ledger holds and the command to
	// what happens, or a refusal.
	Decide func(*Context, C) ([]ledgerstate.Change, error)
}

// Seen is a refusal that leaves a trace beside its receipt, since others than
// the one who tried must see it: the subject whose data was asked for without
// authorization. Decide returns it as its error. Sent again under its number
// the command is already applied, so what was refused stays refused.
type Seen struct {
	Refusal *refusal.Refusal
	Changes []ledgerstate.Change
}

func (s *Seen) Error() string { return s.Refusal.Error() }

// Unwrap is the refusal.
func (s *Seen) Unwrap() error { return s.Refusal }

// Definition is a command whatever its content.
type Definition interface {
	Describe() Spec
	// New gives a pointer to an empty content, for decoding and for flags.
	New() any
	// Decode reads content strictly: unknown fields are refused.
	Decode(json.RawMessage) (any, error)
	// Check runs the command's own check on content from Decode or New.
	Check(content any) error
	Contract(*Environment) contractapi.ContractInterface

	wants(content any) []ledgerstate.Want
	decide(*Context, any) ([]ledgerstate.Change, error)
}

// Describe implements Definition.
func (c Command[C]) Describe() Spec { return c.Spec }

// New implements Definition.
func (c Command[C]) New() any { return new(C) }

// Decode implements Definition.
func (c Command[C]) Decode(raw json.RawMessage) (any, error) {
	content := new(C)
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(content); err != nil {
		return nil, asRefusal(err)
	}
	return content, nil
}

// Check implements Definition.
func (c Command[C]) Check(content any) error {
	p, ok := content.(*C)
	if !ok {
		return fmt.Errorf("%s: content is %T", c.Name, content)
	}
	if h, ok := any(*p).(headed); ok {
		head := h.Header()
		if n := len(head.Number); n < 1 || n > 64 {
			return NumberLength.At("number", "1..64", n)
		}
	}
	if c.Valid == nil {
		return nil
	}
	return c.Valid(*p)
}

// Wants lists the aggregates that a command with this content, from New or
// Decode of its definition, reads: the one it acts on first.
func Wants(d Definition, content any) []ledgerstate.Want { return d.wants(content) }

func (c Command[C]) wants(content any) []ledgerstate.Want { return c.Wants(*content.(*C)) }

func (c Command[C]) decide(ctx *Context, content any) ([]ledgerstate.Change, error) {
	return c.Decide(ctx, *content.(*C))
}

// Reasons of the runner itself.
var (
	Malformed      = refusal.New("MALFORMED", "指令内容无法识别", "the command's content cannot be read", "")
	UnknownCommand = refusal.New("UNKNOWN_COMMAND", "没有这种指令", "no such command in this chaincode", "")
	WrongLane      = refusal.New("WRONG_LANE", "该指令不属于本批次的通道", "the command does not belong to this batch's lane", "")
	NumberLength   = refusal.New("NUMBER_LENGTH", "业务流水号长度不符", "the business number must have 1 to 64 characters", "")
	AccessDenied   = refusal.New("ACCESS_DENIED", "无权办理此业务", "this identity may not do this", "")
	Blocked        = refusal.New("CERTIFICATE_BLOCKED", "该证书已被停用", "this certificate is blocked", "")
	WrongBook      = refusal.New("CERTIFICATE_BOOK", "主体证书只能用于其所属账簿", "a subject's certificate serves only the book it was issued for", "个人信息保护法 6, 51")
	DateTooLate    = refusal.New("DATE_AFTER_OPEN_DAY", "业务日期晚于当前开放营业日", "the business date is after the open business day", "")
	DateTooEarly   = refusal.New("DATE_BEFORE_LIMIT", "业务日期早于允许补记的期限", "the business date is before the back-dating limit", "")
)
