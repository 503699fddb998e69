package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/book"
	"github.com/qingxinlian/qxl/client/disclosure"
)

func newDiscloseServeCommand(a *app) *cobra.Command {
	var as, listen string
	var f nodeFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "持有方节点 the owner's node: releases what the ledger has granted, until Ctrl-C",
		Long: `Runs the node of an authority that keeps records: TLS 1.3 with people of the consortium only. Each request must stand on the
ledger of its own peer, granted, unserved and made with the very certificate that calls; what is released and what is refused
is told to the ledger. The vault and the log are open for moments only. It prints one line a request; --json one document a line.
It listens on this machine alone unless --listen says otherwise.`,
		Example: "  qxl disclose serve --as CentralBank/officer1 --listen 127.0.0.1:7443 --subjects subjects.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if as == "" {
				return signerMissing()
			}
			return a.withClient(cmd.Context(), as, "", func(ctx context.Context, s *session, c *book.Client, _ string) error {
				if s.engine == embeddedEngine {
					return &problem{Exit: exitUsage, Code: "DISCLOSE_ENGINE", Field: "--engine", Limit: fabricEngine, Value: s.engine, Zh: "内置账本只供一个进程使用，不能另设节点", En: "the embedded ledger is one process's",
						Hint: "qxl disclose ask runs the owner's node in its own process there"}
				}
				person, err := a.signer(as)
				if err != nil {
					return err
				}
				n, err := a.node(s, c, person, f)
				if err != nil {
					return err
				}
				failed := error(nil)
				n.Told = func(o disclosure.Outcome) {
					if a.json {
						a.answered = true
						failed = errors.Join(failed, json.NewEncoder(a.out).Encode(o))
						return
					}
					writeOutcome(a.out, o)
				}
				l, err := net.Listen("tcp", listen)
				if err != nil {
					return &problem{Exit: exitInfrastructure, Code: "LISTEN", Field: "--listen", Value: listen, Zh: "无法监听该地址", En: err.Error(), Hint: "name a free address of this machine"}
				}
				a.say("持有方节点 the node of %s listens: https://%s", person.Org, l.Addr())
				return errors.Join(n.Serve(ctx, l), failed)
			})
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "谁的节点 the owner's person who signs receipts: ORG/USER (needed)")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:7443", "监听地址 address to listen on")
	f.add(cmd)
	return cmd
}

func writeOutcome(w io.Writer, o disclosure.Outcome) {
	switch {
	case o.Refusal != nil:
		zh, _ := o.Refusal.Texts()
		fmt.Fprintf(w, "拒绝 refused %s: %s %s %s\n", o.Request, o.Caller.MSP, o.Refusal.Code, zh)
		if !o.Recorded {
			fmt.Fprintf(w, "  未能登记 not on the ledger: %v\n", o.Err)
		}
	case o.Err != nil:
		fmt.Fprintf(w, "未能答复 could not answer %s: %s: %v\n", o.Request, o.Caller.MSP, o.Err)
	default:
		fmt.Fprintf(w, "已交付 delivered %s: %s 用途 purpose %s, 记录 records %d\n", o.Request, o.Caller.MSP, o.Purpose, o.Records)
	}
}
