package compensation

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Step is a step of a claim that somebody has to take by a day.
type Step uint8

const (
	NoStep           Step = iota
	StepSubmit            // the bank submits within the claim window
	StepCompleteness      // the Commission's operator accepts or returns
	StepCure              // the bank submits again
	StepReview            // the Commission reviews
	StepOpinion           // the central bank gives its opinion
	StepPublish           // Finance begins the publicity
	StepAnswer            // the bank answers an objection
	StepReReview          // the Commission decides on it
	StepDecision          // Finance decides
	StepPayment           // Finance pays
	StepReturn            // the bank returns the fund's share of what came in
	StepClawback          // the bank pays back
)

var stepNames = [...]struct {
	code, zh string
	party    command.Party
}{
	{}, {"submit", "提交补偿申请", command.Bank}, {"completeness", "材料齐全性审查", command.Commission}, {"cure", "补正", command.Bank},
	{"review", "联合审核", command.Commission}, {"opinion", "出具意见", command.CentralBank}, {"publish", "公示", command.Finance},
	{"answer", "答复异议", command.Bank}, {"re_review", "异议复核", command.Commission}, {"decision", "审批", command.Finance},
	{"payment", "拨付", command.Finance}, {"return", "返还追偿款", command.Bank}, {"clawback", "缴回补偿款", command.Bank},
}

func (s Step) String() string {
	if int(s) >= len(stepNames) {
		return "unknown"
	}
	return stepNames[s].code
}

// Zh is the step in Chinese.
func (s Step) Zh() string {
	if int(s) >= len(stepNames) {
		return "未知"
	}
	return stepNames[s].zh
}

// Party is who has to take it.
func (s Step) Party() command.Party {
	if int(s) >= len(stepNames) {
		return ""
	}
	return stepNames[s].party
}

// MarshalText writes the code.
func (s Step) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the code.
func (s *Step) UnmarshalText(text []byte) error {
	known := ""
	for i := range stepNames {
		if stepNames[i].code == string(text) {
			*s = Step(i)
			return nil
		}
		if i > 0 {
			known += " " + stepNames[i].code
		}
	}
	return ClaimCode.At("step", known[1:], string(text))
}

// by is the deadline of a step, by one of the formula's terms from a day.
func by(step Step, term func(calendar.Date) (calendar.Date, error), day calendar.Date) (Deadline, error) {
	on, err := term(day)
	if err != nil {
		return Deadline{}, figureRefused(err)
	}
	return Deadline{Step: step, On: on}, nil
}

// workingDay is the n-th working day after a day, by the ledger's calendar.
func workingDay(ctx *command.Context, day calendar.Date, n int) (calendar.Date, error) {
	c := consortium.Of(ctx).Calendar
	on, missing := c.WorkingDayAfter(day, n)
	if missing != 0 {
		return 0, NoCalendar.At("date", c, missing)
	}
	return on, nil
}

// workingDaysLeft is how many working days come after a day, up to and with
// another.
func workingDaysLeft(ctx *command.Context, day, to calendar.Date) (int, error) {
	for n := 0; ; n++ {
		next, err := workingDay(ctx, day, n+1)
		if err != nil || next > to {
			return n, err
		}
	}
}
