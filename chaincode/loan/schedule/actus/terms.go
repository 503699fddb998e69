package actus

import (
	"math/big"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// ContractType is a type of the standard. The zero value is none.
type ContractType uint8

const (
	PAM ContractType = iota + 1 // principal at maturity
	LAM                         // linear amortizer: equal principal
	NAM                         // negative amortizer: equal payments that need not cover the interest
	ANN                         // annuity: equal payments that repay the principal by a date
	LAX                         // exotic linear amortizer: pieces with their own cycles and amounts
)

var contractTypes = [...]string{PAM: "PAM", LAM: "LAM", NAM: "NAM", ANN: "ANN", LAX: "LAX"}

// ParseContractType reads PAM, LAM, NAM, ANN or LAX.
func ParseContractType(text string) (ContractType, error) {
	for t, name := range contractTypes {
		if t > 0 && name == text {
			return ContractType(t), nil
		}
	}
	return 0, unsupported("contractType", text, "PAM, LAM, NAM, ANN, LAX")
}

func (t ContractType) String() string {
	if int(t) >= len(contractTypes) {
		return ""
	}
	return contractTypes[t]
}

// InterestBase is the amount on which interest accrues. PAM has the notional.
type InterestBase uint8

const (
	OnNotional        InterestBase = iota // NT
	OnInitialNotional                     // NTIED: as at the initial exchange, always
	OnLaggedNotional                      // NTL: as at the last interest base fixing
)

// Terms are a contract's terms, each under its name in the standard's
// dictionary (in brackets). A nil number is not given. Numbers are read only.
type Terms struct {
	Type      ContractType // contractType
	Liability bool         // contractRole RPL: the creator owes; else RPA

	StatusDate      Time // statusDate: events after it are computed
	DealDate        Time // contractDealDate
	InitialExchange Time // initialExchangeDate
	Maturity        Time // maturityDate; derived for LAM, NAM, ANN and LAX when not given
	Amortization    Time // amortizationDate: ANN, when the payments would repay everything

	Notional        *big.Rat // notionalPrincipal, above zero
	PremiumDiscount *big.Rat // premiumDiscountAtIED
	Rate            *big.Rat // nominalInterestRate, a year, 0.08 is 8 %
	Accrued         *big.Rat // accruedInterest at the status date, positive for what is owed
	DayCount        DayCount // dayCountConvention

	Calendar    Calendar    // calendar; nil NC
	BusinessDay BusinessDay // businessDayConvention
	EndOfMonth  EndOfMonth  // endOfMonthConvention

	Interest          Series // cycle…OfInterestPayment
	CapitalizationEnd Time   // capitalizationEndDate

	Principal     Series   // cycle…OfPrincipalRedemption
	NextPrincipal *big.Rat // nextPrincipalRedemptionPayment

	Base       InterestBase // interestCalculationBase
	BaseAmount *big.Rat     // interestCalculationBaseAmount
	BaseFixing Series       // cycle…OfInterestCalculationBase

	Reset         Series   // cycle…OfRateReset
	ResetIndex    string   // marketObjectCodeOfRateReset
	ResetIndexDue int      // fixingPeriod in days
	Spread        *big.Rat // rateSpread
	Multiplier    *big.Rat // rateMultiplier, 1 when not given
	NextRate      *big.Rat // nextResetRate
	LifeCap       *big.Rat // lifeCap
	LifeFloor     *big.Rat // lifeFloor
	PeriodCap     *big.Rat // periodCap: the largest rise at a reset
	PeriodFloor   *big.Rat // periodFloor: the largest fall at a reset

	ScaleInterest, ScaleNotional bool     // scalingEffect
	Scaling                      Series   // cycle…OfScalingIndex
	ScalingIndex                 string   // marketObjectCodeOfScalingIndex
	ScalingBase                  *big.Rat // scalingIndexAtContractDealDate
	InterestMultiplier           *big.Rat // interestScalingMultiplier at the status date
	NotionalMultiplier           *big.Rat // notionalScalingMultiplier at the status date

	Fee        Series   // cycle…OfFee
	FeeRate    *big.Rat // feeRate
	FeeAmount  bool     // feeBasis A: the rate is an amount at each date; else N, a rate on the notional
	FeeAccrued *big.Rat // feeAccrued

	Purchase         Time     // purchaseDate
	PurchasePrice    *big.Rat // priceAtPurchaseDate
	Termination      Time     // terminationDate
	TerminationPrice *big.Rat // priceAtTerminationDate

	PrincipalPieces []PrincipalPiece // LAX: array…OfPrincipalRedemption
	InterestPieces  []Series         // LAX: array…OfInterestPayment
	ResetPieces     []ResetPiece     // LAX: array…OfRateReset

	// Rounding makes every payment of interest and principal whole units; nil
	// is the standard, which rounds nothing.
	Rounding *money.Rounding
}

// PrincipalPiece repays or draws an amount at each date of its series, up to
// the next piece's anchor.
type PrincipalPiece struct {
	Series
	Amount   *big.Rat // arrayNextPrincipalRedemptionPayment
	Increase bool     // arrayIncreaseDecrease INC
}

// ResetPiece fixes the rate at each date of its series, up to the next
// piece's anchor.
type ResetPiece struct {
	Series
	Rate  *big.Rat // arrayRate: the new rate, or the spread over the index
	Fixed bool     // arrayFixedVariable F
}

// Observations are the values of one index by day.
type Observations map[calendar.Date]*big.Rat

// Market is what was observed, by index.
type Market map[string]Observations

// Observe records a value; an index has one value a day.
func (m Market) Observe(index string, on Time, value *big.Rat) error {
	values := m[index]
	if values == nil {
		values = Observations{}
		m[index] = values
	}
	day := on.Day()
	if known := values[day]; known != nil && known.Cmp(value) != 0 {
		return contradictory("dataObserved", known.FloatString(12), value.FloatString(12)+" on "+on.String())
	}
	values[day] = value
	return nil
}

// observed is the value of an index on a reset date, or where the index is
// known only when it was fixed, on that date.
func (m Market) observed(field, index string, on Time, fixing int) (*big.Rat, error) {
	if index == "" {
		return nil, missing(field)
	}
	values := m[index]
	if v := values[on.Day()]; v != nil {
		return v, nil
	}
	if v := values[on.Day()-calendar.Date(fixing)]; v != nil {
		return v, nil
	}
	return nil, notObserved(field, index, on)
}

func (t *Terms) sign() *big.Rat {
	if t.Liability {
		return big.NewRat(-1, 1)
	}
	return one()
}

func orZero(n *big.Rat) *big.Rat {
	if n == nil {
		return zero()
	}
	return n
}

func orOne(n *big.Rat) *big.Rat {
	if n == nil {
		return one()
	}
	return n
}
