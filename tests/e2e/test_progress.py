#!/usr/bin/python3
"""
What every command that takes time shows on a terminal: it fits every width, paints only where that is wanted,
says who is away and for how long it waits, and leaves nothing on the screen. Elsewhere it keeps quiet.
"""

import re
import signal
import sys
import time

sys.dont_write_bytecode = True

from harness import BUILD, Bench, main, need_programs, wait_until
from terminals import Screen, Terminal, columns

LIMIT = 120
STOPS = BUILD / "tests" / "preload" / "libstops.so"
PAINT = re.compile(r"\x1b\[[0-9;]*m")
MOVE = re.compile(r"\x1b\[1A\x1b\[2K|\x1b\[J")
COUNTS = re.compile(r"[\d,]+ of [\d,]+|[\d,]+ \w+ so far")
# A command that reads the source, and what it says that it is doing.
READERS = [
    (("patients", "import"), "reading the patients"),
    (("run", "--dry-run"), "reading the source"),
    (("reconcile",), "comparing the source's records"),
    (("verify",), "reading the source"),
]


def lines_of(text):
    """What was drawn, line by line, without what moves and paints."""
    return [PAINT.sub("", MOVE.sub("", line)) for line in text.replace("\r", "").split("\n")]


def run_on(bench, width, *words, **environment):
    terminal = Terminal(bench, 24, width, *(words or ("run",)), **environment)
    done = wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT)
    terminal.read()
    return terminal, done


def fits(tap, bench, width):
    terminal, done = run_on(bench, width, "run", "--limit", "20")
    drawn = [line for line in lines_of(terminal.text) if COUNTS.search(line) or re.match(r"[\d,]+ done  ", line)]
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


# --- the other commands ----------------------------------------------------------------------


def nothing_is_left(tap, terminal, doing, name):
    """The screen holds what was printed, each line whole, and nothing of what was drawn."""
    screen = Screen(terminal.text)
    left = [line for line in screen.lines if doing in line or "█" in line or " so far" in line or "░" in line]
    tap.ok(not left, f"{name}: nothing is left on the screen", left, *screen.lines)
    said = [line for line in lines_of(terminal.text) if line and line in screen.lines]
    tap.ok(said, f"{name}: what it answers stands there", *screen.lines)


def drawn_lines_fit(tap, terminal, doing, width, name):
    drawn = [line for line in lines_of(terminal.text) if COUNTS.search(line) or line.startswith(doing[:20])]
    wide = [line for line in drawn if columns(line) >= width]
    tap.ok(drawn and not wide, f"{name}: {len(drawn)} lines fit {width} columns", wide[:3])


def shown_while_it_reads(tap, bench, words, doing, width):
    """A command whose source takes its time."""
    name = " ".join(words)
    terminal, done = run_on(bench, width, *words)
    tap.ok(done and terminal.process.returncode in (0, 3), f"{name} ends", terminal.text[-600:])
    tap.ok(doing in " ".join(lines_of(terminal.text)), f"{name} says what it is doing", terminal.text[-900:])
    drawn_lines_fit(tap, terminal, doing, width, name)
    nothing_is_left(tap, terminal, doing, name)


def resized(tap, bench):
    """Verifying goes on while somebody drags the window's edge."""
    terminal = Terminal(bench, 24, 100, "verify", "--deep")
    for width in (100, 60, 30, 90, 120):
        terminal.resize(24, width)
        seen = len(terminal.text)
        wait_until(lambda: terminal.read() or not terminal.is_running()
                   or len(COUNTS.findall(terminal.text[seen:])) > 3, LIMIT)
        drawn = [line for line in lines_of(terminal.text[seen:]) if COUNTS.search(line)]
        tap.ok(drawn and columns(drawn[-1]) < width, f"resized to {width} columns, the bar fits", drawn[-2:])
    terminal.process.send_signal(signal.SIGINT)
    tap.ok(wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT), "Ctrl-C ends it")
    terminal.read()
    tap.ok(terminal.process.returncode == 130 and "asked to stop" in terminal.text,
           "and says so", terminal.process.returncode, terminal.text[-300:])
    last = MOVE.sub("", terminal.text).rstrip().split("\n")[-2:]
    tap.ok(not any("█" in line for line in last), "below what was drawn", last)


def stands_still(tap, bench):
    """The source is silent in the middle: nobody guesses what is left."""
    terminal = Terminal(bench, 24, 80, "verify", "--deep")
    wait_until(lambda: terminal.read() or "comparing documents" in terminal.text, LIMIT)
    bench.sim.signal(signal.SIGSTOP)
    tap.ok(wait_until(lambda: terminal.read() or "nothing new for" in terminal.text, LIMIT),
           "a source that is silent is told", terminal.text[-400:])
    figures = [line for line in lines_of(terminal.text.rpartition("░")[2]) if "left: " in line]
    tap.ok(figures and all("left: …" in line for line in figures), "and what is left is not guessed", figures)
    bench.sim.signal(signal.SIGCONT)
    terminal.kill()


def held_in_the_middle(tap, bench, words, doing, **where):
    """A quick command, of which the thread that writes is held until something is shown: no clock is asked."""
    name, hold = " ".join(words[:2]), bench.folder / "hold"
    hold.touch()
    terminal = Terminal(bench, 24, 80, *words, LD_PRELOAD=str(STOPS), STOP_WHILE=str(hold), **where)
    tap.ok(wait_until(lambda: terminal.read() or doing in " ".join(lines_of(terminal.text)), LIMIT),
           f"{name} says what it is doing", terminal.text[-900:])
    hold.unlink()
    tap.ok(wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT), f"{name} ends")
    terminal.read()
    nothing_is_left(tap, terminal, doing, name)


def frozen_in_the_middle(tap, bench, words, doing, begun):
    """A quick command, held for three seconds once it has begun: then it shows how far it is."""
    name = " ".join(words[:2])
    terminal = Terminal(bench, 24, 80, *words)
    tap.ok(wait_until(begun, LIMIT), f"{name} has begun")
    terminal.process.send_signal(signal.SIGSTOP)
    time.sleep(3)
    terminal.process.send_signal(signal.SIGCONT)
    tap.ok(wait_until(lambda: terminal.read() or not terminal.is_running(), LIMIT), f"{name} ends")
    terminal.read()
    tap.ok(doing in " ".join(lines_of(terminal.text)), f"{name} says what it is doing", terminal.text[-900:])
    nothing_is_left(tap, terminal, doing, name)


def elsewhere(tap, bench):
    """No terminal: what takes less than a minute says nothing of how far it is."""
    for words in (("reconcile",), ("run", "--dry-run")):
        ran = bench.ferry(*words, limit=LIMIT)
        tap.ok(ran.seconds > 2 and not COUNTS.search(ran.err) and "\x1b" not in ran.err,
               f"{' '.join(words)} keeps quiet where no terminal is", ran.seconds, ran.err[-400:])


def others(tap):
    with Bench(tap, "progress-others") as bench:
        bench.serve("generate:1500,2000")
        bench.ferry("run", limit=LIMIT)
        bench.ferry("patients", "import")
        folder = bench.store
        frozen_in_the_middle(tap, bench, ("link",), "looking at documents",
                             lambda: any(one.name != "unlinked" for one in folder.iterdir()))
        held_in_the_middle(tap, bench, ("export", "bagit", "bag"), "exporting documents", STOP_BYTES="500000")
        bench.happen("on any do delay 100ms")
        resized(tap, bench)
        stands_still(tap, bench)
        bench.happen("on any do delay 700ms")
        for (words, doing), width in zip(READERS, (80, 40, 20, 120)):
            shown_while_it_reads(tap, bench, words, doing[:width - 2], width)
        elsewhere(tap, bench)


def test(tap):
    if not need_programs(tap):
        return
    with Bench(tap, "progress") as bench:
        bench.serve("generate:300,2000", "--latency-ms", "20")
        bench.ferry("patients", "import")
        for width in (20, 24, 40, 80, 120, 300):
            fits(tap, bench, width)
        colours(tap, bench)
        outage(tap, bench)
    others(tap)


main(test)
