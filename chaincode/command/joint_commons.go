package command

import (
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// verdict is what commons tells a book of a command.
type verdict struct {
	Outcome  Outcome
	Refusal  *IndexedRefusal // of a refused one
	Facts    []byte          // of an accepted one: what the book had said
	Decision []byte
}

// runJointly executes the commands of one joint lane in one transaction of
// commons: the guards, one question to the book, the rules over the overlay
// of commons in the order of the batch, one call to the book with all
// verdicts, which writes the book's part and the receipt, and one write batch.
func (env *Environment) runJointly(stub shim.ChaincodeStubInterface, lane Lane, book string, envelopes []Envelope, named bool) (*Summary, error) {
	if !lane.Joint() {
		return nil, ledgerstate.Errorf("LANE_NOT_JOINT", "lane %s concerns no book", lane.Name)
	}
	ctx, items, err := env.begin(stub, lane, envelopes)
	if err != nil {
		return nil, err
	}
	ctx.Book = book
	if ctx.Owner = ctx.Reference.Owner(book); ctx.Owner == "" {
		return nil, ledgerstate.Errorf("BOOK_UNKNOWN", "%.60q is no bank's book", book)
	}
	if ctx.Actor.Party == Bank && ctx.Actor.MSP != ctx.Owner {
		return nil, ledgerstate.Errorf("ACCESS_DENIED", "%s may not submit to %s, the book of %s", ctx.Actor.MSP, book, ctx.Owner)
	}
	verdicts, err := env.askBook(ctx, lane, items, envelopes)
	if err != nil {
		return nil, err
	}
	if err := env.rules(ctx, items, verdicts); err != nil {
		return nil, err
	}

	// The receipt is the book's; here it only counts.
	receipt, summary := &Receipt{}, &Summary{Lane: lane.Name}
	told := applying{Lane: lane.Name, Verdicts: verdicts, Commands: make([]Envelope, len(items))}
	for i := range items {
		told.Commands[i].Name = items[i].name
		if verdicts[i].Outcome == Accepted {
			told.Commands[i].Content = envelopes[i].Content
		}
		receipt.add(items[i].name, verdicts[i].Outcome, verdicts[i].refusal(), summary)
	}
	told.Said = named && summary.Accepted == 1
	if _, err := callBook[struct{}](ctx, book, applyCall, &told); err != nil {
		return nil, err
	}
	_, err = ctx.Flush()
	return summary, err
}

// askBook gives the verdicts that stand before any rule of commons, and the
// facts for the others.
func (env *Environment) askBook(ctx *Context, lane Lane, items []item, envelopes []Envelope) ([]verdict, error) {
	verdicts := make([]verdict, len(items))
	var which []int
	question := inquiry{Lane: lane.Name}
	for i := range items {
		if r := env.turnedAway(ctx, &items[i]); r != nil {
			verdicts[i] = refused(r)
			continue
		}
		which = append(which, i)
		question.Commands = append(question.Commands, envelopes[i])
	}
	if len(which) == 0 {
		return verdicts, nil
	}
	answer, err := callBook[[]verdict](ctx, ctx.Book, askCall, &question)
	if err != nil {
		return nil, err
	}
	if len(*answer) != len(which) {
		return nil, ledgerstate.Errorf("CALL_UNREADABLE", "%s was asked about %d commands and answered about %d", ctx.Book, len(which), len(*answer))
	}
	for n, i := range which {
		verdicts[i] = (*answer)[n]
	}
	return verdicts, nil
}

// rules decides what the book left open, over the overlay of commons and in
// the order of the batch.
func (env *Environment) rules(ctx *Context, items []item, verdicts []verdict) error {
	var wants []ledgerstate.Want
	for i := range items {
		if verdicts[i].Outcome != undecided {
			continue
		}
		w, err := items[i].def.(joint).needs(ctx, items[i].content, verdicts[i].Facts)
		if r, ok := refusal.As(err); ok {
			verdicts[i] = refused(r)
		} else if err != nil {
			return err
		}
		wants = append(wants, w...)
	}
	if err := ctx.Prefetch(wants); err != nil {
		return err
	}
	for i := range items {
		v := &verdicts[i]
		if v.Outcome != undecided {
			continue
		}
		stamp, err := stampOf(ctx, &items[i])
		if err != nil {
			return err
		}
		decision, changes, err := items[i].def.(joint).rule(ctx, items[i].content, v.Facts)
		if r, ok := refusal.As(err); ok {
			*v = refused(r)
			continue
		}
		if err != nil {
			return err
		}
		outcome, r, err := apply(ctx, stamp, changes)
		switch {
		case err != nil:
			return err
		case outcome == Refused:
			*v = refused(r)
		default:
			v.Outcome, v.Decision = outcome, decision
		}
	}
	return nil
}

func refused(r *refusal.Refusal) verdict {
	return verdict{Outcome: Refused, Refusal: &IndexedRefusal{Code: r.Code, Field: r.Field, Limit: r.Limit, Actual: r.Actual}}
}

func (v verdict) refusal() *refusal.Refusal {
	if v.Refusal == nil {
		return nil
	}
	return &refusal.Refusal{Code: v.Refusal.Code, Field: v.Refusal.Field, Limit: v.Refusal.Limit, Actual: v.Refusal.Actual}
}

// callBook calls a book from commons and reads its answer.
func callBook[A any](ctx *Context, book, function string, message any) (*A, error) {
	if ctx.call == nil {
		return nil, ledgerstate.Errorf("CALL_FROM_BOOK", "a book calls no book")
	}
	raw, err := ledgerstate.Encode(message)
	if err != nil {
		return nil, err
	}
	resp := ctx.call(book, [][]byte{[]byte(function), ctx.tables, raw}, "")
	if resp.Status != shim.OK {
		if strings.HasPrefix(resp.Message, "qxl ") { // the book's own error, which nobody but this endorser's client sees
			return nil, bookError(resp.Message)
		}
		return nil, ledgerstate.Errorf("BOOK_UNREADABLE", "calling %s: %s", book, resp.Message)
	}
	var a A
	if err := ledgerstate.Decode(resp.Payload, &a); err != nil {
		return nil, ledgerstate.Errorf("CALL_UNREADABLE", "the answer of %s cannot be read: %v", book, err)
	}
	return &a, nil
}

// bookError is an error as the book said it.
type bookError string

func (e bookError) Error() string { return string(e) }
