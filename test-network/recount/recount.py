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

A line is {"file","as_of","result"} or {"file","as_of","refused":{"code",
"command"}}, the last of its file. The exit code is 0; 2 when a file cannot be
read. loan.py has the rules where the field leaves a choice.
"""
import json
import sys

from history import days_of
from loan import Refused


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
    which = None
    if arguments[:1] == ["--days"]:
        which, arguments = arguments[1], arguments[2:]
    if which not in (None, "each", "events") or not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    for name in arguments:
        try:
            for line in lines(name, which):
                print(json.dumps(line, separators=(",", ":")))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            print("error: %s: %r" % (name, problem), file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
