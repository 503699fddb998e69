package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/client/founding"
	"github.com/qingxinlian/qxl/network/topology"
	"github.com/qingxinlian/qxl/test-network/sample"
)

// newFoundCommand founds a consortium that is not the sample, which qxl up
// founds by itself; and opens the book of a bank that joined later.
func newFoundCommand(a *app) *cobra.Command {
	var as, file string
	cmd := &cobra.Command{
		Use:   "found",
		Short: "成立联盟并开立账簿 found the consortium and open every bank's book",
		Long: `Submits the founding transaction (members, parameters, first tables), opens a book for each
member bank and gives each collection its secret. Safe to repeat: what is there stays.
--genesis names a JSON file with the content of the command consortium.Found.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.open(cmd.Context())
			if err != nil {
				return err
			}
			defer s.Close()
			content, err := a.genesis(s, file)
			if err != nil {
				return err
			}
			if as == "" {
				as = s.person(topology.PartyC, "operator")
			}
			if err := a.found(cmd.Context(), s, as, content); err != nil {
				return err
			}
			return a.print(map[string]any{"engine": s.engine, "founded": true}, func(w io.Writer) {
				fmt.Fprintln(w, "联盟已成立，各行账簿已开立 founded; every bank's book is open")
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "operator of the Commission: ORG/USER 经办人")
	cmd.Flags().StringVar(&file, "genesis", "", "JSON file with members, parameters and first tables (default: the synthetic sample's)")
	return cmd
}

func (a *app) genesis(s *session, file string) (consortium.FoundContent, error) {
	if file == "" {
		if !s.topology.Synthetic {
			return consortium.FoundContent{}, &problem{Exit: exitUsage, Code: "GENESIS_MISSING", Field: "--genesis",
				Zh: "正式联盟必须给出创世文件", En: "a consortium that is not synthetic needs its own genesis file", Hint: "--genesis FILE"}
		}
		return sample.Genesis(s.topology)
	}
	var content consortium.FoundContent
	raw, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(raw, &content)
	}
	if err != nil {
		return content, &problem{Exit: exitUsage, Code: "GENESIS_FILE", Field: "--genesis", Value: file, Zh: "无法读取创世文件", En: err.Error()}
	}
	return content, nil
}

func (a *app) found(ctx context.Context, s *session, as string, content consortium.FoundContent) error {
	operator, err := s.As(ctx, as)
	if err != nil {
		return err
	}
	defer operator.Close()
	return founding.Found(ctx, founding.Options{Operator: operator, Content: content, Progress: func(what string) { a.say("%s", what) }})
}

// foundSample founds the synthetic sample consortium on the network here.
func (a *app) foundSample(ctx context.Context, state string) error {
	s, err := a.openFabric(state)
	if err != nil {
		return err
	}
	defer s.Close()
	content, err := a.genesis(s, "")
	if err != nil {
		return err
	}
	return a.found(ctx, s, s.person(topology.PartyC, "operator"), content)
}
