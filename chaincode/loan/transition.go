package loan

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// Status is where an application or a loan stands.
type Status uint8

// Of an application: Applied, Routed. Of a loan: the others. The zero value is
// what does not exist yet.
const (
	None      Status = iota
	Applied          // 已申请
	Routed           // 已分派
	Accepted         // 已受理
	Rejected         // 已拒绝
	Credited         // 已授信
	Signed           // 已签约
	Disbursed        // 已放款
	Settled          // 已结清
	Proposed         // 拟接续: a loan that existed before the ledger, not confirmed yet
)

var statusNames = [...]struct{ code, zh string }{
	{"NONE", "无"}, {"APPLIED", "已申请"}, {"ROUTED", "已分派"}, {"ACCEPTED", "已受理"}, {"REJECTED", "已拒绝"},
	{"CREDITED", "已授信"}, {"SIGNED", "已签约"}, {"DISBURSED", "已放款"}, {"SETTLED", "已结清"}, {"PROPOSED", "拟接续"},
}

func (s Status) String() string {
	if int(s) >= len(statusNames) {
		return "UNKNOWN"
	}
	return statusNames[s].code
}

// Zh is the status in Chinese.
func (s Status) Zh() string {
	if int(s) >= len(statusNames) {
		return "未知"
	}
	return statusNames[s].zh
}

// MarshalText writes the code.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *Status) UnmarshalText(text []byte) error {
	for i := range statusNames {
		if statusNames[i].code == string(text) {
			*s = Status(i)
			return nil
		}
	}
	return UnknownStatus.At("status", "APPLIED ROUTED ACCEPTED REJECTED CREDITED SIGNED DISBURSED SETTLED PROPOSED", string(text))
}

// Transition is one row of a state machine: what a command needs and where it
// leads.
type Transition struct {
	Command string   `json:"command"`
	From    []Status `json:"from"`
	To      Status   `json:"to"`
	Effect  string   `json:"effect"`
}

// Applications is the state machine of an application.
var Applications = []Transition{
	{"loan.Apply", []Status{None}, Applied, "the application stands, visible to the bank and the authorities"},
	{"loan.Route", []Status{Applied}, Routed, "the bank may accept; the term for its decision runs"},
}

// Loans is the state machine of a loan.
var Loans = []Transition{
	{"loan.Accept", []Status{None}, Accepted, "the application is used; the borrower's profile of the day is kept"},
	{"loan.Reject", []Status{Accepted, Credited, Proposed}, Rejected, "no loan, for a reason that the applicant learns"},
	{"loan.Credit", []Status{Accepted}, Credited, "limit, highest rate, term, method and guarantee stand"},
	{"loan.Sign", []Status{Credited}, Signed, "the contract stands"},
	{"loan.Disburse", []Status{Signed}, Disbursed, "interest runs; the plan starts from this date"},
	{"loan.Charge", []Status{Disbursed}, Disbursed, "costs of recovery are owed"},
	{"loan.Repay", []Status{Disbursed}, Disbursed, "due instalments are paid, oldest first; the rest waits"},
	{"loan.Prepay", []Status{Disbursed}, Disbursed, "what is due, interest to the day and principal are paid; the plan is made anew"},
	{"loan.GuaranteePay", []Status{Disbursed}, Disbursed, "the guarantor pays what is due"},
	{"loan.Recover", []Status{Disbursed}, Disbursed, "something came in after the write-off"},
	{"loan.Misuse", []Status{Disbursed}, Disbursed, "the rate bears a percentage more"},
	{"loan.Refund", []Status{Disbursed}, Disbursed, "of what waits, some goes back"},
	{"loan.Extend", []Status{Disbursed}, Disbursed, "the term is longer; the plan is made anew"},
	{"loan.WriteOff", []Status{Disbursed}, Disbursed, "the loan is off the bank's books; the debt lives on"},
	{"loan.Settle", []Status{Disbursed}, Settled, "nothing is owed"},
	{"loan.Reset", []Status{Disbursed}, Disbursed, "a floating rate is LPR plus spread of the reset day"},
	{"loan.Reprice", []Status{Disbursed}, Disbursed, "an agreed rate is in force"},
	{"loan.Classify", []Status{Disbursed}, Disbursed, "the class stands until another is given, and is never better than the floor"},
	{"loan.Renew", []Status{Signed}, Disbursed, "the loan repaid another without money; interest runs"},
	{"loan.TakeOn", []Status{None}, Proposed, "a loan that existed before the ledger waits for the second signature"},
	{"loan.AmendTakeOn", []Status{Proposed}, Proposed, "other terms and balances wait"},
	{"loan.ConfirmTakeOn", []Status{Proposed}, Disbursed, "the loan goes on from its balances; it is never fileable"},
	{"loan.RequestReversal", []Status{Disbursed, Settled, Signed, Proposed}, Disbursed, "an entry is to be reversed; its state stays"},
	{"loan.Reverse", []Status{Disbursed, Settled, Signed, Proposed}, Disbursed, "the entry falls and what follows is made anew; the state follows from what stands"},
}

// Renewed is what a renewal does to the old loan.
var Renewed = []Transition{
	{"loan.Renew", []Status{Disbursed}, Settled, "the principal is repaid by the new loan"},
}

// check refuses a command that its state machine does not allow.
func check(machine []Transition, command string, from Status) *refusal.Refusal {
	for i := range machine {
		t := &machine[i]
		if t.Command != command {
			continue
		}
		allowed := make([]string, len(t.From))
		for j, s := range t.From {
			if s == from {
				return nil
			}
			allowed[j] = s.String()
		}
		return WrongState.At("status", strings.Join(allowed, " "), from.String()+" → "+t.To.String())
	}
	return WrongState.At("status", nil, from.String()+" → "+command)
}
