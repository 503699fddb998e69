package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/book"
)

// sealedBid is the file that a bank keeps until it opens its bid.
type sealedBid struct {
	fund.Bid
	Salt string `json:"salt"`
}

// newFundBidCommand seals a bid: the file with the salt is there before
// anything is sent, since without it the bid could never be opened.
func newFundBidCommand(a *app) *cobra.Command {
	var h headFlags
	var tender, rate, amount, out string
	cmd := &cobra.Command{
		Use:   "bid",
		Short: fund.SealBid.Zh + " seal a bid: the ledger gets a commitment, the file keeps what opens it",
		Long: `Draws a salt, writes rate, amount and salt to --out, and sends SHA-256 of salt and bid to the ledger. Keep the file
secret until the deadline, then open the bid with qxl fund reveal FILE. Another bid before the deadline replaces it.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			head, err := h.head()
			if err == nil {
				err = needed("tender", tender, "rate", rate, "amount", amount, "out", out)
			}
			if err != nil {
				return err
			}
			b := sealedBid{Bid: fund.Bid{Tender: tender}}
			if err := errors.Join(b.Rate.UnmarshalText([]byte(rate)), b.Amount.UnmarshalText([]byte(amount))); err != nil {
				return &problem{Exit: exitUsage, Code: "FLAG_VALUE", Field: "--rate, --amount", Value: rate + ", " + amount, Zh: "利率或金额无法识别", En: err.Error()}
			}
			return a.withClient(cmd.Context(), h.as, "", func(ctx context.Context, _ *session, c *book.Client, own string) error {
				if own == "" {
					return bookNeeded()
				}
				b.Bank = c.Members().Books[own]
				ref, err := tenderRef(ctx, c, tender)
				if err != nil {
					return err
				}
				salt := make([]byte, fund.SaltSize)
				if _, err := rand.Read(salt); err != nil {
					return err
				}
				b.Salt = hex.EncodeToString(salt)
				if err := b.save(out); err != nil {
					return err
				}
				return a.post(ctx, c, fund.SealBid, &fund.SealContent{Head: head, Tender: ref, Commitment: hex.EncodeToString(b.Commitment(salt))})
			})
		},
	}
	h.add(cmd)
	f := cmd.Flags()
	f.StringVar(&tender, "tender", "", "招标编号 number of the tender (needed)")
	f.StringVar(&rate, "rate", "", "投标利率 percent a year 年利率% (needed)")
	f.StringVar(&amount, "amount", "", "愿意接受的金额 up to which amount, yuan (needed)")
	f.StringVar(&out, "out", "", "密封文件 file to keep, which must not exist (needed)")
	return cmd
}

func (b *sealedBid) save(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileExists(path, err)
	}
	enc := json.NewEncoder(f)
	enc.SetIndent("", "  ")
	if err = enc.Encode(b); err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}

func tenderRef(ctx context.Context, c *book.Client, number string) (ledgerstate.Ref, error) {
	ids, err := c.Locate(ctx, command.CommonsName, fund.TenderKind.KindCode(), []string{number})
	if err != nil {
		return ledgerstate.Ref{}, err
	}
	if ids[0].IsZero() {
		return ledgerstate.Ref{}, ledgerstate.Unknown.At("tender", nil, number)
	}
	return ledgerstate.Ref{ID: ids[0], No: number}, nil
}

func newFundRevealCommand(a *app) *cobra.Command {
	var h headFlags
	cmd := &cobra.Command{
		Use:   "reveal FILE",
		Short: fund.RevealBid.Zh + " open a sealed bid after the deadline, from the file that qxl fund bid wrote",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			head, err := h.head()
			if err != nil {
				return err
			}
			raw, err := os.ReadFile(args[0])
			var b sealedBid
			if err == nil {
				err = json.Unmarshal(raw, &b)
			}
			if err != nil {
				return &problem{Exit: exitUsage, Code: "BID_FILE", Field: "FILE", Value: args[0], Zh: "无法读取密封文件", En: err.Error(), Hint: "give the file that qxl fund bid wrote"}
			}
			return a.withClient(cmd.Context(), h.as, "", func(ctx context.Context, _ *session, c *book.Client, _ string) error {
				ref, err := tenderRef(ctx, c, b.Tender)
				if err != nil {
					return err
				}
				return a.post(ctx, c, fund.RevealBid, &fund.RevealContent{Head: head, Tender: ref, Salt: b.Salt, Rate: b.Rate, Amount: b.Amount})
			})
		},
	}
	h.add(cmd)
	return cmd
}

// newFundFactsCommand works out a bank's facts from its book; the central
// bank attests them so.
func newFundFactsCommand(a *app) *cobra.Command {
	var h headFlags
	var tender, bank string
	var attest bool
	cmd := &cobra.Command{
		Use:   "facts",
		Short: "招标统计 what a bank's book says for a tender; --attest has the central bank state it",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed("tender", tender); err != nil {
				return err
			}
			var head command.Head
			if attest {
				var err error
				if head, err = h.head(); err != nil {
					return err
				}
			}
			return a.withClient(cmd.Context(), h.as, bank, func(ctx context.Context, _ *session, c *book.Client, own string) error {
				if own == "" {
					return bookNeeded()
				}
				var t fund.TenderSheet
				if err := c.Ask(ctx, command.CommonsName, fund.ShowTender.Name, fund.TenderQuery{Number: tender}, &t); err != nil {
					return err
				}
				facts, err := bankFacts(ctx, c, own, &t)
				if err != nil {
					return err
				}
				if attest {
					return a.post(ctx, c, fund.AttestFacts, &fund.AttestContent{Head: head, Tender: ledgerstate.Ref{ID: t.ID, No: tender}, BankFacts: facts})
				}
				return a.print(facts, func(w io.Writer) { writeFacts(w, &t, &facts) })
			})
		},
	}
	h.add(cmd)
	f := cmd.Flags()
	f.StringVar(&tender, "tender", "", "招标编号 number of the tender (needed)")
	f.StringVar(&bank, "bank", "", "银行 the bank's short name (a bank's own by default)")
	f.BoolVar(&attest, "attest", false, "认定 send them to the ledger, as the central bank's officer")
	return cmd
}

func bankFacts(ctx context.Context, c *book.Client, own string, t *fund.TenderSheet) (fund.BankFacts, error) {
	var parts []*fund.FactsAnswer
	q := fund.FactsQuery{From: t.From, To: t.To, Limit: 1000}
	for {
		p := &fund.FactsAnswer{}
		if err := c.Ask(ctx, own, fund.AskFacts.Name, q, p); err != nil {
			return fund.BankFacts{}, err
		}
		parts = append(parts, p)
		if q.After = p.Next; p.Next == "" {
			return fund.FactsOf(parts)
		}
	}
}

func writeFacts(w io.Writer, t *fund.TenderSheet, f *fund.BankFacts) {
	fmt.Fprintf(w, "招标统计 facts for tender %s: %s, %s … %s\n", t.Number, f.Bank, t.From, t.To)
	tb := table{columns: []column{{"项目 item", false}, {"元 yuan, %", true}}}
	tb.add("平台发放 lent", f.Lent.Display())
	tb.add("其中信用贷款 credit", f.Credit.Display())
	tb.add("上期信用贷款 credit before", f.CreditBefore.Display())
	tb.add("首贷与农牧户 inclusive", f.Inclusive.Display())
	tb.add("平均利率% average rate", f.LoanRate.String())
	tb.add("平台贷款余额 balance", f.Balance.Display())
	tb.add("不良本金 non-performing", f.NonPerforming.Display())
	tb.write(w)
}
