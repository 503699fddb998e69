"""A file's loans and commands, in the order in which they apply, day by day.

Part of recount.py; see there.
"""
from datetime import date, timedelta

from loan import Loan, Refused, Terms, together


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


def eventful(loan, until):
    """The days worth looking at, but for those of commands."""
    grace = timedelta(days=loan.terms.grace)
    due = [row[1] for row in loan.ahead]
    days = {loan.terms.start, until}
    for day in due:
        days |= {day, day + grace, day + grace + timedelta(days=1)}
    for limit in (90, 91, 270, 271, 360, 361):  # where the class changes
        days.add(due[0] + timedelta(days=limit))
        days.add(due[-1] + timedelta(days=limit))
    return days


def loans_of(terms):
    """The loan of the terms, or one for each drawdown."""
    if terms.get("drawdowns") is None:
        return [Loan(Terms(terms))]
    if terms["method"] != "REV" or not terms["drawdowns"]:
        raise ValueError("drawdowns")
    return [Loan(Terms(dict(terms, principal=d["amount"], **{"from": d["date"]})))
            for d in terms["drawdowns"]]


def walk(raw, until, wanted=None):
    """Take a file's loans forward; yield (day, loans) at the end of each day.

    wanted, a set, gets the days worth looking at before the first is yielded.
    """
    loans, commands = loans_of(raw["terms"]), raw.get("commands", [])
    queue = sorted((date.fromisoformat(commands[p]["date"]), p) for p in standing(commands))
    of = {p: loans[commands[p].get("drawdown", 0)] for _, p in queue}
    for when, position in queue:
        if when < of[position].terms.start:
            raise Refused("BEFORE_DISBURSEMENT", position)
    if wanted is not None:
        for loan in loans:
            wanted |= eventful(loan, until)
        wanted |= {when for when, _ in queue}
        wanted |= {when + timedelta(days=n) for when in wanted for n in (-1, 1)}
    day, at = min(loan.terms.start for loan in loans), 0
    if until < day:
        raise ValueError("as_of before the loan")
    while day <= until:
        for loan in loans:
            if loan.terms.start <= day:
                loan.open_day(day)
        while at < len(queue) and queue[at][0] <= day:
            position = queue[at][1]
            try:
                of[position].apply(day, commands[position])
            except Refused as refusal:
                raise Refused(refusal.code, position) from None
            at += 1
        yield day, loans
        day += timedelta(days=1)


def days_of(raw, which=None, until=None):
    """Yield (day, view) as of the file's as_of; which: "each" or "events"."""
    until = until or date.fromisoformat(raw["as_of"])
    line = raw["terms"].get("drawdowns") is not None
    wanted = set() if which == "events" else None
    for day, loans in walk(raw, until, wanted):
        if which == "each" or day == until or (wanted and day in wanted):
            yield day, together(loans, day) if line else loans[0].view(day)
