#!/usr/bin/python3
"""
What a run shows on a terminal: it fits every width, paints only where that is wanted, and says who is away
and for how long the run waits.
"""

import re
import sys

sys.dont_write_bytecode = True

from harness import Bench, main, need_programs, wait_until
from terminals import Terminal, columns

LIMIT = 120
PAINT = re.compile(r"\x1b\[[0-9;]*m")
MOVE = re.compile(r"\x1b\[1A\x1b\[2K")


def lines_of(text):
    """What was drawn, line by line, without what moves and paints."""
    return [PAINT.sub("", MOVE.sub("", line)) for line in text.replace("\r", "").split("\n")]


def run_on(bench, width, *words, **environment):
    terminal = Terminal(bench, 24, width, *(words or ("run",)), **environment)
    done = wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT)
    terminal.read()
    return terminal, done


def fits(tap, bench, width):
    terminal, done = run_on(bench, width, "run", "--limit", "40")
    drawn = [line for line in lines_of(terminal.text)
             if " of " in line and re.search(r"\d+ of \d+", line) or re.match(r"\d+ done  ", line)]
    wide = [line for line in drawn if columns(line) >= width]
    tap.ok(done and drawn and not wide, f"{width} columns: {len(drawn)} lines fit", wide[:3], terminal.text[-600:])


def colours(tap, bench):
    for environment, painted in (({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)):
        terminal, _ = run_on(bench, 80, "run", "--limit", "20", **environment)
        tap.ok(bool(PAINT.search(terminal.text)) == painted,
               f"{environment or 'any terminal'}: painted {painted}", repr(terminal.text[:400]))
        tap.ok(bool(MOVE.search(terminal.text)) == (environment.get("TERM") != "dumb"),
               f"{environment or 'any terminal'}: redrawn in place, unless it is dumb", repr(terminal.text[:400]))


def outage(tap, bench):
    """Everybody gets 502 until the test ends that."""
    bench.happen("on any after 60 do status 502")
    terminal = Terminal(bench, 24, 80, "run")
    seen = wait_until(lambda: terminal.read() or "FileMaker Server is away for" in terminal.text, LIMIT)
    tap.ok(seen, "who is away stands there, and since when", terminal.text[-900:])
    shown = [line for line in lines_of(terminal.text) if "is away for" in line]
    tap.ok(shown and "waiting for it for 1" in shown[0], "and for how long the run waits", shown[:2])
    tap.ok("FileMaker Server has not answered for" in terminal.text.replace("\r\n", ""),
           "the log says so once", terminal.text[-900:])
    figures = [line for line in lines_of(terminal.text.partition("is away for")[2]) if " done  " in line]
    tap.ok(all("left: …" in line for line in figures), "and nobody guesses what is left", figures[:2])
    bench.stop_serving()
    terminal.kill()


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "progress") as bench:
        bench.serve("generate:300,2000", "--latency-ms", "20")
        bench.ferry("patients", "import")
        for width in (24, 40, 80, 120):
            fits(tap, bench, width)
        colours(tap, bench)
        outage(tap, bench)


main(test)
