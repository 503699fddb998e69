package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/pipeline"
	"github.com/qingxinlian/qxl/client/wallet"
)

func newImportCommand(a *app) *cobra.Command {
	var as string
	var o dayfile.Options
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "报送日终文件 send a day file and write its receipt",
		Long: `Checks the whole file first and sends nothing if anything in it is wrong; then sends its lines in
their order and writes FILE.receipt.csv with the outcome of each, and FILE.refused.csv with the refused
lines, ready to be corrected and sent again. Safe to run again after any interruption.
FILE is a CSV table or an XLSX workbook; docs/day-files.md describes both. Exit code 1 if some lines were refused.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if as == "" {
				return signerMissing()
			}
			// A file that is wrong is told so before anything is opened.
			f, err := dayfile.Open(args[0])
			if err != nil {
				return inputFile(args[0], err)
			}
			defer f.Close()
			s, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			r, err := a.importOpened(cmd.Context(), s, newSubjects(s), as, f, o)
			if err != nil {
				return err
			}
			document := map[string]any{"file": args[0], "input": r.Input.String(), "receipt": r.Path, "lines": r.Total,
				"accepted": r.Accepted, "already": r.Already, "refused": r.Progress.Refused}
			if r.Refused != "" {
				document["refused_file"] = r.Refused
			}
			if err := a.print(document, func(w io.Writer) { writeReceipt(w, args[0], r) }); err != nil {
				return err
			}
			if r.Progress.Refused > 0 {
				return silent(exitRefused)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&as, "as", "", "who sends: ORG/USER 报送人 (needed)")
	f.StringVar(&o.Receipt, "receipt", "", "receipt file 回执文件 (default: FILE.receipt.csv)")
	f.IntVar(&o.BatchSize, "batch", 0, "lines in a transaction 每笔交易的行数")
	f.IntVar(&o.InFlight, "in-flight", 0, "transactions at once 并发交易数")
	return cmd
}

func writeReceipt(w io.Writer, file string, r *dayfile.Receipt) {
	fmt.Fprintf(w, "%s: 共 %d 行，已受理 %d，已登记过 %d，拒绝 %d  (%d lines: accepted %d, already applied %d, refused %d)\n", file,
		r.Total, r.Accepted, r.Already, r.Progress.Refused, r.Total, r.Accepted, r.Already, r.Progress.Refused)
	fmt.Fprintf(w, "回执 receipt: %s\n", r.Path)
	if r.Refused != "" {
		fmt.Fprintf(w, "被拒绝的行 refused lines, to correct and send again: %s\n", r.Refused)
	}
}

func signerMissing() error {
	return &problem{Exit: exitUsage, Code: "SIGNER_MISSING", Field: "--as", Zh: "请用 --as 指明签名人", En: "no signer given", Hint: "--as ORG/USER, for example --as BankA/officer1"}
}

// importFile sends one file as a person.
func (a *app) importFile(ctx context.Context, s *session, subjects *subjects, as, file string, o dayfile.Options) (*dayfile.Receipt, error) {
	f, err := dayfile.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return a.importOpened(ctx, s, subjects, as, f, o)
}

func (a *app) importOpened(ctx context.Context, s *session, subjects *subjects, as string, f *dayfile.File, o dayfile.Options) (*dayfile.Receipt, error) {
	org, _, err := wallet.Split(as)
	if err != nil {
		return nil, err
	}
	l, err := s.As(ctx, as)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	sender := dayfile.Sender{Person: as, Organization: org, Engine: s.engine, Pseudonym: subjects.pseudonym}
	var msp string
	names := map[string]string{}
	for _, x := range s.topology.Organizations {
		if x.Name == org {
			msp, sender.Party = x.MSP, party(x.Party)
		}
		if party(x.Party) == "B" {
			names[x.Name] = bookName(x.Name)
		}
	}
	sender.BookOf = func(organization string) (string, bool) { name, ok := names[organization]; return name, ok }
	if sender.Writer, err = book.Open(ctx, l, msp); err != nil {
		return nil, err
	}
	show := a.importProgress(f.Path)
	if o.Progress == nil {
		o.Progress = show.update
	}
	o.Notice = func(n pipeline.Notice) {
		show.clear()
		a.say("%s\n%s", n.Zh, n.En)
	}
	defer show.clear()
	return dayfile.Import(ctx, f, sender, o)
}

// counting shows how far an import is: a bar on a terminal, a line now and
// then elsewhere.
type counting struct {
	app  *app
	file string
	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	last time.Time
}

func (a *app) importProgress(file string) *counting {
	return &counting{app: a, file: file, last: time.Now()}
}

func (c *counting) update(p dayfile.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.app.terminal() {
		if time.Since(c.last) > 5*time.Second {
			c.last = time.Now()
			c.app.say("%s: %d / %d", c.file, p.Decided(), p.Total)
		}
		return
	}
	if c.bar == nil {
		c.bar = progressbar.NewOptions(p.Total, progressbar.OptionSetWriter(c.app.err), progressbar.OptionSetDescription("报送 "+c.file),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionShowCount())
	}
	_ = c.bar.Set(p.Decided()) // a bar that cannot be drawn is no failure
}

func (c *counting) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		_ = c.bar.Clear()
		c.bar = nil
	}
}

// subjects gives the sample's certificates to the first subjects that are
// registered in each book: a certificate says nothing but a pseudonym, so
// whoever holds it becomes that subject by registration.
type subjects struct {
	mu    sync.Mutex
	free  map[string][]string // pseudonyms with a certificate, by book
	given map[string]string   // book and number
}

func newSubjects(s *session) *subjects {
	x := &subjects{free: map[string][]string{}, given: map[string]string{}}
	if !s.topology.Synthetic {
		return x
	}
	people, err := wallet.List(s.dir)
	if err != nil {
		return x
	}
	sort.Slice(people, func(i, j int) bool { return people[i].User < people[j].User })
	for _, p := range people {
		if book, pseudonym := p.Attrs[wallet.AttrBook], p.Attrs[wallet.AttrPseudonym]; book != "" && pseudonym != "" {
			x.free[book] = append(x.free[book], pseudonym)
		}
	}
	return x
}

func (x *subjects) pseudonym(book, number string) string {
	x.mu.Lock()
	defer x.mu.Unlock()
	key := book + "\x00" + number
	if p, ok := x.given[key]; ok || len(x.free[book]) == 0 {
		return p
	}
	p := x.free[book][0]
	x.free[book] = x.free[book][1:]
	x.given[key] = p
	return p
}

// explainFile shows everything that is wrong with a day file.
func explainFile(err error) *problem {
	var f *dayfile.FileError
	if !errors.As(err, &f) || len(f.Problems) == 0 {
		return nil
	}
	first := f.Problems[0]
	return &problem{Exit: exitUsage, Code: first.Code, Field: first.Column, Limit: first.Limit, Value: first.Value,
		Zh: first.Zh, En: strings.TrimSpace(f.Error()), Hint: first.Hint}
}

// inputFile says that a file which the user named cannot be read.
func inputFile(name string, err error) error {
	var path *fs.PathError
	if !errors.As(err, &path) {
		return err
	}
	return &problem{Exit: exitUsage, Code: "INPUT_FILE", Field: "FILE", Value: name, Zh: "无法读取文件", En: err.Error(), Hint: "check the file's name and that it may be read"}
}
