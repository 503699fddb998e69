// Package recount holds an independent recomputation of loans: programs in
// Python, in exact fractions, written from the description of qxl loan
// schedule and qxl loan simulate and not from their code, and a test that
// compares the two on generated loans of every kind, day by day, to the fen.
//
//	recount.py   one loan, day by day
//	interest.py  its dates, year fractions, rates and rounding
//	vectors.py   known answers that hold it to the field's own figures
//	generate.py  seeded loans and histories
//	entitlement.py  claims for risk compensation, against qxl comp quote
//
// The test runs a few loans on the days on which something happens. All of
// them on each day (a few minutes):
//
//	QXL_RECOUNT_LOANS=1000 QXL_RECOUNT_DAYS=each go test -timeout 2h -v -run Compare ./test-network/recount
//
// QXL_RECOUNT_SEED makes other loans; QXL_RECOUNT_FROM begins at a later one.
//
// It guarantees that nothing here imports or reads the rules it checks; keep
// it so: when the two differ, the description decides which is wrong.
package recount
