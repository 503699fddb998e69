package main

import (
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"

	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func filled(t *testing.T, content any, args ...string) *contentFlags {
	t.Helper()
	cmd := &cobra.Command{}
	flags := newContentFlags(cmd, content, true)
	require.NoError(t, cmd.ParseFlags(args))
	return flags
}

func TestContentFromFlags(t *testing.T) {
	content := loan.Repay.New().(*loan.RepayContent)
	flags := filled(t, content, "--number", "HK1", "--date", "2024-05-06", "--amount", "1234.50", "--loan", "HT1")
	require.NoError(t, flags.read(loan.Repay))
	require.Equal(t, "HK1", content.Number)
	require.Equal(t, "2024-05-06", content.Date.String())
	require.Equal(t, "1234.50", content.Amount.String())
	require.Equal(t, ledgerstate.Ref{No: "HT1"}, content.Loan)
	require.Equal(t, "loan", flags.refs[0].want.Kind.KindCode())
	require.False(t, flags.refs[0].want.Birth)
}

func TestContentFromAFileKeepsItsIDs(t *testing.T) {
	content := subject.Register.New().(*subject.RegisterContent)
	id := ledgerstate.ID{Page: "abcdefgh"}
	flags := filled(t, content)
	content.Subject = ledgerstate.Ref{ID: id, No: "91630000226593742J"} // as --content reads it
	require.NoError(t, flags.read(subject.Register))
	require.Equal(t, ledgerstate.Ref{ID: id, No: "91630000226593742J"}, content.Subject)
	require.True(t, flags.refs[0].want.Birth)
}

func TestABadFlagNamesItself(t *testing.T) {
	content := loan.Repay.New()
	for _, c := range []struct{ flag, value string }{
		{"--amount", "1.234"}, {"--date", "2024-02-30"},
	} {
		err := filled(t, content, c.flag, c.value).read(loan.Repay)
		require.Error(t, err)
		p := frontdoor.Explain(err, explainers)
		require.Equal(t, exitUsage, p.Exit)
		require.Equal(t, c.flag[2:], p.Field)
	}
}
