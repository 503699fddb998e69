package histories

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/fund"
	"github.com/qingxinlian/qxl/chaincode/compensation/registry"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

func init() { chaincode.BookCommands = append(chaincode.BookCommands, chaincodetest.GrantFreely) }

const (
	operator = "Commission/operator"
	reviewer = "Commission/reviewer"
	pboc     = "CentralBank/approver"
	clerk    = "Finance/officer"
	director = "Finance/approver"
	both     = "Finance/officer,approver" // one person with both roles
)

var people = []string{"BankA/officer", "BankB/officer", "BankA/approver", operator, reviewer, pboc, "CentralBank/officer", clerk, director, both}

func day(text string) calendar.Date { return calendar.MustParse(text) }

// lent is a loan that may be filed.
type lent struct {
	bank, book, no string
	amount         money.Fen
	reserve        compensation.ReserveContent
}

func (l lent) msp() string             { return l.bank + "MSP" }
func (l lent) filing() ledgerstate.Ref { return chaincodetest.FilingRef(l.no) }
func (l lent) officer() string         { return l.bank + "/officer" }
func claimRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID("c"+lower(no), 0), No: no}
}
func orderRef(no string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID("o"+lower(no), 0), No: no}
}
func lower(s string) string    { return strings.ToLower(strings.ReplaceAll(s, "-", "")) }
func account(code byte) string { return fmt.Sprintf("62170000000000%05d", code) }
func cidOf(text string) string {
	c, err := cid.Prefix{Version: 1, Codec: cid.Raw, MhType: 0x12, MhLength: -1}.Sum([]byte(text))
	if err != nil {
		panic(err)
	}
	return c.String()
}

// Accounts, invented: the fund's at A and B, the banks', the treasury's.
const (
	atA, atB, ofA, ofB, ofTreasury, elsewhere = 1, 2, 3, 4, 9, 7
)

// papers are all documents that a dossier may need.
var papers = func() (list []compensation.Document) {
	for _, i := range compensation.Dossier {
		if !i.Ledger {
			list = append(list, compensation.Document{Item: i.Code, CID: cidOf(i.Code)})
		}
	}
	return list
}()

// scene is what histories begin at: two banks that have lent to the same
// three people, and a pool that may be too small.
type scene struct {
	*chaincodetest.Ledger
	*chaincodetest.Stage
	loans   []lent
	opening map[string]int64 // by account's code
}

func newScene(t *testing.T, seed uint64) *scene {
	r := rand.New(rand.NewPCG(seed, 5))
	l := chaincodetest.New(t, "2026-06-30")
	l.Calendar(2022, 2028, chaincodetest.October(2022, 2028, 7))
	s := &scene{Ledger: l, opening: map[string]int64{"A": r.Int64N(400_000_00), "B": r.Int64N(400_000_00)}}
	n := 0
	head := func(date string) command.Head {
		n++
		return command.Head{Number: fmt.Sprintf("scene-%d", n), Date: day(date)}
	}
	for _, bank := range []string{"BankA", "BankB"} {
		l.Must("commons", director, "comp.Agree", registry.AgreeContent{Head: head("2022-01-01"), Bank: bank + "MSP", From: day("2022-01-01"), To: day("2028-12-31"), Text: strings.Repeat("ab", 32)})
	}
	for i := range 6 {
		x := chaincodetest.Lending{Bank: []string{"BankA", "BankB"}[i%2], No: fmt.Sprintf("L%d", i), Person: 1 + i/2, Guarantee: []string{"C1", "C1", "C2", "C3"}[r.IntN(4)], Periods: 6 + r.IntN(7)}
		amount := money.Fen(1_000_00 + r.Int64N(600_000_00))
		switch r.IntN(4) {
		case 0:
			x.Type, x.Person, x.Industry = subject.Herder, 4+i/2, "0313"
			amount = money.Fen(1_000_00 + r.Int64N(250_000_00))
		case 1:
			amount *= 7
		}
		amount = min(amount, 4_900_000_00)
		x.Amount = amount.String()
		l.Lend(x)
		s.loans = append(s.loans, lent{bank: x.Bank, book: "book-" + strings.ToLower(x.Bank), no: x.No, amount: amount, reserve: l.ToReserve(x.Bank, x.No, command.Head{})})
	}
	confirmed := func(name string, content interface{ Header() command.Head }) {
		l.Must("commons", clerk, name, content)
		h := content.Header()
		l.Must("commons", director, "fund.Confirm", fund.ConfirmContent{Head: head("2024-01-05"), Entry: h.Number})
	}
	confirmed("fund.Open", fund.OpenContent{Head: head("2024-01-05"), Year: 2024, Voucher: "open", Accounts: []fund.OpeningAccount{
		{Code: "A", Bank: "BankAMSP", Account: account(atA), Balance: money.Fen(s.opening["A"])}, {Code: "B", Bank: "BankBMSP", Account: account(atB), Balance: money.Fen(s.opening["B"])}}})
	for _, x := range []struct {
		use    fund.Use
		holder string
		number byte
	}{{fund.ForPayout, "BankAMSP", ofA}, {fund.ForPayout, "BankBMSP", ofB}, {fund.ForTreasury, "", ofTreasury}} {
		confirmed("fund.AgreeAccount", fund.AgreeContent{Head: head("2024-01-05"), Use: x.use, Holder: x.holder, Account: account(x.number), Note: "agreed"})
	}
	s.Stage = l.Stage(people...)
	return s
}

func sortedKeys[V any](m map[string]V) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
