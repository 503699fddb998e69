#!/usr/bin/env python3
"""Known answers for recount.py: the vectors of the field, and small histories
worked by hand, where a figure can be checked with a pocket calculator.

    vectors.py    says which are wrong; the exit code is 1 when one is
"""
import sys
from datetime import date
from fractions import Fraction

from history import days_of, standing
from interest import add_months, days_30, in_leap_years, to_nearest
from loan import Refused


def loan(as_of, *commands, **terms):
    base = {"method": "EQI", "principal": "500000.00", "rate": "3.85",
            "periods": 12, "every": "1M", "from": "2024-01-01"}
    base.update((k, v) for k, v in terms.items())
    raw = {"terms": base, "commands": list(commands), "as_of": as_of}
    return list(days_of(raw))[-1][1]


def refused(*arguments, **terms):
    try:
        loan(*arguments, **terms)
    except Refused as refusal:
        return refusal.code, refusal.command


def column(view, name):
    return [row[name] for row in view["instalments"]]


def repay(day, amount):
    return {"date": day, "type": "repay", "amount": amount}


def prepay(day, amount, effect="reduce"):
    return {"date": day, "type": "prepay", "amount": amount, "effect": effect}


def extend(day, **to):
    return dict({"date": day, "type": "extend"}, **to)


def herder(as_of, *commands):
    """A little after the wool is sold, the rest after the autumn's sales."""
    return loan(as_of, repay("2024-07-20", "11375"), *commands, method="SEA", principal="100000",
                rate="4.5", periods=None, every=None, dues=dues(
                    ("2024-07-20", "10000"), ("2024-10-20", "50000"), ("2024-11-20", "40000")),
                **{"from": "2024-04-01"})


def dues(*agreed):
    return [{"due": day, "principal": amount} for day, amount in agreed]


def cases():
    yield "half up", [to_nearest(Fraction(n, 2), "half-up") for n in (1, 3, 5, -1)], [1, 2, 3, -1]
    yield "half even", [to_nearest(Fraction(n, 2), "half-even") for n in (1, 3, 5, -1)], [0, 2, 2, 0]
    yield "clamp", add_months(date(2024, 1, 31), 1, "clamp"), date(2024, 2, 29)
    yield "roll", add_months(date(2023, 1, 31), 1, "roll"), date(2023, 3, 1)
    yield "30/360", days_30(date(2024, 1, 31), date(2024, 3, 31)), 60
    yield "leap days", in_leap_years(date(2023, 12, 30), date(2025, 1, 2)), 366

    view = loan("2024-01-01")
    yield "EQI interest", column(view, "interest"), [
        "1604.17", "1472.83", "1341.07", "1208.89", "1076.28", "943.25", "809.79",
        "675.90", "541.59", "406.84", "271.66", "136.05"]
    yield "EQI first principal", column(view, "principal")[0], "40936.52"  # 42540.69 − 1604.17
    yield "EQI last principal", column(view, "principal")[-1], "42404.68"  # 42540.73 − 136.05
    view = loan("2024-01-01", method="EQP")
    yield "EQP principal", column(view, "principal"), ["41666.67"] * 11 + ["41666.63"]
    yield "EQP total interest", sum(
        int(i.replace(".", "")) for i in column(view, "interest")), 1042707
    view = loan("2024-01-01", method="IOB", periods=1)
    yield "IOB of 31 days", column(view, "interest"), ["1657.64"]
    view = loan("2024-02-16", method="IOB", periods=1)
    yield "penalty of 15 days", view["penalty"], "1203.13"
    yield "class of 15 days", (view["days_past_due"], view["class"]), (15, "special_mention")
    # after the last due date, at the penalty rate: 1657.64 × 5.775 % × 15 / 360
    yield "compound of 15 days", view["compound"], "3.99"
    for days, name in ((90, "special_mention"), (91, "substandard"), (270, "substandard"),
                       (271, "doubtful"), (360, "doubtful"), (361, "loss")):
        day = date.fromordinal(date(2024, 2, 1).toordinal() + days).isoformat()
        yield "class of %d days" % days, loan(day, method="IOB", periods=1)["class"], name

    # 1657.64 unpaid for 29 days at 3.85 %: 5.141 (before the last due date)
    view = loan("2024-03-01", method="IOB", periods=3)
    yield "compound of a month", view["compound"], "5.14"
    # within grace nothing; after it all from the due date
    for day, owed in (("2024-02-06", "0.00"), ("2024-02-07", "1.06")):
        yield "grace " + day, loan(day, method="IOB", periods=3, grace_days=5)["compound"], owed
    # the advance pays on the due date: 1604.17 interest, then principal
    view = loan("2024-02-01", repay("2024-01-10", "2000"))
    yield "advance", (column(view, "unpaid_principal")[0], view["advance"],
                      view["entries"][0]["principal"]), ("40540.69", "0.00", "395.83")
    # 9 days of 500,000 at 3.85 %: 481.25; then 22 days of 400,000: 941.11
    view = loan("2024-01-10", prepay("2024-01-10", "100481.25"), method="IOB", periods=2)
    yield "prepay", (view["entries"][0]["interest"], column(view, "interest"),
                     view["outstanding_principal"]), ("481.25", ["941.11", "1240.56"], "400000.00")
    # EQP keeps 41,666.67: of the 250,000 left the last of six is 41,666.65
    view = loan("2024-02-01", repay("2024-02-01", "43270.84"),
                prepay("2024-02-01", "208333.33", "shorten"), method="EQP")
    yield "shorten", column(view, "principal"), ["41666.67"] * 6 + ["41666.65"]
    # 10 days at 3.85 and 21 at 3.45: 534.72 + 1006.25 = 1540.97
    view = loan("2024-01-11", {"date": "2024-01-11", "type": "reprice", "rate": "3.45"},
                method="IOB", periods=1)
    yield "reprice", column(view, "interest"), ["1540.97"]
    # EPI: principal P/n, interest P·r each period, on what was lent
    view = loan("2024-01-01", method="EPI")
    yield "EPI", (column(view, "principal"), column(view, "interest")), (
        ["41666.67"] * 11 + ["41666.63"], ["1604.17"] * 12)
    # 10 days of 500,000 at 3.85 %: 534.72, though 41,666.67 is repaid
    view = loan("2024-02-11", repay("2024-02-01", "43270.84"),
                prepay("2024-02-11", "458868.05"), method="EPI")
    yield "EPI prepaid", (view["entries"][1]["interest"], view["outstanding_principal"],
                          len(view["instalments"])), ("534.72", "0.00", 1)
    view = loan("2024-03-01", {"date": "2024-03-01", "type": "reprice", "rate": "3.6"},
                method="EPI", periods=3)
    yield "EPI reprice", column(view, "interest"), ["1604.17", "1604.17", "1500.00"]

    # parts of ten fen repay 3.50 by the 35th; its interest goes on, 0.035 at 12 %
    view = loan("2026-12-01", {"date": "2026-12-01", "type": "reprice", "rate": "12"},
                method="EPI", principal="3.50", rate="24", periods=36)
    yield "EPI of a few yuan", [list(row.values())[2:4] for row in view["instalments"][34:]], [
        ["0.10", "0.07"], ["0.00", "0.04"]]

    # 110 days of 100,000, 92 of 90,000, 31 of 40,000 at 4.5 %
    yield "SEA interest", column(herder("2024-07-20"), "interest"), ["1375.00", "1035.00", "155.00"]
    # 12 days of 90,000: 135; 60,000 of 90,000 are left, by 80 days and 31
    view = herder("2024-08-01", prepay("2024-08-01", "30135"))
    yield "SEA reduce", (column(view, "principal")[1:], column(view, "interest")[1:]), (
        ["33333.33", "26666.67"], ["600.00", "103.33"])
    view = herder("2024-08-01", prepay("2024-08-01", "45135", "shorten"))
    yield "SEA shorten", (column(view, "principal")[1:], column(view, "interest")[1:]), (
        ["45000.00"], ["450.00"])
    view = herder("2024-08-01", {"date": "2024-08-01", "type": "reprice", "rate": "3.6"})
    yield "SEA reprice", column(view, "interest")[1:], ["855.00", "124.00"]  # 135 + 720
    # a bad autumn: 92 days of 90,000, then 273 of them, then 92 of 70,000
    view = herder("2024-10-10", extend("2024-10-10", dues=dues(
        ("2024-10-20", "0"), ("2025-07-20", "20000"), ("2025-10-20", "70000"))))
    yield "SEA extend", (column(view, "principal")[1:], column(view, "interest")[1:]), (
        ["0.00", "20000.00", "70000.00"], ["1035.00", "3071.25", "805.00"])
    view = loan("2024-01-15", extend("2024-01-15", periods=3), method="EQP", periods=2)
    yield "EQP extend", column(view, "principal"), ["166666.67", "166666.67", "166666.66"]

    # two drawdowns: 31 days of 300,000 paid back; 200,000 due after half a year
    view = loan("2024-09-07", {"date": "2024-02-10", "type": "prepay", "amount": "300994.58",
                               "effect": "reduce", "drawdown": 0},
                method="REV", periods=6, drawdowns=[
                    {"date": "2024-01-10", "amount": "300000"},
                    {"date": "2024-03-06", "amount": "200000"}])
    yield "REV repaid", (view["drawdowns"][0]["entries"][0]["interest"],
                         view["drawdowns"][0]["outstanding_principal"]), ("994.58", "0.00")
    yield "REV due", column(view["drawdowns"][1], "interest"), ["3935.56"]  # 184 days
    yield "REV together", (view["outstanding_principal"], view["overdue_interest"],
                           view["days_past_due"], view["class"]), (
        "200000.00", "3935.56", 1, "special_mention")
    yield "too much", refused("2024-02-01", repay("2024-01-02", "100000000000.00"),
                              repay("2024-01-03", "100000000000.01")), ("AMOUNT", 1)
    turn = [{"type": "reverse", "of": k} for k in range(3)]
    yield "reversals", [standing([repay("2024-01-02", "1")] + turn[:k]) for k in range(4)], [
        [0], [], [0], []]


def check():
    failed = 0
    for name, got, want in cases():
        if got != want:
            failed += 1
            print("%s: got %s, want %s" % (name, got, want))
    print("%d vectors, %d wrong" % (len(list(cases())), failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(check())
