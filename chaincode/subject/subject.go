package subject

import (
	"sort"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Subject is the state of one subject: what it is, and its facts by date.
type Subject struct {
	Type Type
	ID   IDKind // what the natural key is
	// Amendments are ascending by the day from which they hold; those of one
	// day in the order in which they came. The first holds every fact.
	Amendments []Amendment
}

// Amendment is what became true of a subject on a day; nil is unchanged.
type Amendment struct {
	From           calendar.Date   `json:"from"`                     // 生效日期, first day on which it holds
	Name           *string         `json:"name,omitempty"`           // 名称或姓名
	Region         *string         `json:"region,omitempty"`         // county of operation 经营所在县, GB/T 2260
	Industry       *string         `json:"industry,omitempty"`       // class 行业小类, four digits of GB/T 4754-2017
	Size           *Figures        `json:"size,omitempty"`           // of enterprises only
	Representative *Representative `json:"representative,omitempty"` // 法定代表人 or 经营者
	Certificate    *bool           `json:"certificate,omitempty"`    // holds a certificate of its own and signs itself
}

// Figures are the inputs of the size rule 划型指标.
type Figures struct {
	Employees int       `json:"employees"` // X 从业人员
	Revenue   money.Fen `json:"revenue"`   // Y 营业收入
	Assets    money.Fen `json:"assets"`    // Z 资产总额
}

// Representative is who signs for a subject. The signer's pseudonym stands in
// grants, so that it can be told who signed without naming the person there.
type Representative struct {
	Name   string `json:"name"`
	Signer string `json:"signer"`       // pseudonym, 8 to 32 characters a-z and 0-9
	ID     string `json:"id,omitempty"` // resident ID 公民身份号码
}

// Facts are everything that held of a subject on a day.
type Facts struct {
	From           calendar.Date       `json:"from"` // since when they have been so
	Name           string              `json:"name"`
	Region         string              `json:"region"`
	Section        string              `json:"section"` // 门类, derived from the industry
	Industry       string              `json:"industry"`
	Figures        *Figures            `json:"figures,omitempty"`
	Size           identifier.Size     `json:"size,omitempty"`      // derived; absent where the rule sizes nothing
	SizeRule       string              `json:"size_rule,omitempty"` // version of the rule that gave the size
	Representative *Representative     `json:"representative,omitempty"`
	Certificate    bool                `json:"certificate"`
	industry       identifier.Industry // parsed
}

// Kind is where subjects are kept.
var Kind = ledgerstate.NewKind[Subject](ledgerstate.Kind[Subject]{
	Code: "person", Collection: command.Person.Name, Slots: 1, Keep: 3, Schema: 1,
	Zh: "信息主体", En: "subjects",
	Digest: func(s Subject) any {
		s.Amendments = append([]Amendment(nil), s.Amendments...)
		for i := range s.Amendments {
			s.Amendments[i] = s.Amendments[i].withoutSigner()
		}
		return s
	},
}, Registered{}, Amended{})

// withoutSigner leaves the pseudonym out of what counts in a digest.
func (a Amendment) withoutSigner() Amendment {
	if a.Representative != nil {
		r := *a.Representative
		r.Signer = ""
		a.Representative = &r
	}
	return a
}

// Registered brings a subject onto the ledger.
type Registered struct {
	Type  Type
	ID    IDKind
	Facts Amendment
}

// Evolve implements ledgerstate.Event.
func (e Registered) Evolve(Subject) Subject {
	return Subject{Type: e.Type, ID: e.ID, Amendments: []Amendment{e.Facts}}
}

// DigestEvent leaves the pseudonym out.
func (e Registered) DigestEvent() any { e.Facts = e.Facts.withoutSigner(); return e }

// Amended changes facts from a day on.
type Amended struct{ Facts Amendment }

// Evolve implements ledgerstate.Event.
func (e Amended) Evolve(s Subject) Subject {
	s.Amendments = insert(s.Amendments, e.Facts)
	return s
}

// DigestEvent leaves the pseudonym out.
func (e Amended) DigestEvent() any { e.Facts = e.Facts.withoutSigner(); return e }

// insert puts an amendment after those that hold from the same day or before.
func insert(list []Amendment, a Amendment) []Amendment {
	i := sort.Search(len(list), func(i int) bool { return list[i].From > a.From })
	out := make([]Amendment, 0, len(list)+1)
	out = append(out, list[:i]...)
	out = append(out, a)
	return append(out, list[i:]...)
}

// At gives the facts that held on a day; false before the subject's first.
func (s Subject) At(day calendar.Date) (Facts, bool) {
	var f Facts
	for _, a := range s.Amendments {
		if a.From > day {
			break
		}
		f = f.with(a)
	}
	if f.From == 0 {
		return Facts{}, false
	}
	return f.derive(s.Type), true
}

func (f Facts) with(a Amendment) Facts {
	f.From = a.From
	if a.Name != nil {
		f.Name = *a.Name
	}
	if a.Region != nil {
		f.Region = *a.Region
	}
	if a.Industry != nil {
		f.Industry = *a.Industry
	}
	if a.Size != nil {
		f.Figures = a.Size
	}
	if a.Representative != nil {
		f.Representative = a.Representative
	}
	if a.Certificate != nil {
		f.Certificate = *a.Certificate
	}
	return f
}

// derive adds what follows from the facts: the industry's section, and the
// size of an enterprise in an industry that the rule covers.
func (f Facts) derive(t Type) Facts {
	industry, err := identifier.ParseIndustry(f.Industry)
	if err != nil {
		return f // refused before it was stored
	}
	f.industry, f.Section = industry, string(industry.Section)
	if t != Enterprise || f.Figures == nil {
		return f
	}
	size, err := identifier.SizeOf(industry, identifier.Figures(*f.Figures))
	if err != nil {
		return f // finance and public bodies: no size by this rule
	}
	f.Size, f.SizeRule = size, identifier.SizeRule
	return f
}
