package fabsdk_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNothingBringsTheOtherProtobufsAlong: fabric-protos-go-apiv2 and
// fabric-protos-go register the same messages and panic at init in one
// binary, whoever imports them. The program and this very test binary stay
// clear of the former.
func TestNothingBringsTheOtherProtobufsAlong(t *testing.T) {
	const hyperledger = "github.com/hyperledger/"
	for _, target := range [][]string{{"github.com/qingxinlian/qxl/cmd/qxl-fabsdk"}, {"-test", "github.com/qingxinlian/qxl/client/fabsdk"}} {
		out, err := exec.Command("go", append([]string{"list", "-deps"}, target...)...).Output()
		require.NoError(t, err)
		sdk := false
		for _, dep := range strings.Fields(string(out)) {
			sdk = sdk || strings.HasPrefix(dep, hyperledger+"fabric-sdk-go/")
			for _, apart := range []string{"fabric-protos-go-apiv2", "fabric-gateway/pkg/client", "fabric-chaincode-go", "fabric-contract-api-go", "fabric-admin-sdk"} {
				require.False(t, strings.HasPrefix(dep, hyperledger+apart), "%v depends on %s", target, dep)
			}
		}
		require.True(t, sdk, "go list saw fabric-sdk-go in %v", target)
	}
}
