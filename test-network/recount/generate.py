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
taken back, except in a few loans that end in one refused command. A revolving
credit of several drawdowns has a history for each, arriving together.
"""
import argparse
import json
import random
from datetime import date, timedelta
from fractions import Fraction
from itertools import permutations
from pathlib import Path

from history import walk
from interest import fen, yuan
from loan import METHODS, MOST, PARTS, Loan, Refused, Terms

ORDERS = [list(p) for p in permutations(PARTS)]
HABITS = ("punctual", "late", "partial", "early", "gives-up", "erratic", "irregular-sums")


def rate(dice, low=0, high=24):
    decimals = dice.choice((0, 1, 2, 2, 2, 4, 6))
    return str(Fraction(dice.randint(low * 10 ** decimals, high * 10 ** decimals), 10 ** decimals)
               if decimals == 0 else "%.*f" % (decimals, dice.uniform(low, high)))


def terms(dice, number):
    method = METHODS[number % len(METHODS)]
    longest = 36
    if method == "REV":  # a line of a year, seldom longer
        longest = dice.choice((12, 12, 12, 24))
    periods = dice.choice((1, 2, 3, 4, 6, 6, 12, 12, 12, 18, 24, 36))
    months = dice.choice((1, 1, 1, 1, 2, 3, 3, 6, 12))
    while periods * months > longest:
        periods = max(1, periods // 2)
        months = max(1, months // 2) if periods == 1 else months
    start = date(2019, 1, 1) + timedelta(days=dice.randrange(6 * 365))
    if dice.random() < 0.4:  # the ends of months are where calendars differ
        start = start.replace(month=dice.choice((1, 3, 5, 7, 8, 10, 12)),
                              day=dice.choice((28, 29, 30, 31, 31)))
    principal = dice.choice((
        dice.randint(100, 99999), dice.randint(10 ** 5, 10 ** 7), dice.randint(10 ** 7, 10 ** 9),
        dice.randint(1, 500) * 100000, dice.randint(10 ** 11, 4 * 10 ** 12)))
    if method == "EPI" and dice.random() < 0.1:
        principal = dice.randint(1, 700)  # rounded-up parts repay it before its term
    raw = {"method": method, "principal": yuan(principal),
           "rate": "0" if dice.random() < 0.03 else rate(dice, 1),
           "periods": periods, "every": "%dM" % months, "from": start.isoformat()}
    if method == "SEA":
        del raw["periods"], raw["every"]
        raw["dues"] = season(dice, start, principal)
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


def season(dice, start, principal):
    """Days and amounts of a plan that follows the herd, or no rule at all."""
    days = set()
    if dice.random() < 0.6:  # the wool in July, sales from September to November
        for year in range(start.year, start.year + dice.choice((2, 3, 4))):
            days |= {date(year, month, day) for month, day in (
                (7, 20), (9, dice.randint(1, 30)), (10, 20), (11, 20), (12, 31))
                if dice.random() < 0.6}
    else:
        for _ in range(dice.choice((1, 1, 2, 5, 12, 30))):
            days.add(start + timedelta(days=dice.choice((1, 2, 29, 30, 31, dice.randint(1, 1000)))))
    days = sorted(day for day in days if day > start)[:24] or [start + timedelta(days=200)]
    return shared(dice, days, principal)


def shared(dice, days, principal):
    """A sum in parts, of which some are nothing: interest alone is due then."""
    weights = [dice.choice((0, 0, 1, 1, 1, 2, dice.random())) for _ in days]
    if dice.random() < 0.9 or not any(weights):
        weights[-1] = 1
    upto, parts = 0, []
    for i in range(len(days)):
        whole = principal * Fraction(sum(map(Fraction, weights[:i + 1])), sum(map(Fraction, weights)))
        parts.append(int(whole) - upto)
        upto += parts[-1]
    return [{"due": day.isoformat(), "principal": yuan(part)} for day, part in zip(days, parts)]


class History:
    """Commands in the order of their dates, grown beside the loan itself."""

    def __init__(self, dice, raw):
        self.dice, self.raw = dice, raw
        self.loan, self.commands = Loan(Terms(raw)), []
        self.clear = None  # commands and instalments when last nothing was due
        self.habit = dice.choice(HABITS)
        self.changes = dice.choice((0, 0, 0.004, 0.01))  # a day's chance of a repricing
        self.prepays = dice.choice((0, 0, 0.002, 0.006))
        if raw["method"] == "REV":  # it is repaid when there is money
            self.prepays = dice.choice((0, 0.004, 0.01, 0.03))
        if raw["method"] == "EPI":  # as a whole, so once, and best after some parts
            self.prepays = dice.choice((0, 0.003, 0.006, 0.02))
        self.extends = dice.choice((0, 0, 0.002, 0.005))
        span = self.loan.last_due - self.loan.terms.start
        self.quits = self.loan.terms.start + span * dice.random() if self.habit == "gives-up" else None
        self.returns = dice.choice((30, 89, 150, 300, 370, 9999))

    def due(self, day):
        return sum(self.loan.owed(i, part, day) for i in self.loan.past for part in PARTS)

    def anything_due(self, day):
        """Whether due() is above zero, at less cost: most days ask no more."""
        if any(i.open() for i in self.loan.past):
            return True
        state = len(self.commands), len(self.loan.past)
        if state != self.clear:  # what is paid bears nothing more
            if self.due(day) > 0:
                return True
            self.clear = state
        return False

    def add(self, day, kind, **fields):
        command = dict({"date": day.isoformat(), "type": kind}, **fields)
        # a refusal leaves a loan half changed: ask before
        if kind == "repay" or accepted(self.raw, self.commands + [command], day):
            self.loan.apply(day, command)
            self.commands.append(command)

    def sum_for(self, due):
        d = self.dice
        return min(MOST, max(1, {
            "punctual": due, "late": due, "gives-up": due,
            "partial": int(due * d.choice((0.1, 0.5, 0.9, 1))),
            "early": due, "erratic": int(due * d.choice((0.01, 0.3, 1, 1, 1.0001, 1.7, 3))),
            "irregular-sums": d.choice((1, 99, due // 100000 * 100000, due - 1, due + 1, due)),
        }[self.habit]))

    def day(self, day):
        d, loan = self.dice, self.loan
        loan.open_day(day)
        ahead = loan.balance - sum(a for _, a in loan.advance)
        ends = loan.ahead and (loan.ahead[0][1] - day).days <= 2  # where bases differ
        if d.random() < self.changes * (15 if ends else 1):
            self.add(day, "reprice", rate=rate(d, 1))
        if ahead <= 0 and ahead + self.due(day) <= 0:
            return
        if self.quits and self.quits <= day < self.quits + timedelta(days=self.returns):
            return
        overdue = self.anything_due(day)
        late = (day - min((i.due for i in loan.past if i.open()), default=day)).days
        if overdue and d.random() < {"punctual": 1, "late": 0.02 * late + 0.01, "partial": 0.15,
                                 "erratic": 0.05, "irregular-sums": 0.2,
                                 "early": 0.5, "gives-up": 0.7}[self.habit]:
            due = self.due(day)
            for _ in range(1 + (d.random() < 0.1)):
                self.add(day, "repay", amount=yuan(self.sum_for(due)))
        elif not overdue and loan.rows and self.habit in ("early", "erratic") and d.random() < 0.02:
            row = loan.rows[0].scheduled
            self.add(day, "repay", amount=yuan(max(1, int(
                (row["principal"] + row["interest"]) * d.choice((0.2, 0.5, 1, 1, 1.1))))))
        chance = self.prepays
        if loan.ahead and loan.terms.method != "EPI" and day == loan.ahead[0][2].start:
            chance *= 10
        if loan.ahead and d.random() < chance and (loan.past or loan.terms.method != "EPI"):
            self.prepay(day)
        if loan.ahead and d.random() < self.extends and loan.terms.method != "EPI":
            self.extend(day)

    def prepay(self, day):
        d, loan = self.dice, self.loan
        principal = d.choice((1, loan.balance // 10, loan.balance // 3, loan.balance // 2,
                              loan.balance - 1, loan.balance))
        if loan.terms.method == "EPI":
            principal = loan.balance
        self.add(day, "prepay", effect=d.choice(("reduce", "shorten")),
                 amount=yuan(self.due(day) + loan.interest_to(day) + max(1, principal)))

    def extend(self, day):
        d, loan = self.dice, self.loan
        if sum(c["type"] == "extend" for c in self.commands) == 3:
            return
        if loan.terms.method != "SEA":
            self.add(day, "extend", periods=loan.ahead[-1][0] + d.randint(1, 6)
                     if not loan.terms.at_maturity() else loan.terms.periods + d.randint(1, 6))
            return
        days = {day + timedelta(days=d.randint(1, 400)) for _ in range(d.choice((1, 2, 5)))}
        days |= {row[1] for row in loan.ahead if d.random() < 0.5}
        days |= {loan.last_due + timedelta(days=d.choice((1, 30, 365)))}
        self.add(day, "extend", dues=shared(d, sorted(days), loan.balance))


def accepted(raw, commands, until):
    try:
        for _ in walk({"terms": raw, "commands": commands}, until):
            pass
    except Refused:
        return False
    return True


def lived(dice, raw):
    """A loan's history, and the last day to look at."""
    history = History(dice, raw)
    day, after = history.loan.terms.start, timedelta(days=dice.choice((0, 1, 31, 95, 280, 400)))
    until = history.loan.last_due + after
    while day <= until:
        history.day(day)
        day, until = day + timedelta(days=1), max(until, history.loan.last_due + after)
    return history.commands, until


def drawn(dice, raw):
    """A line of some drawdowns: its terms, the commands of all, the last day."""
    line, day = dict(raw, drawdowns=[]), date.fromisoformat(raw["from"])
    del line["principal"], line["from"]
    all_commands, last = [], day
    for number in range(dice.choice((1, 2, 2, 3, 4))):
        amount = yuan(max(1, int(fen(raw["principal"]) * dice.choice((0.1, 0.3, 0.5, 1)))))
        commands, until = lived(dice, dict(raw, principal=amount, **{"from": day.isoformat()}))
        line["drawdowns"].append({"date": day.isoformat(), "amount": amount})
        all_commands += [dict(c, drawdown=number) for c in commands]
        last = max(last, until)
        day += timedelta(days=dice.choice((0, 1, 10, 31, 60, 200)))
    all_commands.sort(key=lambda c: c["date"])
    if len(line["drawdowns"]) == 1:  # which one goes without saying
        for command in all_commands:
            del command["drawdown"]
    return line, all_commands, last


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
    start = date.fromisoformat(raw.get("from") or raw["drawdowns"][0]["date"])
    day = (start + timedelta(days=dice.randint(0, (until - start).days))).isoformat()
    worse = dice.choice((
        [{"date": day, "type": "prepay", "amount": "99999999999.00", "effect": "reduce"}],
        [{"date": day, "type": "prepay", "amount": "0.01", "effect": "shorten"}],
        [{"type": "reverse", "of": 0}, {"type": "reverse", "of": 0}],
        [{"type": "reverse", "of": len(commands)}],
        [{"date": (start - timedelta(days=1)).isoformat(), "type": "repay", "amount": "1.00"}],
        [{"date": day, "type": "extend", "periods": 1, "dues": [{"due": day, "principal": "0.01"}]}],
        [{"date": day, "type": "extend", "periods": 1}],
        [{"date": day, "type": "extend", "dues": [{"due": day, "principal": "0.01"}]}],
    ))
    if raw["method"] == "EPI":
        worse = dice.choice((worse, *[flat(dice, raw, commands)] * 3))
    if raw.get("drawdowns"):
        worse = [dict(c, drawdown=0) if c["type"] != "reverse" else c for c in worse]
    grown = commands + worse
    return commands if accepted(raw, grown, until) else grown


def flat(dice, raw, commands):
    """What cannot be done to a loan with interest on what was lent."""
    start, end = date.fromisoformat(raw["from"]), Loan(Terms(raw)).last_due
    day = start + timedelta(days=dice.randrange((end - start).days))
    for _, (loan,) in walk({"terms": raw, "commands": commands}, day):
        pass
    if loan.balance < 2 or dice.random() < 0.3:
        return [{"date": day.isoformat(), "type": "extend", "periods": 60}]
    due = sum(loan.owed(i, part, day) for i in loan.past for part in PARTS)
    amount = due + loan.interest_to(day) + dice.randint(1, loan.balance - 1)
    return [{"date": day.isoformat(), "type": "prepay", "effect": "reduce", "amount": yuan(amount)}]


def make(seed, number):
    dice = random.Random("%s/%d" % (seed, number))
    while True:
        raw = terms(dice, number)
        try:
            if raw["method"] == "REV" and dice.random() < 0.6:
                raw, happened, until = drawn(dice, raw)
            else:
                happened, until = lived(dice, raw)
        except Refused:  # an instalment below its interest
            continue
        break
    commands = arrivals(dice, happened)
    if not accepted(raw, commands, until):
        commands = happened
    commands = reverse_some(dice, raw, commands, until)
    if dice.random() < (0.2 if raw["method"] == "EPI" else 0.03) and commands:
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
