package fabric_test

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/fabric"
	"github.com/qingxinlian/qxl/client/wallet"
)

// A program of a bank connects through its own peer, as a person whose key
// lies encrypted in the wallet.
func Example() {
	root, err := os.ReadFile("identity/BankA/tlsca.pem")
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	factory, err := fabric.Open(fabric.Profile{
		Channel: "credit",
		Peers:   map[string]fabric.Peer{"BankAMSP": {Endpoint: "127.0.0.1:7100", TLSRoot: root}},
		People: func(person string) (*wallet.Person, error) {
			return wallet.Open(".", person, wallet.Passphrase(".", wallet.Prompt))
		},
	})
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	defer factory.Close()
	officer, err := factory.As(context.Background(), "BankA/officer1")
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	defer officer.Close()
	height, err := officer.Height(context.Background())
	fmt.Println(height, err)
}

// Each stage that fails says whether the transaction may still be committed.
// Package client/book acts on that; few programs need to.
func Example_errors() {
	var l ledger.Ledger // from Factory.As
	_, err := l.Submit(context.Background(), ledger.Call{Chaincode: "book-banka", Function: "loan.Disburse:Submit", Endorsers: []string{"BankAMSP", "FinanceMSP"}})
	var e *ledger.Error
	switch {
	case !errors.As(err, &e):
		fmt.Println("committed, or no error of the ledger:", err)
	case e.MayCommit:
		fmt.Println("look transaction", e.TxID, "up before sending again")
	case e.Stage == ledger.StageConnect:
		fmt.Println("the own peer does not answer")
	case e.Stage == ledger.StageEndorse && e.Code == "ENDORSEMENT_MISMATCH":
		fmt.Println("an endorser lags: endorse again")
	case e.Stage == ledger.StageCommit:
		fmt.Println("found invalid:", e.Code)
	default:
		fmt.Println(e.Code, e.Message)
	}
}
