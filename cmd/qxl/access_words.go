package main

import "strings"

var (
	partyWords = map[string]string{"B": "账簿所属银行 the book's bank", "C": "发展改革委 Commission", "P": "人民银行 CentralBank", "F": "财政厅 Finance",
		"Audit": "审计厅 Audit", "Subject": "信息主体 subject", "Provider": "数据责任单位 provider", "": "其他机构 another organization"}
	roleWords = map[string]string{"operator": "平台操作 operator", "officer": "经办 officer", "reviewer": "审查 reviewer", "approver": "审批 approver",
		"auditor": "审计 auditor", "provider": "报送 provider", "subject": "本人 subject", "": "无岗位 no role"}
)

// everyRole is how many roles the staff of an organization may have.
const everyRole = 5

// accessWords says in words what an access list such as "B/officer C/operator"
// allows: one entry for each party.
func accessWords(list string) string {
	var order []string
	roles := map[string][]string{}
	for _, line := range strings.Fields(list) {
		party, role, ok := strings.Cut(line, "/")
		if !ok {
			return list
		}
		if roles[party] == nil {
			order = append(order, party)
		}
		roles[party] = append(roles[party], word(roleWords, role))
	}
	var words []string
	for _, party := range order {
		who := word(partyWords, party)
		switch {
		case party == "Subject" || party == "Provider":
		case len(roles[party]) >= everyRole:
			who += "（各岗位 any role）"
		default:
			who += "（" + strings.Join(roles[party], "、") + "）"
		}
		words = append(words, who)
	}
	return strings.Join(words, "；")
}

func word(words map[string]string, code string) string {
	if w, ok := words[code]; ok {
		return w
	}
	return code
}
