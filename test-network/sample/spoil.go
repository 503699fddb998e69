package sample

import (
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/chaincode/subject"
)

// spoil adds lines that the ledger refuses. Each kind stays refused whatever
// follows, and with the same reason when the files are sent again: the record
// it aims at gets no further line that would change the answer.
func (b *bank) spoil() {
	who := b.borrower(subject.IndividualBusiness)
	who.trade = trade{"5212", "超市", "TAX", []string{"GOODS"}}
	b.register(&who)
	start := b.later(First+400, 0, 0)
	day := start
	next := func(low, high int) calendar.Date { day = b.later(day, low, high); return day }
	fresh := func() *deal {
		day = start + calendar.Date(b.below(60))
		d := b.apply(&who, b.later(day, 0, 0))
		day = d.day
		return d
	}
	accepted := func() *deal { d := fresh(); b.accept(d, next(1, 3)); return d }
	priced := func(d *deal) { b.price(d, day, day+10) }
	credited := func() *deal { d := accepted(); next(1, 4); priced(d); b.decide(d, day, d.rate); return d }
	signed := func() *deal { d := credited(); b.sign(d, next(0, 2), d.amount); return d }

	d := accepted()
	next(1, 4)
	priced(d)
	b.decide(d, day, d.rate+300*money.BasisPoint).refuse = "LOAN_RATE_ABOVE_CAP"

	d = credited()
	b.sign(d, next(0, 2), d.amount+d.amount/5).refuse = "LOAN_ABOVE_CREDIT"

	d = signed()
	b.disburse(d, next(0, 2), d.amount+1).refuse = "LOAN_ABOVE_CONTRACT"

	d = signed()
	b.repay(d, next(20, 30), 100*money.Yuan).refuse = "LOAN_STATE"

	d = fresh()
	b.accept(d, next(100, 110)).refuse = "AUTHORIZATION_EXPIRED"

	d = &deal{who: &who, product: b.productFor(&who)}
	d.day = start
	b.tooMuch(d, start)

	d = fresh() // taken back before the bank looks
	b.revoke(withdrawalStage, d, d.day)
	b.accept(d, next(1, 3)).refuse = "AUTHORIZATION_REVOKED"

	d = accepted() // items that the grant does not cover
	d.items = []string{"ESTATE"}
	b.query(d, day).refuse = "AUTHORIZATION_ITEMS"

	firm := b.borrower(subject.Enterprise) // signed by who is no longer its representative
	firm.trade = trade{"5127", "商贸", "TAX", []string{"GOODS"}}
	b.register(&firm)
	b.add(withdrawalStage, "主体变更", start, firm.succeeded(b.number("ZB", start), b.name, start, personName(b.random, firm.region), b.text(13, lettersAndDigits), b.residentID(firm.region)))
	d = b.apply(&firm, b.later(start, 10, 20))
	b.accept(d, b.later(d.day, 1, 3)).refuse = "SUBJECT_FORMER_REPRESENTATIVE"

	if len(b.repaid) > 2 {
		d = b.repaid[0] // the number comes again with another amount
		b.repay(d, Last, d.lastAmount+money.Yuan)
		b.last(lendingStage).cells["业务流水号"] = d.firstNumber
		b.last(lendingStage).refuse = "DUPLICATE_NUMBER"

		d = b.repaid[1]
		b.settle(d, d.day-1).refuse = "LOAN_DATE_ORDER"
		b.last(lendingStage).day = Last
		b.settle(d, Last).refuse = "LOAN_STILL_OWED"

		d = b.repaid[2]
		b.repay(d, Last+6, money.Yuan).refuse = "DATE_AFTER_OPEN_DAY"
		f := d.account.At(d.state, Last)
		b.repay(d, Last, f.Due+f.Coming+1).refuse = "LOAN_ABOVE_OWED"
	}
}

func (b *bank) last(s stage) *entry { return &b.entries[s][len(b.entries[s])-1] }

// tooMuch is an application above what the product allows.
func (b *bank) tooMuch(d *deal, day calendar.Date) {
	b.terms(d)
	d.grant = b.grantFor(d, day, 90)
	number := b.number("SQ", day)
	b.add(applicationsStage, "申请", day, map[string]string{
		"业务流水号": number, "业务日期": day.String(), "接入机构": b.name, "申请编号": number, "主体证件号码": d.who.number,
		"产品代码": d.product.Code, "申请金额": (d.product.MaxPrincipal + money.Yuan).String(), "申请期限月数": "12",
		"贷款用途": "采购商品", "受理渠道": "平台网页", "授权编号": d.grant}).refuse = "LOAN_PRODUCT_LIMIT"
}
