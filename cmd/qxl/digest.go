package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/network/topology"
)

func newDigestCommand(a *app) *cobra.Command {
	var as string
	var lines bool
	cmd := &cobra.Command{
		Use:   "digest",
		Short: "状态摘要 state digest over all books, as the Commission sees them",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if as == "" {
				t, err := loadTopology("")
				if err != nil {
					return err
				}
				as = (&session{topology: t}).person(topology.PartyC, "operator")
			}
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
				height, err := c.Ledger().Height(ctx)
				if err != nil {
					return err
				}
				digest, err := c.Digest(ctx)
				if err != nil {
					return err
				}
				document := map[string]any{"engine": s.engine, "height": height, "digest": digest}
				if lines {
					if document["aggregates"], err = c.DigestLines(ctx); err != nil {
						return err
					}
				}
				return a.print(document, func(w io.Writer) {
					if l, ok := document["aggregates"].([]string); ok {
						for _, x := range l {
							fmt.Fprint(w, x)
						}
					}
					fmt.Fprintf(w, "状态摘要 digest %s\n区块高度 height %d, %s\n", digest, height, s.engine)
				})
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "who asks: an operator or auditor of an authority (default: the sample's operator)")
	cmd.Flags().BoolVar(&lines, "lines", false, "also each aggregate's digest, to find what differs")
	return cmd
}
