package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	rules "github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/client/book"
)

// requestsFlags say which requests are meant.
type requestsFlags struct {
	as, bank string
	q        rules.ListQuery
	status   string
}

func (f *requestsFlags) add(cmd *cobra.Command, filters bool) {
	fl := cmd.Flags()
	fl.StringVar(&f.as, "as", "", "查询人 who asks: ORG/USER (needed)")
	fl.StringVar(&f.bank, "bank", "", "账簿所属银行 whose book (a bank's own, or a subject's, by default; commons for others)")
	if filters {
		fl.StringVar(&f.q.Subject, "subject", "", "主体代号 about one subject")
		fl.StringVar(&f.q.Owner, "owner", "", "持有方 of one owner: MSP")
		fl.StringVar(&f.q.User, "user", "", "申请方 by one organization: MSP")
		fl.StringVar(&f.status, "status", "", "状态 DENIED, OPEN, DELIVERED, RECEIVED, DELETED")
	}
}

// requests reads all of a list of requests.
func requests(ctx context.Context, c *book.Client, chaincode string, query command.QueryDefinition, q rules.ListQuery) ([]rules.ShowAnswer, error) {
	list := []rules.ShowAnswer{}
	for {
		var a rules.ListAnswer
		if err := c.Ask(ctx, chaincode, query.DescribeQuery().Name, q, &a); err != nil {
			return nil, err
		}
		list = append(list, a.Requests...)
		if q.After = a.Next; a.Next == "" {
			return list, nil
		}
	}
}

func (a *app) listRequests(cmd *cobra.Command, f *requestsFlags, query func(string) command.QueryDefinition) error {
	f.q.Status = rules.Status(strings.ToUpper(f.status))
	return a.withClient(cmd.Context(), f.as, f.bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
		chaincode := s.place(f.as, own)
		list, err := requests(ctx, c, chaincode, query(chaincode), f.q)
		if err != nil {
			return err
		}
		return a.print(map[string]any{"chaincode": chaincode, "requests": list}, func(w io.Writer) { writeRequests(w, list) })
	})
}

func newDiscloseListCommand(a *app) *cobra.Command {
	var f requestsFlags
	cmd := &cobra.Command{
		Use:   "list",
		Short: "披露清单 requests for records: who asked for what, when, why, and what became of it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.listRequests(cmd, &f, func(cc string) command.QueryDefinition { return rules.In(cc).List })
		},
	}
	f.add(cmd, true)
	return cmd
}

func newDiscloseOwedCommand(a *app) *cobra.Command {
	var f requestsFlags
	cmd := &cobra.Command{
		Use:   "owed",
		Short: "待交删除证明 deliveries whose recipients owe a certificate of deletion: the grant was revoked, or the owner asked",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.listRequests(cmd, &f, func(cc string) command.QueryDefinition { return rules.In(cc).Owed })
		},
	}
	f.add(cmd, true)
	return cmd
}

func newDiscloseShowCommand(a *app) *cobra.Command {
	var f requestsFlags
	cmd := &cobra.Command{
		Use:   "show NUMBER",
		Short: "查看披露 one request and each step of it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withClient(cmd.Context(), f.as, f.bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
				chaincode := s.place(f.as, own)
				var r rules.ShowAnswer
				if err := c.Ask(ctx, chaincode, rules.In(chaincode).Show.DescribeQuery().Name, rules.ShowQuery{Number: args[0]}, &r); err != nil {
					return err
				}
				return a.print(r, func(w io.Writer) {
					writeRequests(w, []rules.ShowAnswer{r})
					writeTrace(w, steps(r))
				})
			})
		},
	}
	f.add(cmd, false)
	return cmd
}

// aboutRequest posts a command about a request.
func (a *app) aboutRequest(cmd *cobra.Command, f *requestsFlags, do func(chaincode string, h command.Head) (command.Definition, any)) error {
	return a.withClient(cmd.Context(), f.as, f.bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
		t, err := book.Show(ctx, c.Ledger())
		if err != nil {
			return err
		}
		chaincode := s.place(f.as, own)
		def, content := do(chaincode, command.Head{Number: strings.ToLower(rand.Text()), Date: t.Open})
		if err := def.Check(content); err != nil {
			return err
		}
		r, err := c.Post(ctx, chaincode, def, content)
		if err != nil {
			return err
		}
		return a.printResult(def.Describe(), r)
	})
}

func newDiscloseCertifyCommand(a *app) *cobra.Command {
	var f requestsFlags
	var request, basis, paper string
	cmd := &cobra.Command{
		Use:     "certify",
		Short:   "删除证明 the recipient certifies that its copies are deleted",
		Example: "  qxl disclose certify --as BankA/officer1 --request 5kq… --certificate 删除证明.pdf",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed("request", request, "certificate", paper); err != nil {
				return err
			}
			raw, err := os.Open(paper)
			if err != nil {
				return inputFile(paper, err)
			}
			defer raw.Close()
			h := sha256.New()
			if _, err := io.Copy(h, raw); err != nil {
				return err
			}
			return a.aboutRequest(cmd, &f, func(cc string, head command.Head) (command.Definition, any) {
				return rules.In(cc).Certify, &rules.CertifyContent{Head: head, Request: request, Basis: basis, Certificate: h.Sum(nil)}
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&request, "request", "", "申请编号 number of the request (needed)")
	cmd.Flags().StringVar(&basis, "basis", "revocation", "原因 why: revocation, or the code of the owner's recall")
	cmd.Flags().StringVar(&paper, "certificate", "", "删除证明文件 the signed paper; its SHA-256 goes on the ledger (needed)")
	return cmd
}

func newDiscloseRecallCommand(a *app) *cobra.Command {
	var f requestsFlags
	var request, basis, reference string
	cmd := &cobra.Command{
		Use:   "recall",
		Short: "通知删除 the owner asks the recipient to delete its copies, as after an erasure",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed("request", request, "basis", basis, "reference", reference); err != nil {
				return err
			}
			return a.aboutRequest(cmd, &f, func(cc string, head command.Head) (command.Definition, any) {
				return rules.In(cc).Recall, &rules.RecallContent{Head: head, Request: request, Basis: basis, Reference: reference}
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&request, "request", "", "申请编号 number of the request (needed)")
	cmd.Flags().StringVar(&basis, "basis", "", "法律依据 code of the legal basis: pipl-47, credit-16, court (needed)")
	cmd.Flags().StringVar(&reference, "reference", "", "删除编号 number of the erasure, opaque (needed)")
	return cmd
}
