package actusfile

import (
	"math/big"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/loan/schedule/actus"
)

// Row is an event as the files of the standard show one.
type Row struct {
	EventDate           string `json:"eventDate"`
	EventType           string `json:"eventType"`
	Payoff              string `json:"payoff"`
	Currency            string `json:"currency"`
	NotionalPrincipal   string `json:"notionalPrincipal"`
	NominalInterestRate string `json:"nominalInterestRate"`
	AccruedInterest     string `json:"accruedInterest"`
}

// Rows shows events with amounts to 12 decimals and rates to 18.
func (c Case) Rows(events []actus.Event) []Row {
	rows := make([]Row, len(events))
	for i, e := range events {
		rows[i] = Row{e.At.String(), e.Kind.String(), shown(e.Payoff, 12), c.Currency, shown(e.Notional, 12), shown(e.Rate, 18), shown(e.Accrued, 12)}
	}
	return rows
}

func shown(n *big.Rat, decimals int) string {
	text := n.FloatString(decimals)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	if text == "-0" {
		return "0"
	}
	return text
}
