package lifecycle

import (
	"fmt"

	fabric "github.com/hyperledger/fabric-protos-go-apiv2/peer/lifecycle"
	"google.golang.org/protobuf/proto"
)

// asIs hands the whole message to the signer, which hashes it itself.
func asIs(message []byte) []byte { return message }

func commitArguments(w wanted) ([]byte, error) {
	policy, err := proto.Marshal(w.policy)
	if err != nil {
		return nil, fmt.Errorf("chaincode definition %s: %w", w.Name, err)
	}
	args, err := proto.Marshal(&fabric.CommitChaincodeDefinitionArgs{
		Name: w.Name, Version: version, Sequence: w.sequence,
		EndorsementPlugin: "escc", ValidationPlugin: "vscc",
		ValidationParameter: policy, Collections: w.collections,
	})
	if err != nil {
		return nil, fmt.Errorf("chaincode definition %s: %w", w.Name, err)
	}
	return args, nil
}
