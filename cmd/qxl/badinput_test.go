package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hyperledger/fabric-chaincode-go/v2/shim"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/simplifiedchinese"

	"github.com/qingxinlian/qxl/chaincode"
	"github.com/qingxinlian/qxl/chaincode/calendar"
	"github.com/qingxinlian/qxl/chaincode/command"
	"github.com/qingxinlian/qxl/client/dayfile"
	"github.com/qingxinlian/qxl/client/ledger/embedded"
	"github.com/qingxinlian/qxl/network/topology"
)

// desk is a clerk at the program, with a state directory of the clerk's own.
type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) desk { return desk{t, t.TempDir()} }

func (d desk) qxl(args ...string) (code int, stdout, stderr string) {
	d.t.Helper()
	var out, errw bytes.Buffer
	code = run(d.t.Context(), append([]string{"--state", filepath.Join(d.dir, "state")}, args...), strings.NewReader(""), &out, &errw)
	return code, out.String(), errw.String()
}

// file writes a day file of an organization; each line is a record type and
// its cells by column.
func (d desk) file(name, organization string, lines ...line) string {
	d.t.Helper()
	path := filepath.Join(d.dir, name+".csv")
	f, err := os.Create(path)
	require.NoError(d.t, err)
	defer f.Close()
	w, err := dayfile.NewWriter(f, dayfile.UTF8, dayfile.Head{Organization: organization, Date: openDay, Note: "合成数据"})
	require.NoError(d.t, err)
	for _, l := range lines {
		require.NoError(d.t, w.Fill(l.record, l.cells))
	}
	require.NoError(d.t, w.Close())
	return path
}

// spoil replaces a text of a file.
func (d desk) spoil(path, old, new string) {
	d.t.Helper()
	raw, err := os.ReadFile(path)
	require.NoError(d.t, err)
	require.Contains(d.t, string(raw), old)
	require.NoError(d.t, os.WriteFile(path, []byte(strings.Replace(string(raw), old, new, 1)), 0o600))
}

type line struct {
	record string
	cells  map[string]string
}

// cells are written column, value, column, value…
func record(typ, number, date string, cells ...string) line {
	l := line{typ, map[string]string{"业务流水号": number, "业务日期": date}}
	for i := 0; i < len(cells); i += 2 {
		l.cells[cells[i]] = cells[i+1]
	}
	return l
}

const (
	digest64 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
	herder   = "63262219790803000X"
	loanNo   = "HT1"
)

var openDay = calendar.MustParse("2024-12-27") // the one that the sample is founded with

// The life of one loan, as the organizations send it.
var (
	registered = record("主体登记", "ZT1", "2024-06-20", "接入机构", "BankA", "主体证件号码", herder, "主体类型", "农牧户", "证件类型", "公民身份号码",
		"主体名称", "郭桂梅", "经营地区划", "632622", "行业代码", "0314", "持有证书", "否")
	granted = record("授权登记", "SQS1", "2024-06-24", "接入机构", "BankA", "授权编号", "SQS1", "主体证件号码", herder, "主体类别", "个人", "签署身份", "本人",
		"签署日期", "2024-06-24", "被授权机构", "BankAMSP", "用途代码", "01", "信息项", "LOAN;GRASS;HERD", "提供方式", "原始数据", "有效期起", "2024-06-24",
		"有效期止", "2024-09-22", "查询次数上限", "3", "联系方式", "0971-0000000", "数据提供单位", "CentralBankMSP;ProviderMSP", "禁止转提供", "是",
		"授权书文本摘要", digest64, "单独同意", "向接收方提供的单独同意;处理敏感个人信息的单独同意", "签署方式", "人脸加短信", "签名摘要", digest64, "采集设备", "DEV1", "采集人", "OP1")
	applied = record("申请", "SQ1", "2024-06-24", "接入机构", "BankA", "申请编号", "SQ1", "主体证件号码", herder, "产品代码", "AGR", "申请金额", "137000.00",
		"申请期限月数", "4", "贷款用途", "购买饲草料", "受理渠道", "银行柜面", "授权编号", "SQS1")
	routed   = record("分派", "FP1", "2024-06-24", "接入机构", "BankA", "申请编号", "SQ1")
	accepted = record("受理", "SL1", "2024-06-27", "合同编号", loanNo, "申请编号", "SQ1", "主体证件号码", herder, "授权编号", "SQS1")
)

func credited(number, rate string) line {
	return record("授信", number, "2024-07-05", "合同编号", loanNo, "授权编号", "SQS1", "授信额度", "137000.00", "授信利率", rate, "授信期限月数", "4", "还款方式", "利随本清", "担保方式", "信用")
}

func signed(number, amount string) line {
	return record("签约", number, "2024-07-08", "合同编号", loanNo, "合同金额", amount, "年利率", "4.65", "还款方式", "利随本清", "期数", "4", "每期月数", "1")
}

func disbursed(number, amount string) line {
	return record("放款", number, "2024-07-08", "合同编号", loanNo, "放款金额", amount, "凭证摘要", digest64, "收款人", "郭桂梅", "收款账号末四位", "9075", "支付方式", "自主支付")
}

func repaid(number, date, amount string) line {
	return record("还款", number, date, "合同编号", loanNo, "还款金额", amount)
}

// refusedLine is what a receipt says of a refused line: code, column, limit,
// actual, Chinese, English.
type refusedLine [6]string

// send imports a file and gives the exit code and the refused lines.
func (d desk) send(path, as string) (int, []refusedLine) {
	d.t.Helper()
	code, _, stderr := d.qxl("import", path, "--as", as, "--json")
	require.LessOrEqual(d.t, code, exitRefused, stderr)
	raw, err := os.ReadFile(strings.TrimSuffix(path, ".csv") + ".receipt.csv")
	require.NoError(d.t, err)
	r := csv.NewReader(bytes.NewReader(raw))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	require.NoError(d.t, err)
	var refused []refusedLine
	for _, row := range rows {
		if row[0] == "回执" && row[4] == "拒绝" {
			refused = append(refused, refusedLine(row[5:11]))
		}
	}
	return code, refused
}

// What only the ledger can refuse comes back in the receipt, line by line,
// with exit code 1; the other lines of the file are done.
func TestBadInputThatTheLedgerRefuses(t *testing.T) {
	d := newDesk(t)
	done := func(name, org, user string, lines ...line) {
		t.Helper()
		code, refused := d.send(d.file(name, org, lines...), org+"/"+user)
		require.Empty(t, refused)
		require.Equal(t, exitDone, code)
	}
	refuse := func(name, org, user string, want refusedLine, lines ...line) {
		t.Helper()
		path := d.file(name, org, lines...)
		for range 2 { // the same refusal when it is sent again
			code, refused := d.send(path, org+"/"+user)
			require.Equal(t, []refusedLine{want}, refused)
			require.Equal(t, exitRefused, code)
		}
	}
	done("subjects", "Commission", "operator1", registered, granted, applied, routed)
	done("acceptances", "BankA", "officer1", accepted)
	refuse("rate", "BankA", "approver1",
		refusedLine{"LOAN_RATE_ABOVE_CAP", "授信利率", "4.95", "9.99", "利率超过上限(LPR加点)", "the rate is above the cap of LPR plus spread"},
		credited("SX0", "9.99"))
	done("decisions", "BankA", "approver1", credited("SX1", "4.65"))
	refuse("contract", "BankA", "officer2",
		refusedLine{"LOAN_ABOVE_CREDIT", "合同金额", "137000.00", "137000.01", "合同金额超过授信额度", "the contract's amount is above the credit"},
		signed("QY0", "137000.01"))
	done("signed", "BankA", "officer2", signed("QY1", "137000.00"))
	refuse("early", "BankA", "officer2",
		refusedLine{"LOAN_STATE", "业务状态", "DISBURSED", "SIGNED → DISBURSED", "当前状态不允许此操作", "the record's state does not allow this"},
		repaid("HK0", "2024-07-08", "100.00"))
	refuse("much", "BankA", "officer2",
		refusedLine{"LOAN_ABOVE_CONTRACT", "放款金额", "137000.00", "137000.01", "放款金额超过合同金额", "the disbursement is above the contract's amount"},
		disbursed("FK0", "137000.01"))
	done("disbursed", "BankA", "officer2", disbursed("FK1", "137000.00"))
	refuse("twice", "BankA", "officer2",
		refusedLine{"DUPLICATE_NUMBER", "业务流水号", "", "HK1", "同一业务流水号已登记过不同内容", "the business number was used before with other content"},
		repaid("HK1", "2024-08-08", "100.00"), repaid("HK1", "2024-08-08", "100.01"))
	refuse("tomorrow", "BankA", "officer2",
		refusedLine{"DATE_AFTER_OPEN_DAY", "业务日期", "2024-12-27", "2024-12-28", "业务日期晚于当前开放营业日", "the business date is after the open business day"},
		repaid("HK2", "2024-12-28", "100.00"))
	refuse("role", "BankA", "approver1",
		refusedLine{"ACCESS_DENIED", "报送人身份", "B/officer", "B/approver", "无权办理此业务", "this identity may not do this"},
		repaid("HK3", "2024-08-08", "100.00"))
}

// What is wrong with a file itself is refused before anything is sent, with
// exit code 2. client/dayfile tests each message; here one of each kind is
// what a clerk sees of the program.
func TestBadFiles(t *testing.T) {
	d := newDesk(t)
	good := []line{repaid("HK1", "2024-08-08", "1000.00"), repaid("HK2", "2024-09-08", "2000.00")}
	bank := func(old, new string) func() string {
		return func() string { path := d.file("bank", "BankA", good...); d.spoil(path, old, new); return path }
	}
	gb := func(text string) string {
		out, err := simplifiedchinese.GB18030.NewEncoder().String(text)
		require.NoError(t, err)
		return out
	}
	type shown struct{ code, field, message string }
	for _, c := range []struct {
		name, as string
		make     func() string
		want     shown
	}{
		{"wrong check character of a USCC", "Commission/operator1", func() string {
			path := d.file("uscc", "Commission", registered)
			d.spoil(path, herder, "91630100MA00QH013G")
			return path
		}, shown{"USCC_CHECK_CHARACTER", "主体证件号码",
			"第 4 行「主体证件号码」: 校验码不符，按前 17 位应为 F / line 4: the check character does not match: the first 17 give F (value 91630100MA00QH013G); compare it with the certificate"}},
		{"unknown region", "Commission/operator1", func() string {
			path := d.file("region", "Commission", registered)
			d.spoil(path, ",632622,", ",639999,")
			return path
		}, shown{"SUBJECT_REGION", "经营地区划",
			"第 4 行「经营地区划」: 行政区划代码不正确 / line 4: the region is no county of Qinghai on that day (value 639999, limit write six digits like 630105); correct the line: no ledger would take it"}},
		{"three decimals", "BankA/officer2", bank("1000.00", "1000.005"), shown{"AMOUNT_DECIMALS", "还款金额",
			"第 4 行「还款金额」: 金额的小数位数过多 / line 4: the amount has too many decimals (value 1000.005, limit 2 decimals); write it like 5000.00"}},
		{"negative", "BankA/officer2", bank("1000.00", "-1000.00"), shown{"AMOUNT_SIGN", "还款金额",
			"第 4 行「还款金额」: 此处不得带正负号 / line 4: a sign is not allowed here (value -1000.00, limit no sign); write the number without + or -"}},
		{"separators", "BankA/officer2", bank("1000.00", `"1,000.00"`), shown{"AMOUNT_SEPARATOR", "还款金额",
			"第 4 行「还款金额」: 金额不得带分隔符 / line 4: the amount has separators (value 1,000.00, limit no separators); write it like 5000.00"}},
		{"date that does not exist", "BankA/officer2", bank("2024-09-08", "2024-02-30"), shown{"DATE_NOT_EXISTING", "业务日期",
			"第 5 行「业务日期」: 日期不存在 / line 5: the date does not exist (value 2024-02-30, limit a day of the calendar); check month and day"}},
		{"trailer's count", "BankA/officer2", bank("文件尾,2", "文件尾,3"), shown{"TRAILER_COUNT", "总笔数",
			"第 7 行「总笔数」: 总笔数与明细不符 / line 7: the trailer's count does not agree with the lines (value 3, limit 2 lines); check that no line is missing or twice"}},
		{"trailer's sum", "BankA/officer2", bank("3000.00", "3000.01"), shown{"TRAILER_SUM", "总金额",
			"第 7 行「总金额」: 总金额与明细合计不符 / line 7: the trailer's sum does not agree with the lines (value 3000.01, limit 3000.00); check the amounts against your own books"}},
		{"cut in the middle", "BankA/officer2", func() string {
			path := d.file("cut", "BankA", good...)
			raw, err := os.ReadFile(path)
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(path, raw[:bytes.Index(raw, []byte("0.00,\r\n记录类型"))], 0o600))
			return path
		}, shown{"TRAILER_MISSING", "",
			"第 5 行: 没有文件尾,文件可能不完整 / line 5: the file has no trailer; it may have been cut (value 2 lines, limit 文件尾 as the last record); export the whole table again and compare its length"}},
		{"mixed encodings", "BankA/officer2", bank("还款,HK2", gb("还款,HK2")), shown{"ENCODING_MIXED", "",
			"第 5 行: 该行不是 UTF-8 编码,与文件其余部分不一致 / line 5: the line is not UTF-8 as the rest of the file is (value 还款,HK2,2024-09-08,HT1,2000.00,, limit UTF-8); save the whole file in one encoding, best as CSV UTF-8"}},
		{"another bank's file", "BankB/officer2", bank("", ""), shown{"SENDER_OTHER", "报送机构",
			"「报送机构」: 文件的报送机构与报送人所属机构不一致 / the file is another organization's than the sender's (value BankA, limit BankB); send it as a person of BankA"}},
		{"another's records", "Commission/operator1", func() string { return d.file("others", "Commission", good...) }, shown{"RECORD_SENDER", "记录类型",
			"「记录类型」: 该记录类型不由本机构报送 / records of this type are sent by others (value 还款, limit banks, officer); let them send it"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := c.make()
			code, stdout, stderr := d.qxl("import", path, "--as", c.as, "--json")
			require.Equal(t, exitUsage, code, stderr)
			var document struct{ Error problem }
			require.NoError(t, json.Unmarshal([]byte(stdout), &document))
			p := document.Error
			_, first, _ := strings.Cut(p.En, "\n")
			first, _, _ = strings.Cut(first, "\n")
			require.Equal(t, c.want, shown{p.Code, p.Field, first})
			require.Contains(t, stderr, "错误: "+p.Zh+"\n")
			require.Contains(t, stderr, "文件有误,全部未报送 / the file was refused and nothing was sent")
			require.Contains(t, stderr, first)
			require.NoFileExists(t, strings.TrimSuffix(path, ".csv")+".receipt.csv")
		})
	}
}

// A line of 100 MB is refused in the memory that any file takes.
func TestLineOf100MB(t *testing.T) {
	d := newDesk(t)
	path := d.file("long", "BankA", repaid("HK1", "2024-08-08", "1000.00"))
	send := func() (exit, peak int, stderr string) {
		cmd := exec.Command(os.Args[0])
		cmd.Args = []string{programThatTellsItsMemory, "--state", filepath.Join(d.dir, "state"), "import", path, "--as", "BankA/officer2"}
		var out, errw bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errw
		err := cmd.Run()
		var failed *exec.ExitError
		require.True(t, err == nil || errors.As(err, &failed), "%v", err)
		_, err = fmt.Sscanf(out.String(), "%d", &peak)
		require.NoError(t, err, out.String())
		return cmd.ProcessState.ExitCode(), peak, errw.String()
	}
	d.spoil(path, "HK1", "")
	exit, usual, stderr := send()
	require.Equal(t, exitUsage, exit, stderr)
	d.spoil(path, "还款,,", "还款,"+strings.Repeat("9", 100<<20)+",")
	exit, peak, stderr := send()
	require.Equal(t, exitUsage, exit)
	require.Contains(t, stderr, "错误: 一行过长\n")
	require.Contains(t, stderr, "第 4 行: 一行过长 / line 4: the line is too long (value more than 16384 bytes, limit 16384 bytes); a line ends with a line feed; check that the file is a CSV table\n")
	require.Less(t, peak, usual+8<<10, "KiB")
	t.Logf("a 100 MB line: %d KiB resident at most; a small file: %d KiB", peak, usual)
}

// programThatTellsItsMemory is qxl in a process of its own, which prints the
// most memory, in KiB, that was resident. What the operating system tells a
// parent includes the parent's own.
const programThatTellsItsMemory = "qxl-memory"

func mainThatTellsItsMemory() {
	code := run(context.Background(), os.Args[1:], os.Stdin, io.Discard, os.Stderr)
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		panic(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Println(strings.Fields(peak)[0])
	os.Exit(code)
}

// A client's clock that is off is refused by the endorsers, whatever the
// command; the ledger's own clock is this machine's.
func TestClock20MinutesOff(t *testing.T) {
	d := newDesk(t)
	path := d.file("day", "BankA", repaid("HK1", "2024-08-08", "1000.00"))
	var out, errw bytes.Buffer
	a := &app{out: &out, err: &errw, stateDir: filepath.Join(d.dir, "state")}
	s, err := a.open(t.Context()) // founded while the clock was right
	require.NoError(t, err)
	require.NoError(t, s.Close())

	off := 20 * time.Minute
	c := embedded.Consortium{Clock: func() time.Time { return time.Now().Add(off) },
		NewChaincode: func(kind command.Chaincode, msp string) (shim.Chaincode, error) {
			return chaincode.New(kind, msp, time.Now)
		}}
	for _, o := range s.topology.Organizations {
		c.Organizations = append(c.Organizations, embedded.Organization{MSP: o.MSP, Party: party(o.Party)})
		if o.Party == topology.Bank {
			c.Books = append(c.Books, embedded.Book{Name: bookName(o.Name), Bank: o.MSP})
		}
	}
	e, err := embedded.Open(a.stateDir, c)
	require.NoError(t, err)
	late := &session{Factory: e, engine: embeddedEngine, dir: s.dir, topology: s.topology}
	send := func() int {
		errw.Reset()
		_, err := a.importFile(t.Context(), late, newSubjects(late), "BankA/officer2", path, dayfile.Options{})
		return a.finish(err)
	}
	require.Equal(t, exitRefused, send())
	require.Regexp(t, `(?m)^错误: 本机时钟偏差过大（阶段：endorse）
error: line 4 \(HK1\): endorse: the transaction's time is -20m0s off this endorser's clock, limit 15m0s; set the client's clock \(transaction [0-9a-f]{64}\)
hint: set this machine's clock; the ledger allows 15 minutes
$`, errw.String())
	require.NoFileExists(t, strings.TrimSuffix(path, ".csv")+".receipt.csv")
	off = 14 * time.Minute
	require.Equal(t, exitDone, send(), errw.String()) // sent and refused; the ledger knows no such loan
	require.NoError(t, late.Close())
}
