package bench

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// Run is one run of a part.
type Run struct {
	Part                  string  `json:"part"`
	Transactions          int     `json:"transactions"`
	Commands              int     `json:"commands"`       // accepted; of part g, loans
	Sent                  int     `json:"sent,omitempty"` // of part g: commands accepted
	Refused               int     `json:"refused,omitempty"`
	Seconds               float64 `json:"seconds"` // until every peer had the last block
	TransactionsPerSecond float64 `json:"transactions_per_second"`
	CommandsPerSecond     float64 `json:"commands_per_second"`
	// CPU is milliseconds per command by kind of process.
	CPU map[string]float64 `json:"cpu_ms_per_command"`
	// P50 and so on are milliseconds from sending a transaction to its commit
	// on the sender's peer, weighted by commands.
	P50            float64 `json:"p50_ms"`
	P95            float64 `json:"p95_ms"`
	P99            float64 `json:"p99_ms"`
	DiskPerCommand float64 `json:"disk_bytes_per_command"` // all nodes together
	Load           float64 `json:"load_average_before"`
	Others         float64 `json:"cores_used_by_others"`             // processes that are not measured
	Speed          float64 `json:"machine_verifications_per_second"` // ECDSA P-256 on all cores, just before and after
}

// Ratio compares a part with its baseline, or a part with a rate.
type Ratio struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Target float64 `json:"target"`
	Met    bool    `json:"met"`
}

// Report is everything that was measured in one run of the program.
type Report struct {
	Engine  string  `json:"engine"`
	Machine Machine `json:"machine"`
	Loans   int     `json:"loans"`
	Runs    []Run   `json:"runs"`
	Ratios  []Ratio `json:"ratios"`
}

// Targets of a network of 4 orderers and 6 peers on two cores, and of the
// embedded engine. An import is bound by the disk's fsync on neither.
const (
	singleTarget         = 0.75
	copyTarget           = 0.6
	booksTarget          = 0.9
	networkRateTarget    = 3_000
	embeddedImportTarget = 10_000
)

// Compare fills the ratios from the medians of the runs.
func (r *Report) Compare() {
	r.Ratios = nil
	add := func(name string, value, target float64) {
		if value > 0 {
			r.Ratios = append(r.Ratios, Ratio{name, value, target, value >= target})
		}
	}
	over := func(part, baseline string) float64 {
		if b := r.median(baseline); b > 0 {
			return r.median(part) / b
		}
		return 0
	}
	if r.Engine == "embedded" {
		add("(e) commands/s", r.median("e"), embeddedImportTarget)
		return
	}
	add("(b)/(a)", over("b", "a"), singleTarget)
	add("(d)/(c)", over("d", "c"), copyTarget)
	add("(d) commands/s", r.median("d"), networkRateTarget)
	add("(e) commands/s", r.median("e"), networkRateTarget)
	add("(f)/(e)", over("f", "e"), booksTarget)
}

// median is the middle rate of a part's runs in commands a second; of an even
// number, the lower of the two in the middle.
func (r *Report) median(part string) float64 {
	var rates []float64
	for _, x := range r.Runs {
		if x.Part == part {
			rates = append(rates, x.CommandsPerSecond)
		}
	}
	if len(rates) == 0 {
		return 0
	}
	slices.Sort(rates)
	return rates[(len(rates)-1)/2]
}

// Write prints the report as a Markdown table, ready for the documentation.
func (r *Report) Write(w io.Writer) {
	fmt.Fprintf(w, "%s engine, %s, %d cores, %.1f GB; %d loans\n\n", r.Engine, r.Machine.CPU, r.Machine.Cores, float64(r.Machine.Memory)/1e9, r.Loans)
	kinds := r.kinds()
	fmt.Fprintf(w, "| part | tx/s | commands/s | commands | s | p50/p95/p99 ms | CPU ms/command: %s | disk B/command | load before | cores used by others | verifications/s |\n", strings.Join(kinds, ", "))
	fmt.Fprintln(w, "|---|---|---|---|---|---|---|---|---|---|---|")
	for _, x := range r.Runs {
		cpu := make([]string, len(kinds))
		sum := 0.0
		for i, k := range kinds {
			cpu[i] = fmt.Sprintf("%.3f", x.CPU[k])
			sum += x.CPU[k]
		}
		fmt.Fprintf(w, "| %s | %.1f | %.0f | %d | %.2f | %.0f/%.0f/%.0f | %s = %.3f | %.0f | %.2f | %.2f | %.0f |\n", x.Part, x.TransactionsPerSecond, x.CommandsPerSecond,
			x.Commands, x.Seconds, x.P50, x.P95, x.P99, strings.Join(cpu, " + "), sum, x.DiskPerCommand, x.Load, x.Others, x.Speed)
	}
	fmt.Fprintln(w)
	for _, x := range r.Ratios {
		verdict := "met"
		if !x.Met {
			verdict = "MISSED"
		}
		fmt.Fprintf(w, "%-16s %9.2f  target %g  %s\n", x.Name, x.Value, x.Target, verdict)
	}
}

func (r *Report) kinds() []string {
	var kinds []string
	for _, x := range r.Runs {
		for k := range x.CPU {
			if !slices.Contains(kinds, k) {
				kinds = append(kinds, k)
			}
		}
	}
	slices.Sort(kinds)
	return kinds
}
