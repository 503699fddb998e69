"""One loan, taken forward from day to day. Part of recount.py; see there.

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
  Extend    Plans the principal not yet due anew over the longer term, from
            the start of the period that runs; what is due stays as it is.
            By a number of periods, SEA by days and amounts; what else is
            agreed on would come to nothing, and is refused.
  Advance   Waits for the next due date; a prepayment leaves it waiting.
            What it pays counts for the entries whose money it was, first in,
            first out.
  Reverse   Decides which commands stand before any is applied.
  EPI       Interest of each period, and to the day of a prepayment, is on the
            principal first lent. A new rate leaves the principal of each
            instalment. Prepaid in full or not at all; not extended.
  SEA       Interest on the balance since the day agreed before. Reduce: each
            amount to come keeps its share of the balance, the share of the
            sum up to it being rounded. Shorten: the amounts stay, the
            earliest first, until nothing is left.
  REV       A drawdown is a loan of its own, due with its interest at the end
            of its term, and prepaid at any time with interest by actual days
            to that day. Several drawdowns: each result, and their sums.
"""
from datetime import date, timedelta
from fractions import Fraction

from interest import Period, Rates, add_months, fen, to_nearest, yuan

METHODS = ("EQI", "EQP", "IOB", "BUL", "EPI", "SEA", "REV")
MOST = 10 ** 13  # fen: what a loan, or an entry, may be
PARTS = ("fee", "penalty", "compound", "interest", "principal")


class Refused(Exception):
    """A rule refuses a command; .command is its position in the file."""

    def __init__(self, code, command=None):
        super().__init__(code)
        self.code, self.command = code, command


class Terms:
    def __init__(self, raw):
        self.method = raw["method"]
        if self.method not in METHODS:
            raise ValueError("method %s" % self.method)
        self.principal = fen(raw["principal"])
        self.rate = Fraction(str(raw["rate"])) / 100
        self.agreed = agreed(raw.get("dues") or [])
        if self.method == "SEA":
            self.periods, self.months = len(self.agreed), None
        else:
            self.periods = int(raw["periods"])
            every = str(raw.get("every", "1M"))
            if not every.endswith("M"):
                raise ValueError("every %s" % every)
            self.months = int(every[:-1])
        self.start = date.fromisoformat(raw["from"])
        self.mode = raw.get("rounding") or "half-up"
        self.month_end = raw.get("month_end") or "clamp"
        self.basis = raw.get("day_count") or (
            "months/12" if self.method in ("EQI", "EQP", "EPI") else "ACT/360")
        self.multiple = fen(raw.get("instalment_multiple") or "0.01")
        self.penalty = 1 + Fraction(str(raw.get("penalty_percent", "50"))) / 100
        self.grace = int(raw.get("grace_days", 0))
        self.allocation = list(raw.get("allocation") or PARTS)
        if sorted(self.allocation) != sorted(PARTS):
            raise ValueError("allocation %s" % self.allocation)
        if self.method == "SEA" and sum(amount for _, amount in self.agreed) != self.principal:
            raise ValueError("dues do not add up to %s" % raw["principal"])

    def round(self, value):
        return to_nearest(value, self.mode)

    def due(self, k):
        return add_months(self.start, k * self.months, self.month_end)

    def at_maturity(self):
        return self.method in ("BUL", "REV")


def agreed(dues):
    """Days and principal as agreed."""
    return [(date.fromisoformat(d["due"]), fen(d["principal"])) for d in dues]


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
        if t.at_maturity():
            ends = [(1, t.due(t.periods), t.periods * t.months)]
        elif t.method == "SEA":
            ends = [(k, due, None) for k, (due, _) in enumerate(t.agreed, 1)]
        else:
            ends = [(k, t.due(k), t.months) for k in range(1, t.periods + 1)]
        self.ahead = []  # (n, due, Period) of what is not yet due
        start = t.start
        for n, due, months in ends:
            self.ahead.append((n, due, Period(start, due, t.basis, months)))
            start = due
        self.balance = t.principal  # what is not yet due
        self.level = None  # EQI: the instalment; EQP, EPI: principal of each
        self.shares = [amount for _, amount in t.agreed]  # SEA: principal ahead
        self.rows = []
        if t.method == "EPI":
            self.level = t.round(Fraction(t.principal, t.periods))
        self.relevel()
        self.lay()
        self.last_due = self.ahead[-1][1]

    # the plan ahead

    def bearing(self):
        """What bears interest while this balance is not yet due."""
        return self.terms.principal if self.terms.method == "EPI" else self.balance

    def interest_to(self, day):
        """Interest of the running period to the day of a prepayment."""
        start = self.ahead[0][2].start
        return self.terms.round(self.bearing() * self.rates.days_360(start, day))

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
            base = self.terms.principal if self.terms.method == "EPI" else balance
            interest = self.terms.round(base * factor)
            if i == len(self.ahead) - 1:
                principal = balance
            elif self.terms.method == "EQI":
                principal = min(self.level - interest, balance)
            elif self.terms.method in ("EQP", "EPI"):
                principal = min(self.level, balance)
            elif self.terms.method == "SEA":
                principal = min(self.shares[i], balance)
            else:
                principal = 0
            if principal < 0:
                raise Refused("INSTALMENT_BELOW_INTEREST")
            balance -= principal
            rows.append(Instalment(n, due, principal, interest))
            if drop and balance == 0:
                break
        self.rows, self.ahead = rows, self.ahead[:len(rows)]
        self.shares = [row.scheduled["principal"] for row in rows]
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
            self.shares.pop(0)
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
        elif command["type"] == "extend":
            self.extend(day, command)
        else:
            entry["amount"] = fen(command["amount"])
            if not 0 < entry["amount"] <= MOST:
                raise Refused("AMOUNT")
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
        if not self.balance:
            raise Refused("NOTHING_TO_PREPAY")
        n, due, running = self.ahead[0]
        interest = self.interest_to(day)
        principal = rest - interest
        if principal <= 0:
            raise Refused("PREPAY_BELOW_DUE")
        if principal > self.balance:
            raise Refused("PREPAY_ABOVE_BALANCE")
        if self.terms.method == "EPI" and principal < self.balance:
            raise Refused("FLAT")
        entry["interest"] += interest
        entry["principal"] += principal
        before, self.balance = self.balance, self.balance - principal
        if self.balance == 0:
            self.ahead, self.rows, self.shares = [], [], []
            return
        if day > running.start:
            self.ahead[0] = (n, due, Period(day, due, "ACT/360", None))
        shorten = effect == "shorten" and self.terms.method in ("EQI", "EQP", "SEA")
        if not shorten:
            self.relevel()
            if self.terms.method == "SEA":
                self.share_out(before)
        self.lay(drop=shorten)

    def share_out(self, before):
        """What each amount to come is of the smaller balance."""
        upto = shared = 0
        for i, amount in enumerate(self.shares):
            upto += amount
            self.shares[i] = self.terms.round(Fraction(upto * self.balance, before)) - shared
            shared += self.shares[i]

    def extend(self, day, command):
        t = self.terms
        if not self.ahead:
            raise Refused("EXTEND_AFTER_MATURITY")
        if not self.balance:
            raise Refused("NOTHING_OWED")
        if t.method == "EPI":
            raise Refused("FLAT")
        if command.get("periods" if t.method == "SEA" else "dues"):
            raise Refused("EXTEND_METHOD")  # agreed on, and of no use to the plan
        n, due, running = self.ahead[0]
        if t.method == "SEA":
            dues = agreed(command["dues"])
            last = day
            for when, amount in dues:
                if when <= last or amount < 0:
                    raise Refused("EXTEND_DUES")
                last = when
            if sum(amount for _, amount in dues) != self.balance:
                raise Refused("EXTEND_DUES")
            ends = [(n + i, when) for i, (when, _) in enumerate(dues)]
            shares = [amount for _, amount in dues]
        else:
            periods, shares = int(command["periods"]), []
            ends = ([(n, t.due(periods))] if t.at_maturity() else
                    [(k, t.due(k)) for k in range(n, periods + 1)])
        if not ends or ends[-1][1] <= self.last_due:
            raise Refused("EXTEND_NOT_LONGER")
        # the period that runs goes on; what bears in it is counted as before
        ahead, start, basis = [], running.start, running.basis
        for k, when in ends:
            ahead.append((k, when, Period(start, when, basis, t.months)))
            start, basis = when, t.basis
        self.ahead, self.shares = ahead, shares
        self.relevel()
        self.lay()

    # the view

    def figures(self, day):
        """Sums and days at the end of a day up to which all was applied."""
        late = [i for i in self.past if i.due < day and i.open()]
        return {
            "outstanding_principal":
                self.balance + sum(i.unpaid["principal"] for i in self.past),
            "overdue_principal": sum(i.unpaid["principal"] for i in late),
            "overdue_interest": sum(i.unpaid["interest"] for i in late),
            "penalty": sum(self.owed(i, "penalty", day) for i in self.past),
            "compound": sum(self.owed(i, "compound", day) for i in self.past),
            "advance": sum(amount for _, amount in self.advance),
            "days_past_due": (day - late[0].due).days if late else 0,
        }

    def view(self, day):
        """The loan at the end of a day up to which everything was applied."""
        shown = {
            "instalments": [{
                "n": i.n, "due": i.due.isoformat(),
                "principal": yuan(i.scheduled["principal"]),
                "interest": yuan(i.scheduled["interest"]),
                "unpaid_principal": yuan(i.unpaid["principal"]),
                "unpaid_interest": yuan(i.unpaid["interest"]),
            } for i in self.past + self.rows],
            "entries": [{k: yuan(v) if isinstance(v, int) else v for k, v in e.items()}
                        for e in self.entries],
        }
        shown.update(written(self.figures(day)))
        return shown


def written(figures):
    """Figures as they are shown, with the class that the days force."""
    shown = {k: v if k == "days_past_due" else yuan(v) for k, v in figures.items()}
    shown["class"] = [name for limit, name in (
        (360, "loss"), (270, "doubtful"), (90, "substandard"),
        (0, "special_mention"), (-1, "normal")) if figures["days_past_due"] > limit][0]
    return shown


def together(loans, day):
    """What was drawn down by a day: each loan, their sums, the most days."""
    drawn = [(i, loan) for i, loan in enumerate(loans) if loan.terms.start <= day]
    each = [loan.figures(day) for _, loan in drawn]
    sums = {k: (max if k == "days_past_due" else sum)(f[k] for f in each) for k in each[0]}
    return dict({"drawdowns": [
        dict({"drawdown": i, "date": loan.terms.start.isoformat(),
              "amount": yuan(loan.terms.principal)}, **loan.view(day)) for i, loan in drawn]},
        **written(sums))
