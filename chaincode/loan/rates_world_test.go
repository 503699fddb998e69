package loan_test

import (
	"fmt"

	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const reviewer = "BankA/reviewer"

// everyMethod lets product TAX have every method and ten years.
func (w *world) everyMethod() {
	h := w.head("2024-01-01")
	w.Must("commons", operator, "consortium.Propose", consortium.ProposeContent{Head: h, Change: consortium.Change{Products: []consortium.Product{
		{Code: "TAX", Zh: "税易贷", En: "tax loan", From: day("2022-01-01"), MaxPrincipal: 500000000, MaxMonths: 120,
			Methods: []string{"EQI", "EQP", "IOB", "BUL", "EPI", "SEA", "REV"}, Guarantees: []string{"C1"}},
	}}})
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2024-01-01"), Proposal: h.Number})
}

// publish enters an LPR.
func (w *world) publish(date, oneYear, fiveYear string) {
	h := w.head("2024-01-01")
	w.Must("commons", "CentralBank/officer", "consortium.Propose", consortium.ProposeContent{Head: h,
		Change: consortium.Change{LPR: []consortium.LPR{{Published: day(date), OneYear: percent(oneYear), FiveYear: percent(fiveYear)}}}})
	w.Must("commons", "CentralBank/approver", "consortium.Approve", consortium.ApproveContent{Head: w.head("2024-01-01"), Proposal: h.Number})
}

// credited brings loan no, of an application of its own, up to the decision on
// 3 January 2024 for ten years, by the method.
func (w *world) credited(no string, change func(*loan.CreditContent)) {
	w.apply("A"+no, person, "2024-01-01")
	w.Must(book, officer, "loan.Accept", w.accept(no, "A"+no, "2024-01-02"))
	c := w.credit(no, "2024-01-03")
	c.Months = 120
	if change != nil {
		change(&c)
	}
	w.Must(book, approver, "loan.Credit", c)
}

// lend disburses loan no of 500,000 yuan on 5 January 2024, signed the day
// before on terms that change may change.
func (w *world) lend(no string, change func(*loan.SignContent)) {
	s := w.sign(no, "2024-01-04")
	if change != nil {
		change(&s)
	}
	w.credited(no, func(c *loan.CreditContent) { c.Method = s.Method })
	w.Must(book, officer, "loan.Sign", s)
	w.Must(book, officer, "loan.Disburse", w.disburse(no, "2024-01-05", "500000"))
}

func rate(text string) *money.Rate {
	r := money.Rate(0)
	if err := r.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return &r
}

// floating gives three years at LPR + 1 %: 4.45 % in January 2024.
func floating(how loan.Repricing) func(*loan.SignContent) {
	return func(c *loan.SignContent) {
		c.Periods, c.Rate, c.Reprice, c.Spread = 36, percent("4.45"), how, rate("1")
	}
}

func (w *world) reset(no, date string) loan.ResetContent {
	return loan.ResetContent{Head: w.head(date), Loan: loanRef(no)}
}

func (w *world) reprice(no, date, rate string) loan.RepriceContent {
	return loan.RepriceContent{Head: w.head(date), Loan: loanRef(no), Rate: percent(rate), Reason: "P01"}
}

func (w *world) reversed(no, date, entry string) {
	w.t.Helper()
	w.Must(book, officer, "loan.RequestReversal", loan.RequestReversalContent{Head: w.head(date), Loan: loanRef(no), Entry: entry, Reason: "录入错误"})
	w.Must(book, approver, "loan.Reverse", loan.ReverseContent{Head: w.head(date), Loan: loanRef(no), Entry: entry, Reason: "录入错误"})
}

const company = "companyone1"

// cooperative registers a debtor that is not retail, and lends it loans C1, C2,
// … of these amounts in yuan on 5 January 2024, for a year.
func (w *world) cooperative(amounts ...string) {
	const first17 = "93630121MA7AB0001"
	id := first17 + string(identifier.USCCCheckCharacter(first17))
	name, region, industry := "草原合作社", "630121", "0314"
	w.Must(book, operator, "subject.Register", subject.RegisterContent{Head: w.head("2022-01-01"), Subject: ref(company, 0, id), Type: subject.Cooperative, IDKind: subject.USCC,
		Facts: subject.Amendment{Name: &name, Region: &region, Industry: &industry, Representative: &subject.Representative{Name: "王一", Signer: "signer0001"}}})
	w.grantSigned("GC1", company, "signer0001", "01", "2024-01-01", "2024-03-30")
	w.grantSigned("GC2", company, "signer0001", "02", "2024-01-01", "2024-03-30")
	for i, amount := range amounts {
		no := fmt.Sprintf("C%d", i+1)
		w.apply("A"+no, company, "2024-01-01")
		a := w.accept(no, "A"+no, "2024-01-02")
		a.Subject, a.Grant = ref(company, 0, id), grantRef("GC1")
		w.Must(book, officer, "loan.Accept", a)
		c := w.credit(no, "2024-01-03")
		c.Grant = grantRef("GC2")
		w.Must(book, approver, "loan.Credit", c)
		w.Must(book, officer, "loan.Sign", w.sign(no, "2024-01-04"))
		w.Must(book, officer, "loan.Disburse", w.disburse(no, "2024-01-05", amount))
	}
}

func (w *world) classify(no, date, class string, reasons ...string) loan.ClassifyContent {
	c := loan.ClassifyContent{Head: w.head(date), Loan: loanRef(no), Reasons: reasons}
	if err := c.Class.UnmarshalText([]byte(class)); err != nil {
		panic(err)
	}
	return c
}
