package command

import (
	"bytes"
	"errors"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// What commons calls in a book. The arguments of such a call stand in no
// block: the commons' packed tables, which the book could not ask for itself
// since chaincodes cannot be entered again, and a message.
const (
	callPrefix = "joint:"
	askCall    = callPrefix + "Ask"
	applyCall  = callPrefix + "Apply"
	answerCall = callPrefix + "Answer"
)

// inquiry is what commons asks about: commands that it has found well formed.
// The answer is a verdict for each, undecided where the facts are given.
type inquiry struct {
	Lane     string
	Commands []Envelope
}

// applying is what commons has decided.
type applying struct {
	Lane     string
	Commands []Envelope // all of the batch; the content of those that are accepted
	Verdicts []verdict
	Said     bool // the public answer says it all: no receipt
}

// serve answers a call of commons.
func (env *Environment) serve(stub shim.ChaincodeStubInterface, function string, args []string) *peer.Response {
	if err := fromCommons(stub); err != nil {
		return shim.Error(err.Error())
	}
	if len(args) != 2 {
		return shim.Error(ledgerstate.Errorf("CALL_UNREADABLE", "%s has %d arguments", function, len(args)).Error())
	}
	tables, message := []byte(args[0]), []byte(args[1])
	var answer any
	var err error
	switch function {
	case askCall:
		answer, err = env.asked(stub, tables, message)
	case applyCall:
		answer, err = env.applied(stub, tables, message)
	case answerCall:
		answer, err = env.answered(stub, tables, message)
	default:
		err = ledgerstate.Errorf("CALL_UNKNOWN", "a book has no function %.40q", function)
	}
	if err != nil {
		return shim.Error(err.Error())
	}
	raw, err := ledgerstate.Encode(answer)
	if err != nil {
		return shim.Error(err.Error())
	}
	return shim.Success(raw)
}

// fromCommons refuses whoever calls a book's part of a joint transaction
// otherwise than through commons: the proposal that the client signed names
// the chaincode that its transaction called, and a peer executes no other.
func fromCommons(stub shim.ChaincodeStubInterface) error {
	signed, err := stub.GetSignedProposal()
	if err != nil || signed == nil {
		return ledgerstate.Errorf("NOT_FROM_COMMONS", "the transaction has no signed proposal")
	}
	var p peer.Proposal
	var h common.Header
	var ch common.ChannelHeader
	var ext peer.ChaincodeHeaderExtension
	var payload peer.ChaincodeProposalPayload
	var spec peer.ChaincodeInvocationSpec
	for _, step := range []struct {
		raw func() []byte
		to  proto.Message
	}{
		{signed.GetProposalBytes, &p}, {p.GetHeader, &h}, {h.GetChannelHeader, &ch}, {ch.GetExtension, &ext},
		{p.GetPayload, &payload}, {payload.GetInput, &spec},
	} {
		if err := proto.Unmarshal(step.raw(), step.to); err != nil {
			return ledgerstate.Errorf("NOT_FROM_COMMONS", "the signed proposal cannot be read")
		}
	}
	// Validation goes by the header, execution by the input.
	header, called := ext.GetChaincodeId().GetName(), spec.GetChaincodeSpec().GetChaincodeId().GetName()
	if header != CommonsName || called != CommonsName {
		return ledgerstate.Errorf("NOT_FROM_COMMONS", "a book's part of a joint transaction is called by %s alone; the transaction calls %.60q", CommonsName, called)
	}
	return nil
}

// enter prepares a book's part of a joint transaction.
func (env *Environment) enter(stub shim.ChaincodeStubInterface, tables []byte, lane string, commands []Envelope) (*Context, Lane, []item, error) {
	l, err := jointLane(lane)
	if err != nil {
		return nil, l, nil, err
	}
	ctx, err := env.openWith(stub, true, tables)
	if err != nil {
		return nil, l, nil, err
	}
	if ctx.Reference == nil {
		return nil, l, nil, ledgerstate.Errorf("NOT_FOUNDED", "the consortium has not been founded yet")
	}
	if err := env.member(ctx, append(l.Book, l.Asks...)); err != nil {
		return nil, l, nil, err
	}
	if ctx.Actor.Party == "" { // another bank's people among them
		return nil, l, nil, ledgerstate.Errorf("ACCESS_DENIED", "%s may not submit these commands to the book of %s", ctx.Actor.MSP, ctx.Namespace())
	}
	items := make([]item, len(commands))
	for i, e := range commands {
		items[i] = item{name: e.Name}
		if len(e.Content) > 0 {
			items[i] = env.prepare(l, e)
		}
	}
	return ctx, l, items, ctx.Prefetch(wanted(items))
}

func jointLane(name string) (Lane, error) {
	for _, l := range Commons.Lanes() {
		if l.Name == name && l.Joint() {
			return l, nil
		}
	}
	return Lane{}, ledgerstate.Errorf("UNKNOWN_LANE", "%.20q is no joint lane", name)
}

// asked gives the facts of each command, or the outcome that it has without
// commons.
func (env *Environment) asked(stub shim.ChaincodeStubInterface, tables, message []byte) ([]verdict, error) {
	q, err := handed[inquiry]("inquiry", message)
	if err != nil {
		return nil, err
	}
	ctx, _, items, err := env.enter(stub, tables, q.Lane, q.Commands)
	if err != nil {
		return nil, err
	}
	verdicts := make([]verdict, len(items))
	busy := map[string]bool{}
	for i := range items {
		outcome, why, err := env.ready(ctx, &items[i], busy)
		switch {
		case err != nil:
			return nil, err
		case outcome == Refused:
			verdicts[i] = refused(why)
			continue
		case outcome != undecided:
			verdicts[i].Outcome = outcome
			continue
		}
		facts, err := items[i].def.(joint).ask(ctx, items[i].content)
		if r, ok := refusal.As(err); ok {
			verdicts[i] = refused(r)
		} else if err != nil {
			return nil, err
		}
		verdicts[i].Facts = facts
		if verdicts[i].Outcome == undecided {
			items[i].occupy(busy)
		}
	}
	return verdicts, nil
}

// ready gives a command the outcome that it has before its facts are asked
// for. Whatever could keep it from being applied later is found here.
func (env *Environment) ready(ctx *Context, it *item, busy map[string]bool) (Outcome, *refusal.Refusal, error) {
	if r := env.turnedAway(ctx, it); r != nil {
		return Refused, r, nil
	}
	stamp, err := stampOf(ctx, it)
	if err != nil {
		return 0, nil, err
	}
	if outcome, why, err := settled(ctx, it, stamp); err != nil || outcome != undecided {
		return outcome, why, err
	}
	if len(it.wants) == 0 {
		return undecided, nil, nil
	}
	if busy[record(it.wants[0])] {
		return Refused, OneAtATime.At("number", nil, stamp.Number), nil
	}
	for _, w := range it.wants {
		if !w.Birth {
			continue
		}
		err := w.Kind.Vacant(ctx.View, w.Ref)
		if r, ok := refusal.As(err); ok {
			return Refused, r, nil
		}
		if busy[place(w)] || errors.Is(err, ledgerstate.SlotTaken) {
			return Retry, nil, nil
		}
		if err != nil {
			return 0, nil, err
		}
	}
	return undecided, nil, nil
}

// occupy remembers what a command may come to act on, so that later ones of
// the batch do not.
func (it *item) occupy(busy map[string]bool) {
	for i, w := range it.wants {
		if i == 0 {
			busy[record(w)] = true
		}
		if w.Birth {
			busy[place(w)] = true
		}
	}
}

func record(w ledgerstate.Want) string { return w.Kind.KindCode() + "\x00" + w.Ref.No }
func place(w ledgerstate.Want) string  { return w.Kind.KindCode() + "\x01" + w.Ref.ID.String() }

// applied writes what happens in the book, and the receipt of all commands.
func (env *Environment) applied(stub shim.ChaincodeStubInterface, tables, message []byte) (struct{}, error) {
	var done struct{}
	told, err := handed[applying]("applying", message)
	if err != nil {
		return done, err
	}
	if len(told.Verdicts) != len(told.Commands) {
		return done, ledgerstate.Errorf("CALL_UNREADABLE", "%d verdicts for %d commands", len(told.Verdicts), len(told.Commands))
	}
	ctx, lane, items, err := env.enter(stub, tables, told.Lane, told.Commands)
	if err != nil {
		return done, err
	}
	receipt, summary := &Receipt{Actor: ctx.Actor, Lane: lane.Name}, &Summary{}
	for i := range items {
		v := told.Verdicts[i]
		if v.Outcome == Accepted {
			if err := env.conclude(ctx, &items[i], v); err != nil {
				return done, err
			}
		}
		receipt.add(items[i].name, v.Outcome, v.refusal(), summary)
	}
	return done, env.finish(ctx, lane.Book[0].Name, receipt, told.Said)
}

// conclude applies an accepted command. What commons decided on must be what
// the book says now, with the commands before it applied.
func (env *Environment) conclude(ctx *Context, it *item, v verdict) error {
	outcome, _, err := env.ready(ctx, it, map[string]bool{})
	if err != nil {
		return err
	}
	changed := outcome != undecided
	var facts []byte
	if !changed {
		if facts, err = it.def.(joint).ask(ctx, it.content); err != nil {
			if _, ok := refusal.As(err); !ok {
				return err
			}
			changed = true
		}
	}
	if changed || !bytes.Equal(facts, v.Facts) {
		return ledgerstate.Errorf("JOINT_FACTS_CHANGED", "%s: another command of this transaction changed what it was decided on; send them one after the other", it.name)
	}
	stamp, err := stampOf(ctx, it)
	if err != nil {
		return err
	}
	changes, err := it.def.(joint).apply(ctx, it.content, v.Facts, v.Decision)
	if err != nil {
		return notHalf(it, err)
	}
	for _, c := range changes {
		if err := c.Apply(ctx.View, stamp); err != nil {
			return notHalf(it, err)
		}
	}
	return nil
}

// notHalf fails the whole transaction where the book would refuse what
// commons has decided.
func notHalf(it *item, err error) error {
	if r, ok := refusal.As(err); ok {
		return ledgerstate.Errorf("JOINT_REFUSED_LATE", "%s: the book refuses what was decided (%s)", it.name, r.Code)
	}
	return err
}
