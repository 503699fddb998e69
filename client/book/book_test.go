package book_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
)

const bookA = "book-banka"

var members = book.Members{
	Authorities: map[command.Party]string{command.Commission: "CommissionMSP", command.CentralBank: "CentralBankMSP", command.Finance: "FinanceMSP", command.Audit: "AuditMSP"},
	Books:       map[string]string{bookA: "BankAMSP", "book-bankb": "BankBMSP"},
}

// script is a ledger that answers as a test says.
type script struct {
	submit      func(n int, call ledger.Call) (*ledger.Commit, error)
	evaluate    func(call ledger.Call) ([]byte, error)
	transaction func(txID string) (*ledger.Transaction, error)
	submitted   []ledger.Call
	asked       []ledger.Call
}

func (s *script) Submit(ctx context.Context, call ledger.Call) (*ledger.Commit, error) {
	s.submitted = append(s.submitted, call)
	return s.submit(len(s.submitted), call)
}

func (s *script) Evaluate(ctx context.Context, call ledger.Call) ([]byte, error) {
	s.asked = append(s.asked, call)
	return s.evaluate(call)
}

func (s *script) Transaction(ctx context.Context, txID string) (*ledger.Transaction, error) {
	return s.transaction(txID)
}
func (s *script) Height(context.Context) (uint64, error) { return 1, nil }
func (s *script) Engine() string                         { return "script" }
func (s *script) Close() error                           { return nil }

func summary(accepted, refused, already int) []byte {
	raw, _ := json.Marshal(command.Summary{Accepted: accepted, Refused: refused, Already: already})
	return raw
}

func receipt(outcomes ...command.Outcome) []byte {
	a := command.ReceiptAnswer{Found: true}
	for _, o := range outcomes {
		r := command.Result{Command: "loan.Repay", Outcome: o.String()}
		if o == command.Refused {
			r.Refusal = &refusal.Refusal{Code: "LOAN_OVERPAID"}
		}
		a.Results = append(a.Results, r)
	}
	raw, _ := json.Marshal(a)
	return raw
}

func command1(n int) command.Envelope {
	return command.Envelope{Name: "loan.Repay", Content: json.RawMessage(fmt.Sprintf(`{"number":"%d"}`, n))}
}

func unknown(txID string) (*ledger.Transaction, error) {
	return nil, &ledger.Error{Stage: ledger.StageQuery, TxID: txID, Code: ledger.CodeUnknownTx, Message: "no such transaction"}
}

func failure(stage ledger.Stage, code, txID string, may bool) error {
	return &ledger.Error{Stage: stage, Code: code, TxID: txID, MayCommit: may, Retry: true, Message: code}
}

// Nothing private stands in the arguments of a call.
func TestCallsCarryCountsOnly(t *testing.T) {
	s := &script{submit: func(n int, c ledger.Call) (*ledger.Commit, error) {
		return &ledger.Commit{TxID: "t", Response: summary(map[string]int{"loan.Repay:Submit": 1, "batch:Submit": 2}[c.Function], 0, 0)}, nil
	}}
	c := book.New(s, members, "BankAMSP")
	_, err := c.Submit(t.Context(), bookA, "loan", command1(1))
	require.NoError(t, err)
	_, err = c.Submit(t.Context(), bookA, "loan", command1(1), command1(2))
	require.NoError(t, err)
	one, two := s.submitted[0], s.submitted[1]
	require.Equal(t, "loan.Repay:Submit", one.Function)
	require.Empty(t, one.Args)
	require.JSONEq(t, `{"number":"1"}`, string(one.Transient["command"]))
	require.Equal(t, "batch:Submit", two.Function)
	require.Equal(t, []string{"loan", "2"}, two.Args)
	require.JSONEq(t, `[{"name":"loan.Repay","content":{"number":"1"}},{"name":"loan.Repay","content":{"number":"2"}}]`, string(two.Transient["commands"]))
	require.Len(t, one.Transient["seed"], 32)
	require.NotEqual(t, one.Transient["seed"], two.Transient["seed"])
	require.Empty(t, s.asked, "counts suffice where all are accepted")
}

// A joint lane's transaction goes to commons, names the book, and its receipt
// is asked of the book.
func TestJointLaneGoesToCommonsOnTheBooksBehalf(t *testing.T) {
	s := &script{submit: func(n int, _ ledger.Call) (*ledger.Commit, error) {
		return &ledger.Commit{TxID: "tx1", Response: summary(1, 1, 0)}, nil
	}, evaluate: func(ledger.Call) ([]byte, error) {
		return []byte(`{"found":true,"results":[{"command":"compensation.File","outcome":"accepted"},{"command":"compensation.File","outcome":"refused"}]}`), nil
	}}
	c := book.New(s, members, "BankAMSP")
	results, err := c.Submit(t.Context(), bookA, "filing", command1(1), command1(2))
	require.NoError(t, err)
	require.Equal(t, "refused", results[1].Outcome)
	sent := s.submitted[0]
	require.Equal(t, command.CommonsName, sent.Chaincode)
	require.Equal(t, "batch:SubmitFor", sent.Function)
	require.Equal(t, []string{"filing", "2", bookA}, sent.Args)
	require.ElementsMatch(t, []string{"CommissionMSP", "CentralBankMSP", "FinanceMSP"}, sent.Endorsers)
	require.Equal(t, bookA, s.asked[0].Chaincode)
	require.Equal(t, "receipt.filing:Ask", s.asked[0].Function)

	s.submit = func(int, ledger.Call) (*ledger.Commit, error) {
		return &ledger.Commit{TxID: "tx2", Response: summary(1, 0, 0)}, nil
	}
	_, err = c.Submit(t.Context(), bookA, "settle", command1(3))
	require.NoError(t, err)
	require.Equal(t, command.CommonsName, s.submitted[1].Chaincode)
	require.Equal(t, "loan.Repay:Submit", s.submitted[1].Function)
	require.Equal(t, []string{bookA}, s.submitted[1].Args)

	_, err = c.Submit(t.Context(), command.CommonsName, "filing", command1(4))
	require.ErrorContains(t, err, `commons has no lane "filing"`)
}

func TestEndorsersSatisfyThePolicy(t *testing.T) {
	for _, own := range []string{"BankAMSP", "CommissionMSP", "CentralBankMSP", "SubjectMSP", ""} {
		c := book.New(&script{}, members, own)
		for chaincode, kind := range map[string]command.Chaincode{bookA: command.Book, command.CommonsName: command.Commons} {
			for _, lane := range kind.Named() {
				msps, err := c.Endorsers(chaincode, lane.Name)
				require.NoError(t, err)
				var parties []command.Party
				for _, m := range msps {
					p := map[string]command.Party{"CommissionMSP": command.Commission, "CentralBankMSP": command.CentralBank, "FinanceMSP": command.Finance, "BankAMSP": command.Bank}[m]
					require.NotEmpty(t, p, "%s endorses %s of %s", m, lane.Name, chaincode)
					parties = append(parties, p)
				}
				require.True(t, lane.Endorse.SatisfiedBy(parties...), "%s/%s by %v", chaincode, lane.Name, msps)
				for i := range parties {
					rest := append(append([]command.Party(nil), parties[:i]...), parties[i+1:]...)
					require.False(t, lane.Endorse.SatisfiedBy(rest...), "%s/%s has more endorsers than it needs: %v", chaincode, lane.Name, msps)
				}
				for i, m := range msps {
					require.True(t, m != own || i == 0, "own organization first: %v", msps)
				}
			}
		}
	}
	c := book.New(&script{}, members, "BankAMSP")
	_, err := c.Endorsers("book-bankz", "loan")
	var e *book.UnknownChaincodeError
	require.ErrorAs(t, err, &e)
	_, err = c.Endorsers(bookA, "road")
	require.EqualError(t, err, `book-banka has no lane "road"; there are person, intake, accept, loan, comp, erasure, eraseloan, eraseperson, filing, settle`)
}

// An authority that fails is replaced by another, one that serves is kept.
func TestAnotherAuthority(t *testing.T) {
	for code, after := range map[string]int{ledger.CodeUnavailable: book.FailuresBeforeSwitch, ledger.CodeMismatch: book.MismatchesBeforeSwitch, ledger.CodeDataMissing: book.FailuresBeforeSwitch} {
		synctest.Test(t, func(t *testing.T) {
			first := ""
			s := &script{}
			s.submit = func(n int, c ledger.Call) (*ledger.Commit, error) {
				require.Equal(t, "BankAMSP", c.Endorsers[0])
				if first == "" {
					first = c.Endorsers[1]
				}
				if c.Endorsers[1] == first {
					return nil, failure(ledger.StageEndorse, code, "t", false)
				}
				return &ledger.Commit{TxID: "t", Response: summary(1, 0, 0)}, nil
			}
			c := book.New(s, members, "BankAMSP")
			for range 3 {
				_, err := c.Submit(t.Context(), bookA, "loan", command1(1))
				require.NoError(t, err)
			}
			require.Len(t, s.submitted, after+3)
			msps, err := c.Endorsers(bookA, "accept")
			require.NoError(t, err)
			require.ElementsMatch(t, []string{"BankAMSP", "CommissionMSP"}, msps, "no choice there")
		})
	}
}

// The answer is lost, the transaction is not: its outcomes are read, nothing
// is sent again.
func TestLostAnswerOfACommittedTransaction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		looked := 0
		s := &script{
			submit: func(int, ledger.Call) (*ledger.Commit, error) {
				return nil, failure(ledger.StageCommitStatus, ledger.CodeTimeout, "tx1", true)
			},
			transaction: func(txID string) (*ledger.Transaction, error) {
				if looked++; looked < 4 {
					return unknown(txID)
				}
				return &ledger.Transaction{TxID: txID, Block: 7, Validation: "VALID"}, nil
			},
			evaluate: func(ledger.Call) ([]byte, error) { return receipt(command.Accepted, command.Refused), nil },
		}
		results, err := book.New(s, members, "BankAMSP").Submit(t.Context(), bookA, "loan", command1(1), command1(2))
		require.NoError(t, err)
		require.Len(t, s.submitted, 1)
		require.Equal(t, []string{"accepted", "refused"}, []string{results[0].Outcome, results[1].Outcome})
		require.Equal(t, "tx1", results[0].TxID)
		require.EqualValues(t, 7, results[0].Block)
		require.Equal(t, "LOAN_OVERPAID", results[1].Refusal.Code)
	})
}

// The ledger does not know the transaction for long, then it is committed
// after all while the commands are sent again: what it accepted is reported
// as accepted, by the transaction that did.
func TestOutcomeIsThatOfTheTransactionThatAppliedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			submit: func(n int, _ ledger.Call) (*ledger.Commit, error) {
				if n == 1 {
					return nil, failure(ledger.StageSubmit, ledger.CodeUnavailable, "tx1", true)
				}
				return &ledger.Commit{TxID: "tx2", Response: summary(0, 0, 2)}, nil
			},
			transaction: unknown,
			evaluate:    func(ledger.Call) ([]byte, error) { return receipt(command.Accepted, command.AlreadyApplied), nil },
		}
		begin := time.Now()
		results, err := book.New(s, members, "BankAMSP").Deliver(t.Context(), book.Batch{Chaincode: bookA, Lane: "loan", Commands: []command.Envelope{command1(1), command1(2)}}, book.Delivery{})
		require.NoError(t, err)
		require.GreaterOrEqual(t, time.Since(begin), book.SettleTime)
		require.Equal(t, []string{"accepted", "already applied"}, []string{results[0].Outcome, results[1].Outcome})
		require.Equal(t, []string{"tx1", "tx2"}, []string{results[0].TxID, results[1].TxID})
	})
}

// The same of a single command, of which no receipt is kept.
func TestOutcomeOfASingleCommandIsThatOfTheTransactionThatAppliedIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{submit: func(n int, _ ledger.Call) (*ledger.Commit, error) {
			if n == 1 {
				return nil, failure(ledger.StageSubmit, ledger.CodeUnavailable, "tx1", true)
			}
			return &ledger.Commit{TxID: "tx2", Response: summary(0, 0, 1)}, nil
		}}
		s.transaction = func(txID string) (*ledger.Transaction, error) {
			if len(s.submitted) == 1 {
				return unknown(txID)
			}
			return &ledger.Transaction{TxID: txID, Block: 7, Validation: "VALID", Response: summary(1, 0, 0)}, nil
		}
		results, err := book.New(s, members, "BankAMSP").Submit(t.Context(), bookA, "loan", command1(1))
		require.NoError(t, err)
		require.Equal(t, "accepted", results[0].Outcome)
		require.Equal(t, "tx1", results[0].TxID)
	})
}

// Who waits for a transaction of unknown fate is told why, and when it is
// over; a moment's wait is not worth a word.
func TestNoticeWhileATransactionIsLookedUp(t *testing.T) {
	for after, told := range map[time.Duration]int{time.Second: 0, 6 * time.Second: 2} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			lost := failure(ledger.StageSubmit, ledger.CodeUnavailable, "tx1", true)
			s := &script{
				submit: func(int, ledger.Call) (*ledger.Commit, error) { return nil, lost },
				transaction: func(txID string) (*ledger.Transaction, error) {
					if time.Since(begun) < after {
						return unknown(txID)
					}
					return &ledger.Transaction{TxID: txID, Block: 7, Validation: "VALID"}, nil
				},
				evaluate: func(ledger.Call) ([]byte, error) { return receipt(command.Accepted), nil },
			}
			var troubles []book.Trouble
			_, err := book.New(s, members, "BankAMSP").Deliver(t.Context(), book.Batch{Chaincode: bookA, Lane: "loan", Commands: []command.Envelope{command1(1)}},
				book.Delivery{Patience: book.Forever, Notice: func(x book.Trouble) { troubles = append(troubles, x) }})
			require.NoError(t, err)
			require.Len(t, troubles, told)
			if told > 0 {
				require.ErrorIs(t, troubles[0].Err, lost)
				require.Equal(t, begun, troubles[0].Since)
				require.Zero(t, troubles[1])
			}
		})
	}
}

func TestInvalidTransactionIsSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{submit: func(n int, _ ledger.Call) (*ledger.Commit, error) {
			if n < 4 {
				return nil, failure(ledger.StageCommit, ledger.CodeMVCC, "tx", false)
			}
			return &ledger.Commit{TxID: "tx", Response: summary(1, 0, 0)}, nil
		}}
		_, err := book.New(s, members, "BankAMSP").Submit(t.Context(), bookA, "loan", command1(1))
		require.NoError(t, err)
		require.Len(t, s.submitted, 4)
	})
}

// How long is tried, and what is said when it is given up.
func TestPatience(t *testing.T) {
	for name, c := range map[string]struct {
		err   error
		how   book.Delivery
		least time.Duration
		most  time.Duration
	}{
		"a refused transaction":     {&ledger.Error{Stage: ledger.StageEndorse, Code: "ACCESS_DENIED", Message: "no"}, book.Delivery{}, 0, 0},
		"gateway down, a person":    {failure(ledger.StageConnect, ledger.CodeUnavailable, "", false), book.Delivery{}, 0, 0},
		"gateway down, patient":     {failure(ledger.StageConnect, ledger.CodeUnavailable, "", false), book.Delivery{Patience: time.Minute}, time.Minute, time.Minute + 2*book.MaxRetryPause},
		"endorser down":             {failure(ledger.StageEndorse, ledger.CodeUnavailable, "", false), book.Delivery{}, book.DefaultPatience, book.DefaultPatience + 2*book.MaxRetryPause},
		"mismatch for ever":         {failure(ledger.StageEndorse, ledger.CodeMismatch, "", false), book.Delivery{Patience: book.Forever}, book.MismatchLimit, book.MismatchLimit + time.Second},
		"mismatch that cannot mend": {&ledger.Error{Stage: ledger.StageEndorse, Code: ledger.CodeMismatch, Message: "no"}, book.Delivery{Patience: book.Forever}, 0, time.Second},
		"something else":            {errors.New("broken"), book.Delivery{Patience: book.Forever}, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{submit: func(int, ledger.Call) (*ledger.Commit, error) { return nil, c.err }}
				begin := time.Now()
				_, err := book.New(s, members, "BankAMSP").Deliver(t.Context(), book.Batch{Chaincode: bookA, Lane: "loan", Commands: []command.Envelope{command1(1)}}, c.how)
				require.ErrorIs(t, err, c.err)
				require.GreaterOrEqual(t, time.Since(begin), c.least)
				require.LessOrEqual(t, time.Since(begin), c.most)
			})
		})
	}
}

// Given up while a transaction may still be committed, the error says so.
func TestUnsettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			submit: func(int, ledger.Call) (*ledger.Commit, error) {
				return nil, failure(ledger.StageSubmit, ledger.CodeTimeout, "tx1", true)
			},
			transaction: func(string) (*ledger.Transaction, error) {
				return nil, failure(ledger.StageConnect, ledger.CodeUnavailable, "", false)
			},
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := book.New(s, members, "BankAMSP").Deliver(ctx, book.Batch{Chaincode: bookA, Lane: "loan", Commands: []command.Envelope{command1(1)}}, book.Delivery{Patience: book.Forever})
		var u *book.UnsettledError
		require.ErrorAs(t, err, &u)
		require.Equal(t, []string{"tx1"}, u.TxIDs)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}

// Receipts are asked for elsewhere when the own peer lacks them.
func TestReceiptFromAnEndorser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &script{
			submit: func(int, ledger.Call) (*ledger.Commit, error) {
				return &ledger.Commit{TxID: "tx1", Response: summary(1, 1, 0)}, nil
			},
			evaluate: func(c ledger.Call) ([]byte, error) {
				if len(c.Endorsers) == 1 && c.Endorsers[0] == "BankAMSP" {
					return receipt(command.Accepted, command.Refused), nil
				}
				return nil, failure(ledger.StageEvaluate, ledger.CodeDataMissing, "", false)
			},
		}
		results, err := book.New(s, members, "CommissionMSP").Submit(t.Context(), bookA, "person", command1(1), command1(2))
		require.NoError(t, err)
		require.Equal(t, "refused", results[1].Outcome)
	})
}

// A query that a rule refuses gives the refusal.
func TestRefusedQuery(t *testing.T) {
	s := &script{evaluate: func(ledger.Call) ([]byte, error) {
		return nil, &ledger.Error{Stage: ledger.StageEvaluate, Code: "ACCESS_DENIED", Message: `qxl ACCESS_DENIED: {"code":"ACCESS_DENIED","field":"identity","limit":"B/officer","actual":"/officer"}`}
	}}
	err := book.New(s, members, "BankBMSP").Ask(t.Context(), bookA, "loan.Show", map[string]string{"no": "1"}, &struct{}{})
	var r *refusal.Refusal
	require.ErrorAs(t, err, &r)
	require.Equal(t, "B/officer", r.Limit)
	require.Equal(t, "ACCESS_DENIED", ledger.CodeOf(err))
	require.Equal(t, "loan.Show:Ask", s.asked[0].Function)
	require.Empty(t, s.asked[0].Args)
}

func TestLocateInChunks(t *testing.T) {
	var sizes []int
	s := &script{evaluate: func(c ledger.Call) ([]byte, error) {
		var q command.LocateQuery
		if err := json.Unmarshal(c.Transient["query"], &q); err != nil {
			return nil, err
		}
		sizes = append(sizes, len(q.Numbers))
		ids := make([]string, len(q.Numbers))
		for i, n := range q.Numbers {
			ids[i] = "p" + n + ".3"
		}
		return json.Marshal(map[string]any{"ids": ids})
	}}
	numbers := make([]string, 2*book.LocateChunk+1)
	for i := range numbers {
		numbers[i] = fmt.Sprint(i)
	}
	ids, err := book.New(s, members, "BankAMSP").Locate(t.Context(), bookA, "loan", numbers)
	require.NoError(t, err)
	require.Equal(t, []int{book.LocateChunk, book.LocateChunk, 1}, sizes)
	for i, id := range ids {
		require.Equal(t, fmt.Sprintf("p%d.3", i), id.String())
	}
}
