package frontdoor

import (
	"errors"

	"github.com/qingxinlian/qxl/client/wallet"
)

// Person explains what is wrong with who signs.
func Person(err error) *Problem {
	var unknown *wallet.UnknownPersonError
	var name *wallet.NameError
	var pass *wallet.PassphraseError
	var valid *wallet.ValidityError
	p := &Problem{Exit: Usage, Field: "--as", En: err.Error()}
	switch {
	case errors.As(err, &unknown):
		p.Code, p.Zh, p.Hint = "PERSON_UNKNOWN", "没有登记此人", "write ORG/USER; qxl people lists who is enrolled here"
	case errors.As(err, &name):
		p.Code, p.Zh, p.Hint = "PERSON_NAME", "人员写法不对", "write ORG/USER, for example BankA/officer1"
	case errors.As(err, &pass):
		p.Code, p.Zh, p.Hint = "PASSPHRASE_WRONG", "口令不正确", "set QXL_PASSPHRASE or type it on a terminal"
	case errors.As(err, &valid):
		p.Code, p.Zh, p.Hint, p.Exit = "CERTIFICATE_EXPIRED", "证书不在有效期内", "have the person's certificate renewed", Refused
	case errors.Is(err, wallet.ErrNoPassphrase):
		p.Code, p.Zh, p.Hint = "PASSPHRASE_MISSING", "没有口令", "set QXL_PASSPHRASE or run on a terminal"
	default:
		return nil
	}
	return p
}
