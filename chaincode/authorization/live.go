package authorization

import (
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Need is what somebody wants a grant for.
type Need struct {
	Subject  string        // pseudonym of the subject whose data it is
	Purposes []string      // any of these will do; none: any purpose
	Items    []string      // all of these are needed
	Day      calendar.Date // business date
	Provider string        // MSP that hands the data over; "": not asked
	Modes    []Mode        // any of these will do; none: any mode
}

// Wants are what a check of a grant reads: the grant and the marker of a
// revocation by the subject.
func Wants(grant ledgerstate.Ref, pseudonym string) []ledgerstate.Want {
	return []ledgerstate.Want{{Kind: Kind, Ref: grant}, {Kind: Revocations, Ref: MarkerRef(grant.No, pseudonym)}}
}

// Live refuses unless the grant covers the need: it exists, is the subject's
// and to this book's bank (in commons: to the actor's organization), not
// revoked, within its window, of one of the purposes, and all items are in
// its scope. It consumes nothing and does not ask how many uses are left:
// what has been queried may be worked with.
func Live(ctx *command.Context, grant ledgerstate.Ref, need Need) error {
	_, err := live(ctx, grant, need)
	return err
}

// Spend is Live for a use that consumes one of the grant's: it refuses too
// where none is left. Its change is what the use does to the grant. A grant
// in commons is used by its recipient, in a book by the book's bank, which
// alone has access there.
func Spend(ctx *command.Context, grant ledgerstate.Ref, need Need, why string) (ledgerstate.Change, error) {
	g, err := live(ctx, grant, need)
	if err != nil {
		return nil, err
	}
	if g.Used >= g.Terms.Max {
		return nil, Exhausted.At("max_queries", g.Terms.Max, g.Used)
	}
	return Kind.Happened(grant, Used{sorted(need.Items), why, ctx.Actor.Post, ctx.Actor.NameHash}), nil
}

// SubjectOf is whose grant it is, "" if there is none: for telling that
// subject of an attempt, never the one who tried.
func SubjectOf(ctx *command.Context, grant ledgerstate.Ref) (string, error) {
	r, err := get(ctx, grant)
	if Missing.Is(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return r.State.Terms.Subject, nil
}

// RevokedBy is the revocation of a grant by a subject, nil if there is none.
func RevokedBy(v *ledgerstate.View, number, pseudonym string) (*Marker, error) {
	r, err := Revocations.At(v, MarkerID(number, pseudonym))
	if err != nil || r == nil {
		return nil, err
	}
	return &r.State, nil
}

// providers are the organizations that the subject was told would hand its
// data over.
func providers(ctx *command.Context, ref ledgerstate.Ref, r *ledgerstate.Record[Grant]) ([]string, error) {
	log, err := Kind.Log(ctx.View, ref.ID, r)
	if err != nil {
		return nil, err
	}
	for _, e := range log {
		if g, ok := e.Event.(Granted); ok {
			return g.Evidence.Providers, nil
		}
	}
	return nil, nil
}

func live(ctx *command.Context, ref ledgerstate.Ref, need Need) (Grant, error) {
	r, err := get(ctx, ref)
	if err != nil {
		return Grant{}, err
	}
	marker, err := Revocations.At(ctx.View, MarkerID(ref.No, r.State.Terms.Subject))
	if err != nil {
		return Grant{}, err
	}
	grantee := ctx.Owner
	if grantee == "" {
		grantee = ctx.Actor.MSP
	}
	if why := r.State.covers(grantee, marker != nil, need); why != nil {
		return Grant{}, why
	}
	if need.Provider != "" {
		named, err := providers(ctx, ref, r)
		if err != nil {
			return Grant{}, err
		}
		if !slices.Contains(named, need.Provider) {
			return Grant{}, NotProvider.At("owner", strings.Join(named, " "), need.Provider)
		}
	}
	return r.State, nil
}

func get(ctx *command.Context, ref ledgerstate.Ref) (*ledgerstate.Record[Grant], error) {
	r, err := Kind.Get(ctx.View, "grant", ref)
	if ledgerstate.Unknown.Is(err) {
		return nil, Missing.At("grant", nil, ref.No)
	}
	return r, err
}

// covers is the rule. Whose grant it is comes first, so that a stranger
// learns nothing else about it.
func (g Grant) covers(grantee string, revoked bool, need Need) *refusal.Refusal {
	t := g.Terms
	switch {
	case t.Grantee != grantee:
		return Foreign.At("grantee", nil, grantee)
	case t.Subject != need.Subject:
		return Foreign.At("subject", nil, need.Subject)
	case revoked:
		return AlreadyOver.At("grant", nil, nil)
	case need.Day < t.From:
		return NotYet.At("date", t.From, need.Day)
	case need.Day > t.To:
		return Expired.At("date", t.To, need.Day)
	case len(need.Purposes) > 0 && !slices.Contains(need.Purposes, t.Purpose):
		return WrongUse.At("purpose", t.Purpose, strings.Join(need.Purposes, " "))
	case len(need.Modes) > 0 && !slices.Contains(need.Modes, t.Mode):
		return WrongMode.At("mode", t.Mode, need.Modes)
	}
	for _, item := range need.Items {
		if !slices.Contains(t.Items, item) {
			return OutOfScope.At("items", strings.Join(t.Items, " "), item)
		}
	}
	return nil
}

// Signatory refuses unless the grant was signed by somebody who could sign
// for the subject on that day: its legal representative, or the person
// itself. Only lanes that read person may ask; the subject is named by its
// pseudonym, with or without its natural key.
func Signatory(ctx *command.Context, grant, who ledgerstate.Ref) error {
	r, err := get(ctx, grant)
	if err != nil {
		return err
	}
	return subject.SignatoryAt(ctx, who, r.State.Terms.Signer, r.State.Terms.Signed)
}
