package actus

import (
	"math/big"
)

// apply runs one event: it changes the state and gives the payoff.
func (s *state) apply(x event) (*big.Rat, error) {
	t := s.terms
	if x.kind == IED {
		return s.initialExchange(x)
	}
	if err := s.accrue(x.scheduled); err != nil {
		return nil, err
	}
	payoff := zero()
	switch x.kind {
	case PR:
		if t.Type != LAX && s.payment == nil {
			return nil, contradictory("nextPrincipalRedemptionPayment", "fixed before "+x.at.String(), "not yet")
		}
		redeemed := s.redemption(x)
		payoff = multiply(multiply(t.sign(), s.scaledNotional), redeemed)
		s.setNotional(subtract(s.notional, multiply(t.sign(), redeemed)))
	case PI:
		drawn := s.rounded(x.amount)
		payoff = multiply(multiply(t.sign(), s.scaledNotional), new(big.Rat).Neg(drawn))
		s.setNotional(add(s.notional, multiply(t.sign(), drawn)))
	case IP:
		payoff = s.rounded(multiply(s.scaledInterest, s.accrued))
		s.accrued = zero()
	case IPCI:
		s.setNotional(add(s.notional, s.rounded(s.accrued)))
		s.accrued = zero()
		if multiply(t.sign(), s.notional).Sign() < 0 {
			return nil, outOfRange("nominalInterestRate", "capitalized interest that leaves a debt", s.rate.FloatString(6))
		}
	case FP:
		payoff = s.rounded(s.fees)
		if t.FeeAmount {
			payoff = s.rounded(multiply(t.sign(), t.FeeRate))
		}
		s.fees = zero()
	case RR, RRF:
		rate, err := s.resetRate(x)
		if err != nil {
			return nil, err
		}
		s.rate = rate
	case PRF:
		if err := s.fixPayment(x.scheduled); err != nil {
			return nil, err
		}
	case SC:
		index, err := s.market.observed("marketObjectCodeOfScalingIndex", t.ScalingIndex, x.scheduled, 0)
		if err != nil {
			return nil, err
		}
		ratio := new(big.Rat).Quo(index, t.ScalingBase)
		if t.ScaleInterest {
			s.scaledInterest = ratio
		}
		if t.ScaleNotional {
			s.scaledNotional = ratio
		}
	case IPCB:
		s.base = s.notional
	case PRD:
		payoff = multiply(t.sign(), new(big.Rat).Neg(add(t.PurchasePrice, s.accrued)))
	case TD:
		payoff = multiply(t.sign(), add(t.TerminationPrice, s.accrued))
		s.end()
	case MD:
		payoff = add(add(multiply(s.scaledNotional, s.notional), s.rounded(multiply(s.scaledInterest, s.accrued))), s.rounded(s.fees))
		s.end()
	}
	s.trim()
	return trimmed(payoff), nil
}

func (s *state) initialExchange(x event) (*big.Rat, error) {
	t := s.terms
	day, err := t.counted(x.scheduled)
	if err != nil {
		return nil, err
	}
	s.since = day
	s.exchanged()
	switch {
	case t.Accrued != nil:
		s.accrued = multiply(t.sign(), t.Accrued)
	case !t.Interest.Anchor.IsZero() && x.scheduled.After(t.Interest.Anchor):
		if s.accrued, err = t.interest(s.base, t.Rate, t.Interest.Anchor, x.scheduled); err != nil {
			return nil, err
		}
	}
	if t.Type == ANN && t.NextPrincipal == nil && t.fixedAtExchange() {
		if err := s.fixPayment(t.beforeRedemption()); err != nil {
			return nil, err
		}
	}
	return multiply(t.sign(), new(big.Rat).Neg(add(t.Notional, orZero(t.PremiumDiscount)))), nil
}

// redemption is never more than what is outstanding. Where the payment
// includes the interest and does not cover it, it is negative.
func (s *state) redemption(x event) *big.Rat {
	amount := s.payment
	switch s.terms.Type {
	case LAX:
		amount = x.amount
	case NAM, ANN:
		amount = subtract(amount, s.rounded(multiply(s.terms.sign(), s.accrued)))
	}
	return least(s.rounded(amount), absolute(s.notional))
}

func (s *state) setNotional(n *big.Rat) {
	s.notional = n
	if s.terms.Base == OnNotional {
		s.base = n
	}
}

// resetRate is the next rate: known, or the index with multiplier and spread,
// within the caps and floors.
func (s *state) resetRate(x event) (*big.Rat, error) {
	t := s.terms
	if x.kind == RRF && x.amount == t.NextRate {
		return t.NextRate, nil // already fixed, caps and all
	}
	rate := x.amount
	if x.kind == RR {
		index, err := s.market.observed("marketObjectCodeOfRateReset", t.ResetIndex, x.scheduled, t.ResetIndexDue)
		if err != nil {
			return nil, err
		}
		spread := x.amount
		if spread == nil {
			spread = orZero(t.Spread)
		}
		rate = add(multiply(index, orOne(t.Multiplier)), spread)
	}
	change := subtract(rate, s.rate)
	if t.PeriodFloor != nil {
		change = greatest(change, new(big.Rat).Neg(absolute(t.PeriodFloor)))
	}
	if t.PeriodCap != nil {
		change = least(change, t.PeriodCap)
	}
	rate = add(s.rate, change)
	if t.LifeFloor != nil {
		rate = greatest(rate, t.LifeFloor)
	}
	if t.LifeCap != nil {
		rate = least(rate, t.LifeCap)
	}
	return rate, nil
}

// end is the state after maturity and termination.
func (s *state) end() {
	s.notional, s.base, s.accrued, s.fees = zero(), zero(), zero(), zero()
}

// rounded applies the rounding policy, if there is one, away from the sign.
func (s *state) rounded(a *big.Rat) *big.Rat {
	if s.terms.Rounding == nil {
		return a
	}
	return new(big.Rat).SetInt(s.terms.Rounding.Div(a.Num(), a.Denom()))
}

func (s *state) trim() {
	if s.terms.Rounding != nil {
		return // whole notionals keep denominators short, and halves must stay exact
	}
	s.notional, s.base, s.accrued, s.fees = trimmed(s.notional), trimmed(s.base), trimmed(s.accrued), trimmed(s.fees)
}
