package traps

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// clerk acts one trap out.
type clerk struct {
	*testing.T
	qxl   Program
	trap  int    // its number, which stands in all that the trap brings
	dir   string // of the day files
	bank  string // BankA; at takes it elsewhere
	files int
	lines *int
	book  map[*borrower]bool // who is in the bank's
	done  map[string]bool    // what all traps of a ledger need once
}

// People of the sample consortium. A bank's are those of the clerk's bank.
const (
	operator        = "Commission/operator1"
	supervisor      = "CentralBank/officer1"
	financeDirector = "Finance/approver1"

	acceptor = "officer1"
	officer  = "officer2"
	decider  = "approver1"
)

// at is a clerk of the same trap at another bank.
func (c *clerk) at(bank string) *clerk {
	return &clerk{T: c.T, qxl: c.qxl, trap: c.trap, dir: c.TempDir(), bank: bank, lines: c.lines, book: map[*borrower]bool{}, done: c.done}
}

// who is a person in full.
func (c *clerk) who(as string) string {
	if strings.Contains(as, "/") {
		return as
	}
	return c.bank + "/" + as
}

// line is a line of a day file: a record and its cells by column.
type line struct {
	record string
	cells  map[string]string
}

func (l line) number() string { return l.cells["业务流水号"] }

// with is the line with other cells; column, value, column, value…
func (l line) with(cells ...string) line {
	other := line{l.record, map[string]string{}}
	for column, cell := range l.cells {
		other.cells[column] = cell
	}
	for i := 0; i < len(cells); i += 2 {
		other.cells[cells[i]] = cells[i+1]
	}
	return other
}

// line makes one with a business number of its own.
func (c *clerk) line(record, date string, cells ...string) line {
	return line{record, map[string]string{}}.with(append([]string{"业务流水号", c.next(), "业务日期", date}, cells...)...)
}

// next is a business number that the trap has not used.
func (c *clerk) next() string {
	*c.lines++
	return fmt.Sprintf("TRAP%d-%03d", c.trap, *c.lines)
}

// of makes a line about a loan.
func (c *clerk) of(d *deal, record, date string, cells ...string) line {
	return c.line(record, date, append([]string{"合同编号", d.contract}, cells...)...)
}

// write writes a day file.
func (c *clerk) write(as string, lines ...line) string {
	c.Helper()
	c.files++
	path := filepath.Join(c.dir, fmt.Sprintf("%02d.csv", c.files))
	f, err := os.Create(path)
	require.NoError(c, err)
	defer f.Close()
	organization, _, _ := strings.Cut(c.who(as), "/")
	w, err := dayfile.NewWriter(f, dayfile.UTF8, dayfile.Head{Organization: organization, Date: calendar.MustParse(lines[0].cells["业务日期"]), Note: "合成数据"})
	require.NoError(c, err)
	for _, l := range lines {
		require.NoError(c, w.Fill(l.record, l.cells), "%v", l)
	}
	require.NoError(c, w.Close())
	return path
}

// refusal is what the ledger says of a line that it does not take.
type refusal struct{ code, field, limit, actual string }

// decided imports lines and gives the refusals, by business number.
func (c *clerk) decided(as string, lines ...line) map[string]refusal {
	c.Helper()
	path := c.write(as, lines...)
	exit, stdout, stderr := c.qxl(c.T, "import", path, "--as", c.who(as), "--json")
	require.LessOrEqual(c, exit, 1, "%s%s", stdout, stderr)
	refused, told := map[string]refusal{}, 0
	for _, row := range c.rows(strings.TrimSuffix(path, ".csv") + ".receipt.csv") {
		if row[0] != "回执" {
			continue
		}
		told++
		if row[4] == "拒绝" {
			refused[row[3]] = refusal{row[5], row[6], row[7], row[8]}
		}
	}
	require.Equal(c, len(lines), told)
	require.Equal(c, len(refused) > 0, exit == 1)
	return refused
}

// send imports lines that have to be taken.
func (c *clerk) send(as string, lines ...line) {
	c.Helper()
	require.Empty(c, c.decided(as, lines...))
}

// refused imports a line that must not be taken.
func (c *clerk) refused(as string, want refusal, l line) {
	c.Helper()
	require.Equal(c, map[string]refusal{l.number(): want}, c.decided(as, l))
}

// unreadable imports a line one cell of which says something else: no ledger
// could take it, so the file is refused as a whole.
func (c *clerk) unreadable(as string, want refusal, l line, column, cell string) {
	c.Helper()
	path := c.write(as, l) // a writer checks what it writes
	rows := c.rows(path)
	at := slices.Index(rows[2], column)
	require.Positive(c, at, column)
	rows[3][at] = cell
	f, err := os.Create(path)
	require.NoError(c, err)
	defer f.Close()
	require.NoError(c, csv.NewWriter(f).WriteAll(rows))
	exit, stdout, stderr := c.qxl(c.T, "import", path, "--as", c.who(as), "--json")
	require.Equal(c, 2, exit, stderr)
	var document struct {
		Error struct{ Code, Field, Limit, Value string }
	}
	require.NoError(c, json.Unmarshal([]byte(stdout), &document), stdout)
	e := document.Error
	require.Equal(c, want, refusal{e.Code, e.Field, e.Limit, e.Value})
}

// rows reads a day file or a receipt.
func (c *clerk) rows(path string) [][]string {
	c.Helper()
	f, err := os.Open(path)
	require.NoError(c, err)
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = -1 // sections of other columns
	rows, err := r.ReadAll()
	require.NoError(c, err)
	return rows
}

// ask runs a query and reads its answer.
func (c *clerk) ask(answer any, args ...string) {
	c.Helper()
	exit, stdout, stderr := c.call(args...)
	require.Zero(c, exit, "qxl %s\n%s%s", strings.Join(args, " "), stdout, stderr)
	require.NoError(c, json.Unmarshal([]byte(stdout), answer), stdout)
}

// call runs the program as a person of the clerk's.
func (c *clerk) call(args ...string) (exit int, stdout, stderr string) {
	args = append(slices.Clone(args), "--json")
	for i := range args {
		if i > 0 && args[i-1] == "--as" {
			args[i] = c.who(args[i])
		}
	}
	return c.qxl(c.T, args...)
}

// show is a loan at the end of a day.
func (c *clerk) show(d *deal, at string) (s loan.Sheet) {
	c.Helper()
	c.ask(&s, "loan", "show", d.contract, "--as", officer, "--at", at)
	return s
}

// day opens a business day.
func (c *clerk) day(date string) {
	c.Helper()
	c.send("CentralBank/officer1", c.line("营业日", date))
}

// correct reverses an entry: one asks, another signs.
func (c *clerk) correct(d *deal, date, entry string) (reversal string) {
	c.Helper()
	c.send(officer, c.of(d, "冲正申请", date, "被冲正流水号", entry, "冲正原因", "金额有误"))
	l := c.of(d, "冲正", date, "被冲正流水号", entry, "冲正原因", "金额有误")
	c.send(decider, l)
	return l.number()
}
