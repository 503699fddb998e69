package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"
)

// Parameters of the sample consortium, as its founding carries them.
const (
	penaltyPercent = 50 // where a contract names none
	nonPerforming  = 90 // days past due above which principal is paid first
)

func main() {
	if len(os.Args) == 5 && os.Args[1] == "claims" {
		claims(os.Args[2], os.Args[3], os.Args[4])
		return
	}
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: recompute DIR\n       recompute claims DIR RULE_PACKS REFERENCE")
		os.Exit(2)
	}
	banks, err := Recompute(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if err := json.NewEncoder(os.Stdout).Encode(banks); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(3)
	}
}

// claims prints what came of the fact packs of a directory; exit code 1 if a
// figure differs.
func claims(dir, packs, reference string) {
	found, err := RecomputeClaims(dir, packs, reference)
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(2)
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(3)
	}
	if len(found.Differences) > 0 {
		os.Exit(1)
	}
}

// Bank is what one bank's files come to.
type Bank struct {
	Organization    string `json:"organization"`
	Loans           int    `json:"loans"`
	Disbursed       string `json:"disbursed"`
	PrincipalRepaid string `json:"principal_repaid"`
	Outstanding     string `json:"outstanding"`
	LeftOut         int    `json:"left_out"` // lines that the rules refuse
}

// row is a line by its headers.
type row struct {
	record string
	cells  map[string]string
}

// Recompute reads the day files of a directory.
func Recompute(dir string) ([]Bank, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.csv"))
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var last time.Time
	ledgers := map[string]*ledger{}
	var files [][]row
	var senders []string
	for _, name := range names {
		if strings.HasSuffix(name, ".refused.csv") {
			continue // lines of the files beside it
		}
		rows, err := read(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		if len(rows) == 0 || rows[0].record != "文件头" {
			continue // a receipt, or not UTF-8: no file of lending
		}
		for _, r := range rows {
			if r.record == "营业日" {
				if day, err := date(r.cells["业务日期"]); err != nil {
					return nil, err
				} else if day.After(last) {
					last = day
				}
			}
		}
		files, senders = append(files, rows), append(senders, rows[0].cells["报送机构"])
	}
	if last.IsZero() {
		return nil, fmt.Errorf("no file of %s opens a business day", dir)
	}
	for i, rows := range files {
		for _, r := range rows {
			if !ours[r.record] {
				continue
			}
			l := ledgers[senders[i]]
			if l == nil {
				l = &ledger{last: last, loans: map[string]*loan{}}
				ledgers[senders[i]] = l
			}
			if err := l.take(r); err != nil {
				return nil, fmt.Errorf("%s %s: %w", r.record, r.cells["业务流水号"], err)
			}
		}
	}
	var banks []Bank
	for name, l := range ledgers {
		banks = append(banks, l.total(name))
	}
	sort.Slice(banks, func(i, j int) bool { return banks[i].Organization < banks[j].Organization })
	return banks, nil
}

// ours are the records that concern a loan's money.
var ours = map[string]bool{"授信": true, "签约": true, "放款": true, "还款": true, "费用": true, "结清": true}

// read reads a file's lines by the header line above each.
func read(name string) ([]row, error) {
	raw, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	text := strings.TrimPrefix(string(raw), "\ufeff")
	if !strings.HasPrefix(text, "记录类型") {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	lines, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	var header []string
	var rows []row
	for _, line := range lines {
		if line[0] == "记录类型" {
			header = line
			continue
		}
		cells := map[string]string{}
		for i, cell := range line {
			if i < len(header) {
				cells[header[i]] = cell
			}
		}
		rows = append(rows, row{line[0], cells})
	}
	return rows, nil
}

func date(text string) (time.Time, error) { return time.Parse(time.DateOnly, text) }

// fen reads yuan with at most two decimals.
func fen(text string) (int64, error) {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return 0, fmt.Errorf("%q is no amount", text)
	}
	r.Mul(r, big.NewRat(100, 1))
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, fmt.Errorf("%q is no amount in fen", text)
	}
	return r.Num().Int64(), nil
}

func yuan(fen *big.Int) string { return new(big.Rat).SetFrac(fen, big.NewInt(100)).FloatString(2) }
