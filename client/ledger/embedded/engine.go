package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Engine is an open ledger. All methods may be used concurrently.
type Engine struct {
	dir         string // DIR/embedded/ledger
	channelName string
	clock       func() time.Time
	log         *slog.Logger
	people      func(string) (Person, error)
	newCC       func(command.Chaincode, string) (shim.Chaincode, error)
	sync        bool
	lock        *flock.Flock
	channel     *leveldb.DB

	mu         sync.RWMutex // guards what AddBook changes
	settings   settings
	namespaces map[string]*namespace
	orgs       map[string]*organization

	viewMu sync.Mutex
	view   *view

	queue     chan *envelope
	committed chan struct{} // closed when the committer has ended
	committer committer

	calls   sync.RWMutex // held for reading by every call, for writing by Close
	closed  bool
	failMu  sync.Mutex
	failure error
	erasing sync.WaitGroup // background work on purged values

	step func(string) // called between the steps of a commit; tests crash here
}

// organization is a member at run time.
type organization struct {
	Organization
	db     *leveldb.DB // nil if peerless
	dir    string
	erased atomic.Bool // purged values were taken out of tables

	mu         sync.Mutex
	chaincodes map[command.Chaincode]shim.Chaincode
}

func (o *organization) chaincode(e *Engine, kind command.Chaincode) (shim.Chaincode, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if cc := o.chaincodes[kind]; cc != nil {
		return cc, nil
	}
	cc, err := e.newCC(kind, o.MSP)
	if err != nil {
		return nil, err
	}
	o.chaincodes[kind] = cc
	return cc, nil
}

// Open opens the ledger in dir/embedded/ledger, creating it if it is not
// there. One process at a time: a second one gets a *LockedError.
func Open(dir string, c Consortium) (*Engine, error) {
	e := &Engine{
		dir: filepath.Join(dir, "embedded", "ledger"), channelName: c.Channel, clock: c.Clock, log: c.Log,
		people: c.People, newCC: c.NewChaincode, sync: !c.NoSync,
		orgs: map[string]*organization{}, step: func(string) {},
		queue: make(chan *envelope, 1024), committed: make(chan struct{}),
	}
	if c.NewChaincode == nil {
		return nil, errors.New("consortium: NewChaincode is missing")
	}
	if e.channelName == "" {
		e.channelName = "credit"
	}
	if e.clock == nil {
		e.clock = time.Now
	}
	if e.log == nil {
		e.log = slog.Default()
	}
	if e.people == nil {
		identities := filepath.Join(dir, "embedded")
		passphrase := wallet.Passphrase(identities, wallet.Prompt)
		e.people = func(person string) (Person, error) {
			p, err := wallet.Open(identities, person, passphrase)
			if err != nil {
				return Person{}, err
			}
			return FromWallet(p)
		}
	}
	wanted := settings{Channel: e.channelName, Organizations: c.Organizations, Books: c.Books}
	if err := wanted.check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	if e.lock, err = lock(e.dir); err != nil {
		return nil, err
	}
	if err := e.start(wanted); err != nil {
		return nil, errors.Join(err, e.release())
	}
	return e, nil
}

// start brings the databases to one height and begins to commit.
func (e *Engine) start(wanted settings) error {
	var err error
	if e.channel, err = openDatabase(filepath.Join(e.dir, "channel")); err != nil {
		return err
	}
	known, err := e.resume()
	if err != nil {
		return err
	}
	joined, changed := wanted, true
	if known != nil {
		if joined, changed, err = known.join(wanted); err != nil {
			return err
		}
	}
	for _, o := range joined.Organizations {
		org := &organization{Organization: o, chaincodes: map[command.Chaincode]shim.Chaincode{}}
		if !o.peerless() {
			org.dir = filepath.Join(e.dir, "org", o.MSP)
			if org.db, err = openDatabase(org.dir); err != nil {
				return err
			}
			if err := e.recoverOrg(org); err != nil {
				return err
			}
		}
		e.orgs[o.MSP] = org
	}
	e.apply(joined)
	if err := e.renew(e.committer.height); err != nil {
		return err
	}
	if err := e.resumeErasure(); err != nil {
		return err
	}
	go e.commitLoop()
	if !changed {
		return nil
	}
	err = e.record(joined)
	if err != nil {
		close(e.queue)
		<-e.committed
	}
	return err
}

// apply makes settings those of the engine.
func (e *Engine) apply(s settings) {
	e.mu.Lock()
	defer e.mu.Unlock()
	orgs := make([]*organization, 0, len(s.Organizations))
	for _, o := range s.Organizations {
		orgs = append(orgs, e.orgs[o.MSP])
	}
	e.settings = s
	e.namespaces = s.namespaces(orgs)
}

// AddBook opens another bank's book. The ledger remembers it.
func (e *Engine) AddBook(b Book) error {
	if err := e.begin(); err != nil {
		return err
	}
	defer e.calls.RUnlock()
	e.mu.RLock()
	s := e.settings
	e.mu.RUnlock()
	joined, changed, err := s.join(settings{Channel: s.Channel, Books: []Book{b}})
	if err != nil || !changed {
		return err
	}
	return e.record(joined)
}

// record writes settings into a block.
func (e *Engine) record(s settings) error {
	env, err := s.seal(e.clock())
	if err != nil {
		return err
	}
	e.queue <- env
	out := <-env.done
	if out.err == nil && out.code != codeValid {
		return errors.New(out.reason)
	}
	return out.err
}

func (e *Engine) namespace(name string) *namespace {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.namespaces[name]
}

func (e *Engine) organization(msp string) *organization {
	return e.orgs[msp] // fixed after start
}

func (e *Engine) party(p command.Party) *organization {
	for _, o := range e.orgs {
		if o.Party == p {
			return o
		}
	}
	return nil
}

func (e *Engine) peers() []*organization {
	var list []*organization
	for _, name := range sorted(e.orgs) {
		if o := e.orgs[name]; o.db != nil {
			list = append(list, o)
		}
	}
	return list
}

// Books lists the open books.
func (e *Engine) Books() []Book {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return append([]Book(nil), e.settings.Books...)
}

// As opens a connection as a person ORG/USER.
func (e *Engine) As(_ context.Context, person string) (ledger.Ledger, error) {
	p, err := e.people(person)
	if err != nil {
		return nil, err
	}
	return e.Connect(p)
}

// Connect opens a connection as a person whose identity is at hand.
func (e *Engine) Connect(p Person) (ledger.Ledger, error) {
	mspID, cert, err := certificateOf(p.Creator)
	if err != nil {
		return nil, &ledger.Error{Stage: ledger.StageConnect, Code: "ACCESS_DENIED", Message: err.Error(), Err: err}
	}
	if p.MSP == "" {
		p.MSP = mspID
	}
	return &connection{engine: e, person: p, mspID: mspID, certificate: cert}, nil
}

// Holdings are the directories of what an organization holds, and no other
// does.
func (e *Engine) Holdings(msp string) []string {
	dirs := []string{filepath.Join(e.dir, "channel")}
	if o := e.organization(msp); o != nil && o.db != nil {
		dirs = append(dirs, o.dir)
	}
	return dirs
}

// Notice says what this ledger is, for every start.
func (e *Engine) Notice() (zh, en string) {
	return "内置账本：全部节点在一个进程内运行，仅供试用、开发和测试，不得用于生产。数据目录 " + e.dir,
		"embedded ledger: all nodes in one process, for trying, developing and testing, not for production; data in " + e.dir
}

// Close waits for calls under way and for queued transactions.
func (e *Engine) Close() error {
	e.calls.Lock()
	defer e.calls.Unlock()
	if e.closed {
		return nil
	}
	e.closed = true
	close(e.queue)
	<-e.committed
	return e.release()
}

func (e *Engine) release() error {
	e.erasing.Wait()
	var errs []error
	for _, name := range sorted(e.orgs) {
		if o := e.orgs[name]; o.db != nil {
			errs = append(errs, o.close())
		}
	}
	if e.channel != nil {
		errs = append(errs, e.channel.Close())
	}
	return errors.Join(append(errs, e.lock.Unlock())...)
}

// begin starts a call; the caller must e.calls.RUnlock.
func (e *Engine) begin() error {
	e.calls.RLock()
	if e.closed {
		e.calls.RUnlock()
		return errors.New("the embedded ledger is closed")
	}
	e.failMu.Lock()
	defer e.failMu.Unlock()
	if e.failure != nil {
		e.calls.RUnlock()
		return fmt.Errorf("the embedded ledger stopped after a failure, open it again: %w", e.failure)
	}
	return nil
}
