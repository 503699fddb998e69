package network

import (
	"context"
	"fmt"
	"time"

	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/lifecycle"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/topology"
)

// What a chaincode definition is, in the words of package lifecycle.
type (
	ChaincodeDefinition = lifecycle.Definition
	Collection          = lifecycle.Collection
	Policy              = lifecycle.Policy
)

// Options say what Up brings about.
type Options struct {
	// StateDir holds everything of the network; see package layout.
	StateDir string
	// Topology makes a new network. An existing one keeps its nodes and ports;
	// people may be added. May be nil for an existing one.
	Topology *topology.Topology
	// FreePorts moves a new network to ports that are free.
	FreePorts bool
	// Programs says where the Fabric programs come from.
	Programs programs.Options
	// Books are the chaincodes that subjects get a certificate for each: the
	// banks' books, and what else takes a subject's commands.
	Books []string
	// Passphrase of people's keys; nil lets package identity decide.
	Passphrase []byte
	// Definitions are the chaincodes to deploy.
	Definitions []ChaincodeDefinition
	// Chaincode is the command of an organization's chaincode process.
	Chaincode func(ChaincodeProcess) Command
	// Supervisor is the command that calls Supervise with the directory that is
	// appended as last argument: usually the caller's own program.
	Supervisor []string
	// Progress is told what happens, from one goroutine at a time; may be nil.
	Progress func(Event)
}

// ChaincodeProcess is what one organization's chaincode process serves.
type ChaincodeProcess struct {
	Organization topology.Organization
	// Key and Cert are its TLS pair, Roots the root of its peer's certificate.
	Key, Cert, Roots string
	Serve            []Served
}

// Served is one chaincode package of a process.
type Served struct {
	Package string
	Address string
	ID      string // package ID, Fabric's CCID
}

// Command is a program to run. Env is added to a minimal environment.
type Command struct {
	Program string
	Args    []string
	Env     []string
}

// Event is one thing that happens during Up.
type Event struct {
	Stage string // programs, ports, identities, genesis, processes, join, chaincode, ready
	What  string
	Done  int // of Total, while Total is known
	Total int
}

// Stage is one step of Up and what it took.
type Stage struct {
	Name string        `json:"name"`
	Took time.Duration `json:"took"`
}

// Report says what Up did.
type Report struct {
	Topology *topology.Topology
	Programs *programs.Set
	Enrolled *identity.Report
	New      bool // the network was made by this call
	Stages   []Stage
	Took     time.Duration // without building programs
}

// startLimit is how long the network may take to be ready once its processes
// run. A node that fails is reported at once; this bounds what hangs.
const startLimit = 3 * time.Minute

// stages times the steps of Up one after another.
type stages struct {
	report *Report
	tell   func(Event)
}

func (s *stages) do(ctx context.Context, name string, step func(context.Context, func(format string, args ...any)) error) error {
	begun := time.Now()
	err := step(ctx, func(format string, args ...any) { s.tell(Event{Stage: name, What: fmt.Sprintf(format, args...)}) })
	took := time.Since(begun)
	s.report.Stages = append(s.report.Stages, Stage{name, took})
	if name != "programs" {
		s.report.Took += took
	}
	return err
}
