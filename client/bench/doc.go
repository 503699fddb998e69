// Package bench measures what a ledger bears: single commands, batches and
// day files, each beside a baseline that does less, so that ratios say what
// is ours whatever the machine.
//
// What it guarantees:
//
//   - a command counts when every peer has its block, and only if the ledger
//     accepted it;
//   - a part and its baseline run over the same connection, endorsers and
//     members, on the same pages and batches;
//   - beside each figure stands what else the machine did meanwhile.
//
// It measures and does not tune: the pipelines are those of an import. The
// baselines are a contract and a rule in programs built with the tag bench
// (chaincode/bench.go); without them parts a and c cannot run.
//
// It starts no network and knows no topology: its caller says who stands
// where, see Target.
package bench
