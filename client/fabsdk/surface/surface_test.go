package surface_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
)

var update = flag.Bool("update", false, "write surface.json from the definitions")

// TestFileAgreesWithTheDefinitions: the connector posts by this file, so it
// may not drift from what the chaincode does.
func TestFileAgreesWithTheDefinitions(t *testing.T) {
	want := derive(t)
	if *update {
		require.NoError(t, os.WriteFile("surface.json", want, 0o644))
	}
	have, err := os.ReadFile("surface.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(have), "the definitions have changed: run go test ./client/fabsdk/surface -update and commit surface.json")
}

func TestLanesAreNamedByParty(t *testing.T) {
	loan, ok := surface.FindLane("book-banka", "loan")
	require.True(t, ok)
	require.Equal(t, [][]string{{"B", "C"}, {"B", "P"}, {"B", "F"}}, loan.Endorsers)
	intake, ok := surface.FindLane("book-banka", "intake")
	require.True(t, ok)
	require.Equal(t, [][]string{{"C", "P"}, {"C", "F"}, {"P", "F"}}, intake.Endorsers)
	public, ok := surface.FindLane("commons", "public")
	require.True(t, ok)
	require.Equal(t, [][]string{{"C", "P", "F"}}, public.Endorsers)

	_, ok = surface.FindLane("commons", "loan")
	require.False(t, ok)
	_, ok = surface.FindLane("somebody-elses", "loan")
	require.False(t, ok)
	open, ok := surface.FindCommand("commons", "consortium.OpenDay")
	require.True(t, ok)
	require.Equal(t, "public", open.Lane)
	_, ok = surface.FindCommand("book-banka", "consortium.OpenDay")
	require.False(t, ok)
}

// derive writes the file's content from the definitions.
func derive(t *testing.T) []byte {
	var s surface.Surface
	for _, cc := range []command.Chaincode{command.Book, command.Commons} {
		for _, l := range cc.Lanes() {
			s.Lanes = append(s.Lanes, surface.Lane{Name: l.Name, Chaincode: string(cc), Endorsers: minimal(l.Endorse)})
		}
	}
	for _, d := range append(append([]command.Definition{}, chaincode.BookCommands...), chaincode.CommonsCommands...) {
		spec := d.Describe()
		s.Commands = append(s.Commands, surface.Command{Name: spec.Name, Zh: spec.Zh, En: spec.En,
			Chaincode: string(spec.Lane.Chaincode), Lane: spec.Lane.Name, Refs: references(d)})
	}
	for _, q := range append(append([]command.QueryDefinition{}, chaincode.BookQueries...), chaincode.CommonsQueries...) {
		spec := q.DescribeQuery()
		s.Queries = append(s.Queries, surface.Query{Name: spec.Name, Zh: spec.Zh, En: spec.En, Chaincode: string(spec.Chaincode)})
	}
	for _, r := range refusal.Table() {
		s.Reasons = append(s.Reasons, surface.Reason{Code: r.Code, Zh: r.Zh, En: r.En, Source: r.Source})
	}
	sort.Slice(s.Commands, func(i, j int) bool { return s.Commands[i].Name < s.Commands[j].Name })
	sort.Slice(s.Queries, func(i, j int) bool {
		a, b := s.Queries[i], s.Queries[j]
		return a.Name+a.Chaincode < b.Name+b.Chaincode
	})
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	require.NoError(t, enc.Encode(s))
	return out.Bytes()
}

// minimal lists the smallest sets of parties that satisfy a policy, the bank
// and the Commission first.
func minimal(p command.Policy) [][]string {
	parties := []command.Party{command.Bank, command.Commission, command.CentralBank, command.Finance}
	var sets [][]string
	for size := 1; size <= len(parties) && len(sets) == 0; size++ {
		for mask := 1; mask < 1<<len(parties); mask++ {
			var of []command.Party
			var names []string
			for i, q := range parties {
				if mask&(1<<i) != 0 {
					of = append(of, q)
					names = append(names, string(q))
				}
			}
			if len(of) == size && p.SatisfiedBy(of...) {
				sets = append(sets, names)
			}
		}
	}
	order := func(set []string) (s string) {
		for _, name := range set {
			s += strconv.Itoa(strings.Index("BCPF", name))
		}
		return s
	}
	sort.Slice(sets, func(i, j int) bool { return order(sets[i]) < order(sets[j]) })
	return sets
}

// references finds out what kind of aggregate each reference of a content
// names: every one gets a mark, by which the definition's wants are told
// apart.
func references(d command.Definition) []surface.Reference {
	content := d.New()
	marks := map[ledgerstate.ID]string{}
	var order []string
	v := reflect.ValueOf(content).Elem()
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		id := ledgerstate.ID{Page: "mark" + strconv.Itoa(i)}
		mark := ledgerstate.Ref{ID: id, No: name}
		switch f.Type {
		case reflect.TypeFor[ledgerstate.Ref]():
			v.Field(i).Set(reflect.ValueOf(mark))
		case reflect.TypeFor[*ledgerstate.Ref]():
			v.Field(i).Set(reflect.ValueOf(&mark))
		default:
			continue
		}
		marks[id] = name
		order = append(order, name)
	}
	found := map[string]surface.Reference{}
	for _, w := range command.Wants(d, content) {
		if name, ok := marks[w.Ref.ID]; ok && found[name].Kind == "" {
			found[name] = surface.Reference{Field: name, Kind: w.Kind.KindCode(), Birth: w.Birth}
		}
	}
	var refs []surface.Reference
	for _, name := range order {
		if r, ok := found[name]; ok {
			refs = append(refs, r)
		}
	}
	return refs
}
