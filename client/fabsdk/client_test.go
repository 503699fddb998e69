package fabsdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/ledger"
)

// network is a network that answers as a test says, and remembers what it was
// asked.
type network struct {
	own       string
	submit    func(n int, call ledger.Call) (*ledger.Commit, error)
	evaluate  map[string]string // function → answer
	committed func(txID string) error
	answer    string // of a transaction that is looked up

	submitted []ledger.Call
	evaluated []ledger.Call
	lookedUp  []string
}

func (n *network) MSP() string { return n.own }
func (n *network) Submit(_ context.Context, call ledger.Call) (*ledger.Commit, error) {
	n.submitted = append(n.submitted, call)
	return n.submit(len(n.submitted), call)
}
func (n *network) Committed(_ context.Context, txID string) ([]byte, error) {
	n.lookedUp = append(n.lookedUp, txID)
	return []byte(n.answer), n.committed(txID)
}
func (n *network) Evaluate(_ context.Context, call ledger.Call) ([]byte, error) {
	n.evaluated = append(n.evaluated, call)
	if call.Function == "consortium.Show:Ask" {
		return []byte(`{"members":[{"msp":"CommissionMSP","party":"C"},{"msp":"CentralBankMSP","party":"P"},{"msp":"FinanceMSP","party":"F"},
			{"msp":"BankAMSP","party":"B","book":"book-banka"},{"msp":"BankBMSP","party":"B","book":"book-bankb"}]}`), nil
	}
	answer, ok := n.evaluate[call.Function]
	if !ok {
		return nil, &ledger.Error{Stage: ledger.StageEvaluate, Code: "UNAVAILABLE", Retry: true, Message: "nobody answers " + call.Function}
	}
	return []byte(answer), nil
}

func committed(response string) func(int, ledger.Call) (*ledger.Commit, error) {
	return func(n int, _ ledger.Call) (*ledger.Commit, error) {
		return &ledger.Commit{TxID: fmt.Sprint("tx", n), Block: 7, Response: []byte(response)}, nil
	}
}

func repay(numbers ...string) []fabsdk.Command {
	var list []fabsdk.Command
	for _, n := range numbers {
		list = append(list, fabsdk.Command{Name: "loan.Repay", Content: json.RawMessage(`{"number":"` + n + `"}`)})
	}
	return list
}

func TestASingleCommandGoesToItsLanesEndorsers(t *testing.T) {
	n := &network{own: "BankAMSP", submit: committed(`{"lane":"loan","accepted":1}`)}
	posted, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1")})
	require.NoError(t, err)
	require.Equal(t, []fabsdk.Result{{Command: "loan.Repay", Outcome: fabsdk.Accepted}}, posted.Results)
	require.Equal(t, "loan", posted.Lane)
	call := n.submitted[0]
	require.Equal(t, "loan.Repay:Submit", call.Function)
	require.Empty(t, call.Args, "arguments are public for ever")
	require.Equal(t, []string{"BankAMSP", "CommissionMSP"}, call.Endorsers)
	require.JSONEq(t, `{"number":"1"}`, string(call.Transient["command"]))
	require.Len(t, call.Transient["seed"], 32)
}

func TestTheSubmittersOwnAuthorityEndorses(t *testing.T) {
	n := &network{own: "FinanceMSP", submit: committed(`{"accepted":1}`)}
	_, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1")})
	require.NoError(t, err)
	require.Equal(t, []string{"BankAMSP", "FinanceMSP"}, n.submitted[0].Endorsers)
}

func TestABatchIsOneTransactionAndItsReceiptSaysWhatBecameOfEach(t *testing.T) {
	n := &network{own: "BankAMSP", submit: committed(`{"lane":"loan","accepted":1,"refused":1}`),
		evaluate: map[string]string{"receipt.loan:Ask": `{"found":true,"results":[{"command":"loan.Repay","outcome":"accepted"},
			{"command":"loan.Repay","outcome":"refused","refusal":{"code":"LOAN_STATE","field":"loan","limit":"DISBURSED","actual":"ACCEPTED"}}]}`}}
	posted, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1", "2")})
	require.NoError(t, err)
	require.Equal(t, "accepted", posted.Results[0].Outcome)
	require.Equal(t, &refusal.Refusal{Code: "LOAN_STATE", Field: "loan", Limit: "DISBURSED", Actual: "ACCEPTED"}, posted.Results[1].Refusal)
	call := n.submitted[0]
	require.Equal(t, "batch:Submit", call.Function)
	require.Equal(t, []string{"loan", "2"}, call.Args)
	var sent []fabsdk.Command
	require.NoError(t, json.Unmarshal(call.Transient["commands"], &sent))
	require.Equal(t, repay("1", "2"), sent)
	last := n.evaluated[len(n.evaluated)-1]
	require.Equal(t, []string{"BankAMSP"}, last.Endorsers, "the receipt is private: the own peer is asked")
	require.JSONEq(t, `{"lane":"loan","tx":"tx1"}`, string(last.Transient["query"]))
}

func TestAMismatchIsSentAgainWithAnotherSeed(t *testing.T) {
	n := &network{own: "BankAMSP"}
	n.submit = func(i int, _ ledger.Call) (*ledger.Commit, error) {
		if i == 1 {
			return nil, &ledger.Error{Stage: ledger.StageEndorse, Code: ledger.CodeMismatch, Retry: true}
		}
		return &ledger.Commit{TxID: "tx2", Response: []byte(`{"already":1}`)}, nil
	}
	posted, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1")})
	require.NoError(t, err)
	require.Equal(t, fabsdk.AlreadyApplied, posted.Results[0].Outcome)
	require.NotEqual(t, n.submitted[0].Transient["seed"], n.submitted[1].Transient["seed"])
	require.Equal(t, n.submitted[0].Endorsers, n.submitted[1].Endorsers)
}

func TestAnAuthorityThatDoesNotAnswerIsReplaced(t *testing.T) {
	n := &network{own: "BankAMSP"}
	n.submit = func(i int, call ledger.Call) (*ledger.Commit, error) {
		if call.Endorsers[1] == "CommissionMSP" {
			return nil, &ledger.Error{Stage: ledger.StageEndorse, Code: ledger.CodeUnavailable, Retry: true}
		}
		return &ledger.Commit{TxID: "tx", Response: []byte(`{"accepted":1}`)}, nil
	}
	posted, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1")})
	require.NoError(t, err)
	require.Equal(t, []string{"BankAMSP", "CentralBankMSP"}, posted.Endorsers)

	_, err = fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1"),
		Endorsers: []string{"BankAMSP", "CommissionMSP"}, Patience: time.Nanosecond})
	require.Equal(t, ledger.CodeUnavailable, ledger.CodeOf(err), "whom the caller has named is not replaced")
}

func TestAnUnknownFateIsLookedUpBeforeAnythingIsSentAgain(t *testing.T) {
	timeout := &ledger.Error{Stage: ledger.StageCommitStatus, TxID: "tx1", Code: ledger.CodeTimeout, MayCommit: true, Retry: true}
	unknown := &ledger.Error{Stage: ledger.StageQuery, Code: ledger.CodeUnknownTx}
	lost := func(int, ledger.Call) (*ledger.Commit, error) { return nil, timeout }
	receipt := map[string]string{"receipt.loan:Ask": `{"found":true,"results":[{"command":"loan.Repay","outcome":"accepted"}]}`}
	p := fabsdk.Posting{Chaincode: "book-banka", Commands: repay("1"), Patience: time.Nanosecond, Settle: time.Nanosecond}

	n := &network{own: "BankAMSP", submit: lost, evaluate: receipt, committed: func(string) error { return nil }}
	posted, err := fabsdk.NewClient(n).Post(context.Background(), p)
	require.NoError(t, err)
	require.Equal(t, "tx1", posted.Transaction)
	require.Len(t, n.submitted, 1)

	// A single command that was accepted has no receipt.
	n = &network{own: "BankAMSP", submit: lost, committed: func(string) error { return nil }, answer: `{"lane":"loan","accepted":1}`}
	posted, err = fabsdk.NewClient(n).Post(context.Background(), p)
	require.NoError(t, err)
	require.Equal(t, fabsdk.Accepted, posted.Results[0].Outcome)

	n = &network{own: "BankAMSP", submit: lost, committed: func(string) error { return unknown }}
	_, err = fabsdk.NewClient(n).Post(context.Background(), p)
	var unsettled *fabsdk.UnsettledError
	require.ErrorAs(t, err, &unsettled)
	require.Equal(t, []string{"tx1"}, unsettled.TxIDs)
	require.True(t, ledger.MayCommit(err))

	n = &network{own: "BankAMSP", submit: lost, committed: func(string) error {
		return &ledger.Error{Stage: ledger.StageCommit, TxID: "tx1", Code: "ENDORSEMENT_POLICY_FAILURE"}
	}}
	_, err = fabsdk.NewClient(n).Post(context.Background(), p)
	require.Equal(t, "ENDORSEMENT_POLICY_FAILURE", ledger.CodeOf(err))
	require.False(t, errors.As(err, &unsettled), "it is known to be invalid")
	require.Equal(t, []string{"tx1"}, n.lookedUp)
}

func TestAQueryIsAskedTwiceAndARefusalIsFound(t *testing.T) {
	n := &network{own: "BankAMSP"}
	_, err := fabsdk.NewClient(n).Ask(context.Background(), "", "book-banka", "loan.Show", nil)
	require.Equal(t, ledger.CodeUnavailable, ledger.CodeOf(err))
	require.Len(t, n.evaluated, 2, "the first races with discovery")
	require.Equal(t, "{}", string(n.evaluated[0].Transient["query"]))

	refusing := &refusing{network: network{own: "BankAMSP"}, err: &ledger.Error{Stage: ledger.StageEvaluate, Code: "UNKNOWN",
		Message: `{"code":"UNKNOWN","field":"loan","actual":"HT-9"}`}}
	_, err = fabsdk.NewClient(refusing).Ask(context.Background(), "", "book-banka", "loan.Show", nil)
	r, ok := refusal.As(err)
	require.True(t, ok)
	require.Equal(t, "HT-9", r.Actual)
	require.Equal(t, 1, refusing.times, "a refusal is an answer")
}

type refusing struct {
	network
	err   error
	times int
}

func (r *refusing) Evaluate(context.Context, ledger.Call) ([]byte, error) {
	r.times++
	return nil, r.err
}

func TestReferencesGetTheirOpaqueIDs(t *testing.T) {
	n := &network{own: "BankAMSP", evaluate: map[string]string{
		"locate.application:Ask": `{"ids":["apage.3"]}`, "locate.person:Ask": `{"ids":[""]}`}}
	filled, err := fabsdk.NewClient(n).Fill(context.Background(), "book-banka", []fabsdk.Command{{Name: "loan.Accept",
		Content: json.RawMessage(`{"number":"L-1","loan":{"no":"HT-1"},"application":{"no":"SQ-1"},"subject":{"no":"6328"},"grant":{"id":"gpage.1","no":"SQS-1"}}`)}})
	require.NoError(t, err)
	var c map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(filled[0].Content, &c))
	require.Regexp(t, `^\{"id":"[a-z2-7]{13}\.0","no":"HT-1"\}$`, string(c["loan"]), "a birth draws one")
	require.JSONEq(t, `{"id":"apage.3","no":"SQ-1"}`, string(c["application"]))
	require.JSONEq(t, `{"no":"6328"}`, string(c["subject"]), "the ledger refuses what it does not know")
	require.JSONEq(t, `{"id":"gpage.1","no":"SQS-1"}`, string(c["grant"]), "what is given stays")
	require.JSONEq(t, `"L-1"`, string(c["number"]))
	require.Len(t, n.evaluated, 2)
}

func TestWhatDoesNotExistIsNamedBeforeAnythingIsSent(t *testing.T) {
	n := &network{own: "BankAMSP"}
	post := func(chaincode, name, lane string) error {
		_, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: chaincode, Lane: lane, Commands: []fabsdk.Command{{Name: name, Content: json.RawMessage("{}")}}})
		var usage *fabsdk.UsageError
		require.ErrorAs(t, err, &usage)
		return err
	}
	require.ErrorContains(t, post("banka", "loan.Repay", ""), "neither commons nor book-<bank>")
	require.ErrorContains(t, post("book-banka", "loan.Forgive", ""), "loan.Repay")
	require.ErrorContains(t, post("book-banka", "loan.Forgive", "fast"), `no lane "fast"; there are person, intake`)
	require.ErrorContains(t, post("book-bankz", "loan.Repay", ""), `no bank has the book "book-bankz"; there are commons, book-banka`)
	require.Empty(t, n.submitted)
	_, err := fabsdk.NewClient(n).Post(context.Background(), fabsdk.Posting{Chaincode: "book-banka"})
	require.ErrorContains(t, err, "0 commands, limit 1 to 2000")
}
