package evidencelog

import (
	"cmp"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// Verdict is what an audit says of a place in the log.
type Verdict string

// The verdicts that can be given without the vault. Whether a record's
// ciphertext is there, and whether its erasure was lawful, client/audit says.
const (
	Tampered   Verdict = "TAMPERED"    // 被篡改: what is stored is not what the log signed
	Missing    Verdict = "MISSING"     // 缺失: a leaf or a tile is not there
	Reordered  Verdict = "REORDERED"   // 顺序错乱: a leaf stands in another's place, or a subject's chain is broken
	RolledBack Verdict = "ROLLED-BACK" // 被回退: the log is shorter than what was anchored
	Fork       Verdict = "FORK"        // 分叉: the log was signed with another history than was anchored
	Unanchored Verdict = "UNANCHORED"  // 未上链: the end of the log, newer than what was anchored; no fault by itself
)

// Expect is what is known of the log from outside, and what to do with it.
type Expect struct {
	// Size and Root are the ledger's head of this log. Size 0: nothing is anchored.
	Size uint64
	Root Hash
	// Before are other trees of the log that are known: the ledger's earlier
	// checkpoints, those of receipts that others hold, in any order.
	Before []Tree
	// Keys are the log's keys as the ledger has them, oldest first; none: those
	// that the log names itself.
	Keys []note.Verifier
	// Mark, if given, is asked of each anchor that the log says it has: an
	// error is a finding.
	Mark func(size uint64, a Anchor) error
	// Visit, if given, gets each leaf that is found good, in their order. An
	// error of it ends the audit.
	Visit func(Leaf, Hash) error
}

// Tree is a log as it was when it had a size.
type Tree struct {
	Size uint64
	Root Hash
}

// trees are all that are known, the smallest first.
func (e *Expect) trees() []Tree {
	list := slices.Clone(e.Before)
	if e.Size > 0 {
		list = append(list, Tree{e.Size, e.Root})
	}
	slices.SortStableFunc(list, func(a, b Tree) int { return cmp.Compare(a.Size, b.Size) })
	return list
}

// Finding is a verdict on a place, or on leaves next to each other.
type Finding struct {
	Verdict Verdict `json:"verdict"`
	// Place is "leaf", "tile LEVEL/N", "index", "anchor SIZE", "head" or "database".
	Place string `json:"place"`
	// First and Last are sequence numbers, where leaves are concerned.
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
	Zh    string `json:"zh"`
	En    string `json:"en"`
}

// Report is what an audit found.
type Report struct {
	Log    string `json:"log"`
	Size   uint64 `json:"size"` // leaves by the last checkpoint
	Root   Hash   `json:"root"`
	Good   uint64 `json:"good"` // leaves that are what the log signed
	Keys   int    `json:"keys"` // that have signed the log, one after the other
	Faults int    `json:"faults"`
	// Findings lists the first MaxFindings places; Faults counts all but UNANCHORED.
	Findings []Finding `json:"findings"`
}

// MaxFindings bounds a report; a log with more is damaged all over.
const MaxFindings = 1000

// Clean reports whether nothing is wrong.
func (r *Report) Clean() bool { return r.Faults == 0 }

func (r *Report) find(f Finding) {
	if last := len(r.Findings) - 1; f.Place == "leaf" && last >= 0 {
		if p := &r.Findings[last]; p.Place == "leaf" && p.Verdict == f.Verdict && p.Zh == f.Zh && p.Last+1 == f.First {
			p.Last = f.Last
			return
		}
	}
	if f.Verdict != Unanchored {
		r.Faults++
	}
	if len(r.Findings) < MaxFindings || f.Verdict == Unanchored {
		r.Findings = append(r.Findings, f)
	}
}

func (r *Report) leaf(v Verdict, seq uint64, zh, en string) {
	r.find(Finding{Verdict: v, Place: "leaf", First: seq, Last: seq, Zh: zh, En: en})
}

func (r *Report) place(v Verdict, place, zh, format string, args ...any) {
	r.find(Finding{Verdict: v, Place: place, Zh: zh, En: fmt.Sprintf(format, args...)})
}

// Has reports whether a verdict was given anywhere.
func (r *Report) Has(v Verdict) bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Verdict == v })
}
