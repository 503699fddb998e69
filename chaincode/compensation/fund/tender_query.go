package fund

import (
	"encoding/hex"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// TenderQuery names a tender.
type TenderQuery struct {
	Number string `json:"number"`
}

// TenderSheet is a tender as people read it. A bank sees what was announced,
// its own bid, facts and scores, and, once it is awarded, who got what.
type TenderSheet struct {
	Number    string         `json:"number"`
	ID        ledgerstate.ID `json:"id"`
	Announced calendar.Date  `json:"announced"`
	Stage     string         `json:"stage"`
	TenderTerms
	Offers    []OfferLine `json:"offers"`
	Facts     []BankFacts `json:"facts"`
	Scores    []Score     `json:"scores"`
	Awards    []Award     `json:"awards"`
	Cancelled string      `json:"cancelled,omitempty"`
}

// OfferLine is a bid.
type OfferLine struct {
	Bank       string        `json:"bank"`
	Sealed     calendar.Date `json:"sealed"`
	Commitment string        `json:"commitment"`
	Opened     calendar.Date `json:"opened,omitempty"`
	Rate       *money.Rate   `json:"rate,omitempty"`
	Amount     *money.Fen    `json:"amount,omitempty"`
}

// stage is where a tender stands on a day, in Chinese and English.
func (t Tender) stage(open calendar.Date) string {
	placed := len(t.Awards) > 0
	for _, a := range t.Awards {
		placed = placed && a.Entry != ""
	}
	switch {
	case t.Cancelled != "":
		return "CANCELLED"
	case placed:
		return "PLACED"
	case len(t.Awards) > 0:
		return "AWARDED"
	case len(t.Scores) > 0:
		return "SCORED"
	case open > t.Terms.Reveal:
		return "TO_SCORE"
	case open > t.Terms.Deadline:
		return "OPENING"
	}
	return "BIDDING"
}

func (t Tender) sheet(ctx *command.Context, number string, id ledgerstate.ID) *TenderSheet {
	s := &TenderSheet{Number: number, ID: id, Announced: t.Announced, Stage: t.stage(ctx.Reference.OpenDay()), TenderTerms: t.Terms,
		Offers: []OfferLine{}, Facts: []BankFacts{}, Scores: []Score{}, Awards: t.Awards, Cancelled: t.Cancelled}
	if s.Awards == nil {
		s.Awards = []Award{}
	}
	mine := func(bank string) bool { return ctx.Actor.Party != command.Bank || ctx.Actor.MSP == bank }
	for _, o := range t.Offers {
		if !mine(o.Bank) {
			continue
		}
		l := OfferLine{Bank: o.Bank, Sealed: o.Sealed, Commitment: hex.EncodeToString(o.Commitment), Opened: o.Opened}
		if !o.Opened.IsZero() {
			rate, amount := o.Rate, o.Amount
			l.Rate, l.Amount = &rate, &amount
		}
		s.Offers = append(s.Offers, l)
	}
	for _, f := range t.Facts {
		if mine(f.Bank) {
			s.Facts = append(s.Facts, f)
		}
	}
	for _, x := range t.Scores {
		if mine(x.Bank) {
			s.Scores = append(s.Scores, x)
		}
	}
	return s
}

// ShowTender 查询招标.
var ShowTender = command.Query[TenderQuery, *TenderSheet]{
	QuerySpec: query("ShowTender", "查询招标", "a tender for a deposit", append(bidding, readers...)),
	Answer: func(ctx *command.Context, q TenderQuery) (*TenderSheet, error) {
		id, err := TenderKind.Locate(ctx.View, q.Number)
		if err != nil {
			return nil, err
		}
		r, err := TenderKind.Get(ctx.View, "number", ledgerstate.Ref{ID: id, No: q.Number})
		if err != nil {
			return nil, err
		}
		return r.State.sheet(ctx, q.Number, id), nil
	},
}

// TendersAnswer are all tenders.
type TendersAnswer struct {
	Tenders []*TenderSheet `json:"tenders"`
}

// ListTenders 招标清单.
var ListTenders = command.Query[struct{}, *TendersAnswer]{
	QuerySpec: query("ListTenders", "招标清单", "tenders for deposits", append(bidding, readers...)),
	Answer: func(ctx *command.Context, _ struct{}) (*TendersAnswer, error) {
		a := &TendersAnswer{Tenders: []*TenderSheet{}}
		_, err := TenderKind.Scan(ctx.View, "", 1<<20, func(id ledgerstate.ID, r *ledgerstate.Record[Tender]) error {
			a.Tenders = append(a.Tenders, r.State.sheet(ctx, r.Natural, id))
			return nil
		})
		return a, err
	},
}
