package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/pprof"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/client/bench"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/topology"
)

// open makes the consortium that is measured.
func (b *benching) open(ctx context.Context) (err error) {
	if b.fabric {
		err = b.openNetwork(ctx)
	} else {
		b.session, err = b.app.openEmbedded(ctx, b.state)
	}
	if err != nil {
		return err
	}
	target, err := b.target(ctx)
	if err == nil {
		b.bench, err = bench.Open(ctx, target)
	}
	return err
}

func (b *benching) openNetwork(ctx context.Context) error {
	t, err := loadTopology(os.Getenv("QXL_TOPOLOGY"))
	if err != nil {
		return err
	}
	t.Profile = b.profiles != ""
	o := network.Options{StateDir: filepath.Join(b.state, fabricEngine), Topology: t, FreePorts: true}
	if b.profiles != "" {
		b.chainPro = map[string]string{}
		for _, org := range t.Endorsers() {
			address, err := freeAddress()
			if err != nil {
				return err
			}
			b.chainPro[org.Name] = address
		}
		process, err := chaincodeProcess(func(org string) string { return b.chainPro[org] })
		if err != nil {
			return err
		}
		o.Chaincode = process
	}
	out, json := b.app.out, b.app.json
	b.app.out, b.app.json = b.app.err, false // what up prints is no result here
	err = b.app.upFabric(ctx, o)
	b.app.out, b.app.json = out, json
	if err == nil {
		b.session, err = b.app.openFabric(b.state)
	}
	return err
}

// openBooks opens n more books, which the banks own in turn, as the founding
// opens theirs.
func (b *benching) openBooks(ctx context.Context, n int) error {
	begun := time.Now()
	t := b.session.topology
	var banks []topology.Organization
	var members []consortium.Member
	for _, o := range t.Organizations {
		if o.Party == topology.Bank {
			banks = append(banks, o)
		} else {
			members = append(members, consortium.Member{MSP: o.MSP, Party: party(o.Party)})
		}
	}
	var list []network.ChaincodeDefinition
	for i := range n {
		bank := banks[i%len(banks)]
		b.opened++
		name := fmt.Sprintf("book-x%02d", b.opened)
		list = append(list, definition(t, command.Book, name, bank.MSP))
		members = append(members, consortium.Member{MSP: bank.MSP, Party: command.Bank, Book: name})
		if i%len(banks) == 0 {
			b.free = append(b.free, map[string]string{})
		}
		b.free[len(b.free)-1][bank.Name] = name
		b.bench.Members.Books[name] = bank.MSP
	}
	if e, ok := b.session.Factory.(*embedded.Engine); ok {
		for _, m := range members {
			if m.Book == "" {
				continue
			}
			if err := e.AddBook(embedded.Book{Name: m.Book, Bank: m.MSP}); err != nil {
				return err
			}
		}
	} else if err := network.Deploy(ctx, b.session.dir, list, nil); err != nil {
		return err
	}
	operator, err := b.session.As(ctx, b.bench.Enters)
	if err != nil {
		return err
	}
	defer operator.Close()
	var content consortium.FoundContent
	content.Members = members
	if err := founding.Found(ctx, founding.Options{Operator: operator, Content: content}); err != nil {
		return err
	}
	b.app.say("opened %d more books in %.1f s", n, time.Since(begun).Seconds())
	return nil
}

// freeAddress is a loopback address that nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// profiled is how long parts p and q collect profiles: about as long as an
// import takes.
const profiled = 10 * time.Second

// profile collects CPU profiles of this program, the peers and the chaincode
// processes while run is repeated, until the time is over.
func (b *benching) profile(ctx context.Context, run func() error) error {
	if err := os.MkdirAll(b.profiles, 0o755); err != nil {
		return err
	}
	own, err := os.Create(filepath.Join(b.profiles, bench.Client+".pb.gz"))
	if err != nil {
		return err
	}
	defer own.Close()
	if err := pprof.StartCPUProfile(own); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	g, gctx := errgroup.WithContext(ctx)
	for _, o := range b.session.topology.Endorsers() {
		for name, address := range map[string]string{o.Name + "-peer": fmt.Sprintf("127.0.0.1:%d", o.Peers[0].Profile), o.Name + "-chaincode": b.chainPro[o.Name]} {
			g.Go(func() error {
				return fetch(gctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%d", address, int(profiled.Seconds())), filepath.Join(b.profiles, name+".pb.gz"))
			})
		}
	}
	if err := run(); err != nil {
		return err
	}
	return g.Wait()
}

func fetch(ctx context.Context, url, file string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("profile %s: %s", url, response.Status)
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, response.Body); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
