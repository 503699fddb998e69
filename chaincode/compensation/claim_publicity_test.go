package compensation_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Trap 16: publicity over the National Day holiday of 2024. 29 September (a
// Sunday) and 12 October (a Saturday) are worked, 1 to 7 October are not.
func TestTrap16PublicityOverAHoliday(t *testing.T) {
	for _, x := range []struct{ from, to, decide string }{
		{"2024-09-26", "2024-10-09", "2024-10-22"}, // 27, 29, 30 September, 8, 9 October
		{"2024-09-29", "2024-10-11", "2024-10-24"},
		{"2024-10-08", "2024-10-14", "2024-10-28"}, // 12 October counts
		{"2024-06-03", "2024-06-10", "2024-06-24"},
	} {
		w := newWorld(t)
		w.until("L1", compensation.Opinioned)
		w.Must(book, clerk, "comp.Publicise", w.publicise("L1", x.from))
		s := w.show("L1")
		require.Equal(t, x.to, s.Publicity.To.String(), x.from)
		require.Equal(t, x.decide, s.Next.By.String(), "ten working days later")
		w.refused(approver, "comp.Approve", w.claim("L1", x.to), "CLAIM_PUBLICITY_RUNS", "date", "after "+x.to, x.to)
		next := day(x.to) + 1
		w.Must(book, approver, "comp.Approve", w.claim("L1", next.String()))
	}
}

func TestPublicityIsNeverShorterThanThePacks(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Opinioned)
	c := w.publicise("L1", "2024-06-03")
	c.Days = 4
	w.refused(clerk, "comp.Publicise", c, "CLAIM_PUBLICITY_DAYS", "days", "5", "4")
	c.Days = 7
	w.Must(book, clerk, "comp.Publicise", c)
	require.Equal(t, "2024-06-12", w.show("L1").Publicity.To.String())
	w.refused(operator, "comp.Object", w.object("L1", "2024-06-13"), "CLAIM_PUBLICITY_OVER", "date", "2024-06-12", "2024-06-13")
	w.Must(book, operator, "comp.Object", w.object("L1", "2024-06-12"))
}

// An objection stops the clock: the days of publicity that were left run after
// it was decided.
func TestAnObjectionStopsThePublicity(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Objected) // from Monday 3 June to the 10th; raised on the 5th
	require.Equal(t, 3, w.show("L1").Publicity.Left, "6, 7 and 10 June")
	w.refused(reviewer, "comp.ReReview", w.reReview("L1", "2024-06-07", false), "CLAIM_ANSWER_WAITS", "date", "after 2024-06-19", "2024-06-07")
	w.Must(book, clerk, "comp.Object", w.object("L1", "2024-06-06"))
	w.Must(book, officer, "comp.AnswerObjection", w.answer("L1", "2024-06-07", 1))
	require.Equal(t, compensation.Objected, w.show("L1").Status, "another one waits")
	w.refused(officer, "comp.AnswerObjection", w.answer("L1", "2024-06-07", 1), "CLAIM_OBJECTION_UNKNOWN", "objection", "2", "1")
	w.refused(officer, "comp.AnswerObjection", w.answer("L1", "2024-06-07", 3), "CLAIM_OBJECTION_UNKNOWN", "objection", "2", "3")
	w.Must(book, officer, "comp.AnswerObjection", w.answer("L1", "2024-06-11", 2))
	s := w.show("L1")
	require.Equal(t, compensation.ReReview, s.Status)
	require.Equal(t, "re_review", s.Next.Step.String())
	w.refused(approver, "comp.Approve", w.claim("L1", "2024-06-12"), "CLAIM_STATE", "status", "PUBLICISED", "RE_REVIEW → APPROVED")
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-14", false))
	s = w.show("L1")
	require.Equal(t, compensation.Publicised, s.Status)
	require.Equal(t, "2024-06-19", s.Publicity.To.String(), "17, 18, 19 June")
	w.refused(approver, "comp.Approve", w.claim("L1", "2024-06-19"), "CLAIM_PUBLICITY_RUNS", "date", "after 2024-06-19", "2024-06-19")
	w.Must(book, approver, "comp.Approve", w.claim("L1", "2024-06-20"))
}

// An objection that the bank does not answer is decided without.
func TestAnUnansweredObjection(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.Objected)
	last := w.show("L1").Next.By.String() // the bank's last day to answer
	w.refused(reviewer, "comp.ReReview", w.reReview("L1", last, true), "CLAIM_ANSWER_WAITS", "date", "after "+last, last)
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-21", true))
	s := w.show("L1")
	require.True(t, s.Objections[0].Upheld)
	require.Equal(t, compensation.ReReview, s.Status)
	w.refused(reviewer, "comp.ReReview", w.reReview("L1", "2024-06-21", false), "CLAIM_OBJECTION_UPHELD", "claim", "", "")
	// Another one, dismissed, does not undo the first.
	w.Must(book, operator, "comp.Object", w.object("L1", "2024-06-21"))
	w.Must(book, officer, "comp.AnswerObjection", w.answer("L1", "2024-06-24", 2))
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-25", false))
	require.Equal(t, compensation.ReReview, w.show("L1").Status)
	w.Must(book, reviewer, "comp.Reject", w.reason("L1", "2024-06-26", "X07"))
}

// An objection that is upheld may end in an adjustment instead: the new sum is
// publicised.
func TestAnUpheldObjectionLeadsToAnAdjustment(t *testing.T) {
	w := newWorld(t)
	w.until("L1", compensation.ReReview)
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-07", true))
	number := w.proposed("L1", "2024-06-11")
	w.Must(book, approver, "comp.SignAdjustment", w.signs("L1", "2024-06-12", number))
	s := w.show("L1")
	require.Equal(t, compensation.Opinioned, s.Status)
	require.Equal(t, yuan("100000"), s.Sum, "80 % of 500,000 less 300,000")
	require.Equal(t, "stack", s.Binding)
	w.Must(book, clerk, "comp.Publicise", w.publicise("L1", "2024-06-13"))
	w.Must(book, approver, "comp.Approve", w.claim("L1", "2024-06-21"))
}

// Trap 18: the mark of an objection shows in every view of the claim while it
// is open, and in none afterwards.
func TestTrap18TheMarkOfAnObjectionShows(t *testing.T) {
	w := newWorld(t)
	w.register("subjectone1", "甘南尖措", subject.Herder)
	marked := func() (views []bool) {
		var list compensation.ClaimsAnswer
		require.NoError(t, w.Ask(book, officer, "comp.List", compensation.ClaimsQuery{}, &list))
		views = append(views, w.show("L1").Marked, list.Claims[0].Marked)
		var public compensation.PublicAnswer
		require.NoError(t, w.Ask(book, operator, "comp.PublicityList", compensation.PublicQuery{At: day("2024-06-06")}, &public))
		require.Len(t, public.Lines, 1)
		views = append(views, public.Lines[0].Marked)
		var late compensation.OverdueAnswer
		require.NoError(t, w.Ask(book, officer, "comp.Overdue", compensation.OverdueQuery{At: day("2025-01-02")}, &late))
		require.Len(t, late.Steps, 1)
		s, err := w.prefill("L1", "2024-06-06")
		require.NoError(t, err)
		return append(views, late.Steps[0].Marked, s.Marked)
	}
	no, yes := []bool{false, false, false, false, false}, []bool{true, true, true, true, true}
	w.until("L1", compensation.Publicised)
	require.Equal(t, no, marked())
	w.Must(book, operator, "comp.Object", w.object("L1", "2024-06-05"))
	require.Equal(t, yes, marked())
	w.Must(book, officer, "comp.AnswerObjection", w.answer("L1", "2024-06-06", 1))
	require.Equal(t, yes, marked(), "answered, and not decided yet")
	w.Must(book, reviewer, "comp.ReReview", w.reReview("L1", "2024-06-06", false))
	require.Equal(t, no, marked())
}

// The publicity list names nobody in full, and is no business of authorities
// who hold no names.
func TestThePublicityListIsMasked(t *testing.T) {
	w := newWorld(t)
	w.register("subjectone1", "甘南尖措", subject.Herder)
	w.until("L1", compensation.Publicised)
	w.until("L2", compensation.Opinioned)
	var public compensation.PublicAnswer
	require.NoError(t, w.Ask(book, operator, "comp.PublicityList", compensation.PublicQuery{At: day("2024-06-05")}, &public))
	require.Len(t, public.Lines, 1)
	line := public.Lines[0]
	require.Equal(t, "甘***", line.Name)
	require.Equal(t, yuan("225000"), line.Sum)
	raw, err := json.Marshal(public)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "尖措")
	require.True(t, w.Denied(book, "Finance/officer", true, "comp.PublicityList"))
	require.NoError(t, w.Ask(book, operator, "comp.PublicityList", compensation.PublicQuery{At: day("2024-06-12")}, &public))
	require.Empty(t, public.Lines, "after the publicity")

	for _, x := range []struct {
		t    subject.Type
		name string
		want string
	}{
		{subject.Herder, "才让", "才*"}, {subject.Herder, "卓", "*"}, {subject.Enterprise, "青海高原牧业有限公司", "青海******公司"},
		{subject.IndividualBusiness, "老马店", "老**"}, {subject.Cooperative, "海晏县央金畜牧专业合作社", "海晏********作社"}, {subject.FamilyRanch, "甲", "甲*"},
	} {
		require.Equal(t, x.want, compensation.Masked(x.t, x.name))
	}
}
