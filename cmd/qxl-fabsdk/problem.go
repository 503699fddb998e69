package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/client/wallet"
)

// Exit codes are part of the interface and never change.
const (
	exitDone           = 0
	exitRefused        = 1
	exitUsage          = 2
	exitInfrastructure = 3
)

// problem is an error as the user sees it: Chinese first, English second,
// the field, the limit and the value, and what to do next.
type problem struct {
	Exit        int    `json:"-"`
	Code        string `json:"code"`
	Stage       string `json:"stage,omitempty"`
	Transaction string `json:"transaction,omitempty"`
	MayCommit   bool   `json:"may_commit,omitempty"`
	Field       string `json:"field,omitempty"`
	Limit       string `json:"limit,omitempty"`
	Value       string `json:"value,omitempty"`
	Zh          string `json:"zh,omitempty"`
	En          string `json:"message"`
	Hint        string `json:"hint,omitempty"`
}

func (p *problem) Error() string { return p.En }

// silent ends the program with an exit code after the result has been
// printed: a refused command is a result.
type silent int

func (s silent) Error() string { return fmt.Sprintf("exit %d", int(s)) }

func usagef(format string, args ...any) error {
	return &problem{Exit: exitUsage, Code: "USAGE", En: fmt.Sprintf(format, args...), Zh: "用法不对", Hint: "see qxl-fabsdk --help"}
}

// finish prints the error of a command, if any, and gives the exit code.
func (a *app) finish(err error) int {
	if err == nil {
		return exitDone
	}
	var s silent
	if errors.As(err, &s) {
		return int(s)
	}
	p := explain(err)
	if a.json && !a.answered {
		enc := json.NewEncoder(a.out)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(struct {
			Error *problem `json:"error"`
		}{p})
	}
	var b strings.Builder
	if p.Zh != "" {
		fmt.Fprintf(&b, "错误: %s\n", p.Zh)
	}
	fmt.Fprintf(&b, "error: %s\n", p.En)
	if p.Stage != "" {
		fmt.Fprintf(&b, "  stage: %s; code: %s\n", p.Stage, p.Code)
	}
	if p.Field != "" || p.Limit != "" || p.Value != "" {
		fmt.Fprintf(&b, "  field: %s", p.Field)
		if p.Limit != "" {
			fmt.Fprintf(&b, "; limit: %s", p.Limit)
		}
		if p.Value != "" {
			fmt.Fprintf(&b, "; value: %s", p.Value)
		}
		b.WriteByte('\n')
	}
	if p.Hint != "" {
		fmt.Fprintf(&b, "hint: %s\n", p.Hint)
	}
	fmt.Fprint(a.err, b.String())
	return p.Exit
}

// refusedCodes are errors of a whole transaction or query that mean that a
// rule said no; usageCodes mean that it was not well formed.
var (
	refusedCodes = map[string]bool{"ACCESS_DENIED": true, "CERTIFICATE_BLOCKED": true, "NOT_A_MEMBER": true, "CLOCK_SKEW": true, "CHAINCODE_REFUSED": true}
	usageCodes   = map[string]bool{"MALFORMED": true, "BATCH_COUNT": true, "BATCH_SIZE": true, "UNKNOWN_LANE": true, fabsdk.CodeProfile: true}
)

var hints = map[string]struct{ zh, hint string }{
	fabsdk.CodeUnavailable:       {"节点无法连接", "check that the peers and orderers of the profile run; then run the same command again"},
	fabsdk.CodeTimeout:           {"等待超时", "run the same command again: what was committed is recognised by its number"},
	fabsdk.CodeOverloaded:        {"网络繁忙", "run the same command again in a moment"},
	fabsdk.CodeMismatch:          {"各方背书结果不一致", "a peer lags behind; run the same command again, or name others with --endorsers"},
	fabsdk.CodeDataMissing:       {"该节点暂缺私有数据", "name another endorser or peer, or run the same command again"},
	fabsdk.CodeProfile:           {"连接配置中没有所需机构的节点", "add a peer of that organization to the connection profile; qxl-fabsdk profile writes one with all"},
	fabsdk.CodeAccess:            {"无权办理此业务", "docs/access.csv says who may do what"},
	"CERTIFICATE_BLOCKED":        {"该证书已被停用", "have a new certificate issued"},
	"NOT_A_MEMBER":               {"该节点不持有此数据", "an endorser or peer that was named is no member of the lane's data"},
	"CLOCK_SKEW":                 {"本机时钟偏差过大", "set this machine's clock"},
	"ENDORSEMENT_POLICY_FAILURE": {"背书机构不足", "the endorsers named do not satisfy the lane: leave --endorsers out"},
}

// explain turns the typed errors of the packages into problems.
func explain(err error) *problem {
	var p *problem
	if errors.As(err, &p) {
		return p
	}
	if r, ok := refusal.As(err); ok {
		p := &problem{Exit: exitRefused, Code: r.Code, Field: r.Field, Limit: r.Limit, Value: r.Actual, Zh: r.Code, En: r.Code}
		if reason, ok := surface.FindReason(r.Code); ok {
			p.Zh, p.En = reason.Zh, reason.En
			if reason.Source != "" {
				p.Hint = "rule: " + reason.Source
			}
		}
		var e *ledger.Error
		if errors.As(err, &e) {
			p.Stage, p.Transaction = string(e.Stage), e.TxID
		}
		return p
	}
	var l *ledger.Error
	if errors.As(err, &l) {
		return explainLedger(l, err)
	}
	if p := explainInput(err); p != nil {
		return p
	}
	if errors.Is(err, context.Canceled) {
		return &problem{Exit: exitInfrastructure, Code: "INTERRUPTED", Zh: "已中断", En: "interrupted", Hint: "run the same command again; what was done is kept"}
	}
	return &problem{Exit: exitInfrastructure, Code: "INTERNAL", Zh: "内部错误", En: err.Error()}
}

func explainLedger(e *ledger.Error, err error) *problem {
	p := &problem{Exit: exitInfrastructure, Code: e.Code, Stage: string(e.Stage), Transaction: e.TxID, MayCommit: e.MayCommit, En: err.Error()}
	switch {
	case refusedCodes[e.Code]:
		p.Exit = exitRefused
	case usageCodes[e.Code]:
		p.Exit = exitUsage
	}
	if reason, ok := surface.FindReason(e.Code); ok {
		p.Zh = reason.Zh
	}
	if h, ok := hints[e.Code]; ok {
		p.Zh, p.Hint = h.zh, h.hint
	}
	if p.Zh == "" {
		p.Zh = "账本操作失败"
	}
	return p
}

func explainInput(err error) *problem {
	var usage *fabsdk.UsageError
	var profile *fabsdk.ProfileError
	var identity *fabsdk.IdentityError
	var unknown *wallet.UnknownPersonError
	var name *wallet.NameError
	var pass *wallet.PassphraseError
	var valid *wallet.ValidityError
	p := &problem{Exit: exitUsage, En: err.Error()}
	switch {
	case errors.As(err, &usage):
		p.Code, p.Field, p.Value, p.Zh = "USAGE", usage.Field, usage.Value, "用法或内容不对"
	case errors.As(err, &profile):
		p.Code, p.Field, p.Value, p.Zh = "PROFILE", profile.Field, profile.Value, "连接配置不可用"
		if p.Field == "" {
			p.Field, p.Value = "--profile", profile.File
		}
		p.Hint = "docs/fabric-sdk-go.md has an example"
	case errors.As(err, &identity):
		p.Code, p.Field, p.Value, p.Zh = "IDENTITY", "--cert, --key", identity.File, "证书或私钥不可用"
	case errors.As(err, &unknown):
		p.Code, p.Field, p.Zh, p.Hint = "PERSON_UNKNOWN", "--as", "没有登记此人", "people are written ORG/USER"
	case errors.As(err, &name):
		p.Code, p.Field, p.Zh, p.Hint = "PERSON_NAME", "--as", "人员写法不对", "write ORG/USER, for example BankA/officer1"
	case errors.As(err, &pass):
		p.Code, p.Field, p.Zh, p.Hint = "PASSPHRASE_WRONG", "--as", "口令不正确", "set QXL_PASSPHRASE or type it on a terminal"
	case errors.As(err, &valid):
		p.Code, p.Field, p.Zh, p.Exit = "CERTIFICATE_EXPIRED", "--as", "证书不在有效期内", exitRefused
	case errors.Is(err, wallet.ErrNoPassphrase):
		p.Code, p.Field, p.Zh, p.Hint = "PASSPHRASE_MISSING", "--as", "没有口令", "set QXL_PASSPHRASE or run on a terminal"
	default:
		return nil
	}
	return p
}
