package traps

import (
	"fmt"
	"testing"
)

// Program runs qxl with arguments on one ledger to its end. The ledger is the
// sample consortium's, as it was founded.
type Program func(t *testing.T, args ...string) (exit int, stdout, stderr string)

// scenarios are the traps by their numbers.
var scenarios = []struct {
	number int
	name   string
	run    func(*clerk)
}{
	{1, "DaysPastDueAt90And91", daysPastDue},
	{2, "RulesOfTheFilingDate", ruleVersions},
	{3, "ClaimsAboveTheAvailableBalance", shortPool},
	{4, "ReceivableFinancedTwice", financedTwice},
	{7, "OneFigureBelowMakesItSmaller", sizes},
	{8, "RecoveriesAboveTheLoss", recoveries},
	{9, "CorrectionInAClosedMonth", closedMonth},
	{10, "HerderWithoutUSCC", herderWithoutUSCC},
	{11, "RegionOfThePast", regionOfThePast},
	{12, "LPRChangesBetweenQuoteAndContract", rateCap},
	{13, "RenewalIsCountedOnce", renewal},
	{14, "RealRateOfEqualInterest", realRate},
	{15, "InterestWithheld", withheld},
	{16, "PublicityOverAHoliday", publicityOverHoliday},
	{17, "BreakerOfFewLoans", smallBreaker},
	{19, "AdverseInformationFromItsEnd", adverse},
	{20, "NothingBelowZeroByRounding", lastFen},
}

// Run acts out every trap, each as a subtest of its name.
func Run(t *testing.T, qxl Program) {
	done := map[string]bool{}
	for _, s := range scenarios {
		t.Run(fmt.Sprintf("Trap%d%s", s.number, s.name), func(t *testing.T) {
			s.run(&clerk{T: t, qxl: qxl, trap: s.number, dir: t.TempDir(), bank: "BankA", lines: new(int), book: map[*borrower]bool{}, done: done})
		})
	}
}
