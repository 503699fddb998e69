// Package facts makes and checks fact packs 事实包: the private values of a
// collection, as stored, in one file, with which an authority or an auditor
// recomputes what others claim, and sees what was altered or left out.
//
// A pack is JSON lines: a Header, a Value per private key in the order of the
// keys, a Trailer. It is made at a member's peer and checked against the
// blocks of the checker's own peer, whoever made it:
//
//   - blocks publish SHA-256 of every private key and value that was written;
//     replaying them gives which keys are live and what their values hash to;
//   - each value of the pack must be one of these, and each of these must be
//     in the pack, but for the collection's secret, whose key is known;
//   - each aggregate's state is worked out again from its whole log.
//
// What it must not do: trust anything that the pack says of itself, or talk to
// the pack's maker.
package facts
