package main

import (
	"context"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/facts"
	"github.com/qingxinlian/qxl/client/ledger"
)

// filesOf are the files named, or those below the folders named, in order.
func filesOf(paths []string) (list []string, err error) {
	for _, path := range paths {
		err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				list = append(list, file)
			}
			return err
		})
		if err != nil {
			return nil, inputFile(path, err)
		}
	}
	return list, nil
}

// checkedPack is a pack with what checking it found.
type checkedPack struct {
	File string `json:"file"`
	*facts.Verdict
	pack *facts.Pack
}

// checkPacks checks packs, each against the blocks of the asker's own peer.
func (a *app) checkPacks(ctx context.Context, as string, paths []string, each func(checkedPack) error) error {
	files, err := filesOf(paths)
	if err != nil || len(files) == 0 {
		return err
	}
	return a.withFacts(ctx, as, func(ctx context.Context, c *book.Client, blocks ledger.Blocks, _ string) error {
		for _, file := range files {
			p, err := readPack(file)
			if err != nil {
				return err
			}
			v, err := a.checkPack(ctx, c, blocks, p)
			if err != nil {
				return err
			}
			if err := each(checkedPack{file, v, p}); err != nil {
				return err
			}
		}
		return nil
	})
}

func newAuditFactsCommand(a *app) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "facts FILE…",
		Short: "审计事实包 check fact packs, all that were handed over, against the blocks of the own peer",
		Long: `What qxl facts check does of one pack, of all: files, or folders of them. Each value is held against its hash in the
blocks, each key that is live there must be in the pack, each state is worked out again from its log.
Exit code 1 if anything is found in any.`,
		Example: "  qxl audit facts handed-over/ --as Audit/auditor1",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, found := []checkedPack{}, 0
			if err := a.checkPacks(cmd.Context(), as, args, func(p checkedPack) error {
				list = append(list, p)
				found += len(p.Findings)
				return nil
			}); err != nil {
				return err
			}
			if err := a.print(map[string]any{"packs": list, "findings": found}, func(w io.Writer) {
				for _, p := range list {
					writeVerdict(w, p.Verdict)
				}
			}); err != nil || found == 0 {
				return err
			}
			return silent(exitRefused)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "审计人 who checks: ORG/USER, whose peer's blocks count (needed)")
	return cmd
}
