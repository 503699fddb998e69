package loan_test

import (
	"fmt"
	"testing"

	"github.com/ipfs/go-cid"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/loan"
)

func paper(t *testing.T, item, of string) loan.Paper {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte(of))
	require.NoError(t, err)
	return loan.Paper{Item: item, CID: c.String()}
}

// Papers are attached to a loan once there is a contract, each once, and its
// own entries and the loan's page know nothing of it.
func TestPapersOfALoan(t *testing.T) {
	w := newWorld(t, "2024-03-01")
	w.lent("L1", "C1")
	w.apply("A2", person, "2024-01-01")
	w.Must(book, officer, "loan.Accept", w.accept("L2", "A2", "2024-01-02"))
	attach := func(no, date string, papers ...loan.Paper) loan.AttachContent {
		return loan.AttachContent{Head: w.head(date), Loan: loanRef(no), Papers: papers}
	}
	show := func(who, at string) (a loan.PapersAnswer) {
		q := loan.LoanQuery{Loan: "L1"}
		if at != "" {
			q.At = day(at)
		}
		require.NoError(t, w.Ask(book, who, "loan.Papers", q, &a))
		return a
	}
	contract, use := paper(t, "CONTRACT", "contract"), paper(t, "USE", "invoice")
	require.Empty(t, show(officer, "").Papers)
	first := attach("L1", "2024-01-06", contract)
	w.Must(book, officer, "loan.Attach", first)
	r, err := w.Submit(book, officer, "loan.Attach", first)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	w.Must(book, officer, "loan.Attach", attach("L1", "2024-02-06", use, paper(t, "OTHER", "photo")))
	a := show("Finance/auditor", "")
	require.Len(t, a.Papers, 3)
	require.Equal(t, loan.PaperSheet{Date: day("2024-01-06"), Item: "CONTRACT", ItemZh: "借款合同", CID: contract.CID}, a.Papers[0])
	require.Len(t, show(officer, "2024-02-05").Papers, 1, "as of a day")
	w.Must(book, officer, "loan.Repay", w.repay("L1", "2024-02-05", "1000")) // dated before a paper

	w.Refused("LOAN_PAPER_TWICE", book, officer, "loan.Attach", attach("L1", "2024-02-07", use))
	w.Refused("LOAN_PAPER_TWICE", book, officer, "loan.Attach", attach("L1", "2024-02-07", paper(t, "USE", "x"), paper(t, "OTHER", "x")))
	w.Refused("LOAN_STATE", book, officer, "loan.Attach", attach("L2", "2024-02-07", contract))
	w.Refused("UNKNOWN", book, officer, "loan.Attach", attach("L3", "2024-02-07", contract))
	w.Refused("LOAN_CODE", book, officer, "loan.Attach", attach("L1", "2024-02-07", paper(t, "PHOTO", "y")))
	w.Refused("LOAN_PAPERS", book, officer, "loan.Attach", attach("L1", "2024-02-07"))
	w.Refused("ACCESS_DENIED", book, approver, "loan.Attach", attach("L1", "2024-02-07", paper(t, "OTHER", "y")))
	for _, text := range []string{"", "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG", "BAFKREI" + contract.CID[7:], contract.CID + "a"} {
		w.Refused("LOAN_PAPER_CID", book, officer, "loan.Attach", attach("L1", "2024-02-07", loan.Paper{Item: "OTHER", CID: text}))
	}
	var many []loan.Paper
	for i := range loan.MaxPapers - 3 {
		many = append(many, paper(t, "RECEIPT", fmt.Sprint(i)))
	}
	w.Refused("LOAN_PAPERS", book, officer, "loan.Attach", attach("L1", "2024-02-08", append(many, paper(t, "OTHER", "one too many"))...))
	w.Must(book, officer, "loan.Attach", attach("L1", "2024-02-08", many...))
	require.Len(t, show(officer, "").Papers, loan.MaxPapers)
}
