package command

import (
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Question is what a rule or a query of commons may ask a book: content Q,
// answer A. The answer is as committed and writes nothing; asking makes the
// transaction depend on what was read. It may not run a private range, after
// which a transaction may not write. Q and A are encoded as state is: a
// ledgerstate.Ref in them arrives without its ID.
type Question[Q, A any] struct {
	Name        string       // "compensation.Outstanding"
	Collections []Collection // of the book, that the answer reads
	Answer      func(*Context, Q) (A, error)
}

// QuestionDefinition is a question whatever its content.
type QuestionDefinition interface {
	describe() (name string, collections []Collection)
	answer(ctx *Context, content []byte) ([]byte, error)
}

type questioning struct {
	Name    string
	Content []byte
}

type answering struct {
	Refusal *IndexedRefusal
	Answer  []byte
}

// Of asks a book by its chaincode name. What the book's rule refuses comes
// back as a refusal.
func (q Question[Q, A]) Of(ctx *Context, book string, content Q) (A, error) {
	var none A
	raw, err := ledgerstate.Encode(&content)
	if err != nil {
		return none, err
	}
	a, err := callBook[answering](ctx, book, answerCall, &questioning{q.Name, raw})
	if err != nil {
		return none, err
	}
	if a.Refusal != nil {
		return none, verdict{Refusal: a.Refusal}.refusal()
	}
	return handed[A](q.Name, a.Answer)
}

func (q Question[Q, A]) describe() (string, []Collection) { return q.Name, q.Collections }

func (q Question[Q, A]) answer(ctx *Context, content []byte) ([]byte, error) {
	c, err := handed[Q](q.Name, content)
	if err != nil {
		return nil, err
	}
	a, err := q.Answer(ctx, c)
	if err != nil {
		return nil, err
	}
	return ledgerstate.Encode(&a)
}

// answered answers a question of commons in a book.
func (env *Environment) answered(stub shim.ChaincodeStubInterface, tables, message []byte) (answering, error) {
	m, err := handed[questioning]("question", message)
	if err != nil {
		return answering{}, err
	}
	ctx, err := env.openWith(stub, false, tables)
	if err != nil {
		return answering{}, err
	}
	if ctx.Reference == nil {
		return answering{}, ledgerstate.Errorf("NOT_FOUNDED", "the consortium has not been founded yet")
	}
	for _, q := range env.Questions {
		name, collections := q.describe()
		if name != m.Name {
			continue
		}
		if err := env.member(ctx, collections); err != nil {
			return answering{}, err
		}
		raw, err := q.answer(ctx, m.Content)
		if r, ok := refusal.As(err); ok {
			return answering{Refusal: refused(r).Refusal}, nil
		}
		return answering{Answer: raw}, err
	}
	return answering{}, ledgerstate.Errorf("QUESTION_UNKNOWN", "a book knows no question %.40q", m.Name)
}
