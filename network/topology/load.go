package topology

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Load reads, completes and checks a topology file.
func Load(file string) (*Topology, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read topology: %w", err)
	}
	return Parse(file, data)
}

// Parse is Load for a file already read; file is what errors call it.
func Parse(file string, data []byte) (*Topology, error) {
	t := &Topology{file: file}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, syntaxError(file, err)
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, Errors{{File: file, Line: 1, Limit: "must hold one YAML document", Hint: "see test-network/topology.yaml"}}
	}
	if err := yaml.UnmarshalWithOptions(data, t, yaml.Strict()); err != nil {
		return nil, syntaxError(file, err)
	}
	t.complete()
	return t, t.check(tree)
}

// complete fills in the defaults.
func (t *Topology) complete() {
	setString := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	setInt := func(n *int, v int) {
		if *n == 0 {
			*n = v
		}
	}
	setString(&t.Host, "127.0.0.1")
	setInt(&t.CA.ExpiryDays, 365)
	setInt(&t.CA.RootYears, 15)
	setString(&t.CA.Country, "CN")
	for i := range t.Organizations {
		setString(&t.Organizations[i].MSP, t.Organizations[i].Name+"MSP")
	}
	t.assign()
}

// Write stores the topology with every default and port filled in, so that a
// network is found again whatever its defaults become.
func (t *Topology) Write(file string) error {
	data, err := yaml.MarshalWithOptions(t, yaml.IndentSequence(true))
	if err != nil {
		return fmt.Errorf("write topology: %w", err)
	}
	tmp := file + ".tmp"
	if err := os.WriteFile(tmp, data, 0o644); err != nil {
		return fmt.Errorf("write topology: %w", err)
	}
	if err := os.Rename(tmp, file); err != nil {
		return fmt.Errorf("write topology: %w", err)
	}
	return nil
}

// syntaxError turns the parser's error, which carries a token, into ours.
func syntaxError(file string, err error) error {
	e := &Error{File: filepath.ToSlash(file), Limit: err.Error(), Hint: "see test-network/topology.yaml for the format"}
	var y yaml.Error
	if errors.As(err, &y) {
		e.Limit = strings.TrimSpace(y.GetMessage())
		if tok := y.GetToken(); tok != nil && tok.Position != nil {
			e.Line = tok.Position.Line
		}
	}
	return Errors{e}
}

// line finds where a field stands; a field that is absent is shown at the
// nearest enclosing one.
func line(tree *ast.File, field string) int {
	for tree != nil {
		path, err := yaml.PathString("$." + field)
		if err == nil {
			if node, err := path.FilterFile(tree); err == nil && node.GetToken() != nil {
				return firstLine(node)
			}
		}
		cut := strings.LastIndexAny(field, ".[")
		if cut < 0 {
			return 1
		}
		field = field[:cut]
	}
	return 0
}

// firstLine is the line of the first key of a mapping: a mapping's own token is
// the colon or the brace of its first value.
func firstLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		return m.Values[0].Key.GetToken().Position.Line
	}
	return node.GetToken().Position.Line
}
