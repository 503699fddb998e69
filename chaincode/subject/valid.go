package subject

import (
	"errors"

	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Limits against slips of the keyboard, not rules.
const (
	maxName      = 200 // bytes
	maxEmployees = 10_000_000
	maxAmount    = 10_000_000_000_000 * money.Yuan
)

// ValidPseudonym reports whether text is a pseudonym: 8 to 32 characters a-z
// and 0-9. Drawn at random it tells nothing.
func ValidPseudonym(text string) bool {
	if len(text) < 8 || len(text) > ledgerstate.MaxPageName {
		return false
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

func (c RegisterContent) valid() error {
	if !ValidPseudonym(c.Subject.ID.Page) || c.Subject.ID.Slot != 0 {
		return PseudonymForm.At("subject.id", "8..32 of a-z 0-9", c.Subject.ID)
	}
	if c.Type == 0 {
		return TypeMissing.At("type", list(types), nil)
	}
	if err := c.Type.identified(c.IDKind, c.Subject.No); err != nil {
		return err
	}
	if c.Facts.From > c.Date {
		return FromWrong.At("facts.from", c.Date, c.Facts.From)
	}
	for _, fact := range []struct {
		field   string
		missing bool
	}{{"facts.name", c.Facts.Name == nil}, {"facts.region", c.Facts.Region == nil}, {"facts.industry", c.Facts.Industry == nil}} {
		if fact.missing {
			return FactMissing.At(fact.field, nil, nil)
		}
	}
	if c.Type == Enterprise && c.Facts.Size == nil {
		return FiguresMissing.At("facts.size", nil, nil)
	}
	if c.Type.needsRepresentative() && c.Facts.Representative == nil {
		return RepresentativeNeeded.At("facts.representative", nil, c.Type)
	}
	if err := c.Type.suits(c.Facts); err != nil {
		return err
	}
	return c.Facts.valid()
}

// identified checks the code by which a subject is known. Its errors refuse,
// its warnings do not: old codes are odd and yet genuine. The check's own
// sentence is the limit; the code itself is not repeated.
func (t Type) identified(kind IDKind, number string) error {
	var check identifier.Check
	switch kind {
	case USCC:
		check = identifier.CheckUSCC(number)
	case ResidentID:
		if t != Herder && t != FamilyRanch {
			return IDKindWrong.At("id_kind", USCC, kind)
		}
		check = identifier.CheckResidentID(number)
	default:
		return IDKindWrong.At("id_kind", list(idKinds), nil)
	}
	if !check.Valid {
		return IDWrong.At("subject.no", check.Errors[0].En, check.Errors[0].Code)
	}
	if check.Value != number {
		return IDWrong.At("subject.no", "upper case", nil)
	}
	return nil
}

// needsRepresentative tells which subjects act through a person 法定代表人; a
// sole trader's operator 经营者 may be named, a herder is the person.
func (t Type) needsRepresentative() bool { return t == Enterprise || t == Cooperative }

// suits refuses facts that a subject of the type does not have.
func (t Type) suits(a Amendment) error {
	if a.Size != nil && t != Enterprise {
		return FiguresNotFor.At("facts.size", Enterprise, t)
	}
	if a.Representative != nil && t == Herder {
		return RepresentativeWrong.At("facts.representative", "no herder has one", nil)
	}
	return nil
}

func (a Amendment) empty() bool {
	return a.Name == nil && a.Region == nil && a.Industry == nil && a.Size == nil && a.Representative == nil && a.Certificate == nil
}

func (a Amendment) valid() error {
	if a.Name != nil && !validName(*a.Name) {
		return NameWrong.At("facts.name", "1..200", len(*a.Name))
	}
	if a.Region != nil {
		if err := a.validRegion(); err != nil {
			return err
		}
	}
	if a.Industry != nil {
		industry, err := identifier.ParseIndustry(*a.Industry)
		if err != nil || industry.Code != *a.Industry || len(industry.Code) != 4 {
			return IndustryWrong.At("facts.industry", "4 digits, divisions 01..97", invalid.Shown(*a.Industry))
		}
	}
	if f := a.Size; f != nil {
		switch {
		case f.Employees < 0 || f.Employees > maxEmployees:
			return FiguresWrong.At("facts.size.employees", maxEmployees, f.Employees)
		case f.Revenue < 0 || f.Revenue > maxAmount:
			return FiguresWrong.At("facts.size.revenue", money.Fen(maxAmount), f.Revenue)
		case f.Assets < 0 || f.Assets > maxAmount:
			return FiguresWrong.At("facts.size.assets", money.Fen(maxAmount), f.Assets)
		}
	}
	if r := a.Representative; r != nil {
		if !validName(r.Name) {
			return RepresentativeWrong.At("facts.representative.name", "1..200", len(r.Name))
		}
		if !ValidPseudonym(r.Signer) {
			return RepresentativeWrong.At("facts.representative.signer", "8..32 of a-z 0-9", invalid.Shown(r.Signer))
		}
		if r.ID != "" {
			if check := identifier.CheckResidentID(r.ID); !check.Valid || check.Value != r.ID {
				return RepresentativeWrong.At("facts.representative.id", "a resident ID in capitals", nil)
			}
		}
	}
	return nil
}

func validName(s string) bool { return len(s) >= 1 && len(s) <= maxName }

// validRegion takes a county that exists in the year from which it holds. A
// past code is refused with the one that took its place; so are cities and
// prefectures, in which no place is.
func (a Amendment) validRegion() error {
	code, year := *a.Region, a.From.Year()
	region, err := identifier.ParseRegionIn(code, year)
	if err == nil {
		for _, county := range identifier.Counties(year) {
			if county.Code == region.Code {
				return nil
			}
		}
		return RegionWrong.At("facts.region", "a county", region.Code+" "+region.Name)
	}
	var why *invalid.Error
	limit := "63xxxx of GB/T 2260"
	if errors.As(err, &why) && why.Hint != "" {
		limit = why.Hint
	}
	return RegionWrong.At("facts.region", limit, invalid.Shown(code))
}
