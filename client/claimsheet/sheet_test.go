package claimsheet_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/compensation"
	"github.com/qingxinlian/qxl/chaincode/compensation/formula"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/client/claimsheet"
	"github.com/qingxinlian/qxl/client/form/formtest"
)

var on = calendar.MustParse("2024-05-22")

func fen(text string) money.Fen {
	f, err := money.ParseSignedFen(text)
	if err != nil {
		panic(err)
	}
	return f
}

func rate(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// sheet is a claim as the ledger answers it, with the sum by the formula.
func sheet(outstanding, received, other money.Fen, ratio, points, cap, stack string) *compensation.ClaimSheet {
	terms := formula.Terms{Ratio: rate(ratio), FirstLoanPoints: rate(points), FirstLoan: true, PerLoanCap: fen(cap), Stack: rate(stack)}
	r, err := formula.Entitle(terms, formula.Loss{Principal: outstanding, Recoveries: []money.Fen{received}, OtherGovernment: other}, formula.Open, formula.Open)
	if err != nil {
		panic(err)
	}
	in := func(code, value string) compensation.InputSheet {
		return compensation.InputSheet{Input: code, Value: value}
	}
	s := &compensation.ClaimSheet{Claim: "BC-HT2024001", Contract: "HT2024001", Bank: "BankAMSP", Status: compensation.Submitted, StatusZh: "已提交",
		Filing:     &compensation.FilingSheet{Date: calendar.MustParse("2024-01-05"), Application: "SQ2024001", Pack: "RC-QH-v2", Amount: outstanding, Type: "HERDER", Guarantee: "C1", FirstLoan: true, Rate: rate("3.85")},
		Notice:     &compensation.NoticeSheet{Since: calendar.MustParse("2024-05-06"), On: calendar.MustParse("2024-05-08")},
		Recognised: calendar.MustParse("2024-05-20"), Evidence: &compensation.EvidenceSheet{Code: "LAWSUIT", Zh: "诉讼受理", On: calendar.MustParse("2024-05-20")},
		Inputs: []compensation.InputSheet{in("disbursed", outstanding.String()), in("filed", outstanding.String()), in("days_past_due", "105"), in("class", "substandard"), in("outstanding", outstanding.String()),
			in("recovered", received.String()), in("other_government", other.String()), in("ratio", rate(ratio).String()), in("first_loan", rate(points).String()), in("per_loan_cap", cap), in("stack", rate(stack).String())},
		NetLoss: r.NetLoss, Sum: r.Entitlement, Binding: r.Binding.String(), BindingZh: r.Binding.Zh(),
		Limbs: []compensation.LimbSheet{{Limb: "ratio", Amount: r.Limbs.Ratio}, {Limb: "per_loan_cap", Amount: r.Limbs.PerLoanCap}, {Limb: "stack", Amount: r.Limbs.Stack}},
	}
	if received > 0 {
		s.Received = []compensation.ReceiptSheet{{Entry: "HK-1", Date: calendar.MustParse("2024-05-21"), TypeZh: "还款", Amount: received}}
	}
	if other > 0 {
		s.Others = []compensation.Government{{From: "西宁市", Amount: other, CID: "bafk"}}
	}
	for _, i := range compensation.Dossier {
		x := compensation.ItemSheet{Item: i.Code, Zh: i.Zh, State: "given", CIDs: []string{"bafkreigmqmq5mn24jfgqip65ajqpeg6a5ri5vte7nk5x7ee43tjqig3yx4"}}
		if i.Ledger {
			x = compensation.ItemSheet{Item: i.Code, Zh: i.Zh, State: "ledger", Ledger: "授权 SQS-1 SQS-2"}
		}
		s.Dossier = append(s.Dossier, x)
	}
	return s
}

// recalculated works the workbook's formulas out and gives the values by the
// name of their line.
func recalculated(t require.TestingT, raw []byte) map[string]string {
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	require.NoError(t, err)
	defer f.Close()
	name := f.GetSheetName(0)
	values := map[string]string{}
	for row := 1; row < 80; row++ {
		head, err := f.GetCellValue(name, fmt.Sprintf("B%d", row))
		require.NoError(t, err)
		cell := fmt.Sprintf("C%d", row)
		if formula, _ := f.GetCellFormula(name, cell); formula == "" {
			values[head], err = f.GetCellValue(name, cell, excelize.Options{RawCellValue: true})
		} else {
			values[head], err = f.CalcCellValue(name, cell, excelize.Options{RawCellValue: true})
		}
		require.NoError(t, err, "%s: %s", cell, head)
	}
	return values
}

func same(t require.TestingT, want money.Fen, got, what string) {
	whole, cents, _ := strings.Cut(got, ".")
	f, err := money.ParseSignedFen(strings.TrimSuffix(whole+"."+(cents + "00")[:2], "."))
	require.NoError(t, err, what)
	require.Equal(t, want, f, "%s: %s", what, got)
}

// The workbook's formulas give the ledger's sums, to the fen.
func TestTheWorkbookRecomputesTheSum(t *testing.T) {
	check := func(t require.TestingT, s *compensation.ClaimSheet) {
		var b bytes.Buffer
		require.NoError(t, claimsheet.WriteXLSX(&b, s, on))
		v := recalculated(t, b.Bytes())
		same(t, s.NetLoss, v["净损失"], "net loss")
		same(t, s.Sum, v["补偿金额"], "sum")
		same(t, s.Limbs[0].Amount, v["① 按比例补偿额"], "ratio")
		same(t, s.Limbs[1].Amount, v["② 单笔补偿上限"], "cap")
		same(t, s.Limbs[2].Amount, v["③ 各级政府合计上限余额"], "stack")
		same(t, 0, v["差额（应为零）"], "difference")
	}
	check(t, sheet(fen("500000"), 0, 0, "40", "5", "1500000", "80"))
	check(t, sheet(fen("0.05"), 0, 0, "40", "5", "1500000", "80"))
	check(t, sheet(fen("4999999.99"), fen("0.03"), 0, "40", "5", "1500000", "80"))
	rapid.Check(t, func(t *rapid.T) {
		outstanding := money.Fen(rapid.Int64Range(1, 1_000_000_000).Draw(t, "outstanding"))
		received := money.Fen(rapid.Int64Range(0, int64(outstanding)).Draw(t, "received"))
		other := money.Fen(rapid.SampledFrom([]int64{0, 0, 1, 12345678}).Draw(t, "other"))
		check(t, sheet(outstanding, received, other, rapid.SampledFrom([]string{"40", "20", "33.33", "12.5"}).Draw(t, "ratio"), rapid.SampledFrom([]string{"0", "5", "2.75"}).Draw(t, "points"),
			"1500000.00", rapid.SampledFrom([]string{"80", "66.67"}).Draw(t, "stack")))
	})
}

// What another program makes of it.
func TestTheWorkbookInLibreOffice(t *testing.T) {
	s := sheet(fen("4999999.99"), fen("0.03"), fen("12345.67"), "33.33", "2.75", "1500000", "66.67")
	shown := map[string]string{}
	for _, row := range formtest.InLibreOffice(t, func(w io.Writer) error { return claimsheet.WriteXLSX(w, s, on) }) {
		if len(row) > 2 {
			shown[row[1]] = strings.ReplaceAll(row[2], ",", "")
		}
	}
	for name, want := range map[string]money.Fen{"净损失": s.NetLoss, "补偿金额": s.Sum, "① 按比例补偿额": s.Limbs[0].Amount, "② 单笔补偿上限": s.Limbs[1].Amount, "③ 各级政府合计上限余额": s.Limbs[2].Amount, "差额（应为零）": 0} {
		same(t, want, shown[name], name)
	}
}

// A workbook whose figure was altered no longer agrees with the ledger.
func TestAnAlteredWorkbookShowsADifference(t *testing.T) {
	s := sheet(fen("500000"), 0, 0, "40", "5", "1500000", "80")
	s.Inputs[4].Value = "500001.00" // the outstanding principal
	var b bytes.Buffer
	require.NoError(t, claimsheet.WriteXLSX(&b, s, on))
	same(t, fen("0.45"), recalculated(t, b.Bytes())["差额（应为零）"], "difference")
}

func TestThePDF(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, claimsheet.WritePDF(&b, sheet(fen("500000"), fen("1500.50"), fen("1000"), "40", "5", "1500000", "80"), on))
	require.True(t, bytes.HasPrefix(b.Bytes(), []byte("%PDF-")))
	require.Less(t, b.Len(), 400_000, "the font is embedded as far as it is used")
}

func TestTenThousand(t *testing.T) {
	for amount, want := range map[string]string{"225000.00": "22.5 万元", "0.01": "0.000001 万元", "10000": "1 万元", "-12345.67": "-1.234567 万元", "0": "0 万元"} {
		require.Equal(t, want, claimsheet.TenThousand(fen(amount)))
	}
}

func TestThePublicityList(t *testing.T) {
	list := []claimsheet.Public{
		{Bank: "甲银行青海分行（示例）", PublicLine: compensation.PublicLine{Claim: "BC-1", Name: "甘***", Type: "HERDER", Region: "632622", Lent: fen("500000"), Loss: fen("480000.01"), Sum: fen("216000"), From: on, To: on + 7}},
		{Bank: "乙农村商业银行（示例）", PublicLine: compensation.PublicLine{Claim: "BC-2", Name: "青海******公司", Type: "ENTERPRISE", Region: "630121", Lent: fen("900000"), Loss: fen("800000"), Sum: fen("320000.50"), From: on, To: on + 7, Marked: true}},
	}
	var b bytes.Buffer
	require.NoError(t, claimsheet.WritePublicXLSX(&b, list, on))
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	require.NoError(t, err)
	total, err := f.CalcCellValue("公示名单", "H6", excelize.Options{RawCellValue: true})
	require.NoError(t, err)
	same(t, fen("536000.50"), total, "total")
	note, err := f.GetCellValue("公示名单", "J5")
	require.NoError(t, err)
	require.Equal(t, "异议处理中", note)
	rows, err := f.GetRows("公示名单")
	require.NoError(t, err)
	require.NotContains(t, fmt.Sprint(rows), "BC-1", "no number by which a borrower could be found")
	b.Reset()
	require.NoError(t, claimsheet.WritePublicPDF(&b, list, on))
	require.True(t, bytes.HasPrefix(b.Bytes(), []byte("%PDF-")))
	b.Reset()
	require.NoError(t, claimsheet.WritePublicXLSX(&b, nil, on))
	require.NoError(t, claimsheet.WritePublicPDF(&b, nil, on))
}
