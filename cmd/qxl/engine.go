package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

const embeddedEngine = "embedded"

// session is an open ledger of either engine, and the consortium it serves.
type session struct {
	ledger.Factory
	engine   string
	dir      string // state directory of the engine: identities, ledger, logs
	topology *topology.Topology
}

// open opens the ledger that --engine names, else the network if one was
// made here, else the embedded ledger.
func (a *app) open(ctx context.Context) (*session, error) {
	state, err := a.state()
	if err != nil {
		return nil, err
	}
	switch engine := a.engine; engine {
	case "":
		if _, err := os.Stat(layout.Dir(filepath.Join(state, fabricEngine)).Topology()); err == nil {
			return a.openFabric(state)
		}
		return a.openEmbedded(ctx, state)
	case fabricEngine:
		return a.openFabric(state)
	case embeddedEngine:
		return a.openEmbedded(ctx, state)
	default:
		return nil, &problem{Exit: exitUsage, Code: "ENGINE_UNKNOWN", Field: "--engine", Limit: "fabric, embedded", Value: engine,
			Zh: "没有这种账本引擎", En: "no such engine", Hint: "leave --engine out to use the one that was made here"}
	}
}

// openEmbedded opens the ledger in this process, and makes it, sample
// consortium founded, if it is not there.
func (a *app) openEmbedded(ctx context.Context, state string) (*session, error) {
	t, err := loadTopology(os.Getenv("QXL_TOPOLOGY"))
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(state, embeddedEngine)
	if err := a.enrolEmbedded(t, dir); err != nil {
		return nil, err
	}
	c := embedded.Consortium{NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
		return chaincode.New(kind, msp, time.Now)
	}}
	for _, o := range t.Organizations {
		c.Organizations = append(c.Organizations, embedded.Organization{MSP: o.MSP, Party: party(o.Party)})
		if o.Party == topology.Bank {
			c.Books = append(c.Books, embedded.Book{Name: bookName(o.Name), Bank: o.MSP})
		}
	}
	e, err := embedded.Open(state, c)
	if err != nil {
		return nil, err
	}
	if !a.json {
		a.say("内置账本，仅供试用、开发和测试 embedded ledger, for trying and testing, not for production: %s", filepath.Join(state, embeddedEngine))
	}
	s := &session{Factory: e, engine: embeddedEngine, dir: dir, topology: t}
	if t.Synthetic {
		content, err := a.genesis(s, "")
		if err == nil {
			err = a.found(ctx, s, s.person(topology.PartyC, "operator"), content)
		}
		if err != nil {
			e.Close()
			return nil, err
		}
	}
	return s, nil
}

// enrolEmbedded gives the sample's people keys and certificates of the test
// authority. Their passphrase lies beside the keys: a sample protects nothing.
func (a *app) enrolEmbedded(t *topology.Topology, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	passphrase, err := samplePassphrase(dir, t)
	if err != nil {
		return err
	}
	n, err := devca.EnrollAll(dir, identity.People(t, certified(t)), passphrase, devca.Options{})
	if n > 0 {
		a.say("登记人员证书 enrolled %d people and subjects of the synthetic consortium", n)
	}
	return err
}

// samplePassphrase finds the passphrase of the people's keys. Only a
// synthetic consortium keeps one in a file.
func samplePassphrase(dir string, t *topology.Topology) ([]byte, error) {
	if p, err := wallet.Passphrase(dir, nil)(); err == nil {
		return p, nil
	}
	if !t.Synthetic {
		return wallet.Passphrase(dir, wallet.Prompt)()
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	p := []byte(hex.EncodeToString(raw))
	if err := wallet.WritePassphraseFile(dir, p); err != nil {
		return nil, fmt.Errorf("passphrase of the sample: %w", err)
	}
	return p, nil
}

// operator is the person of an organization with a role, the first in the
// topology's order.
func (s *session) person(p topology.Party, role string) string {
	o := holder(s.topology, p)
	for _, x := range o.People {
		if x.Role == role {
			return o.Name + "/" + x.User
		}
	}
	return ""
}
