package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"filippo.io/age"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/authorization"
	rules "github.com/qingxinlian/qxl/chaincode/disclosure"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/disclosure"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/blob"
	"github.com/qingxinlian/qxl/network/topology"
)

// asking is what qxl disclose ask is told.
type asking struct {
	as, bank, grant, purpose, why, item, subject, node, out string
	records, fields                                         []string
	nodeFlags
}

func newDiscloseAskCommand(a *app) *cobra.Command {
	var f asking
	cmd := &cobra.Command{
		Use:   "ask",
		Short: "申请披露 ask an owner for records under a grant, and fetch, verify and acknowledge them",
		Long: `Puts the request on the ledger, where it uses up one of the grant's uses, has the owner's node release the record's key, or
with --field those fields alone, to a key that is made for this request and forgotten after it, verifies that what came is the
record of the named leaf, and acknowledges it on the ledger. A refusal stands there too, and the subject sees it.
A record is named by its receipt, a file that its owner or the subject gives, or as LOG#SEQ:LEAFHASH with --item.`,
		Example: "  qxl disclose ask --as BankA/officer1 --grant SQ-2024-001 --why SQ2024030001 --record receipt.txt --node https://127.0.0.1:7443 -o 报告/\n" +
			"  qxl disclose ask --as BankA/officer1 --grant SQ-2024-001 --why SQ2024030001 --record receipt.txt --field amount --field overdue -o 字段/",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.as == "" {
				return signerMissing()
			}
			if err := needed("grant", f.grant, "why", f.why, "output", f.out, "record", strings.Join(f.records, "")); err != nil {
				return err
			}
			c := rules.UseContent{Request: strings.ToLower(rand.Text()), Terms: rules.Terms{Why: f.why, Purpose: f.purpose, Subject: f.subject, Fields: slices.Compact(slices.Sorted(slices.Values(f.fields)))}}
			for _, text := range f.records {
				r, err := readRecord(text, f.item)
				if err != nil {
					return err
				}
				c.Records = append(c.Records, r)
				c.Owner, _ = evidence.OwnerOfLog(r.Log)
			}
			return a.withClient(cmd.Context(), f.as, f.bank, func(ctx context.Context, s *session, client *book.Client, own string) error {
				return a.ask(ctx, s, client, s.place(f.as, own), &f, c)
			})
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.as, "as", "", "申请人 who asks: ORG/USER (needed)")
	fl.StringVar(&f.bank, "bank", "", "账簿所属银行 whose book (a bank's own by default, commons for others)")
	fl.StringVar(&f.grant, "grant", "", "授权书编号 number of the grant (needed)")
	fl.StringVar(&f.purpose, "purpose", "", "用途代码 purpose (the grant's by default)")
	fl.StringVar(&f.why, "why", "", "事由 what it is for, such as an application's number (needed)")
	fl.StringArrayVar(&f.records, "record", nil, "记录 receipt of a record, or LOG#SEQ:LEAFHASH; may be repeated (needed)")
	fl.StringVar(&f.item, "item", "", "信息项 the records' data item (the schema's name in capitals by default)")
	fl.StringVar(&f.subject, "subject", "", "主体代号 pseudonym of whom it is about (the grant's by default)")
	fl.StringArrayVar(&f.fields, "field", nil, "字段 name of a field to have opened, and nothing else; may be repeated")
	fl.StringVar(&f.node, "node", "", "持有方节点 address of the owner's node, https://HOST:PORT (on the embedded ledger it runs in this process)")
	fl.StringVarP(&f.out, "output", "o", "", "输出目录 directory for what comes (needed)")
	f.nodeFlags.add(cmd)
	return cmd
}

// readRecord names a record by its receipt's file, or by text.
func readRecord(text, item string) (rules.Record, error) {
	if _, err := os.Stat(text); err == nil {
		r, err := readReceipt(text)
		if err != nil {
			return rules.Record{}, err
		}
		leaf, err := evidencelog.DecodeLeaf(r.Leaf)
		if err != nil {
			return rules.Record{}, err
		}
		if item == "" {
			name, _, _ := strings.Cut(leaf.Schema, "/")
			item = strings.ToUpper(name)
		}
		return rules.Record{Log: r.Log, Seq: r.Seq, Leaf: r.LeafHash[:], Item: item}, nil
	}
	log, rest, ok := strings.Cut(text, "#")
	seq, hash, ok2 := strings.Cut(rest, ":")
	n, err := strconv.ParseUint(seq, 10, 64)
	leaf, err2 := hex.DecodeString(hash)
	if !ok || !ok2 || err != nil || err2 != nil || len(leaf) != 32 {
		return rules.Record{}, &problem{Exit: exitUsage, Code: "RECORD_NAME", Field: "--record", Limit: "receipt file, or LOG#SEQ:LEAFHASH", Value: text, Zh: "不是回执文件，也不是记录名称", En: "neither a receipt's file nor the name of a record", Hint: "qxl log prove SEQ gives the owner a receipt"}
	}
	return rules.Record{Log: log, Seq: n, Leaf: leaf, Item: item}, needed("item", item)
}

func (a *app) ask(ctx context.Context, s *session, client *book.Client, chaincode string, f *asking, c rules.UseContent) error {
	room := rules.In(chaincode)
	var g authorization.ShowAnswer
	err := client.Ask(ctx, chaincode, "authorization.Show"+room.Suffix, authorization.GrantQuery{Number: f.grant}, &g)
	if err != nil && (c.Subject == "" || !authorization.Missing.Is(err)) {
		return err
	}
	c.Grant = ledgerstate.Ref{ID: g.ID, No: f.grant}
	if c.Subject == "" {
		c.Subject = g.Subject
	}
	if c.Purpose == "" {
		c.Purpose = g.Purpose
	}
	roots, err := s.roots()
	if err != nil {
		return err
	}
	person, err := a.signer(f.as)
	if err != nil {
		return err
	}
	node := f.node
	if node == "" {
		if s.engine != embeddedEngine {
			return &problem{Exit: exitUsage, Code: "FLAG_MISSING", Field: "--node", Zh: "请指明持有方节点的地址", En: "say where the owner's node is", Hint: "the owner runs qxl disclose serve"}
		}
		var stop func() error
		if node, stop, err = a.nodeHere(ctx, s, c.Owner, f.nodeFlags); err != nil {
			return err
		}
		defer stop()
	}
	if err := os.MkdirAll(f.out, 0o700); err != nil {
		return err
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	u := &disclosure.User{Client: client, Person: person, Roots: roots}
	var lines []askedLine
	_, err = u.Ask(ctx, node, chaincode, c, identity, func(c rules.UseContent, body []byte, got []disclosure.Got) error {
		for _, g := range got {
			line, err := a.keep(ctx, u, node, chaincode, c, g, f.out)
			if err != nil {
				return a.rescue(f.out, body, identity, err)
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("request %s: %w", c.Request, err)
	}
	return a.print(map[string]any{"request": c.Request, "chaincode": chaincode, "grant": f.grant, "subject": c.Subject, "owner": c.Owner, "purpose": c.Purpose, "status": rules.Received, "records": lines}, func(w io.Writer) {
		fmt.Fprintf(w, "已交付并签收 delivered and acknowledged: 申请 request %s, 持有方 owner %s, 用途 purpose %s\n", c.Request, c.Owner, c.Purpose)
		for _, l := range lines {
			l.write(w)
		}
	})
}

// nodeHere runs an owner's node in this process, until stop.
func (a *app) nodeHere(ctx context.Context, s *session, owner string, f nodeFlags) (string, func() error, error) {
	name := ""
	for _, p := range []struct {
		party topology.Party
		role  string
	}{{topology.PartyC, "operator"}, {topology.PartyP, "officer"}, {topology.PartyF, "officer"}} {
		if holder(s.topology, p.party).MSP == owner {
			name = s.person(p.party, p.role)
		}
	}
	if name == "" {
		return "", nil, rules.OwnerWrong.At("owner", "CommissionMSP CentralBankMSP FinanceMSP", owner)
	}
	person, err := a.signer(name)
	if err != nil {
		return "", nil, err
	}
	l, err := s.As(ctx, name)
	if err != nil {
		return "", nil, err
	}
	c, err := book.Open(ctx, l, owner)
	if err != nil {
		return "", nil, errors.Join(err, l.Close())
	}
	n, err := a.node(s, c, person, f)
	if err != nil {
		return "", nil, errors.Join(err, l.Close())
	}
	socket, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, l.Close())
	}
	serving, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- n.Serve(serving, socket) }()
	return "https://" + socket.Addr().String(), func() error {
		cancel()
		return errors.Join(<-ended, l.Close())
	}, nil
}

// askedLine is what came of one record.
type askedLine struct {
	Log      string       `json:"log"`
	Seq      uint64       `json:"seq"`
	Leaf     rules.Hash   `json:"leaf"`
	Item     string       `json:"item"`
	Anchored bool         `json:"anchored"`
	Receipt  string       `json:"receipt"` // file
	File     string       `json:"file"`    // the record, or the proof of its fields
	Fields   []vaultField `json:"fields,omitempty"`
}

func (l askedLine) write(w io.Writer) {
	state := "已存证 sequenced"
	if l.Anchored {
		state = "已锚定 anchored"
	}
	fmt.Fprintf(w, "%s #%d %s %s: %s\n", l.Log, l.Seq, l.Item, state, l.File)
	for _, f := range l.Fields {
		fmt.Fprintf(w, "  %s = %s\n", f.Name, f.Value)
	}
}

// keep writes what came of a record.
func (a *app) keep(ctx context.Context, u *disclosure.User, node, chaincode string, c rules.UseContent, g disclosure.Got, dir string) (askedLine, error) {
	base := filepath.Join(dir, fmt.Sprintf("%s-%d", c.Request[:8], g.Seq))
	line := askedLine{Log: g.Log, Seq: g.Seq, Leaf: g.Record.Leaf, Item: g.Item, Anchored: g.Anchored, Receipt: base + ".receipt"}
	text, err := g.Receipt.MarshalText()
	if err == nil {
		err = a.output(line.Receipt, func(w io.Writer) error { _, err := w.Write(text); return err })
	}
	if err != nil {
		return line, err
	}
	if g.Fields != nil {
		line.File = base + ".fields.json"
		for _, f := range g.Fields.Fields {
			line.Fields = append(line.Fields, vaultField{f.Name, string(f.Value)})
		}
		raw, err := g.Fields.Encode()
		if err != nil {
			return line, err
		}
		return line, a.output(line.File, func(w io.Writer) error { _, err := w.Write(raw); return err })
	}
	line.File = base + ".bin"
	for _, f := range g.Share.Fields {
		if f.Name == vault.FieldName { // of an owner's file, never a path
			if name := filepath.Base(filepath.Clean("/" + string(f.Value))); name != "/" && !strings.ContainsAny(name, "\\\x00") {
				line.File = base + "-" + name
			}
			continue
		}
		line.Fields = append(line.Fields, vaultField{f.Name, string(f.Value)})
	}
	car, err := os.CreateTemp(dir, ".qxl-")
	if err != nil {
		return line, err
	}
	defer os.Remove(car.Name())
	defer car.Close()
	if err := u.Ciphertext(ctx, node, chaincode, c, g.Record.Leaf, car); err != nil {
		return line, err
	}
	info, err := car.Stat()
	if err != nil {
		return line, err
	}
	blocks, err := blob.OpenCAR(car, info.Size())
	if err != nil {
		return line, err
	}
	return line, a.output(line.File, func(w io.Writer) error { return g.Share.Open(ctx, w, blocks.Fetch) })
}

// rescue keeps an answer that could not be made use of: nothing is sent
// twice.
func (a *app) rescue(dir string, body []byte, identity *age.X25519Identity, err error) error {
	answer, key := filepath.Join(dir, "answer.json"), filepath.Join(dir, "identity.txt")
	return errors.Join(err,
		a.output(answer, func(w io.Writer) error { _, err := w.Write(body); return err }),
		a.output(key, func(w io.Writer) error { _, err := fmt.Fprintln(w, identity); return err }),
		fmt.Errorf("what came is kept: %s, opened by %s", answer, key))
}
