package compensation

import (
	"unicode/utf8"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// PublicQuery asks for the claims in publicity.
type PublicQuery struct {
	At    calendar.Date `json:"at,omitempty"`
	After string        `json:"after,omitempty"`
	Limit int           `json:"limit,omitempty"`
}

// PublicAnswer is a part of the publicity list.
type PublicAnswer struct {
	At    calendar.Date `json:"at"`
	Bank  string        `json:"bank"` // MSP
	Lines []PublicLine  `json:"lines"`
	Next  string        `json:"next,omitempty"`
}

// PublicLine is a claim as the public sees it. Names of persons are masked.
type PublicLine struct {
	Claim  string        `json:"claim"`
	Name   string        `json:"name"` // 借款人, masked
	Type   string        `json:"type"`
	Region string        `json:"region"`
	Lent   money.Fen     `json:"disbursed"`
	Loss   money.Fen     `json:"net_loss"`
	Sum    money.Fen     `json:"sum"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
	Marked bool          `json:"objection_open"`
}

// PublicityList 公示名单: claims whose publicity is under way, with masked names.
// Names stand in person, so the bank's and the Commission's peers answer.
var PublicityList = command.Query[PublicQuery, *PublicAnswer]{
	QuerySpec: command.QuerySpec{Name: "comp.PublicityList", Zh: "公示名单", En: "claims in publicity, names masked", Chaincode: command.Book,
		Access: []command.Allow{{Party: command.Commission, Role: "operator"}, {Party: command.Commission, Role: "reviewer"},
			{Party: command.Bank, Role: "officer"}, {Party: command.Bank, Role: "reviewer"}},
		Collections: []command.Collection{command.Comp, command.Loan, command.Person}},
	Answer: func(ctx *command.Context, q PublicQuery) (*PublicAnswer, error) {
		a := &PublicAnswer{At: dayOf(ctx, q.At), Bank: ctx.Owner, Lines: []PublicLine{}, Next: q.After}
		limit := limited(q.Limit)
		for {
			next, err := ClaimKind.Scan(ctx.View, a.Next, limit-len(a.Lines), func(_ ledgerstate.ID, r *ledgerstate.Record[Claim]) error {
				line, ok, err := publicLine(ctx, r.Natural, &r.State, a.At)
				if ok {
					a.Lines = append(a.Lines, line)
				}
				return err
			})
			if a.Next = next; err != nil || next == "" || len(a.Lines) >= limit {
				return a, err
			}
		}
	},
}

func publicLine(ctx *command.Context, no string, c *Claim, on calendar.Date) (PublicLine, bool, error) {
	switch c.Status {
	case Publicised, Objected, ReReview:
	default:
		return PublicLine{}, false, nil
	}
	if c.Publicity.From == 0 || on < c.Publicity.From || c.Status == Publicised && on > c.Publicity.To {
		return PublicLine{}, false, nil
	}
	l, err := loan.Kind.Get(ctx.View, "loan", ledgerstate.Ref{ID: c.Loan, No: c.Contract})
	if err != nil {
		return PublicLine{}, false, err
	}
	p, err := subject.Kind.At(ctx.View, ledgerstate.ID{Page: l.State.Subject})
	if err != nil {
		return PublicLine{}, false, err
	}
	x := PublicLine{Claim: no, Type: l.State.Profile.Type.String(), Region: l.State.Profile.Region, Lent: c.Figures.Lent, Loss: c.Figures.Sum.NetLoss,
		Sum: c.Figures.Sum.Entitlement, From: c.Publicity.From, To: c.Publicity.To, Marked: c.marked()}
	if p != nil {
		if f, ok := p.State.At(on); ok {
			x.Name = Masked(p.State.Type, f.Name)
		}
	}
	return x, true, nil
}

// Masked 脱敏 is a borrower's name as the public may see it: of a person and of
// a household the family name alone is left, of a firm's name the middle goes.
func Masked(t subject.Type, name string) string {
	runes := []rune(name)
	n := utf8.RuneCountInString(name)
	switch t {
	case subject.Herder:
		if n <= 1 {
			return "*"
		}
		return string(runes[:1]) + stars(n-1)
	}
	if n <= 4 {
		return string(runes[:min(1, n)]) + stars(max(1, n-1))
	}
	return string(runes[:2]) + stars(n-4) + string(runes[n-2:])
}

func stars(n int) string {
	s := make([]byte, n)
	for i := range s {
		s[i] = '*'
	}
	return string(s)
}
