package actus

import (
	"math/big"
	"strconv"
)

// complete fills in what the standard derives: anchors that are one cycle
// after the initial exchange, and the maturity. It works on a copy.
func (t *Terms) complete() error {
	for _, s := range []*Series{&t.Interest, &t.Principal, &t.Reset, &t.Scaling, &t.BaseFixing, &t.Fee} {
		if s.Anchor.IsZero() && !s.Cycle.IsZero() {
			// The first date is the first of a series that begins at the exchange.
			first, err := Series{t.InitialExchange, s.Cycle}.nth(1, t.EndOfMonth)
			if err != nil {
				return err
			}
			s.Anchor = first
		}
	}
	if t.Maturity.IsZero() {
		var err error
		switch t.Type {
		case LAM:
			t.Maturity, err = t.linearMaturity()
		case NAM, ANN:
			t.Maturity, err = t.negativeMaturity()
		case LAX:
			t.Maturity, err = t.piecesMaturity()
		}
		if err != nil {
			return err
		}
		if !t.Maturity.After(t.StatusDate) {
			return contradictory("maturityDate", "after "+t.StatusDate.String(), t.Maturity.String())
		}
		if err := t.dates(true); err != nil {
			return err
		}
	}
	if isda, ok := t.DayCount.(Thirty360ISDA); ok {
		isda.Maturity = t.Maturity.Day()
		t.DayCount = isda
	}
	return nil
}

// lastBefore is the index of the last date of the redemption series before
// the status date; -1 when the first is not before it.
func (t *Terms) lastBefore() (int, error) {
	if t.Principal.Cycle.IsZero() {
		return 0, missing("cycleOfPrincipalRedemption")
	}
	for n := 0; n < maxDates; n++ {
		at, err := t.Principal.nth(n, t.EndOfMonth)
		if err != nil {
			return 0, err
		}
		if at.Day() >= t.StatusDate.Day() {
			return n - 1, nil
		}
	}
	return 0, outOfRange("cycleOfPrincipalRedemption", strconv.Itoa(maxDates)+" dates", t.Principal.Anchor.String())
}

// linearMaturity is the date on which redemptions of the same amount have
// repaid the notional.
func (t *Terms) linearMaturity() (Time, error) {
	if t.NextPrincipal == nil {
		return Time{}, missing("maturityDate")
	}
	return t.redeemedAfter(t.NextPrincipal)
}

// negativeMaturity estimates, as the standard does, from the principal that
// the first payment after the status date repays.
func (t *Terms) negativeMaturity() (Time, error) {
	if t.Type == ANN && !t.Amortization.IsZero() {
		return t.Amortization, nil
	}
	if t.NextPrincipal == nil {
		return Time{}, missing("maturityDate")
	}
	before, err := t.lastBefore()
	if err != nil {
		return Time{}, err
	}
	from, err := t.Principal.nth(max(before, 0), t.EndOfMonth)
	if err != nil {
		return Time{}, err
	}
	to, err := t.Principal.nth(max(before, 0)+1, t.EndOfMonth)
	if err != nil {
		return Time{}, err
	}
	f, err := t.fraction(from.Day(), to.Day())
	if err != nil {
		return Time{}, err
	}
	return t.redeemedAfter(subtract(t.NextPrincipal, multiply(multiply(f, t.Rate), t.Notional)))
}

// redeemedAfter is the date of the redemption that, at so much each, is the
// last. The first redemption is the first on or after the status date.
func (t *Terms) redeemedAfter(each *big.Rat) (Time, error) {
	if each.Sign() <= 0 {
		return Time{}, contradictory("nextPrincipalRedemptionPayment", "more than the interest, or a maturityDate", orZero(t.NextPrincipal).FloatString(6))
	}
	periods := ceiling(new(big.Rat).Quo(t.Notional, each))
	if !periods.IsInt64() || periods.Int64() > maxDates {
		return Time{}, outOfRange("nextPrincipalRedemptionPayment", strconv.Itoa(maxDates)+" redemptions", periods.String())
	}
	before, err := t.lastBefore()
	if err != nil {
		return Time{}, err
	}
	return t.Principal.nth(before+int(periods.Int64()), t.EndOfMonth)
}

// piecesMaturity is the date on which the pieces have repaid the notional for
// the last time. Without a cycle the last piece is one payment, and the rest
// of the notional is due with it.
func (t *Terms) piecesMaturity() (Time, error) {
	balance, repaid := t.Notional, Time{}
	last := len(t.PrincipalPieces) - 1
	for i, piece := range t.PrincipalPieces {
		if i == last {
			switch {
			case !repaid.IsZero() && !piece.Increase:
				return repaid, nil
			case piece.Cycle.IsZero():
				return piece.Anchor, nil
			case piece.Increase || piece.Amount.Sign() == 0:
				return Time{}, missing("maturityDate")
			}
			n := ceiling(new(big.Rat).Quo(balance, piece.Amount))
			if !n.IsInt64() || n.Int64() > maxDates {
				return Time{}, outOfRange("arrayNextPrincipalRedemptionPayment", strconv.Itoa(maxDates)+" redemptions", n.String())
			}
			return piece.nth(int(n.Int64())-1, t.EndOfMonth)
		}
		dates, err := piece.until(t.PrincipalPieces[i+1].Anchor, t.EndOfMonth, false)
		if err != nil {
			return Time{}, err
		}
		for _, at := range dates {
			switch {
			case !at.After(t.StatusDate):
			case piece.Increase:
				balance, repaid = add(balance, piece.Amount), Time{}
			default:
				balance = greatest(subtract(balance, piece.Amount), zero())
				if balance.Sign() == 0 && repaid.IsZero() {
					repaid = at
				}
			}
		}
	}
	return repaid, nil
}
