package sample_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/client/wallet/devca"
	"github.com/qingxinlian/qxl/network/identity"
	"github.com/qingxinlian/qxl/network/topology"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// world is the sample consortium on an embedded ledger.
type world struct {
	t      testing.TB
	engine *embedded.Engine
	top    *topology.Topology
	msp    map[string]string
	books  map[string]string
}

const passphrase = "synthetic"

// openWorld opens the ledger of a state directory, founding it first if there
// is none.
func openWorld(t testing.TB, state string) *world { return openWorldOf(t, state, sampleTopology(t)) }

func openWorldOf(t testing.TB, state string, top *topology.Topology) *world {
	w := &world{t: t, top: top, msp: map[string]string{}, books: map[string]string{}}
	c := embedded.Consortium{NoSync: true, Log: slog.New(slog.DiscardHandler), NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
		return chaincode.New(kind, msp, time.Now)
	}}
	var names []string
	for _, o := range w.top.Organizations {
		w.msp[o.Name] = o.MSP
		c.Organizations = append(c.Organizations, embedded.Organization{MSP: o.MSP, Party: sample.Parties[o.Party]})
		if o.Party == topology.Bank {
			w.books[o.Name] = sample.BookOf(o.Name)
			names = append(names, w.books[o.Name])
			c.Books = append(c.Books, embedded.Book{Name: w.books[o.Name], Bank: o.MSP})
		}
	}
	_, err := devca.EnrollAll(filepath.Join(state, "embedded"), identity.People(w.top, names), []byte(passphrase), devca.Options{WorkFactor: 2})
	require.NoError(t, err)
	w.engine, err = embedded.Open(state, c)
	require.NoError(t, err)
	content, err := sample.Genesis(w.top)
	require.NoError(t, err)
	operator, err := w.engine.As(context.Background(), "Commission/operator1")
	require.NoError(t, err)
	require.NoError(t, founding.Found(context.Background(), founding.Options{Operator: operator, Content: content}))
	return w
}

func (w *world) close() { require.NoError(w.t, w.engine.Close()) }

func (w *world) client(as string) *book.Client {
	l, err := w.engine.As(context.Background(), as)
	require.NoError(w.t, err)
	org, _, err := wallet.Split(as)
	require.NoError(w.t, err)
	c, err := book.Open(context.Background(), l, w.msp[org])
	require.NoError(w.t, err)
	return c
}

func (w *world) sender(as string) dayfile.Sender {
	org, _, _ := strings.Cut(as, "/")
	s := dayfile.Sender{Person: as, Organization: org, Engine: "embedded", Writer: w.client(as),
		BookOf: func(bank string) (string, bool) { name, ok := w.books[bank]; return name, ok }}
	for _, o := range w.top.Organizations {
		if o.Name == org {
			s.Party = sample.Parties[o.Party]
		}
	}
	return s
}

// send imports one file.
func (w *world) send(path, as string, o dayfile.Options) *dayfile.Receipt {
	f, err := dayfile.Open(path)
	require.NoError(w.t, err)
	defer f.Close()
	r, err := dayfile.Import(context.Background(), f, w.sender(as), o)
	require.NoError(w.t, err, path)
	return r
}

// sendAll imports a sample's files in their order.
func (w *world) sendAll(dir string, m *sample.Manifest, o dayfile.Options) {
	for _, f := range m.Files {
		w.send(filepath.Join(dir, f.Name), f.As, o)
	}
}

func (w *world) digest() string {
	d, err := w.client("Commission/operator1").Digest(context.Background())
	require.NoError(w.t, err)
	return d
}

func (w *world) totals(bank string) loan.TotalsAnswer {
	var a loan.TotalsAnswer
	require.NoError(w.t, w.client("Commission/operator1").Ask(context.Background(), w.books[bank], "loan.Totals", struct{}{}, &a))
	return a
}
