package channel

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/hyperledger/fabric-protos-go-apiv2/common"
	"google.golang.org/protobuf/proto"

	"github.com/qingxinlian/qxl/network/config"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/topology"
)

// Genesis makes the channel's first block with the program configtxgen, unless
// there is one: a network has one genesis for ever.
func Genesis(ctx context.Context, configtxgen string, t *topology.Topology, dir layout.Dir) (*common.Block, error) {
	file := dir.Genesis()
	if _, err := os.Stat(file); err != nil {
		if err := config.WriteChannel(t, dir); err != nil {
			return nil, err
		}
		tmp := file + ".tmp"
		cmd := exec.CommandContext(ctx, configtxgen, "-profile", config.Profile, "-channelID", t.Channel, "-outputBlock", tmp)
		cmd.Env = append(os.Environ(), "FABRIC_CFG_PATH="+dir.ChannelConfig())
		if out, err := cmd.CombinedOutput(); err != nil {
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			return nil, fmt.Errorf("make the genesis block: %w: %s", err, lines[len(lines)-1])
		}
		if err := os.Rename(tmp, file); err != nil {
			return nil, fmt.Errorf("make the genesis block: %w", err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the genesis block: %w", err)
	}
	block := &common.Block{}
	if err := proto.Unmarshal(data, block); err != nil {
		return nil, fmt.Errorf("read the genesis block %s: %w", file, err)
	}
	return block, nil
}
