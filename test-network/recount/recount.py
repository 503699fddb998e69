#!/usr/bin/env python3
"""Recompute loans day by day, independently of qxl.

This program was written from the description of `qxl loan schedule` and
`qxl loan simulate` alone, never from their code, so that an error of the one
is not an error of the other. It shares nothing with them: another language,
exact fractions instead of scaled integers, and another way of getting there
(nothing is carried over: what an instalment bears is worked out anew, each
time, from the dated changes of its unpaid sums).

    recount.py FILE...                one JSON line per file, as of its as_of
    recount.py --days each FILE...    one per file and day, from the day the
                                      loan was disbursed to its as_of
    recount.py --days events FILE...  the same for the days on which something
                                      happens, the days before and after them,
                                      the ends of grace and the last day
    recount.py --check                the vectors of the field and small ones

A line is {"file","as_of","result"} or {"file","as_of","refused":{"code",
"command"}}, the last of its file. The exit code is 0; 2 when a file cannot be
read, 1 when a vector fails.

Rules, where the field leaves a choice
  Plan      Due dates are counted from `from`, so one clamped due date does
            not move the next. A figure is rounded once.
  Arrears   An instalment is overdue from the day after its due date. Penalty
            runs on unpaid principal, compound interest on unpaid interest,
            each per instalment, in pieces: a piece ends when its unpaid sum
            changes and on the loan's last due date, is exact over the rates
            in force and rounded once.
  Grace     A payment within the grace days bears nothing: it counts as if
            made on the due date; until grace is over nothing is owed.
  Reprice   Splits the interest of the running period; one rounding of both
            parts together.
  Prepay    Pays what is due as a repayment would, then interest to its date,
            then principal; a period it breaks goes on by actual days/360.
  Advance   Waits for the next due date; a prepayment leaves it waiting.
            What it pays counts for the entries whose money it was, first in,
            first out.
  Reverse   Decides which commands stand before any is applied.
"""
import json
import sys
from datetime import date, timedelta
from fractions import Fraction

from interest import Period, Rates, add_months, fen, to_nearest, yuan

METHODS = ("EQI", "EQP", "IOB", "BUL")
PARTS = ("fee", "penalty", "compound", "interest", "principal")


class Refused(Exception):
    """A rule refuses a command; .command is its position in the file."""

    def __init__(self, code, command=None):
        super().__init__(code)
        self.code, self.command = code, command


# --- the contract ----------------------------------------------------------

class Terms:
    def __init__(self, raw):
        self.method = raw["method"]
        if self.method not in METHODS:
            raise ValueError("method %s" % self.method)
        self.principal = fen(raw["principal"])
        self.rate = Fraction(str(raw["rate"])) / 100
        self.periods = int(raw["periods"])
        every = str(raw.get("every", "1M"))
        if not every.endswith("M"):
            raise ValueError("every %s" % every)
        self.months = int(every[:-1])
        self.start = date.fromisoformat(raw["from"])
        self.mode = raw.get("rounding") or "half-up"
        self.month_end = raw.get("month_end") or "clamp"
        self.basis = raw.get("day_count") or (
            "months/12" if self.method in ("EQI", "EQP") else "ACT/360")
        self.multiple = fen(raw.get("instalment_multiple") or "0.01")
        self.penalty = 1 + Fraction(str(raw.get("penalty_percent", "50"))) / 100
        self.grace = int(raw.get("grace_days", 0))
        self.allocation = list(raw.get("allocation") or PARTS)
        if sorted(self.allocation) != sorted(PARTS):
            raise ValueError("allocation %s" % self.allocation)

    def round(self, value):
        return to_nearest(value, self.mode)

    def due(self, k):
        return add_months(self.start, k * self.months, self.month_end)


class Instalment:
    """One row of the plan, and once it is due, what is unpaid of it when."""

    def __init__(self, n, due, principal, interest):
        self.n, self.due = n, due
        self.scheduled = {"principal": principal, "interest": interest}
        self.unpaid = dict(self.scheduled)
        self.paid = {"penalty": 0, "compound": 0}
        self.changes = {"principal": [(due, principal)], "interest": [(due, interest)]}

    def open(self):
        return self.unpaid["principal"] + self.unpaid["interest"] > 0


class Loan:
    """One loan, taken forward from day to day."""

    def __init__(self, terms):
        self.terms = t = terms
        self.rates = Rates(t.start, t.rate)
        self.past, self.advance = [], []  # advance: [entry, amount]
        self.entries = []
        if t.method == "BUL":
            ends = [(1, t.due(t.periods), t.periods * t.months)]
        else:
            ends = [(k, t.due(k), t.months) for k in range(1, t.periods + 1)]
        self.ahead = []  # (n, due, Period) of what is not yet due
        start = t.start
        for n, due, months in ends:
            self.ahead.append((n, due, Period(start, due, t.basis, months)))
            start = due
        self.balance = t.principal  # what is not yet due
        self.level = None  # EQI: the instalment; EQP: principal of each
        self.rows = []
        self.relevel()
        self.lay()
        self.last_due = self.ahead[-1][1]

    # the plan ahead

    def factors(self):
        return [self.rates.over(period) for _, _, period in self.ahead]

    def relevel(self):
        """Fix what each coming instalment is to be."""
        t, count = self.terms, len(self.ahead)
        if t.method == "EQI":
            growth, weight = Fraction(1), Fraction(0)
            for f in reversed(self.factors()):
                weight += growth
                growth *= 1 + f
            exact = self.balance * growth / weight
            self.level = t.round(exact / t.multiple) * t.multiple
        elif t.method == "EQP":
            self.level = t.round(Fraction(self.balance, count))

    def lay(self, drop=False):
        """Lay out the instalments ahead; drop: those of nothing fall away."""
        rows, balance = [], self.balance
        for i, ((n, due, period), factor) in enumerate(zip(self.ahead, self.factors())):
            interest = self.terms.round(balance * factor)
            if i == len(self.ahead) - 1:
                principal = balance
            elif self.terms.method == "EQI":
                principal = min(self.level - interest, balance)
            elif self.terms.method == "EQP":
                principal = min(self.level, balance)
            else:
                principal = 0
            if principal < 0:
                raise Refused("INSTALMENT_BELOW_INTEREST")
            balance -= principal
            rows.append(Instalment(n, due, principal, interest))
            if drop and balance == 0:
                break
        self.rows, self.ahead = rows, self.ahead[:len(rows)]
        if rows:
            self.last_due = rows[-1].due

    # arrears

    def accrued(self, item, kind, day):
        """What unpaid principal or interest of an instalment has borne."""
        t, grace_ends = self.terms, item.due + timedelta(days=self.terms.grace)
        if day <= grace_ends:
            return 0
        steps = []  # (date, sum), each date once
        for when, amount in item.changes[kind]:
            if when <= grace_ends:
                when = item.due
            if steps and steps[-1][0] == when:
                steps.pop()
            steps.append((when, amount))
        total = 0
        for i, (start, amount) in enumerate(steps):
            end = steps[i + 1][0] if i + 1 < len(steps) else day
            if amount == 0:
                continue
            for a, b in ((start, min(end, self.last_due)), (max(start, self.last_due), end)):
                if a >= b:
                    continue
                exact = amount * self.rates.days_360(a, b)
                if kind == "principal" or a >= self.last_due:
                    exact *= t.penalty
                total += t.round(exact)
        return total

    def owed(self, item, part, day):
        if part == "penalty":
            return self.accrued(item, "principal", day) - item.paid["penalty"]
        if part == "compound":
            return self.accrued(item, "interest", day) - item.paid["compound"]
        return item.unpaid.get(part, 0)

    def pay_due(self, day, amount):
        """Pay what is due, oldest first; yield (part, paid) as it goes."""
        for item in self.past:
            for part in self.terms.allocation:
                paid = min(amount, self.owed(item, part, day))
                if paid <= 0:
                    continue
                amount -= paid
                if part in item.paid:
                    item.paid[part] += paid
                else:
                    item.unpaid[part] -= paid
                    item.changes[part].append((day, item.unpaid[part]))
                yield part, paid

    # what happens

    def open_day(self, day):
        """What falls due on a day does so before its commands."""
        while self.rows and self.rows[0].due <= day:
            item = self.rows.pop(0)
            self.ahead.pop(0)
            self.balance -= item.scheduled["principal"]
            self.past.append(item)
            waiting = sum(amount for _, amount in self.advance)
            for part, paid in self.pay_due(item.due, waiting):
                while paid:  # first in, first out
                    entry, amount = self.advance[0]
                    used = min(paid, amount)
                    entry[part] += used
                    paid -= used
                    self.advance[0][1] -= used
                    if self.advance[0][1] == 0:
                        self.advance.pop(0)

    def apply(self, day, command):
        entry = {"date": day.isoformat(), "type": command["type"], "amount": 0}
        entry.update((part, 0) for part in PARTS)
        if command["type"] == "reprice":
            self.reprice(day, Fraction(str(command["rate"])) / 100)
        else:
            entry["amount"] = fen(command["amount"])
            rest = entry["amount"]
            for part, paid in self.pay_due(day, rest):
                entry[part] += paid
                rest -= paid
            if command["type"] == "prepay":
                self.prepay(day, rest, command["effect"], entry)
            elif rest:
                self.advance.append([entry, rest])
        self.entries.append(entry)

    def reprice(self, day, rate):
        self.rates.set(day, rate)
        if not self.ahead:
            return
        if self.terms.method == "EQI":  # the others keep their principal
            self.relevel()
        self.lay()

    def prepay(self, day, rest, effect, entry):
        if not self.ahead:
            raise Refused("NOTHING_TO_PREPAY")
        n, due, running = self.ahead[0]
        interest = self.terms.round(self.balance * self.rates.days_360(running.start, day))
        principal = rest - interest
        if principal <= 0:
            raise Refused("PREPAY_BELOW_DUE")
        if principal > self.balance:
            raise Refused("PREPAY_ABOVE_BALANCE")
        entry["interest"] += interest
        entry["principal"] += principal
        self.balance -= principal
        if self.balance == 0:
            self.ahead, self.rows = [], []
            return
        if day > running.start:
            self.ahead[0] = (n, due, Period(day, due, "ACT/360", None))
        shorten = effect == "shorten" and self.terms.method in ("EQI", "EQP")
        if not shorten:
            self.relevel()
        self.lay(drop=shorten)

    # the view

    def view(self, day):
        """The state at the end of a day up to which everything was applied."""
        late = [i for i in self.past if i.due < day and i.open()]
        days = (day - late[0].due).days if late else 0
        floor = [name for limit, name in (
            (360, "loss"), (270, "doubtful"), (90, "substandard"),
            (0, "special_mention"), (-1, "normal")) if days > limit][0]
        rows = self.past + self.rows
        return {
            "instalments": [{
                "n": i.n, "due": i.due.isoformat(),
                "principal": yuan(i.scheduled["principal"]),
                "interest": yuan(i.scheduled["interest"]),
                "unpaid_principal": yuan(i.unpaid["principal"]),
                "unpaid_interest": yuan(i.unpaid["interest"]),
            } for i in rows],
            "entries": [{k: yuan(v) if isinstance(v, int) else v for k, v in e.items()}
                        for e in self.entries],
            "outstanding_principal": yuan(
                self.balance + sum(i.unpaid["principal"] for i in self.past)),
            "overdue_principal": yuan(sum(i.unpaid["principal"] for i in late)),
            "overdue_interest": yuan(sum(i.unpaid["interest"] for i in late)),
            "penalty": yuan(sum(self.owed(i, "penalty", day) for i in self.past)),
            "compound": yuan(sum(self.owed(i, "compound", day) for i in self.past)),
            "advance": yuan(sum(amount for _, amount in self.advance)),
            "days_past_due": days,
            "class": floor,
        }


# --- files -----------------------------------------------------------------

def standing(commands):
    """The positions of the commands that stand after all reversals.

    A command stands unless a reversal that stands itself is of it.
    """
    def which(upto):
        stands = [True] * upto
        for position in reversed(range(upto)):
            if stands[position] and commands[position]["type"] == "reverse":
                stands[commands[position]["of"]] = False
        return stands

    for position, command in enumerate(commands):
        if command["type"] == "reverse":
            target = command["of"]
            if not 0 <= target < position:
                raise Refused("REVERSE_UNKNOWN", position)
            if not which(position)[target]:
                raise Refused("REVERSE_TWICE", position)
    return [p for p, stands in enumerate(which(len(commands)))
            if stands and commands[p]["type"] != "reverse"]


def eventful(loan, queue, until):
    """The days worth looking at."""
    grace = timedelta(days=loan.terms.grace)
    due = [row[1] for row in loan.ahead]
    days = {loan.terms.start, until} | {day for day, _ in queue}
    for day in due:
        days |= {day, day + grace, day + grace + timedelta(days=1)}
    for day in list(days):
        days |= {day - timedelta(days=1), day + timedelta(days=1)}
    for limit in (90, 91, 270, 271, 360, 361):  # where the class changes
        days.add(due[0] + timedelta(days=limit))
        days.add(due[-1] + timedelta(days=limit))
    return days


def days_of(raw, which=None, until=None):
    """Yield (day, view) as of the file's as_of; which: "each" or "events"."""
    terms, commands = Terms(raw["terms"]), raw.get("commands", [])
    until = until or date.fromisoformat(raw["as_of"])
    if until < terms.start:
        raise ValueError("as_of before the loan")
    queue = sorted((date.fromisoformat(commands[p]["date"]), p) for p in standing(commands))
    if queue and queue[0][0] < terms.start:
        raise Refused("BEFORE_DISBURSEMENT", queue[0][1])
    loan, at, day = Loan(terms), 0, terms.start
    wanted = eventful(loan, queue, until) if which == "events" else {until}
    while day <= until:
        loan.open_day(day)
        while at < len(queue) and queue[at][0] <= day:
            try:
                loan.apply(day, commands[queue[at][1]])
            except Refused as refusal:
                raise Refused(refusal.code, queue[at][1]) from None
            at += 1
        if which == "each" or day in wanted:
            yield day, loan.view(day)
        day += timedelta(days=1)


def lines(name, which=None):
    with open(name, encoding="utf-8") as file:
        raw = json.load(file)
    try:
        for day, view in days_of(raw, which):
            yield {"file": name, "as_of": day.isoformat(), "result": view}
    except Refused as refusal:
        yield {"file": name, "as_of": raw["as_of"],
               "refused": {"code": refusal.code, "command": refusal.command}}


def main(arguments):
    if arguments == ["--check"]:
        import vectors
        return vectors.check()
    which = None
    if arguments[:1] == ["--days"]:
        which, arguments = arguments[1], arguments[2:]
    if which not in (None, "each", "events") or not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for name in arguments:
        try:
            for line in lines(name, which):
                print(json.dumps(line))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            print("error: %s: %r" % (name, problem), file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
