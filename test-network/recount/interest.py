"""Exact arithmetic of interest: rounding, civil dates, year fractions, rates.

Part of recount.py; see there.
"""
from bisect import bisect_right
from datetime import date, timedelta
from fractions import Fraction


# --- numbers ---------------------------------------------------------------

def to_nearest(value, mode):
    """The integer nearest to a fraction; a half away from zero or to even."""
    sign = -1 if value < 0 else 1
    value = abs(Fraction(value))
    whole, rest = divmod(value.numerator, value.denominator)
    twice = 2 * rest - value.denominator
    if twice > 0 or (twice == 0 and (mode == "half-up" or whole % 2 == 1)):
        whole += 1
    return sign * whole


def fen(yuan):
    """Yuan as written, in fen."""
    value = Fraction(str(yuan)) * 100
    if value.denominator != 1:
        raise ValueError("more than two decimals: %s" % yuan)
    return int(value)


def yuan(amount):
    sign = "-" if amount < 0 else ""
    return "%s%d.%02d" % (sign, abs(amount) // 100, abs(amount) % 100)


# --- dates -----------------------------------------------------------------

def add_months(start, months, month_end):
    index = start.year * 12 + start.month - 1 + months
    year, month = index // 12, index % 12 + 1
    first_of_next = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    if start.day <= last:
        return date(year, month, start.day)
    return first_of_next if month_end == "roll" else date(year, month, last)


def days_30(a, b):
    """Days of a 30-day month from a to b, both days capped at 30."""
    return ((b.year - a.year) * 360 + (b.month - a.month) * 30
            + min(b.day, 30) - min(a.day, 30))


def in_leap_years(a, b):
    """How many of the days [a, b) lie in leap years."""
    total, year = 0, a.year
    while year <= b.year:
        if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
            begin, end = max(a, date(year, 1, 1)), min(b, date(year + 1, 1, 1))
            total += max(0, (end - begin).days)
        year += 1
    return total


class Period:
    """A stretch [start, end) that bears interest together."""

    def __init__(self, start, end, basis, months):
        self.start, self.end, self.basis, self.months = start, end, basis, months

    def until(self, day):
        """The year fraction from start to a day of the period."""
        days = (day - self.start).days
        if self.basis == "months/12":
            whole = Fraction(self.months, 12)
            if day == self.end:
                return whole
            return min(whole, Fraction(days_30(self.start, day), 360))
        if self.basis == "30/360":
            return Fraction(days_30(self.start, day), 360)
        if self.basis == "ACT/ACT":
            leap = in_leap_years(self.start, day)
            return Fraction(leap, 366) + Fraction(days - leap, 365)
        return Fraction(days, 360 if self.basis == "ACT/360" else 365)


class Rates:
    """The annual rate in force on each day."""

    def __init__(self, first, rate):
        self.days, self.values = [first], [rate]

    def set(self, day, rate):
        if day == self.days[-1]:
            self.values[-1] = rate
        else:
            self.days.append(day)
            self.values.append(rate)

    def pieces(self, start, end):
        """(from, to, rate) of the stretches of [start, end) with one rate."""
        at = bisect_right(self.days, start) - 1
        while start < end:
            stop = self.days[at + 1] if at + 1 < len(self.days) else end
            stop = min(stop, end)
            yield start, stop, self.values[at]
            start, at = stop, at + 1

    def over(self, period, end=None):
        """Σ rate × year fraction over a period, or its part before end."""
        return sum((rate * (period.until(b) - period.until(a))
                    for a, b, rate in self.pieces(period.start, end or period.end)),
                   Fraction(0))

    def days_360(self, start, end):
        """Σ rate × actual days / 360."""
        return sum((rate * (b - a).days for a, b, rate in self.pieces(start, end)),
                   Fraction(0)) / 360
