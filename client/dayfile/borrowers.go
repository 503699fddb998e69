package dayfile

import (
	"context"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/loan"
)

type loanKey struct{ chaincode, contract string }

// asker is a writer that can put questions too; *book.Client is one.
type asker interface {
	Ask(ctx context.Context, chaincode, query string, content, answer any) error
}

// borrowersChunk is how many loans one query asks about.
const borrowersChunk = 1000

// lookUpBorrowers finds what opens the seals of the loans that are to be
// reserved for: the file names contracts alone.
func (im *importing) lookUpBorrowers(ctx context.Context, lines []*Line) error {
	wanted := map[string][]string{}
	var order []string
	for _, l := range lines {
		r, ok := l.Value.(*reserveLine)
		if !ok {
			continue
		}
		k := loanKey{im.chaincode(l), r.Loan.No}
		if _, known := im.borrowers[k]; known {
			continue
		}
		im.borrowers[k] = loan.BorrowerSheet{}
		if wanted[k.chaincode] == nil {
			order = append(order, k.chaincode)
		}
		wanted[k.chaincode] = append(wanted[k.chaincode], k.contract)
	}
	for _, chaincode := range order {
		pipe, err := im.pipe(chaincode)
		if err != nil {
			return err
		}
		a, ok := im.sender.Writer.(asker)
		if !ok {
			return fmt.Errorf("this import cannot ask %s who its borrowers are", chaincode)
		}
		for list := wanted[chaincode]; len(list) > 0; {
			n := min(len(list), borrowersChunk)
			var answer loan.BorrowerAnswer
			err := pipe.Patiently(func(ctx context.Context) error {
				return a.Ask(ctx, chaincode, loan.Borrower.Name, loan.BorrowerQuery{Loans: list[:n]}, &answer)
			})
			if err != nil {
				return err
			}
			for _, b := range answer.Borrowers {
				im.borrowers[loanKey{chaincode, b.Loan}] = b
			}
			list = list[n:]
		}
	}
	return ctx.Err()
}
