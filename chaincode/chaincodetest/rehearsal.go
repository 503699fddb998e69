package chaincodetest

import (
	"maps"
	"time"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Stage is what many rehearsals begin at: what a ledger holds, which they
// leave as it is. Several may run at once.
type Stage struct {
	ledger        *Ledger
	commons, book *command.Environment
	reference     command.Reference
	actors        map[string]command.Actor
	time          time.Time
}

// Stage prepares rehearsals by these people.
func (l *Ledger) Stage(people ...string) *Stage {
	s := &Stage{ledger: l, actors: map[string]command.Actor{}, time: l.Now}
	s.commons = &command.Environment{Chaincode: command.Commons, Definitions: map[string]command.Definition{}}
	s.book = &command.Environment{Chaincode: command.Book, Definitions: map[string]command.Definition{}, Questions: chaincode.BookQuestions}
	for _, d := range chaincode.CommonsCommands {
		if s.commons.Definitions[d.Describe().Name] = d; d.Describe().Lane.Joint() {
			s.book.Definitions[d.Describe().Name] = d
		}
	}
	for _, d := range chaincode.BookCommands {
		s.book.Definitions[d.Describe().Name] = d
	}
	commons, _ := l.view(command.CommonsName)
	var err error
	s.reference, err = consortium.Current(commons)
	require.NoError(l.t, err)
	for _, who := range people {
		s.actors[who], err = command.ReadActor(l.Person(who))
		require.NoError(l.t, err)
	}
	return s
}

// view is an open view of what a chaincode holds.
func (l *Ledger) view(cc string) (*ledgerstate.View, *transaction) {
	namespace := map[string]string{BookA: "BankAMSP", BookB: "BankBMSP"}[cc]
	if namespace == "" {
		namespace = command.CommonsName
	}
	tx := &transaction{id: "rehearsal", time: timestamppb.New(l.Now), writes: map[string][]byte{}}
	return ledgerstate.NewView(&stub{ledger: l, namespace: cc, tx: tx}, namespace, make([]byte, 32)), tx
}

// Rehearsal is one history of commands.
type Rehearsal struct {
	*Stage
	command.Rehearsal
	written []*transaction
}

// Rehearse begins a history.
func (s *Stage) Rehearse() *Rehearsal {
	r := &Rehearsal{Stage: s, Rehearsal: command.Rehearsal{Commons: s.commons, Book: s.book, Reference: s.reference, Views: map[string]*ledgerstate.View{}, Time: s.time}}
	for _, cc := range []string{command.CommonsName, BookA, BookB} {
		view, tx := s.ledger.view(cc)
		r.Views[cc], r.written = view, append(r.written, tx)
	}
	return r
}

// Stored ends a history and gives one that begins at what it would have left
// on the ledger, encoded and read again.
func (r *Rehearsal) Stored() (*Rehearsal, error) {
	for _, v := range r.Views {
		if _, err := v.Flush(); err != nil {
			return nil, err
		}
	}
	after, stage := *r.ledger, *r.Stage
	after.state = maps.Clone(r.ledger.state)
	for _, tx := range r.written {
		maps.Copy(after.state, tx.writes)
		maps.DeleteFunc(after.state, func(_ string, v []byte) bool { return v == nil }) // purged
	}
	stage.ledger = &after
	return stage.Rehearse(), nil
}

// By runs a command; its content is a pointer.
func (r *Rehearsal) By(cc, who, name string, content any) (command.Outcome, *refusal.Refusal, error) {
	return r.Submit(cc, r.actors[who], name, content)
}

// Sees is what a query of somebody sees.
func (r *Rehearsal) Sees(cc, who string) *command.Context { return r.Context(cc, r.actors[who]) }
