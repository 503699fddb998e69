package pipeline_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// An acceptance has its application's ID and number: it moves with the
// application, whose ID is looked up, and none is drawn for it.
func TestItemOfAnAggregateUnderAnotherOfTheSameNumber(t *testing.T) {
	c := &loan.AcceptContent{Loan: ledgerstate.Ref{No: "L"}, Application: ledgerstate.Ref{No: "A"}, Subject: ledgerstate.Ref{No: "S", ID: ledgerstate.ID{Page: "pseudonym"}}, Grant: ledgerstate.Ref{No: "G"}}
	item, err := pipeline.ItemOf(loan.Accept, c)
	require.NoError(t, err)
	byKind := map[string]pipeline.Ref{}
	for _, r := range item.Refs {
		byKind[r.Kind.Code] = r
	}
	require.Same(t, &c.Application, byKind["application"].At)
	require.Nil(t, byKind["application"].With)
	require.Same(t, &c.Application, byKind["acceptance"].With)
	require.NotSame(t, &c.Application, byKind["acceptance"].At)
	require.Equal(t, "A", byKind["acceptance"].At.No)
	require.True(t, byKind["acceptance"].Birth)
}
