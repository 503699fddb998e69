// Package recount holds an independent recomputation of loans: programs in
// Python, in exact fractions, written from the description of qxl loan
// schedule and qxl loan simulate and not from their code, and a test that
// compares the two on generated loans of every kind, day by day, to the fen:
// EQI, EQP, IOB, BUL, EPI, SEA and REV, with repayments, prepayments, new rates,
// extensions and reversals, in any order of arrival.
//
//	recount.py   files in, a line for each day out
//	history.py   a file's loans and commands, day by day
//	loan.py      one loan and its rules
//	interest.py  its dates, year fractions, rates and rounding
//	vectors.py   known answers that hold it to the field's own figures
//	generate.py  seeded loans and histories
//	entitlement.py  claims for risk compensation, against qxl comp quote
//
// The test runs a few loans on the days on which something happens. All of
// them on each day (about half an hour on two cores):
//
//	QXL_RECOUNT_LOANS=1000 QXL_RECOUNT_DAYS=each go test -timeout 2h -v -run Compare ./test-network/recount
//
// QXL_RECOUNT_SEED makes other loans; QXL_RECOUNT_FROM begins at a later one.
//
// It guarantees that nothing here imports or reads the rules it checks; keep
// it so: when the two differ, the description decides which is wrong.
package recount
