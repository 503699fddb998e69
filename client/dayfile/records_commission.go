package dayfile

import (
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/identifier"
	"github.com/qingxinlian/qxl/chaincode/ledgerstate"
	"github.com/qingxinlian/qxl/chaincode/loan"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

const (
	headerBank     = "接入机构"
	exampleSubject = "91630100MA00QH013F"
	exampleSigner  = "r7k2m9xq4t1zb"

	// pending stands for a pseudonym that is found or drawn when the line is
	// sent, so that a command's own check sees a well-formed one.
	pending = "pending0pseudonym"
)

// addressed is a line of the Commission: it names the bank whose book it goes
// to.
type addressed struct {
	command.Head
	Bank string // short name of the organization
}

func (a *addressed) book() string { return a.Bank }

// pseudonymous is a line whose content names a subject by the pseudonym that
// it has in the book, which no file carries.
type pseudonymous interface {
	subjectNumber() string
	setPseudonym(string)
}

// of names the subject that a line is about as people know it.
type of struct {
	Who       string // unified social credit code or resident ID
	pseudonym string
}

func (o *of) subjectNumber() string  { return o.Who }
func (o *of) setPseudonym(id string) { o.pseudonym = id }
func (o *of) known() string {
	if o.pseudonym == "" {
		return pending
	}
	return o.pseudonym
}

func addressedHead[C any](number string, at func(*C) *addressed) []Column {
	return append(head(number, func(c *C) *command.Head { return &at(c).Head }),
		col(headerBank, "bank", "short name of the bank whose book the line goes to", "BankA", func(c *C) any { return &at(c).Bank }, most(32)))
}

func subjectColumn[C any](at func(*C) *string) Column {
	return col(headerSubject, "subject.no", "unified social credit code or resident ID", exampleSubject, func(c *C) any { return at(c) }, checked(subjectNumber), most(18))
}

// subjectNumber checks a unified social credit code or a resident ID. Where
// it is neither, the error is that of the one it looks like.
func subjectNumber(cell string) error {
	uscc, resident := identifier.CheckUSCC(cell), identifier.CheckResidentID(cell)
	check := uscc
	if digits := strings.Trim(strings.ToUpper(cell), "0123456789X") == ""; digits && len(cell) > 8 && (cell[6:8] == "19" || cell[6:8] == "20") {
		check = resident
	}
	if !uscc.Valid && !resident.Valid {
		return check.Err()
	}
	if strings.ToUpper(cell) != cell {
		return &Problem{Code: "LETTERS_SMALL", Limit: "capital letters", Value: cell, Zh: "证件号码中的字母须大写", En: "the letters of the number must be capitals", Hint: "write it in capitals"}
	}
	return nil
}

// subjectLine are the facts of a subject: all of them when it is registered,
// those that changed when it is amended.
type subjectLine struct {
	addressed
	Subject        ledgerstate.Ref
	Type           subject.Type
	IDKind         subject.IDKind
	Name           string
	Region         string
	Industry       string
	Employees      *int
	Revenue        *money.Fen
	Assets         *money.Fen
	Representative string
	Signer         string
	SignerID       string
	Certificate    *bool
	From           calendar.Date
}

func (l *subjectLine) facts() (subject.Amendment, *Problem) {
	text := func(s string) *string {
		if s == "" {
			return nil
		}
		return &s
	}
	a := subject.Amendment{From: l.From, Name: text(l.Name), Region: text(l.Region), Industry: text(l.Industry), Certificate: l.Certificate}
	if figures := l.Employees != nil || l.Revenue != nil || l.Assets != nil; figures {
		for header, missing := range map[string]bool{"从业人数": l.Employees == nil, "营业收入": l.Revenue == nil, "资产总额": l.Assets == nil} {
			if missing {
				return a, &Problem{Column: header, Code: "CELL_EMPTY", Limit: "all three of 从业人数, 营业收入, 资产总额, or none", Zh: "划型指标须三项齐全", En: "the figures of the size rule come together", Hint: "fill in the three columns"}
			}
		}
		a.Size = &subject.Figures{Employees: *l.Employees, Revenue: *l.Revenue, Assets: *l.Assets}
	}
	if l.Representative != "" || l.Signer != "" || l.SignerID != "" {
		a.Representative = &subject.Representative{Name: l.Representative, Signer: l.Signer, ID: l.SignerID}
	}
	return a, nil
}

type registerLine struct{ subjectLine }

func (l *registerLine) commandContent() (any, *Problem) {
	facts, p := l.facts()
	if p != nil {
		return nil, p
	}
	return &subject.RegisterContent{Head: l.Head, Subject: ledgerstate.Ref{ID: ledgerstate.ID{Page: pending}, No: l.Subject.No}, Type: l.Type, IDKind: l.IDKind, Facts: facts}, nil
}

type amendLine struct{ subjectLine }

func (l *amendLine) commandContent() (any, *Problem) {
	facts, p := l.facts()
	if p != nil {
		return nil, p
	}
	return &subject.AmendContent{Head: l.Head, Subject: l.Subject, Facts: facts}, nil
}

// factColumns are the columns of a subject's facts; a registration needs the
// first three.
func factColumns[C any](at func(*C) *subjectLine, needed func(*Column)) []Column {
	return []Column{
		col("主体名称", "facts.name", "name", "青海雪山工贸有限公司", func(c *C) any { return &at(c).Name }, needed, most(66)),
		col("经营地区划", "facts.region", "county of operation, GB/T 2260", "630102", func(c *C) any { return &at(c).Region }, needed, most(6)),
		col("行业代码", "facts.industry", "class of GB/T 4754-2017, four digits", "5127", func(c *C) any { return &at(c).Industry }, needed, most(4)),
		col("从业人数", "facts.size.employees", "employees; of enterprises", "", func(c *C) any { return &at(c).Employees }, optional),
		col("营业收入", "facts.size.revenue", "revenue of a year, yuan; of enterprises", "", func(c *C) any { return &at(c).Revenue }, optional),
		col("资产总额", "facts.size.assets", "total assets, yuan; of enterprises", "", func(c *C) any { return &at(c).Assets }, optional),
		col("法定代表人", "facts.representative.name", "legal representative or operator", "", func(c *C) any { return &at(c).Representative }, optional, most(66)),
		col("代表人代号", "facts.representative.signer", "pseudonym of the representative, 8 to 32 of a-z 0-9, drawn at random", "", func(c *C) any { return &at(c).Signer }, optional, most(32)),
		col("代表人证件号码", "facts.representative.id", "resident ID of the representative", "", func(c *C) any { return &at(c).SignerID }, optional, most(18)),
		col("持有证书", "facts.certificate", "the subject signs with a certificate of its own", "", func(c *C) any { return &at(c).Certificate }, optional),
		col("生效日期", "facts.from", "since when the facts hold; left out: the business date", "", func(c *C) any { return &at(c).From }, optional),
	}
}

func needed(*Column) {}

func withExamples(columns []Column, examples map[string]string) []Column {
	for i := range columns {
		if e, ok := examples[columns[i].Header]; ok {
			columns[i].Example = e
		}
	}
	return columns
}

var typeTerms = func() func(*Column) {
	var words []Term
	for _, t := range subject.Types() {
		words = append(words, Term{t.Zh(), t.String()})
	}
	return terms(words...)
}()

// applyLine is an application that the Commission took down.
type applyLine struct {
	addressed
	of
	Application ledgerstate.Ref
	Product     string
	Amount      money.Fen
	Months      int
	Use         string
	Channel     string
	Grant       *ledgerstate.Ref
}

func (l *applyLine) commandContent() (any, *Problem) {
	return &loan.ApplyContent{Head: l.Head, Application: l.Application, Subject: l.known(), Product: l.Product, Amount: l.Amount,
		Months: l.Months, Use: l.Use, Grant: l.Grant, Channel: l.Channel}, nil
}

type routeLine struct {
	addressed
	Application ledgerstate.Ref
}

func (l *routeLine) commandContent() (any, *Problem) {
	return &loan.RouteContent{Head: l.Head, Application: l.Application}, nil
}

var subjectRecords = []*Record{
	record[registerLine]("主体登记", "registers a subject in a bank's book", "Commission, operator", "subject.Register",
		append(append(addressedHead("ZT-20240312-0001", func(c *registerLine) *addressed { return &c.addressed }),
			subjectColumn(func(c *registerLine) *string { return &c.Subject.No }),
			col("主体类型", "type", "type of subject", "企业", func(c *registerLine) any { return &c.Type }, typeTerms),
			col("证件类型", "id_kind", "what the number is", "统一社会信用代码", func(c *registerLine) any { return &c.IDKind },
				terms(Term{subject.USCC.Zh(), subject.USCC.String()}, Term{subject.ResidentID.Zh(), subject.ResidentID.String()}))),
			withExamples(factColumns(func(c *registerLine) *subjectLine { return &c.subjectLine }, needed), map[string]string{
				"从业人数": "18", "营业收入": "6200000.00", "资产总额": "3500000.00", "法定代表人": "扎西", "代表人代号": exampleSigner, "持有证书": "否"})...)...).
		noting("The subject's pseudonym in the book is drawn when the line is sent."),
	record[amendLine]("主体变更", "changes facts of a subject from a day on", "Commission, operator", "subject.Amend",
		append(append(addressedHead("ZB-20240601-0001", func(c *amendLine) *addressed { return &c.addressed }),
			subjectColumn(func(c *amendLine) *string { return &c.Subject.No })),
			withExamples(factColumns(func(c *amendLine) *subjectLine { return &c.subjectLine }, optional), map[string]string{
				"主体名称": "", "经营地区划": "630103", "行业代码": "", "生效日期": "2024-03-01"})...)...).
		noting("Columns left empty do not change."),
}

var applicationRecords = []*Record{
	record[applyLine]("申请", "an application for credit that the Commission took down", "Commission, operator", "loan.Apply",
		append(addressedHead("SQ-20240315-0001", func(c *applyLine) *addressed { return &c.addressed }),
			col(headerApplication, "application", "application number, unique within the bank's book", "SQ-20240315-0001", func(c *applyLine) any { return &c.Application }),
			subjectColumn(func(c *applyLine) *string { return &c.Who }),
			col("产品代码", "product", "code of the ledger's product table", "TAX", func(c *applyLine) any { return &c.Product }, most(8)),
			col("申请金额", "amount", "yuan", "80000.00", func(c *applyLine) any { return &c.Amount }),
			col("申请期限月数", "months", "months", "12", func(c *applyLine) any { return &c.Months }),
			col("贷款用途", "use", "what the money is for", "采购商品", func(c *applyLine) any { return &c.Use }, termsOf(loan.Uses)),
			col("受理渠道", "channel", "how the application came in", "平台网页", func(c *applyLine) any { return &c.Channel }, termsOf(loan.Channels)),
			col(headerGrant, "grant", "grant that came with it", "SQS-20240315-0001", func(c *applyLine) any { return &c.Grant }, optional))...).counting("申请金额"),
	record[routeLine]("分派", "sends an application to the bank; its term for a decision starts", "Commission, operator", "loan.Route",
		append(addressedHead("FP-20240315-0001", func(c *routeLine) *addressed { return &c.addressed }),
			col(headerApplication, "application", "application number", "SQ-20240315-0001", func(c *routeLine) any { return &c.Application }))...),
}

var commissionRecords = append(append(subjectRecords, grantRecords...), applicationRecords...)
