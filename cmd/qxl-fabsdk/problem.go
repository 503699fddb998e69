package main

import (
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/client/fabsdk"
	"github.com/qingxinlian/qxl/client/fabsdk/surface"
	"github.com/qingxinlian/qxl/client/ledger"
	"github.com/qingxinlian/qxl/cmd/internal/frontdoor"
)

const (
	exitDone           = frontdoor.Done
	exitRefused        = frontdoor.Refused
	exitUsage          = frontdoor.Usage
	exitInfrastructure = frontdoor.Infrastructure
)

type (
	problem = frontdoor.Problem
	silent  = frontdoor.Silent
)

func usagef(format string, args ...any) error {
	return &problem{Exit: exitUsage, Code: "USAGE", En: fmt.Sprintf(format, args...), Zh: "用法不对", Hint: "see qxl-fabsdk --help"}
}

// explainers turn the typed errors of the packages into problems.
var explainers = []func(error) *problem{explainRefusal, explainLedger, explainInput, frontdoor.Person}

// finish prints the error of a command, if any, and gives the exit code.
func (a *app) finish(err error) int {
	return frontdoor.Finish(err, explainers, a.json && !a.answered, a.out, a.err)
}

// refusedCodes are errors of a whole transaction or query that mean that a
// rule said no; usageCodes mean that it was not well formed.
var (
	refusedCodes = map[string]bool{"ACCESS_DENIED": true, "CERTIFICATE_BLOCKED": true, "CERTIFICATE_BOOK": true, "NOT_A_MEMBER": true, "CLOCK_SKEW": true, "CHAINCODE_REFUSED": true}
	usageCodes   = map[string]bool{"MALFORMED": true, "BATCH_COUNT": true, "BATCH_SIZE": true, "UNKNOWN_LANE": true, fabsdk.CodeProfile: true}
)

var hints = map[string]struct{ zh, hint string }{
	ledger.CodeUnavailable:       {"节点无法连接", "check that the peers and orderers of the profile run; then run the same command again"},
	ledger.CodeTimeout:           {"等待超时", "run the same command again: what was committed is recognised by its number"},
	ledger.CodeOverloaded:        {"网络繁忙", "run the same command again in a moment"},
	ledger.CodeMismatch:          {"各方背书结果不一致", "a peer lags behind; run the same command again, or name others with --endorsers"},
	ledger.CodeDataMissing:       {"该节点暂缺私有数据", "name another endorser or peer, or run the same command again"},
	fabsdk.CodeProfile:           {"连接配置中没有所需机构的节点", "add a peer of that organization to the connection profile; qxl-fabsdk profile writes one with all"},
	ledger.CodeAccess:            {"无权办理此业务", "docs/access.csv says who may do what"},
	"CERTIFICATE_BLOCKED":        {"该证书已被停用", "have a new certificate issued"},
	"CERTIFICATE_BOOK":           {"主体证书只能用于其所属账簿", "sign with the certificate that was issued for this book"},
	"NOT_A_MEMBER":               {"该节点不持有此数据", "an endorser or peer that was named is no member of the lane's data"},
	"CLOCK_SKEW":                 {"本机时钟偏差过大", "set this machine's clock"},
	"ENDORSEMENT_POLICY_FAILURE": {"背书机构不足", "the endorsers named do not satisfy the lane: leave --endorsers out"},
}

// explainRefusal shows what a rule of the ledger refused.
func explainRefusal(err error) *problem {
	r, ok := refusal.As(err)
	if !ok {
		return nil
	}
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

// explainLedger shows what failed on the way to the ledger, at which stage.
func explainLedger(err error) *problem {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return nil
	}
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
	default:
		return nil
	}
	return p
}
