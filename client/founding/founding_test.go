package founding_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

func TestFoundingCanBeRunAgain(t *testing.T) {
	dir := t.TempDir()
	parties := []embedded.Organization{{MSP: "CommissionMSP", Party: command.Commission}, {MSP: "CentralBankMSP", Party: command.CentralBank},
		{MSP: "FinanceMSP", Party: command.Finance}, {MSP: "BankAMSP", Party: command.Bank}, {MSP: "BankBMSP", Party: command.Bank}, {MSP: "AuditMSP", Party: command.Audit}}
	open, err := calendar.ParseDate("2024-08-01")
	require.NoError(t, err)
	content := consortium.FoundContent{Head: command.Head{Number: "found", Date: open}, Simulated: true}
	var enrollees []wallet.Enrollee
	for _, p := range parties {
		org := p.MSP[:len(p.MSP)-3]
		m := consortium.Member{MSP: p.MSP, Party: p.Party, Names: []consortium.Name{{From: open, Zh: org, En: org}}}
		if p.Party == command.Bank {
			m.Book = "book-" + org
		}
		content.Members = append(content.Members, m)
		enrollees = append(enrollees, wallet.Enrollee{Org: org, MSP: p.MSP, User: "operator1", Roles: []string{"operator"}, Post: "post"})
	}
	_, err = devca.EnrollAll(dir+"/embedded", enrollees, []byte("test"), devca.Options{WorkFactor: 4})
	require.NoError(t, err)
	t.Setenv(wallet.PassphraseEnv, "test")
	engine, err := embedded.Open(dir, embedded.Consortium{Organizations: parties,
		Books: []embedded.Book{{Name: "book-BankA", Bank: "BankAMSP"}, {Name: "book-BankB", Bank: "BankBMSP"}},
		NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
			return chaincode.New(kind, msp, time.Now)
		}})
	require.NoError(t, err)
	defer engine.Close()
	ctx := context.Background()
	operator, err := engine.As(ctx, "Commission/operator1")
	require.NoError(t, err)
	for range 2 {
		require.NoError(t, founding.Found(ctx, founding.Options{Operator: operator, Content: content}))
	}
	height, err := operator.Height(ctx)
	require.NoError(t, err)
	require.NoError(t, engine.Verify())

	bank, err := engine.As(ctx, "BankA/operator1")
	require.NoError(t, err)
	_, err = bank.Submit(ctx, ledger.Call{Chaincode: "book-BankB", Function: "setup:Secret", Args: []string{"loan"},
		Transient: map[string][]byte{"secret": make([]byte, 32), "seed": make([]byte, 32)}, Endorsers: []string{"BankBMSP", "CommissionMSP"}})
	require.Equal(t, "ACCESS_DENIED", ledger.CodeOf(err), "%v", err)
	after, err := operator.Height(ctx)
	require.NoError(t, err)
	require.Equal(t, height, after)
}

// lagging is a ledger on which an endorser lacks the block of a moment ago
// the first time it is asked.
type lagging struct {
	ledger.Ledger
	code  string
	asked map[string]int
	mu    sync.Mutex
}

func (l *lagging) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	l.mu.Lock()
	key := call.Chaincode + call.Function + strings.Join(call.Args, " ")
	l.asked[key]++
	first := l.asked[key] == 1 && strings.HasPrefix(call.Function, "setup:")
	l.mu.Unlock()
	if first {
		return nil, &ledger.Error{Stage: ledger.StageEndorse, Code: l.code, Message: "not yet here"}
	}
	return &ledger.Commit{TxID: "t"}, nil
}

func (l *lagging) Evaluate(context.Context, ledger.Call) ([]byte, error) { return nil, nil }

func TestAnEndorserThatLagsIsAskedAgain(t *testing.T) {
	content := consortium.FoundContent{Members: []consortium.Member{
		{MSP: "CommissionMSP", Party: command.Commission}, {MSP: "CentralBankMSP", Party: command.CentralBank}, {MSP: "FinanceMSP", Party: command.Finance},
		{MSP: "BankAMSP", Party: command.Bank, Book: "book-banka"}}}
	for code, passes := range map[string]bool{"BOOK_NOT_OPEN": true, "NOT_FOUNDED": true, "ACCESS_DENIED": false} {
		l := &lagging{code: code, asked: map[string]int{}}
		err := founding.Found(t.Context(), founding.Options{Operator: l, Content: content})
		require.Equal(t, passes, err == nil, "%s: %v", code, err)
		if passes {
			require.Len(t, l.asked, 1+3+1+4)
		}
	}
}

// refusing commits every transaction, with the command refused.
type refusing struct{ lagging }

func (l *refusing) Submit(context.Context, ledger.Call) (*ledger.Commit, error) {
	return &ledger.Commit{TxID: "t", Response: []byte(`{"lane":"public","accepted":0,"refused":1,"already":0,"retry":0}`)}, nil
}

func TestARefusedFoundingIsAnError(t *testing.T) {
	content := consortium.FoundContent{Head: command.Head{Number: "found", Date: calendar.First}}
	err := founding.Found(t.Context(), founding.Options{Operator: &refusing{}, Content: content})
	require.ErrorContains(t, err, "was refused")
}
