package main

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/loan/account"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

// newLoanSimulateCommand runs commands on one loan without a ledger.
func newLoanSimulateCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "simulate FILE",
		Short: "试算一笔贷款的还款、提前还款、重定价、冲正 run dated commands on one loan, without a ledger",
		Long: `按账本的同一套规则，在一笔贷款上依次试算文件中的业务，给出 as_of 当日日终的情况。
Runs the dated commands of a file on one loan by the very rules of the ledger
and shows it at the end of the day as_of. Later commands have not happened yet.

FILE is JSON:
  {"terms":{"method":"EQI","principal":"500000","rate":"3.85","periods":12,"every":"1M","from":"2024-01-01",
            "penalty_percent":"50","grace_days":0,"allocation":["fee","penalty","compound","interest","principal"]},
   "commands":[{"date":"2024-02-05","type":"repay","amount":"42540.69"},
               {"date":"2024-03-10","type":"prepay","amount":"100000","effect":"reduce"},
               {"date":"2024-04-15","type":"reprice","rate":"3.45"},
               {"type":"reverse","of":0}],
   "as_of":"2024-06-30"}

terms    as for qxl loan schedule; day_count, rounding, month_end, instalment_multiple, penalty_percent (50),
         grace_days (0) and allocation (as above) may be left out
         SEA  dues in place of periods and every: the days and the principal agreed
              "dues":[{"due":"2024-09-20","principal":"120000"},{"due":"2024-11-20","principal":"380000"}]
         REV  drawdowns may stand in place of principal and from: each is a loan 借据 of its own from its date,
              with a result of its own, and the document gives their sums
              "drawdowns":[{"date":"2024-01-10","amount":"300000"},{"date":"2024-03-05","amount":"200000"}]
commands apply by date, of one date in the order of the file; an amount is at most 100,000,000,000.00 yuan
         repay, recover           amount
         charge, refund           amount 费用, 退还预收
         prepay                   amount, effect: reduce 减少每期还款额, shorten 缩短期限
         reprice                  rate
         extend                   periods, of the whole term 展期后总期数; SEA: dues in place of it, of the principal not yet due
         misuse                   percent 挪用罚息加收
         write_off
         reverse                  of: number of an earlier command in the file, from 0; a reverse too
         repay and prepay take payer: borrower, guarantor
         all but reverse take drawdown: its number from 0; needed when there are several

A list of such documents gives a list of results, each with its own error.

EPI 等本等息    各期利息和提前还款日利息都按最初放款本金计；重定价不改各期本金；只能全额提前还款，不能展期
                interest of each period, and to the day of a prepayment, is on the principal first lent; a new rate
                leaves the principal of each instalment; prepaid in full or not at all, and not extended
SEA 按季节还本  利息按上一约定日以来的余额计；重定价不改约定；提前还款后 reduce 按余额比例缩减各期（累计额舍入），
                shorten 仍按原约定还款，从最早一期起，还清为止
                interest on the balance since the day agreed before; a new rate leaves days and amounts; after a
                prepayment reduce leaves each amount its share of the balance (that of the sum up to it is rounded),
                shorten leaves the amounts as agreed, the earliest first, until nothing is left
REV 随借随还    每次提款为一笔借据，用款计息到还款日：随时可提前还款 prepay；到期日前的还款 repay 留存至到期日
                a drawdown is a loan of its own, days count to the date of repayment: prepay at any time; a repay
                before the due date waits for it`,
		Example: `  qxl loan simulate what-if.json
  qxl loan simulate what-if.json --json`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			list, many, err := readSimulations(args[0])
			if err != nil {
				return err
			}
			if !many {
				x, err := list[0].run()
				if err != nil {
					return err
				}
				return a.print(x, x.show)
			}
			results := make([]any, len(list))
			for i := range list {
				if x, err := list[i].run(); err != nil {
					results[i] = map[string]any{"error": frontdoor.Explain(err, explainers)}
				} else {
					results[i] = x
				}
			}
			return a.print(results, func(w io.Writer) {
				for i, x := range results {
					fmt.Fprintf(w, "\n%d.\n", i+1)
					if s, ok := x.(outcome); ok {
						s.show(w)
					} else {
						p := x.(map[string]any)["error"].(*problem)
						fmt.Fprintf(w, "%s %s: %s\n", p.Code, p.Zh, p.En)
					}
				}
			})
		},
	}
}

// outcome is what a document comes to at the end of its day.
type outcome interface{ show(io.Writer) }

// simulated is a loan at the end of a day.
type simulated struct {
	Instalments []simulatedRow   `json:"instalments"`
	Entries     []simulatedEntry `json:"entries"`
	simulatedFigures
}

type simulatedFigures struct {
	Outstanding      money.Fen     `json:"outstanding_principal"`
	OverduePrincipal money.Fen     `json:"overdue_principal"`
	OverdueInterest  money.Fen     `json:"overdue_interest"`
	Penalty          money.Fen     `json:"penalty"`
	Compound         money.Fen     `json:"compound"`
	Advance          money.Fen     `json:"advance"`
	DaysPastDue      int           `json:"days_past_due"`
	Class            account.Class `json:"class"`
}

type simulatedRow struct {
	N               int           `json:"n"`
	Due             calendar.Date `json:"due"`
	Principal       money.Fen     `json:"principal"`
	Interest        money.Fen     `json:"interest"`
	UnpaidPrincipal money.Fen     `json:"unpaid_principal"`
	UnpaidInterest  money.Fen     `json:"unpaid_interest"`
}

type simulatedEntry struct {
	Date   calendar.Date `json:"date"`
	Type   string        `json:"type"`
	Amount money.Fen     `json:"amount"`
	account.Parts
}

// run folds what stands of the commands up to the day.
func (s *simulation) run() (outcome, error) {
	loans, err := s.Terms.open()
	if err != nil {
		return nil, err
	}
	if s.AsOf == "" {
		return nil, missing("as_of")
	}
	asOf, err := calendar.ParseDate(string(s.AsOf))
	if err != nil {
		return nil, invalid.In("as_of", err)
	}
	if first := firstDay(loans); asOf < first {
		return nil, &invalid.Error{Code: "AS_OF_BEFORE_LOAN", Field: "as_of", Limit: first.String(), Value: asOf.String(),
			Zh: "截止日早于放款日", En: "the day lies before the loan's first", Hint: "give a day on or after terms.from"}
	}
	posted, err := s.standing(asOf, len(loans))
	if err != nil {
		return nil, err
	}
	results := make([]*simulated, len(loans))
	for i, loan := range loans {
		if results[i], err = fold(loan, posted[i], asOf); err != nil {
			return nil, err
		}
	}
	if s.Terms.Drawdowns == nil {
		return results[0], nil
	}
	return lineOf(loans, results, asOf), nil
}

// posted are entries of one loan, with the number of each in the file.
type posted struct {
	entries []account.Entry
	at      []int
}

// fold gives a loan at the end of a day.
func fold(loan *account.Account, p posted, asOf calendar.Date) (*simulated, error) {
	state, results, err := loan.Fold(p.entries, asOf)
	if err != nil {
		if r, ok := account.RefusedEntry(err); ok {
			return nil, refusedCommand(p.at[r.Entry], r)
		}
		return nil, err
	}
	x := &simulated{Instalments: []simulatedRow{}, Entries: []simulatedEntry{}}
	for _, row := range loan.Rows(state, asOf) {
		x.Instalments = append(x.Instalments, simulatedRow{row.N, row.Due, row.Principal, row.Interest, row.UnpaidPrincipal, row.UnpaidInterest})
	}
	for _, r := range results {
		e := p.entries[r.Entry]
		x.Entries = append(x.Entries, simulatedEntry{e.Date, e.Type.String(), e.Amount, r.Parts})
	}
	f := loan.At(state, asOf)
	x.simulatedFigures = simulatedFigures{f.Outstanding, f.OverduePrincipal, f.OverdueInterest, f.Penalty, f.Compound, f.Advance, f.DaysPastDue, f.Class}
	return x, nil
}

// standing gives the entries that no reversal takes away, by the loan that
// each is of. A reversal with a date counts from that day on.
func (s *simulation) standing(asOf calendar.Date, loans int) (list []posted, err error) {
	all, of := make([]account.Entry, len(s.Commands)), make([]int, len(s.Commands))
	var reversals []account.Reversal
	for i := range s.Commands {
		x := &s.Commands[i]
		if x.Type != "reverse" {
			if all[i], err = x.entry(); err == nil {
				of[i], err = x.drawdown(loans)
			}
			if err != nil {
				return nil, inside(commandField(i), err)
			}
			continue
		}
		if x.Of == "" {
			return nil, missing(commandField(i) + ".of")
		}
		which, err := wholeNumber("of", x.Of, 0, len(s.Commands)-1)
		if err != nil {
			return nil, inside(commandField(i), err)
		}
		when := asOf
		if x.Date != "" {
			if when, err = calendar.ParseDate(string(x.Date)); err != nil {
				return nil, inside(commandField(i), invalid.In("date", err))
			}
		}
		if when <= asOf {
			reversals = append(reversals, account.Reversal{Record: i, Of: which})
		}
	}
	stands, err := account.Standing(len(all), reversals)
	if err != nil {
		if r, ok := account.RefusedEntry(err); ok {
			return nil, refusedCommand(r.Entry, r)
		}
		return nil, err
	}
	list = make([]posted, loans)
	for i, e := range all {
		if stands[i] && s.Commands[i].Type != "reverse" {
			p := &list[of[i]]
			p.entries, p.at = append(p.entries, e), append(p.at, i)
		}
	}
	return list, nil
}

// refusedCommand names the command of the file that does not stand.
func refusedCommand(i int, r *account.Refused) error {
	p := explainRefusal(r)
	what := ""
	if r.Type != 0 {
		what = fmt.Sprintf(", %s %s of %s", r.Type.Zh(), r.Type, r.Date)
	}
	p.Stage = commandField(i) + what
	if p.Field != "" {
		p.Field = commandField(i) + "." + p.Field
	}
	return p
}

func (x *simulated) show(w io.Writer) {
	t := table{columns: []column{{"期 n", true}, {"到期日 due", false}, {"本金 principal", true}, {"利息 interest", true}, {"未还本金 unpaid", true}, {"未还利息 unpaid", true}}}
	for _, r := range x.Instalments {
		t.add(strconv.Itoa(r.N), r.Due.String(), r.Principal.Display(), r.Interest.Display(), r.UnpaidPrincipal.Display(), r.UnpaidInterest.Display())
	}
	t.write(w)
	if len(x.Entries) > 0 {
		fmt.Fprintln(w)
		t = table{columns: []column{{"日期 date", false}, {"业务 type", false}, {"金额 amount", true}, {"费用 fee", true}, {"罚息 penalty", true}, {"复利 compound", true}, {"利息 interest", true}, {"本金 principal", true}}}
		for _, e := range x.Entries {
			t.add(e.Date.String(), e.Type, e.Amount.Display(), e.Fee.Display(), e.Penalty.Display(), e.Compound.Display(), e.Interest.Display(), e.Principal.Display())
		}
		t.write(w)
	}
	x.simulatedFigures.show(w)
}

func (x *simulatedFigures) show(w io.Writer) {
	fmt.Fprintf(w, "\n贷款余额 outstanding %s 元  逾期本金 overdue %s  欠息 overdue interest %s  罚息 penalty %s  复利 compound %s  预收 advance %s\n",
		x.Outstanding.Display(), x.OverduePrincipal.Display(), x.OverdueInterest.Display(), x.Penalty.Display(), x.Compound.Display(), x.Advance.Display())
	fmt.Fprintf(w, "逾期天数 days past due %d  分类下限 class %s %s\n", x.DaysPastDue, x.Class.Zh(), x.Class)
}
