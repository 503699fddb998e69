package fund

import (
	"bytes"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Tender 存放招标 is an offer of money to be placed as a term deposit. It is
// kept as an array: fields are appended only.
type Tender struct {
	Terms     TenderTerms
	Announced calendar.Date
	By        []byte // who announced, certificate, short form; not in the digest
	Offers    []Offer
	Facts     []BankFacts // by MSP
	Scores    []Score     // best first
	ScoredBy  []byte      // likewise
	Awards    []Award
	Cancelled string // why; "": it is not
}

// TenderTerms are what is announced. None of the weights is law: they are the
// tender's own 招标文件.
type TenderTerms struct {
	Amount   money.Fen     `json:"amount"`
	Months   int           `json:"months"`   // term of the deposit, at most 12
	Deadline calendar.Date `json:"deadline"` // last day for sealed bids
	Reveal   calendar.Date `json:"reveal"`   // last day for opening them, after the deadline
	From     calendar.Date `json:"from"`     // of the lending that counts
	To       calendar.Date `json:"to"`       // likewise, the last day
	Weights  Weights       `json:"weights"`
}

// Weights 评分权重 are points that add up to 100.
type Weights struct {
	Growth      int `json:"growth"`       // 平台信用贷款增量
	Balance     int `json:"balance"`      // 平台贷款余额
	LoanRate    int `json:"loan_rate"`    // 平均贷款利率, the lower the better
	Inclusive   int `json:"inclusive"`    // 首贷与农牧户贷款占比
	Performing  int `json:"performing"`   // 不良率, the lower the better
	DepositRate int `json:"deposit_rate"` // 投标利率
}

// Offer is a bank's sealed bid, and what it opened.
type Offer struct {
	Bank       string // MSP
	Sealed     calendar.Date
	Commitment []byte
	Opened     calendar.Date // zero: not opened
	Rate       money.Rate
	Amount     money.Fen
}

// BankFacts are what the ledger's loans say of a bank, worked out by the query
// fund.BankFacts over its book and attested by the central bank.
type BankFacts struct {
	Bank          string     `json:"bank"`                     // MSP
	Lent          money.Fen  `json:"lent"`                     // platform loans disbursed in the span
	Credit        money.Fen  `json:"credit"`                   // of that, without security
	CreditBefore  money.Fen  `json:"credit_before"`            // in the span of equal length before
	Inclusive     money.Fen  `json:"inclusive"`                // of what was lent: first loans and loans to herders
	LoanRate      money.Rate `json:"average_rate"`             // of what was lent, weighted by amount
	Balance       money.Fen  `json:"loan_balance"`             // outstanding at the end of the span
	NonPerforming money.Fen  `json:"non_performing_principal"` // of that
}

// Award 中标.
type Award struct {
	Bank   string     `json:"bank"`
	Amount money.Fen  `json:"amount"`
	Rate   money.Rate `json:"rate"`
	Points Points     `json:"points"`
	Entry  string     `json:"entry,omitempty"` // of the pool, that placed it
}

// TenderKind are the tenders.
var TenderKind = ledgerstate.NewKind[Tender](ledgerstate.Kind[Tender]{
	Code: "tender", Collection: command.Fund.Name, Slots: 1, Keep: 8, Schema: 1,
	Zh: "存放招标", En: "tenders for deposits",
	Digest: func(t Tender) any {
		t.By, t.ScoredBy = nil, nil
		return t
	},
}, TenderAnnounced{}, BidSealed{}, BidOpened{}, FactsAttested{}, TenderScored{}, TenderAwarded{}, DepositPlaced{}, TenderCancelled{})

// TenderAnnounced is a tender's first event.
type TenderAnnounced struct {
	Terms TenderTerms
	Date  calendar.Date
	By    []byte
}

// Evolve implements ledgerstate.Event.
func (e TenderAnnounced) Evolve(Tender) Tender {
	return Tender{Terms: e.Terms, Announced: e.Date, By: e.By}
}

// DigestEvent leaves the certificate out.
func (e TenderAnnounced) DigestEvent() any { e.By = nil; return e }

// BidSealed is a bank's sealed bid; it replaces one before.
type BidSealed struct {
	Bank       string
	Date       calendar.Date
	Commitment []byte
}

// Evolve implements ledgerstate.Event.
func (e BidSealed) Evolve(t Tender) Tender {
	return t.with(Offer{Bank: e.Bank, Sealed: e.Date, Commitment: e.Commitment})
}

func (t Tender) with(o Offer) Tender {
	i, ok := t.offer(o.Bank)
	t.Offers = slices.Clone(t.Offers)
	if !ok {
		t.Offers = slices.Insert(t.Offers, i, Offer{})
	}
	t.Offers[i] = o
	return t
}

func (t Tender) offer(bank string) (int, bool) {
	return slices.BinarySearchFunc(t.Offers, bank, func(o Offer, bank string) int { return compare(o.Bank, bank) })
}

func (t Tender) fact(bank string) (int, bool) {
	return slices.BinarySearchFunc(t.Facts, bank, func(f BankFacts, bank string) int { return compare(f.Bank, bank) })
}

// BidOpened is what a sealed bid said.
type BidOpened struct {
	Bank   string
	Date   calendar.Date
	Rate   money.Rate
	Amount money.Fen
}

// Evolve implements ledgerstate.Event.
func (e BidOpened) Evolve(t Tender) Tender {
	i, ok := t.offer(e.Bank)
	if !ok {
		return t
	}
	o := t.Offers[i]
	o.Opened, o.Rate, o.Amount = e.Date, e.Rate, e.Amount
	return t.with(o)
}

// FactsAttested are a bank's facts; they replace those before.
type FactsAttested struct{ Facts BankFacts }

// Evolve implements ledgerstate.Event.
func (e FactsAttested) Evolve(t Tender) Tender {
	i, ok := t.fact(e.Facts.Bank)
	t.Facts = slices.Clone(t.Facts)
	if !ok {
		t.Facts = slices.Insert(t.Facts, i, BankFacts{})
	}
	t.Facts[i] = e.Facts
	return t
}

// TenderScored says how the offers came out, best first.
type TenderScored struct {
	Scores []Score
	By     []byte
}

// Evolve implements ledgerstate.Event.
func (e TenderScored) Evolve(t Tender) Tender {
	t.Scores, t.ScoredBy = e.Scores, e.By
	return t
}

// DigestEvent leaves the certificate out.
func (e TenderScored) DigestEvent() any { e.By = nil; return e }

// TenderAwarded gives the money to the best offers.
type TenderAwarded struct{ Awards []Award }

// Evolve implements ledgerstate.Event.
func (e TenderAwarded) Evolve(t Tender) Tender {
	t.Awards = e.Awards
	return t
}

// DepositPlaced binds an award to the entry that placed it; no entry: it was
// undone.
type DepositPlaced struct{ Bank, Entry string }

// Evolve implements ledgerstate.Event.
func (e DepositPlaced) Evolve(t Tender) Tender {
	t.Awards = slices.Clone(t.Awards)
	for i := range t.Awards {
		if t.Awards[i].Bank == e.Bank {
			t.Awards[i].Entry = e.Entry
		}
	}
	return t
}

// TenderCancelled ends a tender without an award.
type TenderCancelled struct{ Reason string }

// Evolve implements ledgerstate.Event.
func (e TenderCancelled) Evolve(t Tender) Tender {
	t.Cancelled = e.Reason
	return t
}

// The rules. `open` is the open business day: a command may be dated before
// it, and a deadline must not be met by dating back.

// live refuses what comes after the award, or after a cancellation.
func (t Tender) live() *refusal.Refusal {
	switch {
	case t.Cancelled != "":
		return TenderOver.At("tender", nil, "CANCELLED")
	case len(t.Awards) > 0:
		return TenderOver.At("tender", nil, "AWARDED")
	}
	return nil
}

// seal decides on a sealed bid.
func (t Tender) seal(bank string, commitment []byte, date, open calendar.Date) (BidSealed, *refusal.Refusal) {
	if no := t.live(); no != nil {
		return BidSealed{}, no
	}
	switch day := max(date, open); {
	case date < t.Announced:
		return BidSealed{}, DateOrder.At("date", t.Announced, date)
	case day > t.Terms.Deadline:
		return BidSealed{}, BidLate.At("date", t.Terms.Deadline, day)
	}
	if _, ok := t.offer(bank); !ok && len(t.Offers) >= maxOffers {
		return BidSealed{}, ListLength.At("bank", maxOffers, len(t.Offers))
	}
	return BidSealed{Bank: bank, Date: date, Commitment: commitment}, nil
}

// open decides on the opening of a bid.
func (t Tender) open(b Bid, salt []byte, date, open calendar.Date) (BidOpened, *refusal.Refusal) {
	if no := t.live(); no != nil {
		return BidOpened{}, no
	}
	i, ok := t.offer(b.Bank)
	switch {
	case !ok:
		return BidOpened{}, NoBid.At("bank", nil, b.Bank)
	case min(date, open) <= t.Terms.Deadline:
		return BidOpened{}, BidSealedYet.At("date", t.Terms.Deadline, min(date, open))
	case max(date, open) > t.Terms.Reveal:
		return BidOpened{}, RevealLate.At("date", t.Terms.Reveal, max(date, open))
	case len(t.Scores) > 0:
		return BidOpened{}, TenderOver.At("tender", nil, "SCORED")
	case !bytes.Equal(b.Commitment(salt), t.Offers[i].Commitment):
		return BidOpened{}, CommitmentOther.At("salt", nil, nil)
	case b.Amount > t.Terms.Amount:
		return BidOpened{}, AmountRange.At("amount", t.Terms.Amount, b.Amount)
	}
	return BidOpened{Bank: b.Bank, Date: date, Rate: b.Rate, Amount: b.Amount}, nil
}

// attest decides on a bank's facts.
func (t Tender) attest(f BankFacts, date calendar.Date) (FactsAttested, *refusal.Refusal) {
	if no := t.live(); no != nil {
		return FactsAttested{}, no
	}
	switch {
	case date <= t.Terms.To:
		return FactsAttested{}, DateOrder.At("date", t.Terms.To, date)
	case len(t.Scores) > 0:
		return FactsAttested{}, TenderOver.At("tender", nil, "SCORED")
	case f.Credit > f.Lent:
		return FactsAttested{}, FactsWrong.At("credit", f.Lent, f.Credit)
	case f.Inclusive > f.Lent:
		return FactsAttested{}, FactsWrong.At("inclusive", f.Lent, f.Inclusive)
	case f.NonPerforming > f.Balance:
		return FactsAttested{}, FactsWrong.At("non_performing_principal", f.Balance, f.NonPerforming)
	}
	return FactsAttested{f}, nil
}

// score decides on the scores: every opened bid has its bank's facts, and the
// time for opening is over.
func (t Tender) score(open calendar.Date) (TenderScored, *refusal.Refusal) {
	if no := t.live(); no != nil {
		return TenderScored{}, no
	}
	if open <= t.Terms.Reveal {
		return TenderScored{}, RevealRuns.At("date", t.Terms.Reveal, open)
	}
	var list []contender
	for _, o := range t.Offers {
		if o.Opened.IsZero() {
			continue // a bid that its bank did not open is void
		}
		i, ok := t.fact(o.Bank)
		if !ok {
			return TenderScored{}, FactsMissing.At("bank", nil, o.Bank)
		}
		list = append(list, contender{o, t.Facts[i]})
	}
	if len(list) == 0 {
		return TenderScored{}, NoBid.At("tender", 1, 0)
	}
	return TenderScored{Scores: t.Terms.Weights.scores(list)}, nil
}

// award follows the scores: the best offer gets what it takes, the next the
// rest.
func (t Tender) award(by []byte) (TenderAwarded, *refusal.Refusal) {
	if no := t.live(); no != nil {
		return TenderAwarded{}, no
	}
	switch {
	case len(t.Scores) == 0:
		return TenderAwarded{}, NotScored.At("tender", nil, nil)
	case slices.Equal(by, t.By), slices.Equal(by, t.ScoredBy):
		return TenderAwarded{}, consortium.SamePerson.At("identity", nil, nil)
	}
	left := t.Terms.Amount
	var e TenderAwarded
	for _, s := range t.Scores {
		i, _ := t.offer(s.Bank)
		amount := min(left, t.Offers[i].Amount)
		if amount == 0 {
			break
		}
		e.Awards = append(e.Awards, Award{Bank: s.Bank, Amount: amount, Rate: t.Offers[i].Rate, Points: s.Total})
		left -= amount
	}
	return e, nil
}

// place makes the entry that moves an award's money into its account.
func (t Tender) place(bank string, value calendar.Date) (Entry, *refusal.Refusal) {
	for _, a := range t.Awards {
		switch {
		case a.Bank != bank:
			continue
		case a.Entry != "":
			return Entry{}, PlacedAlready.At("bank", nil, a.Entry)
		}
		matures, err := value.AddMonths(t.Terms.Months, calendar.Clamp)
		if err != nil {
			return Entry{}, ValueDate.At("value", nil, value)
		}
		return Entry{Act: ActPlacement, Holder: bank, Amount: a.Amount, Rate: a.Rate, Value: value, Matures: matures}, nil
	}
	return Entry{}, NotAwarded.At("bank", nil, bank)
}
