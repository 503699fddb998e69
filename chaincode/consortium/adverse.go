package consortium

// foundingAdverseYears stand where a founding names none, and where a ledger
// was founded before they were a parameter (征信业管理条例 16).
const foundingAdverseYears = 5

// YearsKept is how long what tells of a person's arrears is kept after they
// have ended.
func (p Parameters) YearsKept() int {
	if p.AdverseYears == 0 {
		return foundingAdverseYears
	}
	return p.AdverseYears
}
