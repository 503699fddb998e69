package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/wallet"
)

// access is who connects, and how: the flags that posts and queries share.
type access struct {
	profile, org, channel string
	cert, key             string
	state, as             string
	verbose               bool
}

func (x *access) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&x.profile, "profile", "", "connection profile of fabric-sdk-go, YAML 连接配置 (needed)")
	f.StringVar(&x.org, "org", "", "your organization in the profile 所属机构 (default: its client.organization)")
	f.StringVar(&x.channel, "channel", "", "channel 通道 (default: the profile's one channel)")
	f.StringVar(&x.cert, "cert", "", "certificate, PEM 证书")
	f.StringVar(&x.key, "key", "", "private key in clear, PEM: a file, or a key store directory with one file 私钥")
	f.StringVar(&x.state, "state", "", "instead of --cert and --key: qxl's state directory 状态目录 (default $QXL_STATE or ~/.local/state/qxl)")
	f.StringVar(&x.as, "as", "", "with --state: who signs, ORG/USER 签名人")
	f.BoolVar(&x.verbose, "verbose", false, "let fabric-sdk-go log on standard error 输出详细日志")
}

// identity reads who signs.
func (x *access) identity() (fabsdk.Identity, error) {
	files := x.cert != "" || x.key != ""
	switch {
	case files && x.as != "":
		return fabsdk.Identity{}, usagef("give --cert and --key, or --as, not both")
	case files && (x.cert == "" || x.key == ""):
		return fabsdk.Identity{}, usagef("--cert and --key belong together")
	case files:
		return fabsdk.FromFiles(x.cert, x.key)
	case x.as == "":
		return fabsdk.Identity{}, &problem{Exit: exitUsage, Code: "SIGNER_MISSING", Field: "--cert, --key or --as", Zh: "没有指明签名人", En: "no signer given",
			Hint: "--cert cert.pem --key key.pem, or --state DIR --as BankA/officer1"}
	}
	dir, err := fabricDir(x.state)
	if err != nil {
		return fabsdk.Identity{}, err
	}
	return fabsdk.FromWallet(dir, x.as, wallet.Passphrase(dir, wallet.Prompt))
}

// connect opens the connection; the caller closes it.
func (x *access) connect() (*fabsdk.Connection, error) {
	if x.profile == "" {
		return nil, &problem{Exit: exitUsage, Code: "PROFILE_MISSING", Field: "--profile", Zh: "没有指明连接配置", En: "no connection profile given",
			Hint: "--profile connection.yaml; qxl-fabsdk profile writes one from a running network"}
	}
	id, err := x.identity()
	if err != nil {
		return nil, err
	}
	if x.org == "" && x.as != "" {
		if x.org, _, err = wallet.Split(x.as); err != nil {
			return nil, err
		}
	}
	return fabsdk.Open(fabsdk.Options{Profile: x.profile, Org: x.org, Channel: x.channel, Identity: id, Verbose: x.verbose})
}

// fabricDir is the network's part of qxl's state directory.
func fabricDir(state string) (string, error) {
	if state == "" {
		state = os.Getenv("QXL_STATE")
	}
	if state == "" {
		if dir := os.Getenv("XDG_STATE_HOME"); dir != "" {
			state = filepath.Join(dir, "qxl")
		}
	}
	if state == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", &problem{Exit: exitUsage, Code: "STATE_UNKNOWN", Field: "--state", Zh: "不知道状态目录在哪里", En: "no state directory: HOME is not set", Hint: "give --state DIR or set QXL_STATE"}
		}
		state = filepath.Join(home, ".local", "state", "qxl")
	}
	dir, err := filepath.Abs(state)
	return filepath.Join(dir, "fabric"), err
}

// maxContent bounds a content file: a batch of MaxBatch large commands.
const maxContent = 16 << 20

// contents reads a file with one JSON object, or a list of them.
func (a *app) contents(file string) ([]json.RawMessage, error) {
	var raw []byte
	var err error
	if file == "-" {
		raw, err = io.ReadAll(io.LimitReader(a.in, maxContent+1))
	} else {
		raw, err = readLimited(file)
	}
	if err == nil && len(raw) > maxContent {
		err = fmt.Errorf("more than %d bytes", maxContent)
	}
	var list []json.RawMessage
	if err == nil {
		raw = bytes.TrimSpace(raw)
		if len(raw) > 0 && raw[0] == '[' {
			err = json.Unmarshal(raw, &list)
		} else {
			list = []json.RawMessage{raw}
		}
	}
	for i := 0; err == nil && i < len(list); i++ {
		var object map[string]json.RawMessage
		if e := json.Unmarshal(list[i], &object); e != nil || object == nil {
			err = fmt.Errorf("content %d is no JSON object", i+1)
		}
	}
	if err != nil {
		return nil, &problem{Exit: exitUsage, Code: "CONTENT_FILE", Field: "--content", Value: file, Zh: "无法读取内容文件", En: err.Error(), Hint: "one JSON object, or a list of them for a batch"}
	}
	return list, nil
}

func readLimited(file string) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxContent+1))
}
