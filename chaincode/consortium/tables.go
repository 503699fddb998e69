package consortium

import (
	"sort"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Tables is the state of the consortium: what the packed public value holds.
type Tables struct {
	Simulated bool            `json:"simulated"` // walks through the past; never in production
	Founded   calendar.Date   `json:"founded"`   // first business day
	Open      calendar.Date   `json:"open"`      // the open business day
	Members   []Member        `json:"members"`   // by MSP
	BlockedBy []BlockedPerson `json:"blocked"`   // by fingerprint
	LPR       []LPR           `json:"lpr"`       // by publication date
	Calendar  Calendar        `json:"calendar"`
	Products  []Product       `json:"products"` // by code
	Purposes  []Purpose       `json:"purposes"` // by code
	Items     []Item          `json:"items"`    // by code
	Rules     Parameters      `json:"rules"`
	Pending   []Proposal      `json:"pending"`
	Packs     []RulePack      `json:"packs"` // rules of risk compensation, by first day
}

// Member is an organization. Names change; the MSP does not.
type Member struct {
	MSP   string        `json:"msp"`
	Party command.Party `json:"party"`
	Book  string        `json:"book,omitempty"` // chaincode name of a bank's book
	Names []Name        `json:"names"`          // by date
}

// Name is what an organization is called from a date on.
type Name struct {
	From calendar.Date `json:"from"`
	Zh   string        `json:"zh"`
	En   string        `json:"en"`
}

// BlockedPerson is a leaver 离岗人员 whose certificate no longer signs.
type BlockedPerson struct {
	Fingerprint string        `json:"fingerprint"` // hex SHA-256 of the certificate
	From        calendar.Date `json:"from"`
	Reason      string        `json:"reason"`
}

// LPR is the loan prime rate 贷款市场报价利率 as published on a date.
type LPR struct {
	Published calendar.Date `json:"published"`
	OneYear   money.Rate    `json:"one_year"`
	FiveYear  money.Rate    `json:"five_year"`
}

// Calendar is the working-day calendar 工作日历 of whole years, from the
// State Council's notices: days that are not what their weekday says.
type Calendar struct {
	FirstYear  int             `json:"first_year"`
	LastYear   int             `json:"last_year"`
	Exceptions []calendar.Date `json:"exceptions"`
}

// String spells the years out for a refusal.
func (c Calendar) String() string {
	if c.FirstYear == 0 {
		return "none"
	}
	return strconv.Itoa(c.FirstYear) + ".." + strconv.Itoa(c.LastYear)
}

// Product is a loan product 信贷产品. Its limits are parameters of the
// platform, not law.
type Product struct {
	Code         string        `json:"code"` // AGR, GPL, TAX, …
	Zh           string        `json:"zh"`
	En           string        `json:"en"`
	From         calendar.Date `json:"from"`
	To           calendar.Date `json:"to,omitempty"` // last day on which new credit is decided; zero: open
	MaxPrincipal money.Fen     `json:"max_principal"`
	MaxMonths    int           `json:"max_months"`
	Methods      []string      `json:"methods"`    // EQI, EQP, IOB, BUL, …
	Guarantees   []string      `json:"guarantees"` // C1 信用 … C5 组合
}

// Purpose is what somebody may use information for 使用目的.
type Purpose struct {
	Code    string `json:"code"` // 01 贷前审查 …
	Zh      string `json:"zh"`
	En      string `json:"en"`
	MaxDays int    `json:"max_days"` // longest validity of a grant; 0: until the loan is settled
}

// Item is a data item of the catalogue 数据清单.
type Item struct {
	Code  string `json:"code"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
	Class string `json:"class"` // PUBLIC, CONSENT, WARN_CONSENT, BANNED (征信业管理条例 13, 14)
	Owner string `json:"owner"` // MSP that answers for it
}

// Parameters are numbers that the parties may change.
type Parameters struct {
	BackDatingDays int        `json:"back_dating_days"`  // how far a business date may lie before the open day
	RateCapSpread  money.Rate `json:"rate_cap_spread"`   // above LPR of the matching tenor
	DecisionDays   int        `json:"decision_days"`     // working days from routing to decision
	PenaltyPercent int        `json:"penalty_percent"`   // 罚息: 50 means rate × 1.5
	NonPerforming  int        `json:"non_performing"`    // days past due above which principal is paid first
	PreLoanMaxDays int        `json:"pre_loan_max_days"` // validity of grants before a loan

	Extensions []ExtensionLimit `json:"extensions,omitempty"` // by original term; left out of a change: as in force

	AdverseYears   int `json:"adverse_years,omitempty"`   // 不良信息保存年限, from its end; left out of a change: as in force
	RetentionYears int `json:"retention_years,omitempty"` // 贷款记录法定保存年限, from the settlement; left out of a change: as in force
}

// Proposal is a change of a table that waits for the second signature; a rule
// pack, for those of all three authorities.
type Proposal struct {
	Number     string        `json:"number"`
	Change     Change        `json:"change"`
	Date       calendar.Date `json:"date"`
	Party      command.Party `json:"party"`
	MSP        string        `json:"msp"`
	Proposer   []byte        `json:"-"` // fingerprint, short form
	Signatures []Signature   `json:"signatures,omitempty"`
}

// Signature 会签 is an authority's assent to a proposal that needs more than
// one; the proposer's is the proposal itself.
type Signature struct {
	Party command.Party `json:"party"`
	Date  calendar.Date `json:"date"`
	By    []byte        `json:"-"` // fingerprint, short form
}

// Kind is the consortium's one aggregate.
var Kind = ledgerstate.NewKind[Tables](ledgerstate.Kind[Tables]{
	Code: "consortium", Collection: "", Slots: 1, Keep: 0, Schema: 1,
	Zh: "联盟公共信息", En: "the consortium",
	Digest: func(t Tables) any {
		// Who proposed is a certificate; what was proposed counts.
		pending := make([]Proposal, len(t.Pending))
		copy(pending, t.Pending)
		for i := range pending {
			pending[i].Proposer = nil
			pending[i].Signatures = append([]Signature(nil), pending[i].Signatures...)
			for j := range pending[i].Signatures {
				pending[i].Signatures[j].By = nil
			}
		}
		t.Pending = pending
		t.BlockedBy = nil
		return t
	},
}, Founded{}, DayOpened{}, Proposed{}, Approved{}, Withdrawn{}, PersonBlocked{}, Signed{})

// Ref is the one consortium.
var Ref = ledgerstate.Ref{ID: ledgerstate.ID{Page: "consortium"}, No: "consortium"}

// Decode reads the packed value as books get it from commons.
func Decode(raw []byte) (command.Reference, error) {
	t, err := decodePacked(raw)
	if err != nil {
		return nil, err
	}
	return &t, nil
}

// Current reads the tables as a transaction's own commands left them.
func Current(v *ledgerstate.View) (command.Reference, error) {
	r, err := Kind.Get(v, "consortium", Ref)
	if err != nil {
		return nil, err
	}
	t := r.State
	return &t, nil
}

// Of gives the tables that a context carries.
func Of(ctx *command.Context) *Tables { return ctx.Reference.(*Tables) }

// Party implements command.Reference.
func (t *Tables) Party(msp string) (command.Party, bool) {
	for i := range t.Members {
		if t.Members[i].MSP == msp {
			return t.Members[i].Party, true
		}
	}
	return "", false
}

// Book implements command.Reference.
func (t *Tables) Book(msp string) string {
	for i := range t.Members {
		if t.Members[i].MSP == msp {
			return t.Members[i].Book
		}
	}
	return ""
}

// OpenDay implements command.Reference.
func (t *Tables) OpenDay() calendar.Date { return t.Open }

// Earliest implements command.Reference.
func (t *Tables) Earliest() calendar.Date {
	return max(calendar.First, t.Open-calendar.Date(t.Rules.BackDatingDays))
}

// Blocked implements command.Reference.
func (t *Tables) Blocked(fingerprint string) bool {
	i := sort.Search(len(t.BlockedBy), func(i int) bool { return t.BlockedBy[i].Fingerprint >= fingerprint })
	return i < len(t.BlockedBy) && t.BlockedBy[i].Fingerprint == fingerprint
}

// LPRAt is the rate of the matching tenor that was last published on or
// before the day: up to five years the one-year rate, else the five-year one.
func (t *Tables) LPRAt(day calendar.Date, months int) (LPR, money.Rate, bool) {
	i := sort.Search(len(t.LPR), func(i int) bool { return t.LPR[i].Published > day })
	if i == 0 {
		return LPR{}, 0, false
	}
	l := t.LPR[i-1]
	if months >= 60 {
		return l, l.FiveYear, true
	}
	return l, l.OneYear, true
}

// Product finds a product that is open on a day.
func (t *Tables) Product(code string, day calendar.Date) (Product, bool) {
	for _, p := range t.Products {
		if p.Code == code && day >= p.From && (p.To == 0 || day <= p.To) {
			return p, true
		}
	}
	return Product{}, false
}

// Purpose finds a purpose by its code.
func (t *Tables) Purpose(code string) (Purpose, bool) {
	for _, p := range t.Purposes {
		if p.Code == code {
			return p, true
		}
	}
	return Purpose{}, false
}

// Item finds a data item by its code.
func (t *Tables) Item(code string) (Item, bool) {
	for _, x := range t.Items {
		if x.Code == code {
			return x, true
		}
	}
	return Item{}, false
}

// Name is what an organization is called on a day.
func (m Member) Name(day calendar.Date) Name {
	var name Name
	for _, n := range m.Names {
		if n.From <= day || name.Zh == "" {
			name = n
		}
	}
	return name
}
