package actus

import (
	"math/big"
)

// validate reports the first term that is missing, contradicts another or
// does not belong to the contract type.
func (t *Terms) validate() error {
	if t.Type < PAM || t.Type > LAX {
		return unsupported("contractType", t.Type.String(), "PAM, LAM, NAM, ANN, LAX")
	}
	for _, check := range []func() error{t.present, t.applicable, t.ranges, t.pieces, func() error { return t.dates(false) }} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (t *Terms) present() error {
	for _, need := range []struct {
		field string
		given bool
	}{
		{"statusDate", !t.StatusDate.IsZero()},
		{"initialExchangeDate", !t.InitialExchange.IsZero()},
		{"notionalPrincipal", t.Notional != nil},
		{"nominalInterestRate", t.Rate != nil},
		{"dayCountConvention", t.DayCount != nil},
		{"maturityDate", t.Type != PAM || !t.Maturity.IsZero()},
		{"cycleOfPrincipalRedemption", t.Type == PAM || t.Type == LAX || !t.Principal.IsZero()},
		{"nextPrincipalRedemptionPayment", t.Type != NAM || t.NextPrincipal != nil},
		{"arrayCycleAnchorDateOfPrincipalRedemption", t.Type != LAX || len(t.PrincipalPieces) > 0},
		{"priceAtPurchaseDate", t.Purchase.IsZero() || t.PurchasePrice != nil},
		{"purchaseDate", !t.Purchase.IsZero() || t.PurchasePrice == nil},
		{"priceAtTerminationDate", t.Termination.IsZero() || t.TerminationPrice != nil},
		{"terminationDate", !t.Termination.IsZero() || t.TerminationPrice == nil},
		{"interestCalculationBaseAmount", t.Base != OnLaggedNotional || t.BaseAmount != nil},
		{"cycleOfInterestCalculationBase", t.Base != OnLaggedNotional || !t.BaseFixing.IsZero()},
		{"interestCalculationBase", t.Base == OnLaggedNotional || t.BaseFixing.IsZero()},
		{"marketObjectCodeOfRateReset", t.ResetIndex != "" || !t.resetsToIndex()},
		{"marketObjectCodeOfScalingIndex", !t.scales() || t.ScalingIndex != ""},
		{"scalingIndexAtContractDealDate", !t.scales() || t.ScalingBase != nil},
		{"cycleOfScalingIndex", !t.scales() || !t.Scaling.IsZero()},
		{"scalingEffect", t.scales() || t.Scaling.IsZero()},
		{"cycleOfFee", orZero(t.FeeRate).Sign() == 0 || !t.Fee.IsZero()},
		{"feeRate", t.FeeRate != nil || t.Fee.IsZero()},
	} {
		if !need.given {
			return missing(need.field)
		}
	}
	if t.Base == OnInitialNotional && t.BaseAmount == nil && !t.InitialExchange.After(t.StatusDate) {
		return missing("interestCalculationBaseAmount")
	}
	return nil
}

func (t *Terms) scales() bool { return t.ScaleInterest || t.ScaleNotional }

// resetsToIndex: a single reset that is already fixed needs no index, but a
// later one would.
func (t *Terms) resetsToIndex() bool {
	for _, p := range t.ResetPieces {
		if !p.Fixed {
			return true
		}
	}
	return !t.Reset.IsZero()
}

func (t *Terms) applicable() error {
	for _, wrong := range []struct {
		field string
		given bool
	}{
		{"cycleOfPrincipalRedemption", (t.Type == PAM || t.Type == LAX) && !t.Principal.IsZero()},
		{"nextPrincipalRedemptionPayment", (t.Type == PAM || t.Type == LAX) && t.NextPrincipal != nil},
		{"amortizationDate", t.Type != ANN && !t.Amortization.IsZero()},
		{"interestCalculationBase", t.Type == PAM && (t.Base != OnNotional || t.BaseAmount != nil)},
		{"cycleOfInterestPayment", t.Type == LAX && !t.Interest.IsZero()},
		{"cycleOfRateReset", t.Type == LAX && !t.Reset.IsZero()},
		{"rateSpread", t.Type == LAX && orZero(t.Spread).Sign() != 0},
		{"arrayCycleAnchorDateOfPrincipalRedemption", t.Type != LAX && len(t.PrincipalPieces) > 0},
		{"arrayCycleAnchorDateOfInterestPayment", t.Type != LAX && len(t.InterestPieces) > 0},
		{"arrayCycleAnchorDateOfRateReset", t.Type != LAX && len(t.ResetPieces) > 0},
	} {
		if wrong.given {
			return notApplicable(wrong.field, t.Type)
		}
	}
	return nil
}

func (t *Terms) ranges() error {
	for _, n := range []struct {
		field string
		value *big.Rat
		least int // of its sign
	}{
		{"notionalPrincipal", t.Notional, 1},
		{"nextPrincipalRedemptionPayment", t.NextPrincipal, 0},
		{"interestCalculationBaseAmount", t.BaseAmount, 0},
		{"scalingIndexAtContractDealDate", t.ScalingBase, 1},
		{"periodCap", t.PeriodCap, 0},
	} {
		if n.value != nil && n.value.Sign() < n.least {
			return outOfRange(n.field, "positive", n.value.FloatString(6))
		}
	}
	if t.LifeCap != nil && t.LifeFloor != nil && t.LifeFloor.Cmp(t.LifeCap) > 0 {
		return contradictory("lifeFloor", "lifeCap "+t.LifeCap.FloatString(6), t.LifeFloor.FloatString(6))
	}
	return nil
}

func (t *Terms) pieces() error {
	ascending := func(field string, n int, anchor func(int) Time) error {
		for i := range n {
			if anchor(i).IsZero() {
				return missing(field)
			}
			if i > 0 && !anchor(i).After(anchor(i-1)) {
				return contradictory(field, "after "+anchor(i-1).String(), anchor(i).String())
			}
		}
		return nil
	}
	for _, p := range t.PrincipalPieces {
		if p.Amount == nil {
			return missing("arrayNextPrincipalRedemptionPayment")
		}
		if p.Amount.Sign() < 0 {
			return outOfRange("arrayNextPrincipalRedemptionPayment", "positive", p.Amount.FloatString(6))
		}
	}
	for _, p := range t.ResetPieces {
		if p.Rate == nil {
			return missing("arrayRate")
		}
		if p.Fixed && orOne(t.Multiplier).Cmp(one()) != 0 {
			return contradictory("rateMultiplier", "1 where arrayFixedVariable is F", t.Multiplier.FloatString(6))
		}
	}
	if err := ascending("arrayCycleAnchorDateOfPrincipalRedemption", len(t.PrincipalPieces), func(i int) Time { return t.PrincipalPieces[i].Anchor }); err != nil {
		return err
	}
	if err := ascending("arrayCycleAnchorDateOfInterestPayment", len(t.InterestPieces), func(i int) Time { return t.InterestPieces[i].Anchor }); err != nil {
		return err
	}
	return ascending("arrayCycleAnchorDateOfRateReset", len(t.ResetPieces), func(i int) Time { return t.ResetPieces[i].Anchor })
}

// dates compares what the terms give, and later again what is derived.
func (t *Terms) dates(derived bool) error {
	for _, order := range []struct {
		field           string
		first, second   Time // first must not be after second
		mayBeEqual      bool
		firstIsTheField bool
		given           bool // compared with a maturity that is given only: a series that begins after a derived one has no dates
	}{
		{"contractDealDate", t.DealDate, t.InitialExchange, true, true, false},
		{"maturityDate", t.InitialExchange, t.Maturity, false, false, false},
		{"maturityDate", t.StatusDate, t.Maturity, false, false, false},
		{"amortizationDate", t.Maturity, t.Amortization, true, false, false},
		{"amortizationDate", t.InitialExchange, t.Amortization, false, false, false},
		{"purchaseDate", t.InitialExchange, t.Purchase, true, false, false},
		{"purchaseDate", t.Purchase, t.Maturity, true, true, false},
		{"terminationDate", t.InitialExchange, t.Termination, true, false, false},
		{"terminationDate", t.Purchase, t.Termination, true, false, false},
		{"terminationDate", t.StatusDate, t.Termination, false, false, false},
		{"terminationDate", t.Termination, t.Maturity, true, true, false},
		{"capitalizationEndDate", t.InitialExchange, t.CapitalizationEnd, true, false, false},
		{"capitalizationEndDate", t.CapitalizationEnd, t.Maturity, true, true, false},
		{"cycleAnchorDateOfInterestPayment", t.Interest.Anchor, t.Maturity, true, true, false},
		{"cycleAnchorDateOfPrincipalRedemption", t.InitialExchange, t.Principal.Anchor, true, false, false},
		{"cycleAnchorDateOfPrincipalRedemption", t.Principal.Anchor, t.Maturity, true, true, false},
		{"cycleAnchorDateOfRateReset", t.Reset.Anchor, t.Maturity, true, true, true},
		{"cycleAnchorDateOfScalingIndex", t.Scaling.Anchor, t.Maturity, true, true, true},
		{"cycleAnchorDateOfInterestCalculationBase", t.BaseFixing.Anchor, t.Maturity, true, true, true},
		{"cycleAnchorDateOfFee", t.Fee.Anchor, t.Maturity, true, true, true},
	} {
		if order.first.IsZero() || order.second.IsZero() || order.given && derived {
			continue
		}
		if order.first.After(order.second) || !order.mayBeEqual && !order.second.After(order.first) {
			if order.firstIsTheField {
				return contradictory(order.field, "not after "+order.second.String(), order.first.String())
			}
			return contradictory(order.field, "after "+order.first.String(), order.second.String())
		}
	}
	if n := len(t.PrincipalPieces); n > 0 {
		if t.InitialExchange.After(t.PrincipalPieces[0].Anchor) {
			return contradictory("arrayCycleAnchorDateOfPrincipalRedemption", "after "+t.InitialExchange.String(), t.PrincipalPieces[0].Anchor.String())
		}
		if last := t.PrincipalPieces[n-1].Anchor; !t.Maturity.IsZero() && last.After(t.Maturity) {
			return contradictory("arrayCycleAnchorDateOfPrincipalRedemption", "not after "+t.Maturity.String(), last.String())
		}
	}
	return nil
}
