package sample

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/chaincode/consortium"
	"github.com/qingxinlian/qxl/chaincode/money"
	"github.com/qingxinlian/qxl/network/topology"
	testnetwork "github.com/qingxinlian/qxl/test-network"
)

// The sample's time: applications come in from First on, and the last
// business day that the central bank opens is Last.
var (
	First = calendar.MustParse("2022-09-01")
	Last  = calendar.MustParse("2024-12-31")

	// foundingDay is the business day with which the consortium begins.
	foundingDay = calendar.MustParse("2024-12-27")
	// publishedAtFounding are the rates that the founding carries; later
	// ones come in the central bank's day file, with two signatures.
	publishedAtFounding = calendar.MustParse("2024-08-20")
)

// backDatingDays reaches from the first open day of the sample to before its
// first business date.
const backDatingDays = 900

// Genesis is what the sample consortium is founded with. Members come from
// the topology; reference tables are public facts (test-network/reference)
// and, where no rule has been published, parameters of the platform.
func Genesis(t *topology.Topology) (consortium.FoundContent, error) {
	members, err := memberTable(t)
	if err != nil {
		return consortium.FoundContent{}, err
	}
	rates, err := rates()
	if err != nil {
		return consortium.FoundContent{}, err
	}
	early := 0
	for early < len(rates) && rates[early].Published <= publishedAtFounding {
		early++
	}
	days, err := workingDays()
	if err != nil {
		return consortium.FoundContent{}, err
	}
	packs, err := rulePacks()
	if err != nil {
		return consortium.FoundContent{}, err
	}
	rules := parameters()
	return consortium.FoundContent{
		Head:      command.Head{Number: "FOUNDING", Date: foundingDay},
		Simulated: true,
		Members:   members,
		Tables: []consortium.Change{
			{Rules: &rules},
			{LPR: rates[:early]},
			{Calendar: &days},
			{Products: products()},
			{Purposes: purposes},
			{Items: items},
			{Packs: packs},
		},
	}, nil
}

// parameters are the platform's: no rule of law fixes them for Qinghai.
func parameters() consortium.Parameters {
	return consortium.Parameters{BackDatingDays: backDatingDays, RateCapSpread: 150 * money.BasisPoint,
		DecisionDays: 10, PenaltyPercent: 50, NonPerforming: nonPerforming, PreLoanMaxDays: 90}
}

// Parties are the ledger's names of the places that a topology names.
var Parties = map[topology.Party]command.Party{topology.PartyC: command.Commission, topology.PartyP: command.CentralBank,
	topology.PartyF: command.Finance, topology.Bank: command.Bank, topology.Audit: command.Audit,
	topology.Subject: command.Subject, topology.Provider: command.Provider}

func memberTable(t *topology.Topology) ([]consortium.Member, error) {
	var members []consortium.Member
	for _, o := range t.Organizations {
		m := consortium.Member{MSP: o.MSP, Party: Parties[o.Party]}
		if o.Party == topology.Bank {
			m.Book = BookOf(o.Name)
		}
		for _, n := range o.Names {
			from, err := calendar.ParseDate(n.From)
			if err != nil {
				return nil, fmt.Errorf("name of %s: %w", o.Name, err)
			}
			m.Names = append(m.Names, consortium.Name{From: from, Zh: n.Zh, En: n.En})
		}
		members = append(members, m)
	}
	return members, nil
}

// BookOf is the name of the chaincode that keeps a bank's book.
func BookOf(organization string) string { return "book-" + strings.ToLower(organization) }

// rates are all published loan prime rates, by date.
func rates() ([]consortium.LPR, error) {
	rows, err := csv.NewReader(strings.NewReader(testnetwork.LPR)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reference table lpr.csv: %w", err)
	}
	var list []consortium.LPR
	for _, row := range rows[1:] {
		l := consortium.LPR{}
		if l.Published, err = calendar.ParseDate(row[0]); err == nil {
			if l.OneYear, err = money.ParseRate(row[1]); err == nil {
				l.FiveYear, err = money.ParseRate(row[2])
			}
		}
		if err != nil {
			return nil, fmt.Errorf("reference table lpr.csv, %s: %w", row[0], err)
		}
		list = append(list, l)
	}
	return list, nil
}

// calendarYears are the years whose holidays are entered.
const firstCalendarYear, lastCalendarYear = 2022, 2026

func workingDays() (consortium.Calendar, error) {
	c := consortium.Calendar{FirstYear: firstCalendarYear, LastYear: lastCalendarYear}
	rows, err := calendar.ParseSpecialDays(testnetwork.Holidays)
	if err != nil {
		return c, fmt.Errorf("reference table holidays.csv: %w", err)
	}
	for _, row := range rows {
		weekday := row.Date.Weekday() <= 5
		if y := row.Date.Year(); y >= c.FirstYear && y <= c.LastYear && row.Work != weekday {
			c.Exceptions = append(c.Exceptions, row.Date)
		}
	}
	return c, nil
}

// rulePacks are two versions of the rules of risk compensation: loans without
// security of small and micro firms, and since the revision secured loans and
// more kinds of borrowers. Their numbers are assumptions of the platform.
func rulePacks() ([]consortium.RulePack, error) {
	dec := json.NewDecoder(strings.NewReader(testnetwork.RulePacks))
	dec.DisallowUnknownFields()
	var packs []consortium.RulePack
	if err := dec.Decode(&packs); err != nil {
		return nil, fmt.Errorf("reference table rule-packs.json: %w", err)
	}
	return packs, nil
}

// products are the platform's loan products. Their names stand in the action
// plan; limits and terms are the sample's.
func products() []consortium.Product {
	from := calendar.MustParse("2022-01-01")
	every, plain := []string{"EQI", "EQP", "IOB", "BUL", "REV"}, []string{"EQI", "EQP", "IOB"}
	seasonal, all := append([]string{"SEA"}, every...), append([]string{"EPI"}, every...)
	secured := []string{"C1", "C2", "C3", "C4", "C5"}
	product := func(code, zh, en string, yuan money.Fen, months int, methods, guarantees []string) consortium.Product {
		return consortium.Product{Code: code, Zh: zh, En: en, From: from, MaxPrincipal: yuan * money.Yuan, MaxMonths: months, Methods: methods, Guarantees: guarantees}
	}
	return []consortium.Product{
		product("AGR", "农牧贷", "herder and farmer loan", 300_000, 36, seasonal, []string{"C1", "C2"}),
		product("BID", "中标贷", "loan on a tender award", 5_000_000, 24, every, secured),
		product("CUL", "文旅贷", "culture and tourism loan", 5_000_000, 36, plain, secured),
		product("GPL", "政采贷", "government procurement loan", 10_000_000, 24, every, secured),
		product("GRN", "绿色贷", "green loan", 10_000_000, 60, plain, secured),
		product("IPP", "知识产权质押贷", "loan on intellectual property", 10_000_000, 36, plain, []string{"C4", "C5"}),
		product("MED", "医保贷", "loan on medical insurance receivables", 3_000_000, 24, plain, secured),
		product("ORD", "订单贷", "loan on an order", 5_000_000, 24, every, secured),
		product("OTH", "其他", "other", 10_000_000, 60, all, secured),
		product("PRJ", "重大项目贷", "major project loan", 5_000_000_000, 60, plain, secured),
		product("TAX", "税易贷", "loan on tax credit", 5_000_000, 36, plain, secured),
		product("TEC", "科技贷", "technology loan", 10_000_000, 60, plain, secured),
		product("TOB", "烟商贷", "tobacco retailer loan", 500_000, 24, plain, []string{"C1", "C2"}),
	}
}

var purposes = []consortium.Purpose{
	{Code: "01", Zh: "贷前审查", En: "examination before a loan", MaxDays: 90},
	{Code: "02", Zh: "贷中审批", En: "decision on a loan", MaxDays: 90},
	{Code: "03", Zh: "贷后管理", En: "management after a loan"},
	{Code: "04", Zh: "风险补偿审核", En: "review of risk compensation"},
	{Code: "05", Zh: "异议核查", En: "verification of an objection", MaxDays: 90},
	{Code: "06", Zh: "统计(去标识)", En: "statistics without identities", MaxDays: 365},
}

// items are the data items of the catalogue, each with the organization that
// answers for it and its class (征信业管理条例 13, 14).
var items = []consortium.Item{
	{Code: "REG", Zh: "市场主体登记信息", En: "business registration", Class: "PUBLIC", Owner: "ProviderMSP"},
	{Code: "PUNISH", Zh: "行政处罚信息", En: "administrative penalties", Class: "PUBLIC", Owner: "ProviderMSP"},
	{Code: "LOAN", Zh: "信贷信息", En: "credit information", Class: "CONSENT", Owner: "CentralBankMSP"},
	{Code: "SOCIAL", Zh: "社保缴纳信息", En: "social insurance payments", Class: "CONSENT", Owner: "ProviderMSP"},
	{Code: "POWER", Zh: "用电信息", En: "electricity use", Class: "CONSENT", Owner: "ProviderMSP"},
	{Code: "GRASS", Zh: "草场承包与补奖信息", En: "grassland contracts and subsidies", Class: "CONSENT", Owner: "ProviderMSP"},
	{Code: "HERD", Zh: "牲畜存栏信息", En: "livestock", Class: "CONSENT", Owner: "ProviderMSP"},
	{Code: "TAXLVL", Zh: "纳税信用级别", En: "tax credit level", Class: "CONSENT", Owner: "ProviderMSP"},
	{Code: "TAXAMT", Zh: "纳税数额", En: "tax amount", Class: "WARN_CONSENT", Owner: "ProviderMSP"},
	{Code: "INCOME", Zh: "收入信息", En: "income", Class: "WARN_CONSENT", Owner: "ProviderMSP"},
	{Code: "ESTATE", Zh: "不动产信息", En: "real estate", Class: "WARN_CONSENT", Owner: "ProviderMSP"},
	{Code: "INSUR", Zh: "商业保险信息", En: "commercial insurance", Class: "WARN_CONSENT", Owner: "ProviderMSP"},
	{Code: "DISEASE", Zh: "疾病和病史信息", En: "medical history", Class: "BANNED", Owner: "ProviderMSP"},
	{Code: "BIOMETR", Zh: "指纹基因血型信息", En: "fingerprints, genes, blood type", Class: "BANNED", Owner: "ProviderMSP"},
}
