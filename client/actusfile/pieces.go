package actusfile

import (
	"math/big"
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
)

// pieces puts the elements of the array terms together: one piece each.
func (r *reader) pieces() error {
	t := &r.Terms
	series, err := r.seriesOf("PrincipalRedemption", "arrayNextPrincipalRedemptionPayment", "arrayIncreaseDecrease")
	if err != nil {
		return err
	}
	for i, s := range series {
		piece := actus.PrincipalPiece{Series: s}
		if piece.Amount, err = r.numberAt("arrayNextPrincipalRedemptionPayment", i); err != nil {
			return err
		}
		switch direction := r.arrays["arrayIncreaseDecrease"][i]; direction {
		case "INC":
			piece.Increase = true
		case "DEC":
		default:
			return invalid.In("arrayIncreaseDecrease", notSupported(direction, "INC, DEC"))
		}
		t.PrincipalPieces = append(t.PrincipalPieces, piece)
	}
	if t.InterestPieces, err = r.seriesOf("InterestPayment"); err != nil {
		return err
	}
	if series, err = r.seriesOf("RateReset", "arrayRate", "arrayFixedVariable"); err != nil {
		return err
	}
	for i, s := range series {
		piece := actus.ResetPiece{Series: s}
		if piece.Rate, err = r.numberAt("arrayRate", i); err != nil {
			return err
		}
		switch kind := r.arrays["arrayFixedVariable"][i]; kind {
		case "F", "FIX":
			piece.Fixed = true
		case "V", "VAR":
		default:
			return invalid.In("arrayFixedVariable", notSupported(kind, "F, V"))
		}
		t.ResetPieces = append(t.ResetPieces, piece)
	}
	return nil
}

// seriesOf reads anchors and cycles, and checks that the arrays beside them
// have as many elements. Cycles may be missing.
func (r *reader) seriesOf(what string, beside ...string) ([]actus.Series, error) {
	anchors, cycles := "arrayCycleAnchorDateOf"+what, "arrayCycleOf"+what
	n := len(r.arrays[anchors])
	if len(r.arrays[cycles]) > 0 {
		beside = append(beside, cycles)
	}
	for _, name := range beside {
		if len(r.arrays[name]) != n {
			return nil, &invalid.Error{Code: "TERMS_CONTRADICTORY", Field: name, Limit: strconv.Itoa(n) + " elements, as " + anchors, Value: strconv.Itoa(len(r.arrays[name])),
				Zh: "数组长度不一致", En: "the arrays do not have as many elements", Hint: "give one element for each anchor"}
		}
	}
	series := make([]actus.Series, n)
	for i := range series {
		var err error
		if series[i].Anchor, err = actus.ParseTime(r.arrays[anchors][i]); err != nil {
			return nil, invalid.In(anchors, err)
		}
		if len(r.arrays[cycles]) == 0 || r.arrays[cycles][i] == "" {
			continue
		}
		if series[i].Cycle, err = actus.ParseCycle(r.arrays[cycles][i]); err != nil {
			return nil, invalid.In(cycles, err)
		}
	}
	return series, nil
}

func (r *reader) numberAt(name string, i int) (*big.Rat, error) {
	n, err := number(r.arrays[name][i])
	return n, invalid.In(name, err)
}
