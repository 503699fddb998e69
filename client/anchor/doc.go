// Package anchor brings an organization's evidence log and the ledger
// together: it anchors the log's checkpoints in commons, and cosigns those of
// other organizations.
//
// What it guarantees:
//
//   - of one log there is at most one anchor in flight, and the ledger is asked
//     first where its head is, also after kill -9: nothing is counted twice,
//     and an anchor that was committed while its answer was lost is found;
//   - leaves are marked as anchored only once the ledger says so, with channel,
//     transaction and block;
//   - a log that is shorter than its head, or another, is never anchored
//     further: *RolledBackError and *ForkedError tell the owner so at once;
//   - a watched log is not silent for longer than a minute (Silence);
//   - a witness signs a checkpoint only if its tree begins with the one that
//     it signed last, and writes down what it signs before it signs.
//
// It knows nothing of leaves and holds no log open: the caller lends it one.
package anchor
