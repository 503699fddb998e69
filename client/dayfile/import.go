package dayfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/subject"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/pipeline"
)

// Sender is who imports, and where the lines go.
type Sender struct {
	Person       string // ORG/USER
	Organization string // short name, as in the file's head
	Party        command.Party
	Engine       string
	Writer       pipeline.Writer
	// BookOf gives the chaincode of a bank's book by the short name of the
	// bank; false if there is no such bank.
	BookOf func(organization string) (string, bool)
	// Pseudonym may name the pseudonym under which a subject of a book holds a
	// certificate already; "" lets one be drawn, and so does one that another
	// subject has. It may be nil.
	Pseudonym func(chaincode, number string) string
}

// Options of an import. Zero values are the defaults.
type Options struct {
	Receipt   string // path; ReceiptPath of the file if empty
	BatchSize int
	InFlight  int
	// Progress is called now and then, never twice at once; it may be nil.
	Progress func(Progress)
	Notice   func(pipeline.Notice) // pauses and their end; may be nil
}

// Progress of an import.
type Progress struct {
	Total    int // lines of the file
	Accepted int
	Already  int
	Refused  int
}

// Decided is how many lines have an outcome.
func (p Progress) Decided() int { return p.Accepted + p.Already + p.Refused }

// Receipt says what became of a file. The receipt file says it line by line.
type Receipt struct {
	Path    string // of the receipt file
	Refused string // of the file with the refused lines; "" if there are none
	Input   cid.Cid
	Progress
}

// Import sends the lines of a file in their order and writes the receipt
// once all are decided. Running it again after any interruption sends what is
// not on the ledger yet; the receipts then differ in 已受理 and 已登记过, and
// in the transactions named, alone.
//
// An error says that the file was refused before anything was sent
// (*FileError), that the file changed (ErrChanged), or that the ledger has
// not decided some lines; then there is no receipt.
func Import(ctx context.Context, f *File, s Sender, o Options) (*Receipt, error) {
	if err := s.admits(f); err != nil {
		return nil, err
	}
	if o.Receipt == "" {
		o.Receipt = ReceiptPath(f.Path)
	}
	im := &importing{file: f, sender: s, options: o, pipes: map[string]*pipeline.Pipeline{}, registered: map[subjectKey]*pipeline.Future{}, known: map[subjectKey]string{}, borrowers: map[loanKey]loan.BorrowerSheet{}}
	im.progress.Total = f.Trailer.Count
	defer im.close()
	if err := im.begin(); err != nil {
		return nil, err
	}
	if err := im.send(ctx); err != nil {
		return nil, err
	}
	return im.finish()
}

// admits refuses a file that this sender may not send at all.
func (s *Sender) admits(f *File) error {
	bad := &FileError{Path: f.Path}
	add := func(p *Problem) { bad.Problems, bad.Count = append(bad.Problems, p), bad.Count+1 }
	if f.Head.Organization != s.Organization {
		add(&Problem{Column: "报送机构", Code: "SENDER_OTHER", Limit: s.Organization, Value: f.Head.Organization,
			Zh: "文件的报送机构与报送人所属机构不一致", En: "the file is another organization's than the sender's", Hint: "send it as a person of " + f.Head.Organization})
	}
	types := make([]string, 0, len(f.Types))
	for t := range f.Types {
		types = append(types, t)
	}
	sort.Strings(types)
	for _, t := range types {
		r := byType[t]
		switch {
		case r.definition == nil:
			add(&Problem{Column: firstCell, Code: "RECORD_NOT_IMPORTED", Limit: "records that become commands", Value: t,
				Zh: "该记录类型用于核对,不入账", En: "records of this type are compared with the ledger, not imported", Hint: "use qxl reconcile, or qxl fund reconcile for the fund's accounts"})
		case !admitted(r.definition.Describe().Access, s.Party):
			add(&Problem{Column: firstCell, Code: "RECORD_SENDER", Limit: r.Senders, Value: t,
				Zh: "该记录类型不由本机构报送", En: "records of this type are sent by others", Hint: "let them send it"})
		}
	}
	for _, bank := range f.Banks {
		if _, ok := s.BookOf(bank); !ok {
			add(&Problem{Column: headerBank, Code: "BANK_UNKNOWN", Limit: "a bank of the consortium", Value: bank,
				Zh: "没有这家接入机构", En: "no bank of the consortium has this name", Hint: "use the short name, as in BankA"})
		}
	}
	if bad.Count > 0 {
		return bad
	}
	return nil
}

func admitted(access []command.Allow, p command.Party) bool {
	for _, a := range access {
		if a.Party == p {
			return true
		}
	}
	return false
}

// importing is one import on its way.
type importing struct {
	file     *File
	sender   Sender
	options  Options
	progress Progress

	receipt, refused *output
	receiptW         *Writer
	refusedW         *Writer
	pipes            map[string]*pipeline.Pipeline
	registered       map[subjectKey]*pipeline.Future // registrations of this file
	known            map[subjectKey]string           // pseudonyms
	borrowers        map[loanKey]loan.BorrowerSheet
	pending          chan sent
	context          context.Context
}

type subjectKey struct{ chaincode, number string }

// sent is a line on its way.
type sent struct {
	line    *Line
	number  string
	future  *pipeline.Future
	decided *pipeline.Result // by this program, without the ledger
}

func (im *importing) begin() (err error) {
	if im.receipt, err = create(im.options.Receipt); err != nil {
		return err
	}
	if im.refused, err = create(refusedPath(im.options.Receipt)); err != nil {
		return err
	}
	im.receiptW = newWriter(im.receipt.f, im.file.Encoding)
	im.receiptW.put(receiptHeadRecord, &receiptHead{Version: Version, Input: filepath.Base(im.file.Path), CID: im.file.CID.String(),
		Person: im.sender.Person, Engine: im.sender.Engine})
	im.refusedW, err = NewWriter(im.refused.f, im.file.Encoding, im.file.Head)
	return err
}

func (im *importing) close() {
	if im.receipt != nil {
		im.receipt.drop()
	}
	if im.refused != nil {
		im.refused.drop()
	}
}

// window is how many lines may be on their way: what full batches of all
// partitions need. lookahead is how many are read before their subjects are
// looked up together.
const (
	window    = pipeline.DefaultPushback
	lookahead = 1000
)

func (im *importing) send(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	im.context = ctx
	im.pending = make(chan sent, window)
	written := make(chan error, 1)
	go func() {
		err := im.write(ctx)
		if err != nil {
			cancel(err) // the reader stops
			for range im.pending {
			}
		}
		written <- err
	}()
	chunk := make([]*Line, 0, lookahead)
	err := im.file.Each(func(l *Line) error {
		if chunk = append(chunk, l); len(chunk) < lookahead {
			return ctx.Err()
		}
		err := im.post(ctx, chunk)
		chunk = make([]*Line, 0, lookahead)
		return err
	})
	if err == nil {
		err = im.post(ctx, chunk)
	}
	close(im.pending)
	if err != nil {
		cancel(err)
	}
	for _, name := range im.names() {
		if e := im.pipes[name].Close(ctx); e != nil && err == nil {
			err = e
		}
	}
	if e := <-written; e != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = e
	}
	return err
}

func (im *importing) names() []string {
	names := make([]string, 0, len(im.pipes))
	for name := range im.pipes {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// post puts lines on their way, in their order.
func (im *importing) post(ctx context.Context, lines []*Line) error {
	if err := im.lookUp(ctx, lines); err != nil {
		return err
	}
	if err := im.lookUpBorrowers(ctx, lines); err != nil {
		return err
	}
	for _, l := range lines {
		s, err := im.one(ctx, l)
		if err != nil {
			return fmt.Errorf("line %d: %w", l.N, err)
		}
		select {
		case im.pending <- s:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (im *importing) one(ctx context.Context, l *Line) (sent, error) {
	s := sent{line: l}
	chaincode := im.chaincode(l)
	if p, ok := l.Value.(pseudonymous); ok {
		id, err := im.pseudonym(ctx, subjectKey{chaincode, p.subjectNumber()})
		if err != nil {
			return s, err
		}
		if id == "" {
			r := pipeline.Result{Result: book.Result{Result: command.Result{Command: l.Record.Command, Outcome: command.Refused.String(),
				Refusal: subject.Unknown.At("subject.no", nil, nil)}}}
			s.decided, s.number = &r, numberOf(l.Content())
			return s, nil
		}
		p.setPseudonym(id)
	}
	content, p := contentOf(l.Record, l.Value)
	if p != nil {
		return s, p
	}
	s.number = numberOf(content)
	if r, ok := content.(*compensation.ReserveContent); ok {
		b := im.borrowers[loanKey{chaincode, r.Loan.No}]
		r.Identity, r.Blind = b.Identity, b.Blind
	}
	key := subjectKey{}
	if r, ok := content.(*subject.RegisterContent); ok {
		key = subjectKey{chaincode, r.Subject.No}
		r.Subject.ID.Page = ""
		if im.sender.Pseudonym != nil {
			r.Subject.ID.Page = im.sender.Pseudonym(chaincode, r.Subject.No)
		}
	}
	item, err := pipeline.ItemOf(l.Record.definition, content)
	if err != nil {
		return s, err
	}
	if key.number != "" {
		item.Refs[0].Prefers = true
	}
	pipe, err := im.pipe(chaincode)
	if err != nil {
		return s, err
	}
	if s.future, err = pipe.Add(ctx, item); err == nil && key.number != "" {
		im.registered[key] = s.future
	}
	return s, err
}

func numberOf(content any) string {
	if h, ok := content.(interface{ Header() command.Head }); ok {
		return h.Header().Number
	}
	return ""
}

// chaincode is where a line goes: commons, the book that the line names, or
// the sender's own.
func (im *importing) chaincode(l *Line) string {
	if lane := l.Record.definition.Describe().Lane; lane.Chaincode == command.Commons && !lane.Joint() {
		return command.CommonsName
	}
	bank := im.sender.Organization
	if a, ok := l.Value.(interface{ book() string }); ok {
		bank = a.book()
	}
	name, _ := im.sender.BookOf(bank) // checked before anything was sent
	return name
}

func (im *importing) pipe(chaincode string) (*pipeline.Pipeline, error) {
	if p := im.pipes[chaincode]; p != nil {
		return p, nil
	}
	p, err := pipeline.New(im.context, pipeline.Options{Writer: im.sender.Writer, Chaincode: chaincode,
		BatchSize: im.options.BatchSize, InFlight: im.options.InFlight, Notice: im.options.Notice})
	if err == nil {
		im.pipes[chaincode] = p
	}
	return p, err
}

// lookUp finds the pseudonyms of the subjects that lines name, a call for
// each book.
func (im *importing) lookUp(ctx context.Context, lines []*Line) error {
	wanted := map[string][]string{}
	asked := map[subjectKey]bool{}
	var order []string
	for _, l := range lines {
		p, ok := l.Value.(pseudonymous)
		if !ok {
			continue
		}
		k := subjectKey{im.chaincode(l), p.subjectNumber()}
		if im.known[k] != "" || im.registered[k] != nil || asked[k] {
			continue
		}
		asked[k] = true
		if wanted[k.chaincode] == nil {
			order = append(order, k.chaincode)
		}
		wanted[k.chaincode] = append(wanted[k.chaincode], k.number)
	}
	for _, chaincode := range order {
		ids, err := im.locate(chaincode, wanted[chaincode])
		if err != nil {
			return err
		}
		for i, id := range ids {
			if !id.IsZero() {
				im.known[subjectKey{chaincode, wanted[chaincode][i]}] = id.Page
			}
		}
	}
	return nil
}

// locate waits, as sending does, for a ledger that does not answer.
func (im *importing) locate(chaincode string, numbers []string) ([]ledgerstate.ID, error) {
	pipe, err := im.pipe(chaincode)
	if err != nil {
		return nil, err
	}
	return pipe.Locate(subject.Kind.Code, numbers)
}

// pseudonym is the pseudonym of a subject, "" if the book does not know it. A
// registration that stands earlier in the file is waited for.
func (im *importing) pseudonym(ctx context.Context, k subjectKey) (string, error) {
	if id := im.known[k]; id != "" {
		return id, nil
	}
	future := im.registered[k]
	if future == nil {
		return "", nil
	}
	r, err := future.Wait(ctx)
	if err != nil {
		return "", err
	}
	id := r.ID
	if r.Refusal != nil || id.IsZero() {
		ids, err := im.locate(k.chaincode, []string{k.number})
		if err != nil {
			return "", err
		}
		id = ids[0]
	}
	im.known[k] = id.Page
	return id.Page, nil
}

// write writes the receipt as lines are decided, in their order.
func (im *importing) write(ctx context.Context) error {
	const often = 256
	for s := range im.pending {
		r := s.decided
		if r == nil {
			result, err := s.future.Wait(ctx)
			if err != nil {
				if cause := context.Cause(ctx); cause != nil && errors.Is(err, context.Canceled) {
					err = cause
				}
				return fmt.Errorf("line %d (%s): %w", s.line.N, s.number, err)
			}
			r = &result
		}
		switch r.Outcome {
		case command.Accepted.String():
			im.progress.Accepted++
		case command.AlreadyApplied.String():
			im.progress.Already++
		default:
			im.progress.Refused++
			if err := im.refusedW.Write(s.line.Record, s.line.Value); err != nil {
				return err
			}
		}
		im.receiptW.put(receiptRecord, outcomeOf(s.line, s.number, *r))
		if im.receiptW.err != nil {
			return im.receiptW.err
		}
		if n := im.progress.Decided(); im.options.Progress != nil && (n%often == 0 || n == im.progress.Total) {
			im.options.Progress(im.progress)
		}
	}
	return nil
}

// finish puts the files in their places: the refused lines first, so that a
// receipt that is there tells the whole story.
func (im *importing) finish() (*Receipt, error) {
	p := im.progress
	r := &Receipt{Path: im.receipt.path, Input: im.file.CID, Progress: p}
	im.receiptW.put(receiptTrailerRecord, &receiptTrailer{Count: p.Decided(), Accepted: p.Accepted, Already: p.Already, Refused: p.Refused})
	if err := im.receiptW.flush(); err != nil {
		return nil, err
	}
	if err := im.refusedW.Close(); err != nil {
		return nil, err
	}
	if p.Refused > 0 {
		if err := keepEdited(im.refused.path); err != nil {
			return nil, err
		}
		if err := im.refused.place(); err != nil {
			return nil, err
		}
		r.Refused = im.refused.path
	}
	return r, im.receipt.place()
}

// keepEdited moves refused lines that somebody has begun to correct out of
// the way, to the name with .bak at the end.
func keepEdited(path string) error {
	old, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	fresh, err := os.ReadFile(path + partSuffix)
	if err != nil || bytes.Equal(old, fresh) {
		return err
	}
	return os.Rename(path, strings.TrimSuffix(path, ".csv")+".bak.csv")
}
