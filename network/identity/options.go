package identity

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// Options say what to enrol and where.
type Options struct {
	Topology *topology.Topology
	StateDir string // of this network; see package layout
	// ServerPath is the program fabric-ca-server.
	ServerPath string
	// Books are the chaincodes that subjects hold a certificate for each.
	Books []string
	// Passphrase encrypts people's keys. Without one, a synthetic consortium
	// gets a random passphrase in wallet.PassphraseFile; any other needs one.
	Passphrase []byte
	// WorkFactor of the passphrase's scrypt; wallet.WorkFactorSample for a
	// synthetic consortium and wallet.WorkFactorStandard else, if 0.
	WorkFactor int
	// Parallel is how many identities are enrolled at once; 6 if 0.
	Parallel int
	// NodesReady is called once every node has its certificates, while people
	// are still being enrolled, so that a network can start meanwhile; may be
	// nil. Enroll does not wait for what it starts.
	NodesReady func()
	// Progress is told what happens; may be nil.
	Progress func(string)
}

// parallel of six halves the time against one, and more does not help: the
// server spends it on bcrypt, two hashes per identity.
const defaultParallel = 6

func (o Options) dir() layout.Dir { return layout.Dir(o.StateDir) }

func (o Options) tell(format string, args ...any) {
	if o.Progress != nil {
		o.Progress(fmt.Sprintf(format, args...))
	}
}

func (o Options) complete() (Options, error) {
	switch {
	case o.Topology == nil:
		return o, errors.New("identity: no topology")
	case o.StateDir == "":
		return o, errors.New("identity: no state directory")
	}
	if o.Parallel == 0 {
		o.Parallel = defaultParallel
	}
	if o.WorkFactor == 0 {
		o.WorkFactor = wallet.WorkFactorStandard
		if o.Topology.Synthetic {
			o.WorkFactor = wallet.WorkFactorSample
		}
	}
	return o, nil
}

// passphrase is the one that people's keys are sealed with.
func (o Options) passphrase() ([]byte, error) {
	if len(o.Passphrase) > 0 {
		return o.Passphrase, nil
	}
	if !o.Topology.Synthetic {
		return nil, fmt.Errorf("%w (the topology is not marked synthetic, so none is made up)", wallet.ErrNoPassphrase)
	}
	if _, err := os.Stat(wallet.PassphraseFile(o.StateDir)); err != nil {
		random, err := randomHex()
		if err != nil {
			return nil, err
		}
		if err := wallet.WritePassphraseFile(o.StateDir, []byte(random)); err != nil {
			return nil, err
		}
		o.tell("synthetic consortium: the passphrase of all keys lies beside them in %s", wallet.PassphraseFile(o.StateDir))
	}
	return wallet.Passphrase(o.StateDir, nil)()
}

// Report says what a run has done; after a run that found everything there,
// all counts are 0.
type Report struct {
	Organizations int // whose authority was founded
	Nodes         int // peers, orderers, admins, chaincode processes
	People        int // subjects included
	Took          time.Duration
}
