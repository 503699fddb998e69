package wallet_test

import (
	"errors"
	"fmt"
	"os"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
)

// Enrol somebody for the embedded engine and open them to sign.
func ExampleOpen() {
	dir, err := os.MkdirTemp("", "wallet")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	passphrase := []byte("a passphrase of this example")
	_, err = devca.EnrollAll(dir, []wallet.Enrollee{
		{Org: "BankA", MSP: "BankAMSP", User: "officer1", Roles: []string{"officer"}},
	}, passphrase, devca.Options{})
	if err != nil {
		panic(err)
	}

	p, err := wallet.Open(dir, "BankA/officer1", func() ([]byte, error) { return passphrase, nil })
	fmt.Println(p.Name(), p.MSP, p.Roles(), err)

	_, err = wallet.Open(dir, "BankA/officer2", wallet.Prompt)
	var unknown *wallet.UnknownPersonError
	fmt.Println(errors.As(err, &unknown), err)
	// Output:
	// BankA/officer1 BankAMSP [officer] <nil>
	// true person BankA/officer2 is unknown; there are BankA/officer1
}
