package dayfile_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
)

// ledgerStub accepts what it has not seen, refuses numbers that begin with R
// and fails when told.
type ledgerStub struct {
	mu      sync.Mutex
	seen    map[string]bool
	fail    error
	waiting chan struct{} // if set, deliveries wait for it
	order   []string
}

func (l *ledgerStub) Locate(_ context.Context, _, _ string, numbers []string) ([]ledgerstate.ID, error) {
	return make([]ledgerstate.ID, len(numbers)), nil
}

func (l *ledgerStub) Deliver(ctx context.Context, b book.Batch, _ book.Delivery) ([]book.Result, error) {
	if l.waiting != nil {
		select {
		case <-l.waiting:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fail != nil {
		return nil, l.fail
	}
	results := make([]book.Result, len(b.Commands))
	for i, c := range b.Commands {
		number := strings.SplitN(strings.SplitN(string(c.Content), `"number":"`, 2)[1], `"`, 2)[0]
		l.order = append(l.order, number)
		r := command.Result{Command: c.Name, Outcome: command.Accepted.String()}
		switch {
		case strings.HasPrefix(number, "R"):
			r.Outcome, r.Refusal = command.Refused.String(), &refusal.Refusal{Code: "DAY_NOT_LATER", Field: "date", Limit: "2024-03-18", Actual: "2024-03-18"}
		case l.seen[number]:
			r.Outcome = command.AlreadyApplied.String()
		default:
			l.seen[number] = true
		}
		results[i] = book.Result{Result: r, TxID: "tx"}
	}
	return results, nil
}

func days(t *testing.T, numbers ...string) *dayfile.File {
	var b strings.Builder
	b.WriteString("记录类型,格式版本,报送机构,报送日期\r\n文件头,1,CentralBank,2024-03-18\r\n记录类型,业务流水号,业务日期\r\n")
	for _, n := range numbers {
		fmt.Fprintf(&b, "营业日,%s,2024-03-18\r\n", n)
	}
	fmt.Fprintf(&b, "记录类型,总笔数,总金额\r\n文件尾,%d,0.00\r\n", len(numbers))
	path := filepath.Join(t.TempDir(), "days.csv")
	require.NoError(t, os.WriteFile(path, []byte(b.String()), 0o600))
	f, err := dayfile.Open(path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func sender(l *ledgerStub) dayfile.Sender {
	return dayfile.Sender{Person: "CentralBank/officer1", Organization: "CentralBank", Party: command.CentralBank, Engine: "embedded", Writer: l,
		BookOf: func(string) (string, bool) { return "", false }}
}

func TestReceiptAndRefusedLines(t *testing.T) {
	l := &ledgerStub{seen: map[string]bool{"B": true}}
	f := days(t, "A", "B", "R1")
	var last dayfile.Progress
	r, err := dayfile.Import(context.Background(), f, sender(l), dayfile.Options{Progress: func(p dayfile.Progress) { last = p }})
	require.NoError(t, err)
	require.Equal(t, dayfile.Progress{Total: 3, Accepted: 1, Already: 1, Refused: 1}, r.Progress)
	require.Equal(t, r.Progress, last)
	require.Equal(t, []string{"A", "B", "R1"}, l.order, "in the order of the file")
	raw, err := os.ReadFile(r.Path)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(`记录类型,格式版本,原文件,原文件CID,报送人,引擎
回执头,1,days.csv,`+f.CID.String()+`,CentralBank/officer1,embedded
记录类型,原行号,原记录类型,业务流水号,结果,拒绝代码,栏目,限制,实际,原因,英文原因,交易编号
回执,4,营业日,A,已受理,,,,,,,tx
回执,5,营业日,B,已登记过,,,,,,,tx
回执,6,营业日,R1,拒绝,DAY_NOT_LATER,业务日期,2024-03-18,2024-03-18,营业日必须晚于当前营业日,a business day opens after the one that is open,tx
记录类型,总笔数,已受理笔数,已登记过笔数,拒绝笔数
回执尾,3,1,1,1
`, "\n", "\r\n"), string(raw))
	raw, err = os.ReadFile(r.Refused)
	require.NoError(t, err)
	require.Equal(t, strings.ReplaceAll(`记录类型,格式版本,报送机构,报送日期,说明
文件头,1,CentralBank,2024-03-18,
记录类型,业务流水号,业务日期
营业日,R1,2024-03-18
记录类型,总笔数,总金额
文件尾,1,0.00
`, "\n", "\r\n"), string(raw))
}

func TestNoReceiptWhereTheLedgerDidNotDecide(t *testing.T) {
	broken := errors.New("disk full")
	f := days(t, "A", "B")
	_, err := dayfile.Import(context.Background(), f, sender(&ledgerStub{seen: map[string]bool{}, fail: broken}), dayfile.Options{})
	require.ErrorIs(t, err, broken)
	require.ErrorContains(t, err, "line 4 (A)")
	left, err := filepath.Glob(filepath.Join(filepath.Dir(f.Path), "*"))
	require.NoError(t, err)
	require.Equal(t, []string{f.Path}, left, "nothing but the file itself")
}

func TestInterruptedImport(t *testing.T) {
	l := &ledgerStub{seen: map[string]bool{}, waiting: make(chan struct{})}
	f := days(t, "A", "B")
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		_, err := dayfile.Import(ctx, f, sender(l), dayfile.Options{})
		done <- err
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(dayfile.ReceiptPath(f.Path) + ".part"); return err == nil }, testWait, testTick)
	second, err := dayfile.Open(f.Path)
	require.NoError(t, err)
	_, err = dayfile.Import(context.Background(), second, sender(l), dayfile.Options{})
	require.ErrorIs(t, err, dayfile.ErrBusy)
	require.NoError(t, second.Close())
	cancel()
	require.ErrorIs(t, <-done, context.Canceled)
	require.NoFileExists(t, dayfile.ReceiptPath(f.Path))

	close(l.waiting) // the same file again, on a ledger that answers
	r, err := dayfile.Import(context.Background(), f, sender(l), dayfile.Options{})
	require.NoError(t, err)
	require.Equal(t, 2, r.Accepted)
	require.Empty(t, r.Refused)
}

func TestBalancesAreNotImported(t *testing.T) {
	f := balanceFile(t, nil, dayfile.Balance{Loan: "A1", Outstanding: 100})
	s := sender(&ledgerStub{})
	s.Organization, s.Party = "BankA", command.Bank
	_, err := dayfile.Import(context.Background(), f, s, dayfile.Options{})
	var bad *dayfile.FileError
	require.ErrorAs(t, err, &bad)
	require.Equal(t, "RECORD_NOT_IMPORTED", bad.Problems[0].Code)
}

const (
	testWait = 10 * time.Second
	testTick = 5 * time.Millisecond
)
