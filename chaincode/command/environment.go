package command

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// MaxSkew is how far a transaction's time may be off an endorser's clock.
const MaxSkew = 15 * time.Minute

// MaxBatch bounds the commands of one transaction.
const MaxBatch = 2000

// CommonsName is the name under which commons is deployed; books are
// "book-<bank>".
const CommonsName = "commons"

// Beijing is the time zone of business dates.
var Beijing = time.FixedZone("CST", 8*60*60)

// Environment is what a chaincode process knows besides the ledger: which
// organization it belongs to and what time it is there. The clock can only
// withhold an endorsement.
type Environment struct {
	Chaincode Chaincode
	MSP       string
	Clock     func() time.Time
	// DecodeReference reads the packed reference tables of commons.
	DecodeReference func([]byte) (Reference, error)
	// Current gives the tables as this transaction's own commands left them;
	// nil in books, whose commands do not change them.
	Current func(*ledgerstate.View) (Reference, error)
	// Definitions of this chaincode, by name.
	Definitions map[string]Definition
	// Opened makes what comes into being with a collection's secret, by the
	// collection's name.
	Opened map[string]func(*ledgerstate.View) error
	// Questions are what a book answers to commons.
	Questions []QuestionDefinition

	mu      sync.Mutex
	packed  [sha256.Size]byte
	decoded Reference
}

// ReferenceKey is the public key of commons under which the consortium room
// keeps its packed tables.
const ReferenceKey = "Pconsortium:consortium"

// OwnerKey is the public key of a book that names its bank.
const OwnerKey = "owner"

type ownerValue struct {
	Schema uint8
	MSP    string
}

// EncodeOwner is the value under OwnerKey.
func EncodeOwner(msp string) ([]byte, error) { return ledgerstate.Encode(ownerValue{1, msp}) }

// SameTables is what commons answers to a book that knows its tables: no
// packed value begins like this.
const SameTables = "="

// reference reads the commons' tables: from the chaincode's own state, or by
// a call into commons, which makes the book's transaction depend on them, or
// as commons handed them over with its own call. It gives the packed form too
// where it has it.
func (env *Environment) reference(stub shim.ChaincodeStubInterface, handed []byte) (Reference, []byte, error) {
	env.mu.Lock()
	known, decoded := env.packed, env.decoded
	env.mu.Unlock()
	raw := handed
	switch {
	case handed != nil:
	case env.Chaincode == Commons:
		var err error
		if raw, err = stub.GetState(ReferenceKey); err != nil {
			return nil, nil, fmt.Errorf("qxl LEDGER_READ: %w", err)
		}
	default:
		var sum []byte // in hex
		if decoded != nil {
			sum = hex.AppendEncode(nil, known[:])
		}
		resp := stub.InvokeChaincode(CommonsName, [][]byte{[]byte("reference:Packed"), sum}, "")
		if resp.Status != shim.OK {
			return nil, nil, ledgerstate.Errorf("COMMONS_UNREADABLE", "asking commons for the reference tables: %s", resp.Message)
		}
		raw = resp.Payload
		if decoded != nil && string(raw) == SameTables {
			return decoded, nil, nil
		}
	}
	if len(raw) == 0 {
		return nil, nil, nil
	}
	sum := sha256.Sum256(raw)
	if decoded != nil && known == sum {
		return decoded, raw, nil
	}
	ref, err := env.DecodeReference(raw)
	if err != nil {
		return nil, nil, ledgerstate.Errorf("STATE_CORRUPT", "the reference tables cannot be read: %v", err)
	}
	env.mu.Lock()
	env.packed, env.decoded = sum, ref
	env.mu.Unlock()
	return ref, raw, nil
}

// open prepares the context of a transaction or query.
func (env *Environment) open(stub shim.ChaincodeStubInterface, write bool) (*Context, error) {
	return env.openWith(stub, write, nil)
}

// openWith is open with the commons' tables at hand.
func (env *Environment) openWith(stub shim.ChaincodeStubInterface, write bool, tables []byte) (*Context, error) {
	stamp, err := stub.GetTxTimestamp()
	if err != nil {
		return nil, ledgerstate.Errorf("TIME_MISSING", "the transaction has no time")
	}
	at := stamp.AsTime()
	if write {
		if skew := env.Clock().Sub(at); skew > MaxSkew || skew < -MaxSkew {
			return nil, ledgerstate.Errorf("CLOCK_SKEW", "the transaction's time is %s off this endorser's clock, limit %s; set the client's clock", skew.Round(time.Second), MaxSkew)
		}
	}
	creator, err := stub.GetCreator()
	if err != nil {
		return nil, ledgerstate.Errorf("IDENTITY_UNREADABLE", "the transaction has no creator")
	}
	actor, err := ReadActor(creator)
	if err != nil {
		return nil, err
	}
	ctx := &Context{Actor: actor, Endorser: env.MSP, Time: at.In(Beijing)}
	namespace := CommonsName
	if env.Chaincode == Book {
		raw, err := stub.GetState(OwnerKey)
		if err != nil {
			return nil, fmt.Errorf("qxl LEDGER_READ: %w", err)
		}
		if len(raw) > 0 {
			var o ownerValue
			if err := ledgerstate.Decode(raw, &o); err != nil {
				return nil, ledgerstate.Errorf("STATE_CORRUPT", "the book's owner cannot be read")
			}
			ctx.Owner, namespace = o.MSP, o.MSP
		}
	}
	if ctx.Reference, ctx.tables, err = env.reference(stub, tables); err != nil {
		return nil, err
	}
	if env.Chaincode == Commons {
		ctx.call = stub.InvokeChaincode
	}
	if write && tables == nil { // what commons calls, commons has checked
		err := env.bound(ctx)
		if r, ok := refusal.As(err); ok {
			return nil, ledgerstate.Errorf(r.Code, "the subject's certificate is for %q, this is %s; sign with the certificate that was issued for %s", r.Actual, r.Limit, r.Limit)
		}
		if err != nil {
			return nil, err
		}
	}
	ctx.Actor.Party = env.party(ctx, actor.MSP)
	transient, err := stub.GetTransient()
	if err != nil {
		return nil, ledgerstate.Errorf("TRANSIENT_MISSING", "the transaction's transient map cannot be read")
	}
	ctx.Transient = func(field string) []byte { return transient[field] }
	ctx.View = ledgerstate.NewView(stub, namespace, transient["seed"])
	return ctx, nil
}

// bound refuses a subject's certificate anywhere but in the one chaincode it
// was issued for. Creators stay in the blocks of all members for ever: one
// certificate in two books would tell every bank whose customer a pseudonym
// is besides. So the whole transaction is refused and nobody endorses it: a
// refusal in a receipt would put the certificate into a block all the same.
func (env *Environment) bound(ctx *Context) error {
	if ctx.Reference == nil || !ctx.Actor.Has("subject") {
		return nil
	}
	name := CommonsName
	if env.Chaincode == Book {
		if name = ctx.Reference.Book(ctx.Owner); name == "" {
			return ledgerstate.Errorf("BOOK_NOT_OPEN", "the book has no owner yet")
		}
	}
	if ctx.Actor.book == name {
		return nil
	}
	return WrongBook.At("certificate", name, short(ctx.Actor.book))
}

// party is the place of an organization in this chaincode; a bank has none
// in another bank's book.
func (env *Environment) party(ctx *Context, msp string) Party {
	if ctx.Reference == nil {
		return ""
	}
	p, ok := ctx.Reference.Party(msp)
	if !ok || (p == Bank && env.Chaincode == Book && msp != ctx.Owner) {
		return ""
	}
	return p
}

// member refuses at an endorser whose organization does not hold the data:
// otherwise plaintext would pass through a node that must not see it.
func (env *Environment) member(ctx *Context, collections []Collection) error {
	local := env.party(ctx, env.MSP)
	for _, c := range collections {
		if !c.Has(local) {
			return ledgerstate.Errorf("NOT_A_MEMBER", "%s holds no collection %s of %s; ask another peer", env.MSP, c.Name, ctx.Namespace())
		}
	}
	return nil
}

// Open prepares the context of a transaction that is no command, for those
// whom the access line allows.
func (env *Environment) Open(stub shim.ChaincodeStubInterface, access []Allow) (*Context, error) {
	ctx, err := env.open(stub, true)
	if err != nil {
		return nil, err
	}
	if ctx.Reference == nil {
		return nil, ledgerstate.Errorf("NOT_FOUNDED", "the consortium has not been founded yet")
	}
	if r := env.admit(ctx, Spec{Access: access}); r != nil {
		return nil, ledgerstate.Errorf(r.Code, "%s may not do this", ctx.Actor.MSP)
	}
	return ctx, nil
}

// Member refuses where this process's organization does not hold the
// collection.
func (env *Environment) Member(ctx *Context, c Collection) error {
	return env.member(ctx, []Collection{c})
}
