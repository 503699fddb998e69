package dossier

import (
	"context"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/vault"
)

// FieldContract is the field of a loan's papers in a vault that holds its
// contract number. Their schema is their item's: "contract/1".
const FieldContract = "contract_number"

// ReadLoan reads a loan's papers of a folder, by name. A file's name begins
// with what it is, by the room of loans: "借款合同.pdf", "用途证明-2.jpg",
// "voucher 2.pdf".
func ReadLoan(dir string) ([]Paper, error) { return readFolder(dir, loanItemOf) }

func loanItemOf(name string) (string, error) {
	for _, i := range loan.PaperItems {
		if strings.HasPrefix(name, i.Zh) || strings.HasPrefix(strings.ToUpper(name), i.Code) {
			return i.Code, nil
		}
	}
	var names []string
	for _, i := range loan.PaperItems {
		names = append(names, i.Zh)
	}
	return "", &Error{Code: "PAPER_NAME", Field: name, Limit: strings.Join(names, " "), Zh: "文件名须以资料类别开头", En: "the file's name does not begin with what it is", Hint: "rename it, for example 借款合同.pdf"}
}

// KeepLoan is Keep for the papers of a loan.
func KeepLoan(ctx context.Context, v *vault.Vault, log vault.Log, dir, borrower, contract string, papers []Paper) ([]Paper, error) {
	return of{func(item string) string { return strings.ToLower(item) + "/1" }, FieldContract, contract}.keep(ctx, v, log, dir, borrower, papers)
}

// LoanPapers are papers as the ledger names them.
func LoanPapers(papers []Paper) []loan.Paper {
	list := make([]loan.Paper, len(papers))
	for i, p := range papers {
		list[i] = loan.Paper{Item: p.Item, CID: p.CID}
	}
	return list
}
