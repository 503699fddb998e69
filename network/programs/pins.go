package programs

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"regexp"
	"runtime"
)

var (
	//go:embed pins/fabric.mod
	fabricMod []byte
	//go:embed pins/fabric.sum
	fabricSum []byte
	// fabricProfile is what the peers of a busy network do (docs/decisions/0007):
	// the compiler inlines and lays out by it.
	//go:embed pins/fabric.pgo
	fabricProfile []byte
	//go:embed pins/ca.mod
	caMod []byte
	//go:embed pins/ca.sum
	caSum []byte
)

// fabricVersion is the release that the pinned pseudo-version is. Releases of
// Fabric 3 are not tagged as Go modules, so the module cannot say it itself.
const (
	fabricVersion = "v3.1.1"
	fabricCommit  = "435a7f1a780a"
)

// module is one tools module and the programs made from it.
type module struct {
	name     string
	mod, sum []byte
	packages []string // in the order built
	ldflags  string
	profile  []byte // of CPU, for the compiler; may be nil
	cgo      bool
}

const metadata = "github.com/hyperledger/fabric/common/metadata."

var modules = []module{
	{
		name: "fabric", mod: fabricMod, sum: fabricSum,
		packages: []string{
			"github.com/hyperledger/fabric/cmd/peer",
			"github.com/hyperledger/fabric/cmd/orderer",
			"github.com/hyperledger/fabric/cmd/osnadmin",
			"github.com/hyperledger/fabric/cmd/configtxgen",
		},
		profile: fabricProfile,
		ldflags: fmt.Sprintf("-X %[1]sVersion=%[2]s -X %[1]sCommitSHA=%[3]s", metadata, fabricVersion, fabricCommit),
	},
	{
		name: "fabric-ca", mod: caMod, sum: caSum,
		packages: []string{
			"github.com/hyperledger/fabric-ca/cmd/fabric-ca-server",
			"github.com/hyperledger/fabric-ca/cmd/fabric-ca-client",
		},
		cgo: true, // its database is SQLite
	},
}

// program is one executable and how it prints its version.
type program struct {
	name    string
	version []string
	form    *regexp.Regexp // its first group is the version
}

var versionLine = regexp.MustCompile(`(?m)^ Version: (\S+)$`)

var required = []program{
	{"peer", []string{"version"}, versionLine},
	{"orderer", []string{"version"}, versionLine},
	{"osnadmin", []string{"--help"}, regexp.MustCompile(`(?m)^(usage: osnadmin)`)}, // prints no version
	{"configtxgen", []string{"-version"}, versionLine},
	{"fabric-ca-server", []string{"version"}, versionLine},
	{"fabric-ca-client", []string{"version"}, versionLine},
}

// key identifies a build by everything that goes into it.
func key() string {
	h := sha256.New()
	for _, m := range modules {
		fmt.Fprintf(h, "%s %q %q %d %d %d\n", m.name, m.packages, m.ldflags, len(m.mod), len(m.sum), len(m.profile))
		h.Write(m.mod)
		h.Write(m.sum)
		h.Write(m.profile)
	}
	fmt.Fprint(h, runtime.GOOS, runtime.GOARCH)
	return hex.EncodeToString(h.Sum(nil))[:16]
}
