package main

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/book"
)

// ofContract are the verbs of filings that a clerk gives a contract number
// alone: `qxl comp reserve CONTRACT`. The business number is made of verb, day
// and contract, and from the second reservation on says which one it is about:
// what was revoked may be reserved and revoked again on the same day, and that
// is no repeat.
var ofContract = map[string]bool{"reserve": true, "file": true, "revoke": true, "fulfil": true}

// byContract lets a generic verb of a filing be called with the loan's contract
// number.
func byContract(a *app, verb *cobra.Command) {
	if !ofContract[verb.Name()] {
		return
	}
	generic, flags := verb.RunE, verb.Flags()
	name := verb.Name()
	verb.Use, verb.Args = name+" [CONTRACT]", cobra.MaximumNArgs(1)
	verb.Long += `

未给出业务流水号时按“动作-业务日期-合同编号”编号，重复执行不会重复办理；撤销后再次预留的，编号加“-2”等次数，同日再撤销不会误作重复。
Without --number the command is numbered by verb, day and contract, so that running it again does nothing twice. Once a filing
was revoked and is reserved again, the number ends in "-2" and so on: what is done anew on the same day is no repeat.`
	verb.Example = "  qxl comp " + name + " HTBANKA2024630105000029 --as BankA/officer1"
	if flags.Lookup("attests") != nil {
		flags.Lookup("attests").Usage += "; all 为全部 for all of them"
		verb.Example += " --first-loan true --attests all"
	}
	verb.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			for _, ref := range []string{"filing", "loan"} {
				if f := flags.Lookup(ref); f != nil && !f.Changed {
					if err := flags.Set(ref, args[0]); err != nil {
						return err
					}
				}
			}
			if err := a.dated(cmd.Context(), cmd, args[0]); err != nil {
				return err
			}
		}
		if f := flags.Lookup("attests"); f != nil && f.Value.String() == "all" {
			all := ""
			for i, t := range consortium.Exclusions {
				if i > 0 {
					all += ","
				}
				all += t.Code
			}
			if err := flags.Set("attests", all); err != nil {
				return err
			}
		}
		return generic(cmd, args)
	}
}

// dated gives a command line without a date the open business day, and one
// without a business number that of what is done to the filing.
func (a *app) dated(ctx context.Context, cmd *cobra.Command, contract string) error {
	flags := cmd.Flags()
	date, number := flags.Lookup("date"), flags.Lookup("number")
	if date.Changed && number.Changed {
		return nil
	}
	return a.withClient(ctx, flags.Lookup("as").Value.String(), flags.Lookup("bank").Value.String(), func(ctx context.Context, _ *session, c *book.Client, own string) error {
		if !date.Changed {
			tables, err := book.Show(ctx, c.Ledger())
			if err != nil {
				return err
			}
			if err := flags.Set("date", tables.Open.String()); err != nil {
				return err
			}
		}
		if number.Changed {
			return nil
		}
		round, err := reservation(ctx, c, own, cmd.Name(), contract)
		if err != nil {
			return err
		}
		if again := flags.Lookup("again"); again != nil && round > 1 && !again.Changed {
			if err := flags.Set("again", "true"); err != nil {
				return err
			}
		}
		return flags.Set("number", numberOf(cmd.Name(), date.Value.String(), contract, round))
	})
}

// reservation is which of a filing's reservations a verb is about, counted from
// one: reserving what was revoked makes the next.
func reservation(ctx context.Context, c *book.Client, chaincode, verb, contract string) (int, error) {
	var f compensation.FilingView
	err := c.Ask(ctx, chaincode, compensation.ShowFiling.Name, compensation.FilingQuery{Loan: contract}, &f)
	if ledgerstate.Unknown.Is(err) {
		return 1, nil
	}
	if err == nil && verb == "reserve" && f.Status == compensation.FilingRevoked {
		f.Reservations++
	}
	return f.Reservations, err
}

// numberOf is a business number of at most 64 characters. It has to be unique
// within the filing alone, so a contract number that leaves no room is left out.
func numberOf(verb, date, contract string, round int) string {
	which := ""
	if round > 1 {
		which = "-" + strconv.Itoa(round)
	}
	if n := verb + "-" + date + "-" + contract + which; len(n) <= 64 {
		return n
	}
	return verb + "-" + date + which
}

// borrower asks the bank's own peer what opens a loan's seal.
func borrower(ctx context.Context, c *book.Client, chaincode, contract string) (loan.BorrowerSheet, error) {
	var a loan.BorrowerAnswer
	if err := c.Ask(ctx, chaincode, loan.Borrower.Name, loan.BorrowerQuery{Loans: []string{contract}}, &a); err != nil {
		return loan.BorrowerSheet{}, err
	}
	return a.Borrowers[0], nil
}

func fillReserve(ctx context.Context, c *book.Client, chaincode string, content any) error {
	r := content.(*compensation.ReserveContent)
	if r.Identity != "" {
		return nil
	}
	b, err := borrower(ctx, c, chaincode, r.Loan.No)
	r.Identity, r.Blind = b.Identity, b.Blind
	return err
}

// fillCaps lets a bank ask for the caps of a borrower whose loan is neither
// reserved nor filed yet.
func fillCaps(ctx context.Context, c *book.Client, chaincode string, content any) error {
	q := content.(*registry.CapsQuery)
	if _, bank := c.Members().Books[chaincode]; !bank || q.Identity != "" {
		return nil
	}
	b, err := borrower(ctx, c, chaincode, q.Loan)
	q.Identity, q.Blind = b.Identity, b.Blind
	return err
}
