package bench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/evidence"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Keeper is an organization that keeps an evidence log in part l.
type Keeper struct {
	MSP   string
	Signs string // who registers the log
	Keeps string // who anchors it
}

const (
	// recordBatch is how many records an organization acknowledges at once.
	recordBatch = 1_000
	// anchorEvery is how often each log is anchored.
	anchorEvery = time.Second
)

// keeping is an organization at work.
type keeping struct {
	log      *evidencelog.Log
	anchorer *anchor.Anchorer
	anchored uint64
}

// Anchors is part l: every organization appends records to its evidence log,
// a thousand a batch, each on the disk under a signed checkpoint before the
// next, as fast as it goes; and anchors the log once a second. A record counts
// when it is anchored; the delays are those of anchors, weighted by the
// records under them.
func (b *Bench) Anchors(ctx context.Context, d time.Duration) (_ Run, err error) {
	dir, err := os.MkdirTemp("", "qxl-bench-logs-")
	if err != nil {
		return Run{}, err
	}
	defer os.RemoveAll(dir)
	var all []*keeping
	for _, k := range b.Keepers {
		x, err := b.keeping(ctx, k, filepath.Join(dir, k.MSP))
		if err != nil {
			return Run{}, fmt.Errorf("part l: %s: %w", k.MSP, err)
		}
		defer x.log.Close()
		all = append(all, x)
	}
	entries, err := records(recordBatch)
	if err != nil {
		return Run{}, err
	}
	m, err := b.start("l")
	if err != nil {
		return Run{}, err
	}
	until := time.Now().Add(d)
	g, gctx := errgroup.WithContext(ctx)
	for _, x := range all {
		g.Go(func() error {
			for time.Now().Before(until) && gctx.Err() == nil {
				if _, err := x.log.Append(gctx, entries); err != nil {
					return err
				}
			}
			return gctx.Err()
		})
		g.Go(func() error {
			tick := time.NewTicker(anchorEvery)
			defer tick.Stop()
			for time.Now().Before(until) {
				select {
				case <-tick.C:
				case <-gctx.Done():
					return gctx.Err()
				}
				if err := x.anchor(gctx, &m.delays); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return Run{}, fmt.Errorf("part l: %w", err)
	}
	for _, x := range all { // what came after the last second
		if err := x.anchor(ctx, &m.delays); err != nil {
			return Run{}, fmt.Errorf("part l: %w", err)
		}
	}
	return m.stop(ctx)
}

// keeping makes an organization's log and registers it, under an origin that
// the ledger does not know.
func (b *Bench) keeping(ctx context.Context, k Keeper, dir string) (*keeping, error) {
	for _, person := range []string{k.Signs, k.Keeps} {
		if err := b.connect(ctx, person, k.MSP); err != nil {
			return nil, err
		}
	}
	var known evidence.LogsAnswer
	if err := b.clients[k.Keeps].Ask(ctx, command.CommonsName, evidence.Logs.Name, evidence.LogsQuery{Owner: k.MSP}, &known); err != nil {
		return nil, err
	}
	o := evidencelog.Options{WorkFactor: 1, Passphrase: func() ([]byte, error) { return []byte("bench"), nil }}
	if err := evidencelog.Create(dir, evidence.Origin(k.MSP, len(known.Logs)+1), o); err != nil {
		return nil, err
	}
	log, err := evidencelog.Open(dir, o)
	if err != nil {
		return nil, err
	}
	tables, err := book.Show(ctx, b.clients[k.Keeps].Ledger())
	if err != nil {
		return nil, err
	}
	_, key := log.Verifier()
	r, err := b.clients[k.Signs].Post(ctx, command.CommonsName, evidence.RegisterLog, &evidence.RegisterContent{Head: command.Head{Number: "bench", Date: tables.Open}, Key: key})
	if err == nil && r.Refusal != nil {
		err = r.Refusal
	}
	return &keeping{log: log, anchorer: anchor.New(b.clients[k.Keeps], "bench", book.Delivery{})}, err
}

func (x *keeping) anchor(ctx context.Context, d *delays) error {
	begun := time.Now()
	h, err := x.anchorer.Anchor(ctx, x.log, false)
	if err == nil && h.New {
		d.count(time.Since(begun), int(h.Size-x.anchored), h.Anchor.Block)
		x.anchored = h.Size
	}
	return err
}

// records are entries as a vault makes them.
func records(n int) ([]evidencelog.Entry, error) {
	c, err := papersCID()
	if err != nil {
		return nil, err
	}
	list := make([]evidencelog.Entry, n)
	for i := range list {
		list[i] = evidencelog.Entry{Kind: evidencelog.KindRecord, Subject: [32]byte{byte(i), byte(i >> 8), 1}, CID: c, FieldRoot: [32]byte{byte(i)}, Schema: "contract/1"}
	}
	return list, nil
}
