package dayfile_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// forgetful does not answer questions before a time.
type forgetful struct {
	*ledgerStub
	until time.Time
}

func (l *forgetful) Locate(_ context.Context, _, _ string, numbers []string) ([]ledgerstate.ID, error) {
	if time.Now().Before(l.until) {
		return nil, &ledger.Error{Stage: ledger.StageConnect, Code: "UNAVAILABLE", Retry: true, Message: "connection refused"}
	}
	ids := make([]ledgerstate.ID, len(numbers))
	for i := range ids {
		ids[i] = ledgerstate.ID{Page: "subject0of0the0book"}
	}
	return ids, nil
}

// A ledger that goes away while subjects are looked up pauses the import like
// one that goes away while lines are sent.
func TestLookingUpSubjectsWaitsForTheLedger(t *testing.T) {
	path := filepath.Join(t.TempDir(), "day.csv")
	f, err := os.Create(path)
	require.NoError(t, err)
	w, err := dayfile.NewWriter(f, dayfile.UTF8, dayfile.Head{Organization: "BankA", Date: calendar.MustParse("2024-12-31")})
	require.NoError(t, err)
	require.NoError(t, w.Fill("信息查询", map[string]string{"业务流水号": "C1", "业务日期": "2024-03-16", "授权编号": "G1", "主体证件号码": "91630100MA00QH013F",
		"用途代码": "01", "信息项": "LOAN;REG", "查询事由": "SQ1"}))
	require.NoError(t, w.Close())
	require.NoError(t, f.Close())
	file, err := dayfile.Open(path)
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()

	stub := &ledgerStub{seen: map[string]bool{}}
	s := sender(stub)
	s.Person, s.Organization, s.Party = "BankA/officer1", "BankA", command.Bank
	s.Writer = &forgetful{stub, time.Now().Add(1500 * time.Millisecond)}
	s.BookOf = func(string) (string, bool) { return "book-banka", true }
	var notices []pipeline.Notice
	r, err := dayfile.Import(context.Background(), file, s, dayfile.Options{Notice: func(n pipeline.Notice) { notices = append(notices, n) }})
	require.NoError(t, err)
	require.Equal(t, 1, r.Accepted)
	require.Len(t, notices, 2)
	require.Equal(t, "账本暂不可用,已暂停,恢复后自动继续:connect: connection refused", notices[0].Zh)
	require.Equal(t, "the ledger answers again, going on", notices[1].En)
}
