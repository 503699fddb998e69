package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	rules "github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func newDiscloseCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{
		Use:   "disclose",
		Short: "披露 hand records over to whom the subject has granted them, and trace what became of them",
		Long: `披露：先在账本登记并核验授权，持有方才交付密钥或字段；双方回执与每次拒绝均留痕，信息主体可查。
A request stands on the ledger, checked against the live grant, before the owner's node releases a key, or single fields, to
that one recipient. Both receipts stand on the ledger, refusals too, and the subject sees all of it. docs/disclosure.md.`,
	})
	for _, verb := range []func(*app) *cobra.Command{newDiscloseServeCommand, newDiscloseAskCommand, newDiscloseListCommand, newDiscloseShowCommand, newDiscloseOwedCommand,
		newDiscloseCertifyCommand, newDiscloseRecallCommand, newDiscloseFieldsCommand, newDiscloseVerifyCommand} {
		cmd.AddCommand(verb(a))
	}
	return cmd
}

// roots are the root certificates of the consortium's organizations, as they
// lie beside the people here.
func (s *session) roots() (disclosure.Roots, error) {
	roots := disclosure.Roots{}
	for _, o := range s.topology.Organizations {
		list, err := wallet.Roots(s.dir, o.Name)
		if err != nil {
			return nil, err
		}
		if len(list) > 0 {
			roots[o.MSP] = list
		}
	}
	return roots, nil
}

// place is where a person's requests stand: the book that is named, the own
// bank's, the one of a subject's certificate, else commons.
func (s *session) place(as, own string) string {
	if own != "" {
		return own
	}
	if p, err := wallet.Read(s.dir, as); err == nil && p.Attrs[wallet.AttrBook] != "" {
		return p.Attrs[wallet.AttrBook]
	}
	return command.CommonsName
}

// nodeFlags say what an owner's node knows beside the ledger.
type nodeFlags struct {
	subjects string
	items    []string
}

func (f *nodeFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.subjects, "subjects", "", "主体对照表 CSV of chaincode, pseudonym, the owner's number for the subject (the Commission asks the book)")
	cmd.Flags().StringArrayVar(&f.items, "schema", nil, "数据格式对应的信息项 NAME=ITEM, for example contract=LOAN (a schema's name in capitals by default)")
}

// node is the owner's, as a person of it.
func (a *app) node(s *session, c *book.Client, person *wallet.Person, f nodeFlags) (*disclosure.Node, error) {
	roots, err := s.roots()
	if err != nil {
		return nil, err
	}
	known, err := readSubjects(f.subjects)
	if err != nil {
		return nil, err
	}
	n := &disclosure.Node{Client: c, Person: person, Roots: roots, Items: map[string]string{}}
	for _, text := range f.items {
		name, item, ok := strings.Cut(text, "=")
		if !ok {
			return nil, &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--schema", Limit: "NAME=ITEM", Value: text, Zh: "写法不对", En: "a schema's item is NAME=ITEM"}
		}
		n.Items[name] = item
	}
	find, _, err := a.passphrase()
	if err != nil {
		return nil, err
	}
	secret, err := find()
	if err != nil {
		return nil, err
	}
	n.Open = func(context.Context) (*disclosure.Shelf, error) { return a.shelf(person.Org, secret) }
	n.Subjects = func(ctx context.Context, chaincode, pseudonym string) ([]string, error) {
		names := known[chaincode+" "+pseudonym]
		if c.Members().Authorities[command.Commission] != person.MSP || chaincode == command.CommonsName {
			return names, nil
		}
		var who subject.ShowAnswer
		err := c.Ask(ctx, chaincode, subject.Show.Name, subject.ShowQuery{Pseudonym: pseudonym}, &who)
		if subject.Unknown.Is(err) {
			return names, nil
		}
		return append(names, who.Number), err
	}
	return n, nil
}

// shelf opens an organization's vault and log for one request.
func (a *app) shelf(org string, secret []byte) (*disclosure.Shelf, error) {
	f := vaultFlags{org: org}
	dir, _, err := f.dir(a)
	if err != nil {
		return nil, err
	}
	state, err := a.state()
	if err != nil {
		return nil, err
	}
	v, err := vault.Open(vault.Options{Dir: dir, Passphrase: func() ([]byte, error) { return secret, nil }})
	if err != nil {
		return nil, err
	}
	log, err := evidencelog.Open(logDir(state, org), evidencelog.Options{})
	if err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return &disclosure.Shelf{Vault: v, Log: log, Close: func() error { return errors.Join(log.Close(), v.Close()) }}, nil
}

// readSubjects reads who is behind pseudonyms, as the owner knows it.
func readSubjects(path string) (map[string][]string, error) {
	known := map[string][]string{}
	if path == "" {
		return known, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, inputFile(path, err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 3
	rows, err := r.ReadAll()
	if err != nil {
		return nil, &problem{Exit: exitUsage, Code: "INPUT_FILE", Field: "--subjects", Value: path, Zh: "主体对照表无法读取", En: err.Error(), Hint: "each line: book-banka,PSEUDONYM,NUMBER"}
	}
	for _, row := range rows {
		known[row[0]+" "+row[1]] = append(known[row[0]+" "+row[1]], row[2])
	}
	return known, nil
}

// explainDisclosure shows what an owner's node or an answer says no to.
func explainDisclosure(err error) *problem {
	var no *disclosure.RefusedError
	var down *disclosure.UnavailableError
	var other *disclosure.OtherFieldsError
	var member *disclosure.MemberError
	switch {
	case errors.As(err, &no):
		p := explainRefusal(no.Refusal)
		p.Zh, p.En = "数据持有方拒绝："+p.Zh, "the owner's node refuses: "+p.En
		if no.Recorded {
			p.En += "; it stands on the ledger, where the subject sees it"
		}
		return p
	case errors.As(err, &member):
		return &problem{Exit: exitRefused, Code: "NODE_CERTIFICATE", Field: "--node", Limit: member.Want, Value: member.Subject, Zh: "对方出示的不是数据持有方的证书", En: err.Error(), Hint: "ask the owner for its node's address"}
	case errors.As(err, &down):
		return &problem{Exit: exitInfrastructure, Code: "NODE_UNAVAILABLE", Field: "--node", Value: down.Node, Zh: "数据持有方的节点暂时无法答复", En: err.Error(), Hint: "the request stands on the ledger; if nothing was delivered, qxl disclose show NUMBER says OPEN: make another once the node answers"}
	case errors.As(err, &other):
		return &problem{Exit: exitRefused, Code: "FIELDS_OTHER", Field: "fields", Zh: "字段不属于该记录", En: err.Error()}
	}
	return nil
}

var disclosureWords = map[string]string{"asked": "申请", "denied": "拒绝", "refused": "拒绝", "delivered": "交付", "received": "签收", "recalled": "通知删除", "deleted": "删除证明",
	"granted": "授权", "used": "使用授权", "revoked": "撤回授权",
	string(rules.Denied): "已拒绝", string(rules.Open): "待交付", string(rules.Delivered): "已交付", string(rules.Received): "已签收", string(rules.Deleted): "副本已删除",
	"revocation": "授权撤回", "recall": "持有方通知"}

func both(word string) string {
	if zh := disclosureWords[word]; zh != "" {
		return zh + " " + word
	}
	return word
}

func writeRequests(w io.Writer, list []rules.ShowAnswer) {
	t := table{columns: []column{{"申请 request", false}, {"日期 date", false}, {"申请方 user", false}, {"持有方 owner", false}, {"用途 purpose", false}, {"信息项 items", false}, {"状态 status", false}, {"拒绝 refusals", true}, {"欠删除证明 owes", false}}}
	for _, r := range list {
		status := both(string(r.Status))
		if r.Denied != nil {
			status += " " + r.Denied.Code
		}
		t.add(r.Request, r.Date.String(), r.User.MSP, r.Owner, r.Purpose, strings.Join(r.Items(), " "), status, fmt.Sprint(r.Refusals), both(r.Owes))
	}
	t.write(w)
	fmt.Fprintf(w, "共 %d 件 requests\n", len(list))
}
