package founding_test

import (
	"context"
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
