package main

import (
	"errors"
	"fmt"

	"github.com/qingxinlian/qxl/client/ledger"
)

// hints say what to do about an error of the ledger, by its code.
var hints = map[string]struct{ zh, hint string }{
	"UNAVAILABLE":                {"节点无法连接", "qxl status shows the nodes, qxl up starts them; then run the same command again"},
	"TIMEOUT":                    {"等待超时", "run the same command again: what was committed is recognised by its number"},
	"OVERLOADED":                 {"网络繁忙", "run the same command again in a moment"},
	"ENDORSEMENT_MISMATCH":       {"各方背书结果不一致", "a peer lags behind; run the same command again; qxl status shows heights"},
	"MVCC_READ_CONFLICT":         {"与另一笔交易冲突", "run the same command again"},
	"PHANTOM_READ_CONFLICT":      {"与另一笔交易冲突", "run the same command again"},
	"ENDORSEMENT_POLICY_FAILURE": {"背书不足", "a needed organization did not endorse; qxl status shows the nodes"},
	"CLOCK_SKEW":                 {"本机时钟偏差过大", "set this machine's clock; the ledger allows 15 minutes"},
	"ACCESS_DENIED":              {"无权办理此业务", "docs/access.csv says who may do what"},
	"CERTIFICATE_BLOCKED":        {"该证书已被停用", "enrol the person anew"},
	"CERTIFICATE_BOOK":           {"主体证书只能用于其所属账簿", "sign as the subject's person for this book, such as Subject/s01-book-banka; qxl people lists them"},
	"NOT_A_MEMBER":               {"该节点不持有此数据集合", "ask a member's peer"},
	"DATA_MISSING_ON_PEER":       {"该节点暂缺私有数据", "the peer fetches it from other members by itself; ask again or ask another member"},
	"NOT_FOUNDED":                {"联盟尚未成立", "qxl found"},
	"BOOK_NOT_OPEN":              {"账簿尚未开立", "qxl found opens every bank's book"},
	"TRANSACTION_UNKNOWN":        {"没有这笔交易", "check the ID; a transaction that was just sent may not be committed yet"},
}

// refusedCodes are errors of the ledger that mean a rule said no.
var refusedCodes = map[string]bool{"ACCESS_DENIED": true, "CERTIFICATE_BLOCKED": true, "CERTIFICATE_BOOK": true, "NOT_A_MEMBER": true, "CLOCK_SKEW": true, "CHAINCODE_REFUSED": true, "TRANSACTION_UNKNOWN": true}

// explainLedger shows what failed between this program and the ledger, at
// which stage, and whether the transaction may still be committed.
func explainLedger(err error) *problem {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return nil
	}
	h := hints[e.Code]
	p := &problem{Exit: exitInfrastructure, Code: e.Code, En: err.Error(), Zh: h.zh, Hint: h.hint}
	if p.Zh == "" {
		p.Zh = "账本操作失败"
	}
	p.Zh = fmt.Sprintf("%s（阶段：%s）", p.Zh, e.Stage)
	if e.MayCommit {
		p.En += "; the transaction may still be committed"
	}
	if refusedCodes[e.Code] {
		p.Exit = exitRefused
	}
	return p
}
