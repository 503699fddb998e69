package dayfile

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Asker answers queries about a bank's book; *book.Client is one.
type Asker interface {
	Ask(ctx context.Context, chaincode, query string, content, answer any) error
}

// DifferenceKind is in what a bank's books and the ledger differ.
type DifferenceKind string

const (
	MissingInFile   DifferenceKind = "MISSING_IN_FILE"   // the ledger has a balance, the file no line
	MissingInLedger DifferenceKind = "MISSING_IN_LEDGER" // the file has a line, the ledger no such loan
	AmountDiffers   DifferenceKind = "AMOUNT_DIFFERS"
	FileCount       DifferenceKind = "FILE_COUNT"   // 总账余额 against the file's own lines
	FileTotal       DifferenceKind = "FILE_TOTAL"   // likewise
	LedgerCount     DifferenceKind = "LEDGER_COUNT" // 总账余额, else the sum of the lines, against the ledger
	LedgerTotal     DifferenceKind = "LEDGER_TOTAL" // likewise
)

// Zh is the kind in Chinese.
func (k DifferenceKind) Zh() string {
	return map[DifferenceKind]string{MissingInFile: "文件缺少,账本有余额", MissingInLedger: "文件有余额,账本无此贷款", AmountDiffers: "余额不符",
		FileCount: "总账笔数与文件明细不符", FileTotal: "总账余额与文件明细合计不符", LedgerCount: "笔数与账本不符", LedgerTotal: "合计与账本不符"}[k]
}

// Difference is one way in which a bank's books and the ledger differ. Own and
// Ledger are amounts; counts for the kinds that end in COUNT.
type Difference struct {
	Kind   DifferenceKind `json:"kind"`
	Line   int            `json:"line,omitempty"`
	Loan   string         `json:"loan,omitempty"`
	Own    string         `json:"own"`
	Ledger string         `json:"ledger"`
}

func (d *Difference) String() string {
	s := d.Kind.Zh()
	if d.Line > 0 {
		s = fmt.Sprintf("第 %d 行: %s", d.Line, s)
	}
	if d.Loan != "" {
		s += " " + d.Loan
	}
	return fmt.Sprintf("%s / %s: 本行 own %s, 账本 ledger %s", s, d.Kind, d.Own, d.Ledger)
}

// Reconciliation is the comparison of a bank's own balances with the ledger
// 总分核对.
type Reconciliation struct {
	Date        calendar.Date `json:"date"`
	Loans       int           `json:"loans"` // lines compared
	Own         money.Fen     `json:"own"`
	Ledger      money.Fen     `json:"ledger"`
	Differences []*Difference `json:"differences"`
}

// Reconcile compares a file of balances with a bank's book. Files that hold
// anything else, or no balance, or balances of several dates, are a
// *FileError.
func Reconcile(ctx context.Context, f *File, asker Asker, chaincode string) (*Reconciliation, error) {
	r := &reconciling{file: f, own: map[string]ownBalance{}, ledger: map[string]money.Fen{},
		result: &Reconciliation{Differences: []*Difference{}}}
	if err := r.read(); err != nil {
		return nil, err
	}
	if err := r.ask(ctx, asker, chaincode); err != nil {
		return nil, err
	}
	return r.result, r.compare()
}

type reconciling struct {
	file      *File
	own       map[string]ownBalance
	total     *Total
	totalLine int
	ledger    map[string]money.Fen
	result    *Reconciliation
}

type ownBalance struct {
	line        int
	outstanding money.Fen
}

func (r *reconciling) read() error {
	bad := &FileError{Path: r.file.Path}
	add := func(p *Problem) {
		if bad.Count++; len(bad.Problems) < MaxProblems {
			bad.Problems = append(bad.Problems, p)
		}
	}
	err := r.file.Each(func(l *Line) error {
		var day calendar.Date
		switch v := l.Value.(type) {
		case *Balance:
			day = v.Date
			if first, twice := r.own[v.Loan]; twice {
				add(&Problem{Line: l.N, Column: headerContract, Code: "BALANCE_TWICE", Limit: "one line for a loan", Value: v.Loan,
					Zh: "同一合同出现两次", En: fmt.Sprintf("the loan stands in line %d already", first.line), Hint: "keep one of the two"})
				return nil
			}
			r.own[v.Loan] = ownBalance{l.N, v.Outstanding}
		case *Total:
			day = v.Date
			if r.total != nil {
				add(&Problem{Line: l.N, Code: "TOTAL_TWICE", Limit: "one line", Value: l.Record.Type, Zh: "总账余额只能有一条", En: "there is a second total", Hint: "keep one of the two"})
			}
			r.total, r.totalLine = v, l.N
		default:
			add(&Problem{Line: l.N, Column: firstCell, Code: "RECORD_NOT_BALANCE", Limit: "余额, 总账余额", Value: l.Record.Type,
				Zh: "核对文件只能有余额记录", En: "a file to reconcile holds balances only", Hint: "send other records with qxl import"})
			return nil
		}
		switch {
		case r.result.Date == 0:
			r.result.Date = day
		case r.result.Date != day:
			add(&Problem{Line: l.N, Column: "余额日期", Code: "BALANCE_DATES", Limit: r.result.Date.String(), Value: day.String(),
				Zh: "余额日期不一致", En: "the balances are of several dates", Hint: "send one file for each date"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	if bad.Count == 0 && len(r.own) == 0 && r.total == nil {
		add(&Problem{Code: "BALANCE_NONE", Limit: "余额, 总账余额", Zh: "文件没有余额记录", En: "the file holds no balance", Hint: "export the balances of one day"})
	}
	if bad.Count > 0 {
		return bad
	}
	return nil
}

// ask reads all balances of the book as of the file's date.
func (r *reconciling) ask(ctx context.Context, asker Asker, chaincode string) error {
	q := loan.BalancesQuery{At: r.result.Date, Limit: 2000}
	for {
		var a loan.BalancesAnswer
		if err := asker.Ask(ctx, chaincode, loan.Balances.Name, q, &a); err != nil {
			return err
		}
		for _, b := range a.Balances {
			r.ledger[b.Loan] = b.Outstanding
		}
		if a.Next == "" {
			return nil
		}
		q.After = a.Next
	}
}

func (r *reconciling) compare() error {
	differ := func(d *Difference) { r.result.Differences = append(r.result.Differences, d) }
	var own, ledger money.Fen
	var err error
	ownCount, ledgerCount := 0, 0
	// In the order of the file, then what the file lacks by contract number.
	numbers := slices.SortedFunc(maps.Keys(r.own), func(a, b string) int { return r.own[a].line - r.own[b].line })
	for _, no := range numbers {
		b := r.own[no]
		if own, err = own.Add(b.outstanding); err != nil {
			return err
		}
		if b.outstanding != 0 {
			ownCount++
		}
		switch there, ok := r.ledger[no]; {
		case !ok:
			differ(&Difference{Kind: MissingInLedger, Line: b.line, Loan: no, Own: b.outstanding.String(), Ledger: "—"})
		case there != b.outstanding:
			differ(&Difference{Kind: AmountDiffers, Line: b.line, Loan: no, Own: b.outstanding.String(), Ledger: there.String()})
		}
	}
	for _, no := range slices.Sorted(maps.Keys(r.ledger)) {
		there := r.ledger[no]
		if ledger, err = ledger.Add(there); err != nil {
			return err
		}
		if there == 0 {
			continue // settled or wholly repaid: no bank lists it
		}
		ledgerCount++
		if _, ok := r.own[no]; !ok && len(r.own) > 0 { // a total alone names no loan
			differ(&Difference{Kind: MissingInFile, Loan: no, Own: "—", Ledger: there.String()})
		}
	}
	count, sum := ownCount, own
	if t := r.total; t != nil {
		if len(r.own) > 0 && t.Count != ownCount {
			differ(&Difference{Kind: FileCount, Line: r.totalLine, Own: fmt.Sprint(t.Count), Ledger: fmt.Sprint(ownCount)})
		}
		if len(r.own) > 0 && t.Outstanding != own {
			differ(&Difference{Kind: FileTotal, Line: r.totalLine, Own: t.Outstanding.String(), Ledger: own.String()})
		}
		count, sum = t.Count, t.Outstanding
	}
	if count != ledgerCount {
		differ(&Difference{Kind: LedgerCount, Line: r.totalLine, Own: fmt.Sprint(count), Ledger: fmt.Sprint(ledgerCount)})
	}
	if sum != ledger {
		differ(&Difference{Kind: LedgerTotal, Line: r.totalLine, Own: sum.String(), Ledger: ledger.String()})
	}
	r.result.Loans, r.result.Own, r.result.Ledger = len(numbers), sum, ledger
	return nil
}
