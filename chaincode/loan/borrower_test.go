package loan_test

import (
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

type sealAnswer struct {
	Seal []byte `json:"seal"`
}

func init() {
	chaincode.BookQueries = append(chaincode.BookQueries, command.Query[loan.LoanQuery, sealAnswer]{
		QuerySpec: command.QuerySpec{Name: "test.Seal", Chaincode: command.Book, Collections: []command.Collection{command.Loan},
			Access: []command.Allow{{Party: command.Finance, Role: "auditor"}}},
		Answer: func(ctx *command.Context, q loan.LoanQuery) (sealAnswer, error) {
			r, err := loan.Kind.Get(ctx.View, "loan", ledgerstate.Ref{ID: q.ID, No: q.Loan})
			if err != nil {
				return sealAnswer{}, err
			}
			return sealAnswer{r.State.Borrower}, nil
		},
	})
}

// A loan says to C, P and F who its borrower is once the bank shows them, and
// only then; what opens one borrower's seal opens no other's.
func TestSealOfTheBorrower(t *testing.T) {
	w := newWorld(t, "2024-01-31")
	w.until(loan.Disbursed)
	w.grantSigned("GX3", other, "", "01", "2024-01-01", "2024-03-30")
	w.apply("A2", other, "2024-01-08")
	second := w.accept("L2", "A2", "2024-01-09")
	second.Subject, second.Grant = ref(other, 0, otherID), grantRef("GX3")
	w.Must(book, officer, "loan.Accept", second)

	var a loan.BorrowerAnswer
	require.NoError(t, w.Ask(book, officer, "loan.Borrower", loan.BorrowerQuery{Loans: []string{"L1", "L2", "L9"}}, &a))
	require.Len(t, a.Borrowers, 3)
	require.Equal(t, "RID:"+personID, a.Borrowers[0].Identity)
	require.Equal(t, loan.BorrowerSheet{Loan: "L9"}, a.Borrowers[2])
	seals := make([][]byte, 2)
	for i, no := range []string{"L1", "L2"} {
		var s sealAnswer
		require.NoError(t, w.Ask(book, "Finance/auditor", "test.Seal", loan.LoanQuery{Loan: no, ID: loanRef(no).ID}, &s))
		seals[i] = s.Seal
		blind, err := hex.DecodeString(a.Borrowers[i].Blind)
		require.NoError(t, err)
		require.Len(t, blind, 32)
		require.True(t, subject.Opens(s.Seal, a.Borrowers[i].Identity, blind))
		require.False(t, subject.Opens(s.Seal, a.Borrowers[1-i].Identity, blind))
	}
	require.NotEqual(t, seals[0], seals[1])

	for _, who := range []string{"Finance/auditor", "CentralBank/officer", "BankA/auditor", "BankB/officer", "Subject/" + person} {
		require.ErrorContains(t, w.Ask(book, who, "loan.Borrower", loan.BorrowerQuery{Loans: []string{"L1"}}, &a), "ACCESS_DENIED", who)
	}
	require.ErrorContains(t, w.Ask(book, officer, "loan.Borrower", loan.BorrowerQuery{}, &a), "MALFORMED")
}
