package scheme

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/client/facts"
)

// Pack is a fact pack that the recomputation needs, and who exports it.
type Pack struct {
	As         string // ORG/USER
	Chaincode  string
	Collection string
}

// Packs are Finance's of every bank's loans and compensation and of the
// registry, and Audit's own of the fund.
func Packs(books []string) []Pack {
	var list []Pack
	for _, b := range books {
		list = append(list, Pack{approver, b, "loan"}, Pack{approver, b, "comp"})
	}
	return append(list, Pack{approver, "commons", "registry"}, Pack{"Audit/auditor1", "commons", "fund"})
}

// File is the name of its file.
func (p Pack) File() string { return p.Chaincode + "-" + p.Collection + ".facts" }

// Forge writes a pack anew as its maker would who wanted to deceive: changed,
// and with a trailer that fits what the lines have become.
func Forge(from, to string, change func(*facts.Pack)) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := facts.Read(f)
	if err != nil {
		return err
	}
	change(p)
	lines := []any{p.Header}
	for _, v := range p.Values {
		lines = append(lines, v)
	}
	return write(to, lines, p.Trailer)
}

func write(to string, lines []any, trailer facts.Trailer) error {
	var out bytes.Buffer
	for _, x := range lines {
		raw, err := json.Marshal(x)
		if err != nil {
			return err
		}
		out.Write(append(raw, '\n'))
	}
	sum := sha256.Sum256(out.Bytes())
	trailer.Values, trailer.SHA256 = len(lines)-1, hex.EncodeToString(sum[:])
	raw, err := json.Marshal(trailer)
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(out.Bytes(), append(raw, '\n')...), 0o600)
}

// Retell changes the words of a pack's aggregate: the first place that a
// pattern matches gets another text. It reports whether there is one.
func Retell(p *facts.Pack, kind, natural, pattern, other string) bool {
	re := regexp.MustCompile(pattern)
	for i := range p.Values {
		for j := range p.Values[i].Aggregates {
			a := &p.Values[i].Aggregates[j]
			if a.Kind != kind || a.Natural != natural {
				continue
			}
			raw, err := json.Marshal(a)
			at := re.FindSubmatchIndex(raw)
			if err != nil || at == nil {
				return false
			}
			changed := re.Expand(append([]byte(nil), raw[:at[0]]...), []byte(other), raw, at)
			var told ledgerstate.Told
			if json.Unmarshal(append(changed, raw[at[1]:]...), &told) != nil || string(changed) == string(raw[:at[1]]) {
				return false
			}
			*a = told
			return true
		}
	}
	return false
}
