package actus

import (
	"math/big"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
)

// state is a contract between two events. Amounts have the sign of the role.
type state struct {
	terms  *Terms
	market Market

	since    calendar.Date // the day from which the next event's interest counts
	notional *big.Rat
	base     *big.Rat // of interest
	rate     *big.Rat
	accrued  *big.Rat
	fees     *big.Rat
	payment  *big.Rat // next principal redemption payment, without a sign

	scaledInterest, scaledNotional *big.Rat

	fixed int // periods over which annuities were computed
}

// Evaluate computes the events of a contract after its status date, up to
// and including a time, or all when that is no time. Events before a purchase
// are left out, as the standard has it. Its errors are *Error, or the
// calendar's.
func Evaluate(terms Terms, market Market, until Time) ([]Event, error) {
	t := &terms
	if err := t.validate(); err != nil {
		return nil, err
	}
	if err := t.complete(); err != nil {
		return nil, err
	}
	list, err := t.schedule()
	if err != nil {
		return nil, err
	}
	s, err := t.initial(market)
	if err != nil {
		return nil, err
	}
	results := make([]Event, 0, len(list))
	purchase := event{kind: PRD, at: t.Purchase}
	for _, x := range list {
		if !until.IsZero() && x.at.After(until) {
			break
		}
		payoff, err := s.apply(x)
		if err != nil {
			return nil, err
		}
		if !t.Purchase.IsZero() && before(x, purchase) {
			continue
		}
		results = append(results, Event{At: x.at, Kind: x.kind, Payoff: payoff, Notional: s.notional, Rate: s.rate, Accrued: s.accrued})
	}
	return results, nil
}

// initial is the state at the status date.
func (t *Terms) initial(market Market) (*state, error) {
	s := &state{terms: t, market: market, notional: zero(), base: zero(), rate: zero(), accrued: zero(),
		fees: multiply(t.sign(), orZero(t.FeeAccrued)), payment: t.NextPrincipal,
		scaledInterest: orOne(t.InterestMultiplier), scaledNotional: orOne(t.NotionalMultiplier)}
	var err error
	if s.since, err = t.counted(t.StatusDate); err != nil {
		return nil, err
	}
	if !t.InitialExchange.After(t.StatusDate) {
		s.exchanged()
		if s.accrued, err = t.accruedAtStatus(s.base); err != nil {
			return nil, err
		}
	}
	switch {
	case s.payment != nil:
	case t.Type == LAM:
		dates, err := t.redemptionsAfter(t.StatusDate, t.Maturity)
		if err != nil {
			return nil, err
		}
		if len(dates) == 0 {
			return nil, contradictory("cycleOfPrincipalRedemption", "a redemption after "+t.StatusDate.String(), "none")
		}
		s.payment = multiply(t.Notional, big.NewRat(1, int64(len(dates))))
	case t.Type == ANN && !t.InitialExchange.After(t.StatusDate):
		return s, s.fixPayment(t.StatusDate)
	}
	return s, nil
}

// exchanged is what the initial exchange brings about.
func (s *state) exchanged() {
	t := s.terms
	s.notional = multiply(t.sign(), t.Notional)
	s.rate = t.Rate
	s.base = s.notional
	if t.Base != OnNotional && t.BaseAmount != nil {
		s.base = multiply(t.sign(), t.BaseAmount)
	}
}

// accruedAtStatus is given, or counts from the last interest date.
func (t *Terms) accruedAtStatus(base *big.Rat) (*big.Rat, error) {
	if t.Accrued != nil {
		return multiply(t.sign(), t.Accrued), nil
	}
	dates, err := t.interestDates()
	if err != nil {
		return nil, err
	}
	var last Time
	for _, at := range dates {
		if t.StatusDate.After(at) {
			last = at
		}
	}
	if last.IsZero() {
		return zero(), nil
	}
	return t.interest(base, t.Rate, last, t.StatusDate)
}

// interest between two scheduled times.
func (t *Terms) interest(base, rate *big.Rat, from, to Time) (*big.Rat, error) {
	start, err := t.counted(from)
	if err != nil {
		return nil, err
	}
	end, err := t.counted(to)
	if err != nil {
		return nil, err
	}
	f, err := t.fraction(start, end)
	if err != nil {
		return nil, err
	}
	return multiply(multiply(base, rate), f), nil
}

// redemptionsAfter is the redemption dates after a time, the last of which is
// the end.
func (t *Terms) redemptionsAfter(at, end Time) ([]Time, error) {
	dates, err := t.Principal.until(end, t.EndOfMonth, true)
	if err != nil {
		return nil, err
	}
	for i, d := range dates {
		if d.After(at) {
			return dates[i:], nil
		}
	}
	return nil, nil
}

// fixPayment sets the annuity that repays everything by the amortization
// date, or by maturity.
func (s *state) fixPayment(after Time) error {
	t := s.terms
	end := t.Maturity
	if !t.Amortization.IsZero() {
		end = t.Amortization
	}
	dates, err := t.redemptionsAfter(after, end)
	if err != nil {
		return err
	}
	if s.fixed += len(dates); s.fixed > maxFixed {
		return outOfRange("cycleOfRateReset", "fixings of a shorter plan", strconv.Itoa(len(dates))+" redemptions each")
	}
	at := after
	if t.InitialExchange.After(at) {
		at = t.InitialExchange
	}
	s.payment, err = t.annuity(absolute(s.notional), multiply(t.sign(), s.accrued), s.rate, at, dates)
	return err
}

// accrue brings interest and fees up to an event's day.
func (s *state) accrue(scheduled Time) error {
	t := s.terms
	day, err := t.counted(scheduled)
	if err != nil {
		return err
	}
	if s.base.Sign() != 0 || s.notional.Sign() != 0 {
		f, err := t.fraction(s.since, day)
		if err != nil {
			return err
		}
		s.accrued = add(s.accrued, multiply(multiply(s.rate, s.base), f))
		if t.FeeRate != nil && !t.FeeAmount {
			s.fees = add(s.fees, multiply(multiply(t.FeeRate, s.notional), f))
		}
	}
	s.since = day
	return nil
}
