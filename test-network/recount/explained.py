"""Works out by hand, in exact fractions, the interest of ten loans of the sample's year.

It reads the day files as the bank sent them and the published LPR, nothing that the ledger
computed; works from docs/day-files.md; and writes the working as Markdown. Beside each amount
stands what `qxl loan explain` says, read from FILES/CONTRACT.json; any difference ends it with
exit code 1.

usage: explained.py YEAR_DIRECTORY EXPLAIN_DIRECTORY LPR_CSV > docs/explained-loans.md
"""

import csv
import glob
import json
import sys
from datetime import date, timedelta
from fractions import Fraction as F

END = date(2025, 12, 31)
YEAR, EXPLAIN, LPR = sys.argv[1:4]


def day(text):
    return date.fromisoformat(text)


def fen(x):
    """Half-up to the fen; x in fen, not negative."""
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def yuan(n):
    return f"{n // 100:,}.{n % 100:02d}"


def months_on(d, k):
    m = d.month - 1 + k
    y, m = d.year + m // 12, m % 12 + 1
    for last in range(d.day, 0, -1):
        try:
            return date(y, m, last)
        except ValueError:
            pass


def thirty(a, b):
    return (b.year - a.year) * 360 + (b.month - a.month) * 30 + min(b.day, 30) - min(a.day, 30)


lpr = [(day(r[0]), F(r[1]), F(r[2])) for r in list(csv.reader(open(LPR)))[1:]]


def lpr_on(d, long):
    return [r[2] if long else r[1] for r in lpr if r[0] <= d][-1]


class Loan:
    """A loan's lines, and the working of its interest."""

    def __init__(self, told):
        self.story, self.contract = told["story"], told["contract"]
        self.lines = []
        for path in sorted(glob.glob(YEAR + "/*-banka-*.csv")):
            if path.endswith("balances.csv"):
                continue
            head = None
            for row in csv.reader(open(path, encoding="utf-8-sig")):
                if row[0] == "记录类型":
                    head = row
                elif len(row) > 3:
                    line = dict(zip(head, row))
                    line["类型"] = row[0]
                    if line.get("合同编号") == self.contract:
                        self.lines.append(line)
        sign, paid = self.one("签约"), self.one("放款")
        self.terms, self.start = sign, day(paid["业务日期"])
        self.principal = int(F(paid["放款金额"]) * 100)
        self.rate = F(sign["年利率"]) / 100
        self.n = int(sign.get("期数") or 0)
        self.every = int(sign.get("每期月数") or 0)
        self.prices = [(self.start, self.rate, 0)]  # from a day on: rate, percent for misuse
        for line in self.lines:
            at = day(line["业务日期"])
            if line["类型"] == "调整利率":
                self.price(at, F(line["年利率"]) / 100, None)
            if line["类型"] == "挪用":
                self.price(at, None, int(line["加收百分比"]))
        self.rows, self.notes, self.extra = [], [], []

    def one(self, kind):
        return [line for line in self.lines if line["类型"] == kind][0]

    def price(self, at, rate, misuse):
        _, r, m = [p for p in self.prices if p[0] <= at][-1]
        self.prices.append((at, r if rate is None else rate, m if misuse is None else misuse))
        self.prices.sort(key=lambda p: p[0])

    def due(self, k):
        return months_on(self.start, k * self.every)

    def pieces(self, a, b):
        """The parts of [a, b) with one rate each: first day, last, rate with misuse, text of the rate."""
        cuts = [a] + [p[0] for p in self.prices if a < p[0] < b] + [b]
        for x, y in zip(cuts, cuts[1:]):
            _, r, m = [p for p in self.prices if p[0] <= x][-1]
            text = f"{float(r * 100):g}%" + (f" × {100 + m}%" if m else "")
            yield x, y, r * (100 + m) / 100, text

    def factor(self, a, b, basis):
        """Σ rate × part of a year, and how it is written."""
        total, text, gone = F(0), [], F(0)
        whole = F(self.every, 12)
        for x, y, r, rate in self.pieces(a, b):
            if basis == "months":
                upto = whole if y == b else min(whole, F(thirty(a, y), 360))
                f, gone = upto - gone, upto
                n = f * 360
                text.append(f"{rate} × {n}/360")
            else:
                n, f = (y - x).days, F((y - x).days, basis)
                text.append(f"{rate} × {n}/{basis}")
            total += r * f
        return total, " + ".join(text)

    def figure(self, what, k, a, b, base, basis):
        f, text = self.factor(a, b, basis)
        exact = base * f
        self.rows.append((what, k, a, b, base, text, exact, fen(exact)))
        return fen(exact)

    def equal(self, balance, k, dues, a, basis):
        """The equal instalment from instalment k on: P·Π(1+f) / Σ_k Π_{j>k}(1+f_j)."""
        fs = []
        for d in dues[k - 1:]:
            fs.append(self.factor(a, d, basis)[0])
            a = d
        product, total = F(1), F(0)
        for f in reversed(fs):
            total += product
            product *= 1 + f
        return fen(balance * product / total)

    def amount(self, kind, column):
        line = self.one(kind)
        return day(line["业务日期"]), int(F(line[column]) * 100)


def months(loan):
    return "months", [loan.due(k) for k in range(1, loan.n + 1)]


def equal_instalments(loan, anew=()):
    """EQI; anew are the days from which the instalment is worked out anew."""
    basis, dues = months(loan)
    balance, a, each = loan.principal, loan.start, 0
    for k, d in enumerate(dues, 1):
        if k == 1 or any(a <= x < d for x in anew):
            # Until a new rate is in force, the plan does not know it.
            prices = loan.prices
            loan.prices = [p for p in prices if p[0] < d]
            each = loan.equal(balance, k, dues, a, basis)
            loan.prices = prices
            loan.notes.append(f"第 {k} 期起每期 {yuan(each)} 元: equal instalment of {yuan(balance)} over {loan.n - k + 1} instalments")
        interest = loan.figure("interest", k, a, d, balance, basis)
        balance -= min(each - interest, balance) if k < loan.n else balance
        if d > END:
            break
        a = d


def equal_principals(loan, basis=None, prepay=None):
    kind, dues = months(loan)
    basis = basis or kind
    balance, a, per = loan.principal, loan.start, fen(F(loan.principal, loan.n))
    broken = False
    for k, d in enumerate(dues, 1):
        if prepay and a <= prepay[0] < d:
            at, paid = prepay
            f, text = loan.factor(a, at, 360)
            interest = fen(balance * f)
            loan.notes.append(f"{at} 提前还款 {yuan(paid)}: interest to the day {yuan(balance)} × {text} = {float(balance * f / 100):.8f} → {yuan(interest)}; principal {yuan(paid - interest)}")
            balance -= paid - interest
            per = fen(F(balance, loan.n - k + 1))
            loan.notes.append(f"第 {k} 期起每期本金 {yuan(per)}: {yuan(balance)} / {loan.n - k + 1}")
            a, broken = at, True
        loan.figure("interest", k, a, d, balance, 360 if broken else basis)
        broken = False
        balance -= min(per, balance) if k < loan.n else balance
        if d > END:
            break
        a = d


def interest_only(loan):
    a = loan.start
    for k in range(1, loan.n + 1):
        d = loan.due(k)
        loan.figure("interest", k, a, d, loan.principal, 360)
        if d > END:
            break
        a = d


def flat(loan):
    a = loan.start
    for k in range(1, loan.n + 1):
        d = loan.due(k)
        loan.figure("interest", k, a, d, loan.principal, "months")
        if d > END:
            break
        a = d


def seasonal(loan):
    dues = [day(x) for x in loan.terms["还本日期"].split(";")]
    parts = [int(F(x) * 100) for x in loan.terms["还本金额"].split(";")]
    at, paid = loan.amount("提前还款", "还款金额")
    f, text = loan.factor(loan.start, at, 360)
    interest = fen(loan.principal * f)
    balance = loan.principal - (paid - interest)
    loan.notes.append(f"{at} 提前还款 {yuan(paid)}: interest to the day {yuan(loan.principal)} × {text} → {yuan(interest)}; principal {yuan(paid - interest)}")
    sums, total = 0, sum(parts)
    for i, p in enumerate(list(parts)):
        upto = fen(F(sum(int(F(x) * 100) for x in loan.terms["还本金额"].split(";")[: i + 1]) * balance, total))
        parts[i], sums = upto - sums, upto
    loan.notes.append("减少后各期本金: " + ", ".join(yuan(p) for p in parts))
    a = at
    for k, (d, p) in enumerate(zip(dues, parts), 1):
        loan.figure("interest", k, a, d, balance, 360)
        balance -= p
        a = d


def in_arrears(loan):
    equal_principals(loan)
    per = fen(F(loan.principal, loan.n))
    at, paid = [(day(x["业务日期"]), int(F(x["还款金额"]) * 100)) for x in loan.lines if x["类型"] == "还款"][-1]
    percent = 1 + F(int(loan.terms.get("罚息加收百分比") or 50), 100)
    k = [i for i in range(1, loan.n + 1) if loan.due(i) < at][-1]

    def piece(what, k, a, b, base, times):
        f = loan.rate * times * F((b - a).days, 360)
        text = f"{float(loan.rate * 100):g}%" + (f" × {float(times * 100):g}%" if times != 1 else "") + f" × {(b - a).days}/360"
        return what, k, a, b, base, text, base * f, fen(base * f)

    interest = {r[1]: r[7] for r in loan.rows if r[0] == "interest"}
    d = loan.due(k)
    penalty, compound = piece("penalty", k, d, at, per, percent), piece("compound", k, d, at, interest[k], 1)
    left = paid - penalty[7] - compound[7] - interest[k]
    unpaid = per - left
    loan.notes.append(f"{at} 还款 {yuan(paid)}, 第 {k} 期: 罚息 {yuan(per)} × {penalty[5]} → {yuan(penalty[7])}, 复利 {yuan(interest[k])} × {compound[5]} → {yuan(compound[7])}, 利息 {yuan(interest[k])}, 本金 {yuan(left)}; 未还本金 {yuan(unpaid)}")
    loan.extra.append(piece("penalty", k, at, END, unpaid, percent))
    for j in range(k + 1, loan.n + 1):
        if loan.due(j) < END:
            loan.extra.append(piece("penalty", j, loan.due(j), END, per, percent))
            loan.extra.append(piece("compound", j, loan.due(j), END, interest[j], 1))


def floating(loan, first, long=False):
    low = F(loan.terms["利率下限"]) / 100 if loan.terms.get("利率下限") else F(0)
    spread = F(loan.terms["LPR加点"])
    base = lpr_on(first, long)
    rate = max((base + spread) / 100, low)
    loan.price(first, rate, None)
    loan.notes.append(f"{first} 重定价: LPR {float(base):g}% + {float(spread):g}% = {float(base + spread):g}%" + (f", 下限 {float(low * 100):g}%" if low else "") + f" → {float(rate * 100):g}%")


def work(loan):
    s = loan.story
    if s == "等额本息,浮动利率,对年对月对日重定价":
        first = months_on(loan.start, 12)
        floating(loan, first)
        equal_instalments(loan, [first])
    elif s == "按季付息,浮动利率,1月1日重定价,触及下限":
        floating(loan, date(2025, 1, 1))
        interest_only(loan)
    elif s == "等额本息,协议下调利率":
        equal_instalments(loan, [p[0] for p in loan.prices[1:]])
    elif s == "等额本息,按期还款":
        equal_instalments(loan)
    elif s == "等额本金,按季还款,实际/365":
        equal_principals(loan, 365)
    elif s == "等额本金,部分提前还款,减少每期还款额":
        equal_principals(loan, None, loan.amount("提前还款", "还款金额"))
    elif s == "等本等息,告知年化利率":
        flat(loan)
    elif s == "按季节还本,提前卖羊还一部分":
        seasonal(loan)
    elif s == "挪用加收罚息,后改正":
        interest_only(loan)
    elif s == "逾期,部分还款后仍有罚息和复利":
        in_arrears(loan)
    else:
        return False
    return True


def main():
    out, wrong, figures, done = [], 0, 0, 0
    for told in json.load(open(YEAR + "/manifest.json"))["told"]:
        if told["bank"] != "BankA":
            continue
        try:
            loan = Loan(told)
        except IndexError:
            continue  # taken on, or renewed: no line of disbursement
        if not work(loan):
            continue
        done += 1
        said = json.load(open(f"{EXPLAIN}/{loan.contract}.json"))["figures"]
        theirs = {(x["what"], x["instalment"]): x for x in said}
        out.append(f"## {done}. {loan.story}\n\n`qxl loan explain {loan.contract} --at {END} --as BankA/officer2`\n")
        out.append(f"{loan.terms['还款方式']}, {yuan(loan.principal)} 元, 放款 {loan.start}, 年利率 {float(loan.rate * 100):g}%"
                   + (f", {loan.n} 期, 每期 {loan.every} 个月" if loan.n else "") + (f", 计息基准 {loan.terms['计息基准']}" if loan.terms.get("计息基准") else "") + ".\n")
        out.extend(f"- {note}" for note in loan.notes)
        out.append("\n| 期 | 项目 | 起 from | 止 to | 本金 base | 计算 working | 精确值 exact | 手算 by hand | explain |\n|--:|---|---|---|--:|---|--:|--:|--:|")
        for what, k, a, b, base, text, exact, rounded in loan.rows + loan.extra:
            x = theirs.get((what, k))
            figures += 1
            amount = x["amount"] if x else "—"
            agrees = x and F(amount) * 100 == rounded and day(x.get("from", str(a))) == a and day(x["to"]) == b and F(x["base"]) * 100 == base
            wrong += not agrees
            e = exact / 100
            digits = e.numerator * 10**8 // e.denominator
            out.append(f"| {k} | {what} | {a} | {b} | {yuan(base)} | {text} | {digits // 10**8}.{digits % 10**8:08d} | {yuan(rounded)} | {yuan(int(F(amount) * 100)) if x else '—'}{'' if agrees else ' ✗'} |")
        extra = {(r[0], r[1]) for r in loan.rows + loan.extra}
        for key, x in theirs.items():
            if key not in extra and key[0] not in ("accrued", "carried"):
                wrong += 1
                print("not worked out:", loan.contract, x, file=sys.stderr)
        out.append("")
    print(HEAD.format(loans=done, figures=figures))
    print("\n".join(out))
    print(f"{done} loans, {figures} figures, {wrong} differ", file=sys.stderr)
    sys.exit(1 if wrong or done != 10 else 0)


HEAD = """# Ten loans explained 十笔贷款计息手算

Each interest figure that `qxl loan explain` gives of ten loans of the sample's year (`sample.Year`, synthetic), worked out
a second time by hand: from the lines that the bank sent and the published LPR alone, after docs/day-files.md, in exact
fractions by [explained.py](../test-network/recount/explained.py), which shares no code with the ledger. Amounts in yuan.
Written by that program, which fails where a figure differs: {loans} loans, {figures} figures, none differs.

- `months/12` contracts write a month as 30/360; days are counted 算头不算尾, from the first day to the day before the last.
- The exact value is cut at eight decimals; it is rounded once, half-up, to the fen.
- A period with two rates is a sum, rounded once. `× 150%` is misuse 挪用 or penalty 罚息.
- `accrued` figures (the part of a running period up to the day) are not repeated here.
"""

main()
