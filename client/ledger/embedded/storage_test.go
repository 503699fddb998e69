package embedded

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/ledger"
)

// filesWith are the files below the directories that hold the text.
func filesWith(t *testing.T, text string, dirs ...string) (found []string) {
	t.Helper()
	for _, dir := range dirs {
		require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			raw, err := os.ReadFile(path)
			if bytes.Contains(raw, []byte(text)) {
				found = append(found, path)
			}
			return err
		}))
	}
	return found
}

// TestRawFilesOfANonMemberNeverHoldAPrivateValue searches the bytes on disk,
// with controls that find the same text where it belongs.
func TestRawFilesOfANonMemberNeverHoldAPrivateValue(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	sentinel := func(coll string, n int) string { return fmt.Sprintf("SENTINEL-%s-%d", coll, n) }
	policies := map[string][]string{"person": {"BankAMSP", "CommissionMSP"}, "intake": three, "loan": forLoan, "comp": three}
	for coll, endorsers := range policies {
		for n := range 3 { // written, written over, deleted
			r.mustDo(bookA, endorsers, op{Do: "put", Coll: coll, Key: "KEY-" + coll, Value: sentinel(coll, n)})
		}
		r.mustDo(bookA, endorsers, op{Do: "put", Coll: coll, Key: "KEY2-" + coll, Value: sentinel(coll, 3)})
		r.mustDo(bookA, endorsers, op{Do: "del", Coll: coll, Key: "KEY2-" + coll})
		// A transaction that becomes invalid leaves nothing either.
		_, err := r.do(bookA, []string{"AuditMSP"}, op{Do: "put", Coll: coll, Key: "KEY-" + coll, Value: sentinel(coll, 4)})
		requireCode(t, err, ledger.StageCommit, codePolicy)
	}
	r.mustDo("commons", three, op{Do: "put", Coll: "fund", Key: "KEY-fund", Value: "SENTINEL-fund"})
	call := scripted(bookA, []op{{Do: "transient", Key: "x"}, {Do: "answer"}}, three...)
	call.Transient["x"] = []byte("TRANSIENT-SENTINEL")
	_, err := r.as("BankAMSP").Evaluate(context.Background(), call)
	require.NoError(t, err)
	call.Transient["ops"] = []byte(`[{"Do":"answer"}]`)
	_, err = r.as("BankAMSP").Submit(context.Background(), call)
	require.NoError(t, err)
	// Once from the journals, once from the tables.
	for range 2 {
		require.Empty(t, filesWith(t, "SENTINEL-4", dir), "an invalid transaction's values")
		require.Empty(t, filesWith(t, "TRANSIENT-SENTINEL", dir))
		for coll := range policies {
			col := r.namespace(bookA).collections[coll]
			for _, o := range r.peers() {
				for _, text := range []string{sentinel(coll, 2), "KEY-" + coll, "KEY2-" + coll} {
					found := filesWith(t, text, r.Holdings(o.MSP)...)
					if col.isMember[o.MSP] {
						require.NotEmpty(t, found, "control: %s holds %s", o.MSP, text)
					} else {
						require.Empty(t, found, "%s must not hold %s", o.MSP, text)
					}
				}
			}
		}
		for msp, has := range map[string]bool{"AuditMSP": true, "FinanceMSP": true, "BankAMSP": false, "BankBMSP": false} {
			require.Equal(t, has, len(filesWith(t, "SENTINEL-fund", r.Holdings(msp)...)) > 0, msp)
		}
		require.NoError(t, r.Verify())
		require.NoError(t, r.Close())
		r = startIn(t, dir, nil)
	}
}

// requireErased allows the database the moment in which it deletes the files
// that it has replaced.
func requireErased(t *testing.T, text, dir string) {
	t.Helper()
	require.Eventually(t, func() bool { return len(filesWith(t, text, dir)) == 0 }, 5*time.Second, 5*time.Millisecond, text)
}

func TestPurgedValuesLeaveTheFiles(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	var many []op
	for i := range 2 * eraseTogether {
		key := fmt.Sprint("KEY", i)
		r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: key, Value: "FIRST-" + key + "."})
		r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: key, Value: "SECOND-" + key + "."}, op{Do: "put", Coll: "loan", Key: "kept" + key, Value: "KEPT-" + key + "."})
		if i > 0 {
			many = append(many, op{Do: "purge", Coll: "loan", Key: key})
		}
	}
	require.NotEmpty(t, filesWith(t, "SECOND-KEY0.", dir), "control")
	r.mustDo(bookA, forLoan, op{Do: "purge", Coll: "loan", Key: "KEY0"}, op{Do: "purge", Coll: "loan", Key: "never there"})
	r.erasing.Wait()
	requireErased(t, "FIRST-KEY0.", dir)
	requireErased(t, "SECOND-KEY0.", dir)
	require.NotEmpty(t, filesWith(t, "SECOND-KEY1.", dir), "control")
	require.Equal(t, []string{"", ""}, r.mustAsk("BankAMSP", bookA, op{Do: "get", Coll: "loan", Key: "KEY0"}, op{Do: "hash", Coll: "loan", Key: "KEY0"}))
	r.mustDo(bookA, forLoan, many...)
	// Closing waits for the work; an interrupted one is taken up at the next
	// start, which finds its keys.
	require.NoError(t, r.Close())
	r = startIn(t, dir, nil)
	for i := range 2 * eraseTogether {
		requireErased(t, fmt.Sprintf("SECOND-KEY%d.", i), dir)
		require.Equal(t, []string{fmt.Sprintf("KEPT-KEY%d.", i)}, r.mustAsk("FinanceMSP", bookA, op{Do: "get", Coll: "loan", Key: fmt.Sprint("keptKEY", i)}))
	}
	require.NoError(t, r.Verify())
}

func TestAnInterruptedErasureIsTakenUp(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "ERASE-ME"})
	r.mustDo(bookA, forLoan, op{Do: "del", Coll: "loan", Key: "k"})
	require.NotEmpty(t, filesWith(t, "ERASE-ME", dir), "a deletion alone leaves the bytes")
	// What a crash after the commit of a purge leaves behind.
	for _, msp := range forAll {
		db := r.organization(msp).db
		raw := []byte{0x91, 0xc4, byte(len(valueKey(bookA, "loan", "k")))}
		require.NoError(t, db.Put(purgeKey(2), append(raw, valueKey(bookA, "loan", "k")...), nil))
	}
	require.NoError(t, r.Close())
	r = startIn(t, dir, nil)
	require.NoError(t, r.Close())
	require.Empty(t, filesWith(t, "ERASE-ME", dir))
}

func TestEverythingIsThereAfterReopening(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	commit, err := r.as("BankAMSP").Submit(context.Background(), scripted(bookA, []op{{Do: "put", Key: "p", Value: "1"}, {Do: "put", Coll: "loan", Key: "k", Value: "1"}}, forAll...))
	require.NoError(t, err)
	for i := range tailBlocks + 3 {
		r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: fmt.Sprint(i)})
	}
	height := r.Height()
	require.NoError(t, r.Close())
	r = startIn(t, dir, nil)
	require.Equal(t, height, r.Height(), "opening again changes nothing")
	require.Equal(t, []string{"1", fmt.Sprint(tailBlocks + 2)}, r.mustAsk("CentralBankMSP", bookA, op{Do: "get", Key: "p"}, op{Do: "get", Coll: "loan", Key: "k"}))
	_, err = r.as("BankBMSP").Transaction(context.Background(), commit.TxID)
	require.NoError(t, err)
	r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "more"})
	require.NoError(t, r.Verify())
}

func TestOneProcessAtATime(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	_, err := Open(dir, consortium(&r.calls))
	var locked *LockedError
	require.ErrorAs(t, err, &locked)
	require.Equal(t, os.Getpid(), locked.PID)
	require.ErrorContains(t, err, fmt.Sprintf("is open in process %d; one process at a time", os.Getpid()))
	r.mustDo(bookA, forLoan, op{Do: "put", Coll: "loan", Key: "k", Value: "v"})
}

func TestAnotherSchemaIsRefused(t *testing.T) {
	for _, place := range []string{"channel", "org/BankAMSP"} {
		dir := t.TempDir()
		r := startIn(t, dir, nil)
		require.NoError(t, r.Close())
		db, err := leveldb.OpenFile(filepath.Join(dir, "embedded", "ledger", place), nil)
		require.NoError(t, err)
		require.NoError(t, db.Put(keySchema, []byte("2"), nil))
		require.NoError(t, db.Close())
		_, err = Open(dir, consortium(&r.calls))
		require.ErrorContains(t, err, "has schema version 2, this program knows 1")
		_, err = Open(dir, consortium(&r.calls))
		require.ErrorContains(t, err, "schema version", "a failed start leaves no lock")
	}
}

func TestBooksCanBeOpenedLaterAndAreRemembered(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, func(c *Consortium) { c.Books = c.Books[:1] })
	_, err := r.ask("BankBMSP", bookB, op{Do: "who"})
	require.ErrorContains(t, err, "is not deployed")
	require.NoError(t, r.AddBook(Book{bookB, "BankBMSP"}))
	height := r.Height()
	require.NoError(t, r.AddBook(Book{bookB, "BankBMSP"}), "again is no change")
	require.Equal(t, height, r.Height())
	r.mustDo(bookB, []string{"BankBMSP", "FinanceMSP"}, op{Do: "put", Coll: "loan", Key: "k", Value: "v"})
	require.ErrorContains(t, r.AddBook(Book{bookB, "BankAMSP"}), "belongs to BankBMSP")
	require.ErrorContains(t, r.AddBook(Book{"book-C", "FinanceMSP"}), "is no bank of the consortium")
	require.NoError(t, r.Close())

	// The caller may not know of the book any more, and may bring new banks.
	r = startIn(t, dir, func(c *Consortium) {
		c.Organizations = append([]Organization{{"BankCMSP", command.Bank}}, c.Organizations...)
		c.Books = []Book{{"book-BankC", "BankCMSP"}}
	})
	require.Equal(t, []Book{{bookA, "BankAMSP"}, {bookB, "BankBMSP"}, {"book-BankC", "BankCMSP"}}, r.Books())
	require.Equal(t, []string{"v"}, r.mustAsk("BankBMSP", bookB, op{Do: "get", Coll: "loan", Key: "k"}))
	r.mustDo("book-BankC", []string{"BankCMSP", "FinanceMSP"}, op{Do: "put", Coll: "loan", Key: "k", Value: "v"})
	require.NoError(t, r.Verify())
	require.NoError(t, r.Close())

	for _, c := range []struct {
		change func(*Consortium)
		want   string
	}{
		{func(c *Consortium) { c.Books = []Book{{bookA, "BankBMSP"}} }, "book book-BankA belongs to BankAMSP"},
		{func(c *Consortium) { c.Channel = "other" }, `is channel "credit", not "other"`},
		{func(c *Consortium) {
			c.Organizations = append([]Organization{{"AuditMSP", command.Bank}}, c.Organizations[:5]...)
		}, "AuditMSP is party Audit in this ledger"},
		{func(c *Consortium) {
			c.Organizations = append([]Organization{{"Audit2MSP", command.Audit}}, c.Organizations...)
		}, "would be a member of collections"},
		{func(c *Consortium) {
			c.Organizations = append([]Organization{{"FinanceMSP", command.Finance}}, c.Organizations...)
		}, "named twice"},
		{func(c *Consortium) {
			c.Organizations = append([]Organization{{"Finance2MSP", command.Finance}}, c.Organizations...)
		}, "one may hold it"},
		{func(c *Consortium) { c.Organizations = []Organization{{"../x", command.Bank}} }, "must match"},
		{func(c *Consortium) { c.Organizations = []Organization{{"X", "Z"}} }, `unknown party "Z"`},
		{func(c *Consortium) { c.Books = []Book{{"book A", "BankAMSP"}} }, "the name must match"},
		{func(c *Consortium) { c.Books = []Book{{"commons", "BankAMSP"}} }, "named twice"},
		{func(c *Consortium) { c.NewChaincode = nil }, "NewChaincode is missing"},
	} {
		con := consortium(&r.calls)
		con.Organizations = append([]Organization(nil), con.Organizations...)
		c.change(&con)
		_, err := Open(dir, con)
		require.ErrorContains(t, err, c.want)
	}
}

func TestAChaincodeThatCannotBeMadeIsAnError(t *testing.T) {
	r := startIn(t, t.TempDir(), func(c *Consortium) {
		c.NewChaincode = func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
			return nil, fmt.Errorf("no %s for %s", kind, msp)
		}
	})
	_, err := r.ask("FinanceMSP", bookA, op{Do: "who"})
	require.ErrorContains(t, err, "no book for FinanceMSP")
}

// TestVerifyFindsEveryTampering changes one thing at a time in the databases
// of a closed ledger.
func TestVerifyFindsEveryTampering(t *testing.T) {
	flip := func(db *leveldb.DB, key []byte) error {
		raw, err := db.Get(key, nil)
		if err != nil {
			return err
		}
		raw[len(raw)/2] ^= 1
		return db.Put(key, raw, nil)
	}
	rewrite := func(db *leveldb.DB, number uint64, change func(*stored)) error {
		raw, err := db.Get(blockKey(number), nil)
		if err != nil {
			return err
		}
		b, err := decodeStored(raw)
		if err != nil {
			return err
		}
		change(b)
		if raw, err = b.encode(); err != nil {
			return err
		}
		return db.Put(blockKey(number), raw, nil)
	}
	first := func(db *leveldb.DB, kind byte) []byte {
		walk := db.NewIterator(nil, nil)
		defer walk.Release()
		for walk.Next() {
			if walk.Key()[0] == kind {
				return bytes.Clone(walk.Key())
			}
		}
		return nil
	}
	for _, c := range []struct {
		name, place, want string
		change            func(*leveldb.DB) error
	}{
		{"nothing", "channel", "", func(*leveldb.DB) error { return nil }},
		{"a byte of an old block", "channel", "block 1 cannot be read: its bytes are damaged", func(db *leveldb.DB) error { return flip(db, blockKey(1)) }},
		{"a transaction of an old block, checksum made again", "channel", "block 1: its transactions do not have the hash in its header", func(db *leveldb.DB) error {
			return rewrite(db, 1, func(b *stored) { b.Codes[0] = codePolicy })
		}},
		{"a transaction of an old block, header made again", "channel", "block 2 does not follow block 1", func(db *leveldb.DB) error {
			return rewrite(db, 1, func(b *stored) { b.Codes[0] = codePolicy; b.Data = b.dataHash() })
		}},
		{"a transaction of the last block, header made again", "channel", "is not the one that was committed last", func(db *leveldb.DB) error {
			return rewrite(db, tailBlocks+4, func(b *stored) { b.Codes[0] = codePolicy; b.Data = b.dataHash() })
		}},
		{"a byte of the last block", "channel", "block", func(db *leveldb.DB) error { return flip(db, blockKey(tailBlocks+4)) }},
		{"a block taken out", "channel", "block 3", func(db *leveldb.DB) error { return db.Delete(blockKey(3), nil) }},
		{"a block exchanged", "channel", "block 3 says it is block 2", func(db *leveldb.DB) error {
			raw, err := db.Get(blockKey(2), nil)
			if err == nil {
				err = db.Put(blockKey(3), raw, nil)
			}
			return err
		}},
		{"public state", "channel", "is not what the blocks say", func(db *leveldb.DB) error { return flip(db, first(db, 'S')) }},
		{"a hash entry", "channel", "is not what the blocks say", func(db *leveldb.DB) error { return flip(db, first(db, 'H')) }},
		{"a hash entry taken out", "channel", "the blocks give", func(db *leveldb.DB) error { return db.Delete(first(db, 'H'), nil) }},
		{"an index entry", "channel", "is not in the index", func(db *leveldb.DB) error { return db.Delete(first(db, 'T'), nil) }},
		{"a private value", "org/FinanceMSP", "does not have the hash", func(db *leveldb.DB) error { return flip(db, first(db, 'P')) }},
		{"a private value taken out", "org/FinanceMSP", "FinanceMSP lacks 1 private values", func(db *leveldb.DB) error { return db.Delete(first(db, 'P'), nil) }},
		{"a private value where it must not be", "org/BankBMSP", "BankBMSP holds book-BankA collection loan", func(db *leveldb.DB) error {
			return db.Put(version{2, 0}.append(valueKey(bookA, "loan", "k")), []byte("x"), nil)
		}},
		{"a superseded value left behind", "org/BankAMSP", "holds a superseded value", func(db *leveldb.DB) error {
			return db.Put(version{1, 0}.append(valueKey(bookA, "loan", "k0")), []byte("x"), nil)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			r := startIn(t, dir, func(c *Consortium) { c.NoSync = true })
			for i := range tailBlocks + 4 {
				r.mustDo(bookA, forAll, op{Do: "put", Key: "p", Value: fmt.Sprint(i)}, op{Do: "put", Coll: "loan", Key: fmt.Sprint("k", i%3), Value: fmt.Sprint("value ", i)})
			}
			require.NoError(t, r.Verify())
			require.NoError(t, r.Close())
			db, err := leveldb.OpenFile(filepath.Join(dir, "embedded", "ledger", c.place), nil)
			require.NoError(t, err)
			require.NoError(t, c.change(db))
			require.NoError(t, db.Close())
			// The end of the chain is verified at the start already.
			e, err := Open(dir, consortium(&r.calls))
			if err == nil {
				err = e.Verify()
				require.NoError(t, e.Close())
			}
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}

// TestAFlippedByteInTheFilesIsFound flips bytes of the files themselves.
func TestAFlippedByteInTheFilesIsFound(t *testing.T) {
	dir := t.TempDir()
	r := startIn(t, dir, nil)
	for i := range 20 {
		r.mustDo(bookA, forAll, op{Do: "put", Key: "p", Value: fmt.Sprint("PUBLIC-", i, ".")}, op{Do: "put", Coll: "loan", Key: fmt.Sprint(i), Value: fmt.Sprint("PRIVATE-", i, ".")})
	}
	require.NoError(t, r.Close())
	for _, text := range []string{"PUBLIC-3.", "PUBLIC-19.", "PRIVATE-7."} {
		place := filepath.Join(dir, "embedded", "ledger", "channel")
		if strings.HasPrefix(text, "PRIVATE") {
			place = filepath.Join(dir, "embedded", "ledger", "org", "CentralBankMSP")
		}
		copied := filepath.Join(t.TempDir(), "copy")
		require.NoError(t, os.CopyFS(copied, os.DirFS(dir)))
		path := filesWith(t, text, strings.Replace(place, dir, copied, 1))
		require.NotEmpty(t, path, text)
		raw, err := os.ReadFile(path[0])
		require.NoError(t, err)
		raw[bytes.Index(raw, []byte(text))] ^= 1
		require.NoError(t, os.WriteFile(path[0], raw, 0o600))
		e, err := Open(copied, consortium(&r.calls))
		if err == nil {
			err = e.Verify()
			require.NoError(t, e.Close())
		}
		require.Error(t, err, text)
		t.Log(text, err)
	}
}

func TestAWriteFailureStopsTheLedger(t *testing.T) {
	r := start(t)
	l := r.as("BankAMSP")
	require.NoError(t, r.organization("FinanceMSP").db.SetReadOnly())
	put := scripted(bookA, []op{{Do: "put", Coll: "loan", Key: "k", Value: "v"}}, forLoan...)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err := l.Submit(ctx, put)
	e := requireCode(t, err, ledger.StageCommitStatus, ledger.CodeUnavailable)
	require.True(t, e.MayCommit, "nobody knows until the next start")
	_, err = l.Submit(ctx, put)
	requireCode(t, err, ledger.StageConnect, ledger.CodeUnavailable)
	require.ErrorContains(t, err, "open it again")
}
