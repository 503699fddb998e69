package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/wallet"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
	"github.com/qingxinlian/qxl/network"
	"github.com/qingxinlian/qxl/network/layout"
	"github.com/qingxinlian/qxl/network/programs"
	"github.com/qingxinlian/qxl/network/supervisor"
	"github.com/qingxinlian/qxl/network/topology"
)

const fabricEngine = "fabric"

// fabricDir is the state directory of the Fabric network.
func (a *app) fabricDir() (string, error) {
	state, err := a.state()
	return filepath.Join(state, fabricEngine), err
}

func newUpCommand(a *app) *cobra.Command {
	var file, bin string
	var fabric, freePorts, profile bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "启动网络 start the consortium, or resume it",
		Long: `With --fabric: make a native Fabric network from the topology, or resume the one that
is here, wherever it was left; a second qxl up changes nothing. Without: resume the Fabric
network if there is one, else prepare the ledger that lives in this program.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			_, none := os.Stat(layout.Dir(dir).Topology())
			if !fabric && none != nil {
				s, err := a.openEmbedded(cmd.Context(), filepath.Dir(dir))
				if err != nil {
					return err
				}
				defer s.Close()
				return a.print(map[string]any{"engine": embeddedEngine, "state": s.dir}, func(w io.Writer) {
					fmt.Fprintf(w, "嵌入式账本已就绪 the embedded ledger is ready in %s\n", s.dir)
				})
			}
			o := network.Options{StateDir: dir, FreePorts: freePorts, Programs: programs.Options{BinDir: bin}}
			if file != "" || none != nil {
				if o.Topology, err = loadTopology(file); err != nil {
					return err
				}
				o.Topology.Profile = profile
			}
			return a.upFabric(cmd.Context(), o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&fabric, "fabric", false, "a native Fabric network 使用 Fabric 网络")
	f.StringVar(&file, "topology", os.Getenv("QXL_TOPOLOGY"), "topology file 拓扑文件 (default: the sample consortium)")
	f.StringVar(&bin, "fabric-bin", "", "directory of your own Fabric programs, instead of building them 自备 Fabric 程序目录")
	f.BoolVar(&freePorts, "free-ports", false, "put a new network on ports that are free 自动选择空闲端口")
	f.BoolVar(&profile, "profile", false, "let peers serve Go's profiles 供性能分析")
	return cmd
}

// upFabric brings the Fabric network up and says what each stage took.
func (a *app) upFabric(ctx context.Context, o network.Options) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program: %w", err)
	}
	o.Supervisor = []string{self, "supervisor"}
	if o.Chaincode == nil {
		if o.Chaincode, err = chaincodeProcess(nil); err != nil {
			return err
		}
	}
	t := o.Topology
	if t == nil {
		if t, err = topology.Load(layout.Dir(o.StateDir).Topology()); err != nil {
			return err
		}
	}
	if !t.Synthetic {
		if o.Passphrase, err = wallet.Passphrase(o.StateDir, wallet.Prompt)(); err != nil {
			return err
		}
	}
	o.Books, o.Definitions = certified(t), definitions(t)
	show := newProgress(a)
	o.Progress = show.event
	report, err := network.Up(ctx, o)
	show.end()
	if err != nil {
		return err
	}
	type stage struct {
		Name    string  `json:"name"`
		Seconds float64 `json:"seconds"`
	}
	var stages []stage
	for _, s := range report.Stages {
		stages = append(stages, stage{s.Name, s.Took.Round(time.Millisecond).Seconds()})
	}
	founding := time.Now()
	if t.Synthetic {
		if err := a.foundSample(ctx, filepath.Dir(o.StateDir)); err != nil {
			return err
		}
		took := time.Since(founding)
		stages = append(stages, stage{"founding", took.Round(time.Millisecond).Seconds()})
		report.Took += took
	}
	document := map[string]any{"engine": fabricEngine, "state": o.StateDir, "new": report.New, "stages": stages,
		"seconds": report.Took.Round(time.Millisecond).Seconds(), "programs": report.Programs.Versions}
	return a.print(document, func(w io.Writer) {
		word := "已恢复 resumed"
		if report.New {
			word = "已启动 started"
		}
		fmt.Fprintf(w, "网络%s: %s, channel %s, %d organizations\n", word, report.Topology.Consortium, report.Topology.Channel, len(report.Topology.Organizations))
		for _, s := range stages {
			fmt.Fprintf(w, "  %-11s %6.1f s\n", s.Name, s.Seconds)
		}
		fmt.Fprintf(w, "  %-11s %6.1f s (without programs)\n", "total", report.Took.Seconds())
		fmt.Fprintln(w, "next: qxl status; qxl logs NODE; qxl down")
	})
}

func newDownCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "停止网络 stop every process of the network; the data stay",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			n, err := network.Down(cmd.Context(), dir)
			if err != nil {
				return err
			}
			return a.print(map[string]any{"stopped": n}, func(w io.Writer) {
				if n == 0 {
					fmt.Fprintln(w, "没有进程在运行 nothing was running")
					return
				}
				fmt.Fprintf(w, "已停止 stopped %d processes; the data stay in %s\n", n, dir)
			})
		},
	}
}

func newStatusCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "网络状态 how every node is, and when each certificate expires",
		Long:  "Exit code 0 when the network runs and every node is well, 3 otherwise.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			s, err := network.Inspect(cmd.Context(), dir)
			if err != nil {
				return err
			}
			if err := a.print(s, func(w io.Writer) { showStatus(w, s) }); err != nil {
				return err
			}
			for _, n := range s.Nodes {
				if !n.Healthy {
					return silent(exitInfrastructure)
				}
			}
			return nil
		},
	}
}

func showStatus(w io.Writer, s *network.Status) {
	running := "运行中 running"
	if !s.Running {
		running = "未运行 not running (qxl up)"
	}
	fmt.Fprintf(w, "%s, channel %s: %s\n\n", s.Consortium, s.Channel, running)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NODE\tSTATE\tPID\tHEIGHT\tRESTARTS\tVERSION\tADDRESS\tCERTIFICATE UNTIL")
	or := func(n uint64) string {
		if n == 0 {
			return "-"
		}
		return fmt.Sprint(n)
	}
	for _, n := range s.Nodes {
		state := string(n.Phase)
		if n.Phase == supervisor.Running && !n.Healthy {
			state = "not well"
		}
		version := n.Version
		if version == "" {
			version = "-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\n", n.Name, state, or(uint64(n.PID)), or(n.Height), n.Restarts, version, n.Address, n.Expires.Format(time.DateOnly))
	}
	t.Flush()
	for _, n := range s.Nodes {
		if n.Problem != "" {
			fmt.Fprintf(w, "%s: %s\n", n.Name, n.Problem)
		}
	}
	fmt.Fprintln(w, "\n证书有效期 certificates, soonest first")
	t = tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, c := range s.Certificates {
		note := ""
		switch left := time.Until(c.NotAfter); {
		case c.Revoked:
			note = "已吊销 revoked"
		case left < 0:
			note = "已过期 expired"
		case left < 30*24*time.Hour:
			note = "即将到期 expires within 30 days"
		}
		fmt.Fprintf(t, "  %s/%s\t%s\t%s\t%s\n", c.Org, c.Name, c.Use, c.NotAfter.Format(time.DateOnly), note)
	}
	t.Flush()
	if len(s.Events) > 0 {
		fmt.Fprintln(w, "\n最近事件 what the supervisor did last")
		for _, e := range s.Events[max(0, len(s.Events)-10):] {
			fmt.Fprintf(w, "  %s %s: %s\n", e.At.Format(time.DateTime), e.Node, e.What)
		}
	}
}

func newLogsCommand(a *app) *cobra.Command {
	var count int
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs [NODE]",
		Short: "节点日志 the last lines of a node's log",
		Long:  "NODE as qxl status names it, or ORG/NODE. Without NODE: the supervisor's log, which tells of restarts.",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if count < 1 {
				return usagef("--lines %d: must be at least 1", count)
			}
			if follow && a.json {
				return usagef("--follow has no JSON form")
			}
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			node := "supervisor"
			if len(args) == 1 {
				node = args[0]
			}
			file, err := network.Log(dir, node)
			if err != nil {
				return err
			}
			lines := network.LastLines(file, count)
			err = a.print(map[string]any{"node": node, "file": file, "lines": lines}, func(w io.Writer) {
				for _, line := range lines {
					fmt.Fprintln(w, line)
				}
			})
			if err != nil || !follow {
				return err
			}
			return network.Follow(cmd.Context(), file, a.out)
		},
	}
	cmd.Flags().IntVarP(&count, "lines", "n", 50, "how many lines 行数")
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on as the log grows 持续显示")
	return cmd
}

func newNetworkCommand(a *app) *cobra.Command {
	cmd := frontdoor.Group(&cobra.Command{Use: "network", Short: "节点运维 operate single nodes"})
	cmd.AddCommand(&cobra.Command{
		Use:   "restart NODE",
		Short: "重启节点 restart one node and wait until it answers",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			if err := network.Restart(cmd.Context(), dir, args[0]); err != nil {
				return err
			}
			return a.print(map[string]any{"restarted": args[0]}, func(w io.Writer) {
				fmt.Fprintf(w, "已重启 %s restarted, it answers\n", args[0])
			})
		},
	}, newNetworkCompactCommand(a), newNetworkEntrustCommand(a))
	return cmd
}

func newNetworkCompactCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "compact",
		Short: "清理数据文件 take what was purged out of the peers' files too; the network must be down",
		Long: `节点按交易删除被清除的值，其字节仍在数据库文件中，直至日后合并。停网后运行本命令即刻清出。
A peer deletes what an erasure purges within ten blocks, but its database keeps the bytes in its files until it merges them
some day. After this they are gone.

  qxl down; qxl network compact; qxl up`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			n, err := network.Compact(cmd.Context(), dir, func(e network.Event) { a.say("%s %s", e.Stage, e.What) })
			if err != nil {
				return err
			}
			return a.print(map[string]any{"databases": n}, func(w io.Writer) { fmt.Fprintf(w, "已清理 compacted %d databases\n", n) })
		},
	}
}

func newNetworkEntrustCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "entrust BANK",
		Short: "账簿代管 let the authorities endorse alone in the book of a bank that has left or refuses",
		Long: `银行已退出或拒不执行依法作出的删除时，由三家主管部门批准新的链码定义：账簿数据及持有人不变，写入由主管部门背书。
Gives the bank's book a definition, approved by the three authorities, whose collections they endorse alone. Data and those who
hold it stay as they are. Then: qxl erase run NUMBER --entrusted --as Commission/operator1 --bank BANK`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := a.fabricDir()
			if err != nil {
				return err
			}
			t, err := topology.Load(layout.Dir(dir).Topology())
			if err != nil {
				return err
			}
			for _, o := range t.Organizations {
				if o.Party != topology.Bank || !strings.EqualFold(o.Name, args[0]) {
					continue
				}
				if err := network.Deploy(cmd.Context(), dir, []network.ChaincodeDefinition{entrusted(t, bookName(o.Name), o.MSP)}, func(e network.Event) { a.say("%s %s", e.Stage, e.What) }); err != nil {
					return err
				}
				return a.print(map[string]any{"book": bookName(o.Name)}, func(w io.Writer) {
					fmt.Fprintf(w, "%s 已由主管部门代管 is endorsed by the authorities alone\n", bookName(o.Name))
				})
			}
			return &problem{Exit: exitUsage, Code: "BANK_UNKNOWN", Field: "BANK", Value: args[0], Zh: "没有这家银行", En: "no such bank in the consortium"}
		},
	}
}

// newSupervisorCommand is the process that keeps the nodes running.
func newSupervisorCommand(*app) *cobra.Command {
	return &cobra.Command{
		Use:    "supervisor DIR",
		Short:  "守护进程 keep the nodes of a network running",
		Hidden: true, // started by up, not by people
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return network.Supervise(cmd.Context(), args[0])
		},
	}
}

func init() { explainers = append(explainers, explainNetwork) }

// explainNetwork gives the network's errors their code, Chinese and hint.
func explainNetwork(err error) *problem {
	var node *network.NodeError
	var port *network.PortError
	var other *network.OtherTopologyError
	var file topology.Errors
	var program *programs.Error
	p := &problem{Exit: exitInfrastructure}
	switch {
	case errors.As(err, &file):
		p.Exit, p.Code, p.Zh = exitUsage, "TOPOLOGY", "拓扑文件有误"
		if len(file) == 1 {
			p.Field, p.Value, p.Limit, p.Hint = file[0].Field, file[0].Value, file[0].Limit, file[0].Hint
		}
	case errors.As(err, &other):
		p.Exit, p.Code, p.Zh, p.Field = exitUsage, "OTHER_TOPOLOGY", "该状态目录属于另一个网络", other.Field
		p.Limit, p.Value = other.Have, other.Want
	case errors.As(err, &node):
		p.Code, p.Zh, p.Field, p.Hint = "NODE_DOWN", "节点未能运行: "+node.Node, "node", node.Hint
		p.Value = node.Node
	case errors.As(err, &port):
		p.Code, p.Zh, p.Field, p.Value = "PORT_TAKEN", fmt.Sprintf("端口 %d 已被占用", port.Port), "port", fmt.Sprint(port.Port)
	case errors.As(err, &program):
		p.Code, p.Zh, p.Field, p.Value, p.Hint = "PROGRAM", "Fabric 程序不可用", "--fabric-bin", program.Program, program.Hint
	case errors.Is(err, network.ErrNoNetwork):
		p.Code, p.Zh = "NO_NETWORK", "此处没有 Fabric 网络"
	default:
		return nil
	}
	// An error's text ends in its hint for those who see only the text.
	text, hint, found := strings.Cut(err.Error(), "(hint: ")
	p.En = strings.TrimSpace(text)
	if len(file) > 1 {
		p.En = err.Error() // a line per mistake, each with its own hint
	} else if found && p.Hint == "" {
		p.Hint = strings.TrimSuffix(hint, ")")
	}
	return p
}
