#!/usr/bin/env python3
"""Writes own.json: cases of our own, with results computed another way.

The dates of every event are typed here by hand from the wording of the
standard, the sums are kept in fractions, and interest is added up day by day.
Nothing is shared with the engine but the terms. Run: ./own.py > own.json
"""
import json
from datetime import date, timedelta
from fractions import Fraction as F

def d(text): return date.fromisoformat(text)

def daily(count):
    """The part of a year that one day is, by day count."""
    def a365(x): return F(1, 365)
    def a360(x): return F(1, 360)
    def aa(x): return F(1, 366 if (x.year % 4 == 0 and x.year % 100 != 0 or x.year % 400 == 0) else 365)
    def bond(x):  # 30E360: the 31st is no day; the last of February counts for the days to the 30th
        y, z = x, x + timedelta(1)
        return F(360 * (z.year - y.year) + 30 * (z.month - y.month) + min(z.day, 30) - min(y.day, 30), 360)
    def b252(x): return F(1 if x.weekday() < 5 else 0, 252)
    return {"A365": a365, "A360": a360, "AA": aa, "30E360": bond, "B252": b252}[count]

ORDER = ["IED", "PR", "PI", "IP", "IPCI", "FP", "RRF", "RR", "PRF", "SC", "IPCB", "PRD", "TD", "MD"]

def simulate(terms, events, hidden_before=None):
    """events: (date text, type, number); sums are owed to the creator when it is RPA."""
    role = -1 if terms["contractRole"] == "RPL" else 1
    part = daily(terms["dayCountConvention"])
    lagged = terms.get("interestCalculationBase") in ("NTL", "NTIED")
    n = base = rate = accrued = fee = F(0)
    isc = nsc = F(1)
    today, rows = d(events[0][0][:10]), []
    started = "IED" in [e[1] for e in events]
    if not started:
        n, rate = role * F(str(terms["notionalPrincipal"])), F(str(terms["nominalInterestRate"]))
        base = n
        accrued = role * F(str(terms.get("accruedInterest", 0)))
        today = d(terms["statusDate"][:10])
    for when, kind, number in events:
        day = d(when[:10])
        if when.endswith("T23:59:59"): day += timedelta(1)
        while today < day:
            accrued += base * rate * part(today)
            fee += n * F(str(terms.get("feeRate", 0))) * part(today)
            today += timedelta(1)
        if isinstance(number, tuple):  # ("pay", x): x with the interest that has accrued; the rest is principal
            number = F(number[1]) - role * accrued
        number = None if number is None else F(number)
        pay = F(0)
        if kind == "IED":
            n, rate = role * F(str(terms["notionalPrincipal"])), F(str(terms["nominalInterestRate"]))
            base = role * F(str(terms["interestCalculationBaseAmount"])) if lagged else n
            accrued = role * F(str(terms.get("accruedInterest", 0)))
            pay = -role * (F(str(terms["notionalPrincipal"])) + F(str(terms.get("premiumDiscountAtIED", 0))))
        elif kind == "PR":
            number = min(number, abs(n)); pay = role * nsc * number; n -= role * number
        elif kind == "PI":
            pay = -role * nsc * number; n += role * number
        elif kind == "IP":
            pay = isc * accrued; accrued = F(0)
        elif kind == "IPCI":
            n += accrued; accrued = F(0)
        elif kind == "FP":
            pay = role * number if number is not None else fee; fee = F(0)
        elif kind in ("RR", "RRF"):
            rate = number
        elif kind == "SC":
            if terms["scalingEffect"][0] == "I": isc = number
            if terms["scalingEffect"][1] == "N": nsc = number
        elif kind == "IPCB":
            base = n
        elif kind == "PRD":
            pay = -role * (number + accrued)
        elif kind == "TD":
            pay = role * (number + accrued); n = base = accrued = F(0)
        elif kind == "MD":
            pay = nsc * n + isc * accrued; n = base = accrued = F(0)
        if not lagged and kind in ("PR", "PI", "IPCI"): base = n
        if hidden_before and (when[:10], ORDER.index(kind)) < (hidden_before, ORDER.index("PRD")): continue
        rows.append({"eventDate": when if "T" in when else when + "T00:00:00", "eventType": kind, "payoff": text(pay), "currency": "CNY",
                     "notionalPrincipal": text(n), "nominalInterestRate": text(rate), "accruedInterest": text(accrued)})
    return rows

def text(x):
    scaled = x * 10**16
    n = scaled.numerator // scaled.denominator + (1 if (scaled - scaled.numerator // scaled.denominator) * 2 >= 1 else 0)
    sign, n = ("-", -n) if n < 0 else ("", n)
    whole, rest = divmod(n, 10**16)
    return f"{sign}{whole}.{rest:016d}"

cases = {}
def case(name, terms, events, data=None, to="", hidden_before=None, **changed):
    t = {"contractID": name, "contractRole": "RPA", "currency": "CNY", "statusDate": "2019-12-31T00:00:00", "contractDealDate": "2019-12-31T00:00:00",
         "initialExchangeDate": "2020-01-01T00:00:00", "notionalPrincipal": "1000", "nominalInterestRate": "0.06", "dayCountConvention": "A365"}
    t.update(terms)
    series = {k: {"identifier": k, "data": [{"timestamp": w + "T00:00:00", "value": v} for w, v in rows]} for k, rows in (data or {}).items()}
    cases[name] = {"terms": t, "to": to, "dataObserved": series, "eventsObserved": [], "results": simulate(t, events, hidden_before)}

PR = dict(arrayCycleAnchorDateOfPrincipalRedemption=["2020-02-01T00:00:00", "2020-05-01T00:00:00"], arrayCycleOfPrincipalRedemption=["P1ML1", "P2ML1"],
          arrayNextPrincipalRedemptionPayment=[100, 350], arrayIncreaseDecrease=["DEC", "DEC"],
          arrayCycleAnchorDateOfInterestPayment=["2020-02-01T00:00:00"], arrayCycleOfInterestPayment=["P3ML1"])

# Two pieces; 100 on 1 Feb, Mar, Apr, then 350 every two months from 1 May; 1000-300-350 = 350 is due with the second: maturity 1 July, derived.
case("lax-two-pieces", dict(PR, contractType="LAX"),
     [("2020-01-01", "IED", None), ("2020-02-01", "PR", 100), ("2020-02-01", "IP", None), ("2020-03-01", "PR", 100), ("2020-04-01", "PR", 100),
      ("2020-05-01", "PR", 350), ("2020-05-01", "IP", None), ("2020-07-01", "IP", None), ("2020-07-01", "MD", None)])

# The same owed by the creator, array terms as strings, and an end of what is asked for.
case("lax-liability-strings", dict(PR, contractType="LAX", contractRole="RPL", arrayNextPrincipalRedemptionPayment=" [100, 350] ", arrayIncreaseDecrease="DEC,DEC",
     arrayCycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00, 2020-05-01T00:00:00", arrayCycleOfPrincipalRedemption="[P1ML1,P2ML1]", maturityDate="2020-08-01T00:00:00"),
     [("2020-01-01", "IED", None), ("2020-02-01", "PR", 100), ("2020-02-01", "IP", None), ("2020-03-01", "PR", 100), ("2020-04-01", "PR", 100),
      ("2020-05-01", "PR", 350), ("2020-05-01", "IP", None)], to="2020-06-15T00:00:00")

# Drawn in two steps, no cycles: each anchor is one event; a summer's grazing loan repaid in autumn.
case("lax-draw-then-repay", dict(contractType="LAX", dayCountConvention="A360", maturityDate="2020-11-30T00:00:00",
     arrayCycleAnchorDateOfPrincipalRedemption=["2020-03-01T00:00:00", "2020-04-15T00:00:00", "2020-09-20T00:00:00", "2020-10-20T00:00:00"],
     arrayNextPrincipalRedemptionPayment=["500", "250.5", "900", "400"], arrayIncreaseDecrease=["INC", "INC", "DEC", "DEC"],
     arrayCycleAnchorDateOfInterestPayment=["2020-09-20T00:00:00", "2020-10-20T00:00:00"]),
     [("2020-01-01", "IED", None), ("2020-03-01", "PI", 500), ("2020-04-15", "PI", "250.5"), ("2020-09-20", "PR", 900), ("2020-09-20", "IP", None),
      ("2020-10-20", "PR", 400), ("2020-10-20", "IP", None), ("2020-11-30", "IP", None), ("2020-11-30", "MD", None)])

# Redemption is never more than what is left; afterwards the dates go on with nothing.
case("lax-repaid-early", dict(contractType="LAX", dayCountConvention="30E360", maturityDate="2020-06-30T00:00:00", endOfMonthConvention="EOM",
     arrayCycleAnchorDateOfPrincipalRedemption=["2020-02-29T00:00:00"], arrayCycleOfPrincipalRedemption=["P1ML1"], arrayNextPrincipalRedemptionPayment=[600],
     arrayIncreaseDecrease=["DEC"], arrayCycleAnchorDateOfInterestPayment=["2020-02-29T00:00:00"], arrayCycleOfInterestPayment=["P1ML1"]),
     [("2020-01-01", "IED", None)] + [x for w in ("2020-02-29", "2020-03-31", "2020-04-30", "2020-05-31") for x in ((w, "PR", 600), (w, "IP", None))]
     + [("2020-06-30", "IP", None), ("2020-06-30", "MD", None)])

# Rates: a fixed step, then a spread over an index within a life cap and a largest rise.
case("lax-rates", dict(contractType="LAX", dayCountConvention="AA", maturityDate="2021-01-01T00:00:00", marketObjectCodeOfRateReset="LPR1Y", rateMultiplier="1", periodCap="0.02", lifeCap="0.09",
     arrayCycleAnchorDateOfPrincipalRedemption=["2020-04-01T00:00:00"], arrayCycleOfPrincipalRedemption=["P3ML1"], arrayNextPrincipalRedemptionPayment=[250], arrayIncreaseDecrease=["DEC"],
     arrayCycleAnchorDateOfInterestPayment=["2020-04-01T00:00:00"], arrayCycleOfInterestPayment=["P3ML1"],
     arrayCycleAnchorDateOfRateReset=["2020-02-01T00:00:00", "2020-03-01T00:00:00"], arrayCycleOfRateReset=["P1ML1", "P3ML1"], arrayRate=["0.055", "0.01"], arrayFixedVariable=["F", "V"]),
     [("2020-01-01", "IED", None), ("2020-02-01", "RRF", "0.055"), ("2020-03-01", "RR", "0.05"), ("2020-04-01", "PR", 250), ("2020-04-01", "IP", None),
      ("2020-06-01", "RR", "0.07"), ("2020-07-01", "PR", 250), ("2020-07-01", "IP", None), ("2020-09-01", "RR", "0.09"), ("2020-10-01", "PR", 250), ("2020-10-01", "IP", None),
      ("2020-12-01", "RR", "0.035"), ("2021-01-01", "IP", None), ("2021-01-01", "MD", None)],
     data={"LPR1Y": [("2020-03-01", "0.04"), ("2020-06-01", "0.08"), ("2020-09-01", "0.085"), ("2020-12-01", "0.025")]})

# Interest is capitalized up to a day that is on no cycle.
case("lax-capitalized", dict(contractType="LAX", maturityDate="2020-10-01T00:00:00", capitalizationEndDate="2020-05-15T00:00:00",
     arrayCycleAnchorDateOfPrincipalRedemption=["2020-06-01T00:00:00"], arrayCycleOfPrincipalRedemption=["P1ML1"], arrayNextPrincipalRedemptionPayment=[200], arrayIncreaseDecrease=["DEC"],
     arrayCycleAnchorDateOfInterestPayment=["2020-02-01T00:00:00"], arrayCycleOfInterestPayment=["P2ML1"]),
     [("2020-01-01", "IED", None), ("2020-02-01", "IPCI", None), ("2020-04-01", "IPCI", None), ("2020-05-15", "IPCI", None), ("2020-06-01", "PR", 200), ("2020-06-01", "IP", None),
      ("2020-07-01", "PR", 200), ("2020-08-01", "PR", 200), ("2020-08-01", "IP", None), ("2020-09-01", "PR", 200), ("2020-10-01", "IP", None), ("2020-10-01", "MD", None)])

# Interest on the initial notional throughout: equal principal, equal interest.
case("lax-initial-base", dict(contractType="LAX", dayCountConvention="30E360", maturityDate="2020-05-01T00:00:00", interestCalculationBase="NTIED", interestCalculationBaseAmount="1000",
     arrayCycleAnchorDateOfPrincipalRedemption=["2020-02-01T00:00:00"], arrayCycleOfPrincipalRedemption=["P1ML1"], arrayNextPrincipalRedemptionPayment=[250], arrayIncreaseDecrease=["DEC"],
     arrayCycleAnchorDateOfInterestPayment=["2020-02-01T00:00:00"], arrayCycleOfInterestPayment=["P1ML1"]),
     [("2020-01-01", "IED", None)] + [x for w in ("2020-02-01", "2020-03-01", "2020-04-01") for x in ((w, "PR", 250), (w, "IP", None))] + [("2020-05-01", "IP", None), ("2020-05-01", "MD", None)])

# Bought on a redemption date: that day's redemption and interest are the seller's. Ended early.
case("lax-bought-and-ended", dict(PR, contractType="LAX", maturityDate="2020-08-01T00:00:00", purchaseDate="2020-03-01T00:00:00", priceAtPurchaseDate="810",
     terminationDate="2020-06-10T00:00:00", priceAtTerminationDate="345"),
     [("2020-01-01", "IED", None), ("2020-02-01", "PR", 100), ("2020-02-01", "IP", None), ("2020-03-01", "PR", 100), ("2020-03-01", "PRD", 810), ("2020-04-01", "PR", 100),
      ("2020-05-01", "PR", 350), ("2020-05-01", "IP", None), ("2020-06-10", "TD", 345)], hidden_before="2020-03-01")

# Taken over in mid-life with accrued interest given; maturity to the last second of a day.
case("pam-mid-life", dict(contractType="PAM", statusDate="2020-03-15T00:00:00", accruedInterest="2.5", maturityDate="2020-06-30T23:59:59",
     cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1"),
     [("2020-04-01", "IP", None), ("2020-05-01", "IP", None), ("2020-06-01", "IP", None), ("2020-06-30T23:59:59", "IP", None), ("2020-06-30T23:59:59", "MD", None)])

# No interest cycle: interest once, at maturity; a long stub swallows the last date of a cycle of days.
case("pam-bullet", dict(contractType="PAM", dayCountConvention="A360", maturityDate="2020-12-31T00:00:00", premiumDiscountAtIED="-15"),
     [("2020-01-01", "IED", None), ("2020-12-31", "IP", None), ("2020-12-31", "MD", None)])
case("pam-long-stub", dict(contractType="PAM", maturityDate="2020-03-05T00:00:00", cycleAnchorDateOfInterestPayment="2020-01-15T00:00:00", cycleOfInterestPayment="P2WL0"),
     [("2020-01-01", "IED", None), ("2020-01-15", "IP", None), ("2020-01-29", "IP", None), ("2020-02-12", "IP", None), ("2020-03-05", "IP", None), ("2020-03-05", "MD", None)])

# Working days counted over 252, the interest dates calculated as scheduled and paid on the next working day.
case("pam-business-days", dict(contractType="PAM", calendar="MF", businessDayConvention="SCF", dayCountConvention="B252", maturityDate="2020-03-02T00:00:00",
     cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1"),  # 1 Feb 2020 is a Saturday, 1 March a Sunday
     [("2020-01-01", "IED", None), ("2020-02-03", "IP", None), ("2020-03-02", "IP", None), ("2020-03-02", "IP", None), ("2020-03-02", "MD", None)])

# A fee on the notional, and one that is an amount.
case("pam-fee-rate", dict(contractType="PAM", maturityDate="2020-07-01T00:00:00", cycleAnchorDateOfInterestPayment="2020-07-01T00:00:00", feeRate="0.01", feeBasis="N",
     cycleAnchorDateOfFee="2020-04-01T00:00:00", cycleOfFee="P3ML1"),
     [("2020-01-01", "IED", None), ("2020-04-01", "FP", None), ("2020-07-01", "IP", None), ("2020-07-01", "FP", None), ("2020-07-01", "MD", None)])
case("lam-fee-amount", dict(contractType="LAM", contractRole="RPL", cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00", cycleOfPrincipalRedemption="P1ML1",
     nextPrincipalRedemptionPayment="400", feeRate="3", feeBasis="A", cycleAnchorDateOfFee="2020-02-01T00:00:00", cycleOfFee="P2ML1"),
     [("2020-01-01", "IED", None), ("2020-02-01", "PR", 400), ("2020-02-01", "FP", 3), ("2020-03-01", "PR", 400), ("2020-04-01", "IP", None), ("2020-04-01", "FP", 3), ("2020-04-01", "MD", None)])

# Principal and interest scaled by a price index.
case("lam-scaled", dict(contractType="LAM", maturityDate="2020-04-01T00:00:00", cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00", cycleOfPrincipalRedemption="P1ML1",
     cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1", scalingEffect="IN0", marketObjectCodeOfScalingIndex="CPI",
     scalingIndexAtContractDealDate="100", cycleAnchorDateOfScalingIndex="2020-02-15T00:00:00", cycleOfScalingIndex="P1ML1"),
     [("2020-01-01", "IED", None), ("2020-02-01", "PR", F(1000, 3)), ("2020-02-01", "IP", None), ("2020-02-15", "SC", F(104, 100)), ("2020-03-01", "PR", F(1000, 3)), ("2020-03-01", "IP", None),
      ("2020-03-15", "SC", F(107, 100)), ("2020-04-01", "IP", None), ("2020-04-01", "MD", None)], data={"CPI": [("2020-02-15", "104"), ("2020-03-15", "107")]})

def equal_payment(balance, rate, count, days):
    """What, paid on each of days[1:], is worth the balance on days[0]."""
    worth, discount = F(0), F(1)
    part = daily(count)
    for start, end in zip(days, days[1:]):
        fraction, day = F(0), d(start)
        while day < d(end):
            fraction += part(day); day += timedelta(1)
        discount /= 1 + rate * fraction
        worth += discount
    return balance / worth

# Payments of 300, interest first. 300 - 5.0819... leaves 294.9: four payments, the last one smaller; maturity 1 May, derived.
pay = ("pay", 300)
case("nam-derived-maturity", dict(contractType="NAM", dayCountConvention="30E360", contractRole="RPL", nextPrincipalRedemptionPayment="300",
     cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00", cycleOfPrincipalRedemption="P1ML1", cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1"),
     [("2020-01-01", "IED", None)] + [x for w in ("2020-02-01", "2020-03-01", "2020-04-01") for x in ((w, "PR", pay), (w, "IP", None))] + [("2020-05-01", "IP", None), ("2020-05-01", "MD", None)])

# Payments below the interest: the balance grows.
case("nam-growing", dict(contractType="NAM", nominalInterestRate="0.24", nextPrincipalRedemptionPayment="15", maturityDate="2020-04-15T00:00:00",
     cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00", cycleOfPrincipalRedemption="P1ML1", cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1"),
     [("2020-01-01", "IED", None)] + [x for w in ("2020-02-01", "2020-03-01", "2020-04-01") for x in ((w, "PR", ("pay", 15)), (w, "IP", None))] + [("2020-04-15", "IP", None), ("2020-04-15", "MD", None)])

# Equal payments fixed the day before the first, and anew after the rate resets on 1 March.
dates = ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01"]
first = equal_payment(F(1000), F("0.06"), "A365", dates)
def balance_after_two(a):
    n = F(1000)
    for start, end in zip(dates[:2], dates[1:3]):
        n -= a - n * F("0.06") * F((d(end) - d(start)).days, 365)
    return n
second = equal_payment(balance_after_two(first), F("0.045"), "A365", dates[2:])
case("ann-reset", dict(contractType="ANN", maturityDate="2020-05-01T00:00:00", cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00", cycleOfPrincipalRedemption="P1ML1",
     cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1", cycleAnchorDateOfRateReset="2020-03-01T00:00:00", cycleOfRateReset="P6ML1",
     marketObjectCodeOfRateReset="LPR1Y", rateSpread="0.0095"),
     [("2020-01-01", "IED", None), ("2020-01-31", "PRF", None), ("2020-02-01", "PR", ("pay", first)), ("2020-02-01", "IP", None), ("2020-03-01", "PR", ("pay", first)), ("2020-03-01", "IP", None),
      ("2020-03-01", "RR", "0.045"), ("2020-03-01", "PRF", None), ("2020-04-01", "PR", ("pay", second)), ("2020-04-01", "IP", None), ("2020-05-01", "IP", None), ("2020-05-01", "MD", None)],
     data={"LPR1Y": [("2020-03-01", "0.0355")]})

# A balloon: payments that would repay by 1 July, but everything is due on 15 April.
balloon = equal_payment(F(1000), F("0.06"), "A365", ["2020-01-01", "2020-02-01", "2020-03-01", "2020-04-01", "2020-05-01", "2020-06-01", "2020-07-01"])
case("ann-balloon", dict(contractType="ANN", maturityDate="2020-04-15T00:00:00", amortizationDate="2020-07-01T00:00:00", cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00",
     cycleOfPrincipalRedemption="P1ML1", cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P1ML1"),
     [("2020-01-01", "IED", None), ("2020-01-31", "PRF", None)] + [x for w in ("2020-02-01", "2020-03-01", "2020-04-01") for x in ((w, "PR", ("pay", balloon)), (w, "IP", None))]
     + [("2020-04-15", "IP", None), ("2020-04-15", "MD", None)])

# Equal principal without an amount: what is left over the dates that are left, in mid-life.
case("lam-mid-life", dict(contractType="LAM", statusDate="2020-02-10T00:00:00", accruedInterest="1.5", maturityDate="2020-05-01T00:00:00", cycleAnchorDateOfPrincipalRedemption="2020-02-01T00:00:00",
     cycleOfPrincipalRedemption="P1ML1", cycleAnchorDateOfInterestPayment="2020-02-01T00:00:00", cycleOfInterestPayment="P3ML1"),
     [("2020-03-01", "PR", F(1000, 3)), ("2020-04-01", "PR", F(1000, 3)), ("2020-05-01", "IP", None), ("2020-05-01", "MD", None)])

print(json.dumps(cases, indent=1))
