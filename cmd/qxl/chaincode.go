package main

import (
	"fmt"
	"net/http"
	_ "net/http/pprof" // served on loopback only, when --profile asks for it
	"os"
	"strings"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/command"
)

// newChaincodeCommand is the chaincode process of one organization: chaincode
// as a service, both packages in one process, mutual TLS to the peer.
func newChaincodeCommand(a *app) *cobra.Command {
	var msp, key, cert, peerRoots, profile string
	var serve []string
	cmd := &cobra.Command{
		Use:    "chaincode",
		Short:  "运行链码进程 run an organization's chaincode process",
		Hidden: true, // started by the network, not by people
		Args:   cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			tls, err := chaincodeTLS(key, cert, peerRoots)
			if err != nil {
				return err
			}
			if profile != "" {
				go func() { a.say("profile: %v", http.ListenAndServe(profile, nil)) }()
			}
			// The shim's server cannot be stopped: it ends with the process,
			// which holds nothing that would need to be put away.
			failed := make(chan error, len(serve))
			for _, s := range serve {
				parts := strings.SplitN(s, "=", 3)
				if len(parts) != 3 || (parts[0] != string(command.Book) && parts[0] != string(command.Commons)) {
					return usagef("--serve %q is not book|commons=ADDRESS=PACKAGE-ID", s)
				}
				cc, err := chaincode.New(command.Chaincode(parts[0]), msp, time.Now)
				if err != nil {
					return err
				}
				server := &shim.ChaincodeServer{CCID: parts[2], Address: parts[1], CC: cc, TLSProps: tls}
				go func() { failed <- server.Start() }()
			}
			a.say("chaincode of %s: serving %s", msp, strings.Join(serve, " "))
			select {
			case err := <-failed:
				return fmt.Errorf("chaincode of %s: %w", msp, err)
			case <-cmd.Context().Done():
				return nil
			}
		},
	}
	f := cmd.Flags()
	f.StringVar(&msp, "msp", "", "MSP ID of the organization")
	f.StringArrayVar(&serve, "serve", nil, "book|commons=ADDRESS=PACKAGE-ID, once per package")
	f.StringVar(&key, "tls-key", "", "TLS key file")
	f.StringVar(&cert, "tls-cert", "", "TLS certificate file")
	f.StringVar(&peerRoots, "tls-roots", "", "roots of the peer's client certificate")
	f.StringVar(&profile, "profile", "", "loopback address of the Go profiler, for benchmarks")
	return cmd
}

func chaincodeTLS(key, cert, roots string) (shim.TLSProperties, error) {
	var p shim.TLSProperties
	for _, f := range []struct {
		flag, path string
		to         *[]byte
	}{{"--tls-key", key, &p.Key}, {"--tls-cert", cert, &p.Cert}, {"--tls-roots", roots, &p.ClientCACerts}} {
		b, err := os.ReadFile(f.path)
		if err != nil {
			return p, &problem{Exit: exitUsage, Code: "TLS_FILE", Field: f.flag, Value: f.path, Zh: "无法读取 TLS 文件", En: fmt.Sprint(err), Hint: "the chaincode process never runs without TLS"}
		}
		*f.to = b
	}
	return p, nil
}
