package command

import (
	"encoding/json"
	"errors"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/invalid"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Envelope is one command on its way, in the transient field "commands".
type Envelope struct {
	Name    string          `json:"name"`
	Content json.RawMessage `json:"content"`
}

// item is a command of a batch on its way through the runner.
type item struct {
	name    string
	def     Definition
	content any
	wants   []ledgerstate.Want
	refused *refusal.Refusal
}

// run executes the commands of one lane in one transaction, in the order of
// work that design §3 gives: guards, secret and owner, reference tables, one
// multi-get, rules over the overlay, one write batch, one receipt.
//
// Of a single command whose name the transaction's function gives, the public
// response says all that a receipt would when it is accepted, so that there is
// none: a private key less is a third of such a transaction's keys.
func (env *Environment) run(stub shim.ChaincodeStubInterface, lane Lane, envelopes []Envelope, named bool) (*Summary, error) {
	if lane.Joint() {
		return nil, ledgerstate.Errorf("BOOK_MISSING", "lane %s concerns a bank's book: name it", lane.Name)
	}
	ctx, items, err := env.begin(stub, lane, envelopes)
	if err != nil {
		return nil, err
	}
	if err := ctx.Prefetch(wanted(items)); err != nil {
		return nil, err
	}

	receipt := &Receipt{Actor: ctx.Actor, Lane: lane.Name}
	summary := &Summary{Lane: lane.Name}
	for i := range items {
		outcome, why, err := env.one(ctx, &items[i])
		if err != nil {
			return nil, err
		}
		receipt.add(items[i].name, outcome, why, summary)
		if outcome == Accepted && env.Current != nil && len(lane.Collections) == 0 {
			// The next command sees the day that this one opened, as it would in
			// a transaction of its own.
			if ctx.Reference, err = env.Current(ctx.View); err != nil {
				return nil, err
			}
		}
	}
	collection := ""
	if len(lane.Collections) > 0 {
		collection = lane.Collections[0].Name
	}
	return summary, env.finish(ctx, collection, receipt, named && summary.Accepted == 1)
}

// finish writes what a transaction leaves: its changes and, unless the public
// answer says it all, its receipt.
func (env *Environment) finish(ctx *Context, collection string, receipt *Receipt, said bool) error {
	if !said {
		if err := ctx.PutReceipt(collection, receipt); err != nil {
			return err
		}
	}
	_, err := ctx.Flush()
	return err
}

// begin does what comes before any rule: guards, decoding, who may.
func (env *Environment) begin(stub shim.ChaincodeStubInterface, lane Lane, envelopes []Envelope) (*Context, []item, error) {
	ctx, err := env.open(stub, true)
	if err != nil {
		return nil, nil, err
	}
	if n := len(envelopes); n < 1 || n > MaxBatch {
		return nil, nil, ledgerstate.Errorf("BATCH_SIZE", "a batch has 1 to %d commands, not %d", MaxBatch, n)
	}
	items := make([]item, len(envelopes))
	var genesis bool
	welcome := false
	for i, e := range envelopes {
		items[i] = env.prepare(lane, e)
		if d := items[i].def; d != nil {
			spec := d.Describe()
			genesis = genesis || spec.Genesis
			welcome = welcome || partyAllowed(spec.Access, ctx.Actor.Party)
		}
	}
	if ctx.Reference == nil {
		if !genesis || len(items) != 1 {
			return nil, nil, ledgerstate.Errorf("NOT_FOUNDED", "the consortium has not been founded yet")
		}
	} else {
		if err := env.member(ctx, append(lane.Collections, lane.Reads...)); err != nil {
			return nil, nil, err
		}
		if !welcome {
			return nil, nil, ledgerstate.Errorf("ACCESS_DENIED", "%s may not submit these commands to %s", ctx.Actor.MSP, ctx.Namespace())
		}
	}
	return ctx, items, nil
}

// wanted are the aggregates that a batch reads.
func wanted(items []item) []ledgerstate.Want {
	var wants []ledgerstate.Want
	for i := range items {
		if items[i].refused == nil {
			wants = append(wants, items[i].wants...)
		}
	}
	return wants
}

// prepare decodes and checks a command without the ledger.
func (env *Environment) prepare(lane Lane, e Envelope) item {
	it := item{name: e.Name}
	def := env.Definitions[e.Name]
	switch {
	case def == nil:
		it.name = "?"
		it.refused = UnknownCommand.At("name", nil, nil)
	case def.Describe().Lane.Name != lane.Name:
		it.refused = WrongLane.At("name", lane.Name, def.Describe().Lane.Name)
	}
	if it.refused != nil {
		return it
	}
	it.def = def
	content, err := def.Decode(e.Content)
	if err == nil {
		it.content = content
		err = def.Check(content)
	}
	if err != nil {
		it.refused = asRefusal(err)
		if it.refused.Code == Malformed.Code {
			// What the decoder says changes with Go's version and repeats what
			// it read: clients print it, receipts do not keep it.
			it.refused = Malformed.At("content", nil, nil)
		}
		return it
	}
	it.wants = def.wants(content)
	return it
}

// asRefusal makes a refusal of what is wrong with a command's content.
func asRefusal(err error) *refusal.Refusal {
	if r, ok := refusal.As(err); ok {
		return r
	}
	var e *invalid.Error
	if errors.As(err, &e) {
		return &refusal.Refusal{Code: e.Code, Field: e.Field, Limit: e.Limit, Actual: e.Value}
	}
	return Malformed.At("content", nil, err)
}

// one gives a command its outcome and applies what happens to the overlay.
// Its error is a failure of the whole transaction.
func (env *Environment) one(ctx *Context, it *item) (Outcome, *refusal.Refusal, error) {
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
	changes, err := it.def.decide(ctx, it.content)
	var seen *Seen
	if errors.As(err, &seen) {
		outcome, why, err := apply(ctx, stamp, seen.Changes)
		if err != nil || outcome != Accepted {
			return outcome, why, err
		}
		return Refused, seen.Refusal, nil
	}
	if r, ok := refusal.As(err); ok {
		return Refused, r, nil
	}
	if err != nil {
		return 0, nil, err
	}
	return apply(ctx, stamp, changes)
}

// turnedAway refuses a command before the ledger is asked. Who may not do it
// is not told what is wrong with it.
func (env *Environment) turnedAway(ctx *Context, it *item) *refusal.Refusal {
	if it.def != nil {
		if r := env.admit(ctx, it.def.Describe()); r != nil {
			return r
		}
	}
	return it.refused
}

// stampOf is what a log keeps of a command and its submitter.
func stampOf(ctx *Context, it *item) (ledgerstate.Stamp, error) {
	spec := it.def.Describe()
	head := Head{}
	if h, ok := it.content.(headed); ok {
		head = h.Header()
	}
	content, err := ledgerstate.Encode(it.content)
	if err != nil {
		return ledgerstate.Stamp{}, err
	}
	party := string(ctx.Actor.Party)
	if ctx.Actor.Party == Subject || ctx.Actor.Party == Provider {
		party = ctx.Actor.MSP + "/" + ctx.Actor.Pseudonym
	}
	if spec.Genesis { // nobody has a party before; it is the Commission that founds
		party = string(Commission)
	}
	marks := map[string][]byte{}
	mark := func(collection string) ([]byte, error) {
		if m, ok := marks[collection]; ok {
			return m, nil
		}
		m, err := ctx.Mark(collection, spec.Name, content)
		marks[collection] = m
		return m, err
	}
	return ledgerstate.Stamp{Number: head.Number, Party: party, Mark: mark, Date: head.Date, By: ctx.Actor.By()}, nil
}

// settled finds out whether a command was applied before and whether its date
// is in order. Where that leaves it undecided, the rule decides.
func settled(ctx *Context, it *item, stamp ledgerstate.Stamp) (Outcome, *refusal.Refusal, error) {
	spec := it.def.Describe()
	if len(it.wants) > 0 {
		target := it.wants[0]
		m, err := stamp.Mark(target.Kind.CollectionName())
		if err != nil {
			return 0, nil, err
		}
		seen, err := target.Kind.Seen(ctx.View, target.Ref, target.Birth, stamp.Party, stamp.Number, m)
		if r, ok := refusal.As(err); ok {
			return Refused, r, nil
		}
		if err != nil {
			return 0, nil, err
		}
		if seen {
			return AlreadyApplied, nil, nil
		}
	}
	if ctx.Reference != nil && !spec.Genesis {
		if open := ctx.Reference.OpenDay(); stamp.Date > open && spec.Name != OpenDayCommand {
			return Refused, DateTooLate.At("date", open, stamp.Date), nil
		}
		if earliest := ctx.Reference.Earliest(); stamp.Date < earliest {
			return Refused, DateTooEarly.At("date", earliest, stamp.Date), nil
		}
	}
	return undecided, nil, nil
}

// apply applies what happens to the overlay.
func apply(ctx *Context, stamp ledgerstate.Stamp, changes []ledgerstate.Change) (Outcome, *refusal.Refusal, error) {
	for i, c := range changes {
		err := c.Apply(ctx.View, stamp)
		if i == 0 { // nothing is half applied: only the first change can be refused
			if errors.Is(err, ledgerstate.SlotTaken) {
				return Retry, nil, nil
			}
			if r, ok := refusal.As(err); ok {
				return Refused, r, nil
			}
		}
		if err != nil {
			return 0, nil, err
		}
	}
	return Accepted, nil, nil
}

// OpenDayCommand is the one command that may be dated after the open day,
// since it opens the next.
const OpenDayCommand = "consortium.OpenDay"

// admit checks the access line: MSP first, role second.
func (env *Environment) admit(ctx *Context, spec Spec) *refusal.Refusal {
	if ctx.Reference == nil && spec.Genesis {
		return nil
	}
	if ctx.Reference.Blocked(ctx.Actor.FingerprintHex()) {
		return Blocked.At("certificate", nil, nil)
	}
	if !allowed(spec.Access, ctx.Actor) {
		return AccessDenied.At("identity", joinAccess(spec.Access), string(ctx.Actor.Party)+"/"+joinRoles(ctx.Actor.Roles))
	}
	return nil
}

func joinAccess(list []Allow) string {
	s := ""
	for i, a := range list {
		if i > 0 {
			s += " "
		}
		s += a.String()
	}
	return s
}

func joinRoles(list []string) string {
	s := ""
	for i, r := range list {
		if i > 0 {
			s += ","
		}
		s += r
	}
	return s
}
