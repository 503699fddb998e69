package audit

import (
	"fmt"
	"slices"
	"time"

	"github.com/qingxinlian/qxl/client/evidencelog"
)

// Verdicts beside those of evidencelog.
const (
	OK             evidencelog.Verdict = "OK"              // 完好
	ErasedLawful   evidencelog.Verdict = "ERASED-LAWFUL"   // 依法删除: content gone, an anchored erasure covers it
	ErasedUnlawful evidencelog.Verdict = "ERASED-UNLAWFUL" // 违规删除: content or key gone, no anchored erasure covers it
)

// Names of verdicts in Chinese.
var VerdictNames = map[evidencelog.Verdict]string{
	OK: "完好", evidencelog.Tampered: "被篡改", evidencelog.Missing: "缺失", evidencelog.Reordered: "顺序错乱", evidencelog.RolledBack: "被回退",
	evidencelog.Fork: "分叉", evidencelog.Unanchored: "未上链", ErasedLawful: "依法删除", ErasedUnlawful: "违规删除",
}

// LogReport is what an audit of a log found.
type LogReport struct {
	Log      string           `json:"log"`
	Size     uint64           `json:"size"` // leaves by the log's last checkpoint
	Root     evidencelog.Hash `json:"root"`
	Anchored AnchoredTo       `json:"anchored"`
	Good     uint64           `json:"good"` // leaves that are what the log signed
	Receipts int              `json:"receipts"`
	Vault    *VaultReport     `json:"vault,omitempty"`
	// Verdicts counts leaves and places by verdict.
	Verdicts map[evidencelog.Verdict]uint64 `json:"verdicts"`
	// Unanchored is how many leaves are newer than the last anchor; Late, that
	// they should have been anchored by now.
	Unanchored uint64 `json:"unanchored"`
	Late       bool   `json:"late"`
	Faults     int    `json:"faults"`
	// Findings are the first evidencelog.MaxFindings; Faults counts all.
	Findings []evidencelog.Finding `json:"findings"`

	found int // calls of find
}

// AnchoredTo is where the ledger says that the log stands.
type AnchoredTo struct {
	Sequence    uint64    `json:"sequence"`
	Size        uint64    `json:"size"`
	TxID        string    `json:"tx,omitempty"`
	At          time.Time `json:"at,omitzero"`
	Checkpoints int       `json:"checkpoints"` // that the log was held against
}

// VaultReport is what was looked at of a vault.
type VaultReport struct {
	Records uint64 `json:"records"` // leaves about records
	Whole   uint64 `json:"whole"`   // whose ciphertext is there and right
	Erased  uint64 `json:"erased"`  // by law
	Pending int    `json:"pending"` // records that are not in the log yet
	Bytes   uint64 `json:"bytes"`   // of ciphertext that were hashed
	// Opened: the keys were there, and each record was opened with its own.
	Opened   bool `json:"opened"`
	Subjects int  `json:"subject_keys"`
}

// Clean reports whether nothing is wrong.
func (r *LogReport) Clean() bool { return r.Faults == 0 }

// Has reports whether a verdict was given anywhere.
func (r *LogReport) Has(v evidencelog.Verdict) bool {
	return slices.ContainsFunc(r.Findings, func(f evidencelog.Finding) bool { return f.Verdict == v })
}

// find takes a finding; those on records next to each other are one.
func (r *LogReport) find(f evidencelog.Finding) {
	r.found++
	r.Verdicts[f.Verdict] += f.Last - f.First + 1
	if last := len(r.Findings) - 1; f.Place == "record" && last >= 0 {
		if p := &r.Findings[last]; p.Place == f.Place && p.Verdict == f.Verdict && p.Zh == f.Zh && p.Last+1 == f.First {
			p.Last = f.Last
			return
		}
	}
	r.Faults++
	if len(r.Findings) < evidencelog.MaxFindings {
		r.Findings = append(r.Findings, f)
	}
}

func (r *LogReport) place(v evidencelog.Verdict, place, zh, format string, args ...any) {
	r.find(evidencelog.Finding{Verdict: v, Place: place, Zh: zh, En: fmt.Sprintf(format, args...)})
}

func (r *LogReport) record(v evidencelog.Verdict, seq uint64, zh, format string, args ...any) {
	r.find(evidencelog.Finding{Verdict: v, Place: "record", First: seq, Last: seq, Zh: zh, En: fmt.Sprintf(format, args...)})
}
