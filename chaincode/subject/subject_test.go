package subject_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/chaincodetest"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/refusal"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	book     = chaincodetest.BookA
	operator = "Commission/operator"
	herderID = "440524188001010014"
	company  = "91630100MA00QH013F"
)

var date = calendar.MustParse

func p[T any](v T) *T { return &v }

func head(number, day string) command.Head { return command.Head{Number: number, Date: date(day)} }

func ref(pseudonym, number string) ledgerstate.Ref {
	return ledgerstate.Ref{ID: chaincodetest.ID(pseudonym, 0), No: number}
}

func yuan10k(n int64) money.Fen { return money.Fen(n * 10_000 * 100) }

func herder() subject.RegisterContent {
	return subject.RegisterContent{Head: head("h1", "2024-03-01"), Subject: ref("herder0001", herderID), Type: subject.Herder, IDKind: subject.ResidentID,
		Facts: subject.Amendment{Name: p("多杰"), Region: p("632722"), Industry: p("0313")}}
}

func enterprise() subject.RegisterContent {
	return subject.RegisterContent{Head: head("e1", "2024-03-01"), Subject: ref("company0001", company), Type: subject.Enterprise, IDKind: subject.USCC,
		Facts: subject.Amendment{Name: p("示例商贸有限公司"), Region: p("630102"), Industry: p("5211"), Size: &subject.Figures{Employees: 50, Revenue: yuan10k(400), Assets: yuan10k(90)},
			Representative: &subject.Representative{Name: "王一", Signer: "signer0001"}, Certificate: p(true)}}
}

func show(t *testing.T, l *chaincodetest.Ledger, who string, q subject.ShowQuery) subject.ShowAnswer {
	var a subject.ShowAnswer
	require.NoError(t, l.Ask(book, who, "subject.Show", q, &a))
	return a
}

func TestHerderWithoutUSCC(t *testing.T) { // trap 10
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(book, operator, "subject.Register", herder())
	a := show(t, l, "BankA/officer", subject.ShowQuery{Number: herderID})
	require.Equal(t, "herder0001", a.Pseudonym)
	require.Equal(t, subject.Herder, a.Type)
	require.Equal(t, "A", a.Facts.Section)
	require.Zero(t, a.Facts.Size, "a herder has no size")

	c := herder()
	c.Number, c.Subject, c.Type = "h2", ref("herder0002", "11010519491231002X"), subject.IndividualBusiness
	l.Refused("SUBJECT_ID_KIND", book, operator, "subject.Register", c)
	c.Type, c.Subject.No = subject.Herder, "110105194912310021"
	r := l.Refused("SUBJECT_ID", book, operator, "subject.Register", c)
	require.Equal(t, "RESIDENT_ID_CHECK_CHARACTER", r.Refusal.Actual)
	require.NotContains(t, fmt.Sprint(r.Refusal), c.Subject.No)
	c.Subject.No = "11010519491231002x"
	l.Refused("SUBJECT_ID", book, operator, "subject.Register", c)
	c.Subject.No, c.Facts.Size = "11010519491231002X", &subject.Figures{}
	l.Refused("SUBJECT_SIZE_NOT_APPLICABLE", book, operator, "subject.Register", c)
}

func TestRegisterRefusals(t *testing.T) {
	for want, change := range map[string]func(*subject.RegisterContent){
		"SUBJECT_PSEUDONYM":              func(c *subject.RegisterContent) { c.Subject.ID.Page = "short" },
		"SUBJECT_TYPE":                   func(c *subject.RegisterContent) { c.Type = 0 },
		"SUBJECT_ID_KIND":                func(c *subject.RegisterContent) { c.IDKind = 0 },
		"SUBJECT_ID":                     func(c *subject.RegisterContent) { c.Subject.No = "91630100MA00QH013G" },
		"SUBJECT_NAME":                   func(c *subject.RegisterContent) { c.Facts.Name = p("") },
		"SUBJECT_FACT_MISSING":           func(c *subject.RegisterContent) { c.Facts.Region = nil },
		"SUBJECT_INDUSTRY":               func(c *subject.RegisterContent) { c.Facts.Industry = p("9811") },
		"SUBJECT_SIZE_MISSING":           func(c *subject.RegisterContent) { c.Facts.Size = nil },
		"SUBJECT_SIZE_FIGURES":           func(c *subject.RegisterContent) { c.Facts.Size.Revenue = -1 },
		"SUBJECT_REPRESENTATIVE_MISSING": func(c *subject.RegisterContent) { c.Facts.Representative = nil },
		"SUBJECT_REPRESENTATIVE":         func(c *subject.RegisterContent) { c.Facts.Representative.Signer = "X" },
		"SUBJECT_FROM":                   func(c *subject.RegisterContent) { c.Facts.From = date("2024-03-02") },
	} {
		c := enterprise()
		change(&c)
		r, ok := refusal.As(subject.Register.Check(&c))
		require.True(t, ok, want)
		require.Equal(t, want, r.Code)
	}
	c := enterprise()
	require.NoError(t, subject.Register.Check(&c))
	// Odd and yet genuine: prefix and region part are warnings only.
	odd := enterprise()
	odd.Subject.No = "91520000714305" + "80XT"
	require.NoError(t, subject.Register.Check(&odd))
}

func TestRegionOfTheDay(t *testing.T) { // trap 11
	c := herder()
	c.Facts.Region = p("630122")
	r, ok := refusal.As(subject.Register.Check(&c))
	require.True(t, ok)
	require.Equal(t, "SUBJECT_REGION", r.Code)
	require.Contains(t, r.Limit, "630106", "the refusal names the successor")
	for code, good := range map[string]bool{"630106": true, "632857": true, "630100": false, "632700": false, "110101": false, "63": false} {
		c.Facts.Region = p(code)
		require.Equal(t, good, subject.Register.Check(&c) == nil, code)
	}
	// A code that was current on the day from which it holds is followed.
	l := chaincodetest.New(t, "2024-08-01")
	c.Facts.Region, c.Facts.From = p("630122"), date("2019-05-01")
	l.Must(book, operator, "subject.Register", c)
	s := subject.Subject{Type: subject.Herder, Amendments: show(t, l, operator, subject.ShowQuery{Number: herderID}).History}
	f, ok := s.At(date("2024-05-01"))
	require.True(t, ok)
	require.Equal(t, "630122", f.Region)
	require.Equal(t, "630106", subject.RegionOf(f.Region, 2024))
	require.Equal(t, "630122", subject.RegionOf(f.Region, 2019))
}

func TestSizeAtADate(t *testing.T) { // trap 7
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(book, operator, "subject.Register", enterprise())
	f := show(t, l, "BankA/reviewer", subject.ShowQuery{Number: company}).Facts
	require.Equal(t, identifier.Small, f.Size, "X=50, Y=400")
	require.Equal(t, identifier.SizeRule, f.SizeRule)
	grown := subject.AmendContent{Head: head("a1", "2024-06-01"), Subject: ref("company0001", company),
		Facts: subject.Amendment{Size: &subject.Figures{Employees: 9, Revenue: yuan10k(150)}}}
	l.Must(book, operator, "subject.Amend", grown)
	require.Equal(t, identifier.Micro, show(t, l, operator, subject.ShowQuery{Number: company}).Facts.Size, "X=9, Y=150")
	require.Equal(t, identifier.Small, show(t, l, operator, subject.ShowQuery{Number: company, Day: date("2024-05-31")}).Facts.Size)
	require.Nil(t, show(t, l, operator, subject.ShowQuery{Number: company, Day: date("2024-02-29")}).Facts)
	// No size by this rule for finance.
	l.Must(book, operator, "subject.Amend", subject.AmendContent{Head: head("a2", "2024-07-01"), Subject: ref("company0001", company), Facts: subject.Amendment{Industry: p("6621")}})
	f = show(t, l, operator, subject.ShowQuery{Number: company}).Facts
	require.Zero(t, f.Size)
	require.Equal(t, "J", f.Section)
}

func TestLateAmendmentTakesItsPlace(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(book, operator, "subject.Register", enterprise())
	amend := func(number, from string, a subject.Amendment) {
		a.From = date(from)
		l.Must(book, operator, "subject.Amend", subject.AmendContent{Head: head(number, "2024-07-15"), Subject: ref("company0001", company), Facts: a})
	}
	amend("a1", "2024-06-01", subject.Amendment{Region: p("630103")})
	amend("a2", "2024-04-01", subject.Amendment{Name: p("更名商贸有限公司"), Region: p("630104")})
	f := show(t, l, operator, subject.ShowQuery{Number: company}).Facts
	require.Equal(t, "630103", f.Region, "June's change stays")
	require.Equal(t, "更名商贸有限公司", f.Name, "and inherits April's")
	require.Equal(t, "630104", show(t, l, operator, subject.ShowQuery{Number: company, Day: date("2024-05-01")}).Facts.Region)

	bad := subject.AmendContent{Head: head("a3", "2024-07-15"), Subject: ref("company0001", company)}
	l.Refused("SUBJECT_NOTHING_AMENDED", book, operator, "subject.Amend", bad)
	bad.Facts = subject.Amendment{From: date("2024-02-01"), Name: p("x")}
	l.Refused("SUBJECT_FROM", book, operator, "subject.Amend", bad)
	bad.Facts, bad.Subject.No = subject.Amendment{Name: p("x")}, herderID
	l.Refused("UNKNOWN", book, operator, "subject.Amend", bad)
}

func TestWhoSeesIdentities(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(book, operator, "subject.Register", herder())
	l.Must(book, operator, "subject.Register", enterprise())
	var a subject.ShowAnswer
	require.NoError(t, l.Ask(book, "Subject/herder0001", "subject.Show", subject.ShowQuery{}, &a))
	require.Equal(t, herderID, a.Number)
	for who, q := range map[string]subject.ShowQuery{
		"Subject/herder0001":  {Pseudonym: "company0001"},
		"Subject/company0001": {Number: herderID},
		"Subject/stranger01":  {Pseudonym: "herder0001", Number: herderID},
		"BankB/officer":       {Number: herderID},
		"CentralBank/officer": {Number: herderID},
		"Finance/reviewer":    {Number: herderID},
		"Audit/auditor":       {Number: herderID},
		"Provider/provider":   {Number: herderID},
	} {
		err := l.Ask(book, who, "subject.Show", q, &a)
		require.ErrorContains(t, err, "ACCESS_DENIED", who)
		require.NotContains(t, err.Error(), herderID)
	}
	err := l.Ask(chaincodetest.BookB, "BankB/officer", "subject.Show", subject.ShowQuery{Number: herderID}, &a)
	require.ErrorContains(t, err, "SUBJECT_UNKNOWN")
	require.NotContains(t, err.Error(), herderID, "an answer may be logged by a peer")
}

func TestIdentityIsUniqueInABook(t *testing.T) {
	l := chaincodetest.New(t, "2024-08-01")
	l.Must(book, operator, "subject.Register", herder())
	r, err := l.Submit(book, operator, "subject.Register", herder())
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	c := herder()
	c.Subject.ID.Page = "herder0009" // another pseudonym, proposed after an interruption
	r, err = l.Submit(book, operator, "subject.Register", c)
	require.NoError(t, err)
	require.Equal(t, "already applied", r.Outcome)
	c.Facts.Name = p("他人")
	l.Refused("DUPLICATE_NUMBER", book, operator, "subject.Register", c)
	c.Number = "h9"
	l.Refused("NUMBER_TAKEN", book, operator, "subject.Register", c)
	c.Subject = ref("herder0001", "11010519491231002X")
	r, err = l.Submit(book, operator, "subject.Register", c)
	require.NoError(t, err)
	require.Equal(t, "retry", r.Outcome, "the pseudonym is another subject's")
}

// Any partition of the same commands into batches, under any pseudonyms,
// gives the same digests; so does sending them again.
func TestPartitionsGiveTheSameDigests(t *testing.T) {
	var steps []chaincodetest.Step
	build := func(prefix string) []chaincodetest.Step {
		steps = nil
		for i := 0; i < 4; i++ {
			c := enterprise()
			c.Number = fmt.Sprintf("e%d", i)
			number := fmt.Sprintf("91630100MA00QH%02d", i)
			number = uscc(number)
			c.Subject = ref(fmt.Sprintf("%scompany%d", prefix, i), number)
			c.Facts.Representative.Signer = fmt.Sprintf("%ssigner%d", prefix, i)
			steps = append(steps, chaincodetest.Step{Name: "subject.Register", Content: c},
				chaincodetest.Step{Name: "subject.Amend", Content: subject.AmendContent{Head: head("x1", "2024-07-01"), Subject: c.Subject, Facts: subject.Amendment{Region: p("630104")}}},
				chaincodetest.Step{Name: "subject.Amend", Content: subject.AmendContent{Head: head("x2", "2024-07-02"), Subject: c.Subject,
					Facts: subject.Amendment{From: date("2024-04-01"), Representative: &subject.Representative{Name: "李二", Signer: prefix + "other"}}}})
		}
		return steps
	}
	whole := chaincodetest.New(t, "2024-08-01")
	_, err := whole.Batch(book, operator, "person", build("aaaa")...)
	require.NoError(t, err)
	want := whole.Digests(book, "person")
	require.Len(t, want, 4)
	results, err := whole.Batch(book, operator, "person", build("aaaa")...)
	require.NoError(t, err)
	for _, r := range results {
		require.Equal(t, "already applied", r.Outcome)
	}
	require.Equal(t, want, whole.Digests(book, "person"))
	rapid.Check(t, func(rt *rapid.T) {
		l := chaincodetest.New(t, "2024-08-01")
		for rest := build("bbbb"); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "n")
			_, err := l.Batch(book, operator, "person", rest[:n]...)
			require.NoError(t, err)
			rest = rest[n:]
		}
		require.Equal(t, want, l.Digests(book, "person"))
	})
}

// uscc completes sixteen characters to a valid code.
func uscc(first16 string) string {
	first17 := first16 + strings.Repeat("0", 17-len(first16))
	return first17 + string(identifier.USCCCheckCharacter(first17))
}
