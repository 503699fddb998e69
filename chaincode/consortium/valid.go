package consortium

import (
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// maxLPR is far above any published rate: a slip of the keyboard, not a rule.
const maxLPR = money.Rate(250_000_000) // 25 %

// maxPending bounds what every transaction reads of changes not in force.
const maxPending = 64

// Limits of texts and tables, which every transaction of every book reads.
const (
	maxText       = 200 // bytes of a name or reason
	maxCode       = 64  // bytes of a code or MSP
	maxRows       = 500 // of one change
	maxList       = 32  // names, methods or guarantees of one row
	maxExceptions = 4000
)

// short refuses what is too long, field by field.
func (c Change) short() error {
	for _, n := range []int{len(c.LPR), len(c.Products), len(c.Purposes), len(c.Items), len(c.Members), len(c.Packs)} {
		if n > maxRows {
			return RowWrong.At("change", maxRows, n)
		}
	}
	if c.Calendar != nil && len(c.Calendar.Exceptions) > maxExceptions {
		return CalendarWrong.At("calendar.exceptions", maxExceptions, len(c.Calendar.Exceptions))
	}
	for _, p := range c.Products {
		if err := within("products", p.Zh, p.En); err != nil {
			return err
		}
		if n := max(len(p.Methods), len(p.Guarantees)); n > maxList {
			return RowWrong.At("products", maxList, n)
		}
		if err := coded("products", append(append([]string(nil), p.Methods...), p.Guarantees...)...); err != nil {
			return err
		}
	}
	for _, p := range c.Purposes {
		if err := within("purposes", p.Zh, p.En); err != nil {
			return err
		}
	}
	for _, x := range c.Items {
		if err := within("items", x.Zh, x.En); err != nil {
			return err
		}
		if err := coded("items", x.Owner); err != nil {
			return err
		}
	}
	for _, m := range c.Members {
		if n := len(m.Names); n > maxList {
			return RowWrong.At("members.names", maxList, n)
		}
		if err := coded("members", m.MSP, m.Book); err != nil {
			return err
		}
		for _, n := range m.Names {
			if err := within("members.names", n.Zh, n.En); err != nil {
				return err
			}
		}
	}
	return nil
}

func within(field string, texts ...string) error { return bounded(field, maxText, texts) }

func coded(field string, codes ...string) error { return bounded(field, maxCode, codes) }

func bounded(field string, most int, texts []string) error {
	for _, s := range texts {
		if len(s) > most {
			return TextLength.At(field, most, len(s))
		}
	}
	return nil
}

func (c Change) valid() error {
	if err := c.short(); err != nil {
		return err
	}
	for i, l := range c.LPR {
		if l.OneYear <= 0 || l.OneYear > maxLPR || l.FiveYear <= 0 || l.FiveYear > maxLPR || l.Published == 0 {
			return RowWrong.At("lpr", "0..25 percent, with a date", l.Published)
		}
		if i > 0 && c.LPR[i-1].Published >= l.Published {
			return RowWrong.At("lpr", "ascending dates", l.Published)
		}
	}
	if k := c.Calendar; k != nil {
		if k.FirstYear < 2000 || k.LastYear < k.FirstYear || k.LastYear > 2200 || len(k.Exceptions) == 0 {
			return CalendarWrong.At("calendar", "2000..2200", k.FirstYear)
		}
		for i, d := range k.Exceptions {
			if y := d.Year(); y < k.FirstYear || y > k.LastYear || (i > 0 && k.Exceptions[i-1] >= d) {
				return CalendarWrong.At("calendar.exceptions", "ascending, within the years", d)
			}
		}
		for year := k.FirstYear; year <= k.LastYear; year++ {
			if !k.holds(year) {
				return CalendarWrong.At("calendar.exceptions", "days off of each year", year)
			}
		}
	}
	for _, p := range c.Products {
		if len(p.Code) < 2 || len(p.Code) > 8 || p.Zh == "" || p.From == 0 || p.MaxPrincipal <= 0 || p.MaxMonths < 1 || p.MaxMonths > 360 || len(p.Methods) == 0 || len(p.Guarantees) == 0 {
			return RowWrong.At("products", "code, name, date, limits, methods, guarantees", p.Code)
		}
	}
	for _, p := range c.Purposes {
		if len(p.Code) != 2 || p.Zh == "" || p.MaxDays < 0 {
			return RowWrong.At("purposes", "two-digit code, name", p.Code)
		}
	}
	for _, x := range c.Items {
		switch x.Class {
		case "PUBLIC", "CONSENT", "WARN_CONSENT", "BANNED":
		default:
			return RowWrong.At("items.class", "PUBLIC, CONSENT, WARN_CONSENT, BANNED", x.Class)
		}
		if x.Code == "" || len(x.Code) > 16 || x.Zh == "" {
			return RowWrong.At("items", "code, name", x.Code)
		}
	}
	for _, m := range c.Members {
		switch m.Party {
		case command.Commission, command.CentralBank, command.Finance, command.Bank, command.Audit, command.Subject, command.Provider:
		default:
			return MembersWrong.At("members.party", "C P F B Audit Subject Provider", string(m.Party))
		}
		if m.MSP == "" || len(m.Names) == 0 {
			return MembersWrong.At("members", "MSP and a name", m.MSP)
		}
	}
	for _, p := range c.Packs {
		if err := p.valid(); err != nil {
			return err
		}
	}
	if r := c.Rules; r != nil {
		switch {
		case r.BackDatingDays < 0 || r.BackDatingDays > 36525:
			return RowWrong.At("rules.back_dating_days", "0..36525", r.BackDatingDays)
		case r.RateCapSpread < 0 || r.RateCapSpread > maxLPR:
			return RowWrong.At("rules.rate_cap_spread", "0..25 percent", r.RateCapSpread)
		case r.PenaltyPercent < 0 || r.PenaltyPercent > 100:
			return RowWrong.At("rules.penalty_percent", "0..100", r.PenaltyPercent)
		case r.AdverseYears < 0 || r.AdverseYears > 100:
			return RowWrong.At("rules.adverse_years", "1..100", r.AdverseYears)
		case r.RetentionYears < 0 || r.RetentionYears > 100:
			return RowWrong.At("rules.retention_years", "1..100", r.RetentionYears)
		case r.DecisionDays < 1 || r.NonPerforming < 1 || r.PreLoanMaxDays < 1:
			return RowWrong.At("rules", "days from 1", 0)
		}
		return orderly(r.Extensions)
	}
	return nil
}

// complete refuses members among whom an authority is missing or stands
// twice: nothing could be endorsed, or somebody else would be asked. Nor do
// two banks have one book.
func complete(members []Member) error {
	count := map[command.Party]int{}
	books := map[string]bool{command.CommonsName: true}
	for _, m := range members {
		count[m.Party]++
		if m.Book != "" && books[m.Book] { // a subject's certificate names one
			return MembersWrong.At("members.book", "each book once, none of them "+command.CommonsName, m.Book)
		}
		books[m.Book] = true
	}
	for _, p := range []command.Party{command.Commission, command.CentralBank, command.Finance} {
		if count[p] != 1 {
			return MembersWrong.At("members", "one "+string(p), count[p])
		}
	}
	if count[command.Bank] < 1 {
		return MembersWrong.At("members", "at least one bank", 0)
	}
	return nil
}

func decodePacked(raw []byte) (Tables, error) {
	r, err := Kind.DecodePage(raw)
	if err != nil {
		return Tables{}, err
	}
	return r.State, nil
}
