package command

import (
	"encoding/json"
	"fmt"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/hyperledger/fabric-contract-api-go/v2/contractapi"
	"github.com/hyperledger/fabric-contract-api-go/v2/metadata"
	"github.com/hyperledger/fabric-contract-api-go/v2/serializer"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// single is the contract of one command: "loan.Disburse:Submit", its content
// in the transient field "command".
type single struct {
	contractapi.Contract
	env  *Environment
	spec Spec
}

// Contract implements Definition.
func (c Command[C]) Contract(env *Environment) contractapi.ContractInterface {
	s := &single{env: env, spec: c.Spec}
	s.Name = c.Name
	s.Info.Title, s.Info.Description = c.Zh, c.En
	return s
}

// Submit runs the command as a batch of one.
func (s *single) Submit(ctx contractapi.TransactionContextInterface) (*Summary, error) {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return nil, ledgerstate.Errorf("TRANSIENT_MISSING", "the transaction's transient map cannot be read")
	}
	return s.env.run(ctx.GetStub(), s.spec.Lane, []Envelope{{s.spec.Name, transient["command"]}}, true)
}

// batch is the contract "batch": many commands of one lane.
type batch struct {
	contractapi.Contract
	env *Environment
}

// Submit runs the commands in the transient field "commands". Its arguments
// are public: the lane's name and the number of commands.
func (b *batch) Submit(ctx contractapi.TransactionContextInterface, lane string, count string) (*Summary, error) {
	l, envelopes, err := b.read(ctx, lane, count)
	if err != nil {
		return nil, err
	}
	return b.env.run(ctx.GetStub(), l, envelopes, false)
}

// read gives the lane and the commands of a batch.
func (b *batch) read(ctx contractapi.TransactionContextInterface, lane, count string) (Lane, []Envelope, error) {
	transient, err := ctx.GetStub().GetTransient()
	if err != nil {
		return Lane{}, nil, ledgerstate.Errorf("TRANSIENT_MISSING", "the transaction's transient map cannot be read")
	}
	var envelopes []Envelope
	if err := json.Unmarshal(transient["commands"], &envelopes); err != nil {
		return Lane{}, nil, ledgerstate.Errorf("MALFORMED", "transient field %q holds no list of commands", "commands")
	}
	if strconv.Itoa(len(envelopes)) != count {
		return Lane{}, nil, ledgerstate.Errorf("BATCH_COUNT", "the batch says %.12q commands and holds %d", count, len(envelopes))
	}
	for _, l := range b.env.Chaincode.Lanes() {
		if l.Name == lane {
			return l, envelopes, nil
		}
	}
	return Lane{}, nil, ledgerstate.Errorf("UNKNOWN_LANE", "%s has no lane %.20q", b.env.Chaincode, lane)
}

// NewChaincode builds the chaincode of an environment from its definitions
// and queries.
func NewChaincode(env *Environment, definitions []Definition, queries []QueryDefinition, extra ...contractapi.ContractInterface) (shim.Chaincode, error) {
	env.Definitions = map[string]Definition{}
	b := &batch{env: env}
	b.Name = "batch"
	contracts := append([]contractapi.ContractInterface{b}, extra...)
	for _, d := range definitions {
		spec := d.Describe()
		if env.Definitions[spec.Name] != nil {
			return nil, fmt.Errorf("command %s is defined twice", spec.Name)
		}
		_, joint := d.(joint)
		switch {
		case joint != spec.Lane.Joint():
			return nil, fmt.Errorf("command %s: lane %s is joint, or the definition is, but not both", spec.Name, spec.Lane.Name)
		case joint && env.Chaincode == Book: // commons calls it, nobody else
			env.Definitions[spec.Name] = d
			continue
		case spec.Lane.Chaincode != env.Chaincode:
			return nil, fmt.Errorf("command %s belongs to %s, not to %s", spec.Name, spec.Lane.Chaincode, env.Chaincode)
		}
		env.Definitions[spec.Name] = d
		contracts = append(contracts, d.Contract(env))
	}
	for _, q := range queries {
		contracts = append(contracts, q.Contract(env))
	}
	cc, err := contractapi.NewChaincode(contracts...)
	if err != nil {
		return nil, err
	}
	cc.Info.Title = "qxl-" + string(env.Chaincode)
	cc.TransactionSerializer = trusting{&serializer.JSONSerializer{}}
	return guarded{cc, env}, nil
}

// trusting is contract-api's JSON, less its check of each answer against the
// schema of its own Go type: that decoded every answer again, a fifth of what
// a single command cost the chaincode process.
type trusting struct{ *serializer.JSONSerializer }

func (t trusting) ToString(v reflect.Value, typ reflect.Type, _ *metadata.ReturnMetadata, components *metadata.ComponentMetadata) (string, error) {
	return t.JSONSerializer.ToString(v, typ, nil, components)
}

// guarded answers a panic with an error: a panic would end the process, and
// a gateway would then try, and end, the next organization's.
type guarded struct {
	shim.Chaincode
	env *Environment
}

func (g guarded) Invoke(stub shim.ChaincodeStubInterface) (resp *peer.Response) {
	defer func() {
		if r := recover(); r != nil {
			fmt.Printf("qxl: panic in %s chaincode of %s: %v\n%s\n", g.env.Chaincode, g.env.MSP, r, debug.Stack())
			resp = shim.Error("qxl CHAINCODE_PANIC: the chaincode failed; its log has the stack")
		}
	}()
	if g.env.Chaincode == Book {
		if function, args := stub.GetFunctionAndParameters(); strings.HasPrefix(function, callPrefix) {
			return g.env.serve(stub, function, args)
		}
	}
	return g.Chaincode.Invoke(stub)
}
