package main

import (
	"fmt"
	"io"
	"math"
)

// Report is a run. Rates are records a second; what is beside SHA-256 is
// beside the mean of its rates before and after.
type Report struct {
	Records     int          `json:"records"`
	RecordBytes int          `json:"record_bytes"`
	Batch       int          `json:"batch"`
	SHA256      float64      `json:"sha256_per_second"` // one thread
	SHA256Spans [2]float64   `json:"sha256_spread"`     // slowest and fastest
	Tessera     []Tessera    `json:"tessera,omitempty"`
	Append      float64      `json:"append_per_second"` // with fsync and signed checkpoints
	Audit       float64      `json:"audit_per_second"`
	Proof       Proof        `json:"proof"`
	Pipeline    []Stage      `json:"pipeline,omitempty"`
	Targets     []Comparison `json:"targets"`
}

// Tessera is what tilecheck bench prints.
type Tessera struct {
	Batch int     `json:"batch"`
	Rate  float64 `json:"records_per_second"`
}

// Proof is of inclusion, in the whole log.
type Proof struct {
	Hashes int     `json:"most_hashes"`
	Make   float64 `json:"make_microseconds"`
	Verify float64 `json:"verify_microseconds"` // of the hashes; without a signature
}

// Stage is a step of a record's way, by itself or as part of the whole.
type Stage struct {
	Name string  `json:"stage"`
	Rate float64 `json:"records_per_second"`
}

// Comparison is a target.
type Comparison struct {
	What    string  `json:"what"`
	Reached float64 `json:"reached"`
	Limit   float64 `json:"limit"`
	AtMost  bool    `json:"at_most,omitempty"`
}

func (c Comparison) met() bool {
	if c.AtMost {
		return c.Reached <= c.Limit
	}
	return c.Reached >= c.Limit
}

func (r *Report) compare() {
	best := 0.0
	for _, t := range r.Tessera {
		best = math.Max(best, t.Rate)
	}
	r.Targets = []Comparison{{What: "append / SHA-256", Reached: r.Append / r.SHA256, Limit: 0.08}}
	if best > 0 {
		r.Targets = append(r.Targets, Comparison{What: "append / tessera", Reached: r.Append / best, Limit: 4})
	}
	r.Targets = append(r.Targets,
		Comparison{What: "full audit / SHA-256", Reached: r.Audit / r.SHA256, Limit: 0.2},
		Comparison{What: "hashes of an inclusion proof", Reached: float64(r.Proof.Hashes), Limit: 20, AtMost: true},
		Comparison{What: "µs to verify one", Reached: r.Proof.Verify, Limit: 50, AtMost: true})
}

func (r *Report) missed() (out []string) {
	for _, c := range r.Targets {
		if !c.met() {
			out = append(out, fmt.Sprintf("%s %.3g, target %g", c.What, c.Reached, c.Limit))
		}
	}
	return out
}

func (r *Report) table(w io.Writer) {
	fmt.Fprintf(w, "%d records of %d bytes, batches of %d\n\n| what | records/s | of SHA-256 |\n|---|---|---|\n", r.Records, r.RecordBytes, r.Batch)
	row := func(what string, rate float64) { fmt.Fprintf(w, "| %s | %.0f | %.3f |\n", what, rate, rate/r.SHA256) }
	row(fmt.Sprintf("SHA-256, one thread (%.0f to %.0f)", r.SHA256Spans[0], r.SHA256Spans[1]), r.SHA256)
	for _, t := range r.Tessera {
		row(fmt.Sprintf("tessera POSIX, batches of %d", t.Batch), t.Rate)
	}
	row("our append of prebuilt entries, fsync and signed checkpoint a batch", r.Append)
	row("full audit", r.Audit)
	for _, s := range r.Pipeline {
		row(s.Name, s.Rate)
	}
	fmt.Fprintf(w, "\nproof of inclusion: %d hashes at most, made in %.0f µs, verified in %.1f µs\n\n| target | reached | limit | |\n|---|---|---|---|\n", r.Proof.Hashes, r.Proof.Make, r.Proof.Verify)
	for _, c := range r.Targets {
		sign, word := "≥", "met"
		if c.AtMost {
			sign = "≤"
		}
		if !c.met() {
			word = "MISSED"
		}
		fmt.Fprintf(w, "| %s | %.3g | %s %g | %s |\n", c.What, c.Reached, sign, c.Limit, word)
	}
}
