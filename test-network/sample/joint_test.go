package sample_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// The smallest joint command there is: cups in a bank's book are filled from a
// tank of commons that holds forty.

type cup struct{ Held int }
type poured struct{ Litres int }

func (e poured) Evolve(c cup) cup { c.Held += e.Litres; return c }

type tank struct{ Taken int }
type drawn struct{ Litres int }

func (e drawn) Evolve(t tank) tank { t.Taken += e.Litres; return t }

var (
	cups    = ledgerstate.NewKind[cup](ledgerstate.Kind[cup]{Code: "cup", Collection: command.Comp.Name, Slots: 16, Keep: 1, Schema: 1}, poured{})
	tanks   = ledgerstate.NewKind[tank](ledgerstate.Kind[tank]{Code: "tank", Collection: command.Registry.Name, Slots: 1, Schema: 1, Under: true, Plain: true}, drawn{})
	tankRef = ledgerstate.Ref{ID: ledgerstate.ID{Page: "tank"}, No: "tank"}
	empty   = refusal.New("TEST_TANK_EMPTY", "没有水了", "the tank is empty", "")
)

type pourContent struct {
	command.Head
	Cup ledgerstate.Ref `json:"cup"`
}

var pour = command.Joint[pourContent, int, int]{
	Spec: command.Spec{Name: "test.Pour", Zh: "倒水", En: "pour", Lane: command.FilingLane, Access: []command.Allow{{Party: command.Bank, Role: "officer"}}},
	Wants: func(c pourContent) []ledgerstate.Want {
		return []ledgerstate.Want{{Kind: cups, Ref: c.Cup, Birth: true}}
	},
	Ask: func(*command.Context, pourContent) (int, error) { return 1, nil },
	Decide: func(ctx *command.Context, _ pourContent, litres int) (int, []ledgerstate.Change, error) {
		r, err := tanks.At(ctx.View, tankRef.ID)
		switch {
		case err != nil:
			return 0, nil, err
		case r == nil:
			return litres, []ledgerstate.Change{tanks.Born(tankRef, drawn{litres})}, nil
		case r.State.Taken+litres > 40:
			return 0, nil, empty.At("litres", 40, nil)
		}
		return litres, []ledgerstate.Change{tanks.Happened(tankRef, drawn{litres})}, nil
	},
	Apply: func(_ *command.Context, c pourContent, _ int, litres int) ([]ledgerstate.Change, error) {
		return []ledgerstate.Change{cups.Born(c.Cup, poured{litres})}, nil
	},
}

var takenQuery = command.Query[struct{}, int]{
	QuerySpec: command.QuerySpec{Name: "test.Taken", Chaincode: command.Commons, Collections: []command.Collection{command.Registry}, Access: []command.Allow{{Party: command.Commission, Role: "operator"}}},
	Answer: func(ctx *command.Context, _ struct{}) (int, error) {
		r, err := tanks.At(ctx.View, tankRef.ID)
		if err != nil || r == nil {
			return 0, err
		}
		return r.State.Taken, nil
	},
}

// Two banks draw on one record of commons at once: never more is taken than is
// there, each command has its outcome in its own bank's book, and what was
// taken is what stands in the books.
func TestTwoBanksDrawOnOneRecordOfCommons(t *testing.T) {
	chaincode.CommonsCommands = append(chaincode.CommonsCommands, pour)
	chaincode.CommonsQueries = append(chaincode.CommonsQueries, takenQuery)
	t.Setenv(wallet.PassphraseEnv, passphrase)
	w := openWorld(t, t.TempDir())
	defer w.close()
	open := w.openDay()
	var wg sync.WaitGroup
	accepted, refused := make([]int, 2), make([]int, 2)
	for b, bank := range []string{"BankA", "BankB"} {
		c := w.client(bank + "/officer1")
		wg.Add(1)
		go func() {
			defer wg.Done()
			for batch := range 15 {
				var list []command.Envelope
				for i := range 2 {
					no := fmt.Sprintf("cup%s%02d%d", bank, batch, i)
					list = append(list, command.Envelope{Name: "test.Pour", Content: []byte(fmt.Sprintf(`{"number":"n","date":"%s","cup":{"id":"page%02d.%d","no":%q}}`, open, batch, i, no))})
				}
				results, err := c.Submit(context.Background(), w.books[bank], "filing", list...)
				if err != nil {
					t.Error(err)
					return
				}
				for _, r := range results {
					switch {
					case r.Outcome == "accepted":
						accepted[b]++
					case r.Refusal.Code == "TEST_TANK_EMPTY" && r.Refusal.Limit == "40" && r.Refusal.Actual == "":
						refused[b]++
					default:
						t.Errorf("%s: %s %v", bank, r.Outcome, r.Refusal)
					}
				}
			}
		}()
	}
	wg.Wait()
	require.Equal(t, 40, accepted[0]+accepted[1])
	require.Equal(t, 20, refused[0]+refused[1])
	var taken int
	require.NoError(t, w.client("Commission/operator1").Ask(context.Background(), command.CommonsName, "test.Taken", struct{}{}, &taken))
	require.Equal(t, 40, taken)
	require.NoError(t, w.engine.Verify())

	// The policies of both chaincodes hold: no authority may be left out, and
	// no bank stands in for one.
	content := []byte(fmt.Sprintf(`{"number":"x","date":"%s","cup":{"id":"pagex.0","no":"x"}}`, open))
	l, err := w.engine.As(context.Background(), "BankA/officer1")
	require.NoError(t, err)
	call := ledger.Call{Chaincode: command.CommonsName, Function: "test.Pour:Submit", Args: []string{w.books["BankA"]}, Transient: map[string][]byte{"seed": make([]byte, 32), "command": content}}
	for _, endorsers := range [][]string{{"CommissionMSP", "CentralBankMSP"}, {"FinanceMSP"}} {
		call.Endorsers = endorsers
		_, err = l.Submit(context.Background(), call)
		require.Equal(t, "ENDORSEMENT_POLICY_FAILURE", ledger.CodeOf(err), "%v: %v", endorsers, err)
	}
	call.Endorsers = []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP", "BankAMSP"}
	_, err = l.Submit(context.Background(), call)
	require.Equal(t, "NOT_A_MEMBER", ledger.CodeOf(err), "%v", err)

	// A book's part is called by commons alone.
	for _, function := range []string{"joint:Ask", "joint:Apply", "joint:Answer"} {
		_, err = l.Submit(context.Background(), ledger.Call{Chaincode: w.books["BankA"], Function: function, Args: []string{"", ""}, Endorsers: []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}})
		require.Equal(t, "NOT_FROM_COMMONS", ledger.CodeOf(err), "%s: %v", function, err)
	}
}

func (w *world) openDay() string {
	var a struct {
		Open string `json:"open"`
	}
	require.NoError(w.t, w.client("Commission/operator1").Ask(context.Background(), command.CommonsName, "consortium.Show", struct{}{}, &a))
	return a.Open
}
