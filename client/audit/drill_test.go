package audit

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/syndtr/goleveldb/leveldb"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/client/anchor"
	"github.com/qingxinlian/qxl/client/evidencelog"
	"github.com/qingxinlian/qxl/client/vault"
	"github.com/qingxinlian/qxl/client/vault/keys"
)

// Harm is a kind of mutation, its target another word: a table of both is
// what the drill prints.
var harms = []string{"flip", "swap", "drop", "duplicate", "truncate"}

// right are the verdicts that each target may get, whatever the kind of harm:
// at least one of the first, and none but them and the others. What is written
// over, cut or moved reads as changed or as not there; a cut journal reads as an earlier state.
// A key that is not there is not told from one that was destroyed. Histories that were
// signed are never found where none were.
var right = map[string]struct{ one, more []evidencelog.Verdict }{
	"log file":       {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, evidencelog.RolledBack}, more: []evidencelog.Verdict{evidencelog.Reordered}},
	"log value":      {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, evidencelog.Reordered}, more: []evidencelog.Verdict{evidencelog.RolledBack}},
	"log key":        {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing}},
	"vault database": {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, evidencelog.RolledBack}, more: []evidencelog.Verdict{ErasedUnlawful}},
	"vault value":    {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing}, more: []evidencelog.Verdict{evidencelog.RolledBack, ErasedUnlawful}},
	"vault block":    {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing}},
	"vault key":      {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, ErasedUnlawful}},
	"vault settings": {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing}},
	"witness":        {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, evidencelog.RolledBack}},
	"exported tiles": {one: []evidencelog.Verdict{evidencelog.Tampered, evidencelog.Missing, evidencelog.Reordered}, more: []evidencelog.Verdict{evidencelog.RolledBack}},
	"receipt":        {one: []evidencelog.Verdict{evidencelog.Tampered}},
}

// drill is one house that is harmed again and again.
type drill struct {
	t          testing.TB
	rng        *rand.Rand
	whole      *house
	yesterday  *house
	values     map[string]string // of the whole house
	tiles      string            // exported
	tileValues map[string]string
	bundle     []byte
	table      map[string]int
	watched    int
}

// TestDrill harms what an organization stores, at random: each harm is found
// with the right verdict, or every logical value is still exported identical.
// QXL_DRILL is the number of mutations, QXL_DRILL_SEED which ones.
func TestDrill(t *testing.T) {
	n, seed := 60, uint64(1)
	for name, to := range map[string]func(uint64){"QXL_DRILL": func(v uint64) { n = int(v) }, "QXL_DRILL_SEED": func(v uint64) { seed = v }} {
		if text := os.Getenv(name); text != "" {
			v, err := strconv.ParseUint(text, 10, 63)
			require.NoError(t, err)
			to(v)
		}
	}
	d := &drill{t: t, rng: rand.New(rand.NewPCG(seed, 6)), table: map[string]int{}}
	d.whole, d.yesterday = newHouse(t)
	d.witness()
	d.tiles = filepath.Join(t.TempDir(), "tiles")
	l := d.whole.openLog(t)
	_, err := l.Export(context.Background(), d.tiles)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	d.values, d.tileValues = d.export(d.whole), filesIn(t, d.tiles)
	d.bundle = sampleFile(t, "sample.bundle")
	require.Equal(t, d.values, d.export(d.whole.copy(t)), "a copy exports the same")
	require.Empty(t, d.found(d.whole.copy(t)), "nothing is reported on clean data")
	require.Empty(t, d.foundInTiles(d.tiles), "nor on clean tiles")

	targets := []string{"log file", "log value", "log key", "vault database", "vault value", "vault block", "vault key", "vault settings", "witness", "exported tiles", "receipt", "bundle", "roll back", "fork"}
	weights := []int{14, 16, 3, 12, 16, 8, 10, 2, 4, 12, 5, 5, 8, 6}
	for i := range n {
		target := targets[d.pick(weights)]
		kind, what, verdicts := d.mutate(target)
		key := "found: " + strings.Join(verdicts, " ")
		if verdicts == nil {
			key = "identical"
		}
		d.table[kind+"\x00"+target+"\x00"+key]++
		t.Logf("%4d %-9s %-14s %-60s %s", i, kind, target, what, key)
		if t.Failed() {
			t.FailNow()
		}
	}
	d.print(n, seed)
}

func (d *drill) pick(weights []int) int {
	sum := 0
	for _, w := range weights {
		sum += w
	}
	n := d.rng.IntN(sum)
	for i, w := range weights {
		if n -= w; n < 0 {
			return i
		}
	}
	panic("no weight left")
}

func (d *drill) print(n int, seed uint64) {
	var keys []string
	for k := range d.table {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	var b strings.Builder
	fmt.Fprintf(&b, "%d mutations, seed %d, %d audits, each of which ended\n%-10s %-15s %6s  %s\n", n, seed, d.watched, "kind", "target", "count", "verdict")
	for _, k := range keys {
		f := strings.Split(k, "\x00")
		fmt.Fprintf(&b, "%-10s %-15s %6d  %s\n", f[0], f[1], d.table[k], f[2])
	}
	d.t.Log("\n" + b.String())
}

// mutate does one harm to a target and judges what is found. No verdicts: all
// values are as they were.
func (d *drill) mutate(target string) (kind, what string, verdicts []string) {
	kind = harms[d.rng.IntN(len(harms))]
	switch target {
	case "receipt":
		h := *d.whole
		h.receipts = slices.Clone(h.receipts)
		n := d.rng.IntN(len(h.receipts))
		text := d.bytes(kind, h.receipts[n].Text, h.receipts[(n+1)%len(h.receipts)].Text)
		what = fmt.Sprintf("%d of %d bytes", len(text), len(h.receipts[n].Text))
		h.receipts[n].Text = text
		if bytes.Equal(text, d.whole.receipts[n].Text) || slices.ContainsFunc(d.whole.receipts, func(r HeldReceipt) bool { return bytes.Equal(r.Text, text) }) {
			return kind, what + ", another whole one", nil // one receipt in place of another is a receipt
		}
		return kind, what, d.judge(target, kind, what, d.found(&h), nil, nil)
	case "bundle":
		text := d.bytes(kind, d.bundle, sampleFile(d.t, "trust.json"))
		return kind, fmt.Sprint(len(text), " bytes"), d.bundleFound(text)
	case "roll back":
		return d.rollBack()
	case "fork":
		return d.fork()
	case "exported tiles":
		dir := filepath.Join(d.t.TempDir(), "tiles")
		copyTree(d.t, d.tiles, dir)
		what = d.files(&kind, dir, func(path string) bool { return !strings.HasSuffix(path, "addenda.v1") })
		return kind, what, d.judge(target, kind, what, d.foundInTiles(dir), d.tileValues, func() map[string]string { return filesIn(d.t, dir) })
	}
	h := d.whole.copy(d.t)
	within := func(folders ...string) func(string) bool {
		return func(path string) bool {
			rel, _ := filepath.Rel(h.dir, path)
			base := filepath.Base(path)
			return base != "LOCK" && base != "LOG" && base != "LOG.old" && slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(rel, f) })
		}
	}
	switch target {
	case "log file":
		what = d.files(&kind, h.dir, within("log/db/"))
	case "log key":
		what = d.files(&kind, h.dir, within("log/key-"))
	case "vault database":
		what = d.files(&kind, h.dir, within("vault/records/", "vault/blocks/"))
	case "vault key":
		what = d.files(&kind, h.dir, within("vault/keys/"))
	case "vault settings":
		what = d.files(&kind, h.dir, within("vault/vault.json"))
	case "witness":
		what = d.files(&kind, h.dir, within("witness/"))
	case "log value":
		what = d.value(&kind, filepath.Join(h.dir, "log/db"))
	case "vault value":
		what = d.value(&kind, filepath.Join(h.dir, "vault/records"))
	case "vault block":
		what = d.value(&kind, filepath.Join(h.dir, "vault/blocks"))
	}
	return kind, what, d.judge(target, kind, what, d.found(h), d.values, func() map[string]string { return d.export(h) })
}

// judge holds what was found against what is right.
func (d *drill) judge(target, kind, what string, found []evidencelog.Finding, before map[string]string, after func() map[string]string) (verdicts []string) {
	if len(found) == 0 {
		require.NotNil(d.t, after, "%s of %s (%s) was not found", kind, target, what)
		require.Equal(d.t, before, after(), "%s of %s (%s) was not found, and shows", kind, target, what)
		return nil
	}
	allowed := right[target]
	one := false
	for _, f := range found {
		in := slices.Contains(allowed.one, f.Verdict)
		one = one || in
		require.True(d.t, in || slices.Contains(allowed.more, f.Verdict), "%s of %s (%s): %+v", kind, target, what, f)
	}
	require.True(d.t, one, "%s of %s (%s): %+v", kind, target, what, found)
	return names(found)
}

func names(found []evidencelog.Finding) (list []string) {
	for _, f := range found {
		if !slices.Contains(list, string(f.Verdict)) {
			list = append(list, string(f.Verdict))
		}
	}
	sort.Strings(list)
	return list
}

// bytes does a harm to bytes; other are those that may be put in their place.
func (d *drill) bytes(kind string, raw, other []byte) []byte {
	raw = bytes.Clone(raw)
	if len(raw) == 0 {
		return []byte("x")
	}
	switch at := d.rng.IntN(len(raw)); kind {
	case "flip":
		raw[at] ^= 1 << d.rng.IntN(8)
	case "swap":
		return bytes.Clone(other)
	case "drop":
		raw = slices.Delete(raw, at, min(len(raw), at+1+d.rng.IntN(64)))
	case "duplicate":
		raw = slices.Insert(raw, at, raw[at:min(len(raw), at+1+d.rng.IntN(64))]...)
	case "truncate":
		raw = raw[:at]
	}
	return raw
}

// files does a harm to one of the files that are meant.
func (d *drill) files(kind *string, dir string, meant func(string) bool) string {
	var list []string
	require.NoError(d.t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && meant(path) {
			list = append(list, path)
		}
		return err
	}))
	require.NotEmpty(d.t, list)
	path, other := list[d.rng.IntN(len(list))], list[d.rng.IntN(len(list))]
	raw, err := os.ReadFile(path)
	require.NoError(d.t, err)
	if *kind == "swap" || *kind == "truncate" && len(raw) == 0 { // that would be no harm at all
		if second, err := os.ReadFile(other); err == nil && bytes.Equal(raw, second) {
			*kind = "flip"
		}
	}
	put := func(path string, content []byte) { require.NoError(d.t, os.WriteFile(path, content, 0o600)) }
	rel := func(path string) string { r, _ := filepath.Rel(dir, path); return r }
	switch *kind {
	case "swap":
		second, err := os.ReadFile(other)
		require.NoError(d.t, err)
		put(path, second)
		put(other, raw)
		return rel(path) + " and " + rel(other)
	case "drop":
		require.NoError(d.t, os.Remove(path))
	case "duplicate":
		if path == other || d.rng.IntN(2) == 0 {
			other = path + ".copy"
		}
		put(other, raw)
		return rel(path) + " as " + rel(other)
	default:
		put(path, d.bytes(*kind, raw, nil))
	}
	return rel(path)
}

// value does a harm to a value of a database.
func (d *drill) value(kind *string, dir string) (what string) {
	db, err := leveldb.OpenFile(dir, nil)
	require.NoError(d.t, err)
	byFirst := map[string][][]byte{}
	var letters []string
	it := db.NewIterator(nil, nil)
	for it.Next() {
		first := string(it.Key()[:1])
		if byFirst[first] == nil {
			letters = append(letters, first)
		}
		byFirst[first] = append(byFirst[first], bytes.Clone(it.Key()))
	}
	it.Release()
	pick := func() []byte { // half of the time kinds of values alike, however many there are
		list := byFirst[letters[d.rng.IntN(len(letters))]]
		if d.rng.IntN(2) == 0 {
			list = slices.Concat(slices.Collect(maps.Values(byFirst))...)
			slices.SortFunc(list, bytes.Compare)
		}
		return list[d.rng.IntN(len(list))]
	}
	key, other := pick(), pick()
	if *kind == "swap" && d.rng.IntN(2) == 0 { // of one kind
		list := byFirst[string(key[:1])]
		other = list[d.rng.IntN(len(list))]
	}
	value, err := db.Get(key, nil)
	require.NoError(d.t, err)
	second, err := db.Get(other, nil)
	require.NoError(d.t, err)
	what = fmt.Sprintf("%q", key)
	if (*kind == "swap" || *kind == "duplicate") && bytes.Equal(value, second) { // that would be no harm at all
		*kind = "flip"
	}
	switch *kind {
	case "drop":
		err = db.Delete(key, nil)
	case "swap":
		what += fmt.Sprintf(" and %q", other)
		err = errors.Join(db.Put(key, second, nil), db.Put(other, value, nil))
	case "duplicate":
		what += fmt.Sprintf(" as %q", other)
		err = db.Put(other, value, nil)
	default:
		err = db.Put(key, d.bytes(*kind, value, nil), nil)
	}
	require.NoError(d.t, errors.Join(err, db.Close()))
	return what
}

// rollBack puts yesterday's copy of something in place of today's.
func (d *drill) rollBack() (kind, what string, verdicts []string) {
	parts := map[string][]evidencelog.Verdict{ // one of these
		"":              {evidencelog.RolledBack},
		"log":           {evidencelog.RolledBack},
		"log/db":        {evidencelog.RolledBack},
		"vault":         {evidencelog.RolledBack},
		"vault/keys":    {evidencelog.RolledBack},
		"vault/records": {evidencelog.RolledBack},
		"vault/blocks":  {evidencelog.Missing}, // as if the newest had been lost
	}
	var list []string
	for part := range parts {
		list = append(list, part)
	}
	sort.Strings(list)
	part := list[d.rng.IntN(len(list))]
	h := d.whole.copy(d.t)
	copyTree(d.t, filepath.Join(d.yesterday.dir, part), filepath.Join(h.dir, part))
	found := d.found(h)
	require.True(d.t, slices.ContainsFunc(found, func(f evidencelog.Finding) bool { return slices.Contains(parts[part], f.Verdict) }), "%s: %+v", part, found)
	require.False(d.t, slices.ContainsFunc(found, func(f evidencelog.Finding) bool { return f.Verdict == evidencelog.Fork }), "%s: %+v", part, found)
	if part == "" {
		part = "everything"
	}
	return "roll back", part, names(found)
}

// fork lets the owner sign another history from yesterday's copy on.
func (d *drill) fork() (kind, what string, verdicts []string) {
	h := d.whole.copy(d.t)
	copyTree(d.t, d.yesterday.logDir(), h.logDir())
	l := h.openLog(d.t)
	from := l.Size()
	for range 1 + d.rng.IntN(400) {
		h.beat(d.t, l)
	}
	size := l.Size()
	require.NoError(d.t, l.Close())
	found := d.found(h)
	want := evidencelog.RolledBack
	for _, p := range h.ledger.Checkpoints { // as soon as it claims to be as long as an anchor that it is not
		if p.Size > from && p.Size <= size {
			want = evidencelog.Fork
		}
	}
	require.True(d.t, slices.ContainsFunc(found, func(f evidencelog.Finding) bool { return f.Verdict == want }), "%d..%d: %+v", from, size, found)
	return "fork", fmt.Sprintf("from %d to %d", from, size), names(found)
}

// bundleFound judges the sample bundle with a harm.
func (d *drill) bundleFound(text []byte) []string {
	trust, err := ReadTrust(bytes.NewReader(sampleFile(d.t, "trust.json")))
	require.NoError(d.t, err)
	var v *Verdict
	d.watch(func() {
		var b *Bundle
		if b, err = DecodeBundle(text); err == nil {
			v, err = trust.Verify(b)
		}
	})
	if err == nil && v.State == Confirmed {
		require.Equal(d.t, d.bundle, text, "another bundle verifies")
		return nil
	}
	return []string{"REFUSED"}
}

// watch runs an audit under a watchdog: whatever it is given, it ends.
func (d *drill) watch(audit func()) {
	d.watched++
	done := make(chan struct{})
	go func() {
		defer close(done)
		audit()
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Minute):
		stacks := make([]byte, 1<<20)
		d.t.Fatalf("the auditor does not end:\n%s", stacks[:runtime.Stack(stacks, true)])
	}
}

func (d *drill) found(h *house) (found []evidencelog.Finding) {
	d.watch(func() {
		found = h.audit(d.t, func(o *LogAudit) {
			o.Witness = filepath.Join(h.dir, "witness")
			o.Witnessed = anchor.Witnessed{Keys: h.ledger.Keys, Cosigned: map[string]uint64{otherLog: 7}, Note: func(origin string, sequence uint64) (string, error) {
				if origin != otherLog || sequence != 7 {
					return "", nil
				}
				return otherNote, nil
			}}
		}).Findings
	})
	return found
}

func (d *drill) foundInTiles(dir string) (found []evidencelog.Finding) {
	d.watch(func() {
		s, err := evidencelog.ReadTiles(dir)
		require.NoError(d.t, err)
		r, err := LogAudit{Source: s, Ledger: &d.whole.ledger, Now: d.whole.now, Delay: time.Minute}.Run(context.Background())
		require.NoError(d.t, err)
		require.NoError(d.t, s.Close())
		found = r.Findings
	})
	return found
}

func filesIn(t testing.TB, dir string) map[string]string {
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !e.Type().IsRegular() || strings.HasSuffix(path, ".copy") {
			return err
		}
		raw, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		out[rel] = string(raw)
		return err
	}))
	return out
}

// export is every logical value of a house: tiles, leaves, receipts, anchors,
// chains; records with contents, plaintext, ciphertext and shares; erasures,
// dates; keys, by what they open.
func (d *drill) export(h *house) map[string]string {
	out := map[string]string{}
	l, err := evidencelog.Open(h.logDir(), logOptions()) // with its key
	if err != nil {
		return map[string]string{"log": err.Error()}
	}
	tiles := filepath.Join(d.t.TempDir(), "tiles")
	if _, err := l.Export(context.Background(), tiles); err != nil {
		return map[string]string{"log": errors.Join(err, l.Close()).Error()}
	}
	for name, content := range filesIn(d.t, tiles) {
		out["tiles/"+name] = content
	}
	note := func(name string, value any, err error) {
		raw, _ := json.Marshal(value)
		out[name] = fmt.Sprint(string(raw), err)
	}
	subjects := map[[32]byte]bool{}
	size := vaultsLog{l}.Size()
	for seq := range size {
		leaf, _, err := l.Leaf(seq)
		if err != nil {
			note(fmt.Sprint("leaf ", seq), nil, err)
			continue
		}
		subjects[leaf.Subject] = true
		if seq%23 == 0 {
			r, err := l.Prove(seq)
			text, _ := r.MarshalText()
			note(fmt.Sprint("receipt ", seq), string(text), err)
		}
	}
	anchored, err := l.AnchoredSize()
	note("anchored", anchored, err)
	for s := range subjects {
		list, err := l.Subject(s)
		note(fmt.Sprintf("chain %x", s), list, err)
	}
	require.NoError(d.t, l.Close())
	v, err := vault.Open(vault.Options{Dir: h.vaultDir(), Passphrase: passphrase})
	if err != nil {
		out["vault"] = err.Error()
		return out
	}
	defer v.Close()
	n := 0
	for r, err := range v.Records() {
		if n++; err != nil {
			note(fmt.Sprint("record ", n), nil, err)
			continue
		}
		name := fmt.Sprint("record ", r.ID)
		note(name, r, nil)
		content, err := v.Content(r.ID)
		note(name+" content", content, err)
		var plain, car bytes.Buffer
		err = v.Get(context.Background(), r.ID, &plain)
		note(name+" plain", plain.Bytes(), err)
		err = v.Export(context.Background(), r.ID, &car)
		note(name+" CAR", car.Bytes(), err)
		subject, err := v.Subject(r.Subject)
		note(name+" subject", subject, err)
		disclosed, err := v.Disclose(r.ID, "amount")
		note(name+" fields", disclosed, err)
		var of []string
		for x, err := range v.Of(r.Subject) {
			of = append(of, fmt.Sprint(x, err))
		}
		note(name+" of", len(of), nil)
	}
	shares, err := v.Shares(vault.RecordID{})
	note("shares", shares, err)
	for name, list := range map[string]func(func(*vault.Record, error) bool){"pending": v.Pending(), "due": v.Due(calendar.Date(40000))} {
		var all []string
		for r, err := range list {
			if err == nil {
				all = append(all, r.ID.String())
			} else {
				all = append(all, err.Error())
			}
		}
		note(name, all, nil)
	}
	store, err := keys.Open(filepath.Join(h.vaultDir(), "keys"), []byte("a passphrase of these tests"))
	note("keys", nil, err)
	if err == nil {
		ids, err := store.IDs()
		note("subjects", ids, err)
		for _, id := range ids {
			s, err := store.ByID(id)
			if err != nil {
				note("key "+id.String(), nil, err)
				continue
			}
			again, err := store.Subject(s.Name)
			note("key "+id.String(), []any{s.Secrets(), again != nil && again.ID == id}, err)
		}
	}
	for name, content := range filesIn(d.t, filepath.Join(h.dir, "witness")) {
		out["witness/"+name] = content
	}
	out["settings"] = filesIn(d.t, h.vaultDir())["vault.json"]
	return out
}
