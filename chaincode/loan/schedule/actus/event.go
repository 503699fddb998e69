package actus

import (
	"math/big"
	"sort"
	"strconv"
)

// Kind is an event type of the standard. Kinds are ordered as events of one
// time are.
type Kind uint8

const (
	IED  Kind = iota + 1 // initial exchange
	PR                   // principal redemption
	PI                   // principal increase
	IP                   // interest payment
	IPCI                 // interest capitalization
	FP                   // fee payment
	RRF                  // rate reset with a known rate
	RR                   // rate reset to an index
	PRF                  // principal payment amount fixing
	SC                   // scaling index fixing
	IPCB                 // interest calculation base fixing
	PRD                  // purchase
	TD                   // termination
	MD                   // maturity
)

var kinds = [...]string{IED: "IED", PR: "PR", PI: "PI", IP: "IP", IPCI: "IPCI", FP: "FP", RRF: "RRF", RR: "RR", PRF: "PRF",
	SC: "SC", IPCB: "IPCB", PRD: "PRD", TD: "TD", MD: "MD"}

// sequence orders the kinds of one time; redemption and increase, payment and
// capitalization, and the two resets share a place.
var sequence = [...]uint8{IED: 1, PR: 2, PI: 2, IP: 3, IPCI: 3, FP: 4, RRF: 5, RR: 5, PRF: 6, SC: 7, IPCB: 8, PRD: 9, TD: 10, MD: 11}

func (k Kind) String() string {
	if int(k) >= len(kinds) {
		return ""
	}
	return kinds[k]
}

// Event is an event with its payoff, from the creator's side, and the
// contract's state after it.
type Event struct {
	At       Time
	Kind     Kind
	Payoff   *big.Rat
	Notional *big.Rat // negative for a liability
	Rate     *big.Rat
	Accrued  *big.Rat
}

// event is an event that is not evaluated yet.
type event struct {
	kind      Kind
	scheduled Time     // for day counts, by the business-day convention
	at        Time     // when it happens
	amount    *big.Rat // PR, PI of a piece: its amount; RR, RRF of a piece: its rate
}

// maxEvents bounds the work that one contract may ask for.
const maxEvents = 40000

type events struct {
	terms *Terms
	list  []event
}

// add schedules events that move with the business-day convention.
func (e *events) add(kind Kind, amount *big.Rat, dates ...Time) error {
	for _, scheduled := range dates {
		at, err := e.terms.moved(scheduled)
		if err != nil {
			return err
		}
		e.list = append(e.list, event{kind, scheduled, at, amount})
	}
	if len(e.list) > maxEvents {
		return outOfRange("cycle", strconv.Itoa(maxEvents)+" events", "more")
	}
	return nil
}

// fixed schedules an event that stays on its day.
func (e *events) fixed(kind Kind, at Time) {
	e.list = append(e.list, event{kind: kind, scheduled: at, at: at})
}

func before(a, b event) bool {
	if a.at.Day() != b.at.Day() {
		return a.at.Day() < b.at.Day()
	}
	return sequence[a.kind] < sequence[b.kind]
}

func (e *events) remove(unwanted func(event) bool) {
	kept := e.list[:0]
	for _, x := range e.list {
		if !unwanted(x) {
			kept = append(kept, x)
		}
	}
	e.list = kept
}

func (e *events) sort() {
	sort.SliceStable(e.list, func(i, j int) bool { return before(e.list[i], e.list[j]) })
}

// series adds the dates of one of the contract's cycles.
func (e *events) series(kind Kind, s Series, withEnd bool) error {
	dates, err := s.until(e.terms.Maturity, e.terms.EndOfMonth, withEnd)
	if err != nil {
		return err
	}
	return e.add(kind, nil, dates...)
}

// schedule is all events of the contract after the status date, in order.
func (t *Terms) schedule() ([]event, error) {
	e := &events{terms: t}
	e.fixed(IED, t.InitialExchange)
	for _, generate := range []func() error{e.principal, e.interest, e.resets, e.others} {
		if err := generate(); err != nil {
			return nil, err
		}
	}
	if err := e.add(MD, nil, t.Maturity); err != nil {
		return nil, err
	}
	if !t.Purchase.IsZero() {
		e.fixed(PRD, t.Purchase)
	}
	if !t.Termination.IsZero() {
		end := event{kind: TD, at: t.Termination}
		e.remove(func(x event) bool { return before(end, x) })
		e.fixed(TD, t.Termination)
	}
	e.remove(func(x event) bool { return !x.at.After(t.StatusDate) })
	e.sort()
	if t.InitialExchange.After(t.StatusDate) && len(e.list) > 0 {
		// Interest may begin to count before the exchange; nothing else may happen.
		for _, x := range e.list {
			if x.kind == IED {
				break
			}
			if x.kind != IP {
				return nil, contradictory(x.kind.String(), "after initialExchangeDate "+t.InitialExchange.String(), x.at.String())
			}
		}
	}
	return e.list, nil
}

func (e *events) others() error {
	t := e.terms
	if !t.Fee.IsZero() {
		if err := e.series(FP, t.Fee, true); err != nil {
			return err
		}
	}
	if t.scales() {
		if err := e.series(SC, t.Scaling, false); err != nil {
			return err
		}
	}
	if t.Base == OnLaggedNotional {
		return e.series(IPCB, t.BaseFixing, false)
	}
	return nil
}

// interest is IP at each date and at maturity; up to the end of
// capitalization, and on it, IPCI.
func (e *events) interest() error {
	t := e.terms
	dates, err := t.interestDates()
	if err != nil {
		return err
	}
	if t.CapitalizationEnd.IsZero() {
		return e.add(IP, nil, dates...)
	}
	end, err := t.moved(t.CapitalizationEnd)
	if err != nil {
		return err
	}
	for _, scheduled := range dates {
		at, err := t.moved(scheduled)
		if err != nil {
			return err
		}
		kind := IP
		switch {
		case at.Day() == end.Day():
			continue
		case end.After(at):
			kind = IPCI
		}
		e.list = append(e.list, event{kind: kind, scheduled: scheduled, at: at})
	}
	return e.add(IPCI, nil, t.CapitalizationEnd)
}

// interestDates includes the maturity; for pieces, each piece's anchor too.
func (t *Terms) interestDates() ([]Time, error) {
	if len(t.InterestPieces) == 0 {
		return t.Interest.until(t.Maturity, t.EndOfMonth, true)
	}
	var all []Time
	for i, piece := range t.InterestPieces {
		if piece.Anchor.place() >= t.Maturity.place() {
			break
		}
		end := t.Maturity
		if i+1 < len(t.InterestPieces) {
			end = earlier(end, t.InterestPieces[i+1].Anchor)
		}
		dates, err := piece.until(end, t.EndOfMonth, true)
		if err != nil {
			return nil, err
		}
		if len(all) > 0 {
			dates = dates[1:] // the anchor ended the piece before
		}
		all = append(all, dates...)
	}
	if len(all) == 0 {
		all = append(all, t.Maturity)
	}
	return all, nil
}

func (e *events) principal() error {
	t := e.terms
	switch t.Type {
	case PAM:
		return nil
	case LAX:
		for i, piece := range t.PrincipalPieces {
			end := t.Maturity
			if i+1 < len(t.PrincipalPieces) {
				end = earlier(end, t.PrincipalPieces[i+1].Anchor)
			}
			kind := PR
			if piece.Increase {
				kind = PI
			}
			if err := e.piece(kind, piece.Amount, piece.Series, end); err != nil {
				return err
			}
		}
		return nil
	}
	if err := e.series(PR, t.Principal, false); err != nil {
		return err
	}
	if t.Type == ANN && t.NextPrincipal == nil && !t.fixedAtExchange() {
		return e.firstFixing()
	}
	return nil
}

// piece adds an event at each date of a piece of an array, up to the anchor of
// the next one or the maturity. One that begins no earlier has no dates.
func (e *events) piece(kind Kind, amount *big.Rat, s Series, end Time) error {
	if s.Anchor.place() >= end.place() {
		return nil
	}
	dates, err := s.until(end, e.terms.EndOfMonth, false)
	if err != nil {
		return err
	}
	return e.add(kind, amount, dates...)
}

func earlier(a, b Time) Time {
	if b.place() < a.place() {
		return b
	}
	return a
}

// firstFixing is the day before the first redemption. It pays nothing; where
// the business-day convention would bring the two together, it is the day
// before the redemption as moved.
func (e *events) firstFixing() error {
	scheduled := e.terms.beforeRedemption()
	at, err := e.terms.moved(scheduled)
	if err != nil {
		return err
	}
	first, err := e.terms.moved(e.terms.Principal.Anchor)
	if err != nil {
		return err
	}
	if !first.After(at) {
		at = first.on(first.civil() - 1)
	}
	e.list = append(e.list, event{kind: PRF, scheduled: scheduled, at: at})
	return nil
}

func (t *Terms) beforeRedemption() Time { return t.Principal.Anchor.on(t.Principal.Anchor.civil() - 1) }

// fixedAtExchange: a redemption on the day of the exchange is fixed with it.
func (t *Terms) fixedAtExchange() bool { return t.InitialExchange.After(t.beforeRedemption()) }

// resets is RR at each date, RRF where the rate is known. Each one of an
// annuity fixes its payments anew.
func (e *events) resets() error {
	t := e.terms
	from := len(e.list)
	if !t.Reset.IsZero() {
		if err := e.series(RR, t.Reset, false); err != nil {
			return err
		}
	}
	for i, piece := range t.ResetPieces {
		end := t.Maturity
		if i+1 < len(t.ResetPieces) {
			end = earlier(end, t.ResetPieces[i+1].Anchor)
		}
		kind := RR
		if piece.Fixed {
			kind = RRF
		}
		if err := e.piece(kind, piece.Rate, piece.Series, end); err != nil {
			return err
		}
	}
	resets := e.list[from:]
	if t.NextRate != nil {
		next := -1
		for i, x := range resets {
			if x.at.After(t.StatusDate) && (next < 0 || resets[next].at.After(x.at)) {
				next = i
			}
		}
		if next < 0 {
			return contradictory("nextResetRate", "a rate reset after statusDate", "none")
		}
		resets[next].kind, resets[next].amount = RRF, t.NextRate
	}
	if t.Type == ANN {
		for _, x := range resets {
			e.list = append(e.list, event{kind: PRF, scheduled: x.scheduled, at: x.at})
		}
	}
	return nil
}
