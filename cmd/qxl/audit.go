package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/audit"
	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

func newAuditCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{
		Use:   "audit",
		Short: "审计 prove records offline, and check logs and vaults against the ledger",
		Long: `审计：回执可离线核验，日志与保险库可与账本核对。
A bundle proves a receipt to anybody who has the consortium's root certificates: no server of ours is asked.
docs/evidence-format.md is the format, precise enough to write another verifier.`,
	})
	for _, verb := range []func(*app) *cobra.Command{newAuditTrustCommand, newAuditBundleCommand, newAuditVerifyCommand, newAuditLogCommand, newAuditSampleCommand, newAuditSubjectCommand, newAuditFactsCommand, newAuditReportCommand} {
		cmd.AddCommand(verb(a))
	}
	return cmd
}

// auditSource opens the channel as somebody whose engine stores blocks as the
// orderers signed them.
func (a *app) auditSource(ctx context.Context, as string, do func(context.Context, *session, *audit.Source) error) error {
	return a.withClient(ctx, as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
		blocks, ok := c.Ledger().(ledger.RawBlocks)
		if !ok {
			return &problem{Exit: exitRefused, Code: "AUDIT_ENGINE", Field: "--engine", Limit: fabricEngine, Value: s.engine, Zh: "内置账本没有排序节点签名，不能离线核验",
				En: "the embedded ledger has no orderers whose signatures could be verified offline", Hint: "qxl up --fabric makes a real network"}
		}
		t, err := book.Show(ctx, c.Ledger())
		if err != nil {
			return err
		}
		source := &audit.Source{Blocks: blocks, Height: c.Ledger().Height, Parties: map[string]command.Party{}}
		for _, m := range t.Members {
			source.Parties[m.MSP] = m.Party
		}
		return do(ctx, s, source)
	})
}

// trusted is what qxl audit trust tells of an organization.
type trusted struct {
	MSP    string        `json:"msp"`
	Party  command.Party `json:"party"`
	Orders bool          `json:"orders"`
	Roots  []string      `json:"sha256"` // of its root certificates
}

func newAuditTrustCommand(a *app) *cobra.Command {
	var as, out string
	cmd := &cobra.Command{
		Use:   "trust",
		Short: "信任文件 write the consortium's root certificates, all that a verifier believes",
		Long: `Writes the channel's name, its organizations, their places and root certificates, as the channel's configuration has them
now. Whoever will rely on the file compares the fingerprints with those that each organization publishes: it is worth as
much as the peer that was asked. Keep it with the receipts: a later configuration may have other members.`,
		Example: "  qxl audit trust --as Audit/auditor1 -o trust.json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := needed("output", out); err != nil {
				return err
			}
			return a.auditSource(cmd.Context(), as, func(ctx context.Context, _ *session, source *audit.Source) error {
				t, err := source.Trust(ctx)
				if err != nil {
					return err
				}
				if err := a.output(out, t.Write); err != nil {
					return err
				}
				list := []trusted{}
				for _, o := range t.Organizations {
					list = append(list, trusted{o.MSP, o.Party, o.Orders, o.Fingerprints()})
				}
				return a.print(map[string]any{"file": out, "channel": t.Channel, "quorum": t.Quorum(), "organizations": list}, func(w io.Writer) { writeTrust(w, out, t, list) })
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "谁来取 who asks: ORG/USER, whose peer answers (needed)")
	cmd.Flags().StringVarP(&out, "output", "o", "", "输出文件 file to write (needed)")
	return cmd
}

func writeTrust(w io.Writer, file string, t *audit.Trust, list []trusted) {
	tab := table{columns: []column{{"机构 MSP", false}, {"角色 party", false}, {"排序 orders", false}, {"根证书 root SHA-256", false}}}
	for _, o := range list {
		orders := ""
		if o.Orders {
			orders = "是 yes"
		}
		tab.add(o.MSP, string(o.Party), orders, strings.Join(o.Roots, " "))
	}
	tab.write(w)
	fmt.Fprintf(w, "通道 channel %s, 区块须有 %d 家排序单位签名 quorum of ordering organizations\n已写入 written: %s\n请与各单位公布的指纹核对 compare the fingerprints with those that the organizations publish\n", t.Channel, t.Quorum(), file)
}

// readTrust reads a trust file, or trust.json in a directory.
func readTrust(path string) (*audit.Trust, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, "trust.json")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, inputFile(path, err)
	}
	defer f.Close()
	return audit.ReadTrust(f)
}
