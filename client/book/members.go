package book

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/client/ledger"
)

// Members says which organization holds which place in the consortium.
type Members struct {
	Authorities map[command.Party]string // MSP of C, P and F; Audit may be there too
	Books       map[string]string        // chaincode name of a book → MSP of its bank
}

// FromTables reads the members from the consortium's public tables.
func FromTables(t *consortium.Tables) Members {
	m := Members{Authorities: map[command.Party]string{}, Books: map[string]string{}}
	for _, x := range t.Members {
		if x.Party == command.Bank {
			if x.Book != "" {
				m.Books[x.Book] = x.MSP
			}
			continue
		}
		m.Authorities[x.Party] = x.MSP
	}
	return m
}

// Show reads the consortium's public tables: members, open day, reference
// tables.
func Show(ctx context.Context, l ledger.Ledger) (*consortium.Tables, error) {
	raw, err := l.Evaluate(ctx, ledger.Call{Chaincode: command.CommonsName, Function: consortium.Show.Name + ":Ask",
		Transient: map[string][]byte{"query": []byte("{}")}})
	if err != nil {
		return nil, asked(consortium.Show.Name, err)
	}
	t := &consortium.Tables{}
	if err := json.Unmarshal(raw, t); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", consortium.Show.Name, err)
	}
	return t, nil
}

// Names lists the books in order of their names.
func (m Members) Names() []string {
	list := make([]string, 0, len(m.Books))
	for name := range m.Books {
		list = append(list, name)
	}
	sort.Strings(list)
	return list
}

// BookOf is the book of a bank; ok is false for any other organization.
func (m Members) BookOf(msp string) (chaincode string, ok bool) {
	for _, name := range m.Names() {
		if m.Books[name] == msp {
			return name, true
		}
	}
	return "", false
}

// msp is the organization that holds a place in a chaincode.
func (m Members) msp(chaincode string, p command.Party) string {
	if p == command.Bank {
		return m.Books[chaincode]
	}
	return m.Authorities[p]
}

// kind says which of the two chaincodes a name is a deployment of.
func (m Members) kind(chaincode string) (command.Chaincode, error) {
	if chaincode == command.CommonsName {
		return command.Commons, nil
	}
	if _, ok := m.Books[chaincode]; ok {
		return command.Book, nil
	}
	return "", &UnknownChaincodeError{Name: chaincode, Known: append([]string{command.CommonsName}, m.Names()...)}
}

// lane finds a lane of a chaincode by its name.
func (m Members) lane(chaincode, name string) (command.Lane, error) {
	kind, err := m.kind(chaincode)
	if err != nil {
		return command.Lane{}, err
	}
	var known []string
	for _, l := range kind.Named() {
		if l.Name == name {
			return l, nil
		}
		known = append(known, l.Name)
	}
	return command.Lane{}, fmt.Errorf("%s has no lane %q; there are %s", chaincode, name, strings.Join(known, ", "))
}
