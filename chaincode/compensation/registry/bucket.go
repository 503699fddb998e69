package registry

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
)

// Buckets is how many there are: enough that two banks seldom meet in one, few
// enough that a bucket says nothing of who is in it.
const Buckets = 64

// keySize is how much of an HMAC names a borrower or a pledge: no two of a
// province's meet.
const keySize = 12

// Bucket is a part of the borrowers. It is a value: its lists are copied, never
// written to.
type Bucket struct {
	Entries []Entry  // by borrower, bank and contract
	Pledges []Pledge // by key
	Counts  []Count  // by bank: what its last refresh found
}

// Entry is a filed or reserved loan.
type Entry struct {
	Borrower []byte // HMAC of the identity; not in the digest
	Bank     string // MSP
	Contract string
	Filing   ledgerstate.ID // not in the digest
	Credit   bool           // 信用贷款
	Reserved bool           // not filed yet
	Owing    bool           // compensated and not recovered
	Counted  money.Fen      // against the caps
}

// Pledge is a receivable that secures a filed loan.
type Pledge struct {
	Key      []byte // HMAC of its number; not in the digest
	Bank     string
	Contract string
}

// Count is what a bank's loans of a bucket came to on a day.
type Count struct {
	Bank string
	Day  calendar.Date
	formula.Portfolio
	Past formula.Portfolio // lent and compensated on loans that have left the bucket
}

// BucketKind are the buckets.
var BucketKind = ledgerstate.NewKind[Bucket](ledgerstate.Kind[Bucket]{
	Code: "cap", Collection: command.Registry.Name, Slots: 1, Schema: 1, Under: true, Plain: true,
	Zh: "跨行限额分桶", En: "the caps' buckets",
}, Became{})

// Became is a bucket as it is now: it keeps no log.
type Became struct{ Bucket Bucket }

// Evolve implements ledgerstate.Event.
func (e Became) Evolve(Bucket) Bucket { return e.Bucket }

// bucketRef is the n-th bucket, counted from one.
func bucketRef(n uint8) ledgerstate.Ref {
	name := fmt.Sprintf("cap%02d", n)
	return ledgerstate.Ref{ID: ledgerstate.ID{Page: name}, No: name}
}

func bucketWant(n uint8) ledgerstate.Want {
	return ledgerstate.Want{Kind: BucketKind, Ref: bucketRef(n)}
}

func bucket(ctx *command.Context, n uint8) (Bucket, error) {
	r, err := BucketKind.At(ctx.View, bucketRef(n).ID)
	if err != nil {
		return Bucket{}, err
	}
	if r == nil {
		return Bucket{}, ledgerstate.Errorf("STATE_CORRUPT", "bucket %d of the registry is not there", n)
	}
	return r.State, nil
}

func (b Bucket) becomes(n uint8) ledgerstate.Change {
	return BucketKind.Happened(bucketRef(n), Became{b})
}

// Found brings all buckets into being, with the collection's secret.
func Found(v *ledgerstate.View) error {
	for n := uint8(1); n <= Buckets; n++ {
		if err := BucketKind.Born(bucketRef(n), Became{}).Apply(v, ledgerstate.Stamp{}); err != nil {
			return err
		}
	}
	return nil
}

// keyed is the name of a borrower or pledge in the registry, and its bucket.
func keyed(ctx *command.Context, purpose, text string) (key []byte, bucket uint8, err error) {
	mac, err := ctx.MAC(command.Registry.Name, purpose, []byte(text))
	if err != nil {
		return nil, 0, err
	}
	return mac[:keySize], mac[len(mac)-1]%Buckets + 1, nil
}

func borrowerOf(ctx *command.Context, identity string) ([]byte, uint8, error) {
	return keyed(ctx, "borrower", identity)
}

// pledgeOf is zero where the content names none.
func pledgeOf(ctx *command.Context, number string) ([]byte, uint8, error) {
	if number == "" {
		return nil, 0, nil
	}
	return keyed(ctx, "pledge", number)
}

func (e Entry) compare(f Entry) int {
	if c := bytes.Compare(e.Borrower, f.Borrower); c != 0 {
		return c
	}
	if c := strings.Compare(e.Bank, f.Bank); c != 0 {
		return c
	}
	return strings.Compare(e.Contract, f.Contract)
}

// put adds an entry, or replaces the one of the same borrower, bank and
// contract.
func (b Bucket) put(e Entry) Bucket {
	i, found := slices.BinarySearchFunc(b.Entries, e, Entry.compare)
	b.Entries = slices.Clone(b.Entries)
	if found {
		b.Entries[i] = e
	} else {
		b.Entries = slices.Insert(b.Entries, i, e)
	}
	return b
}

// find looks a bank's filing up by its contract number.
func (b Bucket) find(bank, contract string) (int, bool) {
	i := slices.IndexFunc(b.Entries, func(e Entry) bool { return e.Bank == bank && e.Contract == contract })
	return i, i >= 0
}

// drop takes a bank's filing and its pledge out.
func (b Bucket) drop(bank, contract string) Bucket {
	b.Entries = slices.DeleteFunc(slices.Clone(b.Entries), func(e Entry) bool { return e.Bank == bank && e.Contract == contract })
	return b
}

func (b Bucket) unpledge(bank, contract string) Bucket {
	b.Pledges = slices.DeleteFunc(slices.Clone(b.Pledges), func(p Pledge) bool { return p.Bank == bank && p.Contract == contract })
	return b
}

// pledge adds a pledge; false where the receivable is another loan's.
func (b Bucket) pledge(p Pledge) (Bucket, bool) {
	i, found := slices.BinarySearchFunc(b.Pledges, p, func(a, b Pledge) int { return bytes.Compare(a.Key, b.Key) })
	if found {
		return b, b.Pledges[i].Bank == p.Bank && b.Pledges[i].Contract == p.Contract
	}
	b.Pledges = slices.Insert(slices.Clone(b.Pledges), i, p)
	return b, true
}

// of are the entries of a borrower.
func (b Bucket) of(borrower []byte) []Entry {
	i, _ := slices.BinarySearchFunc(b.Entries, borrower, func(e Entry, key []byte) int { return bytes.Compare(e.Borrower, key) })
	j := i
	for j < len(b.Entries) && bytes.Equal(b.Entries[j].Borrower, borrower) {
		j++
	}
	return b.Entries[i:j]
}

// place says where a filing is counted.
func place(borrower, pledge uint8) compensation.Place {
	return compensation.Place{RegistryPlace: compensation.RegistryPlace{Borrower: borrower, Pledge: pledge}}
}
