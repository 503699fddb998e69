package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/book"
)

// ofContract are the verbs of filings that a clerk gives a contract number
// alone: `qxl comp reserve CONTRACT`. The business number is the verb's and the
// day's, since it need not be unique but within the filing.
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

未给出业务流水号时按“动作-业务日期”编号，重复执行不会重复办理；同一天第二次办理同一动作（如撤销后再预留、再撤销）须用 --number 另给流水号。
Without --number the command is numbered by verb and day, so that running it again does nothing twice. The second time that
the same thing is to be done on one day (revoked, reserved again, revoked again) needs a --number of its own.`
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
			if err := a.dated(cmd.Context(), cmd); err != nil {
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
// without a business number one of the day.
func (a *app) dated(ctx context.Context, cmd *cobra.Command) error {
	flags := cmd.Flags()
	date, number := flags.Lookup("date"), flags.Lookup("number")
	if !date.Changed {
		err := a.withClient(ctx, flags.Lookup("as").Value.String(), "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
			tables, err := book.Show(ctx, c.Ledger())
			if err != nil {
				return err
			}
			return flags.Set("date", tables.Open.String())
		})
		if err != nil {
			return err
		}
	}
	if number.Changed {
		return nil
	}
	return flags.Set("number", cmd.Name()+"-"+date.Value.String())
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
