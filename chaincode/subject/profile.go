package subject

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Profile is what a loan keeps of its borrower, as of a day: nothing that
// tells who it is.
type Profile struct {
	Type     Type            `json:"type"`
	Region   string          `json:"region"`         // county, GB/T 2260
	Industry string          `json:"industry"`       // class with its section, "A0313"
	Size     identifier.Size `json:"size,omitempty"` // of enterprises; absent where the rule sizes nothing
	SizeRule string          `json:"size_rule,omitempty"`
	At       calendar.Date   `json:"at"`
}

// Want is what a command reads that asks for a profile. Only lanes that read
// the collection person may have it.
func Want(pseudonym, natural string) ledgerstate.Want {
	return ledgerstate.Want{Kind: Kind, Ref: ledgerstate.Ref{ID: ledgerstate.ID{Page: pseudonym}, No: natural}}
}

// ProfileAt is a subject as of a day. The reference is the pseudonym; where
// its natural key is given too, the two must belong together. A refusal names
// the pseudonym only, since it may stand in a receipt that others read.
func ProfileAt(ctx *command.Context, ref ledgerstate.Ref, day calendar.Date) (Profile, error) {
	s, err := read(ctx, ref)
	if err != nil {
		return Profile{}, err
	}
	f, ok := s.At(day)
	if !ok {
		return Profile{}, TooEarly.At("subject", s.Amendments[0].From, day)
	}
	return Profile{Type: s.Type, Region: RegionOf(f.Region, day.Year()), Industry: f.industry.String(), Size: f.Size, SizeRule: f.SizeRule, At: day}, nil
}

// RegionOf follows a county that was renamed or merged since to its code of
// the year.
func RegionOf(code string, year int) string {
	region, err := identifier.ParseRegion(code)
	for err == nil && !region.In(year) && region.Successor != "" {
		region, err = identifier.ParseRegion(region.Successor)
	}
	if err != nil {
		return code
	}
	return region.Code
}

func read(ctx *command.Context, ref ledgerstate.Ref) (Subject, error) {
	if ref.ID.IsZero() {
		return Subject{}, Unknown.At("subject", nil, nil)
	}
	r, err := Kind.At(ctx.View, ref.ID)
	if err != nil {
		return Subject{}, err
	}
	if r == nil || (ref.No != "" && ref.No != r.Natural) {
		return Subject{}, Unknown.At("subject", nil, ref.ID.Page)
	}
	return r.State, nil
}

// SignatoryAt checks that the signer was entitled to sign for the subject on
// a day: its representative then, or the subject itself where it is a person
// and no signer is named.
func SignatoryAt(ctx *command.Context, ref ledgerstate.Ref, signer string, day calendar.Date) error {
	s, err := read(ctx, ref)
	if err != nil {
		return err
	}
	f, ok := s.At(day)
	if !ok {
		return TooEarly.At("subject", s.Amendments[0].From, day)
	}
	return s.signed(f, signer, day)
}

func (s Subject) signed(f Facts, signer string, day calendar.Date) error {
	if f.Representative == nil {
		if signer != "" {
			return NoRepresentative.At("signer", nil, signer)
		}
		return nil
	}
	if f.Representative.Signer == signer {
		return nil
	}
	if signer == "" && !s.Type.needsRepresentative() {
		return nil
	}
	for _, a := range s.Amendments {
		if a.Representative != nil && a.Representative.Signer == signer {
			return FormerRepresentative.At("signer", f.representedSince(s), day)
		}
	}
	return NoRepresentative.At("signer", nil, signer)
}

// representedSince is the day from which the representative in force is so.
func (f Facts) representedSince(s Subject) calendar.Date {
	var since calendar.Date
	for _, a := range s.Amendments {
		if a.From <= f.From && a.Representative != nil {
			since = a.From
		}
	}
	return since
}
