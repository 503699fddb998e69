package embedded

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
)

// difference names the first thing in which two endorsers disagree, "" if
// they agree. Private keys are named by hash, private values not at all.
func difference(a, b *simulation) string {
	if d := responseDifference(a.response, b.response); d != "" {
		return d
	}
	if a.event.GetEventName() != b.event.GetEventName() || !bytes.Equal(a.event.GetPayload(), b.event.GetPayload()) {
		return "event differs"
	}
	for _, name := range union(a.set, b.set) {
		x, y := a.set[name], b.set[name]
		if d := nsDifference(x, y); d != "" {
			return "namespace " + name + " " + d
		}
	}
	return ""
}

func responseDifference(a, b *peer.Response) string {
	switch {
	case a.Status != b.Status:
		return fmt.Sprintf("response status differs: %d and %d", a.Status, b.Status)
	case a.Message != b.Message:
		return "response message differs"
	case !bytes.Equal(a.Payload, b.Payload):
		return fmt.Sprintf("response payload differs (%d and %d bytes)", len(a.Payload), len(b.Payload))
	}
	return ""
}

func nsDifference(a, b *nsSet) string {
	if a == nil {
		a = &nsSet{}
	}
	if b == nil {
		b = &nsSet{}
	}
	quoted := func(k string) string { return fmt.Sprintf("key %q", k) }
	if d := readDifference(a.reads, b.reads, quoted); d != "" {
		return d
	}
	if d := writeDifference(a.writes, b.writes, quoted); d != "" {
		return d
	}
	if !slices.EqualFunc(a.ranges, b.ranges, sameRange) {
		return "range reads differ"
	}
	hashed := func(k string) string { return "key hash " + hex.EncodeToString(hashOf([]byte(k))) }
	for _, coll := range union(a.colls, b.colls) {
		x, y := a.colls[coll], b.colls[coll]
		if x == nil {
			x = &collSet{}
		}
		if y == nil {
			y = &collSet{}
		}
		d := readDifference(x.reads, y.reads, hashed)
		if d == "" {
			d = writeDifference(x.writes, y.writes, hashed)
		}
		if d != "" {
			return "collection " + coll + " " + d
		}
	}
	return ""
}

func readDifference(a, b map[string]version, name func(string) string) string {
	return mapDifference(a, b, name, "read", func(x, y version) bool { return x == y })
}

func writeDifference(a, b map[string]write, name func(string) string) string {
	return mapDifference(a, b, name, "written", func(x, y write) bool {
		return x.op == y.op && bytes.Equal(x.value, y.value)
	})
}

// mapDifference looks for any difference first, and for the smallest
// differing key only if there is one.
func mapDifference[V any](a, b map[string]V, name func(string) string, verb string, same func(x, y V) bool) string {
	equal := len(a) == len(b)
	if equal {
		for k, x := range a {
			if y, ok := b[k]; !ok || !same(x, y) {
				equal = false
				break
			}
		}
	}
	if equal {
		return ""
	}
	for _, k := range union(a, b) {
		x, inA := a[k]
		y, inB := b[k]
		switch {
		case inA != inB:
			return name(k) + " " + verb + " by one endorser only"
		case !same(x, y):
			return name(k) + " " + verb + " differently"
		}
	}
	return ""
}

func sameRange(a, b *rangeRead) bool {
	return a.Start == b.Start && a.End == b.End && a.Exhausted == b.Exhausted &&
		slices.Equal(a.Keys, b.Keys) && slices.Equal(a.Versions, b.Versions)
}

func union[V any](a, b map[string]V) []string {
	all := sorted(a)
	for k := range b {
		if _, ok := a[k]; !ok {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}
