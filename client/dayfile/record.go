package dayfile

import (
	"fmt"
	"sort"
	"strings"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Record is a record type 记录类型: what a line of that type holds.
type Record struct {
	Type    string // as it stands in the first cell of a line
	En      string
	Command string // the command that a line becomes; "" for 文件头, 文件尾 and balances
	Senders string // who sends it, for people
	Columns []Column
	Note    string // what the specification says besides, in English

	definition command.Definition
	amount     int // index of the column that counts in 总金额, or -1
	fresh      func() any
}

// Amount is what a line counts in the trailer's 总金额.
func (r *Record) Amount(content any) money.Fen {
	if r.amount < 0 {
		return 0
	}
	return *r.Columns[r.amount].at(content).(*money.Fen)
}

// AmountColumn is the header of the column that counts in 总金额; "" if none.
func (r *Record) AmountColumn() string {
	if r.amount < 0 {
		return ""
	}
	return r.Columns[r.amount].Header
}

// converted is a line whose columns are not the fields of its command's
// content one by one: it makes that content.
type converted interface{ commandContent() (any, *Problem) }

// record declares a record type whose lines are read into a C: the content of
// the command it names, or a line that makes one.
func record[C any](typ, en, senders, commandName string, columns ...Column) *Record {
	r := &Record{Type: typ, En: en, Senders: senders, Command: commandName, Columns: columns, amount: -1, fresh: func() any { return new(C) }}
	if commandName == "" {
		return r
	}
	if r.definition = definitions[commandName]; r.definition == nil {
		panic("record " + typ + ": no command " + commandName)
	}
	if _, ok := any(new(C)).(converted); !ok {
		if _, ok := r.definition.New().(*C); !ok {
			panic(fmt.Sprintf("record %s: %s has content %T", typ, commandName, r.definition.New()))
		}
	}
	return r
}

// definitions are the commands of both chaincodes by name.
var definitions = func() map[string]command.Definition {
	m := map[string]command.Definition{}
	for _, list := range [][]command.Definition{chaincode.CommonsCommands, chaincode.BookCommands} {
		for _, d := range list {
			m[d.Describe().Name] = d
		}
	}
	return m
}()

// counting names the column that counts in 总金额.
func (r *Record) counting(header string) *Record {
	for i := range r.Columns {
		if r.Columns[i].Header == header {
			r.amount = i
			return r
		}
	}
	panic("record " + r.Type + " has no column " + header)
}

func (r *Record) noting(text string) *Record { r.Note = text; return r }

// head are the columns of every command.
func head[C any](number string, at func(*C) *command.Head) []Column {
	return []Column{
		col(headerNumber, "number", "business number, unique for its sender", number, func(c *C) any { return &at(c).Number }),
		col(headerDate, "date", "business date", dateOf(number), func(c *C) any { return &at(c).Date }),
	}
}

// dateOf is the date that an example's business number carries.
func dateOf(number string) string {
	for i := 0; i+8 <= len(number); i++ {
		if d, err := calendar.ParseDate(number[i:i+4] + "-" + number[i+4:i+6] + "-" + number[i+6:i+8]); err == nil {
			return d.String()
		}
	}
	panic("the example number " + number + " carries no date")
}

const (
	headerNumber = "业务流水号"
	headerDate   = "业务日期"

	typeHead    = "文件头"
	typeTrailer = "文件尾"
)

// Head is the 文件头, the first record of a file.
type Head struct {
	Version      int           // of the format
	Organization string        // short name of the sender, as in the topology
	Date         calendar.Date // 报送日期
	Note         string        // 说明; synthetic files say so here
}

// Version is the version of the format that this program writes and reads.
const Version = 1

// Trailer is the 文件尾, the last record of a file.
type Trailer struct {
	Count int       // 总笔数: lines between head and trailer
	Sum   money.Fen // 总金额: of their amounts
}

// Balance is a bank's own balance of one loan 余额, for reconciliation.
type Balance struct {
	Loan        string
	Date        calendar.Date
	Outstanding money.Fen // 贷款余额: principal not yet repaid
}

// Total is a bank's own general-ledger total 总账余额, for reconciliation.
type Total struct {
	Date        calendar.Date
	Count       int // loans with a balance above zero
	Outstanding money.Fen
}

var (
	headRecord = record[Head](typeHead, "head of the file", "everybody", "",
		col("格式版本", "version", "version of this format", "1", func(h *Head) any { return &h.Version }),
		col("报送机构", "organization", "sender: short name of its organization", "BankA", func(h *Head) any { return &h.Organization }),
		col("报送日期", "date", "date of the file", "2024-03-18", func(h *Head) any { return &h.Date }),
		col("说明", "note", "remark; synthetic files are marked here", "合成数据,仅供演示", func(h *Head) any { return &h.Note }, optional, most(200)))
	trailerRecord = record[Trailer](typeTrailer, "trailer of the file", "everybody", "",
		col("总笔数", "count", "number of lines between head and trailer", "2", func(t *Trailer) any { return &t.Count }),
		col("总金额", "sum", "sum of the lines' amounts, yuan", "5000.00", func(t *Trailer) any { return &t.Sum }, most(20)))
	balanceRecord = record[Balance]("余额", "balance of one loan in the bank's own books", "banks, for qxl reconcile", "",
		col(headerContract, "loan", "contract number", exampleContract, func(b *Balance) any { return &b.Loan }),
		col("余额日期", "date", "date of the balance", "2024-03-18", func(b *Balance) any { return &b.Date }),
		col("贷款余额", "outstanding", "principal outstanding, yuan", "48000.00", func(b *Balance) any { return &b.Outstanding })).counting("贷款余额")
	totalRecord = record[Total]("总账余额", "total balance in the bank's general ledger", "banks, for qxl reconcile", "",
		col("余额日期", "date", "date of the balance", "2024-03-18", func(b *Total) any { return &b.Date }),
		col("贷款笔数", "count", "loans with a balance above zero", "1", func(b *Total) any { return &b.Count }),
		col("总账贷款余额", "outstanding", "principal outstanding of all loans, yuan", "48000.00", func(b *Total) any { return &b.Outstanding }))
)

// Records are all record types, in the order of the specification.
func Records() []*Record { return records }

// byType and byHeader are the tables that the reader looks things up in.
var records, byType, headers = tables()

func tables() ([]*Record, map[string]*Record, map[string]bool) {
	list := []*Record{headRecord}
	list = append(list, centralBankRecords...)
	list = append(list, commissionRecords...)
	list = append(list, bankRecords...)
	list = append(list, balanceRecord, totalRecord)
	list = append(list, statementRecords...)
	list = append(list, trailerRecord)
	types, known := map[string]*Record{}, map[string]bool{}
	for _, r := range list {
		if types[r.Type] != nil {
			panic("record type declared twice: " + r.Type)
		}
		types[r.Type] = r
		seen := map[string]bool{}
		for _, c := range r.Columns {
			if seen[c.Header] {
				panic("record " + r.Type + " has two columns " + c.Header)
			}
			seen[c.Header], known[c.Header] = true, true
		}
	}
	return list, types, known
}

// RecordOf finds the record type that becomes a command; nil if there is none.
func RecordOf(commandName string) *Record {
	for _, r := range records {
		if r.Command == commandName {
			return r
		}
	}
	return nil
}

func typeNames() string {
	names := make([]string, 0, len(records))
	for _, r := range records {
		names = append(names, r.Type)
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

// Example is a line of the record type as the specification shows it.
func (r *Record) Example() (any, error) {
	value := r.fresh()
	for i := range r.Columns {
		if p := r.Columns[i].parse(value, r.Columns[i].Example); p != nil {
			return nil, p
		}
	}
	return value, nil
}

// Sample is the record's header line and its example line.
func (r *Record) Sample() string {
	names, cells := []string{firstCell}, []string{r.Type}
	for i := range r.Columns {
		names, cells = append(names, r.Columns[i].Header), append(cells, r.Columns[i].Example)
	}
	var b strings.Builder
	joinCells(&b, names)
	b.WriteString("\r\n")
	joinCells(&b, cells)
	b.WriteString("\r\n")
	return b.String()
}
