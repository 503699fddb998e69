package chaincode_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
)

// A kind that counts in the state digest is in the list, else fact packs could
// not be read.
func TestEveryKindIsListed(t *testing.T) {
	for _, x := range []struct {
		queries []command.QueryDefinition
		kinds   []ledgerstate.Any
	}{{chaincode.BookQueries, chaincode.BookKinds}, {chaincode.CommonsQueries, chaincode.CommonsKinds}} {
		listed := map[string]bool{}
		for _, k := range x.kinds {
			require.False(t, listed[k.KindCode()], "kind %s is listed twice", k.KindCode())
			listed[k.KindCode()] = true
		}
		for _, q := range x.queries {
			if code, ok := strings.CutPrefix(q.DescribeQuery().Name, "digest."); ok {
				require.True(t, listed[code], "kind %s is not listed", code)
			}
		}
	}
}
