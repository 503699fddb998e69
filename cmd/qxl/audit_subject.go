package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	rules "github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/wallet"
)

// traced is something that happened to a subject's data.
type traced struct {
	Date    calendar.Date `json:"date"`
	What    string        `json:"what"` // granted, used, revoked; asked, denied, refused, delivered, received, recalled, deleted
	Grant   string        `json:"grant"`
	Request string        `json:"request,omitempty"`
	MSP     string        `json:"msp,omitempty"` // whose person
	Post    string        `json:"post,omitempty"`
	By      string        `json:"by"` // start of the certificate's fingerprint
	Purpose string        `json:"purpose,omitempty"`
	Why     string        `json:"why,omitempty"`
	Items   []string      `json:"items,omitempty"`
	Fields  []string      `json:"fields,omitempty"`
	Code    string        `json:"code,omitempty"`  // of a refusal
	Proof   rules.Hash    `json:"proof,omitempty"` // SHA-256 of what was sent, or of a certificate of deletion
	Number  string        `json:"number"`          // business number
}

func newAuditSubjectCommand(a *app) *cobra.Command {
	var f requestsFlags
	cmd := &cobra.Command{
		Use:   "subject",
		Short: "主体全程留痕 the full trace of one subject: grants, uses, requests, deliveries, receipts, refusals, revocations, deletions",
		Long: `来源可溯、去向可查：谁、何时、凭何授权、为何、要了什么、得到什么或为何被拒，副本是否已删除。
A subject sees its own trace with its certificate. It has a pseudonym of its own in each book and in commons, so that nobody can
put them together: each is traced by itself (--bank).`,
		Example: "  qxl audit subject --as Subject/s01-book-banka\n  qxl audit subject --as CentralBank/auditor1 --bank BankA --subject PSEUDONYM",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withClient(cmd.Context(), f.as, f.bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
				if f.q.Subject == "" {
					if p, err := wallet.Read(s.dir, f.as); err == nil {
						f.q.Subject = p.Attrs[wallet.AttrPseudonym]
					}
				}
				if err := needed("subject", f.q.Subject); err != nil {
					return err
				}
				chaincode := s.place(f.as, own)
				trace, list, err := traceOf(ctx, c, chaincode, f.q.Subject)
				if err != nil {
					return err
				}
				return a.print(map[string]any{"chaincode": chaincode, "subject": f.q.Subject, "requests": len(list), "owed": owing(list), "trace": trace}, func(w io.Writer) {
					fmt.Fprintf(w, "信息主体 subject %s, 账簿 %s\n", f.q.Subject, chaincode)
					writeTrace(w, trace)
					for _, n := range owing(list) {
						fmt.Fprintf(w, "尚欠删除证明 a certificate of deletion is owed: %s\n", n)
					}
				})
			})
		},
	}
	f.add(cmd, false)
	cmd.Flags().StringVar(&f.q.Subject, "subject", "", "主体代号 pseudonym (a subject's own by default)")
	return cmd
}

func owing(list []rules.ShowAnswer) []string {
	numbers := []string{}
	for _, r := range list {
		if r.Owes != "" {
			numbers = append(numbers, r.Request)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// traceOf gathers all that a chaincode tells of a subject, in order of days;
// within a day, each grant's and each request's own order stands.
func traceOf(ctx context.Context, c *book.Client, chaincode, pseudonym string) ([]traced, []rules.ShowAnswer, error) {
	suffix := rules.In(chaincode).Suffix
	trace := []traced{}
	q := authorization.ListQuery{Subject: pseudonym}
	for {
		var a authorization.ListAnswer
		if err := c.Ask(ctx, chaincode, "authorization.List"+suffix, q, &a); err != nil {
			return nil, nil, err
		}
		for _, g := range a.Grants {
			var h authorization.HistoryAnswer
			if err := c.Ask(ctx, chaincode, "authorization.History"+suffix, authorization.GrantQuery{Number: g.Number, ID: g.ID}, &h); err != nil {
				return nil, nil, err
			}
			for _, e := range h.Entries {
				t := traced{Date: e.Date, What: e.What, Grant: g.Number, MSP: e.Party, Post: e.Post, By: e.By, Purpose: g.Purpose, Why: e.Why, Items: e.Items, Number: e.Number}
				if e.What == "used" {
					t.MSP = g.Grantee
				}
				trace = append(trace, t)
			}
		}
		if q.After = a.Next; a.Next == "" {
			break
		}
	}
	list, err := requests(ctx, c, chaincode, rules.In(chaincode).List, rules.ListQuery{Subject: pseudonym})
	if err != nil {
		return nil, nil, err
	}
	slices.SortFunc(list, func(a, b rules.ShowAnswer) int { return cmp.Compare(a.Request, b.Request) })
	for _, r := range list {
		trace = append(trace, steps(r)...)
	}
	slices.SortStableFunc(trace, func(a, b traced) int { return cmp.Compare(a.Date, b.Date) })
	return trace, list, nil
}

// steps are a request's as part of a trace.
func steps(r rules.ShowAnswer) []traced {
	var list []traced
	for _, s := range r.Steps {
		t := traced{Date: s.Date, What: s.What, Grant: r.Grant.No, Request: r.Request, MSP: s.Who.MSP, Post: s.Who.Post, By: s.By, Proof: s.Proof, Number: s.Number}
		switch s.What {
		case "asked", "denied":
			t.Purpose, t.Why, t.Items, t.Fields = r.Purpose, r.Why, r.Items(), r.Fields
		case "recalled", "deleted":
			t.Why = s.Basis
		}
		if s.Denial != nil {
			t.Code = s.Denial.Code
		}
		list = append(list, t)
	}
	return list
}

func writeTrace(w io.Writer, trace []traced) {
	t := table{columns: []column{{"日期 date", false}, {"事项 what", false}, {"机构 organization", false}, {"岗位 post", false}, {"用途 purpose", false}, {"信息项 items", false}, {"事由 why", false}, {"授权 grant", false}, {"申请 request", false}, {"拒绝原因 code", false}}}
	for _, x := range trace {
		items := strings.Join(x.Items, " ")
		if len(x.Fields) > 0 {
			items += " (" + strings.Join(x.Fields, " ") + ")"
		}
		t.add(x.Date.String(), both(x.What), x.MSP, x.Post, x.Purpose, items, x.Why, x.Grant, x.Request, x.Code)
	}
	t.write(w)
	fmt.Fprintf(w, "共 %d 项 steps\n", len(trace))
}
