package chaincodetest

import (
	"strings"

	"github.com/stretchr/testify/require"
)

// Hide takes the values of a collection's keys with a prefix away, as on a
// node that lacks them, so that whatever reads one fails. It fails the test
// if there are none, and gives what puts them back.
func (l *Ledger) Hide(cc, collection, prefix string) (restore func()) {
	l.t.Helper()
	hidden := map[string][]byte{}
	for k, v := range l.state {
		if strings.HasPrefix(k, at(cc, collection, prefix)) {
			hidden[k], l.Missing[k] = v, true
			delete(l.state, k)
		}
	}
	require.NotEmpty(l.t, hidden, "no key to hide")
	return func() {
		for k, v := range hidden {
			l.state[k] = v
			delete(l.Missing, k)
		}
	}
}

// Largest is the size in bytes of the largest value under keys of a
// collection with a prefix.
func (l *Ledger) Largest(cc, collection, prefix string) int {
	most := 0
	for k, v := range l.state {
		if strings.HasPrefix(k, at(cc, collection, prefix)) {
			most = max(most, len(v))
		}
	}
	return most
}

// Holding lists the keys of all that was ever written whose value has one of
// the texts in it.
func (l *Ledger) Holding(texts ...string) (keys []string) {
	for k, v := range l.state {
		for _, text := range texts {
			if strings.Contains(string(v), text) {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// Values are a collection's keys and values; those of public state for "".
func (l *Ledger) Values(cc, collection string) map[string][]byte {
	values := map[string][]byte{}
	for k, v := range l.state {
		if key, ok := strings.CutPrefix(k, at(cc, collection, "")); ok {
			values[key] = v
		}
	}
	return values
}
