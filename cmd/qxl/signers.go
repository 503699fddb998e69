package main

import (
	"strings"

	"github.com/qingxinlian/qxl/client/wallet"
)

// nameSigners puts the person and post beside each certificate in "by" that
// is enrolled on this machine. The ledger keeps fingerprints only; whose they
// are, each organization knows of its own people.
func nameSigners(document any, dir string) any {
	people, err := wallet.List(dir)
	if err != nil {
		return document // the names are an extra
	}
	names := func(fingerprint string) string {
		for _, p := range people {
			if fingerprint != "" && strings.HasPrefix(p.Fingerprint(), fingerprint) {
				return strings.Join(strings.Fields(fingerprint+" "+p.Name()+" "+p.Post+" "+p.Zh), " ")
			}
		}
		return fingerprint
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []member:
			for i, m := range v {
				if text, ok := m.value.(string); ok && m.name == "by" {
					v[i].value = names(text)
				}
				walk(m.value)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(document)
	return document
}
