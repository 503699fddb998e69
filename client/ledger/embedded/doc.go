// Package embedded is a ledger in one process, for trying, developing and
// testing. It runs the same chaincode objects as a Fabric network would, once
// per endorsing organization against what that organization holds, and keeps
// to the same rules.
//
// What it guarantees:
//
//   - a transaction is committed only if all its endorsers computed the same
//     reads, writes, response and event, the policies of table
//     chaincode/command hold, and nothing it read has changed since (MVCC, in
//     block order); invalid transactions stand in the blocks with their code;
//   - a transaction does not see its own writes, and none after a private
//     range read;
//   - private values are kept in the databases of the members of their
//     collection, and nowhere else: everybody else has hashes. Everything is
//     stored uncompressed, so that a search of the files finds what is there;
//   - a block is there whole or not at all, also after kill -9 at any moment
//     (and after loss of power, unless Consortium.NoSync is set);
//   - Verify recomputes the chain of blocks, the state that they give and the
//     hash of each private value.
//
// What it is not: nobody else holds a copy, one process orders, endorses and
// commits, so nobody is protected from whoever runs it. All endorsers see the
// same height: lagging peers and missing private data do not occur.
//
// It owns DIR/embedded/ledger:
//
//	LOCK              the process that has it open, by flock
//	channel/          what every organization holds: blocks, public state,
//	                  hashes of private keys and values
//	org/<MSP>/        private values that this organization is a member for
//
// Keys of channel/ ("0" is a zero byte, versions are block and position, 8 and
// 4 bytes, big endian):
//
//	M schema, M tip, M consortium
//	B <number>                             block
//	T <transaction id>                     block and position
//	S <namespace> 0 <key>                  version, value
//	H <namespace> 0 <collection> 0 <hash>  version, hash of the value
//
// Keys of org/<MSP>/:
//
//	M schema, M staged, M witness, M purge <number>
//	P <namespace> 0 <collection> 0 <key, zero bytes escaped> 0 1 <version>   value
//
// A private value stands under the version that wrote it, and the hash entry
// in channel/ says which version counts. So a block is committed in two steps:
// the members' values first, which nobody reads yet, then blocks, public state
// and hashes in one atomic write. What a crash leaves between the two is named
// by "M staged" and removed at the next start. Afterwards "M witness" says that
// the block was committed: a channel/ that lost its last blocks, which its own
// chain cannot show, is found by it.
package embedded
