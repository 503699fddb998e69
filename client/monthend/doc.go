// Package monthend is the month-end run of the compensation scheme: the caps
// are lowered to what is outstanding, the banks' breakers are judged, every
// claim's sum is worked out again, and what is late is listed.
//
// It is safe to repeat: a month that was judged stays as it was, and what was
// sent before is not applied again. It decides nothing: the ledger's rules do.
package monthend
