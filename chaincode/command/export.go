package command

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// ExportQuery asks for the digests of one kind's aggregates, page by page.
type ExportQuery struct {
	After string `json:"after,omitempty"`
	Limit int    `json:"limit,omitempty"` // aggregates, 1 to 5000; default 1000
}

// ExportAnswer is a part of the digests, in no meaningful order.
type ExportAnswer struct {
	Aggregates []AggregateDigest `json:"aggregates"`
	Next       string            `json:"next,omitempty"`
}

// AggregateDigest is the digest of one aggregate under its natural key.
type AggregateDigest struct {
	Natural string `json:"natural"`
	Digest  string `json:"digest"` // hex SHA-256
}

// Export is the query behind the state digest: canonical digests of every
// aggregate of a kind, free of salts, key names, page layout, pseudonyms,
// fingerprints, transaction IDs, times and block positions.
func Export[S any](cc Chaincode, c Collection, k *ledgerstate.Kind[S], access ...Allow) QueryDefinition {
	return Query[ExportQuery, ExportAnswer]{
		QuerySpec: QuerySpec{Name: "digest." + k.Code, Zh: "状态摘要:" + k.Zh, En: "state digest of " + k.En, Access: access, Chaincode: cc, Collections: []Collection{c}},
		Answer: func(ctx *Context, q ExportQuery) (ExportAnswer, error) {
			if q.Limit < 1 || q.Limit > 5000 {
				q.Limit = 1000
			}
			a := ExportAnswer{Aggregates: []AggregateDigest{}}
			next, err := k.Scan(ctx.View, q.After, q.Limit, func(id ledgerstate.ID, r *ledgerstate.Record[S]) error {
				d, err := DigestOf(ctx.View, k, id, r)
				if err != nil {
					return err
				}
				a.Aggregates = append(a.Aggregates, AggregateDigest{r.Natural, d})
				return nil
			})
			a.Next = next
			return a, err
		},
	}
}

// digestEntry is what of a log entry counts.
type digestEntry struct {
	Number string
	Party  string
	Date   int64
	Event  any
}

// DigestOf is the digest of one aggregate: its natural key, its state and its
// whole log.
func DigestOf[S any](v *ledgerstate.View, k *ledgerstate.Kind[S], id ledgerstate.ID, r *ledgerstate.Record[S]) (string, error) {
	var state any = r.State
	if k.Digest != nil {
		state = k.Digest(r.State)
	}
	log, err := k.Log(v, id, r)
	if err != nil {
		return "", err
	}
	entries := make([]digestEntry, len(log))
	for i, e := range log {
		// A subject's numbers are scoped by its pseudonym, which is drawn anew
		// at enrolment and so does not count.
		party, _, _ := strings.Cut(e.Party, "/")
		entries[i] = digestEntry{e.Number, party, int64(e.Date), e.Event}
		if c, ok := e.Event.(interface{ DigestEvent() any }); ok {
			entries[i].Event = c.DigestEvent()
		}
	}
	raw, err := ledgerstate.Encode([]any{k.Code, r.Natural, state, entries})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// LocateQuery asks for the IDs of natural keys.
type LocateQuery struct {
	Numbers []string `json:"numbers"` // 1 to 2000
}

// LocateAnswer holds the IDs in the order asked; empty where there is none.
type LocateAnswer struct {
	IDs []ledgerstate.ID `json:"ids"`
}

// Locate is the query by which clients find opaque IDs.
func Locate[S any](cc Chaincode, c Collection, k *ledgerstate.Kind[S], access ...Allow) QueryDefinition {
	return locate(cc, c, k.Code, k.Zh, k.En, k.LocateAll, access)
}

// LocateUnder is Locate for a kind whose aggregates live under the IDs and
// numbers of another's: by them they are found.
func LocateUnder[S, T any](cc Chaincode, c Collection, k *ledgerstate.Kind[S], other *ledgerstate.Kind[T], access ...Allow) QueryDefinition {
	return locate(cc, c, k.Code, k.Zh, k.En, other.LocateAll, access)
}

func locate(cc Chaincode, c Collection, code, zh, en string, all func(*ledgerstate.View, []string) ([]ledgerstate.ID, error), access []Allow) QueryDefinition {
	return Query[LocateQuery, LocateAnswer]{
		QuerySpec: QuerySpec{Name: "locate." + code, Zh: "查找编号:" + zh, En: "opaque IDs of " + en, Access: access, Chaincode: cc, Collections: []Collection{c}},
		Answer: func(ctx *Context, q LocateQuery) (LocateAnswer, error) {
			if n := len(q.Numbers); n < 1 || n > 2000 {
				return LocateAnswer{}, Malformed.At("numbers", "1..2000", n)
			}
			ids, err := all(ctx.View, q.Numbers)
			return LocateAnswer{IDs: ids}, err
		},
	}
}
