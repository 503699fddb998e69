// Package histories holds filings, claims and the fund to what must always
// be so, over random histories of all three together: banks reserve, file,
// revoke and claim, authorities decide, Finance allocates, pays, stops and gets
// money back, years end. It has tests alone.
//
// A history runs on a chaincodetest.Rehearsal: the runner's own steps on open
// views. Beside it runs a model in plain numbers. Some histories are sent to
// the chaincodes as well, command by command, and must end the same.
package histories
