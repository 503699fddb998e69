package dayfile

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// receiptHead names what a receipt is about.
type receiptHead struct {
	Version int
	Input   string // base name
	CID     string
	Person  string
	Engine  string
}

// receiptLine is the outcome of one line.
type receiptLine struct {
	N       int
	Type    string
	Number  string
	Outcome string
	Code    string
	Column  string
	Limit   string
	Actual  string
	Zh, En  string
	TxID    string
}

type receiptTrailer struct{ Count, Accepted, Already, Refused int }

var (
	outcomeTerms = terms(Term{command.Accepted.Zh(), command.Accepted.String()}, Term{command.AlreadyApplied.Zh(), command.AlreadyApplied.String()},
		Term{command.Refused.Zh(), command.Refused.String()})

	receiptHeadRecord = record[receiptHead]("回执头", "head of a receipt", "the importing program", "",
		col("格式版本", "version", "version of this format", "1", func(h *receiptHead) any { return &h.Version }),
		col("原文件", "input", "name of the file that was imported", "bank.csv", func(h *receiptHead) any { return &h.Input }, most(255)),
		col("原文件CID", "cid", "CIDv1 (raw, sha2-256) of its bytes", "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku", func(h *receiptHead) any { return &h.CID }),
		col("报送人", "person", "who signed", "BankA/officer1", func(h *receiptHead) any { return &h.Person }),
		col("引擎", "engine", "fabric or embedded", "fabric", func(h *receiptHead) any { return &h.Engine }))
	receiptRecord = record[receiptLine]("回执", "outcome of one line", "the importing program", "",
		col("原行号", "line", "number of the line in the file that was imported", "5", func(l *receiptLine) any { return &l.N }),
		col("原记录类型", "type", "its record type", "放款", func(l *receiptLine) any { return &l.Type }),
		col(headerNumber, "number", "its business number", "FK-20240322-0001", func(l *receiptLine) any { return &l.Number }),
		col("结果", "outcome", "what became of it", "拒绝", func(l *receiptLine) any { return &l.Outcome }, outcomeTerms),
		col("拒绝代码", "code", "stable code of the refusal", "LOAN_ABOVE_CONTRACT", func(l *receiptLine) any { return &l.Code }, optional),
		col("栏目", "column", "column that was refused", "放款金额", func(l *receiptLine) any { return &l.Column }, optional),
		col("限制", "limit", "what is allowed", "60000.00", func(l *receiptLine) any { return &l.Limit }, optional, most(4096)),
		col("实际", "actual", "what was found", "66000.00", func(l *receiptLine) any { return &l.Actual }, optional, most(4096)),
		col("原因", "zh", "the refusal in Chinese", "放款金额超过合同金额", func(l *receiptLine) any { return &l.Zh }, optional, most(1024)),
		col("英文原因", "en", "the refusal in English", "the disbursement is above the contract's amount", func(l *receiptLine) any { return &l.En }, optional, most(1024)),
		col("交易编号", "tx", "transaction that decided it; for 已登记过 the one that found it applied before", "5d1b…", func(l *receiptLine) any { return &l.TxID }, optional, most(64)))
	receiptTrailerRecord = record[receiptTrailer]("回执尾", "trailer of a receipt", "the importing program", "",
		col("总笔数", "count", "lines of the file", "2", func(t *receiptTrailer) any { return &t.Count }),
		col("已受理笔数", "accepted", "accepted now", "1", func(t *receiptTrailer) any { return &t.Accepted }),
		col("已登记过笔数", "already", "applied by an earlier run", "0", func(t *receiptTrailer) any { return &t.Already }),
		col("拒绝笔数", "refused", "refused", "1", func(t *receiptTrailer) any { return &t.Refused }))
)

// ReceiptRecords are the record types of a receipt, in its order.
func ReceiptRecords() []*Record {
	return []*Record{receiptHeadRecord, receiptRecord, receiptTrailerRecord}
}

// ReceiptPath is where the receipt of a file is written unless told
// otherwise: day.csv and day.xlsx give day.receipt.csv.
func ReceiptPath(file string) string {
	if ext := filepath.Ext(file); ext == ".csv" || strings.EqualFold(ext, ".xlsx") {
		file = strings.TrimSuffix(file, ext)
	}
	return file + ".receipt.csv"
}

// refusedPath is where the refused lines are written: beside the receipt.
func refusedPath(receipt string) string {
	return strings.TrimSuffix(strings.TrimSuffix(receipt, ".csv"), ".receipt") + ".refused.csv"
}

const partSuffix = ".part"

// output is a file that appears under its name whole or not at all. The lock
// on its unfinished form keeps two imports of one file apart; it ends with
// the process, so a killed import can be run again at once.
type output struct {
	path string
	lock *flock.Flock
	f    *os.File
}

// ErrBusy says that the same file is being imported by another process.
var ErrBusy = fmt.Errorf("another import of this file is running")

func create(path string) (*output, error) {
	o := &output{path: path, lock: flock.New(path + partSuffix)}
	locked, err := o.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("receipt: %w", err)
	}
	if !locked {
		return nil, fmt.Errorf("%s: %w; wait for it to end", path, ErrBusy)
	}
	o.f, err = os.OpenFile(path+partSuffix, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		_ = o.lock.Unlock()
		return nil, fmt.Errorf("receipt: %w", err)
	}
	return o, nil
}

// place puts the finished file under its name, durably.
func (o *output) place() error {
	err := o.f.Sync()
	if err == nil {
		err = os.Rename(o.path+partSuffix, o.path)
	}
	if err == nil {
		err = syncDir(filepath.Dir(o.path))
	}
	o.release()
	return err
}

// drop forgets the unfinished file.
func (o *output) drop() {
	if o.f != nil {
		_ = os.Remove(o.path + partSuffix)
		o.release()
	}
}

func (o *output) release() {
	if o.f != nil {
		_ = o.f.Close()
		_ = o.lock.Unlock()
		o.f = nil
	}
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closing := d.Close(); err == nil {
		err = closing
	}
	return err
}

// outcome is a receipt's line for what became of a line.
func outcomeOf(l *Line, number string, r pipeline.Result) *receiptLine {
	out := &receiptLine{N: l.N, Type: l.Record.Type, Number: number, Outcome: r.Outcome, TxID: r.TxID}
	if why := r.Refusal; why != nil {
		out.describe(l.Record, why)
	}
	return out
}

func (o *receiptLine) describe(r *Record, why *refusal.Refusal) {
	o.Code, o.Limit, o.Actual = why.Code, why.Limit, why.Actual
	o.Column = r.header(why.Field)
	o.Zh, o.En = why.Texts()
}
