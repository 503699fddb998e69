package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/dossier"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
)

// attachFolder lets the verb that attaches papers to a loan take them from a
// folder, keep them in the bank's vault and log, and attach them, in one step.
func attachFolder(a *app, verb *cobra.Command) {
	var dir, borrower string
	flags := verb.Flags()
	flags.StringVar(&dir, "dir", "", "资料文件夹 folder of the loan's papers: they go into the bank's vault, encrypted, into its log, and onto the ledger")
	flags.StringVar(&borrower, "subject", "", "信息主体 with --dir: the borrower's number in the vault, as its USCC; stays there")
	var names []string
	for _, i := range loan.PaperItems {
		names = append(names, i.Zh)
	}
	generic := verb.RunE
	verb.Use = "attach [CONTRACT]"
	verb.Long += `

With --dir, in one step: the papers of a folder go into the bank's vault, encrypted, and into its evidence log (qxl vault init, qxl log
init make them), and the ledger gets the addresses of their ciphertexts. A file's name begins with what it is:
` + strings.Join(names, " ") + `. What is kept and attached already is not stored or attached again.`
	verb.Example = "  qxl loan attach HTBANKA2023630105000029 --dir papers --subject 91630100MA7K4E2B0A --as BankA/officer1"
	verb.Args = cobra.MaximumNArgs(1)
	verb.RunE = func(cmd *cobra.Command, args []string) error {
		if dir == "" {
			if len(args) > 0 {
				return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--dir", Zh: "请给出资料文件夹", En: "say where the loan's papers are", Hint: "--dir DIR, or all fields as flags"}
			}
			return generic(cmd, args)
		}
		if len(args) == 0 {
			return &problem{Exit: exitUsage, Code: "NUMBER_MISSING", Field: "CONTRACT", Zh: "请给出合同编号", En: "say which loan: no contract number given", Hint: "see " + cmd.CommandPath() + " --help"}
		}
		if err := needed("subject", borrower); err != nil {
			return err
		}
		f := claimFlags{as: flags.Lookup("as").Value.String(), bank: flags.Lookup("bank").Value.String(), date: flags.Lookup("date").Value.String()}
		papers, err := dossier.ReadLoan(dir)
		if err != nil {
			return err
		}
		org, _, err := wallet.Split(f.as)
		if err != nil {
			return err
		}
		return a.withClaim(cmd.Context(), &f, func(ctx context.Context, c *claiming) error {
			have := &loan.PapersAnswer{}
			if err := c.Ask(ctx, c.book, loan.ShowPapers.Name, loan.LoanQuery{Loan: args[0]}, have); err != nil {
				return err
			}
			// What the ledger would refuse is not kept either.
			if no := loan.Attachable(have.Status); no != nil {
				return no
			}
			if n := len(papers); n > loan.MaxPapers {
				return loan.PapersCount.At("papers", loan.MaxPapers, n)
			}
			own := vaultFlags{org: org}
			if err := own.withLog(cmd, a, func(v *vault.Vault, log vaultLog) error {
				papers, err = dossier.KeepLoan(ctx, v, log, dir, borrower, args[0], papers)
				return err
			}); err != nil {
				return err
			}
			seen := map[string]bool{} // the same file twice in the folder is one paper
			for _, x := range have.Papers {
				seen[x.CID] = true
			}
			papers = slices.DeleteFunc(papers, func(p dossier.Paper) bool {
				again := seen[p.CID]
				seen[p.CID] = true
				return again
			})
			if len(papers) == 0 {
				return a.print(have, func(w io.Writer) {
					fmt.Fprintf(w, "资料均已存入并登记，共 %d 份 all papers are kept and attached already: %d\n", len(have.Papers), len(have.Papers))
				})
			}
			content := &loan.AttachContent{Head: command.Head{Number: attachNumber(papers), Date: c.date}, Loan: ledgerstate.Ref{ID: have.ID, No: args[0]}, Papers: dossier.LoanPapers(papers)}
			if n := flags.Lookup("number"); n.Changed {
				content.Number = n.Value.String()
			}
			if err := loan.Attach.Check(content); err != nil {
				return err
			}
			r, err := c.Post(ctx, c.book, loan.Attach, content)
			if err != nil {
				return err
			}
			return a.printResult(loan.Attach.Spec, r)
		})
	}
}

// attachNumber is a business number that the same papers have again.
func attachNumber(papers []dossier.Paper) string {
	var all []string
	for _, p := range papers {
		all = append(all, p.CID)
	}
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(all, "\n")))
	return "attach-" + hex.EncodeToString(sum[:8])
}
