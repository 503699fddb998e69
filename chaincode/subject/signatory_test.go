package subject

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/refusal"
)

// A grant signed by an ex-representative after the change is refused; one
// signed before stays good (trap 6).
func TestWhoMaySignOnADay(t *testing.T) {
	date := calendar.MustParse
	name := "x"
	company := Subject{Type: Enterprise, Amendments: []Amendment{
		{From: date("2024-01-01"), Name: &name, Representative: &Representative{"王一", "wangyi0001", ""}},
		{From: date("2024-06-01"), Representative: &Representative{"李二", "lier000002", ""}},
		{From: date("2024-07-01"), Name: &name},
	}}
	trader := company
	trader.Type = IndividualBusiness
	herder := Subject{Type: Herder, Amendments: []Amendment{{From: date("2024-01-01"), Name: &name}}}
	for _, c := range []struct {
		subject     Subject
		signer, day string
		code, limit string
	}{
		{company, "wangyi0001", "2024-05-31", "", ""},
		{company, "wangyi0001", "2024-06-01", "SUBJECT_FORMER_REPRESENTATIVE", "2024-06-01"},
		{company, "wangyi0001", "2024-08-01", "SUBJECT_FORMER_REPRESENTATIVE", "2024-06-01"},
		{company, "lier000002", "2024-08-01", "", ""},
		{company, "lier000002", "2024-05-31", "SUBJECT_FORMER_REPRESENTATIVE", "2024-01-01"},
		{company, "stranger01", "2024-08-01", "SUBJECT_NOT_REPRESENTATIVE", ""},
		{company, "", "2024-08-01", "SUBJECT_NOT_REPRESENTATIVE", ""},
		{trader, "", "2024-08-01", "", ""},
		{trader, "wangyi0001", "2024-08-01", "SUBJECT_FORMER_REPRESENTATIVE", "2024-06-01"},
		{herder, "", "2024-08-01", "", ""},
		{herder, "stranger01", "2024-08-01", "SUBJECT_NOT_REPRESENTATIVE", ""},
	} {
		f, ok := c.subject.At(date(c.day))
		require.True(t, ok)
		err := c.subject.signed(f, c.signer, date(c.day))
		if c.code == "" {
			require.NoError(t, err, "%s %s", c.signer, c.day)
			continue
		}
		r, ok := refusal.As(err)
		require.True(t, ok, "%s %s", c.signer, c.day)
		require.Equal(t, c.code, r.Code)
		require.Equal(t, c.limit, r.Limit)
		require.NotContains(t, r.Error(), "王一", "the refusal may stand where others read it")
	}
}
