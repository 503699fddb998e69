package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/client/facts"
)

// forge writes a pack as its maker would who wanted to deceive: the trailer
// fits what the lines have become.
func forge(t *testing.T, path string, p *facts.Pack) {
	t.Helper()
	var out bytes.Buffer
	line := func(v any) {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		out.Write(append(raw, '\n'))
	}
	line(p.Header)
	for _, v := range p.Values {
		line(v)
	}
	trailer := p.Trailer
	sum := sha256.Sum256(out.Bytes())
	trailer.Values, trailer.SHA256 = len(p.Values), hex.EncodeToString(sum[:])
	line(trailer)
	require.NoError(t, os.WriteFile(path, out.Bytes(), 0o600))
}

// What an authority exports, an auditor checks against the blocks of its own
// peer: a pack that says everything and nothing else passes, and no other.
func TestFactPacks(t *testing.T) {
	d := lent(t, 20)
	path := filepath.Join(d.dir, "loan.facts")
	code, stdout, stderr := d.qxl("facts", "export", "book-banka/loan", path, "--as", "CentralBank/auditor1", "--json")
	require.Equal(t, exitDone, code, stderr)
	var made struct{ Values int }
	require.NoError(t, json.Unmarshal([]byte(stdout), &made))
	check := func(path string) (int, facts.Verdict, string) {
		code, stdout, stderr := d.qxl("facts", "check", path, "--as", "Audit/auditor1", "--json")
		var v facts.Verdict
		if code < exitUsage {
			require.NoError(t, json.Unmarshal([]byte(stdout), &v), stderr)
		}
		return code, v, stderr
	}
	code, v, stderr := check(path)
	require.Equal(t, exitDone, code, "%v%s", v.Findings, stderr)
	require.Equal(t, made.Values, v.Values)
	require.Equal(t, 40, v.Aggregates, "20 loans and their acceptances")

	read := func() *facts.Pack {
		raw, err := os.ReadFile(path)
		require.NoError(t, err)
		p, err := facts.Read(bytes.NewReader(raw))
		require.NoError(t, err)
		return p
	}
	page := func(p *facts.Pack, n int) int { // the n-th value that is a page of loans
		for i := range p.Values {
			if a := p.Values[i].Aggregates; len(a) > 0 && a[0].Kind == "loan" {
				if n == 0 {
					return i
				}
				n--
			}
		}
		t.Fatal("no such page")
		return -1
	}
	forged := filepath.Join(d.dir, "forged.facts")
	for name, c := range map[string]struct {
		change func(*facts.Pack)
		codes  []string
	}{
		"a page left out": {func(p *facts.Pack) { i := page(p, 1); p.Values = append(p.Values[:i], p.Values[i+1:]...) }, []string{facts.LeftOut}},
		"a byte altered":  {func(p *facts.Pack) { x := p.Values[page(p, 0)].Value; x[len(x)-1] ^= 1 }, []string{facts.Altered}},
		"two pages swapped": {func(p *facts.Pack) {
			i, j := page(p, 0), page(p, 1)
			p.Values[i].Value, p.Values[j].Value = p.Values[j].Value, p.Values[i].Value
		}, []string{facts.Altered, facts.Altered}},
		"a page twice":        {func(p *facts.Pack) { p.Values = append(p.Values, p.Values[page(p, 0)]) }, []string{facts.Twice}},
		"a key put in":        {func(p *facts.Pack) { x := p.Values[page(p, 0)]; x.Key += "x"; p.Values = append(p.Values, x) }, []string{facts.Unknown}},
		"an amount retold":    {func(p *facts.Pack) { p.Values[page(p, 0)].Aggregates[0].Natural = "HT999" }, []string{facts.Untrue}},
		"another block":       {func(p *facts.Pack) { p.Values[page(p, 0)].Block++ }, []string{facts.Misplaced}},
		"another chain":       {func(p *facts.Pack) { p.Header.Tip = hex.EncodeToString(make([]byte, 32)) }, []string{facts.OtherChain}},
		"another secret":      {func(p *facts.Pack) { p.Trailer.Secret = p.Header.Tip }, []string{facts.SecretGone}},
		"purges that are not": {func(p *facts.Pack) { p.Trailer.Purged = 1 }, []string{facts.Untrue}},
		"yesterday's state":   {func(p *facts.Pack) { p.Header.Blocks-- }, []string{facts.OtherChain}},
	} {
		p := read()
		c.change(p)
		forge(t, forged, p)
		code, v, stderr := check(forged)
		require.Equal(t, exitRefused, code, "%s: %s", name, stderr)
		var codes []string
		for _, f := range v.Findings {
			codes = append(codes, f.Code)
		}
		require.Equal(t, c.codes, codes, name)
	}
	// A file that was cut, or that is something else, is no pack.
	raw, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, bad := range map[string][]byte{"cut": raw[:len(raw)-100], "cut at a line": raw[:bytes.LastIndexByte(raw[:len(raw)-1], '\n')+1], "empty": nil, "other": []byte("{}\n"),
		"a byte": bytes.Replace(raw, []byte("HT1"), []byte("HT7"), 1)} {
		require.NoError(t, os.WriteFile(forged, bad, 0o600))
		code, _, stderr := check(forged)
		require.Equal(t, exitUsage, code, name)
		require.Contains(t, stderr, "不是完整的事实包", name)
	}
	// Later commands do not spoil a pack: it is of its block.
	d.openDay("2024-12-30")
	code, v, _ = check(path)
	require.Equal(t, exitDone, code, "%v", v.Findings)
	// Who holds no collection exports none; a rival bank least of all.
	for _, as := range []string{"Audit/auditor1", "BankB/auditor1", "BankA/officer1"} {
		code, _, stderr := d.qxl("facts", "export", "book-banka/loan", path, "--as", as)
		require.Equal(t, exitRefused, code, "%s: %s", as, stderr)
	}
	require.NoError(t, os.Remove(path))
	code, _, stderr = d.qxl("facts", "export", "book-banka/secrets", path, "--as", "CentralBank/auditor1")
	require.Equal(t, exitUsage, code, stderr)
	require.NoFileExists(t, path)
}
