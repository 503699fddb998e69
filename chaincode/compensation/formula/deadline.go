package formula

import (
	"strconv"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/consortium"
)

// Deadlines 办理时限 are the last days for the steps of a claim: the pack's
// working days on the ledger's calendar, make-up days 调休 counted as worked and
// holidays not. The day on which a term begins is not counted (民法典 201). Each is
// an error where the calendar does not reach so far.
type Deadlines struct {
	Pack     consortium.RulePack
	Calendar consortium.Calendar
}

// Notice 不良通知: from the day of recognition.
func (d Deadlines) Notice(recognized calendar.Date) (calendar.Date, error) {
	return d.after(recognized, d.Pack.Recognition.Notice)
}

// Submission 提交申请: so many months after recognition; a last day that is not
// worked gives way to the next that is (民法典 203).
func (d Deadlines) Submission(recognized calendar.Date) (calendar.Date, error) {
	last, err := recognized.AddMonths(d.Pack.Recognition.Claim, calendar.Clamp)
	if err != nil {
		return 0, err
	}
	return d.after(last, 0)
}

// Completeness 齐全性审查: from submission.
func (d Deadlines) Completeness(submitted calendar.Date) (calendar.Date, error) {
	return d.after(submitted, d.Pack.Days.Completeness)
}

// Cure 补正: from the return to the bank.
func (d Deadlines) Cure(returned calendar.Date) (calendar.Date, error) {
	return d.after(returned, d.Pack.Days.Cure)
}

// Review 联合审核: from acceptance, for review and opinion together.
func (d Deadlines) Review(accepted calendar.Date) (calendar.Date, error) {
	return d.after(accepted, d.Pack.Days.Review)
}

// Publish 开始公示: from the opinion.
func (d Deadlines) Publish(opinion calendar.Date) (calendar.Date, error) {
	return d.after(opinion, d.Pack.Days.Publish)
}

// PublicityEnd 公示期满: the last day of publicity, which is not over before it
// has passed.
func (d Deadlines) PublicityEnd(published calendar.Date) (calendar.Date, error) {
	return d.after(published, d.Pack.Days.Publicity)
}

// Objection 异议复核: from the objection.
func (d Deadlines) Objection(raised calendar.Date) (calendar.Date, error) {
	return d.after(raised, d.Pack.Days.Objection)
}

// Decision 审批: from the end of publicity.
func (d Deadlines) Decision(publicityEnd calendar.Date) (calendar.Date, error) {
	return d.after(publicityEnd, d.Pack.Days.Decision)
}

// Payment 拨付: from the end of publicity, as the decision is.
func (d Deadlines) Payment(publicityEnd calendar.Date) (calendar.Date, error) {
	return d.after(publicityEnd, d.Pack.Days.Payment)
}

// Return 追偿返还: from the receipt of what was recovered.
func (d Deadlines) Return(received calendar.Date) (calendar.Date, error) {
	return d.after(received, d.Pack.Days.Return)
}

func (d Deadlines) after(day calendar.Date, n int) (calendar.Date, error) {
	on, missing := d.Calendar.WorkingDayAfter(day, n)
	if missing != 0 {
		return 0, &Error{Code: "CALENDAR_YEAR_MISSING", Field: "date", Value: strconv.Itoa(missing),
			Zh: "该年度的放假安排未录入工作日历", En: "no working-day calendar for that year", Hint: "enter the State Council's notice for the year first"}
	}
	return on, nil
}
