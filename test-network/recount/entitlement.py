#!/usr/bin/env python3
"""Risk compensation worked out a second time: a claim's entitlement and the
sharing of a pool that falls short, from the wording of the rule alone, in
exact fractions. Shares no code with qxl and reads none of it.

    entitlement.py generate N [SEED]   N cases as a JSON list, ties and extremes among them
    entitlement.py answer FILE         what each case of the list comes to, as a JSON list
    entitlement.py check               known answers, worked by hand
"""
import json
import random
import sys
from decimal import Decimal
from fractions import Fraction

MAX = 10**15  # fen that may be entered
ORDER = ["ratio", "per_loan_cap", "bank_year", "pool", "stack"]


def fen(text):
    return int(Decimal(text) * 100)


def yuan(n):
    return "%d.%02d" % (n // 100, n % 100)


def half_up(x):
    return (2 * x.numerator + x.denominator) // (2 * x.denominator)


def down(x):
    return x.numerator // x.denominator


def percent(text):
    return Fraction(Decimal(text)) / 100


def claim(c):
    net = max(0, fen(c["principal_outstanding"]) - sum(map(fen, c["recoveries"])))
    ratio = percent(c["ratio_percent"])
    if c["first_loan"]:
        ratio += percent(c["first_loan_points"])
    limbs = {
        "ratio": half_up(net * ratio),
        "per_loan_cap": fen(c["per_loan_cap"]),
        "bank_year": fen(c["bank_year_remaining"]),
        "pool": fen(c["pool_available"]),
        "stack": max(0, down(net * percent(c["stack_percent"]) - fen(c["other_government"]))),
    }
    least = min(limbs.values())
    return {
        "net_loss": yuan(net),
        "limbs": {name: yuan(limbs[name]) for name in ORDER},
        "binding": next(name for name in ORDER if limbs[name] == least),
        "entitlement": yuan(least),
    }


def share(c):
    owed = list(map(fen, c["entitlements"]))
    pool, total = fen(c["pool_available"]), sum(owed)
    if total <= pool:
        return {"paid": list(map(yuan, owed))}
    exact = [Fraction(e * pool, total) for e in owed]
    paid = list(map(down, exact))
    rest = [x - p for x, p in zip(exact, paid)]
    for _ in range(pool - sum(paid)):
        best = max(range(len(owed)), key=lambda i: (rest[i], -i))
        paid[best] += 1
        rest[best] = Fraction(-1)  # each gets one at most
    return {"paid": list(map(yuan, paid))}


def answer(c):
    return share(c) if "entitlements" in c else claim(c)


class Cases:
    def __init__(self, seed):
        self.r = random.Random(seed)

    def amount(self):
        r = self.r
        return r.choice([
            lambda: r.randrange(0, 4),
            lambda: r.randrange(0, 10**4),
            lambda: r.randrange(0, 10**9),
            lambda: r.randrange(0, 10**4) * 10**6,
            lambda: r.randrange(0, MAX + 1),
            lambda: MAX - r.randrange(0, 3),
        ])()

    def percentage(self):
        r = self.r
        whole = str(r.randrange(0, 101))
        decimals = "." + "".join(r.choice("0123456789") for _ in range(r.randrange(1, 7)))
        return whole if r.random() < 0.6 or whole == "100" else whole + decimals

    def claim(self):
        r = self.r
        c = {
            "ratio_percent": self.percentage(), "first_loan_points": self.percentage(), "first_loan": r.random() < 0.5,
            "per_loan_cap": yuan(self.amount()), "stack_percent": self.percentage(),
            "principal_outstanding": yuan(self.amount()), "recoveries": [yuan(self.amount()) for _ in range(r.choice([0, 0, 1, 2, 5]))],
            "other_government": yuan(r.choice([0, self.amount()])), "bank_year_remaining": yuan(self.amount()), "pool_available": yuan(self.amount()),
        }
        if r.random() < 0.5:  # amounts that lie close together, so that each limb binds
            base = self.amount()
            c["principal_outstanding"] = yuan(base)
            c["recoveries"] = [yuan(base // r.randrange(2, 50))] if r.random() < 0.5 else []
            c["other_government"] = yuan(base // r.randrange(1, 30)) if r.random() < 0.5 else "0.00"
            net = base - sum(map(fen, c["recoveries"]))
            for field in ["per_loan_cap", "bank_year_remaining", "pool_available"]:
                c[field] = yuan(min(MAX, net * r.randrange(10, 120) // 100))
        if r.random() < 0.4:  # a tie of some limbs at what another one comes to
            limbs = claim(c)["limbs"]
            to = limbs[r.choice(ORDER)]
            for field in ["per_loan_cap", "bank_year_remaining", "pool_available"]:
                if r.random() < 0.6 and fen(to) <= MAX:
                    c[field] = to
        return c

    def share(self):
        r = self.r
        n = r.choice([0, 1, 2, 3, 7, 20])
        same = self.amount()
        owed = [same if r.random() < 0.4 else self.amount() for _ in range(n)]
        pool = r.choice([lambda: self.amount(), lambda: min(MAX, sum(owed) * r.randrange(0, 101) // 100), lambda: min(MAX, sum(owed)), lambda: max(0, min(MAX, sum(owed) - 1)), lambda: 0])()
        return {"pool_available": yuan(pool), "entitlements": [yuan(e) for e in owed]}


def generate(n, seed):
    cases = Cases(seed)
    return [cases.share() if i % 4 == 3 else cases.claim() for i in range(n)]


def check():
    base = {"ratio_percent": "40", "first_loan_points": "5", "first_loan": True, "per_loan_cap": "1500000.00", "stack_percent": "80", "principal_outstanding": "1000000.00",
            "recoveries": ["150000.00", "50000.01"], "other_government": "0.00", "bank_year_remaining": "5000000.00", "pool_available": "20000000.00"}
    known = [
        ({}, "ratio", "360000.00"),
        ({"per_loan_cap": "360000.00"}, "ratio", "360000.00"),
        ({"per_loan_cap": "359999.99"}, "per_loan_cap", "359999.99"),
        ({"bank_year_remaining": "100.00", "pool_available": "100.00"}, "bank_year", "100.00"),
        ({"pool_available": "0.00"}, "pool", "0.00"),
        ({"other_government": "500000.00"}, "stack", "139999.99"),
        ({"other_government": "900000.00"}, "stack", "0.00"),
        ({"recoveries": ["1000000.01"]}, "ratio", "0.00"),
    ]
    for change, binding, entitlement in known:
        got = claim({**base, **change})
        assert (got["binding"], got["entitlement"]) == (binding, entitlement), (change, got)
    for pool, owed, paid in [("4.99", ["3.00", "2.00"], ["2.99", "2.00"]), ("1.00", ["1.00"] * 3, ["0.34", "0.33", "0.33"]), ("3.33", ["5.00", "3.00", "2.00"], ["1.66", "1.00", "0.67"]),
                             ("5.00", ["3.00", "2.00"], ["3.00", "2.00"]), ("0.00", ["0.00"], ["0.00"]), ("1.00", [], [])]:
        got = share({"pool_available": pool, "entitlements": owed})["paid"]
        assert got == paid, (pool, owed, got)


def main(args):
    if args[:1] == ["generate"]:
        json.dump(generate(int(args[1]), int(args[2]) if len(args) > 2 else 1), sys.stdout)
    elif args[:1] == ["answer"] and len(args) == 2:
        with open(args[1]) as f:
            json.dump([answer(c) for c in json.load(f)], sys.stdout)
    elif args == ["check"]:
        check()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
