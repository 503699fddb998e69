package compensation

import (
	"strings"

	"github.com/ipfs/go-cid"

	"github.com/qingxinlian/qxl/chaincode/subject"
)

// Item is an item of a claim's dossier 申请材料. What the ledger knows it fills
// in; of the others the ledger holds the content address of the document, which
// stays with the bank.
type Item struct {
	Code     string
	Zh, En   string
	Ledger   bool // filled in from the ledger, never uploaded
	unneeded func(*Filing) bool
}

// Dossier are the items, in the order of the form.
var Dossier = []Item{
	{Code: "D01", Zh: "补偿申请书(含金额测算表)", En: "application with the computation of the sum"},
	{Code: "D02", Zh: "借款合同", En: "loan contract"},
	{Code: "D03", Zh: "借据、放款凭证及受托支付凭证", En: "promissory note, vouchers of the disbursement and of entrusted payments"},
	{Code: "D04", Zh: "备案编号与平台申请编号", En: "numbers of the filing and of the application", Ledger: true},
	{Code: "D05", Zh: "借款人主体资格证明(企业附中小企业声明函)", En: "the borrower's licence or identity; an enterprise's declaration of its size"},
	{Code: "D06", Zh: "信息主体授权记录", En: "record of the authorizations", Ledger: true},
	{Code: "D07", Zh: "截至认定日的还款流水", En: "repayments up to the recognition", Ledger: true},
	{Code: "D08", Zh: "五级分类认定", En: "classification", Ledger: true},
	{Code: "D09", Zh: "催收记录(三次以上,其中至少一次书面)", En: "dunning: three times or more, once in writing"},
	{Code: "D10", Zh: "诉讼、仲裁、公证执行、支付令或终本裁定文书", En: "paper of the court, arbitration or notary"},
	{Code: "D11", Zh: "抵质押物或保证现状", En: "state of the collateral or of the guarantee", unneeded: func(f *Filing) bool { return f.Guarantee == unsecured }},
	{Code: "D12", Zh: "尽职调查与尽职免责说明", En: "due-diligence statement"},
	{Code: "D13", Zh: "银行承诺书(无重复补偿、追偿返还)", En: "the bank's undertaking: no double compensation, returns of what it recovers"},
}

// unsecured is the code of a loan without a guarantee; it has none to show.
const unsecured = "C1"

// Needs reports whether a filed loan's dossier has the item.
func (i Item) Needs(f *Filing) bool { return i.unneeded == nil || !i.unneeded(f) }

// NameFor is the item as the borrower's kind has it: a herder has no business
// licence and no size.
func (i Item) NameFor(t subject.Type) (zh, en string) {
	if i.Code == "D05" && t == subject.Herder {
		return "居民身份证明及信用户评定", "resident ID and credit rating of the household"
	}
	return i.Zh, i.En
}

// Document is an uploaded item.
type Document struct {
	Item string `json:"item"` // D01 …
	CID  string `json:"cid"`  // content address of the document, CIDv1
}

func itemOf(code string) (Item, bool) {
	for _, i := range Dossier {
		if i.Code == code {
			return i, true
		}
	}
	return Item{}, false
}

const maxDocuments = 60 // of a dossier: several papers may make up one item

// documents checks what is uploaded, as far as that goes without a filing.
func documents(list []Document) error {
	if n := len(list); n > maxDocuments {
		return ClaimList.At("documents", maxDocuments, n)
	}
	for _, d := range list {
		i, ok := itemOf(d.Item)
		switch {
		case !ok:
			return ClaimCode.At("documents.item", "D01..D13", d.Item)
		case i.Ledger:
			return DossierLedger.At("documents.item", nil, i.Code+" "+i.Zh)
		}
		if err := addressed("documents.cid", d.CID); err != nil {
			return err
		}
	}
	return nil
}

// addressed refuses what is no CIDv1 in its canonical text.
func addressed(field, text string) error {
	const most = 128
	if len(text) > most {
		return DossierCID.At(field, most, len(text))
	}
	c, err := cid.Decode(text)
	if err != nil || c.Version() != 1 || c.String() != text {
		return DossierCID.At(field, "CIDv1, bafkrei…", text)
	}
	return nil
}

// missing names the items that a filed loan's dossier needs and the documents
// do not hold.
func missing(f *Filing, list []Document) string {
	var names []string
	for _, i := range Dossier {
		if i.Ledger || !i.Needs(f) {
			continue
		}
		found := false
		for _, d := range list {
			found = found || d.Item == i.Code
		}
		if !found {
			zh, _ := i.NameFor(f.Type)
			names = append(names, i.Code+" "+zh)
		}
	}
	return strings.Join(names, ", ")
}

// merged are documents of which some items are given anew.
func merged(old, list []Document) []Document {
	again := map[string]bool{}
	for _, d := range list {
		again[d.Item] = true
	}
	var all []Document
	for _, d := range old {
		if !again[d.Item] {
			all = append(all, d)
		}
	}
	return append(all, list...)
}
