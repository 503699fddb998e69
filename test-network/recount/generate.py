#!/usr/bin/env python3
"""Write loans of every kind and their histories, for two programs to compare.

    generate.py DIR [--loans 1000] [--seed 1] [--from 1]

Writes DIR/loan-0001.json … in the form `qxl loan simulate` reads. The same
seed gives the same files; loan 17 is the same whether it is made alone or
among a thousand. All data is synthetic.

A history is made in the order of its dates, with amounts a borrower of that
habit would pay (what is due, part of it, more than it, a round sum, late,
early, not at all), then put into an order of arrival: some commands are
posted late, some are reversed, some reversals are reversed, some reversed
ones are posted again. A change of the order that a rule would refuse is
taken back, except in a few loans that end in one refused command.
"""
import argparse
import json
import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations
from pathlib import Path

from interest import yuan
from recount import PARTS, Loan, Refused, Terms, days_of

ORDERS = [list(p) for p in permutations(PARTS)]
HABITS = ("punctual", "late", "partial", "early", "gives-up", "erratic", "irregular-sums")


def rate(dice, low=0, high=24):
    decimals = dice.choice((0, 1, 2, 2, 2, 4, 6))
    return str(Fraction(dice.randint(low * 10 ** decimals, high * 10 ** decimals), 10 ** decimals)
               if decimals == 0 else "%.*f" % (decimals, dice.uniform(low, high)))


def terms(dice, number):
    method = ("EQI", "EQP", "IOB", "BUL")[number % 4]
    periods = dice.choice((1, 2, 3, 4, 6, 6, 12, 12, 12, 18, 24, 36))
    months = dice.choice((1, 1, 1, 1, 2, 3, 3, 6, 12))
    while periods * months > 36:
        periods = max(1, periods // 2)
        months = max(1, months // 2) if periods == 1 else months
    start = date(2019, 1, 1) + timedelta(days=dice.randrange(6 * 365))
    if dice.random() < 0.4:  # the ends of months are where calendars differ
        start = start.replace(month=dice.choice((1, 3, 5, 7, 8, 10, 12)),
                              day=dice.choice((28, 29, 30, 31, 31)))
    principal = dice.choice((
        dice.randint(100, 99999), dice.randint(10 ** 5, 10 ** 7), dice.randint(10 ** 7, 10 ** 9),
        dice.randint(1, 500) * 100000, dice.randint(10 ** 11, 4 * 10 ** 12)))
    raw = {"method": method, "principal": yuan(principal),
           "rate": "0" if dice.random() < 0.03 else rate(dice, 1),
           "periods": periods, "every": "%dM" % months, "from": start.isoformat()}
    day_count = dice.choice((None, None, "30/360", "ACT/360", "ACT/365", "ACT/ACT"))
    if day_count:
        raw["day_count"] = day_count
    for name, values in (("rounding", ("half-up", "half-even", "half-even")),
                         ("month_end", ("clamp", "roll", "roll"))):
        if dice.random() < 0.7:
            raw[name] = dice.choice(values)
    if method == "EQI" and dice.random() < 0.4:
        fits = [m for m in ("0.01", "0.10", "0.5", "1", "10", "100", "50.00")
                if Fraction(m) * 100 * periods * 8 <= principal]
        if fits:
            raw["instalment_multiple"] = dice.choice(fits)
    if dice.random() < 0.8:
        raw["penalty_percent"] = dice.choice(("0", "30", "50", "50", "33.5", "65.25", "100"))
    if dice.random() < 0.6:
        raw["grace_days"] = dice.choice((0, 1, 3, 5, 10, 15, 45))
    if dice.random() < 0.6:
        raw["allocation"] = dice.choice(ORDERS)
    return raw


class History:
    """Commands in the order of their dates, grown beside the loan itself."""

    def __init__(self, dice, raw):
        self.dice, self.raw = dice, raw
        self.loan, self.commands = Loan(Terms(raw)), []
        self.habit = dice.choice(HABITS)
        self.changes = dice.choice((0, 0, 0.004, 0.01))  # a day's chance of a repricing
        self.prepays = dice.choice((0, 0, 0.002, 0.006))
        span = self.loan.last_due - self.loan.terms.start
        self.quits = self.loan.terms.start + span * dice.random() if self.habit == "gives-up" else None
        self.returns = dice.choice((30, 89, 150, 300, 370, 9999))

    def due(self, day):
        return sum(self.loan.owed(i, part, day) for i in self.loan.past for part in PARTS)

    def add(self, day, kind, **fields):
        command = dict({"date": day.isoformat(), "type": kind}, **fields)
        # a refusal leaves a loan half changed: ask before
        if kind == "repay" or accepted(self.raw, self.commands + [command], day):
            self.loan.apply(day, command)
            self.commands.append(command)

    def sum_for(self, due):
        d = self.dice
        return max(1, {
            "punctual": due, "late": due, "gives-up": due,
            "partial": int(due * d.choice((0.1, 0.5, 0.9, 1))),
            "early": due, "erratic": int(due * d.choice((0.01, 0.3, 1, 1, 1.0001, 1.7, 3))),
            "irregular-sums": d.choice((1, 99, due // 100000 * 100000, due - 1, due + 1, due)),
        }[self.habit])

    def day(self, day):
        d, loan = self.dice, self.loan
        loan.open_day(day)
        owed = loan.balance + self.due(day) - sum(a for _, a in loan.advance)
        ends = loan.ahead and (loan.ahead[0][1] - day).days <= 2  # where bases differ
        if d.random() < self.changes * (15 if ends else 1):
            self.add(day, "reprice", rate=rate(d, 1))
        if owed <= 0:
            return
        if self.quits and self.quits <= day < self.quits + timedelta(days=self.returns):
            return
        due = self.due(day)
        late = (day - min((i.due for i in loan.past if i.open()), default=day)).days
        if due and d.random() < {"punctual": 1, "late": 0.02 * late + 0.01, "partial": 0.15,
                                 "erratic": 0.05, "irregular-sums": 0.2,
                                 "early": 0.5, "gives-up": 0.7}[self.habit]:
            for _ in range(1 + (d.random() < 0.1)):
                self.add(day, "repay", amount=yuan(self.sum_for(due)))
        elif not due and loan.rows and self.habit in ("early", "erratic") and d.random() < 0.02:
            row = loan.rows[0].scheduled
            self.add(day, "repay", amount=yuan(max(1, int(
                (row["principal"] + row["interest"]) * d.choice((0.2, 0.5, 1, 1, 1.1))))))
        if loan.ahead and (d.random() < self.prepays or
                           (day == loan.ahead[0][2].start and d.random() < self.prepays * 9)):
            self.prepay(day)

    def prepay(self, day):
        d, loan = self.dice, self.loan
        running = loan.ahead[0][2]
        interest = loan.terms.round(loan.balance * loan.rates.days_360(running.start, day))
        principal = d.choice((1, loan.balance // 10, loan.balance // 3, loan.balance // 2,
                              loan.balance - 1, loan.balance))
        self.add(day, "prepay", effect=d.choice(("reduce", "shorten")),
                 amount=yuan(self.due(day) + interest + max(1, principal)))


def accepted(raw, commands, until):
    try:
        for _ in days_of({"terms": raw, "commands": commands}, until=until):
            pass
    except Refused:
        return False
    return True


def arrivals(dice, commands):
    """Some commands arrive after later ones."""
    late = dice.choice((0, 0, 0.1, 0.4, 1))
    keyed = [(n + (dice.uniform(0, 12) if dice.random() < late else 0), c)
             for n, c in enumerate(commands)]
    return [c for _, c in sorted(keyed, key=lambda pair: pair[0])]


def reverse_some(dice, raw, commands, until):
    """Insert reversals, of reversals too, and post some reversed ones again."""
    for _ in range(dice.choice((0, 0, 1, 2, 5, 9))):
        if not commands:
            break
        at = len(commands) if dice.random() < 0.5 else dice.randint(1, len(commands))
        reversals = [n for n in range(at) if commands[n]["type"] == "reverse"]
        target = dice.choice(reversals if reversals and dice.random() < 0.5 else range(at))
        grown = [dict(c) for c in commands]
        for c in grown:  # what stands behind the new one moves by one
            if c["type"] == "reverse" and c["of"] >= at:
                c["of"] += 1
        grown.insert(at, {"type": "reverse", "of": target})
        if commands[target]["type"] != "reverse" and dice.random() < 0.5:
            again = dict(commands[target])
            if "amount" in again and dice.random() < 0.5:
                again["amount"] = yuan(max(1, int(Fraction(again["amount"]) * 100) * 9 // 10))
            grown.append(again)
        if accepted(raw, grown, until):
            commands = grown
    return commands


def spoil(dice, raw, commands, until):
    """One command more, that a rule refuses."""
    start = date.fromisoformat(raw["from"])
    day = (start + timedelta(days=dice.randint(0, (until - start).days))).isoformat()
    worse = dice.choice((
        [{"date": day, "type": "prepay", "amount": "99999999999.00", "effect": "reduce"}],
        [{"date": day, "type": "prepay", "amount": "0.01", "effect": "shorten"}],
        [{"type": "reverse", "of": 0}, {"type": "reverse", "of": 0}],
        [{"type": "reverse", "of": len(commands)}],
        [{"date": (start - timedelta(days=1)).isoformat(), "type": "repay", "amount": "1.00"}],
    ))
    grown = commands + worse
    return commands if accepted(raw, grown, until) else grown


def make(seed, number):
    dice = random.Random("%s/%d" % (seed, number))
    while True:
        raw = terms(dice, number)
        try:
            history = History(dice, raw)
        except Refused:  # an instalment below its interest
            continue
        break
    start, end = history.loan.terms.start, history.loan.last_due
    until = end + timedelta(days=dice.choice((0, 1, 31, 95, 280, 400)))
    day = start
    while day <= until:
        history.day(day)
        day += timedelta(days=1)
    commands = arrivals(dice, history.commands)
    if not accepted(raw, commands, until):
        commands = history.commands
    commands = reverse_some(dice, raw, commands, until)
    if dice.random() < 0.03 and commands:
        commands = spoil(dice, raw, commands, until)
    return {"terms": raw, "commands": commands, "as_of": until.isoformat()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dir", type=Path)
    parser.add_argument("--loans", type=int, default=1000)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--from", type=int, default=1, dest="first")
    chosen = parser.parse_args()
    chosen.dir.mkdir(parents=True, exist_ok=True)
    for number in range(chosen.first, chosen.first + chosen.loans):
        path = chosen.dir / ("loan-%04d.json" % number)
        path.write_text(json.dumps(make(chosen.seed, number), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
