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

// foundingRetentionYears stand where a founding names none (反洗钱法 34: at
// least ten years from the end of the business).
const foundingRetentionYears = 10

// YearsRetained is how long the record of a loan must be kept after it was
// settled, whoever asks for its erasure.
func (p Parameters) YearsRetained() int {
	if p.RetentionYears == 0 {
		return foundingRetentionYears
	}
	return p.RetentionYears
}
