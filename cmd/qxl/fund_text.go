package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/money"
)

func init() {
	answerTexts[fund.Statement.Name] = textOf(writeFundStatement)
	answerTexts[fund.Preview.Name] = textOf(writeShares)
}

// breakerZh are the pool's places by code.
var breakerZh = func() map[string]string {
	names := map[string]string{}
	for _, s := range []formula.Status{formula.Running, formula.Warned, formula.Frozen} {
		names[s.String()] = s.Zh()
	}
	return names
}()

// writeStanding says where the pool's breaker stands, and of every notice of
// the year that it needs money.
func writeStanding(w io.Writer, s *fund.StatementAnswer) {
	if s.Breaker == "" {
		return
	}
	fmt.Fprintf(w, "熔断 breaker: %s %s；预计支出 expected: %s 元\n", breakerZh[s.Breaker], s.Breaker, s.Expected.Display())
	if s.TopUp {
		fmt.Fprintf(w, "⚠ 请补充资金 top up: 可用余额不足以覆盖预计支出，差 short by %s 元\n", (s.Expected - s.Available).Display())
	}
	for _, n := range s.Notices {
		until := "仍有效 stands"
		if !n.Met.IsZero() {
			until = "解除 met " + n.Met.String()
		}
		fmt.Fprintf(w, "补充资金通知 top-up notice: %s 起 since，预计 expected %s，可用 available %s，%s\n", n.Since, n.Expected.Display(), n.Available.Display(), until)
	}
}

// tenThousand is an amount in units of ten thousand yuan 万元, exact: as many
// decimals as it needs, two at least.
func tenThousand(f money.Fen) string {
	sign := ""
	if f < 0 {
		sign, f = "-", -f
	}
	const unit = 10_000 * money.Yuan
	rest := strings.TrimRight(fmt.Sprintf("%06d", int64(f%unit)), "0")
	return fmt.Sprintf("%s%d.%s", sign, int64(f/unit), rest+"00"[:max(0, 2-len(rest))])
}

func limbText(code string) string {
	var l formula.Limb
	if l.UnmarshalText([]byte(code)) != nil {
		return code
	}
	return l.Zh() + " " + code
}

// writeFundStatement prints the pool as an office reads it: yuan and ten
// thousand yuan side by side.
func writeFundStatement(w io.Writer, s *fund.StatementAnswer) {
	fmt.Fprintf(w, "风险补偿资金报表 statement of the fund: 截至 %s，%d 年度\n\n", s.At, s.Year)
	t := table{columns: []column{{"项目 item", false}, {"元 yuan", true}, {"万元 ten thousand", true}}}
	for _, x := range []struct {
		name   string
		amount money.Fen
	}{
		{"年初余额 opening", s.Totals.Opening}, {"加：财政拨入 injections", s.Totals.Injections}, {"　　利息收入 interest", s.Totals.Interest}, {"　　追偿返还 returns", s.Totals.Returns},
		{"　　追回（含利息） clawbacks", s.Totals.Clawbacks}, {"减：补偿支付 payouts", s.Totals.Payouts}, {"　　缴回国库 refunds", s.Totals.Refunds},
		{"余额 balance", s.Balance}, {"其中：预留 reserved", s.Reserved}, {"　　　可用 available", s.Available},
	} {
		t.add(x.name, x.amount.Display(), tenThousand(x.amount))
	}
	t.write(w)
	writeStanding(w, s)
	fmt.Fprintln(w)
	t = table{columns: []column{{"存放银行 bank", false}, {"账户 account", false}, {"尾号", false}, {"余额(元) balance", true}, {"万元", true}, {"到期日 matures", false}, {"利率% rate", true}}}
	for _, b := range s.Banks {
		t.add(b.Name, "合计 "+b.Share+"%", "", b.Balance.Display(), tenThousand(b.Balance), "", "")
		for _, d := range s.Deposits {
			if d.Bank == b.Bank {
				rate := ""
				if d.Rate != nil {
					rate = d.Rate.String()
				}
				t.add("", d.Code, d.Account, d.Balance.Display(), tenThousand(d.Balance), d.Matures.String(), rate)
			}
		}
	}
	t.write(w)
	if len(s.Allocated) > 0 {
		fmt.Fprintln(w, "\n本年度分配 allocated in the year:")
		t = table{columns: []column{{"银行 bank", false}, {"元 yuan", true}, {"万元", true}}}
		for _, b := range s.Allocated {
			t.add(b.Name, b.Allocated.Display(), tenThousand(b.Allocated))
		}
		t.write(w)
	}
	if len(s.Pending) > 0 {
		fmt.Fprintln(w, "\n待复核 entered and not confirmed:")
		t = table{columns: []column{{"流水号 number", false}, {"事项 act", false}, {"日期 entered", false}, {"金额(元) amount", true}, {"凭证号 voucher", false}, {"摘要 note", false}}}
		for _, e := range s.Pending {
			t.add(e.Number, e.Act.Zh(), e.Entered.String(), e.Amount.Display(), e.Voucher, e.Note)
		}
		t.write(w)
	}
}
