package embedded

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/syndtr/goleveldb/leveldb"
	"github.com/syndtr/goleveldb/leveldb/opt"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// Limits of a block. Nothing waits for a block to fill: what has queued up
// while the last block was written makes the next one.
const (
	maxBlockTransactions = 500
	maxBlockBytes        = 32 << 20 // of private values and bodies
)

// committer is the state of the one goroutine that commits.
type committer struct {
	height   uint64
	previous []byte // hash of the last block
}

// tip is what channel/ says of its last block.
type tip struct {
	Height uint64
	Hash   []byte
}

// staged names what a block puts into and takes from an organization's
// database, in case a crash comes between the two steps of a commit.
type staged struct {
	Block   uint64
	Put     [][]byte
	Retired [][]byte
}

// draft is a block in the making.
type draft struct {
	block   stored
	ids     []string
	outs    []outcome
	joined  *settings               // the consortium as this block leaves it, if changed
	written map[string]version      // new version of each key written in this block
	public  map[string]publicWrite  // last write of each key
	private map[string]privateWrite // last write of each key
	at      map[string]version      // version of that last write
	before  map[string]version      // committed versions looked up so far
	size    int                     // of private values
}

func (e *Engine) commitLoop() {
	defer close(e.committed)
	for first := range e.queue {
		batch := append(make([]*envelope, 0, 16), first)
		for size := first.size(); len(batch) < maxBlockTransactions && size < maxBlockBytes; {
			select {
			case env, ok := <-e.queue:
				if ok {
					batch = append(batch, env)
					size += env.size()
					continue
				}
			default:
			}
			break
		}
		e.commit(batch)
	}
}

func (env *envelope) size() int {
	n := len(env.body)
	for _, w := range env.private {
		n += len(w.value)
	}
	return n
}

// commit makes a block of the batch and answers everybody in it. After a
// failure nothing more is committed: the ledger has to be opened again.
func (e *Engine) commit(batch []*envelope) {
	e.failMu.Lock()
	err := e.failure
	e.failMu.Unlock()
	var d *draft
	if err == nil {
		d, err = e.draft(batch)
	}
	if err == nil {
		err = e.write(d)
	}
	if err != nil {
		e.failMu.Lock()
		e.failure = err
		e.failMu.Unlock()
		e.log.Error("the embedded ledger cannot write", "error", err)
	}
	for i, env := range batch {
		if err != nil {
			env.done <- outcome{err: err}
			continue
		}
		env.done <- d.outs[i]
	}
}

// draft validates the batch in order and gathers what it changes.
func (e *Engine) draft(batch []*envelope) (*draft, error) {
	d := &draft{
		block:   stored{Number: e.committer.height, Previous: e.committer.previous},
		written: map[string]version{}, public: map[string]publicWrite{}, private: map[string]privateWrite{},
		at: map[string]version{}, before: map[string]version{},
	}
	for i, env := range batch {
		code, reason := env.code, env.reason
		if code == codeValid {
			var err error
			if code, reason, err = e.validate(env, d); err != nil {
				return nil, err
			}
		}
		if code == codeValid {
			d.take(env, version{d.block.Number, uint32(i)})
		}
		d.ids = append(d.ids, env.txID)
		d.block.Codes = append(d.block.Codes, code)
		d.block.Bodies = append(d.block.Bodies, env.body)
		d.outs = append(d.outs, outcome{block: d.block.Number, code: code, reason: reason})
	}
	d.block.Data = d.block.dataHash()
	return d, nil
}

func (d *draft) take(env *envelope, v version) {
	for _, w := range env.public {
		d.public[w.key] = w
		d.at[w.key] = v
		d.written[w.key] = v
		if w.value == nil {
			d.written[w.key] = version{}
		}
	}
	for _, w := range env.private {
		w.erase = w.op == purge || d.private[w.hashKey].erase
		d.private[w.hashKey] = w
		d.at[w.hashKey] = v
		d.written[w.hashKey] = v
		d.size += len(w.value) + 2*len(w.valueKey)
		if w.op != put {
			d.written[w.hashKey] = version{}
		}
	}
}

// write stores a draft in two steps; see the package comment.
func (e *Engine) write(d *draft) error {
	number := d.block.Number
	stage := map[*organization]*stageBatch{}
	channel := leveldb.MakeBatch(64 << 10)
	for key, w := range d.private {
		old, err := e.committedVersion(key, d)
		if err != nil {
			return err
		}
		if w.op == put {
			channel.Put([]byte(key), append(d.at[key].append(make([]byte, 0, versionSize+len(w.hash))), w.hash...))
		} else {
			channel.Delete([]byte(key))
		}
		for _, o := range w.members {
			b := stage[o]
			if b == nil {
				b = &stageBatch{batch: leveldb.MakeBatch(d.size + 4<<10), record: staged{Block: number}}
				stage[o] = b
			}
			b.add(w, d.at[key], old)
		}
	}
	for key, w := range d.public {
		if w.value == nil {
			channel.Delete([]byte(key))
		} else {
			channel.Put([]byte(key), append(d.at[key].append(make([]byte, 0, versionSize+len(w.value))), w.value...))
		}
	}
	if err := d.encode(channel); err != nil {
		return err
	}
	sync := &opt.WriteOptions{Sync: e.sync}

	if err := inParallel(stage, func(o *organization, b *stageBatch) error {
		if err := b.seal(); err != nil {
			return err
		}
		err := o.db.Write(b.batch, sync)
		e.step("values of " + o.MSP)
		return err
	}); err != nil {
		return fmt.Errorf("write private values of block %d: %w", number, err)
	}
	if err := e.channel.Write(channel, sync); err != nil {
		return fmt.Errorf("write block %d: %w", number, err)
	}
	e.step("block")
	if err := inParallel(stage, func(o *organization, b *stageBatch) error {
		err := o.retire(number, b.record.Retired)
		e.step("retired of " + o.MSP)
		return err
	}); err != nil {
		return fmt.Errorf("remove superseded values of block %d: %w", number, err)
	}
	if peers := e.peers(); len(stage) == 0 && len(peers) > 0 {
		if err := peers[0].retire(number, nil); err != nil {
			return err
		}
	}
	e.committer.height, e.committer.previous = number+1, d.block.hash()
	if d.joined != nil {
		e.apply(*d.joined)
	}
	if err := e.renew(number + 1); err != nil {
		return err
	}
	for o, b := range stage {
		if len(b.purged) > 0 {
			e.erase(o, number, b.purged)
		}
	}
	return nil
}

// encode adds the block, its index and the tip to the channel's batch.
func (d *draft) encode(channel *leveldb.Batch) error {
	raw, err := d.block.encode()
	if err != nil {
		return err
	}
	channel.Put(blockKey(d.block.Number), raw)
	if raw, err = ledgerstate.Encode(tip{d.block.Number + 1, d.block.hash()}); err != nil {
		return err
	}
	channel.Put(keyTip, raw)
	for i, id := range d.ids {
		if id != "" {
			channel.Put(txKey(id), version{d.block.Number, uint32(i)}.append(nil))
		}
	}
	if d.joined != nil {
		if raw, err = json.Marshal(d.joined); err != nil {
			return err
		}
		channel.Put(keyConsortium, raw)
	}
	return nil
}

// stageBatch is one organization's part of a block.
type stageBatch struct {
	batch  *leveldb.Batch
	record staged
	purged [][]byte // value keys without version
}

func (b *stageBatch) add(w privateWrite, at, old version) {
	if w.op == put {
		key := at.append(w.valueKey[:len(w.valueKey):len(w.valueKey)])
		b.batch.Put(key, w.value)
		b.record.Put = append(b.record.Put, key)
	}
	if old != (version{}) {
		b.record.Retired = append(b.record.Retired, old.append(w.valueKey[:len(w.valueKey):len(w.valueKey)]))
	}
	if w.erase {
		b.purged = append(b.purged, w.valueKey)
	}
}

// seal adds what a later start has to know of this block.
func (b *stageBatch) seal() error {
	raw, err := ledgerstate.Encode(&b.record)
	if err != nil {
		return err
	}
	b.batch.Put(keyStaged, raw)
	if len(b.purged) == 0 {
		return nil
	}
	if raw, err = ledgerstate.Encode(b.purged); err != nil {
		return err
	}
	b.batch.Put(purgeKey(b.record.Block), raw)
	return nil
}

// retire removes the values that a committed block superseded, and witnesses
// the block. Doing it again does no harm.
func (o *organization) retire(block uint64, keys [][]byte) error {
	batch := leveldb.MakeBatch(64 + len(keys)*128)
	batch.Put(keyWitness, binary.BigEndian.AppendUint64(nil, block))
	for _, key := range keys {
		batch.Delete(key)
	}
	return o.db.Write(batch, nil)
}

func inParallel(stage map[*organization]*stageBatch, f func(*organization, *stageBatch) error) error {
	var wg sync.WaitGroup
	errs := make(chan error, len(stage))
	for o, b := range stage {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs <- f(o, b)
		}()
	}
	wg.Wait()
	close(errs)
	var all []error
	for err := range errs {
		all = append(all, err)
	}
	return errors.Join(all...)
}

// seal makes the envelope of changed settings.
func (s settings) seal(at time.Time) (*envelope, error) {
	text, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	body, err := ledgerstate.Encode(&Record{Kind: kindSettings, Time: at.UTC(), Response: text})
	return &envelope{body: body, code: codeValid, settings: &s, done: make(chan outcome, 1)}, err
}
