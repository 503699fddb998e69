package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// roomTitles are the rooms that have verbs, in their order.
var roomTitles = []struct{ room, short string }{
	{"consortium", "联盟、营业日与参照表 members, business days, reference tables"},
	{"subject", "信息主体 enterprises, sole traders, herders, co-operatives"},
	{"authorization", "授权 grants, revocations, credit checks"},
}

// roomVerbs are the commands and queries of a room as verbs: `qxl loan
// disburse`. They come from the definitions; nothing is written twice.
func roomVerbs(a *app, room string) []*cobra.Command {
	var list []*cobra.Command
	seen := map[string]bool{}
	for _, defs := range [][]command.Definition{chaincode.BookCommands, chaincode.CommonsCommands} {
		for _, d := range defs {
			if s := d.Describe(); strings.HasPrefix(s.Name, room+".") && !seen[s.Name] {
				seen[s.Name] = true
				list = append(list, a.commandVerb(d))
			}
		}
	}
	for _, queries := range [][]command.QueryDefinition{chaincode.BookQueries, chaincode.CommonsQueries} {
		for _, q := range queries {
			if s := q.DescribeQuery(); strings.HasPrefix(s.Name, room+".") && !seen[s.Name] {
				seen[s.Name] = true
				list = append(list, a.queryVerb(q))
			}
		}
	}
	return list
}

// roomCommands makes one parent verb for each room that has none of its own.
func roomCommands() []func(*app) *cobra.Command {
	var list []func(*app) *cobra.Command
	for _, r := range roomTitles {
		list = append(list, func(a *app) *cobra.Command {
			cmd := frontdoor.Group(&cobra.Command{Use: r.room, Short: r.short})
			cmd.AddCommand(roomVerbs(a, r.room)...)
			return cmd
		})
	}
	return list
}

// verbName turns "OpenDay" into "open-day".
func verbName(name string) string {
	_, act, _ := strings.Cut(name, ".")
	var b strings.Builder
	for i, r := range act {
		if r >= 'A' && r <= 'Z' {
			if i > 0 {
				b.WriteByte('-')
			}
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func (a *app) commandVerb(def command.Definition) *cobra.Command {
	spec := def.Describe()
	var as, bank, file string
	access := make([]string, len(spec.Access))
	for i, x := range spec.Access {
		access[i] = x.String()
	}
	cmd := &cobra.Command{
		Use:   verbName(spec.Name),
		Short: spec.Zh + " " + spec.En,
		Long: fmt.Sprintf("%s %s\n\n可办理 Who may: %s\n指令 Command %s, 通道 lane %s.", spec.Zh, spec.En,
			accessWords(strings.Join(access, " ")), spec.Name, spec.Lane.Name),
		Example: examples[spec.Name],
		Args:    cobra.NoArgs,
	}
	content := def.New()
	flags := newContentFlags(cmd, content, true)
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "签名人 who signs: ORG/USER (needed)")
	f.StringVar(&file, "content", "", "指令内容文件 read the content as JSON from a file, - for standard input")
	ofBook := spec.Lane.Chaincode == command.Book || spec.Lane.Joint()
	if ofBook {
		f.StringVar(&bank, "bank", "", "账簿所属银行 whose book: the bank's short name (a bank's own by default)")
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if file != "" {
			if err := a.readContent(file, def, content); err != nil {
				return err
			}
		} else if err := flags.needed(cmd); err != nil {
			return err
		}
		if err := flags.read(def); err != nil {
			return err
		}
		if err := def.Check(content); err != nil {
			return err
		}
		return a.withClient(cmd.Context(), as, bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
			if !ofBook {
				own = command.CommonsName
			} else if own == "" {
				return bookNeeded()
			}
			if fill := fillers[spec.Name]; fill != nil {
				if err := fill(ctx, c, own, content); err != nil {
					return err
				}
			}
			nameBanks(content, c.Members())
			for _, r := range flags.refs {
				if err := findRef(ctx, c, own, r); err != nil {
					return err
				}
			}
			result, err := c.Post(ctx, own, def, content)
			if err != nil {
				return err
			}
			return a.printResult(spec, result)
		})
	}
	return cmd
}

func (a *app) readContent(file string, def command.Definition, content any) error {
	var raw []byte
	var err error
	if file == "-" {
		raw, err = io.ReadAll(io.LimitReader(a.in, 16<<20))
	} else {
		raw, err = os.ReadFile(file)
	}
	if err == nil {
		_, err = def.Decode(raw)
	}
	if err == nil {
		err = json.Unmarshal(raw, content)
	}
	if err != nil {
		return &problem{Exit: exitUsage, Code: "CONTENT_FILE", Field: "--content", Value: file, Zh: "无法读取指令内容", En: err.Error(), Hint: "its fields are the flags of this verb"}
	}
	return nil
}

// fillers complete a content with what the asker's own peer can tell, by
// command or query, before anything is sent.
var fillers = map[string]func(ctx context.Context, c *book.Client, chaincode string, content any) error{
	registry.Reserve.Name: fillReserve,
	registry.Caps.Name:    fillCaps,
}

// findRef gives a reference its opaque ID: looked up, or drawn at random for
// what the command brings into being.
func findRef(ctx context.Context, c *book.Client, chaincode string, r *refFlag) error {
	if !r.to.ID.IsZero() || r.no == "" || r.want.Kind == nil {
		return nil
	}
	if r.want.Birth {
		r.to.ID = ledgerstate.ID{Page: strings.ToLower(rand.Text()[:13])}
		return nil
	}
	ids, err := c.Locate(ctx, chaincode, r.want.Kind.KindCode(), []string{r.no})
	if err != nil {
		return err
	}
	if ids[0].IsZero() {
		return ledgerstate.Unknown.At(r.name, nil, r.no)
	}
	r.to.ID = ids[0]
	return nil
}

func (a *app) printResult(spec command.Spec, r book.Result) error {
	document := map[string]any{"command": spec.Name, "outcome": r.Outcome, "transaction": r.TxID}
	if r.Refusal != nil {
		zh, en := r.Refusal.Texts()
		document["refusal"] = struct {
			*refusal.Refusal
			Zh string `json:"zh"`
			En string `json:"en"`
		}{r.Refusal, zh, en}
	}
	err := a.print(document, func(w io.Writer) {
		fmt.Fprintf(w, "%s: %s  %s\n交易 transaction %s\n", spec.Zh, outcomeZh(r.Outcome), r.Outcome, r.TxID)
	})
	if err == nil && r.Refusal != nil {
		return r.Refusal
	}
	return err
}

func outcomeZh(outcome string) string {
	for _, o := range []command.Outcome{command.Accepted, command.Refused, command.AlreadyApplied, command.Retry} {
		if o.String() == outcome {
			return o.Zh()
		}
	}
	return outcome
}

// withClient opens the ledger as a person and finds the book that is meant.
func (a *app) withClient(ctx context.Context, as, bank string, do func(context.Context, *session, *book.Client, string) error) error {
	if as == "" {
		return signerMissing()
	}
	org, _, err := wallet.Split(as)
	if err != nil {
		return err
	}
	s, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := s.As(ctx, as)
	if err != nil {
		return err
	}
	defer l.Close()
	named := bank != ""
	if !named {
		bank = org
	}
	var own, msp string
	var banks []string
	for _, o := range s.topology.Organizations {
		if party(o.Party) == command.Bank {
			banks = append(banks, o.Name)
			if strings.EqualFold(o.Name, bank) {
				own = bookName(o.Name)
			}
		}
		if o.Name == org {
			msp = o.MSP
		}
	}
	if named && own == "" {
		return &problem{Exit: exitUsage, Code: "BANK_UNKNOWN", Field: "--bank", Limit: strings.Join(banks, ", "), Value: bank,
			Zh: "没有这家银行", En: "no such bank in the consortium", Hint: "write the bank's short name, for example --bank " + banks[0]}
	}
	c, err := book.Open(ctx, l, msp)
	if err != nil {
		return err
	}
	return do(ctx, s, c, own)
}

func (a *app) queryVerb(q command.QueryDefinition) *cobra.Command {
	spec := q.DescribeQuery()
	var as, bank string
	cmd := &cobra.Command{Use: verbName(spec.Name), Short: spec.Zh + " " + spec.En, Args: cobra.NoArgs}
	content := q.NewQuery()
	flags := newContentFlags(cmd, content, false)
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "查询人 who asks: ORG/USER (needed)")
	if spec.Chaincode == command.Book {
		f.StringVar(&bank, "bank", "", "账簿所属银行 whose book: the bank's short name (a bank's own by default)")
	}
	about := queryAbout(cmd)
	if about != "" { // qxl loan show NO is qxl loan show --loan NO
		cmd.Use += " [NO]"
		cmd.Args = cobra.MaximumNArgs(1)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			if err := cmd.Flags().Set(about, args[0]); err != nil {
				return usagef("%v", err)
			}
		}
		id := cmd.Flags().Lookup("id")
		if about != "" && !cmd.Flags().Changed(about) && (id == nil || !id.Changed) {
			return &problem{Exit: exitUsage, Code: "NUMBER_MISSING", Field: "--" + about, Zh: "请给出要查询的编号", En: "say which: no number given", Hint: "see " + cmd.CommandPath() + " --help"}
		}
		for _, set := range flags.set {
			if err := set(); err != nil {
				return err
			}
		}
		return a.withClient(cmd.Context(), as, bank, func(ctx context.Context, s *session, c *book.Client, own string) error {
			if spec.Chaincode == command.Commons {
				own = command.CommonsName
			} else if own == "" {
				return bookNeeded()
			}
			if fill := fillers[spec.Name]; fill != nil {
				if bank, _, err := wallet.Split(as); err == nil {
					if err := fill(ctx, c, bookName(bank), content); err != nil {
						return err
					}
				}
			}
			var answer json.RawMessage
			if err := c.Ask(ctx, own, spec.Name, content, &answer); err != nil {
				return err
			}
			document, err := readDocument(answer)
			if err != nil {
				return err
			}
			text := answerTexts[spec.Name]
			if text == nil || a.json {
				return a.print(answer, func(w io.Writer) { writeDocument(w, nameSigners(document, s.dir), "") })
			}
			return text(a.out, answer)
		})
	}
	return cmd
}

// queryAbout is the flag that names the one thing a query is about, "" for
// lists and totals.
func queryAbout(cmd *cobra.Command) string {
	switch name := cmd.Name(); {
	case strings.HasPrefix(name, "show"), strings.HasPrefix(name, "history"), name == "schedule", name == "quote", name == "explain", name == "prefill", name == "caps":
	default:
		return ""
	}
	for _, name := range []string{"loan", "application", "number", "claim", "contract"} {
		if cmd.Flags().Lookup(name) != nil {
			return name
		}
	}
	return ""
}

func bookNeeded() error {
	return &problem{Exit: exitUsage, Code: "BOOK_MISSING", Field: "--bank", Zh: "请用 --bank 指明哪家银行的账簿", En: "say whose book", Hint: "--bank BankA"}
}

// explainRefusal shows what a rule of the ledger refused.
func explainRefusal(err error) *problem {
	r, ok := refusal.As(err)
	if !ok {
		return nil
	}
	zh, en := r.Texts()
	p := &problem{Exit: exitRefused, Code: r.Code, Field: r.Field, Limit: r.Limit, Value: r.Actual, Zh: zh, En: en}
	if reason, ok := refusal.Lookup(r.Code); ok && reason.Source != "" {
		p.Hint = "依据 rule: " + reason.Source
	}
	if command.AccessDenied.Is(err) {
		p.Limit, p.Value = accessWords(r.Limit), accessWords(r.Actual)
		p.Hint = "限值是可以办理的人员 the limit says who may; docs/access.csv has the whole table"
	}
	return p
}

// definitionOf finds a command of a deployed chaincode by its name.
func definitionOf(chaincodeName, name string) command.Definition {
	list := chaincode.BookCommands
	if chaincodeName == command.CommonsName {
		list = chaincode.CommonsCommands
	}
	for _, d := range list {
		if d.Describe().Name == name {
			return d
		}
	}
	return nil
}
