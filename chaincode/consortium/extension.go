package consortium

// ExtensionLimit 展期上限 bounds for how many months all extensions of a loan
// together may run, by its original term. Of two bounds the smaller one counts.
type ExtensionLimit struct {
	UpTo    int `json:"up_to_months,omitempty"` // original terms of at most so many months; 0, in the last row alone: all longer ones
	Percent int `json:"term_percent,omitempty"` // of the original term, whole months; 0: no such bound
	Most    int `json:"max_months,omitempty"`   // 0: no such bound
}

// foundingExtensions stand where a founding names none, and where a ledger was
// founded before they were parameters: up to a year as long as the original
// term, up to five years half of it, beyond that three years
// (流动资金贷款管理办法 2024, 贷款通则 12).
var foundingExtensions = []ExtensionLimit{{UpTo: 12, Percent: 100}, {UpTo: 60, Percent: 50}, {Most: 36}}

// MostExtended is for how many months a loan may be extended in all.
func (p Parameters) MostExtended(originalMonths int) int {
	rows := p.Extensions
	if len(rows) == 0 {
		rows = foundingExtensions
	}
	for _, row := range rows {
		if row.UpTo != 0 && originalMonths > row.UpTo {
			continue
		}
		by := originalMonths * row.Percent / 100
		if row.Percent == 0 || row.Most != 0 && row.Most < by {
			by = row.Most
		}
		return by
	}
	return 0 // the last row is of all longer ones
}

// completed puts the extension limits and the term of adverse information in
// force where a change of the parameters says nothing of them: a file written
// before they were parameters founds and changes what it says, and nothing
// else.
func (c Change) completed(inForce Parameters) Change {
	if c.Rules == nil {
		return c
	}
	rules := *c.Rules
	if len(rules.Extensions) == 0 {
		rules.Extensions = inForce.Extensions
	}
	if len(rules.Extensions) == 0 {
		rules.Extensions = foundingExtensions
	}
	if rules.AdverseYears == 0 {
		rules.AdverseYears = inForce.YearsKept()
	}
	if rules.RetentionYears == 0 {
		rules.RetentionYears = inForce.YearsRetained()
	}
	c.Rules = &rules
	return c
}

const (
	mostTerm    = 360 // months of any loan
	mostPercent = 100 // no law lets a loan be extended by more than its term
)

// orderly refuses rows that leave a term without a bound, or give it two.
func orderly(rows []ExtensionLimit) error {
	if n := len(rows); n > maxList {
		return RowWrong.At("rules.extensions", maxList, n)
	}
	before := 0
	for i, row := range rows {
		last := i == len(rows)-1
		switch {
		case last && row.UpTo != 0:
			return RowWrong.At("rules.extensions.up_to_months", "none in the last row", row.UpTo)
		case !last && (row.UpTo <= before || row.UpTo > mostTerm):
			return RowWrong.At("rules.extensions.up_to_months", "ascending, 1..360", row.UpTo)
		case row.Percent < 0 || row.Percent > mostPercent:
			return RowWrong.At("rules.extensions.term_percent", "1..100", row.Percent)
		case row.Most < 0 || row.Most > mostTerm:
			return RowWrong.At("rules.extensions.max_months", "1..360", row.Most)
		case row.Percent == 0 && row.Most == 0:
			return RowWrong.At("rules.extensions", "term_percent or max_months", 0)
		}
		before = row.UpTo
	}
	return nil
}
