// Package e2e holds the end-to-end tests: the built program, a Fabric network
// of its own on free ports, the sample province's day files. They run with
// QXL_E2E=1 (scripts/test sets it) and say so when they do not. With
// QXL_FULL=1 besides, the tests that import (TestOneDigestOnBothEngines,
// TestImporterKilledAndRunAgain, TestImportThroughFaults) take the sample's
// full 2,000 loans and 20 kills on either engine instead of a smaller one, and
// TestAYearOfABanksLife closes each of the year's 249 business days instead of
// the last of each month.
// TestScheme takes 3,000 loans and 120 claims instead of 120 and 20.
package e2e
