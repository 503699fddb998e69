package main

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAccessInWords(t *testing.T) {
	require.Equal(t, "账簿所属银行 the book's bank（经办 officer、审批 approver）；信息主体 subject", accessWords("B/officer B/approver Subject/subject"))
	require.Equal(t, "人民银行 CentralBank（各岗位 any role）", accessWords("P/operator P/officer P/reviewer P/approver P/auditor"))
	require.Equal(t, "其他机构 another organization（经办 officer）", accessWords("/officer"))
	require.Equal(t, "anything else", accessWords("anything else"))
}
