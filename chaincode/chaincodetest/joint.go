package chaincodetest

import (
	"maps"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"github.com/hyperledger/fabric-protos-go-apiv2/peer"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
)

// joint reports whether a lane's transactions go to commons on behalf of the
// book that a test names.
func joint(lane string) bool {
	for _, l := range command.Commons.Lanes() {
		if l.Name == lane {
			return l.Joint()
		}
	}
	return false
}

// book is the book that a joint transaction names: who names commons means
// BankA's.
func book(cc string) string {
	if cc == command.CommonsName {
		return BookA
	}
	return cc
}

func laneOf(name string) string {
	for _, d := range append(append([]command.Definition(nil), chaincode.CommonsCommands...), chaincode.BookCommands...) {
		if s := d.Describe(); s.Name == name {
			return s.Lane.Name
		}
	}
	return ""
}

// proposal is what a client signs; a hostile one may name one chaincode in
// the header and another in the input.
func (l *Ledger) proposal(header, input string) *peer.SignedProposal {
	raw := func(m proto.Message) []byte {
		b, err := proto.Marshal(m)
		require.NoError(l.t, err)
		return b
	}
	extension := raw(&peer.ChaincodeHeaderExtension{ChaincodeId: &peer.ChaincodeID{Name: header}})
	spec := raw(&peer.ChaincodeInvocationSpec{ChaincodeSpec: &peer.ChaincodeSpec{ChaincodeId: &peer.ChaincodeID{Name: input}}})
	return &peer.SignedProposal{ProposalBytes: raw(&peer.Proposal{
		Header:  raw(&common.Header{ChannelHeader: raw(&common.ChannelHeader{Extension: extension})}),
		Payload: raw(&peer.ChaincodeProposalPayload{Input: spec}),
	})}
}

// Snapshot remembers what the ledger holds; calling what it gives brings that
// back, so that many histories can begin at one state.
func (l *Ledger) Snapshot() (restore func()) {
	kept := maps.Clone(l.state)
	return func() { l.state = maps.Clone(kept) }
}
